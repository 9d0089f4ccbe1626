"""What rows of lists name: producers, goods, shelves and marks of the register.

Each is asked for once a file, and only what the rows name is loaded; what names are
alike is looked for only where a row finds nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from members.models import Member
from members.sheets import Near, Places
from products.models import Category, Mark, Product
from registry.enums import RecordStatus
from registry.importing.kinds import CellFault
from registry.importing.lines import Line
from registry.models import District, Province, User
from registry.thai.text import fold

#: Keys an IN clause holds.
BATCH = 500
#: Between the shelves of a way: "ของกินได้ › ขนม".
STEPS = re.compile(r"\s*[›»>/]\s*")
BETWEEN_SHELVES = " › "
#: What our own report says of goods without a shelf.
UNSORTED = frozenset(map(fold, ("ยังไม่จัดประเภท", "Not sorted yet")))
MOST_NAMED = 3


def pieces(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield ``values`` in lists a query takes."""
    every = sorted(set(values) - {"", None})
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]


def visible(model: Any, by: User | None) -> Any:
    """Return the records ``by`` works with; all of them for a command."""
    return model.objects.all() if by is None else model.objects.visible_to(by)


def in_use(model: Any, by: User | None) -> Any:
    """Return those that are found by their name: none that was withdrawn."""
    return visible(model, by).exclude(status=RecordStatus.WITHDRAWN)


def named(record: Any) -> str:
    """Return a record with the code that tells it from others of its name."""
    return f"{record.name} ({record.code})"


class Where:
    """The place a row says its record lies in, so far as it says."""

    def __init__(self, line: Line, places: Places) -> None:
        self.province: Province | None = line.resolve("province", places.province)
        self.district: District | None = None
        self.is_wrong = "province" in line.given and self.province is None
        if "district" in line.given and not self.is_wrong:
            within = self.province or places.own
            self.district = line.resolve(
                "district", lambda text: places.district(within, text)
            )
            self.is_wrong = self.district is None

    def holds(self, record: Any) -> bool:
        """Tell whether a record lies there."""
        if self.district is not None:
            return bool(record.district_id == self.district.pk)
        return self.province is None or bool(record.province_id == self.province.pk)


class Producers:
    """Producers by code, and by name within a place."""

    def __init__(
        self,
        by: User | None,
        places: Places,
        *,
        codes: Iterable[str],
        names: Iterable[str],
    ) -> None:
        self.by, self.places = by, places
        self.by_code: dict[str, Member] = {}
        self.by_name: dict[str, list[Member]] = defaultdict(list)
        # With all that goods are found by: new ones need not load them again.
        related = ("district__province", "subdistrict", "province", "owner")
        every = visible(Member, by).select_related(*related)
        for some in pieces(codes):
            self.by_code |= {each.code: each for each in every.filter(code__in=some)}
        mine = in_use(Member, by).select_related(*related)
        spelt = set(names)
        for some in pieces(map(fold, spelt)):
            for member in mine.filter(name_fold__in=some).order_by("pk"):
                self.by_name[member.name_fold].append(member)
        for some in pieces(name for name in spelt if fold(name) not in self.by_name):
            for member in mine.filter(name_en__in=some).order_by("pk"):
                self.by_name[fold(member.name_en)].append(member)

    def find(self, line: Line) -> Member | None:
        """Return the producer a row names; None, with a fault noted, if none."""
        if "member_code" in line.given:
            return self._by_code(line)
        name = line.get("member")
        if name is None:
            return None
        where = Where(line, self.places)
        if where.is_wrong:
            return None
        every = self.by_name.get(fold(name), [])
        found = [each for each in every if where.holds(each)]
        if len(found) == 1:
            return found[0]
        if found:
            line.fault(
                "member",
                _(
                    "Several producers are called “%(name)s”: %(codes)s. Type the "
                    "code, or the district."
                )
                % {"name": name, "codes": ", ".join(map(named, found[:MOST_NAMED]))},
            )
            return None
        line.fault("member", str(self._unknown(name, where, every)))
        return None

    def _by_code(self, line: Line) -> Member | None:
        code = line.given["member_code"]
        member = self.by_code.get(code)
        if member is None:
            line.fault(
                "member_code",
                _("There is no producer with the code %(code)s among yours.")
                % {"code": code},
            )
            return None
        name = line.get("member")
        spellings = (member.name_th, member.name_en, member.other_names)
        if name and fold(name) not in set(map(fold, spellings)):
            line.fault(
                "member",
                _("The code %(code)s is that of “%(name)s”; make code and name agree.")
                % {"code": code, "name": member.name},
            )
            return None
        return member

    def _unknown(
        self, name: str, where: Where, elsewhere: Sequence[Member]
    ) -> CellFault:
        said = _("There is no producer “%(name)s” among yours.") % {"name": name}
        if where.district is not None:
            said = _("There is no producer “%(name)s” in %(district)s among yours.") % {
                "name": name,
                "district": where.district.full_name(),
            }
        if elsewhere:
            return Near.fault(said, map(named, elsewhere[:MOST_NAMED]))
        near = self._names_in(where)
        return Near.fault(said, Near.to(fold(name), near))

    def _names_in(self, where: Where) -> dict[str, str]:
        return {
            folded: f"{name} ({code})"
            for code, name, folded, district, province in self._everybody
            if (where.district is None or where.district.pk == district)
            and (where.province is None or where.province.pk == province)
        }

    @cached_property
    def _everybody(self) -> list[tuple[Any, ...]]:
        rows = in_use(Member, self.by).filter(is_placeholder=False).order_by("pk")
        columns = ("code", "name_th", "name_fold", "district_id", "province_id")
        return list(rows.values_list(*columns))


