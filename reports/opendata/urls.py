"""Addresses of the open data: pages in both languages, files in none."""

from django.urls import path

from reports.opendata import views

#: Under ``/data/`` and ``/en/data/``.
page_patterns = [
    path("", views.dataset_list, name="list"),
    path("api/", views.api_guide, name="api"),
    path("<slug:dataset>/", views.dataset_detail, name="detail"),
]

#: Under ``/data/`` alone: a file is the same in every language.
file_patterns = [
    path("catalog.jsonld", views.catalog, name="catalog"),
    path("<slug:dataset>.<slug:form>", views.dataset_file, name="file"),
    path("<slug:dataset>/<int:year>.<slug:form>", views.snapshot_file, name="snapshot"),
]
