"""Words of a text that support a prediction."""

import numpy as np
import pytest

from nblabel.explore import word_scores
from nblabel.explore.word_scores import WordScores

TEXTS = ["a Great film", "great fun 🎉", "such a bore", "what a bore"] * 5
PROBA = np.array([[1, 0], [1, 0], [0, 1], [0, 1]] * 5, dtype=np.float32)


def by_hand(texts, weights, word):
    """The measure, written out for one word."""
    has = np.array([word in text.lower().split() for text in texts])
    a, b = weights[has].sum() + 0.5, weights[~has].sum() + 0.5
    c, d = (1 - weights[has]).sum() + 0.5, (1 - weights[~has]).sum() + 0.5
    return a * d / (b * c), np.log(a * d / (b * c)) / np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


@pytest.fixture
def learned():
    scored = WordScores(TEXTS)
    scored.fit(PROBA)
    return scored


def test_words_of_the_class_are_scored_strongest_first(learned):
    assert learned.words("Great FUN, and a bore of a film", 0) == ["great", "film", "fun"]
    assert learned.words("GREAT fun, and a bore", 1) == ["bore", "a"]
    assert learned.words("words nobody used", 0) == []
    assert learned.words("", 0) == []
    assert learned.words("great", 2) == []  # a class that is new


def test_the_measure_is_that_of_the_paper(learned):
    rng = np.random.default_rng(0)
    weights = rng.random(len(TEXTS)).astype(np.float32)
    learned.fit(np.column_stack([weights, 1 - weights]))
    _, places = learned._count()
    both = set()
    for word in ("great", "a", "bore", "film"):
        for code, share in enumerate((weights, 1 - weights)):
            found = learned._scores[code, places[word]]
            odds, expected = by_hand(TEXTS, share, word)
            assert found == pytest.approx(expected if odds >= word_scores.ODDS else 0, rel=1e-4)
            both.add(found > 0)
    assert both == {True, False}


def test_before_anything_was_learned_there_is_none():
    assert WordScores(TEXTS).words("great", 0) == []


@pytest.mark.parametrize("texts", [["", "  "], [""] * 3])
def test_texts_without_words(texts):
    scored = WordScores(texts)
    scored.fit(np.full((len(texts), 2), 0.5, dtype=np.float32))
    assert scored.words("great", 0) == []


def test_of_a_large_pool_a_sample_is_counted(monkeypatch):
    monkeypatch.setattr(word_scores, "SAMPLE", 12)
    scored = WordScores(TEXTS, 1)
    scored.fit(PROBA)
    assert scored._count()[0].shape[0] == 12


def test_scripts_without_spaces_and_emoji():
    scored = WordScores(["好看 🎉", "很好 🎉", "难看", "难吃"] * 5)
    scored.fit(PROBA)
    assert set(scored.words("好 🎉 难", 0)) == {"好", "🎉"}
    assert scored.words("好 🎉 难", 1) == ["难"]
