"""Workers killed in the middle: one fixed point of an import, one of an export.

`make trouble` kills them at random moments instead.
"""

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from members.models import Member
from registry import jobs
from registry.actions import imports
from registry.enums import ImportStep, RunStatus
from registry.importing.kinds import kind_at
from registry.models import Code, ImportRun
from reports import tasks
from reports.actions import exports
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = "\n".join(
    ["ชื่อกลุ่ม,จังหวัด,อำเภอ"]
    + [f"กลุ่มทดสอบ {name},เลย,เมืองเลย" for name in ("ฟ้า", "ภูผา", "ดอกรัก")]
)


@pytest.fixture
def imported(reviewer, weavers_district):
    """Confirm an import of three new producers."""
    run = imports.begin(
        ROWS.encode(), name="new.csv", kind=kind_at("members"), by=reviewer
    )
    assert run.counts["new"] == 3, run.counts
    return imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)


@pytest.fixture
def weavers_district(db):
    """Know the district that the rows name."""
    return MemberFactory(name_th="กลุ่มทอผ้า", published=True).district


def killed(run, patch, place, name):
    """Do the work of ``run`` in a process that dies where ``place.name`` is done."""
    done = getattr(place, name)

    def last_deed(*args, **kwargs):
        done(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    connections.close_all()
    child = os.fork()
    if not child:
        patch.setattr(place, name, last_deed)
        try:
            jobs.do(run._meta.label, run.pk)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def taken_up(run):
    """Do the work once the dead worker has not been heard of for long."""
    long_ago = timezone.now() - jobs.STALE - timedelta(seconds=1)
    type(run).objects.filter(pk=run.pk).update(beat_at=long_ago)
    assert jobs.do(run._meta.label, run.pk)
    run.refresh_from_db()


def test_an_import_killed_after_its_last_row_leaves_nothing_and_is_done_once(
    imported, monkeypatch
):
    before = Member.objects.count(), Code.objects.count()

    killed(imported, monkeypatch, type(kind_at("members")), "write")

    assert (Member.objects.count(), Code.objects.count()) == before
    imported.refresh_from_db()
    assert imported.status == RunStatus.RUNNING
    taken_up(imported)
    assert imported.step == ImportStep.WRITTEN
    assert Member.objects.count() == before[0] + 3
    assert imported.rows.exclude(object_id=None).count() == 3
    assert not jobs.do("registry.ImportRun", imported.pk)
    again = imports.begin(
        ROWS.encode(), name="new.csv", kind=kind_at("members"), by=imported.by
    )
    assert (again.counts["same"], again.counts["rows"]) == (3, 3)


@pytest.mark.usefixtures("weavers_district")
def test_an_export_killed_before_its_end_names_no_file_and_is_done_again(
    official, monkeypatch
):
    run = exports.order_export("members", "csv", "", {}, by=official, language="th")

    killed(run, monkeypatch, tasks, "write")

    run.refresh_from_db()
    assert (run.file, run.status) == ("", RunStatus.RUNNING)
    folder = Path(settings.PRIVATE_ROOT)
    assert [each for each in folder.rglob("*") if each.is_file()] == []
    taken_up(run)
    assert run.status == RunStatus.DONE
    assert (folder / run.file).stat().st_size == run.size


def test_the_row_of_a_killed_import_is_found_without_its_page(imported, monkeypatch):
    killed(imported, monkeypatch, type(kind_at("members")), "write")
    long_ago = timezone.now() - jobs.STALE - timedelta(seconds=1)
    ImportRun.objects.filter(pk=imported.pk).update(beat_at=long_ago)

    assert jobs.revive() == 1
