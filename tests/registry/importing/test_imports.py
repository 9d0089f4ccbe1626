"""A file from its sending to its undoing: all or nothing, once, by its own person."""

import pytest
from django.utils import translation

from members.models import Contact, Member
from products.models import Product, StarRating
from registry.actions import imports, proposals, records
from registry.changes import Changes
from registry.enums import (
    ImportStep,
    ProposalState,
    RecordStatus,
    RowChoice,
    RunStatus,
)
from registry.errors import NotAllowed, NotVisible, StaleVersion, StepRefused
from registry.models import ColumnMemory, ImportRow, ImportRun, Proposal
from registry.sheets.gate import SheetRefused
from registry.storages import private_storage
from tests.factories import (
    DistrictFactory,
    MemberFactory,
    ProductFactory,
    StarRoundFactory,
)
from tests.registry.importing.kinds import csv_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def district():
    """Have the one district of the rows; sentences in English."""
    assert DistrictFactory().name_th == "เมืองเลย"
    with translation.override("en"):
        yield


def fates(run):
    return [row.fate for row in run.rows.order_by("number")]


def faults(run):
    return [
        sentence
        for row in run.rows.order_by("number")
        for _key, _text, sentence in row.faults
    ]


def counts(run):
    return {name: run.counts[name] for name in ("new", "changed", "same", "bad")}


# --- Sending ----------------------------------------------------------------------


def test_a_small_file_is_checked_while_its_person_waits(send, reviewer):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"], ["กลุ่มจักสาน", "เมืองเลย"])

    assert (run.step, run.status) == (ImportStep.CHECKED, RunStatus.DONE)
    assert counts(run) == {"new": 2, "changed": 0, "same": 0, "bad": 0}
    assert [row.name for row in run.rows.order_by("number")] == [
        "กลุ่มทอผ้า",
        "กลุ่มจักสาน",
    ]
    assert private_storage().exists(run.file)
    assert Member.objects.count() == 0


def test_a_large_file_is_checked_by_a_worker(send, work, reviewer, monkeypatch):
    monkeypatch.setattr("registry.actions.imports.beginning.AT_ONCE", -30)

    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"])

    assert (run.step, run.status) == (ImportStep.CHECKING, RunStatus.WAITING)
    assert counts(work(run))["new"] == 1


def test_a_file_that_is_no_sheet_is_refused_and_not_kept(producers, reviewer):
    with pytest.raises(SheetRefused):
        imports.begin(b"%PDF-1.7", name="a.pdf", kind=producers, by=reviewer)

    assert ImportRun.objects.count() == 0


def test_who_may_not_use_the_kind_sends_nothing(send, official):
    with pytest.raises(NotAllowed):
        send(official, ["กลุ่มทอผ้า", "เมืองเลย"])


def test_a_heading_without_rows_is_refused(send, reviewer):
    with pytest.raises(imports.NothingBelow):
        send(reviewer)


# --- Columns ----------------------------------------------------------------------


def test_a_file_without_a_needed_column_asks_for_it_and_remembers(send, reviewer):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"], heading=["กลุ่ม", "ที่ตั้ง"])
    assert run.step == ImportStep.MAPPING

    run = imports.name_columns(run, {"name_th": 0, "district": 1}, by=reviewer)

    assert counts(run)["new"] == 1
    again = send(reviewer, ["กลุ่มจักสาน", "เมืองเลย"], heading=["กลุ่ม", "ที่ตั้ง"])
    assert again.step == ImportStep.CHECKED
    assert ColumnMemory.objects.count() == 1


def test_what_one_person_named_is_not_anothers(send, reviewer, officer):
    heading = ["กลุ่ม", "ที่ตั้ง"]
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"], heading=heading)
    imports.name_columns(run, {"name_th": 0, "district": 1}, by=reviewer)

    assert send(officer, ["ก", "ข"], heading=heading).step == ImportStep.MAPPING


def test_a_heading_that_stands_twice_is_asked_about(send, reviewer):
    run = send(reviewer, ["ก", "ข", "เมืองเลย"], heading=["ชื่อ", "ชื่อ", "อำเภอ"])

    assert run.step == ImportStep.MAPPING


