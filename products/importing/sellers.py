"""Points of sale: the only thing some files say of a producer.

One cell holds a shop, a group, a person, both, an address, or nothing. Read here into
the name of a producer that may be public, and what may not (docs/decisions).
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from products.importing.people import (
    EDGES,
    looks_like_person,
    part_guessed,
    part_persons,
)
from registry.thai.numerals import to_arabic_digits
from registry.thai.text import fold


class Standing(Enum):
    """What a point of sale tells about the producer."""

    #: Names a business.
    BUSINESS = auto()
    #: May be a business or a person: kept by its name, but never published by us.
    UNSURE = auto()
    #: Names a person only.
    PERSON = auto()
    #: Names nobody.
    NONE = auto()


@dataclass(frozen=True)
class Seller:
    """A point of sale as it was read; ``name`` is empty where none may be kept."""

    standing: Standing
    name: str = ""
    persons: tuple[str, ...] = ()
    #: An address was cut off the name.
    had_address: bool = False

    @property
    def is_named(self) -> bool:
        """Tell whether it can be a producer of its own."""
        return bool(self.name)


#: Says how goods are sold or what kind of producer it is, not who.
NO_NAME = re.compile(
    r"(?:x+|\*+|\d+|"
    r"ไม่มี(?:ชื่อ|ข้อมูล|สถานที่)?.*|ไม่ระบุ.*|ไม่ได้.*|ยังไม่.*|"
    r"(?:จัดจำหน่าย|จำหน่าย|ขาย|ผลิต|วางขาย|ส่งขาย|ขายส่ง|ฝากขาย)(?:สินค้า)?"
    r"(?:เอง|ออนไลน์|ทั่วไป|ในชุมชน|ตาม|ที่บ้าน|หน้าร้าน|ปลีก|ส่ง).*|"
    r"(?:จัดจำหน่าย|จำหน่าย|ขาย|ผลิต)|"
    r"กลุ่ม(?:จัด)?จำหน่ายเอง|ออนไลน์.*|online.*|facebook|line|"
    r"ตาม(?:บูธ|งาน|ตลาดนัด|สั่ง|ออเดอร์|ร้านค้า).*|มีลูกค้า.*|รับสั่ง.*|สั่ง(?:ซื้อ|ทำ).*|"
    r"ที่บ้าน|บ้าน(?:ตนเอง|ของตนเอง|พัก|ผู้ผลิต)?|บ้านเลขที่|ที่ทำการ(?:กลุ่ม)?|"
    r"(?:กลุ่ม)?ผู้ผลิต(?:ชุมชน)?(?:ที่เป็น(?:เจ้าของ)?(?:ราย(?:เดียว)?)?)?|"
    r"ผู้ผลิตที่เป็น.*sme.*|"
    r"ร้าน(?:ค้า)?(?:ทั่วไป)?|สวน|ไร่|ฟาร์ม|กลุ่ม|กลุ่มแม่|แม่|หมู่บ้าน|ชุมชน|(?:กลุ่ม)?วิสาหกิจชุมชน|"
    r"ตลาด(?:นัด|สด|ทั่วไป)?|สถานที่จัดจำหน่าย|เจ้าของ|ผู้ประกอบการ|คุณ|ตรา)",
    re.IGNORECASE,
)
#: Begins as an address does: a house number with a village, or a place's title.
ADDRESS_ONLY = re.compile(
    r"(?:(?:บ้าน)?เลขที่\s*)?\d+(?:/\d+)?\s+.*(?:หมู่|ม\.|ต\.|ตำบล|ถนน|ถ\.|ซอย|บ้าน)"
    r"|(?:หมู่(?:ที่)?|ม\.)\s*\d+|ตำบล|ต\.|อำเภอ|อ\.|จังหวัด|จ\."
)
#: A tail of place names as far as the province or the district, with a house number.
ADDRESS_TAIL = re.compile(
    r"(?:\s+(?:เลขที่\s*)?\d+(?:/\d+)?(?:\s*(?:ม\.|หมู่(?:ที่)?)\s*\d+)?(?=\s*(?:ต\.|ตำบล)))?"
    r"(?:\s*(?:ต\.|ตำบล)\s*[^\s.]+)?"
    r"(?:\s*(?:อ\.|อำเภอ)\s*[^\s.]+(?:\s*(?:จ\.|จังหวัด)\s*[^\s.]+)?"
    r"|\s+(?:จ\.|จังหวัด)\s*[^\s.]+)"
    r"(?:\s*\d{5})?$"
)


def read_seller(cell: str, goods: str) -> Seller:
    """Read the point of sale of ``goods``, a product by its public name."""
    parted = part_persons(cell)
    if parted.is_cut:
        # "แจ่วบองคุณ…": the name of the business is not known without the person's.
        return Seller(Standing.PERSON, persons=parted.persons)
    guessed = part_guessed(parted.rest)
    persons = (*parted.persons, *guessed.persons)
    name = guessed.rest
    tail = ADDRESS_TAIL.search(name)
    if tail and name[: tail.start()].strip(EDGES):
        name = name[: tail.start()].strip(EDGES)
    is_goods_only = bool(persons) and fold(name) == fold(goods)
    if is_goods_only or names_nobody(name):
        return Seller(Standing.PERSON if persons else Standing.NONE, persons=persons)
    if looks_like_person(name):
        return Seller(Standing.UNSURE, name, persons)
    return Seller(Standing.BUSINESS, name, persons, had_address=bool(tail))


def names_nobody(name: str) -> bool:
    """Tell whether ``name`` is empty, an address, or a way of selling."""
    plain = to_arabic_digits(name).strip(EDGES)
    return (
        not fold(plain)
        or NO_NAME.fullmatch("".join(plain.split())) is not None
        or ADDRESS_ONLY.match(plain) is not None
    )


# --- The same producer ----------------------------------------------------------

VILLAGE = re.compile(
    r"(?:หมู่บ้านที่|หมู่ที่|หมู่|(?<![ก-๎])ม\.|(?<![ก-๎])ม)\s*\.?\s*(\d{1,2})(?!\d)"
)
#: Kinds of business and honours, which one office writes and the next does not.
KINDS = re.compile(
    r"^(?:กลุ่มวิสาหกิจชุมชน|วิสาหกิจชุมชนกลุ่ม|วิสาหกิจชุมชน|วสช\.|กลุ่ม|ร้านค้า|ร้าน|"
    r"บริษัท|บจก\.|บ\.|ห้างหุ้นส่วน(?:จำกัด|สามัญ)?|หจก\.|คุณ)[\s:.-]*"
)
LIMITED = re.compile(r"\s*(?:จำกัด(?:\s*\(?มหาชน\)?)?|จก\.)$")


def producer_key(name: str) -> str:
    """Return what two spellings of one producer's name have in common.

    Kinds of business, honours, spaces, tones and the ways to write a village's number
    do not count; the number itself does: villages have a group each. Part of what
    imports are known by, so it may never say otherwise of a name it has seen.
    """
    plain = VILLAGE.sub(r" หมู่ \1 ", to_arabic_digits(name)).strip()
    bare = LIMITED.sub("", plain)
    before = None
    while bare != before:
        before = bare
        bare = KINDS.sub("", bare)
    # A group of a village that is called nothing else: its kind is its name.
    return fold(bare) if fold(VILLAGE.sub("", bare)) else fold(plain)
