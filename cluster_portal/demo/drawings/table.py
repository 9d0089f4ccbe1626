"""Drawings of what is cooked and drunk."""

import math

from cluster_portal.demo.drawings.canvas import Canvas
from cluster_portal.demo.drawings.colours import (
    BROWN,
    BROWN_DARK,
    BUTTER,
    CREAM,
    GOLD,
    INK,
    LEAF,
    LEAF_DARK,
    LEAF_LIGHT,
    LINEN,
    MINT,
    MIST,
    PHU_2,
    PHU_3,
    RED,
    RED_DARK,
    ROSE,
    SAND,
    SHADOW,
    SKY,
    WHITE,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
)
from cluster_portal.demo.drawings.pieces import hills, jar, leaf


def chilli() -> Canvas:
    """Draw a jar of chilli paste with chillies and garlic."""
    c = Canvas(ROSE)
    c.path("M0 318 L400 318 L400 400 L0 400 Z", "#E4BFB2")
    jar(c, 216, 344, RED, GOLD, RED_DARK)
    for x, y, turn in ((84, 326, -24), (70, 358, 8), (118, 368, -8)):
        with c.at(x, y, turn=turn):
            c.path("M-40 -10 Q10 -18 62 10 Q10 16 -40 10 Z", RED)
            c.path("M-40 -10 Q-52 0 -40 10 Q-30 0 -40 -10 Z", LEAF)
            c.line([(-46, 0), (-64, -10)], LEAF_DARK, 5)
    with c.at(342, 356):
        c.path(
            "M0 -44 Q-8 -26 -30 -12 Q-44 12 -20 26 Q0 34 20 26 Q44 12 30 -12 Q8 -26 "
            "0 -44 Z",
            CREAM,
        )
        c.path("M0 -40 Q-14 -4 -10 26 M0 -40 Q14 -4 10 26", line="#D9C3A0", width=3)
    return c


def rice() -> Canvas:
    """Draw a bowl of red sticky rice with ears of rice."""
    c = Canvas(SAND)
    hills(c, "#E3D3AE", "#D6C08C")
    for turn in (-24, -6, 14):
        with c.at(304, 330, turn=turn):
            c.path("M0 0 Q-10 -120 -34 -206", line="#A88A2E", width=4)
            for step in range(9):
                y = -110 - step * 11
                c.oval(-14 - step * 2.4, y, 5, 10, GOLD, turn=-34)
                c.oval(-2 - step * 2.4, y - 4, 5, 10, "#D9980F", turn=22)
    c.oval(176, 352, 122, 18, SHADOW)
    c.path("M64 236 Q176 120 288 236 Z", "#7C2B2A")
    for step in range(70):
        x = 82 + step * 37 % 190
        top = 232 - (step * 53 % 70) * (1 - ((x - 176) / 104) ** 2)
        c.oval(x, top, 8, 3.4, "#A8453C" if step % 3 else "#C97A62", turn=step * 61)
    c.path("M52 232 L300 232 Q292 346 216 352 L136 352 Q60 346 52 232 Z", WOOD)
    for row in range(4):
        y = 254 + row * 24
        c.line(
            [(62 + row * 10, y), (290 - row * 10, y)],
            WOOD_DARK if row % 2 else WOOD_LIGHT,
            5,
        )
    c.box(44, 224, 264, 16, WOOD_DARK, 8)
    return c


def noodles() -> Canvas:
    """Draw a bowl of noodles with chopsticks."""
    c = Canvas(MIST)
    c.oval(200, 352, 130, 18, SHADOW)
    c.line([(250, 210), (356, 92)], WOOD_DARK, 8)
    c.line([(268, 216), (374, 112)], WOOD, 8)
    c.path("M66 224 Q200 170 334 224 Z", "#F0D9A0")
    for step in range(9):
        x = 90 + step * 26
        c.path(
            f"M{x} 224 Q{x + 8} 186 {x + 24} 214 Q{x + 32} 196 {x + 40} 224",
            line="#FBF0CF",
            width=7,
        )
    for x, y in ((126, 212), (214, 200), (274, 216)):
        c.dot(x, y, 9, LEAF)
    c.path("M56 224 L344 224 Q336 340 240 350 L160 350 Q64 340 56 224 Z", PHU_2)
    c.path("M62 254 Q200 276 338 254", line=GOLD, width=8)
    return c


