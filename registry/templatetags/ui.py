"""The portal's components, as typed template tags.

Each tag is a function, so an attribute it does not know fails when the
template compiles; its HTML lies in ``templates/components/``. Components read
what they are given and ask the database nothing. The gallery for staff shows
every one of them in every state.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Protocol

import segno
from django import template
from django.conf import settings
from django.core.files.storage import storages
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from registry import drawing, marking
from registry.drawing import drawn_icon, price_range, words
from registry.drawing import year_shown as year_shown
from registry.search import Sought

register = template.Library()

LEVEL_ICONS = {
    "info": "info",
    "success": "circle-check",
    "warning": "triangle-alert",
    "error": "circle-alert",
}

ButtonTone = Literal["red", "gold", "line"]
TagTone = Literal["", "gold", "leaf", "indigo", "red", "grey", "line"]
MessageLevel = Literal["info", "success", "warning", "error"]


class Stage(Protocol):
    """What a status pill needs of a record: its stage, with a label."""

    status: str

    @property
    def stage(self) -> Any:
        """Return the status as its enum member."""


class Bar(NamedTuple):
    """One row of a bar table."""

    label: str
    value: int | Decimal
    url: str = ""


# --- Words, numbers, icons ----------------------------------------------------


@register.simple_tag
def icon(name: str, *, size: int = 20) -> SafeString:
    """Draw a decorative icon; the words beside it carry the meaning."""
    return drawn_icon(str(name), size)


register.simple_tag(words)


@register.simple_tag
def price(low: Decimal | int | None, high: Decimal | int | None = None) -> str:
    """Show a price or a range of prices in baht."""
    return price_range(low, high)


# --- What is the same on many pages ---------------------------------------------

#: Renderings kept of one place in a template; more are drawn each time.
MOST_KEPT = 64


class ConstantNode(template.Node):
    """What depends on nothing but the language and one value: drawn once a process."""

    def __init__(self, content: template.NodeList, value: Any) -> None:
        self.content, self.value = content, value
        self.known: dict[Any, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """Return the content as it was drawn before, or draw it."""
        value = None if self.value is None else self.value.resolve(context)
        key = get_language(), get_script_prefix(), value
        known = self.known.get(key)
        if known is not None and not settings.DEBUG:
            return known
        drawn: SafeString = self.content.render(context)
        if len(self.known) < MOST_KEPT:
            self.known[key] = drawn
        return drawn


@register.tag
def constant(parser: Any, token: Any) -> ConstantNode:
    """Draw ``{% constant [value] %}…{% endconstant %}`` once a language and value.

    Nothing in it may come from the reader, the record or the settings of a page.
    """
    _name, *values = token.split_contents()
    if len(values) > 1:
        raise template.TemplateSyntaxError("constant takes one value at most.")
    content = parser.parse(("endconstant",))
    parser.delete_first_token()
    value = parser.compile_filter(values[0]) if values else None
    return ConstantNode(content, value)


# --- The frame of a page ------------------------------------------------------


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context: Context, name: str, text: str) -> dict[str, Any]:
    """Link to a part of the site, marked while the reader is inside it.

    A part that this installation does not have leaves its link out.
    """
    try:
        url = reverse(name)
    except NoReverseMatch:
        return {"url": ""}
    path = context["request"].path if "request" in context else ""
    current = "page" if path == url else "true" if path.startswith(url) else ""
    return {"url": url, "text": text, "current": current}


@register.simple_block_tag
def hero(
    content: str, *, title: str, lead: str = "", small: bool = False
) -> SafeString:
    """Open a page with its name on the mountains; ``small`` for lists of goods."""
    return render_to_string(
        "components/hero.html",
        {"content": content, "title": title, "lead": lead, "small": small},
    )


@register.inclusion_tag("components/search_box.html")
def search_box(
    action: str,
    *,
    label: str,
    value: str = "",
    placeholder: str = "",
    form: str = "",
    id: str = "q",  # noqa: A002  # named as the attribute it becomes
    suggest: bool = False,
) -> dict[str, Any]:
    """Ask for words; with ``form`` the field belongs to the form of that id.

    ``suggest`` offers words, places, goods and producers while somebody types.
    """
    return {
        "action": action,
        "label": label,
        "value": value,
        "placeholder": placeholder,
        "form": form,
        "id": id,
        "suggest": suggest,
    }


@register.inclusion_tag("components/page_head.html")
def page_head(title: str, *, lead: str = "", eyebrow: str = "") -> dict[str, str]:
    """Name a page: its only first-level heading, and a sentence about it."""
    return {"title": title, "lead": lead, "eyebrow": eyebrow}


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """Wrap ``crumb`` tags into the way back to the start."""
    return render_to_string("components/crumbs.html", {"content": content})


@register.simple_tag
def crumb(text: str, url: str = "") -> SafeString:
    """Name one step of the way; the last, without ``url``, is this page."""
    if not url:
        return format_html('<li><span aria-current="page">{}</span></li>', text)
    return format_html('<li><a href="{}">{}</a></li>', url, text)


@register.simple_block_tag
def card(content: str, *, title: str = "", level: int = 2) -> SafeString:
    """Wrap ``content`` in a white panel: for forms, tables and charts only."""
    return render_to_string(
        "components/card.html", {"content": content, "title": title, "level": level}
    )


@register.simple_block_tag
def section(
    content: str,
    *,
    title: str,
    id: str = "",  # noqa: A002  # named as the attribute it becomes
    url: str = "",
    more: str = "",
) -> SafeString:
    """Wrap a part of a page under a second-level heading, with a link to all of it."""
    return drawing.section(content, title=title, id=id, url=url, more=more)


@register.simple_tag
def button_link(
    url: str, text: str, *, tone: ButtonTone = "line", icon: str = ""
) -> SafeString:
    """Link that looks like a button: red once a page, gold on dark, else line."""
    return format_html(
        '<a class="btn btn--{}" href="{}">{}{}</a>',
        one_of(tone, ButtonTone),
        url,
        drawn_icon(icon, 20) if icon else "",
        text,
    )


# --- Goods and producers ------------------------------------------------------


@register.simple_tag
def product_card(
    product: Any,
    *,
    eager: bool = False,
    marks: Mapping[str, Any] | None = None,
    names_province: bool = False,
    sought: Sequence[Sought] = (),
) -> SafeString:
    """Show a product in a grid; ``eager`` for the first row of a page.

    ``member`` and ``district`` must be loaded, and ``province`` to name it
    beside the district. ``marks`` (by code) names those the product holds; what of
    the name was ``sought`` is marked. An
    alcoholic drink shows its name and maker only: Thai law limits its
    advertising.
    """
    codes = product.mark_codes if marks else ()
    return drawing.product_card(
        product,
        shows_all=not product.is_alcohol or settings.SHOW_ALCOHOL_DETAILS,
        eager=eager,
        held=[marks[code].abbreviation for code in codes if code in marks]
        if marks
        else (),
        names_province=names_province,
        sought=sought,
    )


@register.inclusion_tag("components/producer_card.html")
def producer_card(member: Any, *, sought: Sequence[Sought] = ()) -> dict[str, Any]:
    """Show a producer in a list. ``district`` and ``province`` must be loaded.

    What of the name was ``sought`` is marked.
    """
    return {"member": member, "sought": sought}


@register.filter
def marked(text: str, sought: Sequence[Sought]) -> SafeString:
    """Mark in a name what was sought there. A text that is HTML stays as it is."""
    return marking.marked_html(text, sought)


@register.simple_tag
def stars(count: int | None, year: int | None) -> SafeString:
    """Show OTOP stars with the year they were given (Buddhist era).

    Unrated goods show nothing, and neither does a star whose year is unknown:
    without its round a star would look like today's.
    """
    return drawing.stars(count, year)


@register.simple_tag
def mark_badge(certificate: Any) -> SafeString:
    """Show a mark that is held; grey once its certificate has expired.

    ``mark`` must be loaded.
    """
    ends = certificate.expires_on
    return drawing.mark_badge(
        certificate.mark.abbreviation,
        has_expired=ends is not None and ends < timezone.localdate(),
    )


@register.simple_tag
def picture(
    photo: Any,
    *,
    alt: str | None = None,
    sizes: str = "100vw",
    card: bool = False,
    eager: bool = False,
    kind: str = "",
) -> SafeString:
    """Show a stored picture in the formats the browser knows, or a woven tile.

    ``photo`` is a photo with its own ``alt`` texts, or the bare stored value
    (then give ``alt``; empty where the name stands beside it). ``card`` takes
    the square crop. ``kind`` colours the tile shown where there is no picture.
    """
    return drawing.picture(
        photo, alt=alt, sizes=sizes, card=card, eager=eager, kind=kind
    )


# --- Small parts --------------------------------------------------------------


def one_of(value: str, allowed: Any) -> str:
    """Return ``value`` if it is one of a ``Literal``'s, else stop the page."""
    if value not in allowed.__args__:
        raise template.TemplateSyntaxError(
            f"{value!r} is none of {', '.join(map(repr, allowed.__args__))}"
        )
    return str(value)


