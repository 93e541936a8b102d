"""Messages that are not as docs/wire.md has them: one check, one refusal, and bounded memory."""

import asyncio
import json
import math

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import nblabel as nb
from nblabel.widget import Labeler
from nblabel.widget.view import inbox
from nblabel.widget.view.messages import MalformedError, fault_of, read_message
from tests.panel.recording import FILE
from tests.panel.storm import FastLoop
from tests.samples import CLASSES, blobs
from tests.wire import SCHEMA, Page

SAID = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
MESSAGES = [
    (f"{one['from']}.{one['kind']}", {**one["content"], "seq": 0})
    for one in SAID
    if one["kind"] != "traits"
]
FROM_PAGE = [content for name, content in MESSAGES if name.startswith("page.")]
ODD = [
    *(None, True, False, 0, -1, 7, 10**30, 0.5, -0.0, math.nan, math.inf, "", "7", "ä\ud800"),
    *([], [None], [[1]], {}, {"type": "label"}, {"1": 2}),
]
LIGHT = ("front", "hover", "need", "show", "end_gallery", "rate", "more")
N_RANDOM, N_RIGHT = 6000, 600


def odd(rng):
    return ODD[rng.integers(len(ODD))]


def mutated(content, rng):
    """Return a message with a few things wrong."""
    content = dict(content)
    for _ in range(rng.integers(1, 4)):
        name = str(rng.choice([*content, "extra"])) if content else "extra"
        if rng.random() < 0.3:
            content.pop(name, None)
        else:
            content[name] = odd(rng)
    return content


def random_buffers(rng):
    some = [b"", b"123", b"1234", b"\xff" * 8, None, "text", 7, memoryview(b"12345678")]
    n = int(rng.choice([0, 0, 0, 1, 2, 3]))
    return [some[rng.integers(len(some))] for _ in range(n)]


def random_data(rng, page):
    """Return whatever might come instead of what a page sends."""
    chance = rng.random()
    if chance < 0.05:
        return odd(rng)
    if chance < 0.1:
        return {"method": odd(rng), "content": odd(rng)}
    if chance < 0.25:
        names = ["show_prediction", "highlight", "color_by", "status", "snapshot_bytes", "classes"]
        state = {str(rng.choice(names)): odd(rng)} if rng.random() < 0.8 else odd(rng)
        return {"method": "update", "state": state, "buffer_paths": odd(rng)}
    content = FROM_PAGE[rng.integers(len(FROM_PAGE))]
    content = {**content, "page": page if rng.random() < 0.4 else f"other-{rng.integers(10**6)}"}
    if rng.random() < 0.5:
        content["seq"] = int(rng.integers(2 * N_RIGHT))
    return {"method": "custom", "content": mutated(content, rng)}


def is_right(data, buffers):
    """Whether it is a message after all."""
    try:
        read_message(data["content"], buffers)
    except (MalformedError, TypeError, KeyError):
        return False
    return True


