"""Names of classes, checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

MAX_CLASSES = 200


def check_classes(classes: Sequence[Any]) -> tuple[str, ...]:
    """Return class names as text, or say what is wrong with them.

    Raises
    ------
    ValueError
        If there are fewer than two or more than 200, or a name is empty or occurs twice.
    """
    if not isinstance(classes, Iterable):
        raise ValueError(f"classes is {classes!r}; pass a list of names.")  # noqa: TRY004
    if isinstance(classes, str):
        message = f"classes is the single text {classes!r}; pass a list of names."
        raise ValueError(message)  # noqa: TRY004
    names = tuple(str(name).strip() for name in classes)
    if len(names) < 2:
        raise ValueError(f"classes holds {len(names)} name; labeling needs at least two.")
    if len(names) > MAX_CLASSES:
        raise ValueError(f"classes holds {len(names)} names; at most {MAX_CLASSES} are supported.")
    for place, name in enumerate(names):
        if not name:
            raise ValueError(f"class name number {place + 1} is empty.")
        if name in names[:place]:
            raise ValueError(f"the class {name!r} is there twice; each name must be unique.")
    return names
