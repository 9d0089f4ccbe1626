"""Addresses of workspace pages."""

from django.urls import URLPattern, path

from registry.views import entering

patterns: list[URLPattern] = [
    # What forms ask for while they are filled in
    path("suggest/<slug:what>/", entering.suggest, name="suggest"),
    path("upload/", entering.upload, name="upload"),
]
