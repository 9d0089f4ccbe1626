"""Components show what they are given, and refuse what they do not know."""

import datetime
import json
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.translation import override

from registry import gallery
from registry.context import alternates

PICTURE = {
    "width": 1600,
    "height": 1200,
    "names": {
        "avif": {"480": "a-480.avif", "1600": "a-1600.avif"},
        "webp": {"480": "a-480.webp", "1600": "a-1600.webp"},
    },
    "card": {"avif": "a-card.avif", "webp": "a-card.webp"},
}


def shown(source: str, **context: object) -> str:
    """Render a line of template."""
    return Template(source).render(Context(context))


class NameForm(forms.Form):
    """A form with help, and a field nobody sees."""

    name = forms.CharField(help_text="As on the label.")
    version = forms.IntegerField(widget=forms.HiddenInput)


# --- What a component refuses ---------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "{% product_card product egaer=True %}",
        "{% stars 5 %}",
        '{% card titel="A" %}{% endcard %}',
        '{% button_link "#" "A" colour="red" %}',
    ],
)
def test_a_misspelt_or_missing_attribute_fails_when_the_template_compiles(source):
    with pytest.raises(TemplateSyntaxError):
        Template(source)


def test_a_tone_that_does_not_exist_stops_the_page():
    with pytest.raises(TemplateSyntaxError, match="purple"):
        shown('{% tag "A" tone="purple" %}')


# --- Words, years and prices ----------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text"), [("th", "OTOP 5 ดาว ปี 2562"), ("en", "OTOP 5 stars, 2019")]
)
def test_stars_carry_the_year_of_their_round_in_the_readers_era(language, text):
    with override(language):
        assert text in shown("{% stars 5 2562 %}")


@pytest.mark.parametrize("source", ["{% stars 5 None %}", "{% stars None 2562 %}"])
def test_stars_without_year_or_rating_show_nothing(source):
    assert shown(source).strip() == ""


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (250, None, "฿250"),
        (250, 250, "฿250"),
        (1200, 1890, "฿1,200–1,890"),
        (12.5, None, "฿12.50"),
        (None, None, ""),
    ],
)
def test_a_price_is_one_amount_or_a_range(low, high, text):
    assert shown("{% price low high %}", low=low, high=high) == text


def test_a_text_in_the_other_language_says_which_it_is():
    thing = SimpleNamespace(name_th="ผ้าทอ <b>", name_en="")

    with override("en"):
        found = shown('{% words thing "name" %}', thing=thing)

    assert found == '<span lang="th">ผ้าทอ &lt;b&gt;</span>'


# --- Goods ----------------------------------------------------------------------


def test_an_alcoholic_drink_shows_name_and_maker_only():
    drink = gallery.sample_product("สาโท", "beverage", low=120, stars=5)
    drink.is_alcohol = True
    drink.cover = PICTURE

    card = shown("{% product_card drink %}", drink=drink)

    assert "สาโท" in card
    assert drink.member.name_th in card
    assert not any(text in card for text in ("฿", "OTOP", "a-card", "ด่านซ้าย"))


def test_goods_without_a_price_say_so_instead_of_nothing():
    card = shown("{% product_card it %}", it=gallery.sample_product("ผ้า", "textile"))

    assert "สอบถามราคา" in card


@pytest.mark.parametrize(
    ("ends", "has_expired"),
    [
        (None, False),
        (datetime.date(2569, 11, 21), False),
        (datetime.date(2020, 1, 1), True),
    ],
)
def test_a_mark_turns_grey_when_its_certificate_has_expired(ends, has_expired):
    mark = SimpleNamespace(abbreviation="มผช.")
    certificate = SimpleNamespace(mark=mark, expires_on=ends)

    badge = shown("{% mark_badge certificate %}", certificate=certificate)

    assert ("tag--grey" in badge) is has_expired
    assert ("หมดอายุ" in badge) is has_expired


def test_a_photo_offers_every_width_and_says_what_it_shows():
    photo = SimpleNamespace(picture=PICTURE, alt_th="หน้ากาก", alt_en="A mask")

    html = shown("{% picture photo %}", photo=photo)

    assert "/media/a-480.avif 480w, /media/a-1600.avif 1600w" in html
    assert 'alt="หน้ากาก"' in html
    assert 'width="1600" height="1200"' in html
    assert 'loading="lazy"' in html


