"""What ``manage.py setup`` fills in, in the order in which it stands on itself."""

from collections.abc import Callable

from django.db import transaction

from products.filling import fill_categories, fill_marks
from registry.filling import fill_agencies, fill_aliases, fill_notes

STEPS: dict[str, Callable[[], int]] = {
    "agencies": fill_agencies,
    "marks": fill_marks,
    "categories": fill_categories,
    "search aliases": fill_aliases,
    "templates of notes": fill_notes,
}


@transaction.atomic
def fill_register() -> dict[str, int]:
    """Fill in what was never filled in, and say how many of what. Needs the places."""
    return {what: fill() for what, fill in STEPS.items()}
