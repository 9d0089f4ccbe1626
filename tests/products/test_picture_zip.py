"""Pictures in bulk: the gate of the ZIP, what becomes of each, adding and undoing."""

import io
import struct
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from products.actions import picture_zip as actions
from products.models import Photo, Product
from products.picture_zip import gate
from products.picture_zip.gate import PictureZip, ZipRefused, code_of
from registry import jobs
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.enums import ImportStep, ProposalState
from registry.errors import NotAllowed
from registry.models import ImportRun, Proposal
from registry.pictures import DamagedPicture, HeavyPicture
from registry.storages import private_storage
from tests.factories import PhotoFactory, ProductFactory


def picture(colour="red", form="JPEG"):
    """Return the bytes of a small picture."""
    written = io.BytesIO()
    Image.new("RGB", (24, 16), colour).save(written, form)
    return written.getvalue()


def zipped(*files, **options):
    """Return a ZIP of (name, bytes) pairs, open at its start."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", **options) as archive:
        for name, data in files:
            archive.writestr(name, data)
    written.seek(0)
    return written


def fresh(run):
    """Do what the run waits for, and return it as it is then."""
    jobs.do("registry.ImportRun", run.pk)
    return ImportRun.objects.get(pk=run.pk)


def sent(by, *files):
    """Send a ZIP; return the run when its pictures were looked at."""
    return fresh(actions.begin(zipped(*files), name="รูป.zip", by=by))


def confirmed(run, *, only_good=False):
    """Have the pictures of a checked run added."""
    actions.confirm(run, only_good=only_good, by=run.by, digest=run.digest)
    return fresh(run)


def fates(run):
    """Return the fate of each file, by its place."""
    counts = run.counts
    assert counts["rows"] == counts["new"] + counts["same"] + counts["bad"]
    return list(run.rows.order_by("number").values_list("fate", flat=True))


def faults(run):
    """Return why files are bad."""
    bad = run.rows.filter(fate="bad").order_by("number")
    return [row.faults[0][2] for row in bad]


@pytest.fixture
def product(officer):
    """A draft of the officer's agency."""
    return ProductFactory(member__owner=officer.agency)


# --- The gate ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("42-P-00128_1.jpg", "42-P-00128"),
        ("42-P-00128 front.png", "42-P-00128"),
        ("42-p-00128.webp", "42-P-00128"),
        ("๔๒-P-๐๐๑๒๘ หน้า.jpg", "42-P-00128"),
        ("42-P-001284x.jpg", ""),
        ("IMG_0001.jpg", ""),
        ("42-M-00017.jpg", ""),
    ],
)
def test_the_code_is_what_a_name_begins_with(name, code):
    assert code_of(name) == code


def test_folders_tricks_and_rubbish_do_not_count():
    archive = PictureZip(
        zipped(
            ("../../etc/42-P-00001.jpg", b"x"),
            ("C:\\photos\\42-P-00002.jpg", b"x"),
            ("/42-P-00003_10.jpg", b"x"),
            ("a/b/42-P-00003_9.jpg", b"x"),
            ("__MACOSX/42-P-00001.jpg", b"x"),
            ("a/.DS_Store", b"x"),
            ("Thumbs.db", b"x"),
        )
    )

    assert [each.name for each in archive.entries] == [
        "42-P-00001.jpg",
        "42-P-00002.jpg",
        "42-P-00003_9.jpg",
        "42-P-00003_10.jpg",
    ]
    assert archive.left_out == 3


def protected():
    """Return a ZIP that says it is protected by a password."""
    data = bytearray(zipped(("42-P-00001.jpg", b"x")).getvalue())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    return io.BytesIO(bytes(data))


def claiming(size):
    """Return a ZIP whose list says another size than its file has."""
    data = bytearray(zipped(("42-P-00001.jpg", b"x" * 5_000)).getvalue())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return io.BytesIO(bytes(data))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (lambda: io.BytesIO(b""), gate.NOT_A_ZIP),
        (lambda: io.BytesIO(b"GIF89a"), gate.NOT_A_ZIP),
        (lambda: io.BytesIO(b"PK\x03\x04" + b"x" * 40), gate.DAMAGED),
        (lambda: zipped(), gate.EMPTY),
        (lambda: zipped(("__MACOSX/x.jpg", b"x")), gate.EMPTY),
        (lambda: zipped(*((f"{n}.jpg", b"") for n in range(1_001))), gate.TOO_MANY),
        (lambda: zipped(*((f"{n}.jpg", b"") for n in range(2_100))), gate.TOO_MANY),
        (lambda: zipped(("a.jpg", b"x"), compression=zipfile.ZIP_LZMA), gate.DAMAGED),
        (protected, gate.PROTECTED),
        (lambda: claiming(500 * gate.MEGABYTE), gate.UNPACKED),
    ],
)
def test_a_hostile_zip_is_refused_with_its_sentence(file, said):
    with pytest.raises(ZipRefused) as refusal:
        PictureZip(file())

    assert str(refusal.value) == str(said)


