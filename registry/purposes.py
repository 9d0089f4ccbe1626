"""What the kernel itself keeps of people: accounts, requests to join, mail, events."""

import datetime
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.db.models.lookups import Regex
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from registry.enums import ImportStep, JoinState
from registry.models import JoinRequest, User
from registry.personal import (
    ERASED_EN,
    ERASED_TH,
    Basis,
    Group,
    Keeping,
    Person,
    Purpose,
    Store,
    gather_by,
    keep,
    keep_for,
    spelled,
)
from registry.thai.phones import read_phones

#: Beginnings of mobile numbers, which are a person's; others are an office's.
MOBILE = ("+666", "+668", "+669")
#: One-time keys that a page made: random ones, of version 4.
OF_A_BROWSER = "^[0-9a-f]{8}-?[0-9a-f]{4}-?4"

PURPOSES = (
    Purpose(
        "messages",
        Group.VISITOR,
        _("Reports of wrong information: your text and, if you give it, an e-mail"),
        _("To correct what is wrong, and to answer you if you want that."),
        (Basis.INTEREST,),
        _("The reviewers of the province it is about, and administrators."),
    ),
    Purpose(
        "joining",
        Group.APPLICANT,
        _("Name, post, work e-mail and telephone of whoever asks, and the letter"),
        _("To make sure that the agency itself asks, and to answer."),
        (Basis.PUBLIC_TASK,),
        _("The reviewers of the province, and administrators."),
        _("an approved request: as long as the agency works here"),
    ),
    Purpose(
        "invitations",
        Group.APPLICANT,
        _("The e-mail address a colleague invites"),
        _("To send the link by which the account is opened."),
        (Basis.PUBLIC_TASK,),
        _("The people of the same agency, and administrators."),
    ),
    Purpose(
        "accounts",
        Group.STAFF,
        _("Name, post, agency, work e-mail, and how you sign in"),
        _("To sign you in safely, and so that each change has somebody to ask."),
        (Basis.PUBLIC_TASK,),
        _(
            "Colleagues of your agency and administrators; your name beside your "
            "changes: whoever works on the same records."
        ),
        _("as long as you have the account; your name is taken off it when you ask"),
    ),
    Purpose(
        "sessions",
        Group.STAFF,
        _("Where and when you are signed in"),
        _("To keep you signed in, and to let you end a sign-in of another device."),
        (Basis.INTEREST,),
        _("You alone."),
    ),
    Purpose(
        "changes",
        Group.STAFF,
        _("What you change or propose, with your name, the moment and the reason"),
        _("So that what is published can be explained and put right."),
        (Basis.PUBLIC_TASK,),
        _("Whoever works on the same record, and administrators."),
        _("as long as the record is kept"),
    ),
    Purpose(
        "drafts",
        Group.STAFF,
        _("Forms that you have begun and not yet sent"),
        _("So that a lost connection loses nothing you typed."),
        (Basis.INTEREST,),
        _("You alone."),
    ),
    Purpose(
        "mails",
        Group.STAFF,
        _("Mails that the portal sends you"),
        _("To send each once, and to see whether it went."),
        (Basis.INTEREST,),
        _("Administrators."),
    ),
    Purpose(
        "audit",
        Group.STAFF,
        _("Sign-ins, refused pages, exports and views of personal data"),
        _("To find misuse, as section 37 asks of whoever keeps personal data."),
        (Basis.LEGAL_DUTY,),
        _(
            "Administrators; reviewers, where it is about a record of their province; "
            "you, where it is about yourself."
        ),
    ),
    Purpose(
        "files",
        Group.STAFF,
        _("Which files you brought in or took away"),
        _("To find out where data came from and where it went."),
        (Basis.PUBLIC_TASK,),
        _("You and administrators."),
    ),
)


def contribute() -> None:
    """Enter the kernel's purposes and stores."""
    for purpose in PURPOSES:
        keep_for(purpose)
    for store in _of_accounts():
        keep(store)
    for store in _of_work():
        keep(store)
    gather_by(gather)


