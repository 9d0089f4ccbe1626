"""Find words by their beginning; remember how far a reindexing has come."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_word")]

    operations = [
        migrations.CreateModel(
            name="ReindexPlace",
            fields=[
                (
                    "kind",
                    models.CharField(max_length=20, primary_key=True, serialize=False),
                ),
                ("last_key", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "place of a reindexing",
                "verbose_name_plural": "places of a reindexing",
            },
        ),
        migrations.AddIndex(
            model_name="word",
            index=models.Index(
                fields=["key"],
                opclasses=["varchar_pattern_ops"],
                name="registry_word_key",
            ),
        ),
    ]
