"""Clusters, their members and committee, and how members are reached."""

from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.enums import (
    PERSONAL_KINDS,
    ContactKind,
    LegalForm,
    PostKind,
    ProducerType,
    Quadrant,
)
from members.querysets import (
    ClusterQuerySet,
    ContactQuerySet,
    MemberQuerySet,
    MembershipQuerySet,
    PostQuerySet,
)
from registry.errors import Obstacle
from registry.history import RegisterHistory
from registry.models import (
    Agency,
    Child,
    District,
    Kept,
    Named,
    Province,
    Record,
    Subdistrict,
    in_language,
)
from registry.thai.sorting import sort_key
from registry.thai.text import fold

#: Buddhist-era years the register accepts: the programme's past and near future.
FIRST_YEAR, LAST_YEAR = 2500, 2600
YEAR_VALIDATORS = [MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]


class Cluster(Kept, Named):
    """Producers and agencies of a province that work together on one kind of goods."""

    province = models.ForeignKey(
        Province, models.PROTECT, related_name="clusters", verbose_name=_("province")
    )
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    founded_year = models.PositiveSmallIntegerField(
        _("founded in fiscal year (B.E.)"),
        null=True,
        blank=True,
        validators=YEAR_VALIDATORS,
    )
    lead_agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lead agency"),
    )
    programme_th = models.CharField(_("programme (Thai)"), max_length=250, blank=True)
    programme_en = models.CharField(
        _("programme (English)"), max_length=250, blank=True
    )
    about_th = models.TextField(_("about (Thai)"), blank=True)
    about_en = models.TextField(_("about (English)"), blank=True)
    related = models.ManyToManyField(
        "self", blank=True, verbose_name=_("related clusters")
    )
    visitors_before = models.PositiveIntegerField(
        _("visitors counted before"),
        default=0,
        help_text=_("The figure of an earlier site, from which this one counts on."),
    )
    history = RegisterHistory()

    objects = ClusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")

    @property
    def programme(self) -> str:
        """Return the programme in the reader's language, or the one there is."""
        return in_language(self, "programme")


class VisitorDay(models.Model):
    """How many visitors a cluster's page had on a day; no cookie, no history."""

    cluster = models.ForeignKey(
        Cluster, models.CASCADE, related_name="visitor_days", verbose_name=_("cluster")
    )
    day = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("visitors"), default=0)

    class Meta:
        verbose_name = _("visitors of a day")
        verbose_name_plural = _("visitors by day")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "day"], name="members_visitorday_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cluster_id} {self.day}: {self.count}"


class Member(Record, Named):
    """A producer: group, single owner or SME, with what the register knows of it."""

    CODE_LETTER = "M"

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
            # Duplicates are looked for by folded name within a district.
            models.Index("district", "name_fold", name="member_district_fold"),
            models.Index("status", "submitted_at", "id", name="member_waiting"),
        ]

    def get_absolute_url(self) -> str:
        """Return the producer's public address."""
        return reverse("members:detail", args=[self.code])

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


class MemberSearch(models.Model):
    """What a member is found by, folded; one row a member, written with it."""

    member = models.OneToOneField(
        Member, models.CASCADE, primary_key=True, related_name="search"
    )
    name_norm = models.TextField()
    name_fold = models.TextField()
    text_fold = models.TextField()

    class Meta:
        verbose_name = _("search row of a member")
        verbose_name_plural = _("search rows of members")

    def __str__(self) -> str:
        return self.name_norm