@register.inclusion_tag("components/tag.html")
def tag(text: str, *, tone: TagTone = "", icon: str = "") -> dict[str, str]:
    """Show a short fact in a coloured word."""
    return {"text": text, "tone": one_of(tone, TagTone), "icon": icon}


@register.inclusion_tag("components/status_pill.html")
def status_pill(record: Stage) -> dict[str, str]:
    """Show where a record stands, in words and colour."""
    return {"label": str(record.stage.label), "status": record.status}


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """Wrap ``fact`` tags into a list of terms and values."""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_tag
def fact(label: str, value: object, *, lang: str = "") -> SafeString:
    """Show one fact; one that is not known is left out."""
    if not value and value != 0:
        return SafeString("")
    if lang:
        return format_html(
            '<div><dt>{}</dt><dd lang="{}">{}</dd></div>', label, lang, value
        )
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, value)


@register.simple_block_tag
def fact_block(content: str, *, label: str) -> SafeString:
    """Show one fact that is more than a word: a link, a list."""
    if not content.strip():
        return SafeString("")
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content)


@register.inclusion_tag("components/message_bar.html")
def message_bar(text: str, *, level: MessageLevel = "info") -> dict[str, str]:
    """Tell the reader something; errors interrupt a screen reader, others wait."""
    return {
        "text": text,
        "level": one_of(level, MessageLevel),
        "icon": LEVEL_ICONS[level],
        "role": "alert" if level == "error" else "status",
    }


