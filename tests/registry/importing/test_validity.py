"""What a check says of a row is what the model itself would say."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import Member
from products.models import Certificate, Product, StarRating
from registry.importing.validity import Checks

pytestmark = pytest.mark.django_db

NUMBERS = st.none() | st.integers(-3, 300) | st.sampled_from([2555, 55, 2900, 10**9])
AMOUNTS = st.none() | st.decimals(-10, 200, places=2)
VALUES = {
    Member: {
        "name_th": st.text("กขa", max_size=260),
        "legal_form": st.sampled_from(["", "none", "company", "x"]),
        "otop_year": NUMBERS,
        "workers": NUMBERS,
        "local_workers": NUMBERS,
        "latitude": st.none() | st.decimals(-1, 30, places=5),
        "longitude": st.none() | st.decimals(90, 110, places=5),
    },
    Product: {
        "name_th": st.text("กขa", max_size=260),
        "otop_type": st.sampled_from(["", "food", "textile", "?"]),
        "price_min": AMOUNTS,
        "price_max": AMOUNTS,
        "season": st.integers(-1, 5000),
        "unit_th": st.text("กa", max_size=70),
    },
    StarRating: {"total": AMOUNTS, "stars": st.integers(-1, 6)},
    Certificate: {
        "number": st.text("A1", max_size=90),
        "issued_on": st.none() | st.dates(),
        "expires_on": st.none() | st.dates(),
    },
}
ROWS = st.sampled_from(list(VALUES)).flatmap(
    lambda model: st.tuples(st.just(model), st.fixed_dictionaries(VALUES[model]))
)
CHECKS = {model: Checks(model) for model in VALUES}


def as_the_model_says(model, row, fields):
    """Return the fields that ``full_clean`` refuses, and whether a constraint does."""
    wrong = set()
    for name in fields:
        try:
            others = {each.name for each in model._meta.fields} - {name}
            row.clean_fields(exclude=others)
        except ValidationError as error:
            wrong |= error.message_dict.keys()
    left_out = {each.name for each in model._meta.fields} - fields.keys()
    try:
        # As forms do: what hangs on a field that is wrong is not asked.
        row.validate_constraints(exclude=left_out | wrong)
    except ValidationError as error:
        # Some say themselves which field they mean.
        wrong |= set(error.message_dict)
    return wrong


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ROWS)
def test_bad_values_are_found_as_the_model_finds_them(told):
    model, fields = told
    row = model(**fields)
    found = CHECKS[model].faults(fields, lambda name: getattr(row, name))
    by_field = {name for name, _sentence in found if name}
    expected = as_the_model_says(model, row, fields)
    assert by_field == {name for name in expected if name != "__all__"}
    if not by_field:
        said = dict(CHECKS[model].faults(fields, lambda name: getattr(row, name)))
        assert ("" in said) == ("__all__" in expected)


def test_constraints_are_worked_out_without_asking(django_assert_num_queries):
    checks = CHECKS[Member]
    row = Member(workers=1, local_workers=2)
    fields = {"workers": 1, "local_workers": 2}

    with django_assert_num_queries(0):
        found = list(checks.faults(fields, lambda name: getattr(row, name)))

    assert [name for name, _sentence in found] == [""]


def test_what_is_unknown_passes_as_in_the_database():
    row = Product(price_min=None, price_max=None)
    fields = {"price_min": None, "price_max": None}
    assert not list(CHECKS[Product].faults(fields, lambda name: getattr(row, name)))

    row.price_max = Decimal(5)
    fields["price_max"] = Decimal(5)
    found = list(CHECKS[Product].faults(fields, lambda name: getattr(row, name)))
    assert [name for name, _sentence in found] == [""]
