"""Addresses of spreadsheets that come in."""

from django.urls import URLPattern, path

from registry.views.importing import downloads, runs, sending, steps

patterns: list[URLPattern] = [
    path("", sending.home, name="home"),
    # One file, from its columns to what came of it
    path("<int:pk>/", runs.run, name="run"),
    path("<int:pk>/progress/", runs.progress, name="progress"),
    path("<int:pk>/columns/", steps.columns, name="columns"),
    path("<int:pk>/decide/", steps.decide, name="decide"),
    path("<int:pk>/options/", steps.options, name="options"),
    path("<int:pk>/again/", steps.again, name="again"),
    path("<int:pk>/confirm/", steps.confirm, name="confirm"),
    path("<int:pk>/drop/", steps.drop, name="drop"),
    path("<int:pk>/undo/", steps.undo, name="undo"),
    path("<int:pk>/errors.xlsx", downloads.errors, name="errors"),
    # One kind of list
    path("<slug:kind>/", sending.upload, name="upload"),
    path("<slug:kind>/template.xlsx", downloads.template, name="template"),
    path("<slug:kind>/rows.xlsx", downloads.rows, name="rows"),
]
