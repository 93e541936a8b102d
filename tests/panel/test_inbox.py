"""Messages of the page: heard in one thread, in their order, and once; and what it missed."""

import asyncio
import threading

import numpy as np

from nblabel.widget.view import inbox
from nblabel.widget.view.channel import Channel
from nblabel.widget.view.inbox import Inbox
from nblabel.widget.work.home import Home
from tests.panel.storm import FastLoop


class Heard:
    """What an inbox passed on."""

    def __init__(self):
        self.names = []
        self.box = Inbox(Home(print), self.hear)

    def hear(self, page, content):
        assert content["type"].startswith(page)
        self.names.append(content["type"])

    def send(self, seq, page="a", **content):
        self.box.take(page, seq, {"type": f"{page}{seq}", **content})


class Line:
    """What a channel passed on, and in which threads; and what it sent."""

    def __init__(self):
        self.heard, self.failures, self.threads = [], [], set()
        self.sent = []
        self.channel = Channel(
            Home(self.failures.append),
            lambda content, _buffers: self.sent.append(content),
            *(lambda: None, lambda: 0, self.hear, self.note),
        )

    def hear(self, _page, content):
        self.heard.append(content)
        self.threads.add(threading.current_thread())
        if content.get("index") == 7:
            raise ValueError("no such item")

    def note(self, kind, error):
        self.failures.append((kind, str(error or "")))

    def say(self, kind, seq, *buffers, page="a", **content):
        self.channel.arrived(None, {"type": kind, "page": page, "seq": seq, **content}, buffers)

    def tell(self, page="a", **ends):
        known = {"tell": 0, "told": -1, "heard": 0, "first": 0, "next": 0, "revision": 0}
        content = {"type": "heard", "page": page, **known, **ends}
        self.channel.arrived(None, content, [])

    @property
    def kinds(self):
        return [one["type"] for one in self.sent]


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
        heard.send(1, uid="u")  # late, but there: an answer is never thrown away
        heard.send(3)
        assert heard.names[3:] == ["a5", "a1"]

    asyncio.run(talk())


def test_a_double_is_dropped():
    async def talk():
        heard = Heard()
        for seq in (0, 0, 2, 2, 1, 1, 2):
            heard.send(seq)
        assert heard.names == ["a0", "a1", "a2"]

    asyncio.run(talk())


def test_a_refused_message_has_its_number_until_a_right_one_comes():
    async def talk():
        heard = Heard()
        heard.box.take("a", 0, None)
        heard.box.take("a", 2, None)
        heard.send(1)
        heard.send(3)
        assert heard.names == ["a1", "a3"]
        for seq in (2, 2, 0):
            heard.send(seq)
        assert heard.names == ["a1", "a3", "a2", "a0"]

    asyncio.run(talk())


def test_what_a_page_cannot_send_any_more_is_not_waited_for():
    async def talk():
        heard = Heard()
        for seq in (2, 5, 6):
            heard.send(seq)
        heard.box.skip_to("a", 5)
        assert heard.names == ["a2", "a5", "a6"]
        heard.box.skip_to("a", 4)
        assert heard.box.due("a") == 7

    asyncio.run(talk())


def test_what_waits_is_bounded():
    async def talk():
        heard = Heard()
        for seq in range(1, 2000):
            heard.send(seq)
        assert len(heard.box._orders["a"].early) == inbox.MOST_EARLY
        for page in range(100):
            heard.send(0, page=f"a{page}")
        assert len(heard.box._orders) == inbox.MOST_PAGES

    asyncio.run(talk())


def test_a_script_hears_at_once():
    heard = Heard()
    heard.send(1)
    heard.send(0)
    assert heard.names == ["a1", "a0"]


def test_messages_of_another_thread_come_home():
    async def talk():
        line = Line()
        other = threading.Thread(target=lambda: [line.say("train", seq) for seq in range(3)])
        other.start()
        other.join()
        assert line.heard == []  # this thread was busy
        await until(lambda: len(line.heard) == 3)
        assert line.threads == {threading.current_thread()}

    asyncio.run(talk())


