"""How a producer is reached, in the cells of its row: one column a kind of contact.

A cell replaces the contacts of its kind. Which number of a list changed is told by
what stays the same; one that changed loses the consent that was given for another.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from members.enums import PERSONAL_KINDS, WEB_KINDS, ContactKind
from members.forms.contacts import PHONE_KINDS, as_contact
from members.models import Contact, Member
from registry.changes import ChildChanges
from registry.importing.kinds import Cell, SheetColumn
from registry.importing.lines import Line
from registry.rows_at_once import maker_of
from registry.thai.phones import COUNTRY, Phone, PhoneRepair, read_phones
from registry.thai.text import clean_line

#: Between several contacts in one cell.
PARTED = re.compile(r"\s*[,;\n]\s*")
#: What our exports write where a person is not shown: "081-xxx-x678", "ส… ใจ…".
MASKED = re.compile(r"…|\d-[\dx]?xx")
MOBILE = re.compile(r"\+66[689]")
#: Raises what a form says of a longer one.
ROOM = MaxLengthValidator(300)
#: What follows from a contact's new value, and what no longer holds of it.
FOLLOWING = ("kind", "value", "extension", "is_personal")
NO_CONSENT: dict[str, Any] = {
    "consented_on": None,
    "consent_wording": "",
    "consent_by": None,
    "consent_withdrawn_on": None,
}


def was_withdrawn(contact: Contact) -> bool:
    """Tell whether a person took back that it is shown: no file has it any more."""
    return contact.is_personal and contact.consent_withdrawn_on is not None


def is_shop_phone(contact: Contact) -> bool:
    """Tell whether it is a telephone anybody may call."""
    return contact.kind == ContactKind.PHONE and contact.is_public


@dataclass(frozen=True)
class Group:
    """The contacts that stand in one column."""

    key: str
    title: str | Promise
    #: Of a new one.
    kind: ContactKind
    holds: Callable[[Contact], bool]
    note: str | Promise = ""
    aliases: Sequence[str] = ()
    example: tuple[str, str] = ("", "")
    other_example: tuple[str, str] = ("", "")
    width: int = 20

    @property
    def is_phone(self) -> bool:
        """Tell whether it holds telephone numbers."""
        return self.kind in PHONE_KINDS

    def column(self) -> SheetColumn:
        """Return its column."""
        return SheetColumn(
            self.key,
            self.title,
            Contacts(self.kind),
            note=self.note,
            aliases=self.aliases,
            is_personal=self.kind in PERSONAL_KINDS,
            example=self.example,
            other_example=self.other_example,
            width=self.width,
        )

    def of(self, member: Member | None) -> list[Contact]:
        """Return the member's contacts of the column, in order; they are prefetched."""
        if member is None:
            return []
        found = (each for each in member.contacts.all() if self.holds(each))
        kept = (each for each in found if not was_withdrawn(each))
        return sorted(kept, key=lambda each: (each.position, each.pk))

    def beside(self, member: Member | None) -> list[Contact]:
        """Return contacts that are there and stand in another cell, or in none."""
        if member is None:
            return []
        mine = {each.pk for each in self.of(member)}
        kinds = PHONE_KINDS if self.is_phone else {self.kind}
        every = (each for each in member.contacts.all() if each.kind in kinds)
        return [each for each in every if each.pk not in mine]

    def shown(self, member: Member) -> str:
        """Return what stands in the cell of ``member``."""
        return ", ".join(map(shown, self.of(member)))


def of_kind(kind: ContactKind) -> Callable[[Contact], bool]:
    """Return what tells contacts of one kind."""
    return lambda contact: contact.kind == kind


