"""Pages of review: the queue, one thing that waits, the decision, many at once."""

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from registry.actions import proposals, records
from registry.actions import reviewing as decisions
from registry.changes import Changes, ChildChanges
from registry.enums import AuditKind, Role
from registry.models import AuditEvent, NoteTemplate, Proposal, ReviewClaim
from registry.reviewing import PROPOSALS, slug_of
from registry.views.workspace.editing import asked_back
from tests.factories import (
    ContactFactory,
    MemberFactory,
    OutletFactory,
    PhotoFactory,
    PlanFactory,
    ProductFactory,
    ProvinceFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

QUEUE = "/review/"


def url_of(thing):
    if isinstance(thing, Proposal):
        return reverse("review:proposal", args=[thing.pk])
    return reverse("review:record", args=[slug_of(type(thing)), thing.pk])


def page_of(answer):
    return answer.content.decode()


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def box(thing):
    return f"{thing._meta.label}:{thing.pk}:{thing.version}"


@pytest.fixture
def member(officer):
    return MemberFactory(submitted=True, owner=officer.agency, name_th="กลุ่มทอผ้ารอตรวจ")


@pytest.fixture
def published(officer):
    return MemberFactory(published=True, owner=officer.agency, name_th="กลุ่มเดิม")


@pytest.fixture
def proposal(published, officer):
    change = Changes({"name_th": "กลุ่มใหม่", "workers": 12})
    return proposals.propose(published, change, by=officer, submit=True)


@pytest.fixture
def colleague(reviewer):
    return UserFactory(role=Role.REVIEWER, agency=reviewer.agency)


@pytest.fixture
def at_work(client, reviewer):
    client.force_login(reviewer)
    return client


# --- Who comes in ------------------------------------------------------


def every_page(member, proposal):
    return [
        QUEUE,
        url_of(member),
        f"{url_of(member)}preview/",
        url_of(proposal),
        f"{url_of(proposal)}preview/",
    ]


@pytest.mark.parametrize("who", ["officer", "stranger", "official"])
def test_others_of_the_house_are_refused(who, client, member, proposal, request):
    client.force_login(request.getfixturevalue(who))

    pages = every_page(member, proposal)
    answers = [client.get(page).status_code for page in pages]
    answers += [client.post(page).status_code for page in pages]
    answers.append(client.post(f"{QUEUE}approve/").status_code)
    assert set(answers) == {403}


def test_for_a_foreign_reviewer_it_does_not_exist(
    client, member, proposal, foreign_reviewer
):
    client.force_login(foreign_reviewer)

    for page in every_page(member, proposal)[1:]:
        assert client.get(page).status_code == 404
    for thing in (member, proposal):
        for press in ("approve", "return", "take", "give_back", "hand", "reveal"):
            sent = {"press": press, "note": "ขอภาพ", "version": thing.version}
            assert client.post(url_of(thing), sent).status_code == 404
    answer = client.post(f"{QUEUE}approve/", {"chosen": [box(member), box(proposal)]})
    assert answer.url == reverse("review:result")
    assert "กลุ่มทอผ้ารอตรวจ" not in page_of(client.get(QUEUE))
    member.refresh_from_db()
    assert (member.status, AuditEvent.objects.count()) == ("submitted", 0)


@pytest.mark.parametrize(
    "path",
    [
        "nothing/1/",
        "members/999999999999999999999999/",
        "members/0/",
        f"{PROPOSALS}/999999999999999999999999/",
        "strategies-plan/1/preview/",
    ],
)
def test_what_is_not_there_is_not_found(path, at_work):
    assert at_work.get(f"{QUEUE}{path}").status_code == 404


# --- The queue ------------------------------------------------------


def test_the_queue_lists_what_waits_with_who_has_taken_it(
    at_work, member, proposal, colleague, officer
):
    decisions.take_over(member, by=colleague)

    page = page_of(at_work.get(QUEUE))

    assert f'href="{url_of(member)}"' in page
    assert f'href="{url_of(proposal)}"' in page
    assert colleague.name in page
    assert officer.name in page
    assert box(member) in page


def test_ones_own_submission_has_no_box(at_work, reviewer):
    own = records.submit(MemberFactory(), by=reviewer)

    page = page_of(at_work.get(QUEUE))

    assert url_of(own) in page
    assert box(own) not in page


def test_the_queue_is_narrowed_and_stays_so(at_work, member, proposal):
    answer = at_work.get(QUEUE, {"kind": PROPOSALS})

    page = page_of(answer)
    assert url_of(member) not in page
    assert f'{url_of(proposal)}?kind={PROPOSALS}"' in page
    following = page_of(at_work.get(url_of(proposal), {"kind": PROPOSALS}))
    assert f'href="{QUEUE}?kind={PROPOSALS}"' in following
    assert 'rel="next"' not in following


def test_the_queue_of_nothing_says_so(at_work):
    assert "ไม่มีเรื่องรอตรวจ" in page_of(at_work.get(QUEUE))


def test_requests_to_join_are_pointed_at(at_work, foreign_reviewer, client):
    from tests.factories.joining import submitted

    assert reverse("joins:list") not in page_of(at_work.get(QUEUE))
    submitted()
    assert reverse("joins:list") in page_of(at_work.get(QUEUE))


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "x", "agency": "x", "province": "x", "taken": "x", "page": "x"},
        {"agency": "9" * 30, "page": "-1"},
        {"agency": "0", "page": "9" * 5000},
    ],
)
def test_a_queue_asked_for_nonsense_shows_everything(asked, at_work, member):
    answer = at_work.get(QUEUE, asked)

    assert (answer.status_code, url_of(member) in page_of(answer)) == (200, True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_costs_the_same_however_long_it_is(
    count, at_work, officer, django_assert_num_queries
):
    for _ in range(count):
        kept = MemberFactory(published=True, owner=officer.agency)
        change = Changes({"name_th": "ใหม่"})
        proposals.propose(kept, change, by=officer, submit=True)
        ProductFactory(submitted=True, member=kept)
    at_work.get(QUEUE)

    # Session and person, scope twice; agencies; count and page; two kinds, the records
    # of the proposals, the claims; requests to join.
    with django_assert_num_queries(12):
        answer = at_work.get(QUEUE)
    assert page_of(answer).count('class="queue__row"') == 2 * count


# --- One thing ------------------------------------------------------


def test_the_page_of_a_record_says_what_a_reviewer_wants_to_know(
    at_work, officer, reviewer, member
):
    twin = MemberFactory(name_th=member.name_th)
    member = records.send_back(member, by=reviewer, note="ขอภาพหน้าร้าน")
    member = records.submit(member, by=officer)

    page = page_of(at_work.get(url_of(member)))

    for expected in (
        member.code,
        officer.agency.name_th,
        officer.name,
        "ขอภาพหน้าร้าน",
        url_of(twin),
        f"{url_of(member)}preview/",
        "อนุมัติและเผยแพร่",
        "แก้ไขก่อนอนุมัติ",
    ):
        assert expected in page, expected


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/review/members/1/?kind=members", "/review/members/1/?kind=members"),
        ("//evil.example/", ""),
        ("https://evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_from_the_form_one_comes_back_to_a_page_of_this_site_alone(asked, led_to, rf):
    assert asked_back(rf.get("/workspace/members/1/", {"next": asked})) == led_to


def test_a_record_without_a_desk_is_mended_in_the_admin(at_work):
    plan = PlanFactory(submitted=True)

    page = page_of(at_work.get(url_of(plan)))

    assert reverse("admin:strategies_plan_change", args=[plan.pk]) in page
    assert "preview/" not in page


def test_the_page_as_the_public_would_see_it(at_work, member, proposal):
    assert member.name_th in page_of(at_work.get(f"{url_of(member)}preview/"))

    assert "กลุ่มใหม่" in page_of(at_work.get(f"{url_of(proposal)}preview/"))
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_personal_contacts_are_shown_when_asked_for_and_that_is_recorded(
    at_work, client, member, reviewer, colleague
):
    ContactFactory(member=member, value="+66801112222")
    hidden = page_of(at_work.get(url_of(member)))
    assert "111-2222" not in hidden
    assert not AuditEvent.objects.exists()

    answer = at_work.post(url_of(member), {"press": "reveal"})

    assert "080-111-2222" in page_of(at_work.get(answer.url))
    (event,) = AuditEvent.objects.all()
    assert (event.kind, event.by, event.model, event.object_id) == (
        AuditKind.REVEAL,
        reviewer,
        "members.Member",
        member.pk,
    )
    # The address is one person's, and for this thing alone.
    other = MemberFactory(submitted=True)
    ContactFactory(member=other, value="+66805556666")
    query = answer.url.partition("?")[2]
    assert "805556666" not in page_of(at_work.get(f"{url_of(other)}?{query}"))
    assert "111-2222" not in page_of(at_work.get(f"{url_of(member)}?shown=x:y:z"))
    client.force_login(colleague)
    assert "111-2222" not in page_of(client.get(answer.url))


def test_what_was_asked_to_be_shown_is_hidden_again_after_some_minutes(
    at_work, member, monkeypatch
):
    ContactFactory(member=member, value="+66801112222")
    answer = at_work.post(url_of(member), {"press": "reveal"})
    monkeypatch.setattr("registry.views.review.visits.SHOWN_SECONDS", -1)

    assert "111-2222" not in page_of(at_work.get(answer.url))


def test_nothing_of_a_page_is_kept_by_a_browser(at_work, member):
    assert "no-store" in at_work.get(url_of(member))["Cache-Control"]


# --- Deciding ------------------------------------------------------


def approve(client, thing, **more):
    sent = {"press": "approve", "version": thing.version} | more
    return client.post(url_of(thing), sent)


def test_a_record_is_approved_and_the_next_one_comes(at_work, member, proposal):
    answer = approve(at_work, member, note="ครบถ้วน")

    assert answer.url == url_of(proposal)
    assert said(answer) == [f"อนุมัติและเผยแพร่ “{member.code} {member.name_th}” แล้ว"]
    member.refresh_from_db()
    assert member.is_published
    assert member.history.first().history_change_reason == "ครบถ้วน"


def test_after_the_last_one_comes_the_queue(at_work, member):
    assert approve(at_work, member).url == QUEUE


def test_a_record_is_returned_with_a_note(at_work, member):
    sent = {"press": "return", "version": member.version, "note": "ขอภาพหน้าร้าน"}

    assert at_work.post(url_of(member), sent).url == QUEUE

    member.refresh_from_db()
    assert (member.status, member.note) == ("returned", "ขอภาพหน้าร้าน")


@pytest.fixture
def template():
    texts = {"title_th": "ภาพ", "text_th": "กรุณาเพิ่มภาพถ่ายที่ชัดเจน"}
    return records.create(NoteTemplate(province=ProvinceFactory(), **texts), by=None)


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("", "กรุณาเพิ่มภาพถ่ายที่ชัดเจน"),
        ("อย่างน้อยสองภาพ", "กรุณาเพิ่มภาพถ่ายที่ชัดเจน\nอย่างน้อยสองภาพ"),
        ("กรุณาเพิ่มภาพถ่ายที่ชัดเจนด้วย", "กรุณาเพิ่มภาพถ่ายที่ชัดเจนด้วย"),
    ],
)
def test_a_note_often_written_is_used_without_scripts(
    typed, note, at_work, member, template
):
    page = page_of(at_work.get(url_of(member)))
    assert 'data-text="กรุณาเพิ่มภาพถ่ายที่ชัดเจน"' in page
    sent = {"press": "return", "template": template.pk, "note": typed}

    at_work.post(url_of(member), sent)

    member.refresh_from_db()
    assert member.note == note


