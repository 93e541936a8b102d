"""What else is known of the items: columns beside them, and pools out of one table."""

import warnings

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.pool import columns as pool_columns
from tests.samples import blobs
from tests.sounds import RATE, sound_folder, tone, wave_series

N = 6
IDS = [f"item-{i}" for i in range(N)]
BESIDE = pd.DataFrame({"year": [1950, 1999, 2001, 1950, None, 1980], "place": list("abbaca")})


def pool(**more):
    return nb.Pool(**{"embeddings": blobs(N), "ids": IDS, "columns": BESIDE, **more})


# Pool(columns=)


def test_columns_are_known_of_each_item_and_not_learned_from():
    one = pool()
    assert one.beside.values(1) == {"year": 1999, "place": "b"}
    assert one.beside.values(4)["year"] is None
    assert np.array_equal(one.embeddings, blobs(N))
    assert one.fingerprint == pool(columns=None).fingerprint
    assert pool(columns=None).beside is None


def test_columns_go_by_an_index_of_ids():
    shuffled = BESIDE.set_axis(IDS)[::-1]
    assert pool(columns=shuffled).beside.values(1) == {"year": 1999, "place": "b"}
    with pytest.raises(ValueError, match="item-0"):
        pool(columns=BESIDE.set_axis(IDS)[1:])


@pytest.mark.parametrize(
    ("columns", "error", "said"),
    [
        (BESIDE[:3], ValueError, "columns has 3 rows for a pool of 6"),
        (BESIDE[[]], ValueError, "no columns"),
        ([1, 2], TypeError, "DataFrame"),
    ],
)
def test_columns_that_do_not_fit_are_refused(columns, error, said):
    with pytest.raises(error, match=said):
        pool(columns=columns)


def test_a_pool_that_grows_keeps_its_columns():
    more = pool(ids=[f"new-{i}" for i in range(N)])
    grown = pool().extended(more)
    assert grown.beside.values(7) == {"year": 1999, "place": "b"}
    bare = pool(ids=[f"new-{i}" for i in range(N)], columns=None)
    with pytest.raises(ValueError, match="one of the two pools has columns="):
        pool().extended(bare)


def test_columns_are_searched_and_exported(tmp_path):
    session = nb.Session(pool(), ["x", "y"])
    session.tell([1, 4], "x")
    assert sorted(session.search("b", by="words").indices) == [1, 2]
    assert session.search("1999").indices.tolist() == [1]
    session.export(tmp_path / "labels.csv", columns=["id", "label", "year", "place"])
    read = pd.read_csv(tmp_path / "labels.csv")
    assert read.iloc[0].tolist() == ["item-1", "x", 1999, "b"]
    assert read.iloc[1].isna().tolist() == [False, False, True, False]


def test_a_column_named_as_one_of_the_labels_keeps_both():
    session = nb.Session(pool(columns=BESIDE.rename(columns={"place": "label"})), ["x", "y"])
    session.tell(0, "x")
    frame = nb.log.tables.with_items(session.labels(), session.pool)
    assert frame[["label", "table.label"]].to_numpy().tolist() == [["x", "a"]]


# Pool.from_frame


TABLE = pd.DataFrame(
    {
        "title": [f"text {i}" for i in range(N)],
        "key": IDS,
        "vector": list(blobs(N)),
        **BESIDE,
    }
)


@pytest.mark.parametrize("field", ["text", "id", "embedding"])
@pytest.mark.parametrize("values", [np.zeros((2, 3)), pd.Series([1, 2]), [[1, 2], [3, 4]]])
def test_values_in_place_of_the_name_of_a_column_are_refused(field, values):
    given = {"text": "title", field: values}
    with pytest.raises((TypeError, ValueError), match=r"columns are passed by name|names 2 col"):
        nb.Pool.from_frame(TABLE, **given)


def test_texts_ids_and_vectors_of_a_table():
    one = nb.Pool.from_frame(TABLE, text="title", id="key", embedding="vector")
    assert (one.kind, one.text(2), one.ids[2]) == ("texts", "text 2", "item-2")
    np.testing.assert_allclose(one.embeddings, blobs(N))
    assert one.beside.values(1) == {"year": 1999, "place": "b"}


def test_columns_are_chosen_and_ordered():
    one = nb.Pool.from_frame(TABLE, text="title", columns=["place", "key"])
    assert list(one.beside.values(0)) == ["place", "key"]
    assert nb.Pool.from_frame(TABLE, text="title", columns=[]).beside is None


def test_images_of_a_table(tmp_path):
    from PIL import Image

    paths = []
    for i in range(3):
        paths.append(tmp_path / f"{i}.png")
        Image.new("L", (4, 4), 40 * i).save(paths[-1])
    frame = pd.DataFrame({"path": map(str, paths), "year": [1, 2, 3]}, index=[7, 8, 9])
    one = nb.Pool.from_frame(frame, image="path")
    assert list(one.ids) == ["0.png", "1.png", "2.png"]
    assert one.image(2)[0, 0, 0] == 80
    assert one.beside.values(2) == {"year": 3}


def test_sounds_of_a_table(tmp_path):
    sound_folder(tmp_path, 3)
    paths = [str(tmp_path / f"{i}.wav") for i in range(3)]
    frame = pd.DataFrame({"path": paths, "bird": ["tit", "owl", "jay"]}, index=[7, 8, 9])
    one = nb.Pool.from_frame(frame, sound="path")
    assert (one.kind, list(one.ids)) == ("sounds", ["0.wav", "1.wav", "2.wav"])
    assert one.beside.values(1) == {"bird": "owl"}
    arrays = pd.DataFrame({"heard": [tone(i) for i in range(3)], "day": [1, 2, 3]})
    one = nb.Pool.from_frame(arrays, sound="heard", sampling_rate=RATE)
    np.testing.assert_allclose(one.sound(1)[0][:, 0], tone(1), atol=1e-6)


