"""Pages of a panel without a browser: they speak docs/wire.md over a channel that is kept here.

Every message and every trait that passes, in either direction, is checked against
wire.schema.json.
"""

import functools
import itertools
import json
from collections.abc import Callable
from typing import Any

import comm
import fastjsonschema
import numpy as np
from comm.base_comm import BaseComm

import nblabel as nb
from nblabel.widget.view.messages import SCHEMA as SCHEMA_FILE

SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
TRAITS = [name.removeprefix("trait.") for name in SCHEMA["$defs"] if name.startswith("trait.")]
_names = itertools.count()


@functools.cache
def _compiled(name: str) -> Any:
    """A check of one message or trait; compiled, since every message of every test is checked."""
    return fastjsonschema.compile({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


def check(name: str, value: Any) -> None:
    """Compare a message or trait with what the schema says of its name."""
    assert name in SCHEMA["$defs"], f"wire.schema.json has no {name}"
    try:
        _compiled(name)(value)
    except fastjsonschema.JsonSchemaException as error:
        raise AssertionError(f"{name}: {error.message}: {value!r:.300}") from None


violations: list[str] = []
"""What the kernel sent against the schema; raised within the kernel, it would only be shown."""


def _note(name: str, value: Any) -> None:
    try:
        check(name, value)
    except AssertionError as error:
        violations.append(str(error))


class Channel(BaseComm):
    """What the kernel would send to the browser, kept."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.state: dict[str, Any] = {}
        self.listeners: list[Any] = []
        self.log: list[tuple[str, Any, list[bytes]]] = []
        self.is_closed = False
        # what takes the place of the log and the listeners, for a connection that breaks
        self.relay: Callable[[Any, list[bytes]], None] | None = None
        super().__init__(*arguments, **options)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        buffers = [bytes(buffer) for buffer in buffers or []]
        data = json.loads(json.dumps(data or {}))  # nothing but JSON travels
        if msg_type == "comm_close":
            self.is_closed = True
        elif "state" in data:
            self._take_state(data, buffers)
            if self.relay is not None:
                self.relay(data, buffers)
        elif data.get("method") == "custom":
            content = data["content"]
            _note(f"kernel.{content['type']}", content)
            if self.relay is not None:
                self.relay(data, buffers)
                return
            if content["type"] == "told":  # these pages miss nothing
                return
            del content["seq"]
            self.log.append((content["type"], content, buffers))
            for listener in self.listeners:
                listener(content, buffers)

    def _take_state(self, data, buffers):
        state = data["state"]
        for path, buffer in zip(data.get("buffer_paths", []), buffers, strict=True):
            *parents, last = path
            place = state
            for name in parents:
                place = place[name]
            place[last] = buffer
        for name in state.keys() & set(TRAITS):
            if not isinstance(state[name], bytes):
                _note(f"trait.{name}", state[name])
        self.state |= state
        if state.keys() & set(TRAITS):
            self.log.append(("traits", {n: state[n] for n in TRAITS if n in state}, []))

    def receive(self, data: Any, buffers: Any = ()) -> None:
        """Hear what a page sends."""
        content = {"comm_id": self.comm_id, "data": data}
        self.handle_msg({"content": content, "buffers": list(buffers), "metadata": {}})


def use_channels(monkeypatch) -> None:
    """Have every widget made from now on speak over a `Channel`."""
    monkeypatch.setattr(comm, "create_comm", Channel)


class Page:
    """One page of a panel: what it hears, what it says, and the order of its questions.

    It is as the real one in what the kernel can tell of it: numbers of messages, uids, `front`.
    """

    def __init__(self, panel: nb.Labeler, *, ready: bool = True) -> None:
        self.panel = panel
        self.channel = panel.comm
        self.id = f"page-{next(_names)}"
        self._seq = itertools.count()
        self._uids = itertools.count(1)
        self.heard: list[tuple[dict[str, Any], list[bytes]]] = []
        self.ids: list[str] = []
        self.revisit: str | None = None
        self.items: dict[str, dict[str, Any]] = {}
        self._by_hand: set[str] = set()
        self._away: dict[str, str] = {}
        self._told: list[str] = []
        self.last_list: dict[str, Any] = {}
        self.channel.listeners.append(self._hear)
        if ready:
            self.say("ready")

    # what it knows

    @property
    def session(self) -> nb.Session:
        return self.panel.session

    @property
    def traits(self) -> dict[str, Any]:
        """The traits, as they reached the page."""
        return self.channel.state

    @property
    def current(self) -> str | None:
        return self.revisit or (self.ids[0] if self.ids else None)

    @property
    def front(self) -> list[str]:
        shown = [] if self.revisit is None else [self.revisit]
        return [*shown, *self.ids][:9]

    def messages(self, kind: str) -> list[dict[str, Any]]:
        return [content for content, _ in self.heard if content["type"] == kind]

    def kinds(self) -> list[str]:
        return [content["type"] for content, _ in self.heard]

    def last(self, kind: str) -> dict[str, Any]:
        return self.messages(kind)[-1]

    def buffers(self, kind: str) -> list[bytes]:
        """The buffers of the last message of a kind."""
        return [buffers for content, buffers in self.heard if content["type"] == kind][-1]

    def array(self, kind: str, dtype: Any) -> np.ndarray:
        """The first buffer of the last message of a kind."""
        return np.frombuffer(self.buffers(kind)[0], dtype)

    def known(self) -> dict[str, str]:
        """The labels in the log."""
        table = self.panel.labels()
        return dict(zip(table["id"], table["label"], strict=True))

    def said(self) -> list[str]:
        """What the status says."""
        return [message["text"] for message in self.traits["status"]["messages"]]

    # what it does

    def say(self, kind: str, *buffers: Any, checked: bool = True, **content: Any) -> list[Any]:
        """Send a message; return what came back at once."""
        self.heard.clear()
        self._send(kind, *buffers, checked=checked, **content)
        if kind != "gone":
            self.tell_front()
        return [content for content, _ in self.heard]

    def tell_front(self) -> None:
        """Tell what is on screen now and next, if that was not told yet."""
        if self.front != self._told:
            self._send("front", front=self.front)

    def _send(self, kind: str, *buffers: Any, checked: bool = True, **content: Any) -> None:
        message = {"type": kind, "page": self.id, "seq": next(self._seq), **content}
        if checked:
            check(f"page.{kind}", message)
        self._told = content.get("front", self._told)
        self.channel.receive(
            {"method": "custom", "content": message},
            [np.asarray(one, dtype=np.uint32).tobytes() for one in buffers],
        )

    def answer(self, kind: str, *buffers: Any, **content: Any) -> dict[str, Any]:
        """Send an event of the log with a new uid; return its acknowledgement."""
        uid = content.pop("uid", None) or f"{self.id}:u{next(self._uids)}"
        item = content.get("id")
        if item is not None:
            self._away[uid] = item
            self._drop([item])
        if kind != "import":
            content.setdefault("front", self.front)
        (ack,) = [
            one for one in self.say(kind, *buffers, uid=uid, **content) if one["type"] == "ack"
        ]
        return ack

    def label(self, item: str, name: str = "bag", **content: Any) -> dict[str, Any]:
        return self.answer("label", id=item, label=name, **content)

    def label_group(
        self, indices: Any, name: str = "bag", *marked: Any, relabel: bool = False, **content: Any
    ) -> dict[str, Any]:
        buffers = [list(indices), *marked]
        return self.answer("label", *buffers, label=name, relabel=relabel, **content)

    def show(self, index: int) -> dict[str, Any] | None:
        """Click on a point; return what is shown, if it came at once."""
        self.say("show", index=index)
        return self.messages("show")[-1] if self.messages("show") else None

    def browse(self, steps: int) -> dict[str, Any]:
        """Look at an earlier or later answer; return what is shown."""
        here = self.revisit
        self.say("browse", id=here, steps=steps, request=f"r{next(self._uids)}")
        return self.last("show")

    def ask_for_more(self) -> None:
        """Ask for more questions where few are left, as the page does."""
        listed = self.last_list.get("items", [])
        if self.ids and len(self.ids) < len(listed) / 2:
            heard = list(self.heard)
            self.say("more", held=[self.items[item]["index"] for item in self.ids])
            self.heard = [*heard, *self.heard]

    def set_trait(self, name: str, value: Any) -> None:
        """Write a trait, as a control of the page does."""
        check(f"trait.{name}", value)
        self.heard.clear()
        self.channel.state[name] = value
        self.channel.receive({"method": "update", "state": {name: value}, "buffer_paths": []})

    def close(self) -> None:
        """The last view is gone."""
        self.say("gone")

    # inside

    def _hear(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        if content.get("to", self.id) != self.id:
            return
        self.heard.append((content, buffers))
        for item in content.get("items", []):
            self.items[item["id"]] = item
        if content["type"] == "questions":
            self._merge(content)
        elif content["type"] == "show":
            self._put_first(content)
        elif content["type"] == "ack":
            self._away.pop(content["uid"], None)

    def _merge(self, content: dict[str, Any]) -> None:
        listed = [one["id"] for one in content["items"] if one["id"] not in self._away.values()]
        if content["reset"]:
            self.last_list = content
        else:
            self.ids += [item for item in listed if item not in self.ids]
            return
        kept = [item for item in self.ids[:1] if item in listed or item in self._by_hand]
        self._by_hand -= set(listed)
        self.ids = list(dict.fromkeys([*kept, *listed]))

    def _put_first(self, content: dict[str, Any]) -> None:
        self.revisit = None
        if content["item"] is None:
            return
        item = content["item"]["id"]
        self.items[item] = content["item"]
        if content["revisit"]:
            self.revisit = item
            return
        self._by_hand.add(item)
        self.ids = [item, *(other for other in self.ids if other != item)]

    def _drop(self, items: list[str]) -> None:
        self.revisit = None if self.revisit in items else self.revisit
        self._by_hand -= set(items)
        self.ids = [one for one in self.ids if one not in items]
