"""The shared cache lives on Redis, and in the database while Redis is away."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends import cache as cache_sessions
from django.contrib.sessions.backends import cached_db
from django.core.cache import caches
from django.urls import reverse

from registry import caching
from registry.devices import devices_of
from tests.doubles import RedisDouble

pytestmark = pytest.mark.django_db

TABLE = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "portal_cache",
}


@pytest.fixture
def redis():
    double = RedisDouble()
    yield double
    double.stop()


@pytest.fixture
def cache(redis, settings, monkeypatch):
    """Return a cache on a Redis of its own."""
    settings.CACHES = {
        "default": {
            "BACKEND": "registry.caching.SharedCache",
            "LOCATION": f"redis://127.0.0.1:{redis.port}/0",
        },
        "table": TABLE,
    }
    monkeypatch.setattr(caching, "outage", caching._Outage())
    return caches["default"]


def come_back(redis):
    """Start Redis again with what it knew, and let the pause be over."""
    again = RedisDouble(redis.port, redis.kept)
    caching.outage.until = 0.0
    return again


def test_counters_lie_in_redis(cache, redis):
    cache.set("a", 1)
    assert cache.incr("a") == 2
    assert cache.get("a") == 2
    assert redis.kept == {b":1:a": b"2"}
    assert caches["table"].get("a") is None
    assert cache.add("lock", True)
    assert not cache.add("lock", True)


def test_without_redis_the_database_counts_and_nobody_fails(cache, redis, caplog):
    redis.stop()

    cache.set("a", 1)
    assert cache.incr("a") == 2
    assert cache.add("lock", True)
    assert not cache.add("lock", True)
    assert caches["table"].get("a") == 2
    assert caplog.text.count("Redis is away") == 1


def test_a_redis_that_is_away_is_not_asked_again_at_once(cache, redis, monkeypatch):
    redis.stop()
    cache.get("a")
    asked = []
    monkeypatch.setattr(caching.SharedCache, "settle", lambda self: asked.append(1))

    cache.get("a")
    cache.set("a", 1)

    assert asked == []


def test_redis_is_used_again_once_it_is_back(cache, redis, caplog):
    cache.set("a", 1)
    redis.stop()
    assert cache.get("a") is None
    again = come_back(redis)

    assert cache.get("a") == 1
    assert caplog.text.count("Redis is back") == 1
    again.stop()


def test_what_was_deleted_meanwhile_does_not_come_back(cache, redis):
    for name in ("ended", "too", "stays"):
        cache.set(name, 1)
    redis.stop()
    cache.delete("ended")
    cache.delete_many(["too"])
    again = come_back(redis)

    assert cache.get("ended") is None
    assert cache.get("too") is None
    assert cache.get("stays") == 1
    again.stop()


def test_limits_of_the_sign_in_hold_without_redis(cache, redis, client):
    redis.stop()
    typed = {"login": "somebody@test.example", "password": "wrong"}
    said = [
        client.post(reverse("account_login"), typed).content.decode() for _ in range(6)
    ]

    assert "30 นาที" not in said[4]
    assert "30 นาที" in said[5]


# --- Sessions ------------------------------------------------------------------------


@pytest.fixture(params=["cache", "cached_db"])
def kept_in(request, cache, settings):
    settings.SESSIONS = request.param
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{request.param}"
    return {"cache": cache_sessions, "cached_db": cached_db}[request.param]


def sign_in(client, user):
    client.force_login(user)
    assert client.get(reverse("account_devices")).status_code == 200


def test_devices_are_listed_and_ended_wherever_sessions_are_kept(
    kept_in, client, officer
):
    sign_in(client, officer)
    key = client.session.session_key
    # As allauth notes it at a sign-in by the page.
    device, _ = UserSession.objects.get_or_create(
        session_key=key, defaults={"user": officer, "ip": "127.0.0.1"}
    )

    assert [each.pk for each in devices_of(officer)] == [device.pk]
    device.end()
    assert devices_of(officer) == []
    assert client.get(reverse("account_devices")).status_code == 302


def test_a_sign_in_kept_twice_outlives_redis(cache, redis, settings, client, officer):
    settings.SESSIONS = "cached_db"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    sign_in(client, officer)
    redis.stop()

    assert client.get(reverse("account_devices")).status_code == 200


def test_a_closed_account_is_out_whatever_the_cache_keeps(kept_in, client, officer):
    sign_in(client, officer)
    get_user_model().objects.filter(pk=officer.pk).update(is_active=False)

    assert client.get(reverse("account_devices")).status_code == 302
