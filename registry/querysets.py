"""Who sees what: every selection that meets a user begins here."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registry.enums import RecordStatus, Role

if TYPE_CHECKING:
    from registry.models import User

M = TypeVar("M", bound=models.Model, covariant=True)

#: Roles that read the whole of their scope, whoever owns the record.
SCOPE_ROLES = frozenset({Role.REVIEWER, Role.OFFICIAL, Role.ADMINISTRATOR})


class ScopedQuerySet(models.QuerySet[M]):
    """Rows of a province, chosen by where the person works.

    ``PROVINCE`` is the path to the province's key. Rows without one are the
    nation's: everybody in the house reads them.
    """

    PROVINCE = "province_id"

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep what ``user`` may read at work. Asks for the user's scope once."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.role == Role.PRODUCER:
            return self.of_producer(user)
        if user.scope.everywhere:
            return self.all()
        return self.filter(**{f"{self.PROVINCE}__in": user.scope.provinces})

    def of_producer(self, user: "User") -> Self:
        """Keep what a producer's account is for: nothing, unless a subclass says so."""
        return self.none()


class RecordQuerySet(ScopedQuerySet[M]):
    """Records, chosen by who is looking and by where they stand."""

    def published(self) -> Self:
        """Keep what the public may read, whoever asks."""
        return self.filter(status=RecordStatus.PUBLISHED)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep what ``user`` may read at work.

        Reviewers and officials read their scope, an officer what the agency
        owns within it, a visitor what is published. Published records of
        other provinces are read on the public pages, not here.
        """
        if isinstance(user, AnonymousUser):
            return self.published()
        found = super().visible_to(user)
        if user.role in SCOPE_ROLES or user.role == Role.PRODUCER:
            return found
        return found.filter(owner_id=user.scope.agency_id)

    def waiting(self) -> Self:
        """Keep what waits for a reviewer, the oldest first."""
        return self.filter(status=RecordStatus.SUBMITTED).order_by("submitted_at", "pk")


class ProposalQuerySet(ScopedQuerySet[M]):
    """Proposed changes, chosen as the records they would change."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep those of the scope, of an officer's agency, of a producer's own hand."""
        found = super().visible_to(user)
        if isinstance(user, AnonymousUser) or user.role in SCOPE_ROLES:
            return found
        if user.role == Role.PRODUCER:
            return found
        return found.filter(owner_id=user.scope.agency_id)

    def of_producer(self, user: "User") -> Self:
        """Keep what the producer wrote."""
        return self.filter(created_by=user)

    def open(self) -> Self:
        """Keep those somebody still works on."""
        return self.filter(state__in=["draft", "submitted", "returned"])

    def waiting(self) -> Self:
        """Keep what waits for a reviewer, the oldest first."""
        return self.filter(state="submitted").order_by("submitted_at", "pk")


class JoinRequestQuerySet(ScopedQuerySet[M]):
    """Requests to join, for the reviewers of their province."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep those a reviewer of the province, or an administrator, decides.

        National ones are for administrators alone; nobody reads one that its
        applicant has not sent yet.
        """
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        sent = self.exclude(state="draft")
        if user.is_administrator:
            return sent
        if user.role != Role.REVIEWER:
            return self.none()
        local = sent.filter(is_national=False)
        if user.scope.everywhere:
            return local
        return local.filter(province_id__in=user.scope.provinces)

    def waiting(self) -> Self:
        """Keep what waits for a decision, the oldest first."""
        return self.filter(state="submitted").order_by("submitted_at", "pk")


class InvitationQuerySet(models.QuerySet[M]):
    """Invitations, chosen by who may know of them."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep everybody's for administrators, those of the own agency for others."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.is_administrator:
            return self.all()
        return self.filter(agency_id=user.scope.agency_id or -1)

    def open(self) -> Self:
        """Keep those that can still be accepted."""
        return self.filter(
            accepted_at__isnull=True,
            cancelled_at__isnull=True,
            expires_at__gt=timezone.now(),
        )


class MergeQuerySet(ScopedQuerySet[M]):
    """Merges of records, for the reviewers of the province."""


class NoteTemplateQuerySet(ScopedQuerySet[M]):
    """Notes that are written often, of a province or of the nation."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep those of the scope; reviewers also read the nation's."""
        found = super().visible_to(user)
        if isinstance(user, AnonymousUser) or user.role not in SCOPE_ROLES:
            return self.none()
        if not user.is_active or user.scope.everywhere:
            return found
        return self.filter(Q(province=None) | Q(province_id__in=user.scope.provinces))


class AuditQuerySet(models.QuerySet[M]):
    """Events, for administrators; everybody else sees their own."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep all of them for administrators, one's own for the others."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self.all() if user.is_administrator else self.filter(by=user)


class NationalQuerySet(models.QuerySet[M]):
    """Rows the whole house shares: categories, marks, rounds."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep all of them: they are no secret."""
        return self.all()


class AgencyQuerySet(models.QuerySet[M]):
    """Agencies, chosen by the provinces they serve."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep agencies that share a province with ``user``, and the national ones."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.scope.everywhere:
            return self.all()
        served = self.model.provinces.through.objects.filter(  # type: ignore[attr-defined]
            province_id__in=user.scope.provinces
        )
        return self.filter(Q(is_national=True) | Q(pk__in=served.values("agency_id")))

    def serving(self, user: "User") -> Self:
        """Keep agencies that may own records ``user`` works on."""
        return self.visible_to(user)


class UserQuerySet(models.QuerySet[M]):
    """People, chosen by who may know of them."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep everybody for administrators, colleagues for the others."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.is_administrator:
            return self.all()
        return self.filter(Q(pk=user.pk) | Q(agency_id=user.agency_id or -1))


class RunQuerySet(models.QuerySet[M]):
    """Imports and exports: one's own, all of them for administrators."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Keep the runs ``user`` may know of."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self.all() if user.is_administrator else self.filter(by=user)


class VisitorMessageQuerySet(ScopedQuerySet[M]):
    """Messages of visitors, for the people of the province they are about."""

    def open(self) -> Self:
        """Keep what nobody has handled yet."""
        return self.filter(handled_at__isnull=True)
