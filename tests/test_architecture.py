"""Which part of the package may import which, and that modules and lines are short.

Checked are all imports: those at the top of a module, in a function, and for types only, and the
modules that are named by a string, as in tables of names and for second processes.
"""

import ast
import re
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import nblabel

PACKAGE = Path(nblabel.__file__).parent
STATIC = PACKAGE / "widget" / "static"
ROOT = "nblabel"

# What each part may import, from the lowest to the highest: only parts above it. A part is a module
# or package with all below it that has no line of its own. A new arrow is a decision: add it here.
ARROWS = {
    "_version": "",
    "system": "",
    "arrays": "system",
    "pool": "arrays system",
    "datasets": "",
    "graph": "arrays system",
    "log": "arrays pool system",
    "learners": "arrays graph system",
    "encoders": "arrays graph pool system",
    "strategies": "arrays graph learners system",
    "embeddings": "arrays encoders pool system",
    "session": "arrays embeddings graph learners log pool strategies system",
    "explore": "arrays embeddings graph pool session system",
    "plots": "arrays explore pool system",
    "quality": "arrays graph learners log plots session strategies system",
    # what is handed on of a session: pictures, reports, data sets
    "sharing": "_version arrays explore log pool quality session system",
    "jobs": "arrays encoders explore graph pool session system",
    "simulation": "_version arrays embeddings explore learners log plots pool session strategies "
    "system",
    "loops": "arrays pool session system",
    "commands": "_version datasets learners log pool simulation strategies system",
    "__main__": "commands",
    # the panel: words, event loop and widgets; what the panel knows; its tasks; the panel itself
    "widget.text": "strategies system",
    "widget.work.home": "",
    "widget.view": "arrays plots pool sharing system widget.text widget.work.home",
    "widget.panel.state": "arrays graph session",
    "widget.panel.pages": "",
    "widget.panel.criteria": "widget.text",
    "widget.panel.pictures": "arrays pool widget.view",
    "widget.panel.again": "session",
    "widget.panel.keys": "log session",
    "widget.panel.tags": "arrays log session widget.text",
    "widget.panel.tag_grid": "arrays log session widget.panel.pages widget.panel.state widget.text",
    "widget.panel.class_changes": "session widget.panel.keys widget.text",
    "widget.panel.answers": "log session widget.panel.class_changes widget.panel.tag_grid "
    "widget.panel.tags widget.text",
    "widget.panel.column_choice": "pool session widget.view",
    "widget.panel.items": "explore pool session strategies widget.panel.column_choice widget.panel.keys "
    "widget.panel.pictures widget.panel.state widget.panel.tags widget.text widget.view",
    "widget.panel.column_colors": "pool session system widget.text",
    "widget.panel.figures": "arrays learners log quality session system "
    "widget.panel.column_colors widget.panel.keys widget.panel.tags widget.text widget.view",
    "widget.panel.tag_figures": "quality session widget.panel.figures",
    "widget.work": "arrays embeddings encoders explore jobs log pool quality session sharing strategies "
    "system widget.panel.again widget.panel.answers widget.panel.criteria widget.panel.figures widget.panel.items "
    "widget.panel.keys widget.panel.pages widget.panel.pictures widget.panel.state "
    "widget.panel.tag_figures widget.panel.tags widget.text widget.view widget.work.home",
    "widget.panel": "arrays explore graph log pool quality session strategies widget.panel.again "
    "widget.panel.answers widget.panel.class_changes widget.panel.criteria widget.panel.figures "
    "widget.panel.items widget.panel.pages "
    "widget.panel.pictures widget.panel.state widget.panel.tag_grid widget.panel.tags "
    "widget.text widget.view widget.work "
    "widget.work.home",
    "widget": "arrays explore log plots pool session sharing simulation strategies system widget.panel widget.panel.answers "
    "widget.panel.column_colors widget.panel.criteria widget.panel.figures widget.panel.keys widget.text widget.view widget.work widget.work.home",
    # the names that users see, each loaded from its module on first use
    ROOT: "_version datasets embeddings encoders explore graph learners log loops plots pool "
    "quality session sharing simulation strategies widget",
}

