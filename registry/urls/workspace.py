"""Addresses of workspace pages."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
