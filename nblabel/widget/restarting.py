"""A panel that begins anew, with an empty log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nblabel.log.store import StoreError
from nblabel.widget import text
from nblabel.widget.panel import registry
from nblabel.widget.panel.answers import words_of
from nblabel.widget.panel.panel import Panel
from nblabel.widget.sharing import SharingPanel
from nblabel.widget.text import restart


class RestartingPanel(SharingPanel):
    """A panel whose log can be kept aside."""

    if TYPE_CHECKING:
        place: tuple[str, str, str | None]

    def start_over(self) -> Path:
        """Keep the log aside in a file, and end the panel: run its cell again to begin anew.

        What is gone from the panel then, and where it is kept, is said in `Session.start_over`. In
        the panel: *Start over…* below the counts.

        Returns
        -------
        Path
            The file of the log that was kept.

        Raises
        ------
        ValueError
            If others answered in the log, too, another panel shows it, or it is in a database other
            than a SQLite file.
        StoreError
            If the file is open elsewhere or cannot be written. The labels are where they were.
        RuntimeError
            If the panel is closed.
        """
        self._live()
        session = self.session
        session.check_start_over()
        if registry.others(self):
            raise ValueError(restart.OTHER_PANEL)
        self._end(text.CLOSED)  # its threads read the log, too
        before = session.store
        try:
            kept = session.start_over()
        except (ValueError, OSError, StoreError) as error:
            self.closed = restart.failed(words_of(error))
            raise
        finally:
            registry.replace_log(before, session.store)
            # the panel of the next run takes its place
            self.place = (session.store.key, *self.place[1:])
            if session.store.persistent:
                session.store.close()  # the file is open only once something is asked of it
        self.closed = restart.started_over(kept)
        return kept

    # inside

    def _start_over(self) -> None:
        """Start over as a page wants it; what is refused is said in the panel."""
        panel = self._live()
        try:
            self.start_over()
        except (ValueError, OSError, StoreError) as error:
            panel.state.complain("start over", words_of(error))

    def _live(self) -> Panel:
        raise NotImplementedError

    def _end(self, why: str) -> None:
        raise NotImplementedError
