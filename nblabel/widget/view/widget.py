"""The widget: its traits and its page code. The one module that type checking leaves out."""

from __future__ import annotations

import anywidget
import traitlets as t

from nblabel.widget.view.assets import script, style

_NO_PROJECTION = {
    "name": "pca",
    "choices": [],
    "running": False,
    "progress": 0.0,
    "text": "",
    "train": False,
}


class PanelWidget(anywidget.AnyWidget):
    """What kernel and page share of a panel, as docs/wire.md has it; it knows nothing else."""

    _esm = script("panel.js")
    _css = style("panel.css")

    classes = t.List(t.Dict()).tag(sync=True)
    """Class names with their keys and colours."""
    pool = t.Dict().tag(sync=True)
    """How many items there are, and what one is called."""
    store = t.Dict().tag(sync=True)
    """Which log the answers go to."""
    show_prediction = t.Bool(default_value=True).tag(sync=True)
    """Whether the model's prediction is shown; it biases the annotator."""
    highlight = t.Unicode("").tag(sync=True)
    """Words that are marked in texts, with spaces between; the page has a field for them."""
    snapshot = t.Dict(default_value=None, allow_none=True).tag(sync=True)
    """The question on screen, for a notebook opened without a kernel."""
    snapshot_bytes = t.Bytes(default_value=b"").tag(sync=True)
    """Its bytes."""
    error = t.Unicode("").tag(sync=True)
    """Something the user must act on."""
    closed = t.Unicode("").tag(sync=True)
    """Why the panel is not live any more; "" while it is."""
    map_kind = t.Enum(["canvas", "plotly"], default_value="canvas").tag(sync=True)
    """Who draws the points."""
    color_by = t.Unicode("prediction").tag(sync=True)
    """What the colours of the points mean."""
    color_modes = t.List(t.Dict()).tag(sync=True)
    """What they may mean."""
    legend = t.List(t.Dict()).tag(sync=True)
    """What the colours mean, one by one."""
    clustering = t.Dict(default_value={"n": 0, "finding": False, "suggested": 0}).tag(sync=True)
    """How many clusters there are, and whether some are being found."""
    projection = t.Dict(default_value=_NO_PROJECTION).tag(sync=True)
    """Which projection is shown, and how far it is with what runs for the map."""
    status = t.Dict().tag(sync=True)
    """Counts, pace, and what is to be said."""
    hourly_rate = t.Float(None, allow_none=True).tag(sync=True)
    """Money per hour, None where nobody said."""
    exporting = t.Dict().tag(sync=True)
    """How far an export is."""
    importing = t.Dict().tag(sync=True)
    """How far it is with a file with known labels; empty if none is read."""
    audit = t.Dict().tag(sync=True)
    """How many questions are drawn at random, and how many repeated."""
    auto_label = t.Dict().tag(sync=True)
    """What can be accepted from the model."""
    review = t.Dict().tag(sync=True)
    """How many labels are under review."""
    learning_curves = t.Dict().tag(sync=True)
    """Accuracy and confidence over the labels."""
    comparison = t.Dict().tag(sync=True)
    """What labels drawn at random would have taken."""
