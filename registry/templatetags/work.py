"""How far a long piece of work is, as a component of pages."""

from typing import Any, NamedTuple

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registry.enums import RunStatus
from registry.models.runs import Run

register = template.Library()


class Phase(NamedTuple):
    """What is being done, and how far it is."""

    title: str | Promise
    #: Takes ``done`` and ``total``, written with separators.
    so_far: str | Promise


WAITING = _("Waiting for a free worker …")
#: What stands in ``Run.phase``, in words.
PHASES = {
    "reading": Phase(
        _("The file is being read …"), _("Read %(done)s of %(total)s rows")
    ),
    "checking": Phase(
        _("The rows are being checked …"), _("Checked %(done)s of %(total)s rows")
    ),
    "writing": Phase(
        _("The rows are being written …"), _("Wrote %(done)s of %(total)s rows")
    ),
    "undoing": Phase(
        _("The import is being undone …"), _("Undid %(done)s of %(total)s rows")
    ),
    "exporting": Phase(
        _("The file is being written …"), _("Wrote %(done)s of %(total)s rows")
    ),
    "drawing": Phase(
        _("The pages are being drawn …"), _("Drew %(done)s of %(total)s pages")
    ),
}
OTHER = Phase(_("The work is going on …"), _("%(done)s of %(total)s done"))


@register.inclusion_tag("components/work_progress.html")
def work_progress(run: Run, url: str) -> dict[str, Any]:
    """Show how far a run is: a bar, and words that say the same.

    ``url`` answers with :func:`registry.following.follow`; scripts ask it every two
    seconds, and whoever has none opens the page again.
    """
    return {"url": url, **told(run)}


def told(run: Run) -> dict[str, Any]:
    """Return what the component says of a run."""
    phase = PHASES.get(run.phase, OTHER)
    is_waiting = run.status == RunStatus.WAITING
    # A worker may find more rows than it was told of.
    done, total = run.done, max(run.total, run.done)
    counts = {"done": f"{done:,}", "total": f"{total:,}"}
    is_counted = total > 0 and not is_waiting
    return {
        "title": WAITING if is_waiting else phase.title,
        "said": str(phase.so_far) % counts if is_counted else "",
        "done": done,
        "total": total,
        "percent": 100 * done // total if total else 0,
        "is_counted": is_counted,
    }
