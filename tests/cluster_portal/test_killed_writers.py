"""A web process killed in a save, and a disk that is full: fixed points of each.

`make trouble` kills at random moments instead.
"""

import errno
import io
import os
import resource
import signal

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from PIL import Image

from cluster_portal.backup.making import stored_names
from members import derived
from members.models import Contact, Member, MemberSearch
from registry.models import Code, FormKey
from registry.sweeping import missing_files
from registry.uploads import UploadRefused, take_upload
from registry.views.workspace import editing
from scripts.trouble.server import Form
from tests.factories import SubdistrictFactory

ADD = "/workspace/members/add/"


@pytest.fixture
def window(officer, client):
    """Sign an officer in."""
    client.force_login(officer)
    return client


@pytest.fixture
def form(window):
    """Fill in the form of a new producer."""
    SubdistrictFactory(code="420101")
    return Form(window.get(ADD).content.decode()).fields | {
        "name_th": "กลุ่มจักสานบ้านใหม่",
        "subdistrict": "กุดป่อง",
        "contacts-0-kind": "mobile",
        "contacts-0-value": "0812345679",
    }


def picture():
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "#a33").save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def sent(window, form):
    """Send the form as a browser does; return the answer's status."""
    return window.post(ADD, form | {"portrait_upload": picture()}).status_code


def killed(work, patch, place, name, *, after):
    """Do ``work`` in a process that dies before or after ``place.name`` is done."""
    done = getattr(place, name)

    def last_deed(*args, **kwargs):
        if after:
            done(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    connections.close_all()
    child = os.fork()
    if not child:
        patch.setattr(place, name, last_deed)
        try:
            work()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def there():
    tables = (Member, Contact, Member.history, Contact.history, MemberSearch, Code)
    counts = [getattr(each, "objects", each).count() for each in tables]
    return [*counts, FormKey.objects.count()]


def one_more(counts):
    return [count + 1 for count in counts]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("place", "name"),
    [(derived, "recount"), (editing.drafts, "forget")],
    ids=["when its rows are written", "before the transaction ends"],
)
def test_a_save_killed_before_its_end_leaves_nothing_and_is_sent_again(
    window, form, monkeypatch, place, name
):
    before = there()

    killed(lambda: sent(window, form), monkeypatch, place, name, after=True)

    assert there() == before
    assert sent(window, form) == 302
    assert there() == one_more(before)
    assert missing_files([storages["private"]]) == []


@pytest.mark.django_db(transaction=True)
def test_a_save_killed_before_its_answer_is_there_once_however_often_it_is_sent(
    window, form, monkeypatch
):
    before = there()

    killed(lambda: sent(window, form), monkeypatch, SessionStore, "save", after=False)

    assert there() == one_more(before)
    assert sent(window, form) == 302
    assert there() == one_more(before)
    assert missing_files([storages["private"]]) == []


# --- A disk that is full --------------------------------------------------------------


def in_full_disk(work, room):
    """Do ``work`` in a process whose files take ``room`` bytes; return how it ends."""
    connections.close_all()
    child = os.fork()
    if not child:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def refused():
    with pytest.raises(UploadRefused, match="ไม่สามารถจัดเก็บไฟล์"):
        take_upload(picture(), "picture")
    return 0


def test_a_full_disk_gets_a_sentence_and_keeps_nothing_of_a_picture(settings):
    assert in_full_disk(refused, 500) == 0

    left = [each for each in settings.PRIVATE_ROOT.rglob("*") if each.is_file()]
    assert left == []
    taken = take_upload(picture(), "picture")
    assert set(stored_names(storages["private"])) == taken.names


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_to_a_full_disk_comes_back_with_what_was_typed(
    window, form, monkeypatch
):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = there()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = window.post(ADD, form | {"portrait_upload": picture()})

    assert answer.status_code == 200
    assert "กลุ่มจักสานบ้านใหม่" in answer.content.decode()
    assert "ไม่สามารถจัดเก็บไฟล์" in answer.content.decode()
    assert there() == before
    assert sent(window, form) == 302
