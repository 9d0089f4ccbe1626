"""Addresses of clusters and of their plans."""

from django.urls import URLPattern

#: Under ``/clusters/``, namespace ``clusters``.
cluster_patterns: list[URLPattern] = []

#: Under ``/strategies/``, namespace ``strategies``.
strategy_patterns: list[URLPattern] = []
