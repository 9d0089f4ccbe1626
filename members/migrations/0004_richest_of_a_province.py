"""The producers of a province that have most goods, found in their order."""

from django.db import migrations, models

from registry.indexing import AddIndexBeside


class Migration(migrations.Migration):
    """Made beside the work."""

    atomic = False

    dependencies = [("members", "0003_papers_and_accounts")]

    operations = [
        AddIndexBeside(
            model_name="member",
            index=models.Index(
                models.F("province"),
                models.OrderBy(models.F("goods_count"), descending=True),
                models.F("sort_key"),
                models.F("id"),
                condition=models.Q(("is_placeholder", False), ("status", "published")),
                name="member_public_richest",
            ),
        )
    ]
