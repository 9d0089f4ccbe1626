"""The browser the journeys stand on: it opens a page, and its guard bites."""

import pytest
from django.http import HttpResponse
from django.urls import path, reverse


def naughty(request):
    """Break the content policy, and reach for another site."""
    return HttpResponse(
        "<!doctype html><title>x</title><style>p { color: red }</style>"
        '<img src="https://elsewhere.example/pixel.png" alt="">'
    )


urlpatterns = [path("naughty/", naughty)]


def test_the_sign_in_page_breaks_no_policy(page, live_server, strict):
    page.goto(live_server.url + reverse("account_login"))

    assert page.locator("input[type=password]").count() == 1
    assert page.locator("html").get_attribute("lang") == "th"


@pytest.mark.urls(__name__)
def test_the_guard_sees_a_broken_policy_and_a_foreign_address(page, live_server, seen):
    page.goto(live_server.url + "/naughty/")

    assert any(line.startswith("policy: style-src") for line in seen)
    assert any("img-src https://elsewhere.example" in line for line in seen)
