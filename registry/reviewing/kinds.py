"""The kinds of things that are reviewed, and how addresses name them."""

from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst

from registry.desks import desk_at, desk_of
from registry.models import Proposal, Record

PROPOSAL = Proposal._meta.label
#: Where proposals lie among the addresses of kinds.
PROPOSALS = "proposals"

#: What is decided on.
Thing = Record | Proposal


@cache
def record_models() -> tuple[type[Record], ...]:
    """Return every kind of record there is, by its label."""
    found = [model for model in apps.get_models() if issubclass(model, Record)]
    return tuple(sorted(found, key=lambda model: model._meta.label))


def slug_of(model: type[Record]) -> str:
    """Return the part of an address that names a kind: its desk's, or its own name."""
    desk = desk_of(model)
    return desk.slug if desk else model._meta.label_lower.replace(".", "-")


def model_at(slug: str) -> type[Record] | None:
    """Return the kind that an address names; None if there is none."""
    desk = desk_at(slug)
    if desk is not None:
        return desk.model
    by_name = {
        each._meta.label_lower.replace(".", "-"): each for each in record_models()
    }
    return by_name.get(slug)


def kind_name(model: type[models.Model], *, many: bool = False) -> str:
    """Return what a kind is called."""
    opts = model._meta
    return str(capfirst(str(opts.verbose_name_plural if many else opts.verbose_name)))


def kinds() -> list[tuple[str, str]]:
    """Return what the queue can be narrowed to: slug, name."""
    found = [(slug_of(model), kind_name(model, many=True)) for model in record_models()]
    return [*found, (PROPOSALS, kind_name(Proposal, many=True))]


def named(model: Any) -> Any:
    """Return the rows of a kind with what a list says of them."""
    names = ("owner", "province", "submitted_by", *getattr(model, "NAMED_BY", ()))
    return model._default_manager.select_related(*names)