@pytest.mark.parametrize(
    "columns",
    [
        {"name_th": 0},
        {"name_th": 0, "district": 0},
        {"name_th": 0, "district": 7},
        {"name_th": 0, "district": -1},
        {"name_th": 0, "district": 1, "what": 1},
    ],
)
def test_columns_that_cannot_be_are_refused(send, reviewer, columns):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"], heading=["กลุ่ม", "ที่ตั้ง"])

    with pytest.raises(imports.ColumnsRefused):
        imports.name_columns(run, columns, by=reviewer)


def test_titles_above_the_heading_and_unknown_columns_do_no_harm(producers, reviewer):
    content = csv_of(
        ["บัญชีรายชื่อ"],
        [],
        ["ลำดับ", "อำเภอ\nที่ตั้ง", " อ ำเภอ", "Name", "ชื่อ"],
        ["1", "x", "เมืองเลย", "Weavers", "กลุ่มทอผ้า"],
    )

    run = imports.begin(content, name="a.csv", kind=producers, by=reviewer)

    assert run.step == ImportStep.CHECKED
    assert (run.heading_row, counts(run)["new"]) == (3, 1)


# --- Whose ------------------------------------------------------------------------


def test_a_run_is_its_own_persons(send, reviewer, stranger, administrator):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"])

    with pytest.raises(NotVisible):
        imports.drop(run, by=stranger)
    with pytest.raises(NotAllowed):
        imports.drop(run, by=administrator)


def test_a_row_of_another_province_is_refused(send, reviewer):
    DistrictFactory(code="5101", name_th="เมืองลำพูน")

    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองลำพูน"])

    assert fates(run) == ["bad"]


def test_a_foreign_code_does_not_exist(send, officer):
    foreign = MemberFactory()

    run = send(officer, [foreign.code, "ชื่อใหม่"], heading=["รหัส", "ชื่อ"])

    assert faults(run) == ["There is no record with this code."]


# --- Writing ----------------------------------------------------------------------


def test_what_was_confirmed_is_written_as_one_act(bring_in, reviewer):
    run = bring_in(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"], ["กลุ่มจักสาน", "เมืองเลย"])

    assert (run.step, run.status) == (ImportStep.WRITTEN, RunStatus.DONE)
    made = Member.objects.order_by("pk")
    assert [each.status for each in made] == ["draft", "draft"]
    assert {each.owner for each in made} == {reviewer.agency}
    assert {each.act_id for each in Member.history.all()} == {run.act_id}
    assert [row.object_id for row in run.rows.order_by("number")] == [
        each.pk for each in made
    ]


def test_the_same_file_again_changes_nothing(bring_in, send, work, reviewer):
    rows = ["กลุ่มทอผ้า", "เมืองเลย", "12", "0812345678"], ["จักสาน", "เมืองเลย", "", ""]
    heading = ["ชื่อ", "อำเภอ", "คนงาน", "โทรศัพท์"]
    bring_in(reviewer, *rows, heading=heading)

    run = send(reviewer, *rows, heading=heading)

    assert counts(run) == {"new": 0, "changed": 0, "same": 2, "bad": 0}
    before = Member.history.count()
    imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)
    assert work(run).step == ImportStep.WRITTEN
    assert Member.history.count() == before


def test_confirmed_twice_is_written_once(send, work, reviewer):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"])
    imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)
    imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)

    work(run)
    work(run)
    imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)

    assert Member.objects.count() == 1


def test_a_worker_killed_while_it_writes_has_written_nothing(
    send, work, reviewer, monkeypatch
):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"], ["กลุ่มจักสาน", "เมืองเลย"])
    imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)

    class Killed(BaseException):
        pass

    def die(*args, **known):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("registry.actions.imports.running._name_new_records", die)
        with pytest.raises(Killed):
            work(run)

    assert Member.objects.count() == 0
    assert Member.history.count() == 0
    ImportRun.objects.filter(pk=run.pk).update(beat_at="2020-01-01T00:00:00Z")
    assert work(run).step == ImportStep.WRITTEN
    assert Member.objects.count() == 2


def test_a_defect_leaves_the_preview_to_be_confirmed_again(
    send, work, reviewer, monkeypatch
):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"])
    imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)
    with monkeypatch.context() as patch:
        patch.setattr(
            "registry.actions.imports.writing.bulk.create_many",
            lambda *args, **known: 1 / 0,
        )
        run = work(run)
    assert run.status == RunStatus.FAILED
    assert Member.objects.count() == 0

    imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)

    assert work(run).step == ImportStep.WRITTEN


