"""What the columns of a list of producers are called, and how they are read."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.enums import LegalForm, ProducerType, Quadrant
from members.models import Member
from registry.importing.kinds import Cell, SheetColumn
from registry.importing.lines import CODE, KEY
from registry.importing.reading import (
    LOST_ZERO,
    Choice,
    Coordinate,
    Key,
    Reader,
    Text,
    WholeNumber,
    Year,
)
from registry.models import Province, User
from registry.thai.identifiers import digits_of

#: Digits of a juristic person's number without the first.
WITHOUT_ZERO = 12


class Juristic(Text):
    """The number of a juristic person; whether it is one is checked if it is new."""

    def __init__(self) -> None:
        super().__init__(30, digits=True)

    def __call__(self, cell: Cell) -> str:
        number = digits_of(super().__call__(cell))
        if len(number) == WITHOUT_ZERO:
            # All of them begin with 0, which a spreadsheet takes.
            number = f"0{number}"
            cell.repairs.append(str(LOST_ZERO))
        return number


class Postcode(Text):
    """Five digits, without the spaces somebody typed between them."""

    def __init__(self) -> None:
        super().__init__(30, digits=True)

    def __call__(self, cell: Cell) -> str:
        return super().__call__(cell).replace(" ", "")


class Name(Reader):
    """What a row of another table is called; it is looked up later."""

    def __call__(self, cell: Cell) -> str:
        return Text(300)(cell)


class Code(Text):
    """The public code of a record, as people write it."""

    def __init__(self) -> None:
        super().__init__(40, digits=True)

    def __call__(self, cell: Cell) -> str:
        return super().__call__(cell).upper().replace(" ", "")


def room(name: str) -> int | None:
    """Return how many characters a column of the register has room for."""
    field: Any = Member._meta.get_field(name)
    most: int | None = field.max_length
    return most


def text(name: str, title: Any, *aliases: str, **told: Any) -> SheetColumn:
    """Return a column of a text that is kept as it stands."""
    digits, lines = told.pop("digits", False), told.pop("lines", False)
    read = Text(room(name), digits=digits, lines=lines)
    return SheetColumn(name, title, read, aliases=aliases, **told)


ROW_KEY = SheetColumn(KEY, _("Row key"), Key(), is_key=True)
CODE_COLUMN = SheetColumn(
    CODE,
    _("Code"),
    Code(),
    is_key=True,
    note=_(
        "The portal’s own code. Leave it empty for what is new; the portal gives "
        "it one."
    ),
    width=13,
)
OWNER = SheetColumn(
    "owner",
    _("Owner agency"),
    Name(),
    note=_(
        "Name or abbreviation of the agency that keeps the record; empty for your own."
    ),
    aliases=("หน่วยงาน", "หน่วยงานเจ้าของ", "agency"),
    width=34,
)
PRIVATE_NOTES = text(
    "private_notes",
    _("Internal notes"),
    *("หมายเหตุ", "หมายเหตุภายใน", "notes", "remarks"),
    note=_("For staff only; never shown to the public or exported."),
    lines=True,
    is_only_read=True,
    width=40,
)
#: Headings of the register report that say nothing an import takes.
IGNORED = (
    *("สถานะ", "Status", "ผลิตภัณฑ์ที่เผยแพร่", "Published goods"),
    *("วันที่เผยแพร่", "Published on", "วันที่บันทึกเข้าทะเบียน", "Entered on"),
    *("วันที่เผยแพร่ (ค.ศ.)", "Published on (as a date)"),
    *("วันที่บันทึกเข้าทะเบียน (ค.ศ.)", "Entered on (as a date)"),
    *("หน่วยงานเจ้าของข้อมูล", "Owner agency"),
    *("ลำดับ", "ลำดับที่", "ที่", "No."),
)


def columns_about(user: User | None) -> Sequence[SheetColumn]:
    """Return what a row tells of a producer itself."""
    types, forms = Choice(ProducerType.choices), Choice(LegalForm.choices)
    quadrants = Choice(
        Quadrant.choices,
        {f"Quadrant {each}": each for each in Quadrant.values}
        | {f"กลุ่ม {each}": each for each in Quadrant.values},
    )
    return (
        CODE_COLUMN,
        text(
            "name_th",
            _("Name (Thai)"),
            *("ชื่อ", "ชื่อกลุ่ม", "ชื่อผู้ผลิต", "ชื่อผู้ประกอบการ/กลุ่ม", "ชื่อสมาชิก"),
            *("ชื่อกลุ่ม/ผู้ผลิต", "ผู้ผลิต", "name", "producer", "group name"),
            note=_("As it is registered."),
            is_needed=True,
            example=("กลุ่มทอผ้าบ้านตัวอย่าง", "กลุ่มทอผ้าบ้านตัวอย่าง"),
            other_example=("กลุ่มจักสานบ้านสมมุติ", "กลุ่มจักสานบ้านสมมุติ"),
            width=36,
        ),
        text(
            "name_en",
            _("Name (English)"),
            "english name",
            example=("Example Village Weavers", "Example Village Weavers"),
            width=30,
        ),
        text(
            "other_names",
            _("Other names"),
            "ชื่ออื่น",
            note=_("Former, short or romanised names people search by."),
            width=24,
        ),
        SheetColumn(
            "producer_type",
            _("Kind of producer"),
            types,
            aliases=("ประเภท", "ประเภทผู้ประกอบการ", "producer type"),
            choices=types.words,
            example=("กลุ่มผู้ผลิตชุมชน", "Community producer group"),
            other_example=("กลุ่มผู้ผลิตชุมชน", "Community producer group"),
            width=24,
        ),
        SheetColumn(
            "legal_form",
            _("Legal form"),
            forms,
            aliases=("รูปแบบ", "รูปแบบธุรกิจ"),
            choices=forms.words,
            example=("วิสาหกิจชุมชน", "Community enterprise"),
            width=20,
        ),
        text(
            "otop_number",
            _("OTOP registration number"),
            *("เลขทะเบียน OTOP", "เลขทะเบียนโอทอป", "รหัสผู้ผลิต OTOP", "otop number"),
            digits=True,
            example=("420101-0017", "420101-0017"),
        ),
        SheetColumn(
            "otop_year",
            _("Year of OTOP registration (B.E.)"),
            Year(),
            aliases=("ปีที่ลงทะเบียน", "ปีที่ลงทะเบียน OTOP", "otop year"),
            example=("2565", "2565"),
            width=14,
        ),
        text(
            "enterprise_number",
            _("Community enterprise number"),
            *("รหัสวิสาหกิจชุมชน", "เลขทะเบียนวิสาหกิจ"),
            digits=True,
            example=("5-42-01-01/1-0012", "5-42-01-01/1-0012"),
        ),
        SheetColumn(
            "juristic_number",
            _("Juristic person number"),
            Juristic(),
            aliases=("เลขนิติบุคคล", "เลขทะเบียนบริษัท", "เลขประจำตัวผู้เสียภาษี"),
            note=_("13 digits, the first is 0."),
            width=18,
        ),
        SheetColumn(
            "province",
            _("Province"),
            Name(),
            is_key=True,
            aliases=("ชื่อจังหวัด", "changwat"),
            note=_("Name or code; may be left out where you work in one province."),
            choices=lambda: provinces_of(user),
            example=("เลย", "Loei"),
            other_example=("เลย", "Loei"),
            width=16,
        ),
        SheetColumn(
            "district",
            _("District"),
            Name(),
            aliases=("ชื่ออำเภอ", "อำเภอ/เขต", "เขต", "amphoe"),
            note=_("Name or code. “เมือง” is the district of the provincial capital."),
            is_needed=True,
            example=("เมืองเลย", "Mueang Loei"),
            other_example=("เมืองเลย", "Mueang Loei"),
            width=16,
        ),
        SheetColumn(
            "subdistrict",
            _("Subdistrict"),
            Name(),
            aliases=("ชื่อตำบล", "ตำบล/แขวง", "แขวง", "tambon"),
            note=_("Name or code."),
            example=("กุดป่อง", "Kut Pong"),
            width=16,
        ),
        SheetColumn(
            "postcode",
            _("Postcode"),
            Postcode(),
            aliases=("ไปรษณีย์", "zip code", "postal code"),
            note=_("Follows from a new subdistrict where it is left empty."),
            example=("42000", "42000"),
            width=11,
        ),
        text(
            "house",
            _("House number"),
            *("เลขที่", "ที่อยู่เลขที่"),
            digits=True,
            example=("99", "99"),
            width=12,
        ),
        text(
            "village_number",
            _("Village number (moo)"),
            *("หมู่", "ม.", "moo"),
            digits=True,
            example=("4", "4"),
            width=8,
        ),
        text("village", _("Village"), "หมู่บ้าน", "บ้าน", width=18),
        text("street", _("Street"), "ถนน/ซอย", "road", width=18),
        SheetColumn(
            "latitude",
            _("Latitude"),
            Coordinate(5, 21),
            aliases=("LAT", "พิกัดละติจูด"),
            note=_("Degrees with a decimal point, such as 17.48606."),
            form="number",
            width=11,
        ),
        SheetColumn(
            "longitude",
            _("Longitude"),
            Coordinate(97, 106),
            aliases=("LONG", "LNG", "LON", "พิกัดลองจิจูด"),
            note=_("Degrees with a decimal point, such as 101.72268."),
            form="number",
            width=11,
        ),
        SheetColumn(
            "workers",
            _("Workers"),
            WholeNumber(),
            aliases=("จำนวนสมาชิก", "จำนวนคน", "แรงงาน", "จำนวนแรงงาน (คน)"),
            form="number",
            example=("24", "24"),
            width=10,
        ),
        SheetColumn(
            "local_workers",
            _("Of them from the community"),
            WholeNumber(),
            aliases=("แรงงานในชุมชน", "จำนวนแรงงานในชุมชน"),
            form="number",
            example=("20", "20"),
            width=12,
        ),
        SheetColumn(
            "quadrant",
            _("Quadrant"),
            quadrants,
            aliases=("กลุ่ม Quadrant", "กลุ่มศักยภาพ", "ควอแดรนท์"),
            choices=quadrants.words,
            example=("B: เอกลักษณ์สร้างคุณค่า", "B: unique value"),
            width=26,
        ),
        text(
            "story_th",
            _("Story (Thai)"),
            *("เรื่องราว", "ประวัติความเป็นมา", "story"),
            lines=True,
            width=50,
        ),
        text("story_en", _("Story (English)"), lines=True, width=50),
    )


def provinces_of(user: User | None) -> list[str]:
    """Return the provinces a person works in, by name; one query."""
    places = Province.objects.order_by("sort_key", "code")
    if user is not None and not user.scope.everywhere:
        places = places.filter(code__in=user.scope.provinces)
    return [str(place) for place in places]
