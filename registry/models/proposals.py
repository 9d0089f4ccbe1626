"""Changes to published records that wait for a reviewer."""

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.enums import ProposalState
from registry.history import RegisterHistory
from registry.models.kept import Kept, person_key
from registry.models.people import Agency
from registry.models.places import Province
from registry.querysets import ProposalQuerySet

#: States in which a proposal is still somebody's work.
OPEN_STATES = (ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.RETURNED)


class Proposal(Kept):
    """A change to a published record; the public reads the record until it is accepted.

    A record has at most one that is open. ``base_version`` is the record's when
    the change was written; ``data`` is the change itself
    (:mod:`registry.packing`), ``typed`` the form as it was sent, so that it can be
    opened again. ``owner`` and ``province`` are the record's.
    """

    #: The model's label ("members.Member") and the key of the record.
    model = models.CharField(_("kind"), max_length=60, editable=False)
    object_id = models.BigIntegerField(editable=False)
    owner = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="+",
        verbose_name=_("owner agency"),
        editable=False,
    )
    province = models.ForeignKey(
        Province,
        models.PROTECT,
        related_name="+",
        verbose_name=_("province"),
        editable=False,
    )
    base_version = models.PositiveIntegerField(editable=False)
    data = models.JSONField(_("change"), default=dict, editable=False)
    typed = models.TextField(blank=True, editable=False)
    reason = models.TextField(_("reason for the change"), blank=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ProposalState,
        default=ProposalState.DRAFT,
        editable=False,
    )
    note = models.TextField(_("note of the decision"), blank=True, editable=False)
    submitted_at = models.DateTimeField(
        _("submitted"), null=True, blank=True, editable=False
    )
    submitted_by = person_key(_("submitted by"))
    decided_at = models.DateTimeField(
        _("decided"), null=True, blank=True, editable=False
    )
    decided_by = person_key(_("decided by"))
    history = RegisterHistory()

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        constraints = [
            models.UniqueConstraint(
                name="registry_proposal_one_open",
                fields=["model", "object_id"],
                condition=Q(state__in=OPEN_STATES),
            ),
            models.CheckConstraint(
                name="registry_proposal_state_known",
                condition=Q(state__in=ProposalState.values),
            ),
            models.CheckConstraint(
                name="registry_proposal_submitted_has_date",
                condition=~Q(state=ProposalState.SUBMITTED)
                | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                # Two pairs of eyes, held where no code path gets around it.
                name="registry_proposal_two_pairs_of_eyes",
                condition=~Q(state=ProposalState.ACCEPTED)
                | Q(submitted_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(submitted_by=F("decided_by")),
            ),
        ]
        indexes = [
            models.Index("state", "submitted_at", "id", name="proposal_waiting"),
            models.Index("model", "object_id", name="proposal_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"

    @property
    def stage(self) -> ProposalState:
        """Return ``state`` as its enum member."""
        return ProposalState(self.state)

    @property
    def record_model(self) -> type[models.Model]:
        """Return the model of the record it would change."""
        return apps.get_model(self.model)
