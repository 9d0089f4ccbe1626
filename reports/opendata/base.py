"""What a dataset is: rows of the register that anybody may take and use again.

A dataset is an object, as a report is. It holds no personal data **by construction**:
its columns are codes, names of groups and goods, places, figures and words of lists.
Free text, contacts, house numbers and registration numbers are in none, so that a
yearly snapshot, which never changes, needs no mending when a consent is withdrawn.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from itertools import islice
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.api.addresses import address

#: Rows fetched at a time: memory stays the same for ten rows and for a million.
CHUNK = 2_000
#: Grows when columns change their meaning, so that nobody keeps an older file.
FORM = 1

Row = dict[str, Any]
Text = str | Promise


class Kind(Enum):
    """What a column holds, and how files write it: its value in JSON Schema."""

    TEXT = "string"
    CODE = "code"
    WHOLE = "integer"
    NUMBER = "number"
    YES_NO = "boolean"
    #: Of the common era, as ISO 8601 writes it.
    DAY = "date"
    LIST = "array"
    ADDRESS = "uri"

    @property
    def label(self) -> Text:
        """Return the kind in words."""
        return KIND_LABELS[self]


KIND_LABELS = {
    Kind.TEXT: pgettext_lazy("kind of column", "text"),
    Kind.CODE: pgettext_lazy("kind of column", "code"),
    Kind.WHOLE: pgettext_lazy("kind of column", "whole number"),
    Kind.NUMBER: pgettext_lazy("kind of column", "number"),
    Kind.YES_NO: pgettext_lazy("kind of column", "true or false"),
    Kind.DAY: pgettext_lazy("kind of column", "date (2026-12-31)"),
    Kind.LIST: pgettext_lazy("kind of column", "list (in CSV with ; between)"),
    Kind.ADDRESS: pgettext_lazy("kind of column", "web address"),
}


@dataclass(frozen=True)
class Column:
    """One column: a lasting ASCII key, what it means, and where its values come from.

    That is the path ``source`` (by default ``key``), or what ``value`` makes of the
    whole row as it was read.
    """

    key: str
    title: Text
    kind: Kind = Kind.TEXT
    source: str = ""
    value: Callable[[Row], object] | None = None
    #: The words of a list: value → label.
    choices: Sequence[tuple[Any, Text]] = ()
    #: Empty for alcoholic drinks, of which the portal shows name and maker only.
    is_praise: bool = False

    def read(self, rows: Sequence[Row]) -> Sequence[object]:
        """Return the column's value in each of the rows, as they were read."""
        if self.value is not None:
            found: list[object] = [self.value(row) for row in rows]
        else:
            path = self.source or self.key
            found = [None if row[path] == "" else row[path] for row in rows]
        if not self.is_praise or settings.SHOW_ALCOHOL_DETAILS:
            return found
        return [
            None if row["is_alcohol"] else value
            for row, value in zip(rows, found, strict=True)
        ]


@dataclass(frozen=True)
class Edition:
    """Which state of the register a file shows."""

    tag: str
    modified: datetime


@dataclass(frozen=True)
class Catalogue:
    """What the government's data catalogue asks of a dataset beside its name."""

    keywords: Sequence[Text]
    geo_coverage: Text
    data_type: Text = field(
        default_factory=lambda: pgettext_lazy("type of dataset", "Record data")
    )


