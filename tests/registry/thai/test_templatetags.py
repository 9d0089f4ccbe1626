"""Filters of pages, as templates use them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import SafeString

from registry.thai.phones import Phone

NBSP = "\u00a0"
DAY = date(2012, 3, 15)


def shown(source: str, language: str = "th", **context: object) -> str:
    with translation.override(language):
        return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("สีต่าง ๆ", f"สีต่าง{NBSP}ๆ"),
        ("สีต่างๆ", f"สีต่าง{NBSP}ๆ"),
        ("ยาว 20 ซม. หนัก 1 กก.", f"ยาว 20{NBSP}ซม. หนัก 1{NBSP}กก."),
        ("5 ดาว", f"5{NBSP}ดาว"),
        ("5 ดาวเทียม", "5 ดาวเทียม"),
        ("กาแฟอาราบิก้า", 'กาแฟ<span class="nb">อาราบิก้า</span>'),
        ("<b>ผีตาโขน</b>", '&lt;b&gt;<span class="nb">ผีตาโขน</span>&lt;/b&gt;'),
        (
            SafeString('<a title="ผีตาโขน">ผีตาโขน</a>'),
            '<a title="ผีตาโขน"><span class="nb">ผีตาโขน</span></a>',
        ),
        ("", ""),
    ],
)
def test_lines_break_where_a_reader_would(text, html):
    assert shown("{{ text|th }}", text=text) == html


def test_text_stays_text_where_nothing_is_escaped():
    source = "{% autoescape off %}{{ text|th }}{% endautoescape %}"
    assert shown(source, text="a < b ๆ") == f"a < b{NBSP}ๆ"


@pytest.mark.parametrize(
    ("source", "thai", "english"),
    [
        ("{{ day|be_date }}", "15 มีนาคม 2555", "15 March 2012"),
        ("{{ day|be_date:'short' }}", "15 มี.ค. 2555", "15 Mar 2012"),
        (
            "{{ moment|be_datetime }}",
            "15 มีนาคม 2555 เวลา 01.05 น.",
            "15 March 2012, 01:05",
        ),
        ("{{ moment|be_date:'short' }}", "15 มี.ค. 2555", "15 Mar 2012"),
        ("{{ founded|year }}", "2562", "2019"),
        ("{{ founded|thai_digits }}", "๒๕๖๒", "๒๕๖๒"),
        ("{{ price|baht }}", "฿1,250", "฿1,250"),
        ("{{ phone|phone }}", "042-811-234 ต่อ 12", "042-811-234 ext. 12"),
        ("{{ e164|phone }}", "081-234-5678", "081-234-5678"),
        ("{% price_range price high %}", "฿1,250–1,400.50", "฿1,250–1,400.50"),
        ("{% price_range price none %}", "฿1,250", "฿1,250"),
    ],
)
def test_the_reader_meets_their_own_language_and_era(source, thai, english):
    context = {
        "day": DAY,
        "moment": datetime(2012, 3, 14, 18, 5, tzinfo=UTC),
        "founded": 2562,
        "price": Decimal("1250.00"),
        "high": Decimal("1400.50"),
        "none": None,
        "phone": Phone("+6642811234", "12"),
        "e164": "+66812345678",
    }
    assert shown(source, "th", **context) == thai
    assert shown(source, "en", **context) == english


@pytest.mark.parametrize(
    "source",
    [
        "{{ none|be_date }}",
        "{{ none|be_datetime }}",
        "{{ none|year }}",
        "{{ none|baht }}",
        "{{ none|phone }}",
        "{% price_range none none %}",
    ],
)
def test_what_is_not_known_is_left_empty(source):
    assert shown(source, none=None) == ""


@pytest.mark.parametrize(
    ("thai", "english", "language", "html"),
    [
        ("หน้ากาก", "Mask", "th", "หน้ากาก"),
        ("หน้ากาก", "Mask", "en", "Mask"),
        ("หน้ากาก", "", "en", '<span lang="th">หน้ากาก</span>'),
        ("", "Mask & more", "th", '<span lang="en">Mask &amp; more</span>'),
        ("", "", "th", ""),
    ],
)
def test_a_text_in_the_other_language_says_so(thai, english, language, html):
    thing = SimpleNamespace(name_th=thai, name_en=english)
    assert shown("{% bilingual thing 'name' %}", language, thing=thing) == html
