"""What the register keeps of a product beside what people enter.

The catalogue filters and draws its cards from one narrow row: stars, marks,
cover and place are worked out here, from ratings, certificates, photos and the
member, whenever one of them changes.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from members.derived import both_names, places_of
from members.models import Member
from products.enums import MarkGoods, MarkScope, OtopType
from products.models import (
    Category,
    Certificate,
    Mark,
    Photo,
    Product,
    ProductSearch,
    StarRating,
)
from registry import derived, search_index
from registry.derived import Difference, Right, SearchTexts
from registry.rows_at_once import insert_values
from registry.search import labels_of, names_kept, search_texts, texts_folded
from registry.thai.text import fold

#: Columns that :meth:`Product.settle` works out of member and category.
SETTLED = (
    "owner_id",
    "province_id",
    "district_id",
    "sort_key",
    "name_fold",
    "price_band",
    "is_edible",
    "is_alcohol",
)
COLUMNS = (
    *SETTLED,
    "current_stars",
    "current_stars_year",
    "marks_held",
    "mark_codes",
    "cover",
)
#: Columns that :meth:`Category.settle` works out of the shelf above.
SHELF_COLUMNS = ("path", "level", "is_edible")
#: All that one product's kept columns follow from, in one query.
LOADED = (
    "member__subdistrict",
    "member__district__province",
    "category__parent",
)

Products = models.QuerySet[Product] | Iterable[int]


# --- Products -------------------------------------------------------------------


def recount(products: Products) -> int:
    """Make the kept columns and search rows of ``products`` right.

    Return how many columns were wrong. Nine queries for each 500 products, and
    one for each set of values that were wrong. What counts is today: results announced
    and certificates in force.
    """
    return sum(
        len(_recount_batch(batch))
        for batch in derived.in_batches(derived.keys_of(products))
    )


@transaction.atomic
def _recount_batch(keys: list[int]) -> list[Difference]:
    # Locked before anything is read, so that what is written is the latest.
    locked = Product.objects.select_for_update(no_key=True).filter(pk__in=keys)
    list(locked.order_by("pk").values_list("pk"))
    return derived.mend(_rights(keys), ProductSearch)


def count_new(products: Sequence[Product]) -> None:
    """Work out the kept columns and search rows of products just entered.

    They have nothing that belongs to them yet, so they follow from themselves as they
    were saved; their producers are locked. Some queries for each 500 products.
    """
    producers = _Producers()
    producers.make_fresh(products)
    marks = _marks_of_producers(products, timezone.localdate())
    held = [
        Right(each, _mark_columns(marks[each.pk]))
        for each in products
        if marks[each.pk]
    ]
    for start in range(0, len(held), derived.BATCH):
        derived.mend(held[start : start + derived.BATCH])
    if products:
        shared = _SharedTexts()
        texts = [shared.texts_of(each, marks[each.pk]) for each in products]
        columns = dict(zip(SearchTexts._fields, zip(*texts, strict=True), strict=True))
        keys = [each.pk for each in products]
        with search_index.filling(connection, ProductSearch._meta.db_table):
            insert_values(
                ProductSearch, {"product_id": keys, **columns}, is_indexed=True
            )


class _Producers:
    """Producers of new products, loaded with what their goods are found by."""

    def __init__(self) -> None:
        self._known: dict[int, Member] = {}

    def make_fresh(self, products: Sequence[Product]) -> None:
        """Give products their producers as they are now. One query for 500, mostly."""
        for product in products:
            if product.member_id not in self._known and _is_whole(product.member):
                self._known[product.member_id] = product.member
        for batch in derived.in_batches(product.member_id for product in products):
            self._load_stale(batch)
        for product in products:
            if product.member is not self._known[product.member_id]:
                product.member = self._known[product.member_id]

    def _load_stale(self, keys: Sequence[int]) -> None:
        now = Member.objects.filter(pk__in=keys).values_list("pk", "version")
        stale = [
            pk
            for pk, version in now
            if pk not in self._known or self._known[pk].version != version
        ]
        rows = Member.objects.filter(pk__in=stale) if stale else Member.objects.none()
        for member in rows.select_related("subdistrict", "district__province"):
            self._known[member.pk] = member


def _is_whole(member: Member) -> bool:
    """Tell whether the places of a producer are loaded with it."""
    names = ("district", *(["subdistrict"] if member.subdistrict_id else []))
    kept = member._state.fields_cache
    return all(name in kept for name in names) and (
        "province" in member.district._state.fields_cache
    )


def differences(products: Products) -> Iterator[Difference]:
    """Yield every kept column of ``products`` that is not right; write nothing."""
    for batch in derived.in_batches(derived.keys_of(products)):
        yield from derived.differences(_rights(batch), ProductSearch)


def _rights(keys: list[int]) -> list[Right]:
    today = timezone.localdate()
    products = list(
        Product.objects.filter(pk__in=keys).select_related(*LOADED).order_by("pk")
    )
    stars = _stars(keys, today)
    marks = _marks(products, today)
    covers = _covers(keys)
    return [
        Right(
            product,
            _settled(product)
            | dict.fromkeys(("current_stars", "current_stars_year"))
            | stars.get(product.pk, {})
            | _mark_columns(marks[product.pk])
            | {"cover": covers.get(product.pk, {})},
            texts_of(product, marks[product.pk]),
        )
        for product in products
    ]


def _settled(product: Product) -> dict[str, Any]:
    settled = copy.copy(product)
    settled.settle()
    return {column: getattr(settled, column) for column in SETTLED}


def _stars(keys: list[int], today: date) -> dict[int, dict[str, Any]]:
    """Return the stars of each product's latest round that is out, and its year."""
    out = StarRating.objects.filter(
        product_id__in=keys, round__announced_on__lte=today
    ).order_by("round__year")
    return {
        pk: {"current_stars": stars, "current_stars_year": year}
        for pk, stars, year in out.values_list("product_id", "stars", "round__year")
    }


