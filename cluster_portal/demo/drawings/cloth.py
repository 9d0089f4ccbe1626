"""Drawings of what is woven, sewn and knitted."""

import math

from cluster_portal.demo.drawings.canvas import Canvas
from cluster_portal.demo.drawings.colours import (
    BROWN,
    CORAL,
    CREAM,
    GOLD,
    INDIGO,
    INDIGO_DARK,
    INDIGO_LIGHT,
    INK,
    LEAF,
    LINEN,
    MIST,
    PHU_2,
    RED,
    RED_DARK,
    ROSE,
    SAND,
    SHADOW,
    SKY,
    WHITE,
    WOOD_DARK,
    WOOD_LIGHT,
)


def diamonds(c: Canvas, ground: str, shades: list[str], count: int) -> None:
    """Cover the sheet with diamonds, an eye in each."""
    size = 400 / count
    half = size / 2
    for column in range(count):
        for row in range(count):
            shade = shades[(column * 3 + row * 2 + column * row % 3) % len(shades)]
            x, y = column * size + half, row * size + half
            c.path(
                f"M{x} {y - half + 4} L{x + half - 4} {y} L{x} {y + half - 4} "
                f"L{x - half + 4} {y} Z",
                shade,
            )
            c.dot(x, y, size * 0.1, ground)


def quilt() -> Canvas:
    """Draw a quilt of Chiang Khan, spread out."""
    c = Canvas("#F4EFE3")
    diamonds(c, "#F4EFE3", [RED, CORAL, GOLD, LEAF, INDIGO], 6)
    return c


def thaidam() -> Canvas:
    """Draw dark Tai Dam cloth with its flower pattern."""
    c = Canvas(INK)
    diamonds(c, INK, [RED, GOLD, "#EDE7D8"], 8)
    return c


def folded(c: Canvas, x: float, y: float, wide: float, shade: str, stripe: str) -> None:
    """Lay one folded cloth with its stripes, its top left at ``(x, y)``."""
    c.box(x, y, wide, 46, shade, 16)
    for step in range(4):
        c.box(x + 18, y + 8 + step * 9, wide - 36, 2.6, stripe)
    c.path(
        f"M{x + wide - 20} {y} Q{x + wide + 4} {y + 23} {x + wide - 20} {y + 46}",
        line="#00000030",
        width=3,
    )


def cotton() -> Canvas:
    """Draw a stack of hand-woven cotton and a bough of cotton."""
    c = Canvas(MIST)
    c.oval(210, 346, 166, 20, SHADOW)
    for step, (shade, stripe) in enumerate(
        (
            (INDIGO, INDIGO_LIGHT),
            ("#E8E0CC", "#B59A70"),
            (CORAL, "#F3C4B2"),
            (PHU_2, "#BCD2CF"),
        )
    ):
        folded(c, 64 + step % 2 * 8, 296 - step * 50, 284 - step * 10, shade, stripe)
    c.path("M92 130 Q170 84 270 96", line=BROWN, width=6)
    for x, y in ((122, 108), (196, 84), (270, 92)):
        for turn in range(5):
            c.dot(
                x + 17 * math.cos(turn * 1.257),
                y + 17 * math.sin(turn * 1.257),
                17,
                WHITE,
            )
        c.dot(x, y, 16, "#F1F3F0")
    return c


def silk() -> Canvas:
    """Draw a fall of ikat silk."""
    c = Canvas("#EADFEA")
    c.box(30, 50, 340, 18, WOOD_DARK, 9)
    c.path("M78 58 Q70 220 92 372 Q200 350 308 372 Q330 220 322 58 Z", "#5B264E")
    for row in range(8):
        y = 92 + row * 34
        for place in range(7):
            x = 106 + place * 31 + row % 2 * 2
            c.path(
                f"M{x} {y - 13} L{x + 11} {y} L{x} {y + 13} L{x - 11} {y} Z",
                GOLD if (row + place) % 2 else "#C97AA8",
            )
            c.dot(x, y, 3.4, "#5B264E")
    c.path("M150 62 Q140 220 152 362 L166 360 Q156 220 168 62 Z", "#FFFFFF22")
    c.path("M252 62 Q246 220 262 364 L280 366 Q262 220 272 62 Z", "#00000022")
    return c


def brocade() -> Canvas:
    """Draw Lamphun brocade with raised flowers."""
    c = Canvas("#7C1F4B")
    for row in range(5):
        for place in range(5):
            x, y = 40 + place * 80 + (row % 2) * 40, 40 + row * 80
            for turn in range(8):
                c.oval(
                    x + 19 * math.cos(turn * math.pi / 4),
                    y + 19 * math.sin(turn * math.pi / 4),
                    13,
                    6,
                    GOLD,
                    turn=turn * 45,
                )
            c.dot(x, y, 8, "#FBE9B4")
            c.path(
                f"M{x} {y - 40} L{x + 6} {y - 34} L{x} {y - 28} L{x - 6} {y - 34} Z "
                f"M{x - 40} {y} L{x - 34} {y + 6} L{x - 28} {y} L{x - 34} {y - 6} Z",
                "#E8B9A0",
            )
    for y in (0, 376):
        c.path(f"M0 {y} L400 {y} L400 {y + 24} L0 {y + 24} Z", GOLD)
        for x in range(0, 400, 20):
            c.path(f"M{x} {y + 22} L{x + 10} {y + 4} L{x + 20} {y + 22} Z", "#7C1F4B")
    return c


