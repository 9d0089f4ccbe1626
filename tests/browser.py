"""Which browser the tests drive, and how it is started.

``python -m tests.browser`` prints its path, or nothing and exit code 1.
"""

import os
import shutil
import sys

FLAGS = [
    # In a container the browser has neither a sandbox nor a large /dev/shm.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    # It asks nothing of the network on its own account.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    # The same pixels on every machine.
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
]


def chromium() -> str | None:
    """Return the path in ``PORTAL_CHROMIUM``, or of a Chromium on PATH."""
    # Without windows it starts and draws several times as fast.
    names = (
        *("chromium-headless-shell", "chromium"),
        *("chromium-browser", "google-chrome"),
    )
    candidates = [os.environ.get("PORTAL_CHROMIUM"), *map(shutil.which, names)]
    return next((path for path in candidates if path and os.path.exists(path)), None)  # noqa: PTH110


def is_required() -> bool:
    """Tell whether a missing browser is a failure instead of a skip."""
    return os.environ.get("PORTAL_REQUIRE_BROWSER") == "1"


if __name__ == "__main__":
    found = chromium()
    print(found or "")  # noqa: T201
    sys.exit(0 if found else 1)
