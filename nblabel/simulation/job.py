"""What a simulation is made of, and what decides its outcome."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray

COLUMNS = ("n_labels", "pool_accuracy", "test_accuracy", "fit_seconds", "ask_seconds")
PRECISION = "average_precision"  # a column more with several tags an item

Step = dict[str, Any]  # a row of the table, the positions asked, and how many were asked for


@dataclass(frozen=True)
class Job:
    """What the runs with all seeds have in common.

    With several tags an item, `codes` and the answers of `test` have a column for each class.
    """

    X: FloatArray
    codes: Any
    names: tuple[str, ...]
    learner: Any
    strategy: Any
    learner_name: str
    strategy_name: str
    budget: int
    batch_size: int
    test: tuple[FloatArray, Any] | None
    prior: FloatArray | None = None

    @property
    def multi_label(self) -> bool:
        """Whether an item may have several tags."""
        return bool(self.codes.ndim == 2)

    @property
    def columns(self) -> tuple[str, ...]:
        """What is told of each step."""
        return (*COLUMNS, PRECISION) if self.multi_label else COLUMNS

    def settings(self) -> dict[str, Any]:
        """Return, as JSON can hold it, what decides a run. Not the budget: a run may be longer."""
        from nblabel._version import __version__

        return {
            "nblabel": __version__,
            "learner": [self.learner_name, _described(self.learner)],
            "strategy": [self.strategy_name, _described(self.strategy)],
            "batch_size": self.batch_size,
            "classes": list(self.names),
            "embeddings": _digest(self.X),
            "y": _digest(self.codes),
            "test set": None if self.test is None else _digest(*self.test),
            "prior": None if self.prior is None else _digest(self.prior),
        }


def _described(thing: Any) -> str:
    """Return what an object is made with, the same in every process."""
    if isinstance(thing, str):
        return thing
    described = f"{type(thing).__module__}.{type(thing).__qualname__}"
    parameters = getattr(thing, "get_params", None)
    if callable(parameters):
        described += repr(sorted((key, repr(value)) for key, value in parameters().items()))
    else:
        described += f" {thing!r}"
    return re.sub(r" at 0x[0-9a-fA-F]+", "", described)


def _digest(*arrays: np.ndarray[Any, Any]) -> str:
    hasher = hashlib.blake2b(digest_size=16)
    for array in arrays:
        hasher.update(str((array.shape, array.dtype.str)).encode())
        hasher.update(np.ascontiguousarray(array).data)
    return hasher.hexdigest()
