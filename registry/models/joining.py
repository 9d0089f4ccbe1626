"""Agencies that ask to join, and people who are invited."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.enums import AgencyKind, JoinState, Role
from registry.history import RegisterHistory
from registry.models.bilingual import in_language
from registry.models.kept import Kept, person_key
from registry.models.people import Agency, User
from registry.models.places import Province
from registry.querysets import InvitationQuerySet, JoinRequestQuerySet


class JoinRequest(Kept):
    """An agency's request to join, filled in by a person who has no account yet.

    ``token`` is the secret of the address under which it is filled in and
    followed; the mail to the applicant carries it. Until it is submitted any of
    the answers may be missing.
    """

    token = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=JoinState,
        default=JoinState.DRAFT,
        editable=False,
    )
    #: The agency, where the register knows it already.
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="join_requests",
        verbose_name=_("agency"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=AgencyKind, blank=True)
    name_th = models.CharField(_("name (Thai)"), max_length=250, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=250, blank=True)
    abbreviation_th = models.CharField(
        _("abbreviation (Thai)"), max_length=40, blank=True
    )
    abbreviation_en = models.CharField(
        _("abbreviation (English)"), max_length=40, blank=True
    )
    province = models.ForeignKey(
        Province,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("province"),
    )
    is_national = models.BooleanField(_("works in the whole country"), default=False)
    website = models.URLField(_("website"), blank=True)
    person_th = models.CharField(_("name (Thai)"), max_length=150, blank=True)
    person_en = models.CharField(_("name (English)"), max_length=150, blank=True)
    post = models.CharField(_("post"), max_length=150, blank=True)
    email = models.EmailField(_("work e-mail"), blank=True)
    phone = models.CharField(_("work telephone"), max_length=30, blank=True)
    email_confirmed_at = models.DateTimeField(
        _("e-mail confirmed"), null=True, blank=True, editable=False
    )
    #: A file of the private storage, with the name it came under.
    file = models.CharField(max_length=200, blank=True, editable=False)
    file_name = models.CharField(max_length=150, blank=True, editable=False)
    consent_wording = models.CharField(
        _("version of the wording"), max_length=20, blank=True, editable=False
    )
    consented_at = models.DateTimeField(
        _("consent given"), null=True, blank=True, editable=False
    )
    language = models.CharField(
        _("language"), max_length=2, default="th", editable=False
    )
    submitted_at = models.DateTimeField(
        pgettext_lazy("request to join", "submitted"),
        null=True,
        blank=True,
        editable=False,
    )
    decided_at = models.DateTimeField(
        _("decided"), null=True, blank=True, editable=False
    )
    decided_by = person_key(_("decided by"))
    note = models.TextField(_("note of the decision"), blank=True, editable=False)
    history = RegisterHistory(leaving_out=["token"])

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        constraints = [
            models.CheckConstraint(
                name="registry_joinrequest_state_known",
                condition=Q(state__in=JoinState.values),
            ),
            models.CheckConstraint(
                name="registry_joinrequest_submitted_is_whole",
                condition=Q(state__in=[JoinState.DRAFT, JoinState.RETURNED])
                | Q(
                    submitted_at__isnull=False,
                    email_confirmed_at__isnull=False,
                    consented_at__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index("state", "submitted_at", "id", name="join_waiting"),
        ]

    def __str__(self) -> str:
        return in_language(self, "name") or str(_("request to join"))

    @property
    def stage(self) -> JoinState:
        """Return ``state`` as its enum member."""
        return JoinState(self.state)


class Invitation(models.Model):
    """A link by which somebody opens their account; only its hash is kept.

    ``user`` is the account it opens. It is empty where the address had one
    already: the mail says so, the inviting person learns nothing of it.
    """

    email = models.EmailField(_("e-mail"))
    agency = models.ForeignKey(
        Agency,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("agency"),
    )
    role = models.CharField(_("role"), max_length=15, choices=Role)
    user = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("account"),
    )
    #: The row the account is for ("members.Member:17"); empty for colleagues.
    about = models.CharField(max_length=60, blank=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = person_key(_("invited by"))
    created_at = models.DateTimeField(_("invited"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [models.Index("agency", "id", name="invitation_of_agency")]

    def __str__(self) -> str:
        return self.email
