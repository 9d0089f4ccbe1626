"""The brief of a province: what its cluster is, on one page to sign."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from products.models import Certificate, Product
from registry.enums import Role
from registry.models import User
from registry.sheets.writing import Column, Kind
from registry.templatetags.ui import year_shown
from registry.thai.dates import Language, fiscal_year, format_date
from reports.base import Group, Table, register
from reports.filters import FIRST_YEAR, ScopeForm
from reports.pdf.base import DocumentReport
from reports.pdf.documents import (
    Bar,
    BarsBlock,
    Block,
    ColumnsBlock,
    Digits,
    Document,
    Figure,
    FiguresBlock,
    ListBlock,
    Signature,
    TextBlock,
)
from reports.pdf.province import SOON, Brief, brief_of
from reports.pdf.registers import as_at, fiscal_year_said, office_of, source

#: Lines of the page's lists; the rest is counted.
MOST_LINES = 6
MOST_BARS = 8
#: Longer names would push others off the page.
LONGEST_NAME = 56


class BriefForm(ScopeForm):
    """Which province, and the fiscal year whose news are told. One query."""

    district: Any = None
    fiscal_year = forms.ChoiceField(
        label=_("Fiscal year"), help_text=_("This fiscal year if none is given.")
    )

    def __init__(self, asked: QueryDict, *, user: User) -> None:
        super().__init__(asked, user=user)
        newest = fiscal_year(timezone.localdate())
        years = range(newest, FIRST_YEAR - 1, -1)
        self.choose_from(
            "fiscal_year", [(str(year), str(year_shown(year))) for year in years]
        )

    def clean(self) -> dict[str, Any]:
        """See that there is a province."""
        if self.only is None and not (
            self.cleaned_data.get("province") or "province" in self.errors
        ):
            self.add_error("province", _("Choose the province."))
        return self.cleaned_data

    def condition(self, name: str, value: Any) -> Q:
        """Return what a filter asks of a row; the year asks nothing of most."""
        return Q() if name == "fiscal_year" else super().condition(name, value)

    @property
    def year(self) -> int:
        """Return the fiscal year (BE) whose news are told: the running one, or any."""
        chosen = self.chosen.get("fiscal_year")
        return int(chosen) if chosen else fiscal_year(timezone.localdate())


# --- What is said of it -----------------------------------------------------------


def share(part: int, whole: int) -> str:
    """Return a share in per cent."""
    number = round(100 * part / whole) if whole else 0
    return pgettext("share", "%(number)s%%") % {"number": number}


def number(value: int) -> str:
    """Return a number with its thousands apart."""
    return f"{value:,}"


def figures_of(brief: Brief) -> list[Figure]:
    """Return the eight figures on top."""
    return [
        Figure(
            _now("Published members"),
            number(brief.members),
            _now("of %(count)s in the register") % {"count": number(brief.all_members)},
        ),
        Figure(
            _now("Published goods"),
            number(brief.goods),
            _now("of %(count)s in the register") % {"count": number(brief.all_goods)},
        ),
        Figure(
            _now("Goods with five stars"),
            number(brief.stars.get(5, 0)),
            _now("four: %(four)s, three: %(three)s, fewer: %(fewer)s")
            % {
                "four": number(brief.stars.get(4, 0)),
                "three": number(brief.stars.get(3, 0)),
                "fewer": number(brief.stars.get(2, 0) + brief.stars.get(1, 0)),
            },
        ),
        Figure(
            _now("Marks in force"),
            number(brief.certificates),
            _now("ending within %(days)s days: %(count)s")
            % {"days": SOON.days, "count": number(len(brief.ending))},
        ),
        Figure(
            _now("New goods this fiscal year"),
            number(brief.new.goods),
            _now("new members: %(count)s") % {"count": number(brief.new.members)},
        ),
        Figure(
            _now("Clusters"),
            number(brief.clusters),
            _now("members in them: %(count)s") % {"count": number(brief.in_clusters)},
        ),
        Figure(
            _now("Ready in both languages"),
            share(brief.ready, brief.goods),
            _now("%(count)s goods with name and story")
            % {"count": number(brief.ready)},
        ),
        Figure(
            _now("Waiting for review"),
            number(brief.waiting + brief.changes),
            _now("records: %(records)s, changes: %(changes)s")
            % {"records": number(brief.waiting), "changes": number(brief.changes)},
        ),
    ]


def sentences(brief: Brief) -> list[str]:
    """Return what the figures say: nothing that was not counted."""
    return [
        *about_stars(brief),
        about_news(brief),
        *about_marks(brief),
        *about_work(brief),
    ]


def about_stars(brief: Brief) -> Iterable[str]:
    """Say how many goods have stars."""
    if not brief.goods:
        return [_now("No goods of the province are published yet.")]
    values = {
        "rated": number(brief.rated),
        "goods": number(brief.goods),
        "share": share(brief.rated, brief.goods),
        "five": number(brief.stars.get(5, 0)),
    }
    return [
        _now(
            "%(rated)s of %(goods)s published goods (%(share)s) hold OTOP stars, "
            "%(five)s of them five stars."
        )
        % values
    ]


def about_news(brief: Brief) -> str:
    """Say what was published in the year, and in the one before."""
    return _now(
        "Published in %(year)s: %(goods)s goods and %(members)s members; in the fiscal "
        "year before: %(old_goods)s and %(old_members)s."
    ) % {
        "year": in_sentence(fiscal_year_said(brief.year)),
        "goods": number(brief.new.goods),
        "members": number(brief.new.members),
        "old_goods": number(brief.before.goods),
        "old_members": number(brief.before.members),
    }


def in_sentence(text: str) -> str:
    """Return words as they stand within a sentence."""
    return text[:1].lower() + text[1:]


def about_marks(brief: Brief) -> Iterable[str]:
    """Say which certificate ends next, and how many are over."""
    if brief.ending:
        first = brief.ending[0]
        yield _now(
            "%(count)s certificates end within %(days)s days, the next on %(day)s: "
            "%(mark)s of %(holder)s."
        ) % {
            "count": number(len(brief.ending)),
            "days": SOON.days,
            "day": format_date(first.expires_on) if first.expires_on else "",
            "mark": first.mark.abbreviation,
            "holder": short(holder_of(first)),
        }
    if brief.expired:
        yield _now(
            "%(count)s certificates have expired and are kept in the register."
        ) % {"count": number(brief.expired)}


def about_work(brief: Brief) -> Iterable[str]:
    """Say what waits for reviewers, and since when."""
    if brief.waiting_since is None and not brief.changes:
        return [_now("Nothing waits for review.")]
    if brief.waiting_since is None:
        return []
    return [
        _now("The record that waits longest was submitted on %(day)s.")
        % {"day": format_date(brief.waiting_since)}
    ]


def holder_of(certificate: Certificate) -> str:
    """Return whose certificate it is."""
    return str(certificate.product or certificate.member)


def short(name: str) -> str:
    """Return a name that takes two lines at most."""
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 1].rstrip()}…"


def best_said(product: Product) -> tuple[str, str]:
    """Return a product and the year of its stars."""
    year = product.current_stars_year
    return short(product.name), str(year_shown(year)) if year else ""


def ending_said(certificate: Certificate) -> tuple[str, str]:
    """Return a certificate's mark and holder, and its last day."""
    day = certificate.expires_on
    name = f"{certificate.mark.abbreviation} {short(holder_of(certificate))}"
    return name, format_date(day, "short") if day else ""


