"""The fourteen fields that the government's data catalogue asks of every dataset.

Metadata standard of the Digital Government Development Agency, as the GD Catalog
keeps it (docs/open-data.md): keys of CKAN, labels and choices in both languages. The
Thai choices are those of its form, letter by letter, so that they can be copied.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise, lazystr
from django.utils.translation import get_language, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from reports.api.license import license_of_data
from reports.opendata.base import Dataset, Text


@dataclass(frozen=True)
class Field:
    """One field: CKAN's key, what it is called, and what it says."""

    key: str
    label: Text
    values: Sequence[Text]

    @property
    def text(self) -> str:
        """Return what it says, in the reader's language."""
        return ", ".join(map(str, self.values))


def owner() -> Text:
    """Return who publishes the data."""
    return _named("owner", _("Thai Souvenirs"))


def contact() -> Text:
    """Return the unit that answers for the data; never a person."""
    return _named("contact", _("The office that runs the register"))


def email() -> str:
    """Return the address of that unit."""
    return settings.OPEN_DATA["email"] or settings.DEFAULT_FROM_EMAIL


def _named(name: str, otherwise: Text) -> Text:
    thai, english = settings.OPEN_DATA[f"{name}_th"], settings.OPEN_DATA[f"{name}_en"]
    if not (thai or english):
        return otherwise
    return _either(thai or english, english or thai)


def _either(thai: str, english: str) -> Promise:
    """Return a text that follows the reader's language."""
    return lazystr(_Spoken(thai, english))


@dataclass(frozen=True)
class _Spoken:
    thai: str
    english: str

    def __str__(self) -> str:
        return self.english if get_language() == "en" else self.thai


def fields_of(dataset: Dataset) -> tuple[Field, ...]:
    """Return the fourteen fields of a dataset, in the order of the standard."""
    kept = dataset.catalogue
    return (
        Field("data_type", _("Type of dataset"), [kept.data_type]),
        Field("title", _("Name of the dataset"), [dataset.title]),
        Field("owner_org", _("Organisation"), [owner()]),
        Field("maintainer", _("Contact (unit)"), [contact()]),
        Field("maintainer_email", _("Contact e-mail"), [email()]),
        Field("tag_string", _("Keywords"), kept.keywords),
        Field("notes", pgettext_lazy("catalogue", "Details"), [dataset.description]),
        Field(
            "objective",
            _("Objective"),
            [
                pgettext_lazy("objective", "Mission of the agency"),
                pgettext_lazy("objective", "Service to the public"),
            ],
        ),
        Field(
            "update_frequency_unit",
            _("Unit of update frequency"),
            [pgettext_lazy("frequency", "In real time")],
        ),
        Field("geo_coverage", _("Geographic or area coverage"), [kept.geo_coverage]),
        Field(
            "data_source",
            pgettext_lazy("catalogue", "Source"),
            [_("Register of the souvenir cluster, kept by the provinces’ offices")],
        ),
        Field("data_format", _("Format of the data"), ["CSV", "JSON"]),
        Field(
            "data_category",
            _("Category by government data governance"),
            [pgettext_lazy("data category", "Public data")],
        ),
        Field("license_id", _("Licence"), [license_of_data().title]),
    )


def both(text: Text) -> dict[str, str]:
    """Return a text in both languages."""
    found = {}
    for language in ("th", "en"):
        with override(language):
            found[language] = str(text)
    return found


def described(dataset: Dataset) -> dict[str, object]:
    """Return what a file says of itself, in both languages, for programs to read."""
    return {
        "name": dataset.slug,
        "page": settings.SITE_URL + _thai_url(dataset),
        "license_url": license_of_data().url,
        "metadata": {
            each.key: {
                "label": both(each.label),
                "value": [both(value) for value in each.values],
            }
            for each in fields_of(dataset)
        },
        "columns": [
            {
                "key": column.key,
                "type": column.kind.value,
                "title": both(column.title),
                **(
                    {"values": {str(key): both(label) for key, label in column.choices}}
                    if column.choices
                    else {}
                ),
            }
            for column in dataset.columns
        ],
    }


def _thai_url(dataset: Dataset) -> str:
    with override("th"):
        return dataset.url
