"""Workers killed at random moments, and what they leave behind.

An import and an export are begun again and again; the worker process is killed
with SIGKILL somewhere in the middle. Afterwards all rows are there or none, no stored
file is without a row that names it, and the next worker ends the work as if nothing
had happened.
"""

import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.db.models import F
from django.utils import timezone

from members.models import Member
from registry import acts, jobs
from registry.actions import imports
from registry.enums import (
    ImportStep,
    Role,
    RunStatus,
    SheetFormat,
)
from registry.importing.kinds import kind_at
from registry.models import (
    Agency,
    Code,
    District,
    ExportRun,
    ImportRow,
    ImportRun,
    User,
)
from registry.models.runs import Run
from registry.storages import content_name
from reports.actions.exports import order_export
from scripts.trouble.asking import Wrong, require

ROWS = 1_500
PROVINCE = "42"


def try_workers(seed: int, kills: int) -> None:
    """Kill ``kills`` workers in imports and as many in exports.

    :raises Wrong: with what was found, if anything is not as it must be.
    """
    chance = random.Random(seed)  # noqa: S311 - trouble, not a secret
    person = reviewer()
    lasting = undisturbed(person)
    found = {"nothing": 0, "everything": 0}
    for number in range(1, kills + 1):
        found[killed_import(person, number, chance.uniform(0.1, 1.1) * lasting[0])] += 1
    print(f"imports: {kills} killed; left {found}; each right when done again")
    found = {"nothing": 0, "everything": 0}
    for number in range(1, kills + 1):
        found[killed_export(person, number, chance.uniform(0.1, 1.1) * lasting[1])] += 1
    print(f"exports: {kills} killed; left {found}; each right when done again")


def reviewer() -> User:
    """Return somebody who brings in and takes away."""
    agency = Agency.objects.filter(provinces=PROVINCE).order_by("pk").first()
    if agency is None:
        raise Wrong("`manage.py setup` made no agency of the province.")
    person = User(email="trouble@example.org", role=Role.REVIEWER, agency=agency)
    person.set_unusable_password()
    with acts.act(by=None, reason="trouble"):
        person.save()
    return person


def undisturbed(person: User) -> tuple[float, float]:
    """Do both once without trouble; return how many seconds each worker took."""
    run = confirmed(person, 0)
    writing = timed(lambda: worker(run))
    require(members_of(0) == ROWS, "the undisturbed import")
    order = ordered(person, 0)
    taking = timed(lambda: worker(order))
    require(done(order) and is_whole(order), "the undisturbed export")
    print(f"undisturbed: import {writing:.1f} s, export {taking:.1f} s")
    return writing, taking


# --- Imports ----------------------------------------------------------------------


def confirmed(person: User, number: int) -> ImportRun:
    """Return an import of ROWS new producers that waits for a worker to write it."""
    kind = kind_at("members")
    if kind is None:
        raise Wrong("Nothing offers a list of members.")
    districts = list(District.objects.filter(province=PROVINCE).order_by("pk"))
    titles = {each.key: str(each.title) for each in kind.columns(person)}
    lines = [",".join(titles[key] for key in ("name_th", "province", "district"))]
    lines += [
        f"{name_of(number, at)},{districts[0].province.name_th},"
        f"{districts[at % len(districts)].name_th}"
        for at in range(ROWS)
    ]
    text = "\n".join(lines).encode("utf-8-sig")
    run = imports.begin(text, name=f"trouble-{number}.csv", kind=kind, by=person)
    # So many rows are checked by a worker, which nobody disturbs here.
    worker(run)
    run.refresh_from_db()
    require(
        run.step == ImportStep.CHECKED, f"the check of import {number}: {run.error}"
    )
    require(run.counts["new"] == ROWS, f"new rows of import {number}: {run.counts}")
    return imports.confirm(run, only_good=False, by=person, digest=run.digest)


