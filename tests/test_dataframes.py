"""Data frames of other libraries, and rows that are paired by their index."""

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.system.dataframes import as_pandas
from tests.samples import CLASSES, blobs

N = 60
NAMES = [f"doc{n}" for n in range(N)]
QUICK = {"learner": "knn", "strategy": "random", "progress": False}


class Foreign:
    """What another library's data frame or column looks like from outside."""

    def __init__(self, data):
        self.data = data

    def to_pandas(self):
        return self.data.copy()


class Stream:
    """What speaks Arrow's protocol alone."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


class Lazy:
    columns = ("a",)

    def collect(self):
        raise AssertionError("a query is not run unasked")


class WithoutPyarrow:
    def to_pandas(self):
        raise ModuleNotFoundError("No module named 'pyarrow'")


def frame():
    return pd.DataFrame({"x": [1.0, 2.5, 3.5], "c": ["a", "b", "a"]})


def test_tables_texts_and_embeddings_of_another_library():
    pool = nb.Pool(table=Foreign(frame()))
    assert pool.fingerprint == nb.Pool(table=frame()).fingerprint
    assert nb.Pool(texts=Foreign(frame()["c"])).text(1) == "b"
    assert nb.Pool(embeddings=Foreign(frame()[["x"]])).embeddings[1] == 2.5
    assert nb.embed(Foreign(frame()[["x"]]), "raw").shape == (3, 1)
    assert nb.Pool(embeddings=np.eye(3), ids=Foreign(pd.Series(list("abc")))).ids == tuple("abc")


def test_labels_of_another_library():
    session = nb.Session(nb.Pool(embeddings=np.eye(3)), ["a", "b"])
    known = Foreign(pd.DataFrame({"id": ["0", "1"], "label": ["a", "b"]}))
    assert session.import_labels(known).n_imported == 2
    session.tell([0, 1, 2], Foreign(pd.Series(["b", "b", "a"])))
    assert session.labels()["label"].tolist() == ["b", "b", "a"]


def test_arrow():
    pa = pytest.importorskip("pyarrow", reason="needs the extra parquet")
    table = pa.table(frame())
    for given in (table, Stream(table), table.to_batches()[0]):
        assert nb.Pool(table=given).fingerprint == nb.Pool(table=frame()).fingerprint
    assert nb.Pool(texts=table["c"]).text(2) == "a"
    assert nb.Pool(texts=pa.array(["a", "b"])).text(1) == "b"
    vectors = nb.Pool(embeddings=pa.array([[1.0, 2.0], [3.0, 4.0]])).embeddings
    assert vectors.tolist() == [[1, 2], [3, 4]]


def test_what_cannot_be_read_says_what_to_do():
    with pytest.raises(TypeError, match=r"Lazy is a query that did not run yet; pass its .collect"):
        nb.Pool(table=Lazy())
    with pytest.raises(ImportError, match=r'needs pyarrow.*pip install "nblabel\[parquet\]"'):
        nb.Pool(table=WithoutPyarrow())
    for other in (None, "text", [1], {"a": 1}, 7, np.eye(2), object(), Foreign):
        assert as_pandas(other) is other


# by the index


def documents():
    texts = pd.Series([f"text {name}" for name in NAMES], index=NAMES)
    return texts, pd.DataFrame(blobs(N), index=NAMES)


def shuffled(data):
    return data.sample(frac=1, random_state=1)


def test_texts_and_embeddings_are_paired_by_their_index():
    texts, vectors = documents()
    pool = nb.Pool(texts=texts, embeddings=shuffled(vectors))
    assert pool.ids == tuple(NAMES)
    np.testing.assert_array_equal(pool.embeddings, vectors)
    table = pd.DataFrame({"a": range(N)}, index=NAMES)
    pool = nb.Pool(table=table, embeddings=shuffled(vectors), ids=shuffled(texts))
    np.testing.assert_array_equal(pool.embeddings, vectors)
    assert pool.ids == tuple(texts)
    session = nb.Session(pool, CLASSES)
    session.set_embeddings(shuffled(vectors))
    np.testing.assert_array_equal(session.embeddings, vectors)


def test_embeddings_are_paired_with_ids():
    _, vectors = documents()
    for more in ({"images": np.zeros((N, 4, 4))}, {"texts": list(map(str, range(N)))}, {}):
        pool = nb.Pool(**more, embeddings=shuffled(vectors), ids=NAMES)
        np.testing.assert_array_equal(pool.embeddings, vectors)


def test_other_names_are_refused():
    texts, vectors = documents()
    with pytest.raises(ValueError, match="60 rows for 60 items; it lacks 'doc0'. .*to_numpy"):
        nb.Pool(texts=texts, embeddings=vectors.rename(index=lambda name: f"x{name}"))
    with pytest.raises(ValueError, match="59 rows for 60 items; it lacks 'doc3'"):
        nb.Pool(texts=texts, embeddings=vectors.drop("doc3"))
    with pytest.raises(
        ValueError, match="the index of embeddings does not name the items: 60 rows"
    ):
        nb.Pool(texts=texts[:40], embeddings=vectors)
    twice = texts.rename(index={"doc1": "doc0"})
    nb.Pool(texts=twice, embeddings=vectors.rename(index={"doc1": "doc0"}))  # the same order
    with pytest.raises(ValueError, match="repeats names and is in another order"):
        nb.Pool(texts=twice, embeddings=shuffled(vectors.rename(index={"doc1": "doc0"})))


def test_rows_without_names_go_by_position():
    texts, vectors = documents()
    plain = vectors.reset_index(drop=True)
    for one, other in (
        (texts, plain),
        (list(texts), vectors),
        (texts.reset_index(drop=True), vectors),
    ):
        np.testing.assert_array_equal(nb.Pool(texts=one, embeddings=other).embeddings, vectors)
    some = texts.reset_index(drop=True)[::2]  # names 0, 2, 4, ...
    nb.Pool(texts=some, embeddings=plain[:30])
    nb.Pool(texts=some, embeddings=vectors[:30].to_numpy())


@pytest.mark.parametrize("texts", [list(NAMES), pd.Series(NAMES)], ids=["list", "series"])
def test_positions_in_another_order_are_told(texts):
    _, vectors = documents()
    mixed = shuffled(vectors.reset_index(drop=True))
    with pytest.warns(UserWarning, match="embeddings is taken row by row .*sort_index.., else"):
        pool = nb.Pool(texts=texts, embeddings=mixed)
    np.testing.assert_array_equal(pool.embeddings, mixed)


def test_answers_are_paired_by_their_index(recwarn):
    texts, vectors = documents()
    y = pd.Series(np.array(CLASSES)[np.arange(N) % 3], index=NAMES)
    pools = [
        nb.Pool(texts=texts, embeddings=vectors),
        nb.Pool(embeddings=vectors),
        nb.Pool(embeddings=vectors.to_numpy(), ids=NAMES),
    ]
    for pool in pools:
        curves = [
            nb.simulate(pool, answers, budget=9, **QUICK)["pool_accuracy"].tolist()
            for answers in (y.tolist(), y, shuffled(y))
        ]
        assert curves[0] == curves[1] == curves[2]
        with pytest.raises(ValueError, match="the index of y does not name the items"):
            nb.simulate(pool, y.rename(index={"doc0": "other"}), budget=9, **QUICK)
    assert not recwarn.list
    matched = [nb.match_clusters(np.arange(N) % 3, y).accuracy]
    matched.append(nb.match_clusters(pd.Series(np.arange(N) % 3, NAMES), shuffled(y)).accuracy)
    assert matched == [1, 1]


def test_an_index_about_something_else_does_not_count():
    y = pd.Series(np.array(CLASSES)[np.arange(N) % 3], index=range(1_000, 1_000 + N))
    pool = nb.Pool(embeddings=blobs(N), ids=NAMES)
    assert nb.simulate(pool, y, budget=9, **QUICK)["pool_accuracy"].iloc[-1] > 0.9


def test_labels_told_are_paired_by_their_index():
    _, vectors = documents()
    session = nb.Session(nb.Pool(embeddings=vectors.to_numpy(), ids=NAMES), CLASSES)
    told = pd.Series(["boot", "bag", "shirt"], index=["doc5", "doc3", "doc9"])
    session.tell([3, 5, 9], told)
    assert (
        dict(zip(session.labels()["id"], session.labels()["label"], strict=True)) == told.to_dict()
    )
    with pytest.raises(ValueError, match="the index of label does not name the items: .*'doc4'"):
        session.tell([3, 4, 9], told)
    session.tell([0, 1], pd.Series(["bag", "bag"]))
    session.tell([0, 1], pd.Series(["boot", "bag"], index=[77, 78]))
    assert session.y[[0, 1]].tolist() == [0, 1]


def test_labels_of_positions_in_another_order_are_told():
    session = nb.Session(nb.Pool(embeddings=blobs(N)), CLASSES)
    y = pd.Series(np.array(CLASSES)[np.arange(N) % 3])
    session.tell([5, 3, 9], y[[5, 3, 9]])
    assert session.y[[3, 5, 9]].tolist() == [0, 2, 0]
    with pytest.warns(UserWarning, match="label is taken row by row"):
        session.tell([5, 3, 9], y[[3, 5, 9]])
