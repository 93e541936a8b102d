"""One picture read with Pillow, whatever its format and mode; every failure names the picture."""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, UnidentifiedImageError

from nblabel.arrays import UInt8Array

Values = npt.NDArray[Any]

HEIC = frozenset({".heic", ".heif", ".hif"})  # as phones write; the extra `heic` reads them
# Read by other programs or not at all: Pillow knows their names only, or starts ghostscript.
_FOREIGN = frozenset({"BUFR", "EPS", "GRIB", "HDF5", "IPTC", "MPEG", "WMF"})
INSTALL = "pip install 'nblabel[heic]'"
_LAYERED = frozenset({"MPO", "PSD"})  # further pictures in them are depth maps, previews or layers
_GREY = frozenset({"1", "L"})
_DEEP = frozenset({"I", "F"})
_SUBFILE_TYPE, _ORIENTATION = 254, 0x0112  # tags of TIFF and of EXIF
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_PILLOWS = ("ignore", None, Warning, re.compile(r"PIL\.|pillow_heif"), 0)


class MediaError(OSError):
    """An item cannot be read or drawn. The message names the file and the reason."""


@dataclass(frozen=True)
class Head:
    """What a picture says of itself before it is decoded.

    Attributes
    ----------
    shape : tuple of int
        (height, width, 1 or 3) as stored: a turned photo has its sides the other way round.
    deep : bool
        Whether a pixel holds more than 8 bits of grey.
    pages : tuple of int
        Which of the pictures in the file are pages or frames.
    """

    shape: tuple[int, ...]
    deep: bool
    pages: tuple[int, ...] = (0,)


@cache
def _formats() -> tuple[str, ...]:
    """Return the formats that can be read, the usual ones first."""
    Image.init()
    try:
        import pillow_heif

        pillow_heif.register_heif_opener()
    except ImportError:
        pass  # the extra is not installed
    return tuple(name for name in Image.ID if name not in _FOREIGN)


@cache
def suffixes() -> frozenset[str]:
    """Return the endings of the files that can be read, in lower case: ".jpg" and others."""
    readable = set(_formats()) & set(Image.OPEN)
    known = Image.registered_extensions().items()
    return frozenset(suffix.lower() for suffix, name in known if name in readable)


def suffix_of(path: str) -> str:
    """Return the ending of a file's name in lower case, as `Path.suffix` has it but sooner."""
    suffix = os.path.splitext(path)[1].lower()
    return "" if suffix == "." else suffix


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Turn whatever goes wrong with a picture into a `MediaError` that names it; hide warnings."""
    try:
        with hiding(_PILLOWS):
            yield
    except MediaError:
        raise
    except FileNotFoundError as error:
        raise MediaError(f"{name} cannot be read: not found") from error
    except UnidentifiedImageError as error:
        how = f"; {INSTALL} reads such files" if name.lower().endswith(tuple(HEIC)) else ""
        raise MediaError(
            f"{name} cannot be read: cannot identify it as a picture that Pillow reads{how}"
        ) from error
    except Image.DecompressionBombError as error:
        raise MediaError(
            f"{name} cannot be read: {error}. Make it smaller or cut it into tiles; if you trust "
            "it, PIL.Image.MAX_IMAGE_PIXELS = None lets Pillow open any size."
        ) from error
    except MemoryError as error:
        raise MediaError(
            f"{name} cannot be read: it needs more memory than there is. Make it smaller or cut it "
            "into tiles."
        ) from error
    except Exception as error:  # a damaged file can make a decoder fail in any way
        raise MediaError(f"{name} cannot be read: {str(error) or type(error).__name__}") from error


@contextmanager
def opened(source: Any, page: int = 0) -> Iterator[Image.Image]:
    """Open a file, or the bytes of one, at one of its pages."""
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    with Image.open(file, formats=_formats()) as image:
        if page:
            image.seek(page)
        yield image


def head_of(image: Image.Image) -> Head:
    """Return what an opened picture says of itself."""
    channels = 1 if _is_deep(image) or image.mode in _GREY else 3
    return Head((image.height, image.width, channels), _is_deep(image), _pages(image))


def decoded(image: Image.Image, max_side: int | None = None) -> Values:
    """Return the pixels of an opened picture, upright, in grey or colour.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode. What is transparent in it is put on white.
    max_side : int, optional
        How many pixels a side will be needed: a JPEG is decoded at a reduced size.

    Returns
    -------
    ndarray of shape (height, width, 1 or 3)
        uint8; with more than 8 bits of grey, numbers of the picture's own type.
    """
    if max_side is not None:
        image.draft("RGB", (max_side, max_side))
    image.load()
    turn = _UPRIGHT.get(_orientation(image))
    if turn is not None:
        image = image.transpose(turn)
    pixels = np.asarray(image) if _is_deep(image) else _of_8_bits(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _is_deep(image: Image.Image) -> bool:
    return image.mode in _DEEP or image.mode.startswith("I;16")


def _of_8_bits(image: Image.Image) -> UInt8Array:
    if image.mode in ("La", "RGBa"):  # colours that are multiplied by how opaque they are
        image = image.convert(image.mode.upper())
    if image.mode == "LAB":
        lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(image, lab, rgb, outputMode="RGB") or image
    if image.has_transparency_data:  # on white: drawings on nothing are mostly black
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    mode = "L" if image.mode in _GREY else "RGB"
    # what needs no conversion is not copied once more: of large photos that takes a while
    pixels: UInt8Array = np.asarray(image if image.mode == mode else image.convert(mode))
    return pixels


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  what is written beside a picture may be damaged in any way
        return 1


def _pages(image: Image.Image) -> tuple[int, ...]:
    n = getattr(image, "n_frames", 1)
    if n == 1 or image.format in _LAYERED:
        return (0,)
    if image.format != "TIFF":
        return tuple(range(n))
    return tuple(page for page in range(n) if not _is_reduced(image, page)) or (0,)


def _is_reduced(image: Any, page: int) -> bool:
    """Tell whether a page is another one at a lower resolution, or the mask of one."""
    image.seek(page)
    return page > 0 and bool(int(image.tag_v2.get(_SUBFILE_TYPE, 0)) & 0b101)


@contextmanager
def hiding(rule: Any) -> Iterator[None]:
    """Hide warnings of a library: a file is read or it is not, and which of both is said by name.

    Unlike `warnings.catch_warnings`, this puts no list back that another thread has replaced.

    Parameters
    ----------
    rule : tuple
        An entry of `warnings.filters`.
    """
    filters = cast("list[Any]", warnings.filters)
    filters.insert(0, rule)
    try:
        yield
    finally:
        with suppress(ValueError):  # warnings were reset meanwhile
            filters.remove(rule)
