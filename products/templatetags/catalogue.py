"""Filters of the public lists as form controls, each choice with its count."""

from typing import Any

from django import template

from products.filters import Question

register = template.Library()

NBSP = "\u00a0"


@register.inclusion_tag("products/filter_select.html")
def filter_select(question: Question | None, *, nothing: str) -> dict[str, Any]:
    """Offer one of many; ``nothing`` says what leaving it open means."""
    return {"question": question, "nothing": nothing}


@register.inclusion_tag("products/filter_boxes.html")
def filter_boxes(question: Question | None) -> dict[str, Any]:
    """Offer several of a few."""
    return {"question": question}


@register.inclusion_tag("products/filter_radios.html")
def filter_radios(question: Question | None, *, nothing: str) -> dict[str, Any]:
    """Offer one of a few; ``nothing`` says what leaving it open means."""
    return {"question": question, "nothing": nothing}
