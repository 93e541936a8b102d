"""Names of classes, checked."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nblabel.system.values import is_missing, looks, nearest, text_of

MAX_CLASSES = 2_000
# Keys of the panel, as static/ has them: no class can have one. + and - zoom, too, but not where
# they are the keys of classes, as they are for many people.
COMMANDS = "ursfhwn?,.<>/=;:!*#%&'\"$"


class AlikeError(ValueError):
    """A name is refused that nobody can tell from that of another class.

    Parameters
    ----------
    message : str
    like : str
        The other class.
    """

    def __init__(self, message: str, like: str) -> None:
        super().__init__(message)
        self.like = like


def check_classes(classes: Any) -> tuple[str, ...]:
    """Return class names as text, or say what is wrong with them.

    Parameters
    ----------
    classes : iterable or mapping
        Names in order. Of a mapping the side that holds texts, the other one being codes; of a
        column its categories, or the values that occur, in the order in which they do.

    Raises
    ------
    ValueError
        If their order is unknown, there are fewer than two or more than 2,000, or a name is
        missing, empty or there twice.
    """
    given = list_classes(classes)
    names = tuple(text_of(name).strip() for name in given)
    if len(names) < 2:
        raise ValueError(f"classes holds {len(names)} name; labeling needs at least two.")
    if len(names) > MAX_CLASSES:
        raise ValueError(
            f"classes holds {len(names):,} names; at most {MAX_CLASSES:,} are supported. Label in "
            "two steps: groups of classes first, then the classes of each group in a session of "
            "its own."
        )
    first = {name: place for place, name in reversed(list(enumerate(names)))}
    for place, name in enumerate(names):
        if is_missing(given[place]):
            raise ValueError(
                f"class name number {place + 1} is missing ({given[place]!r}); leave it out."
            )
        if not name:
            raise ValueError(f"class name number {place + 1} is empty.")
        if first[name] < place:
            forms = "" if str(given[place]) == name else f" (also as {given[place]!r})"
            raise ValueError(f"the class {name!r} is there twice{forms}; each name must be unique.")
    return names


def warn_of_lookalikes(names: Iterable[str]) -> None:
    """Warn of classes that a person can hardly tell apart."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(looks(name), []).append(name)
    for some in alike.values():
        if len(some) > 1:
            warnings.warn(
                f"the classes {' and '.join(map(repr, some))} differ only in case, spaces or form; "
                "give one name to what is one class.",
                stacklevel=3,
            )


def list_names(names: Any, called: str) -> list[Any]:
    """Return the names in a list, or say that it is none."""
    if isinstance(names, str | bytes | Mapping) or not isinstance(names, Iterable):
        raise ValueError(f"{called} is {names!r}; pass a list of names.")  # noqa: TRY004
    if isinstance(names, set | frozenset):
        raise ValueError(f"{called} is a set, which has no order; pass a list.")  # noqa: TRY004
    return list(names)


def check_key(name: str, key: Any) -> str:
    """Return the key of a class as text, or say what is wrong with it.

    Raises
    ------
    ValueError
        If it is no single character, or a command of the panel.
    """
    sign = text_of(key)
    if len(sign) != 1 or not sign.isprintable() or sign.isspace():
        raise ValueError(f"{name!r} cannot have the key {key!r}; choose a single character.")
    if sign in COMMANDS:
        raise ValueError(
            f"{name!r} cannot have the key {sign!r}, which is a command of the panel; choose "
            f"another than {' '.join(COMMANDS)}."
        )
    return sign


def list_classes(classes: Any) -> list[Any]:
    """Return the names that an object holds, in order, as they are given.

    Raises
    ------
    ValueError
        If it holds none, or their order is unknown.
    """
    if isinstance(classes, str | bytes):
        message = f"classes is the single text {classes!r}; pass a list of names."
        raise ValueError(message)  # noqa: TRY004
    if isinstance(classes, set | frozenset):
        raise ValueError(  # noqa: TRY004
            "classes is a set, which has no order: keys and colours would change from run to run. "
            "Pass sorted(classes)."
        )
    if isinstance(classes, Mapping):
        return _texts_of(classes)
    if type(classes).__module__.partition(".")[0] in ("pandas", "polars"):
        return _values_of(classes)
    if not isinstance(classes, Iterable):
        raise ValueError(f"classes is {classes!r}; pass a list of names.")  # noqa: TRY004
    if getattr(classes, "ndim", 1) != 1:
        raise ValueError(
            f"classes has shape {getattr(classes, 'shape', '?')}; pass one row of names."
        )
    names = list(classes)
    if hasattr(classes, "dtype"):  # what numpy or pandas.unique found in a column with gaps
        names = [name for name in names if not is_missing(name)]
    return names


def _texts_of(classes: Mapping[Any, Any]) -> list[Any]:
    """Return the names in a mapping between codes and names."""
    sides = (list(classes), list(classes.values()))
    texts = [side for side in sides if all(isinstance(name, str) for name in side)]
    if len(texts) != 1:
        raise ValueError(
            "classes is a mapping, and which side has the names is not clear; pass list(classes) "
            "or list(classes.values())."
        )
    return texts[0]


def _values_of(column: Any) -> list[Any]:
    """Return the categories of a column, or else the values that occur."""
    import pandas as pd

    if hasattr(column, "columns"):
        raise ValueError("classes is a table; pass one of its columns, table[name].")
    kind = getattr(column, "dtype", column)
    if isinstance(kind, pd.CategoricalDtype):
        return list(kind.categories)
    if not isinstance(column, Iterable):
        raise ValueError(f"classes is {column!r}; pass a list of names.")  # noqa: TRY004
    found: dict[str, Any] = {}
    for value in column:
        if not is_missing(value):
            found.setdefault(text_of(value), value)
    return list(found.values())


def not_given(unknown: Iterable[str], names: Sequence[str]) -> str:
    """Return what to do about classes in the log that were not given, for a `StoreError`."""
    meant = {name: nearest(name, names) for name in unknown}
    slips = "".join(f", {old!r} to {new!r} say" for old, new in meant.items() if new)
    return (
        f"holds labels of classes that were not given: {', '.join(map(repr, meant))}. Add them to "
        f"classes=; rename_class(name, new) then renames one that was misspelt{slips}. Or pass "
        "another store=; store=nblabel.LabelStore() starts anew in memory."
    )
