"""The factories make what they promise; every other test stands on them."""

import pytest

from members.models import Member
from products.models import Product
from registry.enums import RecordStatus, Role
from strategies.models import Plan
from tests import factories

CHILDREN = (
    "ContactFactory",
    "OutletFactory",
    "MembershipFactory",
    "PostFactory",
    "PhotoFactory",
    "CertificateFactory",
    "StarRatingFactory",
    "PlanItemFactory",
    "SwotItemFactory",
)


@pytest.mark.django_db
@pytest.mark.parametrize("status", RecordStatus, ids=str)
@pytest.mark.parametrize("factory", ["MemberFactory", "ProductFactory", "PlanFactory"])
def test_record_comes_in_every_status(factory, status):
    record = getattr(factories, factory)(status=status)

    record.refresh_from_db()
    assert record.status == status
    assert record.province_id == "42"


@pytest.mark.django_db
@pytest.mark.parametrize("factory", CHILDREN)
def test_child_is_kept_with_its_parent(factory):
    child = getattr(factories, factory)()

    child.refresh_from_db()
    assert child.history.count() == 1


@pytest.mark.django_db
def test_a_member_elsewhere_has_its_owner_there():
    member = factories.MemberFactory(district__code="5101", published=True)

    assert member.province_id == "51"
    assert [p.code for p in member.owner.provinces.all()] == ["51"]
    assert (Member.objects.count(), Product.objects.count(), Plan.objects.count()) == (
        1,
        0,
        0,
    )


def test_the_cast_differs_in_role_and_scope(
    officer, stranger, reviewer, foreign_reviewer, official, administrator
):
    loei, lamphun = frozenset({"42"}), frozenset({"51"})

    assert [
        (person.role, person.scope.everywhere, person.scope.provinces)
        for person in (
            officer,
            stranger,
            reviewer,
            foreign_reviewer,
            official,
            administrator,
        )
    ] == [
        (Role.OFFICER, False, loei),
        (Role.OFFICER, False, loei),
        (Role.REVIEWER, False, loei),
        (Role.REVIEWER, False, lamphun),
        (Role.OFFICIAL, False, loei),
        (Role.ADMINISTRATOR, True, frozenset()),
    ]
    assert officer.agency_id != stranger.agency_id


def test_the_cast_can_sign_in(client, officer):
    assert client.login(email=officer.email, password=factories.PASSWORD)
