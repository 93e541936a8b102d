"""SVG and HTML that a function returns: what a page needs of them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

NAMESPACE = "http://www.w3.org/2000/svg"
SIDE = 512  # pixels a side of a drawing that does not say how large it is
PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}

_ROOT = re.compile(r"<svg\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*("[^"]*"|'[^']*')""")
_LENGTH = re.compile(r"\s*([\d.]+(?:e[+-]?\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)
_BEFORE = re.compile(
    r"\s*(<\?xml[^>]*\?>\s*|<!--.*?-->\s*|<!doctype svg[^>]*>\s*)*<svg\b", re.IGNORECASE | re.DOTALL
)
_SCRIPT = re.compile(r"<script\b|\son[a-z]+\s*=|javascript:", re.IGNORECASE)
_SILENT = frozenset({"script", "style", "template", "title", "noscript"})


def is_svg(text: str) -> bool:
    """Return whether a text is an SVG, and not HTML that may hold one."""
    return _BEFORE.match(text) is not None


def has_scripts(html: str) -> bool:
    """Return whether there seems to be a script in HTML, which will not run."""
    return _SCRIPT.search(html) is not None


def sized_svg(text: str, side: int) -> tuple[str, tuple[int, int]]:
    """Return an SVG with its namespace and its size in pixels, and this size.

    A browser shows no picture without the one, and some do not without the other.

    Parameters
    ----------
    text : str
        As of `is_svg`.
    side : int
        Pixels of the longer side.

    Returns
    -------
    text : str
    size : tuple of int
        Height and width.
    """
    root = _ROOT.search(text)
    if root is None:
        raise ValueError("the SVG has no complete <svg> element.")
    attributes = {name: value[1:-1] for name, value in _ATTRIBUTE.findall(root[0])}
    box = [_number(part) for part in re.split(r"[\s,]+", attributes.get("viewBox", "").strip())]
    width, height = _pixels(attributes.get("width", "")), _pixels(attributes.get("height", ""))
    if len(box) == 4 and box[2] > 0 and box[3] > 0:
        width = width or (height * box[2] / box[3] if height else box[2])
        height = height or width * box[3] / box[2]
    width, height = width or SIDE, height or SIDE
    if len(box) != 4:
        attributes["viewBox"] = f"0 0 {width:g} {height:g}"
    scale = side / max(width, height)
    size = max(round(height * scale), 1), max(round(width * scale), 1)
    attributes |= {"width": str(size[1]), "height": str(size[0])}
    attributes.setdefault("xmlns", NAMESPACE)
    written = " ".join(
        f'{name}="{value.replace(chr(34), "&quot;")}"' for name, value in attributes.items()
    )
    closed = "/" if root[0].endswith("/>") else ""
    return f"{text[: root.start()]}<svg {written}{closed}>{text[root.end() :]}", size


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _pixels(text: str) -> float:
    """Return a length in pixels, 0 where it is none, or a share of what is around."""
    found = _LENGTH.fullmatch(text)
    if found is None or found[2].lower() not in PIXELS:
        return 0.0
    return _number(found[1]) * PIXELS[found[2].lower()]


class _Words(HTMLParser):
    """Collects the words of HTML that a person sees."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self._hidden += tag in _SILENT

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _SILENT and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def words_of_html(html: str) -> str:
    """Return the words of HTML that a person sees, in one line."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return " ".join(" ".join(parser.words).split())
