"""Whatever people bring as items, sorted out."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from nblabel.pool.folder import find_media
from nblabel.pool.in_memory import ImageArray, ImageList, as_numbers, shape_advice
from nblabel.pool.objects import as_objects
from nblabel.pool.pictures import ImageFiles, ImagePages, Media, Pictures
from nblabel.pool.reading import decoded, naming, suffixes
from nblabel.pool.series import as_series
from nblabel.pool.sounds import Sounds, as_sounds, sounds_of_files
from nblabel.pool.stretch import kind_of
from nblabel.pool.tables import Table
from nblabel.pool.texts import Texts
from nblabel.system.files import as_path

TRIED = 100  # of many texts, to tell whether they are files
MOST = 2**31  # bytes of Pillow's pictures of one size that are put into one array
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/{1,3}[^/\s]\S*")


def media_of(
    given: dict[str, Any],
    range: Any,  # noqa: A002
    sampling_rate: Any,
    render: Any,
) -> Media | None:
    """Return what a pool shows of what it was given; None where that is nothing.

    Parameters
    ----------
    given : dict of str to object
        The parameters of `Pool` that hold items, by name; those left out are None.
    range, sampling_rate, render
        As for `Pool`.

    Raises
    ------
    ValueError
        If there is more than one kind, or a parameter is for another kind.
    """
    kinds = [name for name, part in given.items() if part is not None]
    if len(kinds) > 1:
        raise ValueError(f"{' and '.join(kinds)} were given; a pool holds one kind of media.")
    kind = kinds[0] if kinds else ""
    others = {"range": (range, "images"), "sampling_rate": (sampling_rate, "sounds")}
    for name, (value, of) in others.items():
        if value is not None and (kind != of or render is not None):
            raise ValueError(f"{name}= is for {of}, and there are none.")
    if render is not None:
        if kind != "images":
            raise ValueError(
                "render= draws the items that are passed first: Pool(items, render=f)."
            )
        return as_objects(given[kind], render)
    if kind == "images":
        return as_pictures(given[kind], range)
    if kind == "sounds":
        return as_sounds(given[kind], sampling_rate)
    makers: dict[str, Callable[[Any], Media]] = {
        "texts": Texts,
        "table": Table,
        "series": as_series,
    }
    return makers[kind](given[kind]) if kind else None


def media_of_folder(
    folder: Any,
    range: Any,  # noqa: A002
    pages: bool,
) -> ImageFiles | ImagePages | Sounds:
    """Return the pictures or sounds below a folder, and say what is not shown of it.

    Parameters
    ----------
    folder, range, pages
        As for `Pool.from_folder`.
    """
    kind, paths, left_out = find_media(folder, only_images=pages or range is not None)
    if kind == "sounds":
        _tell([left_out])
        return sounds_of_files(paths, root=folder)
    files = ImageFiles(paths, root=as_path(folder))
    media = ImagePages(files) if pages else files
    _tell([left_out, *media.survey(range)])
    return media


def as_pictures(images: Any, range: Any = None) -> Pictures:  # noqa: A002
    """Return whatever a user gives as `Pictures`.

    Parameters
    ----------
    images : array, tensor, or iterable of paths, arrays, Pillow's pictures or encoded files
    range : tuple of two numbers, optional
        As for `Pool`.

    Raises
    ------
    TypeError
        If it is one picture or path, a table, or has no order.
    ValueError
        If pictures are missing, are no pictures, or lie on another machine.
    """
    _refuse_others(images)
    given = _as_array(images, 4)
    if given is None or (given.ndim == 1 and given.dtype.kind in "OUS"):
        media = _of_many(list(images if given is None else given), range)
    else:
        media = ImageArray(given, range)
    if isinstance(media, ImageArray):
        _tell([media.stretch.text], level=5)
    else:
        _tell(media.survey(range), level=5)
    return media


def _tell(parts: Sequence[str], level: int = 4) -> None:
    text = " ".join(part for part in parts if part)
    if text:
        warnings.warn(text, stacklevel=level)


def _refuse_others(images: Any) -> None:
    if isinstance(images, str | os.PathLike):
        if _is_address(images):
            raise ValueError(f"{images} is an address; download the pictures first.")
        if any(sign in str(images) for sign in "*?"):
            raise TypeError(
                f"images is a pattern; pass the files: sorted(glob.glob({str(images)!r}))."
            )
        raise TypeError(f"images is a single path; use Pool.from_folder({str(images)!r}).")
    if isinstance(images, Image.Image | bytes | bytearray):
        raise TypeError("images is a single picture; pass a list of pictures.")
    if hasattr(images, "columns"):
        raise TypeError(
            "images is a table; pass Pool(table=...), or one column of texts as texts=."
        )
    if isinstance(images, dict):
        raise TypeError("images is a dict; pass list(images.values()), with ids=list(images).")
    if isinstance(images, set | frozenset):
        raise TypeError("images is a set, which has no order; pass sorted(images).")
    if not isinstance(images, Iterable) and not hasattr(images, "__array__"):
        raise TypeError(
            f"images is of type {type(images).__name__}; pass an array, or a list of "
            "pictures or paths."
        )


def _as_array(images: Any, with_channels: int) -> np.ndarray[Any, Any] | None:
    """Return an array or tensor as an array; None if it is neither."""
    if hasattr(images, "detach"):  # a tensor of torch, on whatever device
        tensor = images.detach().cpu()
        array: np.ndarray[Any, Any]
        try:
            array = tensor.numpy()
        except TypeError:  # numpy has no bfloat16
            array = tensor.float().numpy()
        # torch has the channels first; where only that is possible, it is meant
        if array.ndim == with_channels and array.shape[-1] not in (1, 3):
            return np.moveaxis(array, -3, -1) if array.shape[-3] in (1, 3) else array
        return array
    if isinstance(images, np.ma.MaskedArray):
        return _unmasked(images)
    return np.asarray(images) if hasattr(images, "__array__") else None


def _unmasked(array: Any) -> np.ndarray[Any, Any]:
    """Return an array in which what was masked is black: 0 in 8 bits, else NaN."""
    if not np.ma.is_masked(array) or array.dtype.kind not in "biuf":
        return np.asarray(array)
    if array.dtype.itemsize > 1 and array.dtype.kind != "f":
        array = array.astype(np.float64)
    return np.asarray(array.filled(np.nan if array.dtype.kind == "f" else 0))


def _of_many(items: list[Any], range: Any) -> ImageArray | ImageFiles | ImageList:  # noqa: A002
    if not items:
        raise ValueError("the pool is empty; pass at least one image.")
    items = [_unpacked(item) for item in items]
    _refuse_gaps(items, _is_gap)
    paths = [isinstance(item, str | os.PathLike) for item in items]
    if all(paths):
        return _files(items)
    if any(paths):
        raise ValueError(
            f"image {paths.index(True)} is a path and image {paths.index(False)} is none; pass "
            "all as paths, or all as pictures."
        )
    pictures = [_picture(item, place) for place, item in enumerate(items)]
    if _are_alike(pictures):
        pictures = [_at_once(picture, place) for place, picture in enumerate(pictures)]
    arrays = [picture for picture in pictures if isinstance(picture, np.ndarray)]
    if len(arrays) < len(pictures):
        return ImageList(pictures)
    whole = [array for array in arrays if kind_of(array) == "whole numbers"]
    if whole and all(array.min() >= 0 and array.max() <= 255 for array in whole):
        arrays = [as_numbers(array) for array in arrays]
    if len({(kind_of(array), array.shape) for array in arrays}) == 1:
        return ImageArray(np.stack(arrays), range)
    return ImageList(arrays)


def _unpacked(item: Any) -> Any:
    """Return what an item holds: of a file that is no path its bytes, of `datasets` its picture."""
    if isinstance(item, dict) and {"bytes", "path"} <= set(item):
        return item["path"] if item["bytes"] is None else item["bytes"]
    if isinstance(item, bytearray | memoryview):
        return bytes(item)
    if hasattr(item, "read") and hasattr(item, "seek") and not isinstance(item, Image.Image):
        item.seek(0)
        return item.read()
    if hasattr(item, "read_bytes") and not isinstance(item, os.PathLike):  # of a zip archive
        return item.read_bytes()
    return item


def _is_gap(item: Any) -> bool:
    return (
        item is None
        or (isinstance(item, float) and item != item)  # noqa: PLR0124  NaN
        or type(item).__name__ in ("NAType", "NaTType")  # of pandas
    )


def _refuse_gaps(items: list[Any], is_gap: Callable[[Any], bool]) -> None:
    gaps = [place for place, item in enumerate(items) if is_gap(item)]
    if gaps:
        more = f", and so are {len(gaps) - 1:,} others" if len(gaps) > 1 else ""
        raise ValueError(
            f"image {gaps[0]} of {len(items):,} is missing ({items[gaps[0]]!r}){more}; leave out "
            "such items, their ids and embeddings, too."
        )


def _files(paths: list[Any]) -> ImageFiles:
    for place, path in enumerate(paths):
        if _is_address(path):
            raise ValueError(
                f"{path} (image {place}) is an address; download the pictures first and pass "
                "their paths."
            )
    if not any(map(_may_be_image, paths[:TRIED])):
        raise ValueError(
            f"images holds {paths[0]!r}, which is no image file, nor are others; pass texts as "
            "Pool(texts=...)."
        )
    _refuse_gaps(paths, lambda path: not os.fspath(path))
    return ImageFiles(paths)


def _is_address(path: Any) -> bool:
    return ADDRESS.fullmatch(str(path)) is not None


def _may_be_image(path: Any) -> bool:
    try:
        return Path(path).suffix.lower() in suffixes() or Path(path).is_file()
    except (OSError, ValueError):  # a text that is too long for a name, or holds a zero byte
        return False


def _picture(item: Any, place: int) -> Any:
    """Return one picture as bytes, as one of Pillow's, or as a checked array."""
    if isinstance(item, bytes | Image.Image):
        return item
    if isinstance(item, dict | set):
        raise TypeError(f"image {place} is of type {type(item).__name__}, which is no picture.")
    try:
        array = _as_array(item, 3)
        array = np.asarray(item) if array is None else array
        array = array[..., None] if array.ndim == 2 else array
        if array.ndim != 3 or array.shape[-1] not in (1, 3) or 0 in array.shape:
            advice = shape_advice((1, *array.shape)).replace("0, 2, 3, 1", "1, 2, 0")
            raise ValueError(
                f"image {place} has shape {array.shape}; expected (height, width) for grey or "
                f"(height, width, 3) for colour. {advice.replace('images', f'images[{place}]')}"
            )
        return array if np.issubdtype(array.dtype, np.integer) else as_numbers(array)
    except ValueError as error:
        if str(error).startswith("image "):
            raise
        raise ValueError(f"image {place} is no picture: {error}") from error


def _are_alike(pictures: list[Any]) -> bool:
    """Tell whether these are pictures of Pillow's that one array can hold."""
    if not all(isinstance(picture, Image.Image) for picture in pictures):
        return False
    sizes = {(picture.size, picture.mode) for picture in pictures}
    width, height = pictures[0].size
    return len(sizes) == 1 and len(pictures) * width * height * 4 <= MOST


def _at_once(picture: Any, place: int) -> Any:
    with naming(f"image {place}"):
        return decoded(picture)
