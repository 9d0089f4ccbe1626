"""Changes as data: what is packed comes out again, and says what has moved since."""

import datetime
import json
import string
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import Contact, Member, Outlet
from products.enums import OtopType
from products.models import Certificate, Photo
from registry import acts
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.models import Agency
from registry.packing import Clash, clashes, field_of, pack, parts_of, unpack
from tests.factories import (
    AgencyFactory,
    CategoryFactory,
    CertificateFactory,
    ContactFactory,
    MarkFactory,
    MemberFactory,
    OutletFactory,
    PhotoFactory,
    ProductFactory,
    ProvinceFactory,
    SubdistrictFactory,
)

pytestmark = pytest.mark.django_db

STORED = {"sha256": "a" * 64, "names": {"webp": {"480": "pictures/a.webp"}}}


def through_json(packed):
    """Return a packed change as the database gives it back.

    PostgreSQL sorts the names of ``jsonb``: the shorter first, then by letter.
    """

    def sort(value):
        if isinstance(value, dict):
            names = sorted(value, key=lambda name: (len(name), name))
            return {name: sort(value[name]) for name in names}
        return [sort(each) for each in value] if isinstance(value, list) else value

    return sort(json.loads(json.dumps(packed)))


def again(row, changes):
    """Pack changes and unpack them."""
    return unpack(row, through_json(pack(row, changes)))


# --- There and back -----------------------------------------------------------------


def test_fields_of_every_kind_come_out_as_they_went_in():
    product = ProductFactory(price_min=250)
    category = CategoryFactory()
    fields = {
        "name_th": "ผ้าฝ้าย\nลายใหม่",
        "category": category,
        "otop_type": OtopType.FOOD,
        "price_min": Decimal("1250.50"),
        "price_max": None,
        "design_year": 2569,
        "season": 0,
    }

    assert again(product, Changes(fields)).fields == fields


def test_many_to_many_fields_come_out_as_rows():
    agency = AgencyFactory()
    chosen = [ProvinceFactory(code="51"), ProvinceFactory(code="42")]

    found = again(agency, Changes({"provinces": chosen}))

    assert [each.pk for each in found.fields["provinces"]] == ["42", "51"]


def test_children_come_out_as_they_went_in():
    photo = PhotoFactory()
    product = photo.product
    other = PhotoFactory(product=product)
    certificate = CertificateFactory(product=product)
    mark = MarkFactory()
    changes = Changes(
        children={
            "photos": ChildChanges(
                added=(Photo(picture=STORED, alt_th="ใหม่", position=2),),
                changed={photo.pk: {"alt_th": "แก้แล้ว", "picture": STORED}},
                removed=frozenset({other.pk}),
                order=[-1, photo.pk],
            ),
            "certificates": ChildChanges(
                changed={
                    certificate.pk: {
                        "mark": mark,
                        "issued_on": datetime.date(2026, 2, 1),
                        "expires_on": None,
                    }
                }
            ),
        }
    )

    found = again(product, changes)

    photos, certificates = found.children["photos"], found.children["certificates"]
    (added,) = photos.added
    assert (added.picture, added.alt_th, added.pk) == (STORED, "ใหม่", None)
    assert photos.changed == changes.children["photos"].changed
    assert photos.removed == {other.pk}
    assert photos.order == [-1, photo.pk]
    assert certificates.changed == changes.children["certificates"].changed


