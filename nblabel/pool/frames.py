"""A pool out of one table: which column holds the items, and which are shown beside them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from nblabel.pool.columns import name_of
from nblabel.system.dataframes import as_pandas
from nblabel.system.values import similar

if TYPE_CHECKING:
    import pandas as pd


MEDIA = {"image": "images", "text": "texts", "sound": "sounds", "series": "series"}  # of `Pool`


def parts_of_frame(
    df: Any,
    *,
    media: dict[str, Any],
    id: Any,  # noqa: A002  the field's word
    embedding: Any,
    columns: Sequence[Any] | None,
    drawn: bool,
) -> dict[str, Any]:
    """Return what `Pool` is made of, from a table.

    Parameters
    ----------
    df, id, embedding, columns
        As for `Pool.from_frame`.
    media : dict of str to object
        Columns by the names in `MEDIA`; those not given are None.
    drawn : bool
        Whether the items, or the rows where no column holds them, are drawn by a function.

    Raises
    ------
    ValueError, TypeError
        As `Pool.from_frame`.
    """
    import pandas as pd

    frame = as_pandas(df)
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            f"df is a {type(df).__name__}; pass a DataFrame of pandas, polars or Arrow."
        )
    given = [kind for kind, column in media.items() if column is not None]
    if len(given) > 1:
        named = " and ".join(f"{kind}=" for kind in given)
        raise ValueError(f"{named} were given; a pool holds one kind of media.")
    if isinstance(columns, str):
        message = f"columns is the single text {columns!r}; pass a list of names."
        raise ValueError(message)  # noqa: TRY004
    kind = given[0] if given else None
    items = [] if kind is None else _listed(media[kind])
    if kind != "series" and len(items) > 1:
        raise ValueError(f"{kind}= names {len(items)} columns; only series= takes several.")
    vectors = [] if embedding is None else _listed(embedding)
    taken = [*items, *([] if id is None else [id]), *vectors]
    for name in [*taken, *(columns or [])]:
        _check(frame, name)
    beside = [one for one in frame.columns if one not in taken] if columns is None else [*columns]
    others = frame[beside] if beside else None
    parts: dict[str, Any] = {}
    if kind is not None:
        parts[MEDIA[kind]] = _items(frame, media[kind], missing=kind == "series")
    elif drawn:
        parts["images"] = frame.to_dict("records")
    elif others is None:
        raise ValueError("no columns are left to show; name some by columns=, image= or text=.")
    parts["columns" if kind is not None or drawn else "table"] = others
    if id is not None:
        parts["ids"] = _without_gaps(frame[id], id).tolist()
    elif isinstance(frame.index, pd.RangeIndex) or not frame.index.is_unique:
        pass  # the numbers of the rows, or paths, as for any pool
    elif kind not in ("image", "sound") or drawn:
        parts["ids"] = frame.index.tolist()
    if embedding is not None:
        one = not isinstance(embedding, list | tuple)
        parts["embeddings"] = frame[embedding].tolist() if one else frame[[*embedding]].to_numpy()
    for name in ("table", "columns"):  # rows go by position
        if parts.get(name) is not None:
            parts[name] = parts[name].reset_index(drop=True)
    return parts


def _items(frame: pd.DataFrame, names: Any, *, missing: bool) -> Any:
    """Return the items of a column, or of several the values of each row."""
    if isinstance(names, list | tuple):
        return frame[[*names]].to_numpy()
    return (frame[names] if missing else _without_gaps(frame[names], names)).tolist()


def _listed(names: Any) -> list[Any]:
    return [*names] if isinstance(names, list | tuple) else [names]


def _check(frame: pd.DataFrame, name: Any) -> None:
    """Raise an error unless there is one column of this name."""
    if not isinstance(name, Hashable):
        raise TypeError(
            f"columns are passed by name, and a {type(name).__name__} was passed. Add the values "
            "to the table as a column; an array of embeddings goes to nblabel.Pool(embeddings=)."
        )
    known = [name_of(one) for one in frame.columns]
    places = frame.columns == name
    if places.sum() == 1:
        return
    if places.sum() > 1:
        raise ValueError(f"the table has {places.sum()} columns {name!r}; rename all but one.")
    meant = similar([str(name)], known).get(str(name))
    raise ValueError(
        f"the table has no column {name!r}"
        + (f"; did you mean {meant!r}?" if meant else f"; it has {', '.join(known[:20])}.")
    )


def _without_gaps(values: pd.Series[Any], name: Any) -> pd.Series[Any]:
    missing = values.isna().to_numpy(dtype=bool)
    if missing.any():
        raise ValueError(
            f"column {name!r} has no value in {missing.sum():,} rows (first: row "
            f"{int(missing.argmax())}). Drop those rows, or fill the values."
        )
    return values