# --- The report -------------------------------------------------------------------


@register
class ProvincialBrief(DocumentReport):
    """A province on one page."""

    slug = "brief"
    title = _("One-page provincial brief")
    description = _(
        "A province on one page to print and sign: key figures, five-star goods, "
        "certificates that end soon, work waiting."
    )
    group = Group.PRINT
    place = 10
    form = BriefForm
    #: Officers read their own agency's records: no brief of a province.
    roles = frozenset({Role.REVIEWER, Role.OFFICIAL, Role.ADMINISTRATOR})

    def tables(self, user: User, form: Any) -> Sequence[Table]:
        """Return the figures as a screen shows them."""
        brief = brief_of(user, form.place, form.year)
        return [
            Table(
                key="figures",
                title=_("Key figures"),
                columns=(
                    Column("label", _("Figure"), width=30),
                    Column("value", _("Value"), width=12),
                    Column("note", _("Note"), width=40),
                ),
                rows=[
                    (each.label, each.value, each.note) for each in figures_of(brief)
                ],
                note=" ".join(sentences(brief)),
            ),
            counted("districts", _("Published goods by district"), brief.districts),
            Table(
                key="five-stars",
                title=_("Goods with five stars"),
                columns=(
                    Column("product", _("Product"), width=40),
                    Column("member", _("Producer"), width=34),
                    Column("year", _("Year of the stars"), Kind.CODE, 12),
                ),
                rows=[
                    (each.name, each.member.name, best_said(each)[1])
                    for each in brief.best
                ],
            ),
            Table(
                key="ending",
                title=_("Certificates that end within 90 days"),
                columns=(
                    Column("mark", _("Mark"), width=14),
                    Column("holder", _("Product or producer"), width=44),
                    Column("expires_on", _("Expires on"), Kind.DATE, 14),
                ),
                rows=[
                    (each.mark.abbreviation, holder_of(each), each.expires_on)
                    for each in brief.ending
                ],
            ),
        ]

    def document(
        self, user: User, form: Any, *, language: Language, digits: Digits
    ) -> Document:
        """Return the page."""
        brief = brief_of(user, form.place, form.year)
        now = timezone.now()
        return Document(
            title=_now("Souvenir cluster brief: %(province)s")
            % {"province": brief.place.full_name()},
            subtitle=f"{fiscal_year_said(brief.year)} · {as_at(now)}",
            office=office_of(user),
            blocks=blocks_of(brief),
            source=source(self, user),
            signature=Signature(),
            language=language,
            digits=digits,
            is_one_page=True,
            printed_at=now,
        )


