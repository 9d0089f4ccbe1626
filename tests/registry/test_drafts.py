"""Forms that are kept while they are filled in, for their writer alone."""

import datetime
import uuid
from urllib.parse import parse_qs, urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from registry.actions import drafts
from registry.models import FormDraft, FormKey
from tests.factories import MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
KEEP = "workspace:draft"


@pytest.fixture
def desk(client, officer):
    """Be a browser in which an officer of Loei is signed in."""
    client.force_login(officer)
    return client


@pytest.fixture
def member(officer):
    return MemberFactory(owner=officer.agency)


def keep(client, key, typed, **more):
    body = typed if isinstance(typed, str) else urlencode(typed)
    return client.post(reverse(KEEP), {"key": key, "body": body, **more})


# --- The action ---------------------------------------------------------------------


def test_of_two_windows_the_newest_wins(officer):
    drafts.keep(by=officer, key="members:new", body="name_th=a")
    drafts.keep(by=officer, key="members:new", body="name_th=b")

    assert [draft.body for draft in drafts.unsent(officer)] == ["name_th=b"]


def test_a_form_is_its_writers_alone(officer):
    colleague = UserFactory(agency=officer.agency)
    drafts.keep(by=officer, key="members:new", body="name_th=a")

    drafts.forget(by=colleague, key="members:new")

    assert drafts.unsent(colleague) == []
    assert len(drafts.unsent(officer)) == 1


@pytest.mark.parametrize(
    "key", ["", "members", "members:", "members:0", "members:-1", "a:new\n", "é:new"]
)
def test_a_key_that_names_no_form_is_refused(officer, key):
    with pytest.raises(drafts.NoSuchForm):
        drafts.keep(by=officer, key=key, body="")


def test_a_body_has_a_limit(officer):
    longest = "a" * drafts.LONGEST
    drafts.keep(by=officer, key="members:new", body=longest)

    with pytest.raises(drafts.TooLong):
        drafts.keep(by=officer, key="members:new", body=longest + "a")


def test_what_comes_late_of_a_saved_form_is_not_offered_again(officer, member):
    key = uuid.uuid4()
    FormKey.objects.create(key=key, model="members.Member", object_id=member.pk)
    drafts.keep(by=officer, key="members:new", body=f"form_key={key}&name_th=a")
    drafts.keep(by=officer, key=f"members:{member.pk}", body=f"form_key={uuid.uuid4()}")

    assert [each.key for each in drafts.unsent(officer)] == [f"members:{member.pk}"]


def test_old_ones_are_let_go(officer):
    drafts.keep(by=officer, key="members:new", body="")
    now = timezone.now()

    assert drafts.forget_old(before=now - datetime.timedelta(days=1)) == 0
    assert drafts.forget_old(before=now + datetime.timedelta(days=1)) == 1


# --- The address --------------------------------------------------------------------


def test_a_form_is_kept_and_the_answer_says_when(desk, officer, member):
    answer = keep(desk, f"members:{member.pk}", {"name_th": "ก & ข", "page": "1"})

    assert answer.status_code == 200
    assert "น." in answer.json()["said"]
    kept = FormDraft.objects.get()
    assert (kept.user, kept.key) == (officer, f"members:{member.pk}")
    assert parse_qs(kept.body) == {"name_th": ["ก & ข"], "page": ["1"]}


def test_secrets_are_never_kept(desk):
    typed = {
        "name_th": "ก",
        "leader_id": "3100600445635",
        "csrfmiddlewaretoken": "x",
        "password": "x",
        "contacts-0-password2": "x",
        "press": "save",
    }

    keep(desk, "members:new", typed)

    assert FormDraft.objects.get().body == urlencode({"name_th": "ก"})


@pytest.mark.parametrize("key", ["members:new", "nothing:new", "x", "\0", "members:\0"])
def test_a_broken_body_is_no_mistake_of_ours(desk, key):
    known = key == "members:new"
    for body in ("%00", "\0", "=&=&", "%ff", "a" * 100, "a=1;b=2"):
        assert keep(desk, key, body).status_code == (200 if known else 404)
    assert "\0" not in "".join(FormDraft.objects.values_list("body", flat=True))


def test_a_body_that_says_too_much_is_refused_with_a_sentence(desk):
    for body in ("a=1&" * 6_000, "a=" + "ก" * 200_000):
        answer = keep(desk, "members:new", body)

        assert answer.status_code == 413
        assert answer.json()["said"]
    assert not FormDraft.objects.exists()


def test_forms_of_foreign_records_do_not_exist(desk, stranger):
    foreign = MemberFactory(owner=stranger.agency)
    key = f"members:{foreign.pk}"

    assert keep(desk, key, {"name_th": "a"}).status_code == 404
    discard = desk.post(reverse("workspace:discard"), {"key": key})
    assert discard.status_code == 404
    assert not FormDraft.objects.exists()


def test_a_page_of_another_site_cannot_keep_anything(officer):
    from tests.conftest import Visitor

    strict = Visitor(enforce_csrf_checks=True)
    strict.force_login(officer)

    assert keep(strict, "members:new", {"name_th": "a"}).status_code == 403
    assert not FormDraft.objects.exists()


def test_only_whoever_is_signed_in_keeps_forms(client, official):
    assert keep(client, "members:new", {}).status_code == 302
    client.force_login(official)
    assert keep(client, "members:new", {}).status_code == 403


def test_an_unsent_form_is_let_go(desk, member):
    for key, back in (
        ("members:new", reverse("workspace:add", args=["members"])),
        (
            f"members:{member.pk}",
            reverse("workspace:edit", args=["members", member.pk]),
        ),
    ):
        keep(desk, key, {"name_th": "a"})
        answer = desk.post(reverse("workspace:discard"), {"key": key})
        assert answer.url == back
    home = desk.post(reverse("workspace:discard"), {"key": "members:new", "home": "1"})

    assert home.url == reverse("workspace:home")
    assert not FormDraft.objects.exists()
