"""Words of the member register (facts.md §1.5, §1.6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProducerType(models.TextChoices):
    """Who makes the goods, as OTOP registration knows it."""

    GROUP = "group", _("Community producer group")
    SINGLE = "single", _("Single-owner community producer")
    SME = "sme", _("SME producer")


class LegalForm(models.TextChoices):
    """The form in which a member does business."""

    NONE = "none", _("Not registered")
    COMMUNITY_ENTERPRISE = "community_enterprise", _("Community enterprise")
    COOPERATIVE = "cooperative", _("Cooperative")
    SOLE_TRADER = "sole_trader", _("Registered sole trader")
    PARTNERSHIP = "partnership", _("Partnership")
    COMPANY = "company", _("Limited company")


class Quadrant(models.TextChoices):
    """Development groups by potential; independent of the stars."""

    A = "A", _("A: rising star to the world")
    B = "B", _("B: unique value")
    C = "C", _("C: develop to compete")
    D = "D", _("D: adapt to develop")


class ContactKind(models.TextChoices):
    """Ways to reach a member. The first five point at a person by default."""

    LEADER = "leader", _("Leader’s name")
    PERSON = "person", _("Contact person")
    MOBILE = "mobile", _("Mobile phone")
    EMAIL = "email", _("E-mail")
    LINE = "line", pgettext_lazy("messenger", "LINE")
    PHONE = "phone", _("Shop telephone")
    WEBSITE = "website", _("Website")
    PAGE = "page", _("Social media page")
    MARKETPLACE = "marketplace", _("Online marketplace")
    VIDEO = "video", _("Video")


#: Kinds that name or reach one person: private until the person consents.
PERSONAL_KINDS = frozenset(
    {
        ContactKind.LEADER,
        ContactKind.PERSON,
        ContactKind.MOBILE,
        ContactKind.EMAIL,
        ContactKind.LINE,
    }
)
#: Kinds whose value is an address on the web.
WEB_KINDS = frozenset(
    {
        ContactKind.WEBSITE,
        ContactKind.PAGE,
        ContactKind.MARKETPLACE,
        ContactKind.VIDEO,
    }
)


class PostKind(models.TextChoices):
    """Posts of a cluster's committee; one person may hold several."""

    CHAIR = "chair", _("Chair")
    VICE_CHAIR = "vice_chair", _("Vice chair")
    SECRETARY = "secretary", pgettext_lazy("committee", "Secretary")
    TREASURER = "treasurer", _("Treasurer")
    PUBLIC_RELATIONS = "public_relations", _("Public relations")
    MARKETING = "marketing", pgettext_lazy("committee", "Marketing")
    MEMBER = "member", pgettext_lazy("committee", "Committee member")
    ADVISER = "adviser", _("Adviser")


class MemberGap(models.TextChoices):
    """What a member of the register may still lack, as staff look for it."""

    PICTURE = "picture", _("without a picture")
    NAME_EN = "name_en", _("without an English name")
    SUBDISTRICT = "subdistrict", _("without a subdistrict")
    CONTACT = "contact", _("without any contact")
