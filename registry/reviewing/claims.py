"""Who looks at what, and the notes they write."""

from collections.abc import Collection

from django.db.models import F, Q

from registry.enums import Role
from registry.models import NoteTemplate, ReviewClaim, User
from registry.reviewing.kinds import Thing
from registry.reviewing.places import Place

#: Colleagues offered to hand a review to, and notes offered.
MOST_OFFERED = 200


def claims_on(places: Collection[Place]) -> dict[tuple[str, int], User]:
    """Return who has taken over what stands at ``places``. One query.

    Who has left, or reviews no more, holds nothing.
    """
    wanted: dict[str, set[int]] = {}
    for place in places:
        wanted.setdefault(place.label, set()).add(place.pk)
    if not wanted:
        return {}
    of = Q()
    for label, pks in wanted.items():
        of |= Q(model=label, object_id__in=pks)
    claims = ReviewClaim.objects.filter(
        of, by__is_active=True, by__role__in=[Role.REVIEWER, Role.ADMINISTRATOR]
    )
    return {
        (claim.model, claim.object_id): claim.by
        for claim in claims.select_related("by")
    }


def colleagues(thing: Thing, user: User) -> list[User]:
    """Return who else may decide on a thing. One query.

    Reviewers of its province; not who submitted it.
    """
    serves = Q(agency__provinces=thing.province_id) | Q(agency__is_national=True)
    reviewers = User.objects.filter(
        serves, is_active=True, role=Role.REVIEWER, agency__state="approved"
    )
    others = reviewers.exclude(pk__in=[user.pk, thing.submitted_by_id or 0])
    return list(others.order_by("name_th", "pk").distinct()[:MOST_OFFERED])


def notes_for(province: str) -> list[NoteTemplate]:
    """Return the notes offered in a province: its own first. One query."""
    offered = NoteTemplate.objects.filter(Q(province=None) | Q(province=province))
    return list(
        offered.order_by(
            F("province").asc(nulls_last=True), "position", "title_th", "pk"
        )[:MOST_OFFERED]
    )
