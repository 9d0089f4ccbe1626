"""Categories, products, marks and stars."""

import datetime

import factory

from products.enums import OtopType
from products.models import (
    Category,
    Certificate,
    Mark,
    Photo,
    Product,
    StarRating,
    StarRound,
)
from registry.enums import RecordStatus
from tests.factories.kept import ChildFactory, KeptFactory, RecordFactory
from tests.factories.members import MemberFactory


class CategoryFactory(KeptFactory):
    """A root shelf; ``parent`` puts it below another one."""

    class Meta:
        model = Category

    class Params:
        alcohol = factory.Trait(is_alcohol=True)

    code = factory.Sequence("test-category-{}".format)
    name_th = factory.Sequence("หมวดทดสอบ {}".format)
    name_en = factory.Sequence("Test category {}".format)


class MarkFactory(KeptFactory):
    """A mark that any product may carry."""

    class Meta:
        model = Mark

    code = factory.Sequence("test-mark-{}".format)
    name_th = factory.Sequence("มาตรฐานทดสอบ {}".format)
    name_en = factory.Sequence("Test mark {}".format)
    # 63 places; marks that a migration or a command loads take the first ones.
    bit = factory.Sequence(lambda number: 62 - number % 40)


class ProductFactory(RecordFactory):
    """A product of a published member, so that it can be published itself."""

    class Meta:
        model = Product

    member = factory.SubFactory(MemberFactory, status=RecordStatus.PUBLISHED)
    name_th = factory.Sequence("ผ้าฝ้ายทดสอบ {}".format)
    name_en = factory.Sequence("Test cotton {}".format)
    otop_type = OtopType.TEXTILE
    price_min = 250


class PhotoFactory(ChildFactory):
    """A photo whose files nobody looks at; real ones come from registry.pictures."""

    class Meta:
        model = Photo

    product = factory.SubFactory(ProductFactory)
    alt_th = "ผ้าฝ้ายพับวางบนโต๊ะ"
    alt_en = "Folded cotton on a table"


class CertificateFactory(ChildFactory):
    """A certificate of a product, in force throughout the tests' time."""

    class Meta:
        model = Certificate

    class Params:
        expired = factory.Trait(
            issued_on=datetime.date(2015, 1, 1), expires_on=datetime.date(2018, 1, 1)
        )

    product = factory.SubFactory(ProductFactory)
    mark = factory.SubFactory(MarkFactory)
    number = factory.Sequence("{}/2569".format)
    issued_on = datetime.date(2024, 1, 1)
    expires_on = datetime.date(2099, 1, 1)


class StarRoundFactory(KeptFactory):
    """A round, each of another year."""

    class Meta:
        model = StarRound

    year = factory.Sequence(lambda number: 2550 + number % 50)
    name_th = factory.LazyAttribute(lambda round_: f"การคัดสรร พ.ศ. {round_.year}")
    name_en = factory.LazyAttribute(lambda round_: f"Round of {round_.year}")


class StarRatingFactory(ChildFactory):
    """A result of five stars, by its total."""

    class Meta:
        model = StarRating

    product = factory.SubFactory(ProductFactory)
    round = factory.SubFactory(StarRoundFactory)
    total = 92
