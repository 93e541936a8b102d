"""Pixels of any depth brought to 0..255, by one range for all pictures of a pool."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nblabel.arrays import UInt8Array
from nblabel.pool.reading import Values

Kind = Literal["8-bit numbers", "whole numbers", "floats"]
Range = tuple[float, float]

LOOKED_AT = 24  # pictures of a pool that tell its range, of each kind of files
PIXELS = 10_000  # of each of them
ENDS = (0.1, 99.9)  # percentiles that become black and white
LABELS = 64  # whole numbers within so few are labels: the range is that of all of them
SLACK = 0.05  # of a usual range, by which values may exceed it
DARK = 32  # of 256 shades: pictures of 8 bits in a smaller range cannot be made out
# What deeper values usually range over, and the share of it that they must fill to be made out.
USUAL: dict[Kind, dict[float, float]] = {
    "whole numbers": {255: 1 / 2, 65_535: 1 / 2},
    "floats": {1: 1 / 4, 255: 1 / 2, 65_535: 1 / 2},
}
LARGEST = 1e300  # the width of a range has to be a number, too


def kind_of(values: Values) -> Kind:
    """Return what kind of numbers an array holds."""
    if values.dtype == np.uint8:
        return "8-bit numbers"
    return "floats" if np.issubdtype(values.dtype, np.floating) else "whole numbers"


def spread(n: int, most: int = LOOKED_AT) -> list[int]:
    """Return positions spread over n items, in order."""
    places = np.linspace(0, n - 1, min(n, most)).round().astype(int).tolist()
    return sorted(set(places))


def as_range(given: Any) -> Range:
    """Check a range that a user gives.

    Raises
    ------
    ValueError
        If it is not two finite numbers, the lower one first.
    """
    try:
        low, high = (float(end) for end in given)
    except (TypeError, ValueError):
        low = high = 0.0
    if isinstance(given, str) or not -LARGEST <= low < high <= LARGEST:
        raise ValueError(
            f"range is {given!r}; pass the values that are shown black and white: (low, high)."
        )
    return low, high


@dataclass(frozen=True)
class Stretch:
    """What is black and what is white.

    Parameters
    ----------
    ranges : dict of str to tuple
        Kind of numbers to (low, high). Without one, 8 bits stay as they are.
    text : str
        What is unusual about it, for the user; "" where nothing is.
    """

    ranges: dict[Kind, Range] = field(default_factory=dict)
    text: str = ""

    @staticmethod
    def given(given: Any) -> Stretch:
        """Return the one that a user asks for."""
        low, high = as_range(given)
        return Stretch(
            {"8-bit numbers": (low, high), "whole numbers": (low, high), "floats": (low, high)}
        )

    def knows(self, values: Values) -> bool:
        """Tell whether values of this kind can be shown."""
        kind = kind_of(values)
        return kind == "8-bit numbers" or kind in self.ranges

    def fits(self, values: Values) -> bool:
        """Tell whether most values lie near the range, but for one that stands for no data."""
        kind = kind_of(values)
        if kind not in self.ranges:
            return True
        low, high = self.ranges[kind]
        finite = values[np.isfinite(values)].astype(np.float64)
        outside = finite[np.abs(finite - (low + high) / 2) > 1.5 * (high - low)]
        return outside.size <= finite.size / 2 or outside.min() == outside.max()

    def joined(self, more: Stretch) -> Stretch:
        """Return this one for a pool that grew: it stays, and others add what it has not."""
        ranges: dict[Kind, Range] = dict(more.ranges)
        ranges.pop("8-bit numbers", None)
        return Stretch({**ranges, **self.ranges}, self.text)

    def apply(self, values: Values) -> UInt8Array:
        """Return values as 0..255; what lies outside the range is black or white, NaN black."""
        kind = kind_of(values)
        if kind not in self.ranges:
            return values
        low, high = self.ranges[kind]
        wide: Values = values.astype(
            np.float64 if values.dtype.itemsize > 4 or kind != "floats" else np.float32, copy=False
        )
        with np.errstate(over="ignore", invalid="ignore"):  # fill values such as 3.4e38
            scaled = (wide - low) * (255 / (high - low))
        scaled[~((scaled > 0) & np.isfinite(wide))] = 0
        pixels: UInt8Array = np.rint(np.minimum(scaled, 255)).astype(np.uint8)
        return pixels

    @property
    def key(self) -> bytes:
        """What differs where the same files are shown otherwise."""
        return repr(sorted(self.ranges.items())).encode() if self.ranges else b""


class Sample:
    """The values of some pictures of a pool, from which its stretch is found."""

    def __init__(self) -> None:
        self._levels = np.zeros(256, dtype=bool)
        self._grey = True
        self._deep: dict[Kind, _Deep] = {}

    @property
    def is_dark(self) -> bool:
        """Whether all pictures of 8 bits so far lie in a small range."""
        levels = self._shades
        return bool(levels.size < 2 or levels[-1] - levels[0] < DARK)

    @property
    def is_empty(self) -> bool:
        """Whether there was no number among the deep values."""
        return all(seen.high == -np.inf for seen in self._deep.values())

    def add(self, values: Values, *, ends_only: bool = False) -> None:
        """Look at a picture, or only at the lowest and highest values of many."""
        kind = kind_of(values)
        if kind == "8-bit numbers":
            self._grey &= values.shape[-1] == 1
            self._levels |= np.bincount(values.ravel(), minlength=256) > 0
        else:
            self._deep.setdefault(kind, _Deep()).add(values, ends_only)

    @property
    def _shades(self) -> Values:
        """The levels of 8 bits, but for the 255 that means "none" beside a few labels."""
        levels = np.flatnonzero(self._levels)
        return levels[:-1] if self._grey and levels.size > 2 and levels[-1] == 255 else levels

    def stretch(self) -> Stretch:
        """Return the range of each kind of values, and words where one is not the usual."""
        ranges: dict[Kind, Range] = {}
        notes = []
        levels = self._shades
        if levels.size > 1 and self.is_dark:
            ranges["8-bit numbers"] = float(levels[0]), float(levels[-1])
            ends = np.flatnonzero(self._levels)[[0, -1]].tolist()
            notes.append(_words("8-bit numbers", ranges["8-bit numbers"], *ends))
        for kind, seen in self._deep.items():
            ranges[kind], text = seen.range(kind)
            notes.append(text)
        text = " ".join(text for text in notes if text)
        return Stretch(ranges, text and f"{text} range=(low, high) sets another range.")


class _Deep:
    """Values of one kind with more than 8 bits."""

    def __init__(self) -> None:
        self._parts: list[npt.NDArray[np.float64]] = []
        self.low, self.high = np.inf, -np.inf
        self._holes = False

    def add(self, values: Values, ends_only: bool) -> None:
        finite = values[np.isfinite(values)]
        self._holes |= finite.size < values.size
        if not finite.size:
            return
        self.low = min(self.low, float(finite.min()))
        self.high = max(self.high, float(finite.max()))
        if ends_only:
            return
        # steps by the golden ratio: even, and never along a column
        places = np.arange(min(finite.size, PIXELS)) * 0.618_033_988_75 % 1
        chosen = finite[(places * finite.size).astype(int)].astype(np.float64)
        self._parts.append(np.clip(chosen, -LARGEST, LARGEST))

    def range(self, kind: Kind) -> tuple[Range, str]:
        """Return what is black and white, and words if that is not the usual."""
        holes = " NaN and infinite values in the images are shown black." if self._holes else ""
        if self.high == -np.inf:
            return (0.0, 1.0), ""
        values = np.concatenate(self._parts or [np.array([self.low, self.high])])
        whole = kind == "whole numbers"
        kept = _without_fill(np.unique(values), LABELS if whole else 0)
        low, high = float(kept[0]), float(kept[-1])
        inside = values[(values >= low) & (values <= high)]
        robust = [float(end) for end in np.percentile(inside, ENDS)]
        top = _usual_top(kind, *robust)
        if top and self.low >= 0 and self.high <= top:
            return (0.0, top), holes.strip()
        if whole and self.high - self.low < LABELS:  # rare labels are labels, too
            low, high = self.low, self.high
        elif robust[0] < robust[1]:
            low, high = robust
        found = (0.0, top) if top else (low, high if high > low else low + max(1.0, abs(low)))
        return found, _words(kind, found, self.low, self.high) + holes


def _usual_top(kind: Kind, low: float, high: float) -> float:
    """Return the top of the usual range that values fill; 0 if there is none."""
    for top, share in USUAL[kind].items():
        if low == high:
            if 0 <= low <= top:
                return top
        elif low >= -SLACK * top and high <= (1 + SLACK) * top:
            return top if high - low >= share * top else 0
    return 0


def _without_fill(distinct: Values, labels: int) -> Values:
    """Leave out what stands for no data: up to two values at each end, far from all others."""
    for _ in range(4):
        if len(distinct) < 3 or distinct[-1] - distinct[0] < labels:
            return distinct
        with np.errstate(over="ignore"):
            if distinct[1] - distinct[0] > 2 * (distinct[-1] - distinct[1]):
                distinct = distinct[1:]
            elif distinct[-1] - distinct[-2] > 2 * (distinct[-2] - distinct[0]):
                distinct = distinct[:-1]
            else:
                return distinct
    return distinct


def _words(kind: Kind, found: Range, low: float, high: float) -> str:
    text = (
        f"The images hold {kind} from {low:,.5g} to {high:,.5g}: {found[0]:,.5g} is shown black "
        f"and {found[1]:,.5g} white, here and to the learner."
    )
    if low < found[0] or high > found[1]:
        text += " What lies outside is black or white, too."
    return text