GROUPS = (
    Group(
        "leader",
        gettext_lazy("Leader"),
        ContactKind.LEADER,
        of_kind(ContactKind.LEADER),
        gettext_lazy(
            "Name of the chair, leader or owner. Personal data: shown to nobody before "
            "the person consents."
        ),
        ("ชื่อประธาน", "ประธานกลุ่ม", "ผู้นำกลุ่ม", "ชื่อผู้ประกอบการ", "เจ้าของ", "leader name"),
        ("นางสาวสมมติ ทดลอง", "Ms Sommot Thotlong"),
        width=24,
    ),
    Group(
        "personal_phone",
        gettext_lazy("Personal telephone"),
        ContactKind.MOBILE,
        lambda each: each.kind in PHONE_KINDS and not is_shop_phone(each),
        gettext_lazy(
            "A person’s numbers, several separated by commas. Personal data: shown to "
            "nobody before the person consents."
        ),
        (
            *("โทรศัพท์มือถือ", "มือถือ", "เบอร์มือถือ", "เบอร์โทรศัพท์", "เบอร์โทร", "โทรศัพท์"),
            *("หมายเลขโทรศัพท์", "โทร.", "mobile", "mobile phone", "telephone", "phone"),
        ),
        ("081-234-5670", "081-234-5670"),
        width=18,
    ),
    Group(
        "shop_phone",
        gettext_lazy("Shop telephone"),
        ContactKind.PHONE,
        is_shop_phone,
        gettext_lazy("Numbers of the shop or office, which anybody may call."),
        ("โทรศัพท์ที่ทำการ", "โทรศัพท์สำนักงาน", "เบอร์ร้าน", "office telephone"),
        ("042-811-234 ต่อ 12", "042-811-234 ext. 12"),
        ("042-811-235", "042-811-235"),
        width=18,
    ),
    Group(
        "email",
        gettext_lazy("E-mail"),
        ContactKind.EMAIL,
        of_kind(ContactKind.EMAIL),
        gettext_lazy("Personal data: shown to nobody before the person consents."),
        ("อีเมล์", "e-mail address", "email"),
        ("weavers@demo.example", "weavers@demo.example"),
        width=24,
    ),
    Group(
        "line",
        pgettext_lazy("messenger", "LINE"),
        ContactKind.LINE,
        of_kind(ContactKind.LINE),
        gettext_lazy("Personal data: shown to nobody before the person consents."),
        ("LINE ID", "ไอดีไลน์", "ไลน์ไอดี", "LINE"),
        ("@weavers-demo", "@weavers-demo"),
    ),
    Group(
        "facebook",
        gettext_lazy("Facebook"),
        ContactKind.PAGE,
        of_kind(ContactKind.PAGE),
        gettext_lazy("Addresses of pages on social media, such as facebook.com/name."),
        (
            "เฟซบุ๊ก",
            "เฟสบุ๊ค",
            "เพจ",
            "เพจสื่อสังคมออนไลน์",
            "social media page",
            "facebook page",
        ),
        ("facebook.com/weavers.demo", "facebook.com/weavers.demo"),
        width=28,
    ),
    Group(
        "website",
        gettext_lazy("Website"),
        ContactKind.WEBSITE,
        of_kind(ContactKind.WEBSITE),
        aliases=("เว็บไซท์", "website address", "url"),
        example=("weavers.demo.example", "weavers.demo.example"),
        width=28,
    ),
)


# --- Cells --------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One contact of a cell: as it stands there, and telephones as they were read."""

    text: str
    phone: Phone | None = None

    def __str__(self) -> str:
        return self.text


#: What a cell that hides a person says: nothing.
HIDDEN: tuple[Told, ...] = (Told(""),)


@dataclass(frozen=True)
class Contacts:
    """Reads the contacts of a cell; whether they are any is told beside the register's.

    For what the register has stays what it is, however it came there.
    """

    kind: ContactKind

    def __call__(self, cell: Cell) -> tuple[Told, ...]:
        """Return what the cell tells, each once."""
        if isinstance(cell.value, str) and MASKED.search(cell.value):
            cell.repairs.append(_("Masked data was not taken."))
            return HIDDEN
        found = self._phones(cell) if self.kind in PHONE_KINDS else self._texts(cell)
        return tuple(dict.fromkeys(found))

    def _texts(self, cell: Cell) -> Iterator[Told]:
        for text in PARTED.split(str(cell.value)):
            if line := clean_line(text):
                yield Told(line)

    def _phones(self, cell: Cell) -> Iterator[Told]:
        whole = read_phones(cell.value)
        cell.repairs.extend(str(PhoneRepair(each).label) for each in whole.repairs)
        if whole.phones and not whole.rest:
            yield from (Told(each.display(), each) for each in whole.phones)
            return
        for told in self._texts(cell):
            read = read_phones(told.text)
            if read.phones and not read.rest:
                yield from (Told(each.display(), each) for each in read.phones)
            else:
                yield told

    def show(self, value: Sequence[Told]) -> str:
        """Return the cell that says ``value``."""
        return ", ".join(map(str, value))


def shown(contact: Contact) -> str:
    """Return a contact as it stands in a cell."""
    if contact.kind in PHONE_KINDS:
        return Phone(contact.value, contact.extension).display()
    if contact.kind in WEB_KINDS:
        return bare_address(contact.value)
    return contact.value


def bare_address(text: str) -> str:
    """Return an address of the web without what only machines need."""
    return text.partition("://")[2].removeprefix("www.").rstrip("/") or text


# --- What changes -------------------------------------------------------------------


def sign_of(contact: Contact) -> tuple[str, str]:
    """Return what makes two spellings one contact."""
    if contact.kind in PHONE_KINDS:
        number = contact.value
        if not number.startswith(COUNTRY):
            read = read_phones(number)
            number = read.phones[0].e164 if len(read.phones) == 1 else number
        return number, contact.extension
    if contact.kind in WEB_KINDS:
        return bare_address(contact.value).casefold(), ""
    return clean_line(contact.value).casefold(), ""


