"""Drawings of masks, carvings, wicker and herbs."""

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
    LINEN,
    MINT,
    MIST,
    NIGHT,
    PHU_2,
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
from cluster_portal.demo.drawings.pieces import leaf, tray


def mask(c: Canvas, face: str, nose: str, trim: str) -> None:
    """Draw a Phi Ta Khon mask: a rice steamer for a hat, a long nose, a grin."""
    c.path("M118 160 Q110 40 150 30 L250 30 Q290 40 282 160 Z", WOOD)
    for row in range(8):
        left, y = 128 + row * 4, 150 - row * 14
        c.path(
            f"M{left} {y} Q200 {y + 26} {400 - left} {y}",
            line=(nose, trim, WHITE)[row % 3],
            width=7,
        )
    c.path(
        "M112 150 Q200 186 288 150 Q304 250 256 312 Q200 356 144 312 Q96 250 112 150 Z",
        face,
    )
    c.path("M112 150 Q200 186 288 150", line=INK, width=4)
    for x in (158, 242):
        c.oval(x, 212, 28, 19, INK)
        c.oval(x, 212, 25, 16, WHITE)
        c.dot(x + 1, 214, 10, INK)
        c.dot(x + 4, 210, 3, WHITE)
    c.path("M134 186 Q158 168 184 184 M216 184 Q242 168 266 186", line=INK, width=7)
    c.path("M142 272 Q200 322 258 272 Q246 318 200 322 Q154 318 142 272 Z", INK)
    for step in range(7):
        left = 153 + step * 13
        top = 281 + 14 * (1 - ((left - 192) / 42) ** 2)
        c.path(f"M{left} {top} L{left + 5} {top + 13} L{left + 10} {top} Z", WHITE)
    c.path(
        "M194 200 Q174 262 212 304 Q236 328 262 316 Q234 298 222 262 Q214 232 208 "
        "200 Z",
        nose,
        line=INK,
        width=3,
    )
    for x, y, shade in (
        (138, 232, trim),
        (262, 232, trim),
        (134, 254, WHITE),
        (266, 254, WHITE),
        (186, 176, trim),
        (214, 176, trim),
        (200, 182, WHITE),
    ):
        c.dot(x, y, 5, shade)


def mask_red() -> Canvas:
    """Draw a red mask."""
    c = Canvas(BUTTER)
    mask(c, RED, LEAF, GOLD)
    return c


def mask_indigo() -> Canvas:
    """Draw an indigo mask."""
    c = Canvas(MINT)
    with c.at(20, 20, scale=0.9):
        mask(c, INDIGO, RED, GOLD)
    return c


def mask_small() -> Canvas:
    """Draw three small masks on key rings."""
    c = Canvas(LINEN)
    for x, y, colours in (
        (-12, 130, (LEAF, GOLD, RED)),
        (110, 170, (RED, INDIGO, GOLD)),
        (232, 130, (GOLD, RED, LEAF)),
    ):
        middle = x + 90
        c.line([(middle, y - 22), (middle, y + 14)], "#8C979B", 5)
        c.dot(middle, y - 48, 29, "#8C979B")
        c.dot(middle, y - 48, 22, LINEN)
        with c.at(x, y, scale=0.45):
            mask(c, *colours)
    c.path("M0 352 L400 352 L400 400 L0 400 Z", "#E3DBC8")
    return c


def doll() -> Canvas:
    """Draw a masked dancer in a patchwork robe."""
    c = Canvas(ROSE)
    c.oval(200, 374, 110, 14, SHADOW)
    c.path("M140 196 L260 196 L312 372 L88 372 Z", INDIGO)
    shades = (RED, GOLD, LEAF, CREAM, CORAL)
    for row in range(5):
        y = 212 + row * 33
        half = 56 + row * 10
        for place in range(5):
            x = 200 - half + place * (2 * half / 5)
            c.path(
                f"M{x} {y} L{x + 2 * half / 5 - 3} {y} L{x + 2 * half / 5 - 1} "
                f"{y + 28} L{x - 2} {y + 28} Z",
                shades[(row * 2 + place) % 5],
            )
    c.path("M148 204 L84 288 L110 304 L160 246 Z", RED)
    c.path("M252 204 L316 288 L290 304 L240 246 Z", LEAF)
    with c.at(82, 4, scale=0.59):
        mask(c, GOLD, RED, LEAF)
    return c


