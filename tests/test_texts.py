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
    assert nb.Pool(texts=pd.Series(["a", "b"], index=[7, 3]), ids=list("xy")).ids == ("x", "y")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("one text", "a single text; pass a list"),
        (pd.DataFrame({"text": ["a", "b"]}), "a table; pass one of its columns"),
        (["a", None], "text 1 is None, a NoneType; every text must be a str. Drop the missing"),
        (["a", float("nan")], "text 1 is nan"),
        ([b"bytes"], "text 0 is b'bytes', a bytes.* Decode bytes"),
        (["a", pd.NA], "text 1 is <NA>"),
        (pd.Series(["a", None]), "text 1 is .*Drop the missing"),
        (["a", 5], "text 1 is 5, a int.* Write numbers as text"),
        (["a", ["b"]], "text 1 is .'b'., a list"),
        ({"x": "a"}, "texts is a dict; pass its values, and its keys as ids"),
        ({"a", "b"}, "texts is a set, which has no order"),
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
    monkeypatch.setattr(texts, "_Space", None)  # not called again
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


def test_texts_of_any_sequence():
    for given in (("a", "b"), np.array(["a", "b"]), (text for text in "ab"), pd.Series(["a", "b"])):
        pool = nb.Pool(texts=given)
        assert (pool.text(0), pool.text(1)) == ("a", "b")
    assert nb.Pool(texts=["one\r\ntwo\rthree"]).text(0) == "one\r\ntwo\rthree"


# new texts in the space of a pool


@pytest.mark.parametrize(
    "texts", [topics(), topics(700), ["one"], ["a b", "c d"], ["", ""]], ids=len
)
def test_new_texts_are_described_like_those_of_the_pool(texts):
    pool = nb.Pool(texts=texts)
    X = nb.embed(pool)
    np.testing.assert_allclose(nb.embed(nb.Pool(texts=texts[:2]), like=pool), X[:2], atol=1e-5)
    np.testing.assert_allclose(nb.embed(texts[-1:], like=pool), X[-1:], atol=1e-5)
    assert not nb.embed(["words never met"], like=pool).any()


def test_a_session_is_asked_about_new_texts():
    session = nb.Session(nb.Pool(texts=topics()), ["pets", "law"])
    session.tell(range(20), ["pets", "law"] * 10)
    new = ["my dog and cat", "the bill and the vote in court"]
    for given in (new, pd.Series(new), nb.Pool(texts=new), np.array(new), tuple(new)):
        assert session.predict_proba(given).argmax(axis=1).tolist() == [0, 1]
    with pytest.raises(ValueError, match="dimensions.*nb.embed.new, like=pool"):
        session.predict_proba(nb.embed(nb.Pool(texts=new)))
    with pytest.raises(ValueError, match="these are items, and the pool of like= holds texts"):
        nb.embed(nb.Pool(embeddings=np.eye(2)), like=session.pool)
    session.set_embeddings(np.random.default_rng(0).normal(size=(60, 3)))
    with pytest.raises(
        ValueError, match="texts of this session were embedded outside of it.*exten"
    ):
        session.predict_proba(new)
    own = nb.Session(nb.Pool(texts=topics(), embeddings=session.embeddings), ["pets", "law"])
    with pytest.raises(ValueError, match="embedded outside of it"):
        own.replica().predict_proba(new)