def test_notes_of_other_provinces_are_not_offered(at_work, member):
    texts = {"title_th": "ลำพูน", "text_th": "ข้อความของลำพูน"}
    other = records.create(
        NoteTemplate(province=ProvinceFactory(code="51"), **texts), by=None
    )
    assert "ข้อความของลำพูน" not in page_of(at_work.get(url_of(member)))

    answer = at_work.post(url_of(member), {"press": "return", "template": other.pk})

    assert answer.status_code == 200
    member.refresh_from_db()
    assert member.status == "submitted"


def test_a_return_without_a_note_asks_for_one(at_work, member):
    answer = at_work.post(url_of(member), {"press": "return", "note": "  "})

    page = page_of(answer)
    assert answer.status_code == 200
    assert 'href="#id_return_note"' in page
    assert "โปรดระบุสิ่งที่ต้องแก้ไข" in page


@pytest.mark.parametrize("text", ["x\0y", "ก" * 3_000])
def test_bad_notes_are_refused_in_the_form(text, at_work, member):
    for press in ("approve", "return"):
        answer = at_work.post(url_of(member), {"press": press, "note": text})
        assert answer.status_code == 200
    member.refresh_from_db()
    assert member.status == "submitted"


def test_a_record_that_was_edited_meanwhile_is_read_again(at_work, member, colleague):
    records.edit(member, Changes({"workers": 3}), by=colleague)

    answer = approve(at_work, member, note="ครบถ้วน")

    page = page_of(answer)
    assert (answer.status_code, "ครบถ้วน" in page) == (200, True)
    member.refresh_from_db()
    assert member.status == "submitted"
    # What is shown now is what the next press approves.
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert int(version) == member.version
    approve(at_work, member, version=version)
    member.refresh_from_db()
    assert member.is_published


