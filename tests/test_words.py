"""The words of docs/glossary.md: one word for one thing, wherever somebody reads it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
PANEL = ROOT / "nblabel" / "widget"
KERNEL_TEXTS = sorted((PANEL / "text").glob("*.py"))
PAGE_TEXT = [
    PANEL / "static" / "shared" / name
    for name in ("text.js", "group_text.js", "class_text.js", "map_text.js", "filter_text.js")
]
BANNED_SECTION = "## Words we do not use"
# Where a word may stand all the same: file, word, and why.
ALLOWED = {
    (
        "nblabel/quality/guarantee.py",
        "promises",
    ): "the title of a paper, Promises and Pitfalls of ...",
    ("nblabel/loops/rounds.py", "promises"): "the same",
    (
        "nblabel/widget/work/measuring.py",
        "wage",
    ): "the key of a setting in logs of earlier versions",
    ("CHANGELOG.md", ""): "has the old names in its table",
}


def glossary() -> tuple[list[list[str]], dict[str, str]]:
    """Return the rows of the terms, and what to say instead of each banned word."""
    text, section = GLOSSARY.read_text("utf-8").split(BANNED_SECTION)
    parts = [
        [
            [cell.strip() for cell in line.strip("| ").split(" | ")]
            for line in part.splitlines()
            if line.startswith("| ")
        ][1:]
        for part in (text, section)
    ]
    banned = {word: better for words, better in parts[1] for word in words.split(", ")}
    return parts[0], banned


TERMS, BANNED = glossary()
_WORDS = "|".join(r"\s+".join(map(re.escape, word.split())) for word in BANNED)
PATTERN = re.compile(rf"(?<![\w.])({_WORDS})(?!\w)", re.IGNORECASE)


def sources() -> list[Path]:
    """Return every file whose words somebody reads."""
    found = [*ROOT.glob("nblabel/**/*.py"), *ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    found += [*PAGE_TEXT, *ROOT.glob("notebooks/*.ipynb")]
    return sorted(path for path in found if path.exists())


def strings(path: Path) -> Iterator[str]:
    """Yield the texts of a file: of Python its strings, of a notebook its prose."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    elif path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        yield from (cell.source for cell in cells if cell.cell_type == "markdown")
    elif path == GLOSSARY:
        yield text.split(BANNED_SECTION)[0]
    else:
        yield text


def is_allowed(path: Path, word: str) -> bool:
    return any(path.as_posix().endswith(name) and known in ("", word) for name, known in ALLOWED)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_words_are_those_of_the_glossary(path: Path) -> None:
    found = [
        f"{word!r}: say {BANNED[' '.join(word.split())]}"
        for text in strings(path)
        for word in (match[1].lower() for match in PATTERN.finditer(text))
        if not is_allowed(path, word)
    ]
    assert found == []


def test_the_glossary_is_in_order_and_has_no_term_twice() -> None:
    terms = [row[0] for row in TERMS]
    assert len(terms) > 50
    assert all(len(row) == 4 for row in TERMS)
    plain = [re.sub(r"[–-]", " ", term) for term in terms]
    assert plain == sorted(set(plain))


@pytest.mark.parametrize("name", ["glossary.md", "guide.md", "quality.md"])
def test_words_on_screen_are_in_the_texts_of_the_panel(name: str) -> None:
    """What these pages have in italics; N, numbers and … stand for what differs."""
    texts = "\n".join(path.read_text("utf-8") for path in (*PAGE_TEXT, *KERNEL_TEXTS))
    document = (ROOT / "docs" / name).read_text("utf-8").replace("**", "")
    for words in re.findall(r"(?<!\w)\*([^*\n]+)\*", document.replace("*Italics*", "")):
        for part in re.split(r"\bN\b|[\d.]+|…", words):
            assert part.strip() in texts, f"{part!r} is not on screen"


def test_no_term_is_a_banned_word() -> None:
    assert [row[0] for row in TERMS if row[0] in BANNED] == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Its guess is right.", "guess"),
        ("Labels  an\nhour", "labels  an\nhour"),
        ("guesswork", None),
    ],
)
def test_a_banned_word_is_found_as_a_word(text: str, word: str | None) -> None:
    found = PATTERN.search(text)
    assert (found and found[1].lower()) == word