# The same for the page code: the folders of nblabel/widget/static, and its entry.
PAGE_ARROWS = {
    "shared": "",
    "queue": "shared",
    "classes": "shared",
    "gallery": "shared",
    "map": "shared",
    "status": "shared",
    "quality": "shared",
    "panel.js": "classes gallery map quality queue shared status",
    "race.js": "quality shared",
}

LONGEST_MODULE = 450
LONGEST_LINE = 100
MOST_AT_THE_TOP = 24  # one of them for `python -m nblabel`


def python_modules() -> dict[str, Path]:
    modules = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        modules[".".join(parts).removesuffix(".__init__")] = path
    return modules


MODULES = python_modules()
# packages that only say what they are for: to load one draws no arrow
EMPTY = {
    name
    for name, path in MODULES.items()
    if path.name == "__init__.py" and len(ast.parse(path.read_text("utf-8")).body) == 1
}


def parents(name: str) -> list[str]:
    """Return the packages that a module is in, the innermost first."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]


def imported_by(name: str, source: str) -> set[str]:
    """Return the modules of the package that are loaded with one, for its types included."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively; name the module in full"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                named.add(full if full in MODULES else str(node.module))
        elif isinstance(node, ast.Constant) and str(node.value).startswith(f"{ROOT}."):
            named.add(str(node.value))
    found = {other for other in named if other in MODULES}
    # a module is loaded after the packages it is in; those of the importing one are loaded before
    around = {package for other in found for package in parents(other)} - {*parents(name)}
    return (found | around) - EMPTY - {name}


GRAPH = {name: imported_by(name, path.read_text("utf-8")) for name, path in MODULES.items()}


def part_of(module: str) -> str:
    """Return the part that a module belongs to: the longest name in the table."""
    for name in (module, *parents(module)):
        if (part := name.removeprefix(f"{ROOT}.")) in ARROWS:
            return part
    raise AssertionError(f"{module} is in no part; give it a line in the table")


def table_of(arrows: dict[str, str]) -> dict[str, set[str]]:
    return {part: set(others.split()) for part, others in arrows.items()}


def drawn(graph: dict[str, set[str]], part: Callable[[str], str]) -> dict[str, dict[str, str]]:
    """Return the arrows between parts, each with an import that draws it."""
    arrows: dict[str, dict[str, str]] = {}
    for name, others in sorted(graph.items()):
        for other in sorted(others):
            if part(name) != part(other):
                arrows.setdefault(part(name), {})[part(other)] = f"{name} -> {other}"
    return arrows


def differences(
    arrows: dict[str, dict[str, str]], table: dict[str, set[str]]
) -> tuple[list[str], list[str]]:
    """Return the imports that the table does not allow, and what it allows and nothing imports."""
    forbidden = [
        example
        for part, others in arrows.items()
        for other, example in others.items()
        if other not in table.get(part, ())
    ]
    unused = [
        f"{part} -> {other}"
        for part, others in table.items()
        for other in others
        if other not in arrows.get(part, {})
    ]
    return sorted(forbidden), sorted(unused)


def upward(table: dict[str, set[str]]) -> list[str]:
    """Return the arrows of a table that do not lead to a line above."""
    order = list(table)
    return [
        f"{part} -> {other}"
        for part, others in table.items()
        for other in others
        if other not in order[: order.index(part)]
    ]


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_a_part_imports_what_the_table_says_and_nothing_else() -> None:
    forbidden, unused = differences(drawn(GRAPH, part_of), table_of(ARROWS))
    assert not forbidden, "not in the table of arrows"
    assert not unused, "in the table, and no import needs it"


def test_arrows_lead_one_way() -> None:
    assert upward(table_of(ARROWS)) == []
    assert upward(table_of(PAGE_ARROWS)) == []


def test_every_part_of_the_table_is_there() -> None:
    assert {part_of(name) for name in MODULES} == set(ARROWS)


