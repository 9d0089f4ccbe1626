"""The check of the translations finds what it is there to find."""

from babel.messages.catalog import Catalog

from scripts import check_translations as check

TEMPLATE = """
{% trans "It's 100% fine" %} {% trans "May" context "month" %}
  {% blocktrans count n=goods trimmed %}
    One {{ n }} thing
  {% plural %} {{ n }} things
  {% endblocktrans %}
{% card title=_("Members (all") %} {{ _("In a variable")|upper }} <p (>
"""


def test_texts_of_a_template_are_those_django_will_ask_for(tmp_path, monkeypatch):
    monkeypatch.setattr(check, "ROOT", tmp_path)
    page = tmp_path / "page.html"
    page.write_text(TEMPLATE, encoding="utf-8")

    assert dict(check.texts(page)) == {
        (None, "It's 100%% fine"): "page.html:2",
        ("month", "May"): "page.html:2",
        (None, "One %(n)s thing"): "page.html:3",
        (None, "Members (all"): "page.html:7",
        (None, "In a variable"): "page.html:7",
    }


def test_texts_of_a_module_are_found_under_every_name_of_gettext(tmp_path, monkeypatch):
    monkeypatch.setattr(check, "ROOT", tmp_path)
    module = tmp_path / "enums.py"
    module.write_text(
        '_("a" "b")\nngettext("one", "many", 3)\npgettext_lazy("where", "Other")\n'
    )

    assert list(check.texts(module)) == [
        ((None, "ab"), "enums.py:1"),
        ((None, "one"), "enums.py:2"),
        (("where", "Other"), "enums.py:3"),
    ]


def test_a_text_without_thai_is_a_fault():
    thai = Catalog(locale="th")
    thai.add("Empty", "")
    thai.add("There", "มี")
    asked = {(None, text): "page.html:1" for text in ("Empty", "There", "Nowhere")}

    assert list(check.missing(asked, thai)) == [
        "page.html:1: no Thai for 'Empty'",
        "page.html:1: no Thai for 'Nowhere'",
    ]


def test_a_doubtful_thai_is_a_fault():
    thai = Catalog(locale="th")
    thai.add("Guessed", "เดา", flags=["fuzzy"])
    thai.add("%(name)s is new.", "ใหม่")
    thai.add(("One of %(n)s", "%(n)s of them"), ("ทั้งหมด %(n)s",))

    assert list(check.doubtful(thai)) == [
        "django.po: fuzzy 'Guessed'",
        "django.po: ['%(name)s'] differ in '%(name)s is new.'",
    ]


def test_a_thai_that_nothing_asks_for_is_a_fault_unless_a_package_asks():
    thai = Catalog(locale="th")
    thai.add("Left over from before", "ของเก่า")
    thai.add("Log out", "ออกจากระบบ")

    assert list(check.unasked({}, thai)) == [
        "django.po: nothing asks for 'Left over from before'"
    ]
