"""Times in a cluster, and posts of its committee."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import (
    PostKind,
)
from members.models.clusters import YEAR_VALIDATORS, Cluster
from members.models.producers import Member
from members.querysets import (
    MembershipQuerySet,
    PostQuerySet,
)
from registry.history import RegisterHistory
from registry.models import (
    Child,
    in_language,
)


class Membership(Child):
    """A member's time in a cluster; it touches the cluster's page only."""

    PARENTS = ("member", "cluster")

    cluster = models.ForeignKey(
        Cluster, models.PROTECT, related_name="memberships", verbose_name=_("cluster")
    )
    member = models.ForeignKey(
        Member, models.CASCADE, related_name="memberships", verbose_name=_("member")
    )
    joined_on = models.DateField(_("joined on"))
    paid_until_year = models.PositiveSmallIntegerField(
        _("renewed until fiscal year (B.E.)"),
        null=True,
        blank=True,
        validators=YEAR_VALIDATORS,
    )
    #: When its owner agency was told that renewal is due.
    notified_on = models.DateField(
        _("reminded on"), null=True, blank=True, editable=False
    )
    left_on = models.DateField(_("left on"), null=True, blank=True)
    reason = models.CharField(_("reason for leaving"), max_length=250, blank=True)
    history = RegisterHistory()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                name="members_membership_left_after_joined",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                violation_error_message=_(
                    "A member cannot leave before it has joined."
                ),
            ),
            models.UniqueConstraint(
                name="members_membership_one_running",
                fields=["cluster", "member"],
                condition=Q(left_on__isnull=True),
                violation_error_message=_("This member is in the cluster already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} – {self.cluster_id}"


class Post(Child):
    """A post of a cluster's committee, held for a term."""

    PARENTS = ("cluster",)
    # Consent is the person's, and an office cannot bring it back.
    NOT_RESTORED = ("consented_on",)

    cluster = models.ForeignKey(
        Cluster, models.CASCADE, related_name="posts", verbose_name=_("cluster")
    )
    kind = models.CharField(_("post"), max_length=20, choices=PostKind)
    person_th = models.CharField(_("person (Thai)"), max_length=150)
    person_en = models.CharField(_("person (English)"), max_length=150, blank=True)
    member = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("member"),
    )
    started_on = models.DateField(_("from"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)
    consented_on = models.DateField(
        _("consent to be named given on"), null=True, blank=True
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee post")
        verbose_name_plural = _("committee posts")
        constraints = [
            models.CheckConstraint(
                name="members_post_term_in_order",
                condition=Q(ended_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(ended_on__gte=F("started_on")),
                violation_error_message=_("A term cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {in_language(self, 'person')}"
