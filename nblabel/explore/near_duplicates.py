"""Near duplicates: items that are equal or nearly so, by their embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import Int32Array, IntArray, as_embeddings, is_whole
from nblabel.graph.near import near_groups
from nblabel.graph.neighbor_graph import NeighborGraph, neighbor_graph
from nblabel.system.format import count, counted
from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session


@dataclass(frozen=True, repr=False, eq=False)
class NearDuplicates(Report):
    """Groups of equal and nearly equal items. ``print`` it.

    Attributes
    ----------
    groups : ndarray of shape (n,), int32
        The group of each item: 0 for the largest, and so on; then each item without a near
        duplicate has a number of its own. Made for ``groups=`` of scikit-learn's splitters, such as
        ``GroupKFold``: test set and training set then hold no near duplicates of each other.
    n_groups : int
        How many groups hold two or more items: ``groups < n_groups`` are the items in them.
    representatives : ndarray of shape (n_groups,), intp
        The position of an item in the middle of each of them.
    table : DataFrame
        A row for each of them: n_items, index and, of a session, id of its representative.
    """

    groups: Int32Array
    n_groups: int
    representatives: IntArray
    table: pd.DataFrame

    def members(self, index: int) -> IntArray:
        """Return an item and its near duplicates.

        Parameters
        ----------
        index : int
            The position of an item.

        Returns
        -------
        ndarray of intp
            Positions, ascending. ``session.tell(near.members(index), label)`` labels them all in
            one step, which one undo takes back.

        Raises
        ------
        IndexError
            If there is no such position.
        """
        n = len(self.groups)
        if not is_whole(index) or not 0 <= index < n:
            raise IndexError(f"index is {index!r}; pass a position from 0 to {n - 1}.")
        return np.flatnonzero(self.groups == self.groups[index])

    @property
    def lines(self) -> list[str]:
        """The report in sentences."""
        n = len(self.groups)
        if not self.n_groups:
            return [f"No near duplicates among {counted(n, 'item')}."]
        sizes = self.table["n_items"]
        return [
            (
                f"{count(int(sizes.sum()))} of {count(n)} items are in "
                f"{counted(self.n_groups, 'group')} of near duplicates; the largest holds "
                f"{count(int(sizes.max()))}."
            ),
            "To label a group in one step: session.tell(near.members(index), label).",
        ]


def near_duplicates(
    session: Session | Any, *, graph: NeighborGraph | None = None
) -> NearDuplicates:
    """Find groups of equal and nearly equal items: frames of a film, a picture saved again.

    Parameters
    ----------
    session : Session, or array of shape (n, dim)
        A session, or embeddings.
    graph : NeighborGraph, optional
        Of these embeddings; if left out, that of the session, or `nblabel.neighbor_graph`.

    Returns
    -------
    NearDuplicates
        ``print`` it; ``.groups`` has the group of each item.

    Raises
    ------
    ValueError
        If the embeddings are no matrix of finite numbers, not all of the session's items are
        embedded yet, or the graph has another number of items.
    TypeError
        If it is a panel: pass its ``.session``.

    Notes
    -----
    Two items are near duplicates if their distance is at most 0.35 of the distance from each of the
    two to its 15th neighbour, and of what is usual in the pool: the distance within which 90 % of
    the items have a neighbour. Groups are the connected components of such pairs; of a component, a
    group keeps what is that near to one of its items, so that a chain of small steps, such as a
    slow pan of a camera, becomes several groups. Where more than 15 items are nearly equal they
    fill each other's lists of neighbours. There the densest item of each region is compared with
    the whole pool: the items up to a distance of at most 0.6 of what is usual are a group if the
    15th item beyond is twice as far.

    The rule has no unit, and takes under a second for 60,000 items once there is a graph. Where
    more than
    90 % of the pool have near duplicates, these are what is usual, and only equal items are found.
    What it finds on pictures is in docs/benchmarks.md.

    The default strategy asks each group once, large ones early. Folds of `find_label_issues` and of
    `auto_label` keep a group on one side.

    Examples
    --------
    >>> import nblabel as nb
    >>> import numpy as np
    >>> images = nb.datasets.load_digits().images
    >>> darker = (images[:3] * 0.98).astype(images.dtype)
    >>> near = nb.near_duplicates(nb.embed(np.concatenate([images, darker])))
    >>> near.members(0).tolist()
    [0, 1797]
    """
    import pandas as pd

    ids = None
    if hasattr(session, "session"):  # a panel; its class is not known here
        raise TypeError(f"session is a {type(session).__name__}; pass its .session.")
    if hasattr(session, "refit"):
        if session.awaits_embeddings:
            raise ValueError("not all items are embedded yet; wait, or embed them first.")
        X, ids = session.embeddings, session.pool.ids
    else:
        X = as_embeddings(session)
    if graph is not None and len(graph) != len(X):
        raise ValueError(f"the graph has {len(graph):,} items, the embeddings {len(X):,}.")
    if ids is not None and graph is None and session.engine.graph is not None:
        near = session.engine.near
    else:
        around = X - X.mean(axis=0, dtype=np.float64).astype(np.float32)
        near = near_groups(neighbor_graph(X) if graph is None else graph, around)
    table = pd.DataFrame({"n_items": near.sizes, "index": near.leaders})
    table.index.name = "group"
    if ids is not None:
        table["id"] = [ids[index] for index in near.leaders.tolist()]
    return NearDuplicates(near.numbers, len(near.leaders), near.leaders, table)
