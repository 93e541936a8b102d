"""Labels as files."""

import json

import pandas as pd
import pytest

import nblabel as nb
from nblabel.export import export_labels
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
    with pytest.raises(ValueError, match=r"cannot export to .*; use a name in .csv or .jsonl"):
        export_labels(labels, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder(labels, tmp_path):
    with pytest.raises(FileNotFoundError, match="gone does not exist; make it"):
        export_labels(labels, tmp_path / "gone" / "labels.csv")


def test_an_older_file_is_replaced_whole(labels, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("old " * 10_000)
    export_labels(labels, path)
    assert "old" not in path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_older_file_and_nothing_else(labels, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("old")
    broken = labels.assign(label="\udcff")  # no UTF-8
    with pytest.raises(UnicodeEncodeError):
        export_labels(broken, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_it(labels, tmp_path):
    (tmp_path / "plain").touch()
    export_labels(labels, tmp_path / "labels.csv")
    modes = [(tmp_path / name).stat().st_mode for name in ("plain", "labels.csv")]
    assert modes[0] == modes[1]
