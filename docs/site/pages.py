"""What Sphinx must know to read this repository: notebooks, the README as the first page, docstrings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.application import Sphinx

README = Path(__file__).parents[2] / "README.md"
LINK = re.compile(r"(?<=\]\()(?!https?:|#)")
SHOWS_PANEL = re.compile(r"^(panel|labeling)\w*$|^race$")
PANEL = """
```{image} /docs/panel-light.png
:class: only-light
:alt: A panel - the queue on the left, the map on the right, the status below
```

```{image} /docs/panel-dark.png
:class: only-dark
:alt: A panel - the queue on the left, the map on the right, the status below
```

*A picture of a panel: in the notebook it is live, and shows the items from above.*"""
NOTE = """
```{note}
This is the notebook `%s`, with its code and without its results: they appear as you run it. In a clone,
`make demo` opens JupyterLab with all notebooks.
```
"""
# What the theme leaves open for screen readers.
MENDED = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<th class="head"><p></p></th>': '<td class="head"></td>',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Site">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="Page">',
}


class NotebookParser(MystParser):
    """Reads a notebook as Markdown with its code; nothing runs."""

    supported = ("notebook",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Read the cells, one after the other; below the title a note says what this is."""
        first, *others = map(as_markdown, json.loads(inputstring)["cells"])
        title, *rest = first.split("\n", 1)
        note = NOTE % f"{document.settings.env.docname}.ipynb"
        super().parse("\n\n".join([title, note, *rest, *others]), document)


def as_markdown(cell: dict[str, Any]) -> str:
    """Return a cell as it stands in a page."""
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return source
    shown = PANEL if SHOWS_PANEL.match(source.rstrip().rpartition("\n")[2]) else ""
    return f"```python\n{source}\n```\n{shown}"


def with_readme(_app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the README before the contents, on the first page; its links lead from there."""
    if docname == "docs/index":
        source[0] = LINK.sub("../", README.read_text("utf-8")) + "\n" + source[0]


def plain_references(
    _app: Sphinx, _what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Make the papers of a docstring a list: as footnotes, those of a page would be one series."""
    lines[:] = [
        re.sub(r"^\.\. \[(\d)\] ", r"\1. ", re.sub(r"\[(\d)\]_", r"[\1]", line)) for line in lines
    ]


def skip_foreign(
    _app: Sphinx, _what: str, _name: str, obj: object, skip: bool, _options: object
) -> bool | None:
    """Leave out what scikit-learn writes into its estimators: methods for routing metadata."""
    return True if "_metadata_requests" in str(getattr(obj, "__module__", "")) else skip or None


def mend(app: Sphinx, exception: Exception | None) -> None:
    """Complete the pages that were written."""
    for path in app.outdir.rglob("*.html") if exception is None else ():
        text = path.read_text("utf-8")
        for found, better in MENDED.items():
            text = text.replace(found, better)
        path.write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    app.add_source_suffix(".ipynb", "notebook")
    app.add_source_parser(NotebookParser)
    app.connect("source-read", with_readme)
    app.connect("autodoc-process-docstring", plain_references, priority=900)
    app.connect("autodoc-skip-member", skip_foreign)
    app.connect("build-finished", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
