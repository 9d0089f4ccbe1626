"""Addresses of audit pages."""

from django.urls import URLPattern, path

from registry.views import audit

patterns: list[URLPattern] = [
    path("", audit.event_list, name="list"),
    path("people/<int:pk>/", audit.person_detail, name="person"),
    path("acts/<uuid:act_id>/", audit.act_detail, name="act"),
    path("records/<str:model>/<int:pk>/", audit.record_detail, name="record"),
]
