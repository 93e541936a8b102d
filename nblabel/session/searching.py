"""Search in a pool: by id or file name, by words, by meaning, and for what is like an example."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray, as_positions, is_whole
from nblabel.learners.base import check_points
from nblabel.pool import Pool
from nblabel.pool.matching import NameIndex, WordIndex, fold, has_words, names_of, words_of
from nblabel.system.format import count, counted
from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd

BY = ("auto", "id", "words", "meaning", "notes")
PRODUCTS = 1 << 22  # worked out at a time: 16 MB
NAMED = 40  # letters of a query or id in a sentence
SINGULAR = {
    "images": "image",
    "texts": "text",
    "rows": "row",
    "sounds": "sound",
    "series": "series",
    "items": "item",
}

Encoder = Callable[[Sequence[str]], Any]


@dataclass(frozen=True, repr=False, eq=False)
class SearchResult(Report):
    """What a search found, best first. ``print`` it.

    Attributes
    ----------
    kind : {"id", "words", "meaning", "notes", "likeness"}
        Which kind of search was made.
    query : str
        What was looked for; of an example its id.
    indices : ndarray of shape (m,), intp
        Positions in the pool.
    scores : ndarray of shape (m,), float32
        Never increasing. "id": the share of the name that was typed; "words": BM25; "meaning":
        cosine similarity; "likeness": similarity, from 0 to 1, where 1 is a copy.
    ids : tuple of m str
    n_found : int
        How many items have the words or the name; `indices` holds the best of them. By meaning and
        likeness every item is more or less near: the same as m.
    items : str
        What the pool holds: "images", "texts", "rows", "sounds", "series" or "items".
    """

    kind: str
    query: str
    indices: IntArray
    scores: FloatArray
    ids: tuple[str, ...]
    n_found: int
    items: str = "items"

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def lines(self) -> list[str]:
        """The result in sentences."""
        words = f"“{_short(self.query)}”"
        n, one = self.n_found, SINGULAR[self.items]
        if self.kind == "likeness":
            return [f"Search by likeness: the {counted(n, one, self.items)} most like {words}."]
        if self.kind == "meaning":
            nearest = f"the {counted(n, one, self.items)} nearest in meaning to {words}"
            return [f"Search by meaning: {nearest}."]
        way, has = "words", f"all words of {words}"
        if self.kind == "id":
            way, has = "id or file name", f"{words} in {'its' if n < 2 else 'their'} name"
        if self.kind == "notes":
            way, has = "notes", f"all words of {words} in {'its' if n < 2 else 'their'} note"
        who = counted(n, one, self.items) if n else f"no {one}"
        found = f"{who} {'has' if n < 2 else 'have'} {has}"
        shown = f" The {count(len(self))} best are listed." if len(self) < n else ""
        return [f"Search by {way}: {found}.{shown}"]

    @property
    def table(self) -> pd.DataFrame:
        """A row for each item found: index, id, score."""
        import pandas as pd

        return pd.DataFrame({"index": self.indices, "id": self.ids, "score": self.scores})


class Searcher:
    """Searches a pool. What it needs is made at the first search of its kind, and kept.

    Nothing of it changes with the labels, so it may be used in any thread.

    Parameters
    ----------
    pool : Pool
    X, centred : ndarray of shape (n, dim), float32
        Embeddings, as they are and moved around the origin; the same array where that is the same.
    encoder : callable, optional
        Embeds texts like the items, for a search by meaning.
    before : Searcher, optional
        Of the same pool on other embeddings: its words and names are kept.
    notes : callable, optional
        Returns the present notes by item id.

    Notes
    -----
    By likeness it keeps 4 bytes an item, and takes 4 more and 16 MB during a search. By words and
    by id it keeps one copy of the texts and of the names, as UTF-8, and 12 bytes an item.
    """

    def __init__(
        self,
        pool: Pool,
        X: FloatArray,
        centred: FloatArray,
        encoder: Encoder | None = None,
        before: Searcher | None = None,
        notes: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.X = X
        self._notes = notes
        self.encoder = encoder
        self._pool, self._centred = pool, centred
        for name in ("_words", "_names"):
            if before is not None and name in before.__dict__:
                self.__dict__[name] = before.__dict__[name]

    @property
    def ways(self) -> tuple[str, ...]:
        """Which of `BY` can be asked for here, as a person is offered them."""
        can = {
            "words": has_words(self._pool),
            "meaning": self.encoder is not None,
            "notes": bool(self._notes()),
        }
        ways = ("auto", "words", "meaning", "id", "notes")
        return tuple(way for way in ways if can.get(way, True))

    def by_meaning(self, by: str) -> bool:
        """Return whether a search may be one by meaning, which needs the embeddings."""
        return by == "meaning" or (by == "auto" and self.encoder is not None)

    def by_text(self, query: str, by: str, n: int) -> SearchResult:
        """Search for what somebody typed; see `nblabel.Session.search`."""
        if not isinstance(query, str) or not query.strip():
            raise ValueError(f"query is {query!r}; pass some words, or the id of an item.")
        query = query.strip()
        if by not in BY:
            raise ValueError(f"unknown by={by!r}; choose one of {', '.join(BY)}.")
        if by == "words" and not has_words(self._pool):
            raise ValueError(f"the pool holds {self._pool.kind}, which have no words; use by='id'.")
        if by == "meaning" and self.encoder is None:
            raise ValueError(
                "the embeddings of this session are not of a network that reads texts; set "
                "session.text_encoder to a function that embeds texts like the items, or search "
                "by words or id."
            )
        if by == "notes":
            return self._in_notes(query, n)
        if by != "auto":
            return self._by(by, query, n)
        if query in self._pool and not self._pool.is_numbered:
            return self._by("id", query, n)
        if self.encoder is not None:
            return self._by("meaning", query, n)
        if not has_words(self._pool):
            return self._by("id", query, n)
        result = self._by("words", query, n)
        named = result if len(result) else self._by("id", query, n)
        return named if len(named) else result

    def like(self, points: FloatArray, query: str, n: int, scale: float) -> SearchResult:
        """Return the items nearest to any of some points, nearest first.

        Parameters
        ----------
        points : array of shape (m, dim)
        query : str
            What to call them.
        n : int
        scale : float
            The unit of distances, `Engine.scale`.
        """
        X, norms, centre = self._near
        points = check_points(points, X.shape[1]) - centre
        distances = np.empty(len(X), dtype=np.float32)
        step = max(1, PRODUCTS // len(points))
        own = np.einsum("ij,ij->i", points, points)
        for start in range(0, len(X), step):
            rows = slice(start, start + step)
            if len(points) == 1:  # the quickest by far
                distances[rows] = X[rows] @ (-2 * points[0])
            else:
                products = (-2 * points) @ X[rows].T
                products += own[:, None]
                distances[rows] = products.min(axis=0)
        distances += norms
        best = _lowest(distances, n)
        exact = np.full(len(best), np.inf, dtype=np.float32)
        for point in points:  # short of rounding, so that a copy is at distance 0
            np.minimum(exact, np.square(X[best] - point).sum(axis=1), out=exact)
        order = np.lexsort((best, exact))
        best, similarity = best[order], 1 / (1 + exact[order] / np.float32(scale))
        return self._result("likeness", query, best, similarity.astype(np.float32), len(best))

    def _by(self, by: str, query: str, n: int) -> SearchResult:
        if by == "meaning":
            return self._by_meaning(query, n)
        found, scores = (self._words if by == "words" else self._names).search(query)
        return self._result(by, query, found[:n], scores[:n], len(found))

    def _in_notes(self, query: str, n: int) -> SearchResult:
        """Find the items whose notes have all words, the newest note first."""
        words = fold(query).split()
        notes = [item for item, note in self._notes().items() if _has_all(fold(note), words)]
        there = self._pool.find(notes[::-1])
        found = there[there >= 0].astype(np.intp)
        scores = np.ones(len(found), dtype=np.float32)
        return self._result("notes", query, found[:n], scores[:n], len(found))

    def _by_meaning(self, query: str, n: int) -> SearchResult:
        assert self.encoder is not None
        point = check_points(np.atleast_2d(self.encoder([query])), self.X.shape[1])[0]
        length = max(float(np.linalg.norm(point)), 1e-30)
        scores = self.X @ (point / np.float32(length)) / self._lengths
        best = _lowest(-scores, n)
        best = best[np.lexsort((best, -scores[best]))]
        return self._result("meaning", query, best, scores[best], len(best))

    def _result(
        self, kind: str, query: str, indices: IntArray, scores: FloatArray, n_found: int
    ) -> SearchResult:
        ids = tuple(self._pool.ids[i] for i in indices.tolist())
        return SearchResult(kind, query, indices, scores, ids, n_found, self._pool.kind)

    @cached_property
    def _words(self) -> WordIndex:
        return words_of(self._pool)

    @cached_property
    def _names(self) -> NameIndex:
        return names_of(self._pool)

    @cached_property
    def _lengths(self) -> FloatArray:
        lengths: FloatArray = np.sqrt(np.einsum("ij,ij->i", self.X, self.X))
        return np.where(lengths > 0, lengths, 1).astype(np.float32)

    @cached_property
    def _near(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the points moved around the origin, their squared norms, and how far."""
        X = self._centred
        centre = np.zeros(X.shape[1])
        if not np.shares_memory(X, self.X):
            centre = self.X.mean(axis=0, dtype=np.float64)
        return X, np.einsum("ij,ij->i", X, X), centre.astype(np.float32)