def _of_accounts() -> Iterable[Store]:
    by_user = Store(
        "registry.User",
        "accounts",
        lambda person: Q(id__in=person.users),
        {
            "email": lambda pk: f"erased-{pk}@erased.invalid",
            "name_th": ERASED_TH,
            "name_en": ERASED_EN,
            "post": "",
            "is_active": False,
            "password": lambda pk: make_password(None),
            "last_login": None,
        },
        secret=frozenset({"password"}),
    )
    yield by_user
    yield Store(
        "account.EmailAddress",
        "accounts",
        lambda person: Q(user_id__in=person.users) | spelled("email", person.emails),
        {"email": ""},
        removes=True,
    )
    yield Store(
        "mfa.Authenticator",
        "accounts",
        lambda person: Q(user_id__in=person.users),
        {"data": dict},
        removes=True,
        secret=frozenset({"data"}),
    )
    yield Store(
        "registry.Digest",
        "accounts",
        lambda person: Q(user_id__in=person.users),
        removes=True,
        keeping=Keeping(
            "digests",
            lambda moment: Q(day__lt=moment.date()),
            _("after the day of a daily mail"),
        ),
    )
    yield Store(
        "sessions.Session",
        "sessions",
        lambda person: Q(pk__in=_sessions_of(person.users)),
        {"session_data": ""},
        removes=True,
        keeping=Keeping(
            "sessions",
            lambda moment: Q(expire_date__lt=moment),
            _("after the sign-in has ended"),
        ),
        secret=frozenset({"session_key", "session_data"}),
    )
    if apps.is_installed("allauth.usersessions"):
        yield Store(
            "usersessions.UserSession",
            "sessions",
            lambda person: Q(user_id__in=person.users),
            {"ip": "127.0.0.1", "user_agent": "", "data": dict},
            removes=True,
            keeping=Keeping(
                "devices",
                lambda moment: Q(last_seen_at__lt=moment),
                _("after a device was last used"),
            ),
            secret=frozenset({"session_key"}),
        )


def _of_work() -> Iterable[Store]:
    yield Store(
        "registry.JoinRequest",
        "joining",
        lambda person: spelled("email", person.emails),
        {
            "person_th": ERASED_TH,
            "person_en": "",
            "post": "",
            "email": "",
            "phone": "",
            "file": "",
            "file_name": "",
            # Its address opened the request to whoever had the mail.
            "token": lambda pk: get_random_string(43),
        },
        keeping=Keeping(
            "join_requests",
            _old_requests,
            _("after it was last changed, if refused, never sent or not sent again"),
        ),
        secret=frozenset({"token"}),
    )
    yield Store(
        "registry.Invitation",
        "invitations",
        lambda person: spelled("email", person.emails) | Q(user_id__in=person.users),
        {"email": ""},
        removes=True,
        keeping=Keeping(
            "invitations",
            lambda moment: (
                Q(expires_at__lt=moment)
                | Q(accepted_at__lt=moment)
                | Q(cancelled_at__lt=moment)
            ),
            _("after it was accepted or has expired"),
        ),
        secret=frozenset({"token_hash"}),
    )
    yield Store(
        "registry.FormDraft",
        "drafts",
        lambda person: Q(user_id__in=person.users),
        {"body": ""},
        removes=True,
        keeping=Keeping(
            "form_drafts",
            lambda moment: Q(saved_at__lt=moment),
            _("after you last typed"),
        ),
    )
    yield Store(
        "registry.Proposal",
        "changes",
        lambda person: (
            Q(created_by_id__in=person.users) | Q(submitted_by_id__in=person.users)
        ),
        {},
    )
    yield Store(
        "registry.FormKey",
        "drafts",
        lambda person: Q(pk__in=[]),
        keeping=Keeping(
            "form_keys",
            # Those that name what was filled in or imported are of another version, and
            # stay: without them the next run would enter all of it again.
            lambda moment: (
                Q(used_at__lt=moment) & Q(Regex(Cast("key", CharField()), OF_A_BROWSER))
            ),
            _("after a form was sent (a number that says nothing about you)"),
        ),
    )
    yield Store(
        "registry.OutboxMail",
        "mails",
        lambda person: spelled("to", person.emails),
        {"to": ""},
        removes=True,
        keeping=Keeping(
            "mails",
            lambda moment: (
                Q(sent_at__lt=moment) | Q(created_at__lt=moment, attempts__gt=0)
            ),
            _("after it was sent"),
        ),
    )
    yield Store(
        "registry.VisitorMessage",
        "messages",
        lambda person: spelled("reply_to", person.emails),
        {"reply_to": "", "text": ERASED_TH},
        keeping=Keeping(
            "messages",
            lambda moment: Q(handled_at__lt=moment),
            _("after somebody took care of it"),
        ),
    )
    yield Store(
        "registry.AuditEvent",
        "audit",
        lambda person: Q(by_id__in=person.users) | spelled("who", person.emails),
        {"who": "", "ip": None},
        keeping=Keeping(
            "audit", lambda moment: Q(at__lt=moment), _("after it happened")
        ),
    )
    yield Store(
        "registry.ImportRun",
        "files",
        lambda person: Q(by_id__in=person.users),
        sooner=[
            Keeping(
                "unfinished_imports",
                lambda moment: Q(
                    step__in=[
                        ImportStep.MAPPING,
                        ImportStep.CHECKING,
                        ImportStep.CHECKED,
                    ],
                    started_at__lt=moment,
                ),
                _("after a spreadsheet was sent that was never confirmed"),
                blanks={"step": ImportStep.DROPPED, "file": ""},
            ),
            Keeping(
                "imports",
                lambda moment: Q(started_at__lt=moment),
                _("after a spreadsheet was sent"),
                blanks={"file": "", "headings": list, "repairs": dict},
            ),
        ],
        keeping=Keeping(
            "runs",
            lambda moment: Q(finished_at__lt=moment),
            _("after the file was read or taken"),
            blanks={"skipped": list, "error": ""},
        ),
    )
    yield Store(
        "registry.ImportRow",
        "files",
        lambda person: Q(run__by_id__in=person.users),
        keeping=Keeping(
            "imports",
            lambda moment: Q(run__started_at__lt=moment),
            _("after its spreadsheet was sent"),
        ),
    )
    yield Store(
        "registry.ColumnMemory",
        "files",
        lambda person: Q(by_id__in=person.users),
        removes=True,
        keeping=Keeping(
            "imports",
            lambda moment: Q(used_at__lt=moment),
            _("after its columns were last named"),
        ),
    )
    yield Store(
        "registry.ExportRun",
        "files",
        lambda person: Q(by_id__in=person.users),
        sooner=[
            Keeping(
                "exports",
                lambda moment: Q(finished_at__lt=moment),
                _("after a large file was made for its person"),
                blanks={"file": ""},
            )
        ],
        keeping=Keeping(
            "runs",
            lambda moment: Q(started_at__lt=moment),
            _("after the file was read or taken"),
        ),
    )
    yield Store(
        "django_tasks_database.DBTaskResult",
        "mails",
        lambda person: Q(pk__in=[]),
        {},
        keeping=Keeping(
            "tasks",
            lambda moment: Q(finished_at__lt=moment),
            _("after the work behind the pages was done"),
        ),
    )


