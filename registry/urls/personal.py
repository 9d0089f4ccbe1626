"""Addresses of what is done with one person's data."""

from django.urls import URLPattern, path

from registry.views import privacy

patterns: list[URLPattern] = [
    path("reveal/", privacy.reveal_data, name="reveal"),
    path("<str:model>/<int:pk>/hand-out/", privacy.hand_out, name="hand_out"),
    path("<str:model>/<int:pk>/erase/", privacy.erase, name="erase"),
]
