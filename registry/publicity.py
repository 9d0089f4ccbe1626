"""Which pictures lie in the open: those that something published shows.

And under which address a page shows them: their public one, but on a page that is
shown to one person only (:func:`shown_to`) a private one of that person's.

Pictures enter the private storage. Publication copies them to the public one
before its transaction ends, so that no page names a file that is not there;
withdrawal takes them away after it, unless something else that is published
shows the same picture. Apps say what is shown by registering a question in
``AppConfig.ready()``.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction

from registry.files import own_url
from registry.models import User
from registry.pictures import StoredPicture, copy_picture
from registry.storages import private_storage, public_storage

logger = logging.getLogger(__name__)

#: What a record keeps of a picture (:meth:`StoredPicture.as_json`).
Kept = Mapping[str, Any]
#: Given hashes of pictures, return those that something published shows.
Question = Callable[[set[str]], set[str]]
_questions: list[Question] = []
#: To whom alone the page is shown that is being drawn; nobody: to everybody.
_viewer: ContextVar[User | None] = ContextVar("viewer", default=None)
#: Nothing of what happens now will last (:mod:`registry.rehearsal`).
_is_rehearsed: ContextVar[bool] = ContextVar("is_rehearsed", default=False)


# --- Addresses ------------------------------------------------------------------------


def address_of(name: str) -> str:
    """Return the address of a stored picture, on the page that is being drawn."""
    viewer = _viewer.get()
    return public_storage().url(name) if viewer is None else own_url(viewer, name)


@contextmanager
def shown_to(user: User) -> Iterator[None]:
    """Have pages show pictures that are not public, by addresses of ``user`` alone.

    Only for a page about what the person may read.
    """
    token = _viewer.set(user)
    try:
        yield
    finally:
        _viewer.reset(token)


@contextmanager
def left_alone() -> Iterator[None]:
    """Move no picture to or from the open meanwhile."""
    token = _is_rehearsed.set(True)
    try:
        yield
    finally:
        _is_rehearsed.reset(token)


# --- Places ---------------------------------------------------------------------------


def ask_before_hiding(question: Question) -> None:
    """Have ``question`` asked before a picture is taken from the public storage."""
    if question not in _questions:
        _questions.append(question)


def show(pictures: Iterable[Kept]) -> None:
    """Copy ``pictures`` to the public storage; what lies there is left alone."""
    if _is_rehearsed.get():
        return
    public = public_storage()
    for stored in _stored(pictures):
        if all(public.exists(name) for name in stored.all_names):
            continue
        try:
            copy_picture(stored, private_storage(), public)
        except FileNotFoundError:
            # A lost file must not keep a whole record from being published.
            logger.exception("Picture %s has lost a file.", stored.sha256)


def hide(pictures: Iterable[Kept]) -> None:
    """Take ``pictures`` from the public storage, once this transaction is through.

    Those that something published still shows then stay.
    """
    leaving = {stored.sha256: stored for stored in _stored(pictures)}
    if leaving and not _is_rehearsed.get():
        # The rows are right by then; a file that stays harms less than a failed page.
        transaction.on_commit(lambda: _hide(leaving), robust=True)


def _hide(leaving: Mapping[str, StoredPicture]) -> None:
    public = public_storage()
    for sha256 in leaving.keys() - shown_of(leaving):
        for name in leaving[sha256].all_names:
            public.delete(name)


def shown_of(hashes: Iterable[str]) -> set[str]:
    """Return those of ``hashes`` whose pictures something published shows."""
    asked = set(hashes)
    return set().union(*(question(asked) for question in _questions))


def _stored(pictures: Iterable[Kept]) -> list[StoredPicture]:
    """Return those of ``pictures`` that have files."""
    return [StoredPicture.from_json(kept) for kept in pictures if kept.get("sha256")]
