"""Addresses of joining pages."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
