"""Addresses of the catalogue and of the producers.

A producer's page shows its goods, so it is a view of this app although its
address says members.
"""

from django.urls import path

from products.views import catalogue

#: Under ``/products/``, namespace ``products``.
product_patterns = [
    path("", catalogue.product_list, name="list"),
    path("<slug:code>/", catalogue.product_detail, name="detail"),
]

#: Under ``/members/``, namespace ``members``.
member_patterns = [
    path("", catalogue.member_list, name="list"),
    path("<slug:code>/", catalogue.member_detail, name="detail"),
]
