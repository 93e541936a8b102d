"""Samples of a sound, in memory or in a file; every failure names the sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray
from nblabel.pool.paths import signs_of
from nblabel.pool.pictures import hash_of
from nblabel.pool.reading import MediaError, hiding

INSTALL = "pip install 'nblabel[audio]'"
PLAIN = frozenset({".wav", ".wave"})  # as SciPy reads them
OTHERS = frozenset(
    {".aif", ".aifc", ".aiff", ".au", ".caf", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".w64"}
)
AT_ONCE = 2**28  # bytes of a file that has to be read as a whole
_LEVELS = {"u1": (128.0, 128.0), "i2": (0.0, 2.0**15), "i4": (0.0, 2.0**31)}  # middle, full scale


@dataclass(frozen=True)
class Head:
    """What a sound says of itself.

    Attributes
    ----------
    n : int
        Samples of a channel.
    rate : float
        Samples per second.
    channels : int
    """

    n: int
    rate: float
    channels: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.n / self.rate


class SoundArray:
    """A sound in memory.

    Parameters
    ----------
    samples : ndarray of shape (n, channels)
        Whole numbers of 8, 16 or 32 bits over their range, or floats, in which 1 is full scale.
    rate : float
        Samples per second.
    """

    name = folder = ""
    path: Path | None = None

    def __init__(self, samples: npt.NDArray[Any], rate: float) -> None:
        self._samples = samples
        self.head = Head(len(samples), rate, samples.shape[1])

    def read(self, start: int, stop: int) -> FloatArray:
        """Return samples from one to before another, (n, channels) float32; NaN is 0."""
        return as_floats(self._samples[start:stop])

    def hash(self) -> bytes:
        """Return a hash of all samples."""
        return hash_of(self._samples)

    def signs(self, *, only_size: bool = False) -> str:  # noqa: ARG002  for files
        """Return what is in it, in a few signs."""
        return self.hash().hex()[:16]


class SoundFile:
    """A sound in a file, opened when it is read; of a long one only what is asked for is read.

    Parameters
    ----------
    path : Path
        Absolute.
    name : str
        What a person knows it by.
    folder : str
        The folder below that of the pool which it lies in, "" where it lies in none.
    """

    def __init__(self, path: Path, name: str, folder: str = "") -> None:
        self.path, self.name, self.folder = path, name, folder

    @property
    def head(self) -> Head:
        """What the file says of itself; raise `MediaError` if it is broken."""
        with naming_sound(self.name):
            library = soundfile()
            if library is None:
                rate, samples = self._plain()
                return _checked(Head(len(samples), rate, _channels(samples)))
            self._find()
            about = library.info(str(self.path))
            return _checked(Head(about.frames, about.samplerate, about.channels))

    def read(self, start: int, stop: int) -> FloatArray:
        """Return samples from one to before another, (n, channels) float32; NaN is 0."""
        found: FloatArray = self.pieces([start], stop - start)[0]
        return found

    def pieces(self, starts: list[int], n: int) -> FloatArray:
        """Return n samples from each of some places, (pieces, n, channels); 0 behind the end."""
        with naming_sound(self.name):
            library = soundfile()
            if library is None:
                samples = self._plain()[1]
                parts = [as_floats(samples[at : at + n]) for at in starts]
            else:
                self._find()
                parts = []
                with library.SoundFile(str(self.path)) as file:
                    for at in starts:
                        file.seek(at)
                        parts.append(as_floats(file.read(n, dtype="float32", always_2d=True)))
            return stacked(parts, n)

    def _find(self) -> None:
        """Raise FileNotFoundError where the file is gone; the library calls it a system error."""
        assert self.path is not None
        self.path.stat()

    def _plain(self) -> tuple[int, npt.NDArray[Any]]:
        """Return rate and samples of a WAV file, mapped into memory where that can be."""
        from scipy.io import wavfile

        assert self.path is not None
        # chunks of other things beside the samples are no harm
        with hiding(("ignore", None, wavfile.WavFileWarning, None, 0)):
            try:
                rate, samples = wavfile.read(self.path, mmap=True)
            except ValueError as error:
                if "mmap" not in str(error):
                    raise
                if self.path.stat().st_size > AT_ONCE:
                    raise MediaError(
                        f"{self.name} cannot be read: long files of 24 bits need {INSTALL}"
                    ) from error
                rate, samples = wavfile.read(self.path)
        return int(rate), samples

    def hash(self) -> bytes:
        """Return a hash of what is in the file, as far as its signs tell."""
        return self.signs().encode()

    def signs(self, *, only_size: bool = False) -> str:
        """Return what is in it, in a few signs; "" where it cannot be read."""
        assert self.path is not None
        return signs_of(self.path, only_size=only_size)


Source = SoundArray | SoundFile


def pieces_of(source: Source, starts: list[int], n: int) -> FloatArray:
    """Return n samples from each of some places, (pieces, n, channels); 0 behind the end."""
    if isinstance(source, SoundFile):
        return source.pieces(starts, n)
    return stacked([source.read(at, at + n) for at in starts], n)


def stacked(parts: list[FloatArray], n: int) -> FloatArray:
    """Return pieces as one array, those that are short filled up with 0."""
    out = np.zeros((len(parts), n, parts[0].shape[1]), dtype=np.float32)
    for place, part in zip(out, parts, strict=True):
        place[: len(part)] = part
    return out


@cache
def soundfile() -> Any:
    """Return the library that reads other files than WAV, None where it is not installed."""
    try:
        import soundfile as library
    except (ImportError, OSError):  # or libsndfile itself is missing
        return None
    return library


def sound_suffixes() -> frozenset[str]:
    """Return the endings of the sound files that can be read, in lower case."""
    return PLAIN if soundfile() is None else PLAIN | OTHERS


def as_floats(samples: npt.NDArray[Any]) -> FloatArray:
    """Return samples of any type as (n, channels) float32, in which 1 is full scale."""
    samples = np.atleast_2d(samples.T).T
    middle, full = _LEVELS.get(samples.dtype.str[1:], (0.0, 1.0))
    floats = samples.astype(np.float32)
    if full != 1:
        floats = (floats - np.float32(middle)) / np.float32(full)
    return np.nan_to_num(floats, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


@contextmanager
def naming_sound(name: str) -> Iterator[None]:
    """Turn whatever goes wrong with a sound into a `MediaError` that names it."""
    try:
        yield
    except MediaError:
        raise
    except FileNotFoundError as error:
        raise MediaError(f"{name} cannot be read: not found") from error
    except Exception as error:  # a damaged file can make a decoder fail in any way
        if soundfile() is None and Path(name).suffix.lower() not in PLAIN:
            raise MediaError(f"{name} cannot be read: such files need {INSTALL}") from error
        why = getattr(error, "error_string", "") or str(error) or type(error).__name__
        raise MediaError(f"{name} cannot be read: {why}") from error


def _channels(samples: npt.NDArray[Any]) -> int:
    return 1 if samples.ndim == 1 else samples.shape[1]


def _checked(head: Head) -> Head:
    if head.n < 1:
        raise ValueError("it holds no samples")
    return head
