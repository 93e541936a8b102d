"""Which part of the package may import which, that no import is part of a circle, and that modules
and lines are short."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import nblabel

PACKAGE = Path(nblabel.__file__).parent
STATIC = PACKAGE / "widget" / "static"

# What each part may import, from the lowest to the highest. A new arrow is a decision: add it here.
ARROWS = {
    "_version": "",
    "arrays": "",
    "system": "arrays",
    "pool": "arrays",
    "datasets": "pool",
    "graph": "arrays system",
    "log": "arrays pool system",
    "learners": "arrays graph system",
    "encoders": "arrays graph pool system",
    "strategies": "arrays graph learners system",
    "embeddings": "arrays encoders pool system",
    "session": "arrays embeddings graph learners log pool strategies",
    "explore": "arrays embeddings graph pool session system",
    "plots": "arrays explore pool system",
    "quality": "arrays graph learners log plots session strategies system",
    "jobs": "arrays encoders explore graph pool session system",
    "simulation": "_version arrays embeddings learners log pool session strategies",
    "loops": "arrays quality session system",
    "widget": "arrays embeddings encoders explore graph jobs learners log loops plots pool quality "
    "session simulation strategies system",
}
# The names that users see are at the top, each loaded from its module on first use.
ROOT = "nblabel"

# The same for the page code: folders of nblabel/widget/static.
PAGE_ARROWS = {
    "shared": "",
    "queue": "shared",
    "map": "shared",
    "groups": "shared",
    "status": "shared",
    "quality": "shared",
}

LONGEST_MODULE = 450
LONGEST_LINE = 100
MOST_AT_THE_TOP = 22


def python_modules() -> dict[str, Path]:
    modules = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        modules[".".join(parts).removesuffix(".__init__")] = path
    return modules


MODULES = python_modules()


def imported_by(name: str) -> set[str]:
    """Return the modules of the package that one imports: at the top, in a function, for types
    only, or by a string that is the name of a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively; name the module in full"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in MODULES else str(node.module))
        elif isinstance(node, ast.Constant) and str(node.value).startswith(f"{ROOT}."):
            found.add(str(node.value))
    return {other for other in found if other in MODULES and other != name}


def part_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ROOT


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


GRAPH = {name: imported_by(name) for name in MODULES}


@pytest.mark.parametrize("part", sorted({part_of(name) for name in MODULES} - {ROOT}))
def test_a_part_imports_only_what_is_below_it(part: str) -> None:
    allowed = {part, *ARROWS[part].split()}
    new = {
        f"{name} -> {other}"
        for name, others in GRAPH.items()
        if part_of(name) == part
        for other in others
        if part_of(other) not in allowed
    }
    assert not new, "not in the table of arrows: " + ", ".join(sorted(new))


def test_the_table_has_no_circle_and_no_part_that_is_gone() -> None:
    table = {part: set(others.split()) for part, others in ARROWS.items()}
    assert circle_in(table) == []
    assert set(table) == {part_of(name) for name in MODULES} - {ROOT}


def test_no_circle_between_modules() -> None:
    assert circle_in(GRAPH) == []


def test_what_the_check_sees() -> None:
    """Imports in functions, for types only, by a table of names, and for another process."""
    assert "nblabel.learners.graph" in GRAPH["nblabel.learners"]
    assert "nblabel.graph.edges" in GRAPH["nblabel.graph.neighbor_graph"]
    assert "nblabel.embeddings.texts" in GRAPH["nblabel.embeddings.registry"]
    assert "nblabel.session" in GRAPH["nblabel"]
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}})


def test_the_top_of_the_package_can_be_read_in_one_look() -> None:
    entries = [path for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MOST_AT_THE_TOP, sorted(path.name for path in entries)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_modules_and_lines_are_short(name: str) -> None:
    lines = MODULES[name].read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST_MODULE
    long = [number for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE]
    assert not long, f"lines over {LONGEST_LINE} characters: {long}"


STATEMENT = r"^(?:import|export|\}) ?[^\n\"']*[\"'](\.{1,2}/[^\"']+)[\"']"
IMPORT_CALL = r"import\([\"'](\.{1,2}/[^\"']+)[\"']\)"  # also of types, in comments


def page_imports(*patterns: str) -> Iterator[tuple[Path, Path]]:
    """Return the imports between page modules."""
    for path in STATIC.rglob("*.js"):
        text = path.read_text("utf-8")
        for pattern in patterns:
            for target in re.findall(pattern, text, re.MULTILINE):
                yield path.relative_to(STATIC), (path.parent / target).resolve().relative_to(STATIC)


def test_page_imports_lead_somewhere_and_downward() -> None:
    wrong = []
    for path, target in page_imports(STATEMENT, IMPORT_CALL):
        own = path.parts[0] if len(path.parts) > 1 else None
        other = target.parts[0] if len(target.parts) > 1 else None
        known = own is None or own == other or other in PAGE_ARROWS[own].split()
        if not (known and (STATIC / target).exists()):
            wrong.append(f"{path} -> {target}")
    assert not wrong, sorted(wrong)


def test_no_circle_between_page_modules() -> None:
    """Types may name one another in comments: nothing is loaded for those."""
    graph: dict[str, set[str]] = {}
    for path, target in page_imports(STATEMENT):
        graph.setdefault(str(path), set()).add(str(target))
    assert len(graph) > 10
    assert circle_in(graph) == []
