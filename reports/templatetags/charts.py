"""Charts of figures: drawn on the server, with every figure in words beside them."""

from collections.abc import Sequence
from decimal import Decimal
from math import ceil, floor, log10
from typing import Any, NamedTuple

from django import template

from reports.base import Chart

register = template.Library()

Number = int | float | Decimal

#: Of the drawing: as wide as a phone shows it, so that letters stay readable there.
WIDTH, HEIGHT = 360, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 24, 14, 30
STEPS = 4
#: Labels under a line chart; of more than these some are left out.
MOST_LABELS = 5


class Mark(NamedTuple):
    """A point of a line, or a label beside an axis."""

    x: float
    y: float
    text: str


class Line(NamedTuple):
    """One series as a line."""

    number: int
    name: str
    points: str
    marks: Sequence[Mark]


@register.inclusion_tag("components/chart.html")
def chart(drawn: Chart, *, title: str) -> dict[str, Any]:
    """Show figures as bars or lines; ``title`` names them."""
    shown = bars_of(drawn) if drawn.kind == "bars" else lines_of(drawn)
    return {
        "title": title,
        "kind": drawn.kind,
        "names": [
            (number, name) for number, (name, _v) in enumerate(drawn.series, start=1)
        ],
        "rows": [
            (label, [f"{values[at]:,}" for _name, values in drawn.series])
            for at, label in enumerate(drawn.labels)
        ],
        **shown,
    }


def bars_of(drawn: Chart) -> dict[str, Any]:
    """Return the bars of each label, a series below the other."""
    most = max((value for _name, each in drawn.series for value in each), default=0)
    return {
        "bars": [
            (
                label,
                [
                    (number, name, f"{values[at]:,}", share(values[at], most))
                    for number, (name, values) in enumerate(drawn.series, start=1)
                ],
            )
            for at, label in enumerate(drawn.labels)
        ]
    }


def share(value: Number, most: Number) -> str:
    """Return how long a bar is, in hundredths of the longest."""
    return f"{max(0.0, float(value)) * 100 / (float(most) or 1):.1f}"


def lines_of(drawn: Chart) -> dict[str, Any]:
    """Return the lines of a chart and what stands beside its axes."""
    values = [float(value) for _name, each in drawn.series for value in each]
    is_whole = all(value.is_integer() for value in values)
    ticks = ticks_between(min([0.0, *values]), max([0.0, *values]), is_whole=is_whole)
    low, high = ticks[0], ticks[-1]
    count = len(drawn.labels)

    def across(at: int) -> float:
        room = WIDTH - LEFT - RIGHT
        return round(LEFT + (room * at / (count - 1) if count > 1 else room / 2), 1)

    def up(value: Number) -> float:
        room = HEIGHT - TOP - BOTTOM
        return round(TOP + room * (high - float(value)) / (high - low), 1)

    lines = []
    for number, (name, series) in enumerate(drawn.series, start=1):
        marks = [
            Mark(across(at), up(value), f"{value:,}") for at, value in enumerate(series)
        ]
        points = " ".join(f"{mark.x},{mark.y}" for mark in marks)
        lines.append(Line(number, name, points, marks))
    every = max(1, ceil(count / MOST_LABELS))
    return {
        "lines": lines,
        "width": WIDTH,
        "height": HEIGHT,
        "start": LEFT,
        "end": WIDTH - RIGHT,
        "ticks": [Mark(LEFT - 8, up(tick), f"{tick:,g}") for tick in ticks],
        # The latest is always named: count from there.
        "labels": [
            Mark(across(at), HEIGHT - 8, drawn.labels[at])
            for at in range(count - 1, -1, -every)
        ],
    }


def ticks_between(low: float, high: float, *, is_whole: bool = True) -> list[float]:
    """Return round numbers from at most ``low`` to at least ``high``."""
    rough = ((high - low) or 1) / STEPS
    size = 10 ** floor(log10(rough))
    step = next(each * size for each in (1, 2, 2.5, 5, 10) if each * size >= rough)
    if is_whole and step < 10:
        step = ceil(step)
    first, last = floor(low / step), ceil(high / step)
    return [round(step * at, 6) for at in range(first, max(last, first + 1) + 1)]