@dataclass
class Change:
    """What a row does to the contacts of a member, and what is wrong with it."""

    added: list[Contact] = field(default_factory=list)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    repairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def children(self) -> Mapping[str, ChildChanges]:
        """Return it as an edit's part."""
        found = ChildChanges(
            added=tuple(self.added),
            changed=self.changed,
            removed=frozenset(self.removed),
        )
        return {"contacts": found} if found else {}

    def tell(self, line: Line) -> None:
        """Note on the row what is wrong, and what was put right; each once."""
        for fault in self.faults:
            if fault not in line.faults:
                line.faults.append(fault)
        for repair in self.repairs:
            if repair not in line.repairs:
                line.repairs.append(repair)


def changes_of(line: Line, member: Member | None) -> Change:
    """Compare the contacts a row tells with those of ``member``, None for a new one."""
    change = Change()
    everything = member.contacts.all() if member is not None else ()
    position = max((each.position for each in everything), default=-1)
    entered: set[tuple[str, str]] = set()
    for group in GROUPS:
        if line.get(group.key) is HIDDEN or not line.says(group.key):
            continue
        for contact in _compare(change, line, group, member):
            sign = sign_of(contact)
            if sign in entered:
                continue
            entered.add(sign)
            position += 1
            contact.position = position
            change.added.append(contact)
    return change


def _compare(
    change: Change, line: Line, group: Group, member: Member | None
) -> Iterator[Contact]:
    """Note what happens to the contacts of a column; yield what is new.

    What is there already, a telephone in the other column or a contact a person had
    taken off, is not entered a second time.
    """
    existing, others = group.of(member), group.beside(member)
    known = {shown(contact): contact for contact in (*others, *existing)}
    by_sign = {sign_of(contact): contact for contact in (*others, *existing)}
    told: list[Contact] = []
    staying: set[int] = set()
    for each in line.get(group.key, ()):
        same = known.get(each.text)
        if same is None:
            new = _new_contact(change, group, each)
            if new is None:
                continue
            same = by_sign.get(sign_of(new)) if by_sign else None
            if same is None:
                told.append(new)
                continue
        staying.add(same.pk)
    if any(key == group.key for key, _text, _said in change.faults):
        return
    gone = [each for each in existing if each.pk not in staying]
    for before, after in zip(gone, told, strict=False):
        values = {name: getattr(after, name) for name in FOLLOWING} | NO_CONSENT
        change.changed[before.pk] = {
            name: value
            for name, value in values.items()
            if getattr(before, name) != value
        }
    change.removed |= {each.pk for each in gone[len(told) :]}
    yield from told[len(gone) :]


def _new_contact(change: Change, group: Group, told: Told) -> Contact | None:
    """Return what a cell tells as a contact; None with a fault if it is none.

    Nobody has consented to anything.
    """
    kind = group.kind
    if group.is_phone:
        if told.phone is None:
            sentence = _("Type Thai telephone numbers, such as 042-811-234.")
            change.faults.append((group.key, told.text, sentence))
            return None
        is_mobile = MOBILE.match(told.phone.e164) is not None
        if group.key == "shop_phone" and is_mobile:
            change.repairs.append(
                (
                    group.key,
                    _(
                        "A mobile number reaches a person: it is kept as personal data "
                        "until the person consents."
                    ),
                )
            )
        kind = ContactKind.MOBILE if is_mobile else ContactKind.PHONE
        return _contact(
            kind=kind,
            value=told.phone.e164,
            extension=told.phone.extension,
            is_personal=is_mobile or group.key != "shop_phone",
        )
    try:
        value = as_contact(kind, told.text)
        ROOM(value["value"])
    except ValidationError as error:
        change.faults.append((group.key, told.text, " ".join(error.messages)))
        return None
    return _contact(kind=kind, **value, is_personal=kind in PERSONAL_KINDS)


def _contact(**fields: Any) -> Contact:
    made: Contact = _maker()(fields)
    return made


@cache
def _maker() -> Callable[[Mapping[str, Any]], Any]:
    return maker_of(Contact)


def cells_of(
    line: Line, member: Member | None, change: Mapping[str, ChildChanges]
) -> list[tuple[str, str, str]]:
    """Return [column key, old text, new text] of the columns that change."""
    contacts = change.get("contacts")
    if not contacts:
        return []
    found = []
    for group in GROUPS:
        if not line.says(group.key) or line.get(group.key) is HIDDEN:
            continue
        before = group.shown(member) if member is not None else ""
        after = ", ".join(map(str, line.get(group.key, ())))
        touched = {each.pk for each in group.of(member)} & (
            contacts.changed.keys() | contacts.removed
        )
        if touched or any(_stands_in(line, group, each) for each in contacts.added):
            found.append((group.key, before, after))
    return found


def _stands_in(line: Line, group: Group, contact: Any) -> bool:
    if group.is_phone != (contact.kind in PHONE_KINDS):
        return False
    if not group.is_phone:
        return contact.kind == group.kind
    return any(
        each.phone is not None and each.phone.e164 == contact.value
        for each in line.get(group.key, ())
    )
