"""Pools that are not what they were when the log was begun."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

import nblabel as nb
from tests.inputs.case import Kind, labels, refused

KIND = pools = Kind("pools", "Pools that changed")

Make = Callable[[], nb.Pool]
TEXTS = ["good film", "bad film", "good cast", "bad cast"]
X = np.random.default_rng(0).normal(size=(4, 3))


def reopened(first: Make, then: Make, wanted: dict[str, str], home: Path) -> nb.Session:
    """Label the first two items, open the log on another pool, and compare the labels there."""
    store = home / "labels.sqlite"
    session = nb.Session(first(), ["x", "y"], store=store)
    session.tell([0, 1], ["x", "y"])
    session.store.close()
    again = nb.Session(then(), ["x", "y"], store=store)
    assert labels(again) == wanted
    again.store.close()
    return again


def refused_again(first: Make, then: Make, words: str, home: Path) -> None:
    with refused(words, nb.StoreError):
        reopened(first, then, {}, home)


def texts(order: list[int], ids: bool = True, change: Any = None) -> nb.Pool:
    some = [TEXTS[n] for n in order]
    if change is not None:
        some[change] = "typo mended"
    return nb.Pool(texts=some, ids=[f"t{n}" for n in order] if ids else None)


FOLLOWED: dict[str, tuple[str, Make, Make, dict[str, str]]] = {
    "other_order": (
        "texts with ids, in another order",
        lambda: texts([0, 1, 2, 3]),
        lambda: texts([3, 1, 0, 2]),
        {"t0": "x", "t1": "y"},
    ),
    "one_gone": (
        "a labeled text that is gone",
        lambda: texts([0, 1, 2, 3]),
        lambda: texts([1, 2, 3]),
        {"t1": "y"},
    ),
    "one_mended": (
        "a labeled text with its typo mended",
        lambda: texts([0, 1, 2, 3]),
        lambda: texts([0, 1, 2, 3], change=1),
        {"t0": "x", "t1": "y"},
    ),
    "more_without_ids": (
        "texts without ids, two more at the end",
        lambda: texts([0, 1], ids=False),
        lambda: texts([0, 1, 2, 3], ids=False),
        {"0": "x", "1": "y"},
    ),
    "numbers_to_floats": (
        "ids that were whole numbers and are floats now",
        lambda: nb.Pool(embeddings=X, ids=[11, 12, 13, 14]),
        lambda: nb.Pool(embeddings=X, ids=[11.0, 12.0, 13.0, 14.0]),
        {"11": "x", "12": "y"},
    ),
    "capitals": (
        "ids whose capital letters became small",
        lambda: nb.Pool(embeddings=X, ids=["A.JPG", "B.JPG", "C.JPG", "D.JPG"]),
        lambda: nb.Pool(embeddings=X, ids=["a.jpg", "b.jpg", "c.jpg", "d.jpg"]),
        {"a.jpg": "x", "b.jpg": "y"},
    ),
    "folder_above": (
        "paths that are told from one folder higher",
        lambda: nb.Pool(embeddings=X, ids=["a", "b", "c", "d"]),
        lambda: nb.Pool(embeddings=X, ids=["in/a", "in/b", "in/c", "in/d"]),
        {"in/a": "x", "in/b": "y"},
    ),
    "other_embeddings": (
        "texts with embeddings of another network",
        lambda: nb.Pool(texts=TEXTS, embeddings=X, ids=list("abcd")),
        lambda: nb.Pool(texts=TEXTS, embeddings=X[:, :2] + 1, ids=list("abcd")),
        {"a": "x", "b": "y"},
    ),
    "new_column": (
        "a table with a column more",
        lambda: nb.Pool(table=pd.DataFrame({"v": [1, 2, 3]}, index=list("abc"))),
        lambda: nb.Pool(table=pd.DataFrame({"v": [1, 2, 3], "w": [5, 6, 9]}, index=list("abc"))),
        {"a": "x", "b": "y"},
    ),
}
for name, (what, first, then, wanted) in FOLLOWED.items():

    def followed(first: Make, then: Make, wanted: dict[str, str], home: Path) -> None:
        session = reopened(first, then, wanted, home)
        assert session.n_labeled == len(wanted)

    pools.add(name, what, "labels follow the ids", partial(followed, first, then, wanted))

REFUSED: dict[str, tuple[str, Make, Make, str]] = {
    "sorted_without_ids": (
        "texts without ids, sorted otherwise",
        lambda: texts([0, 1, 2, 3], ids=False),
        lambda: texts([3, 2, 1, 0], ids=False),
        "2 of 2 items that were labeled are others now.*ids=",
    ),
    "other_pool": (
        "items of other ids",
        lambda: nb.Pool(embeddings=X, ids=["k1", "k2", "k3", "k4"]),
        lambda: nb.Pool(embeddings=X, ids=["m5", "m6", "m7", "m8"]),
        r"labels of another pool: it knows 4 items such as 'k1'",
    ),
    "other_vectors": (
        "vectors without ids, all others",
        lambda: nb.Pool(embeddings=X),
        lambda: nb.Pool(embeddings=X + 5),
        "holds the labels of another pool, or the order changed",
    ),
}
for name, (what, first, then, words) in REFUSED.items():
    pools.add(
        name,
        what,
        "refused: pass ids=, or another store=",
        partial(refused_again, first, then, words),
    )


@pools("a photo that was edited since it was labeled", "its label stays; changes names it")
def edited_photo(home: Path) -> None:
    photos = home / "photos"
    photos.mkdir()
    for n in range(3):
        Image.new("RGB", (8, 8), (60 * n, 0, 0)).save(photos / f"{n}.png")
    session = nb.Session(nb.Pool.from_folder(photos), ["x", "y"], store=home / "l.sqlite")
    session.tell([0, 1], ["x", "y"])
    session.store.close()
    Image.new("RGB", (9, 8), "lime").save(photos / "1.png")
    again = nb.Session(nb.Pool.from_folder(photos), ["x", "y"], store=home / "l.sqlite")
    assert labels(again) == {"0.png": "x", "1.png": "y"}
    assert again.changes.changed == ("1.png",)


@pools("a class less than the log has labels of", "refused: which class is missing")
def class_gone(home: Path) -> None:
    store = home / "l.sqlite"
    session = nb.Session(texts([0, 1, 2]), ["x", "y", "z"], store=store)
    session.tell(0, "z")
    session.store.close()
    with refused("labels of classes that were not given: 'z'", nb.StoreError):
        nb.Session(texts([0, 1, 2]), ["x", "y"], store=store)


@pools("classes in another order", "labels keep their names")
def classes_in_another_order(home: Path) -> None:
    store = home / "l.sqlite"
    session = nb.Session(texts([0, 1]), ["x", "y"], store=store)
    session.tell([0, 1], ["x", "y"])
    session.store.close()
    again = nb.Session(texts([0, 1]), ["y", "x"], store=store)
    assert labels(again) == {"t0": "x", "t1": "y"}
    assert again.y.tolist() == [1, 0]


@pools("more items by extended(), one with a known id", "refused: which id is in both")
def extended_twice(home: Path) -> None:
    with refused("'t1' is in both pools; give the new items others"):
        texts([0, 1]).extended(texts([1, 2]))


@pools("pictures behind texts, by extended()", "refused: both kinds")
def extended_by_others(home: Path) -> None:
    with refused("this pool holds texts and the other one images"):
        texts([0, 1]).extended(nb.Pool(np.zeros((1, 4, 4), np.uint8), ids=["p"]))


@pools("a list in place of a pool, by extended()", "refused: pass a Pool")
def extended_by_a_list(home: Path) -> None:
    with refused("more is a list; pass a Pool with other ids"):
        texts([0, 1]).extended(["new text"])