class Goods:
    """Products by code, and by name with producer or place."""

    def __init__(
        self,
        by: User | None,
        places: Places,
        *,
        codes: Iterable[str],
        names: Iterable[str],
    ) -> None:
        self.by, self.places = by, places
        self.by_code: dict[str, Product] = {}
        self.by_name: dict[str, list[Product]] = defaultdict(list)
        every = visible(Product, by).select_related("member", "district")
        for some in pieces(codes):
            self.by_code |= {each.code: each for each in every.filter(code__in=some)}
        mine = in_use(Product, by).select_related("member", "district")
        for some in pieces(map(fold, names)):
            for product in mine.filter(name_fold__in=some).order_by("pk"):
                self.by_name[product.name_fold].append(product)

    def find(self, line: Line, key: str = "product") -> Product | None:
        """Return the product whose name a row gives; None, with a fault, if none."""
        name = line.given[key]
        where = Where(line, self.places)
        if where.is_wrong:
            return None
        every = self.by_name.get(fold(name), [])
        found = [each for each in every if where.holds(each)]
        if maker := fold(str(line.get("member", ""))):
            found = [
                each
                for each in found
                if maker in {each.member.name_fold, fold(each.member.name_en)}
            ]
        if len(found) == 1:
            return found[0]
        if found:
            said = _(
                "Several products are called “%(name)s”: %(codes)s. Type the code, or "
                "the producer."
            ) % {"name": name, "codes": ", ".join(map(named, found[:MOST_NAMED]))}
            line.fault(key, said)
            return None
        said = _("There is no product “%(name)s” among yours.") % {"name": name}
        if every:
            alike: Iterable[str] = map(named, every[:MOST_NAMED])
        else:
            alike = Near.to(fold(name), self._names_in(where, maker))
        line.fault(key, str(Near.fault(said, alike)))
        return None

    def _names_in(self, where: Where, maker: str) -> dict[str, str]:
        return {
            folded: f"{name} ({code})"
            for code, name, folded, district, province, owner in self._everything
            if (where.district is None or where.district.pk == district)
            and (where.province is None or where.province.pk == province)
            and (not maker or owner == maker)
        }

    @cached_property
    def _everything(self) -> list[tuple[Any, ...]]:
        rows = in_use(Product, self.by).order_by("pk")
        columns = ("code", "name_th", "name_fold", "district_id", "province_id")
        return list(rows.values_list(*columns, "member__name_fold"))


