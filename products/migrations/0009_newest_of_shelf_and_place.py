"""The newest goods of a shelf and of a province, found in their order."""

from django.db import migrations, models

from registry.indexing import AddIndexBeside


def newest(of: str, name: str) -> models.Index:
    """Return the index of published goods by ``of``, the newest first."""
    return models.Index(
        models.F(of),
        models.OrderBy(models.F("published_at"), descending=True),
        models.F("id"),
        condition=models.Q(("status", "published")),
        name=name,
    )


class Migration(migrations.Migration):
    """Made beside the work."""

    atomic = False

    dependencies = [("products", "0008_catalogue_counts")]

    operations = [
        AddIndexBeside(
            model_name="product", index=newest("category", "product_public_of_shelf")
        ),
        AddIndexBeside(
            model_name="product", index=newest("province", "product_public_of_place")
        ),
    ]
