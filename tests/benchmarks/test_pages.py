"""What the measurements stand on: limits, sums, and how answers are read."""

import pytest

from benchmarks.measuring import Figure
from benchmarks.pages.client import Answer, Incoming, Load, Page
from benchmarks.pages.rows import CROWDS, TABLE
from benchmarks.pages.sampling import Samples
from benchmarks.results import as_json, figures_of

WHOLE = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
    b"Server-Timing: app;dur=4.250, db;dur=1.500, queries;dur=3\r\n"
    b"Connection: keep-alive\r\n\r\nhello"
)


def answer(wall: float, app: float = 1.0, database: float = 1.0) -> Answer:
    return Answer(200, b"", wall, app, database, 1)


def test_limits_are_those_that_were_promised():
    promised = {
        "catalogue": (15, 30, 1.3),
        "category": (15, 3, 1.3),
        "deep": (18, 50, 1.5),
        "search": (30, 2.5, 3),
        "misspelt": (100, None, 5),
        "suggestions": (10, None, 2),
        "product": (9, 0.8, 1.2),
        "admin-list": (60, 1.8, 1.5),
        "admin-search": (120, 7, 4),
        "province": (25, None, 1.5),
        "dashboard": (25, None, 1.5),
        "dashboard-province": (25, None, 1.5),
    }
    held = {
        row.key: (row.limits.wall, row.limits.ratio, row.limits.growth) for row in TABLE
    }

    assert held == promised


def test_crowds_are_held_to_what_was_promised():
    held = {row.key: (row.rate, row.wall, row.ratio) for row in CROWDS}

    assert held == {"catalogue": (120, 320, 40), "product": (300, 120, 0.9)}


@pytest.mark.parametrize("size", [1, 7, 40, len(WHOLE)])
def test_an_answer_is_read_in_whatever_pieces_it_comes(size):
    incoming = Incoming()

    *early, last = [
        incoming.feed(WHOLE[at : at + size]) for at in range(0, len(WHOLE), size)
    ]

    assert not any(early)
    assert last
    read = incoming.answer(0.012)
    assert (read.status, read.body, read.queries) == (200, b"hello", 3)
    assert (read.wall, read.cost) == (12.0, 5.75)


def test_a_request_names_its_cookie():
    asked = Page("/admin/", "portal_session=abc").asked()

    assert asked.startswith(b"GET /admin/ HTTP/1.1\r\n")
    assert b"\r\nCookie: portal_session=abc\r\n\r\n" in asked


def test_a_slow_address_counts_among_quick_ones():
    samples = Samples()
    samples.by_page["/quick/"] = [answer(10), answer(10), answer(500)]
    samples.by_page["/slow/"] = [answer(90), answer(90), answer(90)]

    assert samples.typical("wall") == 50


def test_of_many_addresses_with_a_sample_each_the_median_counts():
    samples = Samples()
    for wall in (5, 6, 900):
        samples.by_page[f"/{wall}/"] = [answer(wall)]

    assert samples.typical("wall") == 6


def test_a_page_that_is_not_there_is_slower_than_any():
    assert Samples().typical("wall") == float("inf")


def test_95_of_100_answers_come_within_their_time():
    load = Load(clients=8, seconds=2, walls=[float(each) for each in range(1, 101)])

    assert (load.rate, load.at(0.5), load.at(0.95)) == (50, 50, 95)


@pytest.mark.parametrize(
    ("figure", "is_kept"),
    [
        (Figure("a", 15, "ms", limit=15), True),
        (Figure("a", 15.1, "ms", limit=15), False),
        (Figure("a", 30, "×", floor=30), True),
        (Figure("a", 29.9, "×", floor=30), False),
        (Figure("a", float("inf"), "ms", limit=15), False),
        (Figure("a", 99, "ms"), True),
    ],
)
def test_a_figure_is_kept_within_its_limits_and_as_json(figure, is_kept):
    read = figures_of({"pages": {"figures": as_json([figure])}})

    assert figure.is_kept is is_kept
    assert read == [figure]
