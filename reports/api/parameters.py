"""What an address may ask for: said once, for who reads it and for who checks it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from members.enums import ProducerType
from products.enums import OtopType, PriceBand
from products.filters import MemberFilter, ProductFilter
from products.filters.address import LONGEST_WORDS
from reports.api.problems import Problem

Schema = Mapping[str, Any]
WHOLE = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
#: Of a value that is quoted back.
SHOWN = 60

MOST, USUAL = 100, 25


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, what it does, and the JSON schema of a value."""

    name: str
    text: str | Promise
    schema: Schema
    #: It may stand more than once; any of its values will do.
    several: bool = False
    #: It is a part of the path.
    is_path: bool = False
    example: str = ""

    def check(self, values: Sequence[str]) -> None:
        """Refuse values that are not as the schema says.

        :raises Problem: 400 with a sentence.
        """
        if len(values) > 1 and not self.several:
            raise bad(_("“{name}” may be given once only."), name=self.name)
        for value in values:
            if not fits(value, self.schema):
                raise bad(
                    _("“{value}” is no value of “{name}”. {text}"),
                    value=value[:SHOWN],
                    name=self.name,
                    text=self.text,
                )


def bad(sentence: Any, **said: Any) -> Problem:
    """Return the refusal of an address that is not as it should be."""
    return Problem(HTTPStatus.BAD_REQUEST, format_lazy(sentence, **said))


def fits(text: str, schema: Schema) -> bool:
    """Tell whether a value of an address is as its schema says."""
    if "enum" in schema:
        return text in {str(each) for each in schema["enum"]}
    if schema["type"] == "integer":
        return (
            WHOLE.fullmatch(text) is not None
            and schema["minimum"] <= int(text) <= schema["maximum"]
        )
    if len(text) > schema.get("maxLength", len(text)):
        return False
    return "pattern" not in schema or bool(re.search(schema["pattern"], text))


def check(address: QueryDict, parameters: Iterable[Parameter]) -> None:
    """Refuse an address with a parameter unknown or a value that makes no sense.

    A name that was misspelt would else give all rows, and nobody would notice.

    :raises Problem: 400 with a sentence.
    """
    known = {each.name: each for each in parameters}
    for name, values in address.lists():
        if name not in known:
            raise bad(
                _("There is no parameter “{name}” here. There are: {names}."),
                name=name[:SHOWN],
                names=", ".join(known) or "–",
            )
        known[name].check(values)


# --- The parameters there are -------------------------------------------------------


def words(text: str | Promise) -> Parameter:
    """Return the parameter for words to search for."""
    # PostgreSQL has no text with NUL.
    schema = {"type": "string", "maxLength": LONGEST_WORDS, "pattern": "^[^\\u0000]*$"}
    return Parameter("q", text, schema)


def slug(name: str, text: str | Promise, example: str) -> Parameter:
    """Return a parameter whose values another list tells."""
    schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"}
    return Parameter(name, text, schema, example=example)


def code(letter: str) -> Parameter:
    """Return the public code in the path."""
    pattern = f"^[0-9]{{2}}-{letter}-[0-9]{{5}}$"
    return Parameter(
        "code",
        _("The public code of the register, as the pages have it."),
        {"type": "string", "pattern": pattern},
        is_path=True,
    )


def one_of(
    name: str, text: str | Promise, values: Iterable[Any], *, several: bool = False
) -> Parameter:
    """Return a parameter with a fixed list of values."""
    kept = list(values)
    kind = "integer" if isinstance(kept[0], int) else "string"
    return Parameter(name, text, {"type": kind, "enum": kept}, several=several)


PROVINCE = slug("province", _("A province, by its “slug” in /provinces/."), "loei")
DISTRICT = Parameter(
    "district",
    _("A district, by its “code” in /provinces/."),
    {"type": "string", "pattern": "^[0-9]{4}$"},
    example="4201",
)
AFTER = Parameter(
    "after",
    _("Where the list goes on; take it from “next” of the page before."),
    {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,3000}$"},
)
LIMIT = Parameter(
    "limit",
    _("How many rows a page has: 1 to 100, 25 if nothing is said."),
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
)
SORTED = _("The order; “relevance” with words, if nothing is said, else “newest”.")
NAMED = _("The order; “relevance” with words, if nothing is said, else “name”.")

PRODUCT_LIST = (
    words(_("Words to search for, as in the catalogue.")),
    slug(
        "category",
        _("A category and all below it, by its “code” in /categories/."),
        "edible",
    ),
    one_of("otop_type", _("OTOP types."), OtopType.values, several=True),
    PROVINCE,
    DISTRICT,
    one_of("stars", _("Stars, 1 to 5."), range(1, 6), several=True),
    slug("mark", _("A mark that is held in force, by its “code” in /marks/."), "tcps"),
    one_of(
        "price",
        _(
            "Bands of the lowest price in baht: 1 under 100, 2 to 299, 3 to 499, "
            "4 to 999, 5 to 2,999, 6 above."
        ),
        [each.value for each in PriceBand],
        several=True,
    ),
    one_of("season", _("A month, 1 to 12, in which it is to be had."), range(1, 13)),
    one_of("edible", _("Edible or not: yes or no."), ("yes", "no")),
    one_of("sort", SORTED, sorted(ProductFilter.SORTS)),
    AFTER,
    LIMIT,
)
MEMBER_LIST = (
    words(_("Words to search for, as in the list of producers.")),
    PROVINCE,
    DISTRICT,
    one_of("type", _("Kinds of producer."), ProducerType.values, several=True),
    one_of("sort", NAMED, sorted(MemberFilter.SORTS)),
    AFTER,
    LIMIT,
)
