"""Pages of a long list: numbered as far as people leaf, then from row to row.

A numbered page costs the more the deeper it lies, so numbers end at
:data:`LAST_PAGE`; from there ``after=<code>`` goes on behind a row, which costs
the same at any depth. Counting stops at :data:`COUNTED` for the same reason.
Nothing an address may say raises: what makes no sense becomes a sentence.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.core.paginator import Page, Paginator
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

#: Divides by two, three and four: every grid ends in a full row.
PER_PAGE = 24
LAST_PAGE = 40
COUNTED = 1_000

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Column:
    """One column of an order. Rows without a value come last in both directions."""

    name: str
    descending: bool = False
    nullable: bool = False

    def ordering(self) -> OrderBy:
        """Return the column as ``order_by`` takes it."""
        # Naming where nulls go where there are none would hide the index.
        last = True if self.nullable else None
        expression = F(self.name)
        if self.descending:
            return expression.desc(nulls_last=last)
        return expression.asc(nulls_last=last)

    def holding(self, value: Any) -> Q:
        """Keep rows with the same value."""
        return (
            Q((f"{self.name}__isnull", True))
            if value is None
            else Q((self.name, value))
        )

    def beyond(self, value: Any) -> Q | None:
        """Keep rows that come after ``value``; None if there can be none."""
        if value is None:
            return None
        later = Q((f"{self.name}__{'lt' if self.descending else 'gt'}", value))
        return later | Q((f"{self.name}__isnull", True)) if self.nullable else later

    def from_here(self, value: Any) -> Q:
        """Keep rows at ``value`` or after it: a bound that an index can seek."""
        if self.nullable:
            return Q()
        return Q((f"{self.name}__{'lte' if self.descending else 'gte'}", value))


def rows_after(row: Model, columns: Sequence[Column]) -> Q:
    """Keep the rows that follow ``row`` in the order of ``columns``.

    The last column must be unique, or rows equal in all of them are skipped.
    """
    found = Q(pk__in=[])
    alike = Q()
    for column in columns:
        value = getattr(row, column.name)
        beyond = column.beyond(value)
        if beyond is not None:
            found |= alike & beyond
        alike &= column.holding(value)
    return columns[0].from_here(getattr(row, columns[0].name)) & found


class CappedPaginator(Paginator):
    """Counts no further than needed, and ends at the last page with a number."""

    def __init__(self, rows: QuerySet[Any], *, known: int | None = None) -> None:
        """Take the rows, and how many there are where that is known."""
        super().__init__(rows, PER_PAGE)
        self.known = known

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, or one more than is counted."""
        if self.known is not None:
            return self.known
        rows = cast(QuerySet[Any], self.object_list)
        return rows.order_by()[: COUNTED + 1].count()

    @property
    def is_capped(self) -> bool:
        """Tell whether there are more rows than were counted."""
        return self.known is None and self.count > COUNTED

    @property
    def said(self) -> int:
        """Return the number of rows as far as it is known."""
        return COUNTED if self.is_capped else self.count

    @cached_property
    def num_pages(self) -> int:
        """Return how many pages have a number."""
        return min(LAST_PAGE, max(1, -(-self.count // self.per_page)))


@dataclass(frozen=True)
class Listing(Generic[M]):
    """What a list shows of its rows at one address."""

    rows: Sequence[M]
    #: The numbered page; None behind ``after``.
    page: Page[M] | None
    count: int
    #: More than ``count``: they were counted no further.
    has_more: bool
    #: The code behind which the list goes on where no numbered page follows.
    next_after: str
    #: Sentences about what in the address made no sense.
    notes: tuple[str, ...] = ()


def listing(
    found: Any,
    columns: Sequence[Column],
    address: QueryDict,
    *,
    count: int | None = None,
    read: Callable[..., Any] | None = None,
) -> Listing[Any]:
    """Return the rows that ``address`` asks for. Two queries; three behind ``after``.

    One less where ``count`` says how many there are. ``read`` makes what is shown of
    the values of a row; it must have the row's ``code``.

    Without ``columns`` the rows come in the order of ``found``, and end with
    the last numbered page. ``found`` is a query, or a list that can become one.
    """
    if columns:
        found = found.order_by(*(column.ordering() for column in columns))
    paginator = CappedPaginator(found, known=count)
    notes: list[str] = []
    if columns and (code := address.get("after")):
        row = found.model._default_manager.filter(code=clean_code(code)).first()
        if row is not None:
            return behind(row, found, columns, paginator, read)
        notes.append(_("The place to go on from is not known; this is the beginning."))
    number, remark = page_number(address.get("page", ""), paginator.num_pages)
    page = paginator.page(number)
    rows = shown_of(page.object_list, read)
    is_last_numbered = number == LAST_PAGE and paginator.count > LAST_PAGE * PER_PAGE
    return Listing(
        rows=rows,
        page=page,
        count=paginator.said,
        has_more=paginator.is_capped,
        next_after=code_of(rows[-1]) if is_last_numbered and columns else "",
        notes=(*notes, *filter(None, [remark])),
    )


def shown_of(rows: Iterable[Any], read: Callable[..., Any] | None) -> list[Any]:
    """Return what is shown of rows."""
    return list(rows) if read is None else [read(*row) for row in rows]


def behind(
    row: M,
    found: QuerySet[M],
    columns: Sequence[Column],
    paginator: CappedPaginator,
    read: Callable[..., Any] | None,
) -> Listing[Any]:
    """Return the rows that follow ``row``."""
    later = found.filter(rows_after(row, columns))[: PER_PAGE + 1]
    rows = shown_of(later, read)
    shown = rows[:PER_PAGE]
    return Listing(
        rows=shown,
        page=None,
        count=paginator.said,
        has_more=paginator.is_capped,
        next_after=code_of(shown[-1]) if len(rows) > PER_PAGE else "",
    )


def page_number(text: str, last: int) -> tuple[int, str]:
    """Return the page that ``text`` asks for, and what to say if there is none."""
    if not text:
        return 1, ""
    if not (text.isascii() and text.isdigit()) or int(text[:9]) < 1:
        return 1, _("There is no such page; this is the first one.")
    number = int(text[:9])
    if number <= last:
        return number, ""
    if last < LAST_PAGE:
        return last, _("There is no page %(asked)d; this is the last one.") % {
            "asked": number
        }
    return last, _(
        "Pages are numbered up to %(last)d. Go on from here with “next”, "
        "or narrow the list down."
    ) % {"last": last}


def clean_code(text: str) -> str:
    """Return a code that a database can be asked for: without NUL, not too long."""
    return text.replace("\x00", "")[:12]


def code_of(row: Any) -> str:
    """Return the public code of a row."""
    return str(row.code)
