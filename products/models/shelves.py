"""Categories: the shelves of the catalogue."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from products.enums import (
    OtopType,
)
from products.querysets import (
    CategoryQuerySet,
)
from registry.history import RegisterHistory
from registry.models import (
    Kept,
    Named,
)


class Category(Kept, Named):
    """A shelf of the catalogue: edible or not at the root, two levels below.

    Staff may add shelves; the OTOP type of a product is a separate matter.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent category"),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    otop_type = models.CharField(
        _("usual OTOP type"), max_length=10, choices=OtopType, blank=True
    )
    is_alcohol = models.BooleanField(
        _("alcoholic drinks"),
        default=False,
        help_text=_("Thai law limits their advertising: name and maker only."),
    )
    # Follow from the parents; kept by the actions.
    is_edible = models.BooleanField(_("edible"), default=False, editable=False)
    level = models.PositiveSmallIntegerField(default=0, editable=False)
    path = models.CharField(max_length=120, editable=False, default="", db_index=True)
    history = RegisterHistory(leaving_out=["path", "level"])

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.CheckConstraint(
                name="products_category_two_levels",
                condition=Q(level__lte=2),
                violation_error_message=_(
                    "Categories have two levels below edible and non-edible."
                ),
            )
        ]

    def settle(self) -> None:
        """Work out path, level and edibility from the (loaded) parent."""
        if self.parent is None:
            self.path, self.level = f"{self.code}/", 0
            self.is_edible = self.code == "edible"
        else:
            self.path = f"{self.parent.path}{self.code}/"
            self.level = self.parent.level + 1
            self.is_edible = self.parent.is_edible