def test_who_comes_too_late_is_told_and_keeps_what_was_typed(
    at_work, member, colleague
):
    decisions.approve(member, by=colleague)
    sent = {"press": "return", "version": member.version, "note": "ขอภาพหน้าร้าน"}

    answer = at_work.post(url_of(member), sent)

    page = page_of(answer)
    assert colleague.name in page
    assert "อนุมัติเรื่องนี้ไปแล้ว" in page
    assert "ขอภาพหน้าร้าน" in page
    assert 'value="approve"' not in page
    member.refresh_from_db()
    assert member.is_published


def test_on_ones_own_submission_no_decision_is_offered_nor_taken(at_work, reviewer):
    own = records.submit(MemberFactory(), by=reviewer)
    page = page_of(at_work.get(url_of(own)))
    assert "ท่านเป็นผู้ส่งตรวจเรื่องนี้เอง" in page
    assert 'name="press"' not in page

    for press in ("approve", "return", "take"):
        sent = {"press": press, "version": own.version, "note": "ขอภาพ"}
        assert at_work.post(url_of(own), sent).status_code == 200
    own.refresh_from_db()
    assert own.status == "submitted"
    assert not ReviewClaim.objects.exists()


def test_a_record_that_is_not_ready_says_what_is_missing(at_work, reviewer):
    product = ProductFactory(submitted=True)
    records.withdraw(product.member, by=reviewer, note="เลิกกิจการ")

    page = page_of(approve(at_work, product))

    assert page.count("ผู้ผลิตของผลิตภัณฑ์นี้ยังไม่ได้เผยแพร่") == 2