@pytest.mark.slow  # six thousand messages
@pytest.mark.parametrize("seed", range(2))
def test_six_thousand_random_messages_hinder_no_right_one(seed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    async def talk():
        pool = nb.Pool(np.zeros((N_RIGHT, 2, 2), np.uint8), embeddings=blobs(N_RIGHT))
        panel = Labeler(pool, CLASSES, projection="pca", learner="knn", strategy="margin")
        page = Page(panel)
        rng = np.random.default_rng(seed)
        turns = rng.permutation([True] * N_RIGHT + [False] * N_RANDOM)
        refused, said = 0, []
        failed = panel._channel._failed
        panel._channel._failed = lambda kind, error: (
            said.append((kind, error)),
            failed(kind, error),
        )
        item = iter(range(N_RIGHT))
        for is_turn in turns:
            if is_turn:
                page.channel.receive(
                    {"method": "custom", "content": right_message(page, next(item))}
                )
                continue
            data, buffers = random_data(rng, page.id), random_buffers(rng)
            if is_right(data, buffers) and data["content"]["type"] not in LIGHT:
                continue
            page.channel.receive(data, buffers)
            if rng.random() < 0.01:
                await asyncio.sleep(0.01)
        await asyncio.sleep(3)
        refused = [error for kind, error in said if kind == "message" and error is not None]
        assert len(refused) > N_RANDOM / 2
        assert all(isinstance(one, MalformedError) for one in refused)
        assert page.known() == {str(one): CLASSES[one % 3] for one in range(N_RIGHT)}
        check_memory(panel)
        panel.close()

    with asyncio.Runner(loop_factory=FastLoop) as runner:
        runner.run(talk())


def right_message(page, index):
    numbers = {"page": page.id, "seq": next(page._seq)}
    answer = {"id": str(index), "label": CLASSES[index % 3], "front": []}
    return {"type": "label", "uid": f"right-{index}", **answer, **numbers}


def check_memory(panel):
    orders = panel._channel._inbox._orders
    assert len(orders) <= inbox.MOST_PAGES
    assert all(len(one.early) <= inbox.MOST_EARLY for one in orders.values())
    assert all(len(one.refused) <= inbox.MOST_EARLY for one in orders.values())
    assert len(panel._channel._peers) <= 8
    assert len(panel._panel.pages) <= 8
    assert len(panel._panel.state.problems) <= len(FROM_PAGE)
    assert panel._answers._given == {f"right-{index}" for index in range(N_RIGHT)}


def test_the_check_is_that_of_the_schema():
    """The few words of JSON Schema that are known here mean what a library takes them for."""
    rng = np.random.default_rng(0)
    agreed = {True: 0, False: 0}
    for _ in range(3000):
        content = FROM_PAGE[rng.integers(len(FROM_PAGE))]
        name = f"page.{content['type']}"
        if rng.random() < 0.7:
            content = mutated(content, rng)
        if any(isinstance(one, float) and not math.isfinite(one) for one in content.values()):
            continue  # no JSON
        rule = {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}
        is_valid = Draft202012Validator(rule).is_valid(content)
        assert (fault_of(name, content) == "") == is_valid, content
        agreed[is_valid] += 1
    assert min(agreed.values()) > 500


def test_all_that_crosses_the_wire_passes_the_check():
    for name, content in MESSAGES:
        assert fault_of(name, content) == ""


@pytest.mark.parametrize(
    ("content", "buffers", "fault"),
    [
        (None, [], "no message of the panel"),
        ({"type": []}, [], "no message of the panel"),
        ({"type": "dance"}, [], "no message of the panel"),
        ({"type": "hover", "index": True}, [], "index is no integer"),
        ({"type": "hover", "index": -1}, [], "index is out of range"),
        ({"type": "hover"}, [], "index is missing"),
        ({"type": "hover", "index": 1, "more": 2}, [], "'more' does not belong there"),
        ({"type": "hover", "index": 1, "seq": "1"}, [], "seq is no integer"),
        ({"type": "hover", "index": 1, "page": "p" * 65}, [], "page has 65 characters"),
        ({"type": "hover", "index": 1}, [b"1234"], "there are 1 buffers"),
        ({"type": "rate", "rate": math.nan}, [], "rate is no number"),
        ({"type": "open", "parts": ["curves", "curves"]}, [], "parts has an entry twice"),
        ({"type": "cancel", "task": "all"}, [], "task is none of"),
        ({"type": "lit", "code": None}, [b"123"], "a buffer holds no positions"),
        ({"type": "lit", "code": None}, [None], "a buffer holds no bytes"),
        ({"type": "lit", "code": None}, "1234", "buffers are no list"),
        ({"type": "chosen"}, [], "there are 0 buffers"),
    ],
)
def test_what_is_wrong_is_named(content, buffers, fault):
    numbers = {"page": "p", "seq": 0}
    whole = {**numbers, **content} if content else content
    with pytest.raises(MalformedError, match=fault):
        read_message(whole, buffers)


def test_a_refusal_is_shown_until_a_right_message_comes(page):
    page.channel.receive({"method": "custom", "content": {"type": "hover"}})
    assert "is not as it should be" in page.traits["error"]
    page.say("hover", index=3)
    assert page.traits["error"] == ""


@pytest.mark.parametrize("data", [None, [], {"method": "update", "state": 1}, {"method": "dance"}])
def test_what_is_no_message_at_all_is_refused(page, data):
    page.channel.receive(data)
    assert "no message of the panel" in page.traits["error"]


def test_a_page_writes_three_traits_and_no_other(page):
    page.set_trait("highlight", "word")
    assert page.panel.highlight == "word"
    for state in ({"status": True}, {"closed": "now"}, {"_esm": "x"}, {"snapshot_bytes": None}):
        page.channel.receive({"method": "update", "state": state, "buffer_paths": []})
    assert (page.panel.closed, page.traits["error"]) == ("", "")
    page.channel.receive({"method": "update", "state": {"show_prediction": 3}})
    assert "show_prediction" in page.traits["error"]
    page.say("set", name="show_prediction", value=False)
    assert page.panel.show_prediction is False
    assert page.traits["show_prediction"] is False
    page.say("set", name="highlight", value=True)
    assert "highlight" in page.traits["error"]
    assert page.panel.highlight == "word"
