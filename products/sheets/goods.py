"""The kind of spreadsheet whose row is a product."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.models import Member
from members.sheets import CODE_COLUMN, ROW_KEY, Name, Places, cell_of, code_of
from members.sheets import Code as CodeReader
from products.enums import AirTravel, OtopType
from products.models import Product
from products.sheets.lookups import Producers, Shelves, pieces, texts_of
from products.sheets.readers import Days, Price, PriceCell
from registry.importing.kinds import SheetColumn
from registry.importing.lines import KEY, Line
from registry.importing.reading import Amount, Choice, Months, Text, Year, key_text
from registry.importing.records import RecordKind
from registry.models import Agency, Province, User
from registry.thai.text import fold

CHUNK = 2_000
#: Columns that say whose a product is.
MEMBER_KEYS = frozenset({"member", "member_code", "district", "province"})
#: Headings of the register report, and of lists offices keep, that say nothing here.
IGNORED = (
    *("ของกินได้", "Edible", "ระดับดาว", "Stars", "ดาว"),
    *("ปี พ.ศ. ที่ได้ดาว", "Year of the stars"),
    *("เครื่องหมายรับรองที่ยังมีผล", "Marks in force"),
    *("สถานะ", "Status", "วันที่เผยแพร่", "Published on"),
    *("วันที่เผยแพร่ (ค.ศ.)", "Published on (as a date)"),
    *("มีชื่อและเรื่องราวครบสองภาษา", "Name and story in both languages"),
    *("มีภาพถ่าย", "Has a photo", "ลำดับ", "ลำดับที่", "ที่", "No."),
)


@dataclass
class ProductLookups:
    """What the rows of a file are resolved with."""

    producers: Producers
    shelves: Shelves
    #: Units of what is there, by code: Thai and English.
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class ProductSheets(RecordKind):
    """Products, one a row."""

    slug = "products"
    title = _("Products")
    lead = _("Goods with their producer, category, price, season and story, one a row.")
    label = "products.Product"
    IDENTITY = ("member", "name_fold")
    RELATED = ("member", "category", "district", "province", "owner")

    def columns(self, user: User | None) -> Sequence[SheetColumn]:
        """Return the columns of the template."""
        return (*which_one(), *what_it_is(), *what_it_tells(), PRIVATE_NOTES, ROW_KEY)

    def ignored(self) -> Sequence[str]:
        """Return what the register report tells beside."""
        return IGNORED

    # --- A row --------------------------------------------------------------------

    def lookups(self, by: User | None, lines: Sequence[Line]) -> ProductLookups:
        """Read the producers that rows name, the shelves, and units to compare."""
        producers = Producers(
            by,
            Places(by),
            codes=texts_of(lines, "member_code"),
            names=texts_of(lines, "member"),
        )
        units: dict[str, tuple[str, str]] = {}
        codes = {code_of(line) for line in lines if "unit_th" in line.given}
        for some in pieces(codes):
            rows = Product.objects.filter(code__in=some)
            for code, thai, english in rows.values_list("code", "unit_th", "unit_en"):
                units[code or ""] = (thai, english)
        return ProductLookups(producers, Shelves(), units)

    def fields(self, line: Line, lookups: ProductLookups) -> dict[str, Any]:
        """Return what the line gives, with producer, shelf and prices."""
        found = super().fields(line, lookups)
        if member := lookups.producers.find(line):
            found["member"] = member
        shelf = line.resolve("category", lookups.shelves.find)
        if shelf is not None:
            found["category"] = shelf
        price = found.get("price_min")
        if isinstance(price, Price):
            found["price_min"] = price.low
            if price.high is not None and "price_max" not in line.given:
                found["price_max"] = price.high
        if "unit_th" in found and not line.says("unit_en"):
            self._unit(line, lookups, found)
        return found

    @staticmethod
    def _unit(line: Line, lookups: ProductLookups, found: dict[str, Any]) -> None:
        """Tell in which language a unit is that stands alone in its row.

        Our own report gives it in the reader's language, or in the one there is.
        """
        unit = found["unit_th"]
        if unit in lookups.units.get(code_of(line), ()):
            del found["unit_th"]
        elif unit.isascii():
            found["unit_en"] = found.pop("unit_th")

    def identity(self, fields: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Return producer and folded name."""
        member, name = fields.get("member"), fields.get("name_th")
        if member is None or not name:
            return None
        return member.pk, fold(name)[:300]

    def check(
        self,
        line: Line,
        fields: Mapping[str, Any],
        record: Product | None,
        lookups: ProductLookups,
    ) -> None:
        """Say what the form would: a new product has a producer."""
        if record is None and fields.get("member") is None:
            line.fault(
                "member", _("Type the code of the producer, or its name and district.")
            )

    def prepare_new(
        self, line: Line, fields: dict[str, Any], by: User | None, lookups: Any
    ) -> None:
        """Give a new product to whom its producer belongs; of that one speak once."""
        member: Member | None = fields.get("member")
        if member is not None:
            fields |= {"owner": member.owner, "province": member.province}
            return
        fields |= {"owner": Agency(), "province": Province()}
        if {key for key, _text, _sentence in line.faults} & MEMBER_KEYS:
            fields["member"] = Member()

    # --- Workbooks ------------------------------------------------------------------

    def existing(self, user: User) -> Iterator[Mapping[str, object]]:
        """Yield the goods ``user`` keeps or checks, by district, producer and name.

        One query, and one for the shelves; in constant memory.
        """
        shelves = Shelves()
        columns = self.columns(user)
        own = {field.name for field in Product._meta.concrete_fields}
        shown = [each for each in columns if each.key in own]
        rows = (
            Product.objects.visible_to(user)
            .in_use()
            .select_related("member", "district", "province")
            .order_by(
                "province__sort_key",
                "district__sort_key",
                "member__sort_key",
                "member_id",
                "sort_key",
                "pk",
            )
        )
        for product in rows.iterator(chunk_size=CHUNK):
            cells: dict[str, object] = {
                column.key: cell_of(column, getattr(product, column.key))
                for column in shown
                if column.key != "category"
            }
            shelf = product.category_id
            cells["category"] = shelves.way_of(shelf) if shelf else ""
            cells["member_code"] = product.member.code or ""
            cells[KEY] = key_text(self.slug, product.code or "", product.version)
            yield cells
            vars(product).clear()


