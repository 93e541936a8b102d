"""Pools of table rows: what is shown of them, and what they are as numbers."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.pool.tables import LEVELS, Cell

N = 400


def table(n=N, seed=0):
    return whole_table(seed).iloc[:n].copy()


def whole_table(seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.normal(40, 10, N),
            "city": rng.choice(["Rome", "Oslo", "Lima"], N),
            "since": pd.date_range("2020-01-01", periods=N),
            "member": rng.random(N) < 0.5,
            "visits": rng.integers(0, 9, N),
        }
    )
    frame.loc[3, "age"] = np.nan
    frame.loc[4, "city"] = None
    frame.loc[5, "age"] = 400.0
    frame.loc[6, "city"] = "Nowhere"
    return frame


def test_a_pool_of_rows():
    pool = nb.Pool(table=table())
    assert (len(pool), pool.kind, repr(pool)) == (N, "rows", f"Pool({N} rows)")
    assert (pool.image(0), pool.text(0)) == (None, None)
    assert [cell.name for cell in pool.row(0)] == ["age", "city", "since", "member", "visits"]
    assert pool.row(0)[2] == Cell("since", "2020-01-01", "", 0.5 / N)


def test_the_index_names_the_rows_where_it_can():
    frame = table(3)
    assert nb.Pool(table=frame.set_index("city", drop=False).iloc[:1]).ids == (frame.city[0],)
    assert nb.Pool(table=frame.iloc[::-1]).ids == ("2", "1", "0")
    assert nb.Pool(table=pd.concat([frame, frame])).ids == tuple("012345")


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (np.zeros((3, 2)), TypeError, "table is a ndarray; pass a pandas DataFrame.*embeddings="),
        ([{"a": 1}], TypeError, "table is a list"),
        (pd.DataFrame(index=[1, 2]), ValueError, "no columns"),
        (pd.DataFrame({"a": []}), ValueError, "the pool is empty"),
    ],
)
def test_what_is_no_table(given, error, message):
    with pytest.raises(error, match=message):
        nb.Pool(table=given)


def test_a_pool_is_not_changed_with_the_table_it_was_made_of():
    frame = table()
    pool = nb.Pool(table=frame)
    before = pool.row(0)
    frame.loc[0, "age"] = -1.0
    assert pool.row(0) == before


def test_the_fingerprint_is_that_of_the_values_not_of_their_types():
    frame = table()
    pool = nb.Pool(table=frame)
    assert nb.Pool(table=frame.convert_dtypes()).fingerprint == pool.fingerprint
    changed = frame.astype({"city": "category", "visits": "float32"})
    assert nb.Pool(table=changed).fingerprint == pool.fingerprint
    others = [
        frame.rename(columns={"age": "years"}),
        frame[["city", "age", "since", "member", "visits"]],
        frame.assign(age=frame.age.fillna(0)),
        frame.assign(city=frame.city.fillna("")),
    ]
    prints = {nb.Pool(table=other).fingerprint for other in others}
    assert len(prints | {pool.fingerprint}) == 5


def test_unusual_values_are_marked():
    pool = nb.Pool(table=table())
    high = pool.row(5)[0]
    assert (high.name, high.value, high.note) == ("age", "400", "unusually high")
    assert pool.row(6)[1] == Cell("city", "Nowhere", f"rare: 1 of {N} rows")
    assert pool.row(3)[0] == Cell("age", None, "")
    marked = sum(cell.note != "" for i in range(N) for cell in pool.row(i))
    assert marked < 0.02 * N * 5


def test_names_that_differ_in_every_row_are_not_all_rare():
    pool = nb.Pool(table=pd.DataFrame({"name": [f"n{i}" for i in range(1000)]}))
    assert {cell.note for i in range(1000) for cell in pool.row(i)} == {""}


def test_values_as_a_person_reads_them():
    frame = pd.DataFrame({"x": [0.1 + 0.2, 1e-9, 1234567.891]})
    frame["s"] = pd.Series(["é <b>", "b" * 1000, "\ud800"], dtype=object)
    frame["t"] = pd.to_datetime(["2020-01-01 10:30", "2020-01-02 00:00", None])
    frame["d"] = pd.to_timedelta([1, 2, 3], unit="D")
    pool = nb.Pool(table=frame)
    told = [[cell.value for cell in pool.row(i)] for i in range(3)]
    assert [row[0] for row in told] == ["0.3", "1e-09", "1234567.891"]
    assert told[0][1] == "é <b>"
    assert len(told[1][1]) == 501
    assert told[2][1] == "?"
    assert [row[2] for row in told] == ["2020-01-01 10:30:00", "2020-01-02", None]
    assert told[0][3] == "1 days 00:00:00"


def test_numbers_and_categories_count_alike():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"income": rng.normal(5e4, 1e4, N), "kind": rng.choice(["a", "b"], N)})
    X = nb.embed(nb.Pool(table=frame))
    assert X.shape == (N, 3)
    assert abs(X[:, 0].std() - 1) < 0.15
    a, b = X[frame.kind == "a", 1:], X[frame.kind == "b", 1:]
    assert np.ptp(a, axis=0).max() == 0
    assert ((a[0] - b[0]) ** 2).sum() == 2  # as two standard normal numbers on the average


def test_what_is_missing_has_a_column_of_its_own():
    X = nb.embed(
        nb.Pool(table=pd.DataFrame({"x": [1.0, 2, 3, np.nan], "c": ["a", "a", "b", None]}))
    )
    assert np.isfinite(X).all()
    assert X[:, 1].tolist() == [0, 0, 0, 1]
    assert X[3, 0] == 0


def test_an_outlier_does_not_decide_every_distance():
    rng = np.random.default_rng(0)
    X = nb.embed(nb.Pool(table=pd.DataFrame({"x": [*rng.normal(size=99), 1e300]})))
    assert X.max() == 5
    assert X[:99].std() > 0.8


@pytest.mark.parametrize(
    "values",
    [
        [True, False, None, True],
        [1, 2, None, 4],
        [dt.date(2020, 1, 1), dt.date(2021, 1, 1), None, dt.date(2022, 1, 1)],
        [decimal.Decimal("1.5"), None, decimal.Decimal(2), decimal.Decimal(3)],
        pd.period_range("2020-01", periods=4, freq="M"),
        pd.date_range("2020-01-01", periods=4, tz="Europe/Berlin"),
        pd.to_timedelta([1, 2, None, 4], unit="h"),
        pd.array([1, None, 3, 3], dtype="Int64"),
        pd.Categorical(["a", "b", "a", "b"]),
        ["a", 1, 2.5, "a"],
        [[1], [2], [1], [2]],
        [1 + 2j, 1 + 2j, 0, 0],
        pd.Series(
            [10**400, 10**400, 1, 1], dtype=object
        ),  # pandas itself, when old, cannot find a type
        pytest.param(
            [np.inf, -np.inf, 1.0, 2.0],
            marks=pytest.mark.filterwarnings("ignore:.*values are infinite and count as missing"),
        ),
        [1e308, -1e308, 0.0, 1e-308],
    ],
    ids=str,
)
def test_columns_of_every_kind(values):
    pool = nb.Pool(table=pd.DataFrame({"x": values}))
    X = nb.embed(pool)
    assert X.shape[0] == 4
    assert np.isfinite(X).all()
    assert X.std(axis=0).min() > 0
    assert all(isinstance(pool.row(i)[0], Cell) for i in range(4))
    assert pool.fingerprint


@pytest.mark.parametrize("clock", ["", " 18:30", "T18:30:05+02:00"])
def test_texts_that_are_dates_are_dates(clock, tmp_path):
    days = [f"2024-01-{1 + i % 28:02d}{clock}" for i in range(100)] + ["1924-01-01" + clock, None]
    pd.DataFrame({"day": days}).to_csv(tmp_path / "days.csv", index=False)
    read = pd.read_csv(tmp_path / "days.csv")
    pool = nb.Pool(table=read)
    assert pool.row(100)[0].note == "unusually early"
    assert pool.row(101)[0].value is None
    assert pool.row(0)[0].value.startswith("2024-01-01")
    X = nb.embed(pool)
    assert X.shape == (102, 2)  # when it was, and that it is missing
    assert X[0, 0] < X[20, 0]
    assert pool.fingerprint == nb.Pool(table=read.assign(day=pd.to_datetime(days))).fingerprint


@pytest.mark.parametrize(
    "days",
    [
        ["2024-01-01", "soon", "2024-01-01", "soon"],
        ["2024-13-01", "2024-12-01", "2024-13-01", "2024-12-01"],
    ],
)
def test_texts_that_are_no_dates_stay_categories(days):
    pool = nb.Pool(table=pd.DataFrame({"day": days}))
    assert nb.embed(pool).tolist() == [[1, 0], [0, 1]] * 2
    assert pool.row(1)[0].value == days[1]


def test_ten_thousand_categories():
    frame = pd.DataFrame({"id": [f"user {i}" for i in range(10_000)] + ["bot"] * 50, "x": 1})
    with pytest.warns(UserWarning, match="nothing from these columns: 'x' .* common ones: 'id'"):
        X = nb.embed(nb.Pool(table=frame))
    assert X.shape == (10_050, 2)  # the one that repeats, and the others
    many = pd.DataFrame({"id": [f"user {i % 5_000}" for i in range(10_000)]})
    with pytest.warns(UserWarning, match="texts that differ"):
        assert nb.embed(nb.Pool(table=many), dim=LEVELS).shape == (10_000, LEVELS)


def test_constant_columns_are_left_out():
    frame = table().assign(one=1, none=None, word="x")
    with pytest.warns(UserWarning, match="'one' .constant., 'none' .all missing., 'word' .const"):
        X = nb.embed(nb.Pool(table=frame))
    assert (nb.embed(nb.Pool(table=table())) == X).all()
    with pytest.warns(UserWarning, match="no column of the table tells its rows apart"):
        X = nb.embed(nb.Pool(table=frame[["one", "none", "word"]]))
    assert X.shape == (N, 1)
    assert not X.any()


def test_one_row():
    pool = nb.Pool(table=table(10).iloc[:1])
    assert nb.embed(pool).shape == (1, 1)
    assert [cell.note for cell in pool.row(0)] == [""] * 5


def test_columns_of_one_name():
    frame = pd.DataFrame([[1, "a"], [2, "b"], [3, "a"], [3, "b"]], columns=["x", "x"])
    pool = nb.Pool(table=frame)
    assert [cell.value for cell in pool.row(1)] == ["2", "b"]
    assert nb.embed(pool).shape == (4, 3)
    deep = pd.DataFrame([[1], [2]], columns=pd.MultiIndex.from_tuples([("a", "b")]))
    assert nb.Pool(table=deep).row(0)[0].name == "a · b"


def test_width():
    pool = nb.Pool(table=table())
    assert nb.embed(pool, dim=3).shape == (N, 3)
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 150)))
    assert nb.embed(nb.Pool(table=wide)).shape == (200, 64)
    with pytest.raises(ValueError, match="dim is 200"):
        nb.embed(nb.Pool(table=wide), dim=200)


def test_a_session_learns_from_rows():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 2
    frame = pd.DataFrame({"x": rng.normal(size=300) + 4 * y, "c": np.where(y, "b", "a")})
    session = nb.Session(nb.Pool(table=frame), ["no", "yes"])
    for _ in range(6):
        index = int(session.ask().indices[0])
        session.tell(index, ["no", "yes"][y[index]])
    assert (session.predict() == np.array(["no", "yes"])[y]).mean() > 0.95


# new rows in the space of a pool


def test_new_rows_are_described_like_those_of_the_pool():
    frame = table().assign(price=[f"{v:.2f}".replace(".", ",") for v in range(N)])
    pool = nb.Pool(table=frame)
    X = nb.embed(pool)
    np.testing.assert_array_equal(nb.embed(frame[3:9], like=pool), X[3:9])
    np.testing.assert_array_equal(nb.embed(nb.Pool(table=frame[:1]), like=pool), X[:1])
    typed = frame[:5].assign(price=[0.0, 1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(nb.embed(typed, like=pool), X[:5])
    new = frame[10:12].assign(city=["Paris", None], age=[None, 40.0], price=["1,5", None])
    placed = nb.embed(new, like=pool)
    assert placed.shape == (2, X.shape[1])
    assert np.isfinite(placed).all()


def test_wide_rows_are_reduced_like_those_of_the_pool():
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 80)))
    pool = nb.Pool(table=wide)
    np.testing.assert_allclose(nb.embed(wide[:7], like=pool), nb.embed(pool)[:7], atol=1e-5)
    narrow = nb.embed(wide[:7], like=pool, dim=3)
    np.testing.assert_allclose(narrow, nb.embed(pool, dim=3)[:7], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.assign(age="old"), "column 'age' holds numbers in the pool and 'old'"),
        (lambda frame: frame.assign(since=1), "column 'since' holds dates in the pool and '1'"),
        (lambda frame: frame.drop(columns="age"), "the columns of the two tables differ: age"),
    ],
)
def test_new_rows_of_another_kind(change, message):
    with pytest.raises(ValueError, match=message):
        nb.embed(change(table()), like=nb.Pool(table=table()))


def test_a_session_is_asked_about_new_rows():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    frame = pd.DataFrame({"x": rng.normal(size=60) + 8 * y, "c": np.where(y, "b", "a")})
    session = nb.Session(nb.Pool(table=frame), ["no", "yes"])
    session.tell(range(20), np.array(["no", "yes"])[y[:20]])
    new = pd.DataFrame({"x": [8.0, 0.0], "c": ["b", "a"]})
    assert session.predict_proba(new).argmax(axis=1).tolist() == [1, 0]
