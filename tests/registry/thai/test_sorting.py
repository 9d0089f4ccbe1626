"""The stored key orders names as ICU's Thai collation does.

``icu_order.json`` holds the order ICU 72.1 (``th``) gave to every province, every
district name and to words chosen for their marks, vowels, dots and Latin letters.
"""

import json
import random
from pathlib import Path

import pytest

from registry.thai.sorting import sort_key

ICU_ORDER = json.loads(
    Path(__file__).with_name("icu_order.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("kind", ICU_ORDER)
def test_names_stand_in_the_order_of_icu(kind):
    names = ICU_ORDER[kind]
    shuffled = random.Random(2555).sample(names, len(names))

    # Sorting is stable: words of one key keep ICU's order for the comparison.
    ranked = sorted(sorted(shuffled, key=names.index), key=sort_key)

    assert ranked == names


def test_there_are_as_many_provinces_as_in_thailand():
    assert len(ICU_ORDER["provinces"]) == 77


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("กระบี่", "กรุงเทพมหานคร"),
        ("ลำปาง", "ลำพูน"),
        ("ลำพูน", "เลย"),
        ("กา", "ก่า"),
        ("กาก่", "ก่าก"),
        ("ก่า", "ก้า"),
        ("9", "กา"),
        ("ฮ้อ", "apple"),
    ],
)
def test_one_word_stands_before_the_other(first, second):
    assert sort_key(first) < sort_key(second)


@pytest.mark.parametrize(
    ("one", "other"), [("จ.ป.ร.", "จปร"), ("ผ้า ไหม", "ผ้าไหม"), ("LOEI", "loei")]
)
def test_dots_spaces_and_case_do_not_count(one, other):
    assert sort_key(one) == sort_key(other)
