"""Goods of the same shelf in the same province, found in their order."""

from django.db import migrations, models

from registry.indexing import AddIndexBeside


class Migration(migrations.Migration):
    """Made beside the work."""

    atomic = False

    dependencies = [("products", "0010_champions")]

    operations = [
        AddIndexBeside(
            model_name="product",
            index=models.Index(
                models.F("category"),
                models.F("province"),
                models.OrderBy(models.F("published_at"), descending=True),
                models.F("id"),
                condition=models.Q(("status", "published")),
                name="product_public_nearby",
            ),
        )
    ]
