"""Who may do what to members, beyond what holds for any record."""

import rules

from members.models import Member
from registry.enums import Role
from registry.models import User
from registry.rules import owns, reviews


@rules.predicate
def may_withdraw_consent(user: User, member: Member) -> bool:
    """Let the owner agency, reviewers and the producer itself take consent back.

    Whatever the record's status: withdrawing must be as easy as giving was (section
    19), so it waits for no review. One query for a producer.
    """
    if user.role == Role.PRODUCER:
        return Member.objects.visible_to(user).filter(pk=member.pk).exists()
    return owns(user, member) or reviews(user, member)
