"""What a panel shows at present, in one place: parts write it, one publisher sends what differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nblabel.arrays import FloatArray, IntArray
from nblabel.graph.near import NearGroups
from nblabel.session.engine import Refit

Deciders = dict[int, list[tuple[int, float]]]


@dataclass(frozen=True)
class Bar:
    """How far a job is, and what is to be said of it."""

    running: bool = False
    progress: float = 0.0
    text: str = ""


@dataclass
class PanelState:
    """What is shown beside what the session itself knows.

    Attributes
    ----------
    keys : dict of str to str
        The keys that were chosen for classes, by name.
    model : Refit or None
        What was learned last.
    n_painted, n_placed : int
        Grow whenever there is something new to colour the points by, or to place them by.
    deciders : dict
        For some items, the labeled neighbours that decide, and their similarity.
    near : NearGroups or None
        Groups of nearly equal items, once they were found.
    hints : dict
        Predictions for labeled items by a model that has not seen their labels.
    sorting : frozenset of int
        Items of a class that is split, asked as if they had no label.
    points : ndarray of shape (n, 2) or None
        The map; `glides` where they move there.
    clusters : ndarray of shape (n,) or None
        The cluster of each item.
    problems : dict of str
        What the user must act on, by what it came from.
    messages : dict
        What the status says, text and title, by what it is about.
    """

    on_change: Callable[[], None] = lambda: None
    keys: dict[str, str] = field(default_factory=dict)

    model: Refit | None = None
    n_painted: int = 0
    deciders: Deciders = field(default_factory=dict)
    near: NearGroups | None = None
    hints: dict[int, dict[str, Any]] = field(default_factory=dict)
    sorting: frozenset[int] = frozenset()
    drift: str = ""
    find_target: str = ""
    find_hint: str = ""

    points: FloatArray | None = None
    n_placed: int = 0
    glides: bool = False
    color_by: str = "prediction"
    clusters: IntArray | None = None
    n_suggested: int = 0
    is_finding: bool = False
    projection: str = "pca"
    projections: tuple[str, ...] = ("pca",)
    bar: Bar = field(default_factory=Bar)
    offers_training: bool = False

    problems: dict[str, str] = field(default_factory=dict)
    messages: dict[str, tuple[str, str]] = field(default_factory=dict)

    # as docs/wire.md has them
    audit: dict[str, Any] = field(default_factory=dict)
    auto_label: dict[str, Any] = field(default_factory=dict)
    comparison: dict[str, Any] = field(default_factory=dict)
    exporting: dict[str, Any] = field(default_factory=dict)
    hourly_rate: float | None = None
    importing: dict[str, Any] = field(default_factory=dict)
    learning_curves: dict[str, Any] = field(default_factory=dict)
    review: dict[str, Any] = field(default_factory=dict)

    def show(self, **changes: Any) -> None:
        """Change what is shown."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.on_change()

    def say(self, kind: str, text: str, title: str = "") -> None:
        """Have the status say this until it is to say something else of its kind."""
        if self.messages.get(kind) != (text, title):
            self.messages[kind] = (text, title)
            self.on_change()

    def complain(self, kind: str, text: str) -> None:
        """Show a problem until one of its kind is solved."""
        if self.problems.get(kind) != text:
            self.problems[kind] = text
            self.on_change()

    def solve(self, kind: str) -> None:
        """Problems of this kind are solved."""
        if self.problems.pop(kind, None) is not None:
            self.on_change()

    def learned(self, model: Refit | None, deciders: Deciders) -> None:
        """Take what was learned."""
        self.model, self.deciders = model, deciders
        self.paint()

    def paint(self, color_by: str | None = None) -> None:
        """Colour the points anew, in another mode if one is given."""
        self.color_by = color_by or self.color_by
        self.n_painted += 1
        self.on_change()

    def place(self, points: FloatArray, glides: bool) -> None:
        """Place the points."""
        self.points, self.glides = points, glides
        self.n_placed += 1
        self.on_change()

    def group(self, clusters: IntArray | None) -> None:
        """Take other clusters, and colour the points by them."""
        self.clusters = clusters
        self.paint("cluster" if clusters is not None else None)
