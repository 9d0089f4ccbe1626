"""Files are named by content, written whole, and private ones have no address."""

import hashlib
import io
import os
import stat
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.migrations.writer import MigrationWriter

from registry.storages import (
    PrivateStorage,
    PublicStorage,
    content_name,
    private_storage,
    public_storage,
)

HASH = hashlib.sha256(b"silk").hexdigest()
NAME = f"pictures/{HASH[:2]}/{HASH[2:4]}/{HASH}.webp"


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files_in(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    "content", [b"silk", io.BytesIO(b"silk")], ids=["bytes", "file"]
)
def test_a_name_is_made_of_the_content(content):
    assert content_name("pictures", content, "webp") == NAME


def test_an_open_file_is_at_its_start_after_naming():
    file = io.BytesIO(b"silk")
    file.read()

    content_name("pictures", file, "webp")

    assert file.read() == b"silk"


def test_a_saved_file_is_readable_by_its_group_only(folder):
    assert PublicStorage().save(NAME, ContentFile(b"silk")) == NAME
    assert (folder / NAME).read_bytes() == b"silk"
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o640


def test_the_same_content_is_written_once(folder):
    storage = PublicStorage()
    storage.save(NAME, ContentFile(b"silk"))
    written = (folder / NAME).stat()

    assert storage.save(NAME, ContentFile(b"silk")) == NAME
    assert (folder / NAME).stat().st_ino == written.st_ino
    assert files_in(folder) == [NAME]


@pytest.mark.parametrize("name", ["report.xlsx", "a/short-abc123.webp"])
def test_a_name_without_a_content_hash_is_refused(folder, name):
    with pytest.raises(ValueError, match="content"):
        PublicStorage().save(name, ContentFile(b"silk"))
    assert files_in(folder) == []


def test_a_name_that_climbs_out_of_the_folder_is_refused(folder):
    with pytest.raises(SuspiciousFileOperation):
        PublicStorage().save(f"../{HASH}.webp", ContentFile(b"silk"))


def test_a_write_that_fails_leaves_nothing(folder, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        PublicStorage().save(NAME, ContentFile(b"silk"))
    assert files_in(folder) == []


def test_public_files_have_an_address_and_private_ones_none(settings):
    assert PublicStorage().url(NAME) == f"{settings.MEDIA_URL}{NAME}"
    with pytest.raises(ValueError, match="not accessible via a URL"):
        PrivateStorage().url(NAME)


def test_the_two_storages_lie_apart_and_follow_the_settings(settings, tmp_path):
    public, private = PublicStorage(), PrivateStorage()
    settings.MEDIA_ROOT, settings.PRIVATE_ROOT = tmp_path / "m", tmp_path / "p"

    assert public.path(NAME) == str(tmp_path / "m" / NAME)
    assert private.path(NAME) == str(tmp_path / "p" / NAME)


def test_a_migration_can_name_a_storage():
    text, imports = MigrationWriter.serialize(PrivateStorage())

    assert text == "registry.storages.PrivateStorage()"
    assert imports == {"import registry.storages"}


def test_the_named_storages_are_those_of_the_settings():
    assert public_storage() is storages["public"]
    assert private_storage() is storages["private"]
