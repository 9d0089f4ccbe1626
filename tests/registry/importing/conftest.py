"""Kinds of a test, offered for its time."""

import pytest

from registry import jobs
from registry.actions import imports
from registry.importing import kinds
from registry.models import ImportRun
from tests.registry.importing.kinds import Producers, Stars, csv_of

HEADING = ("ชื่อ", "อำเภอ")


@pytest.fixture
def producers(monkeypatch):
    """Offer the list of producers."""
    kind = Producers()
    monkeypatch.setitem(kinds._kinds, kind.slug, kind)
    return kind


@pytest.fixture
def stars(monkeypatch):
    """Offer the list of results."""
    kind = Stars()
    monkeypatch.setitem(kinds._kinds, kind.slug, kind)
    return kind


@pytest.fixture
def work():
    """Have a worker do what a run asks for; return the run, fresh."""

    def do(run):
        jobs.do("registry.ImportRun", run.pk)
        return ImportRun.objects.get(pk=run.pk)

    return do


@pytest.fixture
def send(producers):
    """Send rows of producers as a CSV."""

    def begin(by, *rows, heading=HEADING, name="list.csv", kind=producers):
        return imports.begin(csv_of(heading, *rows), name=name, kind=kind, by=by)

    return begin


@pytest.fixture
def bring_in(send, work):
    """Send rows, confirm them, and have them written."""

    def deed(by, *rows, only_good=False, **known):
        run = send(by, *rows, **known)
        imports.confirm(run, only_good=only_good, by=by, digest=run.digest)
        return work(run)

    return deed
