"""Addresses of clusters and of their plans."""

from django.urls import path

from strategies import views

#: Under ``/clusters/``, namespace ``clusters``.
cluster_patterns = [
    path("", views.cluster_list, name="list"),
    path("<slug:slug>/", views.cluster_detail, name="detail"),
]

#: Under ``/strategies/``, namespace ``strategies``.
strategy_patterns = [
    path("", views.strategy_list, name="list"),
    path("<slug:slug>/", views.strategy_current, name="current"),
    path("<slug:slug>/<int:year>/", views.plan_detail, name="plan"),
]
