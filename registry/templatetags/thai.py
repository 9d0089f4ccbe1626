"""Thai on pages: dates and years in the reader's era, lines that break well.

A builtin library: every template has these without ``{% load %}``.
"""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.safestring import SafeData, SafeString

from registry.drawing import price_range, words, year_shown
from registry.thai.dates import DateStyle, format_date, format_datetime
from registry.thai.lines import unbroken, well_broken
from registry.thai.numerals import to_thai_digits
from registry.thai.phones import Phone

register = template.Library()


@register.filter(needs_autoescape=True)
def th(value: object, autoescape: bool = True) -> str:
    """Return a text whose lines break well (look.md, "Thai on the web").

    "ๆ" never starts a line, a number keeps its unit, and the glossary's words
    stay whole. Markup that is safe already stays as it is between its tags.
    """
    if autoescape or isinstance(value, SafeData):
        return well_broken(value)
    return unbroken(str(value))


# --- Days, years and numbers ----------------------------------------------------


@register.filter(expects_localtime=True)
def be_date(value: date | None, style: DateStyle = "long") -> str:
    """Return a day in the reader's language and era; empty where there is none."""
    return format_date(value, style) if value else ""


@register.filter(expects_localtime=True)
def be_datetime(value: datetime | None, style: DateStyle = "long") -> str:
    """Return a moment in the reader's language and era; empty where there is none."""
    return format_datetime(value, style) if value else ""


@register.filter
def year(value: int | None) -> str:
    """Return a Buddhist-era year as its reader counts: 2562, or 2019 in English."""
    return str(year_shown(int(value))) if value else ""


@register.filter
def thai_digits(value: object) -> str:
    """Return a text in Thai digits, for printed official papers."""
    return to_thai_digits(value)


@register.filter
def baht(value: Decimal | int | None) -> str:
    """Return an amount in baht: "฿1,250"; empty where there is none."""
    return price_range(value, None)


@register.filter
def phone(value: Phone | str | None) -> str:
    """Return a telephone number in the groups it is read in; text is E.164."""
    if not value:
        return ""
    return (value if isinstance(value, Phone) else Phone(value)).display()


# --- Under the names templates use ----------------------------------------------


@register.simple_tag(name="price_range")
def price_range_shown(
    low: Decimal | int | None, high: Decimal | int | None = None
) -> str:
    """Show "฿250" or "฿250–350"; nothing where no price is known."""
    return price_range(low, high)


@register.simple_tag
def bilingual(thing: object, base: str) -> SafeString:
    """Show a text kept in two languages in the reader's, else in the other, marked."""
    return words(thing, base)
