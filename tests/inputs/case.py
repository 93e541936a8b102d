"""What a case is: what somebody brings, what happens in a few words, and the check of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nblabel as nb

Check = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes
    ----------
    name : str
        Unique among those of its kind.
    brought, happens : str
        What is brought, and what comes of it, in plain English.
    check : callable
        Takes an empty folder, brings the input and checks what comes of it.
    slow : bool
        Whether it takes over a second.
    """

    name: str
    brought: str
    happens: str
    check: Check
    slow: bool = False


@dataclass
class Kind:
    """Inputs of one kind."""

    name: str
    title: str
    cases: list[Case] = field(default_factory=list)

    def __call__(
        self, brought: str, happens: str, *, slow: bool = False
    ) -> Callable[[Check], Check]:
        """Make a function a case that has its name."""

        def added(check: Check) -> Check:
            self.add(check.__name__, brought, happens, check, slow=slow)
            return check

        return added

    def add(
        self, name: str, brought: str, happens: str, check: Check, *, slow: bool = False
    ) -> None:
        """Take in a case; many may share what they check."""
        self.cases.append(Case(name, brought, happens, check, slow))


def refused(words: str, kind: Any = (ValueError, TypeError, OSError, RuntimeError)) -> Any:
    """Expect a refusal whose words match; a bare KeyError or IndexError is none."""
    return pytest.raises(kind, match=words)


def warned(words: str) -> Any:
    """Expect a warning whose words match; any other fails the test."""
    return pytest.warns(UserWarning, match=words)


def plain(n: int = 6) -> nb.Pool:
    """Return a pool of vectors in two clear groups."""
    X = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    X[1::2] += 8
    return nb.Pool(embeddings=X)


def session(ids: Any = ("a", "b", "c"), classes: Any = ("cat", "dog")) -> nb.Session:
    """Return a session on items of these ids."""
    return begun(nb.Pool(embeddings=np.eye(len(ids)), ids=ids), classes)


def begun(pool: nb.Pool, classes: Any, **options: Any) -> nb.Session:
    """Return a session that learns at once: no graph is found, and nothing is compiled."""
    return nb.Session(pool, classes, build_graph=False, **options)


def accuracy(y: Any, **options: Any) -> float:
    """Return how many of the six items of `plain` are right after four answers."""
    fast = {"learner": "knn", "strategy": "random", "progress": False}
    curve = nb.simulate(plain(), y, budget=4, **fast, **options)
    return float(curve.pool_accuracy.iloc[-1])


def labels(of: nb.Session) -> dict[str, str]:
    """Return the labels by id."""
    table = of.labels()
    return dict(zip(table["id"].tolist(), table["label"].tolist(), strict=True))
