"""Exports."""

from __future__ import annotations

import csv
import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import nblabel as nb
from tests.inputs.case import Kind, begun, labels, plain, refused, session

KIND = exports = Kind("exports", "Exports")


def done(**options: Any) -> nb.Session:
    one = session(**options)
    one.tell([0, 1], one.classes[:2])
    return one


def fields(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file, strict=True))


FORMULAS = ["=1+1", "+49 30", "-5", "@sum", "\tx", '=HYPERLINK("http://x"&A1)']


@exports("ids and classes that a spreadsheet takes for formulas", "a quote stands before each")
def formulas(home: Path) -> None:
    one = nb.Session(nb.Pool(embeddings=np.eye(6), ids=FORMULAS), ["=cat", "dog"])
    one.tell(range(6), ["=cat", "dog"] * 3)
    one.export(home / "x.csv", format="excel-csv")
    rows = fields(home / "x.csv")
    assert [row[0] for row in rows[1:]] == [f"'{name}" for name in FORMULAS]
    again = nb.Session(one.pool, ["=cat", "dog"])
    again.import_labels(home / "x.csv")
    assert labels(again) == labels(one)


@exports("the same to a plain CSV", "as they are, for programs")
def formulas_in_csv(home: Path) -> None:
    one = done(ids=["=1+1", "b"])
    one.export(home / "x.csv")
    assert fields(home / "x.csv")[1][0] == "=1+1"


@exports("ids with commas, quotes, line breaks of all kinds", "read back as they were")
def difficult_ids(home: Path) -> None:
    one = done(ids=['a,"b"', "c\nd", "e\rf", "g\r\nh", ";i|"])
    one.tell([2, 3, 4], ["cat", "dog", "cat"])
    one.export(home / "x.csv")
    assert [row[0] for row in fields(home / "x.csv")[1:]] == list(one.pool.ids)
    again = session(one.pool.ids)
    again.import_labels(home / "x.csv")
    assert labels(again) == labels(one)


@exports("a file that is there", "replaced as a whole")
def existing(home: Path) -> None:
    (home / "x.csv").write_text("old\n" * 100)
    done().export(home / "x.csv")
    assert [row[:3] for row in fields(home / "x.csv")[1:]] == [["a", "0", "cat"], ["b", "1", "dog"]]


def not_written(path: Any, options: dict[str, Any], words: str, home: Path) -> None:
    one = done()
    target = path(home) if callable(path) else path
    with refused(words):
        one.export(target, **options)
    assert list(home.iterdir()) == []


NOT_WRITTEN: dict[str, tuple[str, Any, dict[str, Any], str]] = {
    "unknown_ending": (
        "a sheet of Excel",
        lambda home: home / "x.xlsx",
        {},
        r"cannot export to x\.xlsx; use a name in \.csv",
    ),
    "no_ending": (
        "a name without an ending",
        lambda home: home / "x",
        {},
        "cannot export to x; use",
    ),
    "compressed": ("x.csv.gz", lambda home: home / "x.csv.gz", {}, r"cannot export to x\.csv\.gz"),
    "no_folder": (
        "a folder that is not there",
        lambda home: home / "no" / "x.csv",
        {},
        "the folder .*no does not exist; make it",
    ),
    "folder": (
        "the folder itself, as a CSV",
        lambda home: home,
        {"format": "csv"},
        "is a folder; name",
    ),
    "unknown_format": (
        "a format that nobody knows",
        lambda home: home / "x.csv",
        {"format": "yolo"},
        "cannot export to x.csv as 'yolo'; use",
    ),
    "capital_format": (
        "a format in capitals",
        lambda home: home / "x.csv",
        {"format": "CSV"},
        "as 'CSV'; use",
    ),
    "separator": (
        "a separator that is none",
        lambda home: home / "x.csv",
        {"separator": ":"},
        "separator is ':'; choose one of",
    ),
    "column": (
        "a column that is misspelt",
        lambda home: home / "x.csv",
        {"columns": ["id", "lable"]},
        "no column 'lable'; did you mean 'label'",
    ),
    "buffer": (
        "an open buffer",
        io.StringIO(),
        {},
        r"path is of type StringIO; pass the path of a file",
    ),
    "number": ("a number", 5, {}, "path is of type int; pass the path of a file"),
    "coco_of_vectors": (
        "COCO, of a pool without pictures",
        lambda home: home / "x.json",
        {},
        "'coco' holds images, and this pool has none; use 'csv'",
    ),
}
for name, (what, path, options, words) in NOT_WRITTEN.items():
    exports.add(
        name,
        what,
        "refused: what to do; nothing is written",
        partial(not_written, path, options, words),
    )


