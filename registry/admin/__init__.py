"""The kernel's tables in the admin."""

from registry.admin import people, places, portal

__all__ = ["people", "places", "portal"]
