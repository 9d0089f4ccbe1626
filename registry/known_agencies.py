"""Agencies the register knows, found by what a newcomer types.

Only what is public anyway is told: name, kind and provinces of approved agencies.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max

from registry.enums import AgencyKind, AgencyState
from registry.models import Agency, in_language
from registry.thai.text import fold, name_document, parse_query

#: Letters a text must have before anything is offered.
LEAST = 2
#: How alike two names must be, of 1, to be shown as perhaps the same.
ALIKE = 0.6
#: Words that most names of offices have, and say nothing.
COMMON = tuple(
    fold(word)
    for word in ("สำนักงาน", "สนง", "ที่ทำการ", "จังหวัด", "อำเภอ", "ประจำ", "office", "the")
)


@dataclass(frozen=True)
class Known:
    """What is told of an approved agency, and what it is found by."""

    pk: int
    name_th: str
    name_en: str
    abbreviation_th: str
    abbreviation_en: str
    kind: AgencyKind
    is_national: bool
    #: Thai and English names by code.
    provinces: dict[str, tuple[str, str]]
    document: str

    @property
    def name(self) -> str:
        """Return the name in the reader's language."""
        return in_language(self, "name")

    @property
    def abbreviation(self) -> str:
        """Return the abbreviation in the reader's language, if there is one."""
        return in_language(self, "abbreviation")

    @property
    def places(self) -> list[str]:
        """Return the names of its provinces in the reader's language."""
        return [
            in_language(_Names(*names), "name") for names in self.provinces.values()
        ]


@dataclass(frozen=True)
class _Names:
    name_th: str
    name_en: str


_kept: dict[Any, tuple[Known, ...]] = {}


def known_agencies() -> tuple[Known, ...]:
    """Return all approved agencies. One query, two more after any of them changed."""
    approved = Agency.objects.filter(state=AgencyState.APPROVED)
    stamp = tuple(approved.aggregate(Max("updated_at"), Count("pk")).values())
    if stamp not in _kept:
        found = tuple(
            _known(agency) for agency in approved.prefetch_related("provinces")
        )
        _kept.clear()
        _kept[stamp] = found
    return _kept[stamp]


def _known(agency: Agency) -> Known:
    provinces = sorted(agency.provinces.all(), key=lambda place: place.sort_key)
    names = (
        *(agency.name_th, agency.name_en),
        *(agency.abbreviation_th, agency.abbreviation_en),
    )
    return Known(
        agency.pk,
        *names,
        kind=AgencyKind(agency.kind),
        is_national=agency.is_national,
        provinces={each.code: (each.name_th, each.name_en) for each in provinces},
        document=name_document(*names),
    )


def suggest(text: str, limit: int = 4) -> list[Known]:
    """Return the agencies a half-typed name or abbreviation may mean, best first."""
    wanted = fold(text[:250])
    if len(wanted) < LEAST:
        return []
    terms = parse_query(text[:250])

    def fits(known: Known) -> bool:
        return all(
            all(token in known.document for token in term.tokens)
            or (term.compact and term.compact in known.document)
            for term in terms
        )

    def rank(known: Known) -> tuple[int, str]:
        short = {fold(known.abbreviation_th), fold(known.abbreviation_en)}
        begins = known.document.startswith(wanted)
        return (0 if wanted in short else 1 if begins else 2, known.name_th)

    return sorted(filter(fits, known_agencies()), key=rank)[:limit]


def similar(asked: Any, limit: int = 5) -> list[Known]:
    """Return agencies that a request to join may mean, the most alike first.

    Looked for are those of its province, for a national one the national ones, and
    anywhere the very same name.
    """
    names = [name for name in (asked.name_th, asked.name_en) if name]
    short = {fold(asked.abbreviation_th), fold(asked.abbreviation_en)} - {""}
    found = []
    for known in known_agencies():
        theirs = [name for name in (known.name_th, known.name_en) if name]
        likeness = max((alike(a, b) for a in names for b in theirs), default=0.0)
        if short & {fold(known.abbreviation_th), fold(known.abbreviation_en)}:
            likeness = max(likeness, ALIKE)
        near = (
            known.is_national
            if asked.is_national
            else asked.province_id in known.provinces
        )
        if likeness >= (ALIKE if near else 1):
            found.append((-likeness, known.name_th, known))
    return [known for *_rank, known in sorted(found, key=lambda each: each[:2])[:limit]]


def alike(one: str, other: str) -> float:
    """Return how alike two names are, 0 to 1, by the triples of letters they share."""
    a, b = _triples(one), _triples(other)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _triples(name: str) -> frozenset[str]:
    text = fold(name)
    for word in COMMON:
        text = text.replace(word, "")
    text = f" {text.strip()} "
    return frozenset(text[start : start + 3] for start in range(len(text) - 2))
