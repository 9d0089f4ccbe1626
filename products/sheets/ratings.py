"""The kind of spreadsheet whose row is the result of a product in a star round."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.sheets import ROW_KEY, Code, Name, Places, cell_of
from products.forms.stars import SECTIONS
from products.models import (
    Product,
    StarCriterion,
    StarRating,
    StarRound,
    stars_for,
)
from products.rounds import round_field
from products.sheets.goods import where_from
from products.sheets.lookups import Goods, texts_of
from products.sheets.readers import Stars
from registry.enums import RecordStatus
from registry.importing.kinds import CellFault, SheetColumn
from registry.importing.lines import KEY, Line
from registry.importing.reading import Amount, Year, key_text
from registry.importing.records import ChildKind
from registry.models import User

CHUNK = 2_000
POINTS = Amount(5, 2, high=100)


@dataclass
class RatingLookups:
    """What the rows of a file are resolved with."""

    goods: Goods
    #: By year (BE).
    rounds: Mapping[int, StarRound]
    #: Most points: round, type of goods, section.
    most: Mapping[tuple[int, str, str], Decimal]

    def round(self, year: int) -> StarRound:
        """Return the round of a year.

        :raises CellFault: if there is none; an import makes none.
        """
        found = self.rounds.get(year)
        if found is None:
            known = ", ".join(map(str, sorted(self.rounds))) or "–"
            raise CellFault(
                _now(
                    "There is no star round of the year %(year)d in the register "
                    "(there are %(known)s). An administrator adds a round first."
                )
                % {"year": year, "known": known}
            )
        return found


class RatingSheets(ChildKind):
    """Star results, one a row."""

    slug = "ratings"
    title = _("Star results")
    lead = _("Stars and points of goods in a round of the selection, one result a row.")
    label = "products.StarRating"
    PARENTS = {"products.Product": "ratings"}
    RELATED = ("round",)

    def columns(self, user: User | None) -> Sequence[SheetColumn]:
        """Return the columns of the template."""
        return COLUMNS

    def questions(self) -> Mapping[str, forms.Field]:
        """Ask which round the results are of. One query."""
        return {"round": round_field()}

    def ignored(self) -> Sequence[str]:
        """Return headings of lists that say nothing an import takes."""
        return ("ลำดับ", "ลำดับที่", "ที่", "No.", "สถานะ", "Status")

    def lookups(self, by: User | None, lines: Sequence[Line]) -> RatingLookups:
        """Read the goods that rows name, the rounds and their maxima."""
        places = Places(by)
        most: dict[tuple[int, str, str], Decimal] = defaultdict(Decimal)
        criteria = StarCriterion.objects.values_list(
            "round_id", "otop_type", "section", "maximum"
        )
        for round_id, otop_type, section, maximum in criteria:
            most[round_id, otop_type, section] += maximum
        return RatingLookups(
            Goods(
                by,
                places,
                codes=texts_of(lines, "code"),
                names=texts_of(lines, "product"),
            ),
            {each.year: each for each in StarRound.objects.all()},
            most,
        )

    def parent(self, line: Line, lookups: RatingLookups) -> Product | None:
        """Return the product that was rated."""
        if "code" in line.given:
            code = line.given["code"]
            if code not in lookups.goods.by_code:
                line.fault(
                    "code",
                    _now("There is no product with the code %(code)s among yours.")
                    % {"code": code},
                )
            return lookups.goods.by_code.get(code)
        if "product" in line.given:
            return lookups.goods.find(line)
        line.fault("code", _("Type the code or the name of the product."))
        return None

    def fields(self, line: Line, lookups: RatingLookups) -> dict[str, Any]:
        """Return the round, points and stars; the stars follow from the points."""
        found = super().fields(line, lookups)
        found_round = line.resolve("round", lookups.round)
        if found_round is not None:
            found["round"] = found_round
        if found.get("stars") == 0:
            line.fault(
                "stars", _("0 stars means that it was not rated; there is no result.")
            )
            del found["stars"]
        points = [found.get(name) for name in SECTIONS]
        known = [each for each in points if each is not None]
        if len(known) == len(SECTIONS):
            total = sum(known, Decimal(0))
            if found.get("total", total) != total:
                self._disagree(line, total)
            found["total"] = total
        total = found.get("total")
        if total is None or total > 100:
            return found
        if "stars" in found:
            self._check_told(line, total)
        return found | {"stars": stars_for(total)}

    @staticmethod
    def _disagree(line: Line, total: Decimal) -> None:
        line.fault(
            "total",
            _now("The sections add up to %(sum)s points, not to this.")
            % {"sum": POINTS.show(total)},
        )

    def identity(self, fields: Mapping[str, Any]) -> Any:
        """Return the round."""
        found = fields.get("round")
        return None if found is None else found.pk

    def check(
        self,
        line: Line,
        fields: Mapping[str, Any],
        child: StarRating | None,
        parent: Product,
        lookups: RatingLookups,
    ) -> None:
        """Say what the form would: maxima of the round, stars that follow."""
        told = {key for key, _text, _sentence in line.faults}
        round_: StarRound | None = fields.get("round") or (
            child.round if child is not None else None
        )
        if round_ is None:
            if "round" not in told:
                line.fault("round", _("Type the year of the round."))
            return
        for name, section in SECTIONS.items():
            points = fields.get(name)
            most = lookups.most.get((round_.pk, parent.otop_type, section))
            if points is not None and most is not None and points > most:
                line.fault(
                    name,
                    _now("This round gives at most %(most)s points here.")
                    % {"most": f"{most.normalize():f}"},
                )
        self._check_stars(line, fields, child, told)

    def _check_stars(
        self,
        line: Line,
        fields: Mapping[str, Any],
        child: StarRating | None,
        told: set[str],
    ) -> None:
        """See that points and stars of the row and of the register agree."""

        def now(name: str) -> Any:
            if name in fields or name in line.emptied:
                return fields.get(name)
            return getattr(child, name, None)

        known = [now(name) for name in SECTIONS if now(name) is not None]
        total = now("total")
        if len(known) == len(SECTIONS):
            added = sum(known, Decimal(0))
            if line.get("total", added) != added:
                if "total" not in told:
                    self._disagree(line, added)
                return
            total = added
        if total is None:
            if now("stars") is None and "stars" not in told:
                line.fault("stars", _("Type the points or, if unknown, the stars."))
            return
        if total > 100:
            line.fault("total", _("The sections add up to more than 100 points."))
        elif "stars" not in told:
            self._check_told(line, total)

    @staticmethod
    def _check_told(line: Line, total: Decimal) -> None:
        """See that the stars of a row are those of its points."""
        stars = stars_for(total)
        told = line.get("stars", stars)
        if told != stars:
            line.fault(
                "stars",
                _now("%(total)s points make %(stars)d stars, not %(told)d.")
                % {"total": POINTS.show(total), "stars": stars, "told": told},
            )

    # --- Workbooks ------------------------------------------------------------------

    def existing(self, user: User) -> Iterator[Mapping[str, object]]:
        """Yield the results of the goods ``user`` keeps or checks, the newest first.

        One query; in constant memory.
        """
        goods = Product.objects.visible_to(user).exclude(status=RecordStatus.WITHDRAWN)
        ratings = (
            StarRating.objects.filter(product__in=goods.order_by())
            .select_related(
                "round", "product__member", "product__district", "product__province"
            )
            .order_by("-round__year", "product__sort_key", "product_id", "pk")
        )
        for each in ratings.iterator(chunk_size=CHUNK):
            product = each.product
            cells: dict[str, object] = {
                column.key: cell_of(column, getattr(each, column.key))
                for column in POINT_COLUMNS
            }
            yield {
                **cells,
                "round": str(each.round.year),
                "code": product.code or "",
                "product": product.name,
                "member": product.member.name,
                "district": product.district.name,
                "province": product.province.name,
                KEY: key_text(self.slug, each.pk, product.version),
            }


POINT_COLUMNS = (
    SheetColumn(
        "stars",
        _("Stars"),
        Stars(),
        aliases=("ดาว", "จำนวนดาว", "ผลการคัดสรร", "ระดับ", "otop"),
        note=_("1 to 5; where the points are known, they give the stars."),
        form="number",
        example=("5", "5"),
        other_example=("3 ดาว", "3 stars"),
        width=9,
    ),
    SheetColumn(
        "total",
        _("Total points"),
        POINTS,
        aliases=("คะแนน", "คะแนนรวม", "รวมคะแนน", "score", "points"),
        note=_("Points of 100; added up where all sections are given."),
        form="number",
        example=("92", "92"),
        width=9,
    ),
    SheetColumn(
        "score_product",
        _("Section A: product and community"),
        POINTS,
        aliases=("ส่วน ก", "คะแนนส่วน ก", "section A"),
        form="number",
        example=("28", "28"),
        width=12,
    ),
    SheetColumn(
        "score_market",
        _("Section B: marketing and story"),
        POINTS,
        aliases=("ส่วน ข", "คะแนนส่วน ข", "section B"),
        form="number",
        example=("22", "22"),
        width=12,
    ),
    SheetColumn(
        "score_quality",
        _("Section C: quality"),
        POINTS,
        aliases=("ส่วน ค", "คะแนนส่วน ค", "section C"),
        form="number",
        example=("42", "42"),
        width=12,
    ),
)
COLUMNS = (
    SheetColumn(
        "code",
        _("Code of the product"),
        Code(),
        is_key=True,
        aliases=("รหัส", "รหัสผลิตภัณฑ์", "code", "product code"),
        note=_("The portal’s code, such as 42-P-00128; or give name and producer."),
        example=("42-P-00001", "42-P-00001"),
        width=14,
    ),
    SheetColumn(
        "product",
        _("Product"),
        Name(),
        is_key=True,
        aliases=(
            *("ชื่อผลิตภัณฑ์", "ชื่อสินค้า", "ชื่อผลิตภัณฑ์ตัวอย่าง", "ชื่อ"),
            *("product name", "name"),
        ),
        note=_("Name of the product where its code is not known."),
        other_example=("กล้วยตากสมมุติ", "กล้วยตากสมมุติ"),
        width=34,
    ),
    SheetColumn(
        "member",
        _("Producer"),
        Name(),
        is_key=True,
        aliases=("ชื่อผู้ผลิต", "ชื่อผู้ประกอบการ", "ผู้ประกอบการ", "ชื่อกลุ่ม"),
        note=_("Tells goods of one name apart."),
        width=34,
    ),
    *where_from(),
    SheetColumn(
        "round",
        _("Year of the round (B.E.)"),
        Year(),
        is_needed=True,
        aliases=("ปี", "ปี พ.ศ.", "ปีที่คัดสรร", "รอบ", "ปีที่ได้ดาว", "ปี พ.ศ. ที่ได้ดาว", "year"),
        note=_("Only of a round the register knows."),
        example=("2567", "2567"),
        other_example=("2567", "2567"),
        width=12,
    ),
    *POINT_COLUMNS,
    ROW_KEY,
)
