"""The tables that a run prints, and the figures they are made of."""

from typing import Any

from benchmarks.measuring import SHOWN, Figure
from benchmarks.pages.client import Load
from benchmarks.pages.facts import Facts
from benchmarks.pages.rows import CLIENTS, CROWDS, TABLE, Row
from benchmarks.pages.sampling import Measured, Samples, Subject

#: Answers of crowds: by row, number of clients, and who was asked.
Crowds = dict[tuple[str, int, str], Load]

#: The size of the register the limits against the plain app are set for.
NATIONAL = 250_000


def is_national(portal: Subject) -> bool:
    """Tell whether the limits against the plain app are meant for this register."""
    return portal.facts.products >= NATIONAL


def of_pages(
    found: Measured, portal: Subject, little: Subject, plain: Subject
) -> list[Figure]:
    """Print the table of one client; return its figures."""
    held = is_national(portal)
    print(
        f"\nOne client, {portal.facts.database}: {described(portal.facts)};"
        f" growth from {little.facts.products:,} products"
        f"\nmilliseconds; cost is processor and database time of one request\n"
    )
    print(
        f"{'':<42}{'clock':>8}{'limit':>7}     {'cost':>8}{'queries':>8}"
        f"{'plain':>9}{'faster':>8}{'least':>6}     {'growth':>7}{'limit':>6}"
    )
    figures: list[Figure] = []
    for row in TABLE:
        large, small, other = (
            found[row.key, each.name] for each in (portal, little, plain)
        )
        wall, faster, growth = row_figures(row, large, small, other, held)
        figures += filter(None, (wall, faster, growth))
        said = f"{row.name:<42}{wall.value:>8.1f}{row.limits.wall:>7g} {sign(wall)}"
        said += f"{large.typical('cost'):>8.1f}{large.typical('queries'):>8.0f}"
        said += (
            f"{other.typical('cost'):>9.1f}{faster.value:>8.2f}"
            f"{row.limits.ratio or 0:>6g} {sign(faster)}"
            if faster
            else f"{'–':>9}{'':>14} {'':<4}"
        )
        print(f"{said}{growth.value:>7.2f}{row.limits.growth:>6g} {sign(growth)}")
        for subject in (portal, little, plain):
            for fault in found[row.key, subject.name].faults:
                print(f"    {subject.name}: {fault}")
    if not held:
        print("Limits against the plain app hold for a national register only.")
    SHOWN.extend(figures)
    return figures


def row_figures(
    row: Row,
    large: Samples,
    small: Samples,
    other: Samples,
    held: bool,
) -> tuple[Figure, Figure | None, Figure]:
    """Return what a row is held to: clock, times as fast as the plain app, growth."""
    none = float("inf")
    cost = large.typical("cost")
    wall = large.typical("wall") if large.is_there else none
    both = large.is_there and small.is_there
    growth = cost / small.typical("cost") if both else none
    faster = None
    if row.limits.ratio is not None:
        there = large.is_there and other.is_there
        faster = Figure(
            f"{row.name}, against the plain app",
            other.typical("cost") / cost if there else 0.0,
            "×",
            floor=row.limits.ratio if held else None,
        )
    return (
        Figure(row.name, wall, "ms", row.limits.wall),
        faster,
        Figure(f"{row.name}, growth", growth, "×", row.limits.growth),
    )


def sign(figure: Figure) -> str:
    """Return whether a figure keeps its limit, in four letters."""
    if not figure.is_held:
        return "    "
    return "ok  " if figure.is_kept else "MISS"


def of_crowds(found: Crowds, held: bool) -> list[Figure]:
    """Print the table of the crowds; return its figures."""
    names = list(dict.fromkeys(name for _key, _clients, name in found))
    portal, plain = names
    print(
        f"\nCrowds, answers a second and milliseconds\n\n{'':<34}{'rate':>8}"
        f"{'least':>6}     {'median':>8}{'p95':>8}{'limit':>6}     {'errors':>6}"
        f"{'plain':>9}{'p95':>9}{'faster':>8}{'least':>6}"
    )
    figures = []
    for row in CROWDS:
        for clients in CLIENTS:
            name = f"{row.name}, {clients} clients"
            load, other = (found[row.key, clients, each] for each in (portal, plain))
            # An app too slow for a single answer counts as if it had given one.
            times = load.rate / max(other.rate, 1 / other.seconds)
            is_largest = clients == max(CLIENTS)
            rate = Figure(name, load.rate, "/s", floor=row.rate)
            late = Figure(
                f"{name}, p95",
                load.at(0.95),
                "ms",
                limit=row.wall if is_largest else None,
            )
            errors = Figure(f"{name}, errors", load.errors, "", 0)
            faster = Figure(
                f"{name}, against the plain app",
                times,
                "×",
                floor=row.ratio if held else None,
            )
            figures += [rate, late, errors, faster]
            print(
                f"{name:<34}{load.rate:>8.1f}{row.rate:>6g} {sign(rate)}"
                f"{load.at(0.5):>8.1f}{load.at(0.95):>8.1f}"
                f"{row.wall if is_largest else 0:>6g} {sign(late)}"
                f"{load.errors:>6}{other.rate:>9.2f}{other.at(0.95):>9.0f}"
                f"{times:>8.2f}{row.ratio:>6g} {sign(faster)}"
            )
    SHOWN.extend(figures)
    return figures


def on_sqlite(found: Measured, large: Subject, small: Subject) -> None:
    """Print the table of SQLite, without limits."""
    print(
        f"\nOne client, {large.facts.database}, without limits:"
        f" {described(large.facts)}; growth from {small.facts.products:,} products\n"
    )
    print(f"{'':<42}{'clock':>8}{'cost':>8}{'queries':>8}{'small':>8}{'growth':>8}")
    figures = []
    for row in TABLE:
        many, few = found[row.key, large.name], found[row.key, small.name]
        cost, less = many.typical("cost"), few.typical("cost")
        growth = cost / less if many.is_there and few.is_there else float("inf")
        figures += [
            Figure(f"{row.name}, SQLite", many.typical("wall"), "ms"),
            Figure(f"{row.name}, growth on SQLite", growth, "×"),
        ]
        print(
            f"{row.name:<42}{many.typical('wall'):>8.1f}{cost:>8.1f}"
            f"{many.typical('queries'):>8.0f}{few.typical('wall'):>8.1f}{growth:>8.2f}"
        )
        for subject in (large, small):
            for fault in found[row.key, subject.name].faults:
                print(f"    {subject.name}: {fault}")
    SHOWN.extend(figures)


# --- As JSON ------------------------------------------------------------------------


def described(facts: Facts) -> str:
    """Return how large a register is."""
    return (
        f"{facts.products:,} products ({facts.published:,} public),"
        f" {facts.members:,} members, {facts.ratings:,} ratings"
    )


def samples_told(found: Measured) -> dict[str, Any]:
    """Return every sample, by row and server."""
    return {f"{row} {name}": each.told() for (row, name), each in found.items()}


def crowds_told(found: Crowds) -> dict[str, Any]:
    """Return what every crowd was answered."""
    return {
        f"{key} {clients} {name}": {
            "rate": round(load.rate, 2),
            "seconds": round(load.seconds, 2),
            "errors": load.errors,
            "repeated": load.repeated,
            "walls": [round(wall, 2) for wall in load.walls],
        }
        for (key, clients, name), load in found.items()
    }
