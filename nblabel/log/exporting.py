"""Labels as files and folders that other tools read."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image

from nblabel.log import tag_tables
from nblabel.log.tables import SEPARATORS, for_spreadsheets, with_items
from nblabel.pool import Pool
from nblabel.pool.pictures import ImageFiles, MediaError
from nblabel.system.files import as_path, whole
from nblabel.system.progress import over

if TYPE_CHECKING:
    import pandas as pd

FILES = {
    "csv": ".csv",
    "excel-csv": ".csv",
    "jsonl": ".jsonl",
    "parquet": ".parquet",
    "coco": ".json",
}
TABLES = ("csv", "excel-csv", "jsonl", "parquet")
FOLDERS = ("folders", "imagefolder")
# names that some systems keep for devices, whatever their ending
DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{name}{n}" for name in ("com", "lpt") for n in range(10)),
}
SIDEWAYS = (5, 6, 7, 8)  # orientations of EXIF in which width and height change places
LONGEST = 100  # bytes of a name taken from a class or an id; file systems take 255


def export_labels(
    labels: pd.DataFrame,
    path: Any,
    format: str | None = None,  # noqa: A002  what users of pandas and Pillow call it
    *,
    pool: Pool | None = None,
    classes: Sequence[str] = (),
    parents: Mapping[str, str] | None = None,
    columns: Sequence[str] | None = None,
    separator: str = ",",
    multi_hot: bool = False,
    progress: bool = True,
) -> None:
    """Write labels to a file or a folder, whole or not at all.

    Parameters
    ----------
    labels : DataFrame
        As `Session.labels` returns it; with its details, each label comes with the model's
        probability and the uid of the step in the log that decided.
    path : path-like
        The file, which is replaced if it is there; or a folder, which must be empty or new.
    format : {"csv", "excel-csv", "jsonl", "parquet", "coco", "folders", "imagefolder"}, optional
        The ending of a file decides if it is not given; a folder has none. See the notes.
    pool : Pool, optional
        Its items, to stand beside their labels; needed for the last three formats.
    classes : sequence of str
        Class names in order, for "coco"; those without a label included.
    parents : mapping of str to str, optional
        The parent of each class that has one: its supercategory in "coco".
    columns : sequence of str, optional
        The columns of a table, in their order. If not given: those of `labels`, and what the items
        are: "text", "file" (a path), or the columns of a table of rows, with "table." before a name
        that a column of `labels` has.
    separator : str
        Between the fields of "csv" and "excel-csv": a comma, a semicolon or a tab.
    multi_hot : bool
        Where an item may have several tags: a column for each class in a table, with 1 and 0 and
        nothing where that is not answered, in place of the lists "label" and "not_answered".
    progress : bool
        Show a progress bar if copying takes more than a second.

    Raises
    ------
    ValueError
        If the format is unknown, or needs pictures and the pool has none, or there is no such
        column or separator.
    FileNotFoundError
        If the folder around it does not exist.
    FileExistsError, IsADirectoryError
        If the folder to be written has something in it, or the file is a folder.
    TypeError
        If it is no path.
    MediaError
        If a picture is gone or broken.
    ImportError
        If "parquet" is asked for and pyarrow is not installed.

    Notes
    -----
    - Lists of tags are lists in "jsonl" and "parquet", and texts of JSON in "csv".
    - "csv" (``.csv``), "jsonl" (``.jsonl``, one JSON object a line) and "parquet" (``.parquet``;
      extra ``nblabel[parquet]``) hold the table. Text is UTF-8.
    - "excel-csv" is for spreadsheets: accents are right there, and no text is taken for a formula,
      for a quote stands before ``=``, ``+``, ``-`` and ``@`` at its beginning. Where a comma is in
      numbers, ``separator=";"`` fills the columns. `Session.import_labels` reads it.
    - "coco" (``.json``): the images, categories and annotations of COCO's format, for whole images:
      an annotation has no box, and there is one for each tag. What else the table holds stands in
      each annotation. With several tags an item, ``neg_category_ids`` of an image are the tags that
      it was said not to have, as in LVIS (Gupta, Dollár and Girshick, CVPR 2019); what is in
      neither is not answered, or of a predicted item.
    - "folders": a folder for each class with its pictures, and ``labels.csv``; not with several
      tags. Files are copied as
      they are, pictures in memory become PNG. Characters that no file name can hold become "_".
    - "imagefolder": ``train/`` with the pictures and a ``metadata.jsonl``, which
      ``datasets.load_dataset("imagefolder", data_dir=path)`` of Hugging Face reads.

    A picture's file is named after its position in the pool and its id, so that none hides another.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"path is of type {type(path).__name__}; pass the path of a file or folder. "
            "Session.labels() returns the labels as a table."
        )
    target = as_path(path)
    kind = format or next(
        (name for name, ending in FILES.items() if ending == target.suffix.lower()), None
    )
    if kind not in (*FILES, *FOLDERS):
        endings = ", ".join(dict.fromkeys(FILES.values()))
        raise ValueError(
            f"cannot export to {target.name}"
            + (f" as {format!r}" if format else "")
            + f"; use a name in {endings}, or format= one of {', '.join((*FILES, *FOLDERS))}."
        )
    if not target.parent.is_dir():
        raise FileNotFoundError(f"the folder {target.parent.resolve()} does not exist; make it.")
    if kind in FILES and target.is_dir():
        raise IsADirectoryError(f"{target} is a folder; name a file in it.")
    if separator not in SEPARATORS:
        raise ValueError(f"separator is {separator!r}; choose one of ',', ';' and a tab.")
    if multi_hot and (kind not in TABLES or "not_answered" not in labels):
        raise ValueError(
            "multi_hot=True writes a table of a session with several tags; use 'csv', 'jsonl' or "
            "'parquet'."
        )
    if kind in TABLES:
        labels = tag_tables.multi_hot(labels, classes) if multi_hot else labels
        table = with_items(labels, pool, columns)
        table = tag_tables.with_texts(table) if kind in _TEXTS else table
        with whole(target) as part:
            if kind in _TEXTS:
                _TEXTS[kind](table, part, separator)
            else:
                (_jsonl if kind == "jsonl" else _parquet)(table, part)
        return
    if columns is not None:
        raise ValueError(f"columns= chooses those of a table; the format {kind!r} has its own.")
    if pool is None or pool.kind != "images":
        raise ValueError(
            f"the format {kind!r} holds images, and this pool has none; use 'csv', 'jsonl' or "
            "'parquet'."
        )
    if kind == "coco":
        with whole(target) as part:
            data = _coco(labels, pool, classes, parents or {})
            text = json.dumps(data, ensure_ascii=False, indent=1)
            part.write_text(text, encoding="utf-8", newline="")
        return
    if kind == "folders" and "not_answered" in labels:
        raise ValueError(
            "an item with several tags lies in no single folder; use 'imagefolder', 'coco' or a "
            "table."
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(f"{target} is there already; remove it, or name another folder.")
    with whole(target) as part:
        part.mkdir()
        (_class_folders if kind == "folders" else _imagefolder)(labels, pool, part, progress)


# tables


def _csv(labels: pd.DataFrame, path: Path, separator: str = ",") -> None:
    # the same file on every system: pandas would end lines as this one does
    options: dict[str, Any] = {"index": False, "sep": separator, "lineterminator": "\n"}
    text = labels.to_csv(**options)
    if "\r" in text:  # which Python puts in quotes from 3.13 on only, and which ends a row
        text = labels.to_csv(**options, quoting=csv.QUOTE_NONNUMERIC)
    path.write_text(text, encoding="utf-8", newline="")


def _excel_csv(labels: pd.DataFrame, path: Path, separator: str) -> None:
    text = for_spreadsheets(labels).to_csv(index=False, sep=separator, lineterminator="\r\n")
    path.write_text(text, encoding="utf-8-sig", newline="")  # the mark by which Excel knows UTF-8


def _jsonl(labels: pd.DataFrame, path: Path) -> None:
    text = labels.to_json(
        orient="records", lines=True, force_ascii=False, date_format="iso", date_unit="us"
    )
    path.write_text(text, encoding="utf-8", newline="")


def _parquet(labels: pd.DataFrame, path: Path) -> None:
    try:
        labels.to_parquet(path, engine="pyarrow", index=False)
    except ImportError as error:
        raise ImportError('Parquet files need pyarrow: pip install "nblabel[parquet]"') from error


_TEXTS: dict[str, Callable[[pd.DataFrame, Path, str], None]] = {
    "csv": _csv,
    "excel-csv": _excel_csv,
}


def _rows(labels: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as JSON can hold them."""
    rows: list[dict[str, Any]] = json.loads(
        labels.to_json(orient="records", date_format="iso", date_unit="us")
    )
    return rows


# pictures


def _coco(
    labels: pd.DataFrame, pool: Pool, classes: Sequence[str], parents: Mapping[str, str]
) -> dict[str, Any]:
    names = list(dict.fromkeys([*classes, *tag_tables.names_in(labels)]))
    numbers = {name: number for number, name in enumerate(names, start=1)}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    paths = pool.media.paths if isinstance(pool.media, ImageFiles) else []
    for number, row in enumerate(_rows(labels), start=1):
        tags = row.pop("label")
        width, height = _size(pool, row["index"], paths)
        images.append(
            {
                "id": number,
                "file_name": pool.name(row["index"]),
                "width": width,
                "height": height,
            }
        )
        item = row.pop("id")
        if isinstance(tags, list):  # what has no annotation is a "no", or not answered
            # nobody said what a predicted item lacks
            known_of = {*(numbers if row["source"] == "prediction" else tags), *row["not_answered"]}
            denied = [number for name, number in numbers.items() if name not in known_of]
            images[-1] |= {"item": item, "neg_category_ids": denied}
        for tag in tags if isinstance(tags, list) else [tags]:
            known = {"id": len(annotations) + 1, "image_id": number, "category_id": numbers[tag]}
            annotations.append({**known, "item": item, **row})
    return {
        "info": {"description": "whole-image labels, written by nblabel"},
        "images": images,
        "categories": [
            {"id": number, "name": name}
            | ({"supercategory": parents[name]} if name in parents else {})
            for name, number in numbers.items()
        ],
        "annotations": annotations,
    }


def _size(pool: Pool, index: int, paths: list[Path]) -> tuple[int, int]:
    """Return width and height as shown, of a file without decoding it."""
    if paths:
        try:
            with Image.open(paths[index]) as image:
                width, height = image.size
                turned = image.getexif().get(ExifTags.Base.Orientation, 1) in SIDEWAYS
                return (height, width) if turned else (width, height)
        except (OSError, SyntaxError, ValueError) as error:
            raise MediaError(f"{pool.name(index)} cannot be read: {error}") from error
    picture = pool.image(index)
    assert picture is not None
    return picture.shape[1], picture.shape[0]


def _class_folders(labels: pd.DataFrame, pool: Pool, folder: Path, progress: bool) -> None:
    homes = _file_names(list(dict.fromkeys(labels["label"])))
    for home in homes.values():
        (folder / home).mkdir()
    written = []
    for index, label in _with_bar(labels, progress):
        name = f"{homes[label]}/{_file_name(pool, index)}"
        _write_picture(pool, index, folder / name)
        written.append(name)
    table = labels.copy()
    table.insert(0, "file", written)
    _csv(table, folder / "labels.csv")


def _imagefolder(labels: pd.DataFrame, pool: Pool, folder: Path, progress: bool) -> None:
    (folder / "train").mkdir()
    written = []
    for index, _ in _with_bar(labels, progress):
        written.append(_file_name(pool, index))
        _write_picture(pool, index, folder / "train" / written[-1])
    table = labels.copy()
    table.insert(0, "file_name", written)  # the column that the reader looks for
    _jsonl(table, folder / "train" / "metadata.jsonl")


def _with_bar(labels: pd.DataFrame, progress: bool) -> Iterator[tuple[int, str]]:
    pairs = list(zip(labels["index"].tolist(), labels["label"].tolist(), strict=True))
    return over(pairs, "Writing images") if progress else iter(pairs)


def _file_name(pool: Pool, index: int) -> str:
    item, ending = pool.ids[index], ".png"
    if isinstance(pool.media, ImageFiles):
        path = pool.media.paths[index]
        ending = path.suffix
        item = item.removesuffix(ending)
    place = f"{index:06d}"
    words = "" if item == str(index) else _safe(item)
    return f"{place}-{words}{ending}" if words else f"{place}{ending}"


def _write_picture(pool: Pool, index: int, path: Path) -> None:
    if isinstance(pool.media, ImageFiles):
        try:
            shutil.copyfile(pool.media.paths[index], path)
        except FileNotFoundError as error:
            raise MediaError(
                f"{pool.name(index)} is gone, so nothing was exported; put it back, or flag the "
                "item."
            ) from error
        return
    picture = pool.image(index)
    assert picture is not None
    grey = picture.shape[2] == 1
    Image.fromarray(picture[..., 0] if grey else picture).save(path)


def _safe(name: str) -> str:
    """Return a name that any file system takes, and that leads nowhere else."""
    clean = re.sub(r"[^\w.\- ]", "_", name).strip(" .")
    short = clean.encode()[:LONGEST].decode(errors="ignore").strip(" .") or "_"
    return f"_{short}" if short.split(".")[0].casefold() in DEVICES else short


def _file_names(names: Sequence[str]) -> dict[str, str]:
    """Return a folder's name for each class; none hides another, also where case does not count."""
    taken: set[str] = {"labels.csv"}
    homes = {}
    for name in names:
        base = home = _safe(name)
        number = 2
        while home.casefold() in taken:
            home, number = f"{base} ({number})", number + 1
        taken.add(home.casefold())
        homes[name] = home
    return homes
