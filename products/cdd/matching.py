"""What in the register is called like a row of a list, and why it may be the same."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from rapidfuzz import fuzz, process

from members.models import Member
from products.cdd.reading import Source
from products.importing.sellers import KINDS, producer_key
from products.models import Product
from registry.differences import tokens_of
from registry.enums import RecordStatus
from registry.merging import successors
from registry.models import Province
from registry.thai.text import fold

#: How much alike names are, of 100, to be looked at by a person.
LIKENESS = 86
#: And what is left of them without the words that every second group has.
OWN_LIKENESS = 74
#: Goods of one producer are fewer, so more is worth a look.
GOODS_LIKENESS = 82
#: Shorter names are alike by chance.
SHORTEST = 5
#: A name within another one says something from this length on.
WITHIN = 8
OFFERED = 5
NUMBERS = re.compile(r"\d+")
#: The number of a village, as folded names have it.
VILLAGE = re.compile(rf"(?:{fold('หมู่')})?\s*\d+")
USUAL = re.compile(
    "|".join(
        fold(word)
        for word in (
            *("กลุ่มวิสาหกิจชุมชน", "วิสาหกิจชุมชน", "แม่บ้านเกษตรกร", "เกษตรกร", "แม่บ้าน"),
            *("กลุ่มสตรี", "สตรี", "ผลิตภัณฑ์", "ผู้ผลิต", "แปรรูป", "จักสาน", "ทอผ้า", "อาชีพ"),
            *("หัตถกรรม", "พัฒนา", "สหกรณ์", "ชุมชน", "ศูนย์", "กลุ่ม", "ตำบล", "อำเภอ", "บ้าน"),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Named:
    """A record by what it is found by."""

    pk: int
    name: str
    folded: str
    district_id: str
    subdistrict_id: str | None = None
    #: Of goods: their producer.
    member_id: int = 0


Candidate = dict[str, Any]


class Names:
    """Records of a province by their names; those that went stand for who is now."""

    def __init__(self, rows: Iterable[Named]) -> None:
        self.rows = list(rows)
        self.by_pk = {each.pk: each for each in self.rows}
        self.exact: dict[str, list[Named]] = defaultdict(list)
        self.of_district: dict[str, list[Named]] = defaultdict(list)
        self._bare: dict[int, str] = {}
        for each in self.rows:
            self.exact[each.folded].append(each)
            self.of_district[each.district_id].append(each)

    def bare(self, each: Named) -> str:
        """Return the name of a producer without its kind of business."""
        if each.pk not in self._bare:
            self._bare[each.pk] = producer_key(each.name)
        return self._bare[each.pk]

    @classmethod
    def of_members(cls, province: Province) -> "Names":
        """Read the producers of a province. Two queries."""
        columns = ("pk", "name_th", "name_fold", "district_id", "subdistrict_id")
        found = Member.objects.filter(province=province, is_placeholder=False)
        into = successors(Member)
        return cls(
            Named(pk, name, folded, district, subdistrict)
            for pk, name, folded, district, subdistrict in found.exclude(
                status=RecordStatus.WITHDRAWN
            )
            .order_by("pk")
            .values_list(*columns)
            if pk not in into
        )

    @classmethod
    def of_goods(cls, province: Province) -> "Names":
        """Read the products of a province. Two queries."""
        columns = ("pk", "name_th", "name_fold", "district_id", "member_id")
        found = Product.objects.filter(province=province).in_use()
        into = successors(Product)
        return cls(
            Named(pk, name, folded, district, None, member)
            for pk, name, folded, district, member in found.order_by("pk").values_list(
                *columns
            )
            if pk not in into
        )


def same_producer(names: Names, source: Source) -> list[Named]:
    """Return who is called exactly so, in the row's district if it names one."""
    found = names.exact.get(source.producer_fold[:300], [])
    if source.district is None:
        return list(found)
    return [each for each in found if each.district_id == source.district.code]


def near_producers(
    names: Names,
    source: Source,
    *,
    subdistrict_id: str | None,
    is_alone: bool,
    taken: Collection[int] = (),
) -> list[Candidate]:
    """Return who may be the row's producer, the likeliest first.

    ``is_alone`` says that the file names nobody else so in the province; ``taken`` are
    the records that other rows of the file are.
    """
    folded = source.producer_fold[:300]
    bare = producer_key(source.producer)
    pool: Sequence[Named] = names.rows
    if source.district is not None:
        pool = names.of_district.get(source.district.code, [])
    scores = {
        each.pk: score
        for each, score in _alike(bare, pool, names.bare, LIKENESS)
        if _own_alike(bare, names.bare(each))
    }
    namesakes = names.exact.get(folded, [])
    if is_alone and len(namesakes) == 1:
        # Perhaps only the district is wrong, here or there.
        scores.setdefault(namesakes[0].pk, 95)
    for each in same_producer(names, source):
        scores[each.pk] = 100
    found = []
    for pk in scores.keys() - set(taken):
        each = names.by_pk[pk]
        is_bare = bare == names.bare(each)
        reasons = list(_name_reasons(source.producer, each, scores[pk], is_bare))
        reasons += _place_reasons(source, each, subdistrict_id)
        if scores[pk] == 100 and len(namesakes) > 1 and each in namesakes:
            reasons.append(["several", ""])
        closer = (
            3 * (subdistrict_id is not None) * (each.subdistrict_id == subdistrict_id)
        )
        found.append(_candidate(pk, min(100, round(scores[pk]) + closer), reasons))
    return _best(found)


