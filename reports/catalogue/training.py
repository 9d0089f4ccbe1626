"""Goods without a mark, and producers to be trained."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.enums import Quadrant
from members.models import Contact, Member
from products.enums import OtopType
from products.models import Product
from registry.enums import RecordStatus
from registry.masking import mask
from registry.models import User
from registry.rules import may_see_personal
from registry.sheets.writing import Column, Kind
from registry.templatetags.ui import year_shown
from registry.thai.dates import be_year
from registry.thai.fields import BEYearField
from reports.base import PERSONAL_ROLES, Chart, Group, Table, TableReport, register
from reports.catalogue.members import (
    is_leader,
    is_personal_phone,
    is_shop_phone,
    reached_by,
)
from reports.filters import ScopeForm, any_of
from reports.tables import (
    GOODS_COLUMNS,
    ListedRows,
    Places,
    counted,
    goods_listed,
    named,
    sums,
)

#: Whom courses for beginners are for (the programmes of the provinces say the same).
GROUPS = {
    "new": _("Newly registered OTOP producer"),
    "low": _("Has goods of 1 to 3 stars"),
    "d": _("Quadrant D"),
}
PERSONAL = (
    Column("leader", _("Leader"), width=24),
    Column("personal_phone", _("Personal telephone"), Kind.PHONE, 18),
)


class TrainingForm(ScopeForm):
    """Filters by place, type, and whom the course is for."""

    otop_type = forms.ChoiceField(
        label=_("OTOP type of the goods"), choices=any_of(OtopType.choices)
    )
    group = forms.ChoiceField(
        label=_("Training list of"), choices=any_of(GROUPS.items())
    )
    since = BEYearField(
        label=_("Newly registered since (year B.E.)"),
        help_text=_("Last year if none is given."),
    )

    @property
    def first_year(self) -> int:
        """Return the year (BE) from which a registration counts as new."""
        last_year = be_year(timezone.localdate()) - 1
        return int(self.chosen.get("since") or last_year)


@register
class TrainingReport(TableReport):
    """Goods without a mark, and training lists."""

    slug = "training"
    title = _("Goods without a mark, and training lists")
    description = _(
        "Candidates for Quadrant D: goods without any mark in force; and producers "
        "for training: newly registered, with 1 to 3 stars, or in Quadrant D."
    )
    group = Group.STANDARDS
    place = 7
    form = TrainingForm

    def masked(self, user: User) -> Sequence[Column]:
        return () if user.role in PERSONAL_ROLES else PERSONAL

    def tables(self, user: User, form: TrainingForm) -> Sequence[Table]:
        """Count and list goods and producers. Four queries."""
        goods = Product.objects.visible_to(user).exclude(status=RecordStatus.WITHDRAWN)
        if wanted := form.chosen.get("otop_type"):
            goods = goods.filter(otop_type=wanted)
        members = form.within(Member.objects.visible_to(user).in_use())
        if wanted:
            members = members.filter(Exists(goods.filter(member=OuterRef("pk"))))
        here = form.within(goods)
        return (
            places_table(here, form),
            goods_table(here.filter(marks_held=0)),
            groups_table(members, form),
            members_table(members, form, user),
        )


def groups(form: TrainingForm) -> dict[str, Any]:
    """Return the condition of each group of producers."""
    low = Product.objects.filter(member=OuterRef("pk"), current_stars__lte=3).exclude(
        status=RecordStatus.WITHDRAWN
    )
    return {
        "new": Q(otop_year__gte=form.first_year),
        "low": Q(Exists(low)),
        "d": Q(quadrant=Quadrant.D),
    }


def places_table(goods: QuerySet[Any], form: TrainingForm) -> Table:
    """Return how many goods of each place have no mark in force."""
    places = Places(form)
    bare = Q(marks_held=0)
    found = places.count(
        goods,
        number=Count("pk"),
        bare=Count("pk", bare),
        **{
            f"of_{value}": Count("pk", bare & Q(otop_type=value))
            for value in OtopType.values
        },
    )
    rows = [list(row[1:]) for row in found]
    return Table(
        key="places",
        title=_("Goods without a mark, by place"),
        columns=(
            places.column,
            counted("number", _("Goods")),
            counted("bare", _("Without a mark")),
            *(
                counted(value, _("Of them: %(type)s") % {"type": name}, 16)
                for value, name in named(OtopType.choices).items()
            ),
        ),
        rows=rows,
        totals=sums(rows) if rows else None,
        note=_(
            "Goods, not withdrawn, that hold no mark in force today: neither a "
            "certificate of their own nor one of their producer that covers them. "
            "Having no certified standard is what Quadrant D is known by; which "
            "producer is in D is decided by people."
        ),
        chart=Chart(
            "bars",
            [str(row[0]) for row in rows],
            [
                (_now("Goods"), [row[1] for row in rows]),
                (_now("Without a mark"), [row[2] for row in rows]),
            ],
        )
        if rows
        else None,
    )


def goods_table(bare: QuerySet[Any]) -> Table:
    """Return the goods without a mark."""
    types, quadrants = named(OtopType.choices), named(Quadrant.choices)

    def read(row: Sequence[Any]) -> list[object]:
        otop_type, stars, year, quadrant = row
        return [
            types.get(otop_type, ""),
            stars,
            None if year is None else year_shown(year),
            quadrants.get(quadrant, ""),
        ]

    return Table(
        key="goods",
        title=_("Goods without a mark"),
        columns=(
            *GOODS_COLUMNS,
            Column("otop_type", _("OTOP type"), width=22),
            counted("stars", _("Stars"), 8),
            Column("year", _("Year of the stars"), Kind.CODE, 10),
            Column("quadrant", _("Quadrant"), width=22),
        ),
        rows=goods_listed(
            bare,
            *("otop_type", "current_stars", "current_stars_year", "member__quadrant"),
            read=read,
        ),
    )


def groups_table(members: QuerySet[Any], form: TrainingForm) -> Table:
    """Return how many producers each training list holds, by place."""
    places = Places(form)
    conditions = groups(form)
    found = places.count(
        members.alias(is_low=conditions["low"]),
        number=Count("pk"),
        new=Count("pk", conditions["new"]),
        low=Count("pk", Q(is_low=True)),
        d=Count("pk", conditions["d"]),
        any=Count("pk", conditions["new"] | Q(is_low=True) | conditions["d"]),
    )
    rows = [list(row[1:]) for row in found]
    return Table(
        key="groups",
        title=_("Producers to be trained, by place"),
        columns=(
            places.column,
            counted("number", _("All producers")),
            *(counted(key, title, 16) for key, title in GROUPS.items()),
            counted("any", _("In one of the lists"), 16),
        ),
        rows=rows,
        totals=sums(rows) if rows else None,
        note=_(
            "Producers, not withdrawn. Newly registered are those registered as an "
            "OTOP producer in %(year)s or later. A producer may be in several lists; "
            "the last column counts each once."
        )
        % {"year": year_shown(form.first_year)},
    )


def members_table(members: QuerySet[Any], form: TrainingForm, user: User) -> Table:
    """Return the producers to be trained, with the reasons and how to reach them."""
    conditions = groups(form)
    members = members.annotate(is_low=conditions["low"])
    wanted = {**conditions, "low": Q(is_low=True)}
    chosen = form.chosen.get("group")
    found = (
        members.filter(
            wanted[chosen] if chosen else wanted["new"] | wanted["low"] | wanted["d"]
        )
        .select_related("province", "district")
        .prefetch_related(
            Prefetch("contacts", Contact.objects.order_by("position", "pk"))
        )
        .order_by("province__sort_key", "district__sort_key", "sort_key", "pk")
    )

    def read(member: Any) -> list[object]:
        personal = [
            reached_by(is_leader)(member),
            reached_by(is_personal_phone)(member),
        ]
        if not may_see_personal(user, member):
            personal = [mask(each) for each in personal]
        year = member.otop_year
        return [
            *(member.code, member.name, member.district.name, member.province.name),
            None if year is None else year_shown(year),
            year is not None and year >= form.first_year,
            member.is_low,
            member.quadrant == Quadrant.D,
            *personal,
            reached_by(is_shop_phone)(member),
        ]

    return Table(
        key="members",
        title=_("Producers to be trained"),
        columns=(
            Column("code", _("Code"), Kind.CODE, 13),
            Column("name", _("Producer"), width=34),
            Column("district", _("District"), width=16),
            Column("province", _("Province"), width=16),
            Column("otop_year", _("Year of OTOP registration"), Kind.CODE, 12),
            *(Column(key, title, width=14) for key, title in GROUPS.items()),
            *PERSONAL,
            Column("shop_phone", _("Shop telephone"), Kind.PHONE, 18),
        ),
        rows=ListedRows(found, read),
        note=_(
            "Names and telephones of persons are masked but for the office that keeps "
            "the record and the reviewers of its province."
        ),
    )
