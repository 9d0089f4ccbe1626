"""Goods that come in as spreadsheets: checked, previewed, and written with history.

Nothing stays: on PostgreSQL the work is done inside a transaction that is rolled back,
on SQLite in a copy of the database. There the worker's own transaction must be the
outermost, as it always is: inside another, SQLite holds every page it changes twice.
"""

import io
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from xlsxwriter import Workbook

from benchmarks.measuring import Figure, cost_of, show
from members.models import Member
from products.models import Product
from registry import acts, jobs
from registry.actions import bulk, imports
from registry.enums import AgencyKind, AgencyState, ImportStep, Role
from registry.importing.kinds import kind_at
from registry.models import Agency, District, ImportRun, Province, User
from registry.sheets.gate import PAGE_LIMITS, SheetRefused, admit

MEMBERS = 500
HEADING = (
    *("ชื่อ", "รหัสสมาชิก", "ประเภท", "ราคา", "ราคาสูงสุด", "หน่วย"),
    *("วัสดุ", "ขนาด", "อายุการเก็บรักษา", "เรื่องราว"),
)
THINGS = ("ผ้าฝ้ายทอมือ", "กล้วยตาก", "ตะกร้าไม้ไผ่", "น้ำพริกเผา", "หมอนขวาน")
STORY = "ทำด้วยมือของคนในหมู่บ้าน ใช้วัตถุดิบในท้องถิ่น สืบทอดกันมาหลายชั่วอายุคน"


def main() -> bool:
    """Measure on the database there is; tell whether the limits are kept."""
    count = int(os.environ.get("BENCH_ROWS", 50_000))
    shown = count * 2 // 5
    call_command("sync_places", stdout=io.StringIO())
    large, small = _workbook(count), _workbook(shown)
    # What is loaded once is not what is measured.
    _checked_and_written(_workbook(50))
    written = cost_of(partial(_checked_and_written, large))
    checked = cost_of(partial(_checked, small))
    confirmed = cost_of(partial(_previewed_and_written, small))
    bomb = _bomb()
    hostile = cost_of(partial(_refused, bomb))
    assert written.result == count  # noqa: S101 - else the figures are of something else
    assert checked.result == confirmed.result == shown  # noqa: S101
    what = f"{count:,} product rows checked and written"
    return show(
        Figure(what, written.seconds, "s", 15),
        Figure(f"{what}, memory", written.grown, "MiB", 200),
        Figure(f"preview of {shown:,} product rows", checked.seconds, "s", 4),
        Figure(f"preview of {shown:,} product rows, memory", checked.grown, "MiB"),
        Figure(f"{shown:,} product rows previewed and written", confirmed.seconds, "s"),
        Figure("a hostile workbook refused", hostile.seconds, "s", 1),
    )


# --- What is measured -------------------------------------------------------------


def _checked_and_written(content: bytes) -> int:
    """As a command does it: more rows than the page takes, planned once."""
    with _undone():
        user = _setting()
        run = imports.write_straight(content, name="goods.xlsx", kind=_goods(), by=user)
        return _written(run)


def _previewed_and_written(content: bytes) -> int:
    """As the page does it: planned for the preview, and again before it is written."""
    with _undone():
        user = _setting()
        run = _sent(content, user)
        imports.confirm(run, only_good=False, by=user, digest=run.digest)
        return _written(_worked(run))


def _written(run: ImportRun) -> int:
    assert run.step == ImportStep.WRITTEN, (run.step, run.error)  # noqa: S101
    written = Product.history.filter(act_id=run.act_id).count()
    assert Product.objects.count() >= written  # noqa: S101
    return written


def _checked(content: bytes) -> int:
    with _undone():
        return _sent(content, _setting()).counts["new"]


def _sent(content: bytes, user: User) -> ImportRun:
    run = imports.begin(content, name="goods.xlsx", kind=_goods(), by=user)
    return run if run.step == ImportStep.CHECKED else _worked(run)


def _goods() -> Any:
    return kind_at("products")


def _worked(run: ImportRun) -> ImportRun:
    jobs.do(run._meta.label, run.pk)
    return ImportRun.objects.get(pk=run.pk)


def _refused(content: bytes) -> int:
    try:
        admit(content, name="a.xlsx", limits=PAGE_LIMITS)
    except SheetRefused:
        return 1
    raise AssertionError("A hostile workbook was let in.")


# --- What it is measured on ---------------------------------------------------------


@contextmanager
def _undone() -> Iterator[None]:
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        return
    name = Path(connection.settings_dict["NAME"])
    connection.close()
    with TemporaryDirectory(dir=name.parent) as folder:
        connection.settings_dict["NAME"] = shutil.copy(name, folder)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = name


def _setting() -> User:
    """Make a reviewer and the producers that the rows name."""
    province = Province.objects.get(code="42")
    districts = list(District.objects.filter(province=province).order_by("pk"))
    with acts.act(by=None):
        agency = Agency.objects.create(
            name_th="สำนักงานวัดความเร็ว",
            kind=AgencyKind.PROVINCIAL_OFFICE,
            state=AgencyState.APPROVED,
        )
        agency.provinces.add(province)
        user = User.objects.create(
            email="speed@portal.example",
            name_th="ผู้วัด",
            role=Role.REVIEWER,
            agency=agency,
        )
    entries = [
        bulk.Entry(
            Member(
                code=_code(number),
                owner=agency,
                district=districts[number % len(districts)],
                name_th=f"กลุ่มอาชีพบ้านที่ {number}",
            )
        )
        for number in range(MEMBERS)
    ]
    bulk.create_many(Member, entries, by=None)
    return user


def _code(number: int) -> str:
    return f"42-M-{90_000 + number}"


def _workbook(count: int) -> bytes:
    """Return goods as an office sends them."""
    file = io.BytesIO()
    workbook = Workbook(file, {"constant_memory": True})
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, HEADING)
    for number in range(count):
        price = 40 + number % 700
        sheet.write_row(
            number + 1,
            0,
            (
                f"{THINGS[number % len(THINGS)]} ลายที่ {number}",
                _code(number % MEMBERS),
                "ผ้า" if number % 2 else "ของใช้",
                price,
                price + 50,
                "ผืน",
                "ฝ้าย ไหม สีธรรมชาติ",
                f"กว้าง {20 + number % 60} ซม.",
                30 + number % 90,
                f"{STORY} {number}",
            ),
        )
    workbook.close()
    return file.getvalue()


def _bomb() -> bytes:
    """Return a workbook that unpacks to a thousand times its size."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", b"<Types/>")
        parts.writestr("xl/workbook.xml", b"<workbook/>")
        parts.writestr("xl/worksheets/sheet1.xml", b" " * (200 << 20))
    return file.getvalue()
