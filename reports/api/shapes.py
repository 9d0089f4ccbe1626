"""Rows of the register as programs get them: what the public pages tell, and no more.

Every function is one object of :mod:`reports.api.schemas`, key by key. Contacts are
those of a business; what a person let the portal show stays on the portal's pages.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from members.models import Contact, Member, Outlet
from products.models import Category, Certificate, Product, StarRound
from products.structured import absolute
from registry.models import District, Province
from registry.models.places import Place
from registry.publicity import address_of
from reports.api.addresses import address

Shape = dict[str, Any]


def names(thing: Any) -> Shape:
    """Return both names; the English one may be missing."""
    return {"name_th": thing.name_th, "name_en": thing.name_en or None}


def pages(name: str, code: str) -> Shape:
    """Return the pages of a record in both languages, and its address here."""
    return {
        "url_th": address(f"{name}:detail", code),
        "url_en": address(f"{name}:detail", code, "en"),
        "api_url": address(f"api:{name}_detail", code),
    }


def picture(kept: dict[str, Any]) -> str | None:
    """Return the absolute address of a stored picture."""
    name = kept.get("og", "")
    return absolute(address_of(name)) if name else None


def place(thing: Place) -> Shape:
    """Return a place by code and names."""
    return {"code": thing.pk, **names(thing)}


def in_province(thing: Province) -> Shape:
    """Return a province, with the slug that filters take."""
    return {**place(thing), "slug": thing.slug}


def number(value: Decimal | None) -> float | None:
    """Return an amount as JSON has it."""
    return None if value is None else float(value)


# --- Products ---------------------------------------------------------------------


def product(row: Product) -> Shape:
    """Return a product as a list has it."""
    is_shown = shows_all(row)
    shelf = row.category
    return {
        "code": row.code,
        **names(row),
        **pages("products", str(row.code)),
        "member": {"code": row.member.code, **names(row.member)},
        "category": {"code": shelf.code, **names(shelf)} if shelf else None,
        "otop_type": row.otop_type or None,
        "is_edible": row.is_edible,
        "is_alcohol": row.is_alcohol,
        "province": in_province(row.province),
        "district": place(row.district),
        "price_min": number(row.price_min) if is_shown else None,
        "price_max": number(row.price_max) if is_shown else None,
        "stars": row.current_stars if is_shown else None,
        "stars_year": row.current_stars_year if is_shown else None,
        "marks": list(row.mark_codes) if is_shown else [],
        "season": list(row.months) if is_shown else [],
        "picture": picture(row.cover) if is_shown else None,
        "published_at": row.published_at and row.published_at.isoformat(),
    }


def shows_all(row: Product) -> bool:
    """Tell whether more than name and maker may be shown of a product."""
    return not row.is_alcohol or settings.SHOW_ALCOHOL_DETAILS


DETAILS = (
    *("unit_th", "unit_en", "size_th", "size_en", "materials_th", "materials_en"),
    *("keeping_th", "keeping_en", "air_travel", "story_th", "story_en"),
    *("shelf_life_days", "design_year"),
)


def product_detail(row: Product, today: date) -> Shape:
    """Return a product as its page shows it. Two queries, none for a hidden drink."""
    if not shows_all(row):
        return {
            **product(row),
            **dict.fromkeys(DETAILS),
            "certificates": [],
            "star_results": [],
        }
    held = Certificate.objects.held_for(row).in_force(today)
    ratings = row.ratings.filter(round__announced_on__lte=today)
    ratings = ratings.select_related("round").order_by("-round__year", "pk")
    return {
        **product(row),
        **{name: getattr(row, name) or None for name in DETAILS},
        "certificates": certificates(held),
        "star_results": [
            {"year": each.round.year, "stars": each.stars, "total": number(each.total)}
            for each in ratings
        ],
    }


def certificates(held: Any) -> list[Shape]:
    """Return certificates with the code of their mark. One query."""
    return [
        {
            "mark": each.mark.code,
            "number": each.number or None,
            "standard_number": each.standard_number or None,
            "issued_on": each.issued_on and each.issued_on.isoformat(),
            "expires_on": each.expires_on and each.expires_on.isoformat(),
        }
        for each in held.select_related("mark").order_by("mark__position", "pk")
    ]


# --- Producers --------------------------------------------------------------------


def member(row: Member) -> Shape:
    """Return a producer as a list has it."""
    return {
        "code": row.code,
        **names(row),
        **pages("members", str(row.code)),
        "producer_type": row.producer_type or None,
        "legal_form": row.legal_form or None,
        "province": in_province(row.province),
        "district": place(row.district),
        "goods_count": row.goods_count,
        "picture": picture(row.portrait),
        "published_at": row.published_at and row.published_at.isoformat(),
    }


def member_detail(row: Member, today: date) -> Shape:
    """Return a producer as its page shows it, but for people. Three queries."""
    reached = row.contacts.filter(is_personal=False).order_by("position", "pk")
    return {
        **member(row),
        "subdistrict": place(row.subdistrict) if row.subdistrict else None,
        "otop_year": row.otop_year,
        "workers": row.workers,
        "local_workers": row.local_workers,
        "story_th": row.story_th or None,
        "story_en": row.story_en or None,
        "contacts": contacts(reached),
        "outlets": outlets(row.outlets.order_by("position", "pk")),
        "certificates": certificates(row.certificates.in_force(today)),
    }


def contacts(rows: Iterable[Contact]) -> list[Shape]:
    """Return ways to reach a business."""
    return [
        {
            "kind": each.kind,
            "value": each.value,
            "extension": each.extension or None,
        }
        for each in rows
    ]


def outlets(rows: Iterable[Outlet]) -> list[Shape]:
    """Return shops."""
    return [
        {
            **names(each),
            "address_th": each.address_th or None,
            "address_en": each.address_en or None,
            "hours_th": each.hours_th or None,
            "hours_en": each.hours_en or None,
            "latitude": number(each.latitude),
            "longitude": number(each.longitude),
        }
        for each in rows
    ]


# --- Short lists --------------------------------------------------------------------


def category(row: Category) -> Shape:
    """Return a shelf; ``path`` leads to it from the root."""
    way = row.path.strip("/").split("/")
    return {
        "code": row.code,
        **names(row),
        "parent": way[-2] if len(way) > 1 else None,
        "level": row.level,
        "is_edible": row.is_edible,
        "is_alcohol": row.is_alcohol,
        "otop_type": row.otop_type or None,
    }


def mark(row: Any) -> Shape:
    """Return a mark as :func:`reports.api.holders.with_holders` gives it."""
    return {
        "code": row.code,
        **names(row),
        "abbreviation_th": row.abbreviation_th or None,
        "abbreviation_en": row.abbreviation_en or None,
        "issuer_th": row.issuer_th or None,
        "issuer_en": row.issuer_en or None,
        "given_to": row.given_to,
        "goods": row.goods,
        "usual_months": row.usual_months,
        "is_historic": row.is_historic,
        "certificates_in_force": row.certificates_in_force,
    }


def province(row: Province, districts: Iterable[District]) -> Shape:
    """Return a province with its districts."""
    return {
        **in_province(row),
        "iso_code": row.iso_code,
        "region": row.region,
        "districts": [place(each) for each in districts],
    }


def star_round(row: StarRound, counts: dict[int, int]) -> Shape:
    """Return a round with how many published goods got how many stars."""
    return {
        "year": row.year,
        **names(row),
        "announced_on": row.announced_on and row.announced_on.isoformat(),
        "results": {str(stars): counts.get(stars, 0) for stars in (5, 4, 3, 2, 1)},
    }
