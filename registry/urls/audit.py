"""Addresses of audit pages."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
