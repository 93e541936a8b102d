"""What is drawn of an item that is no picture, text or row: a sound, a series, an object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from nblabel.arrays import UInt8Array


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is shown of an item: a picture, an SVG or a piece of HTML.

    Attributes
    ----------
    picture : ndarray of shape (height, width, 1 or 3), uint8, or None
        None where there is an SVG or HTML.
    svg : str
        With its namespace and its size in pixels; "" where there is none.
    html : str
        "" where there is none.
    size : tuple of int
        Height and width in pixels, as it is sent; (0, 0) of HTML, which takes the room there is.
    about : str
        What is known of the item, in a few words, for instance its length.
    seconds : float or None
        How long it can be played; None where there is nothing to hear.
    """

    picture: UInt8Array | None = None
    svg: str = ""
    html: str = ""
    size: tuple[int, int] = (0, 0)
    about: str = ""
    seconds: float | None = None


@runtime_checkable
class Drawn(Protocol):
    """Media that are drawn when somebody looks at them, which may take a while."""

    def draw(self, index: int, side: int) -> Drawing:
        """Return what is shown, at most `side` pixels a side; raise `MediaError` if nothing can."""
