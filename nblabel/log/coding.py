"""What a label stands for by now: a class, or one with subclasses, which says less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import IntArray

STATUSES = ("open", "human", "model", "import", "skipped", "flagged", "coarse")
CODES = {name: code for code, name in enumerate(STATUSES)}

Statuses = npt.NDArray[np.uint8]


def coded(
    written: IntArray,
    answered: Statuses,
    called: Sequence[str],
    codes: Mapping[str, int],
    parents: Sequence[str],
) -> tuple[IntArray, IntArray, Statuses]:
    """Return what the labels of some items are by now.

    Parameters
    ----------
    written : ndarray of shape (m,), intp
        The label of each, as a position in `called`; -1 where there is none.
    answered : ndarray of shape (m,), uint8
        The status of each, whatever became of the class of its label.
    called : sequence of str
        The present names of the classes that stand in labels.
    codes : mapping of str to int
        The number of each class without subclasses.
    parents : sequence of str
        The classes with subclasses.

    Returns
    -------
    y, nodes : ndarray of shape (m,), intp
        The number of each class, and that of each coarse label of people, -1 where there is none.
    statuses : ndarray of shape (m,), uint8
        What the model said of an item counts no longer once the class has subclasses: it is open.
    """
    above = {name: node for node, name in enumerate(parents) if name not in codes}
    y, nodes = (_looked_up(numbers, called)[written] for numbers in (codes, above))
    coarse, by_model = nodes >= 0, answered == CODES["model"]
    statuses = np.where(coarse, np.where(by_model, CODES["open"], CODES["coarse"]), answered)
    nodes[by_model] = -1
    return y, nodes, statuses.astype(np.uint8)


def _looked_up(numbers: Mapping[str, int], called: Sequence[str]) -> Any:
    """Return the number of each name, and behind them that of no name at all."""
    return np.array([*(numbers.get(name, -1) for name in called), -1], dtype=np.intp)
