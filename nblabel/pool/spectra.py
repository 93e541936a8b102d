"""Spectra of sounds on the mel scale, in which steps sound alike to people."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray

WINDOW = 0.032  # seconds that one spectrum is of
LEAST, MOST = 64, 8_192  # samples of a window
SILENT = 1e-10  # power density that counts as none


def mel_spectra(pieces: FloatArray, rate: float, bands: int, highest: float) -> FloatArray:
    """Return the power in bands of the mel scale, one spectrum after the other.

    Parameters
    ----------
    pieces : ndarray of shape (p, m), float32
        Pieces of a sound of one channel; no window goes across the ends of a piece.
    rate : float
        Samples per second.
    bands : int
        How many.
    highest : float
        Frequency at which the last band ends, in Hz; what the rate does not reach is 0.

    Returns
    -------
    ndarray of shape (p, spectra, bands), float32
        Power density; Hann windows of 32 ms that overlap by half.

    Notes
    -----
    Triangular bands, evenly spaced in mel = 2595 log10(1 + f / 700), as in Davis, Mermelstein,
    "Comparison of parametric representations for monosyllabic word recognition in continuously
    spoken sentences", IEEE Transactions on Acoustics, Speech, and Signal Processing 1980.
    """
    from scipy.signal import spectrogram

    size = int(np.clip(2 ** round(math.log2(max(rate * WINDOW, 1))), LEAST, MOST))
    if pieces.shape[1] < size:
        pieces = np.pad(pieces, ((0, 0), (0, size - pieces.shape[1])))
    frequencies, _, power = spectrogram(
        pieces, rate, window="hann", nperseg=size, noverlap=size // 2, axis=-1
    )
    filters = _filters(frequencies, bands, highest)
    spectra: FloatArray = np.einsum("pft,bf->ptb", power, filters).astype(np.float32)
    return spectra


def _filters(
    frequencies: npt.NDArray[np.floating], bands: int, highest: float
) -> npt.NDArray[np.float32]:
    """Return triangles over the frequencies, each of weight 1, none narrower than two of them."""
    top = 2595 * math.log10(1 + highest / 700)
    edges = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)
    step = frequencies[1]
    middle = edges[1:-1, None]
    below = np.maximum(middle - edges[:-2, None], step)
    above = np.maximum(edges[2:, None] - middle, step)
    rising = 1 - (middle - frequencies) / below
    falling = 1 - (frequencies - middle) / above
    weights = np.clip(np.minimum(rising, falling), 0, None)
    total = weights.sum(axis=1, keepdims=True)
    filters: npt.NDArray[np.float32] = (weights / np.where(total > 0, total, 1)).astype(np.float32)
    return filters


def decibels(power: FloatArray, below: float) -> FloatArray:
    """Return power relative to the largest, in dB, no lower than -`below`; silence is all -`below`.

    Parameters
    ----------
    power : ndarray of any shape, float32
    below : float
    """
    most = float(power.max(initial=0.0))
    if most <= SILENT:
        return np.full(power.shape, -below, dtype=np.float32)
    levels: FloatArray = 10 * np.log10(np.maximum(power / most, 10 ** (-below / 10)))
    return levels.astype(np.float32)
