"""The status: how far the job is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets as t

from nblabel.widget.assets import script, style
from nblabel.widget.mailbox import Mailbox


class StatusView(anywidget.AnyWidget):
    """Counts, pace, and what the last refit took."""

    _esm = script("status.js")
    _css = style("theme.css", "status.css", "drawer.css")

    status = t.Dict().tag(sync=True)
    """As docs/wire.md says."""
    export = t.Dict().tag(sync=True)
    """How far an export is, as docs/wire.md says."""
    wage = t.Float(None, allow_none=True).tag(sync=True)
    """Money an hour, None where nobody said."""
    importing = t.Dict().tag(sync=True)
    """How far it is with a file with known labels that is being read; empty if none is."""

    def __init__(self, receive: Callable[[dict[str, Any]], None], **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(Mailbox(lambda content, _: receive(content)))
