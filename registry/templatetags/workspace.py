"""What pages of the workspace show of a row's files."""

from typing import Any, NamedTuple

from django import template
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from registry.files import private_url

register = template.Library()

#: Columns that hold what is kept of a picture (``registry.pictures``).
PICTURES = frozenset({"picture", "portrait"})


class KeptFile(NamedTuple):
    """A file a row keeps: a small picture of it, or its name to open it by."""

    url: str
    name: str
    is_picture: bool


@register.simple_tag
def kept_files(row: Any) -> list[KeptFile]:
    """Return the pictures and papers that are kept of a row; none of a new one."""
    if row is None or row.pk is None:
        return []
    found = []
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        if field.name in PICTURES and value:
            if name := value.get("card", {}).get("webp"):
                found.append(KeptFile(private_url(row, name), "", is_picture=True))
        elif field.name == "file" and value:
            shown = getattr(row, "file_name", "") or str(value).rpartition("/")[2]
            found.append(KeptFile(private_url(row, value), shown, is_picture=False))
    return found


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
