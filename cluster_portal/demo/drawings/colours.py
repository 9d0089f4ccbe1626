"""Colours of the illustrations: the portal's own, and those of the goods."""

RED, RED_DARK, GOLD = "#B3261E", "#8C1B15", "#F2B01E"
LEAF, LEAF_DARK, LEAF_LIGHT = "#2E7D4F", "#1F5A39", "#7FB08A"
INDIGO, INDIGO_DARK, INDIGO_LIGHT = "#23406B", "#16294A", "#6C86AE"
PHU, PHU_2, PHU_3 = "#163B45", "#245A63", "#7FA5A6"
INK, CREAM, WHITE = "#1C2530", "#FFF8EC", "#FFFFFF"
WOOD, WOOD_DARK, WOOD_LIGHT = "#C98B4B", "#8A5A34", "#E3B67C"
BROWN, BROWN_DARK = "#5A3420", "#2E190E"
CORAL = "#D9573F"

#: Grounds, one light and quiet for each family of goods.
MIST, SAND, BUTTER, MINT, ROSE, SKY, LINEN, NIGHT = (
    "#DCE6E3",
    "#F1E3C8",
    "#F6D77C",
    "#CFE3DA",
    "#F3DAD1",
    "#D6E2EE",
    "#EFE9DC",
    "#22384C",
)
#: What lies under a thing, whatever its ground.
SHADOW = "#14262B22"
GLOW = "#FFFFFF55"
