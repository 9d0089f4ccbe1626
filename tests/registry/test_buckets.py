"""Files in S3-compatible storage behave as files in folders do."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.migrations.writer import MigrationWriter
from PIL import Image

from registry.buckets import PrivateBucket, PublicBucket
from registry.pictures import StoredPicture, copy_picture
from registry.storages import StorageAway, content_name, private_storage, public_storage
from registry.sweeping import unneeded
from registry.uploads import kept_proof, read_proof, take_upload
from tests.doubles import S3Double

SILK = b"%PDF-silk"
NAME = content_name("papers", SILK, "pdf")


@pytest.fixture
def s3():
    double = S3Double()
    yield double
    double.stop()


@pytest.fixture
def buckets(s3, settings):
    """Keep files in two buckets."""
    settings.S3 = {
        "public": "shown",
        "private": "kept",
        "endpoint": f"http://127.0.0.1:{s3.port}",
        "region": "th-1",
        "key": "key",
        "secret": "secret",
    }
    known = dict(settings.STORAGES)
    settings.STORAGES = known | {
        "default": {"BACKEND": "registry.buckets.PrivateBucket"},
        "public": {"BACKEND": "registry.buckets.PublicBucket"},
        "private": {"BACKEND": "registry.buckets.PrivateBucket"},
    }
    return storages


def test_a_file_is_written_once_and_read_back(buckets, s3):
    shelf = private_storage()

    assert shelf.save(NAME, ContentFile(SILK)) == NAME
    assert shelf.save(NAME, ContentFile(SILK)) == NAME
    assert [asked[0] for asked in s3.asked] == ["HEAD", "PUT", "HEAD"]
    with shelf.open(NAME) as file:
        assert file.read() == SILK
    assert shelf.size(NAME) == len(SILK)
    assert list(s3.files) == [f"kept/{NAME}"]


def test_the_portal_gives_nobody_rights_of_single_files(buckets, s3):
    public_storage().save(NAME, ContentFile(SILK))
    private_storage().save(NAME, ContentFile(SILK))

    assert not [name for _, _, headers in s3.asked for name in headers if "acl" in name]


def test_a_public_file_says_what_it_is_and_that_it_never_changes(buckets, s3):
    public_storage().save(NAME, ContentFile(SILK))

    stored = s3.files[f"shown/{NAME}"]
    assert stored.kind == "application/pdf"
    assert stored.cache == "public, max-age=31536000, immutable"


def test_public_files_have_the_portals_address_and_private_ones_none(buckets, settings):
    assert public_storage().url(NAME) == f"/media/{NAME}"
    settings.MEDIA_URL = "https://pictures.example/"
    assert public_storage().url(NAME) == f"https://pictures.example/{NAME}"
    with pytest.raises(ValueError, match="not accessible via a URL"):
        private_storage().url(NAME)


@pytest.mark.parametrize("name", ["report.xlsx", "a/short-abc123.webp"])
def test_a_name_without_a_content_hash_is_refused(buckets, s3, name):
    with pytest.raises(ValueError, match="content"):
        private_storage().save(name, ContentFile(b"silk"))
    assert s3.files == {}


def test_what_is_not_there_is_missing_and_no_mistake(buckets):
    shelf = private_storage()

    assert not shelf.exists(NAME)
    with pytest.raises(FileNotFoundError):
        shelf.open(NAME)
    with pytest.raises(FileNotFoundError):
        shelf.size(NAME)
    shelf.delete(NAME)
    shelf.renew(NAME)


def test_a_storage_that_does_not_answer_is_said_so(buckets, s3):
    s3.stop()

    for ask in (
        lambda: private_storage().exists(NAME),
        lambda: private_storage().open(NAME),
        lambda: private_storage().save(NAME, ContentFile(SILK)),
        lambda: private_storage().listdir(""),
    ):
        with pytest.raises(StorageAway):
            ask()


@pytest.mark.django_db
def test_a_page_that_needs_it_answers_503_and_not_that_it_is_gone(buckets, s3, client):
    client.raise_request_exception = False
    assert client.get(f"/media/{NAME}").status_code == 404
    s3.stop()

    answer = client.get(f"/media/{NAME}")

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "max-age" not in answer.get("Cache-Control", "")


def test_media_are_sent_under_the_type_of_their_ending(buckets, client):
    public_storage().save(NAME, ContentFile(SILK))

    answer = client.get(f"/media/{NAME}")

    assert b"".join(answer.streaming_content) == SILK
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == str(len(SILK))


def test_pictures_are_taken_published_and_withdrawn(buckets, s3):
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "#123").save(file, "JPEG")
    taken = take_upload(SimpleUploadedFile("a.jpg", file.getvalue()), "picture")
    picture = StoredPicture.from_json(dict(taken.kept))

    copy_picture(picture, private_storage(), public_storage())

    assert {name for name in s3.files if name.startswith("shown/")} == {
        f"shown/{name}" for name in picture.all_names
    }
    for name in picture.all_names:
        assert s3.files[f"shown/{name}"].body == s3.files[f"kept/{name}"].body
        public_storage().delete(name)
    assert not [name for name in s3.files if name.startswith("shown/")]


def test_sending_a_file_again_makes_it_young(buckets, s3):
    def send():
        proof = read_proof(SimpleUploadedFile("a.pdf", SILK))
        return kept_proof("papers", proof)["file"]

    name = send()
    s3.files[f"kept/{name}"].written -= timedelta(days=3)
    private_storage().renew(name)

    assert datetime.now(UTC) - s3.files[f"kept/{name}"].written < timedelta(minutes=1)
    assert s3.files[f"kept/{name}"].kind == "application/pdf"


@pytest.mark.django_db
def test_the_nightly_sweep_walks_buckets_too(buckets, s3):
    old, new = content_name("a", b"old", "pdf"), content_name("a", b"new", "pdf")
    for name in (old, new):
        private_storage().save(name, ContentFile(b"x"))
    s3.files[f"kept/{old}"].written -= timedelta(days=3)
    before = datetime.now(UTC) - timedelta(days=2)

    assert list(unneeded(private_storage(), set(), before=before)) == [old]
    call_command("sweep_media", stdout=io.StringIO())
    assert list(s3.files) == [f"kept/{new}"]


def test_a_migration_can_name_a_bucket(buckets):
    for kind in (PublicBucket, PrivateBucket):
        text, _ = MigrationWriter.serialize(kind())
        assert text == f"registry.buckets.{kind.__name__}()"
