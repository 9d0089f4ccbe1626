"""A sheet to draw on in flat colours: paths, ovals and lines that can be turned.

Everything is a polygon drawn four times too large and reduced at the end, so that
edges are smooth and the same on every machine.
"""

import io
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PIL import Image, ImageDraw

#: Drawings are made in these units, whatever size they come out at.
UNITS = 400
SIDE = 960
OVERSAMPLING = 3
SCALE = SIDE * OVERSAMPLING / UNITS
#: Straight pieces of one curve.
STEPS = 24

Point = tuple[float, float]
TOKEN = re.compile(r"[MLQCZz]|-?\d*\.?\d+")


class Canvas:
    """One square drawing in the making."""

    def __init__(self, background: str) -> None:
        size = round(UNITS * SCALE)
        self.image = Image.new("RGB", (size, size), background)
        # In this mode colours with a fourth part are laid over what is there.
        self.pen = ImageDraw.Draw(self.image, "RGBA")
        self._moves: list[tuple[float, float, float, float]] = []

    @contextmanager
    def at(
        self, x: float, y: float, *, turn: float = 0, scale: float = 1
    ) -> Iterator[None]:
        """Draw what follows around ``(x, y)``, turned by degrees and scaled."""
        self._moves.append((x, y, math.radians(turn), scale))
        try:
            yield
        finally:
            self._moves.pop()

    # --- Shapes -----------------------------------------------------------------

    def path(
        self, outline: str, fill: str | None = None, *, line: str = "", width: float = 4
    ) -> None:
        """Draw an outline written as in SVG: absolute M, L, Q, C and Z."""
        for points, closed in _pieces(outline):
            self.shape(points, fill)
            if line:
                ends = [*points, points[0]] if closed else points
                self.line(ends, line, width)

    def shape(self, points: Sequence[Point], fill: str | None) -> None:
        """Fill a polygon."""
        if fill and len(points) > 2:
            self.pen.polygon([self._place(point) for point in points], fill=fill)

    def line(self, points: Sequence[Point], colour: str, width: float = 4) -> None:
        """Draw a line with round ends and corners."""
        placed = [self._place(point) for point in points]
        thick = width * SCALE * math.prod(scale for *_, scale in self._moves)
        self.pen.line(placed, fill=colour, width=max(1, round(thick)), joint="curve")
        for x, y in (placed[0], placed[-1]):
            half = thick / 2
            self.pen.ellipse((x - half, y - half, x + half, y + half), fill=colour)

    def oval(
        self, x: float, y: float, rx: float, ry: float, fill: str, *, turn: float = 0
    ) -> None:
        """Fill an ellipse."""
        steps = 4 * STEPS
        with self.at(x, y, turn=turn):
            self.shape(
                [
                    (
                        rx * math.cos(2 * math.pi * step / steps),
                        ry * math.sin(2 * math.pi * step / steps),
                    )
                    for step in range(steps)
                ],
                fill,
            )

    def dot(self, x: float, y: float, radius: float, fill: str) -> None:
        """Fill a circle."""
        self.oval(x, y, radius, radius, fill)

    def box(
        self, x: float, y: float, wide: float, high: float, fill: str, radius: float = 0
    ) -> None:
        """Fill a rectangle with rounded corners."""
        r, right, bottom = radius, x + wide, y + high
        self.path(
            f"M{x + r} {y} L{right - r} {y} Q{right} {y} {right} {y + r} "
            f"L{right} {bottom - r} Q{right} {bottom} {right - r} {bottom} "
            f"L{x + r} {bottom} Q{x} {bottom} {x} {bottom - r} "
            f"L{x} {y + r} Q{x} {y} {x + r} {y} Z",
            fill,
        )

    # --- The sheet itself -------------------------------------------------------

    def png(self) -> bytes:
        """Return the finished drawing."""
        written = io.BytesIO()
        self.image.reduce(OVERSAMPLING).save(written, "PNG", compress_level=1)
        return written.getvalue()

    def _place(self, point: Point) -> Point:
        x, y = point
        for left, top, turn, scale in reversed(self._moves):
            x, y = x * scale, y * scale
            x, y = (
                left + x * math.cos(turn) - y * math.sin(turn),
                top + x * math.sin(turn) + y * math.cos(turn),
            )
        return x * SCALE, y * SCALE


def _pieces(outline: str) -> Iterator[tuple[list[Point], bool]]:
    """Yield each part of an outline as points, and whether it is closed."""
    words = TOKEN.findall(outline)
    points: list[Point] = []
    command, at = "M", 0
    while at < len(words):
        if words[at].isalpha():
            command = words[at].upper()
            at += 1
        if command == "Z":
            yield points, True
            points, command = [], "M"
            continue
        count = {"M": 1, "L": 1, "Q": 2, "C": 3}[command]
        numbers = [float(word) for word in words[at : at + 2 * count]]
        at += 2 * count
        corners = list(zip(numbers[::2], numbers[1::2], strict=True))
        if command == "M" and points:
            yield points, False
            points = []
        points += corners if count == 1 else _curve(points[-1], corners)
        command = "L" if command == "M" else command
    if points:
        yield points, False


def _curve(start: Point, corners: Sequence[Point]) -> list[Point]:
    """Return points along a Bézier curve, by de Casteljau."""
    found = []
    for step in range(1, STEPS + 1):
        t = step / STEPS
        level = [start, *corners]
        while len(level) > 1:
            level = [
                (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)
                for a, b in itertools.pairwise(level)
            ]
        found.append(level[0])
    return found
