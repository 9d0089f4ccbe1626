"""Finding places by the names people write: "จ.เลย", "อ.เมือง", "กทม."."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from registry.models import District, Province, Subdistrict
from registry.thai.text import fold

PROVINCE_TITLE = re.compile(r"^(?:จังหวัด|จ\s*\.)\s*")
DISTRICT_TITLE = re.compile(r"^(?:กิ่ง\s*)?(?:อำเภอ|อ\s*\.|เขต)?\s*")
#: Names of provinces everybody uses and no table has.
USUAL = {
    "กทม": "กรุงเทพมหานคร",
    "กรุงเทพ": "กรุงเทพมหานคร",
    "อยุธยา": "พระนครศรีอยุธยา",
    "โคราช": "นครราชสีมา",
    "นครศรี": "นครศรีธรรมราช",
    "อุบล": "อุบลราชธานี",
    "ประจวบ": "ประจวบคีรีขันธ์",
}
#: The district of a province's capital, when only its first word is given.
CAPITAL = fold("เมือง")


@dataclass(frozen=True)
class PlaceNames:
    """All provinces and districts by their folded names, and some subdistricts."""

    provinces: dict[str, Province]
    districts: dict[tuple[str, str], District]
    subdistricts: dict[str, dict[str, Subdistrict]]

    @classmethod
    def load(cls) -> "PlaceNames":
        """Read the places. Two queries; subdistricts come with :meth:`know`."""
        provinces: dict[str, Province] = {}
        for province in Province.objects.all():
            for name in (province.name_en, province.slug, province.name_th):
                provinces[fold(name)] = province
            provinces[province.code] = province
        for usual, name in USUAL.items():
            if fold(name) in provinces:
                provinces.setdefault(fold(usual), provinces[fold(name)])
        districts: dict[tuple[str, str], District] = {}
        for district in District.objects.select_related("province"):
            for name in (district.name_en, district.name_th):
                districts[district.province_id, fold(name)] = district
        return cls(provinces, districts, {})

    def know(self, districts: Iterable[District]) -> None:
        """Read the subdistricts of ``districts``. One query."""
        codes = {district.code for district in districts} - self.subdistricts.keys()
        for code in codes:
            self.subdistricts[code] = {}
        for place in Subdistrict.objects.filter(district_id__in=codes):
            self.subdistricts[place.district_id][place.name_fold] = place

    def province(self, text: str) -> Province | None:
        """Return the province that ``text`` names, with or without its title."""
        return self.provinces.get(fold(text)) or self.provinces.get(
            fold(PROVINCE_TITLE.sub("", text))
        )

    def district(self, province: Province, text: str) -> District | None:
        """Return the district of ``province`` that ``text`` names.

        "เมือง" is the capital's, and so is the bare name of the province.
        """
        bare = fold(DISTRICT_TITLE.sub("", PROVINCE_TITLE.sub("", text)))
        for name in (fold(text), bare):
            if (province.code, name) in self.districts:
                return self.districts[province.code, name]
        if bare in {CAPITAL, province.name_fold}:
            return self.districts.get((province.code, CAPITAL + province.name_fold))
        return None

    def subdistrict(self, district: District, text: str) -> Subdistrict | None:
        """Return the subdistrict of ``district`` whose name ``text`` begins with.

        For people write on without a space: "นาอ้ออำเภอเมืองเลย". The district must
        be known (:meth:`know`).
        """
        folded = fold(text)
        begun = [
            (len(name), place)
            for name, place in self.subdistricts[district.code].items()
            if folded.startswith(name)
        ]
        return max(begun, key=lambda each: each[0])[1] if begun else None
