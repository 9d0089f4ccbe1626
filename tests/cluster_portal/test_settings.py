"""Settings of several machines: what they change, and what they refuse."""

import os
import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cluster_portal import settings
from registry import checks

POSTGRES = "postgres://portal:secret@10.0.0.6/portal"
BUCKETS = {"PORTAL_S3_PUBLIC_BUCKET": "shown", "PORTAL_S3_PRIVATE_BUCKET": "kept"}


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Read the settings as a process that begins in an environment does."""

    def begin(**given):
        for name in list(os.environ):
            if name.startswith("PORTAL_") or name.endswith("_URL"):
                monkeypatch.delenv(name)
        given = {
            "PORTAL_ENV_FILE": os.devnull,
            "PORTAL_DATA_DIR": str(tmp_path),
            **given,
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(Path(settings.__file__)))

    return begin


def test_a_machine_alone_needs_nothing_else(read):
    found = read()

    assert list(found["DATABASES"]) == ["default"]
    assert "DATABASE_ROUTERS" not in found
    assert list(found["CACHES"]) == ["default"]
    assert found["CACHES"]["default"]["OPTIONS"]["MAX_ENTRIES"] == 100_000
    assert found["SESSION_ENGINE"] == "django.contrib.sessions.backends.db"
    assert found["STORAGES"]["private"]["BACKEND"] == "registry.storages.PrivateStorage"
    assert found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["img-src"] == [
        "'self'",
        "data:",
        "blob:",
    ]


@pytest.mark.parametrize("scheme", ["redis", "rediscache"])
def test_redis_has_the_table_behind_it(read, scheme):
    found = read(CACHE_URL=f"{scheme}://:word@10.0.0.5:6379/1")

    assert found["CACHES"]["default"]["BACKEND"] == "registry.caching.SharedCache"
    assert found["CACHES"]["default"]["LOCATION"] == "redis://:word@10.0.0.5:6379/1"
    assert found["CACHES"]["table"]["LOCATION"] == "portal_cache"


def test_a_replica_is_read_only_and_found_by_the_router(read):
    found = read(
        DATABASE_URL=POSTGRES, PORTAL_REPLICA_URL=f"{POSTGRES}?sslmode=require"
    )

    replica = found["DATABASES"]["replica"]
    assert "default_transaction_read_only=on" in replica["OPTIONS"]["options"]
    assert "read_only" not in found["DATABASES"]["default"]["OPTIONS"]["options"]
    assert replica["OPTIONS"]["sslmode"] == "require"
    assert found["DATABASE_ROUTERS"] == ["registry.replicas.ReplicaRouter"]


def test_a_pooler_is_told_no_options(read):
    found = read(DATABASE_URL=POSTGRES, PORTAL_DATABASE_POOLED="true")

    assert "options" not in found["DATABASES"]["default"]["OPTIONS"]
    assert found["DATABASES"]["default"]["DISABLE_SERVER_SIDE_CURSORS"]


def test_two_buckets_take_the_place_of_two_folders(read):
    found = read(**BUCKETS, PORTAL_MEDIA_URL="https://pictures.example/")

    assert {each["BACKEND"] for each in found["STORAGES"].values()} == {
        "registry.buckets.PrivateBucket",
        "registry.buckets.PublicBucket",
        "whitenoise.storage.CompressedManifestStaticFilesStorage",
    }
    assert found["STORAGES"]["default"]["BACKEND"] == "registry.buckets.PrivateBucket"
    policy = found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert policy["img-src"][-1] == "https://pictures.example"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"PORTAL_REPLICA_URL": POSTGRES}, "PORTAL_REPLICA_URL"),
        ({"PORTAL_SESSIONS": "cache"}, "PORTAL_SESSIONS"),
        ({"PORTAL_SESSIONS": "file"}, "PORTAL_SESSIONS"),
        ({"PORTAL_S3_PUBLIC_BUCKET": "shown"}, "PORTAL_S3_PRIVATE_BUCKET"),
        (
            {"PORTAL_S3_PUBLIC_BUCKET": "one", "PORTAL_S3_PRIVATE_BUCKET": "one"},
            "PORTAL_S3_PRIVATE_BUCKET",
        ),
    ],
)
def test_what_cannot_be_meant_stops_the_start_by_its_name(read, given, name):
    with pytest.raises(ImproperlyConfigured, match=name):
        read(**given)


@pytest.mark.parametrize(
    ("on_redis", "is_given", "warned"),
    [(False, False, False), (True, False, True), (True, True, False)],
)
def test_machines_that_share_redis_must_share_the_secret(
    monkeypatch, on_redis, is_given, warned
):
    monkeypatch.setattr("django.conf.settings.ON_REDIS", on_redis)
    monkeypatch.setattr("django.conf.settings.SECRET_IS_GIVEN", is_given)

    found = checks.machines_share_a_secret()

    assert [each.id for each in found] == (["registry.W002"] if warned else [])
