"""Pieces that several drawings share."""

from cluster_portal.demo.drawings.canvas import Canvas
from cluster_portal.demo.drawings.colours import (
    CREAM,
    GLOW,
    LEAF,
    LEAF_DARK,
    SHADOW,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
)


def tray(c: Canvas, y: float = 306, wide: float = 166) -> None:
    """Lay a round wooden tray."""
    c.oval(200, y + 20, wide + 6, 48, SHADOW)
    c.oval(200, y + 12, wide, 46, WOOD_DARK)
    c.oval(200, y, wide, 46, WOOD)
    c.oval(200, y - 4, wide - 14, 37, WOOD_LIGHT)


def hills(c: Canvas, far: str = "#B9CECA", near: str = "#9DB8B4") -> None:
    """Lay two ridges along the horizon."""
    c.path(
        "M0 232 Q60 176 120 216 Q190 156 262 206 Q330 172 400 220 L400 400 L0 400 Z",
        far,
    )
    c.path("M0 286 Q90 226 180 268 Q280 222 400 274 L400 400 L0 400 Z", near)


def leaf(
    c: Canvas, x: float, y: float, long: float, turn: float, fill: str = LEAF
) -> None:
    """Put down one leaf with its rib, its stalk at ``(x, y)``."""
    with c.at(x, y, turn=turn, scale=long / 100):
        c.path("M0 0 Q24 -44 100 0 Q24 44 0 0 Z", fill)
        c.line([(4, 0), (90, 0)], LEAF_DARK, 3)


def jar(c: Canvas, x: float, y: float, content: str, lid: str, label: str) -> None:
    """Stand a glass jar, filled, with lid and label, on ``(x, y)``."""
    with c.at(x, y, scale=1.3):
        c.oval(0, 4, 76, 14, SHADOW)
        c.path(
            "M-66 -150 Q-74 -140 -74 -124 L-74 -22 Q-74 0 -52 0 L52 0 Q74 0 74 -22 "
            "L74 -124 Q74 -140 66 -150 Z",
            "#FFFFFF99",
        )
        c.path(
            "M-66 -118 L-66 -22 Q-66 -8 -50 -8 L50 -8 Q66 -8 66 -22 L66 -118 Z", content
        )
        c.box(-58, -176, 116, 32, lid, 6)
        c.box(-66, -92, 132, 58, CREAM)
        c.box(-66, -92, 132, 8, label)
        c.box(-30, -70, 60, 6, label, 3)
        c.box(-20, -56, 40, 5, label, 2)
        c.path("M-60 -134 L-60 -30 L-52 -30 L-52 -134 Z", GLOW)
