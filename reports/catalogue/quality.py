"""What is missing in the register, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.enums import MemberGap
from members.models import Member
from products.enums import ProductGap
from products.models import Product
from registry.enums import Role
from registry.models import User
from registry.sheets.writing import Column
from reports.base import Chart, Group, Table, TableReport, register
from reports.filters import ScopeForm
from reports.tables import Cells, Places, counted, share

#: Who has the lists of the admin to work on.
HAS_LISTS = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Missing:
    """A field of a record, and when it counts as missing."""

    key: str
    label: str | Promise
    when: Any
    #: The choice of the list's own filter that shows these records.
    gap: str = ""


def of_members(rows: Any) -> tuple[Missing, ...]:
    """Return what producers may miss."""
    gaps = rows.gaps()
    return (
        Missing("name_en", _("English name"), Q(name_en=""), MemberGap.NAME_EN),
        Missing("picture", _("Picture"), Q(portrait={}), MemberGap.PICTURE),
        Missing("story_th", _("Story in Thai"), Q(story_th="")),
        Missing(
            "contact", _("Any contact"), gaps[MemberGap.CONTACT], MemberGap.CONTACT
        ),
        Missing(
            "subdistrict",
            _("Subdistrict"),
            gaps[MemberGap.SUBDISTRICT],
            MemberGap.SUBDISTRICT,
        ),
        Missing("coordinates", _("Coordinates"), Q(latitude=None)),
        Missing("producer_type", _("Kind of producer"), Q(producer_type="")),
        Missing("otop_number", _("OTOP registration number"), Q(otop_number="")),
        Missing("workers", _("Workers"), Q(workers=None)),
    )


def of_products(rows: Any) -> tuple[Missing, ...]:
    """Return what goods may miss."""
    gaps = rows.gaps()
    return (
        Missing("name_en", _("English name"), Q(name_en=""), ProductGap.NAME_EN),
        Missing("photo", _("Photo"), gaps[ProductGap.PHOTO], ProductGap.PHOTO),
        Missing("story_th", _("Story in Thai"), Q(story_th="")),
        Missing("story_en", _("Story in English"), Q(story_en="")),
        Missing("price", _("Price"), gaps[ProductGap.PRICE], ProductGap.PRICE),
        Missing("unit", _("Unit"), Q(unit_th="")),
        Missing(
            "category", _("Category"), gaps[ProductGap.CATEGORY], ProductGap.CATEGORY
        ),
        Missing("otop_type", _("OTOP type"), Q(otop_type="")),
    )


@register
class QualityReport(TableReport):
    """Data quality."""

    slug = "quality"
    title = _("Completeness of the data")
    description = _(
        "Which fields are empty, how often, and where; for reviewers with a link to "
        "the records."
    )
    group = Group.QUALITY
    place = 10

    def tables(self, user: User, form: ScopeForm) -> Sequence[Table]:
        """Count what is missing. Two queries."""
        kinds = (
            Kind("members", _("Producers"), Member, of_members),
            Kind("products", _("Goods"), Product, of_products),
        )
        counts = [counted_of(kind, user, form) for kind in kinds]
        return (
            fields_table(counts, user, form),
            *(places_table(each, form) for each in counts),
        )


@dataclass(frozen=True)
class Kind:
    """A kind of record that is looked at."""

    key: str
    label: str | Promise
    model: Any
    fields: Any


@dataclass(frozen=True)
class Counts:
    """What was counted of a kind of record."""

    kind: Kind
    fields: Sequence[Missing]
    #: Of each place its name, how many records it has, how many miss each field.
    rows: Sequence[Sequence[Any]]

    @property
    def sums(self) -> list[int]:
        """Return the records of all places, and how many of them miss each field."""
        return [
            sum(row[at] for row in self.rows) for at in range(1, len(self.fields) + 2)
        ]


def counted_of(kind: Kind, user: User, form: ScopeForm) -> Counts:
    """Count what records of a kind miss, place by place. One query."""
    rows: QuerySet[Any] = form.within(kind.model.objects.visible_to(user).in_use())
    fields = kind.fields(rows)
    found = Places(form).count(
        rows,
        number=Count("pk"),
        **{f"no_{each.key}": Count("pk", each.when) for each in fields},
    )
    return Counts(kind, fields, [row[1:] for row in found])


def fields_table(counts: Sequence[Counts], user: User, form: ScopeForm) -> Table:
    """Return each field over all places, the emptiest first within a kind."""
    rows: list[Cells] = []
    links: list[str] = []
    for each in counts:
        number, *missing = each.sums
        lines = sorted(
            zip(each.fields, missing, strict=True), key=lambda line: -line[1]
        )
        for field, empty in lines:
            rows.append(
                [
                    *(str(field.label), str(each.kind.label), empty, number),
                    share(empty, number),
                ]
            )
            links.append(list_address(each.kind, field, user, form) if empty else "")
    return Table(
        key="fields",
        title=_("What is missing"),
        columns=(
            Column("field", _("Field"), width=30),
            Column("kind", _("Kind"), width=16),
            counted("missing", _("Missing")),
            counted("number", _("Of")),
            counted("share", _("Missing (%)"), 12),
        ),
        rows=rows,
        note=_(
            "Records that are not withdrawn, without placeholders. The links lead to "
            "the list of records without that field, for who works there."
        ),
        chart=Chart(
            "bars",
            [f"{row[1]}: {row[0]}" for row in rows],
            [(_now("Missing (%)"), [row[4] or 0 for row in rows])],  # type: ignore[misc] # shares
        )
        if any(each.rows for each in counts)
        else None,
        links=links,
    )


def list_address(kind: Kind, field: Missing, user: User, form: ScopeForm) -> str:
    """Return the list of the records without a field; nothing where there is none."""
    if not field.gap or user.role not in HAS_LISTS:
        return ""
    asked = {"lacking": field.gap}
    if form.only is None and form.place is not None:
        asked["province"] = form.place.code
    if district := form.chosen.get("district"):
        asked["district"] = district
    meta = kind.model._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return f"{address}?{urlencode(asked)}"


def places_table(counts: Counts, form: ScopeForm) -> Table:
    """Return the share of records that miss each field, place by place."""
    number, *missing = counts.sums
    return Table(
        key=f"{counts.kind.key}-places",
        title=_("%(kind)s: missing by place (%%)") % {"kind": counts.kind.label},
        columns=(
            Places(form).column,
            counted("number", counts.kind.label),
            *(counted(each.key, each.label, 16) for each in counts.fields),
        ),
        rows=[
            [name, all_, *(share(empty, all_) for empty in empties)]
            for name, all_, *empties in counts.rows
        ],
        totals=[_now("Total"), number, *(share(empty, number) for empty in missing)]
        if counts.rows
        else None,
        note=_("As a percentage of all records of the place."),
    )
