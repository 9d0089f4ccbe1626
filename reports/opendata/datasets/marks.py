"""Marks and standards, and how many hold them."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import Member
from products.enums import MarkGoods, MarkScope
from products.models import Certificate, Mark, Product
from reports.api.holders import with_holders
from reports.opendata.base import Catalogue, Column, Dataset, Kind, register


@register
class Marks(Dataset):
    """Every mark the register knows."""

    slug = "marks"
    place = 4
    title = _("Marks and standards of souvenirs")
    description = _(
        "Marks and standards that souvenirs or their producers may hold, who gives "
        "them, and how many published ones hold them in force."
    )
    notes = (_("Certificates that have expired are not counted."),)
    catalogue = Catalogue(
        keywords=(_("marks"), _("standards"), _("certificates"), _("souvenirs")),
        geo_coverage=pgettext_lazy("coverage", "Country"),
    )
    follows = (Mark, Certificate, Product, Member)
    columns = (
        Column("code", _("Code"), Kind.CODE),
        Column("name_th", _("Name (Thai)")),
        Column("name_en", _("Name (English)")),
        Column("abbreviation_th", _("abbreviation (Thai)")),
        Column("abbreviation_en", _("abbreviation (English)")),
        Column("issuer_th", _("issuer (Thai)")),
        Column("issuer_en", _("issuer (English)")),
        Column("given_to", _("given to"), Kind.CODE, choices=MarkScope.choices),
        Column("goods", _("goods"), Kind.CODE, choices=MarkGoods.choices),
        Column("usual_months", _("usual validity in months"), Kind.WHOLE),
        Column("is_historic", _("no longer given"), Kind.YES_NO),
        Column("certificates_in_force", _("Certificates in force"), Kind.WHOLE),
        Column("products_in_force", _("Products that hold it"), Kind.WHOLE),
        Column("members_in_force", _("Producers that hold it"), Kind.WHOLE),
    )

    def found(self) -> QuerySet[Any]:
        """Return marks by code."""
        return with_holders().order_by("code")
