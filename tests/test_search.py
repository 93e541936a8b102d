"""Search by id, words, meaning and likeness, each against its definition written out slowly."""

import re
import time
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import nblabel as nb
from nblabel.pool.matching import NameIndex, WordIndex, fold
from tests.samples import CLASSES, blobs

TEXTS = [
    "The late train to Zürich",
    "A late lunch, late again",
    "Trains are late",
    "Ein Café in ZURICH",
    "東京都に行く",
    "",
    "foo_bar: 3.5 of 4",
]


def session_of(texts=TEXTS, **options):
    return nb.Session(nb.Pool(texts=texts, **options), CLASSES)


# words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("late", {0, 1, 2}),
        ("LATE train", {0, 2}),
        ("train late", {0, 2}),
        ("trains", {2}),
        ("zurich", {0, 3}),
        ("Zürich", {0, 3}),
        ("ZU\u0308RICH", {0, 3}),
        ("cafe", {3}),
        ("afe", set()),  # a word begins with what is looked for
        ('"late train"', {0}),
        ('"train late"', set()),
        ("東京", {4}),
        ("京東", set()),
        ("bar", {6}),
        ("3.5", {6}),
        ("lunch train", set()),
        ("\uff34\uff52\uff41\uff49\uff4e", {0, 2}),  # full width
    ],
)
def test_by_words(query, found):
    result = session_of().search(query, by="words")
    assert set(result.indices.tolist()) == found
    assert result.kind == "words"
    assert result.n_found == len(found)


def test_words_that_are_whole_rare_or_in_a_short_text_come_first():
    index = WordIndex(["train " + "x " * 30, "train x", "trains x", "train train"])
    assert index.search("train")[0].tolist() == [3, 1, 2, 0]
    rare = WordIndex(["common rare x", *["common y"] * 9, "common common rare"])
    assert rare.search("rare common")[1][0] > rare.search("common")[1][0]


def test_in_the_values_of_a_table_and_not_across_two_cells():
    table = pd.DataFrame(
        {"name": ["Ada Byron", "Ada"], "job": ["King", "Byron maker"], "n": [3, 4]}
    )
    session = nb.Session(nb.Pool(table=table, embeddings=blobs(2)), CLASSES)
    assert set(session.search("ada byron").indices.tolist()) == {0, 1}
    assert session.search('"ada byron"').indices.tolist() == [0]
    assert session.search('"byron king"').n_found == 0
    assert session.search("4").indices.tolist() == [1]


