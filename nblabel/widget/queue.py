"""The queue: what is asked, and the keys that answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets as t

from nblabel.widget.assets import script, style
from nblabel.widget.mailbox import Mailbox


class QueueView(anywidget.AnyWidget):
    """A view of the line of questions. It knows the wire (docs/wire.md), not the session."""

    _esm = script("queue.js")
    _css = style("theme.css", "panel.css", "queue.css")

    classes = t.List(t.Dict()).tag(sync=True)
    """Class names with their keys and colours."""
    show_guess = t.Bool(default_value=True).tag(sync=True)
    """Whether the model's guess is shown; a guess biases the annotator."""
    highlight = t.Unicode("").tag(sync=True)
    """Words that are marked in texts, with spaces between; the page has a field for them."""
    store = t.Dict().tag(sync=True)
    """Which log the answers go to."""
    snapshot = t.Dict(default_value=None, allow_none=True).tag(sync=True)
    """The current question, for a notebook opened without a kernel."""
    snapshot_pixels = t.Bytes(default_value=b"").tag(sync=True)
    """Its pixels."""
    error = t.Unicode("").tag(sync=True)
    """Something the user must act on."""

    def __init__(self, receive: Callable[[dict[str, Any]], None], **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(Mailbox(lambda content, _: receive(content)))
