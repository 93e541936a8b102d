"""Exports of several tags an item, read by the libraries that people use, and imported again."""

import json

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from tests.samples import blobs

NAMES = ("red", "a class, with a comma", "old")
N = 6
Y = np.array([[1, 1, 0], [0, 0, 0], [1, -1, 0], [-1, -1, 1], [-1, -1, -1], [-1, -1, -1]])


def session_of():
    pixels = np.zeros((N, 4, 4), dtype=np.uint8)
    pool = nb.Pool(pixels, embeddings=blobs(N), ids=[f"item {i}" for i in range(N)])
    return nb.Session(pool, NAMES, multi_label=True, build_graph=False)


@pytest.fixture
def session():
    """Two items answered in whole, and two of which some tags are."""
    found = session_of()
    found.tell([0, 1], Y[:2])
    found.tell_tag(2, "red", True)
    found.tell_tag(2, "old", False)
    found.tell_tag(3, "old", True)
    return found


def imported(table, **options):
    again = session_of()
    again.import_labels(table, **options)
    return again.y


READ = {
    "csv": pd.read_csv,
    "jsonl": lambda path: pd.read_json(path, lines=True),
    "parquet": pd.read_parquet,
}


@pytest.mark.parametrize("ending", READ)
def test_columns_come_back_by_pandas_with_all_that_is_open(session, tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    path = tmp_path / f"tags.{ending}"
    session.export(path, multi_hot=True)
    table = READ[ending](path)
    known = table[list(NAMES)].astype(float).fillna(-1).to_numpy()
    assert known.tolist() == Y[:4].tolist()
    assert (imported(table, label=list(NAMES)) == Y).all()


@pytest.mark.parametrize("ending", READ)
def test_lists_come_back_by_pandas(session, tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    path = tmp_path / f"tags.{ending}"
    session.export(path)
    table = READ[ending](path)
    assert (imported(table) == Y).all()
    assert (imported(path) == Y).all()


def test_lists_come_back_under_the_names_of_now(session):
    table = session.labels()
    again = session_of()
    again.rename_class("red", "scarlet")
    again.add_class("new")
    again.delete_class("old")
    again.import_labels(table[:1])
    assert again.y[0].tolist() == [1, 1, 0]
    report = again.import_labels(table[1:])
    assert report.unknown_classes == {"old": 1}  # a tag that is not answered may be gone
    assert again.y[2].tolist() == [1, -1, 0]


def test_a_tag_that_is_both_given_and_not_answered_is_given(session):
    table = pd.DataFrame({"id": ["item 0"], "label": [["red"]], "not_answered": [["red", "old"]]})
    assert imported(table)[0].tolist() == [1, 0, -1]


def test_several_rows_of_an_item_answered_in_part_are_taken_together(session):
    table = session.labels().explode("label").dropna(subset="label")
    assert (imported(table)[[0, 2, 3]] == Y[[0, 2, 3]]).all()


@pytest.mark.slow  # a large library
def test_tables_come_back_by_datasets(session, tmp_path):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    made = {
        "parquet": datasets.Dataset.from_parquet,
        "jsonl": datasets.Dataset.from_json,
        "csv": datasets.Dataset.from_csv,
    }
    for ending, read in made.items():
        path = tmp_path / f"tags.{ending}"
        session.export(path, multi_hot=True)
        found = read(str(path), cache_dir=str(tmp_path / "cache" / ending))
        assert (imported(found.to_pandas(), label=list(NAMES)) == Y).all()
        assert found["red"][:3] == [1, 0, 1]
    session.export(tmp_path / "lists.parquet")
    found = datasets.Dataset.from_parquet(
        str(tmp_path / "lists.parquet"), cache_dir=str(tmp_path / "cache" / "lists")
    )
    assert found["label"][:2] == [list(NAMES[:2]), []]


@pytest.mark.slow  # a large library
def test_pictures_with_tags_are_read_by_datasets(session, tmp_path):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    session.export(tmp_path / "hub", format="imagefolder")
    read = datasets.load_dataset(
        "imagefolder", data_dir=str(tmp_path / "hub"), cache_dir=str(tmp_path / "cache")
    )["train"]
    assert read["label"] == session.labels()["label"].tolist()
    assert read["not_answered"] == session.labels()["not_answered"].tolist()


def test_coco_is_read_by_its_own_reader_and_says_what_is_a_no(session, tmp_path):
    reader = pytest.importorskip("pycocotools.coco", reason="pycocotools is not installed")
    session.export(tmp_path / "tags.json")
    coco = reader.COCO(str(tmp_path / "tags.json"))
    names = {one["id"]: one["name"] for one in coco.loadCats(coco.getCatIds())}
    assert list(names.values()) == list(NAMES)
    images = coco.loadImgs(coco.getImgIds())
    found = np.full((len(images), len(NAMES)), -1)
    for row, image in enumerate(images):
        given = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
        found[row, [one["category_id"] - 1 for one in given]] = 1
        found[row, [number - 1 for number in image["neg_category_ids"]]] = 0
    assert found.tolist() == Y[:4].tolist()
    table = pd.DataFrame(found, columns=list(NAMES)).replace(-1, None)
    table["id"] = [image["item"] for image in images]
    assert (imported(table, label=list(NAMES)) == Y).all()
    assert len(coco.getImgIds(catIds=[1])) == 2  # as its users ask for the images of a category


def test_what_is_from_the_model_is_exported_and_not_imported_as_an_answer(session, tmp_path):
    session.tell([4, 5], [["red"], ["old"]])
    session.undo()
    given = np.full((1, 3), -1)
    given[0, 0] = 1
    session.accept([4], given)
    session.export(tmp_path / "tags.csv", multi_hot=True)
    table = pd.read_csv(tmp_path / "tags.csv")
    assert table.set_index("id").loc["item 4", "source"] == "model"
    assert (imported(table, label=list(NAMES)) == Y).all()


# with predictions


@pytest.mark.parametrize("ending", READ)
def test_predictions_stand_behind_the_answers_and_are_not_imported(session, tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    session.flag(5)
    expected = session.predict()[4]
    path = tmp_path / f"tags.{ending}"
    session.export(path, predictions=True)
    table = READ[ending](path)
    assert table["source"].tolist() == ["human"] * 4 + ["prediction"]
    last = table.iloc[-1]
    tags = json.loads(last["label"]) if ending == "csv" else list(last["label"])
    assert tags == [name for name, one in zip(NAMES, expected, strict=True) if one]
    assert last["id"] == "item 4"
    assert (imported(table)[4:] == -1).all()


def test_predictions_in_a_column_for_each_tag(session, tmp_path):
    session.export(tmp_path / "tags.csv", predictions=True, multi_hot=True)
    table = pd.read_csv(tmp_path / "tags.csv").set_index("id")
    assert table.loc["item 4", list(NAMES)].tolist() == session.predict()[4].tolist()
    assert np.isnan(table.loc["item 2", NAMES[1]])  # answered in part: it stays as it is


def test_nobody_said_what_a_predicted_item_lacks(session, tmp_path):
    session.export(tmp_path / "tags.json", predictions=True)
    images = {
        one["item"]: one for one in json.loads((tmp_path / "tags.json").read_text())["images"]
    }
    assert images["item 1"]["neg_category_ids"] == [1, 2, 3]
    assert images["item 4"]["neg_category_ids"] == []


def test_without_any_answer_nothing_is_predicted(tmp_path):
    with pytest.raises(ValueError, match="nothing was learned yet"):
        session_of().export(tmp_path / "tags.csv", predictions=True)
