"""The pool: what it accepts, what it says about the rest."""

import decimal

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import nblabel as nb
from nblabel.arrays import as_embeddings

IMAGES = np.zeros((3, 4, 5), dtype=np.uint8)
POINTS = np.arange(6, dtype=np.float64).reshape(3, 2)


def test_images_alone():
    pool = nb.Pool(IMAGES)
    assert len(pool) == 3
    assert pool.ids == ("0", "1", "2")
    assert pool.embeddings is None
    assert pool.image(0).shape == (4, 5, 1)
    assert pool.name(2) == "2"
    assert repr(pool) == "Pool(3 images)"


def test_embeddings_alone():
    pool = nb.Pool(embeddings=POINTS, ids=["x", "y", "z"])
    assert pool.embeddings.dtype == np.float32
    assert pool.image(0) is None
    assert pool.name(1) == "y"
    assert repr(pool) == "Pool(3 items, embeddings of 2)"


def test_ids_that_nobody_gave_are_the_positions_as_text():
    pool = nb.Pool(embeddings=np.zeros((12, 2)))
    named = nb.Pool(embeddings=np.zeros((12, 2)), ids=[str(index) for index in range(12)])
    assert pool.ids == named.ids
    assert (pool.ids[3], pool.ids[-1], *pool.ids[2:4]) == ("3", "11", "2", "3")
    assert [pool.index_of(item) for item in pool.ids] == list(range(12))
    assert pool.indices_of(iter(("7", "11"))).tolist() == [7, 11]
    assert pool.indices_of([]).dtype == np.intp
    with pytest.raises(KeyError, match="no item with id '12'"):
        pool.indices_of(["7", "12"])
    assert pool.index_of(7) == 7
    assert pool.fingerprint == named.fingerprint
    for wrong in ("12", "-1", "07", "", "x", "٣", "9" * 5_000):
        assert wrong not in pool
        with pytest.raises(KeyError, match="no item with id"):
            pool.index_of(wrong)


def test_ids_are_found_again():
    pool = nb.Pool(embeddings=POINTS, ids=[7, "b", 'it\'s "<b>"'])
    assert pool.ids == ("7", "b", 'it\'s "<b>"')
    assert pool.index_of(7) == pool.index_of("7") == 0
    assert "b" in pool
    assert 8 not in pool
    with pytest.raises(KeyError, match="no item with id 'c' in this pool of 3"):
        pool.index_of("c")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int8, np.uint64, bool])
def test_embeddings_of_every_numeric_type(dtype):
    pool = nb.Pool(embeddings=np.ones((3, 2), dtype=dtype))
    assert pool.embeddings.dtype == np.float32
    assert pool.embeddings.flags.c_contiguous


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1.0, np.nan], [1, 2], [3, 4]], "NaN, infinite or too large values in 1 of 3 .*row 0"),
        ([[1.0, 2], [1, np.inf], [-np.inf, 4]], "values in 2 of 3 rows .first: row 1"),
        (np.full((3, 2), 1e300), "too large values in 3 of 3"),
        (np.full((3, 2), 1e30, dtype=np.float32), "too large values in 3 of 3"),
        (np.zeros(3), r"shape \(3,\); expected \(n, dim\)"),
        (np.zeros((3, 2, 2)), r"shape \(3, 2, 2\); expected \(n, dim\)"),
        (np.zeros((3, 0)), r"shape \(3, 0\); expected \(n, dim\)"),
        (np.full((3, 2), "a"), "dtype <U1; expected numbers"),
        (np.full((3, 2), None), "dtype object; expected numbers"),
        (np.full((3, 2), 1j), "complex; pass real numbers"),
        (np.zeros((3, 2), dtype="datetime64[s]"), "expected numbers"),
        ([[1, 2], [3]], "rows differ in length"),
    ],
)
def test_embeddings_that_are_none(values, message):
    with pytest.raises(ValueError, match=message):
        nb.Pool(embeddings=values)


def test_embeddings_of_another_pool():
    with pytest.raises(ValueError, match="3 rows for a pool of 4"):
        as_embeddings(POINTS, 4)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "needs images=, texts=, table=, sounds=, series= or embeddings="),
        ({"images": IMAGES, "embeddings": POINTS[:2]}, "3 images, 2 embeddings"),
        ({"images": IMAGES, "ids": list("ab")}, "3 images, 2 ids"),
        ({"embeddings": POINTS, "ids": range(4)}, "3 embeddings, 4 ids"),
        ({"embeddings": POINTS, "ids": ["a", "b", "a"]}, "1 repeat, for example 'a'"),
        ({"embeddings": POINTS, "ids": [1, "1", 2]}, "for example '1'.*compared as text"),
        ({"images": IMAGES[:0]}, "empty"),
        ({"images": []}, "empty"),
        ({"embeddings": POINTS[:0]}, "empty"),
    ],
)
def test_parts_that_do_not_make_a_pool(parts, message):
    with pytest.raises(ValueError, match=message):
        nb.Pool(**parts)


