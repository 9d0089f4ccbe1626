from hypothesis import given
from hypothesis import strategies as st

from registry.thai.numerals import to_arabic_digits, to_thai_digits


def test_digits_change_and_nothing_else():
    assert to_thai_digits("หน้า 1 จาก 40") == "หน้า ๑ จาก ๔๐"
    assert to_arabic_digits("๑๕ มีนาคม ๒๕๕๕") == "15 มีนาคม 2555"


def test_numbers_are_taken_as_they_are():
    assert to_thai_digits(2569) == "๒๕๖๙"


@given(st.integers(min_value=0))
def test_a_number_survives_both_ways(number):
    assert int(to_arabic_digits(to_thai_digits(number))) == number