def test_an_unknown_press_does_nothing(at_work, member):
    answer = at_work.post(url_of(member), {"press": "delete"})

    assert answer.url == url_of(member)


def test_without_the_forms_token_nothing_is_decided(reviewer, member):
    from tests.conftest import Visitor

    guest = Visitor(enforce_csrf_checks=True)
    guest.force_login(reviewer)

    assert approve(guest, member).status_code == 403
    member.refresh_from_db()
    assert member.status == "submitted"


# --- Who goes on with it ------------------------------------------------------


def test_a_thing_is_taken_over_left_to_a_colleague_and_given_back(
    at_work, member, reviewer, colleague
):
    url = url_of(member)

    def holder():
        claim = ReviewClaim.objects.first()
        return claim and claim.by

    assert at_work.post(url, {"press": "take"}).url == url
    assert holder() == reviewer
    at_work.post(url, {"press": "hand", "colleague": colleague.pk})
    assert holder() == colleague
    page = page_of(at_work.get(url))
    assert f"{colleague.name} รับเรื่องนี้ไว้" in page
    assert 'value="approve"' in page
    at_work.post(url, {"press": "take"})
    at_work.post(url, {"press": "give_back"})
    assert holder() is None


def test_it_is_not_left_to_who_cannot_decide(at_work, member, foreign_reviewer):
    sent = {"press": "hand", "colleague": foreign_reviewer.pk}

    assert at_work.post(url_of(member), sent).status_code == 200
    assert not ReviewClaim.objects.exists()


# --- Proposals ------------------------------------------------------


def accept(client, thing, record, **more):
    sent = {
        "press": "approve",
        "version": thing.version,
        "record_version": record.version,
        "has_boxes": "True",
        "take": list(thing.data["fields"]),
    }
    return client.post(url_of(thing), sent | more)


