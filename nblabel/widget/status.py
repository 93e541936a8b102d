"""The status: how far the job is."""

from __future__ import annotations

import anywidget
import traitlets as t

from nblabel.widget.assets import script, style


class StatusView(anywidget.AnyWidget):
    """Counts, pace, and what the last refit took."""

    _esm = script("status.js")
    _css = style("theme.css", "status.css")

    status = t.Dict().tag(sync=True)
    """As docs/wire.md says."""
