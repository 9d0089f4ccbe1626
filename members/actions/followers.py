"""What follows when a member changes."""

from collections.abc import Iterable, Sequence

from members import derived
from members.models import Member
from registry import publicity
from registry.actions import proposals
from registry.derived import in_batches
from registry.enums import RecordStatus
from registry.followers import Happening

#: Fields of a member that say which office, and which province, it belongs to.
MOVED_BY = frozenset({"owner", "district", "subdistrict", "province"})


def keep_member(happening: Happening) -> None:
    """Keep the search row of a member, and its portrait in its place."""
    member = happening.row
    if happening.created or happening.fields:
        derived.recount([member.pk])
    if happening.fields & MOVED_BY:
        proposals.follow_records("members.Member", [member.pk])
    was_public = happening.before == RecordStatus.PUBLISHED
    if happening.moved or (was_public and "portrait" in happening.fields):
        place_portrait(member)


def keep_members(happenings: Sequence[Happening]) -> None:
    """Do for many members what :func:`keep_member` does for each.

    A member without any picture, now and ever, has none to place.
    """
    changed = [each for each in happenings if each.created or each.fields]
    derived.recount([each.row.pk for each in changed])
    touched = {
        each.row.pk: each.row
        for each in happenings
        if each.moved
        or (each.before == RecordStatus.PUBLISHED and "portrait" in each.fields)
    }
    for member in _ever_pictured(touched):
        place_portrait(touched[member])


def _ever_pictured(keys: Iterable[int]) -> list[int]:
    """Return those of the members that have or had a portrait, in key order."""
    found: list[int] = []
    for batch in in_batches(keys):
        pictured = Member.history.filter(id__in=batch).exclude(portrait={})
        found += pictured.order_by("id").values_list("id", flat=True).distinct()
    return found


def place_portrait(member: Member) -> None:
    """Show the portrait of a published member; hide all others it has had."""
    if member.is_published:
        publicity.show([member.portrait])
    publicity.hide(member.history.values_list("portrait", flat=True))


def published_portraits(hashes: set[str]) -> set[str]:
    """Return those of ``hashes`` that a published member's portrait shows.

    Reads every published member: nothing indexes portraits.
    """
    shown = Member.objects.published().filter(portrait__sha256__in=list(hashes))
    return set(shown.values_list("portrait__sha256", flat=True))
