"""Which projection the map shows, and the one that is being made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nblabel.arrays import FloatArray
from nblabel.explore.projection import UmapCache, project_pca
from nblabel.jobs.umap import UmapProcess
from nblabel.log.store import LabelStore
from nblabel.widget import text
from nblabel.widget.work.worker import Notify, Process

FEWEST = 200  # items; of fewer, UMAP shows nothing that PCA does not


class Projections:
    """PCA at once, UMAP when it is ready; the choice is remembered beside the log.

    Making UMAP is a `nblabel.widget.work.jobs.Job`.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    store : LabelStore
        Remembers the choice.
    default : {"umap", "pca"}
        What to show where nothing is remembered; a small pool begins with PCA in any case.
    show : callable
        Called with the points, at once and whenever others are shown.

    Attributes
    ----------
    shown : {"pca", "umap"}
        What the map shows.
    """

    name = text.UMAP

    def __init__(
        self,
        X: FloatArray,
        store: LabelStore,
        default: str,
        random_state: int,
        show: Callable[[FloatArray], None],
    ) -> None:
        self._X, self._store, self._random_state = X, store, random_state
        self._show = show
        self._points = {"pca": project_pca(X)}
        self.shown = "pca"
        self._wanted = store.setting("projection") or (default if len(X) >= FEWEST else "pca")
        if self._wanted == "umap":
            known = UmapCache(X, random_state).read()
            if known is not None:
                self._points["umap"] = known
                self.shown = "umap"
        show(self._points[self.shown])

    @property
    def umap(self) -> FloatArray | None:
        """The UMAP projection, if it is there."""
        return self._points.get("umap")

    def choose(self, name: str) -> None:
        """Show a projection if it is there, else want it; remember the choice."""
        self._wanted = name
        if name in self._points:
            self._go(name)
        self._store.set_setting("projection", name)

    @property
    def is_due(self) -> bool:
        return self._wanted == "umap" and "umap" not in self._points

    def begin(self, notify: Notify) -> Process:
        try:
            return UmapProcess(self._X, notify, self._random_state)
        except OSError as error:
            raise OSError(text.UMAP_NOT_STARTED.format(error)) from error

    def finish(self, made: Any) -> str:
        self._points["umap"] = made
        if self._wanted == "umap":  # else it was chosen away meanwhile
            self._go("umap")
        return ""

    def fail(self, reason: str) -> str:
        self._wanted = self.shown  # made again only when it is chosen again
        return reason

    def give_up(self) -> None:
        self._wanted = self.shown
        self._store.set_setting("projection", self.shown)

    def _go(self, name: str) -> None:
        if name != self.shown:
            self.shown = name
            self._show(self._points[name])
