"""Members and goods by place and by type."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.enums import ProducerType
from members.models import Member
from products.enums import OtopType
from products.models import Product
from registry.enums import RecordStatus
from registry.models import User
from reports.base import Chart, Group, Table, TableReport, register
from reports.filters import ScopeForm, any_of
from reports.tables import Places, counted, named, sums


class StandingForm(ScopeForm):
    """Filters by place and by where the records stand."""

    status = forms.ChoiceField(label=_("Status"), choices=any_of(RecordStatus.choices))

    def of(self, rows: Any) -> QuerySet[Any]:
        """Keep what was asked for; without a status, all but what is withdrawn."""
        status = self.chosen.get("status")
        kept: QuerySet[Any] = self.within(rows)
        if status:
            return kept.filter(status=status)
        return kept.exclude(status=RecordStatus.WITHDRAWN)


NOTE = _(
    "Without a chosen status, records of every status but the withdrawn ones are "
    "counted; placeholders of producers whose name is not known are not."
)


@register
class DistributionReport(TableReport):
    """How many members and goods there are, where, and of which type."""

    slug = "distribution"
    title = _("Members and products by place and type")
    description = _(
        "How many producers and goods each district or province has, by type, with "
        "charts."
    )
    group = Group.FIGURES
    place = 3
    form = StandingForm

    def tables(self, user: User, form: StandingForm) -> Sequence[Table]:
        """Count members and products. Two queries."""
        places = Places(form)
        members = Member.objects.visible_to(user).filter(is_placeholder=False)
        return (
            by_type(
                "members",
                _("Members by place and kind of producer"),
                places.count(
                    form.of(members), **figures("producer_type", ProducerType.values)
                ),
                named(ProducerType.choices),
                places,
                _("Members"),
            ),
            by_type(
                "products",
                _("Products by place and OTOP type"),
                places.count(
                    form.of(Product.objects.visible_to(user)),
                    **figures("otop_type", OtopType.values),
                ),
                named(OtopType.choices),
                places,
                _("Products"),
            ),
        )


def figures(field: str, values: Sequence[str]) -> dict[str, Any]:
    """Return what is counted of each place: all, public ones, and each type."""
    return {
        "number": Count("pk"),
        "public": Count("pk", Q(status=RecordStatus.PUBLISHED)),
        **{f"of_{value}": Count("pk", Q(**{field: value})) for value in values},
        "unknown": Count("pk", Q(**{field: ""})),
    }


def by_type(
    key: str,
    title: Any,
    found: Sequence[tuple[Any, ...]],
    types: Any,
    places: Places,
    what: Any,
) -> Table:
    """Return what was counted as a table, with the numbers of each place as bars."""
    rows = [list(row[1:]) for row in found]
    return Table(
        key=key,
        title=title,
        columns=(
            places.column,
            counted("number", _("All")),
            counted("public", _("Of them published")),
            *(counted(f"of_{value}", name, 16) for value, name in types.items()),
            counted("unknown", _("Type not known")),
        ),
        rows=rows,
        totals=sums(rows) if rows else None,
        note=NOTE,
        chart=Chart(
            "bars",
            [str(row[0]) for row in rows],
            [
                (_now("All"), [row[1] for row in rows]),
                (_now("Of them published"), [row[2] for row in rows]),
            ],
        )
        if rows
        else None,
    )
