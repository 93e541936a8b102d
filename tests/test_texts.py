"""Pools of texts: what they take, and their words as vectors."""

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.pool.texts import TOKEN, Texts

STRANGE = [
    "",
    " \n\t ",
    "<script>alert('no')</script> & <b>bold</b>",
    "שלום עולם, זה טקסט מימין לשמאל",
    "🙂🙂 great 👩‍👩‍👧 🇩🇪",
    "日本語の文章です",
    "a" * 2**20,
    "word " * 200_000,
    "\0 \x1b[31m",
    "half of a character: \ud83d",
]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def topics(n=60, seed=0):
    """Texts on two subjects, in turn."""
    rng = np.random.default_rng(seed)
    words = [["cat", "dog", "pet", "fur", "paw"], ["tax", "law", "vote", "bill", "court"]]
    return [" ".join(rng.choice(words[i % 2], 6)) for i in range(n)]


def test_a_pool_of_texts():
    pool = nb.Pool(texts=["good", "bad", ""])
    assert (len(pool), pool.kind, pool.ids) == (3, "texts", ("0", "1", "2"))
    assert (pool.text(1), pool.image(1), pool.row(1)) == ("bad", None, None)
    assert pool.name(2) == "2"
    assert repr(pool) == "Pool(3 texts)"


def test_the_index_of_a_series_names_its_texts_where_it_can():
    assert nb.Pool(texts=pd.Series(["a", "b"], index=[7, 3])).ids == ("7", "3")
    assert nb.Pool(texts=pd.Series(["a", "b"], index=[7, 7])).ids == ("0", "1")
    assert nb.Pool(texts=pd.Series(["a", "b"], index=[7, 3]), ids="xy").ids == ("x", "y")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("one text", "a single text; pass a list"),
        (pd.DataFrame({"text": ["a", "b"]}), "a table; pass one of its columns"),
        (["a", None], "text 1 is None, a NoneType; every text must be a str. Drop the missing"),
        (["a", float("nan")], "text 1 is nan"),
        ([b"bytes"], "text 0 is b'bytes', a bytes"),
    ],
)
def test_what_is_no_text(texts, message):
    with pytest.raises(TypeError, match=message):
        nb.Pool(texts=texts)


def test_one_kind_of_media():
    with pytest.raises(ValueError, match="images and texts were given; a pool holds one kind"):
        nb.Pool(np.zeros((1, 2, 2)), texts=["a"])
    with pytest.raises(ValueError, match="the pool is empty"):
        nb.Pool(texts=[])
    with pytest.raises(ValueError, match="2 texts, 1 embeddings"):
        nb.Pool(texts=["a", "b"], embeddings=[[1.0]])


def test_the_fingerprint_follows_the_content():
    assert nb.Pool(texts=["a", "b"]).fingerprint == nb.Pool(texts=("a", "b")).fingerprint
    prints = [
        nb.Pool(texts=t).fingerprint for t in (["a", "b"], ["b", "a"], ["ab", ""], ["", "ab"])
    ]
    assert len(set(prints)) == 4
    embedded = nb.Pool(texts=["a", "b"], embeddings=np.eye(2))
    assert embedded.fingerprint == prints[0]  # a better embedding keeps the labels


def test_halves_of_characters_are_replaced():
    assert Texts(["a\ud83d", "\ud83d\ude42"]).texts == ["a\ufffd", "🙂"]


def test_texts_on_one_subject_are_near_each_other():
    X = nb.embed(nb.Pool(texts=topics()))
    assert X.dtype == np.float32
    assert np.allclose(np.linalg.norm(X, axis=1), 1, atol=1e-5)
    likeness = X @ X.T
    assert likeness[0, 2::2].mean() > 5 * abs(likeness[0, 1::2].mean())


def test_word_pairs_tell_word_order_apart():
    X = nb.embed(nb.Pool(texts=["not good but bad", "not bad but good"] * 5))
    assert not np.allclose(X[0], X[1])


def test_strange_texts_are_embedded():
    X = nb.embed(nb.Pool(texts=STRANGE))
    assert len(X) == len(STRANGE)
    assert np.isfinite(X).all()
    assert not X[:2].any()  # no words, no direction
    assert X[4].any()


@pytest.mark.parametrize("texts", [["same words"] * 4, ["", ""], ["one"], [""], ["a b", "c d"]])
def test_few_or_like_texts(texts):
    X = nb.embed(nb.Pool(texts=texts))
    assert len(X) == len(texts)
    assert np.isfinite(X).all()
    if len(set(texts)) == 1:
        assert (X[0] == X).all()


def test_signs_and_unspaced_scripts_are_words():
    import re

    assert re.findall(TOKEN, "so good :) 🙂 日本 café") == [
        *("so", "good", ":", ")", "🙂", "日", "本", "café")
    ]


def test_width():
    pool = nb.Pool(texts=topics())
    assert nb.embed(pool, dim=4).shape == (60, 4)
    with pytest.raises(ValueError, match="dim is 1000; it must be between 1 and"):
        nb.embed(pool, dim=1000)


def test_what_took_long_is_kept_on_disk(monkeypatch):
    from nblabel.embeddings import texts
    from nblabel.system import cache

    monkeypatch.setattr(cache, "QUICK", -1)
    pool = nb.Pool(texts=topics())
    first = nb.embed(pool)
    monkeypatch.setattr(texts, "_latent", None)  # not called again
    assert (nb.embed(pool) == first).all()
    with pytest.raises(TypeError):
        nb.embed(nb.Pool(texts=topics(seed=1)))


def test_methods_that_are_not_for_texts():
    pool = nb.Pool(texts=topics())
    for method in ("pca", "gradients", "raw"):
        with pytest.raises(ValueError, match="these are texts, .* use method='tfidf'"):
            nb.embed(pool, method)
    with pytest.raises(ValueError, match="'table' is for a pool of rows, and this one holds texts"):
        nb.embed(pool, "table")
    with pytest.raises(
        ValueError, match="'tfidf' is for a pool of texts, and this one holds images"
    ):
        nb.embed(np.zeros((3, 4, 4)), "tfidf")
    with pytest.raises(TypeError, match="'tfidf' has no option 'model'; it takes none"):
        nb.embed(pool, model="x")


def test_a_session_learns_from_texts():
    session = nb.Session(nb.Pool(texts=topics()), ["pets", "law"])
    session.tell([0, 1], ["pets", "law"])
    right = session.predict() == np.array(["pets", "law"])[np.arange(60) % 2]
    assert right.mean() > 0.9
    assert session.ask(3).indices.tolist()


def test_texts_are_simulated_like_pictures():
    pool, y = nb.Pool(texts=topics()), np.arange(60) % 2
    race = nb.simulate(pool, y, budget=4, progress=False)
    assert race["pool_accuracy"].iloc[-1] > 0.9
    both = nb.embed(pool, ["tfidf", lambda texts: [[len(text), 1.0] for text in texts]])
    assert both.shape == (60, nb.embed(pool).shape[1] + 2)
