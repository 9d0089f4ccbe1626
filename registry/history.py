"""How the register remembers: one history row a write, tied to its act."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from registry import acts


def _act_id() -> uuid.UUID:
    return acts.current().id


def _act_user(instance: models.Model, **kwargs: Any) -> Any:
    return acts.current().by


class HistoricalAct(models.Model):
    """Columns every history table has beside those of django-simple-history."""

    act_id = models.UUIDField(_("act"), default=_act_id, db_index=True, editable=False)

    class Meta:
        abstract = True


class RegisterHistory(HistoricalRecords):
    """History that takes person, reason and id from the open act.

    :raises registry.acts.OutsideAct: on a write outside an act.
    """

    def __init__(self, *, leaving_out: Sequence[str] = (), **kwargs: Any) -> None:
        """Keep every column but those named: what is derived is not remembered."""
        kwargs.setdefault("bases", [HistoricalAct])
        kwargs.setdefault("get_user", _act_user)
        kwargs.setdefault("history_change_reason_field", models.TextField(default=""))
        super().__init__(excluded_fields=list(leaving_out), **kwargs)

    def post_save(
        self,
        instance: models.Model,
        created: bool,
        using: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Remember the write, unless it touched only what is left out.

        Signing in is such a write: it sets ``last_login`` outside any act.
        """
        written = kwargs.get("update_fields")
        if written is None or not set(written) <= set(self.excluded_fields):
            super().post_save(instance, created, using=using, **kwargs)

    def get_change_reason_for_object(
        self, instance: models.Model, history_type: str, using: str | None
    ) -> str:
        """Return why the open act is done."""
        return acts.current().reason
