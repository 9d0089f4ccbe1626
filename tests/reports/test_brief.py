"""The brief of a province: counted, not invented, and always on one page."""

import datetime

import pytest
from django.http import QueryDict
from django.utils.translation import override

from products.enums import OtopType
from registry.enums import RecordStatus
from reports import catalogue
from reports.pdf.documents import ColumnsBlock, FiguresBlock, TextBlock
from reports.pdf.province import brief_of
from reports.pdf.registers import document_of
from reports.pdf.rendering import render
from tests.factories import (
    CertificateFactory,
    ClusterFactory,
    DistrictFactory,
    MarkFactory,
    MemberFactory,
    MembershipFactory,
    ProductFactory,
    StarRatingFactory,
    StarRoundFactory,
)
from tests.reports.test_pdf import read, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ENDLESS = "วิสาหกิจชุมชนกลุ่มแม่บ้านเกษตรกรผู้ผลิตผ้าฝ้ายทอมือย้อมสีธรรมชาติบ้านนาอ้อ" * 3


def form_of(user, query="", language="th"):
    """Return the filled-in form of the brief."""
    report = catalogue.find("brief", user)
    with override(language):
        form = report.form(QueryDict(query), user=user)
        form.is_valid()
    return form


def brief(user, query="", language="th"):
    """Return the brief as a document."""
    report = catalogue.find("brief", user)
    form = form_of(user, query, language)
    assert not form.errors
    return document_of(report, user, form, language=language)


def test_the_figures_are_those_of_the_register(
    shawl, plain_product, weavers, lamphun_member, reviewer
):
    ProductFactory(member=weavers, name_en="", published=True, otop_type=OtopType.FOOD)
    ProductFactory(member=weavers, status=RecordStatus.SUBMITTED)
    MembershipFactory(
        member=weavers, cluster=ClusterFactory(province_id="42"), joined_on="2024-10-01"
    )
    CertificateFactory(
        product=shawl,
        mark=MarkFactory(abbreviation_th="อย."),
        expires_on=datetime.date(2026, 12, 3),
    )
    CertificateFactory(
        member=weavers, product=None, expires_on=datetime.date(2026, 11, 20)
    )
    form = form_of(reviewer)

    found = brief_of(reviewer, form.place, form.year)

    assert found.year == 2570
    assert (found.members, found.all_members) == (1, 1)
    assert (found.goods, found.all_goods) == (2, 4)
    assert found.stars == {5: 1}
    assert found.ready == 1
    assert (found.certificates, found.expired) == (2, 1)
    assert [str(each.mark) for each in found.ending] == [str(found.ending[0].mark)]
    assert (found.new.goods, found.new.members) == (2, 1)
    assert (found.before.goods, found.before.members) == (0, 0)
    assert found.in_clusters == 1
    assert (found.waiting, found.changes) == (1, 0)
    assert found.districts == [(weavers.district.name, 2)]
    assert dict(found.types)["อาหาร"] == 1
    assert found.best == [shawl]


def test_the_page_says_it_in_both_languages(shawl, reviewer):
    CertificateFactory(product=shawl, expires_on=datetime.date(2026, 12, 3))

    thai = text_of(render(brief(reviewer)))
    english = text_of(render(brief(reviewer, language="en")))

    assert "สรุปข้อมูลคลัสเตอร์ของฝากของที่ระลึก จังหวัดเลย" in thai
    assert "ปีงบประมาณ พ.ศ. ๒๕๗๐" in thai
    assert "ผ้าคลุมไหล่ฝ้าย" in thai
    assert "๓ ธ.ค. ๒๕๖๙" in thai
    assert "ลงชื่อ" in thai
    assert "Souvenir cluster brief: Loei Province" in english
    assert "Fiscal year 2027" in english
    assert "1 of 1 published goods (100%) hold OTOP stars, 1 of them five" in english
    assert "3 Dec 2026" in english


def test_a_province_without_anything_has_a_brief_that_says_so(reviewer, now):
    made = brief(reviewer)

    said = text_of(render(made))

    assert "จังหวัดนี้ยังไม่มีผลิตภัณฑ์ที่เผยแพร่" in said
    assert "ไม่มีข้อมูลที่รอตรวจ" in said
    assert "ไม่มีใบรับรองที่จะหมดอายุภายใน ๙๐ วัน" in said
    assert len(read(render(made)).pages) == 1


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_largest_brief_takes_one_page(reviewer, now, language):
    given = StarRoundFactory(year=2566, announced_on=datetime.date(2024, 1, 15))
    for at in range(1, 10):
        member = MemberFactory(
            district=DistrictFactory(code=f"42{at:02}", name_th=f"{ENDLESS[:80]}{at}"),
            name_th=ENDLESS,
            published=True,
        )
        product = ProductFactory(
            member=member,
            name_th=ENDLESS,
            name_en="Cotton " * 30,
            otop_type=list(OtopType)[at % 5],
            published=True,
        )
        StarRatingFactory(product=product, round=given, total=92)
        CertificateFactory(
            product=product,
            mark=MarkFactory(
                abbreviation_th="มาตรฐานผลิตภัณฑ์ชุมชน", abbreviation_en="W" * 40
            ),
            expires_on=datetime.date(2026, 12, at),
        )

    made = brief(reviewer, language=language)

    assert len(read(render(made)).pages) == 1
    assert isinstance(made.blocks[0], FiguresBlock)
    assert isinstance(made.blocks[1], TextBlock)
    assert isinstance(made.blocks[2], ColumnsBlock)
    assert len(made.blocks[2].left[0].bars) == 8


def test_the_screen_shows_the_same_figures(shawl, reviewer):
    report, form = catalogue.find("brief", reviewer), form_of(reviewer)

    figures, districts, best, ending = report.tables(reviewer, form)

    assert [row[1] for row in figures.rows][:3] == ["1", "1", "1"]
    assert districts.totals[1] == 1
    assert best.rows == [("ผ้าคลุมไหล่ฝ้าย", "กลุ่มทอผ้าบ้านทดลอง", "2566")]
    assert ending.rows == []


def test_who_works_everywhere_is_asked_for_the_province(
    administrator, weavers, lamphun_member
):
    assert form_of(administrator).errors == {"province": ["โปรดเลือกจังหวัด"]}
    assert form_of(administrator, "province=loei").place.code == "42"
    assert form_of(administrator, "province=atlantis").errors
    assert form_of(administrator, "province=loei&fiscal_year=2569").year == 2569


def test_officers_have_no_brief_of_a_province(officer):
    assert catalogue.find("brief", officer) is None


@pytest.mark.parametrize("count", [1, 3])
def test_a_brief_asks_the_same_of_the_database_for_any_register(
    weavers, reviewer, count, django_assert_num_queries
):
    ProductFactory.create_batch(count, member=weavers, published=True)
    form = form_of(reviewer)
    assert reviewer.scope

    with django_assert_num_queries(22):
        brief_of(reviewer, form.place, form.year)
