"""Keep the words of the register's names, with a trigram index on how they sound."""

from django.db import migrations, models

from registry import search_index

COLUMNS = ("sound",)


def create(apps, schema_editor):
    search_index.create(schema_editor, "registry_word", "id", COLUMNS)


def drop(apps, schema_editor):
    search_index.drop(schema_editor, "registry_word", "id", COLUMNS)


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_sheets_in_and_out")]

    operations = [
        migrations.CreateModel(
            name="Word",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("text", models.CharField(max_length=200, unique=True)),
                ("key", models.CharField(max_length=200)),
                ("sound", models.CharField(max_length=200)),
                ("count", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "word",
                "verbose_name_plural": "words",
                "indexes": [
                    models.Index(fields=["sound"], name="registry_word_sound")
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]
