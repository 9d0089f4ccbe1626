"""The kind of spreadsheet whose row is a producer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.models import Contact, Member
from members.sheets import contacts
from members.sheets.columns import (
    IGNORED,
    OWNER,
    PRIVATE_NOTES,
    ROW_KEY,
    columns_about,
)
from members.sheets.places import Near, Places
from registry.changes import ChildChanges
from registry.enums import Role
from registry.importing.kinds import CellFault, SheetColumn
from registry.importing.lines import CODE, KEY, Line
from registry.importing.reading import key_text
from registry.importing.records import RecordKind
from registry.importing.records.known import visible
from registry.models import Agency, District, Province, Subdistrict, User
from registry.thai.identifiers import valid_juristic
from registry.thai.text import fold

#: Rows read at a time, with their contacts.
CHUNK = 2_000
#: What a new number must be, and what is said of one that is not.
NUMBERS = (
    (
        "juristic_number",
        valid_juristic,
        _("This is not a juristic person’s number; please check its 13 digits."),
    ),
    (
        "postcode",
        re.compile(r"\d{5}", re.ASCII).fullmatch,
        _("A postcode has five digits, such as 42000."),
    ),
)
PLACE_KEYS = ("province", "district", "subdistrict")


@dataclass(frozen=True)
class Home:
    """Where a producer that a row names lies now."""

    district_id: str
    subdistrict_id: str | None


@dataclass
class MemberLookups:
    """What the rows of a file are resolved with."""

    places: Places
    #: By code.
    homes: Mapping[str, Home]
    #: By folded names and abbreviations.
    agencies: Mapping[str, Sequence[Agency]] = field(default_factory=dict)
    #: Contacts of the new row that was checked last: they are asked for next.
    new: tuple[int, contacts.Change] | None = None
    #: Of a new row, whose province follows from its district.
    nowhere: Province = field(default_factory=Province)

    def owner(self, text: str) -> Agency:
        """Return the agency that ``text`` names.

        :raises CellFault: if there is none, or several.
        """
        found = self.agencies.get(fold(text), ())
        if len(found) == 1:
            return found[0]
        if found:
            raise CellFault(
                _now("Several agencies are called “%(name)s”; type the full name.")
                % {"name": text}
            )
        names = {name: each[0] for name, each in self.agencies.items()}
        raise Near.fault(
            _now("There is no agency “%(name)s” in the provinces you work in.")
            % {"name": text},
            Near.to(fold(text), names),
        )


def code_of(line: Line) -> str:
    """Return the code of the record that a line names; empty without one."""
    return line.key[0] if line.key is not None else str(line.get(CODE, ""))


class MemberSheets(RecordKind):
    """Producers, one a row, with their contacts."""

    slug = "members"
    title = _("Members")
    lead = _(
        "Producers with their place, form, workforce, story and contacts, one a row."
    )
    label = "members.Member"
    IDENTITY = ("district", "name_fold")
    CHILDREN = ("contacts",)
    RELATED = ("district", "subdistrict", "province", "owner")

    def columns(self, user: User | None) -> Sequence[SheetColumn]:
        """Return the columns; an officer's own agency keeps what an officer enters."""
        names_owner = user is None or user.role != Role.OFFICER
        return (
            *columns_about(user),
            *(group.column() for group in contacts.GROUPS),
            *([OWNER] if names_owner else []),
            PRIVATE_NOTES,
            ROW_KEY,
        )

    def ignored(self) -> Sequence[str]:
        """Return what the register report tells beside."""
        return IGNORED

    # --- A row --------------------------------------------------------------------

    def lookups(self, by: User | None, lines: Sequence[Line]) -> MemberLookups:
        """Read places, and what the rows name: agencies, where producers lie now."""
        codes = {code_of(line) for line in lines} - {""}
        homes: dict[str, Home] = {}
        owners: set[int] = set()
        for some in _pieces(sorted(codes)):
            rows = visible(Member, by).filter(code__in=some)
            rows = rows.values_list("code", "district_id", "subdistrict_id", "owner_id")
            for code, district, subdistrict, owner in rows:
                homes[code or ""] = Home(district, subdistrict)
                owners.add(owner)
        agencies: dict[str, list[Agency]] = {}
        if any(line.says("owner") for line in lines):
            serving = Agency.objects.all() if by is None else Agency.objects.serving(by)
            # Who keeps a record already may be named though it serves elsewhere.
            known = Agency.objects.filter(
                Q(pk__in=serving.values("pk")) | Q(pk__in=owners)
            )
            for agency in known.order_by("pk"):
                for name in {
                    fold(agency.name_th),
                    fold(agency.name_en),
                    fold(agency.abbreviation_th),
                    fold(agency.abbreviation_en),
                } - {""}:
                    agencies.setdefault(name, []).append(agency)
        return MemberLookups(Places(by), homes, agencies)

    def fields(self, line: Line, lookups: MemberLookups) -> dict[str, Any]:
        """Return what the line gives; the subdistrict names the district."""
        found = super().fields(line, lookups) | self._place(line, lookups)
        if "subdistrict" in line.emptied:
            found["subdistrict"] = None
        owner = line.resolve("owner", lookups.owner)
        return found if owner is None else found | {"owner": owner}

    def _place(self, line: Line, lookups: MemberLookups) -> dict[str, Any]:
        """Return district, subdistrict and, if it is new, the postcode."""
        if not any(key in line.given for key in PLACE_KEYS):
            return {}
        places = lookups.places
        home = lookups.homes.get(code_of(line))
        province = line.resolve("province", places.province)
        if province is None and "province" in line.given:
            return {}
        now = places.by_code.get(home.district_id) if home else None
        district: District | None
        if "district" in line.given:
            within = province or places.own
            district = line.resolve(
                "district", lambda text: places.district(within, text, now)
            )
        else:
            district = now
            moved = province and district and district.province_id != province.pk
            if moved or (district is None and "subdistrict" in line.given):
                line.fault("district", _("Type the district, too."), "")
                return {}
        if district is None:
            return {}
        found: dict[str, Any] = {}
        if "district" in line.given:
            found |= {"district": district, "province": district.province}
        subdistrict: Subdistrict | None = line.resolve(
            "subdistrict",
            lambda text: places.subdistrict(
                district, text, home.subdistrict_id if home else None
            ),
        )
        if subdistrict is not None:
            found["subdistrict"] = subdistrict
            is_new = home is None or home.subdistrict_id != subdistrict.pk
            if is_new and not line.says("postcode") and subdistrict.postcode:
                found["postcode"] = subdistrict.postcode
        return found

    def identity(self, fields: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Return district and folded name."""
        district, name = fields.get("district"), fields.get("name_th")
        if district is None or not name:
            return None
        return district.pk, fold(name)[:300]

    def check(
        self,
        line: Line,
        fields: Mapping[str, Any],
        record: Member | None,
        lookups: MemberLookups,
    ) -> None:
        """Say what the form would: of place, owner and contacts."""
        self._check_place(line, fields, record)
        self._check_numbers(line, record)
        has_owner = record is not None or fields.get("owner") is not None
        if not has_owner and "owner" not in line.given:
            line.fault("owner", _("Say which agency keeps this record."))
        if record is None:
            lookups.new = (line.number, contacts.changes_of(line, None))
            lookups.new[1].tell(line)

    @staticmethod
    def _check_numbers(line: Line, record: Member | None) -> None:
        """See to numbers that are new; what stands there already may stay."""
        for name, is_right, sentence in NUMBERS:
            number = line.get(name)
            if number and not is_right(number) and getattr(record, name, "") != number:
                line.fault(name, sentence)

    @staticmethod
    def _check_place(
        line: Line, fields: Mapping[str, Any], record: Member | None
    ) -> None:
        told = {key for key, _text, _sentence in line.faults}
        if told & set(PLACE_KEYS):
            return
        district = fields.get("district") or (record and record.district)
        if district is None:
            line.fault("district", _("Type the district."), "")
            return
        subdistrict = fields.get("subdistrict")
        if "subdistrict" not in fields and record is not None:
            subdistrict = record.subdistrict
        if subdistrict is not None and subdistrict.district_id != district.pk:
            line.fault("subdistrict", _("The subdistrict lies in another district."))

    def prepare_new(
        self,
        line: Line,
        fields: dict[str, Any],
        by: User | None,
        lookups: MemberLookups,
    ) -> None:
        """Give a new record to the person's agency; of a place speak once."""
        super().prepare_new(line, fields, by, lookups)
        if {key for key, _text, _sentence in line.faults} & set(PLACE_KEYS):
            fields.setdefault("district", District())
        # It follows from the district.
        fields.setdefault("province", lookups.nowhere)

    # --- Its contacts ---------------------------------------------------------------

    def children(
        self, line: Line, record: Member | None, lookups: MemberLookups
    ) -> Mapping[str, ChildChanges]:
        """Return what happens to the contacts; one that is none is a fault."""
        if record is None and lookups.new is not None:
            number, checked = lookups.new
            if number == line.number:
                return checked.children
        change = contacts.changes_of(line, record)
        if record is not None:
            change.tell(line)
        return change.children

    def child_cells(
        self, line: Line, record: Member | None, changes: Mapping[str, ChildChanges]
    ) -> list[tuple[str, str, str]]:
        """Return what is new in the columns of contacts."""
        return contacts.cells_of(line, record, changes)

    # --- Workbooks ------------------------------------------------------------------

    def existing(self, user: User) -> Iterator[Mapping[str, object]]:
        """Yield the producers ``user`` keeps or checks, by district and name.

        Two queries for each two thousand of them, in constant memory.
        """
        rows = (
            Member.objects.visible_to(user)
            .in_use()
            .select_related("province", "district", "subdistrict", "owner")
            .prefetch_related(
                Prefetch("contacts", Contact.objects.order_by("position", "pk"))
            )
            .order_by("province__sort_key", "district__sort_key", "sort_key", "pk")
        )
        columns = self.columns(user)
        show = {each.key: each for each in columns}
        for member in rows.iterator(chunk_size=CHUNK):
            cells = {
                key: cell_of(column, getattr(member, key, None))
                for key, column in show.items()
                if hasattr(member, key)
            }
            cells |= {group.key: group.shown(member) for group in contacts.GROUPS}
            cells[KEY] = key_text(self.slug, member.code or "", member.version)
            yield cells
            # A record and its children point at each other.
            vars(member).clear()


def cell_of(column: SheetColumn, value: Any) -> object:
    """Return a clean value as it stands in a workbook: numbers stay numbers."""
    if value is None or value == "":
        return ""
    if column.form in {"number", "money"}:
        return value
    show = getattr(column.read, "show", str)
    return show(value)


def _pieces(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(codes), CHUNK // 4):
        yield codes[start : start + CHUNK // 4]
