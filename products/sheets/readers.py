"""Cells of lists of goods that are read in no other list."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _now
from django.utils.translation import ngettext

from registry.importing.kinds import Cell, CellFault
from registry.importing.reading import (
    Amount,
    Reader,
    WholeNumber,
)
from registry.thai.numerals import to_arabic_digits

#: Between the two ends of a price: "120-150 บาท", "120 ถึง 150".
BETWEEN = re.compile(r"(?<=\d)\s*(?:\.-)?\s*(?:-|–|—|~|ถึง|to)\s*(?=฿?\s*\d)")
#: "3 เดือน", "1 ปี", "10 วัน", "2 weeks".
SPAN = re.compile(
    r"(?:ประมาณ\s*|about\s*)?([\d,.]+)\s*(วัน|สัปดาห์|อาทิตย์|เดือน|ปี|days?|weeks?|months?|years?)",
    re.IGNORECASE,
)
DAYS = {
    **dict.fromkeys(("วัน", "day"), 1),
    **dict.fromkeys(("สัปดาห์", "อาทิตย์", "week"), 7),
    **dict.fromkeys(("เดือน", "month"), 30),
    **dict.fromkeys(("ปี", "year"), 365),
}
STARS = re.compile(r"(?:ระดับ\s*)?(\d)\s*(?:ดาว|stars?|★|\*)", re.IGNORECASE)


@dataclass(frozen=True)
class Price:
    """What a cell says of a price: the lowest and, if it says so, the highest."""

    low: Decimal
    high: Decimal | None = None

    def __str__(self) -> str:
        ends = (self.low,) if self.high is None else (self.low, self.high)
        return "–".join(Amount().show(end) for end in ends)


class PriceCell(Reader):
    """A price in baht, or two with a dash between them: "150.-", "120-150 บาท"."""

    def __init__(self) -> None:
        self.amount = Amount(10, 2)

    def __call__(self, cell: Cell) -> Price:
        if not isinstance(cell.value, str):
            return Price(self.amount(cell))
        ends = BETWEEN.split(to_arabic_digits(cell.value))
        if len(ends) == 1:
            return Price(self.amount(cell))
        if len(ends) > 2:
            raise CellFault(
                _now("“%(text)s” is not a price.") % {"text": cell.value[:60]}
            )
        low, high = (self.amount(Cell(end)) for end in ends)
        cell.repairs.append(_now("A price range was split into lowest and highest."))
        return Price(min(low, high), max(low, high))

    def show(self, value: object) -> str:
        if isinstance(value, Decimal):
            return self.amount.show(value)
        return "" if value is None else str(value)


class Days(WholeNumber):
    """A number of days; weeks, months and years are counted over."""

    def __call__(self, cell: Cell) -> int:
        if isinstance(cell.value, str):
            match = SPAN.fullmatch(to_arabic_digits(cell.value).strip())
            if match and (days := DAYS[match[2].lower().rstrip("s")]) > 1:
                number = super().__call__(Cell(match[1]))
                found = number * days
                cell.repairs.append(
                    ngettext(
                        "A time was converted to %(count)d day.",
                        "A time was converted to %(count)d days.",
                        found,
                    )
                    % {"count": found}
                )
                return super().__call__(Cell(found))
        return super().__call__(cell)


class Stars(WholeNumber):
    """One to five stars: "5", "5 ดาว", "★★★★"."""

    def __init__(self) -> None:
        super().__init__(0, 5)

    def __call__(self, cell: Cell) -> int:
        if isinstance(cell.value, str):
            text = to_arabic_digits(cell.value).strip()
            if text and set(text) <= {"★", "*", "⭐"}:
                return super().__call__(Cell(len(text)))
            if match := STARS.fullmatch(text):
                return super().__call__(Cell(match[1]))
        return super().__call__(cell)
