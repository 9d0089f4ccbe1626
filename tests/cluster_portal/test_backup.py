"""Backups: made while people work, whole or not at all, and put back as they were."""

import io
import json
import random
import shutil
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone
from PIL import Image

from cluster_portal.backup import databases, making, restoring
from cluster_portal.backup.archive import opened
from cluster_portal.backup.checking import check, open_pages
from cluster_portal.backup.making import make_backup
from cluster_portal.backup.manifest import Manifest, Refused
from members.models import Member
from products.models import Photo, Product
from registry import acts, erasures
from registry.actions import records
from registry.actions.privacy import erase_person
from registry.enums import AuditKind, Role
from registry.models import AuditEvent, OutboxMail
from registry.personal import Person, gathered
from registry.storages import content_name
from registry.uploads import take_upload
from tests.factories import MemberFactory, PhotoFactory, ProductFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def register():
    """Keep a published product with a photo, a draft, and a paper."""
    product = ProductFactory(published=True)
    PhotoFactory(product=product, picture=picture("#a33"))
    MemberFactory(name_th="กลุ่มร่าง")
    name = content_name("certificates", b"%PDF-1.4 proof", "pdf")
    storages["private"].save(name, ContentFile(b"%PDF-1.4 proof"))
    return Product.objects.get()


@pytest.fixture
def archive(register, tmp_path):
    """Back it up."""
    path = tmp_path / "backup.tar"
    make_backup(path)
    return path


def restored(path, *, replace=True):
    with opened(path) as reader:
        return restoring.restore(reader, replace=replace, say=lambda _text: None)


