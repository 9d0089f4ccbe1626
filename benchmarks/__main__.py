"""Run every benchmark on the database of ``DATABASE_URL``: ``python -m benchmarks``.

Names as arguments choose some: ``python -m benchmarks exports pdf``. A module here
has ``main() -> bool``: it prints its figures and tells whether all keep their limits.
"""

import os
import sys
from importlib import import_module
from pkgutil import iter_modules

import django

NO_BENCHMARKS = {"measuring", "plain", "results", "timed", "__main__"}
#: Once is enough for these, unless they are asked for: SQLite, the dearer, goes first.
ONLY_ON_SQLITE = {"cdd"}
#: What begins from a register that no other benchmark has written to.
FIRST = "pages"


def main(wanted: list[str]) -> int:
    """Run the benchmarks and return the exit code: 1 if a limit was passed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cluster_portal.settings")
    django.setup()
    from django.db import connection

    from benchmarks import measuring, results

    package = import_module("benchmarks")
    names = {each.name for each in iter_modules(package.__path__)} - NO_BENCHMARKS
    kept = True
    for name in sorted(names, key=lambda name: (name != FIRST, name)):
        if wanted and name not in wanted:
            continue
        print(f"== {name}", flush=True)
        if not wanted and name in ONLY_ON_SQLITE and connection.vendor != "sqlite":
            print(f"{name}: measured on SQLite; ARGS={name} measures it here too")
            continue
        kept = import_module(f"benchmarks.{name}").main() and kept
        shown = results.as_json(measuring.SHOWN)
        results.keep(connection.vendor, {"figures": shown})
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
