"""A record, and a change to it, as a reviewer reads them: in words and pictures.

Nothing is decided or written here. What names or reaches one person is masked
until the reviewer asks for it.
"""

from registry.comparing.proposals import Block, Comparison, compare, with_companions
from registry.comparing.records import Shown, show
from registry.comparing.values import MASK, Cell, Line, Picture

__all__ = [
    "MASK",
    "Block",
    "Cell",
    "Comparison",
    "Line",
    "Picture",
    "Shown",
    "compare",
    "show",
    "with_companions",
]
