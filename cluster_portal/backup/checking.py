"""Seeing that a register is what its backup says, and that its pages open."""

import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import storages
from django.db import connections, transaction
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from cluster_portal.backup import databases
from cluster_portal.backup.archive import PIECE, Reader
from cluster_portal.backup.manifest import Manifest, Refused
from cluster_portal.backup.restoring import differences, passing_tables
from members.models import Member
from products.models import Photo, Product
from registry.enums import Role
from registry.files import private_url
from registry.models import Province, User
from registry.sessions import begin

#: So many pages are opened.
PAGES = 20
#: Of damaged files so many are named.
NAMED = 20
FOUND = 200


@dataclass(frozen=True)
class Page:
    """A page that was asked for, and what it answered."""

    address: str
    status: int

    @property
    def is_well(self) -> bool:
        """Tell whether it opened."""
        return self.status == FOUND

    def __str__(self) -> str:
        return f"{self.status} {self.address}"


@dataclass(frozen=True)
class Report:
    """What was compared, and what is wrong."""

    manifest: Manifest
    tables: int
    files: int
    wrong_rows: Sequence[str]
    wrong_files: Sequence[str]
    pages: Sequence[Page]

    @property
    def is_well(self) -> bool:
        """Tell whether nothing is wrong."""
        pages_open = bool(self.pages) and all(page.is_well for page in self.pages)
        return not self.wrong_rows and not self.wrong_files and pages_open


def check(reader: Reader, *, seed: int) -> Report:
    """Compare the running register with a backup, and open pages of it.

    Reads every file. Rows that live for a moment (sessions, tasks, cache) are left out.
    """
    said = reader.manifest()
    left_out = passing_tables()
    wrong_files, count = damaged_files(reader)
    return Report(
        said,
        tables=len(said.counts.keys() - left_out),
        files=count,
        wrong_rows=differences(said, left_out),
        wrong_files=wrong_files,
        pages=open_pages(random.Random(seed)),  # noqa: S311 - which pages, no secret
    )


def damaged_files(reader: Reader) -> tuple[list[str], int]:
    """Return the files that are not as the backup has them, and how many were read.

    A picture shown to everybody may have left the open since the snapshot; it then
    lies with the private ones.
    """
    wrong, count = [], 0
    for entry in reader.listed():
        count += 1
        digest = _digest(entry.shelf, entry.name)
        if digest is None and entry.shelf == "public":
            digest = _digest("private", entry.name)
        if digest != entry.sha256:
            what = "is missing" if digest is None else "is another"
            wrong.append(f"{entry.shelf}/{entry.name} {what}")
    return wrong, count


def _digest(shelf: str, name: str) -> str | None:
    try:
        with storages[shelf].open(name) as content:
            digest = hashlib.sha256()
            while piece := content.read(PIECE):
                digest.update(piece)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


# --- Pages ----------------------------------------------------------------------------


def open_pages(chance: random.Random) -> list[Page]:
    """Open twenty pages, as a visitor and as people of the house; leave no trace."""
    with transaction.atomic(), override_settings(REQUIRE_MFA=False):
        asked = [
            (client, address)
            for client, addresses in _pages_of_people(chance)
            for address in addresses
        ]
        visitor, rest = _visitor(), PAGES - len(asked)
        asked += [(visitor, address) for address in _public_pages(chance)[:rest]]
        opened = [Page(address, _ask(client, address)) for client, address in asked]
        transaction.set_rollback(True)
    return opened


def _public_pages(chance: random.Random) -> list[str]:
    found = [reverse("home"), "/en/", *map(reverse, ("products:list", "members:list"))]
    found += [reverse("provinces:list"), f"{reverse('products:list')}?sort=name"]
    for rows, name, key in (
        (Product.objects.published(), "products:detail", "code"),
        (Member.objects.published(), "members:detail", "code"),
        (Province.objects.all(), "provinces:detail", "slug"),
    ):
        chosen = _some(rows, key, chance, 2)
        found += [reverse(name, args=[each]) for each in chosen]
    # An empty register has fewer of its own.
    others = map(reverse, ("about", "privacy", "accessibility", "contact", "data:list"))
    thai = [*found, *others]
    english = [f"/en{each}" for each in thai if not each.startswith("/en/")]
    return [*dict.fromkeys([*thai, *english])]


def _pages_of_people(chance: random.Random) -> Iterator[tuple[Client, list[str]]]:
    """Yield somebody of the house, and pages that are theirs."""
    people = User.objects.filter(is_active=True)
    keeper = people.filter(role=Role.OFFICER).order_by("pk").first()
    runner = people.filter(role=Role.ADMINISTRATOR).order_by("pk").first()
    if keeper is not None:
        yield _signed_in(keeper), [reverse("workspace:home"), reverse("reports:list")]
    if runner is None:
        return
    pages = [
        reverse(f"admin:{name}")
        for name in (
            "index",
            "members_member_changelist",
            "products_product_changelist",
        )
    ]
    pages += [reverse("review:queue"), reverse("reports:list")]
    for key in _some(Member.objects.all(), "pk", chance, 1):
        pages.append(reverse("admin:members_member_change", args=[key]))
        pages.append(reverse("admin:members_member_history", args=[key]))
    for key in _some(Photo.objects.all(), "pk", chance, 1):
        photo = Photo.objects.get(pk=key)
        pages.append(private_url(photo, photo.picture["og"]))
    yield _signed_in(runner), pages


