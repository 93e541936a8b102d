"""The documents: links lead somewhere, examples run, tables and lists are those of the code."""

import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

import pytest

import nblabel as nb
from benchmarks import tables

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
TREE = "The tree, and which way it depends"
# a parameter in a docstring: in a line with its type, alone or beside others, or in backticks
NAMED = r"^(\w+, )*(\*\*)?{0}(, \w+)*( : .+)?$|`{0}`"

# The public names of 9c052bc, before names and modules were changed: none may be lost unnoticed.
OLD_NAMES = [
    "ClusterMatch",
    "Labeler",
    "LabelStore",
    "Pool",
    "Session",
    "StopAdvisor",
    "cluster",
    "auto_label",
    "costs",
    "datasets",
    "embed",
    "encoders",
    "learners",
    "match_clusters",
    "neighbor_graph",
    "plots",
    "project",
    "recheck",
    "self_training",
    "second_look",
    "simulate",
    "stop_advice",
    "threshold_loop",
]
OLD_MEMBERS = {
    "Session": [
        "accept",
        "accepted",
        "add_class",
        "apply",
        "ask",
        "audit",
        "audit_share",
        "classes",
        "consistency",
        "draw",
        "drawn",
        "drift",
        "embeddings",
        "engine",
        "export",
        "flag",
        "flagged",
        "follow",
        "import_labels",
        "judged",
        "knows",
        "labeled",
        "labels",
        "learn_accepted",
        "n_accepted",
        "n_labeled",
        "positions",
        "predict",
        "predict_proba",
        "random_state",
        "redo",
        "refit",
        "refresh",
        "repeat_share",
        "repeated",
        "set_embeddings",
        "set_graph",
        "skip",
        "snapshot",
        "standing",
        "state",
        "subscribe",
        "tell",
        "twin",
        "unanswered",
        "undo",
        "version",
        "wants_graph",
        "withdraw",
        "y",
    ],
    "Labeler": ["ask", "clusters", "curves", "export", "labels", "refresh", "session", "train"],
}


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def rows(document: Path, section: str = "") -> list[list[str]]:
    """Return the cells of the table rows in a document, or in one section of it."""
    text = document.read_text("utf-8")
    if section:
        parts = re.split(r"^#+ (.*)$", text, flags=re.MULTILINE)
        text = parts[parts.index(section) + 1]
    found = re.findall(r"^\| (.*) \|$", text, re.MULTILINE)
    return [re.split(r" \| ?", line) for line in found]


def names(document: Path, section: str = "") -> list[str]:
    """Return what the first column of a table has in backticks."""
    return [name for row in rows(document, section) for name in CODE.findall(row[0])]


def public(kind: type) -> set[str]:
    """Return the public members that nblabel itself defines."""
    own = [base for base in kind.__mro__ if base.__module__.startswith("nblabel")]
    return {name for base in own for name in vars(base) if not name.startswith("_")}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target, anchor in LINK.findall(document.read_text("utf-8")):
        path = document.parent / target if target else document
        assert path.exists(), f"{document.name} links to {target}, which is not there"
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path), f"{document.name}: no heading #{anchor} in {path.name}"


@pytest.mark.slow  # whole programs
@pytest.mark.parametrize(
    "document",
    [path for path in DOCUMENTS if PYTHON_BLOCK.search(path.read_text("utf-8"))],
    ids=lambda path: path.name,
)
def test_python_examples_run(document: Path, tmp_path: Path) -> None:
    """The ``python`` blocks of a document are one program, run in an empty folder."""
    program = "\n".join(PYTHON_BLOCK.findall(document.read_text("utf-8")))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", tables.DOCUMENTS, ids=lambda path: path.name)
def test_the_tables_are_those_of_the_measured_json(path: Path) -> None:
    text = path.read_text("utf-8")
    assert tables.with_tables(text) == text, "run: make tables"


def test_every_table_of_the_benchmarks_is_in_a_document() -> None:
    shown = {
        name for path in tables.DOCUMENTS for _, name, _ in tables.MARKED.findall(path.read_text())
    }
    assert shown == set(tables.TABLES)


def test_every_row_on_guarantees_is_in_a_table() -> None:
    """The tables of honesty.json pick their rows by pattern: none may fall through."""
    text = tables.with_tables((DOCS / "benchmarks.md").read_text("utf-8"))
    for row in tables.stored("honesty")["rows"]:
        assert f"{row['what'].split(':')[0]}".split(", audit of")[0] in text, row["what"]
        assert tables._cell(row, is_share="runs" in row["what"]) in text, row["what"]


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md"])
def test_a_page_to_begin_with_is_short(name: str) -> None:
    assert len((ROOT / name).read_text("utf-8").splitlines()) <= 150


def test_the_api_page_lists_what_is_public() -> None:
    listed = [name.removeprefix("nb.") for name in names(DOCS / "api.md") if name[:3] == "nb."]
    assert sorted(listed) == sorted(nb.__all__)


@pytest.mark.parametrize("name", ["Session", "Pool"])
def test_the_api_page_lists_the_members_of_a_class(name: str) -> None:
    listed = names(DOCS / "api.md", f"`{name}`")
    assert len(listed) == len(set(listed))
    kind = getattr(nb, name)
    images = [[[0]], [[255]]]
    instance = kind(images, ["a", "b"]) if name == "Session" else kind(images)
    assert set(listed) >= public(kind)
    assert [name for name in listed if not hasattr(instance, name)] == []


