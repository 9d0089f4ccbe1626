"""Masked: enough to tell two apart, never the whole."""

from urllib.parse import quote_plus

import pytest

from registry.masking import mask, mask_email, mask_name, mask_phone, masked_number
from registry.needles import GONE, Needles, national, whole_name


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("+66812345678", "081-xxx-x678"),
        ("081-234-5678", "081-xxx-x678"),
        ("042-811-234", "042-xxx-234"),
        ("123", "…"),
        ("somsri@example.com", "s…@…"),
        ("สมศรี ใจดี", "ส… ใจ…"),
        ("นางสาวเพชร แสงดาว", "เพ… แส…"),
        ("John Smith", "J… S…"),
        ("malee.line", "m…"),
        ("สมศรี ใจดี, 081-234-5678", "ส… ใจ…, 081-xxx-x678"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_value_is_masked_by_what_it_looks_like(value, masked):
    if value == "123":
        assert mask_phone(value) == masked
    else:
        assert mask(value) == masked


def test_each_kind_by_itself():
    assert mask_email("a@b.example") == "a…@…"
    assert mask_name("") == ""
    assert masked_number("1234") == "x-xxxx-xxxx1-23-4"


@pytest.mark.parametrize(
    "text",
    [
        "โทร 0812345678",
        "081-234-5678",
        "081 234 5678 ครับ",
        "(081) 2345678",
        "+66812345678",
        "+66 (0)81-234-5678",
        "66812345678",
        "๐๘๑-๒๓๔-๕๖๗๘",
        "mobile=081-234-5678&x=1",
        "mobile=%2B66812345678",
        '["\\u0e42\\u0e17\\u0e23 0812345678"]',
    ],
)
def test_a_telephone_is_found_however_it_is_written(text):
    needles = Needles(phones=["+66812345678"])

    assert needles.found_in(text)
    assert not needles.found_in(needles.scrubbed(text))


@pytest.mark.parametrize("text", ["0812345679", "10812345678", "42-P-00128", "5678"])
def test_another_number_is_none(text):
    assert not Needles(phones=["+66812345678"]).found_in(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ถาม A@B.example ได้", f"ถาม {GONE} ได้"),
        ("xa@b.example", "xa@b.example"),
        ("a@b.example.com", "a@b.example.com"),
        ("ถาม a@b.example.", f"ถาม {GONE}."),
        ("email=a%40b.example&x=", f"email={quote_plus(GONE)}&x="),
    ],
)
def test_an_address_is_found_whole(text, left):
    assert Needles(emails=["a@b.example"]).scrubbed(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "นางสมศรี  ใจดีโทรมา",
        "name=%E0%B8%AA%E0%B8%A1%E0%B8%A8%E0%B8%A3%E0%B8%B5+%E0%B9%83%E0%B8%88%E0%B8%94%E0%B8%B5",
        '"\\u0e2a\\u0e21\\u0e28\\u0e23\\u0e35 \\u0e43\\u0e08\\u0e14\\u0e35"',
    ],
)
def test_a_name_is_found_whole_and_encoded(text):
    needles = Needles(names=["นางสาวสมศรี ใจดี"])

    assert needles.found_in(text)
    assert not needles.found_in(text, surely=True)
    assert not needles.found_in(needles.scrubbed(text))


def test_one_word_of_a_name_is_anybodys():
    assert not Needles(names=["สมศรี"])
    assert not Needles(names=["สมศรี ใจดี"]).found_in("สมศรีมาแล้ว")
    assert not Needles(names=["Person 1"]).found_in("Person 12")


def test_lists_and_keys_of_json_are_gone_through():
    needles = Needles(emails=["a@b.example"])

    assert needles.scrubbed_data({"a@b.example": ["x", {"y": "a@b.example"}, 3]}) == {
        GONE: ["x", {"y": GONE}, 3]
    }


def test_numbers_and_names_in_one_spelling():
    assert national("+66 81-234-5678") == national("๐๘๑๒๓๔๕๖๗๘") == "812345678"
    assert national("1669") == ""
    assert whole_name("นาย  ก้อง   ดี") == "ก้อง ดี"
    assert whole_name("นายก้อง") == ""
