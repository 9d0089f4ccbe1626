"""Constraints of an abstract base reach every table that inherits from it.

Django drops them silently where a subclass writes a ``class Meta`` of its own that
does not take up its base's list.
"""

import pytest
from django.apps import apps

from registry.models import Record

RECORDS = [model for model in apps.get_models() if issubclass(model, Record)]


def named(base_name: str, model) -> str:
    """Fill in a constraint's name as Django does for a concrete class."""
    options = model._meta
    return base_name % {
        "app_label": options.app_label.lower(),
        "class": options.model_name,
    }


def test_the_walk_meets_records():
    assert {model._meta.label for model in RECORDS} >= {
        "members.Member",
        "products.Product",
    }


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.label)
def test_record_keeps_every_constraint_of_its_base(model):
    base = {named(rule.name, model) for rule in Record._meta.constraints}
    kept = {rule.name for rule in model._meta.constraints}

    assert base
    assert base - kept == set()


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.label)
def test_record_has_no_default_ordering(model):
    assert list(model._meta.ordering) == []
