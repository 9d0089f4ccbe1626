"""What a run of `make bench` found: kept as JSON, and told at its end.

``BENCH_RESULTS`` names the file; each part of a run adds its own to it.
``python -m benchmarks.results FILE`` tells which limits were met.
"""

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from math import inf, isfinite
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure

PACKAGES = ("Django", "gunicorn", "psycopg2-binary", "django-filter")


def keep(section: str, found: Any) -> None:
    """Add a section to the file of this run, if there is one."""
    name = os.environ.get("BENCH_RESULTS")
    if not name:
        return
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = json.loads(path.read_text()) if path.exists() else {"machine": machine()}
    told[section] = found
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def machine() -> dict[str, Any]:
    """Return what was measured, and on what."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(
            os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1
        ),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def commit() -> str:
    """Return the commit the code stands at, with a plus where files are changed."""
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=10"],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return said.stdout.strip()


def processor() -> str:
    """Return the name of the processor."""
    try:
        with open("/proc/cpuinfo") as file:  # noqa: PTH123 - a kernel's door
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def figures_of(told: dict[str, Any]) -> list[Figure]:
    """Return every figure of a run."""
    return [
        Figure(**each | {"value": inf if each["value"] is None else each["value"]})
        for section in told.values()
        if isinstance(section, dict)
        for each in section.get("figures", ())
    ]


def as_json(figures: list[Figure]) -> list[dict[str, Any]]:
    """Return figures as the file holds them; what was not there is null."""
    return [
        asdict(each) | {"value": each.value if isfinite(each.value) else None}
        for each in figures
    ]


def main(name: str) -> None:
    """Tell which limits a run met, and which it passed."""
    path = Path(name)
    if not path.exists():
        return
    told = json.loads(path.read_text(encoding="utf-8"))
    held = [each for each in figures_of(told) if each.is_held]
    missed = [each for each in held if not each.is_kept]
    on = told["machine"]
    print(
        f"{on['processor']}, {on['cores']} cores, {on['memory_gib']} GiB; "
        f"Python {on['python']}, Django {on['Django']}; commit {on['commit']}"
    )
    print(f"{len(held) - len(missed)} of {len(held)} limits are met.")
    for each in missed:
        print(f"  {each}")
    print(f"All figures and samples: {path}")


if __name__ == "__main__":
    main(sys.argv[1])
