"""Sounds of a pool: drawn as waveform and spectrogram, and played."""

from __future__ import annotations

import hashlib
import math
import numbers
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.pool.curves import draw_sound
from nblabel.pool.drawn import Drawing
from nblabel.pool.paths import absolute, check_inside, names_below, size_of
from nblabel.pool.pictures import hashed
from nblabel.pool.sound_files import Head, SoundArray, SoundFile, Source, pieces_of
from nblabel.system.dataframes import as_pandas
from nblabel.system.files import as_path
from nblabel.system.format import count, counted, duration

SAMPLES = 2_880_000  # of a channel that are looked at: a minute at 48,000 a second
PIECES = 512  # of a longer sound, spread evenly over it
MOST_CHANNELS = 64  # more are an array the other way round


class Sounds:
    """Sounds in memory or in files.

    Parameters
    ----------
    sources : sequence of SoundArray or SoundFile

    Attributes
    ----------
    sources : sequence of SoundArray or SoundFile
        As given.
    """

    kind = "sounds"

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources

    def __len__(self) -> int:
        return len(self.sources)

    def name(self, index: int) -> str:
        return self.sources[index].name

    def folder(self, index: int) -> str:
        """Return the folder below that of the pool that a file lies in, "" for none."""
        return self.sources[index].folder

    @property
    def names(self) -> list[str] | None:
        """The names of the files; None where some are in memory."""
        names = [source.name for source in self.sources]
        return names if all(names) else None

    @property
    def paths(self) -> list[Path]:
        """The files, by absolute path; none where some sounds are in memory."""
        paths = [source.path for source in self.sources if source.path is not None]
        return paths if len(paths) == len(self.sources) else []

    def head(self, index: int) -> Head:
        """Return length, rate and channels; raise `MediaError` if the file is broken."""
        return self.sources[index].head

    def read(self, index: int, start: float = 0.0, seconds: float | None = None) -> FloatArray:
        """Return samples from a time on, (n, channels) float32; raise `MediaError` as `head`."""
        source = self.sources[index]
        head = source.head
        first = min(max(round(start * head.rate), 0), head.n)
        last = head.n if seconds is None else min(first + round(seconds * head.rate), head.n)
        return source.read(first, last)

    def pieces(self, index: int) -> tuple[FloatArray, Head]:
        """Return what is looked at of a sound: all of it, or pieces spread over a long one.

        Returns
        -------
        pieces : ndarray of shape (p, n, channels), float32
            In their order; p is 1 where it is the whole sound.
        head : Head
        """
        source = self.sources[index]
        head = source.head
        if head.n <= SAMPLES:
            return pieces_of(source, [0], head.n), head
        n = SAMPLES // PIECES
        starts = np.linspace(0, head.n - n, PIECES).astype(int).tolist()
        return pieces_of(source, starts, n), head

    def draw(self, index: int, side: int) -> Drawing:
        pieces, head = self.pieces(index)
        about = [_length(head.seconds), f"{count(head.rate)} Hz", counted(head.channels, "channel")]
        if len(pieces) > 1:
            about.append("overview of a long sound")
        if not pieces.any():
            about.append("silence")
        picture = draw_sound(pieces, head.rate, side)
        return Drawing(
            picture, size=picture.shape[:2], about=" · ".join(about), seconds=head.seconds
        )

    def hash(self, index: int) -> bytes:
        """Return a hash of one sound."""
        return self.sources[index].hash()

    def digest(self) -> bytes:
        # of files names and sizes, not contents, as with pictures
        parts = (
            source.hash()
            if source.path is None
            else hashlib.blake2b(
                f"{source.name} {size_of(str(source.path))}".encode(), digest_size=16
            ).digest()
            for source in self.sources
        )
        return hashed(parts)

    def contents(self) -> bytes:
        """Return a hash of what is in the sounds, of files as far as their signs tell."""
        return hashed(source.hash() for source in self.sources)


