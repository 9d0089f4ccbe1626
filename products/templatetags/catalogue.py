"""Filters of the public lists as form controls, each choice with its count.

Drawn without the template engine: a page offers two hundred choices, and as templates
they took as long as the whole catalogue may. All that is put in is escaped.
"""

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from products.filters import Choice, Question, Step

register = template.Library()

NBSP = "\u00a0"


@register.simple_tag
def filter_select(question: Question | None, *, nothing: str) -> SafeString:
    """Offer one of many; ``nothing`` says what leaving it open means."""
    if not question or not question.choices:
        return SafeString("")
    name = escape(question.name)
    options = "".join(map(_option, question.choices))
    return _safe(
        f'<div class="field">'
        f'<label for="filter-{name}">{escape(question.label)}</label>'
        f'<select id="filter-{name}" name="{name}">'
        f'<option value="">{escape(nothing)}</option>{options}</select></div>'
    )


@register.simple_tag
def filter_boxes(question: Question | None) -> SafeString:
    """Offer several of a few."""
    if not question or not question.choices:
        return SafeString("")
    return _choices(question, _inputs(question, "checkbox"))


@register.simple_tag
def filter_radios(question: Question | None, *, nothing: str) -> SafeString:
    """Offer one of a few; ``nothing`` says what leaving it open means."""
    if not question or not question.choices:
        return SafeString("")
    name = escape(question.name)
    checked = "" if question.is_answered else " checked"
    none = (
        f'<label><input type="radio" id="filter-{name}-" name="{name}"'
        f' value=""{checked}>'
        f"<span>{escape(nothing)}</span></label>"
    )
    return _choices(question, none + _inputs(question, "radio"))


@register.simple_tag
def shelf_chips(steps: Iterable[Step]) -> SafeString:
    """Offer the shelves on the way and those below, as items of a list."""
    return _safe("".join(_chip(at, step) for at, step in enumerate(steps)))


def _option(choice: Choice) -> str:
    option = choice.option
    lang = f' lang="{option.lang}"' if option.lang else ""
    selected = " selected" if choice.is_chosen else ""
    count = "" if choice.count is None else f" ({choice.count:,})"
    return (
        f'<option value="{option.safe_value}"{lang}{selected}>'
        f"{option.safe_label}{count}</option>"
    )


def _inputs(question: Question, kind: str) -> str:
    name = escape(question.name)
    return "".join(
        f'<label><input type="{kind}" id="filter-{name}-{each.option.safe_value}" '
        f'name="{name}" value="{each.option.safe_value}"'
        f"{' checked' if each.is_chosen else ''}>"
        f"<span>{each.option.safe_label}</span>{_count(each.count)}</label>"
        for each in question.choices
    )


def _choices(question: Question, inputs: str) -> SafeString:
    legend = escape(question.label)
    return _safe(
        f'<fieldset class="choices"><legend>{legend}</legend>{inputs}</fieldset>'
    )


def _chip(at: int, step: Step) -> str:
    current = ' aria-current="true"' if step.is_current else ""
    lang = f' lang="{step.lang}"' if step.lang else ""
    return (
        f'<li><a class="chip" id="shelf-{at}" href="{escape(step.url)}"{current}>'
        f"<span{lang}>{escape(step.label)}</span>{_count(step.count or None)}</a></li>"
    )


def _count(count: int | None) -> str:
    return "" if count is None else f' <span class="chip__count">{count:,}</span>'


def _safe(drawn: str) -> SafeString:
    return mark_safe(drawn)  # noqa: S308 - every part was escaped
