"""Doing something to see how it would look, and having done nothing.

A change that waits is shown on the page it would make: it is applied by the very
action that would apply it, the page is drawn, and everything is rolled back. No row,
no history, no mail, no public file stays. The row is locked meanwhile, for as long
as drawing takes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from registry import publicity
from registry.access import SignedInRequest
from registry.actions import records
from registry.desks import desk_of
from registry.errors import NotVisible, RecordError
from registry.models import Proposal
from registry.packing import unpack


class CannotBeShown(RecordError):
    """The change does not fit what the record holds today."""

    message = _(
        "This change does not fit what the record holds today, so it cannot be shown "
        "on its page. Compare the values instead."
    )


@contextmanager
def rehearsed() -> Iterator[None]:
    """Do what is inside, and undo all of it at the end; errors go on their way.

    Inside, pictures stay where they are. What would happen after a commit does not.
    """
    with publicity.left_alone(), transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def page_with(proposal: Proposal, request: SignedInRequest) -> HttpResponse:
    """Return the public page of a record as it would be with ``proposal`` accepted.

    Pictures come by private addresses of the person who asks.

    :raises NotVisible: if proposal or record is outside the person's scope.
    :raises CannotBeShown: if the change does not fit any more.
    """
    user = request.user
    manager: Any = proposal.record_model._default_manager
    desk = desk_of(proposal.model)
    record = manager.visible_to(user).filter(pk=proposal.object_id).first()
    is_seen = Proposal.objects.visible_to(user).filter(pk=proposal.pk).exists()
    if desk is None or record is None or not is_seen:
        raise NotVisible
    with rehearsed():
        try:
            changed = records.edit(record, unpack(record, proposal.data), by=None)
        except (IntegrityError, RecordError) as misfit:
            raise CannotBeShown from misfit
        return desk.page(request, changed)
