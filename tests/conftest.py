"""What every test stands on: a clean machine, the cast, and a browser."""

import inspect
import os
import shutil
import socket
import time

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import translation

from registry import counted, known_places
from registry.enums import Role
from registry.models import portal
from registry.sessions import begin
from tests.browser import FLAGS, chromium, is_required
from tests.factories import UserFactory

# The browser's driver keeps an event loop in the main thread; without this the
# ORM refuses to work beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}
BROWSER_FIXTURES = {"page", "context", "new_context", "browser", "launch_browser"}


# --- The machine ----------------------------------------------------------------


def pytest_unconfigure() -> None:
    """Remove what this process wrote."""
    shutil.rmtree(django_settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def connect_here(self, address):
        is_local = self.family == socket.AF_UNIX or address[0] in {
            "127.0.0.1",
            "::1",
            "localhost",
        }
        if not is_local:
            raise OSError(f"A test reached for the network: {address!r}")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


@pytest.fixture(autouse=True)
def no_leftover_files():
    """Empty both file storages after each test: the next one starts without files."""
    yield
    for root in (django_settings.MEDIA_ROOT, django_settings.PRIVATE_ROOT):
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(autouse=True)
def in_thai():
    """Begin each test in Thai: a page asked for in English leaves its language."""
    with translation.override("th"):
        yield


@pytest.fixture(autouse=True)
def no_question_whether_this_is_a_demonstration(monkeypatch):
    """Know the answer, so that no test's count meets the one query a minute."""
    monkeypatch.setitem(portal._known, "demo", (time.monotonic(), False))


@pytest.fixture(autouse=True)
def nothing_kept_of_other_tests(monkeypatch):
    """Know no place and no count before the test has made what they are of.

    Nor call a count slow because the machine is.
    """
    known_places.forget()
    counted.forget()
    monkeypatch.setattr(counted, "SLOW", 600.0)


class Visitor(Client):
    """A browser that signs in as the sign-in page does, without its form."""

    def force_login(self, user, backend=None):
        super().force_login(user, backend)
        session = self.session
        begin(session)
        session.save()


@pytest.fixture
def client():
    """Return a browser without pictures."""
    return Visitor()


# --- The cast -------------------------------------------------------------------


@pytest.fixture
def officer(db):
    """Keep the records of one office in Loei."""
    return UserFactory(email="officer@test.example")


@pytest.fixture
def stranger(db):
    """Do the same in another office of the same province."""
    return UserFactory(email="stranger@test.example")


@pytest.fixture
def reviewer(db):
    """Check what the offices of Loei enter."""
    return UserFactory(email="reviewer@test.example", role=Role.REVIEWER)


@pytest.fixture
def foreign_reviewer(db):
    """Do the same in Lamphun."""
    return UserFactory(
        email="foreign-reviewer@test.example",
        role=Role.REVIEWER,
        agency__places=["51"],
    )


@pytest.fixture
def official(db):
    """Read all of Loei and take reports away, but write nothing."""
    return UserFactory(email="official@test.example", role=Role.OFFICIAL)


@pytest.fixture
def administrator(db):
    """Run the whole register."""
    return UserFactory(
        email="administrator@test.example", role=Role.ADMINISTRATOR, agency=None
    )


# --- The browser ----------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what asks a database; skip what needs a browser that is not there."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        # Who looks for fixtures while it runs may find one that asks.
        looks = "request" in inspect.signature(item.function).parameters
        if looks or DATABASE_FIXTURES & names or item.get_closest_marker("django_db"):
            item.add_marker("database")
    reason = "no Chromium on this machine (Debian: apt install chromium)"
    is_missing = chromium() is None and not is_required()
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
            if is_missing:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Start the machine's own Chromium; none is ever downloaded."""
    path = chromium()
    if path is None:
        pytest.fail("No Chromium on this machine, and PORTAL_REQUIRE_BROWSER=1.")
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """Look as a Thai visitor on a phone does, without motion."""
    return {
        **browser_context_args,
        "locale": "th-TH",
        "timezone_id": "Asia/Bangkok",
        "viewport": {"width": 390, "height": 844},
        "reduced_motion": "reduce",
    }


@pytest.fixture
def seen(context):
    """Collect policy violations, console errors and requests leaving the site."""
    found = []

    def note_request(request):
        here = ("http://localhost", "http://127.0.0.1", "data:", "blob:", "about:")
        if not request.url.startswith(here):
            found.append(f"left the site: {request.url}")

    def note_message(message):
        if message.type == "error":
            found.append(message.text)

    context.add_init_script(
        "document.addEventListener('securitypolicyviolation', event =>"
        " console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`))"
    )
    context.on("console", note_message)
    context.on("weberror", lambda error: found.append(str(error.error)))
    context.on("request", note_request)
    return found


@pytest.fixture
def strict(seen):
    """Fail at the end on whatever was seen that a page of ours must not do."""
    yield seen
    assert seen == []
