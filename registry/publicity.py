"""Which pictures lie in the open: those that something published shows.

Pictures enter the private storage. Publication copies them to the public one
before its transaction ends, so that no page names a file that is not there;
withdrawal takes them away after it, unless something else that is published
shows the same picture. Apps say what is shown by registering a question in
``AppConfig.ready()``.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction

from registry.pictures import StoredPicture, copy_picture
from registry.storages import private_storage, public_storage

logger = logging.getLogger(__name__)

#: What a record keeps of a picture (:meth:`StoredPicture.as_json`).
Kept = Mapping[str, Any]
#: Given hashes of pictures, return those that something published shows.
Question = Callable[[set[str]], set[str]]
_questions: list[Question] = []


def ask_before_hiding(question: Question) -> None:
    """Have ``question`` asked before a picture is taken from the public storage."""
    if question not in _questions:
        _questions.append(question)


def show(pictures: Iterable[Kept]) -> None:
    """Copy ``pictures`` to the public storage; what lies there is left alone."""
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
    if leaving:
        # The rows are right by then; a file that stays harms less than a failed page.
        transaction.on_commit(lambda: _hide(leaving), robust=True)


def _hide(leaving: Mapping[str, StoredPicture]) -> None:
    staying = set().union(*(question(set(leaving)) for question in _questions))
    public = public_storage()
    for sha256 in leaving.keys() - staying:
        for name in leaving[sha256].all_names:
            public.delete(name)


def _stored(pictures: Iterable[Kept]) -> list[StoredPicture]:
    """Return those of ``pictures`` that have files."""
    return [StoredPicture.from_json(kept) for kept in pictures if kept.get("sha256")]
