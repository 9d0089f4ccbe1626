"""The kind of spreadsheet whose row is a certificate of a product or a producer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.models import Member
from members.sheets import ROW_KEY, Code, Name, Places, cell_of
from products.enums import MarkScope
from products.forms.certificates import CHECKERS, fits
from products.models import Certificate, Mark, Product
from products.sheets.goods import where_from
from products.sheets.lookups import Goods, Marks, Producers, texts_of
from registry.enums import RecordStatus
from registry.importing.kinds import SheetColumn
from registry.importing.lines import KEY, Line
from registry.importing.reading import Day, Text, key_text
from registry.importing.records import ChildKind
from registry.models import User
from registry.thai.identifiers import normalise_number

CHUNK = 2_000
#: Letter of a public code → what it is of.
PRODUCER_LETTER = "-M-"


@dataclass
class CertificateLookups:
    """What the rows of a file are resolved with."""

    goods: Goods
    producers: Producers
    marks: Marks


class CertificateSheets(ChildKind):
    """Certificates, one a row; who looks whether they are true is asked on the page."""

    slug = "certificates"
    title = _("Certificates")
    lead = _(
        "Marks and certificates of goods and producers, with their days, one a row."
    )
    label = "products.Certificate"
    PARENTS = {"products.Product": "certificates", "members.Member": "certificates"}
    RELATED = ("mark",)

    def columns(self, user: User | None) -> Sequence[SheetColumn]:
        """Return the columns of the template."""
        return COLUMNS

    def ignored(self) -> Sequence[str]:
        """Return headings of lists that say nothing an import takes."""
        return (
            *(
                "วันที่ตรวจสอบ",
                "Checked on",
                "สถานะ",
                "Status",
                "คงเหลือ (วัน)",
                "Days left",
            ),
            *("ลำดับ", "ลำดับที่", "ที่", "No."),
        )

    def lookups(self, by: User | None, lines: Sequence[Line]) -> CertificateLookups:
        """Read the holders that rows name, and the marks."""
        places = Places(by)
        codes = texts_of(lines, "code")
        return CertificateLookups(
            Goods(by, places, codes=codes, names=texts_of(lines, "product")),
            Producers(by, places, codes=codes, names=texts_of(lines, "member")),
            Marks(),
        )

    def parent(self, line: Line, lookups: CertificateLookups) -> Any:
        """Return the product or the producer that holds the certificate."""
        if "code" in line.given:
            code = line.given["code"]
            known: Mapping[str, Any] = lookups.goods.by_code
            if PRODUCER_LETTER in code:
                known = lookups.producers.by_code
            if code not in known:
                line.fault(
                    "code",
                    _now("There is no record with the code %(code)s among yours.")
                    % {"code": code},
                )
            return known.get(code)
        if "product" in line.given:
            return lookups.goods.find(line)
        if "member" in line.given:
            return lookups.producers.find(line)
        line.fault("code", _("Type the code or the name of the product or producer."))
        return None

    def fields(self, line: Line, lookups: CertificateLookups) -> dict[str, Any]:
        """Return what the line says of the certificate."""
        found = super().fields(line, lookups)
        mark = line.resolve("mark", lookups.marks.find)
        return found if mark is None else found | {"mark": mark}

    def identity(self, fields: Mapping[str, Any]) -> Any:
        """Return mark and number."""
        mark = fields.get("mark")
        if mark is None:
            return None
        return mark.pk, normalise_number(fields.get("number") or "").replace(" ", "")

    def check(
        self,
        line: Line,
        fields: Mapping[str, Any],
        child: Certificate | None,
        parent: Any,
        lookups: CertificateLookups,
    ) -> None:
        """Say what the form would: of the mark's holder and of its numbers."""
        mark: Mark | None = fields.get("mark") or (
            child.mark if child is not None else None
        )
        if mark is None:
            if "mark" not in {key for key, _text, _sentence in line.faults}:
                line.fault("mark", _("Type the mark."))
            return
        foreign = MarkScope.MEMBER if isinstance(parent, Product) else MarkScope.PRODUCT
        if mark.given_to == foreign:
            line.fault("mark", self._wrong_holder(mark), mark.abbreviation)
        number = fields.get("number", "")
        if number and not fits(mark, number):
            said = _now(
                "The number “%(number)s” does not look like one of %(mark)s, such as "
                "%(example)s."
            ) % {
                "number": number,
                "mark": mark.abbreviation,
                "example": mark.example or mark.pattern,
            }
            if mark.pattern_is_firm:
                line.fault("number", said)
            elif child is None or child.number != number:
                line.repair("number", said)

    @staticmethod
    def _wrong_holder(mark: Mark) -> str:
        if mark.given_to == MarkScope.MEMBER:
            said = _now("%(mark)s is given to producers, not to products.")
        else:
            said = _now("%(mark)s is given to products, not to producers.")
        return said % {"mark": mark.abbreviation}

    def settle(
        self,
        fields: dict[str, Any],
        child: Certificate | None,
        parent: Any,
        by: User | None,
    ) -> None:
        """Have a certificate that an officer changed looked at again."""
        checks = by is None or by.role in CHECKERS
        if fields and not checks and child is not None and child.checked_on is not None:
            fields |= {"checked_on": None, "checked_by": None}

    # --- Workbooks ------------------------------------------------------------------

    def existing(self, user: User) -> Iterator[Mapping[str, object]]:
        """Yield the certificates of goods, then those of producers, by their holder.

        Two queries; in constant memory.
        """
        certificates = Certificate.objects.select_related("mark")
        of_goods = certificates.filter(
            product__in=Product.objects.visible_to(user)
            .exclude(status=RecordStatus.WITHDRAWN)
            .order_by()
        ).select_related("product__member", "product__district", "product__province")
        goods = of_goods.order_by("product__sort_key", "product_id", "pk")
        for each in goods.iterator(chunk_size=CHUNK):
            product: Any = each.product
            names = {"product": product.name, "member": product.member.name}
            yield self._cells(each, product, names)
        of_members = certificates.filter(
            member__in=Member.objects.visible_to(user)
            .exclude(status=RecordStatus.WITHDRAWN)
            .order_by()
        ).select_related("member__district", "member__province")
        holders = of_members.order_by("member__sort_key", "member_id", "pk")
        for each in holders.iterator(chunk_size=CHUNK):
            member: Any = each.member
            yield self._cells(each, member, {"member": member.name})

    def _cells(
        self, certificate: Certificate, holder: Any, names: Mapping[str, str]
    ) -> dict[str, object]:
        own: dict[str, object] = {
            column.key: cell_of(column, getattr(certificate, column.key))
            for column in OWN_COLUMNS
            if column.key != "mark"
        }
        return {
            **own,
            **names,
            "mark": certificate.mark.abbreviation,
            "code": holder.code or "",
            "district": holder.district.name,
            "province": holder.province.name,
            KEY: key_text(self.slug, certificate.pk, holder.version),
        }


