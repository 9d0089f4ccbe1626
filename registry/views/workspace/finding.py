"""What every page of the workspace begins with: the desk, the record, who may."""

from typing import Any

from django.http import Http404

from registry.desks import Desk, desk_at, desks
from registry.enums import Role
from registry.models import Record, User

#: Everybody who keeps records; officials only read them.
WORKERS = (Role.PRODUCER, Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR)
#: Those of them who enter and submit for an agency.
KEEPERS = (Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR)


def find_desk(slug: str, user: User) -> Desk:
    """Return the desk at an address.

    :raises Http404: if there is none, or none for a producer's account.
    """
    desk = desk_at(slug)
    if desk is None or not is_for(desk, user):
        raise Http404
    return desk


def is_for(desk: Desk, user: User) -> bool:
    """Tell whether a person has a form at the desk."""
    return user.role != Role.PRODUCER or desk.producer_form is not None


def find_record(desk: Desk, pk: int, user: User) -> Any:
    """Return a record with what its page reads of it.

    :raises Http404: if it does not exist for the person.
    """
    manager: Any = desk.model._default_manager
    rows = manager.visible_to(user).prefetch_related(*desk.reads)
    found = rows.select_related("decided_by", "updated_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def keys_above(desk: Desk) -> dict[str, type[Record]]:
    """Return the keys by which records of a desk point at those of other desks."""
    others = {other.model for other in desks()} - {desk.model}
    return {
        field.name: field.related_model
        for field in desk.model._meta.concrete_fields
        if field.remote_field is not None and field.related_model in others
    }


def desks_below(desk: Desk) -> list[tuple[Desk, str]]:
    """Return the desks whose records point at this one's, with the key."""
    return [
        (other, name)
        for other in desks()
        for name, model in keys_above(other).items()
        if model is desk.model
    ]
