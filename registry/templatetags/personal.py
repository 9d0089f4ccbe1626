"""Personal data in templates: masked, and shown where somebody asked for it."""

from typing import Any

from django import template
from django.db import models
from django.template import Context

from registry import rules
from registry.deeds import kind_of as kind_of_model
from registry.masking import mask
from registry.revealing import is_revealed, name_of
from registry.thai.phones import as_read

register = template.Library()


@register.filter
def masked(value: Any) -> str:
    """Return a telephone, e-mail or name with only enough of it to tell two apart."""
    return mask(value)


@register.filter
def readable(value: Any) -> str:
    """Return a personal value as people read it: a telephone in its groups."""
    return as_read(str(value or ""))


@register.filter
def label(row: models.Model) -> str:
    """Return by what addresses name the kind of a row: "members.member"."""
    return row._meta.label_lower


@register.filter
def kind_of(model: type[models.Model]) -> str:
    """Return what rows of a model are called."""
    return kind_of_model(model)


@register.inclusion_tag("privacy/personal_value.html", takes_context=True)
def personal_value(context: Context, value: Any, *, about: Any) -> dict[str, Any]:
    """Show a personal value of the record ``about``: masked, with a way to see it.

    The way is there for those whose work needs it; taking it is recorded and opens
    all values of the record for ten minutes.
    """
    request = context["request"]
    may = rules.may_see_personal(request.user, about)
    name = name_of(about)
    is_open = may and is_revealed(request, name)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "text": readable(value) if is_open else mask(value),
        "reveals": name if may and not is_open and value else "",
    }
