"""What rows of lists are known by: the same name in any spelling, for ever."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from products.cdd.keys import producer_key, product_key
from products.cdd.reading import read_stars, read_type, year_in
from registry.models import District, Province
from registry.thai.text import fold

LOEI = Province(code="42", name_th="เลย")
MUEANG = District(code="4201", province=LOEI)
NAMES = st.text(
    st.characters(min_codepoint=0x0E01, max_codepoint=0x0E4D, categories=("L", "M"))
    | st.sampled_from(" 0123456789๐๑๒()|-abcXYZ"),
    max_size=400,
)


@given(NAMES, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_a_key_does_not_depend_on_how_a_name_is_written(name, form):
    key = producer_key(LOEI, MUEANG, name)

    assert producer_key(LOEI, MUEANG, unicodedata.normalize(form, name)) == key
    assert producer_key(LOEI, MUEANG, f" \u200b{name}\u00a0") == key
    assert producer_key(LOEI, MUEANG, name.upper()) == key


@given(NAMES, NAMES)
def test_names_have_one_key_if_they_fold_alike_and_only_then(one, other):
    same = producer_key(LOEI, MUEANG, one) == producer_key(LOEI, MUEANG, other)

    assert same is (fold(one) == fold(other))


@given(NAMES, NAMES)
def test_keys_fit_their_column_and_tell_their_parts(producer, product):
    key = product_key(LOEI, None, producer, product)

    assert len(key) <= 900
    assert key.rpartition("|")[0] == producer_key(LOEI, None, producer)
    assert key.count("|") == 3


def test_keys_of_every_year_are_those_of_this_one():
    # Written out: a change would ask every reviewer about every row again.
    assert producer_key(LOEI, MUEANG, "กลุ่มทอผ้าบ้านนา หมู่ ๒") == "42|4201|กลุมทอผาบานนาหมุ 2"
    assert product_key(LOEI, None, "ก", "ผ้าไหม") == "42||ก|ผาไหม"


def test_stars_are_read_as_offices_write_them():
    texts = {
        "5 ดาว": 5,
        "ระดับ 4 ดาว": 4,
        "5": 5,
        "๕": 5,
        "★★★": 3,
        "สามดาว": 3,
        "0": 0,
        "-": 0,
        "ไม่ได้รับการคัดสรร": 0,
        "ระดับ ๒ ดาว": 2,
        "5 Stars": 5,
        "": None,
        "6": None,
        "4-5 ดาว": None,
        "3.5": None,
        "-3": None,
        "ดาว": None,
    }

    assert {text: read_stars(text) for text in texts} == texts
    assert (read_stars(4), read_stars(4.0), read_stars(True)) == (4, 4, None)


def test_types_and_years_are_read_out_of_text():
    assert read_type("สมุนไพรที่ไม่ใช่อาหาร") == "herb"
    assert read_type("ผ้า เครื่องแต่งกาย") == "textile"
    assert read_type("เครื่องดื่ม") == "beverage"
    assert read_type("อื่น ๆ") == ""
    assert (year_in("opc_2565.csv"), year_in("opc-2022.csv")) == (2565, 2565)
    assert (year_in("๒๕๖๕"), year_in("2562-2565.csv"), year_in("12565")) == (2565, 0, 0)
