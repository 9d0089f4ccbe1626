"""Sheets and their rows go in time, and at once with whoever is erased."""

import datetime

import pytest
from django.utils import timezone

from registry import retention
from registry.actions import imports, privacy
from registry.enums import ImportStep
from registry.importing import keeping
from registry.models import ColumnMemory, ImportRow, ImportRun
from registry.needles import Needles
from registry.storages import private_storage
from tests.factories import DistrictFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def district():
    """Have the one district of the rows."""
    DistrictFactory()


def grow_old(days):
    then = timezone.now() - datetime.timedelta(days=days)
    ImportRun.objects.update(started_at=then)
    ImportRun.objects.exclude(finished_at=None).update(finished_at=then)
    ColumnMemory.objects.update(used_at=then)


def test_what_nobody_confirmed_is_given_up_after_a_month(send, reviewer):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"])
    grow_old(29)
    list(retention.forget_old())
    assert ImportRun.objects.get().step == ImportStep.CHECKED

    grow_old(31)
    list(retention.forget_old())

    run.refresh_from_db()
    assert (run.step, run.file) == (ImportStep.DROPPED, "")


def test_sheet_and_rows_go_after_a_year_and_the_run_stays(bring_in, reviewer):
    run = bring_in(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"])
    grow_old(364)
    list(retention.forget_old())
    assert ImportRow.objects.count() == 1

    grow_old(366)
    list(retention.forget_old())

    assert ImportRow.objects.count() == 0
    run.refresh_from_db()
    assert (run.step, run.file) == (ImportStep.WRITTEN, "")
    assert run.counts["new"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_sheet_that_names_an_erased_person_goes_with_them(send, reviewer):
    heading = ["ชื่อ", "อำเภอ", "โทรศัพท์"]
    told = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย", "081-234-5678"], heading=heading)
    other = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย", "081-999-5678"], heading=heading)

    privacy._scrub(Needles(phones=["+66812345678"]), None)

    assert ImportRun.objects.get(pk=told.pk).file == ""
    assert not private_storage().exists(told.file)
    assert keeping.kept("imports", told.file_hash) is None
    assert private_storage().exists(other.file)
    with pytest.raises(imports.FileGone):
        imports.check_again(told, by=reviewer)
