"""The table of personal data: what is kept where, why, how long, and for whose eyes.

One table drives the privacy notice, the retention, what a person is handed out and
what an erasure takes away, so that none of them can forget a place. Each app enters
its own stores in ``AppConfig.ready()``; a test walks every column of every model and
fails at one that looks personal and stands in no store.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from registry.needles import Needles

Words = str | Promise
#: What stands where a person's name stood.
ERASED_TH, ERASED_EN = "ลบแล้ว", "Erased"


class Basis(models.TextChoices):
    """Grounds of the Personal Data Protection Act B.E. 2562 (facts.md §6.8)."""

    CONSENT = "consent", _("your consent (section 19)")
    CONTRACT = "contract", _("what you asked for yourself (section 24 (3))")
    PUBLIC_TASK = "public_task", _("a task in the public interest (section 24 (4))")
    INTEREST = "interest", _("a legitimate interest (section 24 (5))")
    LEGAL_DUTY = "legal_duty", _("a duty by law (section 24 (6))")


class Group(models.TextChoices):
    """Whose data it is, as the notice is read."""

    VISITOR = "visitor", _("If you visit or write to us")
    PRODUCER = "producer", _("If you are a producer or on a committee")
    APPLICANT = "applicant", _("If your agency asks to join")
    STAFF = "staff", _("If you work in the register")


@dataclass(frozen=True)
class Purpose:
    """One line of the notice: why some personal data is kept, and who sees it."""

    key: str
    group: Group
    what: Words
    why: Words
    basis: Sequence[Basis]
    seen_by: Words
    #: How long, where it is not a number of days after something.
    kept: Words = ""


@dataclass(frozen=True)
class Keeping:
    """How long rows are kept: ``setting`` names days in ``settings.RETENTION_DAYS``.

    ``old`` tells, for the moment that many days ago, which rows go.
    """

    setting: str
    old: Callable[[datetime.datetime], Q]
    #: Ends the sentence "… days", in the notice.
    after: Words
    #: Columns that are emptied; without any the whole row goes.
    blanks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Store:
    """A table that holds personal data.

    ``rows`` selects what is a person's by columns of the table's own, so that the
    same question can be put to its history. ``columns`` says what an erasure leaves
    in each personal column: a value, or a function of the row's key. With
    ``removes`` the rows go altogether.
    """

    model: str
    purpose: str
    rows: Callable[["Person"], Q]
    columns: Mapping[str, Any] = field(default_factory=dict)
    removes: bool = False
    keeping: Keeping | None = None
    #: Terms of a part of the row, which end before the row's own.
    sooner: Sequence[Keeping] = ()
    #: Columns nobody is handed out: secrets, and what says nothing to people.
    secret: frozenset[str] = frozenset()
    #: Which rows hold personal data; all of them without it.
    is_about_person: Callable[[Any], bool] | None = None

    @property
    def keepings(self) -> Sequence[Keeping]:
        """Return every term, the row's own last."""
        return (*self.sooner, *([self.keeping] if self.keeping else []))

    @property
    def table(self) -> type[models.Model]:
        """Return the model."""
        return apps.get_model(self.model)


_purposes: dict[str, Purpose] = {}
_stores: dict[str, Store] = {}


def keep_for(purpose: Purpose) -> None:
    """Enter a purpose; called from ``AppConfig.ready()``."""
    _purposes[purpose.key] = purpose


def keep(store: Store) -> None:
    """Enter a store; called from ``AppConfig.ready()``.

    :raises ValueError: if its purpose is not entered: nothing is kept for none.
    """
    if store.purpose not in _purposes:
        raise ValueError(f"{store.model} is kept for no purpose: {store.purpose!r}")
    _stores[store.model] = store
    columns_of.cache_clear()


def purposes() -> Sequence[Purpose]:
    """Return every purpose, those of the kernel first."""
    return tuple(_purposes.values())


def stores(purpose: Purpose | None = None) -> Sequence[Store]:
    """Return every store, or those of one purpose."""
    return tuple(
        store
        for store in _stores.values()
        if purpose is None or store.purpose == purpose.key
    )


@cache
def columns_of(label: str) -> Mapping[str, Any]:
    """Return the personal columns of a model, or of the model a history is of."""
    store = _stores.get(label)
    return {} if store is None else store.columns


