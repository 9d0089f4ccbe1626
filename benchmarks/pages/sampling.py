"""Asking for pages in interleaved rounds, and what the samples come to."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

from benchmarks.pages.client import Answer, Page, Visitor, crowd
from benchmarks.pages.facts import Facts
from benchmarks.pages.rows import Row
from benchmarks.pages.servers import Server

#: An address with fewer samples is not looked at by itself.
ENOUGH = 3
#: Pages of a row that are looked at before anything counts.
LOOKED_AT = 6
#: A crowd that reaches every worker before anything counts, and its requests; of the
#: plain app, whose pages take seconds, fewer.
WARM_CLIENTS, WARM_REQUESTS, WARM_PLAIN = 8, 32, 4


@dataclass(frozen=True)
class Subject:
    """A server that is measured, and what it is asked for."""

    server: Server
    facts: Facts
    is_plain: bool = False
    #: Addresses of a row that one round asks for.
    at_once: int = 6

    @property
    def name(self) -> str:
        """Return what the results call it."""
        return self.server.name

    def pages(self, row: Row) -> list[Page]:
        """Return the pages of a row; none if this server has no such page."""
        asked = row.plain if self.is_plain else row.portal
        return asked(self.facts) if asked else []


@dataclass
class Samples:
    """What one row cost on one server."""

    by_page: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    #: Why the figures are of something else than they say.
    faults: list[str] = field(default_factory=list)

    @property
    def is_there(self) -> bool:
        """Tell whether the page was there and showed what it must."""
        return bool(self.by_page) and not self.faults

    def typical(self, what: str) -> float:
        """Return the median of a column; over several pages the mean of theirs.

        So the slow ones among them count. Of many pages with a sample or two each
        it is the median of all.
        """
        if not self.by_page:
            return float("inf")
        columns = [
            [getattr(each, what) for each in answers]
            for answers in self.by_page.values()
        ]
        if min(map(len, columns)) < ENOUGH:
            return median(value for column in columns for value in column)
        return fmean(map(median, columns))

    def told(self) -> dict[str, Any]:
        """Return the samples as JSON holds them: milliseconds."""
        return {
            "faults": self.faults,
            "pages": {
                path: [
                    {
                        "wall": round(each.wall, 3),
                        "app": round(each.app, 3),
                        "database": round(each.database, 3),
                        "queries": each.queries,
                    }
                    for each in answers
                ]
                for path, answers in self.by_page.items()
            },
        }


Measured = dict[tuple[str, str], Samples]


def measure(
    rows: Sequence[Row], subjects: Sequence[Subject], rounds: int, seconds: float
) -> Measured:
    """Ask for every row on every server in each round; return what it cost.

    Each server has one client. What disturbs the machine for a while disturbs
    all of them alike. Fewer rounds, but :data:`ENOUGH`, if they take longer.
    """
    visitors = {each.name: Visitor(each.server.port) for each in subjects}
    found: Measured = {}
    for row in rows:
        for subject in subjects:
            samples = found[row.key, subject.name] = Samples()
            warm(row, subject, visitors[subject.name], samples)
    end = time.monotonic() + seconds
    for turn in range(rounds):
        if turn >= ENOUGH and time.monotonic() > end:
            break
        for row in rows:
            for subject in subjects:
                samples = found[row.key, subject.name]
                if samples.faults:
                    continue
                for page in chosen(subject.pages(row), subject.at_once, turn):
                    answer = visitors[subject.name].ask(page)
                    if answer.status != 200:
                        samples.faults.append(f"{page.path}: {answer.status}")
                        break
                    # The figures are kept, the page is not.
                    samples.by_page[page.path].append(answer._replace(body=b""))
    return found


def chosen(pages: Sequence[Page], count: int, turn: int) -> Iterable[Page]:
    """Return the pages whose turn it is."""
    count = min(count, len(pages))
    return [pages[(turn * count + at) % len(pages)] for at in range(count)]


def warm(row: Row, subject: Subject, visitor: Visitor, samples: Samples) -> None:
    """Ask for pages before anything counts, and look at what they show."""
    pages = subject.pages(row)
    if not pages:
        if not subject.is_plain:
            samples.faults.append("There is no such page.")
        return
    for page in pages[: 1 if subject.is_plain else LOOKED_AT]:
        if fault := fault_of(visitor.ask(page), row, subject):
            samples.faults.append(f"{page.path}: {fault}")
            return
    crowd(
        subject.server.port,
        pages,
        clients=WARM_PLAIN if subject.is_plain else WARM_CLIENTS,
        seconds=60,
        warm=0,
        most=WARM_PLAIN if subject.is_plain else WARM_REQUESTS,
    )


def fault_of(answer: Answer, row: Row, subject: Subject) -> str:
    """Return what is wrong with a page; empty if it shows what it must."""
    if answer.status != 200:
        return str(answer.status)
    if row.shows and not any(shown in answer.body for shown in row.shows):
        return "shows nothing that was asked for"
    return ""
