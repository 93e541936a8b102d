"""Trained encoders in files: weights as arrays, settings as JSON, and nothing that could run."""

from __future__ import annotations

import json
import uuid
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nblabel.pool.pixels import SIDE
from nblabel.system.files import as_path

FORMAT = 1
SETTINGS = "settings"
PREFIX = "weights/"


class Parts(NamedTuple):
    """What an encoder is made of, as it is kept in a file."""

    kind: str
    parameters: dict[str, Any]
    shape: tuple[int, int, int]
    weights: dict[str, np.ndarray[Any, Any]]


def save_encoder(
    path: Any,
    kind: str,
    parameters: dict[str, Any],
    shape: tuple[int, ...],
    weights: dict[str, np.ndarray[Any, Any]],
) -> None:
    """Write an encoder in one atomic step."""
    path = as_path(path)
    if path.is_dir() or not path.parent.is_dir():
        problem = (
            "is a folder; name a file in it"
            if path.is_dir()
            else "lies in no folder; make it first"
        )
        raise ValueError(f"{path} {problem}.")
    settings = {"nblabel_encoder": FORMAT, "kind": kind, "shape": shape, "parameters": parameters}
    arrays: dict[str, Any] = {PREFIX + key: value for key, value in weights.items()}
    arrays[SETTINGS] = np.array(json.dumps(settings))
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            np.savez_compressed(file, **arrays)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read_encoder(path: Any) -> Parts:
    """Read what `save_encoder` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no such file, or a damaged one.
    """
    path = as_path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; check the path.")
    try:
        settings, weights = _read(path)
        return Parts(
            str(settings["kind"]),
            dict(settings["parameters"]),
            _shape(settings["shape"]),
            weights,
        )
    except (
        *(OSError, ValueError, TypeError, KeyError, EOFError),
        *(zipfile.BadZipFile, zlib.error, NotImplementedError),
    ) as error:
        raise unreadable(path) from error


def _read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        settings = json.loads(str(file[SETTINGS]))
        if settings["nblabel_encoder"] != FORMAT:
            raise ValueError(settings["nblabel_encoder"])
        weights = {
            key.removeprefix(PREFIX): file[key] for key in file.files if key.startswith(PREFIX)
        }
    return settings, weights


def _shape(sides: Any) -> tuple[int, int, int]:
    height, width, channels = map(int, sides)
    if not (0 < height <= SIDE and 0 < width <= SIDE and channels in (1, 3)):
        raise ValueError(sides)
    return height, width, channels


def unreadable(path: Any) -> ValueError:
    """Return the error for a file that holds no encoder."""
    return ValueError(
        f"{path} holds no encoder that this version of nblabel can read, or is damaged; train it "
        "again, and save it with encoder.save(path)."
    )
