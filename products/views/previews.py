"""Public pages of records the public cannot read yet."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from products.views import catalogue


def product_page(request: HttpRequest, row: Any) -> HttpResponse:
    """Show a product as the public would see it."""
    return catalogue.show_product(request, row)


def member_page(request: HttpRequest, row: Any) -> HttpResponse:
    """Show a producer as the public would see it."""
    return catalogue.show_member(request, row)
