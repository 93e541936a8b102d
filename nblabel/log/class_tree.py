"""Classes in a tree: a class may have subclasses, to any depth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nblabel.log.classes import check_classes, list_classes
from nblabel.system.values import text_of

BETWEEN = " > "  # the names of a path, where it is a text


def check_tree(classes: Any) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return class names in order, each parent before its subclasses, and who is whose parent.

    Parameters
    ----------
    classes : iterable or mapping
        As for `check_classes`; or a mapping of names to the names below each, to any depth.

    Returns
    -------
    names : tuple of str
    parents : dict of str to str
        The parent of each class that has one.

    Raises
    ------
    ValueError
        As for `check_classes`, and if fewer than two classes have no subclasses.
    """
    if not is_tree(classes):
        return check_classes(classes), {}
    pairs = list(_walk(classes))
    names = check_classes([name for name, _ in pairs])
    above = [None if parent is None else text_of(parent).strip() for _, parent in pairs]
    parents = {
        name: parent for name, parent in zip(names, above, strict=True) if parent is not None
    }
    if len(names) - len({*parents.values()}) < 2:
        raise ValueError("classes holds one class without subclasses; labeling needs at least two.")
    return names, parents


def is_tree(classes: Any) -> bool:
    """Return whether it maps names to the names below them, rather than codes to names."""
    return isinstance(classes, Mapping) and any(
        below is None or (isinstance(below, Iterable) and not isinstance(below, str | bytes))
        for below in classes.values()
    )


def path_of(name: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """Return the classes above one, the highest first, and the class itself."""
    path = [name]
    while path[-1] in parents:
        path.append(parents[path[-1]])
    return tuple(path[::-1])


def _walk(classes: Any, parent: Any = None) -> Iterator[tuple[Any, Any]]:
    if not is_tree(classes):
        for name in list_classes(classes):
            yield name, parent
        return
    for name, below in classes.items():
        yield name, parent
        if below is None or not len(below):
            continue
        yield from _walk(below, name)
