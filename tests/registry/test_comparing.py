"""A record and a proposed change, as a reviewer reads them."""

import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.models import Outlet, SignedConsent
from products.models import Photo
from registry.actions import proposals, records
from registry.changes import Changes, ChildChanges
from registry.chronicle import tables_of
from registry.comparing import MASK, compare, show, with_companions
from registry.comparing.values import Cell, with_marks
from registry.differences import Piece, marked, tokens_of
from registry.packing import pack
from tests.factories import (
    CertificateFactory,
    ContactFactory,
    MemberFactory,
    OutletFactory,
    PhotoFactory,
    PlanFactory,
    PlanItemFactory,
    ProductFactory,
    SubdistrictFactory,
)

PICTURE = {
    "width": 800,
    "height": 600,
    "names": {"webp": {"480": "pictures/480.webp", "960": "pictures/960.webp"}},
    "card": {"webp": "pictures/card.webp"},
    "og": "pictures/og.jpg",
}


# --- Words ------------------------------------------------------


def pieces(text):
    """Return the pieces of "same -gone- +came+"."""
    found = []
    for part in text.split("|"):
        what = {"-": "removed", "+": "added"}.get(part[:1], "same")
        found.append(Piece(what, part[1:] if what != "same" else part))
    return tuple(found)


@pytest.mark.parametrize(
    ("old", "new", "was", "is_now"),
    [
        ("กล้วยตากอบ", "กล้วยฉาบอบ", "กล้วย|-ตาก|อบ", "กล้วย|+ฉาบ|อบ"),
        # A tone or vowel is never parted from its consonant.
        ("น้ำผึ้ง", "น้ำผึง", "น้ำ|-ผึ้|ง", "น้ำ|+ผึ|ง"),
        ("เสื่อกก", "เสือกก", "-เสื่|อกก", "+เสื|อกก"),
        ("ผ้าไหม", "ผ้าไหมมัดหมี่", "ผ้าไหม", "ผ้าไหม|+มัดหมี่"),
        ("silk, 3 m", "silk, 4 m", "silk, |-3| m", "silk, |+4| m"),
        # Islands too small to mean anything are swallowed.
        ("กขคง", "จขฉง", "-กขค|ง", "+จขฉ|ง"),
        (
            "old silk scarf",
            "new silk cloth",
            "-old| silk |-scarf",
            "+new| silk |+cloth",
        ),
    ],
)
def test_what_differs_is_marked_by_words_and_clusters(old, new, was, is_now):
    assert marked(old, new) == (pieces(was), pieces(is_now))


def test_nothing_to_compare_with_is_all_new():
    assert marked("", "ใหม่") == ((), (Piece("added", "ใหม่"),))
    assert marked("เดิม", "") == ((Piece("removed", "เดิม"),), ())
    assert marked("", "") == ((), ())


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_pieces_are_the_texts_and_alike_where_they_say_so(old, new):
    was, is_now = marked(old, new)

    assert "".join(tokens_of(old)) == old
    assert "".join(piece.text for piece in was) == old
    assert "".join(piece.text for piece in is_now) == new
    same = [[p.text for p in side if p.what == "same"] for side in (was, is_now)]
    assert same[0] == same[1]
    assert (old == new) == (not [p for p in (*was, *is_now) if p.what != "same"])


def test_long_texts_take_no_time():
    old = "กขฃคฅฆงจฉชซฌญ " * 3_000
    new = "ฑฒณดตถทธนบปผฝ " * 3_000

    start = time.monotonic()
    was, _is_now = marked(old, new)

    assert [piece.what for piece in was] == ["removed", "same"]
    assert time.monotonic() - start < 2


def test_an_empty_cell_is_not_compared_as_a_dash():
    old, new = with_marks(Cell("–"), Cell("ใหม่"))

    assert (old.pieces, new.pieces) == ((), (Piece("added", "ใหม่"),))
    assert old.is_empty


# --- A record ------------------------------------------------------


def lines_of(shown):
    """Return the fields of a record by label, in words."""
    return {line.label: line.new.text for group in shown.groups for line in group.lines}