# --- Columns --------------------------------------------------------------------------


def room(name: str) -> int | None:
    """Return how many characters a column of the register has room for."""
    column: Any = Product._meta.get_field(name)
    most: int | None = column.max_length
    return most


def text(name: str, title: Any, *aliases: str, **told: Any) -> SheetColumn:
    """Return a column of a text that is kept as it stands."""
    read = Text(room(name), lines=told.pop("lines", False))
    return SheetColumn(name, title, read, aliases=aliases, **told)


PRIVATE_NOTES = text(
    "private_notes",
    _("Internal notes"),
    *("หมายเหตุ", "หมายเหตุภายใน", "notes", "remarks"),
    note=_("For staff only; never shown to the public or exported."),
    lines=True,
    is_only_read=True,
    width=40,
)


def where_from() -> Sequence[SheetColumn]:
    """Return the columns that say where a producer is; they are no value of a row."""
    return (
        SheetColumn(
            "district",
            _("District"),
            Name(),
            is_key=True,
            aliases=("ชื่ออำเภอ", "อำเภอ/เขต", "amphoe"),
            note=_("Tells producers of one name apart; not needed beside a code."),
            width=16,
        ),
        SheetColumn(
            "province",
            _("Province"),
            Name(),
            is_key=True,
            aliases=("ชื่อจังหวัด", "changwat"),
            note=_("Tells producers of one name apart; not needed beside a code."),
            width=16,
        ),
    )


def which_one() -> Sequence[SheetColumn]:
    """Return the columns that say which product of whom it is."""
    return (
        CODE_COLUMN,
        text(
            "name_th",
            _("Name (Thai)"),
            *("ชื่อ", "ชื่อผลิตภัณฑ์", "ชื่อสินค้า", "ชื่อสินค้า OTOP", "ชื่อผลิตภัณฑ์ OTOP"),
            *("ผลิตภัณฑ์", "name", "product", "product name"),
            note=_("As it is registered."),
            is_needed=True,
            example=("ผ้าคลุมไหล่ฝ้ายตัวอย่าง", "ผ้าคลุมไหล่ฝ้ายตัวอย่าง"),
            other_example=("กล้วยตากสมมุติ", "กล้วยตากสมมุติ"),
            width=36,
        ),
        text(
            "name_en",
            _("Name (English)"),
            "english name",
            example=("Example cotton shawl", "Example cotton shawl"),
            width=30,
        ),
        text(
            "other_names",
            _("Other names"),
            "ชื่ออื่น",
            note=_("Local or romanised names people search by."),
            width=24,
        ),
        SheetColumn(
            "member_code",
            _("Code of the producer"),
            CodeReader(),
            aliases=("รหัสสมาชิก", "รหัสผู้ประกอบการ", "member code"),
            note=_("The portal’s code, such as 42-M-00017; or give name and district."),
            example=("42-M-00001", "42-M-00001"),
            width=14,
        ),
        SheetColumn(
            "member",
            _("Producer"),
            Name(),
            aliases=(
                *("ชื่อผู้ผลิต", "ชื่อผู้ประกอบการ", "ผู้ประกอบการ", "ชื่อกลุ่ม", "กลุ่มผู้ผลิต"),
                *("producer name", "member"),
            ),
            note=_("Name of the producer where its code is not known."),
            other_example=("กลุ่มจักสานบ้านสมมุติ", "กลุ่มจักสานบ้านสมมุติ"),
            width=34,
        ),
        *where_from(),
    )


