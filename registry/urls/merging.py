"""Addresses of merges."""

from django.urls import URLPattern, path

from registry.views import merging

patterns: list[URLPattern] = [
    path("", merging.merge_list, name="list"),
    path("<int:pk>/", merging.merge_detail, name="detail"),
    path("<str:code>/", merging.merge_compare, name="compare"),
]
