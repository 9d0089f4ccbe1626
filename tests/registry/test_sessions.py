"""A sign-in ends by itself, and a closed account at once."""

import pytest
from django.urls import reverse

from registry import acts

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that stands still until it is moved."""
    now = {"seconds": 1_800_000_000}
    monkeypatch.setattr("registry.sessions.time.time", lambda: now["seconds"])
    return now


def is_signed_in(client):
    return client.get(reverse("admin:index")).status_code == 200


def test_half_an_hour_without_a_request_ends_the_sign_in(client, reviewer, clock):
    client.force_login(reviewer)
    assert is_signed_in(client)

    clock["seconds"] += 29 * 60
    assert is_signed_in(client)
    clock["seconds"] += 31 * 60
    assert not is_signed_in(client)


def test_eight_hours_end_it_however_busy_one_was(client, reviewer, clock):
    client.force_login(reviewer)
    for _ in range(24):
        assert is_signed_in(client)
        clock["seconds"] += 20 * 60

    clock["seconds"] += 60
    assert not is_signed_in(client)


def test_a_closed_account_is_out_at_the_next_request(client, reviewer):
    client.force_login(reviewer)
    assert is_signed_in(client)

    reviewer.is_active = False
    with acts.act(by=None):
        reviewer.save()

    assert not is_signed_in(client)