def stone() -> Canvas:
    """Draw a small elephant carved from stone."""
    c = Canvas(MIST)
    c.oval(200, 350, 150, 16, SHADOW)
    c.box(70, 318, 260, 30, "#5E6B70", 6)
    c.path(
        "M96 322 L96 206 Q96 130 186 132 L234 132 Q238 104 276 104 Q326 108 326 166 "
        "Q328 214 318 268 Q314 292 292 288 Q286 280 300 276 Q306 232 288 220 L278 "
        "322 L236 322 L232 264 L150 264 L146 322 Z",
        "#93A1A4",
    )
    c.path("M226 142 Q272 128 262 196 Q240 214 220 190 Z", "#7B898D")
    c.dot(292, 150, 6, INK)
    c.path("M284 196 Q306 208 316 186 L308 180 Q300 192 286 186 Z", CREAM)
    c.path("M100 214 Q84 226 90 262", line="#7B898D", width=8)
    c.path("M130 168 Q174 150 208 162 L206 210 Q170 222 132 210 Z", "#7B898D")
    for x in range(142, 204, 15):
        c.path(f"M{x} 178 L{x + 6} 187 L{x} 196 L{x - 6} 187 Z", "#C3D0CD")
    for x, y in ((120, 260), (174, 240), (258, 256), (110, 240)):
        c.oval(x, y, 7, 2.4, "#AEBBBC", turn=20)
    return c


def wood() -> Canvas:
    """Draw a turned bowl, spoons and shavings."""
    c = Canvas(SAND)
    c.oval(190, 348, 140, 16, SHADOW)
    for x, turn in ((268, 10), (300, 22)):
        with c.at(x, 306, turn=turn):
            c.line([(0, 0), (0, -170)], WOOD_DARK, 13)
            c.oval(0, -196, 24, 36, WOOD_DARK)
            c.oval(-2, -196, 16, 27, WOOD)
    c.path("M54 206 Q62 344 156 346 L216 346 Q306 344 314 206 Z", WOOD_DARK)
    c.oval(184, 206, 130, 38, WOOD)
    c.oval(184, 208, 112, 29, "#A8714A")
    c.path("M82 240 Q184 290 288 240 M98 278 Q184 318 272 278", line="#A8714A", width=5)
    for place in range(6):
        x = 96 + place * 36
        c.path(
            f"M{x} {268 + 14 * math.sin(place / 5 * math.pi)} L{x + 10} "
            f"{256 + 16 * math.sin(place / 5 * math.pi)} L{x + 20} "
            f"{268 + 14 * math.sin(place / 5 * math.pi)} Z",
            WOOD_LIGHT,
        )
    return c


def basket() -> Canvas:
    """Draw a bamboo basket for sticky rice."""
    c = Canvas(MINT)
    c.oval(200, 362, 120, 14, SHADOW)
    c.path("M120 180 Q76 90 200 62 Q324 90 280 180", line=WOOD_DARK, width=7)
    c.path("M108 176 Q96 292 122 344 L278 344 Q304 292 292 176 Z", WOOD_LIGHT)
    for row in range(8):
        for place in range(10):
            if (row + place) % 2:
                c.box(112 + place * 17.8, 184 + row * 19.4, 15, 16, WOOD, 2)
    c.box(96, 160, 208, 24, WOOD_DARK, 10)
    c.path("M112 162 Q200 96 288 162 Z", WOOD)
    for step in range(5):
        c.path(
            f"M{130 + step * 12} 160 Q200 {112 + step * 10} {270 - step * 12} 160",
            line=WOOD_LIGHT,
            width=4,
        )
    c.path("M118 344 L148 370 M282 344 L252 370", line=WOOD_DARK, width=11)
    return c


def mat() -> Canvas:
    """Draw a rolled reed mat with coloured bands."""
    c = Canvas(LINEN)
    c.path("M20 330 L300 330 L392 392 L60 392 Z", WOOD_LIGHT)
    for step, shade in enumerate((RED, LEAF, INDIGO, GOLD)):
        x = 60 + step * 62
        c.path(f"M{x} 330 L{x + 20} 330 L{x + 76} 392 L{x + 54} 392 Z", shade)
    c.path("M56 120 L300 120 L300 330 L56 330 Z", WOOD_LIGHT)
    for step, shade in enumerate((RED, LEAF, INDIGO, GOLD, CORAL)):
        c.box(76 + step * 44, 120, 22, 210, shade)
    for y in range(126, 330, 9):
        c.line([(56, y), (300, y)], "#8A5A3438", 2)
    c.oval(56, 225, 26, 105, WOOD)
    c.oval(300, 225, 30, 105, WOOD)
    for r in (84, 62, 40, 20):
        c.oval(300, 225, r * 0.28, r, WOOD_LIGHT if r % 40 else WOOD_DARK)
    return c


def postcard() -> Canvas:
    """Draw postcards of the river town and of the hills."""
    c = Canvas(LINEN)
    with c.at(232, 160, turn=9):
        c.box(-136, -92, 280, 196, SHADOW, 6)
        c.box(-140, -98, 280, 196, WHITE, 6)
        c.box(-128, -86, 256, 172, "#BFD0DC")
        c.path("M-128 20 L-70 -52 L-20 4 L40 -64 L128 30 L128 86 L-128 86 Z", "#6E9490")
        c.dot(84, -48, 18, GOLD)
    with c.at(176, 246, turn=-7):
        c.box(-146, -94, 300, 204, SHADOW, 6)
        c.box(-150, -100, 300, 204, WHITE, 6)
        c.box(-138, -88, 276, 180, "#F6D9A8")
        c.path("M-138 40 Q0 20 138 44 L138 92 L-138 92 Z", PHU_2)
        for x, wide, shade in (
            (-122, 66, WOOD_DARK),
            (-48, 76, WOOD),
            (36, 84, "#A8714A"),
        ):
            c.box(x, -12, wide, 58, shade)
            c.path(f"M{x - 9} -10 L{x + wide / 2} -44 L{x + wide + 9} -10 Z", RED_DARK)
            c.box(x + wide / 2 - 9, 12, 18, 34, CREAM)
        c.path("M-60 66 Q-20 82 24 66 L14 80 L-50 80 Z", INK)
    return c


