"""Two records become one, all that points at them follows, and it can be undone."""

import datetime
import io
import random
import uuid

import pytest
from django.apps import apps
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import models
from PIL import Image

from members.enums import ContactKind
from members.models import Member, Membership, ProducerAccount
from products.enums import MarkScope
from products.models import (
    CatalogueChange,
    CatalogueCount,
    Enquiry,
    Product,
    StarRating,
)
from registry import merging
from registry.actions import merging as acting
from registry.actions import proposals, records
from registry.actions.merging import CannotUndo, NotMergeable
from registry.changes import Changes
from registry.chronicle import Chronicle
from registry.enums import ProposalState, RecordStatus, Role
from registry.errors import (
    MergedAway,
    NotAllowed,
    NoteNeeded,
    NotReady,
    NotVisible,
    StaleVersion,
)
from registry.history import HistoricalAct
from registry.models import Code, FormKey, Merge, OutboxMail, Proposal
from registry.pictures import store, take_picture
from tests.factories import (
    CertificateFactory,
    ClusterFactory,
    ContactFactory,
    MarkFactory,
    MemberFactory,
    MembershipFactory,
    OutletFactory,
    PhotoFactory,
    PostFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

WHY = "ข้อมูลซ้ำกัน"
#: Columns that every write moves.
RESTLESS = {"version", "updated_at", "updated_by"}
#: Tables that remember what happened, and so grow.
MEMORY = {Merge, OutboxMail, CatalogueChange, CatalogueCount}


def join(kept, gone, by, **more):
    return acting.merge(kept, gone, by=by, reason=WHY, **more)


def register():
    """Return every row of the register, without what every write moves."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        ours = model._meta.app_label in {"registry", "members", "products"}
        if not ours or issubclass(model, HistoricalAct) or model in MEMORY:
            continue
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if field.name not in RESTLESS
        ]
        rows = model._base_manager.order_by("pk").values_list("pk", *columns)
        for pk, *values in rows:
            found[model._meta.label, pk] = dict(zip(columns, values, strict=True))
    return found


def check_register():
    said = io.StringIO()
    call_command("check_register", stdout=said)
    assert said.getvalue() == "All is right.\n"


def enquiry(**about):
    row = about.get("product") or about.get("member")
    return Enquiry.objects.create(
        **about,
        owner=row.owner,
        province=row.province,
        kind="comment",
        name="ผู้ซื้อ",
        email="buyer@test.example",
        text="สนใจ",
        form_key=uuid.uuid4(),
    )


def picture(colour):
    file = io.BytesIO()
    Image.new("RGB", (600, 400), colour).save(file, "JPEG")
    return store(take_picture(file), storages["private"]).as_json()


# --- What becomes of the two ------------------------------------------------------


def test_the_other_is_withdrawn_with_a_note_and_its_code_leads_to_the_kept_one(
    reviewer, client
):
    kept, gone = MemberFactory(published=True), MemberFactory(published=True)

    done = join(kept, gone, reviewer)

    gone.refresh_from_db()
    kept.refresh_from_db()
    assert gone.status == RecordStatus.WITHDRAWN
    assert gone.note == f"{gone.code} รวมเข้ากับ {kept.code} แล้ว: {WHY}"
    assert kept.is_published
    answer = client.get(f"/members/{gone.code}/")
    assert answer.status_code == 301
    assert answer.url == f"/members/{kept.code}/"
    assert (done.by, done.reason, done.undone_at) == (reviewer, WHY, None)
    check_register()


def test_an_address_that_led_to_the_merged_one_leads_on(reviewer, client):
    first, second, third = (MemberFactory(published=True) for _ in range(3))
    join(second, first, reviewer)

    done = join(third, second, reviewer)

    assert client.get(f"/members/{first.code}/").url == f"/members/{third.code}/"
    acting.undo(done, by=reviewer, reason=WHY)
    assert client.get(f"/members/{first.code}/").url == f"/members/{second.code}/"
    assert client.get(f"/members/{second.code}/").status_code == 200


def test_parts_are_taken_as_they_were_picked_and_what_follows_from_them_too(reviewer):
    kept = MemberFactory(published=True, name_th="กลุ่มเดิม", name_en="Kept")
    gone = MemberFactory(
        name_th="กลุ่มใหม่", name_en="Gone", latitude=17, longitude=101, workers=9
    )

    join(kept, gone, reviewer, taken={"name_th", "latitude"})

    kept.refresh_from_db()
    assert (kept.name_th, kept.name_en) == ("กลุ่มใหม่", "Kept")
    assert (kept.latitude, kept.longitude, kept.workers) == (17, 101, None)
    assert list(Member.objects.search("กลุ่มใหม่").published()) == [kept]
    check_register()


def test_one_act_holds_all_of_it_in_both_histories(reviewer):
    kept, gone = MemberFactory(published=True), MemberFactory()
    outlet = OutletFactory(member=gone)

    done = join(kept, gone, reviewer)

    for row, what in ((kept, "added"), (gone, "removed")):
        entry = Chronicle(row).entries([done.act_id])[0]
        assert entry.is_latest
        assert entry.by == reviewer
        assert f"{gone.code} รวมเข้ากับ {kept.code}" in entry.reason
        assert [each.what for each in entry.rows if each.title] == [what]
    assert outlet.history.filter(act_id=done.act_id).count() == 2


# --- What follows -----------------------------------------------------------------


def test_everything_that_points_at_a_member_follows(reviewer, officer):
    kept, gone = MemberFactory(published=True), MemberFactory(published=True)
    ContactFactory(member=kept, value="080-000-0001")
    contact = ContactFactory(member=gone, value="080-000-0002", consented=True)
    outlet = OutletFactory(member=gone)
    membership = MembershipFactory(member=gone)
    post = PostFactory(member=gone)
    goods = ProductFactory(member=gone, published=True)
    mark = MarkFactory(given_to=MarkScope.BOTH)
    certificate = CertificateFactory(member=gone, product=None, mark=mark)
    asked = enquiry(member=gone)
    account = ProducerAccount.objects.create(
        user=UserFactory(role=Role.PRODUCER, agency=None), member=gone
    )
    key = FormKey.objects.create(
        key=uuid.uuid4(), model="members.Member", object_id=gone.pk
    )

    done = join(kept, gone, reviewer)

    for row in (contact, outlet, membership, post, goods, certificate, asked, account):
        row.refresh_from_db()
        assert row.member == kept, row
    key.refresh_from_db()
    assert key.object_id == kept.pk
    assert list(kept.contacts.order_by("position").values_list("value", flat=True)) == [
        "080-000-0001",
        "080-000-0002",
    ]
    kept.refresh_from_db()
    assert (kept.goods_count, goods.owner, goods.status) == (1, kept.owner, "published")
    assert goods.mark_codes == [mark.code]
    assert done.before["stayed"] == []
    check_register()


def test_every_kind_of_row_that_points_at_a_record_is_known():
    """A new table that points at records is moved by itself, but looked at here."""
    found = {
        model: [str(link.field) for link in merging.links_of(model)]
        for model in (Member, Product)
    }

    assert found == {
        Member: [
            "members.Contact.member",
            "members.Membership.member",
            "members.Outlet.member",
            "members.SignedConsent.member",
            "products.Certificate.member",
            "members.Post.member",
            "members.ProducerAccount.member",
            "products.Enquiry.member",
            "products.OutsideProducer.member",
            "products.Product.member",
        ],
        Product: [
            "products.Certificate.product",
            "products.Photo.product",
            "products.StarRating.product",
            "products.Enquiry.product",
            "products.OutsideProduct.product",
        ],
    }


def test_what_the_kept_one_may_have_only_once_stays_and_is_told(reviewer):
    kept, gone = ProductFactory(published=True), ProductFactory(published=True)
    early, late = StarRoundFactory(), StarRoundFactory()
    StarRatingFactory(product=kept, round=early, total=75)
    there = StarRatingFactory(product=gone, round=early, total=92)
    new = StarRatingFactory(product=gone, round=late, total=85)

    done = join(kept, gone, reviewer)

    assert StarRating.objects.get(pk=there.pk).product == gone
    assert StarRating.objects.get(pk=new.pk).product == kept
    (stayed,) = done.before["stayed"]
    assert stayed[:3] == ["products.StarRating", "product", there.pk]
    ((name, why),) = merging.stayed_with(done)
    assert early.name_th in name
    assert why == "ผลิตภัณฑ์นี้มีผลการคัดสรรของรอบนี้แล้ว"
    check_register()


def test_the_same_contact_is_not_there_twice(reviewer):
    kept, gone = MemberFactory(published=True), MemberFactory()
    ContactFactory(member=kept, shop=True)
    ContactFactory(member=gone, shop=True)
    ContactFactory(member=gone, value="080-000-0002")

    done = join(kept, gone, reviewer)

    assert kept.contacts.count() == 2
    assert [why for _name, why in merging.stayed_with(done)] == ["มีรายการเดียวกันอยู่แล้ว"]


def test_a_cluster_has_the_member_once(reviewer):
    kept, gone = MemberFactory(published=True), MemberFactory()
    cluster = ClusterFactory()
    MembershipFactory(member=kept, cluster=cluster)
    MembershipFactory(member=gone, cluster=cluster, joined_on=datetime.date(2020, 1, 1))

    join(kept, gone, reviewer)

    assert Membership.objects.filter(member=kept).count() == 1
    assert Membership.objects.filter(member=gone).count() == 1


def test_one_photo_is_the_main_one_and_the_others_come_after(reviewer):
    kept, gone = ProductFactory(published=True), ProductFactory(published=True)
    first = PhotoFactory(product=kept, picture=picture("red"), is_main=True, position=0)
    second = PhotoFactory(product=gone, picture=picture("green"), is_main=True)
    third = PhotoFactory(product=gone, picture=picture("blue"), position=1)

    join(kept, gone, reviewer)

    assert list(kept.photos.in_order()) == [first, second, third]
    kept.refresh_from_db()
    assert kept.cover["sha256"] == first.picture["sha256"]
    check_register()


def test_a_main_photo_stays_the_main_one_where_there_was_none(reviewer):
    kept, gone = ProductFactory(published=True), ProductFactory()
    photo = PhotoFactory(product=gone, picture=picture("green"), is_main=True)

    join(kept, gone, reviewer)

    assert kept.photos.get() == photo
    kept.refresh_from_db()
    assert kept.cover["sha256"] == photo.picture["sha256"]


def test_no_product_gets_more_photos_than_it_may_have(reviewer):
    kept, gone = ProductFactory(), ProductFactory()
    for row in (kept, gone):
        for number in range(7):
            PhotoFactory(product=row, alt_th=f"{row.code} {number}", position=number)

    done = join(kept, gone, reviewer)

    assert kept.photos.count() == 12
    assert gone.photos.count() == 2
    assert [why for _name, why in merging.stayed_with(done)] == [
        "มีได้ไม่เกิน 12 รายการ"
    ] * 2


def test_public_pictures_are_those_of_what_is_published(reviewer):
    kept, gone = ProductFactory(published=True), ProductFactory()
    hidden = PhotoFactory(product=gone, picture=picture("green"))
    name = hidden.picture["card"]["webp"]
    assert not storages["public"].exists(name)

    done = join(kept, gone, reviewer)

    assert storages["public"].exists(name)
    acting.undo(done, by=reviewer, reason=WHY)
    assert storages["public"].exists(name)


def test_a_published_photo_stays_public_when_its_product_goes(
    reviewer, django_capture_on_commit_callbacks
):
    kept, gone = ProductFactory(published=True), ProductFactory(published=True)
    photo = PhotoFactory(product=gone, picture=picture("green"))
    name = photo.picture["card"]["webp"]

    with django_capture_on_commit_callbacks(execute=True):
        done = join(kept, gone, reviewer)

    assert storages["public"].exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        acting.undo(done, by=reviewer, reason=WHY)
    assert storages["public"].exists(name)


def test_a_draft_s_photo_is_public_only_while_it_is_the_published_one_s(
    reviewer, django_capture_on_commit_callbacks
):
    kept, gone = ProductFactory(published=True), ProductFactory()
    photo = PhotoFactory(product=gone, picture=picture("green"))
    with django_capture_on_commit_callbacks(execute=True):
        done = join(kept, gone, reviewer)

    with django_capture_on_commit_callbacks(execute=True):
        acting.undo(done, by=reviewer, reason=WHY)

    assert not storages["public"].exists(photo.picture["card"]["webp"])


def test_the_open_proposal_of_the_other_is_dropped_and_its_writer_is_told(
    reviewer, officer, mailoutbox
):
    kept = MemberFactory(published=True)
    gone = MemberFactory(published=True, owner=officer.agency)
    open_one = proposals.propose(
        gone, Changes({"name_en": "New"}), by=officer, submit=True
    )

    done = join(kept, gone, reviewer)

    open_one.refresh_from_db()
    assert open_one.state == ProposalState.DROPPED
    assert open_one.note.startswith(gone.code)
    assert [mail.to for mail in mailoutbox] == [[officer.email]]
    acting.undo(done, by=reviewer, reason=WHY)
    open_one.refresh_from_db()
    assert (open_one.state, open_one.note) == (ProposalState.SUBMITTED, "")


def test_goods_that_moved_keep_their_proposals_with_the_new_owner(reviewer, officer):
    kept = MemberFactory(published=True)
    gone = MemberFactory(published=True, owner=officer.agency)
    goods = ProductFactory(member=gone, published=True)
    proposals.propose(goods, Changes({"name_en": "New"}), by=officer)

    join(kept, gone, reviewer)

    assert Proposal.objects.get().owner == kept.owner


# --- What is refused --------------------------------------------------------------


def test_a_reason_is_needed(reviewer):
    kept, gone = MemberFactory(), MemberFactory()

    with pytest.raises(NoteNeeded):
        acting.merge(kept, gone, by=reviewer, reason="  ")


def test_a_record_is_not_merged_with_itself(reviewer):
    member = MemberFactory()

    with pytest.raises(NotMergeable):
        join(member, member, reviewer)


def test_a_foreign_record_does_not_exist(reviewer, foreign_reviewer):
    kept, gone = MemberFactory(), MemberFactory(district__code="5101")

    for by in (reviewer, foreign_reviewer):
        with pytest.raises(NotVisible):
            join(kept, gone, by)
    assert not Merge.objects.exists()


@pytest.mark.parametrize("who", ["officer", "official"])
def test_others_than_reviewers_merge_nothing(who, request):
    person = request.getfixturevalue(who)
    kept, gone = (MemberFactory(owner=person.agency) for _ in range(2))

    with pytest.raises(NotAllowed):
        join(kept, gone, person)


def test_an_outdated_comparison_is_refused(reviewer):
    kept, gone = MemberFactory(), MemberFactory()
    versions = (kept.version, gone.version)
    records.edit(gone, Changes({"name_en": "Newer"}), by=reviewer)

    with pytest.raises(StaleVersion):
        join(kept, gone, reviewer, versions=versions)


@pytest.mark.parametrize(
    ("kept", "gone"),
    [("draft", "published"), ("submitted", "published"), ("withdrawn", "draft")],
)
def test_what_the_public_reads_is_kept_public(kept, gone, reviewer):
    with pytest.raises(NotMergeable):
        join(MemberFactory(status=kept), MemberFactory(status=gone), reviewer)


@pytest.mark.parametrize("kept", ["draft", "submitted", "returned", "published"])
@pytest.mark.parametrize(
    "gone", ["draft", "submitted", "returned", "published", "withdrawn"]
)
def test_whatever_the_statuses_the_undo_gives_them_back(kept, gone, reviewer):
    kept, gone = MemberFactory(status=kept), MemberFactory(status=gone)
    if gone.is_published and not kept.is_published:
        return
    before = register()

    done = join(kept, gone, reviewer)
    acting.undo(done, by=reviewer, reason=WHY)

    assert register() == before


def test_a_record_is_merged_once(reviewer):
    first, second, third = (MemberFactory() for _ in range(3))
    join(first, second, reviewer)

    for kept, gone in ((third, second), (second, third)):
        with pytest.raises(NotMergeable):
            join(kept, gone, reviewer)


def test_a_merged_record_is_not_published_again(reviewer):
    kept, gone = MemberFactory(published=True), MemberFactory(published=True)
    join(kept, gone, reviewer)

    for step in (records.publish, records.submit):
        with pytest.raises(MergedAway):
            step(gone, by=reviewer)


def test_a_public_product_does_not_get_a_producer_that_is_not(reviewer):
    kept = ProductFactory(published=True)
    gone = ProductFactory(member=MemberFactory())

    with pytest.raises(NotReady):
        join(kept, gone, reviewer, taken={"member"})
    assert not Merge.objects.exists()


# --- Undoing ----------------------------------------------------------------------


def test_an_undone_merge_is_not_undone_twice(reviewer):
    done = join(MemberFactory(), MemberFactory(), reviewer)
    acting.undo(done, by=reviewer, reason=WHY)

    with pytest.raises(CannotUndo, match="ยกเลิกไปแล้ว"):
        acting.undo(done, by=reviewer, reason=WHY)


def test_undoing_needs_a_reason_and_the_right(reviewer, officer, foreign_reviewer):
    kept, gone = (MemberFactory(owner=officer.agency) for _ in range(2))
    done = join(kept, gone, reviewer)

    with pytest.raises(NoteNeeded):
        acting.undo(done, by=reviewer, reason="")
    with pytest.raises(NotAllowed):
        acting.undo(done, by=officer, reason=WHY)
    with pytest.raises(NotVisible):
        acting.undo(done, by=foreign_reviewer, reason=WHY)


@pytest.mark.parametrize("touched", ["kept", "gone", "goods", "contact"])
def test_something_newer_stands_in_the_way(touched, reviewer):
    kept, gone = MemberFactory(), MemberFactory()
    goods, contact = ProductFactory(member=gone), ContactFactory(member=gone)
    done = join(kept, gone, reviewer)
    if touched == "contact":
        ContactFactory(member=contact.member.__class__.objects.get(pk=kept.pk))
        changed = kept
    else:
        changed = {"kept": kept, "gone": gone, "goods": goods}[touched]
        records.edit(changed, Changes({"name_en": "Newer"}), by=reviewer)

    with pytest.raises(CannotUndo) as refusal:
        acting.undo(done, by=reviewer, reason=WHY)

    assert changed.code in str(refusal.value)
    assert merging.in_the_way(done) == [str(refusal.value)]


def test_a_product_goes_public_again_only_under_a_public_producer(reviewer):
    kept, gone = ProductFactory(published=True), ProductFactory(published=True)
    done = join(kept, gone, reviewer)
    records.withdraw(gone.member, by=reviewer, note="เลิกกิจการ")

    with pytest.raises(CannotUndo, match="ยังไม่ได้เผยแพร่"):
        acting.undo(done, by=reviewer, reason=WHY)


def test_rows_that_came_later_stay_with_the_kept_one(reviewer):
    kept, gone = MemberFactory(published=True), MemberFactory(published=True)
    done = join(kept, gone, reviewer)
    asked = enquiry(member=kept)

    acting.undo(done, by=reviewer, reason=WHY)

    asked.refresh_from_db()
    assert asked.member == kept


def test_after_an_undo_the_histories_know_whose_each_row_is(reviewer):
    """Else bringing an earlier state back would make rows twice."""
    kept, gone = MemberFactory(), MemberFactory()
    outlet = OutletFactory(member=gone)
    done = join(kept, gone, reviewer)
    acting.undo(done, by=reviewer, reason=WHY)

    for row, expected in ((kept, set()), (gone, {outlet.pk})):
        chronicle = Chronicle(row)
        latest = chronicle.after(chronicle.acts[0])
        assert set(latest.rows["outlets"]) == expected


def test_successors_are_followed_to_the_end(reviewer):
    first, second, third = (MemberFactory() for _ in range(3))
    join(second, first, reviewer)
    join(third, second, reviewer)

    found = merging.successors(Member)

    assert found == {first.pk: third.pk, second.pk: third.pk}


# --- Whatever is there ------------------------------------------------------------


def furnish(dice, rows, rounds, clusters, marks):
    """Give ``rows`` (two members, or two products) all kinds of things."""
    for _ in range(dice.randint(3, 9)):
        row = dice.choice(rows)
        number = dice.randint(0, 3)
        if isinstance(row, Member):
            deed = dice.choice(
                [
                    lambda r, n: ContactFactory(member=r, value=f"08{n}", position=n),
                    lambda r, n: ContactFactory(
                        member=r, kind=ContactKind.LINE, consented=True, position=n
                    ),
                    lambda r, n: OutletFactory(member=r, position=n),
                    lambda r, n: MembershipFactory(
                        member=r, cluster=clusters[n], left_on=datetime.date(2025, 1, 1)
                    ),
                    lambda r, n: PostFactory(member=r, cluster=clusters[n]),
                    lambda r, n: ProductFactory(
                        member=r,
                        status="published" if r.is_published and n else "draft",
                    ),
                    lambda r, n: CertificateFactory(
                        member=r, product=None, mark=marks[n]
                    ),
                    lambda r, n: enquiry(member=r),
                ]
            )
        else:
            deed = dice.choice(
                [
                    lambda r, n: PhotoFactory(
                        product=r,
                        picture=picture(["red", "green", "blue", "gold"][n]),
                        position=n,
                        is_main=not r.photos.filter(is_main=True).exists(),
                    ),
                    lambda r, n: StarRatingFactory(
                        product=r,
                        round=next(
                            each
                            for each in rounds
                            if not r.ratings.filter(round=each).exists()
                        ),
                        total=60 + 10 * n,
                    ),
                    lambda r, n: CertificateFactory(product=r, mark=marks[n]),
                    lambda r, n: enquiry(product=r),
                ]
            )
        deed(row, number)
        row.refresh_from_db()


def things(seed):
    dice = random.Random(seed)
    rounds = [StarRoundFactory() for _ in range(10)]
    clusters = [ClusterFactory() for _ in range(4)]
    marks = [
        MarkFactory(given_to=dice.choice([MarkScope.BOTH, MarkScope.PRODUCT]))
        for _ in range(4)
    ]
    kept_status = dice.choice(["draft", "published", "published"])
    gone_status = (
        "draft"
        if kept_status == "draft"
        else dice.choice(["draft", "submitted", "published", "withdrawn"])
    )
    factory = dice.choice([MemberFactory, ProductFactory])
    if factory is MemberFactory:
        kept = MemberFactory(status=kept_status, name_en="", workers=3)
        gone = MemberFactory(
            status=gone_status, story_th="เรื่องเล่า", local_workers=2, workers=5
        )
    else:
        kept = ProductFactory(status=kept_status, name_en="")
        gone = ProductFactory(status=gone_status, price_max=900, design_year=2560)
    furnish(dice, [kept, gone], rounds, clusters, marks)
    parts = [each.name for each in merging.parts_of(type(kept))]
    taken = dice.sample(parts, dice.randint(0, len(parts) // 2))
    return kept, gone, taken


@pytest.mark.parametrize("seed", range(12))
def test_merging_and_undoing_gives_every_row_back(seed, reviewer):
    kept, gone, taken = things(seed)
    check_register()
    before = register()
    pointing = {
        link: set(link.rows(gone).values_list("pk", flat=True))
        for link in merging.links_of(type(gone))
    }

    done = join(kept, gone, reviewer, taken=taken)

    check_register()
    stayed = {(label, name, pk) for label, name, pk, *_ in done.before["stayed"]}
    for link, keys in pointing.items():
        left = set(link.rows(gone).values_list("pk", flat=True))
        label = link.model._meta.label
        assert left == {pk for pk in keys if (label, link.name, pk) in stayed}
    assert Code.objects.get(pk=gone.code).superseded_by_id == kept.code

    acting.undo(done, by=reviewer, reason=WHY)

    check_register()
    assert register() == before


def test_columns_that_a_constraint_ties_together_are_taken_together():
    """Half of each could be refused by the database."""
    for model in (Member, Product):
        part_of = {
            column.name: part.name
            for part in merging.parts_of(model)
            for column in part.columns
        }
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.CheckConstraint):
                tied = constraint.condition.referenced_base_fields & part_of.keys()
                assert len({part_of[name] for name in tied}) <= 1, constraint.name