TEXT = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=60
)
MONEY = st.none() | st.decimals(0, 99_999_999, places=2)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name_th": TEXT,
        "story_en": TEXT,
        "price_min": MONEY,
        "price_max": MONEY,
        "shelf_life_days": st.none() | st.integers(0, 2**31 - 1),
        "season": st.integers(0, 0b1111_1111_1111),
        "otop_type": st.sampled_from(OtopType) | st.just(""),
    },
)
PICTURES = st.dictionaries(
    st.text(string.ascii_lowercase, min_size=1, max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=3,
)
COLUMNS = st.fixed_dictionaries(
    {},
    optional={
        "alt_th": TEXT,
        "alt_en": TEXT,
        "is_main": st.booleans(),
        "picture": PICTURES,
    },
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_packed_comes_out_again(data, some_photos):
    product, photos = some_photos
    keys = [photo.pk for photo in photos]
    removed = data.draw(st.sets(st.sampled_from(keys)), "removed")
    staying = [pk for pk in keys if pk not in removed]
    added = data.draw(st.lists(COLUMNS, max_size=3), "added")
    changed = data.draw(
        st.dictionaries(st.sampled_from(keys), COLUMNS.filter(bool)), "changed"
    )
    changed = {pk: values for pk, values in changed.items() if pk in staying}
    everything = [*staying, *(-1 - number for number in range(len(added)))]
    order = data.draw(st.just([]) | st.permutations(everything), "order")
    changes = Changes(
        data.draw(FIELDS, "fields"),
        {
            "photos": ChildChanges(
                added=tuple(Photo(**columns) for columns in added),
                changed=changed,
                removed=frozenset(removed),
                order=order,
            )
        },
    )

    packed = through_json(pack(product, changes))
    found = unpack(product, packed)

    assert found.fields == changes.fields
    children = found.children.get("photos", ChildChanges())
    assert children.changed == changed
    assert children.removed == removed
    assert list(children.order) == list(order)
    got = [
        {name: getattr(child, name) for name in columns}
        for child, columns in zip(children.added, added, strict=True)
    ]
    assert got == added
    # Nothing moved meanwhile, so nothing clashes; left out as a whole, nothing stays.
    assert clashes(product, packed) == []
    assert not unpack(product, packed, without=parts_of(packed))


@pytest.fixture
def some_photos():
    product = ProductFactory()
    return product, [PhotoFactory(product=product, position=n) for n in range(3)]


# --- One spelling ---------------------------------------------------------------------


@pytest.mark.parametrize("typed", [250, Decimal(250), Decimal("250.0"), "250"])
def test_money_has_one_spelling_however_it_was_typed(typed):
    product = ProductFactory(price_min=100)

    assert pack(product, Changes({"price_min": typed}))["fields"] == {
        "price_min": ["100.00", "250.00"]
    }


def test_a_word_of_a_list_is_kept_as_its_value():
    product = ProductFactory(otop_type=OtopType.TEXTILE)
    packed = pack(product, Changes({"otop_type": OtopType.FOOD}))

    assert packed["fields"]["otop_type"] == ["textile", "food"]
    assert type(packed["fields"]["otop_type"][1]) is str


def test_a_flag_is_given_up_before_another_child_takes_it(reviewer):
    """``jsonb`` sorts "9" before "10": in that order two photos were the main one."""
    product = ProductFactory()
    PhotoFactory.reset_sequence(0)
    with acts.act(by=None):
        first, second = (
            Photo.objects.create(pk=pk, product=product, is_main=pk == 10)
            for pk in (9, 10)
        )
    swap = {second.pk: {"is_main": False}, first.pk: {"is_main": True}}
    packed = pack(product, Changes(children={"photos": ChildChanges(changed=swap)}))

    records.edit(product, unpack(product, through_json(packed)), by=reviewer)

    first.refresh_from_db()
    assert first.is_main


# --- What is left out, and what stands in its place -----------------------------------


def test_parts_have_names_by_which_they_are_left_out():
    product = ProductFactory()
    kept, gone = PhotoFactory(product=product), PhotoFactory(product=product)
    changes = Changes(
        {"name_th": "ใหม่", "unit_th": "ผืน"},
        {
            "photos": ChildChanges(
                added=(Photo(alt_th="หนึ่ง"), Photo(alt_th="สอง")),
                changed={kept.pk: {"alt_th": "ก", "alt_en": "a"}},
                removed=frozenset({gone.pk}),
                order=[-2, kept.pk, -1],
            )
        },
    )
    packed = through_json(pack(product, changes))

    assert set(parts_of(packed)) == {
        "name_th",
        "unit_th",
        f"photos/{kept.pk}/alt_th",
        f"photos/{kept.pk}/alt_en",
        "photos/+0",
        "photos/+1",
        f"photos/{gone.pk}",
        "photos/order",
    }
    without = {"unit_th", "photos/+0", f"photos/{kept.pk}/alt_en", f"photos/{gone.pk}"}
    found = unpack(product, packed, without=without)
    photos = found.children["photos"]
    assert found.fields == {"name_th": "ใหม่"}
    assert [child.alt_th for child in photos.added] == ["สอง"]
    assert photos.changed == {kept.pk: {"alt_th": "ก"}}
    assert photos.removed == set()
    # The second added one is the only one now; who stays in spite of all is last.
    assert photos.order == [-1, kept.pk, gone.pk]
    assert (
        unpack(product, packed, without={*without, "photos/order"})
        .children["photos"]
        .order
        == []
    )


def test_other_values_may_stand_in_their_place():
    product = ProductFactory()
    photo = PhotoFactory(product=product)
    changes = Changes(
        {"name_th": "ใหม่", "unit_th": "ผืน"},
        {
            "photos": ChildChanges(
                added=(Photo(alt_th="หนึ่ง"), Photo(alt_th="สอง")),
                changed={photo.pk: {"alt_th": "ก"}},
            )
        },
    )
    found = unpack(
        product,
        through_json(pack(product, changes)),
        without={"unit_th", "photos/+0"},
        instead={
            "name_th": "ใหม่กว่า",
            "unit_th": "ไม่ใช้",
            "photos/+0/alt_th": "ไม่ใช้",
            "photos/+1/alt_th": "สองใหม่",
            f"photos/{photo.pk}/alt_th": "ข",
        },
    )

    assert found.fields == {"name_th": "ใหม่กว่า"}
    assert [child.alt_th for child in found.children["photos"].added] == ["สองใหม่"]
    assert found.children["photos"].changed == {photo.pk: {"alt_th": "ข"}}


def test_a_part_names_its_field():
    model = Member

    assert field_of(model, "name_th").name == "name_th"
    assert field_of(model, "contacts/12/value").model is Contact
    assert field_of(model, "contacts/+0/kind").name == "kind"
    for whole in ("contacts/12", "contacts/+0", "contacts/order"):
        with pytest.raises(LookupError):
            field_of(model, whole)


# --- What happened meanwhile ----------------------------------------------------------


def edit(row, fields=None, **children):
    return records.edit(row, Changes(fields or {}, children), by=None)


def test_a_field_that_somebody_else_changed_clashes_in_three_versions():
    product = ProductFactory(price_min=100, name_th="เดิม")
    packed = through_json(
        pack(product, Changes({"price_min": Decimal(200), "name_th": "ใหม่"}))
    )
    product = edit(product, {"price_min": Decimal(150), "name_en": "Other"})

    assert clashes(product, packed) == [
        Clash("price_min", "100.00", "150.00", "200.00")
    ]


def test_where_both_say_the_same_nothing_clashes():
    product = ProductFactory(price_min=100)
    packed = through_json(pack(product, Changes({"price_min": Decimal(200)})))

    product = edit(product, {"price_min": Decimal("200.00")})

    assert clashes(product, packed) == []


def test_the_order_of_many_rows_is_no_clash():
    agency = AgencyFactory(places=["51", "42"])
    more = [ProvinceFactory(code=code) for code in ("51", "10", "42")]
    packed = through_json(pack(agency, Changes({"provinces": more})))

    assert clashes(agency, packed) == []
    agency = records.edit(agency, Changes({"provinces": list(reversed(more))}), by=None)
    assert clashes(Agency.objects.get(pk=agency.pk), packed) == []


def test_a_child_that_was_changed_clashes_by_its_column():
    outlet = OutletFactory(name_th="เดิม", hours_th="8-17")
    member = outlet.member
    changed = ChildChanges(changed={outlet.pk: {"name_th": "ใหม่", "hours_th": "9-17"}})
    packed = through_json(pack(member, Changes(children={"outlets": changed})))

    member = edit(member, outlets=ChildChanges(changed={outlet.pk: {"name_th": "อื่น"}}))

    part = f"outlets/{outlet.pk}/name_th"
    assert clashes(member, packed) == [Clash(part, "เดิม", "อื่น", "ใหม่")]


def test_a_child_that_is_gone_clashes_and_is_not_changed_any_more():
    outlet = OutletFactory(hours_th="8-17")
    member = outlet.member
    changed = ChildChanges(changed={outlet.pk: {"hours_th": ""}})
    packed = through_json(pack(member, Changes(children={"outlets": changed})))

    member = edit(member, outlets=ChildChanges(removed=frozenset({outlet.pk})))

    part = f"outlets/{outlet.pk}/hours_th"
    assert clashes(member, packed) == [Clash(part, "8-17", None, "", is_gone=True)]
    assert not unpack(member, packed)


def test_a_child_that_is_to_go_and_was_changed_clashes_as_a_whole():
    outlet = OutletFactory(name_th="เดิม")
    member = outlet.member
    gone = ChildChanges(removed=frozenset({outlet.pk}))
    packed = through_json(pack(member, Changes(children={"outlets": gone})))

    member = edit(member, outlets=ChildChanges(changed={outlet.pk: {"name_th": "อื่น"}}))

    (clash,) = clashes(member, packed)
    assert clash.part == f"outlets/{outlet.pk}"
    assert (clash.base["name_th"], clash.now["name_th"]) == ("เดิม", "อื่น")
    assert unpack(member, packed, without={clash.part}).children == {}


def test_a_child_that_is_gone_already_need_not_go():
    outlet = OutletFactory()
    member = outlet.member
    gone = ChildChanges(removed=frozenset({outlet.pk}))
    packed = through_json(pack(member, Changes(children={"outlets": gone})))

    member = edit(member, outlets=gone)

    assert clashes(member, packed) == []
    assert not unpack(member, packed)


def test_children_that_came_meanwhile_stand_at_the_end(reviewer):
    product = ProductFactory()
    one, two = (PhotoFactory(product=product, position=n) for n in range(2))
    order = ChildChanges(order=[two.pk, one.pk])
    packed = through_json(pack(product, Changes(children={"photos": order})))
    late = PhotoFactory(product=product, position=0)

    found = unpack(product, packed)

    assert found.children["photos"].order == [two.pk, one.pk, late.pk]
    records.edit(product, found, by=reviewer)
    shown = Photo.objects.filter(product=product).order_by("position")
    assert list(shown) == [two, one, late]


def test_a_key_whose_row_is_gone_is_left_out():
    subdistrict = SubdistrictFactory()
    member = MemberFactory()
    changes = Changes({"subdistrict": subdistrict, "name_th": "ใหม่"})
    packed = through_json(pack(member, changes))
    subdistrict.delete()

    assert unpack(member, packed).fields == {"name_th": "ใหม่"}


def test_an_added_child_that_cannot_do_without_what_is_gone_is_left_out():
    product = ProductFactory()
    mark, other = MarkFactory(), MarkFactory()
    added = (Certificate(mark=mark, number="1"), Certificate(mark=other, number="2"))
    changes = Changes(children={"certificates": ChildChanges(added=added)})
    packed = through_json(pack(product, changes))
    records.remove(mark, by=None)

    found = unpack(product, packed).children["certificates"].added

    assert [child.number for child in found] == ["2"]


def test_a_person_whose_account_is_gone_is_no_reason_to_leave_a_child_out(officer):
    member = MemberFactory()
    contact = Contact(
        kind="phone",
        value="1",
        consented_on=datetime.date(2026, 1, 1),
        consent_wording="1",
        consent_by=officer,
    )
    changes = Changes(children={"contacts": ChildChanges(added=(contact,))})
    packed = through_json(pack(member, changes))
    packed["children"]["contacts"]["added"][0]["consent_by"] = 10**9

    (found,) = unpack(member, packed).children["contacts"].added

    assert (found.value, found.consent_by) == ("1", None)


def test_what_was_removed_is_remembered_as_it_stood():
    contact = ContactFactory(shop=True)
    gone = ChildChanges(removed=frozenset({contact.pk}))
    packed = pack(contact.member, Changes(children={"contacts": gone}))

    kept = packed["children"]["contacts"]["removed"][str(contact.pk)]
    assert kept["value"] == "042-000-000"
    assert {"id", "member"} & kept.keys() == set()


@pytest.mark.parametrize("count", [1, 3])
def test_a_change_is_compared_in_one_query_a_kind(count, django_assert_num_queries):
    member = MemberFactory()
    outlets = [OutletFactory(member=member) for _ in range(count)]
    values = {outlet.pk: {"name_th": "ใหม่"} for outlet in outlets}
    changes = Changes({"name_en": "New"}, {"outlets": ChildChanges(changed=values)})
    packed = through_json(pack(member, changes))

    with django_assert_num_queries(1):
        clashes(member, packed)
    with django_assert_num_queries(1):
        unpack(member, packed)
    assert Outlet.objects.count() == count
