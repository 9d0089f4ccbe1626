"""What becomes of each row of a list of records, decided without writing anything."""

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registry import rules
from registry.changes import Changes, ChildChanges
from registry.enums import RecordStatus, RowChoice, RowFate
from registry.importing.kinds import Choices, Plan, PlannedRow, Sheet
from registry.importing.lines import CODE, KEY, Line, read_lines
from registry.importing.reading import text_of
from registry.importing.records.known import Known, Seen, loaded, visible
from registry.importing.validity import Checks
from registry.importing.work import Editing, Entering, Work
from registry.jobs import Progress
from registry.models import OPEN_STATES, Proposal, Record, User
from registry.packing import pack

if TYPE_CHECKING:
    from registry.importing.records.rows import RecordKind

#: Rows judged at a time: the records they are about fit in little memory.
BATCH = 500
#: New rows whose values are kept for the preview; the file has them all.
SHOWN_NEW = 200

UNKNOWN_CODE = _("There is no record with this code.")
OTHER_CODE = _("The code is not that of the hidden key; take a new workbook.")
STALE = _(
    "Somebody changed this record after the workbook was taken, and the row says "
    "something else. Take a new workbook, or mend the record on its page."
)
LOCKED = _(
    "This record waits for review, so it cannot be changed now. Call it back first."
)
NOT_YOURS = _("Your role does not allow changing this record.")
OTHER_PROVINCE = _(
    "This row belongs to another province or agency; nobody enters it from here."
)
TAKEN_UP = _("Another change to this record is open; finish or drop that one first.")
PROPOSED = _("This very change waits for review already.")
SAME_AS_CHOSEN = _("You said that this is the same record; it is left as it is.")
FOREIGN = _("Another agency keeps it; leave it, or enter yours as a different one.")
NEARLY = _("Nearly the same name (%(score)d of 100).")
SAME_NAME = _("The same name in the same place.")


@dataclass(frozen=True, slots=True)
class Standing:
    """What follows from the keys of a new row, whatever else it says."""

    #: Fields that it must give.
    needed: Sequence[str]
    #: Whether the person may enter rows there.
    is_allowed: bool


class Digest:
    """Of all that a plan would write: what was confirmed is what was seen."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, *parts: Any) -> None:
        """Take in values that a plan holds, whatever the reader's language."""
        self._hash.update(_encode(parts).encode(errors="surrogatepass"))

    def __str__(self) -> str:
        return self._hash.hexdigest()


def _told(value: Any) -> Any:
    """Return a value so that the same is always written the same."""
    if isinstance(value, models.Model):
        pk = value.pk
        if pk is not None:
            return value.__class__.__name__, pk
        held = vars(value)
        return [held.get(name) for name in _columns(value.__class__)]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, ChildChanges):
        changed = list(value.changed.items())
        return value.added, changed, sorted(value.removed), value.order
    return value.__class__.__name__, str(value)


@cache
def _columns(model: type[models.Model]) -> tuple[str, ...]:
    """Return what a new row of a model holds."""
    fields = model._meta.concrete_fields
    return tuple(field.attname for field in fields if not field.primary_key)


_encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_told
).encode


def empty_of(field: Any) -> Any:
    """Return what an emptied field holds."""
    if field.null or field.is_relation:
        return None
    return field.get_default() if field.has_default() else ""


def shown(reader: Any, value: Any) -> str:
    """Return a value as people read it, by its column's reader where it can."""
    if value is None or value == "":
        return ""
    if isinstance(value, models.Model):
        return str(value)
    show = getattr(reader, "show", None)
    return str(show(value)) if show is not None else text_of(value)


def says_the_same(first: Line, line: Line) -> bool:
    """Tell whether two rows say the same of a record, beside how they name it."""
    apart = (KEY, CODE)
    return first.emptied == line.emptied and (
        {key: value for key, value in first.given.items() if key not in apart}
        == {key: value for key, value in line.given.items() if key not in apart}
    )


def differs(field: Any, record: Any, value: Any) -> bool:
    """Tell whether ``record`` holds something else in a field."""
    if field.is_relation:
        return bool(getattr(record, field.attname) != getattr(value, "pk", None))
    return bool(getattr(record, field.attname) != value)