@pytest.mark.django_db
def test_a_record_is_shown_by_its_groups_with_what_is_empty_named(reviewer):
    member = MemberFactory(
        submitted=True, name_th="กลุ่มทอผ้า", workers=12, private_notes="โทรหาเย็น ๆ"
    )

    shown = show(member, reviewer)

    found = lines_of(shown)
    assert found["ชื่อ (ภาษาไทย)"] == "กลุ่มทอผ้า"
    private = [
        line.new.text
        for group in shown.groups
        for line in group.lines
        if line.is_private
    ]
    assert private == ["โทรหาเย็น ๆ"]
    assert "เรื่องราว (ภาษาไทย)" in [
        name for group in shown.groups for name in group.empty
    ]
    said = "".join(found)
    assert "hash" not in said


@pytest.mark.django_db
def test_a_record_without_a_desk_is_shown_too(reviewer):
    plan = PlanFactory(vision_th="ของฝากที่คนเลยภูมิใจ")
    PlanItemFactory(plan=plan, text_th="ยกระดับของฝาก")

    shown = show(plan, reviewer)

    assert "ของฝากที่คนเลยภูมิใจ" in lines_of(shown).values()
    (kin,) = [kin for kin in shown.kin if "ยกระดับของฝาก" in kin.rows[0].title]
    assert len(kin.rows) == 1


@pytest.mark.django_db
def test_what_reaches_one_person_is_masked_until_it_is_asked_for(reviewer):
    member = MemberFactory(submitted=True)
    ContactFactory(member=member, value="+66801112222")
    ContactFactory(member=member, value="+66803334444", consented=True)
    consent = SignedConsent(
        signed_on=datetime.date(2026, 1, 5), person="นางสมศรี ทดสอบ", wording="1"
    )
    records.edit(
        member,
        Changes(children={"signed_consents": ChildChanges(added=(consent,))}),
        by=None,
    )

    def said(shown):
        rows = [row for kin in shown.kin for row in kin.rows]
        words = [line.new.text for row in rows for line in row.lines]
        return " ".join([*words, *(row.title for row in rows)])

    hidden, revealed = (
        show(member, reviewer, is_revealed=asked) for asked in (False, True)
    )
    assert hidden.has_masked
    assert revealed.has_masked
    assert "111-2222" not in said(hidden)
    assert "สมศรี" not in said(hidden)
    assert MASK in said(hidden)
    # Everybody may read this one.
    assert "080-333-4444" in said(hidden)
    assert "080-111-2222" in said(revealed)
    assert "สมศรี" in said(revealed)
    assert MASK not in said(revealed)


@pytest.mark.django_db
def test_pictures_open_for_the_reader_alone(reviewer):
    product = ProductFactory(submitted=True)
    PhotoFactory(product=product, picture=PICTURE)

    shown = show(product, reviewer)

    (picture,) = shown.pictures
    assert (picture.width, picture.height) == (800, 600)
    assert picture.url.startswith("/files/")
    assert picture.url != picture.large_url


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_a_record_is_read_in_constant_queries(
    count, reviewer, django_assert_num_queries
):
    member = MemberFactory(submitted=True)
    for _ in range(count):
        OutletFactory(member=member)
        ContactFactory(member=member)
    _ = reviewer.scope

    with django_assert_num_queries(count_of_kinds(member) + 1):
        show(member, reviewer)


def count_of_kinds(record):
    """One query a kind of what belongs to it; the places are one more."""
    return len(tables_of(type(record))) - 1


# --- A proposal ------------------------------------------------------


@pytest.fixture
def member(officer):
    return MemberFactory(published=True, owner=officer.agency, name_th="กลุ่มทอผ้าเดิม")


def block_at(comparison, part):
    return next(block for block in comparison.blocks if block.part == part)


