"""The national list of producers: as many rows as were registered in 2564.

The rows are made up, with the lengths of real names; places are the real ones.
"""

import csv
import io
import os
import random
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from benchmarks.measuring import Cost, Figure, cost_of, show
from members.models import Member, MemberSearch
from products.cdd.running import import_file
from products.models import OutsideDifference, OutsideProducer
from registry.derived import in_batches
from registry.models import Code, District, ImportRun
from registry.statistics import gather

#: Registered producers of 2564 (facts.md §1.8).
ROWS = 93_414
YEAR = 2568
KINDS = ("กลุ่มทอผ้า", "วิสาหกิจชุมชนแปรรูป", "กลุ่มแม่บ้านเกษตรกร", "ร้าน", "กลุ่มจักสาน", "นาง")
PLACES = ("บ้านหนอง", "บ้านโคก", "บ้านนา", "บ้านดอน", "บ้านห้วย", "บ้านท่า", "บ้านโนน")
WORDS = (
    *("สูง", "แดง", "ใหญ่", "น้อย", "บัว", "ไผ่", "สำราญ", "เจริญ", "สามัคคี", "พัฒนา"),
    *("ทอง", "แก้ว", "งาม", "ขาว", "คำ", "สว่าง", "ยาง", "แสง", "ขุ่น", "มะค่า", "กระโดน"),
)


def main() -> bool:
    """Measure the first reading, the same file again, and the next year's."""
    count = int(os.environ.get("BENCH_PRODUCERS", ROWS))
    call_command("setup", verbosity=0, stdout=io.StringIO())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "producers.csv"
        write(path, count)
        try:
            first, again, later = (
                cost_of(lambda year=year: read(path, year))  # type: ignore[misc] # bound
                for year in (YEAR, YEAR, YEAR + 1)
            )
        finally:
            empty()
    return show(
        *figures(f"CDD: {count:,} producers, the first time", first, count, 90, 300),
        *figures("CDD: the same file again", again, count, 30, 300),
        *figures("CDD: the same in the next year", later, count, 45, 300),
    )


def figures(
    name: str, cost: Cost, count: int, seconds: float, memory: float
) -> list[Figure]:
    """Return what a reading cost, beside what it may."""
    assert cost.result["rows"] == count  # noqa: S101 - else it is of something else
    return [
        Figure(name, cost.seconds, "s", seconds),
        Figure(f"{name}, memory", cost.grown, "MiB", memory),
    ]


def read(path: Path, year: int) -> dict[str, int]:
    """Read the file as the command does; return its counts."""
    try:
        told = import_file(path, of_stars=False, year=year).told()
        gather()
        return told
    finally:
        connections.close_all()


def write(path: Path, count: int) -> None:
    """Write a list of producers as the department publishes it."""
    chance = random.Random(2568)
    districts = list(
        District.objects.exclude(province="10")
        .select_related("province")
        .order_by("code")
    )
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("ลำดับ", "จังหวัด", "อำเภอ", "ตำบล", "ชื่อผู้ผลิต"))
        for number in range(1, count + 1):
            place = chance.choice(districts)
            name = "".join(
                (
                    chance.choice(KINDS),
                    chance.choice(PLACES),
                    *chance.sample(WORDS, 2),
                    f" {number}" if chance.random() < 0.8 else " หมู่ที่ 1",
                )
            )
            rows.writerow((number, place.province.name_th, place.name_th, "", name))


def empty() -> None:
    """Take away what was written, so that the next benchmark begins as this one."""
    made = OutsideProducer.objects.filter(member__isnull=False)
    keys = list(made.values_list("member_id", flat=True))
    OutsideDifference.objects.all().delete()
    OutsideProducer.objects.all().delete()
    for batch in in_batches(keys):
        members = Member.objects.filter(pk__in=batch)
        codes = list(members.values_list("code", flat=True))
        Member.history.filter(id__in=batch).delete()
        MemberSearch.objects.filter(pk__in=batch).delete()
        members._raw_delete(members.db)
        Code.objects.filter(pk__in=codes).delete()
    ImportRun.objects.filter(layout="cdd-producers").delete()
