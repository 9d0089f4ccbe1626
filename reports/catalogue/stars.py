"""Star results: by round, place and type, and how they moved since the last round."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from products.enums import OtopType
from products.models import Product, StarRating, StarRound
from registry.models import User
from registry.sheets.writing import Column, Kind
from registry.templatetags.ui import year_shown
from reports.base import Chart, Group, Table, TableReport, register
from reports.filters import ScopeForm, any_of
from reports.tables import Places, counted, named, sums

STARS = (5, 4, 3, 2, 1)
#: What became of a product's stars since the round before.
MOVES = {
    "up": _("More stars"),
    "same": _("As many stars"),
    "down": _("Fewer stars"),
    "new": _("New in this round"),
    "gone": _("Not rated again"),
}


class StarForm(ScopeForm):
    """Filters by place, round and type. One query more, for the rounds."""

    round = forms.ChoiceField(label=_("Round"))
    otop_type = forms.ChoiceField(
        label=_("OTOP type"), choices=any_of(OtopType.choices)
    )

    def __init__(self, asked: QueryDict, *, user: User) -> None:
        super().__init__(asked, user=user)
        #: The newest first; of those without results nobody asks.
        self.rounds = list(StarRound.objects.filter(has_results()).order_by("-year"))
        years = [(str(each.year), str(year_shown(each.year))) for each in self.rounds]
        self.choose_from("round", years)
        self.fields["round"].help_text = _("The newest one if none is chosen.")

    @property
    def now(self) -> StarRound | None:
        """Return the round that is looked at; None while there is none."""
        wanted = self.chosen.get("round")
        fitting = (each for each in self.rounds if str(each.year) == wanted)
        return next(fitting if wanted else iter(self.rounds), None)

    @property
    def before(self) -> StarRound | None:
        """Return the round before it."""
        now = self.now
        older = (each for each in self.rounds if now and each.year < now.year)
        return next(older, None)


def has_results() -> Any:
    """Return the condition of rounds that have ratings."""
    return Exists(StarRating.objects.filter(round=OuterRef("pk")))


@register
class StarReport(TableReport):
    """Star results and their movement."""

    slug = "stars"
    title = _("Star results")
    description = _(
        "OTOP stars by round, by place and by type, and how goods moved since the "
        "round before."
    )
    group = Group.STANDARDS
    place = 4
    form = StarForm

    def tables(self, user: User, form: StarForm) -> Sequence[Table]:
        """Count results. Four queries."""
        visible = form.within(Product.objects.visible_to(user))
        if wanted := form.chosen.get("otop_type"):
            visible = visible.filter(otop_type=wanted)
        ratings = StarRating.objects.filter(product__in=visible)
        return (
            rounds_table(ratings),
            places_table(ratings.filter(round=form.now), form),
            types_table(ratings.filter(round=form.now), form),
            moves_table(visible, form),
        )


def stars_said(number: int) -> str:
    """Return a number of stars in words."""
    return ngettext("%(stars)d star", "%(stars)d stars", number) % {"stars": number}


def star_counts() -> dict[str, Any]:
    """Return what is counted: all results, and those of each number of stars."""
    return {
        "number": Count("pk"),
        **{f"stars_{number}": Count("pk", Q(stars=number)) for number in STARS},
    }


def star_columns() -> tuple[Column, ...]:
    """Return the columns of what is counted."""
    return (
        counted("number", _("Rated")),
        *(counted(f"stars_{number}", stars_said(number), 10) for number in STARS),
    )


def star_series(rows: Sequence[Sequence[Any]], first: int) -> list[tuple[str, Any]]:
    """Return each number of stars as a series of a chart."""
    return [
        (stars_said(number), [row[at] for row in rows])
        for at, number in enumerate(STARS, start=first)
    ]


def of_round(form: StarForm) -> str:
    """Return which round a table is of."""
    if form.now is None:
        return _now("no round yet")
    return _now("round %(year)s") % {"year": year_shown(form.now.year)}


def rounds_table(ratings: Any) -> Table:
    """Return the results of every round."""
    found = (
        ratings.order_by()
        .values("round__year")
        .annotate(**star_counts())
        .order_by("round__year")
        .values_list("round__year", *star_counts())
    )
    rows = [[year_shown(row[0]), *row[1:]] for row in found]
    labels = [str(row[0]) for row in rows]
    return Table(
        key="rounds",
        title=_("Results of each round"),
        # A year is a name, not an amount: nobody adds years up.
        columns=(Column("round", _("Round"), Kind.CODE, 10), *star_columns()),
        rows=rows,
        note=_(
            "Each product counts once in each round it was rated in, whatever became "
            "of it since. Rounds are not added up: most goods are in several."
        ),
        chart=Chart("lines", labels, star_series(rows, 2)) if len(rows) > 1 else None,
    )


def places_table(ratings: Any, form: StarForm) -> Table:
    """Return the results of the round by place."""
    places = Places(form, "product__")
    rows = [list(row[1:]) for row in places.count(ratings, **star_counts())]
    return Table(
        key="places",
        title=_("Results by place, %(round)s") % {"round": of_round(form)},
        columns=(places.column, *star_columns()),
        rows=rows,
        totals=sums(rows) if rows else None,
        note=_("A place is where the producer is today."),
        chart=Chart(
            "bars",
            [str(row[0]) for row in rows],
            # Rated, five stars.
            [
                (str(star_columns()[at].title), [row[at + 1] for row in rows])
                for at in (0, 1)
            ],
        )
        if rows
        else None,
    )


def types_table(ratings: Any, form: StarForm) -> Table:
    """Return the results of the round by OTOP type."""
    names = named(OtopType.choices)
    found = {
        row[0]: row[1:]
        for row in ratings.order_by()
        .values("product__otop_type")
        .annotate(**star_counts())
        .values_list("product__otop_type", *star_counts())
    }
    rows = [
        [names.get(value, _now("Type not known")), *found[value]]
        for value in (*OtopType.values, "")
        if value in found
    ]
    return Table(
        key="types",
        title=_("Results by type, %(round)s") % {"round": of_round(form)},
        columns=(Column("otop_type", _("OTOP type"), width=30), *star_columns()),
        rows=rows,
        totals=sums(rows) if rows else None,
    )


def moves_table(visible: Any, form: StarForm) -> Table:
    """Return how goods moved from the round before to this one, by type."""
    rows: list[list[Any]] = []
    if form.now is not None and form.before is not None:
        rows = moved(visible, form.now, form.before)
    columns = [counted(key, title, 14) for key, title in MOVES.items()]
    between = (
        _now("%(before)s to %(now)s")
        % {"before": year_shown(form.before.year), "now": year_shown(form.now.year)}
        if form.now and form.before
        else of_round(form)
    )
    return Table(
        key="moves",
        title=_("Movement since the round before, %(rounds)s") % {"rounds": between},
        columns=(Column("otop_type", _("OTOP type"), width=30), *columns),
        rows=rows,
        totals=sums(rows) if rows else None,
        note=_(
            "Compares each product with its own result of the round before. “New in "
            "this round” had none there; “not rated again” had one there and has "
            "none now, which may mean that it did not apply."
        ),
        chart=Chart(
            "bars",
            [str(title) for title in MOVES.values()],
            [(_now("Products"), [sum(row[at] for row in rows) for at in range(1, 6)])],
        )
        if rows
        else None,
    )


def moved(visible: Any, now: StarRound, before: StarRound) -> list[list[Any]]:
    """Count how goods moved between two rounds, by type. One query."""
    new, old = F("new_result__stars"), F("old_result__stars")
    found = (
        visible.annotate(
            new_result=FilteredRelation("ratings", condition=Q(ratings__round=now)),
            old_result=FilteredRelation("ratings", condition=Q(ratings__round=before)),
        )
        .filter(Q(new_result__isnull=False) | Q(old_result__isnull=False))
        .order_by()
        .values("otop_type")
        .annotate(
            up=Count("pk", Q(new_result__stars__gt=old)),
            same=Count("pk", Q(new_result__stars=old)),
            down=Count("pk", Q(old_result__stars__gt=new)),
            new=Count("pk", Q(old_result__isnull=True)),
            gone=Count("pk", Q(new_result__isnull=True)),
        )
        .values_list("otop_type", *MOVES)
    )
    names, counts = named(OtopType.choices), {row[0]: row[1:] for row in found}
    return [
        [names.get(value, _now("Type not known")), *counts[value]]
        for value in (*OtopType.values, "")
        if value in counts
    ]