def _has_all(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def check_n(n: Any) -> int:
    """Return how many items are wanted, or say what is wrong with it."""
    if not is_whole(n) or n < 1:
        raise ValueError(f"n is {n!r}; ask for at least one item.")
    return int(n)


def examples_of(pool: Pool, like: Any) -> tuple[IntArray | None, Any]:
    """Return the positions that examples are at, or else new items or points, at least one.

    Parameters
    ----------
    pool : Pool
    like : object
        See `nblabel.Session.search`.

    Raises
    ------
    IndexError
        If a position is outside the pool.
    ValueError
        If an id is no item's, and can be nothing else.
    """
    if isinstance(like, str | Path) or hasattr(like, "convert"):  # a picture of Pillow
        like = [like]
    if is_whole(like) or isinstance(like, bool | np.bool_):
        return as_positions(like, len(pool)), None
    if isinstance(like, list | tuple) and all(isinstance(one, str) for one in like) and like:
        if all(one in pool for one in like):
            return pool.indices_of(like), None
        if pool.kind not in ("texts", "images"):
            unknown = next(one for one in like if one not in pool)
            raise ValueError(f"no item has the id {unknown!r}; pass a position, an id or points.")
        return None, like
    if hasattr(like, "columns") or isinstance(like, Pool) or not hasattr(like, "__len__"):
        return None, like
    array = like if hasattr(like, "ndim") else None
    if array is None and like and all(is_whole(one) or isinstance(one, bool) for one in like):
        return as_positions(like, len(pool)), None
    if array is None:
        return (as_positions(like, len(pool)), None) if not like else (None, like)
    if array.ndim == 1 and np.asarray(array).dtype.kind in "biu":
        return as_positions(array, len(pool)), None
    if array.ndim == 1:
        return None, np.asarray(array)[None]
    if pool.kind == "images" and _is_picture(np.asarray(array)):
        return None, [like]
    return None, like


def _is_picture(array: Any) -> bool:
    """Return whether an array is one picture, and not many, nor points."""
    if array.ndim == 3:
        return bool(array.shape[-1] in (3, 4))
    return bool(array.ndim == 2 and array.dtype.kind in "bu")


def _lowest(values: FloatArray, n: int) -> IntArray:
    """Return the places of the n lowest values, in no order."""
    if n >= len(values):
        return np.arange(len(values))
    return np.argpartition(values, n - 1)[:n]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= NAMED else text[: NAMED - 1] + "…"
