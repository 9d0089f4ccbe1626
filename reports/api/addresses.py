"""Absolute addresses of records, made a hundred thousand times for one file."""

from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

#: Stands for a public code, which is plain ASCII, in the one address that is made.
CODE = "00-X-00000"


def address(name: str, code: str, language: str = "th") -> str:
    """Return the absolute address of a record's page, or of its JSON."""
    return settings.SITE_URL + _pattern(name, language).replace(CODE, code)


@cache
def _pattern(name: str, language: str) -> str:
    with override(language):
        return reverse(name, args=[CODE])
