"""Consent taken back: off every page, export and cache at once; and given again."""

import datetime
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from members.actions import consents
from members.enums import ContactKind
from members.models import Contact, Member, Post, ProducerAccount
from registry.actions import proposals
from registry.changes import Changes, ChildChanges
from registry.enums import ProposalState, RecordStatus, Role
from registry.errors import NotAllowed, NotVisible, StaleVersion
from registry.models import Proposal
from tests.factories import (
    ClusterFactory,
    ContactFactory,
    MemberFactory,
    MembershipFactory,
    PostFactory,
    ProductFactory,
    UserFactory,
)

TODAY = datetime.date(2026, 11, 21)
GIVEN = datetime.date(2026, 1, 15)
VALUES = {
    ContactKind.LEADER: "นางสาวมาลี แสงดาว",
    ContactKind.PERSON: "นายกล้า ทดลอง",
    ContactKind.MOBILE: "+66812345679",
    ContactKind.EMAIL: "malee@maker.example",
    ContactKind.LINE: "malee.line",
}
#: What stands on a page instead of what is kept.
READ = {ContactKind.MOBILE: "081-234-5679"}


@pytest.fixture
def member(officer):
    """Keep a published member whose every personal contact may be shown."""
    member = MemberFactory(owner=officer.agency, published=True)
    for kind, value in VALUES.items():
        ContactFactory(member=member, kind=kind, value=value, consented=True)
    return Member.objects.get(pk=member.pk)


@pytest.fixture
def product(member):
    return ProductFactory(member=member, published=True)


@pytest.fixture
def chair(member):
    """Keep a committee post whose holder agreed to be named."""
    cluster = ClusterFactory()
    MembershipFactory(member=member, cluster=cluster)
    return PostFactory(
        cluster=cluster,
        member=member,
        person_th="นางประธาน ตัวอย่าง",
        person_en="Chair Example",
        consented_on=GIVEN,
    )


@pytest.fixture
def producer(member):
    user = UserFactory(email="own@maker.example", role=Role.PRODUCER, agency=None)
    ProducerAccount.objects.create(user=user, member=member)
    return user


def withdraw(contact, by=None):
    return consents.withdraw_consent(contact, by=by, on=TODAY)


def page_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# --- Where a person is shown ----------------------------------------------------------


def public_pages(member, product):
    pages = [
        reverse("members:detail", args=[member.code]),
        reverse("products:detail", args=[product.code]),
        reverse("members:list"),
        reverse("products:list"),
        reverse("home"),
        reverse("provinces:detail", args=[member.province.slug]),
    ]
    return [f"{language}{page}" for page in pages for language in ("", "/en")]


@pytest.mark.parametrize("kind", VALUES)
def test_a_contact_leaves_every_public_page_at_once(client, member, product, kind):
    said = READ.get(kind, VALUES[kind])
    pages = public_pages(member, product)
    shown = [page for page in pages if said in page_of(client, page)]
    # The member's own page and its goods' pages, in both languages.
    assert len(shown) == 4

    withdraw(member.contacts.get(kind=kind))

    for page in pages:
        text = page_of(client, page)
        for form in {said, VALUES[kind], VALUES[kind].removeprefix("+66")}:
            assert form not in text


@pytest.mark.parametrize("kind", VALUES)
def test_no_search_finds_a_producer_by_a_person(client, member, product, kind):
    for address in ("members:list", "products:list"):
        answer = client.get(reverse(address), {"q": VALUES[kind]})
        assert member.code not in answer.content.decode()
        assert product.code not in answer.content.decode()
    for search in (member.search, product.search):
        assert VALUES[kind] not in f"{search.name_norm} {search.text_fold}"


def test_structured_data_names_no_person(client, member, product):
    text = page_of(client, reverse("products:detail", args=[product.code]))
    (_before, data) = text.split('<script type="application/ld+json">', 1)
    data = data.partition("</script>")[0]

    for value in (*VALUES.values(), *READ.values()):
        assert value not in data


def exported(client, form):
    answer = client.get(reverse("reports:detail", args=["members"]), {"format": form})
    content = answer.getvalue()
    if form == "csv":
        return content.decode("utf-8-sig")
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return str(book.get_sheet_by_index(0).to_python())


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_contact_leaves_exports_too(client, officer, member, form):
    client.force_login(officer)
    before = exported(client, form)
    assert "081-234-5679" in before
    assert VALUES[ContactKind.LEADER] in before

    for kind in (ContactKind.MOBILE, ContactKind.LEADER):
        withdraw(member.contacts.get(kind=kind))

    after = exported(client, form)
    assert "081-234-5679" not in after
    assert VALUES[ContactKind.LEADER] not in after


