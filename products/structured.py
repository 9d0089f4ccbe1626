"""What search engines read of a product's page, in the words of schema.org."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.urls import reverse
from django.utils.translation import gettext as _

from products.figures import Award
from products.models import Product

#: Search engines show no more of a description.
LONGEST_TEXT = 500


def absolute(url: str) -> str:
    """Return an address with its scheme and host."""
    return url if "://" in url else settings.SITE_URL + url


def cover_url(product: Product) -> str:
    """Return the absolute address of the main photo; empty without one."""
    name = product.cover.get("og", "")
    return absolute(storages["public"].url(name)) if name else ""


def product_page(
    product: Product, address: str, awards: Sequence[Award]
) -> list[dict[str, Any]]:
    """Return a product and the way to its page. No ratings: nobody rates here."""
    return [product_data(product, address, awards), breadcrumbs(product, address)]


def product_data(
    product: Product, address: str, awards: Sequence[Award]
) -> dict[str, Any]:
    """Return a product with its maker, its price and its OTOP stars as awards."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "sku": product.code,
        "url": address,
        "description": product.story[:LONGEST_TEXT],
        "image": cover_url(product),
        "category": product.category.name if product.category else "",
        "brand": {"@type": "Organization", "name": product.member.name},
        "award": [
            f"OTOP Product Champion {award.year - 543}: {award.stars}/5"
            for award in awards
        ],
        "offers": offer(product, address),
    }
    return {name: value for name, value in data.items() if value}


def offer(product: Product, address: str) -> dict[str, Any]:
    """Return the price; nothing without one."""
    if product.price_min is None:
        return {}
    seller = {"@type": "Organization", "name": product.member.name}
    common = {"priceCurrency": "THB", "url": address, "seller": seller}
    if product.price_max in (None, product.price_min):
        return {"@type": "Offer", "price": f"{product.price_min:.2f}", **common}
    return {
        "@type": "AggregateOffer",
        "lowPrice": f"{product.price_min:.2f}",
        "highPrice": f"{product.price_max:.2f}",
        **common,
    }


def breadcrumbs(product: Product, address: str) -> dict[str, Any]:
    """Return the way from the catalogue to the product."""
    catalogue = absolute(reverse("products:list"))
    way = [(_("Souvenirs"), catalogue)]
    if product.category:
        way.append(
            (product.category.name, f"{catalogue}?category={product.category.code}")
        )
    way.append((product.name, address))
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(way, start=1)
        ],
    }
