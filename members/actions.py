"""What follows when a member changes."""

from members import derived
from members.models import Member
from registry import publicity
from registry.enums import RecordStatus
from registry.followers import Happening


def keep_member(happening: Happening) -> None:
    """Keep the search row of a member, and its portrait in its place."""
    member = happening.row
    if happening.created or happening.fields:
        derived.recount([member.pk])
    was_public = happening.before == RecordStatus.PUBLISHED
    if happening.moved or (was_public and "portrait" in happening.fields):
        place_portrait(member)


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
