"""Drawings of sweets, nuts and fruit."""

import math

from cluster_portal.demo.drawings.canvas import Canvas
from cluster_portal.demo.drawings.colours import (
    BROWN,
    BUTTER,
    CORAL,
    CREAM,
    GOLD,
    LEAF,
    LEAF_DARK,
    LEAF_LIGHT,
    LINEN,
    MINT,
    MIST,
    RED,
    ROSE,
    SAND,
    SHADOW,
    SKY,
    WHITE,
    WOOD_DARK,
    WOOD_LIGHT,
)
from cluster_portal.demo.drawings.pieces import hills, leaf, tray


def coconut() -> Canvas:
    """Draw strips of coconut candy and half a coconut."""
    c = Canvas(ROSE)
    tray(c)
    with c.at(262, 196, turn=-8):
        c.dot(0, 0, 86, BROWN)
        c.dot(-3, -2, 76, "#7A4A2C")
        c.dot(-5, -4, 68, WHITE)
        c.oval(-6, -2, 50, 46, "#EDEFE4")
        c.oval(-6, 6, 42, 34, "#DDE6DC")
    colours = [WHITE, "#F8D5DE", "#DDEBC6", "#FBE9B4"]
    curls = [(92, 268, -16), (136, 292, 8), (186, 276, -6), (110, 306, 14)]
    curls += [(232, 300, 4), (168, 312, -10), (282, 290, -14), (300, 312, 10)]
    for number, (x, y, turn) in enumerate(curls):
        with c.at(x, y, turn=turn):
            c.path(
                "M-40 2 Q-20 -26 2 -6 Q20 10 42 -12 L44 2 Q22 30 0 12 Q-20 -4 -38 16 Z",
                colours[number % 4],
                line="#14262B18",
                width=1.5,
            )
    leaf(c, 96, 150, 96, -58)
    leaf(c, 96, 150, 84, -16, LEAF_LIGHT)
    return c


def banana() -> Canvas:
    """Draw sun-dried bananas on a bamboo tray."""
    c = Canvas(BUTTER)
    c.dot(314, 84, 40, "#FBE9B4")
    tray(c, 292, 172)
    for row in range(3):
        for place in range(4 - row % 2):
            x = 104 + place * 62 + (row % 2) * 32
            with c.at(x, 268 + row * 22, turn=-12 + 6 * row):
                c.path(
                    "M-30 0 Q-26 -18 0 -18 Q28 -18 32 0 Q28 12 0 12 Q-26 14 -30 0 Z",
                    "#B4682C",
                )
                c.path("M-24 -3 Q0 -16 26 -3", line="#D98F45", width=4)
    with c.at(176, 84):
        for turn, shade in ((34, "#DFA019"), (12, GOLD), (-10, "#F7C64B"), (-32, GOLD)):
            with c.at(24, 0, turn=turn):
                c.path("M-10 0 Q-52 70 -14 138 Q-6 150 4 144 Q-18 76 12 4 Z", shade)
                c.dot(-4, 142, 6, BROWN)
        c.path("M8 -26 L36 -26 L40 12 L6 12 Z", "#7C8A2E")
    return c


def pineapple() -> Canvas:
    """Draw a pineapple and a slice."""
    c = Canvas(MINT)
    c.oval(190, 350, 130, 20, SHADOW)
    for turn in (-150, -128, -108, -90, -72, -52, -30):
        leaf(
            c,
            176,
            138,
            98 - abs(turn + 90) * 0.35,
            turn,
            LEAF if turn % 4 else LEAF_LIGHT,
        )
    c.path(
        "M176 126 Q254 128 256 236 Q254 348 176 348 Q98 348 96 236 Q98 128 176 126 Z",
        "#E09A1B",
    )
    for row in range(7):
        for place in range(5):
            x = 112 + place * 32 + (row % 2) * 16
            y = 152 + row * 28
            inside = ((x - 176) / 76) ** 2 + ((y - 237) / 106) ** 2
            if inside < 0.92:
                c.path(
                    f"M{x} {y - 13} L{x + 14} {y} L{x} {y + 13} L{x - 14} {y} Z", GOLD
                )
                c.dot(x, y, 3.4, WOOD_DARK)
    with c.at(296, 300, turn=-12):
        c.dot(0, 4, 62, SHADOW)
        c.dot(0, 0, 60, "#C9861A")
        c.dot(0, 0, 53, "#FBDB6A")
        for step in range(10):
            across, down = math.cos(step * 0.628), math.sin(step * 0.628)
            c.line([(across * 20, down * 20), (across * 46, down * 46)], "#F2C12E", 3)
        c.dot(0, 0, 16, MINT)
    return c


