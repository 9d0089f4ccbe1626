"""Producers, chosen by typing their name."""

from typing import Any

from members.models import Member
from registry.enums import RecordStatus
from registry.models import User
from registry.picks import Pick


def members_of(user: User) -> Any:
    """Return the producers whose goods ``user`` enters."""
    rows = Member.objects.visible_to(user).exclude(status=RecordStatus.WITHDRAWN)
    return rows.select_related("district").order_by("sort_key", "pk")


def find_members(rows: Any, text: str) -> Any:
    """Find as the public search does."""
    return rows.search(text)


def member_label(row: Any) -> str:
    """Return name and code."""
    return f"{row.name_th} ({row.code})"


MEMBER = Pick("member", members_of, find_members, member_label)
