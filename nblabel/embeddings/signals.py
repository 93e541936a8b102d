"""Sounds and time series as vectors."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.embeddings.custom import join
from nblabel.pool import Pool
from nblabel.pool.pictures import MediaError
from nblabel.pool.series import Series
from nblabel.pool.sounds import Sounds
from nblabel.pool.spectra import mel_spectra
from nblabel.system.cache import ArrayCache
from nblabel.system.progress import over

BANDS = 64  # of the mel scale
FAINTEST = 1e-10  # power density below which all is silence
POINTS, FREQUENCIES = 64, 32  # of each channel of a series
SEGMENT = 256  # values of a series in one of the spectra that are averaged


def embed_sounds(
    pool: Pool,
    dim: int | None,  # noqa: ARG001  the caller reduces
    random_state: int,  # noqa: ARG001  nothing is random here
    like: Pool | None = None,
) -> FloatArray:
    """Describe sounds by their log-mel spectrum: its mean, its spread, and how it changes.

    The power in 64 bands of the mel scale [1]_ is taken in windows of 32 ms, and its logarithm
    averaged over time; beside it stand the standard deviation over time, and the mean absolute
    difference of windows that follow one another [2]_. Each of these 192 numbers is brought to a
    mean of 0 and a variance of 1 over the pool. Channels are averaged before.

    Parameters
    ----------
    pool : Pool
        Of sounds. Of one of more than 2,880,000 samples, a minute at 48,000 a second, 512 pieces
        spread over it are heard. A sound that cannot be read gets the mean of the others, with a
        warning.
    like : Pool, optional
        Of sounds, whose means, variances and highest frequency are used.

    Returns
    -------
    ndarray of shape (n, 192), float32
        The highest band ends at half of the lowest sampling rate in the pool.

    Raises
    ------
    MediaError
        If none of the sounds can be read.

    References
    ----------
    .. [1] Davis, Mermelstein, "Comparison of parametric representations for monosyllabic word
       recognition in continuously spoken sentences", IEEE TASSP 1980.
    .. [2] Tzanetakis, Cook, "Musical genre classification of audio signals", IEEE TSAP 2002: means
       and variances of short spectra over a longer time.
    """
    media = pool.media
    assert isinstance(media, Sounds)
    known = media if like is None else like.media
    assert isinstance(known, Sounds)
    highest = _highest(known)
    scale = _described(known, highest)
    X = scale if media is known else _described(media, highest)
    good = np.isfinite(scale).all(axis=1)
    mean = scale[good].mean(axis=0, dtype=np.float64)
    deviation = scale[good].std(axis=0, dtype=np.float64)
    deviation[deviation == 0] = 1
    scaled = (X - mean) / deviation
    scaled[~np.isfinite(X).all(axis=1)] = 0
    out: FloatArray = scaled.astype(np.float32)
    return out


def _highest(media: Sounds) -> float:
    """Return half of the lowest sampling rate."""
    rates = []
    for index in range(len(media)):
        try:
            rates.append(media.head(index).rate)
        except MediaError:  # said when it is read
            continue
    if not rates:
        raise MediaError("none of the sounds can be read; check the files.")
    return min(rates) / 2


def _described(media: Sounds, highest: float) -> FloatArray:
    """Return the numbers of all sounds as they are, NaN where one cannot be read."""
    kept = ArrayCache("logmel", np.frombuffer(media.contents(), np.uint8), BANDS, highest)
    errors: list[MediaError] = []

    def make() -> FloatArray:
        rows = np.full((len(media), 3 * BANDS), np.nan, dtype=np.float32)
        for index in over(range(len(media)), "Listening to the sounds"):
            try:
                pieces, head = media.pieces(index)
            except MediaError as error:
                errors.append(error)
                continue
            power = mel_spectra(pieces.mean(axis=2), head.rate, BANDS, highest)
            rows[index] = _statistics(np.log10(power + FAINTEST))
        return rows

    rows: FloatArray = kept.or_made(make, lambda: not errors)
    for error in errors:
        warnings.warn(str(error), stacklevel=6)
    if not np.isfinite(rows).all(axis=1).any():
        raise MediaError("none of the sounds can be read; check the files.")
    return rows


def _statistics(levels: FloatArray) -> FloatArray:
    """Return mean, deviation and mean change of levels of shape (pieces, spectra, bands)."""
    changes = np.abs(np.diff(levels, axis=1)).reshape(-1, levels.shape[2])
    change = changes.mean(axis=0) if len(changes) else np.zeros(levels.shape[2])
    flat = levels.reshape(-1, levels.shape[2])
    return np.concatenate([flat.mean(axis=0), flat.std(axis=0), change]).astype(np.float32)


def embed_series(
    pool: Pool,
    dim: int | None,  # noqa: ARG001  the caller reduces
    random_state: int,  # noqa: ARG001  nothing is random here
    like: Pool | None = None,
) -> FloatArray:
    """Describe time series by their shape, their spectrum, and their level.

    Of each channel: 64 values spread over its length, interpolated and brought to a mean of 0 and a
    variance of 1; the logarithm of its power spectrum at 32 frequencies; its mean and the logarithm
    of its standard deviation, both scaled over the pool. The three parts have an equal say. Time
    and frequency see what the other misses: a shape at a fixed place, and one that wanders [1]_.

    Parameters
    ----------
    pool : Pool
        Of series. Missing values are interpolated; a series without any value gets zeros, with a
        warning.
    like : Pool, optional
        Of series with as many channels, by whose variances these are scaled.

    Returns
    -------
    ndarray of shape (n, 98 * channels), float32

    Raises
    ------
    ValueError
        If `like` has another number of channels.

    References
    ----------
    .. [1] Bagnall, Davis, Hills, Lines, "Transformation based ensembles for time series
       classification", SDM 2012. The spectrum is that of Welch, "The use of fast Fourier transform
       for the estimation of power spectra", IEEE Transactions on Audio and Electroacoustics 1967.
    """
    media = pool.media
    assert isinstance(media, Series)
    known = media if like is None else like.media
    assert isinstance(known, Series)
    if known.channels != media.channels:
        raise ValueError(
            f"these series have {media.channels} channels, and those of the pool {known.channels}."
        )
    scale = _parts(known)
    parts = scale if known is media else _parts(media)
    spread = scale[2].std(axis=0)
    spread[spread == 0] = 1
    return join([*parts[:2], parts[2] / spread], [*scale[:2], scale[2] / spread])


def _parts(media: Series) -> list[FloatArray]:
    """Return shapes, spectra and levels of all series as they are, a row for each."""
    empty = sum(np.isnan(values).all() for values in media.values)
    if empty:
        warnings.warn(f"{empty} of the series have no value: their embedding is 0.", stacklevel=5)
    kept = ArrayCache("series", np.frombuffer(media.digest(), np.uint8), POINTS, FREQUENCIES)
    rows = kept.or_made(lambda: _rows(media))
    ends = np.cumsum([POINTS, FREQUENCIES]) * media.channels
    return np.split(rows, ends, axis=1)


def _rows(media: Series) -> FloatArray:
    rows = []
    for values in over(media.values, "Reading the series"):
        parts = [_of_channel(values[:, channel]) for channel in range(media.channels)]
        rows.append(np.concatenate([one for part in zip(*parts, strict=True) for one in part]))
    return np.array(rows, dtype=np.float32)


def _of_channel(values: np.ndarray[Any, Any]) -> tuple[Any, Any, Any]:
    from scipy.signal import welch

    known = np.isfinite(values)
    if not known.any():
        return np.zeros(POINTS), np.zeros(FREQUENCIES), np.zeros(2)
    places = np.arange(len(values))
    whole = np.interp(places, places[known], values[known])
    mean, deviation = whole.mean(), whole.std()
    even = (whole - mean) / deviation if deviation > 0 else np.zeros(len(whole))
    shape = np.interp(np.linspace(0, len(even) - 1, POINTS), places, even)
    frequencies, power = welch(even, nperseg=min(SEGMENT, len(even)))
    at = np.linspace(0, 0.5, FREQUENCIES)
    spectrum = np.interp(at, frequencies, np.log10(power + 1e-6))
    return shape, spectrum, np.array([mean, np.log10(deviation + 1e-6)])