def _old_requests(moment: datetime.datetime) -> Q:
    """Return those that led to no agency: refused, given up, never sent."""
    return Q(
        state__in=[JoinState.DRAFT, JoinState.RETURNED, JoinState.REFUSED],
        updated_at__lt=moment,
    )


def _sessions_of(users: Iterable[int]) -> list[str]:
    """Return the keys of the sessions of ``users``. Reads every session."""
    wanted = {str(pk) for pk in users}
    if not wanted:
        return []
    return [
        session.session_key
        for session in Session.objects.iterator()
        if session.get_decoded().get("_auth_user_id") in wanted
    ]


def gather(person: Person) -> Person:
    """Return ``person``, known by accounts and by requests to join. A few queries."""
    owners = EmailAddress.objects.filter(spelled("email", person.emails))
    named = User.objects.filter(spelled("email", person.emails))
    former = User.history.filter(spelled("email", person.emails))
    users = {
        *person.users,
        *owners.values_list("user_id", flat=True),
        *named.values_list("pk", flat=True),
        *former.values_list("id", flat=True),
    }
    person = person.with_(users=users)
    for past in User.history.filter(id__in=users):
        if past.name_th != ERASED_TH:
            person = person.with_(
                emails=[past.email.lower()], names=[past.name_th, past.name_en]
            )
    more = EmailAddress.objects.filter(user_id__in=users)
    offices = User.objects.filter(pk__in=users, agency__provinces__isnull=False)
    person = person.with_(
        emails=[email.lower() for email in more.values_list("email", flat=True)],
        provinces=offices.values_list("agency__provinces", flat=True),
    )
    asked = JoinRequest.objects.filter(spelled("email", person.emails))
    for request in asked:
        phones = [each.e164 for each in read_phones(request.phone).phones]
        person = person.with_(
            names=[request.person_th, request.person_en],
            phones=[each for each in phones if each.startswith(MOBILE)],
            provinces=[request.province_id],
        )
    return person
