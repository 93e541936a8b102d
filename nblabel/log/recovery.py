"""What is whole of a damaged log, saved in a new one."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nblabel.log import database
from nblabel.log.database import StoreError
from nblabel.log.integrity import DamagedFile, opened
from nblabel.log.kinds import KIND, MULTI_LABEL
from nblabel.log.store import LabelStore
from nblabel.system.files import as_path
from nblabel.system.format import counted
from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 5  # places in words
OF_DATABASE = ("schema", "log", "unchecked", "whole")  # settings that a new log has of its own


@dataclass(frozen=True, repr=False)
class Recovery(Report):
    """What was saved of a damaged log.

    Attributes
    ----------
    path : str
        Of the new log.
    n_events : int
        Events that were whole.
    lost : tuple of int
        Places in the damaged log whose event is lost.
    """

    path: str
    n_events: int
    lost: tuple[int, ...]

    @property
    def lines(self) -> list[str]:
        """What was saved, in sentences."""
        lines = [f"{counted(self.n_events, 'event')} saved in {self.path}."]
        if not self.lost:
            return [*lines, "No event is lost."]
        places = ", ".join(map(str, self.lost[:SHOWN])) + (" …" if len(self.lost) > SHOWN else "")
        return [
            *lines,
            f"{counted(len(self.lost), 'event')} lost, at {places} in the log.",
            "Labels given there are gone, and what was undone there is back.",
        ]

    @property
    def table(self) -> pd.DataFrame:
        """The events that are lost: DataFrame with the column seq."""
        import pandas as pd

        return pd.DataFrame({"seq": list(self.lost)}, dtype="int64")


def recover(damaged: Any, path: Any) -> Recovery:
    """Save what is whole of a damaged log in a new one; the damaged one stays as it is.

    Parameters
    ----------
    damaged : path-like
        The SQLite file.
    path : path-like
        The new one.

    Returns
    -------
    Recovery
        A report; its `lost` says which events could not be saved. ``print`` it.

    Raises
    ------
    StoreError
        If the new file is there already, or nothing of the damaged one can be read.
    """
    name, address = database.address_of(damaged)
    file = database.file_of(address)
    if file is None:
        raise StoreError(f"{name} is no SQLite file; restore a backup of the database.")
    if not file.is_file():
        raise StoreError(f"there is no file {name}; check the path.")
    if isinstance(path, str | os.PathLike) and as_path(path).exists():
        raise StoreError(f"{path} is there already; name a new file.")
    with closing(opened(file, name)) as connection:
        found = DamagedFile(connection)
        events = list(found.events())
        if not any(event for _, event, _ in events):
            raise StoreError(f"nothing in {name} can be read; restore a copy of it.")
        with closing(LabelStore(path)) as store:
            for _, event, _ in events:
                if event is not None:
                    store.append(event)
            for key, value in found.settings().items():
                if key == KIND and value == MULTI_LABEL:
                    store.set_multi_label()
                elif key not in OF_DATABASE:
                    store.restore_setting(key, value)
    return Recovery(
        str(path),
        sum(event is not None for _, event, _ in events),
        tuple(seq for seq, event, _ in events if event is None),
    )
