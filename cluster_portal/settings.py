"""Settings of the portal: one file, read from the environment, safe by default.

Every variable is listed with what it does in ``.env.example``. A value of the
wrong type stops the start with the variable's name; nothing is guessed.
"""

import os
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(os.environ.get("PORTAL_ENV_FILE", BASE_DIR / ".env"))

# --- What this installation is ------------------------------------------------

DEBUG = env.bool("PORTAL_DEBUG", default=False)
#: A folder for everything the portal writes: database, media, collected files.
DATA_DIR = Path(env.str("PORTAL_DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)


def secret_key() -> str:
    """Return the secret of the environment, or the one kept beside the data.

    A first start without a secret makes one, readable by its owner only, so
    that no two installations share a default. Several machines of one
    installation must share ``PORTAL_SECRET_KEY``.
    """
    given = env.str("PORTAL_SECRET_KEY", default="")
    if given:
        return given
    kept = DATA_DIR / "secret-key"
    if not kept.exists():
        fresh = DATA_DIR / f"secret-key.{os.getpid()}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(get_random_secret_key())
        try:
            # A link fails where the name exists: of two first starts, one wins.
            os.link(fresh, kept)
        except FileExistsError:
            pass
        fresh.unlink()
    return kept.read_text().strip()


SECRET_KEY = secret_key()
#: Whether all machines can have it (registry/checks.py).
SECRET_IS_GIVEN = bool(env.str("PORTAL_SECRET_KEY", default=""))
#: Keys the hashes of identity numbers; changing it makes the kept ones useless.
IDENTITY_HASH_KEY = env.str("PORTAL_IDENTITY_KEY", default="") or SECRET_KEY
ALLOWED_HOSTS = env.list("PORTAL_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("PORTAL_TRUSTED_ORIGINS", default=[])
#: The address printed on labels and in mails, without a slash at the end.
SITE_URL = env.str("PORTAL_SITE_URL", default="http://localhost:8000").rstrip("/")
#: True behind TLS: secure cookies, HSTS and a redirect from plain HTTP.
ON_TLS = env.bool("PORTAL_TLS", default=False)
#: Alcoholic drinks show name and maker only unless the operator says otherwise.
SHOW_ALCOHOL_DETAILS = env.bool("PORTAL_SHOW_ALCOHOL_DETAILS", default=False)
#: What catalogues of data are told of the open data; empty names are the portal's own.
OPEN_DATA = {
    "license": env.str("PORTAL_DATA_LICENSE", default="cc-by"),
    "owner_th": env.str("PORTAL_DATA_OWNER_TH", default=""),
    "owner_en": env.str("PORTAL_DATA_OWNER_EN", default=""),
    "contact_th": env.str("PORTAL_DATA_CONTACT_TH", default=""),
    "contact_en": env.str("PORTAL_DATA_CONTACT_EN", default=""),
    "email": env.str("PORTAL_DATA_EMAIL", default=""),
}
#: How often one network address may ask for open data.
API_PER_MINUTE = env.int("PORTAL_API_PER_MINUTE", default=120)
RENEWAL_NOTICE_DAYS = env.int("PORTAL_RENEWAL_NOTICE_DAYS", default=30)
DEMO_PASSWORD = env.str("PORTAL_DEMO_PASSWORD", default="demo-portal-2569")
#: The first administrator of ``setup``, which asks for what is not given here.
ADMIN_EMAIL = env.str("PORTAL_ADMIN_EMAIL", default="")
ADMIN_PASSWORD = env.str("PORTAL_ADMIN_PASSWORD", default="")

# --- Applications -------------------------------------------------------------

INSTALLED_APPS = [
    "cluster_portal",
    "reports",
    "strategies",
    "products",
    "members",
    "registry",
    "cluster_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "lucide",
    "rules.apps.AutodiscoverRulesConfig",
    "simple_history",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "registry.middleware.SamePolicy",
    "registry.middleware.safe_headers",
    "registry.middleware.bare_heads",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "registry.replicas.ReplicaMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "registry.sessions.limit_sessions",
    "registry.auditing.note_refusals",
    "registry.second_factor.ask_for_second_factor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "cluster_portal.urls"
WSGI_APPLICATION = "cluster_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "registry.context.site",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "lucide.templatetags.lucide",
                "registry.templatetags.thai",
                "registry.templatetags.ui",
                "template_partials.templatetags.partials",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database, cache, tasks ---------------------------------------------------

DATABASES = {
    "default": env.db_url(
        "DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
#: Seconds that what a replica shows may be behind (registry/replicas.py).
REPLICA_MAX_LAG = env.float("PORTAL_REPLICA_MAX_LAG", default=5.0)
_replica_url = env.str("PORTAL_REPLICA_URL", default="")
if _replica_url:
    DATABASES["replica"] = env.db_url("PORTAL_REPLICA_URL")
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["registry.replicas.ReplicaRouter"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if _replica_url:
        raise ImproperlyConfigured("PORTAL_REPLICA_URL: only PostgreSQL has replicas.")
    DATABASES["default"]["OPTIONS"] = {
        # Writers queue at BEGIN instead of failing at COMMIT.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    # A waiting writer gets a sentence after 3 s; a query stops after its limit. A
    # pooler between us and PostgreSQL takes no such options: there the role has them.
    # A page that takes a second process for its query takes it from another page.
    _limits = (
        "-c jit=off -c max_parallel_workers_per_gather=0 "
        "-c lock_timeout=3000 -c statement_timeout="
        f"{env.int('PORTAL_STATEMENT_TIMEOUT_MS', default=0)}"
    )
    _is_pooled = env.bool("PORTAL_DATABASE_POOLED", default=False)
    for _alias, _database in DATABASES.items():
        _database["CONN_MAX_AGE"] = env.int("PORTAL_CONN_MAX_AGE", default=60)
        _database["CONN_HEALTH_CHECKS"] = True
        _database["DISABLE_SERVER_SIDE_CURSORS"] = _is_pooled
        _given = _database.get("OPTIONS", {})
        _options: dict[str, Any] = {"connect_timeout": 5 if _alias == "default" else 2}
        if not _is_pooled:
            _readonly = (
                "" if _alias == "default" else " -c default_transaction_read_only=on"
            )
            _options["options"] = _limits + _readonly
        _database["OPTIONS"] = _options | _given

#: Rate counters live in the cache too: Django's 300 entries would drop them at once.
_cache_table = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "portal_cache",
    "OPTIONS": {"MAX_ENTRIES": 100_000, "CULL_FREQUENCY": 10},
}
CACHES = {
    "default": env.cache_url("CACHE_URL", default="dbcache://portal_cache"),
}
ON_REDIS = CACHES["default"]["BACKEND"].endswith("RedisCache")
if ON_REDIS:
    CACHES["default"]["BACKEND"] = "registry.caching.SharedCache"
    # Stands in while Redis is away.
    CACHES["table"] = _cache_table
elif CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
    CACHES["default"] = {**_cache_table, "LOCATION": CACHES["default"]["LOCATION"]}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- People and sign-in -------------------------------------------------------

AUTH_USER_MODEL = "registry.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"django.contrib.auth.password_validation.{name}",
        "OPTIONS": options,
    }
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "cluster_portal.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "registry.models.people.display_name"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
#: A mail to the person whenever password, address or second factor changes.
ACCOUNT_EMAIL_NOTIFICATIONS = True
#: One address a person: a new one takes the place of the old once it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
#: The other sessions end with the old password; the one that changed it goes on.
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "change_password": "cluster_portal.account_forms.PasswordForm",
    "add_email": "cluster_portal.account_forms.AddressForm",
}
ACCOUNT_RATE_LIMITS = {
    # safety.md, limits: 5 failures in 30 minutes an account, 60 an hour an address.
    # The latter by a name of its own: a success clears all of "login_failed".
    "login_failed": "5/30m/key",
    "failed_here": "60/h/ip",
    "login": "120/h/ip",
    "reset_password": "60/h/ip,3/h/key",
    "change_password": "10/30m/user",
    # Ours, of contact page and enquiries; counted the same way, behind proxies too.
    "message": "5/h/ip",
    "enquiry": "10/h/ip",
    # Of requests to join: begun, mails to confirm an address, agencies offered.
    "join": "10/h/ip",
    "join_mail": "20/h/ip,3/h/key",
    "suggest": "200/5m/ip",
    "invite": "30/h/user",
    # Pictures and proofs that a form sends ahead: ten products with all photos.
    "upload": "150/h/user",
}
#: Reviewers, officials and administrators work only with a second factor. Not asked
#: for in a demonstration, whatever this says.
REQUIRE_MFA = env.bool("PORTAL_REQUIRE_MFA", default=True)
MFA_ADAPTER = "cluster_portal.accounts.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
#: A code of the step before and after counts too: clocks of phones differ.
MFA_TOTP_TOLERANCE = 1
#: Addresses are confirmed before an account can sign in, so that a new one that
#: waits for its confirmation says nothing against its owner.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "cluster_portal.account_forms.CodeForm",
    "reauthenticate": "cluster_portal.account_forms.CodeAgainForm",
    "activate_totp": "cluster_portal.account_forms.FirstCodeForm",
    "authenticate_webauthn": "cluster_portal.account_forms.KeyForm",
    "reauthenticate_webauthn": "cluster_portal.account_forms.KeyAgainForm",
    "add_webauthn": "cluster_portal.account_forms.NewKeyForm",
    "edit_webauthn": "cluster_portal.account_forms.KeyNameForm",
}
USERSESSIONS_ADAPTER = "cluster_portal.accounts.SessionsAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PORTAL_TRUSTED_PROXIES", default=0)
#: Where sign-ins are kept. In the cache they end with it; cached_db has both.
SESSIONS = env.str("PORTAL_SESSIONS", default="database")
SESSION_ENGINES = {"database": "db", "cache": "cache", "cached_db": "cached_db"}
if SESSIONS not in SESSION_ENGINES or (SESSIONS != "database" and not ON_REDIS):
    raise ImproperlyConfigured(
        "PORTAL_SESSIONS: database; or, with a CACHE_URL on Redis, cache or cached_db."
    )
SESSION_ENGINE = f"django.contrib.sessions.backends.{SESSION_ENGINES[SESSIONS]}"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_NAME = "portal_session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "portal_csrf"
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Mail ---------------------------------------------------------------------

# Every mail is a row first; the worker sends it to the server named here. Without
# one the rows stay, and administrators read them in the admin.
EMAIL_BACKEND = "registry.outbox.OutboxBackend"
_mail_server = env.email_url("EMAIL_URL", default="dummymail://")
OUTBOX_TRANSPORT = _mail_server.pop("EMAIL_BACKEND")
vars().update(_mail_server)
DEFAULT_FROM_EMAIL = env.str("PORTAL_MAIL_FROM", default="portal@localhost")

# --- Languages and time -------------------------------------------------------

LANGUAGE_CODE = "th"
LANGUAGES = [("th", _("Thai")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Bangkok"
USE_TZ = True
LANGUAGE_COOKIE_NAME = "portal_language"

# --- Files --------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "registry.fonts.FontPackageFinder",
]
#: Where published pictures are fetched: here, or at the host of a CDN.
MEDIA_URL = env.str("PORTAL_MEDIA_URL", default="/media/")
MEDIA_ROOT = DATA_DIR / "media"
PRIVATE_ROOT = DATA_DIR / "private"
STORAGES = {
    # Nothing may use the default by accident: each file names its storage.
    "default": {"BACKEND": "registry.storages.PrivateStorage"},
    "public": {"BACKEND": "registry.storages.PublicStorage"},
    "private": {"BACKEND": "registry.storages.PrivateStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
#: Two buckets instead of two folders, so that every machine sees the same files.
S3 = {
    "public": env.str("PORTAL_S3_PUBLIC_BUCKET", default=""),
    "private": env.str("PORTAL_S3_PRIVATE_BUCKET", default=""),
    "endpoint": env.str("PORTAL_S3_ENDPOINT", default=""),
    "region": env.str("PORTAL_S3_REGION", default=""),
    "key": env.str("PORTAL_S3_KEY", default=""),
    "secret": env.str("PORTAL_S3_SECRET", default=""),
}
if S3["public"] or S3["private"]:
    if not (S3["public"] and S3["private"]) or S3["public"] == S3["private"]:
        raise ImproperlyConfigured(
            "PORTAL_S3_PUBLIC_BUCKET and PORTAL_S3_PRIVATE_BUCKET: two buckets, "
            "for one of them everybody may read."
        )
    STORAGES["public"]["BACKEND"] = "registry.buckets.PublicBucket"
    STORAGES["private"]["BACKEND"] = "registry.buckets.PrivateBucket"
    STORAGES["default"]["BACKEND"] = "registry.buckets.PrivateBucket"
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

#: Reports of more rows than this are written by the worker, not while one waits.
EXPORT_ROWS = env.int("PORTAL_EXPORT_ROWS", default=20_000)
EXPORT_PDF_ROWS = env.int("PORTAL_EXPORT_PDF_ROWS", default=500)

# --- Safety -------------------------------------------------------------------

_picture_host = MEDIA_URL.partition("://")[2].partition("/")[0]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [
            SELF,
            "data:",
            "blob:",
            *([f"https://{_picture_host}"] if _picture_host else []),
        ],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = ON_TLS
SECURE_HSTS_SECONDS = 31_536_000 if ON_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ON_TLS
SECURE_HSTS_PRELOAD = ON_TLS
SESSION_COOKIE_SECURE = ON_TLS
CSRF_COOKIE_SECURE = ON_TLS
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logging: to the console, where the service manager keeps it --------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.security.DisallowedHost": {"level": "ERROR"},
        "django_tasks": {"level": "WARNING"},
        # Tells of every table of every font it makes smaller.
        "fontTools": {"level": "WARNING"},
    },
}

# --- How long personal data is kept (registry/personal.py; forget_old by night) ---

RETENTION_DAYS = {
    "join_requests": env.int("PORTAL_KEEP_JOIN_REQUESTS_DAYS", default=180),
    "invitations": env.int("PORTAL_KEEP_INVITATIONS_DAYS", default=30),
    "form_drafts": env.int("PORTAL_KEEP_FORM_DRAFTS_DAYS", default=30),
    "form_keys": env.int("PORTAL_KEEP_FORM_KEYS_DAYS", default=60),
    "mails": env.int("PORTAL_KEEP_MAILS_DAYS", default=30),
    "digests": env.int("PORTAL_KEEP_DIGESTS_DAYS", default=30),
    "messages": env.int("PORTAL_KEEP_MESSAGES_DAYS", default=365),
    "enquiries": env.int("PORTAL_KEEP_ENQUIRIES_DAYS", default=365),
    "audit": env.int("PORTAL_KEEP_AUDIT_DAYS", default=730),
    "runs": env.int("PORTAL_KEEP_RUNS_DAYS", default=730),
    "exports": env.int("PORTAL_KEEP_EXPORTS_DAYS", default=7),
    "imports": env.int("PORTAL_KEEP_IMPORTS_DAYS", default=365),
    "unfinished_imports": env.int("PORTAL_KEEP_UNFINISHED_IMPORTS_DAYS", default=30),
    "tasks": env.int("PORTAL_KEEP_TASKS_DAYS", default=30),
    "sessions": env.int("PORTAL_KEEP_SESSIONS_DAYS", default=1),
    "devices": env.int("PORTAL_KEEP_DEVICES_DAYS", default=30),
}

# --- Kept history -------------------------------------------------------------

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_REVERT_DISABLED = False
