"""Texts."""

from __future__ import annotations

import collections
from pathlib import Path

import numpy as np
import pandas as pd

import nblabel as nb
from tests.inputs.case import Kind, labels, refused

KIND = texts = Kind("texts", "Texts")


@texts("the lines of an open file", "a text for each line")
def open_file(home: Path) -> None:
    (home / "t.txt").write_text("good\nbad\n", encoding="utf-8")
    with (home / "t.txt").open(encoding="utf-8") as file:
        pool = nb.Pool(texts=file)
    assert [pool.text(n) for n in range(2)] == ["good\n", "bad\n"]


@texts("the path of a file", "refused: pass a list of texts")
def path_of_file(home: Path) -> None:
    with refused("texts is a .*Path.*; pass a list of texts"):
        nb.Pool(texts=home / "t.txt")


@texts("a number", "refused: pass a list of texts")
def a_number(home: Path) -> None:
    with refused("texts is a int.*; pass a list of texts"):
        nb.Pool(texts=5)


@texts("a deque", "taken in its order")
def deque(home: Path) -> None:
    assert nb.Pool(texts=collections.deque(["a", "b"])).text(1) == "b"


@texts("a numpy array of texts", "each is a plain text")
def numpy_texts(home: Path) -> None:
    pool = nb.Pool(texts=np.array(["good", "bad"]))
    assert type(pool.text(0)) is str
    assert pool.text(1) == "bad"


@texts("a column of categories", "the text of each row")
def categories(home: Path) -> None:
    pool = nb.Pool(texts=pd.Series(["x", "y", "x"], dtype="category"))
    assert [pool.text(n) for n in range(3)] == ["x", "y", "x"]


@texts("a column of strings with a missing one", "refused by position")
def missing_string(home: Path) -> None:
    with refused("text 1 is .*every text must be a str.*Drop the missing"):
        nb.Pool(texts=pd.Series(["x", None], dtype="string"))


@texts("an empty text", "kept, and embedded")
def empty_text(home: Path) -> None:
    pool = nb.Pool(texts=["", "good film", "bad film"])
    assert pool.text(0) == ""
    X = nb.embed(pool)
    assert np.isfinite(X).all()
    assert np.abs(X[1]).sum() > 0


@texts("a text of 1 MB", "kept whole", slow=True)
def one_megabyte(home: Path) -> None:
    long = "word " * 200_000
    pool = nb.Pool(texts=[long, "short"])
    assert pool.text(0) == long
    assert nb.embed(pool).shape[0] == 2


@texts("half of an emoji (a lone surrogate)", "the half becomes a replacement sign")
def surrogate(home: Path) -> None:
    assert nb.Pool(texts=["a\ud83d", "b"]).text(0) == "a\ufffd"


@texts("a text with a zero byte", "kept; the exported file writes \\x00 and can be read back")
def zero_byte(home: Path) -> None:
    session = nb.Session(nb.Pool(texts=["a\0b", "c"], ids=["t1", "t2"]), ["x", "y"])
    session.tell([0, 1], ["x", "y"])
    assert session.pool.text(0) == "a\0b"
    session.export(home / "out.csv")
    assert pd.read_csv(home / "out.csv")["text"].tolist() == ["a\\x00b", "c"]
    again = nb.Session(session.pool, ["x", "y"])
    again.import_labels(home / "out.csv")
    assert labels(again) == {"t1": "x", "t2": "y"}


@texts("a text with a lone carriage return", "kept, also in the exported file")
def carriage_return(home: Path) -> None:
    session = nb.Session(nb.Pool(texts=["a\rb", "c"], ids=["t1", "t2"]), ["x", "y"])
    session.tell([0, 1], ["x", "y"])
    session.export(home / "out.csv")
    again = nb.Session(session.pool, ["x", "y"])
    again.import_labels(home / "out.csv")
    assert labels(again) == {"t1": "x", "t2": "y"}
    with (home / "out.csv").open(newline="") as file:
        assert "a\rb" in file.read()


@texts("Arabic and Hebrew, from right to left", "words are found")
def right_to_left(home: Path) -> None:
    pool = nb.Pool(texts=["فيلم جيد", "فيلم سيئ", "סרט טוב", "סרט רע"])
    X = nb.embed(pool)
    near = X @ X.T
    assert near[0, 1] > near[0, 2]
    assert near[2, 3] > near[2, 1]


@texts("the same text in two forms of Unicode", "kept as given, near each other")
def forms_of_unicode(home: Path) -> None:
    pool = nb.Pool(texts=["caf\u00e9 good", "cafe\u0301 good", "tea bad", "tea poor"])
    assert pool.text(0) != pool.text(1)
    X = nb.embed(pool)
    assert X[0] @ X[1] > X[0] @ X[2]


@texts("texts of white space, and all alike", "embedded: all alike")
def all_alike(home: Path) -> None:
    X = nb.embed(nb.Pool(texts=["  ", "  ", "  "]))
    assert (X[0] == X[1]).all()
    assert np.isfinite(X).all()


@texts("a table of one column as texts", "refused: pass one of its columns")
def table_as_texts(home: Path) -> None:
    with refused("texts is a table; pass one of its columns"):
        nb.Pool(texts=pd.DataFrame({"t": ["a", "b"]}))


@texts("rows of words (texts cut into tokens)", "refused by position")
def tokens(home: Path) -> None:
    with refused(r"text 0 is \['good', 'film'\], a list; every text must be a str"):
        nb.Pool(texts=[["good", "film"], ["bad"]])


@texts("numpy numbers among texts", "refused by position: write numbers as text")
def numpy_number(home: Path) -> None:
    with refused("text 1 is .*Write numbers as text"):
        nb.Pool(texts=["a", np.float32(3)])


@texts("texts as the first argument, where pictures go", "refused: pass texts as texts=")
def texts_as_pictures(home: Path) -> None:
    with refused(r"'great film', which is no image file.*Pool\(texts="):
        nb.Pool(["great film", "what a bore"])
