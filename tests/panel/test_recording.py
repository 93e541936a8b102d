"""The recorded wire, which the tests of the page play back, is still what the kernel sends."""

import json

import pytest

from tests.panel.recording import FILE, record, shape
from tests.wire import SCHEMA, check

RECORDED = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
AGAIN = "; run python -m tests.panel.recording, and look at what changed"


@pytest.mark.slow
def test_the_kernel_still_sends_what_was_recorded():
    now = json.loads(json.dumps(record()))
    order = [(one["from"], one["kind"]) for one in messages(RECORDED)]
    assert [(one["from"], one["kind"]) for one in messages(now)] == order, f"other order{AGAIN}"
    for then, one in zip(messages(RECORDED), messages(now), strict=True):
        assert shape(one["content"]) == shape(then["content"]), f"{one['kind']} differs{AGAIN}"
        assert len(one["buffers"]) == len(then["buffers"]), f"{one['kind']} differs{AGAIN}"
    assert trait_shapes(now) == trait_shapes(RECORDED), f"traits differ{AGAIN}"


def messages(entries):
    return [one for one in entries if one["kind"] != "traits"]


def trait_shapes(entries):
    """All shapes of each trait; when one changes depends on how long learning took."""
    shapes = {}
    for one in entries:
        if one["kind"] == "traits":
            for name, value in one["content"].items():
                shapes.setdefault(name, set()).add(json.dumps(shape(value)))
    return shapes


def test_the_recording_is_as_the_schema_says():
    for one in RECORDED:
        if one["kind"] == "traits":
            for name, value in one["content"].items():
                if name != "snapshot_bytes":
                    check(f"trait.{name}", value)
        elif one["from"] == "kernel":
            check(f"kernel.{one['kind']}", {**one["content"], "seq": 0})


def test_nearly_every_message_of_the_kernel_is_in_the_recording():
    kinds = {name.removeprefix("kernel.") for name in SCHEMA["$defs"] if name.startswith("kernel.")}
    heard = {one["kind"] for one in RECORDED if one["from"] == "kernel"}
    # "select" is plotly's, "grid" is of several tags, "text" of texts, "sound" of sounds, "file" of
    # downloads, the others are of the channel
    assert kinds - heard <= {"select", "grid", "text", "sound", "file", "told", "nothing"}
