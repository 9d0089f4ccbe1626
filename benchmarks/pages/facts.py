"""What a register is asked for: its goods, its places, and who is signed in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """What is asked of one register."""

    products: int
    published: int
    members: int
    ratings: int
    #: Codes of goods with photos, certificates and stars of several rounds.
    goods: list[str]
    #: Codes behind which the newest-first catalogue goes on at 80 % of its length.
    deep: list[str]
    #: Codes of the fullest shelves.
    categories: list[str]
    #: Address names of the provinces with most goods.
    provinces: list[str]
    #: Common words, each with the address name of the province that has most of it.
    searches: list[tuple[str, str]]
    suggest: str
    #: Cookies of those who are signed in, by whom.
    cookies: dict[str, str]
    #: What the database calls itself.
    database: str