def _marks(products: Sequence[Product], today: date) -> dict[int, list[Mark]]:
    """Return the marks each product holds today, in the order they are shown.

    A mark given to producers or premises is the producer's, and shown on its
    page only. A mark given to either (halal, organic) holds for a producer's
    goods too when the producer has it, as far as the goods may carry it.
    """
    in_force = Certificate.objects.in_force(today).select_related("mark")
    own: dict[int | None, set[Mark]] = defaultdict(set)
    for each in in_force.filter(product_id__in=[product.pk for product in products]):
        own[each.product_id].add(each.mark)
    shared = _marks_of_producers(products, today)
    return {
        product.pk: _in_order(own[product.pk] | {*shared[product.pk]})
        for product in products
    }


def _marks_of_producers(
    products: Sequence[Product], today: date
) -> dict[int, list[Mark]]:
    """Return the marks that products hold by their producers. One query for 500."""
    in_force = Certificate.objects.in_force(today).filter(mark__given_to=MarkScope.BOTH)
    shared: dict[int | None, set[Mark]] = defaultdict(set)
    for batch in derived.in_batches(product.member_id for product in products):
        for each in in_force.filter(member_id__in=batch).select_related("mark"):
            shared[each.member_id].add(each.mark)
    return {
        product.pk: _in_order(
            {mark for mark in shared[product.member_id] if may_carry(product, mark)}
        )
        if product.member_id in shared
        else []
        for product in products
    }


