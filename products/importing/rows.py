"""One row of a file, read: what it says, what was repaired, what is left over.

Asks no database. Cells come cleaned from :mod:`registry.sheets.reading`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from products.importing.goods_names import GoodsName, read_goods_name
from products.importing.layouts import Column, Layout
from products.importing.outcomes import Reason, Repair
from products.importing.positions import Position, read_position
from products.importing.sellers import VILLAGE, Seller, read_seller
from registry.sheets.reading import Heading, Row, Value, folded
from registry.thai.numerals import to_arabic_digits
from registry.thai.phones import Phone, PhoneRepair, read_phones
from registry.thai.text import clean_line, fold

SUBDISTRICT = re.compile(r"(?:ตำบล|(?<![ก-๎])ต\s?\.|แขวง)\s*(?P<name>[ก-๎]+)")
DISTRICT = re.compile(r"(?:อำเภอ|(?<![ก-๎])อ\s?\.)\s*(?P<name>[ก-๎]+)")
#: A telephone number that went through a float into a CSV.
FLOAT_TEXT = re.compile(r"(\d{8,10})\.0")
NOT_DIGIT = re.compile(r"\D")
PHONE_REPAIRS = {
    PhoneRepair.ZERO: Repair.PHONE_ZERO,
    PhoneRepair.PARTED: Repair.PHONES_PARTED,
}


class RowRefused(ValueError):
    """A row that cannot become a product, and why."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(reason.value)


@dataclass(frozen=True)
class Cells:
    """A row's cells by what they are; a column the file lacks is empty."""

    row: Row
    heading: Heading

    def value(self, column: Column) -> Value:
        """Return what stands in a column's cell."""
        at = self.heading.columns.get(column)
        if at is None or at >= len(self.row.values):
            return ""
        value = self.row.values[at]
        if column is Column.PHONE and isinstance(value, str):
            return FLOAT_TEXT.sub(r"\1", value)
        return value

    def text(self, column: Column) -> str:
        """Return a cell as one line of text; a whole number without its ".0"."""
        value = self.value(column)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return clean_line(str(value))

    def are_in(self, columns: frozenset[int], *, among: frozenset[Column]) -> bool:
        """Tell whether one of the cells ``among`` stands in ``columns``."""
        return any(self.heading.columns.get(column) in columns for column in among)


@dataclass
class GoodsRow:
    """What a row says of a product and of who sells it."""

    number: int
    cell: str
    goods: GoodsName
    authority: str
    province: str
    district: str
    seller_cell: str
    seller: Seller
    address: str
    village_number: str
    phone_cell: str
    phones: tuple[Phone, ...]
    phone_rest: str
    position_cells: str
    position: Position | None
    #: What two copies of the row have in common, whatever program saved them.
    fingerprint: str = ""
    repairs: list[Repair] = field(default_factory=list)

    @property
    def subdistricts(self) -> Iterator[str]:
        """Yield what the address calls a subdistrict."""
        return (match["name"] for match in SUBDISTRICT.finditer(self.address))

    @property
    def districts(self) -> Iterator[str]:
        """Yield what the address calls a district."""
        return (match["name"] for match in DISTRICT.finditer(self.address))


def read_row(row: Row, heading: Heading, layout: Layout) -> GoodsRow:
    """Read one row below the heading.

    :raises RowRefused: if it names no product or no place.
    """
    cells = Cells(row, heading)
    if cells.are_in(row.broken, among=layout.needed):
        raise RowRefused(Reason.BROKEN)
    cell = cells.text(Column.PRODUCT)
    if folded(cell) in {folded(each) for each in layout.headings[Column.PRODUCT]}:
        raise RowRefused(Reason.HEADING)
    goods = read_goods_name(cell)
    if not goods.name:
        raise RowRefused(Reason.PERSON_NAME if goods.persons else Reason.NO_NAME)
    for column, reason in (
        (Column.PROVINCE, Reason.NO_PROVINCE),
        (Column.DISTRICT, Reason.NO_DISTRICT),
    ):
        if not fold(cells.text(column)):
            raise RowRefused(reason)
    return _read(cells, cell, goods)


def _read(cells: Cells, cell: str, goods: GoodsName) -> GoodsRow:
    seller_cell, address = cells.text(Column.SELLER), cells.text(Column.ADDRESS)
    phones = read_phones(cells.value(Column.PHONE))
    latitude, longitude = cells.value(Column.LATITUDE), cells.value(Column.LONGITUDE)
    read = GoodsRow(
        number=cells.row.number,
        cell=cell,
        goods=goods,
        authority=cells.text(Column.AUTHORITY),
        province=cells.text(Column.PROVINCE),
        district=cells.text(Column.DISTRICT),
        seller_cell=seller_cell,
        seller=read_seller(seller_cell, goods.name),
        address=address,
        village_number=_village_number(address),
        phone_cell=cells.text(Column.PHONE),
        phones=phones.phones,
        phone_rest=phones.rest if fold(phones.rest) else "",
        position_cells=f"{latitude} {longitude}".strip(),
        position=read_position(latitude, longitude),
    )
    read.fingerprint = _fingerprint(read)
    read.repairs += [PHONE_REPAIRS[each] for each in phones.repairs]
    read.repairs += [repair for repair, is_so in _repairs(cells, read) if is_so]
    return read


def _fingerprint(read: GoodsRow) -> str:
    digits = NOT_DIGIT.sub("", to_arabic_digits(read.phone_cell)).lstrip("0")
    place = (
        f"{read.position.latitude} {read.position.longitude}" if read.position else ""
    )
    texts = (read.cell, read.seller_cell, read.address)
    return "|".join((*map(fold, texts), digits, place))


def _repairs(cells: Cells, read: GoodsRow) -> Iterator[tuple[Repair, bool]]:
    known = frozenset(Column)
    yield Repair.FORMULA, cells.are_in(cells.row.formulas, among=known)
    yield Repair.NO_VALUE, cells.are_in(cells.row.broken, among=known)
    yield Repair.PHONE_UNUSABLE, bool(read.phone_rest)
    yield Repair.POSITION_SWAPPED, bool(read.position and read.position.is_swapped)
    yield Repair.POSITION_UNUSABLE, bool(read.position_cells and not read.position)
    yield Repair.SELLER_PERSON, bool(read.seller.persons)
    yield Repair.SELLER_ADDRESS, read.seller.had_address
    yield Repair.PRODUCT_PERSON, bool(read.goods.persons)
    yield Repair.STARS, read.goods.claim is not None


def _village_number(address: str) -> str:
    """Return the village number of an address that has exactly one."""
    numbers = set(VILLAGE.findall(to_arabic_digits(address)))
    return numbers.pop() if len(numbers) == 1 else ""
