"""The composition root as an app, and the admin site it uses."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Home, province pages, health and the commands that need every app."""

    name = "cluster_portal"
    verbose_name = _("Portal")


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our site: signs in through the one door there is."""

    default_site = "cluster_portal.admin_site.PortalAdminSite"
    default = False