def test_a_register_that_changed_since_asks_for_another_look(send, work, reviewer):
    member = MemberFactory(workers=1)
    run = send(reviewer, [member.code, "5"], heading=["รหัส", "คนงาน"])
    imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)
    records.edit(member, Changes({"workers": 3}), by=reviewer)

    run = work(run)

    assert run.step == ImportStep.CHECKED
    assert run.error.startswith("The register changed since the check")
    assert run.rows.get().cells == [["workers", "3", "5"]]
    imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)
    work(run)
    member.refresh_from_db()
    assert member.workers == 5


def test_an_old_preview_is_not_confirmed(send, reviewer):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"])

    with pytest.raises(StaleVersion):
        imports.confirm(run, only_good=False, by=reviewer, digest="0" * 64)


def test_bad_rows_hold_all_back_unless_the_good_ones_are_wanted(send, work, reviewer):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"], ["ชื่อห้ามใช้", "เมืองเลย"])
    assert counts(run) == {"new": 1, "changed": 0, "same": 0, "bad": 1}

    with pytest.raises(imports.BadRows):
        imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)
    imports.confirm(run, only_good=True, by=reviewer, digest=run.digest)
    work(run)

    assert [each.name_th for each in Member.objects.all()] == ["กลุ่มทอผ้า"]


def test_nothing_is_confirmed_where_no_row_is_good(send, reviewer):
    run = send(reviewer, ["ชื่อห้ามใช้", "เมืองเลย"])

    with pytest.raises(imports.NothingGood):
        imports.confirm(run, only_good=True, by=reviewer, digest=run.digest)


def test_an_import_that_was_given_up_is_not_written(send, reviewer):
    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"])

    imports.drop(run, by=reviewer)

    with pytest.raises(StepRefused):
        imports.confirm(run, only_good=False, by=reviewer, digest=run.digest)


# --- Officers ---------------------------------------------------------------------


def test_an_officers_change_of_what_is_public_waits_for_review(bring_in, send, officer):
    member = MemberFactory(owner=officer.agency, published=True, workers=1)
    heading = ["รหัส", "คนงาน"]

    run = bring_in(officer, [member.code, "5"], heading=heading)

    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.submitted_by) == (ProposalState.SUBMITTED, officer)
    assert proposal.data["fields"] == {"workers": [1, 5]}
    assert run.rows.get().is_proposal
    member.refresh_from_db()
    assert member.workers == 1
    # Sent again, it says what waits already.
    assert fates(send(officer, [member.code, "5"], heading=heading)) == ["same"]
    assert fates(send(officer, [member.code, "6"], heading=heading)) == ["bad"]


def test_an_officers_own_draft_is_changed_at_once(bring_in, officer):
    member = MemberFactory(owner=officer.agency, workers=1)

    bring_in(officer, [member.code, "5"], heading=["รหัส", "คนงาน"])

    member.refresh_from_db()
    assert (member.workers, Proposal.objects.count()) == (5, 0)


def test_what_waits_for_review_is_not_changed(send, officer):
    member = MemberFactory(owner=officer.agency, workers=1)
    records.submit(member, by=officer)

    assert fates(send(officer, [member.code, "5"], heading=["รหัส", "คนงาน"])) == ["bad"]


# --- Rows that look like others ---------------------------------------------------


def test_a_row_of_the_same_name_in_the_district_is_that_record(send, reviewer):
    member = MemberFactory(name_th="กลุ่มทอผ้า", workers=1)

    run = send(
        reviewer,
        ["กลุ่มทอผ้า ", "เมืองเลย", "5"],
        heading=["ชื่อ", "อำเภอ", "คนงาน"],
    )

    row = run.rows.get()
    assert (row.fate, row.object_id) == ("changed", member.pk)
    assert row.cells == [["workers", "1", "5"]]


def test_a_near_name_is_for_a_person_to_decide(send, reviewer):
    member = MemberFactory(name_th="กลุ่มทอผ้าบ้านนาอ้อ")
    run = send(reviewer, ["กลุ่มทอผ้าบ้านนาออก", "เมืองเลย"])
    row = run.rows.get()
    assert row.fate == "bad"
    assert [twin["pk"] for twin in row.twins] == [member.pk]

    imports.decide(run, row.number, RowChoice.DIFFERENT, None, by=reviewer)
    run = imports.check_again(run, by=reviewer)
    assert fates(run) == ["new"]

    imports.decide(run, row.number, RowChoice.UPDATE, member.pk, by=reviewer)
    run = imports.check_again(run, by=reviewer)
    assert fates(run) == ["changed"]

    imports.decide(run, row.number, RowChoice.SAME, member.pk, by=reviewer)
    run = imports.check_again(run, by=reviewer)
    assert fates(run) == ["same"]


