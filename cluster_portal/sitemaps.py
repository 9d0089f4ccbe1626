"""What search engines are invited to read, in both languages."""

from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from members.models import Cluster, Member
from products.models import Product
from registry.models import Province
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
            "about",
            "contact",
            "privacy",
            "accessibility",
        ]

    def location(self, item: str) -> str:
        """Return a page's address."""
        return reverse(item)


class Products(Bilingual):
    """Every public product."""

    def items(self) -> Any:
        """Return the products, in a lasting order."""
        return Product.objects.published().order_by("pk").only("code", "updated_at")

    def lastmod(self, item: Product) -> Any:
        """Return when the product last changed."""
        return item.updated_at


class Members(Bilingual):
    """Every public producer."""

    def items(self) -> Any:
        """Return the producers, in a lasting order."""
        return Member.objects.published().order_by("pk").only("code", "updated_at")

    def lastmod(self, item: Member) -> Any:
        """Return when the producer last changed."""
        return item.updated_at


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


SITEMAPS = {
    "pages": Pages,
    "products": Products,
    "members": Members,
    "provinces": Provinces,
    "clusters": Clusters,
    "plans": Plans,
}
