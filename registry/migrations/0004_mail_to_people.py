import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_invitation_about")]

    operations = [
        migrations.AddField(
            "outboxmail",
            "reader",
            models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="account it is written to",
            ),
        ),
        migrations.AddField(
            "outboxmail",
            "topic",
            models.CharField(blank=True, default="", editable=False, max_length=60),
            preserve_default=False,
        ),
    ]