def sounds_of_files(paths: Sequence[Any], root: Any = None) -> Sounds:
    """Return sound files as `Sounds`; see `nblabel.pool.pictures.ImageFiles` for the names."""
    files = [absolute(path) for path in paths]
    top = None if root is None else absolute(as_path(root))
    if top is not None:
        check_inside(files, Path(top).resolve())
    names = names_below(top, files)
    folders = [name.rpartition("/")[0].partition("/")[0] if top else "" for name in names]
    rows = zip(files, names, folders, strict=True)
    return Sounds([SoundFile(Path(path), name, folder) for path, name, folder in rows])


def as_sounds(sounds: Any, sampling_rate: Any = None) -> Sounds:
    """Return whatever a user gives as `Sounds`.

    Parameters
    ----------
    sounds : array of shape (n, samples) or (n, samples, channels), or iterable
        Of arrays, of paths, or of dicts with "array" and "sampling_rate".
    sampling_rate : float, optional
        Samples per second of the arrays.

    Raises
    ------
    TypeError
        If it is one path, a table, or has no order.
    ValueError
        If a sound is missing or no sound, or arrays have no sampling rate.
    """
    sounds = as_pandas(sounds)
    if isinstance(sounds, str | os.PathLike):
        raise TypeError(f"sounds is a single path; use Pool.from_folder({str(sounds)!r}).")
    if hasattr(sounds, "columns"):
        raise TypeError("sounds is a table; pass the column with the paths.")
    if isinstance(sounds, dict | set | frozenset) or not isinstance(sounds, Iterable):
        raise TypeError(f"sounds is a {type(sounds).__name__}; pass a list of arrays or paths.")
    given = list(sounds)
    if given and all(isinstance(one, str | os.PathLike) for one in given):
        if sampling_rate is not None:
            raise ValueError("sampling_rate= is for arrays; files say theirs by themselves.")
        return sounds_of_files(given)
    rate = None if sampling_rate is None else _rate(sampling_rate, "sampling_rate")
    return Sounds([_source(one, place, rate) for place, one in enumerate(given)])


def _source(given: Any, place: int, rate: float | None) -> Source:
    if isinstance(given, dict) and "sampling_rate" in given and given.get("array") is not None:
        rate = _rate(given["sampling_rate"], f"the sampling_rate of sound {place}")
        given = given["array"]
    if isinstance(given, dict) and given.get("path"):
        given = given["path"]
    if isinstance(given, str | os.PathLike):
        return SoundFile(Path(absolute(given)), Path(given).name)
    samples = np.asarray(as_pandas(given))
    if samples.dtype.kind not in "biuf" or samples.ndim not in (1, 2):
        raise ValueError(
            f"sound {place} is a {type(given).__name__} of shape {samples.shape}; pass a path, or "
            "an array of numbers of shape (samples,) or (samples, channels)."
        )
    samples = samples[:, None] if samples.ndim == 1 else samples
    if not samples.size:
        raise ValueError(f"sound {place} holds no samples; leave it out.")
    if samples.shape[1] > MOST_CHANNELS:
        raise ValueError(
            f"sound {place} has shape {samples.shape}: {count(samples.shape[1])} channels. Put the "
            "samples first: array.T."
        )
    if rate is None:
        raise ValueError(
            "arrays do not say how fast they are played; pass sampling_rate=, in samples per "
            "second: Pool(sounds=arrays, sampling_rate=16_000)."
        )
    return SoundArray(samples, rate)


def _rate(value: Any, what: str) -> float:
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        rate = float(value)
        if 0 < rate < math.inf:
            return rate
    raise ValueError(f"{what} is {value!r}; pass the samples per second, such as 16_000.")


def _length(seconds: float) -> str:
    """Return a length as players have it, of a short sound with its fractions."""
    if seconds < 10:
        return duration(seconds)
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
