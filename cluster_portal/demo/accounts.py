"""Accounts of the demonstration: one of each role, and a second province."""

from dataclasses import dataclass

from django.conf import settings

from cluster_portal.demo.words import REASON
from registry.actions.accounts import open_account
from registry.enums import Role
from registry.filling import key_of, not_yet_filled
from registry.models import Agency, FormKey, User

DOMAIN = "demo.example"


@dataclass(frozen=True)
class Account:
    """A person of the demonstration, and the key of the agency they work for."""

    name: str
    role: Role
    agency: str
    name_th: str
    name_en: str
    post: str

    @property
    def email(self) -> str:
        """Return the address they sign in with."""
        return f"{self.name}@{DOMAIN}"


ACCOUNTS = (
    Account(
        "officer.loei",
        Role.OFFICER,
        "cdo-42",
        "เจ้าหน้าที่สาธิต จังหวัดเลย",
        "Demonstration Officer, Loei",
        "นักวิชาการพัฒนาชุมชน",
    ),
    Account(
        "producer.loei",
        Role.PRODUCER,
        "",
        "ผู้ผลิตสาธิต จังหวัดเลย",
        "Demonstration Producer, Loei",
        "",
    ),
    Account(
        "reviewer.loei",
        Role.REVIEWER,
        "pio-42",
        "ผู้ตรวจสาธิต จังหวัดเลย",
        "Demonstration Reviewer, Loei",
        "นักวิชาการอุตสาหกรรม",
    ),
    Account(
        "official",
        Role.OFFICIAL,
        "diprom",
        "ผู้บริหารสาธิต",
        "Demonstration Official",
        "ผู้อำนวยการกอง",
    ),
    Account(
        "admin",
        Role.ADMINISTRATOR,
        "",
        "ผู้ดูแลระบบสาธิต",
        "Demonstration Administrator",
        "",
    ),
    Account(
        "officer.lamphun",
        Role.OFFICER,
        "cdo-51",
        "เจ้าหน้าที่สาธิต จังหวัดลำพูน",
        "Demonstration Officer, Lamphun",
        "นักวิชาการพัฒนาชุมชน",
    ),
    Account(
        "reviewer.lamphun",
        Role.REVIEWER,
        "pio-51",
        "ผู้ตรวจสาธิต จังหวัดลำพูน",
        "Demonstration Reviewer, Lamphun",
        "นักวิชาการอุตสาหกรรม",
    ),
)


def open_accounts(agencies: dict[str, Agency]) -> dict[str, User]:
    """Open the accounts that were never opened; return all there are, by name."""
    missing = not_yet_filled(_row(account) for account in ACCOUNTS)
    for account in ACCOUNTS:
        if _row(account) not in missing:
            continue
        user = open_account(
            account.email,
            password=settings.DEMO_PASSWORD,
            role=account.role,
            agency=agencies.get(account.agency),
            name_th=account.name_th,
            name_en=account.name_en,
            post=account.post,
            by=None,
            reason=REASON,
        )
        FormKey.objects.create(
            key=key_of(_row(account)), model=User._meta.label, object_id=user.pk
        )
    emails = {account.email: account.name for account in ACCOUNTS}
    return {
        emails[user.email]: user
        for user in User.objects.select_related("agency").filter(email__in=emails)
    }


def _row(account: Account) -> str:
    return f"demo/account/{account.name}"
