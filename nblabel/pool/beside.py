"""Pictures that stand beside the items: columns of a pool that hold paths of image files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nblabel.pool.closeups import Closeups
from nblabel.pool.columns import Column
from nblabel.pool.pictures import ImageFiles
from nblabel.pool.reading import suffix_of, suffixes
from nblabel.pool.stretch import spread
from nblabel.pool.tables import Table

MOST = 8  # columns of pictures; a person looks at two of them at a time


class BesidePictures:
    """The columns of a pool that hold paths of pictures, and those pictures.

    Parameters
    ----------
    table : Table or None
        What stands beside the items.
    folder : path-like, optional
        Where relative paths begin that do not lead to a file from the working directory.

    Attributes
    ----------
    names : list of str
        The columns, at most `MOST`.
    """

    def __init__(self, table: Table | None, folder: Any = None) -> None:
        columns = () if table is None else table.columns
        self._folder = None if folder is None else Path(folder)
        self._columns = [one for one in columns if self._holds_paths(one)][:MOST]
        self._files: dict[int, tuple[Closeups, Any]] = {}
        self.names = [column.name for column in self._columns]

    def closeups(self, column: int, index: int) -> tuple[Closeups, int] | None:
        """Return what reads the pictures of a column, and which of them is that of an item.

        Parameters
        ----------
        column : int
            Place in `names`.
        index : int
            Position in the pool.

        Returns
        -------
        tuple or None
            None where the item has none.
        """
        if column not in self._files:
            values = self._columns[column].series
            known = np.flatnonzero(values.notna().to_numpy(dtype=bool))
            files = ImageFiles([self._found(str(values.iloc[place])) for place in known])
            files.survey()
            places = np.full(len(values), -1, dtype=np.intp)
            places[known] = np.arange(len(known))
            self._files[column] = Closeups(files), places
        reader, places = self._files[column]
        place = int(places[index])
        return None if place < 0 else (reader, place)

    def _holds_paths(self, column: Column) -> bool:
        """Whether the values end as names of pictures do, and one of them is there."""
        values = column.series
        if values.dtype.kind in "biufcmM":  # numbers and dates
            return False
        known = np.flatnonzero(values.notna().to_numpy(dtype=bool))
        looked_at = [str(values.iloc[known[place]]) for place in spread(len(known))]
        endings = suffixes()
        return bool(looked_at) and (
            all(suffix_of(value) in endings for value in looked_at)
            and any(Path(self._found(value)).is_file() for value in looked_at)
        )

    def _found(self, path: str) -> str:
        """Return where a path leads: from the working directory, or else from the folder."""
        if self._folder is None or Path(path).exists():
            return path
        return str(self._folder / path)
