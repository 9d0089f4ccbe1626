"""The drill: people work while a backup is made, then everything is lost."""

import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, connections

from cluster_portal.backup import databases
from cluster_portal.backup.archive import opened
from cluster_portal.backup.making import stored_names
from cluster_portal.backup.restoring import differences, passing_tables
from members.models import Member
from scripts.trouble.asking import require
from scripts.trouble.server import Server
from scripts.trouble.writers import Writer, session_of, subdistrict_name


def try_backups(seed: int, kills: int) -> None:
    """Back up while two people write, kill backups and restores, lose all, restore.

    :raises Wrong: if anything is not as the backup has it.
    """
    chance = random.Random(seed)  # noqa: S311 - trouble, not a secret
    folder = Path(settings.DATA_DIR) / "backups"
    folder.mkdir()
    archive = folder / "portal.tar"
    server = Server()
    subdistrict_name()
    server.start()
    writers = [Writer(n, seed, server, session_of(n)) for n in (10, 11)]
    for writer in writers:
        writer.start()
    try:
        until(writers, 8)
        for _kill in range(kills):
            manage("backup", str(archive), killed_after=chance.uniform(0.3, 1.6))
            require(not archive.exists() or whole(archive), "half a backup has a name")
            archive.unlink(missing_ok=True)
        require(manage("backup", str(archive)) == 0, "backup")
        require([each.name for each in folder.iterdir()] == ["portal.tar"], "leftovers")
    finally:
        for writer in writers:
            writer.stop.set()
        for writer in writers:
            writer.join()
        server.stop()
    require(
        manage("check_restore", str(archive), f"--seed={seed}") == 0, "check_restore"
    )
    lose_everything()
    for _kill in range(kills):
        manage("restore", str(archive), killed_after=chance.uniform(0.5, 2.5))
        left = len(list(Member.objects.all())) if has_tables() else 0
        with opened(archive) as reader:
            said = reader.manifest()
            require(left in {0, said.counts["members_member"]}, f"{left} producers")
        lose_everything()
    require(manage("restore", str(archive)) == 0, "restore")
    require(
        manage("check_restore", str(archive), "--live", f"--seed={seed}") == 0, "--live"
    )
    with opened(archive) as reader:
        wrong = differences(reader.manifest(), passing_tables())
        require(not wrong, "; ".join(wrong))
        files = {f"{entry.shelf}/{entry.name}" for entry in reader.listed()}
    there = {
        f"{alias}/{name}"
        for alias in ("public", "private")
        for name in stored_names(storages[alias])
    }
    require(files == there, "files")
    print(
        f"backups: {kills} backups and {kills} restores killed; restored "
        f"{Member.objects.count()} producers, {len(files)} files, all as they were"
    )


def until(writers: list[Writer], saves: int) -> None:
    """Wait until so much was saved."""
    waiting = threading.Event()
    while sum(writer.counts["acknowledged"] for writer in writers) < saves:
        for writer in writers:
            require(not writer.fault, writer.fault)
        waiting.wait(0.1)


def manage(*words: str, killed_after: float | None = None) -> int:
    """Run a command; kill it after a while."""
    connections.close_all()
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            return process.wait(killed_after)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def whole(archive: Path) -> bool:
    """Tell whether every part of a backup is as its manifest says."""
    with opened(archive) as reader:
        reader.verify(reader.manifest())
    return True


def has_tables() -> bool:
    """Tell whether there is any table."""
    return "members_member" in databases.tables_now()


def lose_everything() -> None:
    """Lose database and files, as when a machine burns."""
    connections.close_all()
    if connection.vendor == "sqlite":
        for path in Path(settings.DATA_DIR).glob("portal.sqlite3*"):
            path.unlink()
    else:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    for alias in ("public", "private"):
        shutil.rmtree(storages[alias].path(""), ignore_errors=True)
    (Path(settings.DATA_DIR) / "restore-under-way").unlink(missing_ok=True)
