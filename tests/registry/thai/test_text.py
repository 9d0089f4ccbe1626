"""Cleaning keeps what was meant; folding forgives what searchers get wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.thai.sorting import sort_key
from registry.thai.text import (
    QUERY_WORDS,
    UNSETTLED,
    Term,
    clean_line,
    clean_text,
    compact,
    fold,
    folded_once,
    loose,
    name_document,
    normalise,
    parse_query,
    text_document,
)

#: Thai, Latin and what breaks either, dense enough for marks to meet.
MIXED = st.text(
    st.one_of(
        st.characters(min_codepoint=0x0E00, max_codepoint=0x0E7F),
        st.sampled_from("ํา่้เแphtkeoovw  -_|\u200bÉéﬁ①\u0301\u00a0"),
        st.characters(),
    )
)
#: Mostly what is plain: read as bytes, unless its signs are out of order.
PLAIN = st.lists(
    st.one_of(
        st.sampled_from("กขคตถสหอนลวมพรแเโไะาำัิีึืุู่้๊๋์ๆฯ๑฿"),
        st.sampled_from("abehkopStTvw 0129 -_.,()\n"),
        st.sampled_from(["ph", "ee", "aew", "ผ้าฝ้าย", "น้ำ", "_x000D_", "  ", "ํ", "ฺ"]),
    )
).map("".join)
#: Nobody sees it, so it changes nothing; but no text is plain with it.
UNSEEN_SIGN = "\u200b"
KEPT = st.text(st.sampled_from("กขเแาํ่้ำิีๆ๑1 aé\u0301\u200b\ufeff\u00a0\n\r\t\u202e\x00"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("นํ้าพริก", "น้ำพริก"),
        ("น้ํา", "น้ำ"),
        ("กำ่", "ก่ำ"),
        ("เเกง", "แกง"),
        ("กา\u200bแฟ", "กาแฟ"),
        ("กี่่", "กี่"),
        ("ท่ี", "ที่"),
        ("สิทธ์ิ", "สิทธิ์"),
        ("๑๒", "12"),
        ("ＬＯＥＩ", "loei"),
        ("ผ้า\u00a0ไหม\n", "ผ้า ไหม"),
        ("ต่างๆ", "ต่าง"),
    ],
)
def test_normalising_brings_every_spelling_of_a_word_to_one(written, meant):
    assert normalise(written) == meant


def test_loose_text_keeps_tones_and_joins_thai_words():
    assert loose("ผ้าไหม (มัดหมี่), Loei!") == "ผ้าไหมมัดหมี่ loei"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("น้ำพริก", "นำพริก"),
        ("ศิลป์", "สิลป"),
        ("ใหม่", "ไหม"),
        ("ผ้า ไหม", "ผ้าไหม"),
        ("คุกกี้", "คุกกิ"),
        ("coffee", "cofee"),
        ("Phi", "pee"),
        ("khon", "kon"),
        ("Café", "cafe"),
    ],
)
def test_what_sounds_alike_folds_alike(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("ผ้าไหม", "ผ้าฝ้าย"), ("มะม่วง", "มะนาว")])
def test_what_sounds_different_stays_different(one, other):
    assert fold(one) != fold(other)


@given(MIXED)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(PLAIN)
def test_plain_texts_are_read_as_any_other(text):
    for read in (normalise, loose, fold, compact, clean_line, clean_text, sort_key):
        assert read(text) == read(text + UNSEEN_SIGN)


@given(MIXED)
def test_a_settled_text_would_not_change_in_another_round(text):
    folded = folded_once(text)
    assert UNSETTLED.search(folded) or folded_once(folded) == folded


@given(MIXED)
def test_the_compact_form_is_folded_latin_without_spaces(text):
    small = compact(text)
    assert small == compact(small)
    assert small == "" or (small.isascii() and small.isalnum())


def test_a_name_is_found_however_its_romanisation_is_parted():
    document = name_document("ผีตาโขน", "Phi Ta Khon mask", "")

    assert document == "ผิตาโขน | pi ta kon mask | pitakonmask"
    assert compact("phitakhon") in document
    assert compact("Pee Ta Kon") in document


def test_a_name_given_twice_is_kept_once():
    assert name_document("Loei", "LOEI") == "loei"


def test_descriptions_are_folded_part_by_part():
    assert text_document("ทอ มัด", "", "ย้อมคราม") == "ทอมัด | ยอมคราม"


def test_thai_words_are_terms_and_latin_words_in_a_row_are_one():
    assert parse_query("ผ้า ไหม Phi Ta Khon 5 ดาว") == (
        Term(("ผา",)),
        Term(("ไหม",)),
        Term(("pi", "ta", "kon"), "pitakon"),
        Term(("5",)),
        Term(("ดาว",)),
    )


@pytest.mark.parametrize("query", ["", "   ", "!?", "\u200b"])
def test_a_query_without_words_asks_for_nothing(query):
    assert parse_query(query) == ()


def test_one_latin_word_needs_no_compact_form():
    assert parse_query("coffee") == (Term(("cofi",)),)


def test_a_repeated_word_is_asked_for_once():
    assert parse_query("ไหม ไหม") == (Term(("ไหม",)),)


@given(MIXED)
def test_a_query_asks_for_few_words_that_are_all_folded(text):
    tokens = [token for term in parse_query(text * 3) for token in term.tokens]
    assert len(tokens) <= QUERY_WORDS
    assert all(token == fold(token) and " " not in token for token in tokens)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  ผ้า\u00a0ไหม   มัดหมี่ ", "ผ้า ไหม มัดหมี่"),
        ("นํ้าพริก", "น้ำพริก"),
        ("เเกง", "แกง"),
        ("เลข ๔๒", "เลข ๔๒"),
        ("Cafe\u0301", "Café"),
        ("\ufeffเลย\u202e\x00", "เลย"),
        ("12_x000D_\n หมู่ 3", "12 หมู่ 3"),
        ("ก\x0bข\u2028ค", "ก ข ค"),
        ("snake_case", "snake_case"),
        ("\ud800ก", "ก"),
        ("", ""),
    ],
)
def test_a_line_is_kept_as_it_was_meant(typed, kept):
    assert clean_line(typed) == kept


def test_a_text_keeps_its_line_breaks():
    assert clean_text("\n ก  ข \r\n\r\nค_x000D_\n") == "ก ข\n\nค"


@given(KEPT)
def test_cleaning_twice_is_cleaning_once(text):
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_text(clean_text(text)) == clean_text(text)
    assert "\x00" not in clean_text(text)
