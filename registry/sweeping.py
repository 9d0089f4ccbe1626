"""Which stored files something still needs, and which nothing does.

A file is named by its content, so every name says which picture or paper it is: what
is needed is a set of hashes. They are read from every table, histories too, and from
forms that are open; an app that keeps names elsewhere says so in
``AppConfig.ready()``.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.files.storage import Storage
from django.db import models

from registry.models import FormDraft, ImportRow, Proposal
from registry.uploads import names_in

#: Yields texts that contain names of files, or JSON that does.
Namer = Callable[[], Iterable[Any]]

HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
#: The name of a stored file, wherever it stands (registry.storages.hashed_name).
NAME = re.compile(r"[\w-]+(?:/[\w-]+)*/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}[-.\w]*")
#: A file that a killed process left half written (registry.storages).
HALF_WRITTEN = ".part-"
CHUNK = 2_000
_namers: list[Namer] = []


def ask_before_sweeping(namer: Namer) -> None:
    """Have ``namer`` asked which files are needed before any is removed."""
    if namer not in _namers:
        _namers.append(namer)


def needed() -> set[bytes]:
    """Return the hashes of all files that something names. Reads every row."""
    return {
        bytes.fromhex(found)
        for namer in _namers
        for value in namer()
        for found in HASH.findall(value if isinstance(value, str) else _dumped(value))
    }


def missing_files(shelves: Iterable[Storage]) -> list[str]:
    """Return the files that rows or their histories name and no storage has.

    Reads every row, and looks for every file once.
    """
    places, seen = list(shelves), set()
    missing = []
    for value in _in_tables():
        text = value if isinstance(value, str) else _dumped(value)
        for name in NAME.findall(text):
            known = hash(name)
            if known in seen:
                continue
            seen.add(known)
            if not any(place.exists(name) for place in places):
                missing.append(name)
    return sorted(missing)


def _dumped(value: Any) -> str:
    return json.dumps(value, default=str)


def _in_tables() -> Iterator[Any]:
    """Yield what columns of files and of data hold, in tables and histories."""
    for model in apps.get_models():
        columns = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.JSONField) or field.name == "file"
        ]
        if model is ImportRow:
            # Texts of cells, hundreds of thousands of them; no names of files.
            continue
        if columns and model._meta.managed and not model._meta.proxy:
            rows = model._base_manager.order_by().values_list(*columns)
            for values in rows.iterator(chunk_size=CHUNK):
                yield from filter(None, values)


def _in_open_forms() -> Iterator[str]:
    """Yield the files behind the signed values of forms that are being filled in."""
    drafts: Any = FormDraft.objects.values_list("body", flat=True)
    typed: Any = Proposal.objects.open().values_list("typed", flat=True)
    for texts in (drafts, typed):
        for text in texts.iterator(chunk_size=CHUNK):
            yield from names_in(text)


ask_before_sweeping(_in_tables)
ask_before_sweeping(_in_open_forms)


def unneeded(storage: Storage, known: set[bytes], *, before: datetime) -> Iterator[str]:
    """Yield the names of files of ``storage`` older than ``before`` that nobody needs.

    A name without a hash is none of ours, and left alone.
    """
    for name in _all_names(storage):
        is_ours = HASH.search(name) or HALF_WRITTEN in name
        if not is_ours or is_of(name, known):
            continue
        if storage.get_modified_time(name) < before:
            yield name


def is_of(name: str, known: set[bytes]) -> bool:
    """Tell whether a stored file is one of ``known``."""
    found = HASH.search(name)
    return found is not None and bytes.fromhex(found[0]) in known


def _all_names(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for each in sorted(files):
        yield f"{folder}/{each}" if folder else each
    for each in sorted(folders):
        yield from _all_names(storage, f"{folder}/{each}" if folder else each)
