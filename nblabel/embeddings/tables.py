"""The rows of a table as vectors."""

from __future__ import annotations

import warnings

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.pool import Pool
from nblabel.pool.tables import Table


def embed_table(
    pool: Pool,
    dim: int | None,  # noqa: ARG001  the caller reduces
    random_state: int,  # noqa: ARG001  nothing is random here
    like: Pool | None = None,
) -> FloatArray:
    """Describe the rows of a table by numbers of like size.

    Numbers, and dates as seconds, are brought to a median of 0 and an interquartile range of 1.349,
    as that of a normal distribution of deviation 1, and held within 5; what is missing goes to the
    median and sets a column of its own. A category has a column of 0 and 1, as have all those
    together that are beyond the 64 commonest of their column or occur once, and missing ones. Two
    rows of different categories are then as far from one another as two numbers drawn at random.
    Columns that do not vary are left out, with a warning that names them, as it names those whose
    texts nearly all differ, and those that were read with some doubt.

    Parameters
    ----------
    pool : Pool
        Of the rows of a table. Numbers, dates and booleans that are written as text are read where
        nearly all values of a column are; see `nblabel.pool.readings`.
    like : Pool, optional
        Of the rows of a table with the same columns, by whose numbers and categories these rows
        are described.

    Returns
    -------
    ndarray of shape (n, width), float32

    Raises
    ------
    ValueError
        If `like` has other columns, or other kinds of values in them.
    """
    media = pool.media
    assert isinstance(media, Table)
    known = None if like is None else like.media
    assert known is None or isinstance(known, Table)
    X, labels = media.vectors(known)
    if not X.shape[1]:
        X = np.zeros((len(X), 1), dtype=np.float32)
        labels = f"no column of the table tells its rows apart. {labels}" if labels else ""
    if labels:
        warnings.warn(labels, stacklevel=4)
    return X
