"""What becomes of the rows that name star results, province by province.

A row's producer is found first, as in the list of producers; then its product among
that producer's, or in the district where the list names no producer; then its result.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from products.cdd.differences import Wish, parted
from products.cdd.keys import folded_key
from products.cdd.matching import Named, Names, near_products, same_product
from products.cdd.producers import Known, Register, Said, known_rows, plan_producers
from products.cdd.reading import Column, Source
from products.cdd.steps import Step, What, bad, copy_of
from products.enums import OutsideState
from products.models import OutsideProduct, Product, StarRating, StarRound
from registry.derived import in_batches
from registry.enums import RowChoice
from registry.merging import successors
from registry.models import Province

#: Fields of a product that the list speaks of, beside its stars.
FIELDS = ("name_th", "otop_type")


@dataclass
class StarPlan:
    """The rows of a province, and the producers they name."""

    goods: list[Step]
    producers: list[Step]


def plan_stars(
    province: Province,
    sources: Sequence[Source],
    register: Register,
    *,
    year: int,
    rounds: Mapping[int, StarRound],
    said: Said | None = None,
) -> StarPlan:
    """Work out what becomes of the rows of a province, in their order."""
    return _Planning(province, register, year, rounds, said or {}).run(sources)


class _Planning:
    def __init__(
        self,
        province: Province,
        register: Register,
        year: int,
        rounds: Mapping[int, StarRound],
        said: Said,
    ) -> None:
        self.province = province
        self.register = register
        self.year = year
        self.rounds = rounds
        self.said = said
        self.names = Names.of_goods(province)
        self.of_member: dict[int, list[Named]] = defaultdict(list)
        for each in self.names.rows:
            self.of_member[each.member_id].append(each)
        self.into = successors(Product)
        self.known = known_rows(OutsideProduct, "product_id", province, register.undone)

    def run(self, sources: Sequence[Source]) -> StarPlan:
        good = [each for each in sources if each.year in self.rounds]
        producers = self._producers(good)
        steps: list[Step] = []
        first: dict[tuple[str, int], Source] = {}
        mains: dict[str, Step] = {}
        for source in sources:
            if source.year not in self.rounds:
                steps.append(_no_round(source))
                continue
            key = folded_key(
                *(self.province, source.district),
                *(source.producer_fold, source.product_fold),
            )
            before = first.setdefault((key, source.year), source)
            if before is not source:
                steps.append(_again(source, key, before))
                continue
            if key in mains:
                number = mains[key].number
                steps.append(Step(source.number, What.MORE, source, key, first=number))
                continue
            step = mains[key] = self._seen_before(source, key)
            step.producer = producers.get(
                folded_key(self.province, source.district, source.producer_fold)
            )
            steps.append(step)
        self._match([step for step in steps if step.what is What.NEW])
        self._compare(steps)
        self._rate(steps, mains)
        return StarPlan(steps, list(producers.values()))

    def _producers(self, sources: Iterable[Source]) -> dict[str, Step]:
        """Find the producers that the rows name, each once."""
        named: dict[str, Source] = {}
        for source in sources:
            if source.producer_fold:
                key = folded_key(self.province, source.district, source.producer_fold)
                named.setdefault(key, source)
        found = plan_producers(
            self.province, list(named.values()), self.register, year=self.year
        )
        return {step.key: step for step in found}

    def _seen_before(self, source: Source, key: str) -> Step:
        known = self.known.get(key)
        step = Step(source.number, What.NEW, source, key)
        if known is None:
            return step
        step.row_id = known.pk
        step.is_aged = known.seen_year != self.year
        step.is_respelt = known.name != source.product
        if known.state == OutsideState.IGNORED:
            step.what = What.IGNORED
        elif known.is_undone:
            return step
        elif known.state == OutsideState.WAITING:
            step.what = What.WAITING
            self._say(step)
        elif known.record_id is not None:
            step.what = What.KNOWN
            step.record_id = self.into.get(known.record_id, known.record_id)
        return step

    # --- Which product ----------------------------------------------------------

    def _match(self, steps: Sequence[Step]) -> None:
        taken = self._records_of_others(steps)
        left = []
        for step in steps:
            same = same_product(self._pool(step), _source(step).product_fold)
            if len(same) == 1:
                step.what, step.record_id = What.LINK, same[0].pk
                taken.add(same[0].pk)
                self._say(step)
            else:
                left.append(step)
        for step in left:
            self._look_near(step, taken)
            self._say(step)

    def _look_near(self, step: Step, taken: set[int]) -> None:
        source = _source(step)
        maker = step.producer
        if maker is not None and maker.what in {What.WAIT, What.WAITING}:
            # Whose it is comes first.
            step.what = What.WAIT
            return
        if maker is not None and maker.what is What.IGNORED:
            step.what = What.IGNORED
            return
        step.candidates = near_products(
            self._pool(step), source, of_producer=maker is not None, taken=taken
        )
        if step.candidates or (maker is None and source.district is None):
            step.what = What.WAIT
        else:
            step.is_unnamed = maker is None

    def _pool(self, step: Step) -> list[Named]:
        """Return the goods among which a row's product is looked for."""
        source = _source(step)
        if step.producer is not None:
            record = step.producer.record_id
            return self.of_member.get(record, []) if record is not None else []
        if source.district is not None:
            return self.names.of_district.get(source.district.code, [])
        return self.names.rows

    def _records_of_others(self, steps: Sequence[Step]) -> set[int]:
        open_ = {step.row_id for step in steps}
        return {
            self.into.get(each.record_id, each.record_id)
            for each in self.known.values()
            if each.record_id is not None and each.pk not in open_
        }

    def _say(self, step: Step) -> None:
        """Follow what the person said of the row while they looked at the file."""
        choice, chosen = self.said.get(step.number, (RowChoice.OPEN, None))
        if choice in {RowChoice.SAME, RowChoice.UPDATE}:
            pk = chosen or next((each["pk"] for each in step.candidates), None)
            if pk in self.names.by_pk:
                step.what, step.record_id = What.LINK, pk
                step.is_decided = True
        elif choice == RowChoice.DIFFERENT:
            maker = step.producer
            is_waiting = maker is not None and maker.what in {What.WAIT, What.WAITING}
            if is_waiting or (maker is None and _source(step).district is None):
                return
            step.what, step.record_id = What.NEW, None
            step.is_decided, step.is_unnamed = True, maker is None

    # --- What of it -------------------------------------------------------------

    def _compare(self, steps: Iterable[Step]) -> None:
        held = self._held(steps)
        wishes: dict[int, list[Wish]] = {}
        types: dict[int, str] = {}
        for batch in in_batches(held):
            rows = Product.objects.filter(pk__in=batch)
            types |= dict(rows.values_list("pk", "otop_type"))
        for pk, step in held.items():
            product, known = self.names.by_pk.get(pk), self.known.get(step.key)
            if product is not None:
                found = _wishes(product, types.get(pk, ""), _source(step), known)
                if found:
                    wishes[pk] = found
        may, may_not = parted(Product, wishes, self.register.ours)
        for pk, found in may.items():
            held[pk].changes = found
            held[pk].fields = {wish.field: wish.value for wish in found}
        for pk, found in may_not.items():
            held[pk].differences = found

    def _held(self, steps: Iterable[Step]) -> dict[int, Step]:
        return {
            step.record_id: step
            for step in steps
            if step.record_id is not None
            and step.what in {What.LINK, What.KNOWN}
            and step.record_id in self.names.by_pk
        }

    def _rate(self, steps: Iterable[Step], mains: Mapping[str, Step]) -> None:
        """Say which results are new; what is there and differs is a difference."""
        held = self._held(mains.values())
        there: dict[tuple[int, int], int] = {}
        for batch in in_batches(held):
            rows = StarRating.objects.filter(
                product__in=batch, round__in=self.rounds.values()
            )
            for product, in_round, stars in rows.values_list(
                "product_id", "round_id", "stars"
            ):
                there[product, in_round] = stars
        for step in steps:
            source, main = step.source, mains.get(step.key)
            if source is None or main is None or step.what is What.COPY:
                continue
            if not source.stars:
                continue
            if main.what is not What.NEW and main.record_id not in held:
                continue
            round_ = self.rounds[source.year]
            now = there.get((main.record_id or 0, round_.pk))
            if now is None:
                step.stars, step.round_id = source.stars, round_.pk
            elif now != source.stars:
                main.differences.append(star_wish(round_.year, now, source.stars))