def _in_order(marks: Iterable[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: (mark.position, mark.pk))


def may_carry(product: Product, mark: Mark) -> bool:
    """Tell whether ``mark`` is for goods such as ``product``; unknown is no."""
    edible = product.category.is_edible if product.category else None
    return {
        MarkGoods.ALL: True,
        MarkGoods.EDIBLE: edible is True,
        MarkGoods.NON_EDIBLE: edible is False,
        MarkGoods.TEXTILES: product.otop_type == OtopType.TEXTILE,
    }[MarkGoods(mark.goods)]


def _mark_columns(marks: list[Mark]) -> dict[str, Any]:
    return {
        "marks_held": sum(1 << mark.bit for mark in marks),
        "mark_codes": [mark.code for mark in marks],
    }


def _covers(keys: list[int]) -> dict[int, dict[str, Any]]:
    """Return each product's main photo, or its first, as a card shows it."""
    photos = Photo.objects.filter(product_id__in=keys).exclude(sha256="").in_order()
    covers: dict[int, dict[str, Any]] = {}
    for photo in photos:
        covers.setdefault(
            photo.product_id,
            {
                **photo.picture,
                "alt_th": photo.alt_th,
                "alt_en": photo.alt_en,
                "is_illustration": photo.is_illustration,
            },
        )
    return covers


def texts_of(product: Product, marks: list[Mark]) -> SearchTexts:
    """Return what ``product`` is found by: itself, its shelf, producer and marks."""
    return search_texts(
        names=names_kept(product),
        code=product.code,
        texts=(*names_kept(product.member), *_own_texts(product)),
        labels=_filed_under(product, marks),
    )


class _SharedTexts:
    """Texts and labels that many products have from one producer and one shelf."""

    def __init__(self) -> None:
        self._names: dict[int, tuple[str, ...]] = {}
        self._labels: dict[tuple[Any, ...], tuple[str, ...]] = {}

    def texts_of(self, product: Product, marks: list[Mark]) -> SearchTexts:
        """Return what :func:`texts_of` does."""
        member = product.member
        names = self._names.get(member.pk)
        if names is None:
            names = self._names[member.pk] = tuple(map(fold, names_kept(member)))
        where = member.pk, product.category_id, *(mark.pk for mark in marks)
        labels = self._labels.get(where)
        if labels is None:
            labels = self._labels[where] = tuple(
                labels_of(_filed_under(product, marks))
            )
        own = filter(None, _own_texts(product))
        return texts_folded(
            names_kept(product), product.code, [*names, *map(fold, own)], labels
        )


def _own_texts(product: Product) -> tuple[str, ...]:
    return (
        product.materials_th,
        product.materials_en,
        product.story_th,
        product.story_en,
    )


def _filed_under(product: Product, marks: list[Mark]) -> list[str]:
    return [
        *_shelves_of(product),
        *places_of(product.member),
        *(name for mark in marks for name in _names_of(mark)),
    ]


def _shelves_of(product: Product) -> list[str]:
    """Return the names of the shelf and of the one above it."""
    shelf = product.category
    shelves = [each for each in (shelf, shelf and shelf.parent) if each]
    return [name for each in shelves for name in both_names(each)]


def _names_of(mark: Mark) -> tuple[str, ...]:
    return mark.abbreviation_th, mark.abbreviation_en, *both_names(mark)


# --- Their producers ------------------------------------------------------------


def recount_goods(members: Iterable[int | None]) -> None:
    """Count the published goods of ``members``.

    The rows are locked before the goods are counted, so that of two publications
    at once each counts the other; in key order, so that they never wait for each
    other in a circle.
    """
    for batch in derived.in_batches(pk for pk in members if pk is not None):
        with transaction.atomic():
            locked = Member.objects.select_for_update(no_key=True).filter(pk__in=batch)
            list(locked.order_by("pk").values_list("pk"))
            derived.mend(_goods(batch))


def goods_differences(
    members: "models.QuerySet[Member] | Iterable[int]",
) -> Iterator[Difference]:
    """Yield every count of published goods that is not right; write nothing."""
    for batch in derived.in_batches(derived.keys_of(members)):
        yield from derived.differences(_goods(batch))


def _goods(keys: list[int]) -> list[Right]:
    published = Product.objects.published().filter(member_id__in=keys).order_by()
    counted = dict(published.values_list("member_id").annotate(models.Count("pk")))
    return [
        Right(member, {"goods_count": counted.get(member.pk, 0)})
        for member in Member.objects.filter(pk__in=keys).order_by("pk")
    ]


# --- Shelves --------------------------------------------------------------------


def recount_shelves(keys: Iterable[int] = ()) -> None:
    """Make path, level and edibility of all shelves right. One query, or two.

    There are some hundreds, and one follows from another: ``keys`` do not matter.
    """
    with transaction.atomic():
        derived.mend(_shelf_rights())


def shelf_differences(keys: Iterable[int] = ()) -> Iterator[Difference]:
    """Yield every kept column of a shelf that is not right; write nothing."""
    yield from derived.differences(_shelf_rights())


def _shelf_rights() -> list[Right]:
    """Go down from the roots: each shelf follows from the one above it."""
    below: dict[int | None, list[Category]] = defaultdict(list)
    for shelf in Category.objects.order_by("pk"):
        below[shelf.parent_id].append(shelf)
    rights: list[Right] = []
    level: list[tuple[Category, Category | None]] = [
        (each, None) for each in below[None]
    ]
    while level:
        settled = {shelf: copy.copy(shelf) for shelf, _above in level}
        for shelf, above in level:
            settled[shelf].parent = above
            settled[shelf].settle()
            columns = {name: getattr(settled[shelf], name) for name in SHELF_COLUMNS}
            rights.append(Right(shelf, columns))
        level = [
            (each, settled[shelf])
            for shelf, _above in level
            for each in below[shelf.pk]
        ]
    return rights
