"""What a pool shows; its pictures, read when they are needed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from nblabel.arrays import UInt8Array
from nblabel.system.progress import over

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
TRIED = 100  # of many texts, to tell whether they are files

_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class MediaError(OSError):
    """A picture cannot be read. The message names the file and the reason."""


class Media(Protocol):
    """What a pool shows: `n` items of one kind, with a name each."""

    @property
    def kind(self) -> str:
        """What they are: "images", "texts" or "rows"."""

    def __len__(self) -> int: ...

    def name(self, index: int) -> str:
        """Return the name a person would know the item by, "" when it has none."""

    def digest(self) -> bytes:
        """Return a hash that changes when the set of items does."""


class Pictures(Media, Protocol):
    """Media that are pictures."""

    def read(self, index: int, max_side: int | None = None) -> UInt8Array:
        """Return one picture, (height, width, 1 or 3) uint8; raise `MediaError` if it is broken."""


class ImageArray:
    """Pictures held in memory.

    Parameters
    ----------
    images : array of shape (n, height, width) or (n, height, width, 1 or 3)
        ``uint8`` in 0..255, boolean, or floating point in 0..1.

    Attributes
    ----------
    array : ndarray of shape (n, height, width, 1 or 3), uint8

    Raises
    ------
    ValueError
        If the shape, type or range is none of these.
    """

    kind = "images"

    def __init__(self, images: npt.ArrayLike) -> None:
        array = np.asarray(images)
        if array.ndim == 3:
            array = array[..., None]
        if array.ndim != 4 or array.shape[-1] not in (1, 3) or 0 in array.shape[1:]:
            raise ValueError(
                f"images have shape {np.shape(images)}; expected (n, height, width) for grey or "
                f"(n, height, width, 3) for colour. {_shape_advice(array.shape)}"
            )
        self.array = _as_uint8(array)

    def __len__(self) -> int:
        return len(self.array)

    def name(self, index: int) -> str:  # noqa: ARG002
        return ""

    def read(self, index: int, max_side: int | None = None) -> UInt8Array:
        return _shrunk(self.array[index], max_side)

    def digest(self) -> bytes:
        hasher = hashlib.blake2b(repr(self.array.shape).encode(), digest_size=16)
        hasher.update(np.ascontiguousarray(self.array).data)
        return hasher.digest()


class ImageFiles:
    """Pictures in files, opened one at a time.

    Parameters
    ----------
    paths : sequence of path-like
        The files. They need not be readable: a broken one is reported when it is read.
    root : path-like, optional
        Folder that names are shown relative to, and that no file may lie outside of. Without one,
        names are relative to the folder that the files have in common.

    Attributes
    ----------
    names : list of str
        The paths below that folder, with "/" on every system.

    Raises
    ------
    ValueError
        If a file lies outside `root`, for instance behind a symbolic link.
    """

    kind = "images"

    def __init__(self, paths: Sequence[Any], root: Any = None) -> None:
        # absolute, so that they are still found after a change of the working directory
        self._paths = [Path(path).absolute() for path in paths]
        self._root = None if root is None else Path(root).absolute()
        if self._root is not None:
            inside = self._root.resolve()
            for path in self._paths:
                if not path.resolve().is_relative_to(inside):
                    raise ValueError(f"{path} leads outside the folder {inside}; leave it out.")
        self.names = _names_below(self._root, self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def name(self, index: int) -> str:
        return self.names[index]

    @property
    def paths(self) -> list[Path]:
        """The files, by absolute path."""
        return list(self._paths)

    def folder(self, index: int) -> str:
        """Return the folder below the root that a file lies in, "" where it lies in none."""
        folder, _, rest = self.name(index).partition("/")
        return folder if rest and self._root is not None else ""

    def read(self, index: int, max_side: int | None = None) -> UInt8Array:
        path = self._paths[index]
        try:
            with Image.open(path) as opened:
                if max_side is not None:
                    opened.draft("RGB", (max_side, max_side))  # JPEG decodes at a reduced size
                picture = _decoded(ImageOps.exif_transpose(opened))
        except FileNotFoundError as error:
            raise MediaError(f"{self.name(index)} cannot be read: not found") from error
        except (OSError, SyntaxError, ValueError, *_TOO_LARGE) as error:
            raise MediaError(f"{self.name(index)} cannot be read: {error}") from error
        return _shrunk(picture[..., None] if picture.ndim == 2 else picture, max_side)

    def digest(self, *, short: bool = False) -> bytes:
        # names and sizes, not contents: reading every file would delay the panel by minutes
        names = (_as_text(path.name) for path in self._paths) if short else self.names
        files = (f"{name} {_size(path)}" for name, path in zip(names, self._paths, strict=True))
        return hashlib.blake2b("\0".join(files).encode(), digest_size=16).digest()

    def contents(self) -> bytes:
        """Return a hash of what is in the files."""
        hasher = hashlib.blake2b(digest_size=16)
        for path in over(self._paths, "Looking for known images"):
            try:
                data = path.read_bytes()
            except OSError:
                data = b""
            hasher.update(hashlib.blake2b(data, digest_size=16).digest())
        return hasher.digest()


class JoinedPictures:
    """Pictures of several kinds, one behind the other.

    Parameters
    ----------
    parts : sequence of Pictures

    Attributes
    ----------
    parts : sequence of Pictures
        As given.
    """

    kind = "images"

    def __init__(self, parts: Sequence[Pictures]) -> None:
        self.parts = parts
        self._ends = np.cumsum([len(part) for part in parts])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def find(self, index: int) -> tuple[Any, int]:
        """Return the part that an item is in, and its place there."""
        number = int(np.searchsorted(self._ends, index, side="right"))
        part = self.parts[number]
        return part, index - int(self._ends[number]) + len(part)

    def name(self, index: int) -> str:
        part, place = self.find(index)
        return str(part.name(place))

    def folder(self, index: int) -> str:
        """Return the folder of a file, "" for what is no file in one."""
        part, place = self.find(index)
        return part.folder(place) if hasattr(part, "folder") else ""

    def read(self, index: int, max_side: int | None = None) -> UInt8Array:
        part, place = self.find(index)
        picture: UInt8Array = part.read(place, max_side)
        return picture

    def digest(self) -> bytes:
        return _hashed(part.digest() for part in self.parts)

    def contents(self) -> bytes:
        """Return a hash of the pictures themselves."""
        return _hashed(contents_of(part) for part in self.parts)


def contents_of(media: Media) -> bytes:
    """Return a hash of all that is in media, of files what is in them."""
    found: bytes = media.contents() if hasattr(media, "contents") else media.digest()
    return found


def _hashed(parts: Iterable[bytes]) -> bytes:
    return hashlib.blake2b(b"".join(parts), digest_size=16).digest()


def _names_below(root: Path | None, paths: Sequence[Path]) -> list[str]:
    """Return the paths of files below a folder, or below the one that they have in common."""
    if root is None:
        try:
            root = Path(os.path.commonpath([path.parent for path in paths]))
        except ValueError:  # no path at all, or on several drives
            return [_as_text(path.as_posix()) for path in paths]
    return [_as_text(path.relative_to(root).as_posix()) for path in paths]


def _as_text(name: str) -> str:
    # a file name may hold bytes that are no text, which no database or page takes
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def find_images(folder: Any) -> list[Path]:
    """Return the image files below a folder, sorted by path; hidden files are left out.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist or holds no image file.
    """
    root = Path(folder)
    if not root.is_dir():
        raise FileNotFoundError(f"there is no folder {root}; check the path.")
    paths = sorted(
        path
        for path in root.rglob("*")
        if path.suffix.lower() in IMAGE_SUFFIXES
        and not path.is_dir()
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    )
    if not paths:
        kinds = ", ".join(sorted(IMAGE_SUFFIXES))
        raise FileNotFoundError(f"{root} holds no image file ({kinds}).")
    return paths


def as_pictures(images: Any) -> Pictures:
    """Wrap arrays or file paths as `Pictures`."""
    if isinstance(images, str | Path):
        raise TypeError(f"images is a single path; use Pool.from_folder({str(images)!r}).")
    if hasattr(images, "columns"):
        raise TypeError(
            "images is a table; pass Pool(table=...), or one column of texts as texts=."
        )
    try:
        array = np.asarray(images)
    except ValueError as error:
        raise ValueError(
            "images differ in shape; bring them to one shape, or pass their files."
        ) from error
    if array.shape == (0,):
        raise ValueError("the pool is empty; pass at least one image.")
    if array.ndim == 1 and all(isinstance(path, str | Path) for path in array.tolist()):
        if not any(map(_may_be_image, array[:TRIED].tolist())):
            raise ValueError(
                f"images holds {array[0]!r}, which is no image file, nor are others; pass texts as "
                "Pool(texts=...)."
            )
        return ImageFiles(array.tolist())
    return ImageArray(array)


def _may_be_image(path: Any) -> bool:
    try:
        return Path(path).suffix.lower() in IMAGE_SUFFIXES or Path(path).is_file()
    except OSError:  # a text that is too long for a name
        return False


def _decoded(image: Image.Image) -> UInt8Array:
    """Return the pixels of an opened file as grey or colour."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _shades(np.asarray(image))
    if image.has_transparency_data:  # on white: drawings on nothing are mostly black
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    pixels: UInt8Array = np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))
    return pixels


