"""Persons' names in what should be names of goods and shops.

A person's name is private (safety.md, promise 11). Offices write it where a shop's
is asked for, before it, after it, or grown together with it. Nicknames after a word
of kinship ("ป้าแดงปลาส้ม", "แม่เล็ก") are how shops are called, and stay.
"""

import re
from dataclasses import dataclass

THAI = "ก-๎"
#: A name begins with a consonant or a leading vowel: นายูง is no "นาย".
NAME = rf"[ก-ฮเ-ไ][{THAI}]+"

#: Titles before which a given name alone is a person.
PLAIN = (
    r"นางสาว|นาง|นาย|น\s?\.\s?ส\s?\.|นส\.|ด\.\s?[ชญ]\.|ว่าที่\s?(?:ร้อย(?:ตรี|โท|เอก)|"
    r"ร\.?\s?[ตทอ]\.?(?:\s?[ตทอ]\.)?)|[รพ]\.\s?[ตทอ]\.(?:\s?[ตทอ]\.)?|"
    r"จ\.\s?ส\.\s?[ตทอ]\.|ส\.\s?[ตทอ]\.(?:\s?[ตทอ]\.)?|ด\.\s?ต\.|"
    r"(?:ร้อย|พัน|สิบ|จ่าสิบ)(?:ตำรวจ)?(?:ตรี|โท|เอก)|ดาบตำรวจ|"
    r"(?:ดร\.|ผศ\.|รศ\.)\s?(?:หม่อมหลวง|หม่อมราชวงศ์|ม\.ล\.|ม\.ร\.ว\.)?|"
    r"หม่อมหลวง|หม่อมราชวงศ์|ม\.\s?ล\.|ม\.\s?ร\.\s?ว\."
)
#: Titles that shops carry too: a person only with a surname, "คุณ" also quite alone.
SOCIAL = r"คุณ|ครู|อาจารย์|กำนัน|ผู้ใหญ่บ้าน|ผู้ใหญ่"
#: How names of persons were made unreadable in files that were handed out.
MASK = re.compile(rf"(?:(?:{PLAIN}|{SOCIAL})\s*)?ตัวอย่าง\s*สมม[ุ]?ติ")
TITLED = re.compile(
    rf"(?P<title>{PLAIN}|(?P<social>{SOCIAL}))(?P<gap>\s*)"
    rf"(?P<given>{NAME})(?:\s+(?P<surname>{NAME}))?"
)
FOREIGN = re.compile(r"\b(?:Mr|Mrs|Ms|Miss)\b\.?\s*[A-Z]\w+(?:\s+[A-Z]\w+)?")
#: What stands after the letters of a title in words that are none: kinds of mushroom,
#: cake and banana, places, quality.
NO_GIVEN_NAME = {
    "นาง": ("ฟ้า", "รม", "เล็ด", "พญา", "แล", "รอง", "นวล", "เลิ้ง"),
    "นาย": ("กเทศมนตรี", "กอบต", "กสมาคม", "กองค์การ"),
    "คุณ": ("ภาพ", "ค่า", "ธรรม", "ประโยชน์", "สมบัติ"),
}
#: What may stand before a person's name without a word being cut in two.
INTRODUCTION = re.compile(
    "(?:โดย|ของ|ติดต่อ|ผู้ประกอบการ|เจ้าของ|ประธาน|ประธานกลุ่ม|ผู้ผลิต|ชื่อ)$"
)
#: Introductions that introduce nobody once the name is gone.
LEFT_OVER = re.compile(
    r"(?:^|(?<=\s))(?:(?:ผลิต|จำหน่าย)?โดย|ของ|(?:ผู้)?ติดต่อ|(?:ชื่อ)?ผู้ประกอบการ|"
    r"เจ้าของ|ประธาน(?:กลุ่ม)?)\s*[:.-]*\s*(?=$|[/()])"
)
EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]")
EDGES = " \t/,;:.·-–—|"

#: Words of goods, shops, places and associations that no person is called by.
TRADE = re.compile(
    "กลุ่ม|วิสาหกิจ|ชุมชน|ร้าน|บริษัท|จำกัด|บจก|หจก|ห้าง|สหกรณ์|ชมรม|สมาคม|ศูนย์|โครงการ|"
    "โรงงาน|โรงเรียน|โรงสี|บ้าน|หมู่|ตำบล|อำเภอ|จังหวัด|เทศบาล|อบต|ตลาด|ฟาร์ม|ไร่|ครัว|โฮม|"
    "เฮ้าส์|เฮาส์|เฮือน|แบรนด์|ผลิต|แปรรูป|จำหน่าย|ขาย|สินค้า|ของฝาก|ของดี|อร่อย|เจ้าเก่า|"
    "พาณิชย์|การค้า|มาร์เก็ต|โปรดัก|กรุ๊ป|ฟู[๊้]?ด|ฟุ้ด|ช็อป|ช้อป|คาเฟ่|คอฟฟี่|กาแฟ|ชาชัก|ชาเขียว|"
    "เบเกอ|เบอเกอรี่|เค้ก|คุกกี้|ขนม|ทองม้วน|ทองพับ|ลอดช่อง|วุ้น|กะหรี่|กระหรี่|ซาลาเปา|โรตี|ไอศ|"
    "พุดดิ้ง|บ๊?ะจ่าง|กระยาสารท|กาละแม|กะละแม|มะตะบะ|หมู|ไก่|เป็ด|ปลา|กุ้ง|ปูดอง|ปูจ๋า|หอย|หมึก|"
    "แหนม|กุนเชียง|ไส้|ลูกชิ้น|หม่ำ|ไข่|กะปิ|น้ำ(?:พริก|ปลา|ผึ้ง|ตาล|ดื่ม|จิ้ม|ยา|ผลไม้|มัน|หมัก|อ้อย)|"
    "ซอส|พริก|แจ่ว|เครื่องแกง|แกงไต|แกงส้ม|ข้าว|ไรซ์|หมี่|ก๋วยเตี๋ยว|ผัดไทย|ผัดหมี่|ส้มตำ|"
    "กล้วย(?!ไม้)|มะม่วง|มะพร้าว|มะนาว|มะขาม|ทุเรียน|ลำไย|สับปะรด|ผลไม้|เมล่อน|ผัก|เห็ด|ถั่ว|"
    "สมุนไพร|อาหาร|เกษตร|อินทรีย์|ออร์แกนิค|ทอผ้า|ผ้า(?:ฝ้าย|ไหม|มัด|ขาว|ทอ)|จักสาน|เซรามิก|ทะเล|"
    "ไข่เค็ม|อาชีพ|สตรี|แม่บ้าน|ออมทรัพย์|ส่งเสริม|แอนด์|ออนไลน์|โบราณ|ปักษ์ใต้|ฮาลาล"
)
#: Words of kinship before a nickname.
KIN = re.compile("(?:ป้า|แม่(?!น)|ลุง|ยาย|น้อง|พี่|เจ๊|เจ้|เฮีย|บัง)")
FULL_NAME = re.compile(rf"{NAME}(?:\s+{NAME}){{1,2}}")
PARTS = re.compile(r"[/()\[\],;|]+")


