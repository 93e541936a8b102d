"""A session of a page with the kernel, recorded for the tests of the page.

``python -m tests.panel.recording`` writes tests/page/recorded_wire.jsonl: a line for each message
and each update of traits, in their order. ``from`` says who sent it; buffers are in base64.
"""

import base64
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

import nblabel as nb
from nblabel.widget import Labeler
from nblabel.widget.panel import pictures, registry
from tests.samples import CLASSES, blobs
from tests.wire import TRAITS, Page, use_channels, violations

FILE = Path(__file__).parents[1] / "page" / "recorded_wire.jsonl"
N = 60


class Recorded(Page):
    """A page whose words are recorded, too."""

    def _send(self, kind: str, *buffers: Any, **content: Any) -> None:
        sent = [np.asarray(one, dtype=np.uint32).tobytes() for one in buffers]
        content = {name: value for name, value in content.items() if name != "checked"}
        message = {"type": kind, "page": self.id, **content}
        self.channel.log.append((f"page.{kind}", message, sent))
        super()._send(kind, *buffers, **content)


def record() -> list[dict[str, Any]]:
    """Label a small pool, with all that a page can ask for, and return what was sent."""
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        use_channels(patch)
        patch.chdir(folder)
        patch.setattr(pictures, "MOST_HELD", 8)  # short lists make a short file
        patch.setattr(pictures, "FEWEST_HELD", 8)
        for part in ("figures", "panel"):  # however slow the machine is
            patch.setattr(f"nblabel.widget.panel.{part}.pace_of", lambda *_: 360.0)
        registry.forget()
        violations.clear()
        pixels = np.random.default_rng(0).integers(0, 256, (N, 3, 3), dtype=np.uint8)
        pool = nb.Pool(pixels, embeddings=blobs(N))
        panel = Labeler(pool, CLASSES, store="labels.db", projection="pca")
        panel.comm.log.insert(
            0, ("traits", {name: panel.comm.state.get(name) for name in TRAITS}, [])
        )
        del panel.comm.log[1:]
        page = Recorded(panel, ready=False)
        page.id = "page-1"
        _label(page)
        _look_around(page)
        _check(page)
        _change_classes(page)
        panel.close()
        assert violations == []
        registry.forget()
        return [_entry(*one) for one in page.channel.log]


def _label(page: Page) -> None:
    page.say("ready")
    for _ in range(4):
        _answer(page)
    page.answer("skip", id=page.current)
    page.answer("flag", id=page.current)
    page.answer("undo")
    page.answer("redo")
    page.answer("add_class", name="hat")
    page.answer("add_class", name="scarf", id=page.current)
    page.answer("undo")
    page.label(page.current, "no such class")
    page.browse(-1)
    page.browse(1)
    page.say("more", held=[page.items[item]["index"] for item in page.ids])
    page.say("need", ids=page.ids[:2])
    page.say("explain", ids=page.ids[:2])
    box = [0, 0, 1, 1]
    page.say("closeup", request="c1", id=page.ids[0], column=None, box=box, side=3)


def _answer(page: Page) -> None:
    page.label(page.current, CLASSES[int(page.current) % 3])