def test_series_of_a_table():
    waves = [wave_series(i) for i in range(4)]
    frame = pd.DataFrame({"wave": waves, "site": list("abcd")})
    one = nb.Pool.from_frame(frame, series="wave", id="site")
    assert (one.kind, list(one.ids), one.beside) == ("series", list("abcd"), None)
    wide = pd.DataFrame(np.array(waves), columns=[f"t{i}" for i in range(120)]).assign(site=1)
    names = [f"t{i}" for i in range(120)]
    one = nb.Pool.from_frame(wide, series=names)
    assert (one.kind, len(one), one.beside.values(2)) == ("series", 4, {"site": 1})


def test_rows_and_objects_of_a_table_are_drawn():
    frame = pd.DataFrame(
        {"a": [1, 2], "b": ["x", "y"], "thing": [(1, 2), (3, 4)]}, index=["p", "q"]
    )
    vectors = {"embedding": ["a"]}
    rows = nb.Pool.from_frame(frame, render=lambda row: f"<b>{row['b']}</b>", **vectors)
    assert (rows.kind, list(rows.ids)) == ("items", ["p", "q"])
    assert "<b>y</b>" in rows.media.draw(1, 64).html
    assert rows.beside.values(0) == {"b": "x", "thing": (1, 2)}
    things = nb.Pool.from_frame(frame, image="thing", render=lambda one: f"{sum(one)}", **vectors)
    assert list(things.ids) == ["p", "q"]
    assert things.media.draw(1, 64).html == "7"


def test_rows_are_the_items_without_image_and_text():
    one = nb.Pool.from_frame(TABLE, id="key", embedding="vector")
    assert (one.kind, one.beside) == ("rows", None)
    assert [cell.name for cell in one.row(0)] == ["title", "year", "place"]


def test_several_columns_make_the_vectors():
    frame = TABLE.assign(**{f"x{i}": blobs(N)[:, i] for i in range(3)})
    one = nb.Pool.from_frame(frame, text="title", embedding=["x0", "x1", "x2"], columns=["year"])
    np.testing.assert_allclose(one.embeddings, blobs(N)[:, :3])


def test_an_index_that_is_no_numbering_has_the_ids():
    assert list(nb.Pool.from_frame(TABLE.set_index("key"), text="title").ids) == IDS
    assert list(nb.Pool.from_frame(TABLE, text="title").ids) == list("012345")
    # rows that were taken out of a longer table
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(nb.Pool.from_frame(TABLE[TABLE["year"] < 1990], text="title").ids) == [
            "0",
            "3",
            "5",
        ]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"text": "titel"}, ValueError, "no column 'titel'; did you mean 'title'"),
        ({"text": "title", "columns": ["nothing"]}, ValueError, "no column 'nothing'; it has"),
        ({"text": "title", "columns": "year"}, ValueError, "single text 'year'"),
        ({"text": "title", "image": "key"}, ValueError, "one kind of media"),
        (
            {"text": "title", "id": "year"},
            ValueError,
            "'year' has no value in 1 rows .first: row 4",
        ),
        ({"columns": []}, ValueError, "no columns are left"),
        ({"sound": "title", "series": "key"}, ValueError, "sound= and series= were given"),
        ({"text": ["title", "key"]}, ValueError, "text= names 2 columns; only series="),
        ({"text": "title", "sampling_rate": 8}, ValueError, "sampling_rate= is for sounds"),
        ({"text": "title", "render": str}, ValueError, "render= draws the items"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(options, error, said):
    with pytest.raises(error, match=said):
        nb.Pool.from_frame(TABLE, **options)


def test_what_is_no_table_is_refused():
    with pytest.raises(TypeError, match="df is a list; pass a DataFrame"):
        nb.Pool.from_frame([1, 2], text="title")
    double = pd.concat([TABLE, TABLE[["title"]]], axis=1)
    with pytest.raises(ValueError, match="2 columns 'title'; rename all but one"):
        nb.Pool.from_frame(double, text="title")


def test_a_table_of_polars():
    polars = pytest.importorskip("polars", reason="polars is not installed")
    frame = polars.DataFrame({"title": ["a", "b"], "year": [1, 2]})
    assert nb.Pool.from_frame(frame, text="title").beside.values(1) == {"year": 2}


# the place of a value in its column


def test_a_number_has_its_place_in_its_column():
    places = [pool().beside.row(index)[0].place for index in range(N)]
    assert places == [0.2, 0.7, 0.9, 0.2, None, 0.5]
    assert pool().beside.row(0)[1].place is None  # a category


def test_of_very_many_numbers_some_tell_the_place(monkeypatch):
    monkeypatch.setattr(pool_columns, "RANKED", 100)
    numbers = np.random.default_rng(0).permutation(10_000)
    column = pool_columns.Column(pd.Series(numbers))
    assert len(column._in_order) == 100
    places = [column.cell(index).place for index in range(200)]
    np.testing.assert_allclose(places, numbers[:200] / 10_000, atol=0.1)


def test_a_column_that_is_constant_has_no_places():
    one = pool(columns=BESIDE.assign(year=7))
    assert one.beside.row(0)[0].place is None
