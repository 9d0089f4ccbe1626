"""Provinces, districts and subdistricts of Thailand, by their DOPA codes.

Filled by ``manage.py sync_places`` from the installed ``geothai`` package.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from registry.enums import Region
from registry.models.bilingual import Named


class Place(Named):
    """What every level has: its official code, a slug and a sorting key.

    Romanised names are not unique (two districts are Mae Tha), so nothing is
    ever found by ``name_en`` alone.
    """

    sort_key = models.CharField(max_length=300, db_index=True, editable=False)
    name_fold = models.CharField(max_length=250, db_index=True, editable=False)

    class Meta:
        abstract = True


class Province(Place):
    """One of 76 provinces or Bangkok."""

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    iso_code = models.CharField(_("ISO 3166-2 code"), max_length=5, unique=True)
    region = models.CharField(_("region"), max_length=12, choices=Region)
    slug = models.SlugField(_("address"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("province")
        verbose_name_plural = _("provinces")

    def full_name(self) -> str:
        """Return the name with its title, as officials write it."""
        if self.code == "10":
            return self.name
        return pgettext("full name", "%(name)s Province") % {"name": self.name}


class District(Place):
    """A district (อำเภอ), or a khet of Bangkok."""

    code = models.CharField(_("code"), max_length=4, primary_key=True)
    province = models.ForeignKey(
        Province, models.PROTECT, verbose_name=_("province"), related_name="districts"
    )

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")

    def full_name(self) -> str:
        """Return the name with its title, as officials write it."""
        if self.code.startswith("10"):
            return pgettext("full name", "%(name)s Khet") % {"name": self.name}
        return pgettext("full name", "%(name)s District") % {"name": self.name}


class Subdistrict(Place):
    """A subdistrict (ตำบล), or a khwaeng of Bangkok, with its postcode."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    district = models.ForeignKey(
        District,
        models.PROTECT,
        verbose_name=_("district"),
        related_name="subdistricts",
    )
    postcode = models.CharField(_("postcode"), max_length=5, blank=True)

    class Meta:
        verbose_name = _("subdistrict")
        verbose_name_plural = _("subdistricts")

    def full_name(self) -> str:
        """Return the name with its title, as officials write it."""
        if self.code.startswith("10"):
            return pgettext("full name", "%(name)s Khwaeng") % {"name": self.name}
        return pgettext("full name", "%(name)s Subdistrict") % {"name": self.name}


class AbolishedPlace(models.Model):
    """A code that is no longer in use, and the one that took its place."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name_th = models.CharField(_("name (Thai)"), max_length=250, blank=True)
    successor = models.CharField(_("successor"), max_length=6, blank=True)

    class Meta:
        verbose_name = _("abolished place")
        verbose_name_plural = _("abolished places")

    def __str__(self) -> str:
        return f"{self.code} → {self.successor}"
