"""Certificates: in force, soon to expire, expired."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.models import Member
from products.models import Certificate, Mark, Product
from registry.enums import RecordStatus
from registry.models import User
from registry.sheets.writing import Column, Kind
from reports.base import Chart, Group, Table, TableReport, register
from reports.filters import ScopeForm, any_of
from reports.tables import ListedRows, counted, name_in, sums

#: Where a certificate stands, by its last day; each state leaves out those above it.
STATES = {
    "expired": _("Expired"),
    "in_30": _("Expires within 30 days"),
    "in_60": _("Expires in 31 to 60 days"),
    "in_90": _("Expires in 61 to 90 days"),
    "later": _("Valid for more than 90 days"),
    "open": _("Valid, without a last day"),
}


class CertificateForm(ScopeForm):
    """Filters by place, mark and validity. One query more, for the marks."""

    mark = forms.ChoiceField(label=_("Mark"))
    state = forms.ChoiceField(label=_("Validity"), choices=any_of(STATES.items()))

    def __init__(self, asked: QueryDict, *, user: User) -> None:
        super().__init__(asked, user=user)
        marks = Mark.objects.in_order()
        self.choose_from("mark", [(mark.code, mark.name) for mark in marks])


def states(today: date) -> dict[str, Q]:
    """Return the condition of each state."""
    edges = [today + timedelta(days=days) for days in (0, 30, 60, 90)]
    return {
        "expired": Q(expires_on__lt=today),
        "in_30": Q(expires_on__gte=today, expires_on__lte=edges[1]),
        "in_60": Q(expires_on__gt=edges[1], expires_on__lte=edges[2]),
        "in_90": Q(expires_on__gt=edges[2], expires_on__lte=edges[3]),
        "later": Q(expires_on__gt=edges[3]),
        "open": Q(expires_on__isnull=True),
    }


def state_of(expires_on: date | None, today: date) -> str:
    """Return the state of a certificate with this last day."""
    if expires_on is None:
        return "open"
    left = (expires_on - today).days
    if left < 0:
        return "expired"
    steps = ((30, "in_30"), (60, "in_60"), (90, "in_90"))
    return next((state for days, state in steps if left <= days), "later")


def of_scope(user: User, form: ScopeForm) -> QuerySet[Certificate]:
    """Return certificates of goods and producers that are not withdrawn."""
    goods, members = (
        form.within(rows).exclude(status=RecordStatus.WITHDRAWN)
        for rows in (
            Product.objects.visible_to(user),
            Member.objects.visible_to(user),
        )
    )
    return Certificate.objects.filter(Q(product__in=goods) | Q(member__in=members))


@register
class CertificateReport(TableReport):
    """Certificates by validity."""

    slug = "certificates"
    title = _("Certificates and their validity")
    description = _(
        "Certificates in force, those that expire within 30, 60 and 90 days, and "
        "those that have expired."
    )
    group = Group.STANDARDS
    place = 6
    form = CertificateForm

    def tables(self, user: User, form: CertificateForm) -> Sequence[Table]:
        """Count certificates by mark and list them. Two queries."""
        today = timezone.localdate()
        found = of_scope(user, form)
        if mark := form.chosen.get("mark"):
            found = found.filter(mark__code=mark)
        if state := form.chosen.get("state"):
            found = found.filter(states(today)[state])
        return marks_table(found, today), list_table(found, today)


def marks_table(found: QuerySet[Certificate], today: date) -> Table:
    """Return how many certificates of each mark are in each state."""
    figures = {
        "number": Count("pk"),
        "valid": Count("pk", ~states(today)["expired"] | Q(expires_on=None)),
        **{f"is_{key}": Count("pk", state) for key, state in states(today).items()},
    }
    rows = [
        list(row)
        for row in found.order_by()
        .values("mark_id", "mark__position")
        .annotate(listed_mark=name_in("mark__name"), **figures)
        .order_by("mark__position", "mark_id")
        .values_list("listed_mark", *figures)
    ]
    return Table(
        key="marks",
        title=_("Certificates by mark"),
        columns=(
            Column("mark", _("Mark"), width=40),
            counted("number", _("All")),
            counted("valid", _("Still valid")),
            *(counted(key, title, 14) for key, title in STATES.items()),
        ),
        rows=rows,
        totals=sums(rows) if rows else None,
        note=_(
            "As of today. Certificates of goods and of producers that are not "
            "withdrawn; one that has no last day stays in force. The states do not "
            "overlap; the last day still counts."
        ),
        chart=Chart(
            "bars",
            [str(title) for title in STATES.values()],
            [
                (
                    _now("Certificates"),
                    [sum(row[at] for row in rows) for at in range(3, 3 + len(STATES))],
                )
            ],
        )
        if rows
        else None,
    )


def list_table(found: QuerySet[Certificate], today: date) -> Table:
    """Return the certificates, those first that expire first."""
    rows = (
        found.annotate(
            listed_mark=Coalesce(
                NullIf(name_in("mark__abbreviation"), Value("")), name_in("mark__name")
            ),
            holder_code=Coalesce("product__code", "member__code"),
            product_name=name_in("product__name"),
            member_name=name_in("member__name"),
            maker_name=name_in("product__member__name"),
            goods_place=name_in("product__district__name"),
            member_place=name_in("member__district__name"),
        )
        .order_by(F("expires_on").asc(nulls_last=True), "pk")
        .values_list(
            *("listed_mark", "number", "holder_code"),
            *("product_name", "maker_name", "member_name"),
            *("goods_place", "member_place", "issued_on", "expires_on"),
        )
    )

    def read(row: tuple[Any, ...]) -> list[object]:
        mark, number, code, product, maker, member, place, other, issued, last = row
        return [
            *(mark, number, code, product or "", maker or member, place or other),
            *(issued, last, str(STATES[state_of(last, today)])),
            None if last is None else (last - today).days,
        ]

    return Table(
        key="list",
        title=_("Certificates, those first that expire first"),
        columns=(
            Column("mark", _("Mark"), width=16),
            Column("number", _("Certificate number"), Kind.CODE, 22),
            Column("code", _("Code"), Kind.CODE, 13),
            Column("product", _("Product"), width=32),
            Column("member", _("Producer"), width=32),
            Column("district", _("District"), width=16),
            Column("issued_on", _("Issued on"), Kind.DATE, 13, is_sortable=True),
            Column("expires_on", _("Expires on"), Kind.DATE, 13, is_sortable=True),
            Column("state", _("Validity"), width=26),
            counted("days", _("Days left"), 10),
        ),
        rows=ListedRows(rows, read),
        note=_("Without a product, the certificate is the producer’s own."),
    )
