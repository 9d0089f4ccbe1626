"""Members: producers, and what they are found by."""

from collections.abc import Sequence
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import (
    LegalForm,
    ProducerType,
    Quadrant,
)
from members.models.clusters import YEAR_VALIDATORS
from members.querysets import (
    MemberQuerySet,
)
from registry.addresses import page_below
from registry.errors import Obstacle
from registry.history import RegisterHistory
from registry.models import (
    District,
    Named,
    Record,
    SearchRow,
    Subdistrict,
    in_language,
)
from registry.thai.sorting import sort_key
from registry.thai.text import fold


class Member(Record, Named):
    """A producer: group, single owner or SME, with what the register knows of it."""

    CODE_LETTER = "M"
    TOGETHER = (
        ("otop_number", "otop_year"),
        ("leader_id_last4", "leader_id_hash"),
        ("house", "village_number", "village", "street"),
        ("subdistrict", "district", "postcode"),
        ("latitude", "longitude"),
        ("workers", "local_workers"),
    )

    other_names = models.CharField(
        _("other names"),
        max_length=300,
        blank=True,
        help_text=_("Former, short or romanised names people search by."),
    )
    producer_type = models.CharField(
        _("producer type"), max_length=10, choices=ProducerType, blank=True
    )
    legal_form = models.CharField(
        _("legal form"), max_length=22, choices=LegalForm, blank=True
    )
    otop_number = models.CharField(
        _("OTOP registration number"), max_length=32, blank=True
    )
    otop_year = models.PositiveSmallIntegerField(
        _("year of OTOP registration (B.E.)"),
        null=True,
        blank=True,
        validators=YEAR_VALIDATORS,
    )
    enterprise_number = models.CharField(
        _("community enterprise number"), max_length=32, blank=True
    )
    juristic_number = models.CharField(
        _("juristic person number"), max_length=13, blank=True
    )
    leader_id_hash = models.CharField(max_length=64, blank=True, editable=False)
    leader_id_last4 = models.CharField(max_length=4, blank=True, editable=False)
    house = models.CharField(_("house number"), max_length=60, blank=True)
    village_number = models.CharField(
        _("village number (moo)"), max_length=10, blank=True
    )
    village = models.CharField(_("village"), max_length=100, blank=True)
    street = models.CharField(_("street"), max_length=150, blank=True)
    subdistrict = models.ForeignKey(
        Subdistrict,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("subdistrict"),
    )
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name=_("district")
    )
    postcode = models.CharField(_("postcode"), max_length=5, blank=True)
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(5)), MaxValueValidator(Decimal(21))],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(97)), MaxValueValidator(Decimal(106))],
    )
    workers = models.PositiveIntegerField(_("workers"), null=True, blank=True)
    local_workers = models.PositiveIntegerField(
        _("of them from the community"), null=True, blank=True
    )
    story_th = models.TextField(_("story (Thai)"), blank=True)
    story_en = models.TextField(_("story (English)"), blank=True)
    quadrant = models.CharField(
        _("quadrant"), max_length=1, choices=Quadrant, blank=True
    )
    portrait = models.JSONField(_("picture"), default=dict, blank=True, editable=False)
    private_notes = models.TextField(
        _("internal notes"),
        blank=True,
        help_text=_("For staff only; never shown to the public or exported."),
    )
    is_placeholder = models.BooleanField(
        _("placeholder"),
        default=False,
        editable=False,
        help_text=_("Stands for a producer whose name the source does not give."),
    )
    # Kept by the actions; recounted by ``check_register``.
    sort_key = models.CharField(max_length=300, editable=False, default="")
    name_fold = models.CharField(max_length=300, editable=False, default="")
    goods_count = models.PositiveIntegerField(
        _("published goods"), default=0, editable=False
    )
    history = RegisterHistory(leaving_out=["sort_key", "name_fold", "goods_count"])

    objects = MemberQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="members_member_placeholder_not_public",
                condition=Q(is_placeholder=False) | ~Q(status="published"),
            ),
            models.CheckConstraint(
                name="members_member_local_workers_within_workers",
                condition=Q(local_workers__isnull=True)
                | Q(workers__isnull=True)
                | Q(local_workers__lte=F("workers")),
                violation_error_message=_(
                    "There cannot be more workers from the community than workers."
                ),
            ),
            models.CheckConstraint(
                name="members_member_both_coordinates",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message=_("Give both latitude and longitude."),
            ),
            models.UniqueConstraint(
                name="members_member_one_placeholder",
                fields=["district", "name_th"],
                condition=Q(is_placeholder=True),
            ),
        ]
        indexes = [
            # Lists of the admin and of the public, in the order they are read.
            models.Index("province", "sort_key", "id", name="member_province_sorted"),
            models.Index("sort_key", "id", name="member_sorted"),
            models.Index(
                "sort_key",
                "id",
                name="member_public_sorted",
                condition=Q(status="published", is_placeholder=False),
            ),
            # A province's page: who makes most, and how many there are.
            models.Index(
                "province",
                F("goods_count").desc(),
                "sort_key",
                "id",
                name="member_public_richest",
                condition=Q(status="published", is_placeholder=False),
            ),
            # All that counting reads: the table itself is left alone.
            models.Index(
                "status",
                "is_placeholder",
                "province",
                "district",
                "producer_type",
                name="member_public_counted",
                condition=Q(status="published", is_placeholder=False),
            ),
            # Duplicates are looked for by folded name within a district.
            models.Index("district", "name_fold", name="member_district_fold"),
            models.Index("status", "submitted_at", "id", name="member_waiting"),
        ]

    def get_absolute_url(self) -> str:
        """Return the producer's public address."""
        return page_below("members:list", self.code)

    @property
    def story(self) -> str:
        """Return the story in the reader's language, or the one there is."""
        return in_language(self, "story")

    def settle(self) -> None:
        """Work out sorting key and fold; the district names the province."""
        self.province_id = self.district_id[:2]
        self.sort_key = sort_key(self.name_th)[:300]
        self.name_fold = fold(self.name_th)[:300]
        if self.subdistrict is not None and not self.postcode:
            self.postcode = self.subdistrict.postcode

    def obstacles(self) -> Sequence[Obstacle]:
        """Return what publication still needs."""
        found = []
        if self.is_placeholder:
            found.append(
                Obstacle(
                    "name_th",
                    _("A placeholder without a producer’s name cannot be published."),
                )
            )
        if self.subdistrict is not None and self.subdistrict.district_id != (
            self.district_id
        ):
            found.append(
                Obstacle("subdistrict", _("The subdistrict lies in another district."))
            )
        return found


class MemberSearch(SearchRow):
    """What a member is found by, folded; one row a member, written with it."""

    member = models.OneToOneField(
        Member, models.CASCADE, primary_key=True, related_name="search"
    )

    class Meta:
        verbose_name = _("search row of a member")
        verbose_name_plural = _("search rows of members")
