"""What every page knows: the register's name, its addresses, its languages."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language, gettext


@dataclass(frozen=True)
class Alternate:
    """The page a reader sees, in one of the languages."""

    code: str
    #: The language's name for itself.
    label: str
    #: Path and query, for links on the page.
    path: str
    #: Absolute and without the query, for search engines.
    url: str
    is_current: bool


@dataclass(frozen=True)
class Site:
    """The portal as its pages name it."""

    name: str
    #: Scheme and host printed in absolute addresses, without a slash at the end.
    url: str
    #: Absolute address of this page, without the query.
    canonical: str
    #: Where in the menu this page is: "products" for the list, "products/" below it.
    place: str
    is_demo: bool
    #: This page in every language, Thai first.
    languages: tuple[Alternate, ...]

    @property
    def other_languages(self) -> tuple[Alternate, ...]:
        """Return the languages the reader may change to."""
        return tuple(each for each in self.languages if not each.is_current)


def site(request: HttpRequest) -> dict[str, Site]:
    """Give templates ``site``. At most one query a minute, for the banner.

    The frame of the pages asks for it as ``portal``: allauth's views bring a
    ``site`` of their own, which hides ours.
    """
    # Inside, because a context processor is imported before the models are.
    from registry.models import is_demonstration

    here = Site(
        name=gettext("Thai Souvenirs"),
        url=settings.SITE_URL,
        canonical=settings.SITE_URL + request.path,
        place=place_of(request.path),
        is_demo=is_demonstration(),
        languages=alternates(request.get_full_path()),
    )
    return {"site": here, "portal": here}


def place_of(path: str) -> str:
    """Return the part of the site that ``path`` is, or lies in."""
    language, _slash, rest = path.lstrip("/").partition("/")
    inside = rest if language in dict(settings.LANGUAGES) else f"{language}/{rest}"
    part, _slash, deeper = inside.partition("/")
    return f"{part}/" if deeper else part


def alternates(path: str) -> tuple[Alternate, ...]:
    """Return the page at ``path`` in every language.

    An address that belongs to no page has no translation: its reader is led to
    the start page of the other language.
    """
    current = get_language()
    found = []
    for code, label in (("th", "ไทย"), ("en", "English")):
        there = path if code == current else translate_url(path, code)
        if code != current and there == path:
            there = "/" if code == settings.LANGUAGE_CODE else f"/{code}/"
        url = settings.SITE_URL + there.partition("?")[0]
        found.append(Alternate(code, label, there, url, is_current=code == current))
    return tuple(found)
