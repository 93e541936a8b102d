"""Trained encoders in files: weights as arrays, settings as JSON, and nothing that could run."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.encoders.torched import import_torch
from nblabel.log.events import new_uid
from nblabel.pool.pixels import SIDE

if TYPE_CHECKING:
    from nblabel.encoders.base import Encoder

FORMAT = 1
SETTINGS = "settings"
PREFIX = "weights/"


def save_encoder(
    path: Any,
    kind: str,
    parameters: dict[str, Any],
    shape: tuple[int, ...],
    weights: dict[str, np.ndarray[Any, Any]],
) -> None:
    """Write an encoder in one atomic step."""
    path = Path(path).expanduser()
    if path.is_dir() or not path.parent.is_dir():
        told = (
            "is a folder; name a file in it"
            if path.is_dir()
            else "lies in no folder; make it first"
        )
        raise ValueError(f"{path} {told}.")
    settings = {"nblabel_encoder": FORMAT, "kind": kind, "shape": shape, "parameters": parameters}
    arrays: dict[str, Any] = {PREFIX + key: value for key, value in weights.items()}
    arrays[SETTINGS] = np.array(json.dumps(settings))
    part = path.with_name(f".{new_uid()}.part")
    try:
        with part.open("wb") as file:
            np.savez_compressed(file, **arrays)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load_encoder(path: Any, kinds: dict[str, type[Encoder]]) -> Encoder:
    """Read an encoder and check that it is whole; see `nblabel.encoders.load`."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; check the path.")
    try:
        settings, weights = _read(path)
        encoder = kinds[settings["kind"]](**settings["parameters"])
        encoder.check()
        height, width, channels = _shape(settings["shape"])
    except (
        *(OSError, ValueError, TypeError, KeyError, EOFError),
        *(zipfile.BadZipFile, zlib.error, NotImplementedError),
    ) as error:
        raise _no_encoder(path) from error
    torch = import_torch()
    net = encoder._net(torch, (height, width, channels))  # noqa: SLF001
    expected = {key: (tuple(value.shape), value.dtype) for key, value in net.state_dict().items()}
    tensors = {key: torch.from_numpy(np.array(value)) for key, value in weights.items()}
    found = {key: (tuple(value.shape), value.dtype) for key, value in tensors.items()}
    if found != expected or not all(np.isfinite(value).all() for value in weights.values()):
        raise _no_encoder(path)
    net.load_state_dict(tensors)
    encoder.net_, encoder.shape_ = net.eval(), (height, width, channels)
    return encoder


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


def _no_encoder(path: Path) -> ValueError:
    return ValueError(
        f"{path} holds no encoder that this version of nblabel can read, or is damaged; train it "
        "again, and save it with encoder.save(path)."
    )
