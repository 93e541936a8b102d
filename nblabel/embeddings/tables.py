"""The rows of a table as vectors."""

from __future__ import annotations

import warnings

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.pool import Pool
from nblabel.pool.tables import Table


def embed_table(pool: Pool, dim: int | None, random_state: int) -> FloatArray:  # noqa: ARG001
    """Describe the rows of a table by numbers of like size.

    Numbers, and dates as seconds, are brought to a median of 0 and an interquartile range of 1.349,
    as that of a normal distribution of deviation 1, and held within 5; what is missing goes to the
    median and sets a column of its own. A category has a column of 0 and 1, as have all those
    together that are beyond the 64 commonest of their column or occur once, and missing ones. Two
    rows of different categories are then as far from one another as two numbers drawn at random.
    Columns that do not vary are left out.

    Parameters
    ----------
    pool : Pool
        Of the rows of a table.

    Returns
    -------
    ndarray of shape (n, width), float32
    """
    media = pool.media
    assert isinstance(media, Table)
    X = media.vectors()
    if X.shape[1]:
        return X
    if len(X) > 1:
        warnings.warn(
            "no column of the table tells its rows apart: each is constant, or all different "
            "texts.",
            stacklevel=3,
        )
    return np.zeros((len(X), 1), dtype=np.float32)
