"""Files of known labels."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import nblabel as nb
from tests.inputs.case import Kind, labels, refused, session

KIND = label_files = Kind("label-files", "Label files")

WANTED = {"a": "cat", "b": "dog"}


def read(data: str | bytes, name: str, options: dict[str, Any], home: Path) -> None:
    """The file holds the two labels, and nothing else is said."""
    path = home / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    one = session()
    report = one.import_labels(path, **options)
    assert labels(one) == WANTED
    assert report.n_imported == 2
    assert report.notes == ()


def not_read(data: str | bytes, name: str, words: str, home: Path) -> None:
    if name.endswith(".parquet"):
        import pyarrow as pa  # noqa: F401  an extra
    path = home / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    one = session()
    with refused(words):
        one.import_labels(path)
    assert labels(one) == {}


PLAIN = "id,label\na,cat\nb,dog\n"
READ: dict[str, tuple[str, str | bytes, str, dict[str, Any]]] = {
    "bom": ("UTF-8 with a mark at its beginning", PLAIN.encode("utf-8-sig"), "k.csv", {}),
    "utf16": ("UTF-16, as Excel's Unicode text", PLAIN.encode("utf-16"), "k.csv", {}),
    "utf16_tabs": (
        "UTF-16 with tabs, called .csv",
        PLAIN.replace(",", "\t").encode("utf-16"),
        "k.csv",
        {},
    ),
    "utf32": ("UTF-32", PLAIN.encode("utf-32"), "k.csv", {}),
    "semicolons": ("semicolons", PLAIN.replace(",", ";"), "k.csv", {}),
    "pipes": ("fields divided by |", PLAIN.replace(",", "|"), "k.csv", {}),
    "commas_in_tsv": ("commas in a .tsv", PLAIN, "k.tsv", {}),
    "sep_line": ("a line sep=| before the header", "sep=|\nid|label\na|cat\nb|dog\n", "k.csv", {}),
    "quotes": ("quotes around every field", '"id","label"\n"a","cat"\n"b","dog"\n', "k.csv", {}),
    "extra_columns": (
        "further columns before and behind",
        "n,label,note,id\n1,cat,x,a\n2,dog,,b\n",
        "k.csv",
        {},
    ),
    "header_in_capitals": (
        "a header in capitals, with blanks",
        "ID , Label\na,cat\nb,dog\n",
        "k.csv",
        {},
    ),
    "other_columns": (
        "other names of the columns, which are named",
        "file,species\na,cat\nb,dog\n",
        "k.csv",
        {"id": "file", "label": "species"},
    ),
    "blank_lines": (
        "blank lines between and at the end",
        "id,label\n\na,cat\n\nb,dog\n\n\n",
        "k.csv",
        {},
    ),
    "no_last_line_end": ("no line end behind the last line", "id,label\na,cat\nb,dog", "k.csv", {}),
    "old_line_ends": ("line ends of old systems (CR)", "id,label\ra,cat\rb,dog\r", "k.csv", {}),
    "empty_columns": ("empty fields to the right", "id,label,,\na,cat,,\nb,dog,,\n", "k.csv", {}),
    "same_twice": ("the same row twice", PLAIN + "a,cat\n", "k.csv", {}),
    "capital_suffix": ("an ending in capitals", PLAIN, "K.CSV", {}),
    "blanks_in_fields": ("blanks around the values", "id,label\n a , cat\nb ,dog \n", "k.csv", {}),
    "listed_labels": ("labels in lists of one", "id,label\na,['cat']\nb,['dog']\n", "k.csv", {}),
    "json_lines": (
        "JSON lines with further fields",
        '{"id": "a", "label": "cat", "box": [1, 2]}\n{"label": "dog", "id": "b"}\n',
        "k.jsonl",
        {},
    ),
}
for name, (what, data, file, options) in READ.items():
    label_files.add(name, what, "both labels are read", partial(read, data, file, options))

NOT_READ: dict[str, tuple[str, str, str | bytes, str, str]] = {
    "no_header": (
        "no header",
        "its first line is taken for it: which columns there are",
        "a,cat\nb,dog\n",
        "k.csv",
        r"k\.csv has no column 'id'; its columns are a, cat",
    ),
    "too_many_fields": (
        "a comma in a value without quotes",
        "which line",
        "id,label\na,cat\nb,dog,big\n",
        "k.csv",
        r"line 3 has 3 fields, and the header 2; put quotes around",
    ),
    "too_few_fields": (
        "a line without a label",
        "which line",
        "id,label\na,cat\nb\n",
        "k.csv",
        "line 3 has 1 fields, and the header 2",
    ),
    "open_quote": (
        "a quote that does not close",
        "which line",
        'id,label\na,"cat\nb,dog\n',
        "k.csv",
        "line 2: a quote opens and does not close",
    ),
    "header_twice": (
        "the column label twice",
        "keep one",
        "id,label,label\na,cat,dog\n",
        "k.csv",
        "several columns 'label'; keep one",
    ),
    "empty_file": (
        "an empty file",
        "it is empty",
        "",
        "k.csv",
        r"k\.csv cannot be read as \.csv: it is empty",
    ),
    "broken_json": (
        "a line of JSON that ends early",
        "which line",
        '{"id": "a", "label": "cat"}\n{"id": "b", "la\n',
        "k.jsonl",
        "line 2: ",
    ),
    "json_array": (
        "one JSON array in a .jsonl",
        "which line, and what it should hold",
        '[{"id": "a", "label": "cat"}]\n',
        "k.jsonl",
        r"line 1 is no object such as",
    ),
    "json_file": (
        "a .json",
        "which endings are read",
        "[]",
        "k.json",
        r"k\.json; it must be \.csv",
    ),
    "text_file": ("a .txt", "which endings are read", PLAIN, "k.txt", r"k\.txt; it must be \.csv"),
    "compressed": (
        "a compressed .csv.gz",
        "which endings are read",
        b"\x1f\x8b",
        "k.csv.gz",
        r"it must be \.csv",
    ),
    "excel": (
        "a sheet of Excel",
        "save it as CSV",
        b"PK\3\4",
        "k.xlsx",
        r"k\.xlsx.*Save the sheet as CSV",
    ),
    "excel_as_csv": (
        "a sheet of Excel that was called .csv",
        "it is no text",
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00",
        "k.csv",
        "it holds bytes that are no text",
    ),
    "half_utf16": (
        "UTF-16 that was cut in a character",
        "save it anew",
        PLAIN.encode("utf-16")[:-1],
        "k.csv",
        "it begins as UTF-16 and is not; save it anew",
    ),
    "parquet_that_is_none": (
        "a .parquet that is none",
        "its name and the reason",
        b"not parquet",
        "k.parquet",
        r"k\.parquet cannot be read as \.parquet",
    ),
}
for name, (what, happens, data, file, words) in NOT_READ.items():
    label_files.add(name, what, f"refused: {happens}", partial(not_read, data, file, words))


@label_files("two labels for one id", "neither is taken; the id is reported")
def two_labels(home: Path) -> None:
    (home / "k.csv").write_text("id,label\na,cat\na,dog\nb,dog\n")
    one = session()
    report = one.import_labels(home / "k.csv")
    assert labels(one) == {"b": "dog"}
    assert report.contradictory == ("a",)


@label_files("a label that is misspelt", "not taken: did you mean cat?")
def misspelt(home: Path) -> None:
    (home / "k.csv").write_text("id,label\na,cta\nb,dog\n")
    one = session()
    report = one.import_labels(home / "k.csv")
    assert labels(one) == {"b": "dog"}
    assert "'cta' (1 rows, did you mean 'cat'?)" in str(report)


@label_files("rows without a label", "counted")
def without_a_label(home: Path) -> None:
    (home / "k.csv").write_text("id,label\na,cat\nb,\nc, \n")
    one = session()
    report = one.import_labels(home / "k.csv")
    assert labels(one) == {"a": "cat"}
    assert report.n_empty == 2


@label_files("NA as a class", "the class NA, no gap")
def na_as_class(home: Path) -> None:
    (home / "k.csv").write_text("id,label\na,NA\nb,EU\n")
    one = session(classes=["NA", "EU"])
    one.import_labels(home / "k.csv")
    assert labels(one) == {"a": "NA", "b": "EU"}


@label_files("probabilities in a column for each class", "refused: which columns there are")
def probabilities(home: Path) -> None:
    (home / "k.csv").write_text("id,cat,dog\na,0.9,0.1\n")
    with refused("no column 'label'; its columns are id, cat, dog"):
        session().import_labels(home / "k.csv")


@label_files("rows whose source is model", "left out and counted")
def rows_of_a_model(home: Path) -> None:
    (home / "k.csv").write_text("id,label,source\na,cat,human\nb,dog,Model\n")
    one = session()
    report = one.import_labels(home / "k.csv")
    assert labels(one) == {"a": "cat"}
    assert report.n_by_model == 1


@label_files("Windows-1252 with accents", "read, with a note")
def windows_1252(home: Path) -> None:
    (home / "k.csv").write_bytes("id,label\na,frisé\nb,dog\n".encode("cp1252"))
    one = session(classes=["frisé", "dog"])
    report = one.import_labels(home / "k.csv")
    assert labels(one) == {"a": "frisé", "b": "dog"}
    assert "read as Windows-1252" in str(report)


@label_files("the address of a file", "refused: download it first")
def address(home: Path) -> None:
    with refused(r"https://example\.org/k\.csv is an address; download"):
        session().import_labels("https://example.org/k.csv")


@label_files("an entry of os.scandir", "read as its path")
def entry_of_a_folder(home: Path) -> None:
    import os

    (home / "k.csv").write_text(PLAIN)
    one = session()
    with os.scandir(home) as entries:
        one.import_labels(next(entries))
    assert labels(one) == WANTED


@label_files("a name that begins with ~, and that no user has", "read")
def tilde(home: Path) -> None:
    (home / "~nobody-here.csv").write_text(PLAIN)
    one = session()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        one.import_labels("~nobody-here.csv")
    assert labels(one) == WANTED


@label_files("a folder that is called x.csv", "refused: there is no file")
def folder_as_file(home: Path) -> None:
    (home / "x.csv").mkdir()
    with refused(r"x\.csv", FileNotFoundError):
        session().import_labels(home / "x.csv")


@label_files("a .parquet with whole numbers beside gaps", "ids keep every digit")
def parquet_with_gaps(home: Path) -> None:
    import pyarrow as pa  # noqa: F401  an extra

    long = 2**53 + 1
    frame = pd.DataFrame({"id": pd.array([long, None], dtype="Int64"), "label": ["cat", "dog"]})
    frame.to_parquet(home / "k.parquet")
    one = nb.Session(nb.Pool(embeddings=[[1.0], [2.0]], ids=[long, long + 1]), ["cat", "dog"])
    one.import_labels(home / "k.parquet")
    assert labels(one) == {str(long): "cat"}