def test_a_card_takes_the_square_crop():
    html = shown('{% picture cover alt="" card=True %}', cover=PICTURE)

    assert "/media/a-card.webp" in html
    assert "a-480" not in html


def test_goods_without_a_picture_get_a_tile_of_their_kind():
    html = shown('{% picture cover alt="" kind="textile" %}', cover={})

    assert "picture--textile" in html
    assert "<img" not in html


# --- Lists ----------------------------------------------------------------------


def test_the_pager_keeps_the_rest_of_the_address(rf):
    request = rf.get("/products/", {"q": "ผ้า", "page": "2", "after": "x"})
    page = Paginator(range(100), 10).page(2)

    html = shown("{% pager page %}", page=page, request=request)

    assert 'href="?q=%E0%B8%9C%E0%B9%89%E0%B8%B2&amp;page=3"' in html
    assert 'href="?q=%E0%B8%9C%E0%B9%89%E0%B8%B2"' in html
    assert "after=" not in html


def test_a_single_page_has_no_pager(rf):
    page = Paginator(range(3), 10).page(1)

    assert shown("{% pager page %}", page=page, request=rf.get("/")).strip() == ""


def test_the_longest_bar_fills_its_row():
    rows = [("ปากชม", 1500), ("ภูเรือ", 750)]

    html = shown('{% bar_table rows caption="A" label="B" value="C" %}', rows=rows)

    assert 'width="100.0"' in html
    assert 'width="50.0"' in html
    assert "1,500" in html


def test_a_fact_that_is_not_known_is_left_out_but_zero_is_one():
    assert shown('{% fact "A" "" %}').strip() == ""
    assert "<dd>0</dd>" in shown('{% fact "A" 0 %}')


# --- Forms ----------------------------------------------------------------------


def test_a_field_is_tied_to_its_help_and_its_error():
    html = shown("{% field form.name %}", form=NameForm({}))

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert '<label for="id_name">' in html


def test_the_summary_links_to_the_field_and_names_what_nobody_sees():
    html = shown("{% error_summary form %}", form=NameForm({"version": "x"}))

    assert 'href="#id_name"' in html
    assert html.count("<li>") == 2
    assert 'role="alert"' in html


def test_a_form_without_errors_has_no_summary():
    assert shown("{% error_summary form %}", form=NameForm()).strip() == ""


# --- For machines ---------------------------------------------------------------


def test_structured_data_cannot_end_its_element():
    data = {"name": "</script><script>alert(1)//& ผ้า"}

    html = shown("{% json_ld data %}", data=data)

    body = html.removeprefix('<script type="application/ld+json">')
    body = body.removesuffix("</script>")
    assert "<" not in body
    assert json.loads(body) == data


def test_a_qr_code_carries_ascii_only_and_no_inline_style():
    assert "style=" not in shown('{% qr "https://example.test/products/1/" %}')
    with pytest.raises(UnicodeEncodeError):
        shown('{% qr "https://example.test/ผ้า/" %}')


# --- The frame ------------------------------------------------------------------


def test_each_page_knows_itself_in_both_languages():
    with override("th"):
        thai, english = alternates("/provinces/?q=x")

    assert (thai.path, thai.is_current) == ("/provinces/?q=x", True)
    assert (english.path, english.is_current) == ("/en/provinces/?q=x", False)
    assert english.url.endswith("/en/provinces/")


def test_an_address_without_a_page_leads_to_the_other_start_page():
    with override("th"):
        assert alternates("/nowhere/")[1].path == "/en/"
    with override("en"):
        assert alternates("/en/nowhere/")[0].path == "/"


@pytest.mark.django_db
def test_the_sign_in_page_wears_the_portals_name_though_allauth_brings_a_site(client):
    page = client.get("/en/accounts/login/").content.decode()

    assert "Sign in – Thai Souvenirs" in page
    assert 'href="/accounts/login/" lang="th"' in page


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_answers_without_a_request_need_neither_context_nor_database(name, language):
    with override(language):
        html = render_to_string(name)

    assert f'<html lang="{language}">' in html
    assert "<h1>" in html


@pytest.mark.django_db
def test_the_gallery_shows_components_in_their_states(client, reviewer):
    client.force_login(reviewer)

    page = client.get("/admin/gallery/").content.decode()

    states = ("card", "pill pill--returned", "error-summary", "timeline", "pager", "qr")
    assert [state for state in states if f'class="{state}"' not in page] == []
