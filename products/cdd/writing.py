"""What was planned, done through the actions: drafts, results, remembered rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member
from products.cdd import producers, stars
from products.cdd.differences import keep_differences
from products.cdd.producers import Register
from products.cdd.reading import Source
from products.cdd.steps import Step, What
from products.enums import OutsideState
from products.importing.matching import UNNAMED
from products.importing.people import part_persons
from products.models import (
    OutsideProducer,
    OutsideProduct,
    Product,
    StarRating,
    StarRound,
)
from registry import acts
from registry.actions import bulk
from registry.actions.bulk import Entry
from registry.changes import Changes, ChildChanges
from registry.derived import in_batches
from registry.errors import Busy
from registry.models import District, User

#: Records made at a time: so many fit in little memory.
BATCH = 500
STATES = {
    What.NEW: OutsideState.NEW,
    What.LINK: OutsideState.SAME,
    What.WAIT: OutsideState.WAITING,
    What.IGNORED: OutsideState.IGNORED,
}
#: Columns of a kept row that a file may change.
COLUMNS = (
    *("district", "name", "texts", "candidates", "state", "seen_year", "act_id"),
    *("decided_by", "decided_at"),
)


def write_producers(
    steps: Sequence[Step],
    register: Register,
    *,
    year: int,
    by: User | None,
    reason: str = "",
) -> dict[str, OutsideProducer]:
    """Enter new producers as drafts, fill in what is free, remember every row.

    Called inside an act and a transaction, with the steps of one province. Returns
    the kept rows that were written, by key.

    :raises Busy: if somebody reads the same list at this moment.
    """
    new = [step for step in steps if step.what is What.NEW]
    for batch in _batched(new):
        entries = [Entry(new_member(_source(step), register, year)) for step in batch]
        made = bulk.create_many(Member, entries, by=by, reason=reason)
        for step, member in zip(batch, made, strict=True):
            step.record_id = member.pk
    _edit(Member, steps, by=by, reason=reason)
    _keep_differences(Member, steps, producers.FIELDS, year)
    return _remember(OutsideProducer, "member_id", steps, year, by)


def new_member(source: Source, register: Register, year: int) -> Member:
    """Return a draft of the producer that a row names."""
    if source.district is None:
        raise RuntimeError("A producer without a district is not entered.")
    lines = [from_list(year)]
    place = register.subdistrict(source)
    if source.subdistrict and place is None:
        lines.append(
            _("Subdistrict in the list: %(text)s") % {"text": source.subdistrict}
        )
    if part_persons(source.producer).persons:
        lines.append(_("The name is that of a person: ask before it is published."))
    return Member(
        name_th=source.producer,
        district=source.district,
        subdistrict=place,
        owner=register.owner(source.province),
        private_notes="\n".join(lines),
    )


def from_list(year: int) -> str:
    """Return the note that says where a draft comes from."""
    return _(
        "From the open list of the Community Development Department, %(year)d."
    ) % {"year": year}


# --- Goods ------------------------------------------------------------------------


def write_stars(
    plan: stars.StarPlan,
    register: Register,
    *,
    year: int,
    rounds: Mapping[int, StarRound],
    by: User | None,
    reason: str = "",
) -> None:
    """Enter producers and goods that are new, and the results of all of them.

    Called as :func:`write_producers` is.
    """
    kept = write_producers(plan.producers, register, year=year, by=by, reason=reason)
    by_pk = {each.pk: each for each in rounds.values()}
    results: dict[str, list[StarRating]] = defaultdict(list)
    for step in plan.goods:
        if step.stars and step.round_id is not None:
            rating = StarRating(round=by_pk[step.round_id], stars=step.stars)
            results[step.key].append(rating)
    mains = [step for step in plan.goods if step.what not in {What.COPY, What.MORE}]
    _make_goods(mains, results, register, year=year, by=by, reason=reason)
    _edit(Product, mains, by=by, reason=reason, results=results)
    fields = {*stars.FIELDS, *(f"stars:{each}" for each in rounds)}
    _keep_differences(Product, mains, fields, year)
    said: dict[str, dict[str, int]] = defaultdict(dict)
    for step in plan.goods:
        if step.source is not None and step.source.stars and step.key:
            said[step.key].setdefault(str(step.source.year), step.source.stars)
    _remember(OutsideProduct, "product_id", mains, year, by, said=said, kept=kept)


def _make_goods(
    steps: Iterable[Step],
    results: Mapping[str, list[StarRating]],
    register: Register,
    *,
    year: int,
    by: User | None,
    reason: str,
) -> None:
    new = [step for step in steps if step.what is What.NEW]
    unnamed = _placeholders(new, register, by=by, reason=reason)
    for batch in _batched(new):
        wanted = {
            step.producer.record_id
            for step in batch
            if step.producer is not None and step.producer.record_id is not None
        }
        members = Member.objects.in_bulk(wanted)
        entries = []
        for step in batch:
            source = _source(step)
            if step.producer is not None and step.producer.record_id is not None:
                member = members[step.producer.record_id]
            else:
                member = unnamed[_district(source).code]
            product = new_product(source, member, year)
            entries.append(Entry(product, {"ratings": results.get(step.key, [])}))
        made = bulk.create_many(Product, entries, by=by, reason=reason)
        for step, product in zip(batch, made, strict=True):
            step.record_id = product.pk


def new_product(source: Source, member: Member, year: int) -> Product:
    """Return a draft of the product that a row names."""
    lines = [from_list(year)]
    if source.category:
        lines.append(_("Category in the list: %(text)s") % {"text": source.category})
    if source.producer and source.producer != member.name_th:
        lines.append(_("Producer in the list: %(text)s") % {"text": source.producer})
    return Product(
        member=member,
        name_th=source.product,
        otop_type=source.otop_type,
        private_notes="\n".join(lines),
    )


def _placeholders(
    steps: Iterable[Step], register: Register, *, by: User | None, reason: str
) -> dict[str, Member]:
    """Return who stands for the unnamed producer of each district, made if need be."""
    districts: dict[str, District] = {}
    owners = {}
    for step in steps:
        if step.is_unnamed:
            source = _source(step)
            districts[_district(source).code] = _district(source)
            owners[_district(source).code] = register.owner(source.province)
    names = {
        code: UNNAMED.format(authority=f"อำเภอ{place.name_th}")
        for code, place in districts.items()
    }
    rows = Member.objects.filter(district__in=districts, is_placeholder=True)
    found = {each.district_id: each for each in rows.filter(name_th__in=names.values())}
    missing = [code for code in districts if code not in found]
    entries = [
        Entry(
            Member(
                name_th=names[code],
                district=districts[code],
                owner=owners[code],
                is_placeholder=True,
            )
        )
        for code in missing
    ]
    made = bulk.create_many(Member, entries, by=by, reason=reason)
    return found | dict(zip(missing, made, strict=True))


# --- Shared -----------------------------------------------------------------------


def _edit(
    model: Any,
    steps: Iterable[Step],
    *,
    by: User | None,
    reason: str,
    results: Mapping[str, list[StarRating]] | None = None,
) -> None:
    """Write into records what the list says and nobody here has written."""
    wanted: dict[int, Changes] = {}
    for step in steps:
        ratings = tuple((results or {}).get(step.key, ()))
        is_open = step.what in {What.LINK, What.KNOWN} and step.record_id is not None
        if is_open and (step.fields or ratings):
            added = {"ratings": ChildChanges(added=ratings)} if ratings else {}
            wanted[step.record_id or 0] = Changes(
                fields=values_of(model, step.fields), children=added
            )
    edits = [bulk.Edit(pk, None, changes) for pk, changes in wanted.items()]
    bulk.edit_many(model, edits, by=by, reason=reason)


def values_of(model: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by field, keys of other rows as the rows themselves."""
    found = {}
    for attname, value in fields.items():
        field = model._meta.get_field(attname.removesuffix("_id"))
        if field.is_relation and value is not None:
            value = field.related_model._default_manager.get(pk=value)
        found[field.name] = value
    return found