@exports("rows with dates, spans, decimals and missing values", "as text that is read back alike")
def typed_rows(home: Path) -> None:
    from decimal import Decimal

    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-01-01", None]),
            "span": pd.to_timedelta(["1h", "2h"]),
            "price": [Decimal("1.50"), None],
            "month": pd.period_range("2024-01", periods=2, freq="M"),
        },
        index=["r1", "r2"],
    )
    one = nb.Session(nb.Pool(table=frame), ["x", "y"])
    one.tell([0, 1], ["x", "y"])
    one.export(home / "x.csv", columns=["id", "label", "day", "price", "month"])
    first, second = fields(home / "x.csv")[1:]
    assert first[:2] == ["r1", "x"]
    assert first[2].startswith("2024-01-01")
    assert first[3:] == ["1.50", "2024-01"]
    assert second == ["r2", "y", "", "", "2024-02"]


@exports("rows with a column that is called label", "both are kept, under two names")
def column_called_label(home: Path) -> None:
    frame = pd.DataFrame({"label": ["old", "older"] * 2, "v": [1, 2, 3, 4]})
    one = nb.Session(nb.Pool(table=frame), ["x", "y"])
    one.tell([0, 1], ["x", "y"])
    one.export(home / "x.jsonl")
    rows = [json.loads(line) for line in (home / "x.jsonl").read_text().splitlines()]
    assert [(row["label"], row["table.label"]) for row in rows] == [("x", "old"), ("y", "older")]


@exports("no label at all", "a header and no row")
def nothing(home: Path) -> None:
    session().export(home / "x.csv")
    (header,) = fields(home / "x.csv")
    assert header[:3] == ["id", "index", "label"]


@exports("predictions before anything was learned", "refused: label some items")
def predictions_too_early(home: Path) -> None:
    with refused("nothing was learned yet, so nothing is predicted; label some items"):
        session().export(home / "x.csv", predictions=True)


@exports("predictions of the rest", "marked as such, and no labels when they come back")
def predictions(home: Path) -> None:
    one = begun(plain(), ["x", "y"])
    one.tell([0, 1], ["x", "y"])
    one.export(home / "x.csv", predictions=True)
    rows = pd.read_csv(home / "x.csv")
    assert rows["label"].tolist() == ["x", "y", "x", "y", "x", "y"]
    assert rows["source"].tolist() == ["human"] * 2 + ["prediction"] * 4
    again = nb.Session(plain(), ["x", "y"])
    assert again.import_labels(home / "x.csv").n_by_model == 4
    assert labels(again) == {"0": "x", "1": "y"}


@exports("classes that are no names of folders", "folders with safe names, each class its own")
def class_folders(home: Path) -> None:
    pool = nb.Pool(np.arange(48, dtype=np.uint8).reshape(3, 4, 4) * 5)
    one = nb.Session(pool, ["a/b", "a:b", "CON"])
    one.tell([0, 1, 2], ["a/b", "a:b", "CON"])
    one.export(home / "out", format="folders")
    found = sorted(path.name for path in (home / "out").iterdir() if path.is_dir())
    assert found == ["_CON", "a_b", "a_b (2)"]
    table = pd.read_csv(home / "out" / "labels.csv")
    assert table["label"].tolist() == ["a/b", "a:b", "CON"]
    assert all((home / "out" / file).is_file() for file in table["file"])


@exports("a folder with something in it", "refused; nothing of it is touched")
def folder_in_use(home: Path) -> None:
    (home / "out").mkdir()
    (home / "out" / "mine.txt").write_text("mine")
    one = nb.Session(nb.Pool(np.zeros((2, 4, 4), np.uint8)), ["x", "y"])
    one.tell(0, "x")
    with refused("out is there already; remove it, or name another folder", FileExistsError):
        one.export(home / "out", format="folders")
    assert (home / "out" / "mine.txt").read_text() == "mine"


@exports("a zero byte in the name of the file", "refused")
def zero_byte_in_the_name(home: Path) -> None:
    with refused("zero byte"):
        done().export(str(home / "a\0.csv"))
    with refused("zero byte"):
        done().import_labels(str(home / "a\0.csv"))
    with refused("zero byte"):
        nb.LabelStore(str(home / "a\0.sqlite"))
