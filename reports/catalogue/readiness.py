"""Goods whose stars are of an earlier round, and what they lack for the next one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from products.enums import OtopType
from products.models import Photo, Product, StarRound
from registry.enums import RecordStatus
from registry.models import User
from registry.sheets.writing import Column, Kind
from registry.templatetags.ui import year_shown
from reports.base import Chart, Group, Table, TableReport, register
from reports.filters import ScopeForm, any_of
from reports.tables import GOODS_COLUMNS, Places, counted, goods_listed, sums

#: What judges and tourists look for, as the desk of the workspace does.
LACKS = {
    "certificate": _("Certificate in force"),
    "photo": _("Photo"),
    "story_th": _("Story in Thai"),
    "story_en": _("Story in English"),
    "price": _("Price"),
    "name_en": _("English name"),
}


class ReadinessForm(ScopeForm):
    """Filters by place, type and what is lacking."""

    otop_type = forms.ChoiceField(
        label=_("OTOP type"), choices=any_of(OtopType.choices)
    )
    lacking = forms.ChoiceField(label=_("Lacks"), choices=any_of(LACKS.items()))


def lacking() -> dict[str, Any]:
    """Return the condition under which goods lack each thing."""
    photos = Photo.objects.filter(product=OuterRef("pk"))
    return {
        "certificate": Q(marks_held=0),
        "photo": ~Exists(photos.filter(is_illustration=False)),
        "story_th": Q(story_th=""),
        "story_en": Q(story_en=""),
        "price": Q(price_min=None),
        "name_en": Q(name_en=""),
    }


@register
class ReadinessReport(TableReport):
    """Goods due again and what they lack."""

    slug = "due-again"
    title = _("Products due for the stars again")
    description = _(
        "Goods whose stars are older than the latest announced round, and what each "
        "still lacks before the next one."
    )
    group = Group.STANDARDS
    place = 5
    form = ReadinessForm

    def tables(self, user: User, form: ReadinessForm) -> Sequence[Table]:
        """List goods that are due and count what they lack. Three queries."""
        latest = (
            StarRound.objects.announced(timezone.localdate())
            .order_by("-year")
            .values_list("year", flat=True)
            .first()
        )
        rows = form.within(Product.objects.visible_to(user)).exclude(
            status=RecordStatus.WITHDRAWN
        )
        due = rows.filter(current_stars_year__lt=latest) if latest else rows.none()
        if wanted := form.chosen.get("otop_type"):
            due = due.filter(otop_type=wanted)
        # What is lacking is asked of each product once: an outer select counts it.
        flags = {
            f"no_{key}": Case(
                When(condition, then=Value(1)),
                default=Value(0),
                output_field=IntegerField(),
            )
            for key, condition in lacking().items()
        }
        due = due.alias(**flags)
        if lacks := form.chosen.get("lacking"):
            due = due.filter(**{f"no_{lacks}": 1})
        note = (
            _(
                "Due are goods, not withdrawn, whose stars are of a round before "
                "%(year)s, the latest announced one. Goods that were never rated are "
                "not. Ready is what lacks nothing of the list; a drawing is no photo, "
                "and a certificate of the producer counts for goods that may carry it."
            )
            % {"year": year_shown(latest)}
            if latest
            else _("No round was announced yet, so nothing is due again.")
        )
        return places_table(due, form, note), list_table(due, flags, note)


def places_table(due: Any, form: ReadinessForm, note: Any) -> Table:
    """Return how many goods of each place are due, ready, and lack each thing."""
    places = Places(form)
    nothing = {f"no_{key}": 0 for key in LACKS}
    figures = {
        "number": Count("pk"),
        "ready": Count("pk", Q(**nothing)),
        **{f"lack_{key}": Count("pk", Q(**{f"no_{key}": 1})) for key in LACKS},
    }
    rows = [list(row[1:]) for row in places.count(due, **figures)]
    return Table(
        key="places",
        title=_("Due again, by place"),
        columns=(
            places.column,
            counted("number", _("Due")),
            counted("ready", _("Ready")),
            *(
                counted(key, _("Lack: %(what)s") % {"what": what}, 16)
                for key, what in LACKS.items()
            ),
        ),
        rows=rows,
        totals=sums(rows) if rows else None,
        note=note,
        chart=Chart(
            "bars",
            [str(row[0]) for row in rows],
            [
                (_now("Due"), [row[1] for row in rows]),
                (_now("Ready"), [row[2] for row in rows]),
            ],
        )
        if rows
        else None,
    )


def list_table(due: Any, flags: dict[str, Any], note: Any) -> Table:
    """Return the goods that are due, each with what it has."""

    def read(row: Sequence[Any]) -> list[object]:
        stars, year, *lacks = row
        return [stars, year_shown(year), sum(lacks), *(not lack for lack in lacks)]

    names = ("current_stars", "current_stars_year", *flags)
    return Table(
        key="goods",
        title=_("Goods that are due again"),
        columns=(
            *GOODS_COLUMNS,
            counted("stars", _("Stars"), 8),
            Column("year", _("Year of the stars"), Kind.CODE, 10),
            counted("lacks", _("Things lacking"), 10),
            *(Column(key, what, width=12) for key, what in LACKS.items()),
        ),
        rows=goods_listed(due, *names, read=read, **flags),
        note=note,
    )
