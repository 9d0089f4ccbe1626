"""What somebody tries who reads the forms: foreign keys in them, guessed passwords."""

import html
import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from registry.actions import records
from registry.changes import Changes
from tests.factories import PASSWORD, ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db

CONTROL = re.compile(r"<input\b[^>]*>")


def filled(client, url):
    """Return what the form at ``url`` would send if nobody touched its inputs."""
    sent = {}
    for control in CONTROL.findall(client.get(url).content.decode()):
        name = re.search(r'\bname="([^"]+)"', control)
        value = re.search(r'\bvalue="([^"]*)"', control)
        is_off = 'type="checkbox"' in control and "checked" not in control
        if name and not is_off:
            sent[name[1]] = html.unescape(value[1]) if value else ""
    return sent


def test_a_line_of_a_foreign_record_is_not_written_through_ones_own(client, reviewer):
    own = MemberFactory(owner=reviewer.agency)
    ContactFactory(member=own)
    victim = ContactFactory(
        member=MemberFactory(district__code="5101"), value="080-000-0001"
    )
    client.force_login(reviewer)
    url = reverse("admin:members_member_change", args=[own.pk])
    sent = filled(client, url)
    assert sent["contacts-0-id"] == str(own.contacts.get().pk)

    answer = client.post(
        url, sent | {"contacts-0-id": victim.pk, "contacts-0-value": "stolen"}
    )

    assert answer.status_code == 200  # The form again, with its errors.
    kept = type(victim).objects.get(pk=victim.pk)
    assert (kept.value, kept.member_id) == ("080-000-0001", victim.member_id)


@pytest.mark.parametrize("page", ["history", "history_act", "history_restore"])
def test_a_foreign_history_does_not_exist(client, reviewer, page):
    foreign = records.edit(
        MemberFactory(district__code="5101"), Changes({"name_th": "ชื่อใหม่"}), by=None
    )
    first = foreign.history.last().act_id
    client.force_login(reviewer)
    keys = [foreign.pk] if page == "history" else [foreign.pk, first]
    url = reverse(f"admin:members_member_{page}", args=keys)

    assert client.get(url).status_code == 404
    assert client.post(url).status_code == 404


def test_a_foreign_record_is_not_exported_by_its_key(client, reviewer):
    foreign = MemberFactory(district__code="5101", name_th="กลุ่มต่างจังหวัด")
    client.force_login(reviewer)

    answer = client.post(
        reverse("admin:members_member_changelist"),
        {"action": "export_csv", "_selected_action": [foreign.pk]},
    )

    body = answer.getvalue().decode()
    assert foreign.code not in body
    assert foreign.name_th not in body


def sign_in(client, email, password):
    return client.post(
        reverse("account_login"), {"login": email, "password": password}
    ).status_code


def test_the_right_password_opens(client, reviewer):
    cache.clear()

    assert sign_in(client, reviewer.email, PASSWORD) == 302


def test_after_five_wrong_passwords_the_right_one_has_to_wait(client, reviewer):
    cache.clear()

    assert [sign_in(client, reviewer.email, "wrong") for _ in range(5)] == [200] * 5
    assert sign_in(client, reviewer.email, PASSWORD) != 302


def test_an_unknown_address_gets_the_answer_of_a_known_one(client, reviewer):
    cache.clear()

    known = sign_in(client, reviewer.email, "wrong")
    assert sign_in(client, "nobody@test.example", "wrong") == known