def test_one_item_is_a_pool():
    assert len(nb.Pool(embeddings=[[1.0]])) == 1


def test_fingerprint_follows_ids_and_media():
    pool = nb.Pool(IMAGES)
    assert pool.fingerprint == nb.Pool(IMAGES.copy()).fingerprint
    assert pool.fingerprint != nb.Pool(IMAGES + 1).fingerprint
    assert pool.fingerprint != nb.Pool(IMAGES.reshape(3, 5, 4)).fingerprint
    assert pool.fingerprint != nb.Pool(IMAGES, ids=list("abc")).fingerprint
    assert pool.fingerprint != nb.Pool(embeddings=POINTS).fingerprint


def test_a_better_embedding_of_the_same_images_is_the_same_pool():
    assert nb.Pool(IMAGES, POINTS).fingerprint == nb.Pool(IMAGES, POINTS * 2).fingerprint


def test_without_images_the_embeddings_are_the_pool():
    one, two = nb.Pool(embeddings=POINTS), nb.Pool(embeddings=POINTS * 2)
    assert one.fingerprint != two.fingerprint


# embeddings of other kinds

X = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)


class Tensor:
    """What a tensor of torch looks like that needs its gradient and is of no type of numpy."""

    def __init__(self, values, *, whole=False):
        self.values, self.whole = values, whole

    def __len__(self):
        return len(self.values)

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("call detach first")

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        if not self.whole:
            raise TypeError("got unsupported ScalarType BFloat16")
        return self.values

    def float(self):
        return Tensor(self.values, whole=True)


def series_of(values):
    """A Series of objects; earlier versions of pandas would ask them for an array."""
    column = pd.Series(np.zeros(len(values)), dtype=object)
    for place, value in enumerate(values):
        column.iloc[place] = value
    return column


@pytest.mark.parametrize(
    "values",
    [
        scipy.sparse.csr_matrix(X),
        scipy.sparse.coo_array(X),
        [scipy.sparse.csr_matrix(row[None]) for row in X],
        pd.DataFrame(X),
        pd.DataFrame(X).convert_dtypes(),
        pd.DataFrame(X, dtype=object),
        pd.DataFrame(X).astype(pd.SparseDtype("float32", 0.0)),
        pd.DataFrame({"vector": list(X)}),
        pd.Series(X.tolist()),
        pd.Series(list(X)),
        pd.Series(list(X)).to_numpy(),
        list(map(tuple, X.tolist())),
        X.astype(object),
        np.array([[decimal.Decimal(str(v)) for v in row] for row in X.tolist()]),
        np.ma.array(X, mask=False),
        Tensor(X),
        [Tensor(row) for row in X],
        series_of([Tensor(row) for row in X]),
    ],
    ids=lambda values: type(values).__name__,
)
def test_embeddings_of_every_kind(values):
    np.testing.assert_allclose(nb.Pool(embeddings=values).embeddings, X, rtol=1e-5)


def test_tensors_of_torch():
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    for values in (
        torch.tensor(X, requires_grad=True),
        torch.tensor(X).to_sparse(),
        list(torch.tensor(X, requires_grad=True)),
    ):
        np.testing.assert_allclose(nb.Pool(embeddings=values).embeddings, X)
    half = nb.Pool(embeddings=torch.tensor(X).bfloat16()).embeddings
    np.testing.assert_allclose(half, X, rtol=0.01)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            pd.DataFrame(X).assign(city="Oslo", day=pd.Timestamp("2024")),
            r"column 'city' and 1 more holds no numbers .*X.drop\(columns=\['city', 'day'\]\)",
        ),
        (pd.DataFrame({"a": [1, None]}).convert_dtypes(), "NaN, infinite .* in 1 of 2 rows"),
        (pd.DataFrame({"a": [1j]}), "column 'a' holds no numbers .dtype complex128"),
        (pd.Series(["[1, 2]", "[3, 4]"]), r"row 0 is '\[1, 2\]', no list.*column.map\(json.loads"),
        (pd.Series([[1, 2], None]), "row 1 is None, no list of numbers"),
        (pd.Series([[1, 2], [3]]), r"rows differ in length. Row 0 has shape \(2,\), row 1 \(1,"),
        (pd.Series([1.0, 2.0]), r"shape \(2,\); expected \(n, dim\)"),
        (np.array([[1, "a"]], dtype=object), "dtype object; expected numbers: row 0 holds 'a'"),
        (np.ma.masked_equal(np.eye(3), 1), "NaN, infinite .* in 3 of 3 rows"),
        (np.zeros((2, 2), "m8[s]"), "expected numbers"),
        ({"a": [1, 2]}, r"are a dict, .* ids=list\(X\)"),
        (
            scipy.sparse.csr_array((2**15, 2**15)),
            "a sparse matrix of shape .32768, 32768.*TruncatedSVD",
        ),
    ],
    ids=str,
)
def test_embeddings_that_say_what_to_do(values, message):
    with pytest.raises(ValueError, match=message):
        nb.Pool(embeddings=values)