def same_product(goods: Iterable[Named], folded: str) -> list[Named]:
    """Return which of ``goods`` are called exactly so."""
    folded = folded[:300]
    return [each for each in goods if each.folded == folded]


def near_products(
    goods: Sequence[Named],
    source: Source,
    *,
    of_producer: bool,
    taken: Collection[int] = (),
) -> list[Candidate]:
    """Return which of ``goods`` may be the row's product, the likeliest first.

    ``of_producer`` says that they are all the goods of the row's own producer.
    """
    folded = source.product_fold[:300]
    least = GOODS_LIKENESS if of_producer else LIKENESS
    scores = {
        each.pk: (each, score)
        for each, score in _alike(folded, goods, attrgetter("folded"), least)
    }
    if of_producer and len(folded) >= WITHIN:
        for each in goods:
            shorter, longer = sorted((folded, each.folded), key=len)
            if len(shorter) >= WITHIN and shorter in longer:
                scores.setdefault(each.pk, (each, least))
    several = len(same_product(goods, folded)) > 1
    found = []
    for pk, (each, score) in scores.items():
        if pk in taken:
            continue
        reasons = list(_name_reasons(source.product, each, score))
        if of_producer:
            reasons.append(["same_producer", ""])
        else:
            reasons += _place_reasons(source, each, None)
        if score == 100 and several:
            reasons.append(["several", ""])
        found.append(_candidate(pk, round(score), reasons))
    return _best(found)


# --- How much alike ---------------------------------------------------------------


def _alike(
    bare: str,
    pool: Sequence[Named],
    told: Callable[[Named], str],
    least: float,
) -> Iterable[tuple[Named, float]]:
    """Yield those of ``pool`` whose names are alike and have the same numbers."""
    if not bare or not pool:
        return
    cut = least if len(bare) >= SHORTEST else 100
    numbers = NUMBERS.findall(bare)
    for _name, score, at in process.extract(
        _unnumbered(bare),
        [_unnumbered(told(each)) for each in pool],
        scorer=fuzz.ratio,
        score_cutoff=cut,
        limit=4 * OFFERED,
    ):
        theirs = NUMBERS.findall(told(pool[at]))
        # Villages have a group each: "หมู่ 1" is not "หมู่ 2".
        if numbers == theirs or not (numbers and theirs):
            yield pool[at], score


def _unnumbered(folded: str) -> str:
    """Return a name without the number of a village, if anything else is left."""
    return VILLAGE.sub("", folded).strip() or folded


def _own_alike(one: str, other: str) -> bool:
    one, other = _unnumbered(one), _unnumbered(other)
    own, others = USUAL.sub("", one), USUAL.sub("", other)
    if not own or not others:
        return one == other
    return fuzz.ratio(own, others) >= OWN_LIKENESS


def _candidate(pk: int, score: int, reasons: list[list[str]]) -> Candidate:
    return {"pk": pk, "score": score, "reasons": reasons}


def _best(found: list[Candidate]) -> list[Candidate]:
    return sorted(found, key=lambda each: (-each["score"], each["pk"]))[:OFFERED]


# --- Why --------------------------------------------------------------------------


def _name_reasons(
    name: str, other: Named, score: float, is_bare: bool = False
) -> Iterable[list[str]]:
    if fold(name)[:300] == other.folded:
        yield ["same_name", ""]
        return
    if is_bare:
        yield ["without_kind", _kind_word(name) or _kind_word(other.name)]
        return
    yield ["alike", str(round(score))]
    word = shared_words(name, other.name)
    if word:
        yield ["shared", word]
    if bool(NUMBERS.search(fold(name))) != bool(NUMBERS.search(other.folded)):
        yield ["one_number", ""]


def _kind_word(name: str) -> str:
    found = KINDS.match(name)
    return found[0].strip(" :.-") if found else ""


def _place_reasons(
    source: Source, other: Named, subdistrict_id: str | None
) -> list[list[str]]:
    if source.district is None:
        return [["no_district", ""]]
    if other.district_id != source.district.code:
        return [["other_district", ""]]
    if subdistrict_id is not None and other.subdistrict_id == subdistrict_id:
        return [["same_subdistrict", ""]]
    return [["same_district", ""]]


def shared_words(one: str, other: str) -> str:
    """Return the longest stretch that both names have; empty if it says little.

    Thai has no spaces between words, so it is cut between letters that stand alone.
    """
    mine, theirs = tokens_of(one), tokens_of(other)
    match = SequenceMatcher(None, mine, theirs, autojunk=False).find_longest_match()
    word = "".join(mine[match.a : match.a + match.size]).strip()
    return word if len(word) >= SHORTEST else ""


def reasons_in_words(reasons: Iterable[Sequence[str]]) -> list[str]:
    """Return why a candidate is one, in the reader's language."""
    said: Mapping[str, str] = {
        "same_name": _("The names are the same."),
        "without_kind": _("The names agree without the word “%(word)s”."),
        "alike": _("The names are %(word)s%% alike."),
        "shared": _("Both have the words “%(word)s”."),
        "one_number": _("Only one of the names has a number."),
        "same_district": pgettext("reason", "The same district."),
        "same_subdistrict": pgettext("reason", "The same subdistrict."),
        "other_district": pgettext("reason", "Another district."),
        "no_district": _("The list names no district."),
        "same_producer": pgettext("reason", "The same producer."),
        "several": _("Several records have this name."),
    }
    return [
        (said[code] if word or code != "without_kind" else said["same_name"])
        % {"word": word}
        for code, word in reasons
        if code in said
    ]
