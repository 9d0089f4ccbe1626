"""By what events are found, and how a list of them goes on."""

import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.enums import AuditKind
from registry.models import AuditEvent
from registry.thai.fields import BEDateField, ThaiCharField

#: Years between which a cursor lies.
FIRST, LAST = 1900, 9000


class EventForm(forms.Form):
    """Filters of the list of events; each may stay empty."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("audit", "What"),
        choices=[("", pgettext_lazy("filter", "All")), *AuditKind.choices],
        required=False,
    )
    person = ThaiCharField(
        label=pgettext_lazy("audit", "Person"),
        required=False,
        max_length=200,
        help_text=_("A part of the name or of the e-mail address."),
    )
    day = BEDateField(label=_("Day"), required=False)

    def __init__(self, asked: QueryDict) -> None:
        self.asked = asked
        super().__init__(asked)

    def keep(self, events: Any) -> Any:
        """Keep the events that were asked for."""
        typed = self.cleaned_data
        if typed["kind"]:
            events = events.filter(kind=typed["kind"])
        if text := typed["person"]:
            events = events.filter(
                Q(by__email__icontains=text)
                | Q(by__name_th__contains=text)
                | Q(by__name_en__icontains=text)
                | Q(who__icontains=text)
            )
        if typed["day"]:
            start = timezone.make_aware(
                datetime.datetime.combine(typed["day"], datetime.time.min)
            )
            end = start + datetime.timedelta(days=1)
            events = events.filter(at__gte=start, at__lt=end)
        return events

    def address(self, **more: str) -> str:
        """Return the address of the same choice with ``more``."""
        query = QueryDict(mutable=True)
        for name in self.fields:
            if value := self.asked.get(name):
                query[name] = value
        query.update(more)
        return f"?{query.urlencode()}"


def cursor_of(event: AuditEvent) -> str:
    """Return after which event a page goes on."""
    at = event.at.astimezone(datetime.UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}~{event.pk}"


def after(events: Any, cursor: str) -> Any:
    """Keep what comes after a cursor; a bent one is none."""
    text, _sign, key = cursor.partition("~")
    at = moment_of(text)
    if at is None or not key.isascii() or not key.isdigit():
        return events
    later = Q(at__lt=at) | Q(at=at, pk__gt=int(key[:18]))
    return events.filter(later)


def moment_of(text: str) -> datetime.datetime | None:
    """Return a moment as cursors spell it; None if it is bent, or before our time.

    At the ends of the calendar no other time zone can spell it any more.
    """
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or found.tzinfo is None or not FIRST < found.year < LAST:
        return None
    return found
