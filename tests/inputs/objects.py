"""Objects that a function of the user's draws."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

import nblabel as nb
from nblabel.pool.reading import MediaError
from tests.inputs.case import Kind, refused

KIND = objects = Kind("objects", "Objects and the function that draws them")
X = np.eye(2)
SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'><path d='M0 0h9'/></svg>"


def png() -> bytes:
    made = io.BytesIO()
    Image.new("L", (20, 10), 90).save(made, "png")
    return made.getvalue()


class Shown:
    """What shows itself in Jupyter."""

    def _repr_html_(self) -> str:
        return "<b>it</b>"


def drawing(result: Any) -> Any:
    return nb.Pool(["a", "b"], render=lambda _: result, embeddings=X).media.draw(1, 64)


def shown(result: Any, what: str, home: Path) -> None:
    """It is shown as a picture of 20 by 10, as an SVG or as HTML."""
    made = drawing(result)
    if what == "picture":
        assert made.picture.shape[:2] == (10, 20)
    else:
        assert getattr(made, what)


for name, brought, result, what in (
    ("png", "a PNG as bytes", png(), "picture"),
    ("pillow", "a picture of Pillow", Image.new("RGB", (20, 10)), "picture"),
    ("array", "an array of numbers from 0 to 1", np.linspace(0, 1, 200).reshape(10, 20), "picture"),
    ("svg", "an SVG as text", SVG, "svg"),
    ("svg_bytes", "an SVG as bytes", SVG.encode(), "svg"),
    ("html", "HTML", "<table><tr><td>1</td></tr></table>", "html"),
    ("itself", "an object that shows itself in Jupyter", Shown(), "html"),
):  # fmt: skip
    objects.add(name, f"a function that returns {brought}", "shown", partial(shown, result, what))


def unreadable(result: Any, words: str, home: Path) -> None:
    with refused(words, MediaError):
        drawing(result)


for name, brought, result, words in (
    ("nothing", "nothing", None, "returned nothing; return a PNG"),
    ("empty", "an empty text", " ", "returned nothing"),
    ("number", "a number", 5, "returned a int"),
    ("no_picture", "bytes that are no picture", b"abc", "What the render function returned"),
    ("broken_svg", "an SVG that is cut off", SVG[:60], "an SVG that no browser shows"),
    ("huge", "five million characters", "a" * 5_000_000, "up to 2 million are shown"),
):  # fmt: skip
    objects.add(f"returns_{name}", f"a function that returns {brought}",
                "the item is shown as unreadable, with the reason", partial(unreadable, result, words))  # fmt: skip


@objects(
    "a function that raises", "the item is shown as unreadable, with the error; the others go on"
)
def raises(home: Path) -> None:
    pool = nb.Pool([1, 0], render=lambda n: f"<b>{1 / n}</b>", embeddings=X)
    assert pool.media.draw(0, 64).html
    with refused("The render function raised ZeroDivisionError", MediaError):
        pool.media.draw(1, 64)


@objects("HTML with a script", "shown in a frame in which no script runs")
def script(home: Path) -> None:
    assert "<script>" in drawing("<p>a</p><script>alert(1)</script>").html  # the frame is sandboxed


@objects(
    "objects without embeddings", "refused when a session begins: what the model may learn from"
)
def no_embeddings(home: Path) -> None:
    with refused("Say what the model learns from: Pool.items, render=..., embeddings=X."):
        nb.Session(nb.Pool(["a", "b"], render=str), ["x", "y"])


def not_taken(items: Any, options: dict[str, Any], words: str, home: Path) -> None:
    with refused(words):
        nb.Pool(items, **options)


for name, brought, items, options, words in (
    ("no_function", "a text as render", ["a"], {"render": "x"}, "pass a function that draws one item"),
    ("table", "a table as items", pd.DataFrame({"a": [1]}), {"render": str}, r"df.to_dict\('records'\)"),
    ("dict", "a dict as items", {"a": 1}, {"render": str}, r"pass list\(items.values\(\)\)"),
    ("set", "a set as items", {1, 2}, {"render": str}, "no order"),
    ("word", "a text as items", "abc", {"render": str}, "pass a list of the items"),
):  # fmt: skip
    objects.add(
        f"refused_{name}",
        brought,
        "refused: what to pass",
        partial(not_taken, items, options, words),
    )
