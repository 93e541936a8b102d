"""The widget: its traits, how they travel, and its page code; type checking leaves it out."""

from __future__ import annotations

import anywidget
import traitlets as t

from nblabel.widget import text
from nblabel.widget.view.assets import script, style
from nblabel.widget.view.channel import Channel
from nblabel.widget.view.messages import fault_of

# What a page may write.
_CHOSEN = ("show_prediction", "highlight", "color_by")

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
    revision = t.Dict(default_value={"since": 0, "number": 0}).tag(sync=True)
    """How often traits were sent, and which of those times the update at hand makes good for."""

    def send_state(self, key=None):
        """Send traits, numbered, so that a page notices when it has missed some.

        Parameters
        ----------
        key : str, iterable of str or None
            Their names; None: all there are, as for a page that opens the widget.
        """
        if key == "revision":  # goes with others
            return
        if key is None:
            super().send_state()
            return
        names = {key} if isinstance(key, str) else set(key)
        if names:
            self._send_numbered(names, since=self.revision["number"])

    def send_traits(self):
        """Send all of these traits, whatever a page has missed."""
        self._send_numbered(PanelWidget.class_own_traits(sync=True), since=0)

    def set_state(self, sync_data):
        """Take the traits that a page may write, if they are what they should be.

        Parameters
        ----------
        sync_data : dict
            Values by name.
        """
        chosen = {name: value for name, value in sync_data.items() if name in _CHOSEN}
        for name, value in chosen.items():
            if fault := fault_of(f"trait.{name}", value):
                self._refuse(text.malformed(name, fault))
                return
        if chosen:
            super().set_state(chosen)

    def choose(self, name, value):
        """Take a trait that a page wrote, where its update was lost.

        Parameters
        ----------
        name : str
        value : object
        """
        if getattr(self, name) != value:
            self.set_state({name: value})
            self.send_state(name)

    _channel = None

    def open_channel(self, home, hear, failed):
        """Begin to hear the pages, and to speak to them.

        Parameters
        ----------
        home : Home
        hear, failed : callable
            As for `Channel`.
        """
        revision = lambda: self.revision["number"]  # noqa: E731
        post = super().send
        self._channel = Channel(home, post, self.send_traits, revision, hear, failed)
        self.on_msg(self._channel.arrived)

    def send(self, content, buffers=None):
        """Send the pages a message of docs/wire.md, again until they have heard it.

        Parameters
        ----------
        content : dict
        buffers : sequence of bytes-like, optional
        """
        if self._channel is not None:
            self._channel.send(content, buffers or ())

    def _send_numbered(self, names, since):
        self.revision = {"since": since, "number": self.revision["number"] + 1}
        super().send_state({*names, "revision"})
        if self._channel is not None:
            self._channel.traits_sent()

    def _handle_msg(self, msg):
        """Take what a page sent, or refuse it; whatever it is, nothing is raised."""
        data = msg["content"].get("data")
        method = data.get("method") if isinstance(data, dict) else None
        if method == "custom":
            self._handle_custom_msg(data.get("content"), msg.get("buffers"))
        elif method == "update" and isinstance(data.get("state"), dict):
            self.set_state(data["state"])
        elif method == "request_state":
            self.send_state()
        else:
            self._refuse(text.UNKNOWN_MESSAGE)

    def _refuse(self, why):
        if self._channel is not None:
            self._channel.refuse(why)
