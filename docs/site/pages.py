"""What Sphinx must know to read this repository: notebooks, the README as the first page, docstrings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_parser.parsers.sphinx_ import MystParser
from outputs import outputs_as_markdown
from plotly.offline import get_plotlyjs
from sphinx.application import Sphinx

import nblabel

README = Path(__file__).parents[2] / "README.md"
Cell = dict[str, Any]
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
This is the notebook `%s`, with its code and %s. In a clone, `make demo` opens JupyterLab with all
notebooks.
```
"""
WITHOUT = "without its results: they appear as you run it"
WITH = f"what it showed when nblabel {nblabel.__version__} ran it"
# What the theme leaves open for screen readers.
MENDED = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<th class="head"><p></p></th>': '<td class="head"></td>',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Site">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="Page">',
}


class NotebookParser(MystParser):
    """Reads a notebook as Markdown with its code, and with what its executed copy shows."""

    supported = ("notebook",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Read the cells, one after the other; below the title a note says what this is."""
        env = document.settings.env
        copy = Path(env.config.executed_notebooks) / f"{env.docname}.ipynb"
        env.note_dependency(str(copy))
        cells = json.loads(inputstring)["cells"]
        shown = executed(cells, copy)
        first, *others = map(as_markdown, shown or cells)
        title, *rest = first.split("\n", 1)
        note = NOTE % (f"{env.docname}.ipynb", WITH if shown else WITHOUT)
        super().parse("\n\n".join([title, note, *rest, *others]), document)


def executed(cells: list[Cell], copy: Path) -> list[Cell] | None:
    """Return the cells of an executed copy; None where there is none of this text and version."""
    if not copy.is_file():
        return None
    found = json.loads(copy.read_text("utf-8"))
    same = [source_of(cell) for cell in found["cells"]] == [source_of(cell) for cell in cells]
    return (
        found["cells"] if same and found["metadata"].get("nblabel") == nblabel.__version__ else None
    )


def source_of(cell: Cell) -> str:
    """Return the text of a cell."""
    return "".join(cell["source"])


def as_markdown(cell: Cell) -> str:
    """Return a cell as it stands in a page."""
    source = source_of(cell)
    if cell["cell_type"] == "markdown":
        return source
    shown = PANEL if SHOWS_PANEL.match(source.rstrip().rpartition("\n")[2]) else ""
    code = f"```python\n{source}\n```\n{shown}"
    return f"{code}\n\n{outputs_as_markdown(cell.get('outputs', []))}"


def with_figures(
    app: Sphinx, _name: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Have a page with figures load plotly."""
    if 'class="nbl-figure"' in context.get("body", ""):
        app.add_js_file("plotly.min.js", priority=400)  # before that of the site


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
    """Complete the pages that were written, and what they load."""
    if exception is None:
        (app.outdir / "_static" / "plotly.min.js").write_text(get_plotlyjs(), "utf-8")
    for path in app.outdir.rglob("*.html") if exception is None else ():
        text = path.read_text("utf-8")
        for found, better in MENDED.items():
            text = text.replace(found, better)
        path.write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    app.add_source_suffix(".ipynb", "notebook")
    app.add_source_parser(NotebookParser)
    app.add_config_value("executed_notebooks", "", "env", str)
    app.connect("source-read", with_readme)
    app.connect("html-page-context", with_figures)
    app.connect("autodoc-process-docstring", plain_references, priority=900)
    app.connect("autodoc-skip-member", skip_foreign)
    app.connect("build-finished", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
