"""The pages of the portal at national size, beside a plain Django app.

One client asks for every page in interleaved rounds: of the portal with 250,000
products, of the portal with 2,500, and of ``benchmarks.plain`` with 250,000. Then
crowds of 8 and 32 clients ask for catalogue and product pages. No page is cached
anywhere. ``QUICK=1`` takes 25,000 products and fewer rounds; ``BENCH_REGISTERS``
names a large and a small register that are there already.
"""

import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from benchmarks import results
from benchmarks.measuring import Figure, show
from benchmarks.pages import registers, sampling, tables
from benchmarks.pages.client import Page, crowd
from benchmarks.pages.rows import CLIENTS, CROWDS, TABLE, Crowd
from benchmarks.pages.sampling import Subject
from benchmarks.pages.servers import serving

#: What a web worker may hold in memory, and behind how many requests (issue: 20,000).
MEMORY, REQUESTS = 150, 20_000
PLAIN = "benchmarks.plain.settings"


@dataclass(frozen=True)
class Size:
    """How much of everything a run takes."""

    large: int = 250_000
    small: int = 2_500
    rounds: int = 12
    #: Seconds the rounds may take, and asking on for the sake of memory.
    patience: float = 180
    #: Seconds of each crowd, and before its answers count.
    seconds: float = 12
    warm: float = 2
    requests: int = REQUESTS
    #: Products of the registers on SQLite, the small one first.
    on_sqlite: tuple[int, ...] = (2_500, 25_000)
    sqlite_rounds: int = 7


WHOLE = Size()
QUICK = Size(
    large=25_000,
    rounds=5,
    patience=45,
    seconds=4,
    warm=1,
    requests=4_000,
    on_sqlite=(),
)


def main() -> bool:
    """Measure, from PostgreSQL on; tell whether every limit is kept."""
    if connection.vendor != "postgresql":
        print("pages: measured with PostgreSQL, and on SQLite beside it")
        return True
    size = QUICK if os.environ.get("QUICK", "0") not in {"", "0"} else WHOLE
    began = time.monotonic()
    call_command("collectstatic", interactive=False, stdout=io.StringIO())
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as beside:
        # Making registers is not measured: the machine's other core helps.
        files = beside.submit(registers.on_sqlite, Path(folder), *size.on_sqlite)
        kept = on_postgresql(size, until=files.result)
        if size.on_sqlite:
            on_sqlite(size, files.result())
    print(f"pages: {time.monotonic() - began:,.0f} s in all")
    return kept


@contextmanager
def clocked(what: str) -> Iterator[None]:
    """Say how long a part of the run takes."""
    began = time.monotonic()
    yield
    print(f"({what}: {time.monotonic() - began:,.0f} s)", flush=True)


# --- PostgreSQL ---------------------------------------------------------------------


def on_postgresql(size: Size, until: Callable[[], object]) -> bool:
    """Measure every row of the table; tell whether its limits are kept.

    :param until: returns when nothing else runs on the machine.
    """
    base = os.environ["DATABASE_URL"]
    with ExitStack() as running:
        with clocked("registers made"):
            large, small = running.enter_context(
                registers.on_postgresql(base, size.large, size.small)
            )
            until()
        known = {url: registers.facts_of(url) for url in (large, small)}
        run = running.enter_context
        portal = Subject(run(serving("portal", large)), known[large])
        little = Subject(run(serving("portal-small", small)), known[small])
        plain = Subject(
            run(serving("plain", large, settings=PLAIN)),
            known[large],
            is_plain=True,
            at_once=1,
        )
        with clocked("one client"):
            found = sampling.measure(
                TABLE, (portal, little, plain), size.rounds, size.patience
            )
        figures = tables.of_pages(found, portal, little, plain)
        with clocked("crowds"):
            crowds = under_load(portal, plain, size)
        figures += tables.of_crowds(crowds, tables.is_national(portal))
        with clocked("memory"):
            figures += after_many(portal, crowds, size)
        results.keep(
            "pages",
            {
                "registers": [
                    tables.described(each.facts) for each in (portal, little)
                ],
                "samples": tables.samples_told(found),
                "crowds": tables.crowds_told(crowds),
            },
        )
    return all(each.is_kept for each in figures)


def under_load(portal: Subject, plain: Subject, size: Size) -> tables.Crowds:
    """Have crowds ask both apps; return what they were answered."""
    found: tables.Crowds = {}
    for row in CROWDS:
        for clients in CLIENTS:
            for subject in (portal, plain):
                found[row.key, clients, subject.name] = crowd(
                    subject.server.port,
                    row.pages(subject.facts),
                    clients=clients,
                    seconds=size.seconds,
                    warm=size.warm,
                )
    return found


def after_many(portal: Subject, crowds: tables.Crowds, size: Size) -> list[Figure]:
    """Ask on until the workers have answered enough; return what the larger holds."""
    answered = sum(
        len(load.walls)
        for (_key, _clients, name), load in crowds.items()
        if name == portal.name
    )
    pages = [page for row in CROWDS for page in mixed(row, portal)]
    if answered < size.requests:
        more = crowd(
            portal.server.port,
            pages,
            clients=CLIENTS[0],
            seconds=size.patience,
            warm=0,
            most=size.requests - answered,
        )
        answered += len(more.walls)
    figures = [
        Figure(
            "requests answered by two web workers", answered, "", None, size.requests
        ),
        Figure(
            "a web worker after them, memory",
            max(portal.server.memory()),
            "MiB",
            MEMORY,
        ),
    ]
    print()
    show(*figures)
    return figures


def mixed(row: Crowd, subject: Subject) -> list[Page]:
    """Return as many pages of each crowd, so that a mixture asks for both."""
    pages = row.pages(subject.facts)
    return [pages[at % len(pages)] for at in range(40)]


# --- SQLite -------------------------------------------------------------------------


def on_sqlite(size: Size, databases: list[str]) -> None:
    """Measure the same pages on SQLite, to be known: no limit is set for them."""
    small, large = databases
    with ExitStack() as running:
        subjects = [
            Subject(
                running.enter_context(serving(name, url)),
                registers.facts_of(url),
            )
            for name, url in (("sqlite", large), ("sqlite-small", small))
        ]
        with clocked("one client, SQLite"):
            found = sampling.measure(TABLE, subjects, size.sqlite_rounds, size.patience)
        tables.on_sqlite(found, *subjects)
        results.keep(
            "sqlite-pages",
            {
                "registers": [tables.described(each.facts) for each in subjects],
                "samples": tables.samples_told(found),
            },
        )