def picture(colour):
    """Store a picture; return what a row keeps of it."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    upload = SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")
    return dict(take_upload(upload, "picture").kept)


def files_of(alias):
    return list(making.stored_names(storages[alias]))


def rewritten(path, change):
    """Return the archive with parts changed: ``change(name, content)``, None drops."""
    target = path.with_name("changed.tar")
    with tarfile.open(path) as old, tarfile.open(target, "w") as new:
        for part in old:
            content = change(part.name, old.extractfile(part).read())
            if content is not None:
                part.size = len(content)
                new.addfile(part, io.BytesIO(content))
    return target


# --- Making ---------------------------------------------------------------------------


def test_a_backup_says_what_is_in_it(archive, register):
    with opened(archive) as reader:
        said = reader.manifest()
        listed = list(reader.listed())

    assert (said.counts["products_product"], said.counts["members_member"]) == (1, 2)
    newest = Product.history.order_by("-history_id").values_list("pk", flat=True)[0]
    assert said.history["products_historicalproduct"] == newest
    assert said.vendor == connection.vendor
    assert [entry.shelf for entry in listed].count("public") == len(files_of("public"))
    assert said.files["private"].count == len(files_of("private")) > 0
    assert ("members", "0001_initial") in said.migrations
    assert said.versions.keys() == {"portal", "python", "django", "database"}


def test_it_is_readable_by_its_owner_only_and_nothing_else_is_left(archive):
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in archive.parent.iterdir()] == ["backup.tar"]


def test_it_holds_no_secret(archive, settings):
    content = archive.read_bytes()

    assert settings.SECRET_KEY.encode() not in content
    assert settings.IDENTITY_HASH_KEY.encode() not in content


def test_nothing_is_overwritten(archive):
    before = archive.read_bytes()

    with pytest.raises(Refused, match="exists already"):
        make_backup(archive)

    assert archive.read_bytes() == before


def test_a_backup_that_fails_leaves_nothing(register, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making.Writer, "add_bytes", full)

    with pytest.raises(Refused, match="No space left"):
        make_backup(tmp_path / "b.tar")

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_backup_left_is_removed_by_the_next(register, tmp_path):
    left = tmp_path / f"{making.UNDER_WAY}abc"
    left.mkdir()
    (left / "lock").write_text("")
    (left / "backup").write_text("half")

    make_backup(tmp_path / "b.tar")

    assert [each.name for each in tmp_path.iterdir()] == ["b.tar"]


def test_people_work_while_it_is_made_and_it_is_of_one_moment(
    register, tmp_path, monkeypatch
):
    add_files = making._add_files

    def meanwhile(writer, shelf, listed):
        if shelf == "public":
            MemberFactory(name_th="กลุ่มมาทีหลัง")
            records.withdraw(Product.objects.get(), by=None, note="No longer made.")
        return add_files(writer, shelf, listed)

    monkeypatch.setattr(making, "_add_files", meanwhile)

    made = make_backup(tmp_path / "b.tar")

    assert Member.objects.count() == 3
    assert made.counts["members_member"] == 2


# --- Restoring ------------------------------------------------------------------------


def test_a_restored_register_is_what_it_was(archive, register):
    files = {alias: files_of(alias) for alias in ("public", "private")}
    with acts.act(by=None):
        Photo.objects.get().delete()
    MemberFactory(name_th="กลุ่มใหม่")
    for alias in files:
        shutil.rmtree(storages[alias].location)

    done = restored(archive)

    assert {alias: files_of(alias) for alias in files} == files
    assert (Member.objects.count(), Photo.objects.count()) == (2, 1)
    assert Product.objects.search(register.name_th).get() == register
    assert done.missing == []
    with opened(archive) as reader:
        assert check(reader, seed=1).wrong_rows == []


def test_records_and_files_are_never_replaced_unasked(archive):
    with pytest.raises(Refused, match="The database is not empty"):
        restored(archive, replace=False)


def test_the_command_replaces_only_what_is_named(archive):
    Member.objects.filter(name_th="กลุ่มร่าง").update(name_th="กลุ่มแก้แล้ว")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(archive), replace=True, confirm="another")

    assert Member.objects.filter(name_th="กลุ่มแก้แล้ว").exists()


def test_nobody_else_may_be_at_work(archive):
    other = connections["default"].copy()
    other.ensure_connection()
    with other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_user")
    try:
        with pytest.raises(Refused, match="Somebody else is at work"):
            restored(archive)
    finally:
        other.close()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("cut", "cut short"),
        ("no file", "no backup"),
        ("bent file", "Not as they were: media/private/certificates"),
        ("another file", "is damaged"),
        ("bent database", "Not as they were: database"),
        ("bent manifest", "was changed or is damaged"),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_is_touched(archive, what, said):
    if what == "cut":
        path = archive.with_name("cut.tar")
        path.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    elif what == "no file":
        path = archive.with_name("text.tar")
        path.write_bytes(b"no archive at all" * 100)
    else:
        path = rewritten(archive, lambda name, text: bent(what, name, text))
    MemberFactory(name_th="กลุ่มใหม่")

    with pytest.raises(Refused, match=said):
        restored(path)

    assert Member.objects.count() == 3
    assert not restoring.marker().exists()


def bent(what, name, text):
    if what == "bent file" and name.endswith(".pdf"):
        return b"%PDF-1.4 forged"
    if what == "another file" and name.endswith(".pdf"):
        return None
    if what == "bent database" and name.startswith("database."):
        return text[:-1] + bytes([text[-1] ^ 1])
    if what == "bent manifest" and name == "manifest.json":
        return text.replace(b'"members_member": 2', b'"members_member": 3')
    return text


def test_a_newer_backup_and_one_of_another_database_are_refused(archive):
    with opened(archive) as reader:
        said = reader.manifest()
    newer = Manifest(**vars(said) | {"migrations": [("members", "9999_later")]})
    other = Manifest(**vars(said) | {"vendor": "oracle"})

    with pytest.raises(Refused, match=r"newer portal.*members\.9999_later"):
        restoring.check_fitting(newer)
    with pytest.raises(Refused, match="backup of oracle"):
        restoring.check_fitting(other)
    later = json.dumps(json.loads(said.as_bytes()) | {"format": 2}).encode()
    with pytest.raises(Refused, match="format 2"):
        Manifest.from_bytes(later)


def test_sessions_end_tasks_go_and_mails_are_held(register, tmp_path, client):
    client.force_login(UserFactory())
    OutboxMail.objects.create(to="a@test.example", subject="Hello", body="Text")
    make_backup(tmp_path / "b.tar")

    done = restored(tmp_path / "b.tar")

    assert (done.sessions, done.mails, Session.objects.count()) == (1, 1, 0)
    assert "restore" in OutboxMail.objects.get().error


def test_erasures_after_the_backup_are_told(archive):
    event = AuditEvent.objects.create(
        kind=AuditKind.PERSON_ERASED, model="members.Member", object_id=7
    )
    AuditEvent.objects.filter(pk=event.pk).update(
        at=timezone.now() + timedelta(hours=1)
    )

    (line,) = restored(archive).erased

    assert line.endswith("UTC: members.Member 7")


def test_erasures_are_known_although_the_database_is_lost(register, tmp_path):
    officer = UserFactory()
    make_backup(tmp_path / "b.tar")
    person = gathered(Person(users=frozenset({officer.pk})))
    erase_person(person, by=None, reason="The person asked for it.")
    clear()

    (line,) = restored(tmp_path / "b.tar").erased

    assert f"registry.User {officer.pk}" in line
    assert erasures.ledger().stat().st_mode & 0o777 == 0o600
    assert officer.email not in erasures.ledger().read_text()
    erasures.ledger().unlink()


def test_a_picture_withdrawn_or_published_meanwhile_lies_where_it_belongs(
    register, tmp_path, monkeypatch
):
    add_files = making._add_files

    def meanwhile(writer, shelf, listed):
        if shelf == "public":
            records.withdraw(Product.objects.get(), by=None, note="No longer made.")
            draft = ProductFactory(member=register.member)
            PhotoFactory(product=draft, picture=picture("#3a3"))
            records.publish(draft, by=None)
        return add_files(writer, shelf, listed)

    shown = files_of("public")
    monkeypatch.setattr(making, "_add_files", meanwhile)
    make_backup(tmp_path / "b.tar")

    restored(tmp_path / "b.tar")

    assert Product.objects.get().is_published
    assert files_of("public") == shown


def test_a_restore_that_was_stopped_is_begun_again(archive, register, monkeypatch):
    class Stopped(Exception):
        pass

    def stop(*args):
        raise Stopped

    clear()
    with monkeypatch.context() as patch:
        patch.setattr(type(databases.kind()), "put_back", stop)
        with pytest.raises(Stopped):
            restored(archive, replace=False)
    assert (Member.objects.count(), len(files_of("private")) > 0) == (0, True)

    restored(archive, replace=False)

    assert Product.objects.get() == register
    assert not restoring.marker().exists()


def test_files_of_somebody_else_are_not_taken_for_those_of_a_stopped_restore(archive):
    clear(files=False)

    with pytest.raises(Refused, match="public files are not empty"):
        restored(archive, replace=False)


def clear(*, files=True):
    """Empty the register, as a fresh machine is."""
    with connection.constraint_checks_disabled():
        call_command("flush", interactive=False, verbosity=0)
    for alias in ("public", "private") if files else ():
        shutil.rmtree(storages[alias].location, ignore_errors=True)


# --- Checking -------------------------------------------------------------------------


def test_what_differs_is_named(archive, register):
    with acts.act(by=None):
        Member.objects.get(name_th="กลุ่มร่าง").delete()
    pdf = next(name for name in files_of("private") if name.endswith(".pdf"))
    Path(storages["private"].path(pdf)).write_bytes(b"another")
    first = files_of("public")[0]
    storages["private"].delete(first)
    storages["public"].delete(first)

    with opened(archive) as reader:
        found = check(reader, seed=1)

    assert not found.is_well
    assert "members_member: 2 → 1 rows" in found.wrong_rows
    assert f"private/{pdf} is another" in found.wrong_files
    assert f"public/{first} is missing" in found.wrong_files


def test_twenty_pages_open_and_leave_no_trace(register):
    UserFactory(role=Role.OFFICER)
    UserFactory(role=Role.ADMINISTRATOR, agency=None)
    before = databases.figures_now()

    pages = open_pages(random.Random(7))

    assert [str(page) for page in pages if not page.is_well] == []
    assert len(pages) == 20
    assert databases.figures_now() == before


@pytest.mark.django_db
def test_twenty_pages_open_in_an_empty_register_too():
    pages = open_pages(random.Random(7))

    assert [str(page) for page in pages if not page.is_well] == []
    assert len(pages) == 20


def test_a_page_that_does_not_open_is_told(archive, monkeypatch):
    monkeypatch.setattr(
        "cluster_portal.backup.checking._public_pages", lambda chance: ["/nowhere/"]
    )

    with opened(archive) as reader:
        found = check(reader, seed=1)

    assert ([str(page) for page in found.pages], found.is_well) == (
        ["404 /nowhere/"],
        False,
    )
