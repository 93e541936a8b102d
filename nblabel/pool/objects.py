"""Objects of any kind, drawn by a function of the user's."""

from __future__ import annotations

import hashlib
import numbers
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from typing import Any
from xml.etree.ElementTree import ParseError, fromstring

import numpy as np
from PIL import Image

from nblabel.arrays import UInt8Array
from nblabel.pool.drawn import Drawing
from nblabel.pool.in_memory import as_numbers
from nblabel.pool.markup import SIDE, is_svg, sized_svg
from nblabel.pool.pictures import hash_of, hashed, shrunk
from nblabel.pool.reading import MediaError, decoded, naming, opened
from nblabel.pool.stretch import Stretch
from nblabel.system.format import significant

KEPT = 2**26  # bytes of what was drawn that are kept
MOST = 2_000_000  # characters of an SVG or of HTML
WAYS = ("_repr_png_", "_repr_svg_", "_repr_html_")  # how objects show themselves in Jupyter
EXPECTED = "return a PNG as bytes, a picture of Pillow, an array, SVG or HTML as text"

Made = UInt8Array | str


class Objects:
    """Objects of any kind, drawn one at a time and only when somebody looks at them.

    Parameters
    ----------
    items : sequence of object
    render : callable
        Called with one of them; see `Pool`.

    Attributes
    ----------
    items, render
        As given.
    """

    kind = "items"

    def __init__(self, items: Sequence[Any], render: Callable[[Any], Any]) -> None:
        self.items, self.render = items, render
        self._kept: OrderedDict[int, Made] = OrderedDict()
        self._bytes = 0
        self._lock = threading.RLock()  # few functions that draw may run in two threads at once

    def __len__(self) -> int:
        return len(self.items)

    def name(self, index: int) -> str:  # noqa: ARG002
        return ""

    def draw(self, index: int, side: int) -> Drawing:
        with self._lock:
            made = self._kept.get(index)
            if made is None:
                made = self._made(index)
                self._keep(index, made)
        if not isinstance(made, str):
            picture = shrunk(made, side)
            return Drawing(picture, size=picture.shape[:2])
        if is_svg(made):
            svg, size = sized_svg(made, 2 * side)  # sharp also where a pixel of CSS is several
            return Drawing(svg=svg, size=size)
        return Drawing(html=made)

    def _made(self, index: int) -> Made:
        try:
            result = self.render(self.items[index])
        except Exception as error:
            name, why = type(error).__name__, str(error)
            raise MediaError(f"The render function raised {name}{why and f': {why}'}") from error
        return taken(result)

    def _keep(self, index: int, made: Made) -> None:
        self._kept[index] = made
        self._bytes += _weight(made)
        while self._bytes > KEPT and len(self._kept) > 1:
            self._bytes -= _weight(self._kept.popitem(last=False)[1])

    def hash(self, index: int) -> bytes:
        """Return a hash of what an object holds; of one that nobody can look into, b""."""
        hasher = hashlib.blake2b(digest_size=16)
        return hasher.digest() if _hash_into(hasher, self.items[index]) else b""

    def digest(self) -> bytes:
        return hashed(self.hash(index) or b"object" for index in range(len(self)))

    def joined(self, more: Objects) -> Objects:
        """Return these objects with others behind them.

        Raises
        ------
        ValueError
            If they are drawn by another function.
        """
        if self.render is not more.render:
            raise ValueError("the two pools have other render functions; make both with the same.")
        return Objects([*self.items, *more.items], self.render)


def as_objects(items: Any, render: Any) -> Objects:
    """Return whatever a user gives as `Objects`.

    Raises
    ------
    TypeError
        If `render` is no function, or the items have no order.
    """
    if not callable(render):
        raise TypeError(f"render is {render!r:.60}; pass a function that draws one item.")
    if hasattr(items, "columns"):
        raise TypeError(
            "items is a table; pass its rows as dicts: Pool(df.to_dict('records'), render=...)."
        )
    if isinstance(items, Mapping):
        raise TypeError("items is a dict; pass list(items.values()), with ids=list(items).")
    if isinstance(items, set | frozenset):
        raise TypeError("items is a set, which has no order; pass sorted(items).")
    if isinstance(items, str | bytes) or not isinstance(items, Iterable):
        raise TypeError(f"items is a {type(items).__name__}; pass a list of the items to draw.")
    return Objects(list(items), render)


