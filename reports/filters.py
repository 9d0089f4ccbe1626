"""What a report is chosen by: GET forms whose every field may stay empty.

Choices end at the person's scope. A value that is none of them is refused with a
sentence; nothing raises, whatever an address holds.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar, cast

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.enums import RecordStatus
from registry.models import District, Named, Province, User
from registry.templatetags.ui import year_shown
from registry.thai.dates import fiscal_range, fiscal_year, format_date
from registry.thai.fields import BEDateField, ThaiCharField

#: Search words are read up to so many characters.
LONGEST_WORDS = 200
NOTHING_CHOSEN = ("", pgettext_lazy("filter", "All"))

#: The oldest fiscal year offered: that in which the first cluster began.
FIRST_YEAR = 2553
#: Of the fiscal year: October starts it.
QUARTERS = {
    1: _("1 (October to December)"),
    2: _("2 (January to March)"),
    3: _("3 (April to June)"),
    4: _("4 (July to September)"),
}

Options = Iterable[tuple[Any, str | Promise]]

R = TypeVar("R", bound=QuerySet[Any])


def any_of(choices: Options) -> list[tuple[Any, str | Promise]]:
    """Return ``choices`` under the one that leaves it open."""
    return [NOTHING_CHOSEN, *choices]


class ScopeForm(forms.Form):
    """Filters by place, which every report has. Two queries to make one.

    A subclass may do without districts: ``district = None``, and a query less.
    """

    province = forms.ChoiceField(label=_("Province"))
    district = forms.ChoiceField(label=_("District"))

    def __init__(self, asked: QueryDict, *, user: User) -> None:
        """Read an address; offer ``user`` the provinces of the own scope."""
        self.provinces = {each.slug: each for each in provinces_of(user)}
        self.only = only_of(self.provinces.values())
        #: The province whose districts are offered.
        self.around: Province | None = None
        asked = asked.copy()
        self.settle(asked)
        super().__init__(asked)
        self.choose_from("province", named(self.provinces))
        if len(self.provinces) < 2:
            # One province is no choice, yet an address may still name another.
            self.fields["province"].widget = forms.HiddenInput()
        if "district" in self.fields:
            self.offer_districts()
        for field in self.fields.values():
            field.required = False
            field.error_messages["invalid_choice"] = _(
                "“%(value)s” is not one of the choices."
            )

    def settle(self, asked: QueryDict) -> None:
        """Make filters agree that depend on each other, before they are read.

        A district alone names its province. One of another province is what a form
        sends whose province was just changed: it is dropped in silence.
        """
        if "district" not in self.base_fields:
            return
        code = asked.get("district", "")
        of_district = {each.code: each for each in self.provinces.values()}.get(
            code[:2]
        )
        self.around = self.only or self.provinces.get(asked.get("province", ""))
        if of_district is None or len(code) != len("4201"):
            return
        if self.around is not None and self.around != of_district:
            asked["district"] = ""
        elif self.around is None and not asked.get("province"):
            self.around, asked["province"] = of_district, of_district.slug

    def offer_districts(self) -> None:
        """Offer the districts of the one province that is chosen. One query."""
        self.choose_from("district", named(districts_of(self.around)))
        if self.around is None:
            self.fields["district"].help_text = _(
                "Choose the province first; its districts are offered after “Show”."
            )

    def choose_from(self, name: str, choices: Options) -> None:
        """Let a field be one of ``choices``, or stay open."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the types
        field.choices = any_of(choices)

    # --- What is chosen ---------------------------------------------------------------

    def keep(self, rows: Any) -> QuerySet[Any]:
        """Keep those of ``rows`` that were asked for, once the form is valid."""
        wanted = Q()
        for name, value in self.chosen.items():
            wanted &= self.condition(name, value)
        kept: QuerySet[Any] = rows.filter(wanted)
        return kept

    def condition(self, name: str, value: Any) -> Q:
        """Return what a filter asks of a row."""
        if name == "province":
            # By key: the slug would need a join.
            return Q(province=self.provinces[value].code)
        return Q(**{name: value})

    def within(self, rows: R, path: str = "") -> R:
        """Keep those of ``rows`` that lie where was asked for, and no more than that.

        ``path`` leads from a row to what lies there: ``"product__"``.
        """
        place = Q()
        if name := self.chosen.get("province"):
            place &= Q(**{f"{path}province": self.provinces[name].code})
        if code := self.chosen.get("district"):
            place &= Q(**{f"{path}district": code})
        return rows.filter(place)

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the filters that are set."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value not in (None, "", [])
        }

    @property
    def place(self) -> Province | None:
        """Return the one province all rows lie in, if there is one."""
        return self.only or self.provinces.get(self.chosen.get("province", ""))

    def said(self) -> list[tuple[str | Promise, str]]:
        """Return the filters that are set as a person reads them."""
        return [
            (self.fields[name].label or name, words_for(self.fields[name], value))
            for name, value in self.chosen.items()
        ]

    def address(self, without: str = "", **instead: str) -> str:
        """Return the address of the list, less a filter or plus what is named."""
        query = QueryDict(mutable=True)
        for name in self.fields:
            # Without its province a district would bring it back.
            is_off = name == without or (without == "province" and name == "district")
            values = [] if is_off else [each for each in self.asked(name) if each]
            if values:
                query.setlist(name, values)
        query.update(instead)
        # A bare "?" would stay in the address; "." is the list itself.
        return f"?{query.urlencode()}" if query else "."

    def chips(self) -> list[tuple[str | Promise, str, str]]:
        """Return the filters that are set, each with the address without it."""
        return [
            (label, text, self.address(without=name))
            for name, (label, text) in zip(self.chosen, self.said(), strict=True)
        ]

    def logged(self) -> dict[str, list[str]]:
        """Return the filters that are set as the address has them."""
        return {name: self.asked(name) for name in self.chosen}

    def asked(self, name: str) -> list[str]:
        """Return what the address has for a filter, as it was typed."""
        data = self.data
        assert isinstance(data, QueryDict)  # noqa: S101 - see __init__
        return data.getlist(name)


