"""Keys between tables obey the same direction as imports between modules.

import-linter reads imports only: a key written as a string escapes it.
"""

import pytest
from django.apps import apps

RANK = {"registry": 0, "members": 1, "products": 2, "strategies": 3, "reports": 4}
OURS = [model for model in apps.get_models() if model._meta.app_label in RANK]
KEYS = [
    (field, field.related_model)
    for model in OURS
    for field in model._meta.get_fields()
    if field.is_relation and field.concrete and field.related_model in OURS
]


def test_the_walk_meets_keys_between_apps():
    assert any(
        field.model._meta.app_label != target._meta.app_label for field, target in KEYS
    )


@pytest.mark.parametrize(("field", "target"), KEYS, ids=str)
def test_key_points_downward(field, target):
    source, target = field.model._meta.app_label, target._meta.app_label
    assert source == target or RANK[source] > RANK[target]
