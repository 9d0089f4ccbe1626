"""Cells as people write them, and what is said of what was put right."""

import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from members.enums import LegalForm
from registry.importing.kinds import Cell, CellFault
from registry.importing.reading import (
    Amount,
    Choice,
    Coordinate,
    Day,
    Email,
    Key,
    Link,
    Months,
    Phones,
    Text,
    Texts,
    WholeNumber,
    Year,
    YesNo,
    what_was_cleaned,
)


def named(value):
    """Name a parameter; a reader by its class, since its address is new each time."""
    is_reader = type(value).__module__.startswith("registry.")
    return type(value).__name__ if is_reader else ascii(value)


@pytest.fixture(autouse=True)
def in_english():
    """Read the sentences in English."""
    with translation.override("en"):
        yield


def read(reader, value):
    """Return the clean value, and how many things were put right."""
    cell = Cell(value)
    return reader(cell), len(cell.repairs)


@pytest.mark.parametrize(
    ("reader", "value", "clean", "repairs"),
    [
        (Text(), "ผ้า ๑", "ผ้า ๑", 0),
        (Text(), 12, "12", 0),
        (Text(), 12.5, "12.5", 0),
        (Text(), "a\nb", "a b", 1),
        (Text(lines=True), "a\nb", "a\nb", 0),
        (Text(digits=True), "๑๒/๓", "12/3", 1),
        (Text(digits=True, length=5), 7110, "07110", 1),
        (Texts(), "ก, ข;ค\nก", ("ก", "ข", "ค"), 0),
        (WholeNumber(), "๑๒", 12, 1),
        (WholeNumber(), "1,250", 1250, 1),
        (WholeNumber(), "12 คน", 12, 1),
        (WholeNumber(), 12, 12, 0),
        (Amount(), "1,250.-", Decimal(1250), 1),
        (Amount(), "ราคา 80.50 บาท", Decimal("80.50"), 1),
        (Amount(), "฿80", Decimal(80), 1),
        (Amount(), 19.999, Decimal(20), 1),
        (Coordinate(5, 21), 17.486012345678, Decimal("17.48601"), 0),
        (Year(), 2555, 2555, 0),
        (Year(), "๒๕๕๕", 2555, 1),
        (Year(), "พ.ศ. 2555", 2555, 0),
        (Year(), 2012, 2555, 1),
        (Day(), "15/03/2555", datetime.date(2012, 3, 15), 0),
        (Day(), "๑๕ มีนาคม ๒๕๕๕", datetime.date(2012, 3, 15), 1),
        (Day(), "29/02/2555", datetime.date(2012, 2, 29), 0),
        (Day(), datetime.date(2555, 3, 15), datetime.date(2012, 3, 15), 1),
        (Day(), datetime.datetime(2012, 3, 15), datetime.date(2012, 3, 15), 0),  # noqa: DTZ001 - of a cell
        (Months(), "พ.ย.-ก.พ.", 0b1100_0000_0011, 0),
        (Months(), "มกราคม, มี.ค.", 0b101, 0),
        (Months(), "๑๒", 0b1000_0000_0000, 1),
        (Months(), "ตลอดปี", 0, 0),
        (Choice(LegalForm.choices), "Limited company", "company", 0),
        (Choice(LegalForm.choices), "company", "company", 0),
        (Choice(LegalForm.choices, {"บจก.": "company"}), "บจก", "company", 0),
        (YesNo(), "ใช่", True, 0),
        (YesNo(), "no", False, 0),
        (YesNo(), True, True, 0),
        (Email(), "a @b.example", "a@b.example", 0),
        (Link(), "www.a.example/x", "https://www.a.example/x", 1),
        (Key(), "members:42-M-00001:3", ("members", "42-M-00001", 3), 0),
    ],
    ids=named,
)
def test_a_cell_is_read(reader, value, clean, repairs):
    assert read(reader, value) == (clean, repairs)


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (Text(3), "abcd"),
        (Text(), True),
        (WholeNumber(), "สิบ"),
        (WholeNumber(), 1.5),
        (WholeNumber(1, 5), 6),
        (WholeNumber(), "1,25"),
        (WholeNumber(), True),
        (Amount(5, 2), 12345),
        (Amount(), -1),
        (Coordinate(5, 21), 50),
        (Year(), 55),
        (Year(), "ปีที่แล้ว"),
        (Day(), "31/02/2555"),
        (Day(), 45000.5),
        (Day(), datetime.date(1800, 1, 1)),
        (Months(), "สิบสาม"),
        (Choice(LegalForm.choices), "อะไรก็ไม่รู้"),
        (Email(), "ไม่มี"),
        (Link(), "ไม่มี เว็บ"),
        (Phones(), "12"),
        (Key(), "x"),
    ],
    ids=named,
)
def test_a_cell_that_cannot_be_read_is_said_so(reader, value):
    with pytest.raises(CellFault) as fault:
        reader(Cell(value))
    assert str(fault.value).endswith((".", ")")) or ": " in str(fault.value)


@pytest.mark.parametrize(
    ("value", "numbers", "repairs"),
    [
        (812345678, ["+66812345678"], 1),
        ("081-234-5678, 042 811 234", ["+66812345678", "+6642811234"], 1),
        ("๐๘๑-๒๓๔-๕๖๗๘", ["+66812345678"], 1),
    ],
)
def test_telephones_are_read_out_of_whatever_a_cell_holds(value, numbers, repairs):
    found, count = read(Phones(), value)

    assert ([each.e164 for each in found], count) == (numbers, repairs)


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (Day(), datetime.date(2012, 3, 15)),
        (Months(), 0b1100_0000_0011),
        (Months(), 0),
        (Amount(), Decimal("250.50")),
        (Choice(LegalForm.choices), "company"),
        (Texts(), ("ก", "ข")),
        (YesNo(), True),
        (Year(), 2555),
    ],
    ids=named,
)
@pytest.mark.parametrize("language", ["th", "en"])
def test_what_is_shown_is_read_again(reader, value, language):
    with translation.override(language):
        assert reader(Cell(reader.show(value))) == value


@pytest.mark.parametrize(
    "raw", ["กา_x000D_", "ก\u200bา", "น\u0e4d\u0e32", " กา ", "เเม่"]
)
def test_what_was_cleaned_is_told(raw):
    assert len(what_was_cleaned(raw)) == 1