def test_names_that_differ_in_a_number_are_different(send, reviewer):
    MemberFactory(name_th="กลุ่มทอผ้าบ้านนาอ้อ หมู่ 1")

    assert fates(send(reviewer, ["กลุ่มทอผ้าบ้านนาอ้อ หมู่ 2", "เมืองเลย"])) == ["new"]


def test_all_that_looks_alike_is_decided_at_once(send, reviewer):
    MemberFactory(name_th="กลุ่มทอผ้าบ้านนาอ้อ")
    MemberFactory(name_th="กลุ่มจักสานบ้านนาดินดำ")
    run = send(
        reviewer,
        ["กลุ่มทอผ้าบ้านนาออก", "เมืองเลย"],
        ["กลุ่มจักสานบ้านนาดินดาว", "เมืองเลย"],
    )
    assert fates(run) == ["bad", "bad"]

    imports.decide_all(run, RowChoice.DIFFERENT, by=reviewer)

    assert fates(imports.check_again(run, by=reviewer)) == ["new", "new"]


def test_a_record_a_row_does_not_look_like_is_not_chosen(send, reviewer):
    MemberFactory(name_th="กลุ่มทอผ้าบ้านนาอ้อ")
    other = MemberFactory()
    run = send(reviewer, ["กลุ่มทอผ้าบ้านนาออก", "เมืองเลย"])

    with pytest.raises(imports.NoSuchChoice):
        imports.decide(run, 2, RowChoice.UPDATE, other.pk, by=reviewer)
    with pytest.raises(imports.NoSuchChoice):
        imports.decide(run, 9, RowChoice.UPDATE, other.pk, by=reviewer)


def test_duplicates_inside_the_file_name_both_rows(send, reviewer):
    heading = ["ชื่อ", "อำเภอ", "คนงาน"]
    run = send(
        reviewer,
        ["กลุ่มทอผ้า", "เมืองเลย", "1"],
        ["กลุ่มทอผ้า", "เมืองเลย", "2"],
        ["กลุ่มทอผ้า", "เมืองเลย", "1"],
        heading=heading,
    )
    assert fates(run) == ["new", "bad", "same"]
    assert run.rows.get(number=3).twins[0]["row"] == 2

    imports.decide(run, 3, RowChoice.DIFFERENT, None, by=reviewer)

    assert fates(imports.check_again(run, by=reviewer)) == ["new", "new", "same"]


def test_a_code_that_stands_twice_is_reported(send, reviewer):
    member = MemberFactory(workers=1)

    run = send(
        reviewer, [member.code, "2"], [member.code, "3"], heading=["รหัส", "คนงาน"]
    )

    assert fates(run) == ["changed", "bad"]
    assert "2" in faults(run)[0]


# --- Keys and empty cells ---------------------------------------------------------


def test_an_empty_cell_says_nothing_unless_it_is_to_erase(send, reviewer):
    member = MemberFactory(workers=1)
    heading, row = ["รหัส", "คนงาน", "ชื่อ"], [member.code, "", member.name_th]
    run = send(reviewer, row, heading=heading)
    assert fates(run) == ["same"]

    imports.set_options(run, erases=True, by=reviewer)
    run = imports.check_again(run, by=reviewer)

    assert run.rows.get().cells == [["workers", "1", ""]]


def test_a_row_with_its_key_says_all_of_it(send, producers, reviewer):
    member = MemberFactory(workers=1)
    [cells] = producers.existing(reviewer)
    heading = ["key", "รหัส", "ชื่อ", "Name", "อำเภอ", "คนงาน"]
    same = list(cells.values())
    assert fates(send(reviewer, same, heading=heading)) == ["same"]

    run = send(reviewer, [*same[:-1], ""], heading=heading)

    assert run.rows.get().cells == [["workers", "1", ""]]
    assert member.pk == run.rows.get().object_id


