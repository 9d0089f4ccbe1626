"""The one way a picture enters: looked at, drawn anew, stored under its content.

A file somebody sends is never kept. What is kept are our own encodings of what it
shows, so that nothing else it carried (a place, a phone's number, a script behind
the last pixel) goes on.
"""

import hashlib
import io
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal, Self

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from registry.storages import hashed_name, public_storage

Format = Literal["avif", "webp", "jpg"]

MAX_BYTES = 10 * 1024 * 1024
#: All frames together.
MAX_PIXELS = 40_000_000
#: The decoders of these hold four copies at once: 40 megapixels would take 620 MB
#: of memory, 16 take 250.
MAX_PIXELS_OF = {"WEBP": 16_000_000, "AVIF": 16_000_000}
MAX_SIDE = 20_000
#: A camera writes at most a dozen; thousands make a small file decode for minutes.
MAX_SCANS = 100
WIDTHS = (480, 960, 1600)
#: No phone shows more of a tall picture, and WebP ends at 16,383.
MAX_HEIGHT = 4_000
CARD_SIDE = 480
#: What links to a page show elsewhere (look.md).
OG_SIZE = (1200, 630)
#: How many reduced rows are drawn at a time: enough to be quick, little in memory.
BAND = 128

READABLE = ("JPEG", "PNG", "WEBP", "AVIF")
FORMATS: tuple[Format, Format] = ("avif", "webp")
#: At these speeds all files of one photo take half a second.
ENCODINGS: Mapping[Format, tuple[str, Mapping[str, Any]]] = {
    "avif": ("AVIF", {"quality": 60, "speed": 8}),
    "webp": ("WEBP", {"quality": 76, "method": 4}),
    "jpg": ("JPEG", {"quality": 82, "progressive": True, "optimize": True}),
}
ORIENTATION = 0x0112
#: What a camera's orientation asks for (EXIF 2.32, tag 274).
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = {5, 6, 7, 8}

# Pillow's own guard, for every use of it in this process: it only warns up to twice
# the limit, so the warning is made an error.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


# --- Refusals -----------------------------------------------------------------


class PictureRefused(ValueError):
    """A file that is not taken; ``message`` is a sentence for the person."""

    message: str | Promise = _("This picture cannot be used.")

    def __str__(self) -> str:
        return str(self.message)


class EmptyPicture(PictureRefused):
    """There are no bytes."""

    message = _("The picture file is empty.")


class HeavyPicture(PictureRefused):
    """The file is larger than an upload may be."""

    message = _("The picture file is too large; at most 10 MB, please.")


class NotAPicture(PictureRefused):
    """The content is of no kind we read, whatever the name says."""

    message = _(
        "This is not a picture we can read; please use JPEG, PNG, WebP or AVIF."
    )


