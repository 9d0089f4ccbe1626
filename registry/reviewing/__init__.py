"""What waits for a reviewer: records of every kind, and changes to published ones.

Selections only: nothing is decided here, and nobody is asked over HTTP.
"""

from registry.reviewing.chosen import Chosen, load_chosen, read_chosen
from registry.reviewing.claims import claims_on, colleagues, notes_for
from registry.reviewing.kinds import (
    PROPOSALS,
    Thing,
    kind_name,
    kinds,
    model_at,
    record_models,
    slug_of,
)
from registry.reviewing.places import Place, place_of
from registry.reviewing.queue import EVERYTHING, Narrowing, Queue, Waiting
from registry.reviewing.things import (
    duplicates_of,
    earlier_notes,
    is_waiting,
    record_of,
    title_of,
)

__all__ = [
    "EVERYTHING",
    "PROPOSALS",
    "Chosen",
    "Narrowing",
    "Place",
    "Queue",
    "Thing",
    "Waiting",
    "claims_on",
    "colleagues",
    "duplicates_of",
    "earlier_notes",
    "is_waiting",
    "kind_name",
    "kinds",
    "load_chosen",
    "model_at",
    "notes_for",
    "place_of",
    "read_chosen",
    "record_models",
    "record_of",
    "slug_of",
    "title_of",
]
