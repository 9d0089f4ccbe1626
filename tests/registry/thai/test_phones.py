"""Telephone numbers as sheets really hold them. All numbers are invented."""

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from registry.thai.phones import (
    NATIONAL,
    Phone,
    PhoneReading,
    PhoneRepair,
    read_phones,
    repair_shape,
)

MOBILE = Phone("+66812345678")
OTHER_MOBILE = Phone("+66987654321")
FIXED = Phone("+6642811234")
BANGKOK = Phone("+6621234567")
REAL_FILE = settings.BASE_DIR.parent / "shared/realdata/otop_products_2021.xlsx"


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        ("081-2345678", [MOBILE]),
        ("081-234-5678", [MOBILE]),
        ("08-1234-5678", [MOBILE]),
        ("0 8123 45678", [MOBILE]),
        ("081 - 2345678", [MOBILE]),
        ("๐๘๑-๒๓๔-๕๖๗๘", [MOBILE]),
        ("081–234–5678", [MOBILE]),
        ("081\u00a0234\u00a05678\u200b", [MOBILE]),
        ("+66 81 234 5678", [MOBILE]),
        ("+66 (0) 81-234-5678", [MOBILE]),
        ("66812345678", [MOBILE]),
        ("(+66)812345678", [MOBILE]),
        ("042-811234", [FIXED]),
        ("(042) 811-234", [FIXED]),
        ("0-4281-1234", [FIXED]),
        ("02 123 4567", [BANGKOK]),
        ("โทร. 042-811234", [FIXED]),
        ("โทร :  081 2345678", [MOBILE]),
        ("081-2345678,098-7654321", [MOBILE, OTHER_MOBILE]),
        ("0812345678/0987654321", [MOBILE, OTHER_MOBILE]),
        ("042 811234 081 234 5678", [FIXED, MOBILE]),
        ("081-234-5678 และ 042-811234", [MOBILE, FIXED]),
        ("042-811234\nมือถือ 081-2345678", [FIXED, MOBILE]),
        ("0812345678_x000D_\n0812345678", [MOBILE]),
        ("042-811-234 ต่อ 12", [Phone("+6642811234", "12")]),
        ("021234567 ext. 305", [Phone("+6621234567", "305")]),
        ("021234567 #9, 0812345678", [Phone("+6621234567", "9"), MOBILE]),
    ],
)
def test_numbers_are_read_however_they_are_written(cell, phones):
    reading = read_phones(cell)
    assert (list(reading.phones), reading.rest) == (phones, "")


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        (812345678.0, MOBILE),
        ("812345678.0", MOBILE),
        (812345678, MOBILE),
        ("812345678", MOBILE),
        (42811234.0, FIXED),
        (21234567, BANGKOK),
    ],
)
def test_the_zero_a_spreadsheet_took_is_put_back_and_said(cell, phone):
    assert read_phones(cell) == PhoneReading((phone,), (PhoneRepair.ZERO,), "")


def test_several_numbers_in_one_cell_are_parted_and_said():
    assert read_phones("0812345678, 042811234").repairs == (PhoneRepair.PARTED,)


def test_a_number_that_was_right_needs_no_repair():
    assert read_phones("081-234-5678").repairs == ()


@pytest.mark.parametrize(
    ("cell", "rest"),
    [
        ("0812345678 (ป้าลา)", "(ป้าลา)"),
        ("หมู่ที่ 3 081 234 5678", "หมู่ที่ 3"),
        ("042-811234-5", "-5"),
        ("ติดต่อ 0812345678, ร้านข้างวัด", "ร้านข้างวัด"),
    ],
)
def test_what_is_no_number_is_kept_as_the_rest(cell, rest):
    reading = read_phones(cell)
    assert (len(reading.phones), reading.rest) == (1, rest)


@pytest.mark.parametrize(
    ("cell", "rest"),
    [
        ("000-0000000", "000-0000000"),
        ("080-000-0000", "080-000-0000"),
        (800000000.0, "0800000000"),
        ("042-000000", "042-000000"),
        ("02-000-0000", "02-000-0000"),
        ("1669", "1669"),
        ("08123456789", "08123456789"),
        ("0112345678", "0112345678"),
        (8e28, str(int(8e28))),
        (80.5, "80.5"),
        (float("nan"), "nan"),
    ],
)
def test_placeholders_and_other_numbers_are_no_phones(cell, rest):
    assert read_phones(cell) == PhoneReading(rest=rest)


@pytest.mark.parametrize("cell", ["", "-", " - ", None, "โทร.", "ุ"])
def test_an_empty_cell_holds_nothing(cell):
    assert read_phones(cell) == PhoneReading()


@given(st.from_regex(NATIONAL, fullmatch=True), st.sampled_from(["", "7", "1234"]))
def test_a_number_shown_reads_back_as_itself(national, extension):
    national = national[:-1] + "5"  # never a placeholder
    phone = Phone("+66" + national[1:], extension)

    for language in ("th", "en"):
        with translation.override(language):
            assert read_phones(phone.display()).phones == (phone,)


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        (MOBILE, "081-234-5678"),
        (FIXED, "042-811-234"),
        (BANGKOK, "02-123-4567"),
        (Phone("+6642811234", "12"), "042-811-234 ต่อ 12"),
        (Phone("+85620123456"), "+85620123456"),
    ],
)
def test_a_number_is_shown_in_groups(phone, text):
    with translation.override("th"):
        assert phone.display() == text


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the real files are not here")
def test_a_real_file_gets_its_zeros_back_and_its_masked_digits_are_no_phones():
    rows = CalamineWorkbook.from_path(REAL_FILE).get_sheet_by_index(0).to_python()[1:]
    short = [
        row[6] for row in rows if isinstance(row[6], float) and 1e7 <= row[6] < 1e9
    ]

    assert {repair_shape(cell) for cell in short} == {"080000000", "0800000000"}
    assert not any(read_phones(row[6]).phones for row in rows)
