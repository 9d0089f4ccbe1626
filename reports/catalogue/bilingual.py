"""Who can be read in English: names, stories, what photos show."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from members.models import Member
from products.models import Photo, Product
from registry.enums import RecordStatus
from registry.models import User
from registry.sheets.writing import Column, Kind
from reports.base import Chart, Group, Table, TableReport, register
from reports.filters import ScopeForm, any_of
from reports.tables import (
    GOODS_COLUMNS,
    ListedRows,
    Places,
    counted,
    goods_listed,
    name_in,
    share,
)

#: A photo without its description in one of the languages.
WITHOUT_ALT = Q(alt_th="") | Q(alt_en="")


class BilingualForm(ScopeForm):
    """Filters by place and by where the records stand."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=any_of(
            [(each.value, each.label) for each in RecordStatus if each != "withdrawn"]
        ),
    )


@register
class BilingualReport(TableReport):
    """Bilingual readiness."""

    slug = "bilingual"
    title = _("Readiness in two languages")
    description = _(
        "Which producers and goods lack an English name or story, or photos with a "
        "description in both languages; shares by district."
    )
    group = Group.QUALITY
    place = 9
    form = BilingualForm

    def tables(self, user: User, form: BilingualForm) -> Sequence[Table]:
        """Count and list what lacks English. Four queries."""
        goods, members = (
            form.within(rows).exclude(status=RecordStatus.WITHDRAWN)
            for rows in (
                Product.objects.visible_to(user),
                Member.objects.visible_to(user).filter(is_placeholder=False),
            )
        )
        if status := form.chosen.get("status"):
            goods, members = (rows.filter(status=status) for rows in (goods, members))
        undescribed = Photo.objects.filter(WITHOUT_ALT, product=OuterRef("pk"))
        goods = goods.alias(has_undescribed=Exists(undescribed))
        return (
            goods_places(goods, form),
            members_places(members, form),
            goods_list(goods),
            members_list(members),
        )


NOTE = _(
    "Not withdrawn. Ready is what can be read in both languages: it has a name and a "
    "story in English, and each photo says in both what it shows; of a producer, name "
    "and story. The share is of all in the place."
)


def with_share(
    found: Sequence[tuple[Any, ...]],
) -> tuple[list[list[Any]], list[object] | None]:
    """Return rows with the share that is ready at the end, and the totals of them."""
    rows = [[*row[1:], share(row[3], row[2])] for row in found]
    if not rows:
        return rows, None
    added = [sum(row[at] for row in rows) for at in range(1, len(rows[0]) - 1)]
    return rows, [_now("Total"), *added, share(added[1], added[0])]


def shares(rows: Sequence[Sequence[Any]]) -> Chart | None:
    """Return the share that is ready, place by place."""
    if not rows:
        return None
    return Chart(
        "bars",
        [str(row[0]) for row in rows],
        [(_now("Ready (%)"), [row[-1] or 0 for row in rows])],
    )


def goods_places(goods: Any, form: ScopeForm) -> Table:
    """Return how many goods of each place lack what."""
    places = Places(form)
    rows, totals = with_share(
        places.count(
            goods,
            number=Count("pk"),
            ready=Count("pk", ~lacks_english() & Q(has_undescribed=False)),
            name=Count("pk", Q(name_en="")),
            story=Count("pk", Q(story_en="")),
            photos=Count("pk", Q(has_undescribed=True)),
        )
    )
    return Table(
        key="goods-places",
        title=_("Goods in two languages, by place"),
        columns=(
            places.column,
            counted("number", _("Goods")),
            counted("ready", _("Ready")),
            counted("name", _("Lack: %(what)s") % {"what": _("English name")}, 16),
            counted("story", _("Lack: %(what)s") % {"what": _("Story in English")}, 16),
            counted("photos", _("With photos not described in both languages"), 20),
            counted("share", _("Ready (%)"), 12),
        ),
        rows=rows,
        totals=totals,
        note=NOTE,
        chart=shares(rows),
    )


def lacks_english() -> Q:
    """Return the condition of lacking name or story in English."""
    return Q(name_en="") | Q(story_en="")


def members_places(members: Any, form: ScopeForm) -> Table:
    """Return how many producers of each place lack what."""
    places = Places(form)
    rows, totals = with_share(
        places.count(
            members,
            number=Count("pk"),
            ready=Count("pk", ~lacks_english()),
            name=Count("pk", Q(name_en="")),
            story=Count("pk", Q(story_en="")),
        )
    )
    return Table(
        key="members-places",
        title=_("Producers in two languages, by place"),
        columns=(
            places.column,
            counted("number", _("Producers")),
            counted("ready", _("Ready")),
            counted("name", _("Lack: %(what)s") % {"what": _("English name")}, 16),
            counted("story", _("Lack: %(what)s") % {"what": _("Story in English")}, 16),
            counted("share", _("Ready (%)"), 12),
        ),
        rows=rows,
        totals=totals,
        note=NOTE,
        chart=shares(rows),
    )


def given(text: str) -> str:
    """Return in a word whether there is a text."""
    return pgettext("text", "given") if text else pgettext("text", "missing")


def goods_list(goods: Any) -> Table:
    """Return the goods that are not ready."""
    undescribed = (
        Photo.objects.filter(WITHOUT_ALT, product=OuterRef("pk"))
        .order_by()
        .values("product")
        .annotate(number=Count("pk"))
        .values("number")
    )

    def read(row: Sequence[Any]) -> list[object]:
        name, story, photos = row
        return [given(name), given(story), photos]

    number = Coalesce(Subquery(undescribed), Value(0), output_field=IntegerField())
    return Table(
        key="goods",
        title=_("Goods that are not ready"),
        columns=(
            *GOODS_COLUMNS,
            Column("name_en", _("English name"), width=12),
            Column("story_en", _("Story in English"), width=12),
            counted("photos", _("Photos not described in both languages"), 16),
        ),
        rows=goods_listed(
            goods.filter(lacks_english() | Q(has_undescribed=True)),
            *("name_en", "story_en", "undescribed"),
            read=read,
            undescribed=number,
        ),
    )


def members_list(members: Any) -> Table:
    """Return the producers that are not ready."""
    found = (
        members.filter(lacks_english())
        .annotate(
            listed_name=name_in("name"),
            listed_district=name_in("district__name"),
            listed_province=name_in("province__name"),
        )
        .order_by("province__sort_key", "district__sort_key", "sort_key", "pk")
        .values_list(
            *("code", "listed_name", "listed_district", "listed_province"),
            *("name_en", "story_en"),
        )
    )
    return Table(
        key="members",
        title=_("Producers that are not ready"),
        columns=(
            Column("code", _("Code"), Kind.CODE, 13),
            Column("name", _("Producer"), width=34),
            Column("district", _("District"), width=16),
            Column("province", _("Province"), width=16),
            Column("name_en", _("English name"), width=12),
            Column("story_en", _("Story in English"), width=12),
        ),
        rows=ListedRows(found, lambda row: [*row[:4], *map(given, row[4:])]),
    )
