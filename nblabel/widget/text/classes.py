"""What the kernel says of changes of the classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nblabel.strategies import Reason
from nblabel.system.format import count, counted

ORDERED = "The classes are in another order. Keys and colours that were not chosen follow it."


def renamed(former: str, new: str) -> str:
    return f"“{former}” is called “{new}” now."


def merged(names: Sequence[str], into: str, n: int) -> str:
    which = _listed(names)
    return f"{which} merged into “{into}”: {counted(n, 'label')} moved."


def deleted(name: str, into: str | None, n: int) -> str:
    moved = f" {counted(n, 'label')} moved to “{into}”." if n and into else ""
    return f"“{name}” deleted.{moved}"


def described(name: str, keys: Mapping[str, str]) -> str:
    """Say that a class was changed, and which others have another key by that."""
    moved = [f"“{other}” has {key or 'none'}" for other, key in keys.items()]
    more = f" Other keys moved: {', '.join(moved[:3])}{', …' if len(moved) > 3 else ''}."
    return f"“{name}” changed.{more if moved else ''}"


def retired(name: str, n: int) -> str:
    return f"“{name}” retired: its {counted(n, 'label')} stay, and no others are given."


def restored(name: str) -> str:
    return f"“{name}” is offered again."


def split(name: str, into: Sequence[str], n: int) -> str:
    return f"{counted(n, 'label')} of “{name}” moved to {_listed(into)}."


def split_begun(name: str, into: Sequence[str]) -> str:
    return f"“{name}” is sorted into {_listed(into)}. What is not sorted yet keeps “{name}”."


def key_is_given(key: str, name: str) -> str:
    return f"“{name}” was given the key {key} with this panel (keys=); choose another one."


def nested(names: Sequence[str], under: str | None, n: int) -> str:
    """Say where classes are now, and what became of the labels of their parent."""
    moved = f"{_listed(names)} moved " + (f"under “{under}”." if under else "to the top.")
    return moved + (f" {counted(n, 'label')} of “{under}”: coarse labels now." if n else "")


COARSE_THEN = Reason("Its label is a coarse one: say which class it is, if you can.")
GROUPS_DIFFER = "the groups are not as they were proposed; ask for them anew."


# sorting
NOT_EMBEDDED = "The items are not embedded yet. Groups are proposed as soon as they are."
NOTHING_TO_SORT = "Nothing is left to sort."
TOO_FEW = "it has too few labels to propose groups; two or more are needed."
NO_PROPOSAL = "there is no proposal yet: sort some first."


def groups_proposed(name: str, n: int) -> str:
    return f"“{name}” falls into {counted(n, 'group')} of similar items."


def asked_to_sort(n: int, noun: str, proposes: bool) -> str:
    how = " Enter takes the proposal." if proposes else ""
    return f"{counted(n, noun)} asked again, the least certain first.{how}"


def why_sorted(name: str, into: Sequence[str]) -> Reason:
    return Reason(f"It is labeled {name}, which is sorted into {', '.join(into)}.")


def sorting(name: str, n_left: int, n: int) -> str:
    return f"Sorting {name}: {count(n - n_left)} of {count(n)} done."


def rest_sorted(name: str, n: int, proposed: bool) -> str:
    kept = f"{count(n)} left of “{name}” sorted as proposed."
    return kept if proposed else f"{count(n)} left of “{name}” stay in it."


def _listed(names: Sequence[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
