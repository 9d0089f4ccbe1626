"""The fonts are cut from installed packages, the same bytes every time."""

import pytest
from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont

from registry import fonts
from registry.fonts import FACES, FontPackageFinder, cut_fonts

NAMES = ["fonts/prompt-600.woff2", "fonts/sarabun-400.woff2", "fonts/sarabun-700.woff2"]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def folder(settings, data_dir):
    settings.DATA_DIR = data_dir
    return cut_fonts()


def test_three_faces_are_listed_for_collecting():
    listed = dict(FontPackageFinder().list([]))

    assert sorted(listed) == NAMES
    assert all(listed[name].exists(name) for name in NAMES)


def test_together_they_weigh_less_than_a_photo(folder):
    assert sum((folder / name).stat().st_size for name in NAMES) < 80_000


@pytest.mark.parametrize("name", NAMES)
def test_each_writes_thai_english_and_the_baht(folder, name):
    with TTFont(folder / name) as font:
        letters = set(font.getBestCmap())

    assert {ord(letter) for letter in "กฮะาิีึืุูเแโใไ็่้๊๋์ํๅๆ฿๐๙AZaz09“”…–→"} <= letters


@pytest.mark.parametrize("name", NAMES)
def test_each_keeps_what_sets_thai_tone_marks_right(folder, name):
    with TTFont(folder / name) as font:
        features = {
            each.FeatureTag for each in font["GPOS"].table.FeatureList.FeatureRecord
        }

    assert {"mark", "mkmk"} <= features


def test_cutting_again_gives_the_same_bytes(folder, settings, tmp_path):
    settings.DATA_DIR = tmp_path

    again = cut_fonts()

    assert again.name == folder.name
    assert all((again / n).read_bytes() == (folder / n).read_bytes() for n in NAMES)
    assert sorted(p.name for p in (again / "fonts").iterdir()) == [
        name.removeprefix("fonts/") for name in NAMES
    ]


def test_a_second_start_cuts_nothing_and_a_lost_face_is_cut_again(folder):
    kept = (folder / NAMES[0]).stat().st_ino
    (folder / NAMES[1]).unlink()

    cut_fonts()

    assert (folder / NAMES[0]).stat().st_ino == kept
    assert (folder / NAMES[1]).exists()


def test_a_face_is_found_by_its_name_and_nothing_else_is(folder):
    finder = FontPackageFinder()

    assert finder.find(NAMES[0]) == str(folder / NAMES[0])
    assert finder.find(NAMES[0], find_all=True) == [str(folder / NAMES[0])]
    assert finder.find("fonts/../secret-key") == []
    assert finder.find("css/portal.css", find_all=True) == []


def test_django_asks_the_finder(folder):
    assert finders.find(NAMES[2]) == str(folder / NAMES[2])


def test_a_failed_cut_leaves_no_half_file(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path

    def full(font, path, options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fonts.subset, "save_font", full)

    with pytest.raises(OSError, match="No space"):
        cut_fonts()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_names_follow_family_and_weight():
    assert sorted(face.name for face in FACES) == NAMES
