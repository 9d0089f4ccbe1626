"""Clusters, members and what belongs to them."""

import datetime

import factory

from members.enums import ContactKind, PostKind, ProducerType
from members.models import Cluster, Contact, Member, Membership, Outlet, Post
from tests.factories.kept import ChildFactory, KeptFactory, RecordFactory
from tests.factories.registry import AgencyFactory, DistrictFactory, ProvinceFactory


class ClusterFactory(KeptFactory):
    """A cluster of Loei."""

    class Meta:
        model = Cluster

    province = factory.SubFactory(ProvinceFactory)
    name_th = factory.Sequence("คลัสเตอร์ทดสอบ {}".format)
    name_en = factory.Sequence("Test cluster {}".format)
    slug = factory.Sequence("test-cluster-{}".format)


class MemberFactory(RecordFactory):
    """A producer of Loei's first district, kept by an office of its own.

    ``MemberFactory(district__code="5101")`` lies in Lamphun, and so does its owner.
    """

    class Meta:
        model = Member

    owner = factory.SubFactory(
        AgencyFactory,
        places=factory.LazyAttribute(
            lambda agency: (agency.factory_parent.district.code[:2],)
        ),
    )
    district = factory.SubFactory(DistrictFactory)
    name_th = factory.Sequence("กลุ่มทอผ้าทดสอบ {}".format)
    name_en = factory.Sequence("Test weavers {}".format)
    producer_type = ProducerType.GROUP


class ContactFactory(ChildFactory):
    """A mobile number: personal, and shown to nobody without consent."""

    class Meta:
        model = Contact

    class Params:
        consented = factory.Trait(
            consented_on=datetime.date(2026, 1, 15), consent_wording="1"
        )
        # A shop's line reaches no single person.
        shop = factory.Trait(
            kind=ContactKind.PHONE, is_personal=False, value="042-000-000"
        )

    member = factory.SubFactory(MemberFactory)
    kind = ContactKind.MOBILE
    value = "080-000-0000"


class OutletFactory(ChildFactory):
    """A shop."""

    class Meta:
        model = Outlet

    member = factory.SubFactory(MemberFactory)
    name_th = factory.Sequence("ร้านทดสอบ {}".format)
    name_en = factory.Sequence("Test shop {}".format)


class MembershipFactory(ChildFactory):
    """A running membership."""

    class Meta:
        model = Membership

    member = factory.SubFactory(MemberFactory)
    cluster = factory.SubFactory(ClusterFactory)
    joined_on = datetime.date(2024, 10, 1)


class PostFactory(ChildFactory):
    """A post of a cluster's committee."""

    class Meta:
        model = Post

    cluster = factory.SubFactory(ClusterFactory)
    kind = PostKind.CHAIR
    person_th = factory.Sequence("ประธานทดสอบ {}".format)
    person_en = factory.Sequence("Test Chair {}".format)
