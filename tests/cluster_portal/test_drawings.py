"""Every illustration is the same at every run, and is a picture the portal takes."""

import hashlib
import io

import pytest
from PIL import Image

from cluster_portal.demo import words
from cluster_portal.demo.drawings import DRAWINGS, png_of
from cluster_portal.demo.drawings.canvas import SIDE, Canvas
from registry.pictures import take_picture


@pytest.fixture(scope="module")
def drawn():
    """Draw all of them once."""
    return {name: png_of(name) for name in DRAWINGS}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_the_same_at_every_run_and_not_empty(name, drawn):
    # By their hashes: nobody wants to read how two pictures differ.
    digests = {hashlib.sha256(png).digest() for png in (drawn[name], png_of(name))}

    assert len(digests) == 1
    with Image.open(io.BytesIO(drawn[name])) as image:
        assert image.size == (SIDE, SIDE)
        assert len(image.getcolors(maxcolors=SIDE * SIDE)) > 20


def test_no_two_drawings_are_alike(drawn):
    assert len(set(drawn.values())) == len(DRAWINGS)


def test_every_drawing_is_used_and_every_one_used_is_there():
    used = {good.drawing for good in words.goods().values()}
    used |= {producer.picture for producer in words.producers().values()}
    used |= {row["logo"] for row in words.cluster_words()["plan"]}

    assert used == set(DRAWINGS)


def test_a_drawing_says_what_it_shows_in_both_languages():
    for drawing in DRAWINGS.values():
        assert drawing.shows_th
        assert drawing.shows_en.isascii()


def test_the_one_door_for_pictures_takes_a_drawing():
    picture = take_picture(io.BytesIO(png_of("mask_red")))

    assert (picture.width, picture.height) == (SIDE, SIDE)


def test_what_is_drawn_inside_a_turned_frame_is_turned():
    canvas = Canvas("#FFFFFF")
    with canvas.at(200, 200, turn=90, scale=2):
        canvas.box(50, -5, 20, 10, "#000000")
    image = Image.open(io.BytesIO(canvas.png())).convert("L")
    unit = SIDE / 400

    assert image.getpixel((200 * unit, 320 * unit)) == 0
    assert image.getpixel((320 * unit, 200 * unit)) == 255
