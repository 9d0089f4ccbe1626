"""All addresses: Thai at ``/``, English under ``/en/`` (architecture.md §4)."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from products.urls import member_patterns, product_patterns
from strategies.urls import cluster_patterns, strategy_patterns

urlpatterns = [
    *i18n_patterns(
        path("products/", include((product_patterns, "products"))),
        path("members/", include((member_patterns, "members"))),
        path("clusters/", include((cluster_patterns, "clusters"))),
        path("strategies/", include((strategy_patterns, "strategies"))),
        path("reports/", include("reports.urls")),
        path("accounts/", include("allauth.account.urls")),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
