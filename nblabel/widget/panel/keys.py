"""Which key gives which class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from typing import Any

from nblabel.log.classes import COMMANDS, check_key
from nblabel.session import Session

KEYS = "1234567890qetyiopadjklzxcvbgm"  # in the order in which classes get them
EACH_A_KEY = len(KEYS)  # classes; of more the likeliest have keys, and the others are found by name
LIKELIEST = 5  # classes of an item that have keys then
FINDS = "t"  # begins to find a class by its name then, and where classes have subclasses
ITSELF = "0"  # gives the label of a class with subclasses while these have the keys
SHARED = "12345" + FINDS  # keys that mean something for all classes then


def check_keys(keys: Any, session: Session) -> dict[str, str]:
    """Return the keys chosen for classes by name, or say what is wrong with them.

    Raises
    ------
    ValueError
        If a class is unknown, or a key is no single character, a command, or there twice, or has
        another meaning where there are so many classes.
    """
    if keys is None:
        return {}
    if not isinstance(keys, Mapping):
        message = f'keys is {keys!r}; pass a mapping such as {{"daisy": "d"}}.'
        raise ValueError(message)  # noqa: TRY004
    chosen: dict[str, str] = {}
    for given, key in keys.items():
        name = session.class_of(given)
        sign = check_key(name, key)
        other = next((one for one, its in chosen.items() if its == sign), None)
        if other is not None:
            raise ValueError(f"keys gives {other!r} and {name!r} the same key, {sign!r}.")
        if has_levels(session) and sign in FINDS + ITSELF:
            raise ValueError(
                f"keys gives {name!r} the key {sign!r}. Where classes have subclasses, {FINDS} "
                f"finds one by its name and {ITSELF} gives the label of their parent; choose "
                "another."
            )
        if sign in SHARED and has_many(session.classes):
            raise ValueError(
                f"keys gives {name!r} the key {sign!r}. With more than {EACH_A_KEY} classes, 1 to "
                f"{LIKELIEST} give the likeliest ones and {FINDS} finds one by its name; choose "
                "another."
            )
        chosen[name] = sign
    return chosen


def keys_of(session: Session, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the keys of the classes that are not retired, by name; "" where none is left.

    Parameters
    ----------
    session : Session
    given : mapping of str to str, optional
        The keys that the panel was given, which come before those in the log.
    """
    names = [name for name in session.every_class if name not in session.retired]
    renamed = session.state.renamed
    chosen = {renamed.get(name, name): key for name, key in (given or {}).items()}
    for name, one in session.class_details.items():
        if one.key and one.key not in chosen.values() and name in names:
            chosen.setdefault(name, one.key)
    first = {*session.state.class_list.given_now}
    parents, above = (session.parents, session.parent_classes) if has_levels(session) else ({}, ())
    keys: dict[str, str] = {}
    for parent in (None, *above):  # those that can be chosen from at a time
        level = [name for name in names if parents.get(name) == parent]
        reserved = (FINDS if parents else "") + (ITSELF if parent else "")
        given_keys = class_keys(level, len({*level} & first), chosen, reserved)
        keys |= dict(zip(level, given_keys, strict=True))
    return keys


def has_levels(session: Session) -> bool:
    """Return whether keys lead from one level of classes to the next; tags are on one."""
    return bool(session.parents) and not session.multi_label


def has_many(names: Sized) -> bool:
    """Return whether there are more classes than keys."""
    return len(names) > EACH_A_KEY


def class_keys(
    names: Sequence[str], n_given: int, chosen: Mapping[str, str], reserved: str = ""
) -> list[str]:
    """Return the key of each class, "" where none is left.

    A chosen key comes first; then a class whose name is one character has that key. The first
    `n_given` classes choose together; those added later take none that a class before them has, for
    people have it in their fingers. Where there are more classes than keys, a class has the key
    that was chosen for it, and no other. Keys that are reserved are given to none.
    """
    if has_many(names):
        none = SHARED + reserved
        return ["" if chosen.get(name, "") in none else chosen[name] for name in names]
    keys = {name: chosen[name] for name in names if chosen.get(name, reserved) not in reserved}
    _own(names[:n_given], keys, reserved)
    _next(names[:n_given], keys, reserved)
    for name in names[n_given:]:
        _own([name], keys, reserved)
        _next([name], keys, reserved)
    return [keys[name] for name in names]


def _own(names: Iterable[str], keys: dict[str, str], reserved: str) -> None:
    """Give classes of one character that key."""
    names = list(names)
    for name in names:
        # a capital is typed without Shift where no class has the small letter
        signs = [name] if name.lower() == name or name.lower() in names else [name.lower(), name]
        taken = {*COMMANDS, *reserved, *keys.values()}
        free = [sign for sign in signs if _is_typed(sign) and sign not in taken]
        if name not in keys and free:
            keys[name] = free[0]


def _is_typed(sign: str) -> bool:
    """Return whether it is one character that a keyboard has: others are composed."""
    return len(sign) == 1 and (sign.isascii() or sign.lower() != sign.upper())


def _next(names: Iterable[str], keys: dict[str, str], reserved: str) -> None:
    """Give the other classes the keys that are left, in order."""
    for name in names:
        if name not in keys:
            taken = {*reserved, *keys.values()}
            keys[name] = next((sign for sign in KEYS if sign not in taken), "")
