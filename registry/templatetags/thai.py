"""Thai on pages: dates and years in the reader's era, lines that break well.

A builtin library: every template has these without ``{% load %}``.
"""

import re
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe

from registry.templatetags.ui import price_range, words, year_shown
from registry.thai.dates import DateStyle, format_date, format_datetime
from registry.thai.numerals import to_thai_digits
from registry.thai.phones import Phone

register = template.Library()

NBSP = "\u00a0"
#: Loan words, compounds and names that browsers break in the wrong place.
GLOSSARY = (
    *("อาราบิก้า", "อาราบิกา", "โรบัสต้า", "แมคคาเดเมีย", "มือถือ", "ที่ระลึก"),
    *("ผีตาโขน", "ซื้อตรง", "ภูกระดึง", "ภูเรือ", "เชียงคาน", "ด่านซ้าย", "นาแห้ว"),
    *("ไทดำ", "ไทเลย", "มัดหมี่", "ยกดอก", "โอทอป", "คลัสเตอร์", "ตารางทำการ"),
)
UNBROKEN = re.compile("|".join(sorted(GLOSSARY, key=len, reverse=True)))
UNITS = (
    *("บาท", "กิโลกรัม", "กรัม", "กก.", "ก.", "ลิตร", "มิลลิลิตร", "มล.", "kg", "g", "ml"),
    *("กิโลเมตร", "เมตร", "เซนติเมตร", "กม.", "ม.", "ซม.", "มม.", "นิ้ว", "km", "m", "cm"),
    *("ชิ้น", "ผืน", "ใบ", "ขวด", "ถุง", "กล่อง", "ชุด", "คู่", "ดาว", "รายการ", "ราย", "คน"),
    *("กลุ่ม", "แห่ง", "จังหวัด", "อำเภอ", "ตำบล", "หมู่บ้าน", "ปี", "เดือน", "วัน", "ชั่วโมง"),
    *("นาที", "น.", "%"),
)
NUMBER_UNIT = re.compile(
    "(?<=[0-9๐-๙]) (?=(?:"
    + "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
    + ")(?![ก-๎A-Za-z]))"
)
REPETITION = re.compile(r"[ \u00a0]*ๆ")
TAG = re.compile("(<[^>]*>)")


@register.filter(needs_autoescape=True)
def th(value: object, autoescape: bool = True) -> str:
    """Return a text whose lines break well (look.md, "Thai on the web").

    "ๆ" never starts a line, a number keeps its unit, and the glossary's words
    stay whole. Markup that is safe already stays as it is between its tags.
    """
    text = str(value)
    if autoescape and not isinstance(value, SafeData):
        text = conditional_escape(text)
    pieces = TAG.split(text)
    pieces[::2] = map(unbroken, pieces[::2])
    done = "".join(pieces)
    if autoescape or isinstance(value, SafeData):
        return mark_safe(done)  # noqa: S308  # escaped above, or safe when it came
    return done


def unbroken(text: str) -> str:
    """Return a piece of text without markup, its fragile places tied together."""
    text = NUMBER_UNIT.sub(NBSP, REPETITION.sub(f"{NBSP}ๆ", text))
    return UNBROKEN.sub(r'<span class="nb">\g<0></span>', text)


# --- Days, years and numbers ----------------------------------------------------


@register.filter(expects_localtime=True)
def be_date(value: date | None, style: DateStyle = "long") -> str:
    """Return a day in the reader's language and era; empty where there is none."""
    return format_date(value, style) if value else ""


@register.filter(expects_localtime=True)
def be_datetime(value: datetime | None, style: DateStyle = "long") -> str:
    """Return a moment in the reader's language and era; empty where there is none."""
    return format_datetime(value, style) if value else ""


@register.filter
def year(value: int | None) -> str:
    """Return a Buddhist-era year as its reader counts: 2562, or 2019 in English."""
    return str(year_shown(int(value))) if value else ""


@register.filter
def thai_digits(value: object) -> str:
    """Return a text in Thai digits, for printed official papers."""
    return to_thai_digits(value)


@register.filter
def baht(value: Decimal | int | None) -> str:
    """Return an amount in baht: "฿1,250"; empty where there is none."""
    return price_range(value, None)


@register.filter
def phone(value: Phone | str | None) -> str:
    """Return a telephone number in the groups it is read in; text is E.164."""
    if not value:
        return ""
    return (value if isinstance(value, Phone) else Phone(value)).display()


# --- Under the names templates use ----------------------------------------------


@register.simple_tag(name="price_range")
def price_range_shown(
    low: Decimal | int | None, high: Decimal | int | None = None
) -> str:
    """Show "฿250" or "฿250–350"; nothing where no price is known."""
    return price_range(low, high)


@register.simple_tag
def bilingual(thing: object, base: str) -> SafeString:
    """Show a text kept in two languages in the reader's, else in the other, marked."""
    return words(thing, base)
