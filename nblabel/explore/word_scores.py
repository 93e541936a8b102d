"""Which words of a text support the prediction of a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.pool.texts import TOKEN

SAMPLE = 10_000  # texts that are counted
PRIOR = 0.5  # of each word, in texts of each class and in all others
LEAST = 1.64  # standard errors that a word must stand out: 95 % on one side
ODDS = 1.5  # times as often as elsewhere, for in large pools the smallest difference stands out
WORDS = 6  # of a text
MANY = 1_000  # texts, of which the rarest words are not counted


class WordScores:
    """Words that are more frequent in texts predicted to be of a class than in the others.

    It looks at predictions alone, so it works with any learner on any embedding. It shows which
    words go with the predictions, not how the model made them.

    Parameters
    ----------
    texts : sequence of str
        Of the pool.
    random_state : int
        From larger pools 10,000 texts are drawn with this seed, and counted.

    Notes
    -----
    The score is the log odds ratio of having the word, for a text of the class against another
    text, divided by its standard error [1]_. Each text counts for each class with the model's
    probability.

    References
    ----------
    .. [1] Monroe, Colaresi and Quinn, "Fightin' words: lexical feature selection and evaluation for
       identifying the content of political conflict", Political Analysis 2008.

    Examples
    --------
    >>> import numpy as np
    >>> from nblabel.explore.word_scores import WordScores
    >>> texts = ["a great film", "great fun", "such a bore", "what a bore"] * 5
    >>> scores = WordScores(texts)
    >>> scores.fit(np.array([[1, 0], [1, 0], [0, 1], [0, 1]] * 5))
    >>> scores.words("Great, and not a bore", 0)
    ['great']
    """

    def __init__(self, texts: Sequence[str], random_state: int = 0) -> None:
        self._texts = texts
        rows = np.random.default_rng(random_state).permutation(len(texts))[:SAMPLE]
        self._rows = np.sort(rows)
        self._counted: tuple[Any, dict[str, int]] | None = None
        self._scores: FloatArray | None = None

    def fit(self, proba: FloatArray) -> None:
        """Score words by probabilities of shape (n, n_classes), one row for each text."""
        has, _ = self._count()
        weights = np.asarray(proba[self._rows], dtype=np.float32)
        inside = weights.T @ has  # (n_classes, terms): texts of the class that have the word
        total = np.asarray(has.sum(axis=0)).ravel()
        texts = weights.sum(axis=0)[:, None]
        outside = np.maximum(total - inside, 0)
        without = np.maximum(texts - inside, 0) + PRIOR
        without_outside = np.maximum(len(weights) - texts - outside, 0) + PRIOR
        inside, outside = inside + PRIOR, outside + PRIOR
        odds = np.log(inside / without) - np.log(outside / without_outside)
        error = np.sqrt(1 / inside + 1 / without + 1 / outside + 1 / without_outside)
        self._scores = np.where(odds >= np.log(ODDS), odds / error, 0).astype(np.float32)

    def words(self, text: str, code: int) -> list[str]:
        """Return the words of a text that support a class, the strongest first, in lower case."""
        if self._scores is None or code >= len(self._scores):
            return []
        _, places = self._count()
        z = self._scores[code]
        known = {word for word in re.findall(TOKEN, text.lower()) if word in places}
        strong = [word for word in known if z[places[word]] >= LEAST]
        return sorted(strong, key=lambda word: (-z[places[word]], word))[:WORDS]

    def _count(self) -> tuple[Any, dict[str, int]]:
        """Return which text has which word, a sparse (n, terms) matrix, and the words' columns."""
        if self._counted is None:
            from sklearn.feature_extraction.text import CountVectorizer

            at_least = 3 if len(self._rows) > MANY else 1  # rarer words never stand out
            vectorizer = CountVectorizer(
                token_pattern=TOKEN, binary=True, min_df=at_least, dtype=np.float32
            )
            try:
                has = vectorizer.fit_transform([self._texts[row] for row in self._rows])
            except ValueError:  # no text has a word
                from scipy.sparse import csr_matrix

                self._counted = csr_matrix((len(self._rows), 0), dtype=np.float32), {}
            else:
                self._counted = has, vectorizer.vocabulary_
        return self._counted
