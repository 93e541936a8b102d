"""The notebooks that the commands write: a panel, and what comes after it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nblabel.system.files import whole

BEFORE = """\
# {title}

Press Shift and Enter twice: this runs the next cell, which shows the panel. Click into it, and \
press the key of a class for each picture; `?` lists all keys.

Every answer is saved in `{store}` at once. Close the notebook when you like; to go on, open it \
and run the cell again."""
AFTER = "The labels so far, as a table and as a file:"


class Cell(NamedTuple):
    """A cell of a notebook, as markdown or code."""

    kind: str
    source: str


def of_folder(
    folder: str, classes: Sequence[str], store: str, stem: str, *, multi_label: bool
) -> list[Cell]:
    """Return the cells that label the pictures of a folder.

    Parameters
    ----------
    folder, store : str
        As the notebook finds them.
    classes : sequence of str
    stem : str
        Of the file that the labels are exported to.
    multi_label : bool
        Whether a picture may have several tags.
    """
    pool = f"nb.Pool.from_folder({quoted(folder)})"
    names = ", ".join(map(quoted, classes))
    return _cells(f"Labeling {folder}", pool, f"[{names}]", store, stem, multi_label=multi_label)


def of_sample(store: str, stem: str) -> list[Cell]:
    """Return the cells that label the sample that comes along."""
    pool = "nb.datasets.load_fashion_mnist_sample()"
    return _cells("Labeling 5,000 pictures of clothing", pool, "", store, stem)


def _cells(
    title: str, pool: str, classes: str, store: str, stem: str, *, multi_label: bool = False
) -> list[Cell]:
    name, given = ("pool", f"pool, {classes}") if classes else ("data", "data.images, data.classes")
    more = ", multi_label=True" if multi_label else ""
    make = f"import nblabel as nb\n\n{name} = {pool}\n"
    show = f"panel = nb.Labeler({given}, store={quoted(store)}{more})\npanel"
    return [
        Cell("markdown", BEFORE.format(title=title, store=store)),
        Cell("code", make + show),
        Cell("markdown", AFTER),
        Cell("code", "panel.labels()"),
        Cell("code", f"panel.export({quoted(f'{stem}.csv')})"),
    ]


def write(path: Path, cells: Sequence[Cell]) -> None:
    """Write a notebook, whole or not at all."""
    text = json.dumps(as_json(cells), ensure_ascii=False, indent=1) + "\n"
    with whole(path) as part:
        part.write_bytes(text.encode("utf-8", "backslashreplace"))


def as_json(cells: Sequence[Cell]) -> dict[str, Any]:
    """Return what Jupyter's format 4.5 says of cells."""
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {
        "cells": [_as_json(number, cell) for number, cell in enumerate(cells, start=1)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _as_json(number: int, cell: Cell) -> dict[str, Any]:
    made: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": cell.source.splitlines(keepends=True),
    }
    return made if cell.kind == "markdown" else {**made, "execution_count": None, "outputs": []}


def quoted(text: str) -> str:
    """Return a text as code: in double quotes where nothing in it has to be escaped."""
    plain = text.isprintable() and not set(text) & {'"', "\\"}
    return f'"{text}"' if plain else repr(text)


def seen_from(folder: Path, path: Path) -> str:
    """Return a path as code in a folder finds it: relative, unless it lies on another drive.

    With slashes on every system, so that folder and notebook can move to another one together.
    """
    try:
        near = os.path.relpath(path, folder)
        if near.startswith(os.pardir):  # the way up is another one behind a link
            near = os.path.relpath(os.path.realpath(path), os.path.realpath(folder))
        return Path(near).as_posix()
    except ValueError:
        return path.as_posix()