@pytest.mark.django_db
def test_a_changed_text_is_shown_old_and_new(member, reviewer):
    packed = pack(member, Changes({"name_th": "กลุ่มทอผ้าใหม่", "workers": 12}))

    comparison = compare(member, packed, reviewer)

    (line,) = block_at(comparison, "name_th").lines
    assert line.label == "ชื่อ (ภาษาไทย)"
    assert [p.text for p in line.old.pieces if p.what == "removed"] == ["เดิม"]
    assert [p.text for p in line.new.pieces if p.what == "added"] == ["ใหม่"]
    (line,) = block_at(comparison, "workers").lines
    assert (line.old.text, line.new.text) == ("–", "12")
    assert comparison.clashes == 0
    assert not comparison.changes_pictures_only


@pytest.mark.django_db
def test_fields_that_go_together_are_one_block_without_what_nobody_reads(
    member, reviewer
):
    subdistrict = SubdistrictFactory(code="420301")
    packed = pack(
        member,
        Changes(
            {
                "leader_id_hash": "f" * 64,
                "leader_id_last4": "1234",
                "subdistrict": subdistrict,
                "district": subdistrict.district,
                "postcode": "42110",
            }
        ),
    )

    comparison = compare(member, packed, reviewer)

    place = block_at(comparison, "subdistrict")
    assert [line.part for line in place.lines] == [
        "subdistrict",
        "district",
        "postcode",
    ]
    assert place.lines[0].new.text.startswith(str(subdistrict))
    leader = next(block for block in comparison.blocks if block is not place)
    assert [line.new.text for line in leader.lines] == ["1234"]
    assert set(leader.parts) == {"leader_id_hash", "leader_id_last4"}
    assert with_companions(type(member), packed, {"district"}) == {
        "subdistrict",
        "district",
        "postcode",
    }


@pytest.mark.django_db
def test_pictures_are_shown_as_pictures_and_the_words_beside_them(officer, reviewer):
    product = ProductFactory(published=True, member__owner=officer.agency)
    kept = PhotoFactory(product=product, picture=PICTURE, position=0)
    gone = PhotoFactory(product=product, picture=PICTURE, position=1)
    packed = pack(
        product,
        Changes(
            children={
                "photos": ChildChanges(
                    added=(Photo(picture=PICTURE, position=1),),
                    changed={kept.pk: {"alt_th": "ผ้าพับบนโต๊ะไม้"}},
                    removed=frozenset({gone.pk}),
                    order=[-1, kept.pk],
                )
            }
        ),
    )

    comparison = compare(product, packed, reviewer)

    assert [block.what for block in comparison.blocks] == [
        "changed",
        "added",
        "removed",
    ]
    changed, added, removed = comparison.blocks
    # The picture stands beside the words that are changed.
    assert changed.lines[0].old.picture is not None
    assert changed.lines[1].part == f"photos/{kept.pk}/alt_th"
    assert added.lines[0].new.picture is not None
    assert removed.lines[0].old.picture is not None
    assert removed.lines[0].new.is_empty


@pytest.mark.django_db
def test_a_proposal_of_pictures_alone_says_so(officer, reviewer):
    product = ProductFactory(published=True, member__owner=officer.agency)
    added = ChildChanges(added=(Photo(picture=PICTURE),))
    packed = pack(product, Changes(children={"photos": added}))

    comparison = compare(product, packed, reviewer)

    assert comparison.changes_pictures_only
    assert [block.what for block in comparison.blocks] == ["added"]


@pytest.mark.django_db
def test_another_order_is_shown_place_by_place(officer, reviewer):
    product = ProductFactory(published=True, member__owner=officer.agency)
    one, two = (
        PhotoFactory(
            product=product, picture=PICTURE, position=n, alt_th=f"ภาพ {n}", alt_en=""
        )
        for n in range(2)
    )
    order = ChildChanges(order=[two.pk, one.pk])
    packed = pack(product, Changes(children={"photos": order}))

    (block,) = compare(product, packed, reviewer).blocks

    assert (block.what, block.part) == ("moved", "photos/order")
    assert [(line.old.text[-1], line.new.text[-1]) for line in block.lines] == [
        ("0", "1"),
        ("1", "0"),
    ]
    assert block.lines[0].new.picture is not None


