"""Generated registers to measure on, each in a database of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from benchmarks.pages.facts import Facts
from benchmarks.pages.servers import ROOT

#: As many as one of the whole country has: 100,000 members, 1,000,000 ratings.
MEMBERS, RATINGS = 0.4, 4
SEED = 2568
#: Of PostgreSQL, for all that is measured: a disk without moving parts, and small
#: questions, which compiling would only delay.
SETTINGS = ("random_page_cost = 1.1", "jit = off")


@contextmanager
def on_postgresql(base: str, *counts: int) -> Iterator[list[str]]:
    """Yield the addresses of registers of so many products, beside database ``base``.

    They begin as copies of it, which holds no more than `setup` brings.
    ``BENCH_REGISTERS`` names others, in this order: sessions are written there.
    """
    given = os.environ.get("BENCH_REGISTERS", "").split()
    if given:
        yield given
        return
    server, _, source = base.rpartition("/")
    names = [f"pages_{count}" for count in counts]
    try:
        for name, count in zip(names, counts, strict=True):
            _drop(name)
            _do("CREATE DATABASE {} TEMPLATE {}", name, source.partition("?")[0])
            for setting in SETTINGS:
                _do(f"ALTER DATABASE {{}} SET {setting}", name)
            fill(f"{server}/{name}", count)
        yield [f"{server}/{name}" for name in names]
    finally:
        for name in names:
            _drop(name)


def _drop(name: str) -> None:
    _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _do(said: str, *names: str) -> None:
    """Tell the server something about databases; outside of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(said.format(*map(connection.ops.quote_name, names)))


def on_sqlite(folder: Path, *counts: int) -> list[str]:
    """Make registers of so many products as files; return their addresses."""
    empty = folder / "empty.sqlite3"
    if counts:
        manage(f"sqlite:///{empty}", "migrate", "--verbosity", "0")
        manage(f"sqlite:///{empty}", "createcachetable")
        manage(f"sqlite:///{empty}", "setup")
    paths = [folder / f"{count}.sqlite3" for count in counts]
    for path, count in zip(paths, counts, strict=True):
        shutil.copy(empty, path)
        fill(f"sqlite:///{path}", count)
    return [f"sqlite:///{path}" for path in paths]


def fill(database: str, count: int) -> None:
    """Generate a register of ``count`` products in a database."""
    manage(
        database,
        "generate_register",
        *("--members", str(int(count * MEMBERS))),
        *("--products", str(count)),
        *("--ratings", str(count * RATINGS)),
        *("--seed", str(SEED)),
    )


def facts_of(database: str) -> Facts:
    """Return what to ask the register of a database for. Begins sessions there."""
    call = "from benchmarks.pages.gathering import main; main()"
    told = manage(database, "shell", "--no-imports", "--command", call)
    return Facts(**json.loads(told))


def manage(database: str, *command: str) -> str:
    """Run a command of the portal on a database; return what it printed.

    :raises RuntimeError: if it fails; its last lines are in the message.
    """
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=os.environ
        | {
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "cluster_portal.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise RuntimeError(f"{command[0]} failed on {database}:\n{said}")
    return done.stdout
