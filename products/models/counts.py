"""Kept numbers of the catalogue: what stands beside the choices of its filters."""

from django.db import models

from products.enums import OtopType


class CatalogueCount(models.Model):
    """How many published products hold one value among those that hold another.

    Values are written as :mod:`products.counting` writes them. Changes not yet added
    wait as :class:`CatalogueChange`; ``products.actions.counting`` adds them.
    """

    #: The value that is chosen; empty for the whole catalogue.
    given = models.CharField(max_length=24)
    #: The value that is counted; empty for all products.
    held = models.CharField(max_length=24)
    count = models.IntegerField()

    class Meta:
        verbose_name = "number of the catalogue"
        verbose_name_plural = "numbers of the catalogue"
        constraints = [
            models.UniqueConstraint(
                fields=["given", "held"], name="products_cataloguecount_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.given} {self.held}"


class CatalogueChange(models.Model):
    """Products alike in all that is counted, of which some came or went.

    The database itself writes them, by triggers on the products
    (``products.counting_triggers``): no writer waits for another, and none can forget.
    The columns are those of a product.
    """

    province = models.CharField(max_length=2, db_column="province_id")
    district = models.CharField(max_length=4, db_column="district_id")
    category = models.BigIntegerField(null=True, db_column="category_id")
    current_stars = models.SmallIntegerField(null=True)
    price_band = models.SmallIntegerField(null=True)
    marks_held = models.BigIntegerField()
    otop_type = models.CharField(max_length=10, choices=OtopType, blank=True)
    season = models.SmallIntegerField()
    #: How many more there are; less than zero where some went.
    delta = models.IntegerField()

    class Meta:
        verbose_name = "change of the catalogue's numbers"
        verbose_name_plural = "changes of the catalogue's numbers"

    def __str__(self) -> str:
        return f"{self.delta:+d}"
