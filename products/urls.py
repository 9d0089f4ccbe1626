"""Addresses of the catalogue and of the producers.

A producer's page shows its goods, so it is a view of this app although its
address says members.
"""

from django.urls import URLPattern

#: Under ``/products/``, namespace ``products``.
product_patterns: list[URLPattern] = []

#: Under ``/members/``, namespace ``members``.
member_patterns: list[URLPattern] = []