def test_a_key_older_than_the_record_is_refused_if_it_says_something_else(
    send, producers, reviewer
):
    member = MemberFactory(workers=1)
    [cells] = producers.existing(reviewer)
    records.edit(member, Changes({"workers": 2}), by=reviewer)
    heading = ["key", "รหัส", "ชื่อ", "Name", "อำเภอ", "คนงาน"]

    run = send(reviewer, list(cells.values()), heading=heading)

    assert fates(run) == ["bad"]
    assert run.rows.get().faults[0][0] == ""
    cells["workers"] = 2
    assert fates(send(reviewer, list(cells.values()), heading=heading)) == ["same"]


def test_a_name_may_not_be_emptied(send, producers, reviewer):
    MemberFactory()
    [cells] = producers.existing(reviewer)
    cells["name_th"] = ""
    heading = ["key", "รหัส", "ชื่อ", "Name", "อำเภอ", "คนงาน"]

    assert fates(send(reviewer, list(cells.values()), heading=heading)) == ["bad"]


def test_hidden_personal_data_are_left_as_they_are(bring_in, send, reviewer):
    heading = ["ชื่อ", "อำเภอ", "โทรศัพท์"]
    bring_in(reviewer, ["กลุ่มทอผ้า", "เมืองเลย", "0812345678"], heading=heading)

    run = send(reviewer, ["กลุ่มทอผ้า", "เมืองเลย", "081-xxx-x678"], heading=heading)

    assert fates(run) == ["same"]
    assert Contact.objects.get().value == "+66812345678"


def test_repeated_headings_and_totals_are_told_from_entries(send, reviewer):
    run = send(
        reviewer,
        ["กลุ่มทอผ้า", "เมืองเลย"],
        ["ชื่อ", "อำเภอ"],
        ["รวมทั้งสิ้น 2 ราย", ""],
    )

    assert fates(run) == ["new", "bad", "bad"]
    assert all("nothing is lost" in each for each in faults(run))


# --- Children ---------------------------------------------------------------------


def test_results_become_one_edit_of_each_product(bring_in, send, stars, reviewer):
    rounds = [StarRoundFactory(year=year) for year in (2562, 2565)]
    product, other = ProductFactory.create_batch(2)
    heading = ["รหัส", "ปี", "ดาว"]
    rows = (
        [product.code, "2562", "3"],
        [product.code, "2565", "๔"],
        [other.code, "2565", "5"],
        ["42-P-99999", "2565", "5"],
        [other.code, "2565", "4"],
    )

    run = bring_in(reviewer, *rows, heading=heading, kind=stars, only_good=True)

    assert counts(run) == {"new": 3, "changed": 0, "same": 0, "bad": 2}
    product.refresh_from_db()
    assert product.version == 2
    assert sorted(product.ratings.values_list("round", "stars")) == [
        (rounds[0].pk, 3),
        (rounds[1].pk, 4),
    ]
    again = send(reviewer, *rows[:3], heading=heading, kind=stars)
    assert fates(again) == ["same"] * 3
    changed = send(reviewer, [product.code, "2562", "2"], heading=heading, kind=stars)
    assert changed.rows.get().cells == [["stars", "3", "2"]]


def test_results_of_what_is_public_wait_for_review_as_one_proposal(
    bring_in, send, stars, officer
):
    StarRoundFactory(year=2562)
    StarRoundFactory(year=2565)
    product = ProductFactory(member__owner=officer.agency, published=True)
    rows = [product.code, "2562", "3"], [product.code, "2565", "4"]
    heading = ["รหัส", "ปี", "ดาว"]

    bring_in(officer, *rows, heading=heading, kind=stars)

    assert len(Proposal.objects.get().data["children"]["ratings"]["added"]) == 2
    assert StarRating.objects.count() == 0
    assert fates(send(officer, *rows, heading=heading, kind=stars)) == ["same"] * 2


# --- Undoing ----------------------------------------------------------------------


