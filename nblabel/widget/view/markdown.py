"""Markdown as a tree of the few elements that a page builds: nothing in it is ever HTML."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import mistune

Node = str | dict[str, Any]

SCHEMES = ("http", "https", "mailto")  # of links
DEEPEST = 30  # elements within one another; what lies deeper is shown as text
LEVELS = {1: "h3", 2: "h4", 3: "h5"}  # of headings: h1 and h2 are the notebook's; the rest are h6
SIMPLE = {
    "paragraph": "p",
    "block_text": "",
    "strong": "strong",
    "emphasis": "em",
    "strikethrough": "del",
    "list_item": "li",
    "block_quote": "blockquote",
    "thematic_break": "hr",
    "linebreak": "br",
    "table": "table",
    "table_head": "thead",
    "table_body": "tbody",
    "table_row": "tr",
}

_parse = mistune.create_markdown(renderer="ast", plugins=["strikethrough", "table"])


def markdown_nodes(text: str) -> list[Node]:
    """Return what a page builds of a text in Markdown.

    Parameters
    ----------
    text : str
        CommonMark with tables and strikethrough. Of a picture its words are left, of a link that
        leads neither to the web nor to an address its text; HTML is shown as text.

    Returns
    -------
    list of str or dict
        Text, or an element: "tag", its "children", and for a link "href".
    """
    try:
        tokens: Any = _parse(text)
    except RecursionError:  # thousands of brackets within one another
        return [{"tag": "p", "children": [text]}]
    return _nodes(tokens, 0)


def _nodes(tokens: Iterable[dict[str, Any]], depth: int) -> list[Node]:
    return [node for token in tokens for node in _node(token, depth)]


def _node(token: dict[str, Any], depth: int) -> list[Node]:
    """Return the nodes of one token of mistune; several where it has no element of its own."""
    kind, attributes = token["type"], token.get("attrs", {})
    if kind == "softbreak":
        return [" "]
    if "raw" in token and "children" not in token:
        return _raw(kind, token["raw"])
    if depth > DEEPEST:
        return [_words(token)]
    children = _nodes(token.get("children", []), depth + 1)
    if kind == "heading":
        return [_element(LEVELS.get(attributes["level"], "h6"), children)]
    if kind == "list":
        return [_element("ol" if attributes.get("ordered") else "ul", children)]
    if kind == "table_head":  # its cells have no row around them
        return [_element("thead", [_element("tr", children)])]
    if kind == "table_cell":
        return [_element("th" if attributes.get("head") else "td", children)]
    if kind == "link" and _leads_outside(attributes.get("url", "")):
        return [{**_element("a", children), "href": attributes["url"]}]
    tag = SIMPLE.get(kind, "")
    return [_element(tag, children)] if tag else children


def _raw(kind: str, raw: str) -> list[Node]:
    if kind == "codespan":
        return [_element("code", [raw])]
    if kind == "block_code":
        return [_element("pre", [_element("code", [raw.rstrip("\n")])])]
    if kind == "block_html":
        return [_element("p", [raw.strip()])]
    return [raw] if kind in ("text", "inline_html") else []


def _element(tag: str, children: list[Node]) -> dict[str, Any]:
    return {"tag": tag, "children": children}


def _words(token: dict[str, Any]) -> str:
    """Return the text in a token, without elements."""
    found, waiting = [], [token]
    while waiting:
        one = waiting.pop()
        if "raw" in one:
            found.append(one["raw"])
        waiting += reversed(one.get("children", []))
    return "".join(found)


def _leads_outside(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in SCHEMES
    except ValueError:
        return False