def test_a_proposal_is_shown_old_and_new_with_the_words_marked(at_work, proposal):
    page = page_of(at_work.get(url_of(proposal)))

    assert re.search(r"<del>.{1,80}เดิม", page)
    assert re.search(r"<ins>.{1,80}ใหม่", page)


def test_a_proposal_is_approved(at_work, proposal, published):
    assert accept(at_work, proposal, published).url == QUEUE

    published.refresh_from_db()
    assert (published.name_th, published.workers) == ("กลุ่มใหม่", 12)
    page = page_of(at_work.get(url_of(proposal)))
    assert "พิจารณาเรื่องนี้แล้ว" in page


def test_parts_are_left_out_and_others_written_anew(at_work, proposal, published):
    accept(
        at_work,
        proposal,
        published,
        take=["workers"],
        **{"edit:workers": "15", "edit:name_th": ""},
    )

    published.refresh_from_db()
    assert (published.name_th, published.workers) == ("กลุ่มเดิม", 15)
    page = page_of(at_work.get(url_of(proposal)))
    assert "ผู้ตรวจไม่นำไปใช้" in page


def test_what_is_written_anew_is_checked(at_work, proposal, published):
    answer = accept(
        at_work, proposal, published, **{"edit:workers": "มาก", "edit:name_th": ""}
    )

    page = page_of(answer)
    assert answer.status_code == 200
    assert 'href="#id_approve_edit:workers"' in page
    assert 'href="#id_approve_edit:name_th"' in page
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_all_boxes_emptied_is_no_approval(at_work, proposal, published):
    answer = accept(at_work, proposal, published, take=[])

    assert "ไม่เหลือส่วนใดของคำขอแก้ไข" in page_of(answer)
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_of_an_outdated_proposal_three_versions_are_shown_and_picked_from(
    at_work, officer, published, proposal, colleague
):
    change = Changes({"name_th": "กลุ่มระหว่างนั้น"})
    published = records.edit(published, change, by=colleague)
    page = page_of(at_work.get(url_of(proposal)))
    assert "ขณะที่ยื่นคำขอ" in page
    assert "กลุ่มระหว่างนั้น" in page
    assert page.count('type="radio"') == 2

    unpicked = accept(at_work, proposal, published)
    assert unpicked.status_code == 200
    assert 'href="#id_approve_pick:name_th' in page_of(unpicked)

    accept(at_work, proposal, published, **{"pick:name_th": "now"})
    published.refresh_from_db()
    assert (published.name_th, published.workers) == ("กลุ่มระหว่างนั้น", 12)


def test_the_proposed_version_may_be_picked(at_work, published, proposal, colleague):
    change = Changes({"name_th": "กลุ่มระหว่างนั้น"})
    published = records.edit(published, change, by=colleague)

    accept(at_work, proposal, published, **{"pick:name_th": "proposed"})

    published.refresh_from_db()
    assert published.name_th == "กลุ่มใหม่"


def test_a_record_changed_while_the_proposal_was_read_is_compared_anew(
    at_work, published, proposal, colleague
):
    shown = published
    records.edit(published, Changes({"name_th": "กลุ่มระหว่างนั้น"}), by=colleague)

    answer = accept(at_work, proposal, shown, note="เห็นชอบ")

    page = page_of(answer)
    assert "กลุ่มระหว่างนั้น" in page
    assert "เห็นชอบ" in page
    assert page.count('type="radio"') == 2
    published.refresh_from_db()
    assert published.name_th == "กลุ่มระหว่างนั้น"


def test_a_removed_child_that_was_changed_meanwhile_is_picked_too(
    at_work, officer, published, colleague
):
    outlet = OutletFactory(member=published, name_th="ร้านเดิม")
    gone = Changes(children={"outlets": ChildChanges(removed=frozenset({outlet.pk}))})
    proposal = proposals.propose(published, gone, by=officer, submit=True)
    kept = ChildChanges(changed={outlet.pk: {"hours_th": "8-17"}})
    record = records.edit(published, Changes(children={"outlets": kept}), by=colleague)
    part = f"outlets/{outlet.pk}"

    unpicked = accept(at_work, proposal, record, take=[part])
    assert f'href="#id_approve_pick:{part}' in page_of(unpicked)
    accept(at_work, proposal, record, take=[part], **{f"pick:{part}": "proposed"})

    assert not published.outlets.exists()


