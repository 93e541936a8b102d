"""The page code, joined from its modules: anywidget takes one script and one style sheet."""

from __future__ import annotations

import base64
import gzip
import re
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[\w./]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=function|class|const|async)", re.MULTILINE)
_NAME = re.compile(r"^(?:async )?(?:function|class|const|let|var) (\w+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import\b|export (?!default\b)|(?:const|let|var) [{[]).*", re.MULTILINE)
_STYLE = re.compile(r'^@import "([\w./]+)";\n', re.MULTILINE)

_LOADER = """
const bytes = Uint8Array.from(atob("{data}"), (letter) => letter.charCodeAt(0));
const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const type = {{ headers: {{ "Content-Type": "text/javascript" }} }};
const address = URL.createObjectURL(await new Response(unpacked, type).blob());
const entry = await import(address);
URL.revokeObjectURL(address);
export default entry.default;
"""


def script(entry: str) -> str:
    """Return a module with the modules it imports, dependencies first, as one ES module.

    The modules under ``static/`` import one another by relative path, which a text without an
    address cannot; so their import lines are dropped and the modules share one scope. Only the
    entry's ``export default`` stays.

    Parameters
    ----------
    entry : str
        Path of the module below ``static/``.

    Raises
    ------
    ValueError
        If two modules have a name in common, import one another in a circle, or import or export in
        another way than by name.
    """
    parts: dict[Path, str] = {}
    owners: dict[str, Path] = {}

    def add(path: Path, importers: tuple[Path, ...]) -> None:
        if path in importers:
            raise ValueError(f"{path.name} imports itself, by way of {importers[-1].name}.")
        if path in parts:
            return
        source = path.read_text(encoding="utf-8")
        for dependency in _IMPORT.findall(source):
            add((path.parent / dependency).resolve(), (*importers, path))
        body = _EXPORT.sub("", _IMPORT.sub("", source))
        if other := _OTHER.search(body):
            raise ValueError(f"{path.name} cannot be joined: {other[0]}")
        for name in _NAME.findall(body):
            if owners.setdefault(name, path) != path:
                raise ValueError(f"{name} is both in {path.name} and in {owners[name].name}.")
        parts[path] = body

    add((STATIC / entry).resolve(), ())
    return "\n".join(parts.values())


def style(entry: str) -> str:
    """Return a style sheet below ``static/`` with those that it imports in place."""
    path = STATIC / entry
    source = path.read_text(encoding="utf-8")
    return _STYLE.sub(lambda found: (path.parent / found[1]).read_text(encoding="utf-8"), source)


def packed(source: str) -> str:
    """Return an ES module with the default export of another one, which it holds compressed.

    The code of the panel then takes a third of its bytes on the way to the page, and in a notebook
    that keeps it. The page loads it by an address of its own, as anywidget does what it is given.

    Parameters
    ----------
    source : str
        A module that needs no address.
    """
    data = gzip.compress(source.encode(), compresslevel=6, mtime=0)  # 9 takes twice as long
    return _LOADER.format(data=base64.b64encode(data).decode())