def _keep_differences(
    model: Any, steps: Iterable[Step], fields: Iterable[str], year: int
) -> None:
    held = {
        step.record_id: step
        for step in steps
        if step.record_id is not None and step.what in {What.LINK, What.KNOWN}
    }
    keep_differences(
        model,
        {pk: step.differences for pk, step in held.items() if step.differences},
        looked_at=held,
        fields=set(fields),
        provinces={pk: _source(step).province.code for pk, step in held.items()},
        year=year,
        act_id=acts.current().id,
    )


def _remember(
    model: Any,
    record: str,
    steps: Iterable[Step],
    year: int,
    by: User | None,
    *,
    said: Mapping[str, Mapping[str, int]] | None = None,
    kept: Mapping[str, OutsideProducer] | None = None,
) -> dict[str, Any]:
    """Keep what each row is; return the kept rows that were written, by key."""
    fresh, again = [], []
    aged: list[int] = []
    goods = (said, kept or {})
    for step in steps:
        if step.what in {What.COPY, What.BAD, What.MORE}:
            continue
        if step.row_id is None:
            row = _row(model(key=step.key), step, record, year, by)
            fresh.append(_add_results(row, step, *goods))
        elif step.what in STATES or step.is_respelt or said:
            again.append(step)
        elif step.is_aged:
            aged.append(step.row_id)
    try:
        with transaction.atomic():
            model.objects.bulk_create(fresh, batch_size=BATCH)
    except IntegrityError as taken:
        raise Busy from taken
    for keys in in_batches(aged):
        model.objects.filter(pk__in=keys).update(seen_year=year)
    written = {row.key: row for row in fresh}
    renew = _Renewing(model, record, year, by, *goods)
    written |= renew.run({step.row_id: step for step in again if step.row_id})
    return written


