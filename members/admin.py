"""Clusters and members in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from members import desk, picks
from members.enums import MemberGap
from members.forms import ContactForm, MemberForm, SignedConsentForm
from members.models import (
    Cluster,
    Contact,
    Member,
    Membership,
    Outlet,
    Post,
    SignedConsent,
)
from registry.admin_base import (
    BulkEditAdmin,
    ChildStack,
    DistrictFilter,
    GapFilter,
    KeptAdmin,
    OwnerFilter,
    ProvinceFilter,
)
from registry.admin_base.privacy import privacy_panel
from registry.files import private_url
from registry.search import called
from registry.thai.phones import read_phones


class ContactInline(ChildStack):
    """Ways to reach the member, with the consent that lets each be shown."""

    model = Contact
    form = ContactForm
    ordering = ("position", "pk")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind", "value", "extension"),
                    "is_personal",
                    ("consented_on", "consent_wording", "consent_withdrawn_on"),
                    "recorded_by",
                    "position",
                )
            },
        ),
    )
    readonly_fields = ("recorded_by",)

    @admin.display(description=_("consent recorded by"))
    def recorded_by(self, contact: Contact) -> str:
        """Show who recorded the consent; nobody types it."""
        return str(contact.consent_by or "–")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("consent_by")


class OutletInline(ChildStack):
    """Places where the member's goods are sold."""

    model = Outlet
    ordering = ("position", "pk")
    fields = (
        ("name_th", "name_en"),
        ("address_th", "address_en"),
        ("hours_th", "hours_en"),
        ("latitude", "longitude"),
        "position",
    )


class SignedConsentInline(ChildStack):
    """Papers on which producers let an office enter the record for them."""

    model = SignedConsent
    form = SignedConsentForm
    ordering = ("signed_on", "pk")
    readonly_fields = ("scan", "recorded_by")
    fields = (
        ("person", "signed_on", "wording"),
        ("scan", "upload"),
        "recorded_by",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("recorded_by")

    @admin.display(description=_("kept scan"))
    def scan(self, paper: SignedConsent) -> SafeString | str:
        """Link to the kept file."""
        if not paper.file or paper.pk is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a>',
            private_url(paper, paper.file),
            paper.file_name or _("signed paper, scanned"),
        )


class MembershipInline(ChildStack):
    """The clusters the member belongs to."""

    model = Membership
    ordering = ("joined_on", "pk")
    fields = ("cluster", ("joined_on", "paid_until_year"), ("left_on", "reason"))


class MemberGapFilter(GapFilter):
    """By what a member still lacks."""

    gaps = MemberGap


@admin.register(Member)
class MemberAdmin(BulkEditAdmin):
    """Producers."""

    form = MemberForm
    change_form_template = "admin/members/member/change_form.html"
    inlines = (ContactInline, OutletInline, MembershipInline, SignedConsentInline)
    pick_fields = ("subdistrict", "district")
    list_display = (
        "name_th",
        "code",
        "status_pill",
        "district",
        "producer_type",
        "owner",
        "goods_count",
        "changed_on",
    )
    list_select_related = ("district", "owner")
    list_filter = (
        "status",
        ProvinceFilter,
        DistrictFilter,
        OwnerFilter,
        "producer_type",
        "quadrant",
        MemberGapFilter,
    )
    search_fields = ("name_fold", "code")
    search_help_text = _("Name, code or telephone number")
    bulk_fields = ("producer_type", "legal_form", "quadrant", "otop_year", "owner")
    history_labels: ClassVar[dict[str, Any]] = dict(desk.WORDING.labels)
    history_words: ClassVar[dict[str, Any]] = dict(desk.WORDING.words)
    readonly_fields = ("portrait_shown",)
    fieldsets = (
        (
            _("Who"),
            {
                "fields": (
                    ("name_th", "name_en"),
                    "other_names",
                    ("producer_type", "legal_form"),
                    ("otop_number", "otop_year"),
                    ("enterprise_number", "juristic_number"),
                    "leader_id",
                )
            },
        ),
        (
            _("Where"),
            {
                "fields": (
                    "subdistrict",
                    ("district", "postcode"),
                    ("house", "village_number"),
                    ("village", "street"),
                    ("latitude", "longitude"),
                )
            },
        ),
        (
            _("About"),
            {
                "fields": (
                    "story_th",
                    "story_en",
                    ("portrait_shown", "portrait_upload"),
                )
            },
        ),
        (_("Work"), {"fields": (("workers", "local_workers"), "quadrant")}),
        (_("Internal"), {"fields": ("owner", "private_notes")}),
    )

    def found(self, rows: Any, text: str) -> Any:
        """Find by telephone number, else as the public search does."""
        phones = [phone.e164 for phone in read_phones(text).phones]
        if phones:
            reached = Contact.objects.filter(value__in=phones)
            return rows.filter(pk__in=reached.values("member_id"))
        return rows.search(text)

    def pick_label(self, row: Any) -> str:
        """Return name and code, as they stand in the box of a product's producer."""
        return picks.member_label(row)

    @admin.display(description=_("picture"))
    def portrait_shown(self, member: Member) -> SafeString | str:
        """Show the kept picture, small."""
        name = member.portrait.get("card", {}).get("webp")
        if not name or member.pk is None:
            return "–"
        return format_html(
            '<img class="thumb" src="{}" alt="{}" width="120" height="120">',
            private_url(member, name),
            member.name,
        )


def remarks_panel(request: HttpRequest, member: Member) -> SafeString:
    """Say for whom an office entered the record. One query."""
    return render_to_string(
        "admin/members/remarks.html", {"remarks": desk.remarks(member)}
    )


KeptAdmin.add_panel("members.Member", remarks_panel)


class PostInline(ChildStack):
    """The cluster's committee."""

    model = Post
    ordering = ("position", "pk")
    pick_fields = ("member",)
    fields = (
        "kind",
        ("person_th", "person_en"),
        "member",
        ("started_on", "ended_on"),
        "consented_on",
        "position",
    )


@admin.register(Cluster)
class ClusterAdmin(KeptAdmin):
    """Clusters of the person's provinces."""

    inlines = (PostInline,)
    list_display = ("name_th", "province", "founded_year", "lead_agency", "changed_on")
    list_select_related = ("province", "lead_agency")
    list_filter = (ProvinceFilter,)
    search_fields = ("name_th", "name_en", "slug")
    ordering = ("name_th", "id")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name_th", "name_en"),
                    ("province", "slug"),
                    ("founded_year", "lead_agency"),
                    ("programme_th", "programme_en"),
                    "about_th",
                    "about_en",
                    "related",
                    "visitors_before",
                )
            },
        ),
    )

    def found(self, rows: Any, text: str) -> Any:
        """Find by words of a name or of the address, folded. One query."""
        return called(rows, text, "name_th", "name_en", "slug")


KeptAdmin.add_panel("members.Member", privacy_panel)