def words(text):
    """The words of a text in plain letters, by the definition of `search`."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[a-z0-9]+", apart)


plain = st.text("abC dé\n-1_", max_size=12).map(lambda text: text.replace("_", " "))


@settings(max_examples=200, deadline=None)
@given(st.lists(plain, max_size=6), plain)
def test_words_against_a_plain_search(texts, query):
    found, scores = WordIndex(texts).search(query)
    asked = [words(fold(one)) for one in query.split() if words(fold(one))]

    def has(text, phrase):
        own = words(fold(text))
        ends = range(len(own) - len(phrase) + 1)
        return any(
            own[at : at + len(phrase) - 1] == phrase[:-1]
            and own[at + len(phrase) - 1].startswith(phrase[-1])
            for at in ends
        )

    expected = [i for i, text in enumerate(texts) if asked and all(has(text, p) for p in asked)]
    assert sorted(found.tolist()) == expected
    assert (np.diff(scores) <= 0).all()
    assert np.isfinite(scores).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=8), max_size=5), st.text(max_size=6))
def test_any_text_can_be_searched(texts, query):
    for index in (WordIndex(texts), NameIndex(texts)):
        found, scores = index.search(query)
        assert len(found) == len(scores) == len(set(found.tolist()))


# ids


def test_by_id_and_file_name():
    ids = ["cats/Kätzchen_01.jpg", "cats/02.jpg", "dogs/01.jpg", "01.jpg"]
    session = nb.Session(nb.Pool(embeddings=blobs(4), ids=ids), CLASSES)
    result = session.search("01.JPG")
    assert result.kind == "id"
    assert result.indices.tolist() == [3, 2, 0]  # the larger part of the name comes first
    assert result.scores[0] == 1
    assert result.ids == ("01.jpg", "dogs/01.jpg", "cats/Kätzchen_01.jpg")
    assert session.search("katzchen").indices.tolist() == [0]
    assert session.search("kätz", by="id").indices.tolist() == [0]
    assert session.search("s/01").n_found == 1
    assert session.search("cow").n_found == 0


def test_an_id_typed_in_full_comes_before_words():
    session = session_of(ids=[f"a{i}" for i in range(len(TEXTS))])
    assert session.search("a3").kind == "id"
    assert session.search("late").kind == "words"
    assert session_of().search("3").kind == "words"  # numbers nobody gave are no ids
    assert session_of().search("0").kind == "id"  # but found where no word is


# likeness


@pytest.mark.parametrize("shift", [0, 100])
def test_likeness_against_all_distances(shift):
    X = blobs(200) + np.float32(shift)
    session = nb.Session(nb.Pool(embeddings=X), CLASSES)
    for like in (7, [3, 50, 120], X[5] + 0.5, X[:4] + 0.5):
        result = session.search(like=like, n=20)
        whole = isinstance(like, int | list)
        points = X[np.atleast_1d(like)] if whole else np.atleast_2d(like)
        distances = np.square(X[:, None] - points[None]).sum(axis=2).min(axis=1)
        best = np.argsort(distances, kind="stable")[:20]
        assert result.indices.tolist() == best.tolist()
        scale = session.engine.scale
        np.testing.assert_allclose(result.scores, 1 / (1 + distances[best] / scale), rtol=1e-3)
        assert (np.diff(result.scores) <= 0).all()
        assert (result.kind, len(result), result.n_found) == ("likeness", 20, 20)


def test_an_item_comes_before_what_is_like_it_and_its_copies_beside_it():
    X = blobs(60)
    X[40] = X[7]
    session = nb.Session(nb.Pool(embeddings=X), CLASSES)
    result = session.search(like=7, n=5)
    assert result.indices[:2].tolist() == [7, 40]
    assert result.scores[:2].tolist() == [1, 1]
    assert session.search(like="7", n=5).indices.tolist() == result.indices.tolist()
    assert session.search(like=np.array([7]), n=5).indices.tolist() == result.indices.tolist()
    assert len(session.search(like=7, n=1_000)) == 60


def test_a_new_picture_text_and_row():
    digits = nb.datasets.load_digits()
    session = nb.Session(digits.images[:200], digits.classes)
    picture = digits.images[9]
    for like in (picture, picture[None], Image.fromarray(picture)):
        assert session.search(like=like, n=3).indices[0] == 9
    texts = session_of()
    found = texts.search(like="Trains are late", n=3)
    assert found.scores[found.indices.tolist().index(2)] > 0.99
    table = pd.DataFrame({"size": [1.0, 2, 3, 4], "kind": ["a", "b", "a", "b"]})
    rows = nb.Session(nb.Pool(table=table), CLASSES)
    assert rows.search(like=table.iloc[[2]], n=1).indices.tolist() == [2]


def test_a_labeled_or_flagged_item_is_found_like_any_other():
    session = nb.Session(nb.Pool(embeddings=blobs()), CLASSES)
    before = session.search(like=3, n=9).indices.tolist()
    session.tell(before[:3], "bag")
    session.flag(before[4])
    assert session.search(like=3, n=9).indices.tolist() == before


# meaning


def test_by_meaning_where_something_embeds_texts():
    X = np.eye(4, dtype=np.float32) * [[1], [2], [3], [4]]
    session = nb.Session(nb.Pool(texts=["un", "deux", "trois", "quatre"], embeddings=X), CLASSES)
    assert session.text_encoder is None
    session.text_encoder = lambda texts: np.array([[0.0, 3, 1, 0] for _ in texts])
    result = session.search("two", n=2)
    assert result.kind == "meaning"
    assert result.indices.tolist() == [1, 2]
    np.testing.assert_allclose(result.scores, np.array([3, 1]) / np.sqrt(10), rtol=1e-5)
    assert session.search("deux", by="words").kind == "words"
    replica = session.replica()
    assert replica.search("two", n=1).indices.tolist() == [1]
    session.set_embeddings(X[::-1])
    assert session.text_encoder is None
    assert session.search("deux").kind == "words"
    with pytest.raises(TypeError, match="a function of a list of texts"):
        session.text_encoder = "minilm"


def test_other_embeddings_are_searched_after_they_are_set():
    X = blobs(60)
    session = nb.Session(nb.Pool(embeddings=X), CLASSES)
    session.search(like=0)
    session.set_embeddings(X[::-1])
    expected = nb.Session(nb.Pool(embeddings=X[::-1]), CLASSES).search(like=0, n=9)
    assert session.search(like=0, n=9).indices.tolist() == expected.indices.tolist()


# the result


def test_the_result_says_what_was_done():
    session = session_of()
    result = session.search("late", n=2)
    assert str(result) == (
        "Search by words: 3 texts have all words of “late”. The 2 best are listed."
    )
    assert len(result) == 2
    assert result.table.columns.tolist() == ["index", "id", "score"]
    assert "<table" in result._repr_html_()
    assert str(session.search("xyz")) == "Search by words: no text has all words of “xyz”."
    assert str(session.search("bar")) == "Search by words: 1 text has all words of “bar”."
    assert str(session.search("9", by="id")) == (
        "Search by id or file name: no text has “9” in its name."
    )
    assert str(session.search(like=0, n=3)) == "Search by likeness: the 3 texts most like “0”."
    assert "2 examples" in str(session.search(like=[0, 1]))
    session.tell(result.indices, "bag")
    assert session.n_labeled == 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "either a query or an example"),
        ({"query": "a", "like": 0}, "either a query or an example"),
        ({"query": ""}, "pass some words"),
        ({"query": " \n"}, "pass some words"),
        ({"query": 3}, "pass some words"),
        ({"query": "a", "by": "sound"}, "choose one of auto, id, words, meaning"),
        ({"query": "a", "by": "words"}, "have no words; use by='id'"),
        ({"query": "a", "by": "meaning"}, "text_encoder"),
        ({"like": 60}, "outside the pool"),
        ({"like": -1}, "outside the pool"),
        ({"like": True}, "no position"),
        ({"like": []}, "no position"),
        ({"like": [True, False]}, "boolean mask"),
        ({"like": "nobody"}, "no item has the id 'nobody'"),
        ({"like": np.zeros(3)}, "3 dimensions"),
        ({"like": np.full(5, np.nan)}, "NaN"),
        ({"like": 0, "n": 0}, "at least one"),
        ({"like": 0, "n": 1.5}, "at least one"),
    ],
)
def test_what_is_refused(wrong, message):
    session = nb.Session(nb.Pool(embeddings=blobs(60)), CLASSES)
    with pytest.raises((ValueError, IndexError, TypeError), match=message):
        session.search(**wrong)


@pytest.mark.slow  # a million vectors
def test_a_million_vectors_in_a_moment():
    X = np.random.default_rng(0).normal(size=(1_000_000, 64)).astype(np.float32)
    session = nb.Session(nb.Pool(embeddings=X), CLASSES, build_graph=False)
    session.search(like=0)
    seconds = []
    for like in range(1, 6):
        start = time.perf_counter()
        session.search(like=like)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.3  # 0.06 s on an idle core; a test shares its machine


def test_an_id_is_found_while_the_items_are_embedded() -> None:
    X = np.eye(6, dtype=np.float32)
    embedded = np.arange(6) < 4
    session = nb.Session(nb.Pool(np.zeros((6, 4, 4), np.uint8)), ["a", "b"], embed=False)
    session.set_embeddings(X, embedded=embedded)
    assert session.awaits_embeddings
    assert session.search("5").indices.tolist() == [5]
    with pytest.raises(ValueError, match="not embedded yet"):
        session.search(like=1)
