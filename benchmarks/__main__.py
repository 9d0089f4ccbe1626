"""Run every benchmark on the database of ``DATABASE_URL``: ``python -m benchmarks``.

Names as arguments choose some: ``python -m benchmarks exports pdf``. A module here
has ``main() -> bool``: it prints its figures and tells whether all keep their limits.
"""

import os
import sys
from importlib import import_module
from pkgutil import iter_modules

import django

NO_BENCHMARKS = {"measuring", "__main__", "rows"}


def main(wanted: list[str]) -> int:
    """Run the benchmarks and return the exit code: 1 if a limit was passed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cluster_portal.settings")
    django.setup()
    package = import_module("benchmarks")
    names = sorted({each.name for each in iter_modules(package.__path__)})
    kept = True
    for name in names:
        if name in NO_BENCHMARKS or (wanted and name not in wanted):
            continue
        print(f"== {name}", flush=True)
        kept = import_module(f"benchmarks.{name}").main() and kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
