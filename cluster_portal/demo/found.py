"""What a run of the demonstration finds in the database, and draws for it."""

import io
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.utils import timezone

from cluster_portal.demo import words
from cluster_portal.demo.accounts import open_accounts
from cluster_portal.demo.drawings import DRAWINGS, png_of
from members.models import Cluster, Member
from products.models import Category, Mark, StarRound
from registry.filling import key_of, not_yet_filled
from registry.models import Agency, FormKey, Subdistrict, User
from registry.pictures import store, take_picture
from registry.storages import private_storage

T = TypeVar("T")
#: Encoders work outside Python's lock: two at a time use both of a small machine.
WORKERS = 2
LOEI = "42"
#: What the accounts of a province are called.
PROVINCES = {LOEI: "loei", "51": "lamphun"}


def row_key(what: str, key: str) -> UUID:
    """Return the form key of one of the demonstration's rows."""
    return key_of(f"demo/{what}/{key}")


def never_entered(what: str, rows: Mapping[str, T]) -> list[T]:
    """Return those of ``rows`` that no run has entered, in their order. One query."""
    missing = not_yet_filled(f"demo/{what}/{key}" for key in rows)
    return [row for key, row in rows.items() if f"demo/{what}/{key}" in missing]


@dataclass
class Found:
    """What is there when a run begins; each part is looked for when first used."""

    today: date = field(default_factory=timezone.localdate)

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        """Return the agencies the portal knows, by key."""
        known = Agency.objects.exclude(key=None)
        return {agency.key: agency for agency in known if agency.key}

    @cached_property
    def users(self) -> dict[str, User]:
        """Return the demonstration's people by name, opening missing accounts."""
        return open_accounts(self.agencies)

    @cached_property
    def places(self) -> dict[str, Subdistrict]:
        """Return the producers' subdistricts, with district and province."""
        codes = {producer.subdistrict for producer in words.producers().values()}
        found = Subdistrict.objects.select_related("district__province")
        return {place.code: place for place in found.filter(code__in=codes)}

    @cached_property
    def marks(self) -> dict[str, Mark]:
        """Return the marks by code."""
        return {mark.code: mark for mark in Mark.objects.all()}

    @cached_property
    def shelves(self) -> dict[str, Category]:
        """Return the shelves by code."""
        return {shelf.code: shelf for shelf in Category.objects.all()}

    @cached_property
    def rounds(self) -> dict[int, StarRound]:
        """Return the rounds by year."""
        return {each.year: each for each in StarRound.objects.all()}

    @cached_property
    def clusters(self) -> dict[str, Cluster]:
        """Return the clusters by slug."""
        return {cluster.slug: cluster for cluster in Cluster.objects.all()}

    @cached_property
    def members(self) -> dict[str, Member]:
        """Return the demonstration's producers, by key."""
        by_form_key = {row_key("member", key): key for key in words.producers()}
        used = FormKey.objects.filter(key__in=list(by_form_key))
        by_pk = {row.object_id: by_form_key[row.key] for row in used}
        found = Member.objects.filter(pk__in=list(by_pk)).select_related("owner")
        return {by_pk[member.pk]: member for member in found}

    @cached_property
    def pictures(self) -> dict[str, dict[str, Any]]:
        """Return every drawing, stored privately, in the form records keep.

        Takes the longest of all: about a third of a second a drawing.
        """
        with ThreadPoolExecutor(WORKERS) as pool:
            return dict(zip(DRAWINGS, pool.map(_stored, DRAWINGS), strict=True))

    def officer(self, province: str) -> User | None:
        """Return who enters records in a province."""
        return self.users.get(f"officer.{PROVINCES[province]}")

    def reviewer(self, province: str) -> User | None:
        """Return who checks and publishes them."""
        return self.users.get(f"reviewer.{PROVINCES[province]}")


def _stored(name: str) -> dict[str, Any]:
    picture = take_picture(io.BytesIO(png_of(name)))
    return store(picture, private_storage()).as_json()


def fields_of(row: object, names: Iterable[str]) -> dict[str, Any]:
    """Return some of a row's words, for the model's fields of the same names."""
    return {name: getattr(row, name) for name in names}