def _shades(values: npt.NDArray[Any]) -> UInt8Array:
    """Bring more than 8 bits of grey to 8; a range of its own is stretched."""
    values = np.nan_to_num(values.astype(np.float64))
    low, high = (0.0, 1.0 if values.max() <= 1 else 65_535.0)
    if values.min() < low or values.max() > high:
        low, high = values.min(), max(values.max(), values.min() + 1)
    return np.rint((values - low) * (255 / (high - low))).astype(np.uint8)


def _shape_advice(shape: tuple[int, ...]) -> str:
    if len(shape) == 4 and shape[3] == 4:
        return "images[..., :3] leaves out the fourth channel, transparency."
    if len(shape) == 4 and shape[1] in (1, 3):
        return "images.transpose(0, 2, 3, 1) puts the channels last."
    return "Pass other data as embeddings=."


def _as_uint8(array: npt.NDArray[Any]) -> UInt8Array:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        array = array * np.uint8(255)
    if not np.issubdtype(array.dtype, np.number) or np.iscomplexobj(array):
        raise ValueError(f"images have dtype {array.dtype}; expected uint8, or float in 0..1.")
    low, high = (array.min(), array.max()) if array.size else (0, 0)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("images contain NaN or infinite pixels; replace them first.")
    if np.issubdtype(array.dtype, np.floating) and low >= 0 and high <= 1:
        array = array * 255
    elif low < 0 or high > 255:
        raise ValueError(f"pixels range from {low} to {high}; scale them to 0..255 or 0..1.")
    pixels: UInt8Array = np.rint(array).astype(np.uint8)
    return pixels


def _shrunk(picture: UInt8Array, max_side: int | None) -> UInt8Array:
    """Scale down to at most `max_side` pixels a side; never up."""
    height, width = picture.shape[:2]
    if max_side is None or max(height, width) <= max_side:
        return picture
    scale = max_side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = picture.shape[2] == 1
    image = Image.fromarray(picture[..., 0] if grey else picture)
    small: UInt8Array = np.asarray(image.resize(size, Image.Resampling.LANCZOS))
    return small[..., None] if grey else small
