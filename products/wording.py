"""Columns of goods, in words: in histories, proposals and previews of a change."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from products.forms import MONTH_NAMES
from registry.wording import Wording, read_kept


def months_read(season: int) -> str:
    """Return the months of a season by name."""
    names = [name for bit, name in enumerate(MONTH_NAMES) if season >> bit & 1]
    return ", ".join(map(str, names)) or _now("All year")


WORDING = Wording(
    labels={"sha256": _("picture file")},
    words={"season": months_read, "sha256": read_kept, "file": read_kept},
)
