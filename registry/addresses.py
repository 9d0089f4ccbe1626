"""Addresses of records: a page shows dozens of them, all below the same few lists."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language


def page_below(start: str, code: str | None) -> str:
    """Return the address of the record ``code`` below the list named ``start``."""
    return f"{_address(start, get_language(), get_script_prefix())}{code}/"


@lru_cache(maxsize=64)
def _address(start: str, language: str | None, prefix: str) -> str:
    """Return where a list lies, in the language of the page."""
    return reverse(start)