def test_a_proposal_of_pictures_alone_is_shown_and_approved(
    at_work, officer, published
):
    product = ProductFactory(published=True, member=published)
    photo = PhotoFactory(product=product)
    product.refresh_from_db()
    picture = {
        "width": 4,
        "height": 3,
        "names": {"webp": {"480": "pictures/a.webp"}},
        "card": {},
        "og": "",
    }
    added = type(photo)(picture=picture, alt_th="ผ้าลายใหม่")
    change = Changes(
        children={"photos": ChildChanges(added=(added,), removed=frozenset({photo.pk}))}
    )
    proposal = proposals.propose(product, change, by=officer, submit=True)
    page = page_of(at_work.get(url_of(proposal)))
    assert '<img src="/files/' in page
    assert "ผ้าลายใหม่" in page

    accept(
        at_work,
        proposal,
        product,
        take=["photos/+0", f"photos/{photo.pk}"],
        **{"edit:photos/+0/alt_th": "ผ้าลายใหม่มาก"},
    )

    assert [each.alt_th for each in product.photos.all()] == ["ผ้าลายใหม่มาก"]


def test_a_proposal_is_returned(at_work, proposal):
    at_work.post(url_of(proposal), {"press": "return", "note": "ขอหลักฐาน"})

    proposal.refresh_from_db()
    assert (proposal.state, proposal.note) == ("returned", "ขอหลักฐาน")


def test_typed_markup_stays_text(at_work, officer, published):
    markup = "<script>alert(1)</script>"
    change = Changes({"name_th": markup, "story_th": markup})
    proposal = proposals.propose(
        published, change, by=officer, reason=markup, submit=True
    )

    page = page_of(at_work.get(url_of(proposal)))

    assert markup not in page
    assert "&lt;script&gt;" in page


# --- Many at once ------------------------------------------------------


def test_the_chosen_are_approved_and_the_rest_said_why(
    at_work, member, proposal, reviewer
):
    own = records.submit(MemberFactory(name_th="ส่งเอง"), by=reviewer)
    chosen = [box(member), box(proposal), box(own), "members.Member:999999:1"]

    answer = at_work.post(f"{QUEUE}approve/", {"chosen": chosen})
    page = page_of(at_work.get(answer.url))

    assert "อนุมัติแล้ว 2 รายการ" in page
    assert own.name_th in page
    assert "มี 1 รายการที่ไม่มีอยู่แล้ว" in page
    member.refresh_from_db()
    proposal.refresh_from_db()
    own.refresh_from_db()
    assert (member.status, proposal.state, own.status) == (
        "published",
        "accepted",
        "submitted",
    )


def test_nothing_chosen_is_said(at_work, member):
    answer = at_work.post(f"{QUEUE}approve/?kind=members", {"chosen": ["x"]})

    assert said(answer) == ["ยังไม่ได้เลือกรายการใด"]
    assert answer.url == f"{QUEUE}?kind=members"


# --- Notes in the admin ------------------------------------------------------


def test_a_province_keeps_its_own_notes(at_work, reviewer):
    add = reverse("admin:registry_notetemplate_add")
    page = page_of(at_work.get(add))
    key = re.search(r'name="form_key" value="([^"]+)"', page)[1]
    sent = {
        "form_key": key,
        "province": "42",
        "title_th": "ภาพ",
        "text_th": "ขอภาพ",
        "position": "1",
    }

    without = at_work.post(add, sent | {"province": ""})
    assert without.status_code == 200
    at_work.post(add, sent)

    kept = NoteTemplate.objects.get()
    assert (kept.province_id, kept.created_by) == ("42", reviewer)


def test_the_nations_notes_are_read_but_not_written_by_a_province(at_work):
    texts = {"title_th": "ภาพ", "text_th": "ขอภาพ"}
    national = records.create(NoteTemplate(**texts), by=None)
    other = records.create(
        NoteTemplate(province=ProvinceFactory(code="51"), **texts), by=None
    )

    def page(row):
        return reverse("admin:registry_notetemplate_change", args=[row.pk])

    assert at_work.get(page(national)).status_code == 200
    assert at_work.post(page(national), {"title_th": "x"}).status_code == 403
    assert at_work.get(page(other)).status_code == 404
