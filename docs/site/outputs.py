"""What the cells of an executed notebook showed, as Markdown for a page of the site."""

from __future__ import annotations

import html
import json
import re
from itertools import groupby
from typing import Any

WIDGET = "application/vnd.jupyter.widget-view+json"
PLOTLY = "application/vnd.plotly.v1+json"
# A table of pandas names its columns in a first row that begins with an empty heading.
EMPTY_HEADING = re.compile(r"<th[^>]*></th>")
STYLE = re.compile(r"<style.*?</style>", re.DOTALL)

Output = dict[str, Any]


def outputs_as_markdown(outputs: list[Output]) -> str:
    """Return the outputs of a cell, one below the other; live widgets have none."""
    words = [_words_of_picture(one) for one in outputs if "image/png" in one.get("data", {})]
    shown = []
    for stream, some in groupby(outputs, lambda one: one.get("name")):
        if stream is None:
            shown += [_shown(one["data"], words) for one in some if "data" in one]
        elif stream == "stdout":
            shown.append(_as_text("".join(_joined(one["text"]) for one in some)))
    return "\n\n".join(filter(None, shown))


def _shown(data: dict[str, Any], words: list[str]) -> str:
    """Return the richest form of one output."""
    text = _joined(data.get("text/plain", ""))
    if WIDGET in data:
        return ""
    if "image/png" in data:
        source = "data:image/png;base64," + _joined(data["image/png"]).replace("\n", "")
        return _raw(f'<img class="nbl-output" src="{source}" alt="{html.escape(text)}">')
    if PLOTLY in data:
        figure = json.dumps(data[PLOTLY]).replace("</", "<\\/")
        return _raw(
            f'<div class="nbl-figure"><script type="application/json">{figure}</script></div>'
        )
    if "text/html" in data:
        table = STYLE.sub("", _joined(data["text/html"]))
        return _raw(
            f'<div class="table-wrapper nbl-output">{EMPTY_HEADING.sub("<td></td>", table)}</div>'
        )
    # what is said in place of a picture stands in its alternative text
    return "" if any(text.startswith(said) for said in words) else _as_text(text)


def _words_of_picture(output: Output) -> str:
    return _joined(output["data"].get("text/plain", "")) or "picture"


def _as_text(text: str) -> str:
    """Return what a terminal shows in the end: a carriage return begins its line anew."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.rstrip("\n").split("\n")]
    return "\n".join(["``````text", *lines, "``````"]) if any(lines) else ""


def _raw(text: str) -> str:
    return f"``````{{raw}} html\n{text}\n``````"


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
