"""The members app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """Clusters, members, what they are and who answers for them."""

    name = "members"
    verbose_name = _("Members")