class RecordForm(ScopeForm):
    """Filters that every list of records has. One query to make one."""

    #: Takes the field off; :class:`PlacedForm` has it again.
    district: Any = None
    status = forms.ChoiceField(label=_("Status"), choices=any_of(RecordStatus.choices))
    entered_from = BEDateField(label=_("Entered from"))
    entered_to = BEDateField(label=_("Entered until"))

    def clean(self) -> dict[str, Any]:
        """See that the days are in order."""
        first, last = (
            self.cleaned_data.get(name) for name in ("entered_from", "entered_to")
        )
        if first and last and first > last:
            self.add_error(
                "entered_to", _("The last day must not be before the first day.")
            )
        return self.cleaned_data

    def condition(self, name: str, value: Any) -> Q:
        """Return what a filter asks of a row; days are those of the entry."""
        if name == "entered_from":
            return Q(created_at__gte=midnight(value))
        if name == "entered_to":
            return Q(created_at__lt=midnight(value + timedelta(days=1)))
        return super().condition(name, value)


class PlacedForm(RecordForm):
    """Filters of records that lie in a district and are found by words.

    Two queries to make one.
    """

    q = ThaiCharField(label=_("Search words"), max_length=LONGEST_WORDS)
    district = forms.ChoiceField(label=_("District"))

    def keep(self, rows: Any) -> QuerySet[Any]:
        """Keep those of ``rows`` that were asked for. One query if words were."""
        kept: Any = super().keep(rows)
        words = self.chosen.get("q")
        return kept.search(words) if words else kept

    def condition(self, name: str, value: Any) -> Q:
        """Return what a filter asks of a row; words are looked for apart."""
        return Q() if name == "q" else super().condition(name, value)


class PeriodForm(ScopeForm):
    """Filters by place and by fiscal year, or a quarter of it. Two queries."""

    fiscal_year = forms.ChoiceField(label=_("Fiscal year"))
    quarter = forms.ChoiceField(label=_("Quarter"))

    def __init__(self, asked: QueryDict, *, user: User) -> None:
        super().__init__(asked, user=user)
        newest = fiscal_year(timezone.localdate())
        self.choose_from(
            "fiscal_year",
            [
                (str(year), str(year_shown(year)))
                for year in range(newest, FIRST_YEAR - 1, -1)
            ],
        )
        self.choose_from(
            "quarter", [(str(number), name) for number, name in QUARTERS.items()]
        )

    def clean(self) -> dict[str, Any]:
        """See that a quarter is one of a year."""
        if self.cleaned_data.get("quarter") and not (
            self.cleaned_data.get("fiscal_year") or "fiscal_year" in self.errors
        ):
            self.add_error(
                "fiscal_year", _("Choose the fiscal year the quarter belongs to.")
            )
        return self.cleaned_data

    def condition(self, name: str, value: Any) -> Q:
        """Return what a filter asks of a row; each report says what it dates by."""
        if name in {"fiscal_year", "quarter"}:
            return Q()
        return super().condition(name, value)

    @property
    def year(self) -> int | None:
        """Return the fiscal year (BE) that is chosen."""
        year = self.chosen.get("fiscal_year")
        return int(year) if year else None

    @property
    def days(self) -> tuple[date, date] | None:
        """Return the first and the last day of the chosen year or quarter."""
        if self.year is None:
            return None
        quarter = self.chosen.get("quarter")
        return fiscal_range(self.year, int(quarter) if quarter else None)

    @property
    def moments(self) -> tuple[datetime, datetime] | None:
        """Return when the chosen year or quarter begins, and when the next one does."""
        if self.days is None:
            return None
        first, last = self.days
        return midnight(first), midnight(last + timedelta(days=1))


def provinces_of(user: User) -> Iterable[Province]:
    """Return the provinces ``user`` works in, by name."""
    rows = Province.objects.order_by("sort_key", "pk")
    if user.scope.everywhere:
        return rows
    return rows.filter(code__in=user.scope.provinces)


def only_of(provinces: Iterable[Province]) -> Province | None:
    """Return the one there is; None of none or several."""
    found = list(provinces)
    return found[0] if len(found) == 1 else None


def only_province(user: User) -> Province | None:
    """Return the one province ``user`` works in; None of none or several."""
    return only_of(provinces_of(user))


def districts_of(province: Province | None) -> dict[str, District]:
    """Return a province's districts by code; 928 at once would be no choice."""
    if province is None:
        return {}
    rows = province.districts.order_by("sort_key", "pk")
    return {row.code: row for row in rows}


def named(things: Mapping[str, Named]) -> Options:
    """Return choices called what the things are called."""
    return [(key, thing.name) for key, thing in things.items()]


def midnight(day: date) -> datetime:
    """Return the moment a day begins here."""
    return timezone.make_aware(datetime.combine(day, time.min))


def words_for(field: forms.Field, value: Any) -> str:
    """Return what a filter is set to, in the reader's language."""
    if isinstance(value, date):
        return format_date(value)
    if isinstance(field, forms.ChoiceField):
        options = cast(Options, field.choices)
        labels = {str(key): str(label) for key, label in options}
        several = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(each), str(each)).strip() for each in several)
    return str(value)