def killed_import(person: User, number: int, after: float) -> str:
    """Kill the worker of an import ``after`` seconds; return what it left."""
    run = confirmed(person, number)
    codes = Code.objects.count()
    worker(run, killed_after=after)
    there = members_of(number)
    require(there in {0, ROWS}, f"import {number} left {there} of {ROWS} rows")
    run.refresh_from_db()
    is_written = run.step == ImportStep.WRITTEN
    require(is_written == (there == ROWS), f"import {number} says {run.step}")
    require(Code.objects.count() == codes + there, f"codes after import {number}")
    found = "everything" if there else "nothing"
    if not is_written:
        taken_up(run)
    run.refresh_from_db()
    require(
        done(run) and run.step == ImportStep.WRITTEN,
        f"import {number} done again: {run.step} {run.error} {run.counts}",
    )
    there = members_of(number)
    require(there == ROWS, f"import {number} done again has {there} rows")
    require(histories_of(number) == ROWS, f"history of import {number}")
    rows = ImportRow.objects.filter(run=run)
    require(rows.count() == ROWS, f"rows listed of import {number}")
    require(not rows.filter(object_id=None).exists(), f"rows named of {number}")
    # A worker that comes a second time does nothing.
    require(not jobs.do(run._meta.label, run.pk), f"import {number} done twice")
    return found


def name_of(number: int, at: int) -> str:
    """Return a name that no other row is near to."""
    apart = hashlib.sha256(f"{number} {at}".encode()).hexdigest()
    return f"กลุ่มทดสอบรอบที่ {number} ราย {apart[:24]}"


def members_of(number: int) -> int:
    """Return how many rows of import ``number`` the register has."""
    return Member.objects.filter(name_th__startswith=f"กลุ่มทดสอบรอบที่ {number} ").count()


def histories_of(number: int) -> int:
    """Return how many history rows they have."""
    history = Member.history.all()
    return history.filter(name_th__startswith=f"กลุ่มทดสอบรอบที่ {number} ").count()


# --- Exports ----------------------------------------------------------------------


def ordered(person: User, number: int) -> ExportRun:
    """Return an export of all producers that waits for a worker."""
    form = (SheetFormat.CSV, SheetFormat.XLSX)[number % 2]
    return order_export("members", form, "", {}, by=person, language="th")


def killed_export(person: User, number: int, after: float) -> str:
    """Kill the worker of an export ``after`` seconds; return what it left."""
    run = ordered(person, number)
    worker(run, killed_after=after)
    run.refresh_from_db()
    require(bool(run.file) == done(run), f"export {number} names a file")
    found = "everything" if done(run) else "nothing"
    if done(run):
        require(is_whole(run), f"the file of export {number}")
    else:
        taken_up(run)
        run.refresh_from_db()
        require(done(run), f"export {number} done again: {run.error}")
        require(is_whole(run), f"the file of export {number} done again")
    require(run.rows == Member.objects.visible_to(person).count(), "its rows")
    return found


def is_whole(run: ExportRun) -> bool:
    """Tell whether the file holds what its name, its size and its end say."""
    run.refresh_from_db()
    path = Path(settings.PRIVATE_ROOT) / run.file
    data = path.read_bytes()
    ending = path.suffix.lstrip(".")
    is_ended = data.endswith(b"\r\n") if ending == "csv" else b"PK\x05\x06" in data
    named = content_name("exports", data, ending)
    return is_ended and len(data) == run.size and run.file == named


# --- Workers ----------------------------------------------------------------------

ONE_PIECE = (
    "import django, sys; django.setup(); from registry import jobs;"
    "jobs.do(sys.argv[1], int(sys.argv[2]))"
)


def worker(run: Run, *, killed_after: float | None = None) -> None:
    """Let a process of its own do the work of ``run``; perhaps kill it."""
    connections.close_all()
    command = [sys.executable, "-c", ONE_PIECE, run._meta.label, str(run.pk)]
    with subprocess.Popen(command, env=os.environ) as process:  # noqa: S603 - ourselves
        try:
            process.wait(killed_after)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def taken_up(run: Run) -> None:
    """Let time pass until the worker counts as dead, and the next one come."""
    long_ago = timezone.now() - jobs.STALE - timedelta(seconds=1)
    rows = type(run)._default_manager.filter(pk=run.pk)
    rows.exclude(status=RunStatus.DONE).update(beat_at=long_ago, attempts=F("attempts"))
    worker(run)


def done(run: Run) -> bool:
    """Tell whether the row says that its work was done."""
    run.refresh_from_db()
    return run.status == RunStatus.DONE


def timed(work: Callable[[], None]) -> float:
    """Return how many seconds ``work`` takes."""
    begun = time.monotonic()
    work()
    return time.monotonic() - begun