def test_positions_come_with_their_message():
    line = Line()
    some = [memoryview(np.array(part, np.uint32).tobytes()) for part in ([3, 5], [8])]
    line.say("label", 0, *some, uid="u", label="bag", relabel=False, front=[])
    (content,) = line.heard
    assert (content["indices"].tolist(), content["marked"].tolist()) == ([3, 5], [8])


def test_a_failure_is_told_and_leaves_the_order():
    async def talk():
        line = Line()
        for seq, index in ((0, 1), (2, 3), (1, 7)):
            line.say("hover", seq, index=index)
        assert [one["index"] for one in line.heard] == [1, 7, 3]
        told = [one for one in line.failures if one[0] == "hover"]
        assert told == [("hover", ""), ("hover", "no such item"), ("hover", "")]

    asyncio.run(talk())


# what pages have not heard


def test_what_a_page_missed_is_sent_again_once_it_cannot_be_on_its_way():
    async def talk():
        line = Line()
        line.say("ready", 0)
        line.channel.send({"type": "announce", "text": "one"})
        line.channel.send({"type": "announce", "text": "two"})
        assert line.kinds == ["told", "announce", "announce"]
        line.tell(told=0)  # of what came before them
        assert line.kinds.count("announce") == 2
        assert line.kinds[-1] == "told"  # which the page will answer
        line.tell(told=1)
        assert [one["text"] for one in line.sent if one["type"] == "announce"] == ["one", "two"] * 2
        line.tell(told=2, heard=1)
        assert line.sent[-2] == {"type": "announce", "text": "two", "seq": 1}
        line.tell(told=3, heard=2)
        assert not line.channel._kept

    asyncio.run(talk())


def test_what_is_for_another_page_or_outdated_is_a_number():
    async def talk():
        line = Line()
        line.say("ready", 0)
        line.channel.send({"type": "labeled"}, [b"1234"])
        line.channel.send({"type": "announce", "text": "", "to": "b"})
        line.channel.send({"type": "labeled"}, [b"12345678"])
        assert line.channel._kept_bytes == 8
        line.tell(told=0)
        line.sent.clear()
        line.tell(told=1)
        assert line.kinds == ["nothing", "nothing", "labeled", "told"]

    asyncio.run(talk())


def test_what_is_kept_is_bounded_and_a_page_hears_where_it_goes_on(monkeypatch):
    monkeypatch.setattr("nblabel.widget.view.channel.MOST_KEPT", 10)

    async def talk():
        line = Line()
        line.say("ready", 0)
        for _ in range(25):
            line.channel.send({"type": "announce", "text": ""})
        line.tell(told=0)
        assert len(line.channel._kept) == 10
        assert (line.sent[-1]["first"], line.sent[-1]["next"]) == (15, 25)
        line.say("gone", 1)
        line.channel.send({"type": "announce", "text": ""})
        assert len(line.channel._kept) <= 10

    asyncio.run(talk())


def test_nothing_is_kept_for_nobody():
    async def talk():
        line = Line()
        line.channel.send({"type": "announce", "text": ""})
        assert not line.channel._kept
        line.say("ready", 0)
        assert (line.sent[-1]["first"], line.sent[-1]["next"]) == (1, 1)

    asyncio.run(talk())


def test_a_page_that_says_nothing_is_asked_for_two_minutes():
    async def talk():
        line = Line()
        line.say("ready", 0)
        line.channel.send({"type": "announce", "text": ""})
        await asyncio.sleep(5)
        early = line.kinds.count("told")
        assert 5 <= early <= 7
        await asyncio.sleep(595)
        asked = line.kinds.count("told")
        assert asked < 40
        await asyncio.sleep(3600)
        assert line.kinds.count("told") == asked
        # its computer slept: it gets everything anew
        line.channel.send({"type": "announce", "text": ""})
        line.tell(told=3)
        assert line.sent[-1]["first"] == 2

    with asyncio.Runner(loop_factory=FastLoop) as runner:
        runner.run(talk())


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
