"""Networks in ONNX files as embeddings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from nblabel.arrays import FloatArray, is_whole
from nblabel.embeddings.networks import Network, as_colour, check_channels, hash_files, run_network
from nblabel.pool import Pool
from nblabel.system.parallel import allowed

INSTALL = 'method="onnx" needs ONNX Runtime, and for texts tokenizers: pip install "nblabel[onnx]"'
SIDE = 224  # pixels, where neither the model nor a file beside it has one
SPARE = 2  # larger pictures are read at so many times the size they are then brought to
LONGEST = 256  # tokens of a text that are read, where no file beside the model has one
BESIDE = ("tokenizer.json", "tokenizer_config.json", "preprocessor_config.json")
TYPES = {"float": np.float32, "float16": np.float16, "double": np.float64, "uint8": np.uint8}


def embed_onnx(
    pool: Pool,
    dim: int | None,  # noqa: ARG001  the caller reduces
    random_state: int,  # noqa: ARG001  nothing is random here
    model: Any = None,
    batch_size: int = 32,
    size: int | None = None,
    mean: float | Sequence[float] | None = None,
    std: float | Sequence[float] | None = None,
    output: str | None = None,
) -> FloatArray:
    """Embed images or texts with a network in an ONNX file.

    Parameters
    ----------
    pool : Pool
        Of images or texts.
    model : str or path-like
        The file. For texts a ``tokenizer.json`` lies beside it; for images a
        ``preprocessor_config.json`` may say how they are scaled.
    batch_size : int
        Items at a time; that of the model where it is fixed.
    size : int, optional
        Pixels a side that images are resized to, where the model takes any: 224.
    mean, std : float or sequence of float, optional
        Of the channels, subtracted from and divided out of pixels in 0..1; 0 and 1 where neither
        this nor a file says. A model that takes whole numbers gets the pixels as they are.
    output : str, optional
        Which output to take; the first, or the one of a name that says so.

    Returns
    -------
    ndarray of shape (n, width of the network), float32
        Rows of length 1. Outputs that are given for each place or token are averaged.

    Raises
    ------
    ImportError
        If ONNX Runtime is missing.
    ValueError
        If the file cannot be loaded or is not for this kind of pool, or an option does not fit it.
    """
    if model is None:
        raise ValueError("method='onnx' needs model=: an ONNX file.")
    path = Path(model)
    if not path.is_file():
        raise ValueError(f"there is no file {path}; check the path.")
    beside = [path.parent / name for name in BESIDE]
    files = hash_files([path, *(one for one in beside if one.is_file())])
    session = _open(path, files)
    fixed = session.get_inputs()[0].shape[:1]
    if fixed and isinstance(fixed[0], int):
        batch_size = fixed[0]

    def load() -> Network:
        run = _Run(session, output, batch_size if fixed and isinstance(fixed[0], int) else None)
        if pool.kind == "texts":
            return _on_texts(run, path)
        return _on_images(run, path, size, mean, std)

    return run_network(pool, load, f"onnx {files} {size} {mean} {std} {output}", batch_size)


@lru_cache(maxsize=2)  # new items of one pool come one after another
def _open(path: Path, files: str) -> Any:  # noqa: ARG001  a changed file is opened again
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError(f"{INSTALL} ({error})") from error
    there = onnxruntime.get_available_providers()
    wanted = [one for one in ("CUDAExecutionProvider", "CPUExecutionProvider") if one in there]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = allowed()
    # threads that wait for the next batch would take the processor from those that read it
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=wanted)
    except Exception as error:  # its errors have no base but this
        raise ValueError(f"{path} is no model that ONNX Runtime can load: {error}") from error


class _Run:
    """One output of a network; a last batch is filled up where the size is fixed."""

    def __init__(self, session: Any, output: str | None, fixed: int | None) -> None:
        self._session, self._fixed = session, fixed
        self.inputs = session.get_inputs()
        names = [one.name for one in session.get_outputs()]
        if output is not None and output not in names:
            raise ValueError(f"the model has no output {output!r}; it has {', '.join(names)}.")
        telling = [name for name in names if "embedding" in name or "pool" in name]
        self._output = output or [*telling, *names][0]

    def __call__(self, feed: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        n = len(next(iter(feed.values())))
        if self._fixed is not None and n < self._fixed:
            feed = {name: _repeated(values, self._fixed) for name, values in feed.items()}
        found: npt.NDArray[Any] = self._session.run([self._output], feed)[0]
        return found[:n]


def _repeated(values: npt.NDArray[Any], n: int) -> npt.NDArray[Any]:
    return values[np.arange(n) % len(values)]


def _on_images(run: _Run, path: Path, size: int | None, mean: Any, std: Any) -> Network:
    (place, *more) = run.inputs
    shape = place.shape
    if more or len(shape) != 4:
        raise ValueError(f"{path} takes {_described(run)}, not images.")
    kind = place.type.removeprefix("tensor(").removesuffix(")")
    if kind not in TYPES:
        raise ValueError(
            f"{path} takes images of type {kind}; one of {', '.join(TYPES)} is needed."
        )
    first = shape[3] not in (1, 3)  # channels before height and width
    given = shape[1] if first else shape[3]  # a name where the model takes any
    channels = check_channels(given, path) if isinstance(given, int) else 3
    height, width = shape[2:] if first else shape[1:3]
    _check_size(size, [one for one in (height, width) if isinstance(one, int)], path)
    settings = _read(path.parent / "preprocessor_config.json")
    usual = size or _side(settings) or SIDE
    height, width = (one if isinstance(one, int) else usual for one in (height, width))
    shift = _of_channels(
        "mean", settings.get("image_mean", 0.0) if mean is None else mean, channels
    )
    scale = _of_channels("std", settings.get("image_std", 1.0) if std is None else std, channels)
    if not scale.all():
        raise ValueError("std is 0, by which no pixel can be divided; leave it out.")

    def embed(pictures: Sequence[Any]) -> npt.NDArray[Any]:
        same = [_resized(as_colour(picture, channels), height, width) for picture in pictures]
        values: npt.NDArray[Any] = np.stack(same)
        if kind != "uint8":
            values = ((values / np.float32(255) - shift) / scale).astype(TYPES[kind])
        if first:
            values = np.ascontiguousarray(values.transpose(0, 3, 1, 2))
        found = run({place.name: values})
        rows: npt.NDArray[Any] = found
        if found.ndim == 4:
            rows = found.mean(axis=(2, 3))
        elif found.ndim == 3:
            rows = found.mean(axis=1)
        return rows.reshape(len(rows), -1)

    return Network(embed, SPARE * max(height, width))


def _check_size(size: Any, fixed: list[int], path: Path) -> None:
    if size is None:
        return
    if not is_whole(size) or size < 1:
        raise ValueError(f"size is {size!r}; pass a whole number of pixels.")
    if any(side != size for side in fixed):
        sides = " x ".join(map(str, fixed))
        raise ValueError(f"{path} takes images of {sides} pixels and no others; leave size out.")


def _of_channels(name: str, values: Any, channels: int) -> npt.NDArray[np.float32]:
    found = np.asarray(values, np.float32)
    if found.shape not in ((), (1,), (channels,)):
        raise ValueError(
            f"{name} is {values!r}, and the model takes images of {channels} channels; pass one "
            "number, or one for each."
        )
    return found


def _on_texts(run: _Run, path: Path) -> Network:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ImportError(f"{INSTALL} ({error})") from error
    known = {"input_ids", "attention_mask", "token_type_ids"}
    if not {one.name for one in run.inputs} <= known:
        raise ValueError(f"{path} takes {_described(run)}, not texts.")
    file = path.parent / "tokenizer.json"
    if not file.is_file():
        raise ValueError(f"there is no tokenizer.json beside {path}; texts need one.")
    tokenizer = Tokenizer.from_file(str(file))
    longest = _read(path.parent / "tokenizer_config.json").get("model_max_length", LONGEST)
    tokenizer.enable_truncation(int(min(longest, LONGEST)))
    length = run.inputs[0].shape[1]
    if isinstance(length, int):
        tokenizer.enable_truncation(length)
    tokenizer.enable_padding(length=length if isinstance(length, int) else None)
    types = {one.name: np.int32 if "int32" in one.type else np.int64 for one in run.inputs}

    def embed(texts: Sequence[Any]) -> npt.NDArray[Any]:
        coded = tokenizer.encode_batch(list(texts))
        mask = np.array([one.attention_mask for one in coded])
        every = {
            "input_ids": np.array([one.ids for one in coded]),
            "attention_mask": mask,
            "token_type_ids": np.array([one.type_ids for one in coded]),
        }
        found = run({name: every[name].astype(kind) for name, kind in types.items()})
        if found.ndim != 3:
            return found
        weights = mask[..., None]
        mean: npt.NDArray[Any] = (found * weights).sum(1) / np.maximum(weights.sum(1), 1)
        return mean

    return Network(embed)


def _described(run: _Run) -> str:
    return ", ".join(f"{one.name} {one.shape}" for one in run.inputs)


def _resized(picture: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.uint8]:
    if picture.shape[:2] == (height, width):
        return picture
    grey = picture.shape[2] == 1
    image = Image.fromarray(picture[..., 0] if grey else picture)
    resized = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))
    return resized[..., None] if grey else resized


def _side(settings: dict[str, Any]) -> int | None:
    size = settings.get("crop_size") or settings.get("size")
    if isinstance(size, dict):
        size = size.get("height") or size.get("shortest_edge")
    return size


def _read(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}
