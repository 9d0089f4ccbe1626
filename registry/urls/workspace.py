"""Addresses of workspace pages."""

from django.urls import URLPattern, path

from registry.views import entering
from registry.views.workspace import editing, keeping, lists, steps

patterns: list[URLPattern] = [
    path("", lists.home, name="home"),
    # What the scripts of a form ask
    path("draft/", keeping.draft, name="draft"),
    path("draft/discard/", keeping.discard, name="discard"),
    path("upload/", entering.upload, name="upload"),
    path("suggest/<slug:what>/", entering.suggest, name="suggest"),
    # Records of a kind
    path("<slug:slug>/", lists.record_list, name="list"),
    path("<slug:slug>/add/", editing.add, name="add"),
    path("<slug:slug>/<int:pk>/", editing.edit, name="edit"),
    path("<slug:slug>/<int:pk>/preview/", steps.show, name="show"),
    path("<slug:slug>/<int:pk>/history/", steps.history, name="history"),
    path("<slug:slug>/<int:pk>/submit/", steps.submit, name="submit"),
    path("<slug:slug>/<int:pk>/withdraw/", steps.withdraw, name="withdraw"),
    path("<slug:slug>/<int:pk>/call-back/", steps.call_back, name="call_back"),
    path("<slug:slug>/<int:pk>/drop/", steps.drop, name="drop"),
]
