"""The channel to the pages: a connection that breaks loses nothing that was said on it.

Both ends number their messages, and keep each until the other end has heard it. Each tells the
other how far it has heard and spoken ("told" here, "heard" in a page); what is missing is then sent
again. docs/wire.md says it in full, and static/shared/link.js is the other end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nblabel.widget.view.inbox import Inbox
from nblabel.widget.view.messages import Content, MalformedError, read_message
from nblabel.widget.work.home import Home

ASK_SECONDS = 0.8  # without a word of a page that has not heard all
ASK_SHARE = 1 / 8  # of its silence, where that is longer: a sleeping computer is asked seldom
ASLEEP_SECONDS = 120.0  # a page that says nothing for so long gets everything anew when it does
MOST_KEPT, MOST_KEPT_BYTES = 2048, 48 * 2**20
AGAIN_BYTES = 8 * 2**20  # sent again at a time
MOST_PAGES = 8

Hear = Callable[[str, Content], None]
Failed = Callable[[str, Exception | None], None]

# Of these only the newest counts: an older one that was not heard yet is not sent again.
_NEWEST = ("points", "colors", "labeled")


@dataclass(eq=False)
class _Sent:
    """A message that some page may not have heard."""

    content: Content
    buffers: Sequence[Any]
    after: int  # how often the kernel had told when it was sent last

    @property
    def size(self) -> int:
        return sum(memoryview(buffer).nbytes for buffer in self.buffers)


@dataclass(eq=False)
class _Peer:
    """A page at the other end."""

    id: str
    heard: int  # the number of the message that it hears next
    spoke: float  # when it was heard last
    revision: int = 0  # of the traits that it has
    echo: int = -1  # what it told last, and what of the kernel it was told last
    told: int = -1
    asked: float = 0.0
    is_live: bool = False  # between its "ready" and its "gone"


class Channel:
    """Hears the pages, and speaks to them.

    Parameters
    ----------
    home : Home
        Where messages are heard.
    post : callable
        Sends a message with its buffers to all pages; it may be lost.
    send_traits : callable
        Sends all traits.
    revision : callable
        Returns how often traits were sent.
    hear : callable
        Called with the page and the content of each message.
    failed : callable
        Called with the type of a message and the error that it led to, None if there was none;
        "message" is the type of what was refused.
    """

    def __init__(
        self,
        home: Home,
        post: Callable[[Content, list[Any]], None],
        send_traits: Callable[[], None],
        revision: Callable[[], int],
        hear: Hear,
        failed: Failed,
    ) -> None:
        self._home, self._post = home, post
        self._send_traits, self._revision, self._traits_after = send_traits, revision, 0
        self._hear, self._failed = hear, failed
        self._inbox = Inbox(home, self._open)
        self._peers: dict[str, _Peer] = {}
        self._kept: deque[_Sent] = deque()
        self._kept_bytes = self._next = self._tells = 0
        self._is_watching = False
        self._arrive = home.bring(self._take)

    def arrived(self, _widget: Any, content: object, buffers: object) -> None:
        """Take a message, as `ipywidgets.Widget.on_msg` has it."""
        self._arrive(content, buffers)

    def send(self, content: Content, buffers: Sequence[Any] = ()) -> None:
        """Send a message to the pages, until each of them has heard it."""
        message = {**content, "seq": self._next}
        self._next += 1
        if self._home.loop is not None:
            if not any(peer.is_live for peer in self._peers.values()):
                return  # a page that says "ready" gets everything anew
            self._drop_older(message)
            sent = _Sent(message, list(buffers), self._tells)
            self._kept.append(sent)
            self._kept_bytes += sent.size
            self._forget()
            self._watch()
        self._post(message, list(buffers))

    def traits_sent(self) -> None:
        """Note that some traits were sent, with a new revision."""
        self._traits_after = self._tells
        self._watch()

    def refuse(self, why: str) -> None:
        """Say that something a page sent was refused."""
        self._failed("message", MalformedError(why))

    # what pages say

    def _take(self, content: object, buffers: object) -> None:
        try:
            message = read_message(content, buffers)
        except MalformedError as error:
            self._failed("message", error)
            place = _place(content)
            if place is not None:
                self._inbox.take(*place, None)
            return
        self._failed("message", None)
        peer = self._peer(message["page"])
        if message["type"] == "heard":
            self._synchronize(peer, message)
        else:
            self._inbox.take(peer.id, message["seq"], message)

    def _open(self, page: str, content: Content) -> None:
        """Hear a message; whatever goes wrong is told, once, in the panel."""
        kind, error = content["type"], None
        if kind == "nothing":
            return
        peer = self._peer(page)
        if kind == "ready":
            peer.is_live, peer.heard = True, self._next
            self._tell(peer)
        elif kind == "gone":
            peer.is_live = False
        try:
            self._hear(page, content)
        except Exception as raised:  # noqa: BLE001  the page must hear of anything that went wrong
            error = raised
        self._failed(kind, error)

    def _peer(self, page: str) -> _Peer:
        """Return a page that is heard; those that were not heard for long are forgotten."""
        peer = self._peers.pop(page, None) or _Peer(page, self._next, 0.0)
        self._peers[page] = peer
        peer.spoke = self._home.time()
        while len(self._peers) > MOST_PAGES:
            del self._peers[next(iter(self._peers))]
        return peer

    def _synchronize(self, peer: _Peer, content: Content) -> None:
        """Take what a page tells of both ends, and send again what it has missed."""
        peer.echo = max(peer.echo, content["told"])
        peer.told = max(peer.told, content["tell"])
        peer.heard = max(peer.heard, min(content["heard"], self._next))
        peer.revision = content["revision"]
        self._inbox.skip_to(peer.id, content["first"])
        self._forget()
        sent_again = peer.is_live and self._send_again(peer)
        is_waiting = content["first"] < content["next"]
        if sent_again or is_waiting or not peer.is_live or self._is_behind(peer):
            self._tell(peer)
        self._watch()

    # what pages have not heard

    def _send_again(self, peer: _Peer) -> bool:
        """Send what was on its way before something that the page did hear; return if any was."""
        if peer.revision < self._revision() and self._traits_after <= peer.echo:
            self._send_traits()
        n_bytes = n_sent = 0
        for sent in self._kept:
            if sent.content["seq"] < peer.heard or sent.after > peer.echo:
                continue
            sent.after = self._tells
            n_bytes, n_sent = n_bytes + sent.size, n_sent + 1
            if sent.content.get("to", peer.id) == peer.id:
                self._post(sent.content, list(sent.buffers))
            else:
                self._post({"type": "nothing", "seq": sent.content["seq"]}, [])
            if n_bytes > AGAIN_BYTES:
                break
        return n_sent > 0

    def _drop_older(self, message: Content) -> None:
        """Keep only the number of what a newer message makes pointless."""
        if message["type"] not in _NEWEST and not message.get("reset"):
            return
        for sent in self._kept:
            if sent.content["type"] == message["type"]:
                self._kept_bytes -= sent.size
                sent.content = {"type": "nothing", "seq": sent.content["seq"]}
                sent.buffers = []

    def _forget(self) -> None:
        """Forget what all pages have heard, and the oldest beyond the limit."""
        heard = min((peer.heard for peer in self._awake()), default=self._next)
        while self._kept and (
            self._kept[0].content["seq"] < heard
            or len(self._kept) > MOST_KEPT
            or self._kept_bytes > MOST_KEPT_BYTES
        ):
            self._kept_bytes -= self._kept.popleft().size

    def _awake(self) -> list[_Peer]:
        """Return the pages that may still answer."""
        since = self._home.time() - ASLEEP_SECONDS
        return [peer for peer in self._peers.values() if peer.is_live and peer.spoke >= since]

    def _is_behind(self, peer: _Peer) -> bool:
        return peer.heard < self._next or peer.revision < self._revision()

    # telling

    def _tell(self, peer: _Peer) -> None:
        peer.asked = self._home.time()
        oldest = self._kept[0].content["seq"] if self._kept else self._next
        content = {
            "type": "told",
            "to": peer.id,
            "tell": self._tells,
            "told": peer.told,
            "heard": self._inbox.due(peer.id),
            "first": max(oldest, peer.heard),
            "next": self._next,
            "revision": self._revision(),
        }
        self._tells += 1
        self._post(content, [])

    def _watch(self) -> None:
        """Ask pages that have not heard all, until they have or nobody is there."""
        if self._is_watching or not any(map(self._is_behind, self._awake())):
            return
        self._is_watching = self._home.loop is not None
        self._home.later(ASK_SECONDS, self._look)

    def _look(self) -> None:
        self._is_watching, now = False, self._home.time()
        for peer in self._awake():
            patience = max(ASK_SECONDS, ASK_SHARE * (now - peer.spoke))
            if self._is_behind(peer) and now - peer.asked >= patience * 0.99:
                self._tell(peer)
        self._watch()


def _place(content: object) -> tuple[str, int] | None:
    """Return page and number of a message that is wrong otherwise, None where they are, too."""
    if not isinstance(content, dict):
        return None
    page, seq = content.get("page"), content.get("seq")
    if not isinstance(page, str) or not 0 < len(page) <= 64:
        return None
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        return None
    return page, seq
