"""Which columns a person wants to see of a row, and beside an item, and in which order."""

from __future__ import annotations

import json
from typing import Any

from nblabel.pool.beside import BesidePictures
from nblabel.pool.pictures import ImageFiles
from nblabel.pool.tables import Cell, Table
from nblabel.session import Session
from nblabel.widget.view.packet import COLUMNS

BESIDE = 30  # columns that stand beside an item where nobody chose
MOST_NAMES = 1_000  # columns to choose from; nobody reads more
OF = ("row", "beside")


class ColumnChoice:
    """The columns of a pool that are shown, as they were chosen; beside the log, for the next time.

    Parameters
    ----------
    session : Session

    Attributes
    ----------
    pictures : BesidePictures
        The columns beside the items that hold paths of pictures.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        media = session.pool.media
        self._tables: dict[str, Table] = {}
        if isinstance(media, Table):
            self._tables["row"] = media
        if session.pool.beside is not None:
            self._tables["beside"] = session.pool.beside
        self._chosen = {of: self._remembered(of) for of in self._tables}
        folder = None
        if isinstance(media, ImageFiles):
            folder = str(media.file(0)).removesuffix(media.name(0))
        self.pictures = BesidePictures(session.pool.beside, folder)

    def cells(self, of: str, index: int) -> list[Cell]:
        """Return the cells of an item that are shown, in their order.

        Parameters
        ----------
        of : {"row", "beside"}
        index : int
            Position in the pool.
        """
        table, chosen = self._tables[of], self._chosen[of]
        if chosen:
            return table.cells(index, chosen)
        most = COLUMNS if of == "row" else BESIDE
        return table.cells(index, range(min(len(table.columns), most)))

    def choose(self, of: str, chosen: list[int]) -> None:
        """Show these columns from now on, none: as they come."""
        if of not in self._tables:
            return
        names = [column.name for column in self._tables[of].columns]
        most = COLUMNS if of == "row" else BESIDE
        known = [place for place in dict.fromkeys(chosen) if place < len(names)][:most]
        self._chosen[of] = known
        value = json.dumps([[place, names[place]] for place in known])
        self._session.store.set_setting(_setting(of), value)

    @property
    def told(self) -> dict[str, Any]:
        """The trait `columns` of docs/wire.md."""
        state: dict[str, Any] = {"pictures": self.pictures.names}
        for of, table in self._tables.items():
            names = [column.name for column in table.columns[:MOST_NAMES]]
            state[of] = {"names": names, "chosen": self._chosen[of]}
        return state

    def _remembered(self, of: str) -> list[int]:
        """Return what was chosen before; a column that is gone or renamed is left out."""
        names = [column.name for column in self._tables[of].columns]
        try:
            pairs = json.loads(self._session.store.setting(_setting(of)) or "[]")
            known = [(int(place), str(name)) for place, name in pairs]
        except (TypeError, ValueError):
            return []
        chosen = [
            place if 0 <= place < len(names) and names[place] == name else names.index(name)
            for place, name in known
            if name in names
        ]
        return list(dict.fromkeys(chosen))


def _setting(of: str) -> str:
    return f"columns {of}"
