"""Pictures, stars and cards of goods, drawn without the template engine.

A page of the catalogue shows two dozen cards. As templates in templates they took
more time than all else together: 0.35 ms a card, against 0.04 ms here. Everything
that is not written here is escaped; the tags in ``registry.templatetags.ui`` are the
way to them.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.safestring import SafeData, SafeString
from django.utils.translation import get_language, gettext, ngettext
from lucide.templatetags.lucide import lucide

from registry.marking import marked_html
from registry.publicity import address_of
from registry.search import Sought
from registry.thai.lines import well_broken

#: Years are kept in the Buddhist era and shown in the reader's.
BUDDHIST_ERA = 543
#: How wide a card's picture is shown: two in a row on phones, four on desks.
CARD_SIZES = "(min-width: 64em) 16rem, (min-width: 40em) 30vw, 46vw"
#: The side of the square crop, in pixels; browsers reserve its room with it.
CARD_SIDE = 480
#: The icon on the tile of goods that have no photograph, by OTOP type.
KIND_ICONS = {
    "food": "cooking-pot",
    "beverage": "cup-soda",
    "textile": "shirt",
    "decor": "gift",
    "herb": "leaf",
    "producer": "store",
}


class Words(NamedTuple):
    """What cards say, in one language."""

    place: str
    price: str
    ask: str


@lru_cache(maxsize=8)
def _card_words(language: str | None) -> Words:
    """Return what cards say; asked for once a language."""
    return Words(
        escape(gettext("Place:")),
        escape(gettext("Price")),
        escape(gettext("Ask the producer for the price")),
    )


@lru_cache(maxsize=256)
def drawn_icon(name: str, size: int) -> SafeString:
    """Return the SVG of an icon; kept, because drawing one parses XML."""
    drawn = lucide(name, size=size, aria_hidden="true", focusable="false")
    return SafeString(drawn)  # drawn from the package's own files


# --- Escaping -------------------------------------------------------------------


def escape(text: object) -> SafeString:
    """Return a text as HTML. Django's does the same, and thrice the work for it."""
    return SafeString(html.escape(str(text)))


def conditional_escape(text: object) -> SafeString:
    """Return a text as HTML; what is HTML already stays as it is."""
    if isinstance(text, SafeString):
        return text
    return SafeString(text) if isinstance(text, SafeData) else escape(text)


# --- Words and numbers ----------------------------------------------------------


def words(thing: object, base: str) -> SafeString:
    """Return a text kept in two languages, in the reader's.

    Where the other language stands in, its ``lang`` goes with it, so that a
    screen reader speaks it properly (WCAG 3.1.2).
    """
    reader, other = ("en", "th") if get_language() == "en" else ("th", "en")
    if text := getattr(thing, f"{base}_{reader}", ""):
        return conditional_escape(text)
    if text := getattr(thing, f"{base}_{other}", ""):
        safe = f'<span lang="{other}">{conditional_escape(text)}</span>'
        return SafeString(safe)
    return SafeString("")


def year_shown(year: int) -> int:
    """Return a Buddhist-era year as the reader counts: CE in English."""
    return year - BUDDHIST_ERA if get_language() == "en" else year


def price_range(low: Decimal | int | None, high: Decimal | int | None) -> str:
    """Return "฿250" or "฿250–350"; empty when no price is known."""
    if low is None and high is None:
        return ""
    known = [amount for amount in (low, high) if amount is not None]
    texts = [f"{amount:,.2f}".removesuffix(".00") for amount in known]
    return "฿" + "–".join(dict.fromkeys(texts))


def stars(count: int | None, year: int | None) -> SafeString:
    """Return the stars of goods with their year; nothing unless both are known."""
    if not count or not year:
        return SafeString("")
    return _stars(count, year, get_language())


@lru_cache(maxsize=512)
def _stars(count: int, year: int, language: str | None) -> SafeString:
    text = ngettext(
        "OTOP %(count)s star, %(year)s", "OTOP %(count)s stars, %(year)s", count
    )
    said = escape(text % {"count": count, "year": year_shown(year)})
    return SafeString(f'<span class="tag tag--gold">{said}</span>')


# --- Small parts ----------------------------------------------------------------


def section(
    content: str,
    *,
    title: str,
    id: str,  # noqa: A002  # named as the attribute it becomes
    url: str,
    more: str,
) -> SafeString:
    """Return a part of a page under a second-level heading; ``content`` is safe."""
    named = f' id="{escape(id)}"' if id else ""
    way = (
        f'<a href="{escape(url)}">{conditional_escape(more)}'
        f'<span class="sr"> – {conditional_escape(title)}</span></a>'
        if url
        else ""
    )
    return SafeString(
        f'<section class="section"{named}><div class="section__head">'
        f"<h2>{well_broken(title)}</h2>{way}</div>{conditional_escape(content)}</section>"
    )


def mark_badge(name: str, *, has_expired: bool) -> SafeString:
    """Return the short name of a mark; grey once it is over."""
    over = gettext("expired")
    said = f"{name} ({over})" if has_expired else name
    icon = drawn_icon("badge-x" if has_expired else "badge-check", 18)
    tone = "grey" if has_expired else "leaf"
    return SafeString(
        f'<span class="tag tag--{tone}">{icon}{conditional_escape(said)}</span>'
    )


