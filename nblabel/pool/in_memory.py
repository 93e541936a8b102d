"""Pictures held in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from nblabel.arrays import UInt8Array
from nblabel.pool.pictures import Decoded, hash_of, hashed, indices, shrunk
from nblabel.pool.reading import Head, MediaError, Values, decoded, head_of, naming, opened
from nblabel.pool.stretch import Sample, Stretch, kind_of, spread
from nblabel.system.format import counted
from nblabel.system.progress import over

BLOCK = 2**24  # bytes of an array that are looked at in one step


class ImageArray:
    """Pictures held in memory, of one shape.

    Parameters
    ----------
    images : array of shape (n, height, width) or (n, height, width, 1 or 3)
        ``uint8`` in 0..255, boolean, or other numbers: those that range over nearly all of 0..1,
        0..255 or 0..65,535 are taken for that, others are stretched.
    range : tuple of two numbers, optional
        The values that become black and white.

    Attributes
    ----------
    array : ndarray of shape (n, height, width, 1 or 3), uint8
    stretch : Stretch
        What was done with the values.

    Raises
    ------
    ValueError
        If the shape or type is none of these, or no value is finite.
    """

    kind = "images"

    def __init__(self, images: npt.ArrayLike, range: Any = None) -> None:  # noqa: A002
        array = np.asarray(images)
        if array.ndim == 3:
            array = array[..., None]
        if array.ndim != 4 or array.shape[-1] not in (1, 3) or 0 in array.shape[1:]:
            raise ValueError(
                f"images have shape {np.shape(images)}; expected (n, height, width) for grey or "
                f"(n, height, width, 3) for colour. {shape_advice(array.shape)}"
            )
        array = as_numbers(array)
        self.stretch = _stretch_of(array) if range is None else Stretch.given(range)
        unusual = range is not None or bool(self.stretch.text)
        # the pool stays the same one if it is stretched otherwise another time
        self._sources = [hash_of(one) for one in array] if unusual else None
        self.array = _stretched(array, self.stretch)

    def __len__(self) -> int:
        return len(self.array)

    def name(self, index: int) -> str:  # noqa: ARG002
        return ""

    def shape(self, index: int) -> tuple[int, ...]:  # noqa: ARG002
        return self.array.shape[1:]

    def read(self, index: int, max_side: int | None = None) -> UInt8Array:
        return shrunk(self.array[index], max_side)

    def digest(self) -> bytes:
        return hash_of(self.array) if self._sources is None else hashed(self._sources)

    def hash(self, index: int) -> bytes:
        """Return a hash of one picture as it was given."""
        return hash_of(self.array[index]) if self._sources is None else self._sources[index]

    def contents(self) -> bytes:
        """Return a hash of what is shown."""
        return hash_of(self.array)


class ImageList(Decoded):
    """Pictures held in memory that differ in shape or type, or are encoded.

    Parameters
    ----------
    pictures : sequence of ndarray, bytes or PIL.Image.Image
        Arrays of shape (height, width, 1 or 3), numbers; the contents of files; Pillow's pictures.
    """

    def __init__(self, pictures: Sequence[Any]) -> None:
        self._pictures = pictures
        self._lock = threading.Lock()  # a picture of Pillow's may be read only now, from its file

    def __len__(self) -> int:
        return len(self._pictures)

    def name(self, index: int) -> str:  # noqa: ARG002
        return ""

    def group(self, index: int) -> str:
        picture = self._pictures[index]
        if isinstance(picture, np.ndarray):
            return str(picture.dtype)
        return "bytes" if isinstance(picture, bytes) else str(picture.mode)

    def head(self, index: int) -> Head:
        picture = self._pictures[index]
        if isinstance(picture, np.ndarray):
            return Head(picture.shape, deep=picture.dtype != np.uint8)
        with naming(f"image {index}"), self._opened(picture) as image:
            return head_of(image)

    def values(self, index: int, max_side: int | None = None) -> Values:
        picture = self._pictures[index]
        if isinstance(picture, np.ndarray):
            return picture
        with naming(f"image {index}"), self._opened(picture) as image:
            # what decodes a part only would leave the user's own picture reduced
            return decoded(image, max_side if image is not picture else None)

    @contextmanager
    def _opened(self, picture: Any) -> Iterator[Image.Image]:
        if isinstance(picture, bytes):
            with opened(picture) as image:
                yield image
        else:
            with self._lock:
                yield picture

    def digest(self) -> bytes:
        return hashed(self.hash(index) for index in over(indices(self), "Looking at the images"))

    def contents(self) -> bytes:
        """Return a hash of the pictures, and how they are shown."""
        return hashed([self.digest(), self.stretch.key])

    def hash(self, index: int) -> bytes:
        """Return a hash of one picture as it was given."""
        if isinstance(self._pictures[index], bytes):
            return hashed([self._pictures[index]])
        try:
            return hash_of(self.values(index))
        except MediaError:
            return b"broken"

    def _on_pages(self, several: int, looked_at: int) -> str:  # noqa: ARG002
        return (
            ""
            if not several
            else (
                f"{counted(several, 'image')} of those looked at have several pages or frames; the "
                "first of each is shown."
            )
        )


def shape_advice(shape: tuple[int, ...]) -> str:
    """Return what to do with an array of a shape that is none of pictures."""
    if len(shape) == 4 and shape[3] == 4:
        return "images[..., :3] leaves out the fourth channel, transparency."
    if len(shape) == 4 and shape[1] in (1, 3):
        return "images.transpose(0, 2, 3, 1) puts the channels last."
    return "Pass other data as embeddings=."


def as_numbers(array: Values) -> Values:
    """Return an array as numbers that can be pixels: uint8 where they fit, else as they are.

    Raises
    ------
    ValueError
        If these are no real numbers.
    """
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array * np.uint8(255)
    if array.dtype.name in ("bfloat16", "float16"):
        return array.astype(np.float32)
    if not np.issubdtype(array.dtype, np.number) or np.iscomplexobj(array):
        raise ValueError(f"images have dtype {array.dtype}; expected uint8, or float in 0..1.")
    whole = np.issubdtype(array.dtype, np.integer)
    if whole and array.size and array.min() >= 0 and array.max() <= 255:
        return array.astype(np.uint8)
    return array


def _stretch_of(array: Values) -> Stretch:
    """Look at pictures spread over an array, and at the ends of the values of all."""
    sample, chosen = Sample(), spread(len(array))
    if array.dtype == np.uint8:
        for part in (*(array[[index]] for index in chosen), *_blocks(array)):
            if sample.is_dark:  # a pool is only so if all of it is
                sample.add(part)
        return sample.stretch()
    for block in _blocks(array):
        sample.add(block, ends_only=True)
    for index in chosen:
        sample.add(array[index])
    if sample.is_empty and array.size:
        raise ValueError("images contain NaN or infinite pixels and no others; replace them first.")
    return sample.stretch()


def _blocks(array: Values) -> Iterator[Values]:
    step = max(1, BLOCK // max(1, array[:1].nbytes))
    return (array[start : start + step] for start in range(0, len(array), step))


def _stretched(array: Values, stretch: Stretch) -> UInt8Array:
    if kind_of(array) not in stretch.ranges:
        return array
    return np.concatenate([stretch.apply(block) for block in _blocks(array)])
