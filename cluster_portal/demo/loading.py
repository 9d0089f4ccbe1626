"""Entering the demonstration through the actions, as its people would.

Every row has a name, whose form key is entered with it (``registry.filling``):
a second run enters only what was never there, and leaves alone what people
have edited or deleted since.
"""

from django.db import transaction

from cluster_portal.demo.cluster import enter_clusters, enter_committee, enter_plans
from cluster_portal.demo.found import Found
from cluster_portal.demo.register import enter_goods, enter_members, enter_rounds
from cluster_portal.demo.work import enter_work
from members.models import Cluster, Member
from registry.actions import notices
from registry.models import Installation, User, forget_installation
from strategies.models import Plan


def holds_own_records() -> bool:
    """Tell whether somebody keeps a register here that is no demonstration."""
    if Installation.objects.filter(is_demonstration=True).exists():
        return False
    return any(
        model._default_manager.exists() for model in (Cluster, Member, Plan, User)
    )


@transaction.atomic
def load() -> int:
    """Mark the database, enter what is missing, and return how many rows that were.

    Places, agencies, marks and shelves must be there. All or nothing: a run that
    is interrupted leaves an unmarked register, and pictures that nothing names.
    """
    Installation.objects.update_or_create(pk=1, defaults={"is_demonstration": True})
    transaction.on_commit(forget_installation)
    found = Found()
    with notices.unsaid():
        entered = enter_clusters(found) + enter_rounds() + enter_members(found)
        entered += enter_committee(found) + enter_goods(found) + enter_plans(found)
        entered += enter_work(found)
    return entered
