"""What a merge of two records would do, as values; nothing here writes.

Two records of one kind that were found to be one: one is kept, the other goes, and
everything that points at it follows. :mod:`registry.actions.merging` does it.
"""

from registry.merging.comparing import (
    Choice,
    Comparison,
    Part,
    Side,
    compare,
    parts_of,
)
from registry.merging.finding import (
    model_of,
    record_of,
    searched,
    suggested,
    why_not,
)
from registry.merging.links import (
    BARRED,
    Follows,
    Kind,
    Link,
    Staying,
    follows,
    kinds_of,
    links_of,
    parted,
    pictures_of,
)
from registry.merging.past import (
    Told,
    in_the_way,
    key_of_row,
    latest_of,
    merges_of,
    moved_by,
    record_at,
    records_of,
    stayed_with,
    successors,
    taken_by,
    touched,
)

__all__ = [
    "BARRED",
    "Choice",
    "Comparison",
    "Follows",
    "Kind",
    "Link",
    "Part",
    "Side",
    "Staying",
    "Told",
    "compare",
    "follows",
    "in_the_way",
    "key_of_row",
    "kinds_of",
    "latest_of",
    "links_of",
    "merges_of",
    "model_of",
    "moved_by",
    "parted",
    "parts_of",
    "pictures_of",
    "record_at",
    "record_of",
    "records_of",
    "searched",
    "stayed_with",
    "successors",
    "suggested",
    "taken_by",
    "touched",
    "why_not",
]
