"""Putting a backup back: everything is looked at before anything is touched.

Files first, the database last and in one step: whatever happens on the way, the
register is either as it was or as the backup has it.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from django.db.models import Model
from django_tasks_db.models import DBTaskResult

from cluster_portal.backup import databases, manifest
from cluster_portal.backup.archive import Reader
from cluster_portal.backup.making import SHELVES, stored_names
from cluster_portal.backup.manifest import Manifest, Refused
from products.models import CatalogueChange, CatalogueCount
from registry import erasures, jobs, publicity
from registry.actions.mail import hold_waiting
from registry.enums import AuditKind
from registry.models import AuditEvent, User
from registry.reviewing.kinds import record_models
from registry.sweeping import HASH, missing_files

Say = Callable[[str], None]
#: Says which backup a restore that was stopped had begun with.
MARKER = "restore-under-way"
BATCH = 500


@dataclass
class Restored:
    """What came back, and what is left to do by people."""

    manifest: Manifest
    files: int = 0
    migrated: int = 0
    sessions: int = 0
    works: int = 0
    mails: int = 0
    missing: Sequence[str] = ()
    #: Erasures the backup does not know of: when, and of which row.
    erased: Sequence[str] = field(default=())


def restore(reader: Reader, *, replace: bool, say: Say) -> Restored:
    """Restore a backup and make the register ready to be opened again.

    ``replace`` says that what is there may go.

    :raises Refused: with what stands against it; nothing is changed then.
    """
    said = reader.manifest()
    check_fitting(said)
    say("Looking whether every part is whole …")
    reader.verify(said)
    if not replace:
        check_empty(said)
    check_alone()
    done = Restored(said, erased=erased_since(said))
    mark(said)
    done.files = put_files(reader, say)
    say("Database …")
    name, content = reader.database()
    databases.kind().put_back(name, content)
    compare(said)
    done.migrated = migrate()
    forget_openings(done)
    say("Files in the open, and those behind a rule …")
    keep_public_right(reader)
    databases.kind().settle()
    done.missing = missing_files(storages[shelf] for shelf in SHELVES)
    marker().unlink(missing_ok=True)
    return done


# --- Before anything is touched -------------------------------------------------------


def check_fitting(said: Manifest) -> None:
    """See that this portal can hold what the backup has.

    :raises Refused: if the database is of another kind, or the backup is newer.
    """
    vendor = connections[databases.ALIAS].vendor
    if said.vendor != vendor:
        raise Refused(
            f"This is a backup of {said.vendor}, and DATABASE_URL names {vendor}."
        )
    unknown = manifest.unknown_migrations(said)
    if unknown:
        raise Refused(
            "This backup was made by a newer portal; install that one first. "
            f"Unknown here: {', '.join(unknown[:5])}."
        )


def check_empty(said: Manifest) -> None:
    """See that nobody's records or files are there.

    Files of a restore of this very backup that was stopped do not count.

    :raises Refused: if there are any.
    """
    kept = kept_here()
    if kept:
        raise Refused(
            f"The database is not empty ({', '.join(kept)}). "
            "To put the backup in its place: --replace."
        )
    if marker().exists() and marker().read_text() == mark_of(said):
        return
    for shelf in SHELVES:
        first = next(stored_names(storages[shelf]), None)
        if first is not None:
            raise Refused(
                f"The {shelf} files are not empty ({first}). "
                "To put the backup in their place: --replace."
            )


def kept_here() -> list[str]:
    """Return what the database holds that somebody entered, in words."""
    tables = set(databases.tables_now())
    kinds: list[type[Model]] = [User, *record_models()]
    return [
        f"{rows.count():,} rows of {model._meta.label}"
        for model in kinds
        if model._meta.db_table in tables
        for rows in [model._base_manager.all()]
        if rows.exists()
    ]


def check_alone() -> None:
    """See that the portal is stopped.

    :raises Refused: if somebody is connected to the database.
    """
    others = databases.kind().others()
    if others:
        raise Refused(
            "Somebody else is at work in the database. Stop web server and worker, "
            "and then begin again."
        )


def erased_since(said: Manifest) -> list[str]:
    """Return the erasures after the backup, as the ledger beside the database has them.

    Without one, as the audit of the database that goes has them.
    """
    noted = [
        f"{at:%Y-%m-%d %H:%M} UTC: "
        + ", ".join(f"{label} {' '.join(keys)}" for label, keys in rows.items() if keys)
        for at, rows in erasures.since(said.taken_at)
    ]
    return noted or _audited_since(said)


def _audited_since(said: Manifest) -> list[str]:
    try:
        events = AuditEvent.objects.filter(
            kind=AuditKind.PERSON_ERASED, at__gt=said.taken_at
        )
        return [
            f"{event.at:%Y-%m-%d %H:%M} UTC: {event.model or 'several rows'} "
            f"{event.object_id or ''}".rstrip()
            for event in events.order_by("at", "pk")
        ]
    except DatabaseError:
        # One that is empty or broken knows of none.
        return []


def marker() -> Path:
    """Return the file that stands while a restore is under way."""
    return Path(settings.DATA_DIR) / MARKER


def mark_of(said: Manifest) -> str:
    """Return by what a stopped restore knows its backup again."""
    return f"{said.taken_at.isoformat()} {said.hashes['database']}\n"


def mark(said: Manifest) -> None:
    """Write down that a restore of this backup has begun."""
    marker().write_text(mark_of(said))


# --- Files ----------------------------------------------------------------------------


def put_files(reader: Reader, say: Say) -> int:
    """Write every file of the backup that is not there as it was; return how many."""
    count = 0
    for entry, content, at in reader.files():
        if entry.shelf not in SHELVES:
            raise Refused(f"This portal has no storage called {entry.shelf!r}.")
        storage = storages[entry.shelf]
        if _size(storage, entry.name) != entry.size:
            # The same name means the same content; but a disk may have lost some.
            storage.delete(entry.name)
            storage.save(entry.name, File(content, entry.name))
            _age(storage, entry.name, at)
        count += 1
    say(f"Files: {count:,} are there")
    return count


def _size(storage: Storage, name: str) -> int:
    try:
        return storage.size(name)
    except FileNotFoundError:
        return -1


def _age(storage: Storage, name: str, at: float) -> None:
    """Let a file be as old as it was: the sweep leaves young ones alone."""
    if isinstance(storage, FileSystemStorage):
        os.utime(storage.path(name), (at, at))


def keep_public_right(reader: Reader) -> None:
    """Show the pictures of what is published, and no others.

    A picture may have been published or withdrawn between the snapshot and the copy
    of its folder.
    """
    public, private = storages["public"], storages["private"]
    for names in _batches(_pictures(public)):
        shown = publicity.shown_of(names.keys())
        for digest in names.keys() - shown:
            for name in names[digest]:
                public.delete(name)
    for names in _batches(_pictures(private)):
        for digest in publicity.shown_of(names.keys()):
            for name in names[digest]:
                if not public.exists(name):
                    with private.open(name) as content:
                        public.save(name, content)


def _pictures(storage: Storage) -> Iterator[tuple[str, str]]:
    for name in stored_names(storage, "pictures"):
        found = HASH.search(name)
        if found is not None:
            yield found[0], name


def _batches(pairs: Iterable[tuple[str, str]]) -> Iterator[dict[str, list[str]]]:
    names: dict[str, list[str]] = {}
    for digest, name in pairs:
        # Files of one picture come one after another: none is torn apart.
        if len(names) >= BATCH and digest not in names:
            yield names
            names = {}
        names.setdefault(digest, []).append(name)
    if names:
        yield names


# --- The database ---------------------------------------------------------------------


def compare(said: Manifest) -> None:
    """See that every table came back with every row, before anything else is done.

    :raises Refused: with the tables that did not.
    """
    wrong = differences(said)
    if wrong:
        raise Refused("The database is not as it was: " + "; ".join(wrong))


def differences(said: Manifest, but: Iterable[str] = ()) -> list[str]:
    """Return where the database differs from a backup, but for some tables."""
    now = databases.figures_now()
    left_out = set(but)
    tables = (said.counts.keys() | now.counts.keys()) - left_out
    wrong = [
        f"{table}: {said.counts.get(table, 'no table')} → "
        f"{now.counts.get(table, 'no table')} rows"
        for table in sorted(tables)
        if said.counts.get(table) != now.counts.get(table)
    ]
    wrong += [
        f"{table}: newest history {said.history[table]} → {now.history.get(table)}"
        for table in sorted(said.history.keys() - left_out)
        if said.history[table] != now.history.get(table)
    ]
    return wrong


def migrate() -> int:
    """Bring an older backup up to this portal; return how many steps it took."""
    before = len(databases.figures_now().migrations)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    return len(databases.figures_now().migrations) - before


def passing_tables() -> set[str]:
    """Return the tables whose rows live for a moment only, and differ at once.

    The catalogue's numbers among them: they are added up, and counted anew, as needed.
    """
    caches = {
        options["LOCATION"]
        for options in settings.CACHES.values()
        if options["BACKEND"].endswith("DatabaseCache")
    }
    passing = (Session, UserSession, DBTaskResult, CatalogueChange, CatalogueCount)
    models: Sequence[Any] = passing
    return caches | {model._meta.db_table for model in models} | {"django_migrations"}


@transaction.atomic
def forget_openings(done: Restored) -> None:
    """End what was going on when the backup was made.

    Everybody signs in again, tasks are forgotten and long work is begun anew; mails
    that waited then may have gone out since, so a person decides about them.
    """
    UserSession.objects.all().delete()
    done.sessions = Session.objects.count()
    Session.objects.all().delete()
    for alias in settings.CACHES:
        caches[alias].clear()
    DBTaskResult.objects.filter(finished_at__isnull=True).delete()
    done.works = jobs.revive(is_alone=True)
    done.mails = hold_waiting("Held back by a restore: it may have been sent before.")
