"""All addresses: Thai at ``/``, English under ``/en/`` (architecture.md §4).

Views of other packages get their access marks here; ours carry their own.
"""

from collections.abc import Iterable

from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import URLPattern, URLResolver, include, path

from cluster_portal import views
from cluster_portal.sitemaps import SITEMAPS
from members.urls import account_patterns, consent_patterns, renewal_patterns
from products.urls import (
    cluster_enquiry_patterns,
    enquiry_patterns,
    member_patterns,
    outside_patterns,
    picture_zip_patterns,
    product_patterns,
    suggest_patterns,
)
from registry.access import EVERYBODY, STAFF, mark, public
from registry.enums import Role
from registry.urls import (
    audit,
    importing,
    joining,
    merging,
    personal,
    review,
    workspace,
)
from registry.views import accounts
from registry.views.files import private_file, public_file
from registry.views.gallery import gallery
from registry.views.preferences import mail_preferences
from reports.opendata.urls import file_patterns as data_files
from reports.opendata.urls import page_patterns as data_pages
from strategies.urls import cluster_patterns, strategy_patterns

#: Account pages that open without being signed in.
OPEN_ACCOUNT_PAGES = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "account_confirm_login_code",
    "mfa_authenticate",
}
EVERY_ROLE = frozenset(Role.values)
handler429 = "cluster_portal.accounts.too_many"  # allauth asks for it by this name
# Below /api/ errors are JSON, everywhere else the usual pages.
handler400 = "reports.api.problems.bad_request"
handler404 = "reports.api.problems.not_found"
handler500 = "reports.api.problems.server_error"


def flat(patterns: Iterable[URLPattern | URLResolver]) -> Iterable[URLPattern]:
    """Return the patterns of a tree, one by one."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from flat(each.url_patterns)
        else:
            yield each


for _pattern in flat([*account_urls.urlpatterns, *mfa_urls.urlpatterns]):
    _open = _pattern.name in OPEN_ACCOUNT_PAGES
    mark(_pattern.callback, EVERYBODY if _open else EVERY_ROLE)

_admin_patterns, _, _ = _admin = admin.site.urls
for _pattern in flat(_admin_patterns):
    _door = _pattern.name in {"login", "logout"}
    mark(_pattern.callback, EVERYBODY if _door else frozenset(STAFF))

province_patterns = [
    path("", views.province_list, name="list"),
    path("<slug:slug>/", views.province_detail, name="detail"),
]

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path(
        "sitemap.xml",
        public(sitemap_views.index),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-section"},
        name="sitemap",
    ),
    path(
        "sitemap-<section>.xml",
        public(sitemap_views.sitemap),
        {"sitemaps": SITEMAPS},
        name="sitemap-section",
    ),
    path("media/<path:name>", public_file, name="media"),
    path("files/<str:token>/", private_file, name="file"),
    path("data/", include((data_files, "datafiles"))),
    path("api/v1/", include("reports.api.urls")),
    *i18n_patterns(
        path("", views.home, name="home"),
        *suggest_patterns,
        path("products/", include((product_patterns, "products"))),
        path("members/", include((member_patterns, "members"))),
        path("provinces/", include((province_patterns, "provinces"))),
        path(
            "clusters/",
            include(([*cluster_patterns, *cluster_enquiry_patterns], "clusters")),
        ),
        path("strategies/", include((strategy_patterns, "strategies"))),
        path("data/", include((data_pages, "data"))),
        path("reports/", include("reports.urls")),
        path("workspace/people/", include((joining.people_patterns, "people"))),
        path(
            "workspace/members/<int:pk>/account/",
            include((account_patterns, "producer_accounts")),
        ),
        path(
            "workspace/members/<int:pk>/consents/",
            include((consent_patterns, "consents")),
        ),
        path("workspace/enquiries/", include((enquiry_patterns, "enquiries"))),
        path(
            "workspace/import/pictures/",
            include((picture_zip_patterns, "picture_zip")),
        ),
        path("workspace/import/", include((importing.patterns, "importing"))),
        path("workspace/", include((workspace.patterns, "workspace"))),
        path("review/joins/", include((joining.decision_patterns, "joins"))),
        path("review/renewals/", include((renewal_patterns, "renewals"))),
        path("review/outside/", include((outside_patterns, "outside"))),
        path("review/merge/", include((merging.patterns, "merges"))),
        path("review/", include((review.patterns, "review"))),
        path("audit/", include((audit.patterns, "audit"))),
        path("personal/", include((personal.patterns, "personal"))),
        path("about/", views.about, name="about"),
        path("contact/", views.contact, name="contact"),
        path("privacy/", views.privacy, name="privacy"),
        path("accessibility/", views.accessibility, name="accessibility"),
        path("accounts/agency/", include((joining.patterns, "joining"))),
        path(
            "accounts/invitation/",
            include((joining.invitation_patterns, "invitations")),
        ),
        path("accounts/", accounts.overview, name="account_overview"),
        path("accounts/mail/", mail_preferences, name="account_mail"),
        path("accounts/", include(account_urls)),
        path("accounts/2fa/", include(mfa_urls)),
        path("accounts/sessions/", accounts.devices, name="account_devices"),
        path(
            "accounts/sessions/<int:pk>/end/",
            accounts.end_session,
            name="account_end_session",
        ),
        path("admin/gallery/", gallery, name="gallery"),
        path("admin/", _admin),
        prefix_default_language=False,
    ),
]