def _look_around(page: Page) -> None:
    page.say("show", index=int(page.ids[4]))
    page.say("hover", index=3)
    page.set_trait("color_by", "confidence")
    group = {"show": "all", "descending": False, "group": True}
    page.say("gallery", [1, 2, 3], request="r1", order="random", **group)
    page.say("gallery", request="r2", order="central", only={"cluster": None}, **group)
    page.panel.clusters = [0, 1, 2, -1] * (N // 4)
    page.say("gallery", request="r3", order="outliers", only={"cluster": 1}, **group)
    page.say(
        "gallery", request="r4", show="all", order="position", descending=False, only={"near": 1}
    )
    page.say("gallery", request="r5", order="best", only={"like": 4}, **group)
    page.say("gallery", request="r6", order="random", only={"cluster": 1}, **group)
    page.say("look", indices=[1, 4])
    page.label_group([1, 4], "bag", [9])
    page.say("end_gallery")
    page.say("gallery", request="g1", show="labeled", order="confidence", descending=False)
    page.say("tiles", side=96, indices=[1, 4])
    page.say("chosen", [1, 4])
    page.say("gallery", request="g2", show="flagged", label="x", order="id", descending=False)
    page.say("gallery", request="g3", show="unlabeled", order="position", descending=True)
    page.answer("flag", [20, 21])
    page.answer("note", [20, 21], text="blurred")
    page.answer("clear", [20, 21])
    page.say("end_gallery")
    page.say("filter_choices")
    page.say("filter", request="f1", criteria={"status": ["human"], "confidence": [0, 1]})
    page.say("filter", request="f2", criteria={"label_or_prediction": ["nobody"]})
    page.say("filter", request="f3", criteria={})
    page.panel.filters = {"status": "human"}
    page.panel.filters = None
    page.say("export", path="labels.csv", format="csv", replace=False)
    page.say("export", path="labels.csv", format="csv", replace=False)
    Path("known.csv").write_text("id,label\n30,boot\n", encoding="utf-8")
    page.answer("import", path="known.csv", id="id", label="label")


def _check(page: Page) -> None:
    page.say("rate", rate=12.0)
    page.say("audit", share=0.1)
    page.say("repeats", share=0.0)
    page.say("threshold", gain=0.01)
    page.say("draw", n=2)
    page.say("open", parts=["curves"])
    _answer(page)
    page.say("open", parts=["auto_label"])
    page.say("estimate", max_error=0.3, confidence=0.7, per_class=False)
    page.say("queue_checks")
    while len(page.session.drawn):
        _answer(page)
    page.answer("accept")
    page.say("open", parts=[])
    page.say("gallery", request="g4", show="stale", order="trust", descending=False)
    page.say("end_gallery")
    wrong = int(page.session.labeled[0])
    page.label_group([wrong], CLASSES[(wrong + 1) % 3], relabel=True)
    page.say("gallery", request="g5", show="contradicted", order="trust", descending=False)
    page.label_group([wrong], CLASSES[wrong % 3], relabel=True)
    page.say("end_gallery")
    page.say("again", status="skipped")
    page.say("compare")
    page.say("cancel", task="comparison")


def _change_classes(page: Page) -> None:
    page.answer("rename_class", name="bag", new="Boot")
    page.answer("describe_class", name="bag", description="Has a handle", examples=["1"])
    page.say("propose_split", request="s1", name="boot", n=2)
    page.answer("split_class", name="boot", into=["rubber boot"])
    page.say("sort", name="boot", groups=["rubber boot", "boot"])
    _answer(page)
    page.answer("retire_class", name="shirt")
    page.answer("nest_classes", names=["Boot", "rubber boot"], under="footwear")
    page.label(page.current, "footwear")
    page.say("again", status="coarse", label="footwear")
    page.answer("undo")
    page.answer("undo")


def _entry(kind: str, content: dict[str, Any], buffers: list[bytes]) -> dict[str, Any]:
    encoded = [base64.b64encode(buffer).decode() for buffer in buffers]
    if kind == "traits":
        content = {name: _plain(value) for name, value in content.items()}
    sender = "page" if kind.startswith("page.") else "kernel"
    return {
        "from": sender,
        "kind": kind.removeprefix("page."),
        "content": content,
        "buffers": encoded,
    }


def _plain(value: Any) -> Any:
    """Return a trait as JSON has it: bytes in base64."""
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def shape(value: Any) -> Any:
    """Return what a value is made of: names and types, whatever the values."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in sorted(value.items())}
    if isinstance(value, list):
        return sorted({json.dumps(shape(one), sort_keys=True) for one in value})
    return (
        "number"
        if isinstance(value, int | float) and not isinstance(value, bool)
        else type(value).__name__
    )


if __name__ == "__main__":
    lines = [json.dumps(entry, ensure_ascii=False) for entry in record()]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines, {FILE.stat().st_size:,} bytes")