class Contact(Child):
    """One way to reach a member, and the consent that lets it be shown.

    Personal data protection act, sections 19 and 27: consent is asked for each
    field, dated, tied to the wording that was read, and can be taken back.
    """

    PARENTS = ("member",)
    # Consent is a person's: an office cannot bring it back once it was withdrawn.
    NOT_RESTORED = (
        "consented_on",
        "consent_wording",
        "consent_by",
        "consent_withdrawn_on",
    )

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="contacts", verbose_name=_("member")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ContactKind)
    value = models.CharField(_("contact detail"), max_length=300)
    extension = models.CharField(_("extension"), max_length=10, blank=True)
    is_personal = models.BooleanField(
        _("personal data"),
        default=True,
        help_text=_("Names or reaches one person; shown only with consent."),
    )
    consented_on = models.DateField(_("consent given on"), null=True, blank=True)
    consent_wording = models.CharField(
        _("version of the wording"), max_length=20, blank=True
    )
    consent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("consent recorded by"),
    )
    consent_withdrawn_on = models.DateField(
        _("consent withdrawn on"), null=True, blank=True
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(
                name="members_contact_consent_has_wording",
                condition=Q(consented_on__isnull=True) | ~Q(consent_wording=""),
                violation_error_message=_(
                    "Say which version of the wording the person agreed to."
                ),
            ),
            models.CheckConstraint(
                name="members_contact_withdrawn_after_given",
                condition=Q(consent_withdrawn_on__isnull=True)
                | Q(consent_withdrawn_on__gte=F("consented_on")),
                violation_error_message=_(
                    "Consent cannot be withdrawn before it was given."
                ),
            ),
            models.CheckConstraint(
                name="members_contact_people_are_personal",
                condition=~Q(kind__in=sorted(PERSONAL_KINDS)) | Q(is_personal=True),
                violation_error_message=_(
                    "This kind of contact is personal data and needs consent."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"

    @property
    def is_public(self) -> bool:
        """Tell whether anybody may read it today."""
        return not self.is_personal or (
            self.consented_on is not None and self.consent_withdrawn_on is None
        )


class Outlet(Child):
    """A place where a member's goods are sold."""

    PARENTS = ("member",)

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="outlets", verbose_name=_("member")
    )
    name_th = models.CharField(_("name (Thai)"), max_length=250)
    name_en = models.CharField(_("name (English)"), max_length=250, blank=True)
    address_th = models.CharField(_("address (Thai)"), max_length=300, blank=True)
    address_en = models.CharField(_("address (English)"), max_length=300, blank=True)
    hours_th = models.CharField(_("opening hours (Thai)"), max_length=150, blank=True)
    hours_en = models.CharField(
        _("opening hours (English)"), max_length=150, blank=True
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    class Meta:
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")

    def __str__(self) -> str:
        return in_language(self, "name")


class Membership(Child):
    """A member's time in a cluster; it touches the cluster's page only."""

    PARENTS = ("member", "cluster")

    cluster = models.ForeignKey(
        Cluster, models.PROTECT, related_name="memberships", verbose_name=_("cluster")
    )
    member = models.ForeignKey(
        Member, models.CASCADE, related_name="memberships", verbose_name=_("member")
    )
    joined_on = models.DateField(_("joined on"))
    paid_until_year = models.PositiveSmallIntegerField(
        _("renewed until fiscal year (B.E.)"),
        null=True,
        blank=True,
        validators=YEAR_VALIDATORS,
    )
    left_on = models.DateField(_("left on"), null=True, blank=True)
    reason = models.CharField(_("reason for leaving"), max_length=250, blank=True)
    history = RegisterHistory()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                name="members_membership_left_after_joined",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                violation_error_message=_(
                    "A member cannot leave before it has joined."
                ),
            ),
            models.UniqueConstraint(
                name="members_membership_one_running",
                fields=["cluster", "member"],
                condition=Q(left_on__isnull=True),
                violation_error_message=_("This member is in the cluster already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} – {self.cluster_id}"


class Post(Child):
    """A post of a cluster's committee, held for a term."""

    PARENTS = ("cluster",)
    # Consent is the person's, and an office cannot bring it back.
    NOT_RESTORED = ("consented_on",)

    cluster = models.ForeignKey(
        Cluster, models.CASCADE, related_name="posts", verbose_name=_("cluster")
    )
    kind = models.CharField(_("post"), max_length=20, choices=PostKind)
    person_th = models.CharField(_("person (Thai)"), max_length=150)
    person_en = models.CharField(_("person (English)"), max_length=150, blank=True)
    member = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("member"),
    )
    started_on = models.DateField(_("from"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)
    consented_on = models.DateField(
        _("consent to be named given on"), null=True, blank=True
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    history = RegisterHistory()

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee post")
        verbose_name_plural = _("committee posts")
        constraints = [
            models.CheckConstraint(
                name="members_post_term_in_order",
                condition=Q(ended_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(ended_on__gte=F("started_on")),
                violation_error_message=_("A term cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {in_language(self, 'person')}"