def lantern() -> Canvas:
    """Draw a lit lantern of mulberry paper."""
    c = Canvas(NIGHT)
    c.dot(200, 200, 150, "#F2B01E29")
    c.dot(200, 200, 112, "#F2B01E33")
    c.line([(200, 0), (200, 84)], CREAM, 3)
    c.path("M130 100 Q96 200 130 300 L270 300 Q304 200 270 100 Z", "#FFE3A3")
    c.path("M114 226 Q160 196 200 226 Q240 200 286 222 L270 300 L130 300 Z", "#E7B765")
    c.path("M118 256 Q170 232 210 256 Q246 244 282 250 L270 300 L130 300 Z", "#C9954B")
    c.box(124, 86, 152, 16, BROWN, 8)
    c.box(124, 298, 152, 16, BROWN, 8)
    for x, y in ((150, 344), (200, 358), (250, 344)):
        c.line([(x, 314), (x, y)], RED, 6)
    return c


def soap() -> Canvas:
    """Draw bars of herbal soap."""
    c = Canvas(MINT)
    tray(c, 306, 172)
    for x, y, shade, edge in (
        (96, 216, "#E8B25A", "#C98B2E"),
        (180, 236, LEAF_LIGHT, "#5E9670"),
        (128, 164, CREAM, "#DDD2BC"),
    ):
        c.path(f"M{x} {y} L{x + 120} {y} L{x + 120} {y + 60} L{x} {y + 60} Z", edge)
        c.box(x, y - 14, 120, 60, shade, 10)
        c.path(
            f"M{x + 36} {y + 22} Q{x + 60} {y - 12} {x + 84} {y + 22} Q{x + 60} "
            f"{y + 34} {x + 36} {y + 22} Z",
            edge,
        )
    leaf(c, 268, 214, 100, -48)
    leaf(c, 268, 214, 90, -10, LEAF_LIGHT)
    for x, y, r in ((88, 128, 17), (118, 96, 11), (64, 94, 8), (262, 108, 13)):
        c.dot(x, y, r, "#FFFFFFAA")
        c.dot(x - r * 0.3, y - r * 0.3, r * 0.3, WHITE)
    return c


def balm() -> Canvas:
    """Draw a bottle of massage oil, a pot of balm and a compress."""
    c = Canvas(SAND)
    c.oval(200, 352, 170, 18, SHADOW)
    c.path(
        "M84 150 Q64 168 64 196 L64 330 Q64 348 82 348 L146 348 Q164 348 164 330 "
        "L164 196 Q164 168 144 150 Z",
        "#7C5A1E",
    )
    c.box(92, 92, 44, 60, INK, 6)
    c.box(64, 222, 100, 84, CREAM)
    leaf(c, 92, 280, 50, -38)
    c.box(196, 282, 92, 64, LEAF_DARK, 10)
    c.box(190, 256, 104, 34, GOLD, 8)
    c.box(208, 306, 68, 8, GOLD, 4)
    with c.at(312, 250):
        c.path("M-8 -96 L8 -96 L12 -30 L-12 -30 Z", WOOD)
        c.path("M-14 -34 Q-64 -8 -50 50 Q0 92 50 50 Q64 -8 14 -34 Z", CREAM)
        c.path(
            "M-10 -26 Q-30 20 -22 66 M0 -26 L0 76 M10 -26 Q30 20 22 66",
            line="#DDD2BC",
            width=4,
        )
        c.box(-16, -42, 32, 12, RED, 5)
    return c


def beads() -> Canvas:
    """Draw a bracelet of river stones."""
    c = Canvas(SKY)
    c.oval(206, 236, 136, 112, SHADOW)
    c.oval(200, 222, 132, 108, "#8C979B")
    c.oval(200, 222, 126, 102, SKY)
    shades = ("#5E6B70", PHU_2, "#A8714A", "#93A1A4", CREAM, "#7C5A3E")
    for step in range(18):
        turn = step * math.tau / 18
        x, y = 200 + 130 * math.cos(turn), 222 + 106 * math.sin(turn)
        size = 23 + step * 7 % 4
        c.oval(x, y, size, size - 4, shades[step * 5 % 6], turn=step * 20)
        c.oval(x - 6, y - 7, 7, 4, "#FFFFFF77", turn=-30)
    c.path("M190 330 Q176 366 150 378 M210 330 Q226 366 252 378", line=BROWN, width=5)
    return c
