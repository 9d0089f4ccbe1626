"""Lines of Thai that break well in browsers (look.md, "Thai on the web")."""

import html
import re
from typing import Any

from django.utils.safestring import SafeData, SafeString

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


def well_broken(value: Any) -> SafeString:
    """Return a text as HTML whose lines break well.

    "ๆ" never starts a line, a number keeps its unit, and the glossary's words
    stay whole. Markup that is safe already stays as it is between its tags.
    """
    text = str(value)
    if not isinstance(value, SafeData):
        return SafeString(unbroken(html.escape(text)))
    if "<" not in text:
        return SafeString(unbroken(text))
    pieces = TAG.split(text)
    pieces[::2] = map(unbroken, pieces[::2])
    return SafeString("".join(pieces))


def unbroken(text: str) -> str:
    """Return a piece of text without markup, its fragile places tied together."""
    text = NUMBER_UNIT.sub(NBSP, REPETITION.sub(f"{NBSP}ๆ", text))
    return UNBROKEN.sub(r'<span class="nb">\g<0></span>', text)
