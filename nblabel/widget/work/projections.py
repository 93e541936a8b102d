"""Which projection the map shows, and the one that is being made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from nblabel.arrays import FloatArray
from nblabel.explore.coordinates import as_coordinates
from nblabel.explore.projection import ProjectionCache, project_pca
from nblabel.jobs.projecting import ProjectionProcess
from nblabel.log.store import LabelStore
from nblabel.pool import Pool
from nblabel.sharing.facts import PROJECTION
from nblabel.system.available import can_spawn, can_thread, has
from nblabel.widget import text
from nblabel.widget.work.stepped import SteppedWork, Steps
from nblabel.widget.work.worker import Notify, Process

FEWEST = 200  # items; of fewer, UMAP shows nothing that PCA does not
CUSTOM = "custom"


class CustomProjection:
    """What a user gives in place of a projection's name.

    Parameters
    ----------
    given : array of shape (n, 2), or callable
        Coordinates, or a function that makes them of the embeddings.
    pool : Pool

    Attributes
    ----------
    points : ndarray of shape (n, 2), float32, or None
        Coordinates; None where a function makes them.

    Raises
    ------
    ValueError
        If the coordinates cannot be places of the items.
    """

    def __init__(self, given: Any, pool: Pool) -> None:
        self._given, self._pool = given, pool
        self.points = None if callable(given) else as_coordinates(given, pool)

    def begin(self, X: FloatArray, notify: Notify) -> Process:
        """Call the function in a thread, on the event loop where there are no threads."""
        if not can_thread():
            return SteppedWork(self._in_steps(X), notify)
        return _Call(lambda: as_coordinates(self._given(X.copy()), self._pool), notify)

    def _in_steps(self, X: FloatArray) -> Steps:
        yield 0.0, text.PROJECTIONS[CUSTOM]
        try:
            return as_coordinates(self._given(X.copy()), self._pool)
        except Exception as error:
            raise ValueError(text.CUSTOM_FAILED.format(error)) from error


class _Call:
    """Calls a function in a thread, and tells what it returned; it cannot be stopped, but dropped.

    Parameters
    ----------
    make : callable
    notify : callable
        As for `nblabel.system.process.BackgroundProcess`.
    """

    def __init__(self, make: Callable[[], Any], notify: Notify) -> None:
        self._make, self._notify, self._is_cancelled = make, notify, False
        threading.Thread(target=self._run, name="nblabel-projection", daemon=True).start()

    def cancel(self) -> None:
        """Drop what it returns."""
        self._is_cancelled = True

    def _run(self) -> None:
        try:
            news = {"done": self._make()}
        except Exception as error:  # noqa: BLE001  a user's function; told in the panel
            news = {"error": text.CUSTOM_FAILED.format(error)}
        if not self._is_cancelled:
            self._notify(news)


def can_project(name: str) -> bool:
    """Return whether a projection can be made here: t-SNE and UMAP need a process of their own."""
    if name == "umap" and not has("umap"):
        return False
    return name not in ("umap", "tsne") or can_spawn()


class Projections:
    """PCA at once, another when it is ready; the choice is remembered beside the log.

    Making one is a `nblabel.widget.work.jobs.Job`.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    store : LabelStore
        Remembers the choice.
    default : str
        What to show where nothing is remembered: "umap", "tsne", "pca" or "custom"; a small pool
        begins with PCA in place of UMAP in any case, and so does one of what cannot be made here.
    random_state : int
    show : callable
        Called with the points, and whether they are a user's own coordinates, at once and whenever
        others are shown.
    custom : CustomProjection, optional
        What a user gave.

    Attributes
    ----------
    shown : str
        What the map shows.
    choices : tuple of str
        What can be shown.
    """

    def __init__(
        self,
        X: FloatArray,
        store: LabelStore,
        default: str,
        random_state: int,
        show: Callable[[FloatArray, bool], None],
        custom: CustomProjection | None = None,
    ) -> None:
        self._X, self._store, self._random_state = X, store, random_state
        self._show, self._custom = show, custom
        self._points = {"pca": project_pca(X)}
        self.choices = tuple(name for name in text.PROJECTIONS if can_project(name))
        # a choice made without these coordinates says nothing about them
        self._setting = PROJECTION if custom is None else "projection beside custom"
        if custom is None:
            self.choices = tuple(name for name in self.choices if name != CUSTOM)
        elif custom.points is not None:
            self._points[CUSTOM] = custom.points
        if default not in self.choices or (default == "umap" and len(X) < FEWEST):
            default = "pca"
        remembered = store.setting(self._setting)
        self._wanted = remembered if remembered in self.choices else default
        if self._wanted not in self._points and self._wanted != CUSTOM:
            known = ProjectionCache(X, random_state, self._wanted).read()
            if known is not None:
                self._points[self._wanted] = known
        self.shown = self._wanted if self._wanted in self._points else "pca"
        show(self._points[self.shown], self._is_own)

    @property
    def name(self) -> str:
        """What the bar says."""
        return text.PROJECTIONS[self._wanted]

    @property
    def umap(self) -> FloatArray | None:
        """The UMAP projection, if it is there."""
        return self._points.get("umap")

    def choose(self, name: str) -> None:
        """Show a projection if it is there, else want it; remember the choice."""
        if name not in self.choices:
            return
        self._wanted = name
        if name in self._points:
            self._go(name)
        self._store.set_setting(self._setting, name)

    @property
    def is_due(self) -> bool:
        return self._wanted not in self._points

    def begin(self, notify: Notify) -> Process:
        self._made = self._wanted
        if self._custom is not None and self._made == CUSTOM:
            return self._custom.begin(self._X, notify)
        try:
            return ProjectionProcess(self._X, notify, self._random_state, self._made)
        except OSError as error:
            raise OSError(text.NOT_STARTED.format(self.name, error)) from error

    def finish(self, made: Any) -> str:
        self._points[self._made] = made
        if self._wanted == self._made:  # else it was chosen away meanwhile
            self._go(self._made)
        return ""

    def fail(self, reason: str) -> str:
        self._wanted = self.shown  # made again only when it is chosen again
        return reason

    def give_up(self) -> None:
        self._wanted = self.shown
        self._store.set_setting(self._setting, self.shown)

    @property
    def _is_own(self) -> bool:
        own = self._custom is not None and self._custom.points is not None
        return own and self.shown == CUSTOM

    def _go(self, name: str) -> None:
        if name != self.shown:
            self.shown = name
            self._show(self._points[name], self._is_own)
