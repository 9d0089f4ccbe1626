"""What a reviewer says of rows of outside lists, and of where they disagree with us."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.models import Member
from products.cdd.differences import Wish, acts_of_ours, keep_differences, parted
from products.cdd.matching import Named, Names, near_products, same_product
from products.cdd.producers import FIELDS, Register, wishes_of
from products.cdd.reading import Source
from products.cdd.stars import star_wish
from products.cdd.writing import new_member, new_product, values_of
from products.enums import DifferenceState, OutsideState
from products.models import (
    OutsideDifference,
    OutsideProducer,
    OutsideProduct,
    Product,
    StarRating,
    StarRound,
)
from registry import acts, rules
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.errors import NotAllowed, NotVisible, RecordError
from registry.models import District, User
from registry.place_names import PlaceNames
from registry.thai.text import fold


class DecidedAlready(RecordError):
    """Somebody else was quicker."""

    message = _("This was decided already.")


class DistrictNeeded(RecordError):
    """A producer stands in a district, and the list names none."""

    message = _("The list names no district. Please choose the producer’s district.")


class NoRecordChosen(RecordError):
    """What is the same must be said."""

    message = _("Please choose which record it is.")


class ProducerFirst(RecordError):
    """Goods need somebody who makes them."""

    message = _("Please decide first who the producer is; its goods follow.")


class NoLongerSo(RecordError):
    """What the difference was about has changed meanwhile."""

    message = _(
        "The register was changed since; the next list shows whether it still differs."
    )


# --- Producers --------------------------------------------------------------------


@transaction.atomic
def decide_producer(
    row: OutsideProducer,
    state: OutsideState,
    *,
    by: User,
    member_id: int | None = None,
    district: District | None = None,
) -> OutsideProducer:
    """Say who a producer of a list is: a member, a new one, or nobody to enter.

    Its goods that waited for this follow at once, as far as they are clear.

    :raises NotVisible: if the row, or the member, is outside the person's scope.
    :raises DecidedAlready: if it does not wait any more.
    """
    fresh = _locked(OutsideProducer, row, by)
    register = Register(PlaceNames.load())
    reason = _now("Review of an outside list: %(name)s") % {"name": fresh.name}
    with acts.act(by=by, reason=reason):
        if state == OutsideState.SAME:
            member = _member(member_id, fresh.province_id, by)
            fresh.member = member
            _hold_against(fresh, member, register, by)
        elif state == OutsideState.NEW:
            fresh.district = fresh.district or _district(district, fresh.province_id)
            made = new_member(_source(fresh, fresh.district), register, fresh.seen_year)
            if made.owner_id is None:
                raise NotAllowed
            fresh.member = records.create(made, by=by)
        _settle(fresh, state, by)
        for goods in fresh.goods.filter(state=OutsideState.WAITING).order_by("pk"):
            _follow(goods, fresh, by)
    return fresh


def _follow(row: OutsideProduct, producer: OutsideProducer, by: User) -> None:
    """Settle what waited only because nobody knew whose it is."""
    if producer.member is None:
        _settle(row, OutsideState.IGNORED, by)
        return
    source = _source(row, row.district)
    goods = _goods_of(producer.member)
    same = same_product(goods, source.product_fold)
    if len(same) == 1:
        row.product = Product.objects.get(pk=same[0].pk)
        _give(row, row.product, by)
        _settle(row, OutsideState.SAME, by)
        return
    row.candidates = near_products(goods, source, of_producer=True)
    if row.candidates:
        row.save(update_fields=["candidates"])
        return
    _enter(row, producer.member, by)
    _settle(row, OutsideState.NEW, by)


def _goods_of(member: Member) -> list[Named]:
    rows = Product.objects.filter(member=member).in_use().order_by("pk")
    columns = rows.values_list("pk", "name_th", "name_fold", "district_id")
    return list(Names(Named(*each, None, member.pk) for each in columns).rows)


def _hold_against(
    row: OutsideProducer, member: Member, register: Register, by: User
) -> None:
    """Fill in what nobody wrote; keep as a difference what somebody did."""
    register.places.know([member.district])
    named = Named(
        *(member.pk, member.name_th, member.name_fold, member.district_id),
        member.subdistrict_id,
    )
    source = _source(row, row.district or member.district)
    wishes = {member.pk: wishes_of(named, source, register)}
    may, may_not = parted(Member, wishes, acts_of_ours())
    if found := may.get(member.pk):
        fields = {wish.field: wish.value for wish in found}
        records.edit(member, Changes(values_of(Member, fields)), by=by)
    _differ(member, may_not.get(member.pk, []), row.seen_year, FIELDS)


# --- Goods ------------------------------------------------------------------------


@transaction.atomic
def decide_product(
    row: OutsideProduct,
    state: OutsideState,
    *,
    by: User,
    product_id: int | None = None,
) -> OutsideProduct:
    """Say which product a row of a list is; its results go to it.

    :raises NotVisible: if the row, or the product, is outside the person's scope.
    :raises DecidedAlready: if it does not wait any more.
    :raises ProducerFirst: if it is new, and nobody knows whose it is.
    """
    fresh = _locked(OutsideProduct, row, by)
    reason = _now("Review of an outside list: %(name)s") % {"name": fresh.name}
    with acts.act(by=by, reason=reason):
        if state == OutsideState.SAME:
            product = _product(product_id, fresh.province_id, by)
            fresh.product = product
            _give(fresh, product, by)
        elif state == OutsideState.NEW:
            if fresh.producer is None or fresh.producer.member is None:
                raise ProducerFirst
            _enter(fresh, fresh.producer.member, by)
        _settle(fresh, state, by)
    return fresh


def _enter(row: OutsideProduct, member: Member, by: User) -> None:
    source = _source(row, row.district)
    product = new_product(source, member, row.seen_year)
    ratings = [StarRating(round=round_, stars=stars) for round_, stars in _results(row)]
    row.product = records.create(product, by=by, children={"ratings": ratings})


def _give(row: OutsideProduct, product: Product, by: User) -> None:
    """Give a product the results it has not; what differs is a difference."""
    there = dict(product.ratings.values_list("round_id", "stars"))
    missing, wishes = [], []
    for round_, stars in _results(row):
        if round_.pk not in there:
            missing.append(StarRating(round=round_, stars=stars))
        elif there[round_.pk] != stars:
            wishes.append(star_wish(round_.year, there[round_.pk], stars))
    fields = {}
    if row.otop_type and not product.otop_type:
        fields = {"otop_type": row.otop_type}
    added = {"ratings": ChildChanges(added=tuple(missing))} if missing else {}
    if fields or added:
        records.edit(product, Changes(fields=fields, children=added), by=by)
    _differ(product, wishes, row.seen_year, [wish.field for wish in wishes])


def _results(row: OutsideProduct) -> Iterable[tuple[StarRound, int]]:
    rounds = StarRound.objects.filter(year__in=[int(year) for year in row.results])
    for round_ in rounds.order_by("year"):
        yield round_, row.results[str(round_.year)]


# --- Differences ------------------------------------------------------------------


@transaction.atomic
def keep(difference: OutsideDifference, *, by: User) -> OutsideDifference:
    """Leave the register as it is; asked again only if the list says something else."""
    fresh = _locked(OutsideDifference, difference, by)
    return _close(fresh, DifferenceState.KEPT, by)


@transaction.atomic
def take(difference: OutsideDifference, *, by: User) -> OutsideDifference:
    """Write what the list says, as an edit of the person.

    :raises NoLongerSo: if the field holds something else by now.
    """
    fresh = _locked(OutsideDifference, difference, by)
    model: Any = Member if fresh.model == Member._meta.label else Product
    found = model.objects.visible_to(by).filter(pk=fresh.object_id).first()
    if found is None:
        raise NotVisible
    record = records.lock(found, by=by)
    records.edit(
        record,
        _changes(record, fresh),
        by=by,
        reason=_now("Taken from an outside list of %(year)d.") % {"year": fresh.year},
    )
    return _close(fresh, DifferenceState.TAKEN, by)


def _changes(record: Any, difference: OutsideDifference) -> Changes:
    name, _colon, year = difference.field.partition(":")
    if name != "stars":
        if _text_of(record, name) != difference.ours:
            raise NoLongerSo
        return Changes(values_of(type(record), {name: difference.value}))
    rating = record.ratings.filter(round__year=int(year)).first()
    if rating is None or str(rating.stars) != difference.ours:
        raise NoLongerSo
    # Stars follow from points, so points that say otherwise go.
    points = dict.fromkeys(("score_product", "score_market", "score_quality", "total"))
    values = {**points, "stars": difference.value}
    return Changes(children={"ratings": ChildChanges(changed={rating.pk: values})})


def _text_of(record: Any, field: str) -> str:
    if field == "subdistrict_id":
        return record.subdistrict.name_th if record.subdistrict else ""
    return str(getattr(record, field) or "")


def _differ(record: Any, wishes: list[Wish], year: int, fields: Iterable[str]) -> None:
    keep_differences(
        type(record),
        {record.pk: wishes} if wishes else {},
        looked_at=[record.pk],
        fields=set(fields),
        provinces={record.pk: record.province_id},
        year=year,
        act_id=acts.current().id,
    )


# --- Shared -----------------------------------------------------------------------


def _locked(model: Any, row: Any, by: User) -> Any:
    """Return a waiting row or an open difference, locked.

    :raises NotVisible: if there is none for the person.
    :raises DecidedAlready: if somebody decided it.
    """
    visible = model.objects.visible_to(by).select_for_update(of=("self",))
    fresh = visible.filter(pk=row.pk).first()
    if fresh is None:
        raise NotVisible
    if fresh.state not in {OutsideState.WAITING, DifferenceState.OPEN}:
        raise DecidedAlready
    return fresh


def _settle(row: Any, state: OutsideState, by: User) -> None:
    row.state, row.candidates = state, []
    row.decided_by, row.decided_at = by, timezone.now()
    row.act_id = acts.current().id
    row.save()


def _close(
    difference: OutsideDifference, state: DifferenceState, by: User
) -> OutsideDifference:
    difference.state = state
    difference.decided_by, difference.decided_at = by, timezone.now()
    difference.save(update_fields=["state", "decided_by", "decided_at"])
    return difference


def _member(pk: int | None, province: str, by: User) -> Member:
    return _chosen(Member.objects.visible_to(by), pk, province, by)


def _product(pk: int | None, province: str, by: User) -> Product:
    return _chosen(Product.objects.visible_to(by), pk, province, by)


def _chosen(rows: Any, pk: int | None, province: str, by: User) -> Any:
    if pk is None:
        raise NoRecordChosen
    found = rows.filter(pk=pk, province=province).first()
    if found is None:
        raise NotVisible
    if not rules.allowed("edit", by, found):
        raise NotAllowed
    return found


def _district(district: District | None, province: str) -> District:
    if district is None or district.province_id != province:
        raise DistrictNeeded
    return district


def _source(row: Any, district: District | None) -> Source:
    """Return what a kept row says, as when it was read."""
    texts = row.texts
    producer, product = texts.get("producer", ""), texts.get("product", "")
    return Source(
        0,
        row.province,
        district,
        texts.get("subdistrict", ""),
        producer,
        fold(producer),
        product,
        fold(product),
        texts.get("category", ""),
        getattr(row, "otop_type", ""),
    )
