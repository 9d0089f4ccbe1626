"""Dates as offices write them; a date that could be two is refused."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from registry.thai.dates import (
    DateError,
    be_year,
    fiscal_quarter,
    fiscal_range,
    fiscal_year,
    format_date,
    format_datetime,
    parse_date,
    parse_year,
)

DAY = date(2012, 3, 15)
DAYS = st.dates(date(1941, 1, 1), date(2200, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "15/03/2555",
        "15/3/2555",
        "15-3-2555",
        "15.03.2555",
        " 15 / 03 / 2555 ",
        "๑๕/๐๓/๒๕๕๕",
        "15032555",
        "๑๕ มีนาคม ๒๕๕๕",
        "15 มี.ค. 2555",
        "15 มีค 2555",
        "15 มี.ค. พ.ศ. 2555",
        "15 มีนาคม พ.ศ.2555",
        "15มีนาคม2555",
        "วันที่ 15 มีนาคม 2555",
        "วันพฤหัสบดีที่ 15 มีนาคม พ.ศ. 2555",
        "15\u00a0มีนาคม\u00a02555\u200b",
        "2555-03-15",
        "2012-03-15",
        "2012/3/15",
        "15 March 2012",
        "15 Mar. 2012",
        "15 mar 2012",
        "March 15, 2012",
        "Thursday, 15 March 2012",
        "15 March 2555",
        "15 March B.E. 2555",
    ],
)
def test_every_way_to_write_the_day_means_the_day(text):
    assert parse_date(text) == DAY


def test_a_leap_day_is_one_of_its_common_year():
    assert parse_date("29/02/2555") == date(2012, 2, 29)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31/02/2555", "There is no day 31 in month 2 of that year."),
        ("29/02/2556", "There is no day 29 in month 2 of that year."),
        ("15/13/2555", "There is no day 15 in month 13 of that year."),
        (
            "15/03/55",
            "The year “55” could be several years. Write all four digits.",
        ),
        (
            "15 มี.ค. 55",
            "The year “55” could be several years. Write all four digits.",
        ),
        (
            "15/03/2012",
            "The year 2012 looks like a year of the common era. "
            "Write the Buddhist-era year (พ.ศ.): 2555.",
        ),
        (
            "15 มีนาคม 2012",
            "The year 2012 looks like a year of the common era. "
            "Write the Buddhist-era year (พ.ศ.): 2555.",
        ),
        ("15/03/255", "255 is not a year of the Buddhist era (พ.ศ.)."),
        ("20120315", "315 is not a year of the Buddhist era (พ.ศ.)."),
        ("0555-03-15", "555 is not a year of this register."),
        ("15 พฤหัส 2555", "“พฤหัส” is not a month."),
        ("1/3/2483", "The year 2483 had no January, February or March."),
        (
            "เมื่อวาน",
            "“เมื่อวาน” is not a date. Write it like 15/03/2555 or 15 มีนาคม 2555.",
        ),
        ("", "“” is not a date. Write it like 15/03/2555 or 15 มีนาคม 2555."),
    ],
)
def test_what_is_no_day_is_refused_with_a_sentence(text, sentence):
    with translation.override("en"), pytest.raises(DateError) as refusal:
        parse_date(text)
    with translation.override("en"):
        assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1 มกราคม 2484", date(1941, 1, 1)),
        ("31 ธันวาคม 2483", date(1940, 12, 31)),
        ("1 เมษายน 2483", date(1940, 4, 1)),
        ("31 มีนาคม 2482", date(1940, 3, 31)),
        ("1 เมษายน 2482", date(1939, 4, 1)),
    ],
)
def test_before_2484_the_year_began_in_april(text, day):
    assert parse_date(text) == day
    assert format_date(day, "long", "th") == text


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2555", 2555),
        (2555, 2555),
        ("๒๕๕๕", 2555),
        ("พ.ศ. 2555", 2555),
        ("พ.ศ.2555", 2555),
        ("ปี 2555", 2555),
        ("ปี พ.ศ. ๒๕๕๕", 2555),
        ("ปีงบประมาณ พ.ศ. 2555", 2555),
        ("B.E. 2555", 2555),
    ],
)
def test_a_year_is_read_in_every_spelling(text, year):
    assert parse_year(text) == year


@pytest.mark.parametrize(
    "text", ["", "55", "๕๕", "2012", "255", "25555", "ปี", "x 2555"]
)
def test_a_year_that_could_be_another_is_refused(text):
    with pytest.raises(DateError):
        parse_year(text)


@pytest.mark.parametrize(
    ("style", "language", "text"),
    [
        ("long", "th", "15 มีนาคม 2555"),
        ("short", "th", "15 มี.ค. 2555"),
        ("numeric", "th", "15/03/2555"),
        ("full", "th", "วันพฤหัสบดีที่ 15 มีนาคม พ.ศ. 2555"),
        ("long", "en", "15 March 2012"),
        ("short", "en", "15 Mar 2012"),
        ("numeric", "en", "2012-03-15"),
        ("full", "en", "Thursday, 15 March 2012"),
    ],
)
def test_a_day_is_written_in_each_style(style, language, text):
    assert format_date(DAY, style, language) == text


def test_a_day_is_written_in_the_readers_language():
    with translation.override("th"):
        assert format_date(DAY) == "15 มีนาคม 2555"
    with translation.override("en"):
        assert format_date(DAY) == "15 March 2012"


def test_printed_papers_take_thai_digits():
    assert format_date(DAY, "long", "th", thai_digits=True) == "๑๕ มีนาคม ๒๕๕๕"


@given(
    day=DAYS,
    style=st.sampled_from(["long", "short", "numeric", "full"]),
    language=st.sampled_from(["th", "en"]),
    thai_digits=st.booleans(),
)
def test_every_day_that_is_written_reads_back(day, style, language, thai_digits):
    text = format_date(day, style, language, thai_digits=thai_digits)
    assert parse_date(text) == day


def test_a_moment_is_written_in_local_time():
    moment = datetime(2012, 3, 14, 18, 5, tzinfo=UTC)

    assert format_datetime(moment, "long", "th") == "15 มีนาคม 2555 เวลา 01.05 น."
    assert format_datetime(moment, "short", "th") == "15 มี.ค. 2555 01.05 น."
    assert format_datetime(moment, "long", "en") == "15 March 2012, 01:05"
    assert format_date(moment, "numeric", "th") == "15/03/2555"
    assert (
        format_datetime(moment, "short", "th", thai_digits=True)
        == "๑๕ มี.ค. ๒๕๕๕ ๐๑.๐๕ น."
    )


@pytest.mark.parametrize(
    ("day", "year", "quarter"),
    [
        (date(2009, 9, 30), 2552, 4),
        (date(2009, 10, 1), 2553, 1),
        (date(2009, 12, 31), 2553, 1),
        (date(2010, 1, 1), 2553, 2),
        (date(2010, 4, 1), 2553, 3),
        (date(2010, 7, 1), 2553, 4),
    ],
)
def test_october_begins_the_fiscal_year(day, year, quarter):
    assert (fiscal_year(day), fiscal_quarter(day)) == (year, quarter)


def test_a_fiscal_year_is_named_after_the_year_it_ends_in():
    assert fiscal_range(2565) == (date(2021, 10, 1), date(2022, 9, 30))


@given(DAYS)
def test_every_day_lies_in_its_fiscal_year_and_quarter(day):
    start, end = fiscal_range(fiscal_year(day), fiscal_quarter(day))
    assert start <= day <= end


@given(st.integers(2484, 2700))
def test_the_quarters_fill_the_fiscal_year_without_a_gap(year):
    parts = [fiscal_range(year, quarter) for quarter in (1, 2, 3, 4)]

    assert (parts[0][0], parts[-1][1]) == fiscal_range(year)
    for (_, end), (start, _) in pairwise(parts):
        assert start - end == timedelta(days=1)


def test_there_is_no_fifth_quarter():
    with pytest.raises(ValueError, match="quarters 1 to 4"):
        fiscal_range(2565, 5)


def test_the_year_of_a_day_is_of_the_buddhist_era():
    assert be_year(DAY) == 2555
