"""Pools of objects that a function draws: what it may return, and what goes wrong with it."""

import io
import threading
from collections import UserDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.pool import objects
from nblabel.pool.markup import has_scripts, is_svg, sized_svg, words_of_html


def png(size=(40, 20), mode="RGB", color=None):
    file = io.BytesIO()
    Image.new(mode, size, color or 0).save(file, "PNG")
    return file.getvalue()


def drawn(result, side=512):
    return nb.Pool([0], render=lambda _: result).drawing(0, side)


@pytest.mark.parametrize(
    "result",
    [
        png(),
        bytearray(png()),
        Image.new("RGB", (40, 20)),
        np.zeros((20, 40, 3), np.uint8),
        np.zeros((20, 40, 3)),
    ],
)
def test_pictures_of_every_form(result):
    drawing = drawn(result)
    assert drawing.picture.shape == (20, 40, 3)
    assert (drawing.svg, drawing.html, drawing.about, drawing.seconds) == ("", "", "", None)
    assert drawn(result, 10).picture.shape == (5, 10, 3)


def test_what_is_transparent_is_put_on_white():
    assert (drawn(png(mode="RGBA", color=(0, 0, 0, 0))).picture == 255).all()
    assert (drawn(np.zeros((9, 9, 4), np.uint8)).picture == 255).all()
    assert drawn(np.zeros((9, 9), bool)).picture.shape == (9, 9, 1)


SVG = '<svg width="4cm" viewBox="0 0 40 20"><rect width="9" height="9"/></svg>'


def test_an_svg_gets_what_a_browser_needs():
    drawing = drawn(SVG, 100)
    assert drawing.picture is None
    assert drawing.size == (100, 200)
    assert 'xmlns="http://www.w3.org/2000/svg"' in drawing.svg
    assert 'width="200"' in drawing.svg
    assert drawn(SVG.encode()).size == (512, 1024)


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('<svg viewBox="0 0 10 20"></svg>', (100, 50)),
        ('<svg width="30" height="60"/>', (100, 50)),
        ("<svg height='2in' viewBox='0,0,10,20'></svg>", (100, 50)),
        ('<svg width="100%" height="100%"></svg>', (100, 100)),
        ("<svg></svg>", (100, 100)),
        ('<?xml version="1.0"?>\n<!-- made -->\n<svg width="1" height="1"></svg>', (100, 100)),
    ],
)
def test_the_size_of_an_svg(root, size):
    text, found = sized_svg(root, 100)
    assert is_svg(root)
    assert found == size
    assert f'height="{size[0]}"' in text
    assert "viewBox" in text


def test_an_svg_that_is_not_whole_is_told():
    with pytest.raises(nb.MediaError, match="returned an SVG that no browser shows: "):
        drawn("<svg><g></svg>")
    with pytest.raises(nb.MediaError, match="returned an SVG that no browser shows: "):
        drawn("<svg width='3'")


def test_html_is_any_other_text():
    html = "<p>one <b>two</b></p><style>p {}</style><script>alert(1)</script>"
    assert drawn(html).html == html
    assert not is_svg("<p><svg></svg></p>")
    assert words_of_html(html) == "one two"
    assert has_scripts(html)
    assert has_scripts("<img onerror=x>")
    assert not has_scripts("<p>description on time=3</p>")
    assert drawn("a plain text").html == "a plain text"
    assert drawn("half of a pair \ud800").html == "half of a pair ?"


class Shows:
    def __init__(self, **ways):
        for name, value in ways.items():
            setattr(self, f"_repr_{name}_", lambda value=value: value)


def test_what_shows_itself_in_jupyter_is_shown():
    assert drawn(Shows(png=png())).picture.shape == (20, 40, 3)
    assert drawn(Shows(png=None, svg=SVG)).svg
    assert drawn(Shows(html="<p>x</p>")).html == "<p>x</p>"
    assert "<table" in drawn(pd.DataFrame({"a": [1]})).html


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "returned nothing; return a PNG as bytes"),
        ("", "returned nothing"),
        ("  \n", "returned nothing"),
        (b"", "returned nothing"),
        (3, "returned a int; return a PNG as bytes, a picture of Pillow"),
        (Shows, "returned a type"),
        (b"no picture", "What the render function returned cannot be read: cannot identify it"),
        (np.zeros((9, 9, 7)), r"cannot be read: an array of shape \(9, 9, 7\) is no picture"),
        ("<p>" + "x" * 2_000_000, "returned 2 million characters; up to 2 million are shown"),
    ],
)
def test_what_cannot_be_shown_is_told(result, message):
    with pytest.raises(nb.MediaError, match=message):
        drawn(result)


def test_what_a_function_raises_is_told():
    def render(item):
        raise ValueError(f"{item} has no atoms")

    pool = nb.Pool(["water"], render=render)
    with pytest.raises(
        nb.MediaError, match="render function raised ValueError: water has no atoms"
    ):
        pool.drawing(0)


