"""Which projection the map shows, and the one that is being made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from nblabel.pool import FloatArray
from nblabel.projection import UmapCache, UmapProcess, project_pca
from nblabel.store import LabelStore

FEWEST = 200  # images; of fewer, UMAP shows nothing that PCA does not
CHOICES = [{"value": "pca", "text": "PCA"}, {"value": "umap", "text": "UMAP"}]


class Projections:
    """PCA at once, UMAP when it is ready; the choice is remembered beside the log.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    store : LabelStore
        Remembers the choice.
    default : {"umap", "pca"}
        What to show where nothing is remembered; a small pool begins with PCA in any case.
    show : callable
        Called with the points and whether they should glide.
    tell : callable
        Called with the `projection` trait of docs/wire.md.
    """

    def __init__(
        self,
        X: FloatArray,
        store: LabelStore,
        default: str,
        random_state: int,
        show: Callable[..., None],
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self._X, self._store, self._random_state = X, store, random_state
        self._show, self._tell = show, tell
        self._points = {"pca": project_pca(X)}
        self._process: UmapProcess | None = None
        self._name = "pca"
        self._text = ""
        self._wanted = store.setting("projection") or (default if len(X) >= FEWEST else "pca")
        if self._wanted == "umap":
            known = UmapCache(X, random_state).read()
            if known is not None:
                self._points["umap"] = known
                self._name = "umap"
        show(self._points[self._name], animate=False)
        self._report(0.0)

    def start(self) -> None:
        """Begin what is wanted and not there yet."""
        if self._wanted == "umap" and self._name != "umap" and self._process is None:
            self._begin()

    def choose(self, name: str) -> None:
        """Show a projection, or begin to make it; remember the choice."""
        if name not in ("pca", "umap"):
            return
        self._wanted, self._text = name, ""
        if name in self._points:
            self._go(name)
        elif self._process is None:
            self._begin()
        self._store.set_setting("projection", name)

    def cancel(self) -> None:
        """Stop the running projection and stay with the present one, also next time."""
        if self._process is not None:
            self.pause()
            self._wanted, self._text = self._name, "UMAP cancelled."
            self._report(0.0)
            self._store.set_setting("projection", self._name)

    def pause(self) -> None:
        """Stop the running projection until `start`."""
        if self._process is not None:
            self._process.cancel()
            self._process = None
            self._text = ""
            self._report(0.0)

    def _begin(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # a plain script: nobody looks at the map
        made: list[UmapProcess] = []

        def notify(news: dict[str, Any]) -> None:
            loop.call_soon_threadsafe(self._hear, news, made)

        try:
            self._process = UmapProcess(self._X, notify, self._random_state)
        except OSError as error:
            self._fail(f"UMAP could not be started: {error}.")
            return
        made.append(self._process)
        self._text = "starting"
        self._report(0.0)

    def _hear(self, news: dict[str, Any], sender: list[UmapProcess]) -> None:
        if self._process is None or self._process not in sender:
            return  # cancelled meanwhile
        if "done" in news:
            self._process, self._text = None, ""
            self._points["umap"] = news["done"]
            if self._wanted == "umap":
                self._go("umap")
            else:
                self._report(0.0)
        elif "error" in news:
            self._fail(news["error"])
        else:
            self._text = news["text"]
            self._report(news["progress"])

    def _fail(self, text: str) -> None:
        # not begun again with every refit, only when it is chosen again
        self._process, self._wanted, self._text = None, self._name, text
        self._report(0.0)

    def _go(self, name: str) -> None:
        if name != self._name:
            self._name = name
            self._show(self._points[name], animate=True)
        self._report(0.0)

    def _report(self, progress: float) -> None:
        running = self._process is not None
        text = f"UMAP: {self._text}" if running else self._text
        self._tell(
            {
                "name": self._name,
                "running": running,
                "progress": progress,
                "text": text,
                "choices": CHOICES,
            }
        )
