"""By night, stored files that nothing names go; all others stay."""

import datetime
import io
import os
import uuid

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from members.models import Member
from registry import acts, sweeping
from registry.actions import proposals, records
from registry.changes import Changes
from registry.models import FormDraft, Proposal
from registry.storages import content_name, private_storage, public_storage
from registry.uploads import signed, take_upload
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


def upload(colour):
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return take_upload(SimpleUploadedFile("a.jpg", file.getvalue()), "picture")


def grow_old(days=3):
    """Make every stored file so many days old."""
    then = (timezone.now() - datetime.timedelta(days=days)).timestamp()
    for root in (settings.MEDIA_ROOT, settings.PRIVATE_ROOT):
        for path in root.rglob("*"):
            if path.is_file():
                os.utime(path, (then, then))


def sweep(**options):
    said = io.StringIO()
    call_command("sweep_media", stdout=said, **options)
    return said.getvalue()


def is_kept(taken):
    return {private_storage().exists(name) for name in taken.names} == {True}


def is_gone(taken):
    return {private_storage().exists(name) for name in taken.names} == {False}


def test_what_nothing_names_goes_after_two_days_and_not_before():
    taken = upload("#111")

    assert sweep().startswith("0 files")
    grow_old(days=1)
    assert sweep().startswith("0 files")
    grow_old(days=3)
    assert sweep(dry_run=True).splitlines()[-1].endswith("would be removed.")
    assert is_kept(taken)
    assert sweep() == f"{len(taken.names)} files removed.\n"
    assert is_gone(taken)


def test_what_a_row_or_its_history_names_stays(officer):
    first, second = upload("#111"), upload("#222")
    member = MemberFactory(owner=officer.agency)
    member = records.edit(
        member, Changes(fields={"portrait": dict(first.kept)}), by=officer
    )
    records.edit(member, Changes(fields={"portrait": dict(second.kept)}), by=officer)
    grow_old()

    assert sweep().startswith("0 files")
    assert is_kept(first)
    assert is_kept(second)
    Member.history.all().delete()
    sweep()
    assert is_gone(first)
    assert is_kept(second)


def test_what_an_open_proposal_names_stays(officer):
    taken, typed = upload("#111"), upload("#222")
    member = MemberFactory(owner=officer.agency, published=True)
    proposals.propose(
        member,
        Changes(fields={"portrait": dict(taken.kept)}),
        by=officer,
        typed=f"portrait_upload-kept={signed(typed, officer)}",
    )
    grow_old()

    assert sweep().startswith("0 files")
    with acts.act(by=None):
        Proposal.objects.all().delete()
    Proposal.history.all().delete()
    sweep()
    assert is_gone(taken)
    assert is_gone(typed)


def test_what_a_form_that_is_being_filled_in_names_stays(officer):
    taken = upload("#111")
    body = f"name_th=x&photos-0-upload-kept={signed(taken, officer)}".replace(
        ":", "%3A"
    )
    draft = FormDraft.objects.create(user=officer, key="products:new", body=body)
    grow_old()

    assert sweep().startswith("0 files")
    draft.delete()
    sweep()
    assert is_gone(taken)


def test_the_public_storage_is_swept_too():
    name = content_name("pictures", b"RIFF", "webp")
    public_storage().save(name, ContentFile(b"RIFF"))
    grow_old()

    sweep()

    assert not public_storage().exists(name)


def test_an_app_keeps_what_it_names_elsewhere(monkeypatch):
    taken = upload("#111")
    monkeypatch.setattr(
        sweeping, "_namers", [*sweeping._namers, lambda: [sorted(taken.names)]]
    )
    grow_old()

    sweep()

    assert is_kept(taken)


def test_a_half_written_file_goes_and_a_strange_one_stays():
    root = settings.PRIVATE_ROOT
    root.mkdir(parents=True, exist_ok=True)
    half, strange = root / f".part-{uuid.uuid4()}", root / "README"
    half.write_text("x")
    strange.write_text("x")
    grow_old()

    sweep()

    assert not half.exists()
    assert strange.exists()


def test_a_file_that_is_sent_again_is_young_again():
    taken = upload("#111")
    grow_old()

    upload("#111")

    assert sweep().startswith("0 files")
    assert is_kept(taken)
