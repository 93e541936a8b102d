"""What crosses the wire in a page test is checked against wire.schema.json."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from playwright.sync_api import Page

FILE = Path(__file__).parents[2] / "nblabel/widget/view/wire.schema.json"
SCHEMA = json.loads(FILE.read_text("utf-8"))


@cache
def validator(name: str) -> Draft202012Validator:
    assert name in SCHEMA["$defs"], f"wire.schema.json knows no {name}"
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


def take_wire(page: Page) -> list[Any]:
    """Return what crossed the wire since this was asked last; a page that is loaded anew forgets it."""
    taken: list[Any] = page.evaluate("window.nbl ? nbl.wire.splice(0) : []")
    return taken


def check_wire(crossed: list[Any]) -> None:
    """Fail where a message or trait is not as the schema has it, or names a buffer that did not come."""
    for side, content, n_buffers in crossed:
        kind = content["name" if side == "trait" else "type"]
        what = content["value"] if side == "trait" else content
        errors = [
            f"{one.json_path}: {one.message}"
            for one in validator(f"{side}.{kind}").iter_errors(what)
        ]
        assert not errors, (
            f"{side}.{kind} is not as wire.schema.json has it: {errors[:3]} in {content}"
        )
        if side == "kernel":
            assert all(buffer < n_buffers for buffer in buffers_in(what)), content


def buffers_in(what: Any) -> Iterator[int]:
    if isinstance(what, dict):
        if isinstance(what.get("buffer"), int):
            yield what["buffer"]
        what = list(what.values())
    if isinstance(what, list):
        for one in what:
            yield from buffers_in(one)