def test_the_api_page_lists_members_that_the_panel_has() -> None:
    listed = names(DOCS / "api.md", "`Labeler`")
    assert [name for name in listed if name != "session" and not hasattr(nb.Labeler, name)] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    name = re.compile(r"[\w.-]+")
    told = {(row[0].strip("`"), row[1]) for row in rows(DOCS / "dependencies.md") if len(row) == 3}
    plain = [row[0] for row in rows(DOCS / "dependencies.md", "Installed with nblabel")]
    wanted = {
        (extra, match[0])
        for extra, packages in project["optional-dependencies"].items()
        for package in packages
        if (match := name.match(package)) and match[0] != "nblabel"
    }
    assert {pair for pair in told if pair[0] in project["optional-dependencies"]} == wanted
    needed = [match[0] for package in project["dependencies"] if (match := name.match(package))]
    assert sorted(plain[1:]) == sorted(needed)


def test_the_tree_of_the_architecture_is_in_the_order_of_the_arrows() -> None:
    from tests.test_architecture import ARROWS

    told = [
        [name.rstrip("/").removesuffix(".py") for name in CODE.findall(row[0])]
        for row in rows(DOCS / "architecture.md", TREE)
    ]
    above: set[str] = set()
    for parts in told[1 : told.index(["widget"]) + 1]:
        above |= set(parts)
        for part in parts:
            inside = {one for one in ARROWS[part].split() if one.startswith(f"{part}.")}
            assert set(ARROWS[part].split()) - inside - {"_version"} <= above, part
    assert above == {part for part in ARROWS if "." not in part} - {"_version", "nblabel"}


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_files_that_are_named_are_there(name: str) -> None:
    homes = [ROOT, ROOT / "nblabel", ROOT / "nblabel" / "widget"]
    for path in CODE.findall((ROOT / name).read_text("utf-8")):
        if re.fullmatch(r"[\w/.-]+(/|\.(py|js|md|json|toml|txt))", path):
            assert any((home / path).exists() for home in homes), f"{name} names {path}"


def test_the_changelog_says_what_became_of_every_public_name() -> None:
    told = set(names(ROOT / "CHANGELOG.md"))
    missing = [name for name in OLD_NAMES if f"nb.{name}" not in told]
    for kind, members in OLD_MEMBERS.items():
        missing += [f"{kind}.{name}" for name in members if f"{kind}.{name}" not in told]
    assert missing == []


def test_modules_that_the_changelog_names_are_there() -> None:
    """Where they went: the second column of its table of modules."""
    told = rows(ROOT / "CHANGELOG.md", "Modules")[1:]
    for path in (path for row in told for path in CODE.findall(row[1]) if " " not in path):
        home = ROOT / "nblabel" / path.replace(".", "/")
        assert home.is_dir() or home.with_suffix(".py").exists(), path


def test_the_keyboard_map_has_every_key_of_the_queue() -> None:
    keys = (ROOT / "nblabel/widget/static/queue/keys.js").read_text("utf-8")
    section = (DOCS / "keys.md").read_text("utf-8").split("## Map")[0]
    for name, key in re.findall(r'name: "(\w+)", keys: \["(\S)"', keys):
        assert f"`{key}`" in section, f"{name}: {key}"
    assert (
        f"`{re.findall(r'FIND_KEY = .(.)', (ROOT / 'nblabel/widget/static/shared/offer.js').read_text())[0]}`"
        in section
    )


def test_the_page_on_reasons_has_every_sentence() -> None:
    from nblabel.session.partial import NOT_EMBEDDED
    from nblabel.strategies import scored, words
    from nblabel.widget.text import DRAWN_FAILED, DRAWN_LATE

    page = (DOCS / "why.md").read_text("utf-8")
    openings = [*words._OPENINGS.values(), words._LESS_SURE.opening, scored.START.text]
    openings += ["The model cannot decide", "The model is rather sure of this one"]
    openings += [one.text for one in (NOT_EMBEDDED, DRAWN_FAILED, DRAWN_LATE)]
    assert [one for one in openings if one not in page] == []


def described() -> dict[str, Any]:
    """Return the public functions, classes and methods, those of public modules included."""
    found = {name: getattr(nb, name) for name in nb.__all__}
    for name, module in [pair for pair in found.items() if inspect.ismodule(pair[1])]:
        found |= {f"{name}.{one}": getattr(module, one) for one in module.__all__}
    for name, kind in [pair for pair in found.items() if inspect.isclass(pair[1])]:
        found |= {f"{name}.{one}": getattr(kind, one) for one in public(kind)}
    called = type | FunctionType | MethodType
    return {name: one for name, one in found.items() if isinstance(one, called)}


def parameters(one: Any) -> list[str]:
    """Return the parameters that users pass; none of a class that others define how to make."""
    if inspect.isclass(one):
        one = one.__init__
        if not getattr(one, "__module__", "").startswith("nblabel"):
            return []
    known = inspect.signature(one).parameters
    return [name for name in known if name != "self" and not name.startswith("_")]


def test_public_docstrings_name_every_parameter() -> None:
    missing = []
    for name, one in described().items():
        # what a Protocol asks for is described there
        text = inspect.getdoc(one) or inspect.getdoc(getattr(nb.learners.Learner, one.__name__))
        missing += [
            f"{name}: {parameter}"
            for parameter in parameters(one)
            if not re.search(NAMED.format(parameter), text or "", re.MULTILINE)
        ]
    assert missing == []


def test_no_title_in_a_docstring_is_underlined_twice() -> None:
    twice = re.compile(r"^ *-+\n *-+$", re.MULTILINE)
    modules = ROOT.glob("nblabel/**/*.py")
    assert [path for path in modules if twice.search(path.read_text("utf-8"))] == []
