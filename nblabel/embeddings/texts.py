"""The words of texts as vectors: TF-IDF and a truncated singular value decomposition."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.pool import Pool
from nblabel.pool.texts import TOKEN, Texts
from nblabel.system.cache import ArrayCache
from nblabel.system.progress import over

WIDTH = 100
MOST_TERMS = 50_000


def embed_texts(
    pool: Pool, dim: int | None, random_state: int, like: Pool | None = None
) -> FloatArray:
    """Describe texts by their words and pairs of words.

    Each word or pair counts by the logarithm of its frequency in the text and by its rarity in the
    pool (TF-IDF); the `dim` directions that hold most of it are kept (truncated singular value
    decomposition), and each row is scaled to length 1, so that distances are those of the angle
    (latent semantic analysis [1]_).

    Parameters
    ----------
    pool : Pool
        Of texts.
    dim : int, optional
        Width; 100 unless the texts have fewer different words.
    random_state : int
        Seed of the decomposition.
    like : Pool, optional
        Of texts whose words, their rarity and directions are to be used for these texts.

    Returns
    -------
    ndarray of shape (n, dim), float32
        A text without words, or without those of `like`, has a row of zeros.

    References
    ----------
    .. [1] Deerwester et al., "Indexing by latent semantic analysis", JASIS 1990.
    """
    media = pool.media
    assert isinstance(media, Texts)
    if like is not None:
        assert isinstance(like.media, Texts)
        return _space(like.media, dim, random_state).place(media.texts)
    kept = ArrayCache("tfidf", np.frombuffer(media.digest(), np.uint8), dim, random_state)
    return kept.or_made(lambda: _Space().fit(media.texts, dim, random_state))


@lru_cache(maxsize=1)  # new texts of one pool come one after another
def _space(media: Texts, dim: int | None, random_state: int) -> _Space:
    space = _Space()
    space.fit(media.texts, dim, random_state)
    return space


class _Space:
    """The words of some texts and the directions that hold most of them."""

    def fit(self, texts: list[str], dim: int | None, random_state: int) -> FloatArray:
        """Learn from texts, and return their places, (n, dim)."""
        from sklearn.decomposition import TruncatedSVD

        self._words, counts = _weigh(texts)
        most = 1 if counts is None else min(counts.shape)
        if dim is not None and not 1 <= dim <= most:
            raise ValueError(f"dim is {dim}; it must be between 1 and {most} for these texts.")
        self._width = width = min(WIDTH, most) if dim is None else dim
        self._svd: Any = None
        if counts is None or most == 1:  # nothing to decompose, and scikit-learn wants two columns
            return self._turned(counts, len(texts))
        solver = "arpack" if width < most <= 500 else "randomized"  # exact where that is quick
        self._svd = TruncatedSVD(width, algorithm=solver, random_state=random_state)
        with np.errstate(all="ignore"):  # texts that are all alike have no variance to divide by
            return _of_length_one(self._svd.fit_transform(counts))

    def place(self, texts: list[str]) -> FloatArray:
        """Return the places of other texts, (m, dim)."""
        counts = None if self._words is None else self._words.transform(texts)
        return self._turned(counts, len(texts))

    def _turned(self, counts: Any, n: int) -> FloatArray:
        if counts is None:
            return np.zeros((n, self._width), dtype=np.float32)
        if self._svd is None:
            return _of_length_one(np.asarray(counts.todense())[:, :1])
        return _of_length_one(self._svd.transform(counts))


def _of_length_one(codes: Any) -> FloatArray:
    from sklearn.preprocessing import normalize

    return np.ascontiguousarray(normalize(codes), dtype=np.float32)


def _weigh(texts: list[str]) -> tuple[Any, Any]:
    """Return what weighs words by TF-IDF, and the weights, a sparse (n, terms) matrix.

    None and None where no text has a word.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    # a term that only one text has tells nothing of its likeness to others
    for at_least in (2, 1):
        vectorizer = TfidfVectorizer(
            ngram_range=(1, 2),
            token_pattern=TOKEN,
            min_df=at_least,
            max_features=MOST_TERMS,
            sublinear_tf=True,
            dtype=np.float32,
        )
        try:
            return vectorizer, vectorizer.fit_transform(over(texts, "Reading texts"))
        except ValueError:  # no term is left
            continue
    return None, None
