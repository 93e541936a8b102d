"""What is handed on of a panel: its picture, a report, a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from nblabel.sharing.facts import facts_of, map_of
from nblabel.sharing.hub import push_to_hub
from nblabel.sharing.picture import draw_picture
from nblabel.sharing.report import report, target_of, write_report
from nblabel.widget.panel.panel import Panel
from nblabel.widget.saving import SavingPanel
from nblabel.widget.view import cell
from nblabel.widget.view.hosts import is_attended, keeps_outputs_apart
from nblabel.widget.view.still import bundle_of

SHOWN = ["status", "legend", "projection"]  # traits that change whenever the picture does


class SharingPanel(SavingPanel):
    """A panel of which a picture is kept in the notebook, and a report can be written."""

    _panel: Panel | None

    def picture(self) -> Image.Image:
        """Draw how far the labeling is: map, counts, curves and the latest labels.

        The same picture is kept in the notebook, below the panel, for whoever opens it without a
        kernel: on GitHub, on nbviewer, in an HTML copy. It is drawn some seconds after the last
        change, and hidden while the panel is alive. Calling this brings it up to date at once.

        Returns
        -------
        PIL.Image.Image
            It shows itself as the last line of a cell; ``.save("labels.png")`` writes a file.

        Raises
        ------
        LearnerError
            If the learner fails on the labels.

        Notes
        -----
        Front ends differ in what they keep: see the guide, *Pictures and reports*.
        """
        if self._panel is not None:
            return self._panel.still.draw()
        session = self.session
        return draw_picture(facts_of(session, session.refit(1)).at(*map_of(session)))

    def report(self, path: Any, *, title: str | None = None) -> Path:
        """Write a report to an HTML file that needs neither kernel nor network.

        Parameters
        ----------
        path : path-like
            The file, which is replaced if it is there. A leading ``~`` is the home folder.
        title : str, optional
            Its heading.

        Returns
        -------
        Path
            Where the file is.

        See Also
        --------
        nblabel.report : The same of a session; what is in it, and the errors.
        """
        with cell.progress_in_cell():
            if self._panel is None:
                return report(self.session, path, title=title)
            return write_report(self.session, target_of(path), title, self._panel.still.place)

    def push_to_hub(self, repo_id: str, **options: Any) -> str:
        """Put the labels on the Hugging Face Hub, as a data set with a card.

        This sends the labels and what they are about to a server.

        Parameters
        ----------
        repo_id : str
            The name of the data set, "ada/boots".
        **options
            Those of `nblabel.push_to_hub`: ``private``, ``title``, ``license``, ``guarantee`` and
            others.

        Returns
        -------
        str
            The address of the data set.

        See Also
        --------
        nblabel.push_to_hub : What is sent, and the errors.
        """
        with cell.progress_in_cell():
            return push_to_hub(self.session, repo_id, **options)

    # inside

    def _show_with_still(self, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Show the panel, and keep in the notebook what is seen without it."""
        panel, apart = self._panel, keeps_outputs_apart()
        if panel is not None and not apart:  # drawn once: to update it would make the panel anew
            facts = panel.still.facts()
            more, about = bundle_of(draw_picture(facts), " ".join(facts.lines))
            data, metadata = {**more, **data}, {**about, **metadata}
        cell.display(data, metadata=metadata, raw=True)
        if not apart:
            return
        store = self.session.store.text if self.session.store.persistent else None
        if panel is None:
            cell.keep_advice(store)
            return
        panel.still.show(store, attended=is_attended())
        self.observe(self._looks_different, SHOWN)

    def _looks_different(self, _change: object) -> None:
        if self._panel is not None:
            self._panel.still.changed()
