"""What the list of producers counts beside its choices, in one narrow index."""

from django.db import migrations, models

from registry.indexing import AddIndexBeside


class Migration(migrations.Migration):
    """Made beside the work."""

    atomic = False

    dependencies = [("members", "0004_richest_of_a_province")]

    operations = [
        AddIndexBeside(
            model_name="member",
            index=models.Index(
                models.F("status"),
                models.F("is_placeholder"),
                models.F("province"),
                models.F("district"),
                models.F("producer_type"),
                condition=models.Q(("is_placeholder", False), ("status", "published")),
                name="member_public_counted",
            ),
        )
    ]