# --- Pictures -------------------------------------------------------------------


class Drawn(NamedTuple):
    """The files of a stored picture, as an ``img`` with its alternatives needs them."""

    #: Type and ``srcset`` of each format.
    variants: Sequence[tuple[str, str]]
    src: str
    width: int
    height: int


def picture(
    photo: Any,
    *,
    alt: str | None = None,
    sizes: str = "100vw",
    card: bool = False,
    eager: bool = False,
    kind: str = "",
) -> SafeString:
    """Return a stored picture in the formats browsers know, or a woven tile."""
    stored = photo if isinstance(photo, Mapping) else getattr(photo, "picture", None)
    if not stored or not stored.get("names"):
        return _tile(kind)
    is_square = card and bool(stored.get("card"))
    drawn = _square(stored) if is_square else _whole(stored)
    fits = "" if is_square or not sizes else f' sizes="{escape(sizes)}"'
    sources = "".join(
        f'<source type="image/{escape(form)}" srcset="{escape(srcset)}"{fits}>'
        for form, srcset in drawn.variants
    )
    said = words(photo, "alt") if alt is None else alt
    return SafeString(
        f'<picture class="picture{" picture--card" if card else ""}">{sources}'
        f'<img src="{escape(drawn.src)}" width="{int(drawn.width)}" '
        f'height="{int(drawn.height)}" alt="{conditional_escape(said)}" '
        f'{"fetchpriority" if eager else "loading"}="{"high" if eager else "lazy"}" '
        'decoding="async"></picture>'
    )


@lru_cache(maxsize=32)
def _tile(kind: str) -> SafeString:
    """Return what stands where there is no picture."""
    icon = drawn_icon(KIND_ICONS.get(kind, "package"), 48)
    coloured = f" picture--{escape(kind)}" if kind else ""
    return SafeString(
        f'<span class="picture picture--card picture--none{coloured}">{icon}</span>'
    )


def _square(stored: Mapping[str, Any]) -> Drawn:
    """Return the square crop of a stored picture, in its formats."""
    card = stored["card"]
    return Drawn(
        [(form, address_of(name)) for form, name in card.items()],
        address_of(card["webp"]),
        CARD_SIDE,
        CARD_SIDE,
    )


def _whole(stored: Mapping[str, Any]) -> Drawn:
    """Return a stored picture in its formats and widths; a middle one for the rest."""
    names = stored["names"]
    widths = sorted(names["webp"], key=int)
    return Drawn(
        [(form, _srcset(by_width)) for form, by_width in names.items()],
        address_of(names["webp"][widths[len(widths) // 2]]),
        stored["width"],
        stored["height"],
    )


def _srcset(names: Mapping[str, str]) -> str:
    """Return a ``srcset`` of stored names by width."""
    by_width = sorted(names.items(), key=lambda pair: int(pair[0]))
    return ", ".join(f"{address_of(name)} {width}w" for width, name in by_width)


# --- Cards ----------------------------------------------------------------------


def product_card(
    product: Any,
    *,
    shows_all: bool,
    eager: bool = False,
    held: Iterable[str] = (),
    names_province: bool = False,
    sought: Sequence[Sought] = (),
) -> SafeString:
    """Return a product in a grid, as ``product_card`` of the tags says.

    :param held: the abbreviations of the marks to show.
    :param sought: words to mark in its name.
    """
    cover = product.cover if shows_all else None
    seen = picture(
        cover, alt="", sizes=CARD_SIZES, card=True, eager=eager, kind=product.otop_type
    )
    name = words(product, "name")
    if sought:
        name = marked_html(name, sought)
    more = _card_foot(product, held, names_province=names_province) if shows_all else ""
    return SafeString(
        f'<li class="card"><a class="card__link" '
        f'href="{escape(product.get_absolute_url())}">{seen}'
        f'<span class="card__name">{well_broken(name)}</span></a>'
        f'<p class="card__maker">{well_broken(words(product.member, "name"))}</p>'
        f"{more}</li>"
    )


def _card_foot(product: Any, held: Iterable[str], *, names_province: bool) -> str:
    """Return where a product is from, what it costs, and what it holds."""
    said = _card_words(get_language())
    place: str = words(product.district, "name")
    if names_province:
        place += " · " + words(product.province, "name")
    costs = price_range(product.price_min, product.price_max)
    price = (
        f'<span class="card__price"><span class="sr">{said.price} </span>{costs}</span>'
        if costs
        else f'<span class="card__price--none">{said.ask}</span>'
    )
    marks = "".join(
        f'<span class="tag tag--leaf">{escape(each)}</span>' for each in held
    )
    rated = stars(product.current_stars, product.current_stars_year)
    return (
        f'<p class="card__place">{drawn_icon("map-pin", 16)}<span>'
        f'<span class="sr">{said.place} </span>{place}</span></p>'
        f'<p class="card__foot">{price} {rated} {marks}</p>'
    )
