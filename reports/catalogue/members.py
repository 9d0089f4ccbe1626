"""The register of members."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from members.enums import ContactKind, ProducerType, Quadrant
from members.models import Contact, Member
from products.figures import spoken_value
from registry.enums import RecordStatus
from registry.sheets.writing import Kind
from reports.base import RecordReport, ReportColumn, Total, register
from reports.filters import PlacedForm, any_of


class MemberForm(PlacedForm):
    """What members are chosen by."""

    producer_type = forms.ChoiceField(
        label=_("Kind of producer"), choices=any_of(ProducerType.choices)
    )
    quadrant = forms.ChoiceField(label=_("Quadrant"), choices=any_of(Quadrant.choices))
    field_order = (
        "q",
        "province",
        "district",
        "status",
        "producer_type",
        "quadrant",
        "entered_from",
        "entered_to",
    )


def reached_by(wanted: Callable[[Contact], bool]) -> Callable[[Member], str]:
    """Return how to read those contacts of a member that are ``wanted``, in order.

    What somebody took consent back for leaves the register in no file any more.
    """

    def read(member: Member) -> str:
        kept = (each for each in member.contacts.all() if not is_withdrawn(each))
        return ", ".join(map(spoken_value, filter(wanted, kept)))

    return read


def is_withdrawn(contact: Contact) -> bool:
    """Tell whether a person took back that the contact is shown."""
    return contact.is_personal and contact.consent_withdrawn_on is not None


def is_leader(contact: Contact) -> bool:
    """Tell whether the contact is the leader's name."""
    return contact.kind == ContactKind.LEADER


def is_shop_phone(contact: Contact) -> bool:
    """Tell whether it is a telephone anybody may call."""
    return contact.kind == ContactKind.PHONE and contact.is_public


def is_personal_phone(contact: Contact) -> bool:
    """Tell whether it is a person's telephone, or one that is not public."""
    is_phone = contact.kind in {ContactKind.PHONE, ContactKind.MOBILE}
    return is_phone and not is_shop_phone(contact)


@register
class MemberReport(RecordReport):
    """Every member, one a row."""

    slug = "members"
    place = 1
    title = _("Member register")
    description = _(
        "Producers with their place, form, workforce and status, one a row."
    )
    model = Member
    form = MemberForm
    is_signed = True
    pdf_columns = (
        *("code", "name_th", "name_en", "producer_type", "district", "province"),
        *("leader", "shop_phone", "goods_count", "status"),
    )
    totals = (
        Total(_("Of them published"), Count("pk", Q(status=RecordStatus.PUBLISHED))),
        Total(_("Workers"), Sum("workers")),
        Total(_("Published goods"), Sum("goods_count")),
    )

    def loaded(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return members by district and name. One query more for each chunk."""
        contacts = Contact.objects.order_by("position", "pk")
        return (
            rows.select_related("province", "district", "subdistrict", "owner")
            .prefetch_related(Prefetch("contacts", contacts))
            .order_by("province__sort_key", "district__sort_key", "sort_key", "pk")
        )

    def all_columns(self) -> Sequence[ReportColumn]:
        return MEMBER_COLUMNS


MEMBER_COLUMNS = (
    ReportColumn("code", _("Code"), Kind.CODE, 13),
    ReportColumn("name_th", _("Name (Thai)"), width=36),
    ReportColumn("name_en", _("Name (English)"), width=30),
    ReportColumn("producer_type", _("Kind of producer"), width=24),
    ReportColumn("legal_form", _("Legal form"), width=20),
    ReportColumn("otop_number", _("OTOP registration number"), Kind.CODE, 20),
    ReportColumn("subdistrict", _("Subdistrict"), width=16),
    ReportColumn("district", _("District"), width=16),
    ReportColumn("province", _("Province"), width=16),
    ReportColumn("postcode", _("Postcode"), Kind.CODE, 11),
    ReportColumn(
        "leader", _("Leader"), width=24, value=reached_by(is_leader), is_personal=True
    ),
    ReportColumn(
        "personal_phone",
        _("Personal telephone"),
        Kind.PHONE,
        18,
        value=reached_by(is_personal_phone),
        is_personal=True,
    ),
    ReportColumn(
        "shop_phone",
        _("Shop telephone"),
        Kind.PHONE,
        18,
        value=reached_by(is_shop_phone),
    ),
    ReportColumn("workers", _("Workers"), Kind.NUMBER, 10),
    ReportColumn("quadrant", _("Quadrant"), width=26),
    ReportColumn("status", _("Status"), width=14),
    ReportColumn("goods_count", _("Published goods"), Kind.NUMBER, 12),
    ReportColumn("published_at", _("Published on"), Kind.DATE, 13, is_sortable=True),
    ReportColumn("created_at", _("Entered on"), Kind.DATE, 13, is_sortable=True),
    ReportColumn("owner", _("Owner agency"), width=34),
)