def test_an_undone_import_leaves_things_as_they_were(bring_in, work, send, reviewer):
    member = MemberFactory(name_th="กลุ่มทอผ้า", workers=1, name_en="Weavers")
    heading = ["ชื่อ", "อำเภอ", "คนงาน", "โทรศัพท์"]
    rows = (
        ["กลุ่มทอผ้า", "เมืองเลย", "5", "0812345678"],
        ["กลุ่มจักสาน", "เมืองเลย", "7", "0812345679"],
    )
    run = bring_in(reviewer, *rows, heading=heading)

    run = work(imports.undo(run, by=reviewer))

    assert (run.step, run.error) == (ImportStep.UNDONE, "")
    member.refresh_from_db()
    assert (member.workers, member.contacts.count()) == (1, 0)
    new = Member.objects.exclude(pk=member.pk).get()
    assert (new.status, new.code) == (RecordStatus.WITHDRAWN, "42-M-00002")
    assert new.note
    undone = {
        Member.history.filter(id=pk).latest("history_id").act_id
        for pk in (member.pk, new.pk)
    } | {Contact.history.get(history_type="-").act_id}
    assert len(undone - {run.act_id}) == len(undone) == 1
    # And it may come in again.
    assert counts(send(reviewer, *rows, heading=heading)) == {
        "new": 1,
        "changed": 1,
        "same": 0,
        "bad": 0,
    }


def test_what_was_gone_on_with_is_not_undone(bring_in, work, reviewer):
    run = bring_in(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"], ["กลุ่มจักสาน", "เมืองเลย"])
    member = Member.objects.get(name_th="กลุ่มทอผ้า")
    records.edit(member, Changes({"workers": 3}), by=reviewer)

    with pytest.raises(imports.InTheWay, match=r"กลุ่มทอผ้า 42-M-00001"):
        imports.undo(run, by=reviewer)

    assert Member.objects.filter(status="withdrawn").count() == 0


def test_what_is_gone_on_with_while_a_worker_waits_is_not_undone(
    bring_in, work, reviewer
):
    run = bring_in(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"])
    imports.undo(run, by=reviewer)
    records.edit(Member.objects.get(), Changes({"workers": 3}), by=reviewer)

    run = work(run)

    assert run.status == RunStatus.FAILED
    assert "42-M-00001" in run.error
    assert Member.objects.get().status == RecordStatus.DRAFT


def test_open_proposals_of_an_undone_import_are_dropped(bring_in, work, officer):
    member = MemberFactory(owner=officer.agency, published=True, workers=1)
    run = bring_in(officer, [member.code, "5"], heading=["รหัส", "คนงาน"])

    run = work(imports.undo(run, by=officer))

    assert run.step == ImportStep.UNDONE
    assert Proposal.objects.get().state == ProposalState.DROPPED


def test_an_accepted_proposal_is_in_the_way(bring_in, officer, reviewer):
    member = MemberFactory(owner=officer.agency, published=True, workers=1)
    run = bring_in(officer, [member.code, "5"], heading=["รหัส", "คนงาน"])
    proposals.accept(Proposal.objects.get(), by=reviewer)

    with pytest.raises(imports.InTheWay):
        imports.undo(run, by=officer)


def test_results_are_undone_with_their_products(bring_in, work, stars, reviewer):
    StarRoundFactory(year=2562)
    product = ProductFactory()
    run = bring_in(
        reviewer, [product.code, "2562", "3"], heading=["รหัส", "ปี", "ดาว"], kind=stars
    )

    work(imports.undo(run, by=reviewer))

    assert StarRating.objects.count() == 0
    assert Product.objects.get().status == RecordStatus.DRAFT


def test_an_import_is_undone_once(bring_in, work, reviewer):
    run = bring_in(reviewer, ["กลุ่มทอผ้า", "เมืองเลย"])
    work(imports.undo(run, by=reviewer))
    before = Member.history.count()

    work(imports.undo(run, by=reviewer))

    assert Member.history.count() == before


# --- Counting ---------------------------------------------------------------------


def test_a_plan_that_loses_a_row_is_not_kept(producers, reviewer, monkeypatch):
    def lose(self, *args, **known):
        plan = type(producers).__mro__[1].plan(self, *args, **known)
        plan.rows.pop()
        return plan

    monkeypatch.setattr(type(producers), "plan", lose)

    with pytest.raises(AssertionError):
        imports.begin(
            csv_of(["ชื่อ", "อำเภอ"], ["ก", "เมืองเลย"]),
            name="a.csv",
            kind=producers,
            by=reviewer,
        )
    assert ImportRow.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_a_check_asks_as_much_however_long_the_file_is(
    send, reviewer, count, django_assert_max_num_queries
):
    members = MemberFactory.create_batch(count, workers=1)
    rows = [[each.code, "5"] for each in members]

    with django_assert_max_num_queries(26):
        run = send(reviewer, *rows, heading=["รหัส", "คนงาน"])

    assert counts(run)["changed"] == count
