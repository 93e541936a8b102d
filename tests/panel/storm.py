"""A connection that breaks, a page at its end that speaks as the real one, and a clock that runs ahead."""

import asyncio
import selectors
from typing import Any

import numpy as np

import nblabel as nb
from tests.wire import TRAITS, Channel, check

ASK, TELL = 0.8, 0.1  # seconds, as in static/shared/link.js
RESEND = 2.0  # as in static/shared/outbox.js
NEWEST = ("front", "hover", "lit", "more")


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop in which nobody waits: where nothing is left to do, the clock jumps to what is next.

    What threads do is done at once, and takes a hundredth of a second of this clock.
    """

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self.now

    def run_in_executor(self, executor, func, *args):
        future = self.create_future()
        self.call_later(0.01, lambda: future.set_result(func(*args)))
        return future


class _Jumping(selectors.SelectSelector):
    def __init__(self, loop: FastLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout=None):
        found = super().select(0)
        if not found and timeout is not None:
            self._loop.now += max(timeout, 0)
        return found


class Storm:
    """The way between a panel and its page: while it storms it drops, delays, doubles and reorders.

    Parameters
    ----------
    channel : Channel
        Of the panel.
    seed : int
    """

    def __init__(self, channel: Channel, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._channel = channel
        self.is_on = False
        self.is_cut = False
        self.lost = 0
        self.over = 0.0  # when the last arrives that was held up
        self.page: StormPage | None = None
        channel.relay = self.to_page

    def to_page(self, data: Any, buffers: list[bytes]) -> None:
        self._carry(lambda: self.page and self.page.receive(data, buffers))

    def to_kernel(self, data: Any, buffers: list[bytes]) -> None:
        self._carry(lambda: self._channel.receive(data, buffers))

    def _carry(self, arrive) -> None:
        loop = asyncio.get_running_loop()
        if not self.is_on:
            loop.call_later(0.02, arrive)
            return
        lost = self.is_cut or self._rng.random() < 0.25
        self.lost += lost
        for _ in range(0 if lost else 1 + (self._rng.random() < 0.2)):
            delay = self._rng.uniform(0, 1.5) if self._rng.random() < 0.4 else 0.02
            self.over = max(self.over, loop.time() + delay)
            loop.call_later(delay, arrive)


class StormPage:
    """A page that misses what is lost on the way, as the real one: link, outbox, queue and pictures."""

    def __init__(self, panel: nb.Labeler, storm: Storm, name: str = "page-s") -> None:
        self.panel, self.storm, self.name = panel, storm, name
        self.loop = asyncio.get_running_loop()
        storm.page = self
        self.traits = {one: panel.comm.state.get(one) for one in TRAITS}
        # the link
        self.seq, self.due, self.tells, self.told = 0, None, 0, -1
        self.unheard: list[dict[str, Any]] = []
        self.early: dict[int, Any] = {}
        self.ready: int | None = None
        self.revision = self.traits["revision"]["number"]
        self._telling = self._asking = False
        # the rest
        self.outbox: dict[str, dict[str, Any]] = {}
        self.given: list[str] = []
        self.ids: list[str] = []
        self.items: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, bytes] = {}
        self.asked: set[str] = set()
        self.arrays: dict[str, bytes] = {}
        self.awaited: dict[str, str] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.order: list[int] = []
        self.begin()
        self.loop.call_later(RESEND, self._resend)

    # what a person does

    def begin(self) -> None:
        self.asked.clear()
        self.send({"type": "ready"})
        self.ready = self.seq - 1

    @property
    def current(self) -> str | None:
        return self.ids[0] if self.ids else None

    @property
    def is_shown(self) -> bool:
        """Whether the item on screen has its picture."""
        return self.current is None or self.current in self.pictures

    def press(self, kind: str, **content: Any) -> None:
        """Answer what is on screen."""
        item = self.current
        if item is None:
            return
        uid = f"{self.name}:{len(self.given)}"
        self.given.append(uid)
        self.ids.pop(0)
        self.outbox[uid] = {"type": kind, "uid": uid, "id": item, **content}
        self._transmit(self.outbox[uid])
        if len(self.ids) < 5:
            self.send({"type": "more", "held": [self.items[one]["index"] for one in self.ids]})
        self._fetch()

    def ask(self, kind: str, answer: str, **content: Any) -> None:
        """Ask for something that is answered once."""
        key = content.get("request") or f"{answer} {content.get('index')}"
        self.awaited[key] = answer
        self.send({"type": kind, **content})

    def choose(self, name: str, value: Any) -> None:
        self.traits[name] = value
        update = {"method": "update", "state": {name: value}, "buffer_paths": []}
        self.storm.to_kernel(update, [])
        self.loop.call_later(0.3, lambda: self.send({"type": "set", "name": name, "value": value}))

    def _transmit(self, event: dict[str, Any]) -> None:
        self.send({**event, "front": self.ids[:9]})

    def _resend(self) -> None:
        if not self.unheard:
            for event in self.outbox.values():
                self._transmit(event)
        self.loop.call_later(RESEND, self._resend)

    def _fetch(self) -> None:
        missing = [one for one in self.ids if one not in self.pictures and one not in self.asked]
        if missing:
            self.asked.update(missing)
            self.send({"type": "need", "ids": missing})

    # what the kernel says

    def _hear(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        kind = content["type"]
        self.order.append(content["seq"])
        items = [*content.get("items", []), *([content["item"]] if content.get("item") else [])]
        for item in items:
            self.items[item["id"]] = item
            place = (item["image"] or {}).get("buffer")
            if place is not None and kind in ("questions", "media", "show", "explained"):
                self.pictures[item["id"]] = buffers[place]
                self.asked.discard(item["id"])
        if kind == "ack":
            self.outbox.pop(content["uid"], None)
        elif kind == "questions":
            self._merge(content)
        elif kind in ("points", "colors", "labeled"):
            self.arrays[kind] = buffers[0]
        key = content.get("request") or f"{kind} {content.get('index')}"
        if kind == "show" and content["item"]:
            key = content.get("request") or f"show {content['item']['index']}"
        if key in self.awaited and kind in (self.awaited[key], "no_gallery"):
            del self.awaited[key]
        self._fetch()

    def _merge(self, content: dict[str, Any]) -> None:
        away = {event["id"] for event in self.outbox.values()}
        listed = [one["id"] for one in content["items"] if one["id"] not in away]
        kept = [one for one in self.ids[:1] if one in listed]
        before = kept if content["reset"] else self.ids
        self.ids = list(dict.fromkeys([*before, *listed]))

    # the link, as static/shared/link.js

    def send(self, content: dict[str, Any]) -> None:
        message = {**content, "page": self.name, "seq": self.seq}
        self.seq += 1
        if content["type"] in NEWEST:
            for sent in self.unheard:
                if sent["content"]["type"] == content["type"]:
                    numbers = {name: sent["content"][name] for name in ("page", "seq")}
                    sent["content"] = {"type": "nothing", **numbers}
        self.unheard.append({"content": message, "after": self.tells})
        self._post(message)
        self._watch()

    def _post(self, message: dict[str, Any]) -> None:
        check(f"page.{message['type']}", message)
        self.storm.to_kernel({"method": "custom", "content": message}, [])

    def receive(self, data: dict[str, Any], buffers: list[bytes]) -> None:
        if "state" in data:
            self._take_traits(data)
            return
        content = data["content"]
        if content["type"] == "told":
            if content["to"] == self.name:
                self._synchronize(content)
            return
        seq = content["seq"]
        if self.due is None or seq > self.due:
            self.early[seq] = (content, buffers)
        elif seq == self.due:
            self.early[seq] = (content, buffers)
            self._drain()
        self._tell_soon()

    def _drain(self) -> None:
        self.early = {seq: one for seq, one in self.early.items() if seq >= self.due}
        while self.due in self.early:
            content, buffers = self.early.pop(self.due)
            self.due += 1
            if content.get("to", self.name) == self.name:
                self._hear(content, buffers)

    def _synchronize(self, told: dict[str, Any]) -> None:
        self.told = max(self.told, told["tell"])
        self.unheard = [one for one in self.unheard if one["content"]["seq"] >= told["heard"]]
        is_ready = self.ready is not None and told["heard"] > self.ready
        if is_ready:
            self.ready = None
        if self.due is None or self.due < told["first"]:
            missed = self.due is not None and not is_ready
            self.due = told["first"]
            self._drain()
            if missed and self.ready is None:
                self.begin()
        lost = [one for one in self.unheard if one["after"] <= told["told"]]
        for one in lost:
            one["after"] = self.tells
            self._post(one["content"])
        if told["next"] > self.due or told["revision"] > self.revision or lost:
            self._tell()
        elif told["first"] < told["next"] or self.unheard:
            self._tell_soon()

    def _take_traits(self, data: dict[str, Any]) -> None:
        state = {name: value for name, value in data["state"].items() if name in TRAITS}
        before = self.traits["revision"]
        self.traits.update(state)
        if "revision" not in state or state["revision"] == before:
            return
        since, number = state["revision"]["since"], state["revision"]["number"]
        if since <= self.revision < number:
            self.revision = number
        else:
            self.revision = min(self.revision, max(number - 1, 0))
            self._tell_soon()

    def _tell_soon(self) -> None:
        if not self._telling:
            self._telling = True
            self.loop.call_later(TELL, self._tell)

    def _tell(self) -> None:
        self._telling = False
        first = self.unheard[0]["content"]["seq"] if self.unheard else self.seq
        ends = {"tell": self.tells, "told": self.told, "first": first, "next": self.seq}
        heard = -1 if self.due is None else self.due
        ends |= {"heard": heard, "revision": self.revision}
        self._post({"type": "heard", "page": self.name, **ends})
        self.tells += 1

    def _watch(self) -> None:
        if self._asking or not self.unheard:
            return

        def ask() -> None:
            self._asking = False
            if self.unheard:
                self._tell()
            self._watch()

        self._asking = True
        self.loop.call_later(ASK, ask)