def store_of(model: type[models.Model]) -> Store | None:
    """Return the store of a model; of a history, that of its model."""
    return _stores.get(past_of(model)._meta.label)


def past_of(model: type[models.Model]) -> type[models.Model]:
    """Return the model that ``model`` is the history of; itself if it is none."""
    found: type[models.Model] = getattr(model, "instance_type", model)
    return found


def is_personal(row: Any, column: str) -> bool:
    """Tell whether a row, of today or of history, keeps a person's data in a column."""
    store = store_of(type(row))
    if store is None or column not in store.columns:
        return False
    return store.is_about_person is None or store.is_about_person(row)


def spelled(column: str, values: Iterable[str]) -> Q:
    """Return rows whose column is one of ``values``, in capitals or not."""
    found = Q(pk__in=[])
    for value in sorted(values):
        found |= Q(**{f"{column}__iexact": value})
    return found


# --- Whose data -----------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Everything by which the register knows one person.

    ``records`` holds keys of records, by label, all of whose people are meant:
    whoever asks by a producer's code asks for the persons behind it.
    """

    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    #: Other addresses that lead to the person: accounts of messengers.
    handles: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    id_hashes: frozenset[str] = frozenset()
    users: frozenset[int] = frozenset()
    provinces: frozenset[str] = frozenset()
    records: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def with_(self, **more: Iterable[Any]) -> "Person":
        """Return the person, known by more."""
        grown = {
            name: getattr(self, name) | frozenset(each for each in values if each)
            for name, values in more.items()
        }
        return replace(self, **grown)

    def with_records(self, label: str, keys: Iterable[int]) -> "Person":
        """Return the person, with records whose people are meant."""
        known = self.records.get(label, frozenset()) | frozenset(keys)
        return replace(self, records={**self.records, label: known})

    def keys_of(self, label: str) -> frozenset[int]:
        """Return the keys of the person's records of one kind."""
        return self.records.get(label, frozenset())

    @property
    def is_known(self) -> bool:
        """Tell whether anything at all leads to somebody."""
        return bool(
            self.emails or self.phones or self.users or any(self.records.values())
        )

    @property
    def needles(self) -> Needles:
        """Return what to look for in texts."""
        return Needles(
            emails=self.emails,
            phones=self.phones,
            names=self.names,
            words=self.handles | self.id_hashes,
        )


#: Returns a person, known by what an app knows more.
Gatherer = Callable[[Person], Person]
#: Does what no column of a store says, inside the act of an erasure.
Eraser = Callable[[Person], None]
_gatherers: list[Gatherer] = []
_erasers: list[Eraser] = []


def gather_by(gatherer: Gatherer) -> None:
    """Have ``gatherer`` asked who a person is; called from ``AppConfig.ready()``."""
    if gatherer not in _gatherers:
        _gatherers.append(gatherer)


def erase_by(eraser: Eraser) -> None:
    """Have ``eraser`` called in every erasure, before texts are gone through."""
    if eraser not in _erasers:
        _erasers.append(eraser)


def erasers() -> Sequence[Eraser]:
    """Return what the apps have registered."""
    return tuple(_erasers)


def gathered(person: Person) -> Person:
    """Return ``person`` with everything the apps know of the same one.

    Asked until nothing is added: an address leads to an account, the account to a
    producer, the producer to a telephone.
    """
    for _round in range(4):
        before = person
        for gatherer in _gatherers:
            person = gatherer(person)
        if person == before:
            break
    return person


# --- Words of the notice --------------------------------------------------------------


def kept_in_words(purpose: Purpose, days: Mapping[str, int]) -> list[Words]:
    """Return how long data of a purpose is kept, a sentence for each rule."""
    found = [purpose.kept] if purpose.kept else []
    for store in stores(purpose):
        for keeping in store.keepings:
            span = in_words(days[keeping.setting])
            found.append(f"{span} {keeping.after}")
    return list(dict.fromkeys(found))


def in_words(days: int) -> str:
    """Return a span as people count it: years, months, else days."""
    if days and days % 365 == 0:
        number = days // 365
        text = ngettext("%(number)d year", "%(number)d years", number)
    elif days and days % 30 == 0:
        number = days // 30
        text = ngettext("%(number)d month", "%(number)d months", number)
    else:
        number = days
        text = ngettext("%(number)d day", "%(number)d days", number)
    return text % {"number": number}
