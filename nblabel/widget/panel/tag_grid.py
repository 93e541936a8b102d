"""Which items a page shows to have one tag answered for many at a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.log.coding import CODES
from nblabel.session import Session
from nblabel.session.shown import class_counts
from nblabel.widget.panel.pages import Page
from nblabel.widget.panel.state import PanelState
from nblabel.widget.text import tags as text

SHOWN = 12  # items at once; as many more are sent along, so that the page has the next ones


class TagGrids:
    """Answers a page that has one tag answered at a time.

    Parameters
    ----------
    session, state
    send : callable
        Called with a message and its buffers.
    """

    def __init__(
        self,
        session: Session,
        state: PanelState,
        send: Callable[[dict[str, Any], Sequence[Any]], None],
    ) -> None:
        self._session, self._state, self._send = session, state, send

    def open(self, page: Page, content: dict[str, Any]) -> None:
        """Answer a "grid": items to answer about a tag, the likeliest to have it first."""
        session, request = self._session, content["request"]
        message = {"type": "grid", "request": request, "to": page.id}
        try:
            if not session.multi_label:
                raise ValueError(text.ONE_LABEL)
            tag = session.class_of(content["tag"]) if content["tag"] else self.next_tag()
        except ValueError as error:
            self._send({**message, "tag": "", "left": 0, "text": str(error)}, [b""])
            return
        order = self.ask(tag)
        held = np.array(content["held"], dtype=np.intp)
        fresh = order[~np.isin(order, held)][: 2 * SHOWN]
        problem = "" if len(order) else text.TAG_DONE.format(tag)
        self._send(
            {**message, "tag": tag, "left": len(order), "text": problem},
            [fresh.astype(np.uint32).tobytes()],
        )

    def next_tag(self) -> str:
        """Return the tag with the fewest items found, but one that few grids were spent on."""
        session = self._session
        answered = np.count_nonzero(session.y >= 0, axis=0)
        code = int(np.argmin(class_counts(session) + answered / SHOWN))
        return session.classes[code]

    def ask(self, tag: str) -> IntArray:
        """Return the items to ask about a tag, as `Session.ask_tag`, by the model that is there."""
        session, model = self._session, self._state.model
        code = session.classes.index(tag)
        free = (session.y[:, code] < 0) & ~session.unsure[:, code]
        left = np.flatnonzero(free & (session.status != CODES["flagged"]))
        if model is None or not session.predicts or model.proba.shape[1] <= code:
            return np.random.default_rng([session.random_state, code]).permutation(left)
        order: IntArray = left[np.argsort(-model.proba[left, code], kind="stable")]
        return order


def tell_one_tag(session: Session, content: dict[str, Any]) -> str:
    """Write what was answered about one tag of some items; return what to say about it."""
    tag, values = session.class_of(content["tag"]), content["values"]
    meant = {"yes": True, "no": False, "unsure": "unsure"}
    session.tell_tag(
        content["indices"], tag, [meant[value] for value in values], uid=content["uid"]
    )
    return text.one_tag(tag, *(values.count(value) for value in meant))
