"""One row of an open file, read: places found, stars and types out of text.

Cells come cleaned from :mod:`registry.sheets.reading`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from sys import intern

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from members.models import FIRST_YEAR, LAST_YEAR
from products.enums import OtopType
from registry.models import District, Province
from registry.place_names import PlaceNames
from registry.sheets.reading import Row, Value, folded
from registry.thai.numerals import to_arabic_digits
from registry.thai.text import clean_line, fold

#: Names of producers and products, in the register.
NAME_LENGTH = 250


class Column(StrEnum):
    """What a column of the open files may hold."""

    PROVINCE = "province"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    PRODUCER = "producer"
    PRODUCT = "product"
    CATEGORY = "category"
    STARS = "stars"
    YEAR = "year"


PLACES: Mapping[Column, tuple[str, ...]] = {
    Column.PROVINCE: ("จังหวัด", "ชื่อจังหวัด", "province", "changwat", "province name"),
    Column.DISTRICT: (
        *("อำเภอ", "ชื่ออำเภอ", "อำเภอ/เขต", "เขต/อำเภอ", "เขต"),
        *("district", "amphoe", "district name"),
    ),
    Column.SUBDISTRICT: (
        *("ตำบล", "ชื่อตำบล", "ตำบล/แขวง", "แขวง/ตำบล", "แขวง"),
        *("subdistrict", "sub-district", "tambon", "subdistrict name"),
    ),
}
PRODUCER_NAMES = (
    *("ชื่อผู้ผลิต", "ผู้ผลิต", "ชื่อผู้ผลิต/ผู้ประกอบการ", "ผู้ผลิต/ผู้ประกอบการ"),
    *("ชื่อผู้ผลิต ผู้ประกอบการ", "ชื่อผู้ประกอบการ", "ผู้ประกอบการ", "ชื่อผู้ประกอบการ/ผู้ผลิต"),
    *("ชื่อกลุ่ม", "ชื่อกลุ่มผู้ผลิต", "ชื่อกลุ่ม/ผู้ผลิต", "ชื่อกลุ่ม/ผู้ประกอบการ", "กลุ่มผู้ผลิต"),
    *("ชื่อผู้ผลิตชุมชน", "ชื่อกลุ่มผู้ผลิตชุมชน", "ชื่อผู้ผลิต OTOP", "ชื่อผู้ประกอบการ OTOP"),
    *("producer", "producer name", "entrepreneur", "entrepreneur name"),
)
#: The list of registered producers.
PRODUCERS: Mapping[Column, tuple[str, ...]] = {
    **PLACES,
    Column.PRODUCER: PRODUCER_NAMES,
}
#: The list of star results.
STARS: Mapping[Column, tuple[str, ...]] = {
    **PLACES,
    Column.PRODUCT: (
        *("ชื่อผลิตภัณฑ์", "ผลิตภัณฑ์", "ชื่อสินค้า", "สินค้า", "ชื่อผลิตภัณฑ์ OTOP"),
        *("ชื่อผลิตภัณฑ์ตัวอย่าง", "ชื่อสินค้า OTOP", "product", "product name"),
    ),
    Column.PRODUCER: PRODUCER_NAMES,
    Column.CATEGORY: (
        *("ประเภท", "ประเภทผลิตภัณฑ์", "ประเภทสินค้า", "หมวดหมู่", "กลุ่มผลิตภัณฑ์"),
        *("category", "product type", "product category", "type"),
    ),
    Column.STARS: (
        *("ระดับดาว", "ดาว", "จำนวนดาว", "ระดับ", "ผลการคัดสรร", "ผลคัดสรร"),
        *("ระดับผลิตภัณฑ์", "ค่าระดับดาว", "ผลการคัดสรร (ดาว)", "ผลการคัดสรรระดับดาว"),
        *("stars", "star", "star level", "level", "rating"),
    ),
    Column.YEAR: (
        *("ปี", "ปี พ.ศ.", "พ.ศ.", "ปีที่คัดสรร", "ปีที่ได้รับการคัดสรร", "ปีคัดสรร"),
        *("year", "year (B.E.)"),
    ),
}
NEEDED = {
    "producers": frozenset({Column.PROVINCE, Column.DISTRICT, Column.PRODUCER}),
    "stars": frozenset({Column.PROVINCE, Column.PRODUCT, Column.STARS}),
}

#: Words of a category → the type, the first that is found.
TYPES = (
    ("สมุนไพร", OtopType.HERB),
    ("herb", OtopType.HERB),
    ("เครื่องดื่ม", OtopType.BEVERAGE),
    ("beverage", OtopType.BEVERAGE),
    ("drink", OtopType.BEVERAGE),
    ("เครื่องแต่งกาย", OtopType.TEXTILE),
    ("textile", OtopType.TEXTILE),
    ("apparel", OtopType.TEXTILE),
    ("ผ้า", OtopType.TEXTILE),
    ("ของใช้", OtopType.DECOR),
    ("ของตกแต่ง", OtopType.DECOR),
    ("ของที่ระลึก", OtopType.DECOR),
    ("ศิลปะประดิษฐ์", OtopType.DECOR),
    ("souvenir", OtopType.DECOR),
    ("อาหาร", OtopType.FOOD),
    ("food", OtopType.FOOD),
)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
STAR_SIGNS = re.compile("[★⭐✭✯☆*]")
NUMBER_WORDS = {
    "หนึ่ง": 1,
    "สอง": 2,
    "สาม": 3,
    "สี่": 4,
    "ห้า": 5,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
}
#: Says that there is no star.
UNRATED = re.compile(
    r"(?:ไม่(?:ได้|มี|ผ่าน).*|ยังไม่.*|none|unrated|no\s+stars?)", re.IGNORECASE
)


class SourceRefused(ValueError):
    """A row that cannot be read; ``str()`` is a sentence for the person."""

    def __init__(self, column: str, text: str, sentence: str | Promise) -> None:
        self.column = column
        self.text = text
        super().__init__(str(sentence))


@dataclass(slots=True)
class Source:
    """What a row says. ``stars`` is 0 for goods that were not rated."""

    number: int
    province: Province
    district: District | None
    subdistrict: str
    producer: str
    #: Names as they are compared.
    producer_fold: str
    product: str = ""
    product_fold: str = ""
    category: str = ""
    otop_type: str = ""
    stars: int = 0
    year: int = 0
    is_shortened: bool = False

    def texts(self) -> dict[str, str]:
        """Return what the row says, by column, for who compares."""
        found = {
            Column.PRODUCT: self.product,
            Column.PRODUCER: self.producer,
            Column.SUBDISTRICT: self.subdistrict,
            Column.DISTRICT: self.district.name_th if self.district else "",
            Column.PROVINCE: self.province.name_th,
            Column.CATEGORY: self.category,
        }
        return {str(key): text for key, text in found.items() if text}


class Reader:
    """Reads the rows of one file; asks no database but for the places, once."""

    def __init__(
        self,
        columns: Mapping[str, int],
        *,
        of_stars: bool,
        year: int = 0,
        places: PlaceNames | None = None,
    ) -> None:
        self.columns = columns
        self.of_stars = of_stars
        self.year = year
        self.places = places or PlaceNames.load()
        known = STARS if of_stars else PRODUCERS
        name = Column.PRODUCT if of_stars else Column.PRODUCER
        self._headings = {folded(each) for each in known[name]}
        self._provinces: dict[str, Province | None] = {}
        self._districts: dict[tuple[str, str], District | None] = {}

    def read(self, row: Row) -> Source:
        """Read one row.

        :raises SourceRefused: if it names nothing, no known place, or no stars.
        """
        name = Column.PRODUCT if self.of_stars else Column.PRODUCER
        if folded(self._text(row, name)) in self._headings:
            raise SourceRefused("", "", _("The row repeats the headings."))
        province = self._province(row)
        district = self._district(row, province)
        producer = self._text(row, Column.PRODUCER)
        producer_fold = fold(producer)
        if not self.of_stars and not producer_fold:
            raise SourceRefused(
                Column.PRODUCER, producer, _("There is no name of a producer.")
            )
        if not producer_fold:
            producer = ""
        source = Source(
            row.number,
            province,
            district,
            intern(self._text(row, Column.SUBDISTRICT)[:150]),
            _shortened(producer),
            producer_fold,
            is_shortened=len(producer) > NAME_LENGTH,
        )
        if self.of_stars:
            self._read_result(row, source)
        return source

    def _read_result(self, row: Row, source: Source) -> None:
        product = self._text(row, Column.PRODUCT)
        source.product_fold = fold(product)
        if not source.product_fold:
            raise SourceRefused(Column.PRODUCT, product, _("There is no product name."))
        source.product = _shortened(product)
        source.is_shortened |= len(product) > NAME_LENGTH
        source.category = intern(self._text(row, Column.CATEGORY)[:150])
        source.otop_type = read_type(source.category)
        stars = read_stars(self._value(row, Column.STARS))
        if stars is None:
            raise SourceRefused(
                Column.STARS,
                self._text(row, Column.STARS),
                _("The stars cannot be read; please write a number from 1 to 5."),
            )
        source.stars = stars
        source.year = self._year(row)

    def _province(self, row: Row) -> Province:
        text = self._text(row, Column.PROVINCE)
        if not fold(text):
            raise SourceRefused(Column.PROVINCE, text, _("There is no province."))
        if text not in self._provinces:
            self._provinces[text] = self.places.province(text)
        found = self._provinces[text]
        if found is None:
            raise SourceRefused(
                Column.PROVINCE,
                text,
                _("There is no province “%(detail)s”.") % {"detail": text},
            )
        return found

    def _district(self, row: Row, province: Province) -> District | None:
        text = self._text(row, Column.DISTRICT)
        if not fold(text):
            if self.of_stars:
                return None
            raise SourceRefused(Column.DISTRICT, text, _("There is no district."))
        at = province.code, text
        if at not in self._districts:
            self._districts[at] = self.places.district(province, text)
        found = self._districts[at]
        if found is None:
            raise SourceRefused(
                Column.DISTRICT,
                text,
                _("The province has no district “%(detail)s”.") % {"detail": text},
            )
        return found

    def _year(self, row: Row) -> int:
        text = self._text(row, Column.YEAR)
        if not text:
            return self.year
        found = year_in(text)
        if not found:
            raise SourceRefused(
                Column.YEAR, text, _("The year cannot be read; please write 2565.")
            )
        return found

    def _value(self, row: Row, column: Column) -> Value:
        at = self.columns.get(column)
        return row.values[at] if at is not None and at < len(row.values) else ""

    def _text(self, row: Row, column: Column) -> str:
        value = self._value(row, column)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return clean_line(str(value))


def _shortened(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def read_stars(value: Value) -> int | None:
    """Return the stars a cell says, 0 for none; None where it says nothing clear."""
    if isinstance(value, bool):
        return None
    text = to_arabic_digits(clean_line(str(value))).casefold()
    if not text:
        return None
    signs = len(STAR_SIGNS.findall(text.replace("☆", "")))
    numbers = [float(each) for each in NUMBER.findall(text)]
    if not numbers:
        if 1 <= signs <= 5:
            return signs
        if text in {"-", "–"} or UNRATED.fullmatch(text):
            return 0
        said = {stars for word, stars in NUMBER_WORDS.items() if word in text}
        return said.pop() if len(said) == 1 else None
    if len(numbers) > 1 or not numbers[0].is_integer():
        return None
    stars = int(numbers[0])
    return stars if 0 <= stars <= 5 and "-" not in text[:1] else None


def read_type(text: str) -> str:
    """Return the OTOP type that a category names; empty for none."""
    plain = text.casefold()
    if "ไม่ใช่อาหาร" in plain or "non-food" in plain:
        plain = plain.replace("ไม่ใช่อาหาร", "").replace("non-food", "")
    return next((str(kind) for word, kind in TYPES if word in plain), "")


def year_in(text: str) -> int:
    """Return the year (B.E.) that a text or a file's name holds; 0 for none.

    A year of our era counts, two different ones do not.
    """
    found = set()
    for digits in re.findall(r"(?<!\d)\d{4}(?!\d)", to_arabic_digits(text)):
        year = int(digits)
        year += 543 if 1990 <= year <= 2100 else 0
        if FIRST_YEAR <= year <= LAST_YEAR:
            found.add(year)
    return found.pop() if len(found) == 1 else 0


def headings_of(columns: Iterable[Column], *, of_stars: bool) -> str:
    """Return the usual headings of columns, for a sentence."""
    known = STARS if of_stars else PRODUCERS
    return ", ".join(f"“{known[each][0]}”" for each in columns)
