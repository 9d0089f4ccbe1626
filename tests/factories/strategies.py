"""Plans and their lines."""

import factory

from strategies.enums import ItemKind, SwotKind
from strategies.models import Plan, PlanItem, SwotItem
from tests.factories.kept import ChildFactory, RecordFactory
from tests.factories.members import ClusterFactory
from tests.factories.registry import AgencyFactory


class PlanFactory(RecordFactory):
    """A cluster's plan, each of another year."""

    class Meta:
        model = Plan

    owner = factory.SubFactory(AgencyFactory)
    cluster = factory.SubFactory(ClusterFactory)
    year = factory.Sequence(lambda number: 2555 + number % 40)
    vision_th = "ของฝากที่คนเลยภูมิใจ"
    vision_en = "Souvenirs Loei is proud of"


class PlanItemFactory(ChildFactory):
    """A strategy of a plan."""

    class Meta:
        model = PlanItem

    plan = factory.SubFactory(PlanFactory)
    kind = ItemKind.STRATEGY
    text_th = factory.Sequence("กลยุทธ์ทดสอบ {}".format)


class SwotItemFactory(ChildFactory):
    """A strength."""

    class Meta:
        model = SwotItem

    plan = factory.SubFactory(PlanFactory)
    kind = SwotKind.STRENGTH
    text_th = factory.Sequence("จุดแข็งทดสอบ {}".format)
