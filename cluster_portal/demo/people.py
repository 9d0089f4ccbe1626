"""How the demonstration's producers are reached: invented people, numbers, shops.

The telephone numbers lie in blocks nobody is given; web addresses end in
``.example``, which leads nowhere.
"""

from collections.abc import Iterator
from datetime import date

from cluster_portal.demo.words import Producer, draw, number
from members.enums import ContactKind
from members.forms import CONSENT_WORDING
from members.models import Cluster, Contact, Membership, Outlet
from registry.models import Subdistrict, User
from registry.thai.dates import be_year, fiscal_range, fiscal_year

TITLES = ("นาง", "นางสาว", "นาย")
FIRST = ("สมมุติ", "ตัวอย่าง", "สาธิต", "จำลอง", "ทดลอง", "นามสมมุติ")
LAST = ("ภูหมอก", "ฝ้ายคำ", "ริมเหือง", "ดอกผักแว่น", "ทะเลภู", "สวนมะขาม", "ลมหนาว")
CONSENTED = date(2025, 10, 2)
WITHDRAWN = date(2026, 3, 16)
HOURS = (
    ("ทุกวัน 8.30–17.00 น.", "Daily 8.30–17.00"),
    ("จันทร์–เสาร์ 9.00–16.30 น.", "Monday–Saturday 9.00–16.30"),
    ("ศุกร์–อาทิตย์ 16.00–21.00 น.", "Friday–Sunday 16.00–21.00"),
)
#: Fiscal years in which producers joined, and whose lot it was to leave.
YEARS, LEFT = 14, (3, 7)


def contacts_of(producer: Producer, by: User | None) -> list[Contact]:
    """Return how a producer is reached: half of the people agreed to be shown."""
    found = [*_of_business(producer), *_of_people(producer, by)]
    for position, contact in enumerate(found):
        contact.position = position
    return found


def _of_business(producer: Producer) -> Iterator[Contact]:
    name, place = producer.key, producer.place
    if place % 3:
        yield _shop(ContactKind.PHONE, f"+66{_area(producer)}0001{place:02d}")
    if producer.legal_form in {"company", "partnership"}:
        yield _shop(ContactKind.WEBSITE, f"https://{name}.example/")
    if place % 2:
        yield _shop(ContactKind.PAGE, f"https://social.example/{name}")
    if place % 4 == 0:
        yield _shop(ContactKind.MARKETPLACE, f"https://market.example/{name}")
    if place % 9 == 0:
        yield _shop(ContactKind.VIDEO, f"https://video.example/{name}")


def _shop(kind: ContactKind, value: str) -> Contact:
    return Contact(kind=kind, value=value, is_personal=False)


def _area(producer: Producer) -> str:
    """Return the area code without its zero: 42 in Loei, 53 in Lamphun."""
    return {"42": "42", "51": "53"}[producer.province]


def _of_people(producer: Producer, by: User | None) -> Iterator[Contact]:
    person = "".join(
        (
            TITLES[draw(f"title/{producer.key}", len(TITLES))],
            FIRST[draw(f"first/{producer.key}", len(FIRST))],
            " ",
            LAST[draw(f"last/{producer.key}", len(LAST))],
        )
    )
    details = [
        (ContactKind.LEADER, person),
        (ContactKind.MOBILE, f"+6680000{producer.place + 1:04d}"),
    ]
    if producer.place % 5 == 0:
        details.append((ContactKind.LINE, f"@{producer.key}-demo"))
    agreed = draw(f"consent/{producer.key}", 8)
    for kind, value in details:
        contact = Contact(kind=kind, value=value, is_personal=True)
        if agreed < 5:
            contact.consented_on = CONSENTED
            contact.consent_wording = CONSENT_WORDING
            contact.consent_by = by
        if agreed == 0 and kind == ContactKind.MOBILE:
            contact.consent_withdrawn_on = WITHDRAWN
        yield contact


def outlets_of(producer: Producer, place: Subdistrict) -> list[Outlet]:
    """Return where a producer sells: at the workshop, and half of them in town."""
    district = place.district
    province = district.province
    hours_th, hours_en = HOURS[draw(f"hours/{producer.key}", len(HOURS))]
    workshop = Outlet(
        name_th="จุดจำหน่าย ณ ที่ทำการกลุ่ม",
        name_en="At the workshop",
        address_th=(
            f"หมู่ที่ {producer.moo} ตำบล{place.name_th} อำเภอ{district.name_th} "
            f"จังหวัด{province.name_th}"
        ),
        address_en=(
            f"Moo {producer.moo}, {place.name_en}, {district.name_en}, "
            f"{province.name_en}"
        ),
        hours_th=hours_th,
        hours_en=hours_en,
    )
    if draw(f"town/{producer.key}", 2):
        return [workshop]
    town = Outlet(
        name_th=f"ร้านของฝากกลางเมือง{province.name_th} (สาธิต)",
        name_en=f"{province.name_en} Town Gift Shop (demonstration)",
        address_th=f"อำเภอเมือง{province.name_th}",
        address_en=f"Mueang {province.name_en}",
        hours_th="ทุกวัน 9.00–20.00 น.",
        hours_en="Daily 9.00–20.00",
        position=1,
    )
    return [workshop, town]


def memberships_of(
    producer: Producer, cluster: Cluster, today: date
) -> list[Membership]:
    """Return the producer's time in the cluster; a few have left, a few never came.

    Somebody joined in each of the last fiscal years, this one included.
    """
    lot = draw(f"membership/{producer.key}", 16)
    if producer.province != cluster.province_id or lot == 0:
        return []
    year = fiscal_year(today)
    joined = year - draw(f"joined/{producer.key}", YEARS)
    if lot in LEFT:
        left = min(joined + 1, year - 1)
        joined = min(joined, left)
        return [
            Membership(
                cluster=cluster,
                joined_on=fiscal_range(joined)[0],
                paid_until_year=left,
                left_on=fiscal_range(left)[1],
                reason="ย้ายไปจำหน่ายเอง (ข้อมูลสาธิต)",
            )
        ]
    return [
        Membership(
            cluster=cluster,
            joined_on=fiscal_range(joined)[0],
            paid_until_year=max(joined, year - (lot == 2)),
        )
    ]


def otop_year(producer: Producer, today: date) -> int | None:
    """Return when it was registered; every ninth a short while ago."""
    if draw(f"newcomer/{producer.key}", 9) == 0:
        return be_year(today) - draw(f"registered/{producer.key}", 2)
    return number(producer.otop_year)


def enterprise_number(producer: Producer) -> str:
    """Return a number of the right shape, from serials that nobody has."""
    if producer.legal_form != "community_enterprise":
        return ""
    code = producer.subdistrict
    return f"4-{code[:2]}-{code[2:4]}-{code[4:]}/1-9{producer.place:03d}"
