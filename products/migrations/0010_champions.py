"""The goods that won five stars last, found in their order."""

from django.db import migrations, models

from registry.indexing import AddIndexBeside


class Migration(migrations.Migration):
    """Made beside the work."""

    atomic = False

    dependencies = [("products", "0009_newest_of_shelf_and_place")]

    operations = [
        AddIndexBeside(
            model_name="product",
            index=models.Index(
                models.OrderBy(models.F("current_stars_year"), descending=True),
                models.OrderBy(models.F("published_at"), descending=True),
                models.F("id"),
                condition=models.Q(
                    ("current_stars", 5), ("is_alcohol", False), ("status", "published")
                ),
                name="product_public_champions",
            ),
        )
    ]
