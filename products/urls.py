"""Addresses of the catalogue and of the producers.

A producer's page shows its goods, so it is a view of this app although its
address says members.
"""

from django.urls import path

from products import views

#: Under ``/products/``, namespace ``products``.
product_patterns = [
    path("", views.product_list, name="list"),
    path("<slug:code>/", views.product_detail, name="detail"),
]

#: Under ``/members/``, namespace ``members``.
member_patterns = [
    path("", views.member_list, name="list"),
    path("<slug:code>/", views.member_detail, name="detail"),
]
