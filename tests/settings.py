"""The portal's settings for tests: the same ones, in a folder of their own, and quick.

Pytest reads this before any conftest. Nothing of the machine's own configuration
may reach a test except the choice of database.
"""

import os
import tempfile

for _name in [name for name in os.environ if name.startswith("PORTAL_")]:
    if not _name.startswith(("PORTAL_REQUIRE_BROWSER", "PORTAL_CHROMIUM")):
        del os.environ[_name]
os.environ.pop("CACHE_URL", None)
os.environ.pop("EMAIL_URL", None)
os.environ["PORTAL_ENV_FILE"] = os.devnull
# Tests of the second factor switch it on; nobody else sets one up first.
os.environ["PORTAL_REQUIRE_MFA"] = "false"
# One folder a process: workers that run side by side share no file.
os.environ["PORTAL_DATA_DIR"] = tempfile.mkdtemp(prefix="portal-tests-")

from cluster_portal.settings import *  # noqa: E402, F403
from cluster_portal.settings import DATA_DIR, DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in life: threads that meet on it wait for one another.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    # The live server's threads come and go: none may keep a connection.
    DATABASES["default"]["CONN_MAX_AGE"] = 0

# Safe hashing is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Pages are served without collecting first; tests/architecture/test_static.py collects.
STATIC_ROOT.mkdir(exist_ok=True)
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
