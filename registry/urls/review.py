"""Addresses of review pages."""

from django.urls import path

from registry.views.review import queue, things

patterns = [
    path("", queue.queue, name="queue"),
    path("approve/", queue.approve_chosen, name="approve_chosen"),
    path("result/", queue.result, name="result"),
    # One thing that waits; proposals come before the kinds of records.
    path("proposals/<int:pk>/", things.proposal, name="proposal"),
    path(
        "proposals/<int:pk>/preview/", things.proposal_preview, name="proposal_preview"
    ),
    path("<slug:slug>/<int:pk>/", things.record, name="record"),
    path("<slug:slug>/<int:pk>/preview/", things.record_preview, name="record_preview"),
]
