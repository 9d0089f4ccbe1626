"""Places, agencies and people."""

import factory
from allauth.account.models import EmailAddress

from registry import acts
from registry.enums import AgencyKind, AgencyState, Region, Role
from registry.models import Agency, District, Province, Subdistrict, User
from registry.thai.sorting import sort_key
from registry.thai.text import fold
from tests.factories.kept import KeptFactory

PASSWORD = "a-password-for-tests-2569"

#: A few real places, by their codes; any other code gets a made-up name.
PLACES = {
    "10": ("กรุงเทพมหานคร", "Bangkok"),
    "42": ("เลย", "Loei"),
    "51": ("ลำพูน", "Lamphun"),
    "4201": ("เมืองเลย", "Mueang Loei"),
    "4203": ("เชียงคาน", "Chiang Khan"),
    "4205": ("ด่านซ้าย", "Dan Sai"),
    "5101": ("เมืองลำพูน", "Mueang Lamphun"),
    "420101": ("กุดป่อง", "Kut Pong"),
    "420301": ("เชียงคาน", "Chiang Khan"),
    "420501": ("ด่านซ้าย", "Dan Sai"),
    "510101": ("ในเมือง", "Nai Mueang"),
}
REGIONS = {"10": Region.CENTRAL, "42": Region.NORTHEAST, "51": Region.NORTH}


class PlaceFactory(factory.django.DjangoModelFactory):
    """Finds a place by its code, or makes it."""

    class Meta:
        abstract = True
        django_get_or_create = ("code",)

    name_th = factory.LazyAttribute(
        lambda place: PLACES.get(place.code, (f"ที่ {place.code}", ""))[0]
    )
    name_en = factory.LazyAttribute(
        lambda place: PLACES.get(place.code, ("", f"Place {place.code}"))[1]
    )
    sort_key = factory.LazyAttribute(lambda place: sort_key(place.name_th))
    name_fold = factory.LazyAttribute(lambda place: fold(place.name_th))


class ProvinceFactory(PlaceFactory):
    """A province, Loei unless another code is given."""

    class Meta:
        model = Province

    code = "42"
    iso_code = factory.LazyAttribute(lambda place: f"TH-{place.code}")
    region = factory.LazyAttribute(
        lambda place: REGIONS.get(place.code, Region.CENTRAL)
    )
    slug = factory.LazyAttribute(lambda place: place.name_en.lower().replace(" ", "-"))


class DistrictFactory(PlaceFactory):
    """A district, the first of Loei unless another code is given."""

    class Meta:
        model = District

    code = "4201"
    province = factory.SubFactory(
        ProvinceFactory,
        code=factory.LazyAttribute(lambda place: place.factory_parent.code[:2]),
    )


class SubdistrictFactory(PlaceFactory):
    """A subdistrict, the first of Loei unless another code is given."""

    class Meta:
        model = Subdistrict

    code = "420101"
    postcode = factory.LazyAttribute(lambda place: f"{place.code[:2]}000")
    district = factory.SubFactory(
        DistrictFactory,
        code=factory.LazyAttribute(lambda place: place.factory_parent.code[:4]),
    )


class AgencyFactory(KeptFactory):
    """An approved provincial office of Loei; other provinces by their codes.

    ``AgencyFactory(places=["51"])`` works on Lamphun, ``national=True`` on all.
    """

    class Meta:
        model = Agency
        exclude = ("places",)

    class Params:
        national = factory.Trait(
            kind=AgencyKind.DEPARTMENT, is_national=True, places=()
        )
        pending = factory.Trait(state=AgencyState.PENDING)

    places = ("42",)
    kind = AgencyKind.PROVINCIAL_OFFICE
    name_th = factory.Sequence("สำนักงานทดสอบที่ {}".format)
    name_en = factory.Sequence("Test office {}".format)
    state = AgencyState.APPROVED
    provinces = factory.LazyAttribute(
        lambda agency: [ProvinceFactory(code=code) for code in agency.places]
    )


class UserFactory(factory.django.DjangoModelFactory):
    """An officer who has confirmed the address; the password is ``PASSWORD``."""

    class Meta:
        model = User

    email = factory.Sequence("person-{}@test.example".format)
    name_th = factory.Sequence("ผู้ใช้ทดสอบ {}".format)
    name_en = factory.Sequence("Test Person {}".format)
    role = Role.OFFICER
    agency = factory.SubFactory(AgencyFactory)
    password = PASSWORD

    @classmethod
    def _create(cls, model_class, *args, **fields):
        with acts.act(by=None, reason="test"):
            user = User.objects.create_user(**fields)
        EmailAddress.objects.create(
            user=user, email=user.email, verified=True, primary=True
        )
        return user
