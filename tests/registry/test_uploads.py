"""Files of forms: looked at once, kept for their sender, and for nobody else."""

import datetime
import io
import json
import struct
import time
import zlib

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from members.desk import MEMBER
from members.models import Member, SignedConsent
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.desks import desk_of
from registry.files import find_private, own_url, private_url
from registry.forms.desks import form_for
from registry.models import Proposal
from registry.storages import private_storage, public_storage
from registry.uploads import (
    MAX_AGE,
    Proof,
    UploadRefused,
    kept_proof,
    names_in,
    opened,
    peek,
    renew,
    signed,
    take_upload,
    values_in,
)
from tests.factories import MemberFactory, SubdistrictFactory

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def jpeg(colour="#7a4b22", size=(64, 48)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def sent(content: bytes, name="photo.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, content, content_type=kind)


def stored_files() -> list[str]:
    """Return every file below both storages."""
    return [
        str(path)
        for root in (settings.MEDIA_ROOT, settings.PRIVATE_ROOT)
        for path in root.rglob("*")
        if path.is_file()
    ]


@pytest.fixture
def member(officer):
    SubdistrictFactory(code="420101")
    return MemberFactory(owner=officer.agency, name_th="กลุ่มทอผ้าบ้านก้างปลา")


def form_of(member, user, files=None, **typed):
    """Return the desk's form as a browser sends it, with what was typed."""
    data = {
        "version": member.version,
        "name_th": member.name_th,
        "name_en": member.name_en,
        "producer_type": member.producer_type,
        "district": "4201",
        "owner": member.owner_id,
    }
    form = form_for(desk_of(Member), user)
    return form(data | typed, files or {}, instance=member)


# --- Kept though something else was wrong -------------------------------------


def test_a_picture_is_kept_although_another_field_is_wrong(member, officer):
    files = {"portrait_upload": sent(jpeg())}

    form = form_of(member, officer, files, latitude="ninety")

    assert not form.is_valid()
    assert form.errors.keys() == {"latitude"}
    value = form.data["portrait_upload-kept"]
    assert value in str(form["portrait_upload"])
    again = form_of(member, officer, **{"portrait_upload-kept": value})
    assert again.is_valid(), again.errors
    kept = again.changed_fields()["portrait"]
    assert kept["sha256"]
    assert all(private_storage().exists(name) for name in kept["card"].values())
    assert not list(settings.MEDIA_ROOT.rglob("*.webp"))


def test_a_new_file_takes_the_place_of_the_kept_one(member, officer):
    value = signed(take_upload(sent(jpeg("#000")), "picture"), officer)

    form = form_of(
        member,
        officer,
        {"portrait_upload": sent(jpeg("#fff"))},
        **{"portrait_upload-kept": value},
    )

    assert form.is_valid()
    assert form.changed_fields()["portrait"] != peek(value).kept
    assert form.data["portrait_upload-kept"] != value


def test_a_kept_file_can_be_left_out_again(member, officer):
    value = signed(take_upload(sent(jpeg()), "picture"), officer)

    form = form_of(
        member,
        officer,
        **{"portrait_upload-kept": value, "portrait_upload-drop": "on"},
    )

    assert form.is_valid()
    assert "portrait" not in form.changed_fields()
    assert value not in str(form["portrait_upload"])


# --- Signed values ------------------------------------------------------------


def test_a_value_is_taken_from_its_sender_alone(member, officer, stranger):
    value = signed(take_upload(sent(jpeg()), "picture"), stranger)

    form = form_of(member, officer, **{"portrait_upload-kept": value})

    assert not form.is_valid()
    assert form.errors["portrait_upload"]
    # Nor is it shown: the thumbnail would be an address of one's own.
    assert "/files/" not in str(form["portrait_upload"])


@pytest.mark.parametrize("bend", ["", "x", "bent", "other kind", "long"])
def test_a_bent_value_is_refused_with_a_sentence(bend, officer):
    value = signed(take_upload(sent(b"%PDF-1.7 x", "a.pdf"), "proof"), officer)
    bent = {
        "": "",
        "x": "x\0ๆ",
        "bent": value[:-1] + ("a" if value[-1] != "a" else "b"),
        "other kind": value,
        "long": value * 100,
    }[bend]

    with pytest.raises(UploadRefused) as refusal:
        opened(bent, officer, "picture")

    assert str(refusal.value)


def test_a_value_grows_old(officer, time_machine):
    value = signed(take_upload(sent(jpeg()), "picture"), officer)

    assert opened(value, officer, "picture").kind == "picture"
    time_machine.move_to(timezone.now() + MAX_AGE + datetime.timedelta(minutes=1))
    with pytest.raises(UploadRefused):
        opened(value, officer, "picture")


def test_a_value_whose_file_is_gone_asks_for_it_again(officer):
    taken = take_upload(sent(jpeg()), "picture")
    private_storage().delete(taken.thumbnail)

    with pytest.raises(UploadRefused):
        opened(signed(taken, officer), officer, "picture")


def test_a_colleague_who_goes_on_with_a_change_gets_values_of_their_own(
    officer, stranger
):
    mine = take_upload(sent(jpeg("#111")), "picture")
    other = take_upload(sent(jpeg("#222")), "picture")
    typed = f"a-kept={signed(mine, officer)}&b-kept={signed(other, officer)}"

    again = renew(typed, stranger, named=mine.names)

    first, second = values_in(again)
    assert opened(first, stranger, "picture").names == mine.names
    with pytest.raises(UploadRefused):
        opened(second, stranger, "picture")
    assert names_in(again) == mine.names | other.names


# --- Hostile files, through the form ------------------------------------------


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """Return a PNG that claims a size; ``data`` is what is deflated in it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(data, 9))
        + chunk(b"IEND", b"")
    )


HOSTILE = {
    "nothing at all": b"",
    "a script": b"<script>alert(1)</script>",
    "a page called .jpg": b"<!doctype html><title>x</title><img onerror=alert(1)>",
    "a drawing with a script": (
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    ),
    "a drawing that claims to be XML": b'<?xml version="1.0"?><svg onload="x()"/>',
    "a moving picture": b"GIF89a" + b"\0" * 40,
    "the beginning of a picture": jpeg(size=(800, 600))[:600],
    "a bomb of pixels": png_of(60_000, 60_000, b"\0" * 1_000_000),
    "a bomb of rows": png_of(1, 1_000_000, b"\0" * 1_000),
    "a program": b"MZ" + b"\0" * 200,
    "a folder of files": b"PK\x03\x04" + b"\0" * 200,
    "a paper": b"%PDF-1.7\n%%EOF",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_gets_a_sentence_and_nothing_of_it_is_kept(
    name, member, officer
):
    started = time.monotonic()

    form = form_of(member, officer, {"portrait_upload": sent(HOSTILE[name])})

    assert not form.is_valid()
    (said,) = form.errors["portrait_upload"]
    assert said.endswith((".", "ๆ")) or len(said) > 15
    assert "portrait_upload-kept" not in form.data
    assert stored_files() == []
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - {"a paper"}))
def test_a_hostile_paper_is_refused_too(name, officer):
    with pytest.raises(UploadRefused) as refusal:
        take_upload(sent(HOSTILE[name], "consent.pdf"), "proof")

    assert str(refusal.value)
    assert stored_files() == []


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04evil"])
def test_what_hides_behind_a_picture_does_not_go_on(tail, member, officer):
    content = jpeg(size=(200, 200)) + tail

    form = form_of(member, officer, {"portrait_upload": sent(content, "a.php.jpg")})

    assert form.is_valid()
    files = stored_files()
    assert files
    for path in files:
        with open(path, "rb") as file:  # noqa: PTH123
            assert tail not in file.read()
        assert path.endswith((".avif", ".webp", ".jpg"))
        assert "php" not in path


def test_a_name_that_came_with_a_paper_is_cleaned(officer):
    name = "ใบ\u202egpj.exe\u200b\0ยินยอม.pdf"

    taken = take_upload(sent(b"%PDF-1.7", name), "proof")

    assert "\u202e" not in taken.file_name
    assert "\0" not in taken.file_name
    assert len(take_upload(sent(b"%PDF-1", "x" * 400), "proof").file_name) <= 150


# --- Sent ahead ---------------------------------------------------------------


@pytest.fixture
def desk(client, officer):
    cache.clear()
    client.force_login(officer)
    return client


def test_a_picture_is_sent_ahead_and_shown_to_its_sender(desk, officer, stranger):
    answer = desk.post(reverse("workspace:upload"), {"file": sent(jpeg())})

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store, private"
    given = answer.json()
    assert opened(given["value"], officer, "picture").kept["sha256"]
    shown = desk.get(given["thumbnail"])
    assert shown.getvalue()[8:12] == b"WEBP"
    assert shown["Cache-Control"] == "private, no-store"
    desk.force_login(stranger)
    assert desk.get(given["thumbnail"]).status_code == 404
    desk.logout()
    assert desk.get(given["thumbnail"]).status_code == 404


def test_a_paper_is_sent_ahead_too(desk, officer):
    paper = sent(b"%PDF-1.7", "ใบรับรอง.pdf", "application/pdf")

    given = desk.post(
        reverse("workspace:upload"), {"file": paper, "kind": "proof"}
    ).json()

    assert given["name"] == "ใบรับรอง.pdf"
    assert given["thumbnail"] == ""
    assert opened(given["value"], officer, "proof").file_name == "ใบรับรอง.pdf"


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_file_sent_ahead_gets_a_sentence(name, desk):
    answer = desk.post(reverse("workspace:upload"), {"file": sent(HOSTILE[name])})

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert stored_files() == []


def test_what_is_no_file_or_no_kind_gets_a_sentence(desk):
    address = reverse("workspace:upload")

    for data in ({}, {"file": "text"}, {"file": sent(jpeg()), "kind": "virus"}):
        answer = desk.post(address, data)
        assert answer.status_code == 400
        assert answer.json()["error"]
    assert desk.get(address).status_code == 405


def test_somebody_who_sends_without_end_is_told_to_wait(desk, settings, stranger):
    settings.ACCOUNT_RATE_LIMITS = {"upload": "2/h/user"}
    address = reverse("workspace:upload")

    answers = [desk.post(address).status_code for _each in range(3)]

    assert answers == [400, 400, 429]
    last = desk.post(address)
    assert int(last["Retry-After"]) > 0
    assert last.json()["error"]
    # Each person for themselves.
    desk.force_login(stranger)
    assert desk.post(address).status_code == 400


def test_an_official_and_a_visitor_send_nothing(client, official):
    address = reverse("workspace:upload")

    assert client.post(address, {"file": sent(jpeg())}).status_code == 302
    client.force_login(official)
    assert client.post(address, {"file": sent(jpeg())}).status_code == 403
    assert stored_files() == []


# --- Private addresses --------------------------------------------------------


def test_an_own_address_opens_for_half_a_day(officer, stranger, time_machine):
    token = own_url(officer, "pictures/x.webp").rstrip("/").rpartition("/")[2]

    assert find_private(token, officer) == "pictures/x.webp"
    assert find_private(token, stranger) is None
    assert find_private(token[:-1], officer) is None
    officer.is_active = False
    assert find_private(token, officer) is None
    officer.is_active = True
    time_machine.move_to(timezone.now() + datetime.timedelta(hours=13))
    assert find_private(token, officer) is None


def test_a_signed_paper_opens_for_its_office_and_reviewers_only(
    member, officer, stranger, reviewer, official, foreign_reviewer, administrator
):
    kept = kept_proof("certificates", Proof("pdf", b"%PDF-1.7", "a.pdf"))
    paper = SignedConsent(
        person="นางคำ", signed_on=datetime.date(2026, 1, 5), wording="1", **kept
    )
    added = Changes(children={"signed_consents": ChildChanges(added=(paper,))})
    records.edit(member, added, by=officer)
    token = private_url(paper, kept["file"]).rstrip("/").rpartition("/")[2]

    readers = {
        person.email: find_private(token, person) is not None
        for person in (
            officer,
            stranger,
            reviewer,
            official,
            foreign_reviewer,
            administrator,
        )
    }

    assert [email for email, reads in readers.items() if reads] == [
        officer.email,
        reviewer.email,
        administrator.email,
    ]


# --- Suggestions --------------------------------------------------------------


def test_suggestions_end_at_the_scope(client, officer, django_assert_num_queries):
    SubdistrictFactory(code="420101", postcode="42000")
    SubdistrictFactory(code="510101", postcode="51000")
    client.force_login(officer)

    def texts(what, term):
        answer = client.get(reverse("workspace:suggest", args=[what]), {"term": term})
        assert answer["Cache-Control"] == "no-store, private"
        return [each["text"] for each in answer.json()["results"]]

    assert texts("subdistrict", "เมือง") == ["กุดป่อง · เมืองเลย · เลย (420101)"]
    assert texts("subdistrict", "510101") == []
    assert texts("district", "เมือง") == ["เมืองเลย · เลย (4201)"]
    assert texts("district", "") == []
    assert texts("subdistrict", "กุด" * 3000) == []
    answer = client.get(
        reverse("workspace:suggest", args=["subdistrict"]), {"term": "กุดป่อง"}
    )
    (found,) = answer.json()["results"]
    assert found["extra"] == {
        "postcode": "42000",
        "district": "เมืองเลย · เลย (4201)",
    }
    assert client.get(reverse("workspace:suggest", args=["user"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_suggesting_members_asks_once_however_many(
    client, officer, stranger, count, django_assert_num_queries
):
    members = [
        MemberFactory(owner=officer.agency, name_th=f"กลุ่มทอผ้าไหม {number}")
        for number in range(count)
    ]
    MemberFactory(owner=stranger.agency, name_th="กลุ่มทอผ้าไหมอื่น")
    client.force_login(officer)
    address = reverse("workspace:suggest", args=["member"])
    client.get(address, {"term": "x"})

    # Session, person, agency, provinces, aliases, members.
    with django_assert_num_queries(6):
        answer = client.get(address, {"term": "ทอผ้า"})

    texts = [each["text"] for each in answer.json()["results"]]
    assert texts == [MEMBER.label(member) for member in members]


def test_names_of_an_open_proposal_are_read_as_its_files(member, officer):
    taken = take_upload(sent(jpeg()), "picture")
    proposal = Proposal(
        model="members.Member",
        object_id=member.pk,
        owner=member.owner,
        province_id="42",
        base_version=1,
        data=json.loads(json.dumps({"fields": {"portrait": [{}, taken.kept]}})),
        typed=f"portrait_upload-kept={signed(taken, officer)}",
        submitted_at=timezone.now(),
    )

    assert names_in(proposal.typed) == taken.names
    assert not public_storage().exists(taken.thumbnail)
