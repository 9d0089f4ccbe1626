"""Index what products are found by."""

from django.db import migrations

from registry import search_index


def create(apps, schema_editor):
    search_index.create(schema_editor, "products_productsearch", "product_id")


def drop(apps, schema_editor):
    search_index.drop(schema_editor, "products_productsearch", "product_id")


class Migration(migrations.Migration):

    dependencies = [("products", "0002_photo_sha256")]

    operations = [migrations.RunPython(create, drop)]
