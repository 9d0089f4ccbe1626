"""The privacy notice says what the table of personal data does, in both languages."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from registry.personal import Basis, Group, purposes

THAI = re.compile("[ก-๙]")


@pytest.fixture
def notice(client, db):
    """Return how to read the notice in a language."""

    def read(language):
        prefix = "" if language == "th" else "/en"
        answer = client.get(f"{prefix}/privacy/")
        assert answer.status_code == 200
        return answer.content.decode()

    return read


def text_of(page):
    """Return what stands between the tags of the main part."""
    main = page.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    # Words that must not break are tied together by a span.
    main = re.sub(r"</?span[^>]*>", "", main)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_purpose_is_in_the_notice(notice, language):
    page = text_of(notice(language))

    with translation.override(language):
        for purpose in purposes():
            for words in (purpose.what, purpose.why, purpose.seen_by, purpose.kept):
                assert str(words) in page
        for group in Group:
            assert str(group.label) in page


def test_every_ground_is_used_and_named(notice):
    used = {basis for purpose in purposes() for basis in purpose.basis}

    assert used == set(Basis)
    page = text_of(notice("th"))
    for basis in Basis:
        assert str(basis.label) in page


def test_the_days_of_the_settings_are_the_days_of_the_notice(notice, settings):
    assert "2 ปี หลังเกิดเหตุการณ์" in text_of(notice("th"))
    assert "2 years after it happened" in text_of(notice("en"))

    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"audit": 120}

    assert "4 เดือน หลังเกิดเหตุการณ์" in text_of(notice("th"))
    assert "4 months after it happened" in text_of(notice("en"))


def test_the_notice_leads_to_who_answers(notice):
    assert f'href="{reverse("contact")}"' in notice("th")


def test_each_language_is_itself(notice):
    assert not THAI.search(text_of(notice("en")))
    latin = set(re.findall(r"[A-Za-z]{3,}", text_of(notice("th"))))
    assert latin == set()
