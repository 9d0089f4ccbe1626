from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_joining_and_review")]

    operations = [
        migrations.AddField(
            "invitation",
            "about",
            models.CharField(blank=True, default="", editable=False, max_length=60),
            preserve_default=False,
        ),
    ]
