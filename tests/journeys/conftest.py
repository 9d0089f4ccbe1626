"""What the journeys share: a door to sign in by, and people who are in already."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD

DESK = {"width": 1280, "height": 900}


@pytest.fixture(autouse=True)
def nothing_remembered(transactional_db):
    """Forget what the site keeps beside its tables; only those are emptied."""
    cache.clear()


@pytest.fixture
def sign_in(page, live_server):
    """Sign in as people do, by the form, on the way to a page."""

    def signed_in(user, towards):
        page.goto(f"{live_server.url}{reverse(towards)}")
        page.get_by_label("อีเมล").fill(user.email)
        page.get_by_label("รหัสผ่าน", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="เข้าสู่ระบบ").click()
        page.wait_for_url(f"{live_server.url}{reverse(towards)}")

    return signed_in


@pytest.fixture
def desk(page):
    """Sit at a wide screen."""
    page.set_viewport_size(DESK)
    return page


@pytest.fixture
def be(context, live_server):
    """Be somebody at once, where signing in is not what is tested."""

    def become(user, where=context):
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value}
        where.add_cookies([cookie | {"url": live_server.url}])

    return become
