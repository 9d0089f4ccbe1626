"""Public pages of records as the public cannot read them: not yet, or not so yet.

For people who may read the row anyway; the pages of agencies and reviewers call them
through the desk. Pictures come by private addresses, no cache keeps the answer and no
search engine meets it.
"""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from members import desk as members_desk
from members.models import Member
from products import figures
from products.models import Product
from products.views.pages import Preview, show_member, show_product
from registry import publicity
from registry.models import User


def product_page(request: HttpRequest, row: Any) -> HttpResponse:
    """Show a product as the public would see it. Reads it again, with its joins."""
    product = Product.objects.for_page().get(pk=row.pk)
    figures.place(product)
    figures.place(product.member)
    preview = Preview(members_desk.remarks(product.member), product.is_published)
    with publicity.shown_to(cast(User, request.user)):
        if product.is_alcohol and not settings.SHOW_ALCOHOL_DETAILS:
            context = {"product": product, "preview": preview}
            answer = render(request, "products/product_reduced.html", context)
        else:
            answer = show_product(request, product, preview=preview)
    return private(answer)


def member_page(request: HttpRequest, row: Any) -> HttpResponse:
    """Show a producer as the public would see it. Reads it again, with its joins."""
    member = Member.objects.for_listing().get(pk=row.pk)
    preview = Preview(members_desk.remarks(member), member.is_published)
    with publicity.shown_to(cast(User, request.user)):
        answer = show_member(request, member, preview=preview)
    return private(answer)


def private(answer: HttpResponse) -> HttpResponse:
    """Keep a page out of caches and search engines."""
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