@dataclass(frozen=True)
class _Renewing:
    """Brings kept rows up to the file, as far as anything differs."""

    model: Any
    record: str
    year: int
    by: User | None
    said: Mapping[str, Mapping[str, int]] | None
    kept: Mapping[str, OutsideProducer]

    def run(self, steps: Mapping[int, Step]) -> dict[str, Any]:
        """Return the rows by key."""
        columns = [*COLUMNS, self.record.removesuffix("_id")]
        columns += ["producer", "otop_type", "results"] if self.said is not None else []
        found: dict[str, Any] = {}
        for keys in in_batches(steps):
            rows = list(self.model.objects.filter(pk__in=keys).order_by("pk"))
            changed: set[str] = set()
            stale = []
            for row in rows:
                step = steps[row.pk]
                before = _told(row, columns)
                _row(row, step, self.record, self.year, self.by)
                _add_results(row, step, self.said, self.kept)
                after = _told(row, columns)
                found[row.key] = row
                if after != before:
                    stale.append(row)
                    changed |= {each for each in columns if after[each] != before[each]}
            if stale:
                # The fewer columns, the quicker.
                self.model.objects.bulk_update(stale, sorted(changed), batch_size=BATCH)
        return found


def _told(row: Any, columns: Iterable[str]) -> dict[str, str]:
    return {
        name: repr(getattr(row, row._meta.get_field(name).attname)) for name in columns
    }


def _row(row: Any, step: Step, record: str, year: int, by: User | None) -> Any:
    """Bring a kept row up to what the file says, and what was found."""
    source = _source(step)
    row.province_id, row.district = source.province.code, source.district
    # Producers are kept from lists of goods too.
    is_goods = isinstance(row, OutsideProduct)
    row.name = (source.product if is_goods else source.producer)[:300]
    row.texts, row.seen_year = source.texts(), year
    if hasattr(row, "otop_type"):
        row.otop_type = source.otop_type
    if step.what in STATES:
        row.state = STATES[step.what]
        row.candidates = step.candidates if step.what is What.WAIT else []
        row.act_id = acts.current().id
        setattr(row, record, step.record_id)
        row.decided_by = by if step.is_decided else None
        row.decided_at = timezone.now() if step.is_decided else None
    return row


def _add_results(
    row: Any,
    step: Step,
    said: Mapping[str, Mapping[str, int]] | None,
    kept: Mapping[str, OutsideProducer],
) -> Any:
    """Bring a kept product up to its stars and its producer."""
    if said is None:
        return row
    row.results = {**row.results, **said.get(row.key, {})}
    if step.producer is not None:
        written = kept.get(step.producer.key)
        row.producer_id = written.pk if written else step.producer.row_id
    return row


def _batched(steps: Sequence[Step]) -> Iterable[list[Step]]:
    rest = iter(steps)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _source(step: Step) -> Source:
    if step.source is None:
        raise RuntimeError("A row without a source is not written.")
    return step.source


def _district(source: Source) -> District:
    if source.district is None:
        raise RuntimeError("A row without a district is not written.")
    return source.district