def mark_names() -> list[str]:
    """Return the marks as people choose them. One query."""
    return [
        mark.abbreviation for mark in Mark.objects.filter(is_historic=False).in_order()
    ]


def room(name: str) -> int:
    """Return how many characters a column of the register has room for."""
    column: Any = Certificate._meta.get_field(name)
    return int(column.max_length)


HOLDER_COLUMNS = (
    SheetColumn(
        "code",
        _("Code of the holder"),
        Code(),
        is_key=True,
        aliases=("รหัส", "รหัสผลิตภัณฑ์", "รหัสผู้ผลิต", "code", "product code"),
        note=_("Code of the product or the producer; or give its name."),
        example=("42-P-00001", "42-P-00001"),
        width=14,
    ),
    SheetColumn(
        "product",
        _("Product"),
        Name(),
        is_key=True,
        aliases=("ชื่อผลิตภัณฑ์", "ชื่อสินค้า", "product name"),
        note=_("Name of the product where its code is not known."),
        width=34,
    ),
    SheetColumn(
        "member",
        _("Producer"),
        Name(),
        is_key=True,
        aliases=("ชื่อผู้ผลิต", "ชื่อผู้ประกอบการ", "ผู้ประกอบการ", "ชื่อกลุ่ม"),
        note=_("Holds the certificate itself where no product is given."),
        other_example=("กลุ่มจักสานบ้านสมมุติ", "กลุ่มจักสานบ้านสมมุติ"),
        width=34,
    ),
    *where_from(),
)
OWN_COLUMNS = (
    SheetColumn(
        "mark",
        _("Mark"),
        Name(),
        is_needed=True,
        aliases=("เครื่องหมาย", "มาตรฐาน", "ชื่อมาตรฐาน", "เครื่องหมายมาตรฐาน", "standard"),
        note=_("Abbreviation or name, such as มผช. or อย."),
        choices=mark_names,
        example=("มผช.", "TCPS"),
        other_example=("มผช.", "TCPS"),
        width=18,
    ),
    SheetColumn(
        "number",
        _("Certificate number"),
        Text(room("number"), digits=True),
        aliases=("เลขที่ใบรับรอง", "เลขที่", "เลขทะเบียน", "number"),
        example=("มผช.30/2546", "มผช.30/2546"),
        width=22,
    ),
    SheetColumn(
        "standard_number",
        _("Standard number"),
        Text(room("standard_number"), digits=True),
        aliases=("เลขที่มาตรฐาน", "มาตรฐานเลขที่"),
        width=22,
    ),
    SheetColumn(
        "issued_on",
        _("Issued on"),
        Day(),
        aliases=("วันที่ออก", "วันที่ได้รับ", "วันที่ได้รับการรับรอง", "issue date"),
        form="date",
        example=("15/03/2567", "2024-03-15"),
        width=14,
    ),
    SheetColumn(
        "expires_on",
        _("Expires on"),
        Day(),
        aliases=("วันหมดอายุ", "วันที่หมดอายุ", "หมดอายุ", "expiry date"),
        form="date",
        example=("14/03/2570", "2027-03-14"),
        width=14,
    ),
)
COLUMNS = (*HOLDER_COLUMNS, *OWN_COLUMNS, ROW_KEY)