class Shelves:
    """Categories by code, by name, and by their way from the root. One query."""

    def __init__(self) -> None:
        self.all = list(Category.objects.in_order())
        by_pk = {each.pk: each for each in self.all}
        self.ways: dict[int, list[Category]] = {}
        for shelf in self.all:
            above = by_pk.get(shelf.parent_id or 0)
            shelf.parent = above
            self.ways[shelf.pk] = [*self.ways.get(above.pk if above else 0, []), shelf]
        self.names: dict[str, list[Category]] = defaultdict(list)
        for shelf in self.all:
            for name in {shelf.code, fold(shelf.name_th), fold(shelf.name_en)} - {""}:
                self.names[name].append(shelf)
        self._found: dict[str, Category | CellFault | None] = {}

    def way(self, shelf: Category | None) -> str:
        """Return the way to a shelf in the reader's language: "Edible › Snacks"."""
        return "" if shelf is None else self.way_of(shelf.pk)

    def way_of(self, pk: int) -> str:
        """Return the way to the shelf of a key."""
        return BETWEEN_SHELVES.join(each.name for each in self.ways[pk])

    def find(self, text: str) -> Category | None:
        """Return the shelf that ``text`` names; None for goods without one.

        :raises CellFault: if there is none, or several.
        """
        if text not in self._found:
            try:
                self._found[text] = self._find(text)
            except CellFault as fault:
                self._found[text] = fault
        found = self._found[text]
        if isinstance(found, CellFault):
            raise CellFault(found.sentence)
        return found

    def _find(self, text: str) -> Category | None:
        if fold(text) in UNSORTED:
            return None
        found = self.names.get(text.casefold(), []) or self.names.get(fold(text), [])
        if not found:
            steps = [fold(step) for step in STEPS.split(text)]
            found = [
                shelf
                for shelf in self.names.get(steps[-1], [])
                if self._leads(self.ways[shelf.pk], steps)
            ]
        if len(found) == 1:
            return found[0]
        if found:
            ways = "; ".join(map(self.way, found))
            raise CellFault(
                _("Several categories are called “%(name)s”: %(ways)s")
                % {"name": text, "ways": ways}
            )
        last = fold(STEPS.split(text)[-1])
        near = {name: self.way(each[0]) for name, each in self.names.items()}
        raise Near.fault(
            _("There is no category “%(name)s”.") % {"name": text}, Near.to(last, near)
        )

    @staticmethod
    def _leads(way: Sequence[Category], steps: Sequence[str]) -> bool:
        """Tell whether the last shelves of a way are called like ``steps``."""
        last = way[-len(steps) :]
        return len(last) == len(steps) and all(
            step in {fold(shelf.name_th), fold(shelf.name_en), shelf.code}
            for step, shelf in zip(steps, last, strict=True)
        )


class Marks:
    """Marks by code, abbreviation and name. One query."""

    def __init__(self) -> None:
        self.all = list(Mark.objects.in_order())
        self.names: dict[str, list[Mark]] = defaultdict(list)
        for mark in self.all:
            names = (mark.abbreviation_th, mark.abbreviation_en)
            every = {mark.code, *map(fold, (*names, mark.name_th, mark.name_en))}
            for name in every - {""}:
                self.names[name].append(mark)

    def find(self, text: str) -> Mark:
        """Return the mark that ``text`` names.

        :raises CellFault: if there is none, or several.
        """
        found = self.names.get(text.casefold(), []) or self.names.get(fold(text), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise CellFault(
                _("Several marks are called “%(name)s”; type the full name.")
                % {"name": text}
            )
        near = {name: each[0].abbreviation for name, each in self.names.items()}
        raise Near.fault(
            _("There is no mark “%(name)s”.") % {"name": text},
            Near.to(fold(text), near),
        )


def texts_of(lines: Sequence[Line], *keys: str) -> set[str]:
    """Return what the rows give under ``keys``."""
    return {line.given[key] for line in lines for key in keys if key in line.given}