class Judge:
    """What planners of records and of what belongs to them have in common."""

    def __init__(
        self,
        kind: Any,
        sheet: Sheet,
        by: User | None,
        choices: Choices,
        progress: Progress | None,
    ) -> None:
        self.kind, self.sheet, self.by = kind, sheet, by
        self.choices, self.progress = choices, progress
        self.columns = list(kind.columns(by))
        self.readers = {column.key: column.read for column in self.columns}
        self.digest = Digest()
        self.work = Work()

    def read(self) -> list[Line]:
        """Return the file's rows, read."""
        self._tell(0, "reading")
        lines = read_lines(
            self.sheet, self.columns, self.kind.slug, erases=self.choices.erases
        )
        answers = {
            key: value
            for key, value in self.choices.options.items()
            if key in self.readers and key not in self.sheet.columns
        }
        if answers:
            for line in lines:
                if line.key is None:
                    line.given |= answers
        return lines

    def _tell(self, done: int, phase: str) -> None:
        if self.progress is not None:
            self.progress(done, len(self.sheet.rows), phase)

    def way(self, record: Record) -> str:
        """Return how the person may change a record: "edit", "propose" or ""."""
        if self.by is None or rules.allowed("edit", self.by, record):
            return "edit"
        return "propose" if rules.allowed("propose", self.by, record) else ""

    def refuse_way(self, line: Line, record: Record) -> None:
        """Say why the person may not change a record."""
        waits = record.status == RecordStatus.SUBMITTED
        line.fault("", str(LOCKED if waits else NOT_YOURS))

    def open_proposals(self, records: Iterable[Record]) -> dict[int, Proposal]:
        """Return the open proposals of the records that are public. One query."""
        public = [each for each in records if each.is_published]
        if self.by is None or not public or self.by.role != "officer":
            return {}
        found = Proposal.objects.filter(
            model=public[0]._meta.label,
            object_id__in=[each.pk for each in public],
            state__in=OPEN_STATES,
        )
        return {each.object_id: each for each in found}

    def is_open_already(
        self, line: Line, record: Record, changes: Changes, opened: Proposal
    ) -> bool:
        """Tell whether an open proposal says just this; else say that it is in the way.

        One query for each kind of children that would change.
        """
        if pack(record, changes) == {
            "fields": opened.data.get("fields"),
            "children": opened.data.get("children"),
        }:
            line.repair("", PROPOSED)
            return True
        line.fault("", str(TAKEN_UP))
        return False

    def finish(self, line: Line, row: PlannedRow) -> PlannedRow:
        """Take faults and repairs into the row; one with a fault is bad."""
        row.repairs = line.repairs
        if line.faults:
            row.fate = RowFate.BAD
            row.faults = line.faults
            if not row.twins:
                row.cells = []
            self.digest.add(line.number, "bad", line.faults)
        return row


