"""Messages of the page: heard in one thread, in the order they were sent in."""

import asyncio
import threading

import pytest

from nblabel.widget import mailbox
from nblabel.widget.mailbox import Mailbox, at_home


class Heard:
    """What a mailbox passed on, and in which threads."""

    def __init__(self):
        self.messages = []
        self.threads = set()
        self.box = Mailbox(self.hear)

    def hear(self, content, buffers):
        self.messages.append((content["type"], *buffers))
        self.threads.add(threading.current_thread())

    def send(self, turn, page="a", **content):
        self.box(None, {"type": f"{page}{turn}", "page": page, "turn": turn, **content}, [])

    @property
    def names(self):
        return [name for name, *_ in self.messages]


async def until(true):
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  (what is waited for sets no event)
            await asyncio.sleep(0)


def test_messages_that_overtake_wait():
    async def talk():
        heard = Heard()
        for turn in (0, 3, 2, 1, 4):
            heard.send(turn)
        assert heard.names == ["a0", "a1", "a2", "a3", "a4"]

    asyncio.run(talk())


def test_each_page_has_its_own_order():
    async def talk():
        heard = Heard()
        heard.send(1)
        heard.send(0, page="b")
        heard.send(1, page="b")
        assert heard.names == ["b0", "b1"]
        heard.send(0)
        assert heard.names == ["b0", "b1", "a0", "a1"]

    asyncio.run(talk())


def test_what_is_lost_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(mailbox, "LOST_AFTER_SECONDS", 0.01)

    async def talk():
        heard = Heard()
        heard.send(0)
        heard.send(4)
        heard.send(2)
        assert heard.names == ["a0"]
        await until(lambda: len(heard.names) == 3)
        assert heard.names == ["a0", "a2", "a4"]
        heard.send(5)
        heard.send(1)  # late, but there: an answer is never thrown away
        assert heard.names[3:] == ["a5", "a1"]

    asyncio.run(talk())


def test_messages_of_another_thread_come_home():
    async def talk():
        heard = Heard()
        other = threading.Thread(target=lambda: [heard.send(turn) for turn in range(3)])
        other.start()
        other.join()
        assert heard.names == []  # this thread was busy
        await until(lambda: len(heard.names) == 3)
        assert heard.threads == {threading.current_thread()}

    asyncio.run(talk())


def test_a_script_hears_at_once():
    heard = Heard()
    heard.send(1)
    heard.send(0)
    heard.box(None, {"type": "plain"}, [b"x"])
    assert heard.messages == [("a1",), ("a0",), ("plain", b"x")]
    calls = []
    assert at_home(calls.append) == calls.append


def test_a_failure_leaves_the_order():
    async def talk():
        names = []

        def hear(content, _):
            names.append(content["type"])
            if content["type"] == "a1":
                raise ValueError("no such item")

        box = Mailbox(hear)
        box(None, {"type": "a0", "page": "a", "turn": 0}, [])
        with pytest.raises(ValueError, match="no such item"):
            box(None, {"type": "a1", "page": "a", "turn": 1}, [])
        box(None, {"type": "a2", "page": "a", "turn": 2}, [])
        assert names == ["a0", "a1", "a2"]

    asyncio.run(talk())
