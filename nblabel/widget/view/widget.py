"""The widget: its traits, how they travel, and its page code; type checking leaves it out."""

from __future__ import annotations

import anywidget
import traitlets as t

from nblabel.widget import text
from nblabel.widget.view.assets import packed, script, style
from nblabel.widget.view.channel import Channel, Failed, Hear
from nblabel.widget.view.hosts import check_anywidget
from nblabel.widget.view.messages import fault_of
from nblabel.widget.work.home import Home

check_anywidget(anywidget.__version__)

# What a page may write.
_CHOSEN = ("show_prediction", "highlight", "color_by", "changes_heard")

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

    _esm = packed(script("panel.js"))
    _css = style("panel.css")

    classes = t.List(t.Dict()).tag(sync=True)
    """Class names with their keys and colours, and other names of theirs."""
    recent_classes = t.List(t.Unicode()).tag(sync=True)
    """The classes used last, where there are more than keys."""
    pool = t.Dict().tag(sync=True)
    """How many items there are, and what one is called."""
    multi_label = t.Bool(default_value=False).tag(sync=True)
    """Whether an item may have several tags."""
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
    find_target = t.Unicode("").tag(sync=True)
    """The class that more items of are asked for; "" for none."""
    find_hint = t.Unicode("").tag(sync=True)
    """What to do before they can be asked for, "" where nothing is missing."""
    columns = t.Dict().tag(sync=True)
    """Which columns there are, and which of them are shown."""
    search_ways = t.List(t.Unicode()).tag(sync=True)
    guidelines = t.Dict().tag(sync=True)
    """What can be searched in: "auto", "words", "meaning", "id"."""
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
    changes = t.Int(0).tag(sync=True)
    """How often labels or the selection changed, where cells are to run for that: in marimo."""
    changes_heard = t.Int(0).tag(sync=True)
    """How many of these a page has heard of: that it writes this is what marimo runs cells for."""
    revision = t.Dict(default_value={"since": 0, "number": 0}).tag(sync=True)
    """How often traits were sent, and which of those times the update at hand makes good for."""

    _channel = None
    _sends_all = False

    def _open_channel(self, home: Home, hear: Hear, failed: Failed) -> None:
        """Begin to hear the pages, and to speak to them."""

        def post(content, buffers):
            post_now({"method": "custom", "content": content}, buffers)

        post_now = super()._send
        revision = lambda: self.revision["number"]  # noqa: E731
        self._channel = Channel(home, post, self._send_traits, revision, hear, failed)
        self.on_msg(self._channel.arrived)

    def _send(self, msg, buffers=None):
        """Send what a widget sends: messages by the channel, and traits with their revision."""
        if msg["method"] == "custom":
            self._channel.send(msg["content"], buffers or ())
            return
        if msg["method"] == "update":
            state = msg["state"]
            if state.keys() == {"revision"}:  # goes with others
                return
            number = self.revision["number"]
            self.revision = {"since": 0 if self._sends_all else number, "number": number + 1}
            state["revision"] = self.revision
        super()._send(msg, buffers)
        if self._channel is not None:
            self._channel.traits_sent()

    def _send_traits(self):
        """Send all of these traits, whatever a page has missed."""
        self._sends_all = True
        try:
            self.send_state(PanelWidget.class_own_traits(sync=True).keys() - {"revision"})
        finally:
            self._sends_all = False

    def _handle_msg(self, msg):
        """Take what a page sent, or refuse it; whatever it is, nothing is raised."""
        data = msg["content"].get("data")
        method = data.get("method") if isinstance(data, dict) else None
        if method == "custom":
            self._handle_custom_msg(data.get("content"), msg.get("buffers"))
        elif method == "update" and isinstance(data.get("state"), dict):
            self._take_traits(data["state"])
        elif method == "request_state":
            self.send_state()
        else:
            self._refuse(text.UNKNOWN_MESSAGE)

    def _take_traits(self, state):
        """Take the traits that a page may write, if they are what they should be."""
        chosen = {name: value for name, value in state.items() if name in _CHOSEN}
        for name, value in chosen.items():
            if fault := fault_of(f"trait.{name}", value):
                self._refuse(text.malformed(name, fault))
                return
        if chosen:
            self.set_state(chosen)

    def _choose(self, name: str, value: object) -> None:
        """Take a trait that a page wrote, where its update was lost."""
        if getattr(self, name) != value:
            self._take_traits({name: value})
            self.send_state(name)

    def _refuse(self, why):
        if self._channel is not None:
            self._channel.refuse(why)
