"""Places by what offices write in a cell: "ต.นาอ้อ", "เมือง", "จ.เลย", "420107"."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from registry.importing.kinds import CellFault
from registry.models import District, Province, Subdistrict, User
from registry.place_names import PlaceNames
from registry.scope import Scope
from registry.thai.numerals import to_arabic_digits
from registry.thai.text import fold

#: "ต.นาอ้อ", "ตำบล นาอ้อ", "แขวง…".
SUBDISTRICT_TITLE = re.compile(r"^(?:ตำบล|ต\s*\.|แขวง)\s*")
CODE = re.compile(r"\d{2,6}", re.ASCII)
#: From so many of 100 on, a folded name is offered for another one.
NEAR_ENOUGH = 70
MOST_OFFERED = 3

T = TypeVar("T")


class Near:
    """Names alike to one that is not found."""

    @staticmethod
    def to(folded: str, names: Mapping[str, T]) -> list[T]:
        """Return what is called most like ``folded``, the likest first, each once."""
        found = process.extract(
            folded,
            names.keys(),
            scorer=fuzz.WRatio,
            score_cutoff=NEAR_ENOUGH,
            limit=2 * MOST_OFFERED,
        )
        alike: list[T] = []
        for name, _score, _at in found:
            if names[name] not in alike:
                alike.append(names[name])
        return alike[:MOST_OFFERED]

    @staticmethod
    def fault(sentence: str | Promise, alike: Iterable[Any]) -> CellFault:
        """Return a fault that offers what is alike after its sentence."""
        names = ", ".join(str(each) for each in alike)
        if not names:
            return CellFault(sentence)
        offered = _("Did you mean: %(names)s?") % {"names": names}
        return CellFault(f"{sentence} {offered}")


class Places:
    """The provinces a person works in, and what lies in them. Two queries.

    Subdistricts are read a district at a time, as rows name them.
    """

    def __init__(self, by: User | None) -> None:
        self.names = PlaceNames.load()
        self.scope = Scope(everywhere=True) if by is None else by.scope
        self.by_code = {each.code: each for each in self.names.districts.values()}
        self._found: dict[tuple[str, ...], Any] = {}
        own = self._mine()
        #: The province a person need not type.
        self.own = own[0] if len(own) == 1 else None

    def province(self, text: str) -> Province:
        """Return the province that ``text`` names.

        :raises CellFault: if there is none, or it is not the person's.
        """
        found = self._once(("province", text), self._province)
        if not self.scope.covers(found.code):
            raise CellFault(
                _("%(name)s lies outside the provinces you work in.")
                % {"name": found.full_name()}
            )
        return found

    def _province(self, text: str) -> Province:
        found = self.names.province(to_arabic_digits(text))
        if found is None:
            named = {fold(each.name_th): each for each in self.names.provinces.values()}
            raise Near.fault(
                _("There is no province “%(name)s”.") % {"name": text},
                Near.to(fold(text), named),
            )
        return found

    def district(
        self, province: Province | None, text: str, now: District | None = None
    ) -> District:
        """Return the district that ``text`` names; of one's provinces if not told.

        Of two that are romanised alike, the one it is ``now``.

        :raises CellFault: if there is none, or several.
        """
        is_there = now is not None and province in {None, now.province}
        if is_there and now and fold(text) in {fold(now.name_th), fold(now.name_en)}:
            return now
        key = ("district", province.code if province else "", text)
        return self._once(key, lambda _text: self._district(province, text))

    def _district(self, province: Province | None, text: str) -> District:
        digits = to_arabic_digits(text)
        within = [province] if province is not None else self._mine()
        if CODE.fullmatch(digits) and digits in self.by_code:
            codes = {each.code for each in within}
            one = self.by_code[digits]
            found = [one] if one.province_id in codes else []
        else:
            named = (self.names.district(place, text) for place in within)
            found = [each for each in named if each is not None]
        if len(found) == 1:
            return found[0]
        if found:
            raise CellFault(
                _("Several provinces have a district “%(name)s”; add the province.")
                % {"name": text}
            )
        if province is None:
            raise CellFault(
                _("There is no district “%(name)s” in the provinces you work in.")
                % {"name": text}
            )
        near = {
            name: each
            for (code, name), each in self.names.districts.items()
            if code == province.code
        }
        raise Near.fault(
            _("There is no district “%(name)s” in %(province)s.")
            % {"name": text, "province": province.full_name()},
            Near.to(fold(text), near),
        )

    def _mine(self) -> list[Province]:
        """Return the provinces a person works in, each once."""
        return [
            place
            for code, place in self.names.provinces.items()
            if code == place.code and self.scope.covers(code)
        ]

    def subdistrict(
        self, district: District, text: str, now: str | None = None
    ) -> Subdistrict:
        """Return the subdistrict of ``district`` that ``text`` names.

        ``now`` is the code of where it is. One query a district that was not asked
        for (see :meth:`know`).

        :raises CellFault: if there is none, or several.
        """
        key = ("subdistrict", district.code, now or "", text)
        return self._once(key, lambda _text: self._subdistrict(district, text, now))

    def _subdistrict(
        self, district: District, text: str, now: str | None
    ) -> Subdistrict:
        self.names.know([district])
        places = self.names.subdistricts[district.code]
        names = {fold(text), fold(SUBDISTRICT_TITLE.sub("", text))}
        found = [places[name] for name in names if name in places]
        if not found:
            code = to_arabic_digits(text)
            found = [
                each
                for each in places.values()
                if each.code == code or fold(each.name_en) in names
            ]
        kept = [each for each in found if each.code == now] or found
        if len(kept) == 1:
            return kept[0]
        if kept:
            raise CellFault(
                _("Several subdistricts are called “%(name)s”; type the Thai name.")
                % {"name": text}
            )
        raise Near.fault(
            _("There is no subdistrict “%(name)s” in %(district)s.")
            % {"name": text, "district": district.full_name()},
            Near.to(fold(SUBDISTRICT_TITLE.sub("", text)), places),
        )

    def know(self, districts: Iterable[District]) -> None:
        """Read the subdistricts of many districts at once. One query."""
        self.names.know(districts)

    def _once(self, key: tuple[str, ...], find: Any) -> Any:
        """Return what ``find`` finds for the last of ``key``; it is asked once."""
        if key not in self._found:
            try:
                self._found[key] = find(key[-1])
            except CellFault as fault:
                self._found[key] = fault
        found = self._found[key]
        if isinstance(found, CellFault):
            raise CellFault(found.sentence)
        return found