def fish() -> Canvas:
    """Draw sun-dried fish of the Mekong on a line."""
    c = Canvas(SKY)
    hills(c, "#BFD0DC", "#9FBCC0")
    c.path("M0 92 Q200 116 400 88", line=WOOD_DARK, width=5)
    for x, shade in ((98, "#8FA3AD"), (200, "#A9B7B2"), (302, "#8FA3AD")):
        with c.at(x, 112):
            c.line([(0, -14), (0, 20)], WOOD_DARK, 4)
            c.path(
                "M0 16 Q48 74 30 150 Q20 186 0 196 Q-20 186 -30 150 Q-48 74 0 16 Z",
                shade,
            )
            c.path("M0 190 L34 232 Q0 220 -34 232 Z", shade)
            c.path("M0 40 Q24 90 12 160 Q0 176 -12 160 Q-24 90 0 40 Z", "#D9C9B4")
            for y in (80, 104, 128):
                c.line([(-14, y), (14, y)], "#B59A80", 3)
            c.dot(12, 46, 5, INK)
    return c


def sausage() -> Canvas:
    """Draw links of herbed sausage on a leaf."""
    c = Canvas(LINEN)
    c.oval(200, 318, 176, 44, SHADOW)
    c.path("M20 292 Q120 196 380 256 Q330 366 150 350 Q60 342 20 292 Z", LEAF)
    c.path("M30 296 Q180 262 372 262", line=LEAF_LIGHT, width=5)
    for x, y in ((108, 268), (176, 250), (244, 250), (308, 264)):
        with c.at(x, y, turn=(x - 210) / 8):
            c.box(-38, -70, 66, 128, "#A8453C", 32)
            c.path("M-24 -40 Q-30 0 -24 40", line="#D27A66", width=7)
            for dx, dy in ((2, -40), (10, -6), (-6, 22), (12, 38)):
                c.dot(dx, dy, 4, "#7FB08A")
    return c


def coffee() -> Canvas:
    """Draw a bag of coffee before misty ridges, beans around it."""
    c = Canvas(MIST)
    hills(c)
    c.oval(200, 330, 100, 14, SHADOW)
    c.path("M128 96 L272 96 L286 326 L114 326 Z", "#2B2A2E")
    c.path("M130 96 L270 96 L266 70 L134 70 Z", "#1B1A1D")
    c.box(142, 160, 116, 100, CREAM, 6)
    c.path("M150 246 L180 202 L200 224 L226 184 L250 246 Z", LEAF)
    c.dot(232, 182, 10, GOLD)
    for step in range(9):
        with c.at(56 + step * 67 % 290, 336 + step * 23 % 44, turn=step * 47):
            c.oval(0, 0, 17, 11, BROWN)
            c.path("M-15 0 Q0 -7 15 0", line=BROWN_DARK, width=3)
    return c


def tea() -> Canvas:
    """Draw a cup of herb tea with leaves."""
    c = Canvas(MINT)
    c.oval(190, 330, 150, 30, SHADOW)
    c.oval(190, 322, 148, 30, "#E9EFEA")
    c.oval(190, 318, 120, 20, "#CBDAD2")
    c.path("M282 214 Q352 206 344 256 Q336 296 268 288", line=CREAM, width=16)
    c.path("M84 196 L296 196 Q292 300 230 316 L150 316 Q88 300 84 196 Z", CREAM)
    c.oval(190, 196, 106, 26, "#E4E6D6")
    c.oval(190, 198, 94, 20, "#B98A2C")
    leaf(c, 168, 202, 50, -10, LEAF_LIGHT)
    for x in (150, 196, 240):
        c.path(
            f"M{x} 160 Q{x - 20} 130 {x} 108 Q{x + 18} 84 {x} 58",
            line="#FFFFFFB0",
            width=8,
        )
    leaf(c, 64, 352, 90, -20)
    leaf(c, 318, 356, 76, -150, LEAF_LIGHT)
    return c


