"""One event of the log, from its message to its acknowledgement. No model work happens here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nblabel.log.classes import AlikeError
from nblabel.log.store import StoreError
from nblabel.session import Session
from nblabel.session.searching import SINGULAR
from nblabel.widget import text
from nblabel.widget.panel.class_changes import CHANGES, change_classes
from nblabel.widget.panel.tag_grid import tell_one_tag
from nblabel.widget.panel.tags import is_whole, n_answers, step_kind, step_label, tell_tags
from nblabel.widget.text import gallery as gallery_text
from nblabel.widget.text import tags as tag_text

REFUSED_SECONDS = 10.0  # how long later answers wait for one that could not be saved

SHOWN = ("label", "tags", "skip", "flag")  # steps whose item is shown again when they are undone
EVENTS = (
    *("label", "tags", "tag", "skip", "flag", "clear", "undo", "redo", "add_class", "note"),
    "guidelines",
    *CHANGES,
)


@dataclass(frozen=True)
class Outcome:
    """What became of an event.

    Attributes
    ----------
    ack : dict
        The acknowledgement of docs/wire.md.
    shown : int or None
        An item to put back on screen.
    excluded : list of int
        Items that were marked as not belonging to their group; they are asked next.
    """

    ack: dict[str, Any]
    shown: int | None = None
    excluded: list[int] = field(default_factory=list)


class Answers:
    """Writes events to the log, each before it is acknowledged.

    Parameters
    ----------
    session : Session
    given : set of str
        Gets the uids of what was answered in the panel.
    keys : mapping of str to str
        The keys that the panel was given, by class.
    """

    def __init__(self, session: Session, given: set[str], keys: Mapping[str, str]) -> None:
        self._session, self._given, self._keys = session, given, keys
        self._noun = SINGULAR[session.pool.kind]
        self._refused: tuple[str, float] | None = None
        self.is_telling = False
        """Whether the change of the log at hand is made here."""

    def apply(self, content: dict[str, Any]) -> Outcome:
        """Commit one event, and say what became of it; whatever goes wrong is said, too."""
        uid = content["uid"]
        if self._must_wait(uid):
            return Outcome(refusal(uid, text.WAITING, retry=True))
        self._refused = None
        self.is_telling = True
        try:
            if self._session.knows(uid):  # sent twice
                self._given.add(uid)
                return Outcome(acknowledgement(uid, text.SAVED))
            message, shown, excluded = self._record(content)
        except StoreError as error:
            self._refused = (uid, time.monotonic())
            return Outcome(refusal(uid, str(error), retry=True))
        except AlikeError as error:  # the page asks whether the two are one
            return Outcome({**refusal(uid, words_of(error)), "like": error.like})
        except Exception as error:  # noqa: BLE001  unanswered, it would be sent for ever
            return Outcome(refusal(uid, words_of(error)))
        finally:
            self.is_telling = False
        self._given.add(uid)
        return Outcome(acknowledgement(uid, message), shown, excluded)

    def _must_wait(self, uid: str) -> bool:
        """Whether an earlier event must be committed first: an undo must not overtake its label."""
        if self._refused is None:
            return False
        refused, since = self._refused
        return refused != uid and time.monotonic() - since < REFUSED_SECONDS

    def _record(self, content: dict[str, Any]) -> tuple[str, int | None, list[int]]:
        """Tell the session; return what to say, what to show again, and what was excluded."""
        session, kind, uid = self._session, content["type"], content["uid"]
        if kind == "add_class" and "id" not in content:
            event = session.add_class(content["name"], uid=uid)
            return self._called(text.CLASS_ADDED).format(event.labels[0]), None, []
        if kind in CHANGES:
            message = change_classes(session, content, self._keys)
            return message if message.startswith("“") else self._called(message), None, []
        if kind == "guidelines":
            session.set_guidelines(content["text"], uid=uid)
            return text.GUIDELINES_SAVED if session.guidelines else text.GUIDELINES_GONE, None, []
        if kind == "clear":
            n = len(session.clear(content["indices"], uid=uid).ids)
            return gallery_text.cleared(n, self._noun), None, []
        if kind in ("flag", "note") and "indices" in content:
            return self._set_aside(content), None, []
        if kind == "note":
            session.note(session.pool.index_of(content["item"]), content["text"], uid=uid)
            return text.NOTE_SAVED if content["text"].strip() else text.NOTE_GONE, None, []
        if kind in ("undo", "redo"):
            return (*self._reverse(kind, uid, content.get("of")), [])
        if kind == "tag":
            return tell_one_tag(session, content), None, []
        if "indices" in content:
            message, excluded = self._label_group(content)
            return message, None, excluded
        index = session.pool.index_of(content["id"])
        if kind == "tags":
            event = tell_tags(session, content)
            message = tag_text.saved(session.tags_of(index), session.n_labeled)
        elif kind == "label":
            event = session.tell(index, content["label"], uid=uid)
            message = text.saved(content["label"], session.n_labeled)
        elif kind == "add_class":  # for this item, which it labels in the same step
            event = session.add_class(content["name"], index=index, uid=uid)
            message = text.added_and_saved(event.labels[0], session.n_labeled)
        elif kind == "skip":
            event, message = session.skip(index, uid=uid), text.SKIPPED
        else:
            event, message = session.flag(index, uid=uid), text.FLAGGED
        for other in session.replaced(event):
            label = step_label(other, other.ids.index(event.ids[0]))
            ago = event.time - other.time
            message += f" {text.answered_by_another(other.annotator, label, ago, kind)}"
        return message, None, []

    def _called(self, name: str) -> str:
        """Return words about classes, which are called tags where an item may have several."""
        return tag_text.as_tags(name) if self._session.multi_label else name

    def _set_aside(self, content: dict[str, Any]) -> str:
        """Flag several items, or write the same note for them."""
        indices, uid = content["indices"], content["uid"]
        if content["type"] == "flag":
            self._session.flag(indices, uid=uid)
            return gallery_text.flagged(len(indices), self._noun)
        self._session.note(indices, content["text"], uid=uid)
        gone = not content["text"].strip()
        return text.NOTE_GONE if gone else gallery_text.noted(len(indices), self._noun)

    def _label_group(self, content: dict[str, Any]) -> tuple[str, list[int]]:
        """Label a selection or a cluster; what was marked as not belonging to it is asked next."""
        session, indices = self._session, content["indices"]
        if session.multi_label:
            raise ValueError(tag_text.NO_GROUPS)
        if not content.get("relabel"):
            indices = indices[~np.isin(indices, session.labeled)]
        if not len(indices):
            raise ValueError(text.ALL_LABELED.format(self._noun))
        marked = content.get("marked")
        some = marked is not None and len(marked) > 0
        excluded = [int(one) for one in session.positions(marked)] if some else []
        session.tell(indices, content["label"], uid=content["uid"])
        return text.group_labeled(len(indices), self._noun, content["label"]), excluded

    def _reverse(self, kind: str, uid: str, of: str | None) -> tuple[str, int | None]:
        """Undo or redo; return what to say, and the item to put back on screen."""
        session = self._session
        last = session.state.undo_target(session.annotator)
        if of and (last is None or last.uid != of):
            raise ValueError(text.NOT_LAST)
        target = (session.undo if kind == "undo" else session.redo)(uid=uid)
        if target is None:
            return text.NOTHING_TO.format(kind), None
        step = step_kind(target)
        n = n_answers(target) if step in ("accept", "withdraw") else len(target.ids)
        message = text.reversed_step(kind, step, n, self._noun, step_label(target))
        if target.changes_classes:
            message = self._called(message)
        alone = kind == "undo" and len(target.ids) == 1 and target.kind in SHOWN
        alone = alone and is_whole(target)
        shown = (
            session.pool.index_of(target.ids[0])
            if alone and target.ids[0] in session.pool
            else None
        )
        return message, shown


def acknowledgement(uid: str, message: str) -> dict[str, Any]:
    """Return the message that an event was committed."""
    return {"type": "ack", "uid": uid, "ok": True, "text": message}


def refusal(uid: str, message: str, *, retry: bool = False) -> dict[str, Any]:
    """Return the message that an event was not committed, for now or for good."""
    return {"type": "ack", "uid": uid, "ok": False, "retry": retry, "text": message}


def words_of(error: Exception) -> str:
    """Return what an error says; a KeyError puts its words in quotes."""
    return str(error.args[0] if isinstance(error, KeyError) and error.args else error)
