"""A file that an operator gives to ``manage.py import_sheet``."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from members.models import Member
from registry.actions import imports
from registry.enums import ImportStep, RecordStatus
from registry.models import ImportRun
from tests.factories import DistrictFactory
from tests.registry.importing.kinds import csv_of

pytestmark = pytest.mark.django_db
HEADING = ("ชื่อ", "อำเภอ")
GOOD = ["กลุ่มทอผ้า", "เมืองเลย"]
BAD = ["กลุ่มจักสาน", "เมืองที่ไม่มี"]


@pytest.fixture(autouse=True)
def district():
    """Have the one district of the rows; sentences in English."""
    DistrictFactory()
    with translation.override("en"):
        yield


@pytest.fixture
def command(tmp_path, producers):
    """Give rows to the command as a file; return what it said."""

    def run(by, *rows, heading=HEADING, kind=producers.slug, only_good=False):
        path = tmp_path / "list.csv"
        path.write_bytes(csv_of(heading, *rows))
        out = io.StringIO()
        call_command(
            "import_sheet",
            path,
            kind=kind,
            by=by,
            only_good=only_good,
            stdout=out,
        )
        return out.getvalue()

    return run


def test_good_rows_are_written_in_one_go_and_may_be_undone(command, work, reviewer):
    said = command(reviewer.email, GOOD)

    member = Member.objects.get()
    run = ImportRun.objects.get()
    assert "1 rows = 1 new + 0 changed + 0 same + 0 bad" in said
    assert f"/{run.pk}/" in said
    assert run.step == ImportStep.WRITTEN
    assert run.rows.get().object_id == member.pk
    assert member.history.get().act_id == run.act_id
    assert member.history.get().history_user == reviewer

    imports.undo(run, by=reviewer)
    work(run)

    assert Member.objects.get().status == RecordStatus.WITHDRAWN


def test_the_same_file_again_changes_nothing(command, reviewer):
    command(reviewer.email, GOOD)

    said = command(reviewer.email, GOOD)

    assert "0 new + 0 changed + 1 same" in said
    assert Member.objects.get().version == 1


def test_a_bad_row_stops_all_and_waits_on_its_page(command, reviewer):
    with pytest.raises(CommandError, match="Nothing was written"):
        command(reviewer.email, GOOD, BAD)

    run = ImportRun.objects.get()
    assert not Member.objects.exists()
    assert run.step == ImportStep.CHECKED
    assert run.counts["bad"] == 1
    # As if it had been sent by the page: its person may go on there.
    imports.confirm(run, only_good=True, by=reviewer, digest=run.digest)


def test_the_good_rows_alone_if_that_is_said(command, reviewer):
    said = command(reviewer.email, GOOD, BAD, only_good=True)

    assert "Row 3 is bad" in said
    assert Member.objects.get().name_th == GOOD[0]


def test_without_a_good_row_nothing_is_written(command, reviewer):
    with pytest.raises(CommandError, match="Nothing was written"):
        command(reviewer.email, BAD, only_good=True)


def test_an_officers_rows_are_drafts_as_by_the_page(command, officer):
    command(officer.email, GOOD)

    assert Member.objects.get().status == RecordStatus.DRAFT
    assert Member.objects.get().owner == officer.agency


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"by": "nobody@portal.example"}, "Nobody signs in"),
        ({"kind": "unknown"}, "imports: .*test-members"),
        ({"heading": ("กลุ่ม", "ที่ตั้ง")}, "does not say what each column is"),
    ],
)
def test_what_cannot_be_done_is_said(command, reviewer, change, said):
    by = change.pop("by", reviewer.email)

    with pytest.raises(CommandError, match=said):
        command(by, GOOD, **change)

    assert not ImportRun.objects.exists()


def test_a_missing_file_is_said(producers, reviewer, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command(
            "import_sheet", tmp_path / "no.csv", kind=producers.slug, by=reviewer.email
        )


def test_who_may_import_nothing_is_told_so(command, official):
    with pytest.raises(CommandError, match="imports: nothing"):
        command(official.email, GOOD)
