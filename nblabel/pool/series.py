"""Time series of a pool: arrays of one channel or several, drawn as lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.pool.columns import name_of
from nblabel.pool.curves import PANELS, draw_series
from nblabel.pool.drawn import Drawing
from nblabel.pool.pictures import hash_of, hashed
from nblabel.system.dataframes import as_pandas
from nblabel.system.format import count, counted

MOST_CHANNELS = 256  # more are an array the other way round

Values = npt.NDArray[np.float64]


class Series:
    """Time series held in memory, of any lengths.

    Parameters
    ----------
    values : sequence of ndarray of shape (length, channels), float64
        NaN where a value is missing.
    names : sequence of str
        What the channels are called; empty where they have no names.

    Attributes
    ----------
    values, names
        As given.
    """

    kind = "series"

    def __init__(self, values: Sequence[Values], names: Sequence[str] = ()) -> None:
        self.values, self.names = values, tuple(names)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def channels(self) -> int:
        """How many channels each has."""
        return int(self.values[0].shape[1])

    def name(self, index: int) -> str:  # noqa: ARG002
        return ""

    def draw(self, index: int, side: int) -> Drawing:
        values = self.values[index]
        about = [counted(len(values), "value")]
        if self.channels > 1:
            shown = f", {PANELS} shown" if self.channels > PANELS else ""
            about.append(f"{counted(self.channels, 'channel')}{shown}")
        missing = int(np.isnan(values).sum())
        if missing:
            about.append(f"{count(missing)} missing")
        picture = draw_series(values, self.names, side)
        return Drawing(picture, size=picture.shape[:2], about=" · ".join(about))

    def hash(self, index: int) -> bytes:
        """Return a hash of one series."""
        return hash_of(self.values[index] + 0.0)

    def digest(self) -> bytes:
        return hashed(map(self.hash, range(len(self))))

    def joined(self, more: Series) -> Series:
        """Return these series with others behind them.

        Raises
        ------
        ValueError
            If they have other channels.
        """
        if self.channels != more.channels:
            raise ValueError(f"the series have {self.channels} channels, and {more.channels}.")
        return Series([*self.values, *more.values], self.names)


def as_series(series: Any) -> Series:
    """Return whatever a user gives as `Series`.

    Parameters
    ----------
    series : array of shape (n, length) or (n, length, channels), or iterable
        Of arrays of shape (length,) or (length, channels), Series or DataFrames; a DataFrame has a
        series in each row.

    Raises
    ------
    TypeError
        If it has no order.
    ValueError
        If one of them is empty, holds no numbers, or has another number of channels.
    """
    series = as_pandas(series)
    if hasattr(series, "columns"):
        series = series.to_numpy()
    if isinstance(series, str | dict | set | frozenset) or not isinstance(series, Iterable):
        raise TypeError(f"series is a {type(series).__name__}; pass a list of arrays.")
    if getattr(series, "ndim", 2) == 1 and np.asarray(series).dtype.kind in "biuf":
        raise ValueError(
            "series is a single one; pass an array of shape (n, length), or a list of arrays."
        )
    given = [as_pandas(one) for one in series]
    values = [_checked(one, place) for place, one in enumerate(given)]
    channels = [one.shape[1] for one in values]
    for place, n in enumerate(channels):
        if n != channels[0]:
            raise ValueError(
                f"series {place} has {counted(n, 'channel')}, and series 0 has {channels[0]}; all "
                "must have the same."
            )
    columns = getattr(given[0], "columns", None) if given else None
    return Series(values, [] if columns is None else [name_of(one) for one in columns])


def _checked(given: Any, place: int) -> Values:
    try:
        array = np.asarray(given.detach().cpu() if hasattr(given, "detach") else given)
        if array.dtype.kind not in "biufO":
            raise TypeError(f"its type is {array.dtype}")
        values = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"series {place} holds no numbers: {error}.") from error
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2:
        raise ValueError(
            f"series {place} has shape {array.shape}; expected (length,) or (length, channels)."
        )
    if not values.size:
        raise ValueError(f"series {place} has no values; leave it out.")
    if values.shape[1] > MOST_CHANNELS:
        raise ValueError(
            f"series {place} has {count(values.shape[1])} channels. Put time first: array.T."
        )
    values[~np.isfinite(values)] = np.nan
    return values