def mushroom() -> Canvas:
    """Draw mushrooms in the grass."""
    c = Canvas(LINEN)
    hills(c, "#E3E4D2", "#CBD6C0")
    for x, y, scale, cap in (
        (236, 330, 1.25, "#B4683F"),
        (118, 334, 0.9, "#8A5A34"),
        (322, 340, 0.66, "#C98B4B"),
    ):
        with c.at(x, y, scale=scale):
            c.oval(0, 0, 62, 12, SHADOW)
            c.path("M-26 -98 Q-20 -40 -32 -4 Q0 12 32 -4 Q20 -40 26 -98 Z", CREAM)
            c.path("M-96 -96 Q-92 -190 0 -194 Q92 -190 96 -96 Q0 -70 -96 -96 Z", cap)
            c.path("M-96 -96 Q0 -120 96 -96 Q0 -66 -96 -96 Z", "#F3E4CB")
            for step in range(-3, 4):
                c.line([(step * 9, -98), (step * 24, -88)], "#D9C3A0", 2)
            for dx, dy, r in ((-44, -140, 10), (8, -164, 13), (46, -130, 9)):
                c.oval(dx, dy, r, r * 0.7, "#FFFFFF66")
    for x in range(20, 400, 34):
        c.path(
            f"M{x} 356 Q{x + 4} 330 {x - 6} 316 M{x} 356 Q{x + 8} 336 {x + 16} 322",
            line=LEAF,
            width=4,
        )
    return c


def macadamia() -> Canvas:
    """Draw macadamia nuts, whole and cracked."""
    c = Canvas(MIST)
    tray(c, 300)
    leaf(c, 92, 190, 110, -36)
    leaf(c, 92, 190, 100, -78, LEAF_LIGHT)
    for x, y, r in ((140, 226, 44), (262, 214, 48), (202, 268, 50)):
        c.dot(x + 3, y + 5, r, SHADOW)
        c.dot(x, y, r, "#7A4A2C")
        c.oval(x - r * 0.3, y - r * 0.35, r * 0.3, r * 0.2, "#A8714A", turn=-30)
        c.line([(x - r * 0.1, y + r * 0.8), (x + r * 0.2, y + r * 0.2)], BROWN, 3)
    for x, y in ((112, 290), (288, 290)):
        c.dot(x, y, 38, BROWN)
        c.dot(x, y, 33, "#A8714A")
        c.dot(x, y, 26, "#F6E7C6")
        c.oval(x - 7, y - 8, 9, 6, WHITE, turn=-30)
    return c


def tamarind() -> Canvas:
    """Draw pods of sweet tamarind."""
    c = Canvas(SAND)
    tray(c, 314, 172)
    for step in range(5):
        with c.at(94 + step * 54, 222 + step % 2 * 42, turn=-30 + step * 20):
            c.path(
                "M-16 -70 Q20 -60 14 -20 Q26 10 10 36 Q16 66 -6 84 Q-30 70 -24 36 "
                "Q-34 6 -22 -20 Q-34 -50 -16 -70 Z",
                WOOD_DARK,
            )
            c.path("M-6 -56 Q6 0 -8 70", line=BROWN, width=4)
            c.path("M-16 -60 Q-24 -40 -16 -24", line="#A8714A", width=4)
    return c


def strawberry() -> Canvas:
    """Draw strawberries of the cool hills."""
    c = Canvas(SKY)
    hills(c, "#BFD0DC", "#A9C2BF")
    for x, y, scale, turn in (
        (150, 226, 1.25, -10),
        (268, 260, 1.0, 14),
        (96, 316, 0.72, -4),
        (206, 334, 0.66, 8),
    ):
        with c.at(x, y, turn=turn, scale=scale):
            c.path(
                "M0 84 Q-74 34 -60 -20 Q-40 -50 0 -38 Q40 -50 60 -20 Q74 34 0 84 Z", RED
            )
            c.path("M-46 -18 Q-56 14 -30 46", line=CORAL, width=6)
            for dx, dy in (
                (-26, -8),
                (4, -14),
                (32, -4),
                (-18, 22),
                (14, 18),
                (-2, 48),
                (30, 26),
            ):
                c.oval(dx, dy, 3.2, 5, BUTTER)
            for side in (-62, -30, 0, 30, 62):
                leaf(c, 0, -36, 40, side - 90 + 180, LEAF)
            c.line([(0, -38), (6, -64)], LEAF_DARK, 6)
    return c


