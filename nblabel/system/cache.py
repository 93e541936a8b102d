"""Arrays on disk, found again by the content they were made of."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

FORMAT = 2
QUICK = 1.0  # seconds; what takes longer is kept
DIGEST = 16  # bytes behind the array that tell whether the file is whole


class ArrayCache:
    """One array, kept in the user's cache folder.

    Parameters
    ----------
    kind : str
        What is kept; names the folder.
    X : ndarray
        What it is computed from.
    *settings : object
        Whatever else it depends on.

    Attributes
    ----------
    path : Path
        The file.
    """

    def __init__(self, kind: str, X: np.ndarray[Any, Any], *settings: Any) -> None:
        hasher = _hasher(f"{FORMAT} {X.shape} {X.dtype} {settings}".encode())
        hasher.update(np.ascontiguousarray(X).data)
        folder = Path(platformdirs.user_cache_dir("nblabel")) / kind
        self.path = folder / f"{hasher.hexdigest()}.npy"

    @classmethod
    def at(cls, path: Path) -> ArrayCache:
        """Return the array of a file."""
        one = cls.__new__(cls)
        one.path = path
        return one

    def read(self) -> np.ndarray[Any, Any] | None:
        """Return the array, or None if there is none or the file is damaged."""
        try:
            with self.path.open("rb") as file:
                array: np.ndarray[Any, Any] = np.load(file, allow_pickle=False)
                whole = file.read() == _hasher(np.ascontiguousarray(array).data).digest()
        except (OSError, ValueError, EOFError, TypeError):
            return None
        return array if whole else None

    def or_made(
        self, make: Callable[[], np.ndarray[Any, Any]], is_whole: Callable[[], bool] = lambda: True
    ) -> np.ndarray[Any, Any]:
        """Return the array, or make it, and keep it if that took more than a second.

        Parameters
        ----------
        make : callable
            Returns the array.
        is_whole : callable
            Asked after that whether the array may be kept.
        """
        known = self.read()
        if known is not None:
            return known
        begun = time.perf_counter()
        array = make()
        if time.perf_counter() - begun > QUICK and is_whole():
            self.write(array)
        return array

    def write(self, array: np.ndarray[Any, Any]) -> None:
        """Keep an array, in one atomic step; without a writable disk nothing is kept."""
        part: Path | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.path.parent, delete=False) as file:
                part = Path(file.name)
                np.save(file, array)
                file.write(_hasher(np.ascontiguousarray(array).data).digest())
            part.replace(self.path)
        except BaseException as error:  # also an interrupted kernel leaves nothing behind
            if part is not None:
                with contextlib.suppress(OSError):
                    part.unlink()
            if not isinstance(error, OSError):
                raise


def _hasher(start: Any) -> hashlib.blake2b:
    return hashlib.blake2b(start, digest_size=DIGEST)