def scarf() -> Canvas:
    """Draw an indigo-dyed scarf with fringes."""
    c = Canvas(SKY)
    c.path(
        "M96 70 Q200 20 304 70 Q330 130 268 168 Q200 196 132 168 Q70 130 96 70 Z",
        INDIGO,
    )
    c.path(
        "M128 84 Q200 54 272 84 Q282 116 244 132 Q200 148 156 132 Q118 116 128 84 Z",
        SKY,
    )
    c.path("M140 150 Q212 190 262 152 L310 330 L222 344 Z", INDIGO_DARK)
    c.path("M120 146 Q190 190 250 160 L200 350 L104 336 Z", INDIGO)
    for step in range(5):
        y = 196 + step * 28
        c.line(
            [(116 - step * 2 + 6, y), (226 - step * 5, y + 12)],
            (WHITE, INDIGO_LIGHT)[step % 2],
            4,
        )
    for step in range(9):
        c.line(
            [
                (108 + step * 11.4, 338 + step * 1.6),
                (102 + step * 11.4, 368 + step * 1.6),
            ],
            INDIGO,
            4,
        )
        c.line(
            [
                (228 + step * 9.4, 342 - step * 1.4),
                (230 + step * 9.8, 370 - step * 1.4),
            ],
            INDIGO_DARK,
            4,
        )
    for x, y in ((160, 222), (180, 270), (150, 300), (262, 236), (272, 290)):
        c.dot(x, y, 10, "#FFFFFFCC")
        c.dot(x, y, 5, INDIGO)
    return c


def bag() -> Canvas:
    """Draw a shoulder bag of hand-woven cloth."""
    c = Canvas(LINEN)
    c.oval(200, 366, 120, 14, SHADOW)
    c.path("M128 176 Q120 34 200 34 Q280 34 272 176", line=RED_DARK, width=16)
    c.path("M96 164 L304 164 L318 350 Q200 372 82 350 Z", RED)
    for step, shade in enumerate((GOLD, INK, CREAM, LEAF, GOLD)):
        y = 196 + step * 27
        c.path(
            f"M{94 - step * 2} {y} Q200 {y + 10} {306 + step * 2} {y}",
            line=shade,
            width=5 if step % 2 else 9,
        )
    for place in range(7):
        x = 116 + place * 28
        c.path(f"M{x} 256 L{x + 9} 266 L{x} 276 L{x - 9} 266 Z", CREAM)
    for x in range(96, 316, 16):
        c.line(
            [(x, 352 + 8 * math.sin((x - 82) / 75)), (x, 378)],
            GOLD if x % 32 else INK,
            4,
        )
    return c


def shirt() -> Canvas:
    """Draw an indigo farmer's shirt."""
    c = Canvas(SAND)
    c.path(
        "M150 72 Q200 100 250 72 L306 96 L372 200 L320 234 L292 192 L296 356 Q200 "
        "370 104 356 L108 192 L80 234 L28 200 L94 96 Z",
        INDIGO,
    )
    c.path("M150 72 Q200 126 250 72 L236 68 Q200 96 164 68 Z", INDIGO_DARK)
    c.line([(200, 104), (200, 358)], INDIGO_DARK, 4)
    for y in range(136, 340, 46):
        c.dot(200, y, 6, WOOD_LIGHT)
    for x in (122, 226):
        c.box(x, 254, 52, 60, INDIGO_DARK, 6)
        c.box(x, 254, 52, 10, RED)
    for side in (1, -1):
        c.line([(200 + side * 132, 220), (200 + side * 158, 204)], RED, 8)
    return c


def knit() -> Canvas:
    """Draw a knitted hat and a ball of yarn."""
    c = Canvas(ROSE)
    c.oval(190, 348, 150, 18, SHADOW)
    c.dot(170, 66, 34, CREAM)
    c.path("M62 254 Q58 86 170 84 Q282 86 278 254 Z", PHU_2)
    for row in range(4):
        y = 128 + row * 34
        half = 70 + row * 13
        for place in range(7):
            x = 170 - half + (place + 0.5) * (2 * half / 7)
            c.path(
                f"M{x - 9} {y - 7} L{x} {y + 5} L{x + 9} {y - 7}",
                line=(GOLD, CREAM, CORAL, MIST)[row],
                width=5,
            )
    c.box(50, 238, 240, 58, CREAM, 18)
    for x in range(66, 286, 16):
        c.line([(x, 248), (x, 286)], "#DDD2BC", 5)
    c.dot(312, 300, 50, RED)
    for turn in range(6):
        with c.at(312, 300, turn=turn * 30):
            c.path(
                "M-44 -14 Q0 -36 44 -14",
                line="#D9766C" if turn % 2 else RED_DARK,
                width=4,
            )
    c.path("M300 346 Q240 372 160 350 Q110 336 70 360", line=RED, width=5)
    return c
