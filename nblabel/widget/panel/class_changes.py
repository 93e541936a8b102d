"""Changes of the classes, as pages ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nblabel.session import Session
from nblabel.session.shown import class_counts
from nblabel.widget.panel.keys import keys_of
from nblabel.widget.text import classes as text

CHANGES = (
    *("rename_class", "merge_classes", "delete_class", "order_classes", "describe_class"),
    *("retire_class", "restore_class", "split_class", "nest_classes"),
)
_DETAILS = ("description", "color", "key", "aliases", "examples")


def change_classes(session: Session, content: dict[str, Any], given: Mapping[str, str]) -> str:
    """Make the change that a message of docs/wire.md asks for; return what to say about it.

    Parameters
    ----------
    session : Session
    content : dict
        Of one of the types in `CHANGES`.
    given : mapping of str to str
        The keys that the panel was given, by class.

    Raises
    ------
    ValueError, StoreError
        As the method of the session does.
    """
    name, uid = content.get("name", ""), content["uid"]
    before = dict(zip(session.classes, class_counts(session).tolist(), strict=True))
    before |= {one: len(session.coarse_labels(one)) for one in session.parent_classes}
    match content["type"]:
        case "rename_class":
            event = session.rename_class(name, content["new"], uid=uid)
            return text.renamed(*event.renaming)
        case "merge_classes":
            change = session.merge_classes(content["names"], into=content["into"], uid=uid).change
            moved = sum(before.get(one, 0) for one in change["classes"])
            return text.merged(change["classes"], change["into"], moved)
        case "delete_class":
            into = content.get("reassign")
            change = session.delete_class(name, reassign=into, uid=uid).change
            return text.deleted(change["class"], change["into"], before.get(change["class"], 0))
        case "order_classes":
            session.order_classes(content["names"], uid=uid)
            return text.ORDERED
        case "retire_class":
            retired = session.retire_class(name, uid=uid).change["class"]
            return text.retired(retired, before.get(retired, 0))
        case "restore_class":
            return text.restored(session.restore_class(name, uid=uid).change["class"])
        case "describe_class":
            return _describe(session, content, given)
        case "nest_classes":
            under = content["under"] or None
            change = session.nest_classes(content["names"], under=under, uid=uid).change
            coarse = change["under"] in session.parent_classes and not session.multi_label
            n = before.get(change["under"], 0) if coarse else 0
            return text.nested(change["classes"], change["under"], n)
        case _:
            return _split(session, content)


def _describe(session: Session, content: dict[str, Any], given: Mapping[str, str]) -> str:
    name, keys = session.class_of(content["name"]), keys_of(session, given)
    wanted, renamed = content.get("key"), session.state.renamed
    for other, key in given.items():
        if wanted and key == wanted and renamed.get(other, other) != name:
            raise ValueError(text.key_is_given(key, renamed.get(other, other)))
    details = {one: content[one] for one in _DETAILS if one in content}
    session.describe_class(name, **details, uid=content["uid"])
    now = keys_of(session, given)
    moved = {one: key for one, key in now.items() if key != keys.get(one, key) and one != name}
    return text.described(name, moved)


def _split(session: Session, content: dict[str, Any]) -> str:
    """Split a class at once, by the groups that a page names, or to be sorted."""
    name, into, uid = session.class_of(content["name"]), content["into"], content["uid"]
    if "sizes" not in content:
        event = session.split_class(name, list(dict.fromkeys(into)), uid=uid)
        return text.split_begun(name, event.change["into"])
    indices, sizes = session.positions(content["indices"]), content["sizes"]
    if len(sizes) != len(into) or sum(sizes) != len(indices):
        raise ValueError(text.GROUPS_DIFFER)
    code, y = session.classes.index(name), session.y
    groups: dict[str, list[int]] = {one: [] for one in into}
    for one, group in zip(into, np.split(indices, np.cumsum(sizes)[:-1]), strict=True):
        # what was labeled anew meanwhile stays where it is
        groups[one] += group[y[group] == code].tolist()
    event = session.split_class(name, groups, uid=uid)
    return text.split(name, event.change["into"], len(event.ids))
