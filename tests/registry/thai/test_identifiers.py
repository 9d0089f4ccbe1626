"""Identity numbers are checked, hashed and shortened; spellings do not matter."""

import pytest

from registry.thai.identifiers import (
    keyed_hash,
    last_four,
    normalise_number,
    valid_juristic,
    valid_pin,
)

#: Examples of python-stdnum and of the tax authority; nobody's own.
PIN = "1-2345-45678-78-1"
JURISTIC = "0-99-3-000-13397-8"


@pytest.mark.parametrize(
    "text", [PIN, "1234545678781", "๑๒๓๔๕๔๕๖๗๘๗๘๑", "1–2345–45678–78–1"]
)
def test_a_personal_number_is_known_in_every_spelling(text):
    assert valid_pin(text)
    assert not valid_juristic(text)


@pytest.mark.parametrize("text", [JURISTIC, "0993000133978", "0105536112014"])
def test_a_juristic_number_is_known_in_every_spelling(text):
    assert valid_juristic(text)
    assert not valid_pin(text)


@pytest.mark.parametrize("text", ["", "1234545678782", "123454567878", "ก"])
def test_a_wrong_number_is_neither(text):
    assert not valid_pin(text)
    assert not valid_juristic(text)


def test_the_hash_is_one_for_all_spellings_and_differs_by_kind_and_key(settings):
    settings.IDENTITY_HASH_KEY = "first"
    hashed = keyed_hash("pin", PIN)

    assert len(hashed) == 64
    assert hashed == keyed_hash("pin", "๑๒๓๔๕๔๕๖๗๘๗๘๑")
    assert hashed != keyed_hash("juristic", PIN)
    settings.IDENTITY_HASH_KEY = "second"
    assert hashed != keyed_hash("pin", PIN)


def test_only_the_last_four_digits_are_shown():
    assert last_four(PIN) == "8781"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" มผช.๓๐/๒๕๔๖ ", "มผช.30/2546"),
        ("มอก.\u00a0309–2525", "มอก. 309-2525"),
        ("tgl−2−r4—15", "TGL-2-R4-15"),
        ("42-2-00155\u200b-2-0001", "42-2-00155-2-0001"),
    ],
)
def test_a_number_is_kept_in_one_spelling(written, kept):
    assert normalise_number(written) == kept
