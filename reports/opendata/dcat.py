"""The datasets in the words of DCAT, which catalogues of data harvest."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from reports.api.license import license_of_data
from reports.models import DataSnapshot
from reports.opendata.base import Dataset, Edition, Text
from reports.opendata.files import FORMS
from reports.opendata.metadata import (
    both,
    contact,
    email,
    fields_of,
    owner,
)

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: Of the EU's vocabularies, which DCAT catalogues share.
CONTINUOUS = "http://publications.europa.eu/resource/authority/frequency/CONT"
THAILAND = "http://publications.europa.eu/resource/authority/country/THA"
LANGUAGES = [
    "http://publications.europa.eu/resource/authority/language/THA",
    "http://publications.europa.eu/resource/authority/language/ENG",
]
MEDIA_TYPES = {
    "csv": "https://www.iana.org/assignments/media-types/text/csv",
    "json": "https://www.iana.org/assignments/media-types/application/json",
}

Node = dict[str, Any]


def catalog(
    datasets: Iterable[Dataset],
    editions: Mapping[str, Edition],
    snapshots: Sequence[DataSnapshot],
) -> Node:
    """Return the catalogue of all datasets."""
    home = _page("data:list")
    return {
        "@context": CONTEXT,
        "@id": home,
        "@type": "dcat:Catalog",
        "dct:title": _spoken(_("Open data of the souvenir cluster")),
        "dct:description": _spoken(
            _("Datasets of the register that everybody may take and use again.")
        ),
        "dct:publisher": _publisher(),
        "dct:license": _ref(license_of_data().url),
        "dct:language": [_ref(each) for each in LANGUAGES],
        "foaf:homepage": _ref(home),
        "dcat:dataset": [
            node(dataset, editions[dataset.slug], snapshots) for dataset in datasets
        ],
    }


def page(dataset: Dataset, edition: Edition, snapshots: Sequence[DataSnapshot]) -> Node:
    """Return one dataset, as its page holds it."""
    return {"@context": CONTEXT, **node(dataset, edition, snapshots)}


def node(dataset: Dataset, edition: Edition, snapshots: Sequence[DataSnapshot]) -> Node:
    """Return a dataset with its files, the yearly ones among them."""
    with override("th"):
        address = settings.SITE_URL + dataset.url
    own = [each for each in snapshots if each.dataset == dataset.slug]
    keywords = next(f.values for f in fields_of(dataset) if f.key == "tag_string")
    return {
        "@id": address,
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.slug,
        "dct:title": _spoken(dataset.title),
        "dct:description": _spoken(dataset.description),
        "dct:publisher": _publisher(),
        "dct:license": _ref(license_of_data().url),
        "dct:language": [_ref(each) for each in LANGUAGES],
        "dct:accrualPeriodicity": _ref(CONTINUOUS),
        "dct:spatial": _ref(THAILAND),
        "dct:modified": _moment(edition.modified.isoformat()),
        "dcat:keyword": [each for word in keywords for each in _spoken(word)],
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": _spoken(contact()),
            "vcard:hasEmail": _ref(f"mailto:{email()}"),
        },
        "dcat:landingPage": _ref(address),
        "dcat:distribution": [
            *(_file(dataset.file_url(form), form) for form in FORMS),
            *(_snapshot(dataset, each) for each in own),
        ],
    }


def _file(address: str, form: str) -> Node:
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": [{"@value": form.upper(), "@language": "en"}],
        "dct:license": _ref(license_of_data().url),
        "dcat:accessURL": _ref(address),
        "dcat:downloadURL": _ref(address),
        "dcat:mediaType": _ref(MEDIA_TYPES[form]),
    }


def _snapshot(dataset: Dataset, kept: DataSnapshot) -> Node:
    found = _file(dataset.file_url(kept.format, kept.year), kept.format)
    title = f"{kept.format.upper()} {kept.year}"
    return found | {
        "dct:title": [{"@value": title, "@language": "th"}],
        "dct:issued": _moment(kept.made_at.isoformat()),
        "dcat:byteSize": kept.size,
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": _ref(
                "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
            ),
            "spdx:checksumValue": kept.sha256,
        },
    }


def _publisher() -> Node:
    return {"@type": "foaf:Agent", "foaf:name": _spoken(owner())}


def _spoken(text: Text) -> list[Node]:
    return [
        {"@value": said, "@language": language} for language, said in both(text).items()
    ]


def _ref(address: str) -> Node:
    return {"@id": address}


def _moment(text: str) -> Node:
    return {"@type": "xsd:dateTime", "@value": text}


def _page(name: str) -> str:
    with override("th"):
        return settings.SITE_URL + reverse(name)
