"""Which items have some words, or an id or file name: texts that are searched as one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, IntArray
from nblabel.pool.pool import Pool
from nblabel.pool.texts import UNSPACED

WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
QUOTED = re.compile(r'"([^"]*)"|(\S+)')
ACCENTS = re.compile("[\u0300-\u036f]+")
APART = "\x1f"  # between the cells of a row: no phrase goes across
SATURATION, LENGTH = 1.2, 0.75  # k1 and b of BM25, as Robertson and Zaragoza have them
BEGINNING = 0.5  # what a word counts for that only begins like the one looked for


def fold(text: str) -> str:
    """Return a text without case, accents, and other ways to write the same letters.

    ``"Café"``, ``"CAFE"`` and a full-width ``"ＣＡＦＥ"`` are the same.
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", ACCENTS.sub("", apart))


class WordIndex:
    """Texts in which words are looked for. They are held once, folded, as bytes.

    Parameters
    ----------
    texts : iterable of str
        One for each item.

    Notes
    -----
    The rank is that of BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25
    and Beyond", 2009): a word counts the more the rarer it is, and the shorter the text.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        rows = [_encoded(_spaced(text)) for text in texts]
        self._all, self._starts = _joined(rows)
        self._n_words = np.array([row.count(b" ") for row in rows], dtype=np.float32)
        self._usual = max(float(self._n_words.mean()), 1) if rows else 1.0

    def search(self, query: str) -> tuple[IntArray, FloatArray]:
        """Return the items that have all words of a query, best first, and their scores.

        A word also stands for longer ones that begin like it, which count half. Words in quotation
        marks stand side by side.

        Parameters
        ----------
        query : str

        Returns
        -------
        indices : ndarray of shape (m,), intp
        scores : ndarray of shape (m,), float32
        """
        phrases = [quoted or word for quoted, word in QUOTED.findall(query)]
        terms = dict.fromkeys(map(_spaced, (one.replace(APART, " ") for one in phrases)))
        found: IntArray | None = None
        parts = []
        for term in filter(None, terms):
            rows, counts = self._occurrences(_encoded(term))
            parts.append((rows, self._weights(rows, counts)))
            found = rows if found is None else np.intersect1d(found, rows, assume_unique=True)
        if found is None:
            found = np.empty(0, dtype=np.intp)
        scores = np.zeros(len(found), dtype=np.float32)
        for rows, weights in parts:
            scores += weights[np.searchsorted(rows, found)]
        order = np.argsort(-scores, kind="stable")
        return found[order], scores[order]

    def _occurrences(self, term: bytes) -> tuple[IntArray, FloatArray]:
        """Return the items that have a term, ascending, and how often each has it."""
        at = [match.end() for match in re.finditer(re.escape(term), self._all)]
        ends = np.array(at, dtype=np.intp)
        behind = np.frombuffer(self._all, dtype=np.uint8)[ends]
        counted = np.where(behind <= ord(" "), 1, BEGINNING)
        rows, places = np.unique(self._rows(ends - 1), return_inverse=True)
        return rows, np.bincount(places, counted, len(rows)).astype(np.float32)

    def _rows(self, at: IntArray) -> IntArray:
        return np.searchsorted(self._starts, at, side="right") - 1

    def _weights(self, rows: IntArray, counts: FloatArray) -> FloatArray:
        n = len(self._n_words)
        rare = np.log1p((n - len(rows) + 0.5) / (len(rows) + 0.5))
        length = self._n_words[rows] / np.float32(self._usual)
        held = counts + SATURATION * (1 - LENGTH + LENGTH * length)
        weights: FloatArray = (rare * counts * (SATURATION + 1) / held).astype(np.float32)
        return weights


class NameIndex:
    """Ids and file names in which a part is looked for. They are held once, folded, as bytes.

    Parameters
    ----------
    names : iterable of str
        One for each item.
    """

    def __init__(self, names: Iterable[str]) -> None:
        rows = [_encoded(fold(name)) for name in names]
        self._all, self._starts = _joined(rows)
        self._lengths = np.array([len(row) for row in rows], dtype=np.float32)

    def search(self, query: str) -> tuple[IntArray, FloatArray]:
        """Return the items whose name has a part like the query, best first.

        Parameters
        ----------
        query : str

        Returns
        -------
        indices : ndarray of shape (m,), intp
        scores : ndarray of shape (m,), float32
            The share of the name that the query makes up: 1 for the whole name.
        """
        part = _encoded(fold(query.strip()))
        if not part:
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.float32)
        at = [match.start() for match in re.finditer(re.escape(part), self._all)]
        starts = np.array(at, dtype=np.intp)
        rows = np.unique(np.searchsorted(self._starts, starts, side="right") - 1)
        scores = (len(part) / self._lengths[rows]).astype(np.float32)
        order = np.argsort(-scores, kind="stable")
        return rows[order], scores[order]


def words_of(pool: Pool) -> WordIndex:
    """Return where the words of a pool's texts, or of the values of its table, are looked for.

    Parameters
    ----------
    pool : Pool
        Of texts or rows, or with columns.
    """
    return WordIndex(APART.join(_texts(pool, i)) for i in range(len(pool)))


def has_words(pool: Pool) -> bool:
    """Return whether there is something in which words can be looked for."""
    return pool.kind in ("texts", "rows") or pool.beside is not None


def _texts(pool: Pool, index: int) -> list[str]:
    """Return an item's text, the values of its row, and those of the columns beside it."""
    text, row = pool.text(index), pool.row(index)
    cells = [] if pool.beside is None else pool.beside.row(index)
    return [text or "", *(cell.value or "" for cell in [*(row or []), *cells])]


def names_of(pool: Pool) -> NameIndex:
    """Return where parts of a pool's ids and file names are looked for.

    Parameters
    ----------
    pool : Pool
    """
    names = ((item, pool.name(i)) for i, item in enumerate(pool.ids))
    return NameIndex(item if name in item else f"{item} {name}" for item, name in names)


def _spaced(text: str) -> str:
    """Return the words of a text, each with a space before it."""
    cells = fold(text).split(APART)
    return APART.join("".join(f" {word}" for word in WORD.findall(cell)) for cell in cells)


def _encoded(text: str) -> bytes:
    """Return a text as bytes on one line; names of files may hold halves of characters."""
    return text.replace("\n", " ").encode("utf-8", "surrogatepass")


def _joined(rows: list[bytes]) -> tuple[bytes, npt.NDArray[np.int64]]:
    """Return rows in one, each with a line break behind it, and where each begins."""
    ends = np.cumsum([len(row) + 1 for row in rows], dtype=np.int64)
    return b"\n".join([*rows, b""]), np.concatenate([[0], ends[:-1]]).astype(np.int64)