def crackers() -> Canvas:
    """Draw puffed rice crackers with a drizzle of cane sugar."""
    c = Canvas(BUTTER)
    tray(c, 300, 172)
    for x, y in ((126, 262), (274, 262), (200, 292), (200, 214)):
        c.dot(x + 3, y + 8, 64, SHADOW)
        c.dot(x, y, 62, "#E8C58A")
        for step in range(26):
            far = 12 + step * 1.9
            turn = step * 2.4
            c.oval(
                x + far * math.cos(turn),
                y + far * math.sin(turn),
                7,
                5,
                CREAM,
                turn=step * 47,
            )
        c.path(
            f"M{x - 40} {y - 14} Q{x - 14} {y - 36} {x} {y - 6} Q{x + 16} {y + 24} "
            f"{x + 40} {y}",
            line="#8A4B1C",
            width=6,
        )
    return c


def dried_fruit() -> Canvas:
    """Draw slices and pieces of dried fruit."""
    c = Canvas(MIST)
    tray(c, 300, 174)
    for x, y, rind, flesh in (
        (118, 262, "#C9861A", "#F0A93C"),
        (262, 250, "#A8453C", "#E58B6B"),
        (192, 224, "#7C8A2E", "#C9CF7A"),
        (190, 302, "#C9861A", "#F0A93C"),
    ):
        c.oval(x + 2, y + 6, 58, 40, SHADOW)
        c.oval(x, y, 58, 40, rind)
        c.oval(x, y - 2, 50, 33, flesh)
        for step in range(8):
            across, down = math.cos(step * 0.785), math.sin(step * 0.785)
            c.line(
                [
                    (x + 12 * across, y - 2 + 8 * down),
                    (x + 42 * across, y - 2 + 27 * down),
                ],
                "#FFFFFF88",
                3,
            )
    for x, y in ((74, 300), (292, 300), (318, 280), (128, 318), (262, 322)):
        c.oval(x, y, 17, 12, "#6B2F3B", turn=x)
        c.oval(x - 3, y - 3, 6, 3, "#A8606B", turn=x)
    leaf(c, 208, 176, 92, -64)
    leaf(c, 208, 176, 84, -20, LEAF_LIGHT)
    return c


def longan() -> Canvas:
    """Draw a bunch of longan and some dried flesh."""
    c = Canvas(SAND)
    c.path("M214 40 Q206 90 200 150 M206 96 Q150 116 120 158", line=BROWN, width=7)
    c.path("M206 96 Q262 112 292 150", line=BROWN, width=7)
    leaf(c, 214, 58, 110, -14)
    leaf(c, 210, 66, 104, 196, LEAF_LIGHT)
    for x, y in (
        *((118, 168), (180, 158), (242, 160), (296, 172), (148, 214)),
        *((212, 210), (272, 218), (176, 262), (238, 264)),
    ):
        c.dot(x + 3, y + 4, 33, SHADOW)
        c.dot(x, y, 32, "#B98A4E")
        c.oval(x - 10, y - 11, 10, 7, WOOD_LIGHT, turn=-30)
    c.oval(200, 352, 150, 22, SHADOW)
    for x, y in ((92, 340), (140, 352), (196, 346), (252, 354), (304, 342)):
        c.oval(x, y, 32, 18, "#D99A2E", turn=x)
        c.oval(x, y - 2, 18, 8, "#B4682C", turn=x)
    return c


def parcels() -> Canvas:
    """Draw sticky-rice parcels in banana leaf."""
    c = Canvas(ROSE)
    tray(c, 308, 172)
    for x, y, turn in ((126, 262, -8), (256, 258, 8), (194, 300, -2), (192, 210, 4)):
        with c.at(x, y, turn=turn):
            c.box(-60, -24, 124, 62, SHADOW, 22)
            c.box(-62, -30, 124, 62, LEAF, 22)
            c.path("M-56 -12 Q0 -24 56 -12", line=LEAF_LIGHT, width=4)
            c.path("M-56 14 Q0 4 56 14", line=LEAF_DARK, width=4)
            for side in (-26, 26):
                c.line([(side, -31), (side, 32)], WOOD_LIGHT, 7)
            c.dot(-26, -8, 8, WOOD_LIGHT)
            c.dot(26, -8, 8, WOOD_LIGHT)
    return c
