"""The product book of a province: its published goods, to print or send."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import segno
from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext
from PIL import Image, UnidentifiedImageError

from members.models import Contact, Outlet
from products.figures import ways_to
from products.models import Category, Mark, Product
from products.structured import absolute
from registry.drawing import KIND_ICONS, drawn_icon, year_shown
from registry.models import Province, User
from registry.sheets.writing import Column, Kind
from registry.storages import public_storage
from registry.thai.dates import Language
from reports.base import Group, Table, register
from reports.filters import ScopeForm
from reports.pdf.base import DocumentReport
from reports.pdf.documents import (
    Block,
    ChapterBlock,
    ContentsBlock,
    CoverBlock,
    Digits,
    Document,
    Entry,
    GoodsBlock,
    IndexBlock,
    Picture,
    TextBlock,
)
from reports.pdf.registers import as_at, office_of, source

#: Pixels of a picture in print: 42 mm at 290 dots an inch; the cover's is wider.
SMALL, WIDE = 480, 1200
QUALITY = 82
#: Longer stories are cut at the end of a paragraph or word: a book is read in turns.
LONGEST_STORY = 1_400
LANGUAGES: tuple[Language, Language] = ("th", "en")


class BookForm(ScopeForm):
    """Which province. One query."""

    district: Any = None

    def clean(self) -> dict[str, Any]:
        """See that there is a province."""
        if self.only is None and not (
            self.cleaned_data.get("province") or "province" in self.errors
        ):
            self.add_error("province", _("Choose the province."))
        return self.cleaned_data


@register
class ProductBook(DocumentReport):
    """Every published product of a province, as visitors may read it."""

    slug = "product-book"
    title = _("Product book of a province")
    description = _(
        "The province’s published goods by category, with pictures, stories, prices, "
        "stars, marks and public contacts, in both languages."
    )
    group = Group.PRINT
    place = 20
    form = BookForm
    is_long = True

    def tables(self, user: User, form: Any) -> Sequence[Table]:
        """Return what the book will hold: the chapters with their goods."""
        goods = goods_of(form.place).only("category", "current_stars", "cover")
        shelves = _shelves()
        chapters = [
            (name, len(rows), sum(bool(each.cover) for each in rows))
            for name, rows in by_chapter(goods, shelves)
        ]
        return [
            Table(
                key="chapters",
                title=_("Contents"),
                columns=(
                    Column("chapter", _("Category"), width=44),
                    Column("goods", _("Goods"), Kind.NUMBER, 12),
                    Column("pictures", _("With a picture"), Kind.NUMBER, 12),
                ),
                rows=chapters,
                totals=(
                    _now("Total"),
                    sum(each[1] for each in chapters),
                    sum(each[2] for each in chapters),
                ),
            )
        ]

    def document(
        self, user: User, form: Any, *, language: Language, digits: Digits
    ) -> Document:
        """Return the book; pictures are read here, one after the other."""
        place: Province = form.place
        goods = list(goods_of(place).select_related(*LOADED).prefetch_related(*ways()))
        now = timezone.now()
        return Document(
            title=_now("Souvenirs of %(province)s") % {"province": place.full_name()},
            subtitle=_now("Product book"),
            office=office_of(user),
            blocks=_Book(goods, language, as_at(now), source(self, user)).blocks(),
            language=language,
            digits=digits,
            is_book=True,
            printed_at=now,
        )


# --- Which goods ------------------------------------------------------------------

LOADED = ("member", "district", "province", "category__parent__parent")


def goods_of(place: Province) -> Any:
    """Return the province's published goods, whoever asks, shelf by shelf."""
    return (
        Product.objects.published()
        .filter(Q(province=place))
        .order_by("category__path", "sort_key", "pk")
    )


def ways() -> Iterable[Prefetch[Any]]:
    """Return what is loaded of a maker: contacts anybody may read, and shops."""
    contacts = Contact.objects.public().order_by("position", "pk")
    outlets = Outlet.objects.order_by("position", "pk")
    return (
        Prefetch("member__contacts", contacts),
        Prefetch("member__outlets", outlets),
    )


def _shelves() -> Mapping[str, Category]:
    """Return every shelf by its path."""
    return {each.path: each for each in Category.objects.in_order()}


def by_chapter(
    goods: Iterable[Product], shelves: Mapping[str, Category]
) -> list[tuple[str, list[Product]]]:
    """Return goods under the names of their shelves, those without one last."""
    known = {each.pk: each for each in shelves.values()}

    def chapter(product: Product) -> str:
        shelf = known.get(product.category_id or 0)
        return "/".join(shelf.path.split("/")[:-1][:2]) + "/" if shelf else ""

    order = {path: at for at, path in enumerate([*shelves, ""])}
    found = sorted(goods, key=lambda each: order[chapter(each)])
    return [
        (shelves[path].name if path in shelves else _now("Not sorted yet"), list(rows))
        for path, rows in groupby(found, key=chapter)
    ]