def _some(rows: Any, key: str, chance: random.Random, count: int) -> list[Any]:
    """Return ``key`` of some rows, taken without reading them all."""
    edge = rows.order_by("-pk").values_list("pk", flat=True).first()
    if edge is None:
        return []
    if not isinstance(edge, int):
        return list(rows.order_by("pk").values_list(key, flat=True)[:count])
    found: list[Any] = []
    for _each in range(count):
        start = chance.randint(1, edge)
        found += (
            rows.filter(pk__gte=start).order_by("pk").values_list(key, flat=True)[:1]
        )
    return list(dict.fromkeys(found))


def _visitor() -> Client:
    host = settings.SITE_URL.partition("//")[2].partition("/")[0]
    allowed = [each for each in settings.ALLOWED_HOSTS if each[:1] not in ".*"]
    name = host.partition(":")[0]
    if allowed and name not in allowed:
        name = allowed[0]
    client = Client(SERVER_NAME=name)
    client.raise_request_exception = False
    return client


def _signed_in(user: User) -> Client:
    client = _visitor()
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[-1])
    session = client.session
    begin(session)
    session.save()
    return client


def _ask(client: Client, address: str) -> int:
    answer = client.get(address, secure=settings.ON_TLS)
    if answer.streaming:
        # To its end: what is left open would be closed with the database.
        for _piece in answer:
            pass
    return answer.status_code


# --- A scratch place ------------------------------------------------------------------


@contextmanager
def scratch(folder: Path) -> Iterator[dict[str, str]]:
    """Give an environment in which the portal has an empty database and folder.

    :raises Refused: if no database may be created.
    """
    found = dict(os.environ)
    collected = Path(settings.STATIC_ROOT)
    if (collected / "staticfiles.json").exists():
        (folder / "static").symlink_to(collected.absolute())
    else:
        # Pages name collected files only where they are collected.
        found["PORTAL_DEBUG"] = "true"
    found |= {
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_SECRET_KEY": settings.SECRET_KEY,
        "PORTAL_IDENTITY_KEY": settings.IDENTITY_HASH_KEY,
        "CACHE_URL": "dbcache://portal_cache",
        "EMAIL_URL": "dummymail://",
        # Nothing of the register that runs is reached from there.
        "PORTAL_S3_PUBLIC_BUCKET": "",
        "PORTAL_S3_PRIVATE_BUCKET": "",
        "PORTAL_REPLICA_URL": "",
        "PORTAL_SESSIONS": "database",
        "DJANGO_SETTINGS_MODULE": "cluster_portal.settings",
    }
    connection: Any = connections[databases.ALIAS]
    if connection.vendor == "sqlite":
        yield found | {"DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}"}
        return
    name = f"portal_check_{os.getpid()}"
    with _created(connection, name):
        yield found | {"DATABASE_URL": address_of(connection.settings_dict, name)}


@contextmanager
def _created(connection: Any, name: str) -> Iterator[None]:
    """Have a database of the same locale, which is dropped afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype "
            "FROM pg_database WHERE datname = current_database()"
        )
        encoding, collate, ctype = cursor.fetchone()
        cursor.execute(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        if not cursor.fetchone()[0]:
            raise Refused(
                "The user of the database may not create another one to try the backup "
                "in. Let it (ALTER ROLE … CREATEDB), or restore into an empty database "
                "by `manage.py restore` and look at it by `check_restore --live`."
            )
    session = connection.copy()
    try:
        with session.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(
                f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' "
                f"LC_COLLATE '{collate}' LC_CTYPE '{ctype}'"
            )
        try:
            yield
        finally:
            with session.cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        session.close()


def address_of(said: dict[str, Any], name: str) -> str:
    """Return a database of the same server as DATABASE_URL has it."""
    user = quote(said["USER"] or "", safe="")
    password = f":{quote(said['PASSWORD'], safe='')}" if said["PASSWORD"] else ""
    person = f"{user}{password}@" if user else ""
    # A folder of a socket stands where a host would.
    host = quote(said["HOST"] or "", safe="[]:")
    port = f":{said['PORT']}" if said["PORT"] else ""
    return f"postgres://{person}{host}{port}/{quote(name, safe='')}"


def manage(environment: dict[str, str], *words: str) -> int:
    """Run a command of the portal elsewhere; return how it ended."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    sys.stdout.flush()
    done = subprocess.run(command, env=environment, check=False)  # noqa: S603 - ourselves
    return done.returncode


def room_for(said: Manifest, folder: Path) -> None:
    """See that the files of a backup fit on the disk.

    :raises Refused: if they do not.
    """
    needed = sum(each.bytes for each in said.files.values())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Refused(
            f"{folder} has {free:,} bytes left; the files alone take {needed:,}. "
            "Name another place: --scratch FOLDER."
        )
