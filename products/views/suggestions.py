"""What somebody may be about to type: words, shelves, provinces, goods, producers.

Asked at every pause in typing, so it asks little: words are counted already, shelves
and provinces are in memory, of goods and producers the first few found will do. Cheaper
than any page, so nobody is refused: an office shares one address.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, pgettext
from django.views.decorators.http import require_safe

from members.models import Member
from products.filters import Vocabulary
from products.models import Product
from registry.access import public
from registry.marking import spans
from registry.models import Word, in_language
from registry.search import EMPTY_WORDS, Sought
from registry.thai.text import clean_line, fold, loose

#: Letters that are read, and those it takes to look inside of names.
LONGEST, INSIDE = 60, 3
#: Suggestions of each kind, and rows that are read to choose them from.
WORDS, PLACES, GOODS, PRODUCERS, READ = 5, 2, 3, 2, 20
#: Words that are read to choose those from.
WORDS_READ = 100
#: Seconds for which a browser may show the same again.
SAME_FOR = 300


@dataclass(frozen=True)
class Suggestion:
    """A line to choose: where it leads, and what it is."""

    text: str
    url: str
    kind: str = ""


@public
@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Answer with what the letters typed so far may become. Three queries, or four."""
    text = clean_line(request.GET.get("q", ""))[:LONGEST]
    folded = fold(text)
    found = [*suggestions(text, folded)] if len(folded) > 1 else []
    word = Sought(folded, loose(text))
    answer = JsonResponse(
        {
            "suggestions": [
                {
                    "text": each.text,
                    "kind": each.kind,
                    "url": each.url,
                    "marks": spans(each.text, [word]),
                }
                for each in found
            ]
        }
    )
    patch_cache_control(answer, public=True, max_age=SAME_FOR)
    return answer


def suggestions(text: str, folded: str) -> Iterator[Suggestion]:
    """Yield what ``text`` may become: words first, then what can be opened."""
    goods, producers = reverse("products:list"), reverse("members:list")
    words = words_like(folded.replace(" ", ""), loose(text))
    for each in words:
        yield Suggestion(each, f"{goods}?{urlencode({'q': each})}")
    vocabulary = Vocabulary.current()
    shelves = [*named_like(vocabulary.categories, folded)][:PLACES]
    for shelf in shelves:
        query = urlencode({"category": shelf.code})
        kind = pgettext("search suggestion", "category")
        yield Suggestion(in_language(shelf, "name"), f"{goods}?{query}", kind)
    for province in [*named_like(vocabulary.provinces, folded)][:PLACES]:
        query = urlencode({"province": province.slug})
        kind = pgettext("search suggestion", "province")
        yield Suggestion(in_language(province, "name"), f"{goods}?{query}", kind)
    for product in first_of(Product.objects.published(), folded, GOODS):
        kind = pgettext("search suggestion", "souvenir")
        url = reverse("products:detail", args=[product.code])
        yield Suggestion(in_language(product, "name"), url, kind)
    for member in first_of(Member.objects.published(), folded, PRODUCERS):
        kind = pgettext("search suggestion", "producer")
        url = f"{producers}{member.code}/"
        yield Suggestion(in_language(member, "name"), url, kind)


def words_like(key: str, typed: str) -> list[str]:
    """Return the commonest words that begin so, none of them a piece of another."""
    found = Word.objects.filter(key__startswith=key).order_by("-count", "key")
    is_english = get_language() == "en"
    chosen: dict[str, tuple[str, int]] = {}
    rows = [*found.values_list("text", "key", "count")[:WORDS_READ]]
    # Spelt as it was typed, tones and all, before what is only folded alike.
    rows.sort(key=lambda row: (not loose(row[0]).startswith(typed), -row[2]))
    for text, kept, count in rows:
        if len(chosen) == WORDS:
            break
        if EMPTY_WORDS.intersection(fold(text).split()[-1:]) or any(
            _is_piece(kept, count, other, often) for _, other, often in rows
        ):
            continue
        if kept not in chosen or text.isascii() == is_english:
            chosen[kept] = (text, count)
    return [text for text, _count in chosen.values()]


def _is_piece(key: str, count: int, other: str, others: int) -> bool:
    """Tell whether a word is hardly ever met but in another, longer one."""
    return len(other) > len(key) and other.startswith(key) and others * 10 >= count * 9


def named_like(rows: Sequence[Any], folded: str) -> Iterator[Any]:
    """Yield rows with a name that begins so, then those that have it inside."""
    names = [(row, [fold(row.name_th), fold(row.name_en)]) for row in rows]
    begun = [row for row, own in names if any(name.startswith(folded) for name in own)]
    yield from begun
    if len(folded) >= INSIDE:
        for row, own in names:
            if row not in begun and any(folded in name for name in own):
                yield row


def first_of(rows: QuerySet[Any], folded: str, most: int) -> list[Any]:
    """Return a few rows with a name that has it inside; begun so and short ones first.

    Of the first that the database meets: the best of all would take too long to find.
    """
    if len(folded) < INSIDE:
        return []
    found = rows.filter(search__name_fold__substr=folded).order_by()
    read = found.only("code", "name_th", "name_en")[:READ]
    # Of goods that are called the same, one: its search finds the others.
    called = {row.name_th: row for row in read}.values()
    return sorted(
        called,
        key=lambda row: (
            not fold(row.name_th).startswith(folded),
            len(row.name_th),
            row.pk,
        ),
    )[:most]
