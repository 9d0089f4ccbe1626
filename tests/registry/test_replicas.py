"""Who may be shown what was true a moment ago; replicas that lag or fall silent."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connections, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from members.models import Member
from registry import acts, replicas
from registry.access import public
from registry.models import Agency
from registry.replicas import (
    FRESH,
    PRIMARY,
    REPLICA,
    Lag,
    ReplicaRouter,
    may_be_old,
    reading_from,
)
from tests.conftest import Visitor
from tests.factories import MemberFactory

HOME = "/provinces/"


# --- The router -----------------------------------------------------------------------


def test_without_a_request_everything_is_the_primarys():
    assert ReplicaRouter().db_for_read(Member) == PRIMARY
    assert ReplicaRouter().db_for_write(Member) == PRIMARY


@pytest.mark.django_db(transaction=True)
def test_only_what_public_pages_show_is_read_from_the_replica():
    with reading_from(REPLICA):
        assert ReplicaRouter().db_for_read(Member) == REPLICA
        assert ReplicaRouter().db_for_read(ContentType) == REPLICA
        assert ReplicaRouter().db_for_read(DBTaskResult) == PRIMARY


@pytest.mark.django_db(transaction=True)
def test_a_request_that_has_written_reads_the_primary_from_then_on():
    with reading_from(REPLICA) as reading:
        assert ReplicaRouter().db_for_write(Member) == PRIMARY
        assert ReplicaRouter().db_for_read(Member) == PRIMARY
        assert reading.has_written


@pytest.mark.django_db(transaction=True)
def test_a_transaction_reads_the_primary_and_never_both():
    with reading_from(REPLICA):
        with transaction.atomic():
            assert ReplicaRouter().db_for_read(Member) == PRIMARY
        assert ReplicaRouter().db_for_read(Member) == REPLICA


def test_migrations_leave_the_replica_alone():
    assert not ReplicaRouter().allow_migrate(REPLICA, "members")
    assert ReplicaRouter().allow_migrate(PRIMARY, "members")


# --- Who may read it ------------------------------------------------------------------


@public
def everybodys(request):
    return HttpResponse()


def staffs(request):
    return HttpResponse()


@pytest.mark.parametrize(
    ("request_", "view", "answer"),
    [
        (("get", "/products/"), everybodys, True),
        (("head", "/en/products/"), everybodys, True),
        (("post", "/contact/"), everybodys, False),
        (("get", "/products/"), staffs, False),
        (("get", "/accounts/login/"), everybodys, False),
        (("get", "/en/admin/login/"), everybodys, False),
        (("get", "/files/abc/"), everybodys, False),
    ],
)
def test_a_page_may_be_old_if_it_is_public_and_only_read(request_, view, answer):
    method, address = request_
    assert may_be_old(getattr(RequestFactory(), method)(address), view) is answer


@pytest.mark.parametrize("cookie", ["portal_session", FRESH])
def test_nothing_is_old_for_who_is_signed_in_or_wrote_a_moment_ago(cookie):
    request = RequestFactory().get("/products/")
    request.COOKIES[cookie] = "1"

    assert not may_be_old(request, everybodys)


# --- Requests, on two connections to the same database --------------------------------


@pytest.fixture
def replica(transactional_db, settings, monkeypatch):
    """Reach the test's database by a second connection, as if it were a replica."""
    second = connections[PRIMARY].copy()
    monkeypatch.setitem(connections.settings, REPLICA, second.settings_dict)
    connections[REPLICA] = second
    settings.DATABASE_ROUTERS = ["registry.replicas.ReplicaRouter"]
    monkeypatch.setattr(Lag, "measure", lambda self: 0.0)
    replicas.lag.forget()
    yield second
    second.close()
    del connections[REPLICA]
    replicas.lag.forget()


@pytest.fixture
def visitor(replica):
    return Visitor()


def asked(connection, visit):
    """Return how many questions ``visit`` asked a connection."""
    with CaptureQueriesContext(connection) as questions:
        visit()
    return len(questions)


@pytest.mark.parametrize("address", [HOME, "/", "/products/", "/members/"])
def test_a_visitors_page_is_read_from_the_replica_alone(visitor, replica, address):
    def visit():
        assert visitor.get(address).status_code == 200

    visit()
    assert asked(connections[PRIMARY], visit) == 0
    assert asked(replica, visit) > 0


def test_staff_read_the_primary_alone(visitor, replica, officer):
    visitor.force_login(officer)

    assert asked(replica, lambda: visitor.get(HOME)) == 0


