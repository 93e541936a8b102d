"""Messages of the page: heard in one thread, in the order they were sent in."""

import asyncio
import threading

import numpy as np

from nblabel.widget.view import inbox
from nblabel.widget.view.inbox import Inbox
from nblabel.widget.work.home import Home


class Heard:
    """What an inbox passed on, and in which threads."""

    def __init__(self):
        self.messages = []
        self.threads = set()
        self.failures = []
        self.box = Inbox(Home(self.failures.append), self.hear, self.note)

    def hear(self, page, content):
        assert content["type"].startswith(page)
        self.messages.append((content["type"], content))
        self.threads.add(threading.current_thread())
        if content.get("broken"):
            raise ValueError("no such item")

    def note(self, kind, error):
        self.failures.append((kind, str(error or "")))

    def send(self, seq, page="a", **content):
        self.box(None, {"type": f"{page}{seq}", "page": page, "seq": seq, **content}, [])

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
        for seq in (0, 3, 2, 1, 4):
            heard.send(seq)
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
    monkeypatch.setattr(inbox, "LOST_AFTER_SECONDS", 0.01)

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
        other = threading.Thread(target=lambda: [heard.send(seq) for seq in range(3)])
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
    assert heard.names == ["a1", "a0"]


def test_positions_come_with_their_message():
    heard = Heard()
    some = [memoryview(np.array(part, np.uint32).tobytes()) for part in ([3, 5], [8])]
    heard.box(None, {"type": "a", "page": "a", "seq": 0}, some)
    (_, content) = heard.messages[0]
    assert (content["indices"].tolist(), content["marked"].tolist()) == ([3, 5], [8])


def test_a_failure_is_told_and_leaves_the_order():
    async def talk():
        heard = Heard()
        heard.send(0)
        heard.send(2)
        heard.send(1, broken=True)
        assert heard.names == ["a0", "a1", "a2"]
        assert heard.failures == [("a0", ""), ("a1", "no such item"), ("a2", "")]

    asyncio.run(talk())


def test_what_is_called_later_is_forgotten_when_its_home_is_left():
    async def leave():
        called = []
        home = Home(print)
        home.later(0, lambda: called.append(1))
        home.soon(lambda: called.append(2))
        home.leave()
        await asyncio.sleep(0.01)
        assert called == []

    asyncio.run(leave())


def test_what_fails_where_nobody_waits_is_told():
    def fail():
        raise ValueError("nobody waits")

    async def call():
        told = []
        home = Home(told.append)
        home.soon(fail)
        home.later(0, fail)
        await until(lambda: len(told) == 2)
        assert [str(error) for error in told] == ["nobody waits"] * 2

    asyncio.run(call())
