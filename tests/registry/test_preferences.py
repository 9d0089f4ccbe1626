"""Everybody chooses which mails they get, and in which language."""

import pytest
from django.urls import reverse

from registry.enums import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "account_mail"


def chosen(user):
    """Return what is kept of a person's choice."""
    user.refresh_from_db()
    return user.language, user.wants_digest, user.wants_decisions


def test_a_choice_is_kept_with_its_history(client, officer):
    client.force_login(officer)
    before = officer.history.count()

    answer = client.post(reverse(URL), {"language": "en", "wants_decisions": "on"})

    assert answer.url == reverse(URL)
    assert chosen(officer) == ("en", False, True)
    assert officer.history.count() == before + 1
    assert officer.history.latest().history_user == officer


def test_the_same_choice_again_writes_nothing(client, officer):
    client.force_login(officer)
    before = officer.history.count()

    client.post(
        reverse(URL),
        {"language": "th", "wants_digest": "on", "wants_decisions": "on"},
    )

    assert officer.history.count() == before


@pytest.mark.parametrize(
    ("role", "asked"),
    [
        (Role.OFFICER, {"wants_digest", "wants_decisions"}),
        (Role.REVIEWER, {"wants_digest", "wants_decisions"}),
        (Role.ADMINISTRATOR, {"wants_digest", "wants_decisions"}),
        (Role.PRODUCER, {"wants_decisions"}),
        (Role.OFFICIAL, set()),
    ],
)
def test_only_what_a_role_can_get_is_asked_and_the_rest_stays(client, role, asked):
    user = UserFactory(role=role)
    client.force_login(user)

    page = client.get(reverse(URL)).content.decode()
    client.post(reverse(URL), {"language": "th"})

    both = {"wants_digest", "wants_decisions"}
    assert {name for name in both if f'name="{name}"' in page} == asked
    assert chosen(user) == (
        "th",
        "wants_digest" not in asked,
        "wants_decisions" not in asked,
    )


def test_an_unknown_language_is_refused(client, officer):
    client.force_login(officer)

    page = client.post(reverse(URL), {"language": "xx"}).content.decode()

    assert "error-summary" in page
    assert chosen(officer) == ("th", True, True)


def test_nobody_chooses_for_somebody_else(client, officer, stranger):
    client.force_login(officer)

    client.post(reverse(URL), {"language": "en", "user": stranger.pk})

    assert chosen(stranger) == ("th", True, True)