def test_who_wrote_reads_the_primary_for_a_while(visitor, replica):
    answer = visitor.post(reverse("contact"), {"text": "Wrong telephone number."})

    assert answer.cookies[FRESH]["max-age"] == 11
    assert answer.cookies[FRESH]["httponly"]
    assert asked(replica, lambda: visitor.get(HOME)) == 0
    del visitor.cookies[FRESH]
    visitor.cookies.pop("portal_session", None)
    assert asked(replica, lambda: visitor.get(HOME)) > 0


def test_who_only_looks_gets_no_cookie(visitor):
    assert FRESH not in visitor.get(HOME).cookies


def test_a_row_of_the_replica_is_saved_in_the_primary(replica, officer):
    member = MemberFactory(owner=officer.agency)
    with reading_from(REPLICA):
        agency = Agency.objects.get(pk=member.owner_id)
        assert agency._state.db == REPLICA
        with acts.act(by=officer):
            agency.save()

    assert agency._state.db == PRIMARY


@pytest.fixture
def broken(replica):
    """Have the replica fail at every question."""

    def refuse(execute, sql, params, many, context):
        raise OperationalError("canceling statement due to conflict with recovery")

    with replica.execute_wrapper(refuse):
        yield replica


def test_a_page_that_the_replica_lets_down_is_drawn_from_the_primary(
    visitor, broken, caplog
):
    assert visitor.get(HOME).status_code == 200
    assert "The replica did not serve /provinces/: canceling" in caplog.text
    assert replicas.lag.is_well


def test_a_replica_that_is_gone_is_left_alone_for_a_while(
    visitor, broken, monkeypatch, caplog
):
    monkeypatch.setattr(broken, "is_usable", lambda: False)

    assert visitor.get(HOME).status_code == 200
    assert "The replica is not read: it does not answer" in caplog.text
    caplog.clear()
    assert visitor.get(HOME).status_code == 200
    assert caplog.text == ""


def test_another_fault_is_not_tried_twice(visitor, replica, monkeypatch):
    calls = []

    def by_region():
        calls.append(1)
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("cluster_portal.figures.by_region", by_region)
    visitor.raise_request_exception = False

    assert visitor.get(HOME).status_code == 500
    assert len(calls) == 1


def test_a_replica_too_far_behind_is_not_read(visitor, replica, monkeypatch, caplog):
    monkeypatch.setattr(Lag, "measure", lambda self: 60.0)

    assert asked(replica, lambda: visitor.get(HOME)) == 0
    assert "60 s behind" in caplog.text


# --- How far behind it is -------------------------------------------------------------


class Logs:
    """Where the logs of two databases end, and a clock."""

    def __init__(self, monkeypatch):
        self.now, self.written, self.replayed = 1_000.0, 0, 0
        monkeypatch.setattr(replicas, "_position", self.position)
        monkeypatch.setattr(replicas.time, "monotonic", lambda: self.now)

    def position(self, alias, expression):
        return self.written if alias == PRIMARY else self.replayed

    def pass_by(self, seconds=1.0, written=0, replayed=0):
        self.now += seconds
        self.written += written
        self.replayed += replayed


@pytest.fixture
def logs(monkeypatch):
    class Postgres:
        vendor = "postgresql"

    monkeypatch.setattr(replicas, "connections", {PRIMARY: Postgres, REPLICA: Postgres})
    return Logs(monkeypatch)


def test_who_has_replayed_everything_is_not_behind_however_long_nobody_wrote(logs):
    lag = Lag()
    assert lag.measure() == 0
    logs.pass_by(3_600)
    assert lag.measure() == 0


def test_who_stands_still_falls_behind_by_the_second(logs):
    lag = Lag()
    assert lag.measure() == 0
    for second in (1, 2, 3):
        logs.pass_by(written=100)
        assert lag.measure() == second
    logs.replayed = 200
    assert lag.measure() == 1
    logs.replayed = 300
    assert lag.measure() == 0


def test_a_process_that_begins_knows_nothing_until_it_has_looked_twice(logs):
    lag = Lag()
    logs.written = 100
    assert lag.measure() is None
    logs.pass_by(written=50, replayed=100)
    assert lag.measure() == 1


def test_who_was_not_asked_for_long_is_measured_anew(logs):
    lag = Lag()
    assert lag.measure() == 0
    logs.pass_by(60, written=100)
    assert lag.measure() is None
