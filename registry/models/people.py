"""Agencies and the people who work for them."""

from collections.abc import Iterable
from typing import Any, ClassVar

import rules
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from registry.enums import AgencyKind, AgencyState, Role
from registry.history import RegisterHistory
from registry.models.bilingual import Named, in_language
from registry.models.kept import Kept
from registry.models.places import Province
from registry.querysets import AgencyQuerySet, UserQuerySet
from registry.scope import NOWHERE, Scope

#: Languages people read; the names are shown as their readers write them.
LANGUAGES = (("th", "ไทย"), ("en", "English"))


class Agency(Kept, Named):
    """An office, company or university that keeps or serves records."""

    #: Names an office the portal itself knows ("pio-42"); empty for the others.
    key = models.CharField(
        _("key"), max_length=40, unique=True, null=True, blank=True, editable=False
    )
    kind = models.CharField(_("kind"), max_length=20, choices=AgencyKind)
    abbreviation_th = models.CharField(
        _("abbreviation (Thai)"), max_length=40, blank=True
    )
    abbreviation_en = models.CharField(
        _("abbreviation (English)"), max_length=40, blank=True
    )
    provinces = models.ManyToManyField(
        Province,
        verbose_name=_("provinces"),
        blank=True,
        related_name="agencies",
        help_text=_("Provinces whose records this agency works on."),
    )
    is_national = models.BooleanField(
        _("national"), default=False, help_text=_("Works on every province.")
    )
    website = models.URLField(_("website"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=AgencyState, default=AgencyState.PENDING
    )
    history = RegisterHistory()

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    @property
    def abbreviation(self) -> str:
        """Return the abbreviation in the reader's language, or the one there is."""
        return in_language(self, "abbreviation")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes accounts; e-mail addresses are kept in lower case."""

    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> Any:
        """Make an account; without a password it cannot sign in until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> Any:
        """Return the account of an address, however it was capitalised."""
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser):
    """A person who signs in by e-mail. Role says what they do, agency where."""

    email = models.EmailField(_("e-mail"), unique=True)
    name_th = models.CharField(_("name (Thai)"), max_length=150)
    name_en = models.CharField(_("name (English)"), max_length=150, blank=True)
    post = models.CharField(_("post"), max_length=150, blank=True)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("agency"),
        related_name="people",
    )
    role = models.CharField(
        _("role"), max_length=15, choices=Role, default=Role.OFFICER
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("An account that is not active is signed out at once."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    language = models.CharField(
        _("language of mails"), max_length=2, choices=LANGUAGES, default="th"
    )
    wants_digest = models.BooleanField(
        _("one mail a day about what waits"), default=True
    )
    wants_decisions = models.BooleanField(
        _("a mail when something I submitted is decided"), default=True
    )
    history = RegisterHistory(leaving_out=["password", "last_login"])

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name_th"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="registry_user_email_once",
                violation_error_message=_("There is already a user with this e-mail."),
            ),
            models.CheckConstraint(
                name="registry_user_has_agency",
                condition=models.Q(role__in=[Role.PRODUCER, Role.ADMINISTRATOR])
                | models.Q(agency__isnull=False),
                violation_error_message=_("A person of this role needs an agency."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name in the reader's language, or the one there is."""
        return in_language(self, "name") or self.email

    def get_full_name(self) -> str:
        """Return the name, under the method Django's pages ask for."""
        return self.name

    get_short_name = get_full_name

    @property
    def is_administrator(self) -> bool:
        """Tell whether the person runs the whole register."""
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def is_staff(self) -> bool:
        """Tell whether the admin opens for the person."""
        return self.is_active and self.role in {Role.REVIEWER, Role.ADMINISTRATOR}

    @property
    def is_superuser(self) -> bool:
        """Tell Django's own checks who the administrators are."""
        return self.is_administrator

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Ask the predicates of ``rules``; the same ones pages and actions ask."""
        return self.is_active and rules.has_perm(perm, self, obj)

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        """Tell whether every one of ``perm_list`` holds."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Open every part of the admin to staff; each page decides for itself."""
        return self.is_staff

    @cached_property
    def scope(self) -> Scope:
        """Return where the person works. One query (two if the agency is not loaded).

        Kept on the instance, so for one request: a changed agency counts from
        the next one.
        """
        if self.is_administrator:
            return Scope(everywhere=True, agency_id=self.agency_id)
        if not self.is_active or self.agency is None:
            return NOWHERE
        if self.agency.state != AgencyState.APPROVED:
            return NOWHERE
        if self.agency.is_national:
            return Scope(everywhere=True, agency_id=self.agency_id)
        codes = self.agency.provinces.values_list("code", flat=True)
        return Scope(provinces=frozenset(codes), agency_id=self.agency_id)


def display_name(user: User) -> str:
    """Return the name allauth shows; never the address."""
    return user.name
