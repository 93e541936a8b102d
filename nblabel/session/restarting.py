"""A session that begins anew, with an empty log."""

from __future__ import annotations

from pathlib import Path

from nblabel.log.binding import bind
from nblabel.log.kinds import check_kind
from nblabel.log.known import Numbering
from nblabel.log.starting_over import check_start, set_aside
from nblabel.log.store import LabelStore
from nblabel.session.filtered import FilteredLog
from nblabel.session.past import LOOKS_BACK

FOLLOWED = (
    "something follows this session: a panel, whose own start_over() is to be called, or a "
    "function that was subscribed; unsubscribe it first."
)


class RestartableLog(FilteredLog):
    """A `FilteredLog` that can begin anew."""

    def check_start_over(self) -> None:
        """Refuse what `start_over` would refuse, as far as it is known before.

        Raises
        ------
        ValueError, StoreError
            As for `start_over`.
        """
        if self._until is not None:
            raise ValueError(LOOKS_BACK)
        check_start(self.store, self.annotator)

    def start_over(self) -> Path:
        """Begin anew with an empty log; the present one is kept aside in a file.

        Labels, tags, skips, flags, notes, guidelines, changes of classes and remembered choices are
        gone from the session, and `undo` cannot bring them back: the file that is returned has
        them. Embeddings and neighbours stay. Opening the same store later begins with the new log.

        Returns
        -------
        Path
            The file of the log that was kept: ``labels-1.sqlite`` beside ``labels.sqlite``, or the
            next free number; for a log in memory, ``labels-1.sqlite`` in the present folder. Open
            it with ``store=`` to go on with it.

        Raises
        ------
        ValueError
            If others answered in the log, too; if it is in a database other than a SQLite file; if
            a panel or a function follows this session; or if it is one that looks back.
        StoreError
            If the file is open elsewhere or cannot be written; nothing changed then.

        Examples
        --------
        >>> import nblabel as nb
        >>> session = nb.Session(pool, ["bag", "boot"], store="labels.sqlite")  # doctest: +SKIP
        >>> session.start_over()  # doctest: +SKIP
        PosixPath('labels-1.sqlite')
        """
        self.check_start_over()
        if self._listeners:
            raise ValueError(FOLLOWED)
        empty = self._state.emptied()
        kept = set_aside(self.store, self._swap)
        self._bound, events = bind(self.store, self.pool)
        check_kind(self.store, events, multi_label=self.multi_label)
        self.numbering = Numbering(self._bound.known, self.pool)
        version = self._version
        self._refit, self._engine = None, self._engine_anew()
        self._read_anew(empty)
        self._version = max(version, self._version) + 1
        return kept

    def _swap(self, store: LabelStore) -> None:
        self.store = store
