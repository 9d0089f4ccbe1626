"""Runs of an import as the check leaves them, for pages that show them."""

import factory

from registry.enums import ImportStep, RowFate, RunStatus
from registry.importing import kinds
from registry.importing.kinds import ImportKind, Plan, SheetColumn
from registry.models import ImportRow, ImportRun


def as_text(cell):
    return str(cell.value)


class TestKind(ImportKind):
    """A list of members with two columns: enough for the pages, which know no more."""

    __test__ = False
    slug = "test-members"
    title = "รายชื่อทดสอบ"
    lead = "รายชื่อสำหรับทดสอบ"
    label = "members.Member"

    def columns(self, user):
        return [
            SheetColumn("name_th", "ชื่อกลุ่ม", as_text, is_needed=True, aliases=["Name"]),
            SheetColumn("phone", "โทรศัพท์", as_text, is_personal=True),
            SheetColumn("story_th", "เรื่องราว", as_text),
        ]

    def plan(self, sheet, *, by, choices, progress=None):
        return Plan([], "")

    def write(self, plan, *, by, reason):
        pass

    def existing(self, user):
        return [{"name_th": "กลุ่มทอผ้า", "phone": "042000000"}]


def offer_test_kind(monkeypatch):
    """Offer the kind of the tests for as long as one runs."""
    monkeypatch.setitem(kinds._kinds, TestKind.slug, TestKind())


class ImportRunFactory(factory.django.DjangoModelFactory):
    """A checked run; other steps by ``step``."""

    class Meta:
        model = ImportRun

    class Params:
        mapping = factory.Trait(step=ImportStep.MAPPING, counts={})
        written = factory.Trait(step=ImportStep.WRITTEN)

    layout = TestKind.slug
    step = ImportStep.CHECKED
    status = RunStatus.DONE
    work = "imports.check"
    file_name = factory.Sequence("members-{}.csv".format)
    file_hash = factory.Sequence("{:064d}".format)
    heading_row = 1
    headings = ["ชื่อกลุ่ม", "โทรศัพท์", "หมายเหตุ"]
    columns = {"name_th": 0, "phone": 1}
    digest = "d" * 64


class ImportRowFactory(factory.django.DjangoModelFactory):
    """A new row; the counts of its run follow."""

    class Meta:
        model = ImportRow

    run = factory.SubFactory(ImportRunFactory)
    number = factory.Sequence(lambda n: n + 2)
    fate = RowFate.NEW
    name = factory.Sequence("กลุ่มทดสอบ {}".format)
    model = "members.Member"

    @classmethod
    def _create(cls, model_class, *args, **fields):
        row = super()._create(model_class, *args, **fields)
        run, counts = row.run, row.run.counts
        for name in ("rows", row.fate):
            counts[name] = counts.get(name, 0) + 1
        for fate in RowFate:
            counts.setdefault(fate.value, 0)
        counts["repaired"] = counts.get("repaired", 0) + len(row.repairs)
        counts["proposals"] = counts.get("proposals", 0) + row.is_proposal
        for _key, said in row.repairs:
            run.repairs[said] = run.repairs.get(said, 0) + 1
        run.save()
        return row
