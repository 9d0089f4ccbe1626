"""Index what members are found by."""

from django.db import migrations

from registry import search_index


def create(apps, schema_editor):
    search_index.create(schema_editor, "members_membersearch", "member_id")


def drop(apps, schema_editor):
    search_index.drop(schema_editor, "members_membersearch", "member_id")


class Migration(migrations.Migration):

    dependencies = [("members", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
