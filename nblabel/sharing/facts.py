"""What a picture, a report and a card tell of a session, taken at one moment."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.explore.projection import ProjectionCache, project_pca
from nblabel.log.coding import STATUSES
from nblabel.log.events import Tags
from nblabel.pool import Pool
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.session.searching import SINGULAR
from nblabel.session.shown import class_codes, class_counts, colors_of
from nblabel.sharing.curves import Curves, kept_curves
from nblabel.sharing.words import NO_LABEL, NO_TAG, headline, of_classes
from nblabel.system.palette import UNLABELED, WITHOUT, class_colors

PROJECTION = "projection"  # setting beside the log: what the map shows
LATEST = 8  # labels that are shown
LOOKED_AT = 60  # events that the latest labels are looked for in
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class ClassFact(NamedTuple):
    """A class, or what takes the place of one.

    Attributes
    ----------
    name : str
    color : str
        Such as "#0072b2".
    n_labels : int
        Items with that label.
    n_items : int
        The same with the predicted ones.
    """

    name: str
    color: str
    n_labels: int
    n_items: int


@dataclass(frozen=True)
class Latest:
    """One of the latest labels.

    Attributes
    ----------
    index : int
        Position in the pool.
    label : str
        The class, or the tags, in words.
    """

    index: int
    label: str


@dataclass(frozen=True)
class Facts:
    """What there is to tell of a session.

    Attributes
    ----------
    pool : Pool
    noun : str
        What an item is called.
    n : dict of str to int
        How many items have each status, by its name.
    multi_label : bool
    classes : tuple of ClassFact
        In their order.
    others : tuple of ClassFact
        What an item may be beside these: without a tag, and without label and prediction.
    codes : ndarray of shape (n,), intp
        What each item is: a position in classes and others together.
    predicts : bool
        Whether predictions are among them.
    labeled : ndarray of intp
        Positions of the items that people labeled.
    latest : tuple of Latest
        The newest first.
    curves : Curves
    store : str
        Where the labels are kept, in words.
    points : ndarray of shape (n, 2), float32, or None
        The map, within [-1, 1]; None where there is none yet.
    projection : str
        How it was made.
    when : float
        Seconds since 1970-01-01 UTC.
    """

    pool: Pool
    noun: str
    n: dict[str, int]
    multi_label: bool
    classes: tuple[ClassFact, ...]
    others: tuple[ClassFact, ...]
    codes: IntArray
    predicts: bool
    labeled: IntArray
    latest: tuple[Latest, ...]
    curves: Curves
    store: str
    points: FloatArray | None = None
    projection: str = ""
    when: float = field(default_factory=time.time)

    @property
    def n_labeled(self) -> int:
        """How many items people labeled, or have an imported label."""
        return self.n["human"] + self.n["import"]

    @property
    def n_left(self) -> int:
        """How many items have no answer, or were skipped."""
        return self.n["open"] + self.n["skipped"]

    @property
    def legend(self) -> tuple[ClassFact, ...]:
        """What the codes stand for, by position."""
        return (*self.classes, *self.others)

    @property
    def lines(self) -> list[str]:
        """How far it is, in sentences."""
        counts = [(one.name, one.n_labels) for one in self.classes]
        n_items = len(self.pool)
        first = headline(
            n_items, self.noun, self.n_labeled, self.n["model"], self.n["coarse"], self.n_left
        )
        return [first, of_classes(counts, several=self.multi_label)]

    def at(self, points: FloatArray | None, projection: str) -> Facts:
        """Return the same with another map."""
        return replace(self, points=points, projection=projection)


def facts_of(session: Session, model: Refit | None, curves: Curves | None = None) -> Facts:
    """Return what there is to tell of a session, without a map.

    Parameters
    ----------
    session : Session
    model : Refit or None
        What was learned last; None shows no predictions.
    curves : Curves, optional
        Those that are kept beside the log, if left out.
    """
    if model is not None and model.proba.shape != (len(session.pool), len(session.classes)):
        model = None  # a class or an item came a moment ago
    standing = np.bincount(session.status, minlength=len(STATUSES)).tolist()
    codes, counts = class_codes(session, model), class_counts(session).tolist()
    names = list(session.classes)
    others = [(NO_LABEL, UNLABELED)]
    if session.multi_label:
        others = [(NO_TAG, WITHOUT), *others]
    of_codes = np.bincount(codes, minlength=len(names) + len(others)).tolist()
    colors = [
        color if _COLOR.fullmatch(color) else usual
        for color, usual in zip(colors_of(session), class_colors(len(names)), strict=True)
    ]
    return Facts(
        pool=session.pool,
        noun=SINGULAR[session.pool.kind],
        n=dict(zip(STATUSES, standing, strict=True)),
        multi_label=session.multi_label,
        classes=tuple(map(ClassFact, names, colors, counts, of_codes)),
        others=tuple(
            ClassFact(name, color, 0, of_codes[len(names) + place])
            for place, (name, color) in enumerate(others)
        ),
        codes=codes,
        predicts=model is not None and session.predicts,
        labeled=session.labeled,
        latest=tuple(_latest(session)),
        curves=kept_curves(session.store) if curves is None else curves,
        store=session.store.text,
    )


def map_of(session: Session) -> tuple[FloatArray | None, str]:
    """Return the points that a panel would show of a session at once, and the projection's name.

    That is the projection that was chosen last, where it is on disk; else PCA. None where the items
    are not embedded yet.
    """
    if session.awaits_embeddings:
        return None, ""
    X = session.embeddings
    wanted = session.store.setting(PROJECTION) or "umap"
    if wanted in ("umap", "tsne"):
        known = ProjectionCache(X, session.random_state, wanted).read()
        if known is not None:
            return known, wanted
    return project_pca(X), "pca"


def label_words(session: Session, index: int) -> str:
    """Return what an item is labeled as, in words; "" where it has no label."""
    answer = session.state.answers.get(session.pool.ids[index])
    if answer is None or not answer.is_label:
        return ""
    if not session.multi_label:
        return answer.label or ""
    return ", ".join(session.tags_of(index)) or NO_TAG


def _latest(session: Session) -> Iterator[Latest]:
    """Yield the labels that were given last and still count, each item once."""
    seen: set[str] = set()
    answers = session.state.answers
    for event in session.state.latest(LOOKED_AT):
        if event.source != "human":
            continue
        for item in reversed(event.ids):
            answer = answers.get(item)
            if item in seen or answer is None or answer.event.uid != event.uid:
                continue
            seen.add(item)
            index = session.pool.index_of(item)
            words = label_words(session, index)
            if answer.kind == "tags" and not _says_something(answer.event.labels[answer.place]):
                continue
            if words:
                yield Latest(index, words)
            if len(seen) >= LATEST:
                return


def _says_something(text: str) -> bool:
    tags = Tags.of(text)
    return tags.whole or bool(tags.yes or tags.no)
