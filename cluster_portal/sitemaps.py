"""What search engines are invited to read, in both languages."""

from collections.abc import Sequence
from itertools import product
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet
from django.urls import reverse

from members.models import Cluster, Member
from products.models import Product
from registry.models import Province
from reports.opendata.base import registered
from strategies.models import Plan


class Bilingual(Sitemap):
    """Addresses with their alternates; ``protocol`` follows the site's address."""

    i18n = True
    alternates = True
    x_default = True
    limit = 5_000
    protocol = settings.SITE_URL.partition("://")[0]

    def get_domain(self, site: Any = None) -> str:
        """Return the host that labels and mails name."""
        return settings.SITE_URL.partition("://")[2]


class Pages(Bilingual):
    """Pages there is one of."""

    def items(self) -> list[str]:
        """Return their names."""
        return [
            "home",
            "products:list",
            "members:list",
            "provinces:list",
            "clusters:list",
            "strategies:list",
            "data:list",
            "data:api",
            "about",
            "contact",
            "privacy",
            "accessibility",
        ]

    def location(self, item: str) -> str:
        """Return a page's address."""
        return reverse(item)


class InLanguages:
    """Rows in each of the languages, as a list that reads only what is taken of it."""

    def __init__(self, rows: QuerySet[Any], languages: Sequence[str]) -> None:
        self.rows, self.languages = rows, languages

    def __len__(self) -> int:
        return self.rows.count() * len(self.languages)

    def __getitem__(self, part: slice) -> list[tuple[Any, str]]:
        times = len(self.languages)
        first, last = part.start // times, -(-part.stop // times)
        pairs = list(product(self.rows[first:last], self.languages))
        return pairs[part.start - first * times : part.stop - first * times]


class Records(Bilingual):
    """Every public record of one kind: a hundred thousand, read a page at a time."""

    model: type[Product | Member]
    #: Two thousand addresses with their alternates take half a second to write.
    limit = 2_000

    @property
    def paginator(self) -> Any:
        """Return the pages; Django's would read every record for each of them."""
        languages = [code for code, _name in settings.LANGUAGES]
        pairs: Any = InLanguages(self.items(), languages)
        return Paginator(pairs, self.limit)

    def items(self) -> Any:
        """Return the records, in a lasting order."""
        rows = self.model.objects.published()
        return rows.order_by("pk").only("code", "updated_at")

    def lastmod(self, item: Product | Member) -> Any:
        """Return when the record last changed."""
        return item.updated_at

    def get_latest_lastmod(self) -> Any:
        """Return when any of them last changed. One query."""
        return self.items().order_by().aggregate(latest=Max("updated_at"))["latest"]


class Products(Records):
    """Every public product."""

    model = Product


class Members(Records):
    """Every public producer."""

    model = Member


class Provinces(Bilingual):
    """Every province."""

    def items(self) -> Any:
        """Return the provinces by code."""
        return Province.objects.order_by("code")

    def location(self, item: Province) -> str:
        """Return a province's address."""
        return reverse("provinces:detail", args=[item.slug])


class Clusters(Bilingual):
    """Every cluster."""

    def items(self) -> Any:
        """Return the clusters, in a lasting order."""
        return Cluster.objects.published().order_by("pk")

    def location(self, item: Cluster) -> str:
        """Return a cluster's address."""
        return reverse("clusters:detail", args=[item.slug])


class Plans(Bilingual):
    """Every public plan, also those no longer in force."""

    def items(self) -> Any:
        """Return the plans, in a lasting order."""
        return Plan.objects.published().select_related("cluster").order_by("pk")


class Datasets(Bilingual):
    """Pages of open data."""

    def items(self) -> list[str]:
        """Return the datasets by slug."""
        return [each.slug for each in registered()]

    def location(self, item: str) -> str:
        """Return a dataset's address."""
        return reverse("data:detail", args=[item])


SITEMAPS = {
    "pages": Pages,
    "products": Products,
    "members": Members,
    "provinces": Provinces,
    "clusters": Clusters,
    "plans": Plans,
    "data": Datasets,
}