def test_no_circle_between_modules() -> None:
    assert circle_in(GRAPH) == []


SEEN = """
import nblabel.loops
from nblabel import datasets
from nblabel.learners.knn import KnnLearner
from nblabel.log.store import LabelStore
if TYPE_CHECKING:
    from nblabel.session import Session
def later():
    from nblabel.system import cache
    return importlib.import_module(TABLE["x"])
TABLE = {"x": ("nblabel.embeddings.texts", "embed_texts")}
"""


def test_what_the_check_sees() -> None:
    found = imported_by("nblabel.log.exporting", SEEN)
    assert found == {
        "nblabel.datasets",
        "nblabel.embeddings",
        "nblabel.embeddings.texts",
        "nblabel.learners",
        "nblabel.learners.knn",
        "nblabel.log.store",
        "nblabel.loops",
        "nblabel.session",
        "nblabel.system.cache",
    }
    assert "nblabel.learners.graph" in GRAPH["nblabel.learners"]  # in a function
    assert "nblabel.graph.edges" in GRAPH["nblabel.graph.neighbor_graph"]  # for types
    assert "nblabel.embeddings.texts" in GRAPH["nblabel.embeddings.registry"]  # by a table
    assert "nblabel.session" in GRAPH["nblabel"]  # by name
    with pytest.raises(AssertionError, match="imports relatively"):
        imported_by("nblabel.loops", "from . import x")


def test_what_the_check_refuses() -> None:
    table = {"low": set(), "high": {"low", "old"}}
    arrows = drawn({"low": {"high"}, "high": {"low"}}, lambda name: name)
    assert differences(arrows, table) == (["low -> high"], ["high -> old"])
    assert upward({"low": {"high"}, "high": {"low"}}) == ["low -> high"]
    assert set(circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}


def test_the_top_of_the_package_can_be_read_in_one_look() -> None:
    entries = [path for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MOST_AT_THE_TOP, sorted(path.name for path in entries)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_modules_and_lines_are_short(name: str) -> None:
    lines = MODULES[name].read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST_MODULE
    long = [number for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE]
    assert not long, f"lines over {LONGEST_LINE} characters: {long}"


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.js")), ids=lambda path: path.name)
def test_page_modules_and_their_lines_are_short(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST_MODULE
    assert [number for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE] == []


STATEMENT = r"^(?:import|export|\}) ?[^\n\"']*[\"'](\.{1,2}/[^\"']+)[\"']"
IMPORT_CALL = r"import\([\"'](\.{1,2}/[^\"']+)[\"']\)"  # also of types, in comments


def page_graph(*patterns: str) -> dict[str, set[str]]:
    """Return what each page module imports."""
    graph: dict[str, set[str]] = {}
    for path, target in page_imports(*patterns):
        assert (STATIC / target).exists(), f"{path} imports {target}, which is not there"
        graph.setdefault(path, set()).add(target)
    return graph


def page_imports(*patterns: str) -> Iterator[tuple[str, str]]:
    for path in STATIC.rglob("*.js"):
        text = path.read_text("utf-8")
        for pattern in patterns:
            for target in re.findall(pattern, text, re.MULTILINE):
                found = (path.parent / target).resolve().relative_to(STATIC.resolve())
                yield path.relative_to(STATIC).as_posix(), found.as_posix()


def test_a_folder_of_the_page_imports_what_the_table_says_and_nothing_else() -> None:
    arrows = drawn(page_graph(STATEMENT, IMPORT_CALL), lambda path: path.split("/")[0])
    forbidden, unused = differences(arrows, table_of(PAGE_ARROWS))
    assert not forbidden, "not in the table of arrows"
    assert not unused, "in the table, and no import needs it"
    folders = {path.relative_to(STATIC).parts[0] for path in STATIC.rglob("*.js")}
    assert folders == set(PAGE_ARROWS)


def test_no_circle_between_page_modules() -> None:
    """Types may name one another in comments: nothing is loaded for those."""
    graph = page_graph(STATEMENT)
    assert len(graph) > 10
    assert circle_in(graph) == []
