"""What pages of the workspace show of kinds of records, changes, pictures."""

from typing import Any

from django import template
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.files import private_url

register = template.Library()

#: Columns that hold what is kept of a picture (``registry.pictures``).
PICTURES = ("picture", "portrait")


@register.simple_tag
def kept_pictures(row: Any) -> list[str]:
    """Return the addresses of the pictures a row keeps, small; none of a new one."""
    if row is None or row.pk is None:
        return []
    kept = (getattr(row, name, None) or {} for name in PICTURES)
    names = (each.get("card", {}).get("webp", "") for each in kept)
    return [private_url(row, name) for name in names if name]


@register.filter
def kind(model: Any) -> str:
    """Return what one record of a model is called."""
    return str(model._meta.verbose_name)


@register.filter
def kinds(model: Any) -> str:
    """Return what many records of a model are called."""
    return str(capfirst(str(model._meta.verbose_name_plural)))


#: States of a change by the status of a record whose colour they take.
COLOURS = {"draft": "draft", "submitted": "submitted", "returned": "returned"}


@register.inclusion_tag("components/status_pill.html")
def change_pill(proposal: Any) -> dict[str, str]:
    """Show where the open change to a published record stands."""
    label = _("Change: %(state)s") % {"state": proposal.stage.label}
    return {"label": label, "status": COLOURS.get(proposal.state, "draft")}
