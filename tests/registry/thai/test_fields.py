"""Form fields take what people type and give what is kept."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.utils import translation

from registry.thai.fields import (
    BEDateField,
    BEYearField,
    ThaiCharField,
    ThaiTextField,
)

DAY = date(2012, 3, 15)


class MemberForm(forms.Form):
    name = ThaiCharField(max_length=7)
    story = ThaiTextField(required=False)
    joined_on = BEDateField(required=False)
    joined_year = BEYearField(required=False, min_value=2544, max_value=2600)


def filled(**data: str) -> MemberForm:
    return MemberForm({"name": "ก"} | data)


def test_text_is_cleaned_before_it_is_measured():
    form = filled(name="  นํ้าพริก\u200b ", story="ก\u00a0 ข\r\nค")

    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == "น้ำพริก"
    assert form.cleaned_data["story"] == "ก ข\nค"


@pytest.mark.parametrize("name", ["ก\x00ข", "ยาวเกินเจ็ดตัว"])
def test_text_with_nul_or_too_long_is_refused(name):
    assert filled(name=name).errors.keys() == {"name"}


def test_text_that_is_only_invisible_is_missing():
    assert filled(name="\u200b \u00a0").errors.keys() == {"name"}


@pytest.mark.parametrize(
    "text", ["15/03/2555", "15032555", "๑๕ มี.ค. ๒๕๕๕", "2012-03-15"]
)
def test_a_day_is_read_as_it_is_typed(text):
    form = filled(joined_on=text)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["joined_on"] == DAY


def test_a_wrong_day_is_refused_in_the_readers_language_and_stays_typed():
    with translation.override("en"):
        form = filled(joined_on="31/02/2555")

        assert form.errors["joined_on"] == [
            "There is no day 31 in month 2 of that year."
        ]
        assert 'value="31/02/2555"' in str(form["joined_on"])


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_kept_day_is_shown_as_it_stands_on_paper_in_both_languages(language):
    with translation.override(language):
        widget = str(MemberForm(initial={"joined_on": DAY})["joined_on"])

    assert 'value="15/03/2555"' in widget
    assert " data-be-date" in widget
    assert 'inputmode="numeric"' in widget
    assert 'autocomplete="off"' in widget


def test_the_same_day_in_another_spelling_is_no_change():
    form = MemberForm({"joined_on": "๑๕ มีนาคม ๒๕๕๕"}, initial={"joined_on": DAY})
    assert "joined_on" not in form.changed_data


@pytest.mark.parametrize(
    ("value", "day"),
    [(DAY, DAY), (datetime(2012, 3, 15, 1, tzinfo=UTC), DAY), ("", None), (None, None)],
)
def test_days_from_a_program_pass_through(value, day):
    assert BEDateField(required=False).clean(value) == day


def test_a_fields_own_help_stands_before_the_hint():
    assert BEDateField(help_text="เอง").help_text == "เอง"
    assert "15/03/2555" in str(BEDateField().help_text)


def test_the_calendar_comes_with_the_form():
    media = str(MemberForm().media)
    assert "css/be-date.css" in media
    assert 'js/be-date.js" defer' in media


@pytest.mark.parametrize(
    ("text", "year"), [("๒๕๕๕", 2555), ("พ.ศ. 2555", 2555), ("", None)]
)
def test_a_year_is_read_as_it_is_typed(text, year):
    form = filled(joined_year=text)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["joined_year"] == year


@pytest.mark.parametrize("text", ["2012", "55", "2543", "2601", "ก"])
def test_a_year_of_another_era_or_out_of_bounds_is_refused(text):
    assert filled(joined_year=text).errors.keys() == {"joined_year"}