@dataclass(frozen=True)
class Parted:
    """A text, and the persons that were in it."""

    rest: str
    persons: tuple[str, ...] = ()
    is_masked: bool = False
    #: A name was grown together with a word before it, so that what is left of that
    #: word may be wrong: "เห็ดนาง…" was more than "เห็ด".
    is_cut: bool = False


def part_persons(text: str) -> Parted:
    """Take the persons that a title or a mask shows out of ``text``."""
    persons: list[str] = []
    is_masked = is_cut = False

    def take(match: re.Match[str]) -> str:
        nonlocal is_masked, is_cut
        named = _titled_person(match) if match.re is TITLED else match[0]
        if not named:
            return match[0]
        persons.append(named)
        is_masked = is_masked or match.re is MASK
        is_cut = is_cut or _is_grown(match)
        return f" {match[0].removeprefix(named)}"

    for pattern in (MASK, TITLED, FOREIGN):
        text = pattern.sub(take, text)
    return Parted(tidied(text) if persons else text, tuple(persons), is_masked, is_cut)


def _titled_person(match: re.Match[str]) -> str:
    """Return the person a title announces, or nothing where it announces none."""
    title, given, surname = match["title"], match["given"], match["surname"]
    if given in NO_GIVEN_NAME.get(title, ()):
        return ""
    if surname and not TRADE.match(surname):
        is_sure = title in {"นาย", "นาง", "นางสาว", "คุณ"} and not match["gap"]
        return match[0] if is_sure or not _is_grown(match) else ""
    if given.startswith(NO_GIVEN_NAME.get(title, ("\0",))) or TRADE.search(given):
        return ""
    after = match.string[match.end("given") :].strip()
    is_alone = _begins_a_part(match) and not after.strip(EDGES + "()")
    if (match["social"] is None and _begins_a_part(match)) or (
        title == "คุณ" and is_alone
    ):
        return match[0][: match.end("given") - match.start()]
    return ""


def _is_grown(match: re.Match[str]) -> bool:
    """Tell whether the match hangs on a Thai word that does not introduce it."""
    before = match.string[: match.start()]
    return bool(re.search(rf"[{THAI}]$", before)) and not INTRODUCTION.search(before)


def _begins_a_part(match: re.Match[str]) -> bool:
    before = match.string[: match.start()].rstrip()
    return not before or before[-1] in "/(),:" or bool(INTRODUCTION.search(before))


def looks_like_person(text: str) -> bool:
    """Tell whether ``text`` is two or three Thai words that name no trade or place.

    "กาญจนา บุญปลอด" is, "กัญญา ไรซ์เบอร์รี่" and "แม่เล็ก แม่ไล" are not. A guess:
    what it holds for a person is only kept from the public until somebody looks.
    """
    if not FULL_NAME.fullmatch(text) or TRADE.search(text):
        return False
    return not any(KIN.match(word) for word in text.split()[1:])


def part_guessed(text: str) -> Parted:
    """Take parts of ``text`` out that look like persons, if other parts do not."""
    parts = [part for part in (each.strip(EDGES) for each in PARTS.split(text)) if part]
    persons = tuple(part for part in parts if looks_like_person(part))
    if not persons or len(persons) == len(parts):
        return Parted(text)
    for person in persons:
        text = text.replace(person, " ")
    return Parted(tidied(text), persons)


def tidied(text: str) -> str:
    """Return ``text`` without what stood around a name that was taken out."""
    before = None
    while text != before:
        before = text
        text = EMPTY_BRACKETS.sub(" ", LEFT_OVER.sub(" ", " ".join(text.split())))
        text = _without_odd_brackets(text.strip(EDGES))
    return text


def _without_odd_brackets(text: str) -> str:
    """Return ``text`` without brackets around all of it, or that lost their partner."""
    if re.fullmatch(r"\([^()]*\)", text):
        return text[1:-1]
    if text.count("(") == text.count(")"):
        return text
    if text.startswith("(") and ")" not in text:
        return text[1:]
    if text.endswith("("):
        return text[:-1]
    return (
        f"{text})" if text.count("(") > text.count(")") else text.replace(")", " ", 1)
    )
