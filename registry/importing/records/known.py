"""What the register has that rows of a file may be: by code, and by what they are."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from rapidfuzz import fuzz, process

from registry.enums import RecordStatus
from registry.models import Code, Record, User

#: Near matches shown of one row.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that a row may be; ``is_own`` if the person may work on it."""

    pk: int
    folded: str
    is_own: bool


def visible(model: type[Record], by: User | None) -> Any:
    """Return the records that are the person's to work on; all of them for None."""
    manager: Any = model._default_manager
    return manager.all() if by is None else manager.visible_to(by)


class Known:
    """Records by code, and by identity within their group. A few queries a file."""

    def __init__(self, model: type[Record], by: User | None) -> None:
        self.model, self.by = model, by
        self.codes: dict[str, int] = {}
        #: Codes that lead to another one: code → that one.
        self.merged: dict[str, str] = {}
        self._own: set[int] = set()
        self._exact: dict[tuple[Any, ...], list[Seen]] = {}
        self._groups: dict[Any, list[Seen]] = {}
        self._names: dict[Any, list[str]] = {}

    def load_codes(self, codes: Iterable[str]) -> None:
        """Find the records of ``codes``, as the person sees them.

        Never by primary key: a column "รหัส" that only counts its rows would name
        records at random.
        """
        # No code has a NUL, and PostgreSQL cannot be asked for one.
        texts = sorted({text for text in codes if "\0" not in text})
        mine = visible(self.model, self.by)
        for batch in _parts(texts):
            found = mine.filter(code__in=batch).values_list("code", "pk")
            self.codes.update(found)
        unknown = [text for text in texts if text not in self.codes]
        for batch in _parts(unknown):
            gone = Code.objects.filter(pk__in=batch, superseded_by__isnull=False)
            self.merged.update(gone.values_list("pk", "superseded_by_id"))

    def load_identities(
        self, columns: tuple[str, ...], wanted: Iterable[tuple[Any, ...]]
    ) -> None:
        """Load the records of every group that ``wanted`` names.

        What is public is no secret of who enters it again, so it is shown as a twin.
        Withdrawn ones are not: they may be entered anew.
        """
        groups = sorted({each[0] for each in wanted}, key=str)
        if not groups:
            return
        manager: Any = self.model._default_manager
        rows = manager.exclude(status=RecordStatus.WITHDRAWN).order_by("pk")
        own = None if self.by is None else visible(self.model, self.by)
        if own is not None:
            rows = rows.filter(
                Q(pk__in=own.values("pk")) | Q(status=RecordStatus.PUBLISHED)
            )
        for batch in _parts(groups):
            within = rows.filter(**{f"{columns[0]}__in": batch})
            mine = (
                None
                if own is None
                else set(
                    own.filter(**{f"{columns[0]}__in": batch})
                    .order_by()
                    .values_list("pk", flat=True)
                )
            )
            for pk, *values in within.values_list("pk", *columns).iterator(2_000):
                is_own = mine is None or pk in mine
                seen = Seen(pk, str(values[-1]), is_own)
                self._exact.setdefault(tuple(values), []).append(seen)
                self._groups.setdefault(values[0], []).append(seen)

    def exact(self, identity: tuple[Any, ...]) -> list[Seen]:
        """Return the records of the very identity, the person's own first."""
        found = self._exact.get(identity, [])
        if len(found) < 2:
            return found
        return sorted(found, key=lambda seen: not seen.is_own)

    def near(self, identity: tuple[Any, ...], score: int) -> list[tuple[Seen, int]]:
        """Return records of the group whose name is nearly the same, and how nearly.

        Numbers in a name tell two things apart: those must be the same.
        """
        group, name = identity[0], str(identity[-1])
        members = self._groups.get(group)
        if not members or len(name) < 4:
            return []
        names = self._names.get(group)
        if names is None:
            names = self._names[group] = [seen.folded for seen in members]
        found = process.extract(
            name, names, scorer=fuzz.ratio, score_cutoff=score, limit=SHOWN
        )
        return [
            (members[at], round(points))
            for text, points, at in found
            if _numbers(text) == _numbers(name)
        ]


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _parts(values: list[Any], size: int = 500) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def loaded(
    model: type[Record],
    keys: Iterable[int],
    *,
    related: tuple[str, ...],
    children: tuple[str, ...],
) -> Mapping[int, Any]:
    """Return records by key with what their checks read; the keys are known."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    manager: Any = model._default_manager
    rows = manager.filter(pk__in=wanted)
    if related:
        rows = rows.select_related(*related)
    if children:
        rows = rows.prefetch_related(*children)
    return {row.pk: row for row in rows}
