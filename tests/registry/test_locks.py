"""Two people at once: proved with real threads on PostgreSQL.

SQLite knows no row locks; there writers queue at the start of a transaction.
Each test holds the first transaction open until the second waits for it, which
``pg_stat_activity`` tells; nothing sleeps for luck.
"""

import threading
import time
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

from members.models import Member
from products.models import Product
from registry.actions import records
from registry.actions.codes import allocate
from registry.changes import Changes
from registry.errors import RecordError, StaleVersion, StepRefused
from registry.models import Code
from tests.factories import MemberFactory, ProductFactory, UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="row locks need PostgreSQL"
    ),
]


def wait_until_somebody_waits() -> None:
    """Return once a session of this database waits for a lock."""
    deadline = time.monotonic() + 2.5
    while time.monotonic() < deadline:
        with connections["default"].cursor() as cursor:
            # Within a transaction PostgreSQL shows what it saw at the first look.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    pytest.fail("The second session never waited: nothing locks the row.")


@contextmanager
def meanwhile(deed):
    """Run ``deed`` in another session; yield what becomes of it."""
    outcome = {}

    def run():
        try:
            outcome["result"] = deed()
        except RecordError as refusal:
            outcome["refusal"] = refusal
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    yield outcome, thread
    thread.join(10)
    assert not thread.is_alive()


def test_of_two_reviewers_who_publish_at_once_one_is_told(reviewer):
    member = MemberFactory(submitted=True)
    other = UserFactory(role="reviewer", agency=reviewer.agency)

    with meanwhile(lambda: records.publish(member, by=other)) as (outcome, thread):
        with transaction.atomic():
            records.publish(member, by=reviewer)
            thread.start()
            wait_until_somebody_waits()

    assert isinstance(outcome["refusal"], StepRefused)
    member.refresh_from_db()
    assert member.decided_by == reviewer
    assert member.history.filter(status="published").count() == 1


def test_of_two_edits_of_one_version_the_later_is_stale(reviewer):
    member = MemberFactory()

    def later():
        change = Changes({"name_th": "ทีหลัง"})
        return records.edit(member, change, by=reviewer, version=1)

    with meanwhile(later) as (outcome, thread):
        with transaction.atomic():
            records.edit(member, Changes({"name_th": "ก่อน"}), by=reviewer, version=1)
            thread.start()
            wait_until_somebody_waits()

    assert isinstance(outcome["refusal"], StaleVersion)
    assert Member.objects.get().name_th == "ก่อน"


def test_two_who_take_a_code_at_once_get_two():
    allocate("42", "M")

    with meanwhile(lambda: allocate("42", "M")) as (outcome, thread):
        with transaction.atomic():
            mine = allocate("42", "M")
            thread.start()
            wait_until_somebody_waits()

    assert {mine, outcome["result"]} == {"42-M-00002", "42-M-00003"}
    assert Code.objects.count() == 3


def test_a_product_is_locked_after_its_member(reviewer):
    """Else a publication and an edit of the producer wait for each other for ever."""
    product = ProductFactory()
    member = product.member

    with meanwhile(lambda: records.publish(product, by=reviewer)) as (outcome, thread):
        with transaction.atomic():
            Member.objects.select_for_update().get(pk=member.pk)
            thread.start()
            wait_until_somebody_waits()
            # Nobody holds the product yet, so the holder of the member gets it.
            Product.objects.select_for_update(nowait=True).get(pk=product.pk)

    assert outcome["result"].is_published