@pytest.mark.django_db
def test_contacts_of_a_proposal_are_masked_too(member, reviewer):
    contact = ContactFactory(member=member, value="+66801112222")
    added = type(contact)(kind="mobile", value="+66809998888")
    packed = pack(
        member,
        Changes(
            children={
                "contacts": ChildChanges(
                    added=(added,), changed={contact.pk: {"value": "+66805556666"}}
                )
            }
        ),
    )

    def said(comparison):
        blocks = comparison.blocks
        lines = [line for block in blocks for line in block.lines]
        words = [cell.text for line in lines for cell in (line.old, line.new)]
        words += [
            p.text for line in lines for p in (*line.old.pieces, *line.new.pieces)
        ]
        return " ".join([*words, *(block.title for block in blocks)])

    hidden = said(compare(member, packed, reviewer))
    revealed = said(compare(member, packed, reviewer, is_revealed=True))
    for number in ("111-2222", "999-8888", "555-6666"):
        assert number not in hidden
        assert number in revealed


@pytest.mark.django_db
def test_what_changed_meanwhile_is_shown_in_three_versions(member, officer, reviewer):
    outlet = OutletFactory(member=member, name_th="ร้านเดิม")
    other = OutletFactory(member=member, name_th="ร้านที่จะเลิก")
    gone = OutletFactory(member=member)
    change = Changes(
        {"name_th": "ชื่อที่เสนอ", "name_en": "Proposed"},
        {
            "outlets": ChildChanges(
                changed={outlet.pk: {"name_th": "ร้านที่เสนอ"}, gone.pk: {"name_en": "X"}},
                removed=frozenset({other.pk}),
            )
        },
    )
    proposal = proposals.propose(member, change, by=officer, submit=True)
    member = records.edit(
        member,
        Changes(
            {"name_th": "ชื่อระหว่างนั้น"},
            {
                "outlets": ChildChanges(
                    changed={
                        outlet.pk: {"name_th": "ร้านระหว่างนั้น"},
                        other.pk: {"hours_th": "8-17"},
                    },
                    removed=frozenset({gone.pk}),
                )
            },
        ),
        by=reviewer,
    )

    comparison = compare(member, proposal.data, reviewer)

    (line,) = block_at(comparison, "name_th").lines
    assert [cell.text for cell in (line.old, line.now, line.new)] == [
        "กลุ่มทอผ้าเดิม",
        "ชื่อระหว่างนั้น",
        "ชื่อที่เสนอ",
    ]
    assert block_at(comparison, "name_en").clashing == ()
    assert len(block_at(comparison, f"outlets/{outlet.pk}").clashing) == 1
    assert block_at(comparison, f"outlets/{gone.pk}").is_gone
    assert block_at(comparison, f"outlets/{other.pk}").clash is not None
    assert comparison.clashes == 3
    # Of what was decided long ago it does not matter any more.
    assert compare(member, proposal.data, reviewer, is_open=False).clashes == 0


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_a_proposal_is_compared_in_constant_queries(
    count, member, reviewer, django_assert_num_queries
):
    outlets = [OutletFactory(member=member) for _ in range(count)]
    subdistrict = SubdistrictFactory()
    packed = pack(
        member,
        Changes(
            {"name_th": "ใหม่", "subdistrict": subdistrict},
            {
                "outlets": ChildChanges(
                    added=tuple(Outlet(name_th=f"ร้าน {n}") for n in range(count)),
                    changed={outlet.pk: {"name_th": "ใหม่"} for outlet in outlets},
                )
            },
        ),
    )

    # The outlets twice (then, now), and the subdistricts that are named.
    with django_assert_num_queries(3):
        compare(member, packed, reviewer)


@pytest.mark.django_db
def test_a_certificate_leads_to_its_paper(officer, reviewer):
    product = ProductFactory(submitted=True, member__owner=officer.agency)
    CertificateFactory(product=product, file="certificates/a.pdf", file_name="มผช.pdf")

    shown = show(product, reviewer)

    cells = [line.new for kin in shown.kin for row in kin.rows for line in row.lines]
    (paper,) = [cell for cell in cells if cell.url]
    assert paper.text == "มผช.pdf"
