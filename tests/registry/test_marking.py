"""Marking what was found in a name."""

import pytest
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from registry.marking import marked, marked_html, spans
from registry.search import Sought
from registry.thai.text import fold


def words(*typed):
    return [Sought(fold(each)) for each in typed]


@pytest.mark.parametrize(
    ("typed", "name", "shown"),
    [
        ("ไหม", "ผ้าไหมยกดอก", "ผ้า<mark>ไหม</mark>ยกดอก"),
        ("ผาไหม", "ผ้าไหมสุรินทร์", "<mark>ผ้าไหม</mark>สุรินทร์"),
        ("กล๊วย", "กล้วยฉาบ", "<mark>กล้วย</mark>ฉาบ"),
        ("สบู", "สบู่", "<mark>สบู่</mark>"),
        ("น้ำพริก", "น้ํ\u0e32พริกเผา", "<mark>น้ํ\u0e32พริก</mark>เผา"),
        ("ศบู่", "ก้อน สบู่", "ก้อน <mark>สบู่</mark>"),
        ("ผ้าไหม", "ผ้า ไหม", "<mark>ผ้า ไหม</mark>"),
        ("phitakhon", "Mini Phi Ta Khon Mask", "Mini <mark>Phi Ta Khon</mark> Mask"),
        ("kofee", "Iced Coffees", "Iced Coffees"),
        ("cofee", "Iced Coffees", "Iced <mark>Coffees</mark>"),
        ("nan", "Banana", "Banana"),
        ("soap", "สบู่ <b> & x", "สบู่ &lt;b&gt; &amp; x"),
        ("105", "มะลิ 105", "มะลิ <mark>105</mark>"),
    ],
)
def test_what_was_sought_is_marked(typed, name, shown):
    assert marked(name, words(typed)) == shown


def test_words_that_meet_are_marked_as_one():
    assert marked("ผ้าไหมยกดอก", words("ผ้า", "ไหม")) == "<mark>ผ้าไหม</mark>ยกดอก"


def test_a_word_spelt_surely_is_not_marked_in_another_tone():
    mat = [Sought(fold("เสื่อ"), "เสื่อ", is_sure=True)]

    assert marked("เสื้อ", mat) == "เสื้อ"
    assert marked("เสื่อกก", mat) == "<mark>เสื่อ</mark>กก"


def test_tags_stay_around_what_is_marked():
    shown = SafeString('<span lang="en">Silk &amp; more</span>')

    assert marked_html(shown, words("silk", "more")) == (
        '<span lang="en"><mark>Silk</mark> &amp; <mark>more</mark></span>'
    )


@given(st.text(max_size=40), st.text(max_size=10))
def test_marks_lie_within_the_text_in_order(name, typed):
    found = spans(name, [word for word in words(typed) if word.folded])
    flat = [place for span in found for place in span]

    assert flat == sorted(flat)
    assert all(0 <= place <= len(name) for place in flat)
