"""Drawings of places where things are made, and the demonstration's logos."""

import math

from cluster_portal.demo.drawings.canvas import Canvas
from cluster_portal.demo.drawings.colours import (
    BROWN,
    BUTTER,
    CORAL,
    CREAM,
    GOLD,
    INDIGO,
    INK,
    LEAF,
    LEAF_DARK,
    LEAF_LIGHT,
    MIST,
    PHU_2,
    RED,
    RED_DARK,
    SAND,
    WHITE,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
)
from cluster_portal.demo.drawings.pieces import hills


def loom() -> Canvas:
    """Draw a loom under a house, a cloth half woven."""
    c = Canvas(MIST)
    hills(c)
    c.path("M0 64 L200 8 L400 64 L400 84 L0 84 Z", WOOD_DARK)
    for x in (44, 340):
        c.box(x, 84, 18, 280, WOOD)
    c.box(62, 128, 278, 12, WOOD)
    c.box(62, 318, 278, 14, WOOD)
    for x in range(96, 310, 6):
        c.line([(x, 134), (x, 226)], CREAM, 2.4)
    c.path("M92 226 L308 226 L308 330 L92 330 Z", RED)
    for step, shade in enumerate((GOLD, INK, CREAM, LEAF)):
        c.box(92, 240 + step * 22, 216, 6 if step % 2 else 10, shade)
    c.box(80, 204, 240, 22, WOOD_DARK, 4)
    c.path("M170 182 Q204 166 240 182 Q204 198 170 182 Z", WOOD_LIGHT)
    c.box(118, 364, 164, 16, WOOD_DARK, 6)
    return c


def kitchen() -> Canvas:
    """Draw a wood-fired stove with a steaming pan."""
    c = Canvas(SAND)
    c.path("M0 320 L400 320 L400 400 L0 400 Z", "#D6B98C")
    c.path("M92 236 L308 236 L326 360 L74 360 Z", "#A85C3C")
    c.path("M150 360 L150 312 Q200 268 250 312 L250 360 Z", INK)
    for x, high in ((176, 40), (200, 58), (224, 38)):
        c.path(
            f"M{x - 15} 360 Q{x - 15} {350 - high} {x} {352 - high} Q{x + 17} "
            f"{352 - high / 3} {x + 15} 360 Z",
            GOLD if high > 50 else CORAL,
        )
    c.path("M60 196 L340 196 Q320 258 200 258 Q80 258 60 196 Z", "#3B4347")
    c.oval(200, 196, 140, 22, "#565F63")
    c.oval(200, 197, 122, 16, "#E8C58A")
    for x in (130, 170, 214, 258):
        c.oval(x, 196, 15, 7, "#B4682C")
    for x in (140, 200, 262):
        c.path(
            f"M{x} 168 Q{x - 20} 136 {x} 110 Q{x + 18} 84 {x} 52",
            line="#FFFFFFC0",
            width=9,
        )
    return c


def orchard() -> Canvas:
    """Draw a hillside farm above the sea of mist."""
    c = Canvas("#F3E4D3")
    c.dot(292, 98, 46, BUTTER)
    c.path(
        "M0 196 L86 112 L150 168 L236 92 L330 178 L400 140 L400 400 L0 400 Z", "#8FB4B2"
    )
    c.path("M0 232 Q80 196 170 228 Q290 196 400 230 L400 300 L0 300 Z", "#FFFFFFB0")
    c.path("M0 272 Q110 236 220 270 Q320 248 400 274 L400 400 L0 400 Z", PHU_2)
    c.path("M0 326 Q150 282 400 330 L400 400 L0 400 Z", LEAF)
    for row in range(3):
        for place in range(9):
            x = 16 + place * 46 + row * 14
            c.dot(
                x,
                326 + row * 26 + 6 * math.sin(place),
                15,
                LEAF_DARK if (row + place) % 2 else LEAF_LIGHT,
            )
    c.box(236, 236, 66, 44, CREAM)
    c.path("M226 240 L269 206 L312 240 Z", RED)
    c.box(260, 252, 18, 28, WOOD_DARK)
    return c


