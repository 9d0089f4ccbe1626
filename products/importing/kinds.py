"""Lists of goods as a kind of spreadsheet, for the pages of the import."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from products.importing.layouts import LOCAL_AUTHORITY, Column
from products.importing.matching import Goods, NoOffices, plan_import
from products.importing.matching import Plan as Planned
from products.importing.outcomes import Fate, Outcome, Reason, Repair
from products.importing.rows import GoodsRow
from products.importing.writing import write_plan
from registry.access import STAFF
from registry.enums import RowFate
from registry.errors import RecordError
from registry.importing.kinds import (
    Choices,
    ImportKind,
    Plan,
    PlannedRow,
    Sheet,
    SheetColumn,
)
from registry.importing.reading import Text
from registry.jobs import Progress
from registry.models import User
from registry.sheets.reading import Heading

TITLES: Mapping[Column, str | Promise] = {
    Column.PRODUCT: _("name of the product"),
    Column.AUTHORITY: _("local authority"),
    Column.DISTRICT: _("district"),
    Column.PROVINCE: _("province"),
    Column.SELLER: _("point of sale"),
    Column.ADDRESS: _("postal address"),
    Column.PHONE: _("telephone"),
    Column.LATITUDE: _("latitude"),
    Column.LONGITUDE: _("longitude"),
}
FATES = {
    Fate.MADE: RowFate.NEW,
    Fate.MERGED: RowFate.SAME,
    Fate.SKIPPED: RowFate.BAD,
}
#: Which column a repair is of.
REPAIRED = {
    Repair.PHONE_ZERO: Column.PHONE,
    Repair.PHONES_PARTED: Column.PHONE,
    Repair.PHONE_UNUSABLE: Column.PHONE,
    Repair.POSITION_SWAPPED: Column.LATITUDE,
    Repair.POSITION_UNUSABLE: Column.LATITUDE,
    Repair.SELLER_PERSON: Column.SELLER,
    Repair.SELLER_ADDRESS: Column.SELLER,
    Repair.PRODUCT_PERSON: Column.PRODUCT,
    Repair.STARS: Column.PRODUCT,
    Repair.ELSEWHERE: Column.ADDRESS,
}
#: Which column makes a row bad.
FAULTY = {
    Reason.NO_NAME: Column.PRODUCT,
    Reason.PERSON_NAME: Column.PRODUCT,
    Reason.NO_PROVINCE: Column.PROVINCE,
    Reason.UNKNOWN_PROVINCE: Column.PROVINCE,
    Reason.NO_OFFICE: Column.PROVINCE,
    Reason.FOREIGN: Column.PROVINCE,
    Reason.NO_DISTRICT: Column.DISTRICT,
    Reason.UNKNOWN_DISTRICT: Column.DISTRICT,
}


class NoOffice(RecordError):
    """Nobody could own the rows."""

    message = _(
        "The register has no office that could own the rows; please run “manage.py "
        "setup” first."
    )


@dataclass
class Work:
    """What a plan writes."""

    plan: Planned
    file_name: str
    #: What is to be made → its row.
    making: list[tuple[Goods, PlannedRow]]


class LocalAuthorityKind(ImportKind):
    """The list that local authorities fill in; what is made of it stays a draft."""

    slug = LOCAL_AUTHORITY.key
    title = _("Products of local authorities (OTOP list)")
    lead = _(
        "The list of the Department of Local Administration: one product a row, the "
        "producer known by its point of sale. Everything new becomes a draft."
    )
    label = "products.Product"
    roles = frozenset(STAFF)

    def columns(self, user: User | None) -> Sequence[SheetColumn]:
        """Return the columns of the list."""
        return [
            SheetColumn(
                key=str(column),
                title=TITLES[column],
                read=Text(2_000),
                aliases=names,
                is_needed=column in LOCAL_AUTHORITY.needed,
                is_personal=column in {Column.SELLER, Column.ADDRESS, Column.PHONE},
            )
            for column, names in LOCAL_AUTHORITY.headings.items()
        ]

    def plan(
        self,
        sheet: Sheet,
        *,
        by: User | None,
        choices: Choices,
        progress: Progress | None = None,
    ) -> Plan:
        """Say what becomes of every row; write nothing."""
        if progress is not None:
            progress(0, len(sheet.rows), "checking")
        heading = Heading(0, sheet.columns, tuple(sheet.unknown))
        try:
            planned = plan_import(sheet.rows, heading, LOCAL_AUTHORITY, by=by)
        except NoOffices as error:
            raise NoOffice from error
        read = {row.number: row for each in planned.goods for row in each.rows}
        made = {each.rows[0].number: each for each in planned.goods}
        cells = {row.number: row.values for row in sheet.rows}
        rows, making = [], []
        digest = hashlib.sha256()
        for outcome in planned.outcomes:
            row = _row(outcome, read.get(outcome.number))
            if outcome.fate is Fate.SKIPPED:
                row.faults.append(_fault(outcome, cells, sheet.columns))
            elif outcome.number in made:
                goods = made[outcome.number]
                row.model = self.label
                if goods.product is None:
                    row.cells += _cells(goods)
                    making.append((goods, row))
                else:
                    row.object_id = goods.product.pk
            rows.append(row)
            digest.update(_trace(row, made.get(outcome.number)).encode())
        if len(rows) != len(sheet.rows):
            raise RuntimeError("Rows went missing on the way.")
        work = Work(planned, sheet.file_name, making)
        return Plan(rows, digest.hexdigest(), work)

    def write(self, plan: Plan, *, by: User | None, reason: str) -> None:
        """Enter producers and goods as drafts."""
        work: Work = plan.work
        write_plan(work.plan, file_name=work.file_name, by=by, reason=reason)
        for goods, row in work.making:
            row.object_id = goods.product.pk if goods.product else None


def _row(outcome: Outcome, read: GoodsRow | None) -> PlannedRow:
    """Return a row as the person reads it: its fate, and what was put right."""
    row = PlannedRow(outcome.number, FATES[outcome.fate])
    if read is not None:
        row.name = read.goods.name[:300]
        row.repairs += [
            (str(REPAIRED.get(repair, "")), str(repair.label))
            for repair in read.repairs
        ]
    if outcome.fate is Fate.MERGED:
        # Nothing was put right, so it stands with the name.
        row.name = f"{row.name[:200]} · {outcome.sentence}"[:300]
    return row


def _fault(
    outcome: Outcome, cells: Mapping[int, Sequence[Any]], columns: Mapping[str, int]
) -> tuple[str, str, str]:
    column = FAULTY.get(outcome.reason) if outcome.reason else None
    at = columns.get(column) if column is not None else None
    values = cells[outcome.number]
    text = str(values[at]) if at is not None and at < len(values) else ""
    return str(column or ""), text[:300], outcome.sentence


def _cells(goods: Goods) -> Iterator[tuple[str, str, str]]:
    yield Column.PRODUCT, "", goods.name
    producer = goods.producer
    if not producer.is_placeholder:
        yield Column.SELLER, "", producer.name
    yield Column.DISTRICT, "", producer.district.name_th
    yield Column.PROVINCE, "", producer.district.province.name_th


def _trace(row: PlannedRow, goods: Goods | None) -> str:
    told: Iterable[Any] = (row.number, row.fate, row.object_id)
    if goods is not None:
        member = goods.producer.member
        told = (*told, goods.key, member.pk if member else None)
    return repr(told)