# --- The book ---------------------------------------------------------------------


@dataclass
class _Book:
    """Turns goods into the blocks of a book."""

    goods: Sequence[Product]
    language: Language
    as_at: str
    source: str

    def __post_init__(self) -> None:
        self.marks = {each.code: each for each in Mark.objects.all()}
        #: The reader's language stands first.
        self.languages = sorted(LANGUAGES, key=lambda each: each != self.language)

    def blocks(self) -> list[Block]:
        """Return cover, contents, chapters and indexes."""
        count = f"{len(self.goods):,}"
        makers = f"{len({each.member_id for each in self.goods}):,}"
        said = _now("%(goods)s goods of %(makers)s producers") % {
            "goods": count,
            "makers": makers,
        }
        cover = CoverBlock(picture=self.front(), lines=[said, self.as_at])
        if not self.goods:
            empty = _now("No goods of the province are published yet.")
            return [cover, TextBlock(paragraphs=[empty, self.source])]
        return [
            cover,
            ContentsBlock(heading=_now("Contents")),
            *self.chapters(),
            *self.indexes(),
            TextBlock(heading=_now("About this book"), paragraphs=[self.about()]),
        ]

    def about(self) -> str:
        """Return what the book holds and what it leaves out."""
        return "\n".join(
            (
                self.source,
                _now(
                    "The book shows published goods only. Personal contacts stand in "
                    "it where the person consented. Prices are those of the register; "
                    "the producer’s own apply."
                ),
            )
        )

    def chapters(self) -> Iterable[Block]:
        """Yield each shelf's name and its goods."""
        for name, rows in by_chapter(self.goods, _shelves()):
            yield ChapterBlock(heading=name)
            for product in rows:
                yield self.block(product)

    def indexes(self) -> Iterable[Block]:
        """Yield an index of the names in each language."""
        headings = {
            "th": _now("Index of Thai names"),
            "en": _now("Index of English names"),
        }
        for language in self.languages:
            named = [each for each in self.goods if getattr(each, f"name_{language}")]
            if language == "th":
                named.sort(key=lambda each: (each.sort_key, each.pk))
            else:
                named.sort(key=lambda each: (each.name_en.casefold(), each.pk))
            if named:
                yield IndexBlock(
                    heading=headings[language],
                    language=language,
                    lines=[
                        (getattr(each, f"name_{language}"), each.code or "")
                        for each in named
                    ],
                )

    def front(self) -> Picture | None:
        """Return the picture of the cover: the best-rated goods that have one."""
        for product in sorted(self.goods, key=lambda each: -(each.current_stars or 0)):
            if product.cover and not is_hidden(product):
                data = photo(product.cover, WIDE)
                if data:
                    return Picture(data, "jpg", alt_of(product, self.language))
        return None

    # --- One product ----------------------------------------------------------------

    def block(self, product: Product) -> GoodsBlock:
        """Return one product; of alcoholic drinks the law shows name and maker only."""
        hidden = is_hidden(product)
        address = absolute(self.path(product))
        return GoodsBlock(
            code=product.code or "",
            entries=[
                self.entry(product, language, hidden=hidden)
                for language in self.languages
                if getattr(product, f"name_{language}") or language == "th"
            ],
            tags=[] if hidden else self.tags(product),
            picture=None if hidden else self.picture(product),
            qr=qr(address, _now("QR code of the product’s page")),
            address=address.partition("://")[2],
            contacts=[] if hidden else self.contacts(product),
        )

    def path(self, product: Product) -> str:
        """Return the product's page in the reader's language."""
        return product.get_absolute_url()

    def entry(self, product: Product, language: Language, *, hidden: bool) -> Entry:
        """Return what one language says."""
        with translation.override(language):
            story = "" if hidden else getattr(product, f"story_{language}")
            return Entry(
                language=language,
                name=getattr(product, f"name_{language}"),
                story=shortened(story),
                facts=[
                    (label, value)
                    for label, value in self.facts(product, language, hidden=hidden)
                    if value
                ],
            )

    def facts(
        self, product: Product, language: Language, *, hidden: bool
    ) -> Iterable[tuple[str, str]]:
        """Yield the facts, in the language that is active."""
        if not hidden:
            yield _now("Price"), price_said(product, language)
        yield _now("Producer"), product.member.name
        yield (
            _now("Place"),
            _now("%(district)s, %(province)s")
            % {
                "district": product.district.full_name(),
                "province": product.province.full_name(),
            },
        )
        if not hidden:
            yield _now("Size and weight"), getattr(product, f"size_{language}")
            yield _now("Materials"), getattr(product, f"materials_{language}")
            yield _now("Where to buy"), one_line(getattr(product, f"where_{language}"))

    def tags(self, product: Product) -> list[str]:
        """Return the stars with their year, and the marks in force."""
        tags = []
        if product.current_stars and product.current_stars_year:
            tags.append(
                ngettext(
                    "OTOP %(count)s star, %(year)s",
                    "OTOP %(count)s stars, %(year)s",
                    product.current_stars,
                )
                % {
                    "count": product.current_stars,
                    "year": year_shown(product.current_stars_year),
                }
            )
        held = (self.marks[code] for code in product.mark_codes if code in self.marks)
        return [*tags, *(mark.abbreviation for mark in held)]

    def picture(self, product: Product) -> Picture:
        """Return the main photo, or the tile that stands for none."""
        data = photo(product.cover, SMALL) if product.cover else None
        if data:
            return Picture(data, "jpg", alt_of(product, self.language))
        return tile(product.otop_type)

    def contacts(self, product: Product) -> list[tuple[str, str]]:
        """Return the ways to the producer that anybody may read."""
        return [
            (each.label, each.text) for each in ways_to(product.member.contacts.all())
        ]