class TooManyPixels(PictureRefused):
    """Decoding would take too much memory."""

    def __init__(self, limit: int = MAX_PIXELS) -> None:
        self.message = _(
            "The picture has too many pixels; at most %(limit)d megapixels, please."
        ) % {"limit": limit // 1_000_000}
        super().__init__()


class DamagedPicture(PictureRefused):
    """It begins as a picture and cannot be read to its end."""

    message = _("The picture file is damaged; please save the picture again.")


# --- What is taken ------------------------------------------------------------


@dataclass(frozen=True)
class Variant:
    """One encoding of a picture, in memory."""

    #: Its width, ``card`` or ``og``.
    use: str
    format: Format
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Picture:
    """A picture that was looked at and encoded, and is not yet stored."""

    #: Of the bytes that were sent: it names the files.
    sha256: str
    #: As people see it, turned upright, before any reduction.
    width: int
    height: int
    variants: tuple[Variant, ...]

    def name_of(self, variant: Variant) -> str:
        """Return the name under which ``variant`` is stored."""
        return hashed_name("pictures", self.sha256, f"-{variant.use}.{variant.format}")


@dataclass(frozen=True)
class StoredPicture:
    """Where the files of a picture lie: what a record keeps of it."""

    sha256: str
    width: int
    height: int
    #: Format → width → name.
    names: Mapping[str, Mapping[str, str]]
    #: Format → name of the square crop.
    card: Mapping[str, str]
    #: Name of the JPEG that links elsewhere show.
    og: str

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return the picture a record keeps as ``kept``."""
        return cls(**{key: kept[key] for key in cls.__dataclass_fields__})

    def as_json(self) -> dict[str, Any]:
        """Return what the record's JSON field keeps."""
        return {
            "sha256": self.sha256,
            "width": self.width,
            "height": self.height,
            "names": {form: dict(names) for form, names in self.names.items()},
            "card": dict(self.card),
            "og": self.og,
        }

    @property
    def all_names(self) -> tuple[str, ...]:
        """Return the name of every file, in a fixed order."""
        sized = [name for names in self.names.values() for name in names.values()]
        return (*sized, *self.card.values(), self.og)

    def srcset(self, form: str, storage: Storage | None = None) -> str:
        """Return the ``srcset`` of one format: an address for each width."""
        shelf = storage or public_storage()
        widths = sorted(self.names[form].items(), key=lambda pair: int(pair[0]))
        return ", ".join(f"{shelf.url(name)} {width}w" for width, name in widths)


# --- Taking -------------------------------------------------------------------


def take_picture(upload: File | BinaryIO) -> Picture:
    """Look at what somebody sent and encode what it shows; store nothing.

    The content decides what the file is; its name is not asked. Takes half a second
    for a photo of a phone.

    :raises PictureRefused: with a sentence for the person.
    """
    data = _bytes_of(upload)
    shown, orientation, full = _drawn(data)
    upright = shown.transpose(TURNS[orientation]) if orientation in TURNS else shown
    width, height = reversed(full) if orientation in SIDEWAYS else full
    variants = tuple(_variants(upright))
    return Picture(hashlib.sha256(data).hexdigest(), width, height, variants)


def look_at(upload: File | BinaryIO) -> str:
    """Look at what somebody sent as :func:`take_picture` does; return its hash.

    Encodes nothing, so it takes a fraction of the time.

    :raises PictureRefused: with a sentence for the person.
    """
    data = _bytes_of(upload)
    _drawn(data)
    return hashlib.sha256(data).hexdigest()


def _bytes_of(upload: File | BinaryIO) -> bytes:
    """Read at most what is allowed.

    :raises PictureRefused: if there is nothing, or more.
    """
    upload.seek(0)
    data: bytes = upload.read(MAX_BYTES + 1)
    if not data:
        raise EmptyPicture
    if len(data) > MAX_BYTES:
        raise HeavyPicture
    return data


def _drawn(data: bytes) -> tuple[Image.Image, int, tuple[int, int]]:
    """Return what ``data`` shows, how it is to be turned, and its full size.

    What is shown is in sRGB and at least as wide as the largest width, if it can be.

    :raises PictureRefused: if it is no picture, too large or damaged.
    """
    try:
        with Image.open(io.BytesIO(data), formats=READABLE) as image:
            _check_pixels(image)
            _check_scans(image, data)
            full = image.size
            profile = image.info.get("icc_profile")
            orientation = _orientation(image)
            return _in_srgb(_reduced(image), profile), orientation, full
    except PictureRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise TooManyPixels from bomb
    except UnidentifiedImageError as unknown:
        raise NotAPicture from unknown
    except Exception as error:
        # Decoders raise whatever comes to them on bytes made to break them.
        raise DamagedPicture from error


def _check_pixels(image: Image.Image) -> None:
    """Refuse what is too large to decode; ``image`` is open, not decoded."""
    width, height = image.size
    # Frames after the first of a camera's MPO are previews, and never decoded.
    frames = 1 if image.format in {"JPEG", "MPO"} else getattr(image, "n_frames", 1)
    limit = MAX_PIXELS_OF.get(str(image.format), MAX_PIXELS)
    if width * height * frames > limit or max(width, height) > MAX_SIDE:
        raise TooManyPixels(limit)


def _check_scans(image: Image.Image, data: bytes) -> None:
    """Refuse a JPEG that paints the same picture thousands of times over."""
    if image.format in {"JPEG", "MPO"} and data.count(b"\xff\xda") > MAX_SCANS:
        raise DamagedPicture


def _orientation(image: Image.Image) -> int:
    """Return how the camera was held, or 1 where the note about it is unreadable."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - a broken note does not spoil the picture
        return 1


def _reduced(image: Image.Image) -> Image.Image:
    """Decode ``image`` onto white, at a whole fraction that still serves every width.

    It is worked through in bands: a conversion of the whole would hold a second and
    third copy of 40 megapixels.
    """
    # A JPEG decodes at a half, quarter or eighth by itself, several times quicker.
    image.draft(None, (WIDTHS[-1], WIDTHS[-1]))
    width, height = image.size
    factor = max(1, min(image.size) // WIDTHS[-1])
    size = (-(-width // factor), -(-height // factor))
    # One band decides the mode; all bands of a picture have the same.
    sheet: Image.Image | None = None
    for top in range(0, height, BAND * factor):
        bottom = min(height, top + BAND * factor)
        band = _on_white(image.crop((0, top, width, bottom)))
        sheet = sheet or Image.new(band.mode, size)
        sheet.paste(band.reduce(factor), (0, top // factor))
    if sheet is None:
        raise DamagedPicture
    return sheet


def _on_white(band: Image.Image) -> Image.Image:
    """Return ``band`` without transparency, as grey, RGB or CMYK of 8 bits."""
    if band.mode.startswith("I"):
        # 16 bits of grey; a plain conversion would cut off all but the darkest.
        return band.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if band.has_transparency_data:
        shown = band.convert("RGBA")
        white = Image.new("RGBA", band.size, "white")
        return Image.alpha_composite(white, shown).convert("RGB")
    return band if band.mode in {"L", "RGB", "CMYK"} else band.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return ``image`` in the colours of the web, without its colour profile."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(
                image, source, target, outputMode="RGB"
            )
        except ImageCms.PyCMSError:
            # Broken, or made for another mode: show the colours as they stand.
            converted = None
        if converted is not None:
            # The transformation notes its profile, and encoders would write it.
            converted.info.clear()
            return converted
    return image.convert("RGB")


# --- Encoding -----------------------------------------------------------------


def _variants(image: Image.Image) -> Iterator[Variant]:
    """Encode ``image`` once for each use; none is larger than the picture itself."""
    largest = _fitting(image, WIDTHS[-1])
    for width in sorted({min(each, largest.width) for each in WIDTHS}):
        yield from _encoded(str(width), _fitting(largest, width), FORMATS)
    side = min(CARD_SIDE, *largest.size)
    yield from _encoded("card", ImageOps.fit(largest, (side, side)), FORMATS)
    yield from _encoded("og", ImageOps.fit(largest, _og_size(largest)), ("jpg",))


def _fitting(image: Image.Image, width: int) -> Image.Image:
    """Return ``image`` at most ``width`` wide, in its own proportions."""
    scale = min(1, width / image.width, MAX_HEIGHT / image.height)
    if scale == 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _og_size(image: Image.Image) -> tuple[int, int]:
    """Return the largest size of the link picture's shape that needs no enlarging."""
    scale = min(1, image.width / OG_SIZE[0], image.height / OG_SIZE[1])
    return max(1, int(OG_SIZE[0] * scale)), max(1, int(OG_SIZE[1] * scale))


def _encoded(
    use: str, image: Image.Image, formats: Iterable[Format]
) -> Iterator[Variant]:
    for form in formats:
        name, options = ENCODINGS[form]
        written = io.BytesIO()
        image.save(written, name, **options)
        yield Variant(use, form, written.getvalue())


# --- Storing ------------------------------------------------------------------


def store(picture: Picture, storage: Storage) -> StoredPicture:
    """Write the files of ``picture`` and say where they lie.

    Sending the same picture again writes nothing. If a write fails, what this call
    wrote goes again; a transaction that fails later leaves the files to the nightly
    sweep.
    """
    names = {picture.name_of(variant): variant for variant in picture.variants}
    _write({name: variant.data for name, variant in names.items()}, storage)
    sized: dict[str, dict[str, str]] = {form: {} for form in FORMATS}
    card: dict[str, str] = {}
    og = ""
    for name, variant in names.items():
        if variant.use == "card":
            card[variant.format] = name
        elif variant.use == "og":
            og = name
        else:
            sized[variant.format][variant.use] = name
    return StoredPicture(picture.sha256, picture.width, picture.height, sized, card, og)


def copy_picture(stored: StoredPicture, source: Storage, target: Storage) -> None:
    """Copy the files of ``stored`` from one storage to another.

    A publication copies from the private to the public one before its transaction
    ends: a page never names a file that is not there yet.
    """
    files = {}
    for name in stored.all_names:
        with source.open(name) as file:
            files[name] = file.read()
    _write(files, target)


def _write(files: Mapping[str, bytes], storage: Storage) -> None:
    """Write all of ``files`` that are not there yet, or none of them."""
    written: list[str] = []
    try:
        for name, data in files.items():
            if not storage.exists(name):
                storage.save(name, ContentFile(data))
                written.append(name)
    except BaseException:
        for name in written:
            storage.delete(name)
        raise
