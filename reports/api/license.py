"""The licence under which this installation gives its data to everybody."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class License:
    """Under what conditions the data may be used."""

    #: The choice in the catalogue's form.
    key: str
    title: str | Promise
    url: str


#: By the value of the setting.
LICENSES = {
    "cc-by": License(
        "Creative Commons Attributions",
        _("Creative Commons Attribution 4.0 (CC BY 4.0)"),
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "odc-by": License(
        "Open Data Common",
        _("Open Data Commons Attribution License 1.0 (ODC-By)"),
        "https://opendatacommons.org/licenses/by/1-0/",
    ),
}


def license_of_data() -> License:
    """Return the licence this installation gives its data under."""
    return LICENSES[settings.OPEN_DATA["license"]]
