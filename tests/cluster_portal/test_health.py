"""What the portal says of itself to whoever watches it."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from cluster_portal import health, heartbeat
from registry.tasks import send_outbox

WELL = {"database": True, "migrations": True, "worker": True, "storage": True}


@pytest.fixture(autouse=True)
def nothing_believed():
    health.forget_storage()
    yield
    health.forget_storage()


@pytest.fixture
def worker(db):
    """Hear of a worker."""
    heartbeat.beat()


def asked(client, status):
    answer = client.get("/readyz")
    assert answer.status_code == status
    assert answer["Cache-Control"] == "no-store"
    return json.loads(answer.content)


@pytest.mark.django_db
def test_alive_is_said_without_a_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.content, answer["Cache-Control"]) == (b"ok\n", "no-store")


@pytest.mark.usefixtures("worker")
def test_ready_is_said_in_four_queries(client, django_assert_num_queries):
    health.wanted_migrations()

    with django_assert_num_queries(4):
        assert asked(client, 200) == WELL


@pytest.mark.usefixtures("worker")
def test_ready_costs_less_than_twenty_milliseconds(client):
    asked(client, 200)

    begun = time.process_time()
    for _each in range(5):
        asked(client, 200)

    assert (time.process_time() - begun) / 5 < 0.02


@pytest.mark.usefixtures("worker")
def test_a_migration_that_is_not_applied_is_told(client):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'members' AND name LIKE '0001%%'"
        )

    assert asked(client, 503) == WELL | {"migrations": False}


@pytest.mark.django_db
def test_without_a_worker_it_is_not_ready(client):
    assert asked(client, 503) == WELL | {"worker": False}


@pytest.mark.django_db
def test_a_worker_that_fell_silent_is_none(client):
    long_ago = timezone.now() - heartbeat.PATIENCE - timedelta(seconds=1)
    cache.set(heartbeat.KEY, long_ago.isoformat(), timeout=None)

    assert asked(client, 503) == WELL | {"worker": False}


@pytest.mark.usefixtures("worker")
def test_a_worker_that_leaves_tasks_lying_is_none(client):
    send_outbox.enqueue()
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=4))
    assert asked(client, 200) == WELL

    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=6))

    assert asked(client, 503) == WELL | {"worker": False}


@pytest.mark.usefixtures("worker")
def test_a_task_planned_for_later_was_not_left_lying(client):
    send_outbox.enqueue()
    now = timezone.now()
    DBTaskResult.objects.update(
        enqueued_at=now - timedelta(days=1), run_after=now - timedelta(minutes=1)
    )

    assert asked(client, 200) == WELL


@pytest.mark.usefixtures("worker")
def test_a_folder_that_takes_no_file_is_told(client, settings, tmp_path):
    # A file stands where the folder should be: even root cannot write below it.
    (tmp_path / "private").write_text("")
    settings.PRIVATE_ROOT = tmp_path / "private"

    assert asked(client, 503) == WELL | {"storage": False}


@pytest.mark.usefixtures("worker")
def test_a_disk_that_is_nearly_full_is_told(client, monkeypatch):
    monkeypatch.setattr(health, "LEAST_ROOM", 1 << 60)

    assert asked(client, 503) == WELL | {"storage": False}


@pytest.mark.usefixtures("worker")
def test_the_look_at_the_storages_leaves_nothing(client, settings):
    asked(client, 200)

    assert [each.name for each in settings.PRIVATE_ROOT.iterdir()] == []


@pytest.mark.django_db
def test_a_database_that_is_away_is_told_and_not_an_error(client, monkeypatch):
    def away(*args):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(connection, "cursor", away)

    assert asked(client, 503) == {
        "database": False,
        "migrations": False,
        "worker": False,
        "storage": True,
    }


@pytest.mark.django_db(transaction=True)
def test_the_worker_beats_as_long_as_it_works():
    call_command("db_worker", batch=True, verbosity=0, startup_delay=False)

    assert heartbeat.is_alive()
    assert "heartbeat" not in [thread.name for thread in threading.enumerate()]