def street() -> Canvas:
    """Draw wooden shop-houses along the river."""
    c = Canvas("#F6D9A8")
    c.dot(200, 116, 54, "#FBE9B4")
    c.path("M0 178 Q100 140 220 172 Q320 146 400 176 L400 230 L0 230 Z", "#9DB8B4")
    for x, wide, shade in (
        (10, 112, WOOD_DARK),
        (134, 124, WOOD),
        (270, 120, "#A8714A"),
    ):
        c.box(x, 176, wide, 150, shade)
        c.path(f"M{x - 10} 182 L{x + wide / 2} 128 L{x + wide + 10} 182 Z", RED_DARK)
        c.box(x + 12, 196, wide - 24, 40, BROWN)
        for bar in range(4):
            c.box(x + 20 + bar * (wide - 40) / 3.4, 196, 5, 40, WOOD_LIGHT)
        c.box(x + 12, 254, wide - 24, 72, INK)
        c.path(
            f"M{x + 4} 254 L{x + wide - 4} 254 L{x + wide + 6} 274 L{x - 6} 274 Z",
            (RED, GOLD, LEAF)[x % 3],
        )
        c.dot(x + wide / 2, 294, 10, GOLD)
    c.path("M0 326 L400 326 L400 348 L0 348 Z", "#D6B98C")
    c.path("M0 348 L400 348 L400 400 L0 400 Z", "#6E9490")
    c.path(
        "M40 372 Q80 364 120 372 M210 384 Q260 374 310 384", line="#FFFFFF88", width=4
    )
    return c


def logo_first() -> Canvas:
    """Draw the demonstration's first logo: a basket before the hills, in a ring."""
    c = Canvas(WHITE)
    c.dot(200, 200, 184, PHU_2)
    c.dot(200, 200, 170, CREAM)
    c.path(
        "M48 236 L120 150 L166 204 L228 120 L352 240 Q340 320 200 360 Q70 322 48 236 Z",
        LEAF,
    )
    c.path(
        "M40 262 Q120 226 200 258 Q290 228 360 262 Q320 350 200 366 Q80 350 40 262 Z",
        INDIGO,
    )
    c.path("M140 232 L260 232 L244 316 L156 316 Z", WOOD_LIGHT)
    for row in range(4):
        for place in range(6):
            if (row + place) % 2:
                c.box(148 + place * 17 + row, 238 + row * 19, 14, 15, WOOD_DARK)
    c.box(130, 220, 140, 16, WOOD_DARK, 8)
    c.dot(290, 120, 24, GOLD)
    return c


def logo_second() -> Canvas:
    """Draw the demonstration's second logo: a mask whose hat is a mountain."""
    c = Canvas(WHITE)
    c.path("M200 14 L286 150 L114 150 Z", PHU_2)
    c.path("M200 14 L232 66 L214 78 L198 64 L180 80 L167 66 Z", "#DCE6E3")
    c.path(
        "M98 150 Q200 192 302 150 Q320 262 260 336 Q200 386 140 336 Q80 262 98 150 Z",
        RED,
    )
    for step in range(9):
        x = 112 + step * 22
        y = 152 + 20 * math.sin((x - 98) / 204 * math.pi)
        c.path(
            f"M{x - 9} {y} L{x} {y + 17} L{x + 9} {y} Z",
            (GOLD, WHITE, LEAF_LIGHT)[step % 3],
        )
    for x in (152, 248):
        c.oval(x, 228, 26, 17, WHITE)
        c.dot(x, 230, 10, INK)
    c.path(
        "M194 214 Q172 280 214 326 Q238 346 264 334 Q236 316 222 280 Q212 248 208 "
        "214 Z",
        GOLD,
    )
    c.path("M140 292 Q160 324 196 330", line=WHITE, width=8)
    return c