def test_a_name_leaves_the_page_of_the_cluster(client, member, chair):
    address = reverse("clusters:detail", args=[chair.cluster.slug])
    assert "นางประธาน ตัวอย่าง" in page_of(client, address)

    consents.withdraw_name(chair, by=None)

    for language in ("", "/en"):
        text = page_of(client, language + address)
        assert "ประธาน ตัวอย่าง" not in text
        assert "Chair Example" not in text


def test_public_pages_are_kept_by_no_cache(client, member, product):
    for page in public_pages(member, product):
        answer = client.get(page)
        assert "max-age" not in answer.get("Cache-Control", "")


# --- Who takes it back ----------------------------------------------------------------


def test_officer_reviewer_and_producer_take_back_what_is_published(
    member, officer, reviewer, administrator, producer
):
    who = [officer, reviewer, administrator, producer]
    for person, contact in zip(who, member.contacts.all(), strict=False):
        version = Member.objects.get(pk=member.pk).version

        withdraw(contact, by=person)

        fresh = Member.objects.get(pk=member.pk)
        assert (fresh.status, fresh.version) == (RecordStatus.PUBLISHED, version + 1)
        past = contact.history.latest("history_id")
        assert past.consent_withdrawn_on == TODAY
        assert past.history_user == person
        assert past.act_id == fresh.history.latest("history_id").act_id
    assert not Proposal.objects.exists()


def test_strangers_and_readers_take_nothing_back(
    member, stranger, foreign_reviewer, official
):
    contact = member.contacts.first()
    for person in (stranger, foreign_reviewer):
        with pytest.raises(NotVisible):
            withdraw(contact, by=person)
    with pytest.raises(NotAllowed):
        withdraw(contact, by=official)
    other = UserFactory(role=Role.PRODUCER, agency=None)
    with pytest.raises(NotVisible):
        withdraw(contact, by=other)


def test_taking_back_twice_keeps_the_first_day(member):
    contact = member.contacts.first()
    withdraw(contact)
    version = Member.objects.get(pk=member.pk).version

    consents.withdraw_consent(contact, by=None, on=TODAY + datetime.timedelta(days=3))

    assert Contact.objects.get(pk=contact.pk).consent_withdrawn_on == TODAY
    assert Member.objects.get(pk=member.pk).version == version


def test_what_was_never_given_is_not_taken_back(member):
    contact = ContactFactory(member=member)

    with pytest.raises(consents.NoConsent):
        withdraw(contact)
    with pytest.raises(consents.BeforeGiven):
        consents.withdraw_consent(
            member.contacts.first(), by=None, on=datetime.date(2020, 1, 1)
        )


def test_an_edit_begun_before_does_not_bring_consent_back(member, reviewer):
    from registry.actions import records

    contact = member.contacts.first()
    withdraw(contact)

    back = ChildChanges(changed={contact.pk: {"consent_withdrawn_on": None}})
    stale = Changes(children={"contacts": back})
    with pytest.raises(StaleVersion):
        records.edit(member, stale, by=reviewer, version=member.version)


# --- Giving ---------------------------------------------------------------------------


def give(contact, by, on=GIVEN):
    return consents.give_consent(contact, by=by, on=on, today=TODAY, wording="1")


def test_a_reviewer_records_consent_at_once(member, reviewer):
    contact = ContactFactory(member=member)

    assert give(contact, reviewer)

    fresh = Contact.objects.get(pk=contact.pk)
    assert fresh.is_public
    assert (fresh.consented_on, fresh.consent_wording, fresh.consent_by) == (
        GIVEN,
        "1",
        reviewer,
    )


def test_consent_of_a_published_record_waits_for_a_reviewer(member, officer, reviewer):
    contact = ContactFactory(member=member)

    assert not give(contact, officer)

    assert not Contact.objects.get(pk=contact.pk).is_public
    proposal = Proposal.objects.get()
    assert proposal.state == ProposalState.SUBMITTED
    with pytest.raises(consents.ProposalOpen):
        give(member.contacts.first(), officer)
    proposals.accept(proposal, by=reviewer)
    assert Contact.objects.get(pk=contact.pk).is_public


def test_consent_of_a_draft_is_recorded_by_its_office(officer):
    member = MemberFactory(owner=officer.agency)
    contact = ContactFactory(member=member)

    assert give(contact, officer)


