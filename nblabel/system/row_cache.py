"""Rows of numbers on disk, each found again by what it was computed from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.system.cache import ArrayCache

Rows = npt.NDArray[np.float32]

NAMES, ROWS = ".names.npy", ".rows.npy"


class RowCache:
    """Rows of one width, kept in the user's cache folder, some hundred in a file.

    Unlike an `ArrayCache` it has a part of them, too: of work that was interrupted, or of a pool
    that has changed since.

    Parameters
    ----------
    kind : str
        What is kept; names the folder.
    *settings : object
        Whatever the rows depend on besides their items.
    """

    def __init__(self, kind: str, *settings: Any) -> None:
        self._folder = ArrayCache(kind, np.zeros(0, np.uint8), *settings).path.with_suffix("")

    def read(self, names: Sequence[str]) -> dict[int, Rows]:
        """Return the rows that are there.

        Parameters
        ----------
        names : sequence of str
            What each item is known by; "" is never found.

        Returns
        -------
        dict of int to ndarray of shape (dim,), float32
            By place in `names`.
        """
        places: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            if name:
                places.setdefault(name, []).append(place)
        found: dict[int, Rows] = {}
        for there, rows in self._files(set(places)):
            found |= {
                place: row
                for name, row in zip(there, rows, strict=True)
                for place in places.get(name, ())
            }
        return found

    def write(self, names: Sequence[str], rows: Rows) -> None:
        """Keep rows under the names of their items; without a writable disk nothing is kept."""
        kept = np.array(names, dtype=np.str_)
        path = ArrayCache("", kept).path.stem
        ArrayCache.at(self._folder / f"{path}{ROWS}").write(rows)
        ArrayCache.at(self._folder / f"{path}{NAMES}").write(kept)  # last: what is named is there

    def _files(self, wanted: set[str]) -> Iterator[tuple[list[str], Rows]]:
        with contextlib.suppress(OSError):
            for path in sorted(self._folder.glob(f"*{NAMES}")):
                names = ArrayCache.at(path).read()
                there = [] if names is None else names.tolist()
                if wanted.isdisjoint(there):
                    continue
                rows = ArrayCache.at(Path(str(path).removesuffix(NAMES) + ROWS)).read()
                if rows is not None and len(rows) == len(there):
                    yield there, rows
