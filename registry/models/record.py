"""The record: what agencies keep, reviewers check and the public reads."""

from collections.abc import Sequence

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.enums import RecordStatus
from registry.errors import Obstacle
from registry.models.kept import Kept, person_key
from registry.models.people import Agency
from registry.models.places import Province


class Record(Kept):
    """A kept row with an owner agency, a province, a code and a place in the workflow.

    ``status`` changes only through :mod:`registry.actions.records`. A subclass
    writes ``class Meta(Record.Meta): constraints = [*Record.Meta.constraints, …]``,
    else Django drops the inherited ones.
    """

    #: The letter of this model's public codes: M in 42-M-00017.
    CODE_LETTER = ""
    #: Columns of which half make no sense: a merge takes all of them from one record.
    TOGETHER: tuple[tuple[str, ...], ...] = ()

    #: Keys to the rows that its name is made of; lists load them with it.
    NAMED_BY: tuple[str, ...] = ()

    # Null, because several records without a code must not clash.
    code = models.CharField(  # noqa: DJ001
        _("code"), max_length=12, unique=True, null=True, editable=False
    )
    owner = models.ForeignKey(
        Agency,
        models.PROTECT,
        related_name="+",
        verbose_name=_("owner agency"),
        help_text=_("The agency that keeps this record and answers for it."),
    )
    province = models.ForeignKey(
        Province, models.PROTECT, related_name="+", verbose_name=_("province")
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=RecordStatus,
        default=RecordStatus.DRAFT,
        editable=False,
    )
    note = models.TextField(_("note of the decision"), blank=True, editable=False)
    submitted_at = models.DateTimeField(
        _("submitted"), null=True, blank=True, editable=False
    )
    submitted_by = person_key(_("submitted by"))
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, editable=False
    )
    decided_by = person_key(_("decided by"))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_status_known",
                condition=Q(status__in=RecordStatus.values),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_published_has_date",
                condition=~Q(status=RecordStatus.PUBLISHED)
                | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_submitted_has_date",
                condition=~Q(status=RecordStatus.SUBMITTED)
                | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                # Two pairs of eyes, held where no code path gets around it.
                name="%(app_label)s_%(class)s_two_pairs_of_eyes",
                condition=~Q(status=RecordStatus.PUBLISHED)
                | Q(submitted_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(submitted_by=F("decided_by")),
            ),
        ]

    @property
    def stage(self) -> RecordStatus:
        """Return ``status`` as its enum member."""
        return RecordStatus(self.status)

    @property
    def is_published(self) -> bool:
        """Tell whether the public may read the record."""
        return self.status == RecordStatus.PUBLISHED

    def obstacles(self) -> Sequence[Obstacle]:
        """Return what publication still needs. Reads only what is loaded."""
        return ()
