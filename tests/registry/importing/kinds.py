"""Two small kinds over real models: producers, and the stars of goods."""

import csv
import io
from dataclasses import dataclass, field

from members.enums import ContactKind, ProducerType
from members.models import Contact, Member
from products.models import Product, StarRating, StarRound
from registry.changes import ChildChanges
from registry.importing.kinds import CellFault, SheetColumn
from registry.importing.reading import (
    Choice,
    Coordinate,
    Key,
    Phones,
    Text,
    WholeNumber,
    Year,
)
from registry.importing.records import ChildKind, RecordKind
from registry.models import District
from registry.thai.text import fold

KEY = SheetColumn("key", "key", Key(), is_key=True)
CODE = SheetColumn("code", "รหัส", Text(digits=True), is_key=True)


@dataclass
class Places:
    """Districts by name."""

    districts: dict = field(default_factory=dict)

    def find(self, text):
        """Return the district of a name."""
        if text not in self.districts:
            raise CellFault(f"There is no district “{text}”.")
        return self.districts[text]


class Producers(RecordKind):
    """Producers with their telephones."""

    slug = "test-members"
    title = "Producers"
    label = "members.Member"
    IDENTITY = ("district", "name_fold")
    CHILDREN = ("contacts",)
    RELATED = ("district", "subdistrict")

    def columns(self, user):
        return (
            KEY,
            CODE,
            SheetColumn("name_th", "ชื่อ", Text(250), is_needed=True),
            SheetColumn("name_en", "Name", Text(250), aliases=("ชื่ออังกฤษ",)),
            SheetColumn("district", "อำเภอ", Text(), is_needed=True),
            SheetColumn("producer_type", "ประเภท", Choice(ProducerType.choices)),
            SheetColumn("workers", "คนงาน", WholeNumber()),
            SheetColumn("local_workers", "คนในชุมชน", WholeNumber()),
            SheetColumn("otop_year", "ปี", Year()),
            SheetColumn("latitude", "ละติจูด", Coordinate(5, 21)),
            SheetColumn("longitude", "ลองจิจูด", Coordinate(97, 106)),
            SheetColumn("story_th", "เรื่องราว", Text(lines=True)),
            SheetColumn("phones", "โทรศัพท์", Phones(), is_personal=True),
        )

    def lookups(self, by, lines):
        return Places({each.name_th: each for each in District.objects.all()})

    def fields(self, line, lookups):
        found = super().fields(line, lookups)
        district = line.resolve("district", lookups.find)
        if district is not None:
            found["district"] = district
        return found

    def identity(self, fields):
        if not fields.get("district") or not fields.get("name_th"):
            return None
        return fields["district"].pk, fold(fields["name_th"])[:300]

    def check(self, line, fields, record, lookups):
        if "ห้าม" in str(fields.get("name_th", "")):
            line.fault("name_th", "This name is not allowed.")

    def children(self, line, record, lookups):
        if not line.says("phones"):
            return {}
        said = {phone.e164 for phone in line.get("phones", ())}
        kept = [] if record is None else list(record.contacts.all())
        kept = [each for each in kept if each.kind == ContactKind.MOBILE]
        added = sorted(said - {each.value for each in kept})
        removed = frozenset(each.pk for each in kept if each.value not in said)
        new = tuple(Contact(kind=ContactKind.MOBILE, value=each) for each in added)
        return {"contacts": ChildChanges(added=new, removed=removed)}

    def existing(self, user):
        for member in Member.objects.visible_to(user).order_by("pk"):
            yield {
                "key": f"{self.slug}:{member.code}:{member.version}",
                "code": member.code,
                "name_th": member.name_th,
                "name_en": member.name_en,
                "district": member.district.name_th,
                "workers": member.workers,
            }


class Stars(ChildKind):
    """Results of goods, by the product's code and the year."""

    slug = "test-stars"
    title = "Stars"
    label = "products.StarRating"
    PARENTS = {"products.Product": "ratings"}
    RELATED = ("round",)

    def columns(self, user):
        return (
            KEY,
            SheetColumn("code", "รหัส", Text(digits=True), is_key=True, is_needed=True),
            SheetColumn("round", "ปี", Year(), is_needed=True),
            SheetColumn("stars", "ดาว", WholeNumber()),
        )

    def lookups(self, by, lines):
        mine = Product.objects.all() if by is None else Product.objects.visible_to(by)
        codes = {line.get("code") for line in lines}
        rounds = {each.year: each for each in StarRound.objects.all()}
        return {each.code: each for each in mine.filter(code__in=codes)}, rounds

    def parent(self, line, lookups):
        found = lookups[0].get(line.get("code"))
        if found is None:
            line.fault("code", "There is no such product.")
        return found

    def fields(self, line, lookups):
        found = super().fields(line, lookups)
        round_ = lookups[1].get(line.get("round"))
        if round_ is None:
            line.fault("round", "There is no such round.")
        else:
            found["round"] = round_
        return found

    def identity(self, fields):
        return fields["round"].pk if fields.get("round") else None

    def check(self, line, fields, child, parent, lookups):
        if child is None and fields.get("stars") is None:
            line.fault("stars", "Type the stars.")


def csv_of(*rows):
    """Return rows as a CSV file, the heading first."""
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


__all__ = ["Producers", "StarRating", "Stars", "csv_of"]
