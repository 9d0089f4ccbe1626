"""The nightly round: what is over goes, what is not stays, and twice is once."""

import datetime
import io
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from products.models import Enquiry
from registry import acts
from registry.enums import AuditKind, JoinState, Role
from registry.filling import key_of
from registry.models import (
    AuditEvent,
    Digest,
    ExportRun,
    FormDraft,
    FormKey,
    ImportRun,
    Invitation,
    JoinRequest,
    OutboxMail,
    VisitorMessage,
)
from registry.personal import in_words, purposes, stores
from registry.retention import forget_old
from registry.storages import content_name
from tests.factories import ProductFactory, UserFactory

NOW = datetime.datetime(2026, 11, 21, 3, 0, tzinfo=datetime.UTC)
WHOLE = {
    "submitted_at": NOW,
    "email_confirmed_at": NOW,
    "consented_at": NOW,
}


def ago(days):
    return NOW - datetime.timedelta(days=days)


def forget(**more):
    """Run the round; return the rows that went, by store."""
    return {
        each.store.model: each.rows for each in forget_old(now=NOW, **more) if each.rows
    }


def moved(row, **moments):
    """Give a row moments that the database would have set."""
    type(row)._base_manager.filter(pk=row.pk).update(**moments)
    return row


def request(state, days, **more):
    with acts.act(by=None):
        row = JoinRequest.objects.create(
            token=uuid.uuid4().hex, state=state, email="a@b.example", **more
        )
    return moved(row, updated_at=ago(days))


def mail(**more):
    return OutboxMail.objects.create(to="a@b.example", body="x", sender="c@d", **more)


def enquiry(state, days):
    product = ProductFactory(published=True)
    return Enquiry.objects.create(
        product=product,
        owner=product.owner,
        province=product.province,
        kind="comment",
        name="Anna",
        email="a@b.example",
        text="?",
        form_key=uuid.uuid4(),
        state=state,
        handled_at=None if state == "new" else ago(days),
    )


@pytest.fixture
def user(db):
    return UserFactory()


@pytest.fixture
def register(user):
    """Keep of each kind one row that is over, and one that is not, by store."""

    def drafts(days):
        draft = FormDraft.objects.create(user=user, key=f"members:{days}", body="x")
        return moved(draft, saved_at=ago(days))

    def keys(days):
        key = FormKey.objects.create(key=uuid.uuid4(), model="members.Member")
        return moved(key, used_at=ago(days))

    def invitations(days):
        return Invitation.objects.create(
            email="a@b.example",
            role=Role.OFFICER,
            token_hash=uuid.uuid4().hex,
            expires_at=ago(days),
        )

    def messages(days):
        return VisitorMessage.objects.create(text="x", handled_at=ago(days))

    def events(days):
        event = AuditEvent.objects.create(kind=AuditKind.SIGN_IN)
        return moved(event, at=ago(days))

    def exports(days):
        run = ExportRun.objects.create(report="members", format="csv")
        return moved(run, started_at=ago(days))

    def sessions(days):
        return Session.objects.create(
            session_key=uuid.uuid4().hex, session_data="", expire_date=ago(days)
        )

    def digests(days):
        return Digest.objects.create(user=user, day=ago(days).date())

    makers = {
        "registry.JoinRequest": (
            lambda days: request(JoinState.REFUSED, days, **WHOLE),
            180,
        ),
        "registry.Invitation": (invitations, 30),
        "registry.FormDraft": (drafts, 30),
        "registry.FormKey": (keys, 60),
        "registry.OutboxMail": (lambda days: mail(sent_at=ago(days)), 30),
        "registry.Digest": (digests, 30),
        "registry.VisitorMessage": (messages, 365),
        "products.Enquiry": (lambda days: enquiry("answered", days), 365),
        "registry.AuditEvent": (events, 730),
        "registry.ExportRun": (exports, 730),
        "sessions.Session": (sessions, 1),
    }
    return {
        model: (make(days + 1).pk, make(days - 1).pk)
        for model, (make, days) in makers.items()
    }


def test_what_is_over_goes_and_what_is_not_stays(register):
    assert forget() == dict.fromkeys(register, 1)

    for store in stores():
        if store.model in register:
            over, kept = register[store.model]
            keys = set(store.table._base_manager.values_list("pk", flat=True))
            assert over not in keys, store.model
            assert kept in keys, store.model