class Dataset(ABC):
    """Rows that everybody may take: what they are, and how they are read."""

    slug: ClassVar[str]
    #: Where it stands among the others.
    place: ClassVar[int]
    title: ClassVar[Text]
    description: ClassVar[Text]
    #: What is left out on purpose, and why.
    notes: ClassVar[Sequence[Text]] = ()
    catalogue: ClassVar[Catalogue]
    columns: ClassVar[Sequence[Column]]
    #: Paths that are read beside those of the columns.
    reads: ClassVar[Sequence[str]] = ()
    #: Kept models whose history tells that the rows have changed.
    follows: ClassVar[Sequence[Any]]

    @abstractmethod
    def found(self) -> QuerySet[Any]:
        """Return the published rows, in a lasting order."""

    def prepare(self, rows: Sequence[Row]) -> None:  # noqa: B027  # most need none
        """Change a chunk of rows, as they were read, before columns read them."""

    # --- Addresses ----------------------------------------------------------------

    @property
    def url(self) -> str:
        """Return the path of the page, in the reader's language."""
        return reverse("data:detail", args=[self.slug])

    def file_path(self, form: str, year: int | None = None) -> str:
        """Return the path of a file; ``year`` names a snapshot."""
        if year is None:
            return reverse("datafiles:file", args=[self.slug, form])
        return reverse("datafiles:snapshot", args=[self.slug, year, form])

    def file_url(self, form: str, year: int | None = None) -> str:
        """Return the absolute address of a file."""
        return settings.SITE_URL + self.file_path(form, year)

    # --- Rows ---------------------------------------------------------------------

    def count(self) -> int:
        """Return how many rows there are. One query."""
        return self.found().order_by().count()

    def rows(self) -> Generator[Sequence[object]]:
        """Yield the cells of each row, in constant memory, in one query and a few."""
        plain = (column for column in self.columns if column.value is None)
        paths = {column.source or column.key for column in plain}
        found = self.found().values(*sorted(paths | set(self.reads)))
        with closing(found.iterator(chunk_size=CHUNK)) as records:  # type: ignore[type-var] # a generator
            while chunk := list(islice(records, CHUNK)):
                self.prepare(chunk)
                # Column by column: three times as fast as cell by cell.
                yield from zip(
                    *(column.read(chunk) for column in self.columns), strict=True
                )

    def edition(self, seen: Mapping[Any, "Seen"] | None = None) -> Edition:
        """Return which state of the register a file made now would show.

        Every change of a kept row adds a row to its history, and what ends by the
        calendar (a certificate, a round that opens its results) changes with the day.

        :param seen: what :func:`last_changes` found; else one query a model.
        """
        seen = last_changes(self.follows) if seen is None else seen
        today = timezone.localdate()
        parts = [
            *(FORM, self.slug, today.isoformat(), settings.SITE_URL),
            *(settings.SHOW_ALCOHOL_DETAILS, settings.OPEN_DATA["license"]),
            *(str(column.key) for column in self.columns),
            *(seen[model].number for model in self.follows),
        ]
        digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        midnight = timezone.make_aware(datetime.combine(today, time.min))
        moments = [seen[model].at for model in self.follows]
        return Edition(digest[:32], max([midnight, *filter(None, moments)]))


@dataclass(frozen=True)
class Seen:
    """The last change of a table: its number in the history, and when it was."""

    number: int
    at: datetime | None


def last_changes(models: Iterable[Any]) -> dict[Any, Seen]:
    """Return the last change of each of ``models``. One query each, by the key."""
    found = {}
    for model in models:
        rows = model.history.model.objects.order_by("-history_id")
        row = rows.values_list("history_id", "history_date").first()
        found[model] = Seen(*row) if row else Seen(0, None)
    return found


def day_of(path: str) -> Callable[[Row], date | None]:
    """Return how to read the local day of a moment."""

    def read(row: Row) -> date | None:
        return timezone.localtime(row[path]).date() if row[path] else None

    return read


def page_of(name: str, code: str = "code") -> Callable[[Row], str]:
    """Return how to read the absolute address of a record's page, in Thai."""

    def read(row: Row) -> str:
        return address(name, row[code])

    return read


# --- All of them ------------------------------------------------------------------

D = TypeVar("D", bound=Dataset)
_datasets: dict[str, Dataset] = {}


def register(dataset: type[D]) -> type[D]:
    """Offer a dataset under its slug.

    :raises ValueError: if another one has that slug.
    """
    if dataset.slug in _datasets:
        raise ValueError(f"There are two datasets called {dataset.slug!r}.")
    _datasets[dataset.slug] = dataset()
    return dataset


def registered() -> tuple[Dataset, ...]:
    """Return every dataset there is, the most asked for first."""
    return tuple(sorted(_datasets.values(), key=lambda each: each.place))


def find(slug: str) -> Dataset | None:
    """Return the dataset of a slug."""
    return _datasets.get(slug)


# --- Columns that several have ------------------------------------------------------


def place_columns(path: str = "") -> tuple[Column, ...]:
    """Return district and province, by code and by name."""
    return (
        Column("district_code", _("District (code)"), Kind.CODE, f"{path}district_id"),
        Column("district_th", _("District (Thai)"), source=f"{path}district__name_th"),
        Column(
            "district_en", _("District (English)"), source=f"{path}district__name_en"
        ),
        Column("province_code", _("Province (code)"), Kind.CODE, f"{path}province_id"),
        Column("province_th", _("Province (Thai)"), source=f"{path}province__name_th"),
        Column(
            "province_en", _("Province (English)"), source=f"{path}province__name_en"
        ),
    )
