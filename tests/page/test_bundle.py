"""The page code as one module: how it is joined, and rules that its modules keep."""

import re
import runpy
from pathlib import Path

import pytest
from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "nblabel/widget/view/assets.py"
STATIC = ROOT / "nblabel/widget/static"
MODULES = sorted(STATIC.rglob("*.js"))
# What the browser calls, and what guards it.
CALLED = re.compile(
    r"\b(addEventListener|setTimeout|setInterval|requestAnimationFrame)\(|new \w+Observer\((?!guarded)"
)


def join(folder: Path, modules: dict[str, str]) -> str:
    """Join these modules, the first of which is the entry."""
    for name, source in modules.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    functions = runpy.run_path(str(ASSETS))
    functions["script"].__globals__["STATIC"] = folder
    joined: str = functions["script"](next(iter(modules)))
    return joined


def test_modules_are_joined_dependencies_first(tmp_path: Path) -> None:
    joined = join(
        tmp_path,
        {
            "main.js": 'import { a } from "./room/a.js";\nimport { b } from "./b.js";\nexport default () => a + b;\n',
            "b.js": "export const b = 2;\n",
            "room/a.js": 'import {\n  b,\n} from "../b.js";\nexport const a = b;\n',
        },
    )
    assert joined.split("\n\n") == ["const b = 2;", "const a = b;", "export default () => a + b;\n"]


@pytest.mark.parametrize(
    ("modules", "problem"),
    [
        (
            {
                "main.js": 'import { a } from "./a.js";\nconst same = 1;\n',
                "a.js": "export const a = 1;\nfunction same() {}\n",
            },
            "same is both in main.js and in a.js.",
        ),
        (
            {
                "main.js": 'import { a } from "./a.js";\n',
                "a.js": 'import { b } from "./main.js";\nexport const a = 1;\n',
            },
            "main.js imports itself, by way of a.js.",
        ),
        (
            {"main.js": 'import * as all from "./a.js";\n', "a.js": ""},
            "main.js cannot be joined: import",
        ),
        (
            {"main.js": 'export { a } from "./a.js";\n', "a.js": ""},
            "main.js cannot be joined: export",
        ),
        ({"main.js": "const { a, b } = window;\n"}, "main.js cannot be joined: const"),
    ],
    ids=["one name twice", "circle", "star", "export from", "destructuring"],
)
def test_what_one_scope_cannot_hold_is_refused(
    tmp_path: Path, modules: dict[str, str], problem: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        join(tmp_path, modules)


def test_every_module_is_in_a_bundle() -> None:
    """But that of the types, which has no code."""
    script = runpy.run_path(str(ASSETS))["script"]
    bundle = "".join(map(script, ("panel.js", "race.js")))
    firsts = {path: path.read_text("utf-8").splitlines()[0] for path in MODULES}
    assert [path.name for path, first in firsts.items() if first not in bundle] == ["wire.js"]


def test_the_page_unpacks_the_bundle(browser_page: Page) -> None:
    functions = runpy.run_path(str(ASSETS))
    bundle = functions["script"]("panel.js")
    assert len(functions["packed"](bundle)) < 0.4 * len(bundle)
    same = browser_page.evaluate(
        """async () => {
            const [packed, joined] = await Promise.all([import("/packed.js"), import("/panel.js")]);
            const parts = ({ default: make }) => Object.keys(make()).join();
            return [String(packed.default) === String(joined.default), parts(packed)];
        }"""
    )
    assert same == [True, "initialize,render"]


def test_style_sheets_are_joined() -> None:
    style = runpy.run_path(str(ASSETS))["style"]("panel.css")
    assert "@import" not in style
    firsts = {path: path.read_text("utf-8").splitlines()[0] for path in STATIC.rglob("*.css")}
    assert [path.name for path, first in firsts.items() if first not in style] == [
        "panel.css",
        "race.css",  # begins with what it imports, as that of the panel does
    ]


WORDS = (
    *("text.js", "group_text.js", "class_text.js", "finder_text.js", "map_text.js"),
    *("tag_text.js", "player_text.js", "filter_text.js", "format.js"),
    *("gallery_text.js", "race_text.js", "restart_text.js", "tree_text.js"),
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(STATIC)))
def test_modules_keep_the_rules(path: Path) -> None:
    source = path.read_text("utf-8")
    lines = source.splitlines()
    assert len(lines) <= 450
    assert "innerHTML" not in source
    if path.name != "errors.js":  # whose functions guard what the browser calls
        called = [line for line in lines if CALLED.search(line)]
        assert [
            line for line in called if not re.search(r'signal\??\.addEventListener\("abort"', line)
        ] == []
    if path.name not in WORDS:
        assert "toLocaleString" not in source
        # words on screen stand in one file
        assert re.findall(r'(?:text|title|placeholder|"aria-label"): ["`][A-Za-z]{2}', source) == []
