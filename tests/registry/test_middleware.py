"""Every answer carries the safe headers, whoever made it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, JsonResponse

from registry.middleware import safe_headers


class Session:
    def __init__(self, *, accessed: bool) -> None:
        self.accessed = accessed


class SignedIn:
    is_authenticated = True


def answer_to(rf, path="/", answer=None, **facts):
    """Send one request through the middleware alone."""
    request = rf.get(path)
    for name, value in facts.items():
        setattr(request, name, value)
    return safe_headers(lambda request: answer or HttpResponse("page"))(request)


def test_no_page_may_use_the_visitors_device(rf):
    policy = answer_to(rf)["Permissions-Policy"]

    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(policy.split(", "))


@pytest.mark.parametrize("status", [200, 302, 403, 404, 500])
def test_every_answer_forbids_guessing_its_type(rf, status):
    answer = answer_to(rf, answer=HttpResponse(status=status))

    assert answer["X-Content-Type-Options"] == "nosniff"


PRIVATE = "no-store, private"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/accounts/login/", PRIVATE),
        ("/en/accounts/login/", PRIVATE),
        ("/admin/", PRIVATE),
        ("/en/admin/products/product/", PRIVATE),
        ("/reports/products/?format=csv", PRIVATE),
        ("/workspace/", PRIVATE),
        ("/review/", PRIVATE),
        ("/dashboard/", PRIVATE),
        ("/files/abc/", PRIVATE),
        ("/", None),
        ("/en/", None),
        ("/products/", None),
        ("/products/admin/", None),
        ("/administrators/", None),
    ],
)
def test_areas_behind_a_sign_in_are_never_stored(rf, path, expected):
    assert answer_to(rf, path).get("Cache-Control") == expected


def test_a_public_page_is_not_stored_for_who_is_signed_in(rf):
    answer = answer_to(rf, session=Session(accessed=True), user=SignedIn())

    assert answer["Cache-Control"] == PRIVATE


def test_a_public_page_may_be_stored_for_a_visitor(rf):
    answer = answer_to(rf, session=Session(accessed=True), user=AnonymousUser())

    assert not answer.has_header("Cache-Control")


def test_nobody_is_looked_up_where_no_view_read_the_session(rf):
    class Untouchable:
        @property
        def is_authenticated(self):
            raise AssertionError("asked for the user")

    answer = answer_to(rf, session=Session(accessed=False), user=Untouchable())

    assert not answer.has_header("Cache-Control")


def test_what_the_view_said_about_caching_stands(rf):
    said = HttpResponse(headers={"Cache-Control": "public, max-age=60"})

    assert answer_to(rf, "/reports/", said)["Cache-Control"] == "public, max-age=60"


def test_a_page_and_its_fragment_are_told_apart_by_caches(rf):
    assert answer_to(rf)["Vary"] == "HX-Request"
    assert not answer_to(rf, answer=JsonResponse({})).has_header("Vary")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/?q=%00", "/?q=a%00b", "/products/%00/", "/%00"])
def test_a_nul_in_the_address_is_answered_by_our_own_page(rf, path):
    answer = answer_to(rf, path)

    assert answer.status_code == 400
    assert 'lang="th"' in answer.content.decode()
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_the_page_about_a_damaged_address_follows_its_language(rf):
    page = answer_to(rf, "/en/products/?q=%00").content.decode()

    assert 'lang="en"' in page


def test_a_percent_sign_before_noughts_is_no_nul(rf):
    assert answer_to(rf, "/?q=%2500").status_code == 200


@pytest.mark.django_db
def test_head_has_the_length_of_the_page_and_no_body(client):
    page, head = client.get("/about/"), client.head("/about/")

    assert head.content == b""
    assert head["Content-Length"] == page["Content-Length"]
