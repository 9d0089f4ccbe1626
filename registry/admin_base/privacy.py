"""What an administrator does with a person's data, on pages of the admin."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from registry.admin_base.person import person


def privacy_panel(request: HttpRequest, row: Any) -> SafeString:
    """Offer to hand out or erase what is kept of the people behind ``row``."""
    if not person(request).is_administrator:
        return SafeString("")
    return render_to_string("privacy/panel.html", {"row": row}, request)
