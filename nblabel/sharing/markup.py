"""HTML that is escaped by construction: whatever is no `Markup` becomes text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from typing import Any

VOID = frozenset({"img", "line", "link", "meta", "polygon", "polyline", "rect"})


class Markup(str):
    """HTML; other texts are escaped where they meet it."""

    __slots__ = ()


Child = Any
"""Markup, a text, a number, None for nothing, or several of these."""


def tag(name: str, /, *children: Child, **attributes: Any) -> Markup:
    """Return an element.

    Parameters
    ----------
    name : str
        Of the element.
    *children : Markup, str, int, None or iterable of them
    **attributes
        Written with dashes for underscores, one at the end dropped: ``class_``, ``aria_label``.
        True writes the name alone; None and False leave it out.
    """
    written = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        named = key.rstrip("_").replace("_", "-")
        written.append(named if value is True else f'{named}="{escape(str(value))}"')
    start = f"<{' '.join(written)}"
    if name in VOID:
        return Markup(f"{start} />")
    return Markup(f"{start}>{joined(children)}</{name}>")


def joined(children: Child) -> Markup:
    """Return children one after another."""
    if children is None:
        return Markup()
    if isinstance(children, Markup):
        return children
    if isinstance(children, str) or not isinstance(children, Iterable):
        return Markup(escape(str(children), quote=False))
    return Markup("".join(map(joined, children)))


def data(value: Any, name: str) -> Markup:
    """Return a value for a script of the page to read, as a block of data with an id."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # nothing in it can end the block, or begin a comment
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(f'<script type="application/json" id="{escape(name)}">{text}</script>')


def table(
    head: Iterable[Child], rows: Iterable[Iterable[Child]], *, caption: str, figures: bool = True
) -> Markup:
    """Return a table; the first cell of each row names it.

    Parameters
    ----------
    head : iterable
        The names of the columns.
    rows : iterable of iterables
    caption : str
        What it shows.
    figures : bool
        Whether its other cells are numbers, which stand at the right.
    """
    body = [
        tag("tr", tag("th", first, scope="row"), (tag("td", cell) for cell in rest))
        for first, *rest in rows
    ]
    first = tag("thead", tag("tr", (tag("th", cell, scope="col") for cell in head)))
    whole = tag("table", tag("caption", caption), first, tag("tbody", body), class_=figures and "n")
    # what is wider than the page is moved by keys, too
    return tag("div", whole, class_="wide", tabindex=0, role="region", aria_label=caption)
