"""The page code of a view, joined from its modules."""

from __future__ import annotations

import re
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=function|class|const|async)", re.MULTILINE)


def script(entry: str) -> str:
    """Return a view's module with the modules it imports, dependencies first, as one ES module.

    anywidget hands the page one text. The modules under ``static/`` import one another by relative
    path, which a text without an address cannot; so their import lines are dropped and the modules
    share one scope. Only the entry's ``export default`` stays.
    """
    parts: dict[str, str] = {}

    def add(name: str) -> None:
        if name in parts:
            return
        source = (STATIC / name).read_text(encoding="utf-8")
        for dependency in _IMPORT.findall(source):
            add(dependency)
        body = _IMPORT.sub("", source)
        parts[name] = body if name == entry else _EXPORT.sub("", body)

    add(entry)
    return "\n".join(parts.values())


def style(*names: str) -> str:
    """Return style sheets as one text."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)
