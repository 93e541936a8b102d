"""Labels that were known before."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.log.exporting import export_labels
from tests.samples import CLASSES, blobs

IDS = ["a", "b", "007", "8", "it's, é", "f"]


@pytest.fixture
def session():
    return nb.Session(nb.Pool(embeddings=blobs(6), ids=IDS), CLASSES, annotator="ann")


def known(session):
    table = session.labels()
    return dict(zip(table["id"], table["label"], strict=True))


def test_labels_of_a_table_are_imported_in_one_step(session):
    table = pd.DataFrame({"id": ["b", "a", "8"], "label": ["bag", "boot", "shirt"], "more": 1})
    report = session.import_labels(table)
    assert str(report) == "3 items labeled from 3 rows."
    assert known(session) == {"b": "bag", "a": "boot", "8": "shirt"}
    assert set(session.labels()["source"]) == {"import"}
    assert session.n_labeled == 3
    assert (session.snapshot().y >= 0).sum() == 3  # learned from
    assert session.undo().source == "import"
    assert known(session) == {}


def test_what_does_not_fit_is_told(session):
    session.tell([0, 1], ["boot", "bag"])
    session.flag(5)
    table = pd.DataFrame(
        [
            ["a", "shirt"],  # answered by a person
            ["f", "shirt"],  # flagged
            ["007", " bag "],
            ["8", "bag"],
            ["8", "boot"],
            ["it's, é", "hat"],
            ["it's, é", None],
            ["", "bag"],
            *([f"gone {number}", "bag"] for number in range(7)),
        ],
        columns=["file", "kind"],
    )
    report = session.import_labels(table, id="file", label="kind")
    assert known(session) == {"a": "boot", "b": "bag", "007": "bag"}
    assert (report.n_rows, report.n_imported, report.n_empty) == (15, 1, 2)
    assert report.unknown_ids == tuple(f"gone {number}" for number in range(7))
    assert report.unknown_classes == {"hat": 1}
    assert report.contradictory == ("8",)
    assert report.kept == ("a", "f")
    assert str(report).splitlines() == [
        "1 items labeled from 15 rows.",
        "No item has these ids: gone 0, gone 1, gone 2, gone 3, gone 4 and 2 more.",
        "No classes: 'hat' (1 rows). Add them, by add_class(name) or New class in the panel, and import again.",
        "Without an id or a label: 2 rows.",
        "More than one label, none taken: 8.",
        "Answered before, left as they were: a, f.",
    ]


def test_importing_again_changes_nothing_and_corrections_count(session):
    table = pd.DataFrame({"id": ["a", "b"], "label": ["bag", "bag"]})
    session.import_labels(table)
    again = session.import_labels(table)
    assert (again.n_imported, again.kept) == (0, ("a", "b"))
    assert len(session.store.read()) == 1
    table.loc[0, "label"] = "boot"
    assert session.import_labels(table).n_imported == 1
    assert known(session) == {"a": "boot", "b": "bag"}


def test_an_imported_label_replaces_the_models_and_a_skip(session):
    session.tell([0, 1], ["boot", "bag"])
    session.accept([2, 3], "shirt")
    session.skip(4)
    report = session.import_labels(pd.DataFrame({"id": ["007", IDS[4]], "label": ["bag"] * 2}))
    assert report.n_imported == 2
    assert (session.n_labeled, session.n_accepted) == (4, 1)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet"])
def test_files(session, tmp_path, suffix):
    table = pd.DataFrame({"id": IDS, "label": ["boot", "bag", "shirt"] * 2})
    path = tmp_path / f"known.{suffix}"
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
        table.to_parquet(path)
    elif suffix == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in table.to_dict("records")))
    else:
        table.to_csv(path, index=False, sep="," if suffix == "csv" else "\t")
    assert session.import_labels(str(path)).n_imported == 6
    assert known(session) == dict(zip(IDS, table["label"], strict=True))


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_files_of_other_systems(session, tmp_path, end, encoding, quoting):
    with (tmp_path / "known.csv").open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, quoting=quoting, lineterminator=end)
        writer.writerows([("id", "label"), *((item, "bag") for item in IDS)])
    assert session.import_labels(tmp_path / "known.csv").n_imported == 6
    assert known(session) == dict.fromkeys(IDS, "bag")


def test_parquet_without_pyarrow(session, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise ImportError("no pyarrow")

    (tmp_path / "known.parquet").write_bytes(b"PAR1")
    monkeypatch.setattr(pd, "read_parquet", refuse)
    with pytest.raises(ImportError, match=r'pip install "nblabel\[parquet\]"'):
        session.import_labels(tmp_path / "known.parquet")
    assert known(session) == {}


def test_numbers_as_ids_and_classes():
    session = nb.Session(nb.Pool(embeddings=blobs(6)), [0, 1, "NA"])
    table = pd.DataFrame({"id": [0, 1, np.nan, 3], "label": [1.0, np.nan, 0, 0]})
    report = session.import_labels(table)
    assert known(session) == {"0": "1", "3": "0"}
    assert report.n_empty == 2
    odd = pd.DataFrame({"id": [2, np.inf, 4], "label": ["NA", 0, 0.5]})
    report = session.import_labels(odd)
    assert (report.unknown_ids, report.unknown_classes) == (("inf",), {"0.5": 1})
    assert known(session)["2"] == "NA"


def test_an_exported_file_is_imported(session, tmp_path):
    session.tell(range(6), [CLASSES[number % 3] for number in range(6)])
    export_labels(session.labels(), tmp_path / "labels.csv")
    fresh = nb.Session(session.pool, CLASSES)
    assert fresh.import_labels(tmp_path / "labels.csv").n_imported == 6
    assert known(fresh) == known(session)


def test_labels_of_the_model_come_back_as_no_answers(session, tmp_path):
    session.tell([0, 1], ["boot", "bag"])
    session.accept([2, 3, 4])
    session.export(tmp_path / "labels.csv")
    fresh = nb.Session(session.pool, CLASSES)
    report = fresh.import_labels(tmp_path / "labels.csv")
    assert (report.n_imported, report.n_by_model) == (2, 3)
    assert "Labels of the model, not of people: 3 rows" in str(report)
    assert fresh.n_labeled == 2
    table = pd.read_csv(tmp_path / "labels.csv", dtype=str).drop(columns="source")
    assert fresh.import_labels(table).n_imported == 3


def test_ids_with_spaces_around():
    session = nb.Session(nb.Pool(embeddings=blobs(3), ids=[" a", "b ", "c"]), CLASSES)
    table = pd.DataFrame({"id": [" a", "b ", " c "], "label": [" boot", "bag ", "bag"]})
    assert session.import_labels(table).n_imported == 3


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (
            pd.DataFrame({"name": ["a"], "label": ["bag"]}),
            ValueError,
            "no column 'id'.* name, label",
        ),
        ({"a": "bag"}, TypeError, "from a DataFrame or a file, not from dict"),
        ("labels.xlsx", ValueError, "must be .csv, .tsv, .jsonl or .parquet"),
        ("gone.csv", FileNotFoundError, "there is no file gone.csv"),
    ],
)
def test_tables_that_are_none(session, table, error, message):
    with pytest.raises(error, match=message):
        session.import_labels(table)
    assert session.store.read() == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv cannot be read as .csv"),
        ("a.csv", b"id,label\na,bag\nb,bag,boot,x\n", "cannot be read as .csv"),
        ("a.jsonl", b'{"id": "a",\n', "cannot be read as .jsonl"),
        ("a.jsonl", b"[1, 2]\n3\n", "cannot be read as .jsonl"),
    ],
)
def test_files_that_cannot_be_read(session, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        session.import_labels(tmp_path / name)
    assert session.store.read() == []


def test_a_column_that_is_there_twice(session):
    table = pd.DataFrame([["a", "bag", "boot"]], columns=["id", "label", "label"])
    with pytest.raises(ValueError, match="several columns 'label'"):
        session.import_labels(table)


def test_an_empty_table(session):
    report = session.import_labels(pd.DataFrame({"id": [], "label": []}))
    assert (report.n_rows, report.n_imported) == (0, 0)
    assert session.store.read() == []
