"""The desk of producers: their form, its parts, and what makes a record complete."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.forms import (
    ContactForm,
    MemberDeskForm,
    MemberProducerForm,
    OutletForm,
    ProducerContactForm,
    SignedConsentForm,
)
from members.models import Contact, Member, Outlet, SignedConsent
from members.picks import MEMBER
from registry.desks import (
    ChildPart,
    Completeness,
    Desk,
    Door,
    Point,
    Sheet,
    add_part,
    no_page,
    open_desk,
)
from registry.picks import DISTRICT, SUBDISTRICT, offer
from registry.thai.dates import format_date
from registry.wording import Wording, read_kept

WORDING = Wording(
    labels={
        "leader_id_last4": _("end of the leader’s identity number"),
        "leader_id_hash": _("leader’s identity number"),
    },
    words={"leader_id_hash": read_kept, "file": read_kept},
)
SHEETS = (
    Sheet(
        _("Who"),
        (
            "name_th",
            "name_en",
            "other_names",
            "producer_type",
            "legal_form",
            "otop_number",
            "otop_year",
            "enterprise_number",
            "juristic_number",
            "leader_id",
        ),
    ),
    Sheet(
        _("Where"),
        (
            "subdistrict",
            "district",
            "postcode",
            "house",
            "village_number",
            "village",
            "street",
            "latitude",
            "longitude",
        ),
        _("The subdistrict is enough: district and postcode follow from it."),
    ),
    Sheet(
        _("About"),
        ("story_th", "story_en", "portrait_upload"),
        _("What visitors read first. Two or three sentences are a good beginning."),
    ),
    Sheet(_("Work"), ("workers", "local_workers", "quadrant")),
    Sheet(
        _("Internal"),
        ("owner", "private_notes"),
        _("Only people who work on the register read this."),
    ),
)
PRODUCER_SHEETS = (
    Sheet(
        _("About"),
        ("name_en", "story_th", "story_en", "portrait_upload"),
        _("What visitors read first. Two or three sentences are a good beginning."),
    ),
)


def completeness(member: Any) -> Completeness:
    """Tell what a producer still lacks; reads contacts and outlets (``reads``)."""
    contacts = list(member.contacts.all())
    return Completeness(
        (
            Point(
                _("A picture of the people or the place"),
                _("Tourists trust a maker they can see."),
                "id_portrait_upload",
                bool(member.portrait),
            ),
            Point(
                _("The story in Thai"),
                _("Visitors buy the story with the goods; search finds words of it."),
                "id_story_th",
                bool(member.story_th),
            ),
            Point(
                _("The story in English"),
                _("Tourists from abroad read the page in English."),
                "id_story_en",
                bool(member.story_en),
            ),
            Point(
                _("The name in English"),
                _("Tourists and buyers from abroad find the producer by it."),
                "id_name_en",
                bool(member.name_en),
            ),
            Point(
                _("What kind of producer it is"),
                _("Reviewers and reports sort producers by it."),
                "id_producer_type",
                bool(member.producer_type),
            ),
            Point(
                _("The subdistrict"),
                _("Reports count by subdistrict, and visitors know where to go."),
                "id_subdistrict",
                member.subdistrict_id is not None,
            ),
            Point(
                _("The place on the map"),
                _("A telephone leads tourists to the door."),
                "id_latitude",
                member.latitude is not None,
            ),
            Point(
                _("A contact that may be shown"),
                _("Buyers can ask; without consent the page shows none."),
                "part-contacts",
                any(contact.is_public for contact in contacts),
            ),
            Point(
                _("A place where the goods are sold"),
                _("Tourists on the way want to buy today."),
                "part-outlets",
                bool(member.outlets.all()),
            ),
            Point(
                _("A published product"),
                _("A page without goods leads no tourist and no buyer any further."),
                "part-goods",
                member.goods_count > 0,
            ),
        )
    )


def remarks(member: Any) -> Sequence[str]:
    """Say that an office entered the record for the producer, who signed on paper."""
    if member.pk is None:
        return ()
    return [
        _now(
            "Entered by an office on the producer’s behalf: %(name)s signed the "
            "consent on paper on %(day)s (wording %(version)s)."
        )
        % {
            "name": paper.person,
            "day": format_date(paper.signed_on),
            "version": paper.wording,
        }
        for paper in sorted(
            member.signed_consents.all(), key=lambda each: (each.signed_on, each.pk)
        )
    ]


def open_desks() -> None:
    """Register desk, parts and choices; called when the app is ready."""
    offer(MEMBER)
    open_desk(
        Desk(
            slug="members",
            model=Member,
            form=MemberDeskForm,
            sheets=SHEETS,
            completeness=completeness,
            page=no_page,
            wording=WORDING,
            picks={
                "subdistrict": (SUBDISTRICT.find, SUBDISTRICT.label),
                "district": (DISTRICT.find, DISTRICT.label),
            },
            producer_form=MemberProducerForm,
            producer_sheets=PRODUCER_SHEETS,
            reads=("contacts", "outlets", "signed_consents"),
            remarks=remarks,
            top="workspace/parts/member_top.html",
            doors=(
                Door(_("Consents"), "consents:list", "see_personal"),
                Door(_("Producer’s account"), "producer_accounts:list", "give_account"),
            ),
        )
    )
    label = Member._meta.label
    add_part(
        label,
        ChildPart(
            "contacts",
            Contact,
            ContactForm,
            _("Ways to reach the producer"),
            _(
                "What names or reaches one person is shown to the public only with "
                "that person’s consent, each line by itself."
            ),
            template="workspace/parts/contacts.html",
            producer_form=ProducerContactForm,
        ),
    )
    add_part(
        label,
        ChildPart(
            "outlets",
            Outlet,
            OutletForm,
            _("Where the goods are sold"),
            _("Shops, markets, the workshop itself: with their opening hours."),
            extra=0,
        ),
    )
    add_part(
        label,
        ChildPart(
            "signed_consents",
            SignedConsent,
            SignedConsentForm,
            _("Signed consent on paper"),
            _(
                "For a producer without e-mail: scan the paper the producer signed. "
                "The record then says that your office entered it on the producer’s "
                "behalf."
            ),
            extra=0,
            template="workspace/parts/papers.html",
        ),
    )
