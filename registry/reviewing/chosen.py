"""Things chosen in the queue for one decision on all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.apps import apps

from registry.models import User
from registry.reviewing.kinds import PROPOSAL, Thing, named, record_models


@dataclass(frozen=True)
class Chosen:
    """One of the things chosen for a bulk decision, and the version that was shown."""

    label: str
    pk: int
    version: int


def read_chosen(names: Sequence[str]) -> list[Chosen]:
    """Return what a form's boxes name; what no box ever held is left out."""
    labels = {*(model._meta.label for model in record_models()), PROPOSAL}
    found = []
    for name in names:
        label, *numbers = name.split(":")
        if (
            label in labels and len(numbers) == 2 and all(map(_is_number, numbers))
        ):  # key and version
            found.append(Chosen(label, int(numbers[0]), int(numbers[1])))
    return list(dict.fromkeys(found))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19  # 64 bits


def load_chosen(chosen: Iterable[Chosen], user: User) -> list[tuple[Thing, int]]:
    """Return the things a person may see, each with the version that was shown.

    One query a kind. What lies outside the scope does not exist.
    """
    wanted: dict[str, dict[int, int]] = {}
    for each in chosen:
        wanted.setdefault(each.label, {})[each.pk] = each.version
    found: list[tuple[Thing, int]] = []
    for label, versions in sorted(wanted.items()):
        rows = named(apps.get_model(label)).visible_to(user)
        found += [
            (row, versions[row.pk])
            for row in rows.filter(pk__in=list(versions)).order_by("pk")
        ]
    return found
