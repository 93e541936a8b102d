"""The page of a report: one HTML file, with its style, its script and all that it shows."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from nblabel._version import __version__
from nblabel.sharing import words
from nblabel.sharing.facts import Facts
from nblabel.sharing.markup import Markup, tag

STATIC = Path(__file__).parent / "static"

Part = tuple[str, str, Markup]
"""An id, a heading, and what is below it."""


def page(title: str, facts: Facts, parts: Sequence[Part], points: Markup) -> str:
    """Return the file.

    Nothing in it may be loaded from elsewhere, and no script or style runs but those that are
    written here: the policy names them by their hashes.

    Parameters
    ----------
    title : str
    facts : Facts
    parts : sequence of Part
    points : Markup
        The block of data that the script draws the map of.
    """
    style = _read("report.css") + _swatches(facts)
    script = _read("report.js")
    policy = "; ".join(
        [
            "default-src 'none'",
            "img-src data:",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("link", rel="icon", href="data:,"),
        tag("style", Markup(style)),
    )
    links = (tag("li", tag("a", heading, href=f"#{name}")) for name, heading, _ in parts)
    sections = (
        tag("section", tag("h2", heading, id=name), content, aria_labelledby=name)
        for name, heading, content in parts
    )
    made = words.MADE.format(version=__version__, day=words.day(facts.when))
    body = tag(
        "body",
        tag("header", tag("h1", title), (tag("p", line) for line in facts.lines)),
        tag("nav", tag("ul", links), aria_label=words.CONTENTS),
        tag("main", sections),
        tag("footer", tag("p", made)),
        points,
        tag("script", Markup(script)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def swatch(code: int) -> Markup:
    """Return the colour of a class, which says nothing by itself."""
    return tag("span", class_=f"swatch s{code}", aria_hidden="true")


def figure_of(source: str, alt: str, caption: str, *, crisp: bool) -> Markup:
    """Return a picture with what is said of it; `crisp` shows its pixels as they are."""
    picture = tag("img", src=source, alt=alt, class_="crisp" if crisp else None)
    return tag("figure", picture, tag("figcaption", caption))


def _swatches(facts: Facts) -> str:
    """Return the colours of the classes as rules: no element has a style of its own."""
    rules = (f".s{code}{{background:{one.color}}}" for code, one in enumerate(facts.legend))
    return "".join(rules)


def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