def juice() -> Canvas:
    """Draw a bottle of passion-fruit juice and the fruit."""
    c = Canvas(BUTTER)
    c.oval(206, 346, 150, 18, SHADOW)
    c.path(
        "M146 140 Q120 170 120 206 L120 322 Q120 342 142 342 L218 342 Q240 342 240 "
        "322 L240 206 Q240 170 214 140 Z",
        "#E8931A",
    )
    c.box(150, 74, 60, 72, "#F2B95A", 6)
    c.box(144, 56, 72, 30, LEAF, 6)
    c.box(120, 214, 120, 80, CREAM)
    c.dot(180, 254, 26, "#6B2F5B")
    c.dot(180, 254, 18, GOLD)
    c.path("M132 204 L132 320", line="#FFFFFF66", width=8)
    with c.at(306, 296):
        c.dot(0, 0, 52, "#5B264E")
        c.dot(0, 0, 45, WHITE)
        c.dot(0, 0, 38, GOLD)
        for step in range(9):
            far = 8 + step % 3 * 11
            c.oval(
                far * math.cos(step * 0.7),
                far * math.sin(step * 0.7),
                4,
                6,
                INK,
                turn=step * 40,
            )
    return c


def wine() -> Canvas:
    """Draw a plain bottle and a glass, without any invitation."""
    c = Canvas("#D9D4DE")
    c.oval(200, 352, 140, 16, SHADOW)
    c.path(
        "M134 60 L176 60 L176 130 Q206 154 206 192 L206 330 Q206 346 190 346 L120 "
        "346 Q104 346 104 330 L104 192 Q104 154 134 130 Z",
        "#2F3A33",
    )
    c.box(132, 46, 46, 40, "#6B2F3B", 4)
    c.box(104, 216, 102, 82, CREAM)
    c.box(122, 242, 66, 7, PHU_3, 3)
    c.box(132, 260, 46, 6, PHU_3, 3)
    c.path("M246 180 L330 180 Q334 252 288 258 Q242 252 246 180 Z", "#FFFFFF88")
    c.path("M248 206 L328 206 Q326 250 288 256 Q250 250 248 206 Z", "#7C2B3A")
    c.line([(288, 256), (288, 336)], "#FFFFFFAA", 7)
    c.oval(288, 342, 40, 8, "#FFFFFFAA")
    return c


def honey() -> Canvas:
    """Draw a jar of honey and a bee."""
    c = Canvas(LINEN)
    for row in range(3):
        for place in range(4):
            x, y = 262 + place * 46 + row % 2 * 23, 50 + row * 40
            corners = [
                (x + 25 * math.sin(k * math.pi / 3), y + 25 * math.cos(k * math.pi / 3))
                for k in range(6)
            ]
            c.shape(corners, GOLD if (row + place) % 3 else "#E3B67C")
    jar(c, 176, 344, "#D98A12", WOOD_DARK, "#B4682C")
    with c.at(310, 236, turn=-18):
        c.oval(-6, -28, 26, 14, "#FFFFFFCC", turn=-50)
        c.oval(18, -26, 24, 13, "#FFFFFFCC", turn=-110)
        c.oval(0, 0, 38, 24, GOLD)
        for x in (-14, 4, 22):
            c.path(f"M{x - 5} -20 L{x + 5} -21 L{x + 5} 21 L{x - 5} 20 Z", INK)
        c.dot(-36, 2, 14, INK)
    return c