def taken(result: Any) -> Made:
    """Return what a render function returned as pixels, or as the text of an SVG or of HTML.

    Raises
    ------
    MediaError
        If it is nothing, too large, or nothing that can be shown.
    """
    plain = isinstance(result, str | bytes | np.ndarray | Image.Image | type)
    for way in () if plain else WAYS:
        shown = getattr(result, way)() if callable(getattr(result, way, None)) else None
        if shown is not None:
            return taken(shown)
    if result is None or (isinstance(result, str | bytes) and not result.strip()):
        raise MediaError(f"The render function returned nothing; {EXPECTED}.")
    if isinstance(result, bytes | bytearray) and bytes(result[:512]).lstrip()[:5] in (
        b"<svg ",
        b"<?xml",
    ):
        result = bytes(result).decode("utf-8", "replace")
    if isinstance(result, str):
        if len(result) > MOST:
            raise MediaError(
                f"The render function returned {significant(len(result) / 1e6, 2)} million "
                f"characters; up to {MOST // 1_000_000} million are shown. Draw less, or return a "
                "PNG."
            )
        text = result.encode("utf-8", "replace").decode()
        if is_svg(text):
            _check_svg(text)
        return text
    with naming("What the render function returned"):
        if isinstance(result, bytes | bytearray):
            with opened(bytes(result)) as image:
                return _eight_bits(decoded(image))
        if isinstance(result, Image.Image):
            return _eight_bits(decoded(result))
        if isinstance(result, np.ndarray) and result.ndim in (2, 3):
            return _of_array(result)
    raise MediaError(f"The render function returned a {type(result).__name__}; {EXPECTED}.")


def _check_svg(text: str) -> None:
    try:
        fromstring(sized_svg(text, SIDE)[0])  # noqa: S314
    except (ParseError, ValueError) as error:
        raise MediaError(
            f"The render function returned an SVG that no browser shows: {error}"
        ) from error


def _of_array(array: np.ndarray[Any, Any]) -> UInt8Array:
    values = as_numbers(array)
    if values.dtype == np.uint8:  # Pillow knows how many channels may be
        return _eight_bits(decoded(Image.fromarray(values.squeeze())))
    values = values[..., None] if values.ndim == 2 else values
    if values.shape[-1] not in (1, 3):
        raise ValueError(f"an array of shape {array.shape} is no picture")
    return Stretch.given((0.0, 1.0)).apply(values)


def _eight_bits(values: np.ndarray[Any, Any]) -> UInt8Array:
    if values.dtype == np.uint8:
        return values
    low, high = float(values.min()), float(values.max())
    return Stretch.given((low, max(high, low + 1))).apply(values)


def _weight(made: Made) -> int:
    return len(made) if isinstance(made, str) else made.nbytes


def _hash_into(hasher: Any, value: Any) -> bool:
    """Add what a value holds to a hash; return whether all of it is known.

    Nothing is pickled, and no text such as "<object at 0x7f...>" counts, which is another one in
    each kernel.
    """
    if value is None or isinstance(value, str | bytes | bool | numbers.Number | PurePath):
        hasher.update(f"{type(value).__name__} {value!r}\0".encode("utf-8", "backslashreplace"))
        return True
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            return _hash_into(hasher, value.tolist())
        hasher.update(hash_of(value) + value.dtype.str.encode())
        return True
    if isinstance(value, Image.Image):
        hasher.update(hash_of(np.asarray(value)))
        return True
    if is_dataclass(value) and not isinstance(value, type):
        value = {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        value = [part for pair in value.items() for part in pair]
    if isinstance(value, list | tuple):
        hasher.update(f"{len(value)}\0".encode())
        return all(_hash_into(hasher, part) for part in value)
    if hasattr(value, "to_dict") and hasattr(value, "iloc"):  # of pandas
        return _hash_into(hasher, value.to_dict())
    if hasattr(value, "__array__"):
        return _hash_into(hasher, np.asarray(value))
    return False
