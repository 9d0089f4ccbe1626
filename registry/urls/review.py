"""Addresses of review pages."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