class RecordPlanner(Judge):
    """Plans one file whose rows are records."""

    kind: "RecordKind"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.model = self.kind.model
        self.label = self.model._meta.label
        self.meta = self.model._meta
        self.checks = Checks(self.model)
        self.known = Known(self.model, self.by)
        self.lookups: Any = None
        self._defaults = self.model()
        self._named: dict[str, Any] = {
            field.name: field for field in self.meta.concrete_fields
        }
        #: Keys to other rows, and what those rows are known by.
        self._relations = [
            (name, field.target_field.attname)
            for name, field in self._named.items()
            if field.is_relation
        ]
        #: Code → row, record → row, identity → row: what stood in the file before.
        self._first: dict[Any, Line] = {}
        self._identities: dict[int, tuple[Any, ...] | None] = {}
        self._new_shown = 0
        self._standings: dict[tuple[Any, ...], Standing] = {}

    def plan(self) -> Plan:
        """Decide on every row."""
        lines = self.read()
        self.lookups = self.kind.lookups(self.by, lines)
        for line in lines:
            if not line.is_no_entry:
                self._resolve(line)
        self._load(lines)
        rows: list[PlannedRow] = []
        for start in range(0, len(lines), BATCH):
            batch = lines[start : start + BATCH]
            rows += self._judge_all(batch)
            self._tell(start, "checking")
        return Plan(rows, str(self.digest), self.work)

    # --- What a row says ----------------------------------------------------------

    def _resolve(self, line: Line) -> None:
        found = self.kind.fields(line, self.lookups)
        for key in line.emptied:
            field = self._named.get(key)
            if field is not None and field.editable and key not in found:
                found[key] = empty_of(field)
        line.fields = found

    def _load(self, lines: Sequence[Line]) -> None:
        codes = {each.key[0] for each in lines if each.key is not None}
        codes |= {str(each.given[CODE]).upper() for each in lines if CODE in each.given}
        self.known.load_codes(codes)
        wanted = []
        for line in lines:
            if line.is_no_entry or line.key is not None or CODE in line.given:
                continue
            identity = self.kind.identity(line.fields)
            self._identities[line.number] = identity
            if identity is not None:
                wanted.append(identity)
        if self.kind.IDENTITY:
            self.known.load_identities(self.kind.IDENTITY, wanted)

    # --- Which record it is -------------------------------------------------------

    def _judge_all(self, lines: Sequence[Line]) -> list[PlannedRow]:
        meant: dict[int, list[int]] = {}
        for line in lines:
            if not line.is_no_entry:
                meant[line.number] = self._candidates(line)
        records = loaded(
            self.model,
            {pk for found in meant.values() for pk in found},
            related=self.kind.RELATED,
            children=self.kind.CHILDREN,
        )
        opened = self.open_proposals(records.values())
        return [
            self._judge(line, meant.get(line.number, []), records, opened)
            for line in lines
        ]

    def _candidates(self, line: Line) -> list[int]:
        """Return the keys of the records that the row may be, to be loaded."""
        pk = self._by_code(line)
        if pk is not None:
            return [pk]
        if line.key is not None or CODE in line.given:
            return []
        choice, chosen = self._choice(line)
        if choice in {RowChoice.UPDATE, RowChoice.SAME} and chosen is not None:
            mine = visible(self.model, self.by)
            if mine.filter(pk=chosen).exists():
                return [chosen]
        identity = self._identities.get(line.number)
        if identity is None:
            return []
        found = [seen.pk for seen in self.known.exact(identity)]
        if not found and choice == RowChoice.OPEN:
            near = self.known.near(identity, self.kind.NEAR)
            found = [seen.pk for seen, _score in near]
        return found

    def _choice(self, line: Line) -> tuple[RowChoice, int | None]:
        return self.choices.rows.get(line.number, (RowChoice.OPEN, None))

    def _by_code(self, line: Line) -> int | None:
        """Return the record of the key or the code; notes what is wrong with them."""
        said = str(line.given.get(CODE, "")).upper()
        if line.key is not None:
            pk = self.known.codes.get(line.key[0])
            if pk is None:
                line.fault(KEY, UNKNOWN_CODE, line.key[0])
            elif said and self.known.codes.get(said) != pk:
                line.fault(CODE, OTHER_CODE, said)
            return pk
        if not said:
            return None
        pk = self.known.codes.get(said)
        if pk is None:
            line.fault(CODE, self._unknown(said), said)
        return pk

    def _unknown(self, code: str) -> str:
        if code in self.known.merged:
            return _now("This record was merged into %(code)s.") % {
                "code": self.known.merged[code]
            }
        return str(UNKNOWN_CODE)

    # --- What becomes of it -------------------------------------------------------

    def _judge(
        self,
        line: Line,
        keys: Sequence[int],
        records: Mapping[int, Any],
        opened: Mapping[int, Proposal],
    ) -> PlannedRow:
        row = PlannedRow(line.number, RowFate.BAD, model=self.label)
        if line.is_no_entry:
            return self.finish(line, row)
        row.name = self.kind.name(line)[:300]
        is_sure = line.key is not None or CODE in line.given
        if is_sure:
            if keys:
                self._judge_record(line, row, records[keys[0]], opened)
            return self.finish(line, row)
        choice, chosen = self._choice(line)
        is_said = choice in {RowChoice.UPDATE, RowChoice.SAME}
        if is_said and chosen is not None and chosen in keys:
            record = records[chosen]
            if choice == RowChoice.UPDATE:
                self._judge_record(line, row, record, opened)
            else:
                self._leave(line, row, record)
            return self.finish(line, row)
        identity = self._identities.get(line.number)
        if self._is_repeated(line, row, identity, choice):
            return self.finish(line, row)
        if choice == RowChoice.DIFFERENT or identity is None:
            self._judge_new(line, row, identity)
            return self.finish(line, row)
        self._judge_twins(line, row, identity, records, opened)
        return self.finish(line, row)

    def _leave(self, line: Line, row: PlannedRow, record: Any) -> None:
        row.fate, row.object_id = RowFate.SAME, record.pk
        line.faults = []
        line.repair("", SAME_AS_CHOSEN)
        self.digest.add(line.number, "left", record.pk)

    def _is_repeated(
        self,
        line: Line,
        row: PlannedRow,
        identity: tuple[Any, ...] | None,
        choice: RowChoice,
    ) -> bool:
        """Tell whether the row says again what an earlier one said, and judge it."""
        if identity is None or line.faults:
            return False
        first = self._first.get(("identity", identity))
        if first is None or choice == RowChoice.DIFFERENT:
            return False
        row.twins = [
            {
                "model": "",
                "pk": None,
                "row": first.number,
                "label": row.name,
                "code": "",
                "reason": str(SAME_NAME),
            }
        ]
        row.cells = self._told(line)
        if choice == RowChoice.SAME or says_the_same(first, line):
            row.fate = RowFate.SAME
            line.repair("", _now("Row %(row)d says the same.") % {"row": first.number})
            self.digest.add(line.number, "repeated", first.number)
            return True
        line.fault(
            "",
            _now(
                "Row %(row)d is of the same name in the same place and says something "
                "else. Say whether it is the same, or different."
            )
            % {"row": first.number},
            row.name,
        )
        return True

    def _judge_twins(
        self,
        line: Line,
        row: PlannedRow,
        identity: tuple[Any, ...],
        records: Mapping[int, Any],
        opened: Mapping[int, Proposal],
    ) -> None:
        exact = self.known.exact(identity)
        own = [seen for seen in exact if seen.is_own]
        if len(own) == 1:
            self._first.setdefault(("identity", identity), line)
            self._judge_record(line, row, records[own[0].pk], opened)
            return
        for seen in own:
            # Of several alike, the one that says all of it is the one.
            if not self._changes(line, records[seen.pk]):
                row.fate, row.object_id = RowFate.SAME, seen.pk
                self.digest.add(line.number, "same", seen.pk)
                return
        twins = [(seen, 100) for seen in exact]
        if not exact:
            twins = self.known.near(identity, self.kind.NEAR)
        if twins:
            row.twins = [self._twin(seen, score, records) for seen, score in twins]
            row.cells = self._told(line)
            line.fault(
                "",
                _now("This looks like “%(name)s”. Say whether it is the same.")
                % {"name": row.twins[0]["label"]},
                row.name,
            )
            return
        self._judge_new(line, row, identity)

    def _twin(
        self, seen: Seen, score: int, records: Mapping[int, Any]
    ) -> dict[str, Any]:
        record = records[seen.pk]
        reason = str(SAME_NAME) if score == 100 else NEARLY % {"score": score}
        if not seen.is_own:
            reason = f"{reason} {FOREIGN}"
        return {
            "model": self.label,
            "pk": seen.pk,
            "row": None,
            "label": str(record),
            "code": record.code or "",
            "reason": str(reason),
            "is_own": seen.is_own,
        }

    # --- A record that is there -----------------------------------------------------

    def _changes(self, line: Line, record: Any) -> Changes:
        fields = {
            name: value
            for name, value in line.fields.items()
            if differs(self._named[name], record, value)
        }
        children = self.kind.children(line, record, self.lookups)
        return Changes(fields, {name: each for name, each in children.items() if each})

    def _judge_record(
        self,
        line: Line,
        row: PlannedRow,
        record: Any,
        opened: Mapping[int, Proposal],
    ) -> None:
        row.object_id = record.pk
        row.name = row.name or str(record)[:300]
        if line.faults:
            return
        first = self._first.setdefault(("record", record.pk), line)
        if first is not line and not says_the_same(first, line):
            line.fault(
                CODE,
                _now("Row %(row)d is about the same record and says something else.")
                % {"row": first.number},
            )
            return
        changes = Changes() if first is not line else self._changes(line, record)
        if not changes:
            row.fate = RowFate.SAME
            self.digest.add(line.number, "same", record.pk)
            return
        if line.key is not None and line.key[1] < record.version:
            line.fault("", STALE)
            return
        self._check(line, changes.fields, record)
        way = self.way(record)
        if not way:
            self.refuse_way(line, record)
        elif way == "edit" and not self._may_move(record, changes.fields):
            line.fault("", OTHER_PROVINCE)
        proposal = opened.get(record.pk)
        if line.faults:
            return
        if way == "propose" and proposal is not None:
            if self.is_open_already(line, record, changes, proposal):
                row.fate, row.is_proposal = RowFate.SAME, True
                self.digest.add(line.number, "proposed", proposal.pk)
            return
        row.fate = RowFate.CHANGED
        row.is_proposal = way == "propose"
        row.cells = [
            (
                self.kind.COLUMN_OF.get(name, name),
                self._shown(name, getattr(record, name)),
                self._shown(name, value),
            )
            for name, value in changes.fields.items()
        ]
        row.cells += self.kind.child_cells(line, record, changes.children)
        self.work.editing.setdefault(self.label, []).append(
            Editing([row], record.pk, record.version, changes, row.is_proposal)
        )
        self.digest.add(
            line.number,
            way,
            record.pk,
            record.version,
            changes.fields,
            changes.children,
        )

    def _told(self, line: Line) -> list[tuple[str, str, str]]:
        """Return what a row says of its record, for the page."""
        return [
            (self.kind.COLUMN_OF.get(name, name), "", self._shown(name, value))
            for name, value in line.fields.items()
            if value not in (None, "")
        ]

    def _shown(self, name: str, value: Any) -> str:
        reader = self.readers.get(self.kind.COLUMN_OF.get(name, name))
        return shown(reader, value)[:2_000]

    def _may_move(self, record: Any, fields: Mapping[str, Any]) -> bool:
        """Tell whether the person may still edit the record where it would be."""
        if self.by is None:
            return True
        if not any(self._named[name].is_relation for name in fields):
            return True
        moved = copy.copy(record)
        for name, value in fields.items():
            setattr(moved, name, value)
        moved.settle()
        return rules.allowed("edit", self.by, moved)

    def _check(
        self,
        line: Line,
        fields: Mapping[str, Any],
        record: Any,
        needed: Sequence[str] = (),
    ) -> None:
        """Ask the kind and the model about what would stand there.

        ``needed`` are the fields that a new row must give.
        """
        said = fields if record is None else line.fields
        self.kind.check(line, said, record, self.lookups)
        base = self._defaults if record is None else record

        def get(name: str) -> Any:
            return fields[name] if name in fields else _attribute(base, name)

        told = {key for key, _text, _sentence in line.faults}
        for name, sentence in self.checks.faults(fields, get, needed=needed):
            key = self.kind.COLUMN_OF.get(name, name)
            if not name or key not in told:
                text = self._shown(name, fields.get(name)) if name else ""
                line.fault(key, sentence, text)

    # --- A new one ------------------------------------------------------------------

    def _judge_new(
        self, line: Line, row: PlannedRow, identity: tuple[Any, ...] | None
    ) -> None:
        fields = dict(line.fields)
        self.kind.prepare_new(line, fields, self.by, self.lookups)
        standing = self._standing(fields)
        self._check(line, fields, None, standing.needed)
        if line.faults:
            return
        if not standing.is_allowed:
            line.fault("", OTHER_PROVINCE, row.name)
            return
        children = self.kind.children(line, None, self.lookups)
        if identity is not None:
            self._first.setdefault(("identity", identity), line)
        row.fate = RowFate.NEW
        if self._new_shown < SHOWN_NEW:
            self._new_shown += 1
            row.cells = self._told(line)
            row.cells += self.kind.child_cells(line, None, children)
        self.work.entering.setdefault(self.label, []).append(
            Entering(row, fields, children)
        )
        self.digest.add(line.number, "new", fields, children)

    def _standing(self, fields: Mapping[str, Any]) -> "Standing":
        """Tell what follows from the keys of a new row; asked once for each place."""
        keys = tuple(
            [
                None if (value := fields.get(name)) is None else getattr(value, key)
                for name, key in self._relations
            ]
        )
        found = self._standings.get(keys)
        if found is None:
            found = self._standings[keys] = self._settled(fields)
        return found

    def _settled(self, fields: Mapping[str, Any]) -> "Standing":
        row = self.model(**fields)
        try:
            row.settle()
        except (ObjectDoesNotExist, AttributeError, TypeError):
            # A key is missing that others follow from; its own fault says so.
            return Standing(self.checks.needed, is_allowed=True)
        left = [
            name
            for name in self.checks.needed
            if getattr(row, self._named[name].attname) in (None, "")
        ]
        # A column that the next row of the place lacks.
        said = [
            name
            for name in self.checks.needed
            if name in fields and not self._named[name].is_relation
        ]
        return Standing((*left, *said), self._may_create(row))

    def _may_create(self, row: Record) -> bool:
        return self.by is None or rules.allowed("create", self.by, row)


def _attribute(row: Any, name: str) -> Any:
    """Return what a row holds; a key whose row is not loaded by its own key."""
    field = row._meta.get_field(name)
    return getattr(row, field.attname)