def what_it_is() -> Sequence[SheetColumn]:
    """Return the columns of kind, price and size."""
    types = Choice(
        OtopType.choices,
        {
            "ผ้า": OtopType.TEXTILE,
            "ผ้าและเครื่องแต่งกาย": OtopType.TEXTILE,
            "ของใช้": OtopType.DECOR,
            "ของใช้ ของตกแต่ง ของที่ระลึก": OtopType.DECOR,
            "สมุนไพร": OtopType.HERB,
            "สมุนไพรที่ไม่ใช่อาหาร": OtopType.HERB,
        },
    )
    return (
        SheetColumn(
            "category",
            _("Category"),
            Name(),
            aliases=("หมวด", "ประเภทสินค้า", "กลุ่มผลิตภัณฑ์", "category"),
            note=_("Name of a category, or the way down to it."),
            choices=ways,
            width=34,
        ),
        SheetColumn(
            "otop_type",
            _("OTOP type"),
            types,
            aliases=("ประเภท", "ประเภทผลิตภัณฑ์", "ประเภทผลิตภัณฑ์ OTOP"),
            choices=types.words,
            example=("ผ้าและเครื่องแต่งกาย", "Textiles and apparel"),
            width=22,
        ),
        SheetColumn(
            "design_year",
            _("Year of a new design (B.E.)"),
            Year(),
            aliases=("ปีที่ออกแบบ",),
            width=14,
        ),
        SheetColumn(
            "price_min",
            _("Price from (baht)"),
            PriceCell(),
            aliases=("ราคา", "ราคา (บาท)", "ราคาขาย", "ราคาต่อหน่วย", "price"),
            note=_("The lowest price; “120-150” gives lowest and highest."),
            form="money",
            example=("250", "250"),
            other_example=("35", "35"),
            width=12,
        ),
        SheetColumn(
            "price_max",
            _("Price to (baht)"),
            Amount(10, 2),
            aliases=("ราคาสูงสุด",),
            note=_("Only where there is more than one price."),
            form="money",
            example=("390", "390"),
            width=12,
        ),
        text(
            "unit_th",
            _("Unit (Thai)"),
            *("หน่วย", "หน่วยนับ", "หน่วยขาย", "unit"),
            example=("ผืน", "ผืน"),
            other_example=("ถุง", "ถุง"),
            width=10,
        ),
        text("unit_en", _("Unit (English)"), example=("piece", "piece"), width=10),
        text("size_th", _("Size and weight (Thai)"), "ขนาด", "ขนาด/น้ำหนัก", "size"),
        text("size_en", _("Size and weight (English)")),
        text("materials_th", _("Materials (Thai)"), "วัสดุ", "วัตถุดิบ", "materials"),
        text("materials_en", _("Materials (English)")),
    )


def what_it_tells() -> Sequence[SheetColumn]:
    """Return the columns of keeping, season, story and where to buy."""
    travel = Choice(AirTravel.choices)
    return (
        SheetColumn(
            "shelf_life_days",
            _("Keeps for (days)"),
            Days(),
            aliases=("อายุการเก็บรักษา", "อายุการเก็บ", "อายุสินค้า", "shelf life"),
            note=_("“3 months” is converted to days."),
            form="number",
            width=10,
        ),
        SheetColumn(
            "air_travel",
            _("Air travel"),
            travel,
            aliases=("การนำขึ้นเครื่อง",),
            choices=travel.words,
            width=20,
        ),
        text("keeping_th", _("How to keep it (Thai)"), "วิธีเก็บรักษา", width=24),
        text("keeping_en", _("How to keep it (English)"), width=24),
        SheetColumn(
            "season",
            _("Season"),
            Months(),
            aliases=("ช่วงที่มีจำหน่าย", "เดือนที่จำหน่าย", "ช่วงเวลาจำหน่าย"),
            note=_("Months it is to be had, such as “Nov-Feb”, or “All year”."),
            example=("พ.ย.-ก.พ.", "Nov-Feb"),
            width=20,
        ),
        text(
            "story_th",
            _("Story (Thai)"),
            *("เรื่องราว", "เรื่องราวผลิตภัณฑ์", "ประวัติ", "story"),
            lines=True,
            width=50,
        ),
        text("story_en", _("Story (English)"), lines=True, width=50),
        text(
            "where_th",
            _("Where to buy (Thai)"),
            *("สถานที่จำหน่าย", "สถานที่จัดจำหน่าย", "ช่องทางจำหน่าย", "where to buy"),
            lines=True,
            width=40,
        ),
        text("where_en", _("Where to buy (English)"), lines=True, width=40),
    )


def ways() -> list[str]:
    """Return the way to every shelf, in order. One query."""
    shelves = Shelves()
    return [shelves.way(each) for each in shelves.all]
