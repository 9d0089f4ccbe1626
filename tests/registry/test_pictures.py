"""Pictures enter through one door: hostile ones are refused, good ones drawn anew."""

import io
import json
import struct
import time
import zlib
from pathlib import Path

import pytest
from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms, features

from registry import pictures
from registry.pictures import (
    DamagedPicture,
    EmptyPicture,
    HeavyPicture,
    NotAPicture,
    Picture,
    PictureRefused,
    StoredPicture,
    TooManyPixels,
    copy_picture,
    store,
    take_picture,
)
from registry.storages import PrivateStorage, PublicStorage

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 160, 30), (30, 30, 200), (255, 255, 255)


def encoded(image: Image.Image, form: str = "PNG", **options) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file


def photo(width: int = 2000, height: int = 1500, colour=RED) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


def quartered(width: int = 400, height: int = 200) -> Image.Image:
    """Red at the top left, green at the top right, blue below."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    return image


def opened(picture: Picture, use: str, form: str) -> Image.Image:
    (data,) = (
        each.data for each in picture.variants if (each.use, each.format) == (use, form)
    )
    return Image.open(io.BytesIO(data))


def is_near(pixel, colour, tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True))


def png_of(width: int, height: int, *chunks: tuple[bytes, bytes]) -> io.BytesIO:
    """A PNG of black pixels, written without ever holding them."""
    pack = zlib.compressobj(9)
    row = b"\0" * (1 + width // 8)
    body = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    written = b"\x89PNG\r\n\x1a\n"
    for kind, data in ((b"IHDR", head), *chunks, (b"IDAT", body), (b"IEND", b"")):
        crc = zlib.crc32(kind + data)
        written += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)
    return io.BytesIO(written)


def stored_files(storage) -> list[Path]:
    return sorted(path for path in Path(storage.location).rglob("*") if path.is_file())


@pytest.fixture
def public(settings, tmp_path) -> PublicStorage:
    settings.MEDIA_ROOT = tmp_path / "media"
    return PublicStorage()


@pytest.fixture
def private(settings, tmp_path) -> PrivateStorage:
    settings.PRIVATE_ROOT = tmp_path / "private"
    return PrivateStorage()


# --- What is refused ------------------------------------------------------------

HUGE_WEBP = (
    b"RIFF"
    + struct.pack("<I", 22 + 8)
    + b"WEBPVP8X"
    + struct.pack("<I", 10)
    + b"\x02\0\0\0"
    + (16382).to_bytes(3, "little") * 2
)


def moving(form: str, frames: int) -> io.BytesIO:
    shades = [
        Image.new("RGB", (2000, 2000), (20 * step, 0, 250 - 20 * step))
        for step in range(frames)
    ]
    return encoded(shades[0], form, save_all=True, append_images=shades[1:], quality=10)


def many_scans() -> io.BytesIO:
    data = encoded(photo(1600, 1200), "JPEG", progressive=True).getvalue()
    last = data.rindex(b"\xff\xda")
    return io.BytesIO(data[:-2] + data[last:-2] * 5000 + b"\xff\xd9")


HOSTILE = {
    "169 megapixels in 20 KB": (lambda: png_of(13000, 13000), TooManyPixels),
    "50 megapixels": (lambda: png_of(10000, 5000), TooManyPixels),
    "a line of a million pixels": (lambda: png_of(1_000_000, 1), TooManyPixels),
    "APNG of 11 frames": (lambda: moving("PNG", 11), TooManyPixels),
    "moving WebP": (lambda: moving("WEBP", 11), TooManyPixels),
    "moving GIF": (lambda: moving("GIF", 11), NotAPicture),
    "text called .jpg": (lambda: io.BytesIO(b"a letter, not a photo"), NotAPicture),
    "SVG": (
        lambda: io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        NotAPicture,
    ),
    "HTML": (lambda: io.BytesIO(b"<script>alert(1)</script>"), NotAPicture),
    "TIFF": (lambda: encoded(photo(20, 20), "TIFF"), NotAPicture),
    "BMP": (lambda: encoded(photo(20, 20), "BMP"), NotAPicture),
    "nothing": (io.BytesIO, EmptyPicture),
    "11 MB": (lambda: io.BytesIO(b"\xff\xd8\xff" + bytes(11 * 2**20)), HeavyPicture),
    "half a JPEG": (
        lambda: io.BytesIO(encoded(quartered(), "JPEG").getvalue()[:900]),
        DamagedPicture,
    ),
    "half a PNG": (
        lambda: io.BytesIO(encoded(quartered(), "PNG").getvalue()[:120]),
        DamagedPicture,
    ),
    "a JPEG of 5,000 scans": (many_scans, DamagedPicture),
    "a WebP header that promises 268 megapixels": (
        lambda: io.BytesIO(HUGE_WEBP),
        TooManyPixels,
    ),
    "17 megapixels of WebP": (
        lambda: encoded(photo(4250, 4000), "WEBP", method=0),
        TooManyPixels,
    ),
    "text that inflates to 80 MB": (
        lambda: png_of(8, 8, (b"zTXt", b"a\0\0" + zlib.compress(bytes(80 * 2**20), 9))),
        DamagedPicture,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_within_a_second_with_one_sentence(name):
    make, refusal = HOSTILE[name]
    file = make()
    start = time.perf_counter()

    with pytest.raises(PictureRefused) as caught:
        take_picture(SimpleUploadedFile("photo.jpg", file.getvalue()))

    assert time.perf_counter() - start < 1
    assert type(caught.value) is refusal
    assert len(str(caught.value).splitlines()) == 1


def test_the_bomb_is_as_small_as_it_claims():
    assert len(png_of(13000, 13000).getvalue()) < 30_000


# --- What is made of a good one ---------------------------------------------------


def test_a_photo_becomes_three_widths_a_card_and_a_link_picture():
    picture = take_picture(encoded(photo(2000, 1500), "JPEG"))

    made = {
        (each.use, each.format): opened(picture, each.use, each.format).size
        for each in picture.variants
    }
    sizes = {
        "480": (480, 360),
        "960": (960, 720),
        "1600": (1600, 1200),
        "card": (480, 480),
    }
    assert made == {
        **{(use, "avif"): size for use, size in sizes.items()},
        **{(use, "webp"): size for use, size in sizes.items()},
        ("og", "jpg"): (1200, 630),
    }
    assert (picture.width, picture.height) == (2000, 1500)


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((300, 200), ["300"]),
        ((480, 900), ["480"]),
        ((700, 400), ["480", "700"]),
        ((1600, 10), ["480", "960", "1600"]),
    ],
)
def test_nothing_is_enlarged(size, widths):
    picture = take_picture(encoded(photo(*size)))

    assert [v.use for v in picture.variants if v.format == "avif"] == [*widths, "card"]
    assert opened(picture, widths[-1], "webp").size == size
    side = min(480, *size)
    assert opened(picture, "card", "webp").size == (side, side)
    og = opened(picture, "og", "jpg").size
    assert og[0] <= size[0]
    assert og[1] <= size[1]


def test_a_very_tall_picture_is_held_to_what_the_formats_can_write():
    picture = take_picture(encoded(photo(1000, 19_000)))

    assert (
        max(opened(picture, each.use, each.format).height for each in picture.variants)
        == 4000
    )
    assert (picture.width, picture.height) == (1000, 19_000)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_four_formats_of_phones_and_cameras_are_read(form):
    assert features.check("avif")

    picture = take_picture(encoded(quartered(), form))

    shown = opened(picture, "400", "webp").convert("RGB")
    assert is_near(shown.getpixel((40, 30)), RED, 30)
    assert is_near(shown.getpixel((200, 160)), BLUE, 30)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_stands_upright_and_says_nothing_of_its_place(orientation):
    upright = quartered()
    held = upright.transpose(
        {
            1: Image.Transpose.ROTATE_180,
            2: Image.Transpose.FLIP_LEFT_RIGHT,
            3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_90,
            7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270,
        }[orientation]
    )
    if orientation == 1:
        held = upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Invented Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (17.0, 29.0, 5.0)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = encoded(
        held,
        "JPEG",
        exif=exif,
        icc_profile=profile,
        comment=b"taken at home",
        xmp=b"<x:xmpmeta>Invented</x:xmpmeta>",
        subsampling=0,
        quality=95,
    )

    picture = take_picture(file)

    assert (picture.width, picture.height) == (400, 200)
    shown = opened(picture, "400", "webp")
    assert shown.size == (400, 200)
    corners = [(60, 40), (340, 40), (60, 160)]
    assert [
        is_near(shown.convert("RGB").getpixel(at), colour, 30)
        for at, colour in zip(corners, (RED, GREEN, BLUE), strict=True)
    ] == [True, True, True]
    for each in picture.variants:
        written = Image.open(io.BytesIO(each.data))
        assert dict(written.getexif()) == {}
        assert {"exif", "icc_profile", "xmp", "comment"} & set(written.info) == set()
        assert b"Invented" not in each.data
        assert b"ICC_PROFILE" not in each.data


def test_a_file_with_something_behind_its_last_pixel_loses_it():
    file = encoded(photo(50, 50), "PNG")
    file.write(b"<script>alert(1)</script>")

    picture = take_picture(file)

    assert [each for each in picture.variants if b"script" in each.data] == []


def test_transparency_is_shown_on_white():
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((*GREEN, 255), (50, 0, 100, 100))

    shown = opened(take_picture(encoded(image)), "100", "webp").convert("RGB")

    assert is_near(shown.getpixel((10, 50)), WHITE)
    assert is_near(shown.getpixel((90, 50)), GREEN, 30)


def test_a_palette_with_a_transparent_colour_is_shown_on_white():
    image = Image.new("P", (100, 100), 0)
    image.putpalette([0, 0, 0, *RED])
    image.paste(1, (50, 0, 100, 100))

    picture = take_picture(encoded(image, transparency=0))

    shown = opened(picture, "100", "webp").convert("RGB")
    assert is_near(shown.getpixel((10, 50)), WHITE)
    assert is_near(shown.getpixel((90, 50)), RED, 30)


def test_a_printers_cmyk_photo_keeps_its_colours():
    image = Image.new("CMYK", (100, 100), (0, 255, 255, 0))

    picture = take_picture(encoded(image, "JPEG", quality=95))

    assert is_near(opened(picture, "100", "webp").getpixel((50, 50)), (255, 0, 0), 30)


@pytest.mark.parametrize(("value", "grey"), [(0, 0), (32_768, 128), (65_535, 255)])
def test_sixteen_bits_of_grey_are_not_cut_to_white(value, grey):
    picture = take_picture(encoded(Image.new("I;16", (64, 64), value)))

    shown = opened(picture, "64", "webp").convert("L")
    assert abs(shown.getpixel((32, 32)) - grey) <= 3


def test_a_one_bit_drawing_is_taken():
    picture = take_picture(encoded(Image.new("1", (64, 64), 1)))

    assert is_near(opened(picture, "64", "webp").convert("RGB").getpixel((9, 9)), WHITE)


def test_colours_of_another_profile_are_moved_to_the_webs():
    # Lab is the one other profile Pillow can make; for RGB pixels it does not fit,
    # so the colours stay as they stand and the profile goes.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

    picture = take_picture(encoded(photo(64, 64), "PNG", icc_profile=profile))

    assert is_near(opened(picture, "64", "webp").convert("RGB").getpixel((9, 9)), RED)


def test_forty_megapixels_are_taken_in_bands():
    picture = take_picture(encoded(Image.new("L", (8000, 5000), 90), compress_level=1))

    assert opened(picture, "1600", "webp").size == (1600, 1000)
    assert is_near(
        opened(picture, "1600", "webp").convert("RGB").getpixel((1599, 999)),
        (90, 90, 90),
    )


# --- Storing ----------------------------------------------------------------------


def test_a_stored_picture_is_described_for_the_record(public):
    picture = take_picture(encoded(photo(500, 300)))

    stored = store(picture, public)

    key = picture.sha256
    base = f"pictures/{key[:2]}/{key[2:4]}/{key}"
    kept = stored.as_json()
    assert kept == {
        "sha256": key,
        "width": 500,
        "height": 300,
        "names": {
            "avif": {"480": f"{base}-480.avif", "500": f"{base}-500.avif"},
            "webp": {"480": f"{base}-480.webp", "500": f"{base}-500.webp"},
        },
        "card": {"avif": f"{base}-card.avif", "webp": f"{base}-card.webp"},
        "og": f"{base}-og.jpg",
    }
    assert StoredPicture.from_json(json.loads(json.dumps(kept))) == stored
    assert len(stored_files(public)) == len(stored.all_names) == 7
    assert all(public.exists(name) for name in stored.all_names)


def test_a_srcset_names_each_width_once(public):
    stored = store(take_picture(encoded(photo(500, 300))), public)

    names = stored.names["avif"]
    assert stored.srcset("avif", public) == (
        f"/media/{names['480']} 480w, /media/{names['500']} 500w"
    )


def test_the_same_picture_is_written_once(public):
    file = encoded(photo(100, 100))
    first = store(take_picture(file), public)
    before = [(path, path.stat().st_ino) for path in stored_files(public)]

    assert store(take_picture(File(file)), public) == first
    assert [(path, path.stat().st_ino) for path in stored_files(public)] == before


def test_a_refused_picture_leaves_nothing(public):
    with pytest.raises(PictureRefused):
        store(take_picture(io.BytesIO(b"no picture")), public)

    assert stored_files(public) == []


def test_a_full_disk_leaves_nothing_new_and_keeps_what_was_there(public, monkeypatch):
    picture = take_picture(encoded(photo(500, 300)))
    there = picture.name_of(picture.variants[0])
    public.save(there, File(io.BytesIO(picture.variants[0].data)))
    save = PublicStorage._save
    room = iter([True, True, False])

    def until_full(self, name, content):
        if not next(room):
            raise OSError(28, "No space left on device")
        return save(self, name, content)

    monkeypatch.setattr(PublicStorage, "_save", until_full)

    with pytest.raises(OSError, match="No space"):
        store(picture, public)
    assert stored_files(public) == [Path(public.path(there))]


def test_a_published_picture_is_copied_whole(public, private):
    stored = store(take_picture(encoded(photo(100, 100))), private)

    copy_picture(stored, private, public)

    assert [path.name for path in stored_files(public)] == [
        path.name for path in stored_files(private)
    ]


def test_a_copy_of_what_is_not_there_writes_nothing(public, private):
    stored = store(take_picture(encoded(photo(100, 100))), private)
    private.delete(stored.og)

    with pytest.raises(FileNotFoundError):
        copy_picture(stored, private, public)
    assert stored_files(public) == []


def test_a_refusal_says_the_limit_of_its_format():
    for file, limit in ((moving("WEBP", 11), 16), (png_of(10000, 5000), 40)):
        with pytest.raises(TooManyPixels, match=f" {limit} "):
            take_picture(file)


def test_pillows_own_guard_stands_at_the_same_limit():
    assert Image.MAX_IMAGE_PIXELS == pictures.MAX_PIXELS
