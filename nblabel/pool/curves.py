"""Sounds and series as pictures: lines over time, and spectrograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from nblabel.arrays import FloatArray, UInt8Array
from nblabel.pool.spectra import decibels, mel_spectra
from nblabel.system.format import count, significant

HEIGHT = 0.75  # of the width
LABELED = 200  # pixels a side; smaller pictures have no words
FONT = 11
BANDS, FLOOR = 96, 80.0  # of a spectrogram: bands, and decibels below the loudest that are seen
STRIPS = 4  # channels of a sound that are drawn, each with its waveform
PANELS = 8  # channels of a series
FINER = 2  # times as many pixels are drawn, so that lines are smooth
PAPER, INK, FAINT, LINE = (255, 255, 255), (70, 70, 70), (205, 205, 205), (0, 91, 150)
# viridis, the colours that matplotlib has for values
SCALE = ("440154", "414487", "2a788e", "22a884", "7ad151", "fde725")

Span = tuple[int, int]


def draw_sound(pieces: FloatArray, rate: float, side: int) -> UInt8Array:
    """Draw the waveform of each channel, and below them the spectrogram of their mean.

    Parameters
    ----------
    pieces : ndarray of shape (p, n, channels), float32
        All of a sound, or pieces spread over it, in their order.
    rate : float
        Samples per second.
    side : int
        Width of the picture; its height is three quarters of it.

    Returns
    -------
    ndarray of shape (height, width, 3), uint8
        The waveform fills its height at the loudest sample. The spectrogram is on the mel scale, up
        to half the rate, from the loudest band to 80 dB below it.
    """
    height = max(round(side * HEIGHT), 2)
    waves = height // 3
    picture = Image.new("RGB", (side, height), PAPER)
    draw = ImageDraw.Draw(picture)
    shown = pieces[..., :STRIPS]
    peak = float(np.abs(shown).max(initial=0.0)) or 1.0
    for place in range(shown.shape[2]):
        top, bottom = (waves * at // shown.shape[2] for at in (place, place + 1))
        _wave(draw, shown[..., place].reshape(-1) / peak, side, (top, bottom))
    power = mel_spectra(pieces.mean(axis=2), rate, BANDS, rate / 2)
    levels = decibels(power.reshape(-1, BANDS), FLOOR) / FLOOR + 1
    image = Image.fromarray(_colored(_columns(levels, side).T[::-1]))
    picture.paste(image.resize((side, height - waves), Image.Resampling.BILINEAR), (0, waves))
    if side >= LABELED:
        _write(draw, (4, waves + 2), f"{count(rate / 2)} Hz")
        _write(draw, (4, height - FONT - 5), "0 Hz")
    return np.asarray(picture)


def _wave(
    draw: ImageDraw.ImageDraw, values: npt.NDArray[np.float32], width: int, rows: Span
) -> None:
    """Draw the lowest and highest value of each column of pixels, between -1 and 1."""
    top, bottom = rows
    middle, half = (top + bottom - 1) / 2, (bottom - top - 2) / 2
    if len(values) < 4 * width:  # so that a line goes from one column to the next
        places = np.linspace(0, len(values) - 1, 4 * width)
        values = np.interp(places, np.arange(len(values)), values).astype(np.float32)
    starts = np.linspace(0, len(values), width, endpoint=False).astype(int)
    low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    for x in range(width):
        ends = middle - half * float(high[x]), middle - half * float(low[x])
        draw.line([(x, ends[0]), (x, ends[1])], fill=LINE)


def _columns(levels: FloatArray, width: int) -> FloatArray:
    """Return spectra in so many columns: the loudest of several, or one repeated."""
    starts = np.minimum(np.arange(width) * len(levels) // width, len(levels) - 1)
    if len(levels) <= width:
        return levels[starts]
    found: FloatArray = np.maximum.reduceat(levels, starts, axis=0)
    return found


def _colored(levels: FloatArray) -> UInt8Array:
    """Return levels from 0 to 1 as colours."""
    anchors = np.array([[int(one[at : at + 2], 16) for at in (0, 2, 4)] for one in SCALE])
    places = np.linspace(0, 1, len(anchors))
    table = np.stack([np.interp(np.linspace(0, 1, 256), places, row) for row in anchors.T], axis=1)
    codes = np.clip(np.rint(levels * 255), 0, 255).astype(np.intp)
    colors: UInt8Array = np.rint(table).astype(np.uint8)[codes]
    return colors


def draw_series(values: npt.NDArray[Any], names: Sequence[str], side: int) -> UInt8Array:
    """Draw each channel of a series as a line over time, in its own range, below one another.

    Parameters
    ----------
    values : ndarray of shape (n, channels)
        NaN where a value is missing: the line has a gap there.
    names : sequence of str
        What the channels are called; empty where they have no names.
    side : int
        Width of the picture; its height is three quarters of it.

    Returns
    -------
    ndarray of shape (height, width, 3), uint8
        Of more than 8 channels the first ones.
    """
    height = max(round(side * HEIGHT), 2)
    picture = Image.new("RGB", (side * FINER, height * FINER), PAPER)
    draw = ImageDraw.Draw(picture)
    n = min(values.shape[1], PANELS)
    bounds = [(height * at // n, height * (at + 1) // n) for at in range(n)]
    ranges = []
    for channel, (top, bottom) in enumerate(bounds):
        if channel:
            y = top * FINER
            draw.line([(0, y), (side * FINER, y)], fill=FAINT)
        room = FONT + 2 if side >= LABELED and bottom - top > 3 * FONT else 1
        span = (top + room) * FINER, (bottom - room) * FINER
        ranges.append(_line(draw, values[:, channel], side * FINER, span))
    picture = picture.reduce(FINER)
    if side >= LABELED:
        draw = ImageDraw.Draw(picture)
        for channel, (top, bottom) in enumerate(bounds):
            if bottom - top > 3 * FONT:
                name = names[channel] if channel < len(names) else ""
                low, high = ranges[channel]
                _write(draw, (4, top + 1), "  ".join(part for part in (high, name) if part))
                _write(draw, (4, bottom - FONT - 3), low)
    return np.asarray(picture)


def _line(
    draw: ImageDraw.ImageDraw, values: npt.NDArray[Any], width: int, rows: Span
) -> tuple[str, str]:
    """Draw a line through values, with gaps; return the lowest and highest of them in words."""
    known = values[np.isfinite(values)].astype(np.float64)
    if not known.size:
        return "", "no values"
    low, high = float(known.min()), float(known.max())
    top, bottom = rows
    span = high - low
    at = (values.astype(np.float64) - low) / span if span else np.full(len(values), 0.5)
    at[~np.isfinite(values)] = np.nan
    y = bottom - 1 - at * max(bottom - top - 2, 1)
    x = np.linspace(FINER, width - 1 - FINER, len(y)) if len(y) > 1 else np.array([width / 2])
    if len(y) > 2 * width:
        x, y = _thinned(x, y, width)
    for run in _runs(y):
        points = list(zip(x[run].tolist(), y[run].tolist(), strict=True))
        if len(points) > 1:
            draw.line(points, fill=LINE, width=FINER + 1, joint="curve" if len(y) < width else None)
        else:
            (a, b), r = points[0], FINER
            draw.ellipse([a - r, b - r, a + r, b + r], fill=LINE)
    return significant(low, 4) if span else "", significant(high, 4)


def _thinned(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], width: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the lowest and the highest point of each column; NaN where it has none."""
    starts = np.linspace(0, len(y), width, endpoint=False).astype(int)
    low, high = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    return np.repeat(x[starts], 2), np.stack([low, high], axis=1).reshape(-1)


def _runs(y: npt.NDArray[np.float64]) -> list[slice]:
    """Return the stretches without a gap."""
    known = np.concatenate([[False], np.isfinite(y), [False]]).astype(np.int8)
    changes = np.flatnonzero(np.diff(known))
    return [slice(a, b) for a, b in zip(changes[::2], changes[1::2], strict=True)]


def _write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str) -> None:
    """Write on whatever is below."""
    font = ImageFont.load_default(size=FONT)
    draw.text(at, text, fill=INK, font=font, stroke_width=2, stroke_fill=PAPER)
