"""Long work: claimed once, taken up again after its worker died, ended with a word."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from registry import jobs
from registry.enums import RunStatus
from registry.errors import RecordError
from registry.models import ExportRun, ImportRun

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(minutes=3)


@pytest.fixture
def work(monkeypatch):
    """Register a function as the work of a test, for its time."""
    monkeypatch.setattr(jobs, "_works", {})
    return jobs.works("test")


@pytest.fixture
def run(reviewer):
    """Keep a run that waits for a worker."""
    return begun(by=reviewer)


def begun(**known) -> ExportRun:
    run = ExportRun.objects.create(report="members", format="csv", **known)
    jobs.start(run, "test")
    return run


def do(run) -> bool:
    return jobs.do(run._meta.label, run.pk)


def fresh(run):
    return type(run).objects.get(pk=run.pk)


def die(run, silent_for=LONG_AGO, **state) -> None:
    """Leave the run as a worker leaves it that was killed so long ago."""
    known = {"status": RunStatus.RUNNING, "beat_at": timezone.now() - silent_for}
    type(run).objects.filter(pk=run.pk).update(**{**known, **state})


# --- To its end -------------------------------------------------------------------


def test_a_worker_does_what_a_run_asks_for(
    run, work, django_capture_on_commit_callbacks
):
    seen = []
    work(lambda run, progress: seen.append((run.pk, run.status, run.attempts)))

    with django_capture_on_commit_callbacks(execute=True):
        jobs.start(run, "test")

    (task,) = DBTaskResult.objects.all()
    assert (task.task_path, task.args_kwargs["args"]) == (
        "registry.jobs.do_work",
        [run._meta.label, run.pk],
    )
    assert jobs.do_work.call(*task.args_kwargs["args"])
    assert seen == [(run.pk, RunStatus.RUNNING, 1)]
    assert fresh(run).status == RunStatus.DONE
    assert fresh(run).finished_at is not None


def test_nothing_is_begun_for_a_row_that_was_rolled_back(
    run, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as planned:
        try:
            with transaction.atomic():
                jobs.start(run, "test")
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    assert planned == []


def test_what_is_done_is_not_done_again(run, work):
    seen = []
    work(lambda run, progress: seen.append(run.pk))

    assert do(run)
    assert not do(run)
    assert seen == [run.pk]


def test_the_work_is_done_in_the_language_of_its_person(reviewer, work):
    seen = []
    work(lambda run, progress: seen.append(get_language()))

    do(begun(by=reviewer, language="en"))
    do(begun(by=reviewer, language="th"))

    assert seen == ["en", "th"]


def test_a_work_may_end_its_run_itself(run, work):
    @work
    def end(run, progress):
        jobs.own(run).update(status=RunStatus.DONE, error="", rows=7)

    do(run)

    assert (fresh(run).status, fresh(run).rows) == (RunStatus.DONE, 7)


# --- Refused, broken --------------------------------------------------------------


def test_a_refusal_is_told_in_its_own_words(reviewer, work):
    @work
    def refuse(run, progress):
        raise RecordError(_("Your role does not allow this."))

    run = begun(by=reviewer, language="th")
    do(run)

    assert fresh(run).status == RunStatus.FAILED
    assert fresh(run).error == "บทบาทของท่านไม่มีสิทธิดำเนินการนี้"


def test_a_defect_is_logged_and_told_and_the_worker_lives_on(
    reviewer, work, caplog, django_capture_on_commit_callbacks
):
    @work
    def break_down(run, progress):
        ImportRun.objects.create(layout="x", file_name="x")
        raise ZeroDivisionError("secret of a row")

    run = begun(by=reviewer, language="en")

    assert do(run)
    assert fresh(run).status == RunStatus.FAILED
    assert fresh(run).error == (
        "Something went wrong; nothing was written. Please try again."
    )
    assert "ZeroDivisionError" in caplog.text


def test_a_work_nobody_knows_any_more_fails_with_a_word(run):
    assert do(run)
    assert fresh(run).status == RunStatus.FAILED


# --- Progress ---------------------------------------------------------------------


def test_progress_is_seen_now_and_then(run, work, django_assert_num_queries):
    @work
    def count(run, progress):
        with django_assert_num_queries(2):
            for number in range(1, 1000):
                progress(number, 1000)
            progress(1000, 1000, "writing")

    do(run)

    shown = fresh(run)
    assert (shown.status, shown.done, shown.total, shown.phase) == (
        RunStatus.DONE,
        1000,
        1000,
        "writing",
    )


def test_who_was_thought_dead_stops_when_another_has_begun(run, work):
    """Its progress is refused, and neither its end nor its error is written."""
    passes = []

    @work
    def slow(run, progress):
        passes.append(run.attempts)
        if run.attempts == 1:
            die(run)
            assert do(run)
        progress(1, 2)
        passes.append("on")

    assert not do(run)

    assert passes == [1, 2, "on"]
    assert (fresh(run).status, fresh(run).attempts) == (RunStatus.DONE, 2)


def test_the_end_of_who_was_thought_dead_is_not_the_end_of_the_other(run, work):
    @work
    def silent(run, progress):
        die(run, timedelta(0), attempts=2)

    do(run)

    assert fresh(run).status == RunStatus.RUNNING


# --- Claimed once -----------------------------------------------------------------


def test_what_another_worker_is_at_is_left_alone(run, work):
    seen = []
    work(lambda run, progress: seen.append(run.pk))
    die(run, timedelta(minutes=1), attempts=1)

    assert not do(run)
    assert seen == []
    assert fresh(run).attempts == 1


def test_what_a_dead_worker_left_is_claimed_again(run, work):
    seen = []
    work(lambda run, progress: seen.append(run.attempts))
    die(run, attempts=1)

    assert do(run)
    assert seen == [2]


def test_what_killed_three_workers_is_given_up(run, work):
    work(lambda run, progress: pytest.fail("begun a fourth time"))
    die(run, attempts=3)

    do(run)

    assert fresh(run).status == RunStatus.FAILED
    assert "3" in fresh(run).error


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_does_it(reviewer, work):
    run, seen, answers = begun(by=reviewer), [], []
    work(lambda run, progress: seen.append(run.pk))
    together = threading.Barrier(2)

    def worker():
        together.wait()
        try:
            answers.append(do(run))
        finally:
            connection.close()

    both = [threading.Thread(target=worker) for _each in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert sorted(answers) == [False, True]
    assert seen == [run.pk]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer at a time"
)
def test_a_long_transaction_is_nobodys_prey_however_old_its_beat(reviewer, work):
    run, answers = begun(by=reviewer), []
    die(run, attempts=1)
    run.refresh_from_db()

    def worker():
        try:
            answers.append(do(run))
        finally:
            connection.close()

    with transaction.atomic():
        jobs.Progress(run)(1, 2)
        other = threading.Thread(target=worker)
        other.start()
        other.join()

    assert answers == [False]
    assert fresh(run).attempts == 1


# --- Taken up again ---------------------------------------------------------------


def queued() -> int:
    return DBTaskResult.objects.count()


@pytest.mark.parametrize(
    ("state", "is_revived"),
    [
        ({}, True),
        ({"status": RunStatus.WAITING}, True),
        ({"silent_for": timedelta(minutes=1)}, False),
        ({"status": RunStatus.DONE}, False),
        ({"status": RunStatus.FAILED}, False),
        # A file that was sent at once; no worker was ever asked.
        ({"work": ""}, False),
    ],
    ids=str,
)
def test_stale_work_is_put_before_the_workers_again_once(
    run, django_capture_on_commit_callbacks, state, is_revived
):
    die(run, **state)

    assert jobs.is_stale(fresh(run)) == is_revived
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.revive(run) == int(is_revived)
        assert jobs.revive(run) == 0
    assert queued() == int(is_revived)


def test_only_the_named_work_is_revived(
    reviewer, run, django_capture_on_commit_callbacks
):
    other = begun(by=reviewer)
    sheet = ImportRun.objects.create(layout="x", file_name="x")
    jobs.start(sheet, "test")
    for each in (run, other, sheet):
        die(each)

    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.revive(run) == 1
        assert jobs.revive() == 2
    assert queued() == 3


def test_before_the_only_worker_starts_all_open_work_is_dead(
    run, work, django_capture_on_commit_callbacks
):
    seen = []
    work(lambda run, progress: seen.append(run.pk))
    die(run, timedelta(0), attempts=1)
    out = StringIO()

    call_command("revive_work", stdout=out)
    assert out.getvalue() == ""
    with django_capture_on_commit_callbacks(execute=True):
        call_command("revive_work", "--alone", stdout=out)

    assert out.getvalue() == "1 pieces of work taken up again.\n"
    assert do(run)
    assert seen == [run.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_finding_dead_work_costs_a_query_a_kind(
    reviewer, count, django_assert_num_queries
):
    for _each in range(count):
        begun(by=reviewer)

    with django_assert_num_queries(2):
        assert jobs.revive() == 0