def test_a_zip_over_the_limit_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(gate, "MOST_BYTES", 50)

    with pytest.raises(ZipRefused, match="200 MB"):
        PictureZip(zipped(("42-P-00001.jpg", b"x" * 100)))


def test_a_file_that_is_larger_than_it_says_is_not_read_on():
    archive = PictureZip(claiming(10))

    with pytest.raises(DamagedPicture):
        archive.read(archive.entries[0])


def test_a_bomb_is_not_inflated_beyond_a_picture():
    bomb = zipped(
        ("42-P-00001.jpg", b"\0" * (11 * 1024 * 1024)),
        compression=zipfile.ZIP_DEFLATED,
    )
    archive = PictureZip(bomb)

    with pytest.raises(HeavyPicture):
        archive.read(archive.entries[0])


def test_names_of_thai_windows_are_read():
    thai = "42-P-00001 ผ้า.jpg".encode("cp874")
    plain = "x" * len(thai)
    data = zipped((plain, b"x")).getvalue().replace(plain.encode(), thai)

    (entry,) = PictureZip(io.BytesIO(data)).entries

    assert (entry.code, entry.name) == ("42-P-00001", "42-P-00001 ผ้า.jpg")
    assert PictureZip(io.BytesIO(data)).read(entry) == b"x"


# --- What becomes of each ---------------------------------------------------------


def test_pictures_are_added_to_drafts_in_the_order_of_their_names(officer, product):
    code = product.code
    run = sent(
        officer,
        (f"b/{code}_10.png", picture("blue", "PNG")),
        (f"{code}_9.jpg", picture("red")),
    )
    assert (run.step, run.error) == (ImportStep.CHECKED, "")
    assert fates(run) == ["new", "new"]
    assert not Photo.objects.exists()

    run = confirmed(run)

    assert (run.step, run.error) == (ImportStep.WRITTEN, "")
    photos = list(product.photos.order_by("position"))
    assert [(each.position, each.is_main) for each in photos] == [(0, True), (1, False)]
    assert [row.cells[1][2] for row in run.rows.order_by("number")] == [
        each.sha256 for each in photos
    ]
    assert Product.objects.get(pk=product.pk).cover
    assert not run.file


def test_the_same_zip_again_adds_nothing(officer, product):
    files = [(f"{product.code}_1.jpg", picture()), (f"{product.code}_2.jpg", picture())]
    first = sent(officer, *files)
    assert fates(first) == ["new", "same"]
    confirmed(first)
    before = Photo.history.count()

    run = sent(officer, *files)

    assert fates(run) == ["same", "same"]
    with pytest.raises(actions.NothingNew):
        actions.confirm(run, only_good=False, by=officer, digest=run.digest)
    assert Photo.history.count() == before


def test_what_cannot_be_taken_says_why(
    officer, product, django_capture_on_commit_callbacks
):
    foreign = ProductFactory()
    waiting = records.submit(
        ProductFactory(member__owner=officer.agency, member__submitted=True), by=None
    )
    run = sent(
        officer,
        (f"{product.code}.jpg", b"no picture"),
        (f"{product.code}.pdf", picture()),
        (f"{product.code}_1.jpg", b""),
        ("IMG_1.jpg", picture()),
        ("42-P-99999.jpg", picture()),
        (f"{foreign.code}.jpg", picture()),
        (f"{waiting.code}.jpg", picture()),
        (f"{product.code}_2.jpg", picture()),
    )

    assert fates(run).count("bad") == 7
    said = faults(run)
    assert said[0] == "ชื่อไฟล์ไม่ได้ขึ้นต้นด้วยรหัสผลิตภัณฑ์ (เช่น 42-P-00128)"
    assert said.count("ไม่มีผลิตภัณฑ์รหัสนี้ หรือไม่ใช่ผลิตภัณฑ์ที่ท่านดูแล") == 2
    with pytest.raises(actions.BadFiles):
        actions.confirm(run, only_good=False, by=officer, digest=run.digest)

    confirmed(run, only_good=True)

    assert product.photos.count() == 1


def test_a_product_gets_no_more_than_twelve(officer, product, monkeypatch):
    monkeypatch.setattr(Photo, "AT_MOST", 2)
    PhotoFactory(product=product)

    run = sent(
        officer,
        (f"{product.code}_1.jpg", picture("red")),
        (f"{product.code}_2.jpg", picture("blue")),
    )

    assert fates(run) == ["new", "bad"]
    assert "2" in faults(run)[0]


