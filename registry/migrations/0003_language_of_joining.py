from django.db import migrations, models

LANGUAGE = {
    "choices": [("th", "ไทย"), ("en", "English")],
    "default": "th",
    "editable": False,
    "max_length": 2,
    "verbose_name": "language of mails",
}


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_joining_and_review")]

    operations = [
        migrations.AddField(
            "joinrequest", "language", models.CharField(**LANGUAGE)
        ),
        migrations.AddField(
            "historicaljoinrequest", "language", models.CharField(**LANGUAGE)
        ),
        migrations.AddField(
            "invitation",
            "about",
            models.CharField(blank=True, default="", editable=False, max_length=60),
            preserve_default=False,
        ),
    ]