def test_consent_is_given_again_after_it_was_taken_back(member, reviewer):
    contact = member.contacts.first()
    withdraw(contact)

    give(contact, reviewer, on=TODAY)

    fresh = Contact.objects.get(pk=contact.pk)
    assert fresh.is_public
    assert (fresh.consented_on, fresh.consent_withdrawn_on) == (TODAY, None)


def test_no_consent_for_what_is_no_persons_and_none_of_tomorrow(member, reviewer):
    shop = ContactFactory(member=member, shop=True)

    with pytest.raises(consents.NotPersonal):
        give(shop, reviewer)
    with pytest.raises(consents.InTheFuture):
        give(member.contacts.first(), reviewer, on=TODAY + datetime.timedelta(days=1))


# --- The page -------------------------------------------------------------------------


def test_the_page_takes_consent_back_with_one_press(client, officer, member):
    client.force_login(officer)
    contact = member.contacts.get(kind=ContactKind.MOBILE)
    address = reverse("consents:list", args=[member.pk])
    assert "081-xxx-x679" in page_of(client, address)
    withdrawal = reverse("consents:withdraw", args=[member.pk, contact.pk])
    assert client.get(withdrawal).status_code == 405

    answer = client.post(withdrawal)

    assert answer.url == address
    fresh = Contact.objects.get(pk=contact.pk)
    assert fresh.consent_withdrawn_on == timezone.localdate()
    assert reverse("consents:give", args=[member.pk, contact.pk]) in page_of(
        client, address
    )


def test_the_page_records_a_day_and_says_what_it_does_not_understand(
    client, reviewer, member
):
    client.force_login(reviewer)
    contact = ContactFactory(member=member)
    address = reverse("consents:give", args=[member.pk, contact.pk])
    name = f"contact-{contact.pk}-day"

    bent = client.post(address, {name: "ไม่ทราบ"})
    assert bent.status_code == 422
    assert "ไม่ทราบ" in bent.content.decode()

    assert client.post(address, {name: "15/01/2569"}).status_code == 302
    assert Contact.objects.get(pk=contact.pk).consented_on == GIVEN


def test_a_reviewer_records_that_somebody_agreed_to_be_named(client, reviewer, member):
    post = PostFactory(cluster=ClusterFactory(), member=member)
    client.force_login(reviewer)
    address = reverse("consents:give_name", args=[member.pk, post.pk])

    client.post(address, {f"post-{post.pk}-day": "15/01/2569"})

    assert Post.objects.get(pk=post.pk).consented_on == GIVEN
    client.post(reverse("consents:withdraw_name", args=[member.pk, post.pk]))
    assert Post.objects.get(pk=post.pk).consented_on is None


def test_a_producer_takes_the_own_consent_back(client, producer, member):
    client.force_login(producer)
    contact = member.contacts.get(kind=ContactKind.EMAIL)
    assert VALUES[ContactKind.EMAIL] in page_of(
        client, reverse("consents:list", args=[member.pk])
    )

    client.post(reverse("consents:withdraw", args=[member.pk, contact.pk]))

    assert not Contact.objects.get(pk=contact.pk).is_public


def test_the_page_of_another_office_is_not_there(
    client, stranger, foreign_reviewer, official, member
):
    contact = member.contacts.first()
    for person, status in ((stranger, 404), (foreign_reviewer, 404), (official, 403)):
        client.force_login(person)
        assert (
            client.get(reverse("consents:list", args=[member.pk])).status_code == status
        )
        for view in ("withdraw", "give"):
            address = reverse(f"consents:{view}", args=[member.pk, contact.pk])
            assert client.post(address).status_code == status
    assert Contact.objects.get(pk=contact.pk).is_public


def test_a_contact_of_another_member_is_not_there(client, officer, member):
    foreign = ContactFactory(consented=True)
    client.force_login(officer)

    address = reverse("consents:withdraw", args=[member.pk, foreign.pk])

    assert client.post(address).status_code == 404
    assert Contact.objects.get(pk=foreign.pk).is_public


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_however_many_contacts(
    client, officer, count, django_assert_num_queries
):
    member = MemberFactory(owner=officer.agency, published=True)
    for _each in range(count):
        ContactFactory(member=member, consented=True)
    client.force_login(officer)
    address = reverse("consents:list", args=[member.pk])
    client.get(address)

    # Session, person, agency, its provinces; the member; contacts, posts, business.
    with django_assert_num_queries(8):
        page_of(client, address)


def test_a_page_in_english_speaks_no_thai_of_its_own(client, reviewer, member):
    client.force_login(reviewer)

    text = page_of(client, "/en" + reverse("consents:list", args=[member.pk]))

    assert "Withdraw consent" in text
    assert "ถอน" not in text
