"""The admin site: Django's, behind the portal's one door."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(AdminSite):
    """The place where provincial staff spend their day."""

    site_header = _("Register of the souvenir clusters")
    site_title = _("Register")
    index_title = _("Today")