def test_a_second_round_finds_nothing(register):
    forget()

    assert forget() == {}


def test_a_trial_counts_and_deletes_nothing(register):
    assert forget(is_trial=True) == dict.fromkeys(register, 1)

    assert forget() == dict.fromkeys(register, 1)


def test_what_is_still_somebodys_work_is_never_forgotten(user):
    request(JoinState.SUBMITTED, 4000, **WHOLE)
    request(JoinState.APPROVED, 4000, **WHOLE)
    moved(VisitorMessage.objects.create(text="x"), created_at=ago(4000))
    enquiry("new", 4000)
    moved(mail(), created_at=ago(4000))

    assert forget() == {}


def test_a_mail_no_server_took_goes_too(db):
    moved(mail(attempts=6), created_at=ago(40))

    assert forget() == {"registry.OutboxMail": 1}


def test_a_request_goes_with_its_history_and_its_letter(
    db, django_capture_on_commit_callbacks
):
    letter = content_name("letters", b"%PDF- letter", "pdf")
    storages["private"].save(letter, ContentFile(b"%PDF- letter"))
    request(JoinState.DRAFT, 200, person_th="สมชาย ใจดี", file=letter)

    with django_capture_on_commit_callbacks(execute=True):
        forget()

    assert not JoinRequest.history.exists()
    assert not storages["private"].exists(letter)


def test_a_letter_that_another_request_names_stays(
    db, django_capture_on_commit_callbacks
):
    letter = content_name("letters", b"%PDF- letter", "pdf")
    storages["private"].save(letter, ContentFile(b"%PDF- letter"))
    for days in (200, 20):
        request(JoinState.DRAFT, days, file=letter)

    with django_capture_on_commit_callbacks(execute=True):
        forget()

    assert storages["private"].exists(letter)


def test_an_import_is_remembered_without_the_rows_it_skipped(db):
    run = ImportRun.objects.create(
        layout="goods",
        file_name="x.xlsx",
        file_hash="0",
        counts={"rows": 3},
        skipped=[[2, "สมชาย ใจดี"]],
        finished_at=ago(731),
    )

    assert forget() == {"registry.ImportRun": 1}

    run.refresh_from_db()
    assert (run.skipped, run.counts) == ([], {"rows": 3})
    assert forget() == {}


def test_days_are_settings(register, settings):
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"audit": 9000}

    assert "registry.AuditEvent" not in forget()


def test_more_than_a_batch_goes_in_one_round(db, monkeypatch):
    monkeypatch.setattr("registry.retention.BATCH", 2)
    for _each in range(5):
        mail(sent_at=ago(40))

    assert forget() == {"registry.OutboxMail": 5}


def test_the_command_says_what_went(register):
    out = io.StringIO()

    call_command("forget_old", dry_run=True, stdout=out)
    call_command("forget_old", stdout=out)
    call_command("forget_old", stdout=out)

    lines = out.getvalue().splitlines()
    assert sum("would go" in line for line in lines) == 1
    assert lines[-1] == "0 rows gone."
    assert timezone.now().tzinfo is not None


def test_every_term_is_a_setting_and_every_setting_a_term(settings):
    named = {each.setting for store in stores() for each in store.keepings}

    assert named == set(settings.RETENTION_DAYS)
    assert purposes()


@pytest.mark.parametrize(
    ("days", "said"),
    [(365, "1 ปี"), (730, "2 ปี"), (180, "6 เดือน"), (30, "1 เดือน"), (1, "1 วัน")],
)
def test_a_span_is_said_as_people_count(days, said):
    assert in_words(days) == said


def test_what_was_filled_in_or_imported_is_remembered_for_ever(db):
    filled = FormKey.objects.create(
        key=key_of("agency/pio-42"), model="registry.Agency"
    )
    typed = FormKey.objects.create(key=uuid.uuid4(), model="members.Member")
    for key in (filled, typed):
        moved(key, used_at=ago(4_000))

    assert forget() == {"registry.FormKey": 1}
    assert list(FormKey.objects.all()) == [filled]