@register.filter
def message_level(message: Any) -> str:
    """Return the message bar's level of a message of Django."""
    return message.level_tag if message.level_tag in LEVEL_ICONS else "info"


@register.simple_block_tag
def empty_state(content: str, *, title: str, icon: str = "search-x") -> SafeString:
    """Say that there is nothing, and in ``content`` what to do about it."""
    return render_to_string(
        "components/empty_state.html",
        {"content": content, "title": title, "icon": icon},
    )


@register.inclusion_tag("components/result_count.html")
def result_count(count: int, *, more: bool = False) -> dict[str, object]:
    """Say how many were found, aloud too; ``more`` when counting stopped there."""
    return {"count": count, "number": f"{count:,}", "more": more}


@register.inclusion_tag("components/chip_remove.html")
def chip_remove(text: str, url: str) -> dict[str, str]:
    """Show a chosen filter with a link that takes it away."""
    return {"text": text, "url": url}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(
    context: Context, page: Page[Any], *, target: str = "", next_url: str = ""
) -> dict[str, Any]:
    """Lead through the pages of a list, keeping the rest of the address.

    :param target: what htmx replaces; plain links without it.
    :param next_url: where the list goes on after the last numbered page.
    """
    query: QueryDict = context["request"].GET.copy()
    query.pop("after", None)

    def address(number: int) -> str:
        if number == 1:
            query.pop("page", None)
        else:
            query["page"] = str(number)
        return "?" + query.urlencode()

    numbers = page.paginator.get_elided_page_range(
        page.number, on_each_side=1, on_ends=1
    )
    return {
        "page": page,
        "steps": [
            (number, address(number) if isinstance(number, int) else "")
            for number in numbers
        ],
        "previous": address(page.number - 1) if page.has_previous() else "",
        "next": address(page.number + 1) if page.has_next() else next_url,
        "target": target,
    }


@register.simple_block_tag
def figures(content: str) -> SafeString:
    """Wrap ``figure_number`` tags into a row of figures."""
    return format_html('<dl class="figures">{}</dl>', content)