def test_a_function_is_called_once_for_all_sizes(monkeypatch):
    calls = []

    def render(item):
        calls.append(item)
        return np.full((200, 200), item, np.uint8)

    pool = nb.Pool([1, 2, 3], render=render)
    assert [pool.drawing(1, side).picture.shape[0] for side in (96, 200, 512)] == [96, 200, 200]
    assert calls == [2]
    monkeypatch.setattr(objects, "KEPT", 50_000)
    for index in (0, 2, 1):
        pool.drawing(index)
    assert calls == [2, 1, 3, 2]


def test_two_threads_do_not_draw_at_once():
    active, most = [], []

    def render(item):
        active.append(item)
        most.append(len(active))
        threading.Event().wait(0.001)
        active.remove(item)
        return "<p>x</p>"

    pool = nb.Pool(range(20), render=render)
    threads = [
        threading.Thread(target=lambda at=at: [pool.drawing(one) for one in range(at, 20, 4)])
        for at in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


@pytest.mark.parametrize(
    ("items", "render", "message"),
    [
        ([1], "draw", "render is 'draw'; pass a function that draws one item"),
        ({"a": 1}, str, r"items is a dict; pass list\(items.values\(\)\), with ids=list\(items\)"),
        ({1}, str, "items is a set, which has no order"),
        ("abc", str, "items is a str; pass a list"),
        (3, str, "items is a int; pass a list"),
        (pd.DataFrame({"a": [1]}), str, r"pass its rows as dicts"),
    ],
)
def test_what_is_no_list_of_items_is_refused(items, render, message):
    with pytest.raises(TypeError, match=message):
        nb.Pool(items, render=render)


def test_render_is_for_the_first_parameter():
    with pytest.raises(ValueError, match=r"render= draws the items that are passed first"):
        nb.Pool(texts=["a"], render=str)


def test_the_model_has_to_be_told_what_to_learn_from():
    pool = nb.Pool([1, 2], render=str)
    with pytest.raises(ValueError, match=r"Say what the model learns from: Pool\(items, render="):
        nb.embed(pool)
    with pytest.raises(ValueError, match="Say what the model learns from"):
        nb.Session(pool, ["a", "b"])
    assert nb.embed(pool, lambda items: [[one, 2] for one in items]).tolist() == [[1, 2], [2, 2]]
    with_array = nb.Pool([1, 2], render=str, embeddings=[[1.0], [2.0]])
    assert nb.Session(with_array, ["a", "b"], build_graph=False).embeddings.shape == (2, 1)


def test_a_function_given_as_embeddings_embeds_new_items_too():
    pool = nb.Pool(range(8), render=str, embeddings=lambda items: [[one % 2, one] for one in items])
    session = nb.Session(pool, ["even", "odd"], build_graph=False, learner="knn")
    assert session.embedded_by.method == "<lambda>"
    for index in range(4):
        session.tell(index, ["even", "odd"][index % 2])
    new = nb.Pool([10, 11], render=str)
    assert session.predict_proba(new).shape == (2, 2)
    assert nb.embed([20, 21], like=pool).tolist() == [[0, 20], [1, 21]]
    texts = nb.Pool(texts=["aa", "b"], embeddings=lambda texts: [[len(one)] for one in texts])
    assert nb.embed(texts).tolist() == [[2], [1]]


def test_pools_of_other_functions_do_not_go_together():
    one, other = nb.Pool([1], render=str), nb.Pool([2], render=repr, ids=["a"])
    with pytest.raises(ValueError, match="other render functions"):
        one.extended(other)
    alone = nb.Pool(embeddings=[[1.0]], ids=["b"])
    with pytest.raises(ValueError, match="this pool holds items and the other one items"):
        one.extended(alone)


@dataclass
class Point:
    x: float
    tags: tuple


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 2),
        ("a", "b"),
        (1, "1"),
        (b"a", b"b"),
        ((1, 2), (1, 3)),
        ({"a": [1]}, {"a": [2]}),
        (Path("a"), Path("b")),
        (np.zeros(3), np.ones(3)),
        (np.zeros(3), np.zeros(3, np.float32)),
        (Point(1, ("a",)), Point(1, ("b",))),
        (pd.Series([1]), pd.Series([2])),
        (Image.new("L", (2, 2)), Image.new("L", (2, 2), 9)),
        (UserDict(a=1), UserDict(a=2)),
    ],
)
def test_objects_are_told_by_what_they_hold(one, other):
    first, second = (nb.Pool([item], render=str) for item in (one, other))
    assert first.fingerprint != second.fingerprint
    assert first.fingerprint == nb.Pool([one], render=repr).fingerprint
    assert first.contents.same([0], second.contents.of([0])) == [False]
    assert first.contents.same([0], first.contents.of([0])) == [True]


def test_of_an_object_that_nobody_can_look_into_nothing_is_claimed():
    first, second = (nb.Pool([object()], render=str) for _ in range(2))
    assert first.contents.of([0]) == [""]
    assert first.fingerprint == second.fingerprint