def test_an_officers_photo_of_what_is_published_is_a_proposal(officer):
    product = ProductFactory(
        member__owner=officer.agency, member__published=True, published=True
    )
    run = sent(officer, (f"{product.code}.jpg", picture()))
    assert run.counts["proposals"] == 1

    run = confirmed(run)

    assert (run.step, run.error) == (ImportStep.WRITTEN, "")
    assert not product.photos.exists()
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.object_id) == ("submitted", product.pk)
    again = sent(officer, (f"{product.code}_2.jpg", picture("blue")))
    assert fates(again) == ["bad"]
    actions.undo(run, by=officer)
    assert fresh(run).step == ImportStep.UNDONE
    proposal.refresh_from_db()
    assert proposal.stage == ProposalState.DROPPED


def test_a_reviewers_photo_of_what_is_published_is_public_at_once(reviewer):
    product = ProductFactory(member__published=True, published=True)

    confirmed(sent(reviewer, (f"{product.code}.jpg", picture())))

    assert product.photos.get().is_main
    assert not Proposal.objects.exists()


def test_undoing_takes_the_pictures_away_again_unless_somebody_went_on(
    officer, product
):
    run = confirmed(sent(officer, (f"{product.code}.jpg", picture())))
    actions.undo(run, by=officer)
    run = fresh(run)
    assert (run.step, run.error) == (ImportStep.UNDONE, "")
    assert not product.photos.exists()

    run = confirmed(sent(officer, (f"{product.code}.jpg", picture())))
    current = Product.objects.get(pk=product.pk)
    records.edit(current, Changes({"name_en": "Newer"}), by=officer)
    actions.undo(run, by=officer)
    run = fresh(run)
    assert product.photos.count() == 1
    assert product.code in run.error


def test_what_changed_since_the_preview_is_shown_again(officer, product, monkeypatch):
    monkeypatch.setattr(Photo, "AT_MOST", 1)
    run = sent(officer, (f"{product.code}.jpg", picture()))
    photo = Photo(picture={"sha256": "0" * 64})
    added = Changes(children={"photos": ChildChanges(added=(photo,))})
    records.edit(product, added, by=officer)

    run = confirmed(run)

    assert run.step == ImportStep.CHECKED
    assert run.error
    assert fates(run) == ["bad"]
    assert product.photos.count() == 1


def test_a_zip_that_is_given_up_is_not_kept(
    officer, product, django_capture_on_commit_callbacks
):
    run = sent(officer, (f"{product.code}.jpg", picture()))
    name = run.file
    assert private_storage().exists(name)

    with django_capture_on_commit_callbacks(execute=True):
        actions.drop(run, by=officer)

    assert not private_storage().exists(name)
    assert ImportRun.objects.get().step == ImportStep.DROPPED
    assert not Photo.objects.exists()


def test_pictures_are_for_people_who_keep_records(official, officer):
    with pytest.raises(NotAllowed):
        actions.begin(zipped(("42-P-00001.jpg", b"x")), name="a.zip", by=official)


# --- Pages ------------------------------------------------------------------------


def test_a_zip_goes_through_the_pages_from_file_to_undo(
    client, officer, product, stranger
):
    client.force_login(officer)
    assert "รูปภาพ" in client.get(reverse("importing:home")).content.decode()
    data = zipped((f"{product.code}.jpg", picture())).read()

    answer = client.post(
        reverse("picture_zip:upload"), {"file": SimpleUploadedFile("รูป.zip", data)}
    )
    run = ImportRun.objects.get()
    url = reverse("picture_zip:run", args=[run.pk])
    assert answer.url == url
    assert client.get(reverse("importing:run", args=[run.pk])).url == url
    assert "รอ" in client.get(url).content.decode()
    run = fresh(run)
    page = client.get(url).content.decode()
    assert product.code in page

    client.post(
        reverse("picture_zip:step", args=[run.pk, "confirm"]),
        {"digest": run.digest, "rows": "good"},
    )
    fresh(run)
    assert product.photos.count() == 1
    assert "ย้อนกลับการเพิ่มรูปภาพ" in client.get(url).content.decode()
    client.post(reverse("picture_zip:step", args=[run.pk, "undo"]))
    assert fresh(run).step == ImportStep.UNDONE
    client.force_login(stranger)
    assert client.get(url).status_code == 404


def test_a_file_that_is_no_zip_is_refused_in_the_form(client, officer):
    client.force_login(officer)

    page = client.post(
        reverse("picture_zip:upload"),
        {"file": SimpleUploadedFile("a.zip", b"GIF89a")},
    ).content.decode()

    assert "โปรดส่งไฟล์ ZIP" in page
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_preview_costs_the_same_however_many(
    client, officer, product, django_assert_num_queries, count
):
    colours = ("red", "blue", "green")[:count]
    run = sent(
        officer,
        *((f"{product.code}_{each}.jpg", picture(each)) for each in colours),
    )
    client.force_login(officer)
    url = reverse("picture_zip:run", args=[run.pk])
    client.get(url)

    with django_assert_num_queries(4):
        page = client.get(url).content.decode()

    assert page.count(f"{product.code}_") == count