# --- Texts ------------------------------------------------------------------------


def is_hidden(product: Product) -> bool:
    """Tell whether the law lets no more be shown than name and maker."""
    return product.is_alcohol and not settings.SHOW_ALCOHOL_DETAILS


def price_said(product: Product, language: Language) -> str:
    """Return the price with its unit: "250–350 บาท ต่อผืน", "฿250–350 per piece"."""
    known = [
        each for each in (product.price_min, product.price_max) if each is not None
    ]
    if not known:
        return _now("Ask the producer for the price")
    amounts = [f"{amount:,.2f}".removesuffix(".00") for amount in known]
    amount = "–".join(dict.fromkeys(amounts))
    unit = getattr(product, f"unit_{language}")
    said = pgettext("printed price", "%(amount)s baht") % {"amount": amount}
    if not unit:
        return said
    return pgettext("printed price", "%(price)s per %(unit)s") % {
        "price": said,
        "unit": unit,
    }


def shortened(story: str) -> list[str]:
    """Return the paragraphs of a story, a long one cut where a word ends."""
    text = story.strip()
    if len(text) > LONGEST_STORY:
        kept = text[:LONGEST_STORY]
        text = (kept[: kept.rfind(" ")] if " " in kept else kept).rstrip() + " …"
    return [each.strip() for each in text.splitlines() if each.strip()]


def one_line(text: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(text.split())


# --- Pictures ---------------------------------------------------------------------


def alt_of(product: Product, language: Language) -> str:
    """Return what a product's main photo shows, or whose it is."""
    return str(product.cover.get(f"alt_{language}") or product.name)


def photo(stored: Mapping[str, Any], width: int) -> bytes | None:
    """Return a stored picture as a JPEG for print; None if its file cannot be read.

    Small ones are the square crop that cards show.
    """
    name = _file_of(stored, width)
    if not name:
        return None
    try:
        with public_storage().open(name) as file, Image.open(file) as image:
            image.thumbnail((width, width))
            written = io.BytesIO()
            image.convert("RGB").save(written, "JPEG", quality=QUALITY, optimize=True)
    except (OSError, UnidentifiedImageError):
        return None
    return written.getvalue()


def _file_of(stored: Mapping[str, Any], width: int) -> str:
    form: Literal["webp"] = "webp"
    if width == SMALL and stored.get("card"):
        return str(stored["card"].get(form, ""))
    names = stored.get("names", {}).get(form, {})
    large = [each for each in names if int(each) >= width] or list(names)
    return str(names[min(large, key=int)]) if large else ""


def tile(kind: str) -> Picture:
    """Return the tile that pages show where there is no picture."""
    icon = drawn_icon(KIND_ICONS.get(kind, "package"), 48)
    inner = icon[icon.index(">") + 1 : icon.rindex("</svg>")]
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
        '<rect width="96" height="96" fill="#E3EAE8"/>'
        '<g transform="translate(30 30) scale(1.5)" fill="none" stroke="#245A63" '
        'stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">'
        f"{inner}</g></svg>"
    )
    return Picture(drawing.encode(), "svg", _now("There is no picture yet"))


def qr(address: str, alt: str | Promise) -> Picture:
    """Return the QR code of an ASCII address: level M, with its quiet border."""
    address.encode("ascii")
    written = io.BytesIO()
    segno.make_qr(address, error="m").save(
        written, kind="svg", border=4, xmldecl=False, light="white"
    )
    return Picture(written.getvalue(), "svg", str(alt))