def counted(key: str, title: str | Promise, rows: Sequence[tuple[str, int]]) -> Table:
    """Return a table of counts with their sum."""
    return Table(
        key=key,
        title=title,
        columns=(
            Column("name", _("District"), width=30),
            Column("count", _("Goods"), Kind.NUMBER, 12),
        ),
        rows=rows,
        totals=(_now("Total"), sum(count for _name, count in rows)),
    )


def blocks_of(brief: Brief) -> list[Block]:
    """Return what stands on the page."""
    return [
        FiguresBlock(figures=figures_of(brief)),
        TextBlock(
            heading=_now("What the figures say"),
            paragraphs=sentences(brief),
            is_list=True,
        ),
        ColumnsBlock(
            left=[
                bars(_now("Published goods by district"), few(brief.districts)),
                lines(
                    _now("Goods with five stars, with the year"),
                    [best_said(each) for each in brief.best[:MOST_LINES]],
                    len(brief.best),
                    _now("No goods of the province hold five stars."),
                ),
            ],
            right=[
                bars(_now("Published goods by OTOP type"), brief.types),
                lines(
                    _now("Certificates that end within 90 days"),
                    [ending_said(each) for each in brief.ending[:MOST_LINES]],
                    len(brief.ending),
                    _now("No certificate ends within 90 days."),
                ),
            ],
        ),
    ]


def few(rows: Sequence[tuple[str, int]]) -> Sequence[tuple[str, int]]:
    """Return the first rows, and the others as one."""
    if len(rows) <= MOST_BARS:
        return rows
    rest = sum(count for _name, count in rows[MOST_BARS - 1 :])
    return [*rows[: MOST_BARS - 1], (pgettext("districts", "Others"), rest)]


def bars(heading: str, rows: Sequence[tuple[str, int]]) -> BarsBlock:
    """Return counts as bars."""
    return BarsBlock(
        heading=heading,
        bars=[Bar(name, count, number(count)) for name, count in rows],
    )


def lines(
    heading: str, rows: Sequence[tuple[str, str]], count: int, empty: str
) -> ListBlock:
    """Return the first lines of a list, and how many more there are."""
    left = count - len(rows)
    return ListBlock(
        heading=heading,
        lines=rows,
        empty=empty,
        note=_now("and %(count)s more") % {"count": number(left)} if left else "",
    )
