"""Records for tests, made by the same actions that make them in life.

So a test's member has its code, its history and its search row, and a published
one went through the steps. States are traits: ``MemberFactory(published=True)``.
All people and names are invented.
"""

from tests.factories.enquiries import EnquiryFactory
from tests.factories.members import (
    ClusterFactory,
    ContactFactory,
    MemberFactory,
    MembershipFactory,
    OutletFactory,
    PostFactory,
)
from tests.factories.products import (
    CategoryFactory,
    CertificateFactory,
    MarkFactory,
    PhotoFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)
from tests.factories.registry import (
    PASSWORD,
    AgencyFactory,
    DistrictFactory,
    ProvinceFactory,
    SubdistrictFactory,
    UserFactory,
)
from tests.factories.strategies import PlanFactory, PlanItemFactory, SwotItemFactory

__all__ = [
    "PASSWORD",
    "AgencyFactory",
    "CategoryFactory",
    "CertificateFactory",
    "ClusterFactory",
    "ContactFactory",
    "DistrictFactory",
    "EnquiryFactory",
    "MarkFactory",
    "MemberFactory",
    "MembershipFactory",
    "OutletFactory",
    "PhotoFactory",
    "PlanFactory",
    "PlanItemFactory",
    "PostFactory",
    "ProductFactory",
    "ProvinceFactory",
    "StarRatingFactory",
    "StarRoundFactory",
    "SubdistrictFactory",
    "SwotItemFactory",
    "UserFactory",
]