@register.inclusion_tag("components/figure_number.html")
def figure_number(
    label: str, value: object, *, unit: str = "", note: str = "", url: str = ""
) -> dict[str, object]:
    """Show one figure with what it counts."""
    return {"label": label, "value": value, "unit": unit, "note": note, "url": url}


@register.inclusion_tag("components/bar_table.html")
def bar_table(
    rows: Iterable[Sequence[Any]], *, caption: str, label: str, value: str
) -> dict[str, Any]:
    """Show ``(label, number[, url])`` rows as a table whose numbers are also bars.

    ``label`` and ``value`` head the two columns; ``caption`` names the table.
    """
    bars = [Bar(*row) for row in rows]
    most = max((bar.value for bar in bars), default=0) or 1
    return {
        "bars": [
            (bar, f"{bar.value:,}", f"{float(bar.value) * 100 / float(most):.1f}")
            for bar in bars
        ],
        "caption": caption,
        "label": label,
        "value": value,
    }


@register.simple_block_tag
def timeline(content: str) -> SafeString:
    """Wrap ``moment`` tags into a history, in the order given."""
    return format_html('<ol class="timeline">{}</ol>', content)


@register.simple_block_tag
def moment(content: str, *, when: str, title: str = "") -> SafeString:
    """Show one moment of a history; ``when`` as it is to be read."""
    named = format_html("<strong>{}</strong>", title) if title else ""
    return format_html("<li><time>{}</time>{}{}</li>", when, named, content)


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Sequence[str], current: int) -> dict[str, Any]:
    """Show how far an application has come; ``current`` counts from 1."""
    return {"steps": steps, "current": current}


@register.simple_block_tag
def table_box(content: str, *, label: str) -> SafeString:
    """Let a wide table scroll inside its own box, by keyboard too."""
    return render_to_string(
        "components/table_box.html", {"content": content, "label": label}
    )


@register.inclusion_tag("components/qr.html")
def qr(url: str, *, caption: str = "", picture: str = "") -> dict[str, Any]:
    """Draw the QR code of an ASCII address: error level M, border 4, black on white.

    With ``picture``, the address of its drawing, browsers fetch that when it comes
    into sight: drawing one takes longer than the rest of a page.

    :raises UnicodeEncodeError: if ``url`` is not ASCII: such codes fail on some phones.
    """
    url.encode("ascii")
    drawing = "" if picture else qr_code(url).svg_inline(**QR_LOOK)
    return {
        "drawing": mark_safe(drawing),  # noqa: S308  # squares; the address is in them
        "picture": picture,
        "caption": caption,
        "url": url,
    }


#: Four squares of white around, and no size or class of its own.
QR_LOOK: dict[str, Any] = {
    "border": 4,
    "omitsize": True,
    "svgclass": None,
    "lineclass": None,
}


def qr_code(url: str) -> segno.QRCode:
    """Return the QR code of an address."""
    return segno.make_qr(url, error="m")


# --- Forms --------------------------------------------------------------------


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, BoundField]:
    """Show a form field: label, help, error and control, tied together."""
    return {"field": bound}


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: BaseForm) -> dict[str, BaseForm]:
    """Show all fields of a form under its error summary, which says the rest."""
    return {"form": form}


@register.filter
def named(bound: BoundField) -> SafeString:
    """Draw a control whose only label is the head of its column."""
    return bound.as_widget(attrs={"aria-label": str(bound.label)})


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """List what a form refuses, each with a link to its field."""
    wrong = [bound for bound in form.visible_fields() if bound.errors]
    return {
        "general": [*form.non_field_errors(), *hidden_errors(form)],
        "wrong": wrong,
    }


def hidden_errors(form: BaseForm) -> list[str]:
    """Return the errors of fields nobody sees, which no field would show."""
    return [str(error) for bound in form.hidden_fields() for error in bound.errors]


# --- For machines -------------------------------------------------------------

#: Characters that could end a script element, as their JSON escapes.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def json_ld(data: Mapping[str, Any] | Sequence[Any]) -> SafeString:
    """Write structured data for search engines; a data block, not a script."""
    text = json.dumps(data, ensure_ascii=False, default=str).translate(ESCAPES)
    # Nothing in it can end the element: see ESCAPES.
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308


@register.simple_tag
def public_url(name: str) -> str:
    """Return the address of a stored public file."""
    return storages["public"].url(name) if name else ""
