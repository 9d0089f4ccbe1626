"""Samples for the gallery: every component of the pages, in every state."""

import datetime
from collections.abc import Iterable
from types import SimpleNamespace

from django import forms
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _

from registry.enums import RecordStatus

PLACE = SimpleNamespace(name_th="ด่านซ้าย", name_en="Dan Sai")
PROVINCE = SimpleNamespace(name_th="เลย", name_en="Loei")


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label=_("Name"), help_text=_("As it stands on the label."))
    email = forms.EmailField(label=_("E-mail"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", "–"), ("food", _("Food"))], required=False
    )
    months = forms.MultipleChoiceField(
        label=_("Season"),
        choices=[("1", _("January")), ("2", _("February"))],
        widget=forms.CheckboxSelectMultiple,
    )
    story = forms.CharField(label=_("Story"), widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label=_("The producer agrees to be named."))


def sample_product(
    name: str,
    kind: str,
    *,
    low: int | None = None,
    high: int | None = None,
    stars: int = 0,
) -> SimpleNamespace:
    """Return something a product card can show."""
    return SimpleNamespace(
        name_th=name,
        name_en="",
        otop_type=kind,
        price_min=low,
        price_max=high,
        current_stars=stars or None,
        current_stars_year=2562 if stars else None,
        cover={},
        is_alcohol=kind == "alcohol",
        mark_codes=[],
        district=PLACE,
        member=SimpleNamespace(
            name_th="กลุ่มหัตถกรรมบ้านตัวอย่าง", name_en="Sample craft group"
        ),
        get_absolute_url=lambda: "#product",
    )


def sample_products() -> Iterable[SimpleNamespace]:
    """Return goods with long names, without price, without stars, and alcohol."""
    yield sample_product("หน้ากากผีตาโขนจิ๋วเพ้นท์มือ", "decor", low=250, stars=5)
    yield sample_product("ผ้าห่มนวมฝ้ายเชียงคาน", "textile", low=1200, high=1890, stars=4)
    yield sample_product(
        "มะขามหวานคลุกบ๊วยอบแห้งไร้เมล็ดบรรจุกระปุกจากสวนบนภูเขาสูง ขนาดใหญ่พิเศษ", "food"
    )
    yield sample_product("กาแฟคั่วกลางอาราบิก้า", "beverage", low=220)
    yield sample_product("ยาหม่องสมุนไพรไพล", "herb", low=35, stars=3)
    yield sample_product("ของที่ยังไม่จัดประเภท", "", low=89)
    yield sample_product("สาโทตัวอย่าง", "alcohol", low=120)


def sample_member() -> SimpleNamespace:
    """Return something a producer card can show."""
    return SimpleNamespace(
        name_th="วิสาหกิจชุมชนทอผ้าบ้านตัวอย่าง",
        name_en="",
        producer_type="group",
        get_producer_type_display=_("Community producer group"),
        district=PLACE,
        province=PROVINCE,
        goods_count=12,
        portrait={},
        get_absolute_url="#member",
    )


def sample_certificates() -> list[SimpleNamespace]:
    """Return a certificate in force and one that has expired."""
    mark = SimpleNamespace(abbreviation="มผช.")
    return [
        SimpleNamespace(mark=mark, expires_on=None),
        SimpleNamespace(mark=mark, expires_on=datetime.date(2020, 1, 1)),
    ]


def sample_records() -> list[SimpleNamespace]:
    """Return a record in each status."""
    return [SimpleNamespace(status=stage.value, stage=stage) for stage in RecordStatus]


def sample_page() -> Page[int]:
    """Return the middle of a long list."""
    return Paginator(range(1_000), 25).page(7)
