"""Whether a message of a page, or a trait, is as docs/wire.md has it: one check for all of them.

wire.schema.json says it in JSON Schema, of which this knows the words that the file uses. A library
for all of JSON Schema would be one more dependency.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nblabel.widget import text

Content = dict[str, Any]
Rule = dict[str, Any]

SCHEMA = Path(__file__).with_name("wire.schema.json")

# The names of what comes in buffers, each a list of positions in the pool.
_POSITIONS = ("indices", "marked")


class MalformedError(ValueError):
    """A message is not as docs/wire.md has it."""


def read_message(content: object, buffers: object) -> Content:
    """Return a message of a page, with its positions, once it is known to be right.

    Parameters
    ----------
    content : object
        Whatever came.
    buffers : object
        What came beside it.

    Returns
    -------
    dict
        The message; positions from its buffers are in it, as ``indices`` and ``marked``.

    Raises
    ------
    MalformedError
        If it is not as docs/wire.md has it.
    """
    kind = content.get("type") if isinstance(content, dict) else None
    name = f"page.{kind}"
    if not isinstance(kind, str) or not isinstance(content, dict) or name not in _rules():
        raise MalformedError(text.UNKNOWN_MESSAGE)
    wrong = fault_of(name, content) or _buffer_fault(content, buffers)
    if wrong:
        raise MalformedError(text.malformed(kind, wrong))
    found = dict(content)
    given = buffers if isinstance(buffers, list | tuple) else ()
    for where, buffer in zip(_POSITIONS, given, strict=False):
        found[where] = np.frombuffer(buffer, dtype=np.uint32).astype(np.intp)
    return found


def fault_of(name: str, value: object) -> str:
    """Return what is wrong with a value.

    Parameters
    ----------
    name : str
        Of a shape in wire.schema.json: "page.label", "trait.highlight".
    value : object

    Returns
    -------
    str
        The first fault, "" where there is none.
    """
    return _fault(_rules()[name], value, "")


@functools.cache
def _rules() -> dict[str, Rule]:
    shapes: dict[str, Rule] = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    return shapes


def _buffer_fault(content: Content, buffers: object) -> str:
    """Return what is wrong with the buffers of a message."""
    if buffers is None:
        buffers = []
    if not isinstance(buffers, list | tuple):
        return "buffers are no list"
    for buffer in buffers:
        if not isinstance(buffer, bytes | bytearray | memoryview):
            return "a buffer holds no bytes"
        if memoryview(buffer).nbytes % 4:
            return "a buffer holds no positions"
    fewest, most = _n_buffers(content)
    return "" if fewest <= len(buffers) <= most else f"there are {len(buffers)} buffers"


def _n_buffers(content: Content) -> tuple[int, int]:
    """Return how many buffers a message has at least and at most."""
    match content["type"]:
        case "label" if "id" not in content:
            return 1, 2
        case "tag" | "chosen" | "clear":
            return 1, 1
        case "flag" if "id" not in content:
            return 1, 1
        case "note" if "item" not in content:
            return 1, 1
        case "gallery":
            return 0, 1
        case "split_class":
            return (1, 1) if "sizes" in content else (0, 0)
        case "group" if not {"cluster", "near", "search"} & content.keys():
            return 1, 1
        case "lit":
            return 0, 1
        case _:
            return 0, 0


def _fault(rule: Rule, value: Any, at: str) -> str:
    if "$ref" in rule:
        return _fault(_rules()[rule["$ref"].rpartition("/")[2]], value, at)
    if "anyOf" in rule:
        faults = [_fault(one, value, at) for one in rule["anyOf"]]
        return "" if "" in faults else faults[0]
    allowed = rule.get("enum", [rule["const"]] if "const" in rule else None)
    if allowed is not None:
        # True is 1 for Python, and not for JSON
        fits = any(type(value) is type(one) and value == one for one in allowed)
        return "" if fits else f"{at or 'it'} is none of {allowed}"
    is_kind, rest = _KINDS[rule["type"]]
    if not is_kind(value):
        return f"{at or 'it'} is no {rule['type']}"
    return rest(rule, value, at)


def _number_fault(rule: Rule, value: float, at: str) -> str:
    if not rule.get("minimum", -math.inf) <= value <= rule.get("maximum", math.inf):
        return f"{at} is out of range"
    return ""


def _string_fault(rule: Rule, value: str, at: str) -> str:
    if not rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", math.inf):
        return f"{at} has {len(value)} characters"
    if "pattern" in rule and not re.search(rule["pattern"], value):
        return f"{at} is not of the form {rule['pattern']}"
    return ""


def _array_fault(rule: Rule, value: list[Any], at: str) -> str:
    if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", math.inf):
        return f"{at} has {len(value)} entries"
    faults = (_fault(rule.get("items", {}), one, f"an entry of {at}") for one in value)
    found = next((fault for fault in faults if fault), "")
    if not found and rule.get("uniqueItems") and len(set(value)) < len(value):
        return f"{at} has an entry twice"
    return found


def _object_fault(rule: Rule, value: Content, at: str) -> str:
    for name in rule.get("required", ()):
        if name not in value:
            return f"{name} is missing"
    if len(value) > rule.get("maxProperties", math.inf):
        return f"{at or 'it'} is not empty"
    known, others = rule.get("properties", {}), rule.get("additionalProperties", {})
    for name, one in value.items():
        if not isinstance(name, str):
            return "a name is no string"
        if name not in known and others is False:
            return f"{name!r:.40} does not belong there"
        found = _fault(known.get(name, others), one, name)
        if found:
            return found
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


# Of each type of JSON: whether a value is one, and what else a rule says of it.
_KINDS: dict[str, tuple[Callable[[Any], bool], Callable[[Rule, Any, str], str]]] = {
    "null": (lambda value: value is None, lambda *_: ""),
    "boolean": (lambda value: isinstance(value, bool), lambda *_: ""),
    "integer": (lambda value: _is_number(value) and value == int(value), _number_fault),
    "number": (_is_number, _number_fault),
    "string": (lambda value: isinstance(value, str), _string_fault),
    "array": (lambda value: isinstance(value, list), _array_fault),
    "object": (lambda value: isinstance(value, dict), _object_fault),
}
