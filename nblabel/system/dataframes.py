"""Data frames: those of other libraries as pandas', and rows brought into one order by their index.

A pandas index that is more than 0, 1, 2, ... says which row is which. Where two things that belong
together both have such an index, rows are paired by it; a list or an array has none, and goes by
position.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from nblabel.system.format import count, counted
from nblabel.system.values import text_of

NEEDS_PYARROW = 'pyarrow, which is not installed: pip install "nblabel[parquet]"'


def as_pandas(value: Any) -> Any:
    """Return a data frame or column of another library as one of pandas.

    Parameters
    ----------
    value : object
        Of polars, Arrow or another library whose objects have ``to_pandas()``, or the protocols
        ``__arrow_c_stream__`` or ``__dataframe__``.

    Returns
    -------
    DataFrame, Series or object
        Whatever is no such thing is returned as it is.

    Raises
    ------
    ImportError
        If the other library needs one that is missing.
    TypeError
        If it is a query that did not run yet, such as a polars LazyFrame.
    """
    if value is None or isinstance(value, str | bytes | list | tuple | np.ndarray):
        return value
    import pandas as pd

    if isinstance(value, pd.DataFrame | pd.Series | pd.Index):
        return value
    name = type(value).__name__
    try:
        found = _converted(value)
    except ImportError as error:
        raise ImportError(f"to read a {name}, its library needs {NEEDS_PYARROW}.") from error
    if isinstance(found, pd.DataFrame | pd.Series):
        return found
    lazy = [run for run in ("collect", "compute") if callable(getattr(value, run, None))]
    if lazy and hasattr(value, "columns"):
        raise TypeError(f"this {name} is a query that did not run yet; pass its .{lazy[0]}().")
    return value


def _converted(value: Any) -> Any:
    import pandas as pd

    if isinstance(value, type):
        return None
    if callable(getattr(value, "to_pandas", None)):
        return value.to_pandas()
    if hasattr(value, "__arrow_c_stream__"):
        import pyarrow as pa

        return pa.table(value).to_pandas()
    if hasattr(value, "__dataframe__"):
        return pd.api.interchange.from_dataframe(value)
    return None


def index_of(value: Any) -> list[str] | None:
    """Return what the index of a DataFrame or Series calls its rows; None where it is 0, 1, ...

    Parameters
    ----------
    value : object
    """
    if not hasattr(value, "iloc"):
        return None
    import pandas as pd

    index = value.index
    if isinstance(index, pd.RangeIndex) and (index.start, index.step) == (0, 1):
        return None
    return [text_of(name) for name in index]


def column_names(value: Any) -> list[str] | None:
    """Return what the columns of a DataFrame are called; None where they are only numbered.

    Parameters
    ----------
    value : object
        Other data than a DataFrame of pandas has none.
    """
    columns = getattr(value, "columns", None)
    if columns is None or not hasattr(value, "iloc"):
        return None
    names = [text_of(name) for name in columns]
    numbered = names == [str(place) for place in range(len(names))]
    return None if numbered or len(set(names)) < len(names) else names


def in_columns(
    X: Any, names: Sequence[str] | None, what: str, found: Sequence[str] | None = None
) -> Any:
    """Return a DataFrame or array with its columns in the order of others of the same names.

    Parameters
    ----------
    X : DataFrame, array or object
        What has no names for its columns is returned as it is.
    names : sequence of str, optional
        Of the columns that it goes with, as of `column_names`.
    what : str
        What it is called in messages.
    found : sequence of str, optional
        What the columns of an array are called.

    Raises
    ------
    ValueError
        If the names are others.
    """
    found = column_names(X) if found is None else found
    if X is None or found is None or names is None or list(found) == list(names):
        return X
    missing = [name for name in names if name not in found]
    unknown = [name for name in found if name not in names]
    if missing or unknown:
        parts = {"missing": missing, "unknown": unknown}
        listed = "; ".join(f"{why}: {', '.join(some[:3])}" for why, some in parts.items() if some)
        raise ValueError(
            f"{what} has other columns than the embeddings of the pool ({listed}). Pass the same "
            "ones, or an array (to_numpy()) if they are only called otherwise."
        )
    order = [found.index(name) for name in names]
    return X.iloc[:, order] if hasattr(X, "iloc") else X[:, order]


def is_unique(index: Sequence[str] | None) -> bool:
    """Return whether an index of `index_of` can serve as ids."""
    return index is not None and len(set(index)) == len(index)


def in_order(
    value: Any,
    what: str,
    ids: Sequence[str] | None = None,
    index: Sequence[str] | None = None,
    *,
    numbered: bool = False,
) -> Any:
    """Return a DataFrame or Series with its rows in the order of the items they belong to.

    Parameters
    ----------
    value : object
        What has no index, or the index 0, 1, ..., is returned as it is.
    what : str
        What it is called in messages.
    ids : sequence of str, optional
        Of the items. An index that holds none of them is about something else, and the rows go by
        position.
    index : sequence of str, optional
        What the index of the items' own data calls them; `value` must agree with it unless it
        agrees with the ids.
    numbered : bool
        Whether the ids are but positions. Rows go by position then, with a warning where the index
        holds the same positions in another order.

    Raises
    ------
    ValueError
        If the index has other names than the items, or repeats some of them in another order.
    """
    value = as_pandas(value)
    own = index_of(value)
    if own is None:
        return value
    alike = ids is not None and set(own) == set(ids)
    if index is not None and not (alike and not numbered):
        return _reordered(value, own, list(index), what)
    if ids is None:
        return value
    if numbered:
        if alike and own != list(ids):
            warnings.warn(
                f"{what} is taken row by row as it stands, and its index holds the positions in "
                f"another order. If the index is right, pass {what}.sort_index(), else "
                f"{what}.reset_index(drop=True).",
                stacklevel=4,
            )
        return value
    if not alike and set(own).isdisjoint(ids):
        return value
    return _reordered(value, own, list(ids), what)


def _reordered(value: Any, own: list[str], names: list[str], what: str) -> Any:
    if own == names:
        return value
    as_it_is = f"or, if the rows are in the right order already, pass {what}.to_numpy()."
    places = {name: place for place, name in enumerate(own)}
    missing = next((name for name in names if name not in places), None)
    if missing is not None or len(own) != len(names):
        gone = "" if missing is None else f"; it lacks {missing!r}"
        raise ValueError(
            f"the index of {what} does not name the items: {count(len(own))} rows for "
            f"{counted(len(names), 'item')}{gone}. Give it the same names, as .reindex does, "
            f"{as_it_is}"
        )
    if not (is_unique(own) and is_unique(names)):
        raise ValueError(
            f"the index of {what} repeats names and is in another order than the items, so nothing "
            f"tells which row is which. Make the index unique, {as_it_is}"
        )
    return value.iloc[[places[name] for name in names]]
