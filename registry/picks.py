"""What is chosen by typing a name: places, producers.

A pick says which rows a person may choose from, how a text finds one, and what
stands in the box then. Apps above offer theirs in ``AppConfig.ready()``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from registry.enums import Role
from registry.models import District, Subdistrict, User
from registry.querysets import SCOPE_ROLES
from registry.thai.text import fold


def nothing_else(row: Any) -> Mapping[str, str]:
    """Fill in no other field."""
    return {}


@dataclass(frozen=True)
class Pick:
    """One kind of row that is chosen by typing."""

    #: Part of the address of its suggestions: ``/workspace/suggest/district/``.
    name: str
    #: Rows a person may choose.
    rows: Callable[[User], Any]
    #: Those of the rows that a text means.
    find: Callable[[Any, str], Any]
    #: What stands in the box: a name, and the code in brackets.
    label: Callable[[Any], str]
    #: Values that choosing the row fills into other fields.
    fills: Callable[[Any], Mapping[str, str]] = nothing_else


#: Words that are looked for; each asks the database for more.
MOST_WORDS = 8
_picks: dict[str, Pick] = {}


def offer(pick: Pick) -> None:
    """Let rows be chosen by typing; called from ``AppConfig.ready()``."""
    _picks[pick.name] = pick


def pick_named(name: str) -> Pick | None:
    """Return what is called ``name`` in addresses; None if nothing is."""
    return _picks.get(name)


# --- Places -----------------------------------------------------------------------


def _in_scope(rows: Any, path: str, user: User) -> Any:
    """Return the places a person enters records for: where the agency works."""
    if user.role not in SCOPE_ROLES | {Role.OFFICER}:
        return rows.none()
    if user.scope.everywhere:
        return rows
    return rows.filter(**{f"{path}__in": user.scope.provinces})


def subdistricts_of(user: User) -> Any:
    """Return the subdistricts where ``user`` works."""
    rows = Subdistrict.objects.select_related("district__province")
    return _in_scope(rows, "district__province", user).order_by("sort_key", "code")


def districts_of(user: User) -> Any:
    """Return the districts where ``user`` works."""
    rows = District.objects.select_related("province")
    return _in_scope(rows, "province", user).order_by("sort_key", "code")


def _words(text: str) -> list[str]:
    """Return the folded words of a place: three names, and a few too many."""
    return [*filter(None, map(fold, text.replace("·", " ").split()))][:MOST_WORDS]


def find_subdistricts(rows: Any, text: str) -> Any:
    """Find by any words of "subdistrict district province", code or postcode."""
    if text.isdigit():
        return rows.filter(Q(code__startswith=text) | Q(postcode__startswith=text))
    for word in _words(text):
        rows = rows.filter(
            Q(name_fold__contains=word)
            | Q(district__name_fold__contains=word)
            | Q(district__province__name_fold__contains=word)
        )
    return rows


def find_districts(rows: Any, text: str) -> Any:
    """Find by any words of "district province", or code."""
    if text.isdigit():
        return rows.filter(code__startswith=text)
    for word in _words(text):
        rows = rows.filter(
            Q(name_fold__contains=word) | Q(province__name_fold__contains=word)
        )
    return rows


def subdistrict_label(row: Any) -> str:
    """Return subdistrict, district, province and code."""
    names = (row.name_th, row.district.name_th, row.district.province.name_th)
    return f"{' · '.join(names)} ({row.code})"


def district_label(row: Any) -> str:
    """Return district, province and code."""
    return f"{row.name_th} · {row.province.name_th} ({row.code})"


def subdistrict_extra(row: Any) -> Mapping[str, str]:
    """Fill in the postcode, and the district that follows."""
    return {"postcode": row.postcode, "district": district_label(row.district)}


SUBDISTRICT = Pick(
    "subdistrict",
    subdistricts_of,
    find_subdistricts,
    subdistrict_label,
    subdistrict_extra,
)
DISTRICT = Pick("district", districts_of, find_districts, district_label)

offer(SUBDISTRICT)
offer(DISTRICT)