def star_wish(year: int, ours: int, theirs: int) -> Wish:
    """Return the difference of a result that is there and one that a list says."""
    return Wish(f"stars:{year}", str(ours), str(theirs), theirs)


def _wishes(
    product: Named, otop_type: str, source: Source, known: Known | None
) -> list[Wish]:
    found = []
    was = known.name if known is not None and known.record_id else ""
    is_other = product.folded != source.product_fold[:300]
    is_respelt = product.name == was != source.product
    if is_other or is_respelt:
        found.append(Wish("name_th", product.name, source.product, source.product))
    if source.otop_type and source.otop_type != otop_type:
        found.append(Wish("otop_type", otop_type, source.otop_type, source.otop_type))
    return found


def _no_round(source: Source) -> Step:
    if not source.year:
        return bad(
            source.number,
            Column.YEAR,
            "",
            _("The list does not say which year's stars these are."),
        )
    return bad(source.number, Column.YEAR, str(source.year), no_round(source.year))


def no_round(year: int) -> str:
    """Return why stars of a year cannot be taken."""
    return _(
        "The register has no star round of %(year)d; an administrator enters it first."
    ) % {"year": year}


def _again(source: Source, key: str, before: Source) -> Step:
    if source.stars == before.stars:
        return copy_of(source, key, before.number)
    return bad(
        source.number,
        Column.STARS,
        str(source.stars),
        _("Row %(row)d gives the same product %(stars)d stars.")
        % {"row": before.number, "stars": before.stars},
    )


def _source(step: Step) -> Source:
    if step.source is None:
        raise RuntimeError("A row without a source is planned no further.")
    return step.source
