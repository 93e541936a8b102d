"""The reports on the articles: what is judged, what is written, and what the check says."""

import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from benchmarks.articles import __main__ as articles
from benchmarks.articles import page, rows
from benchmarks.articles.rows import Row, kept


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Reports and page in a folder of their own."""
    text = "# Page\n<!-- articles:start -->\nold\n<!-- articles:end -->\nend\n"
    (tmp_path / "articles.md").write_text(text)
    monkeypatch.setattr(page, "STORED", tmp_path / "stored")
    monkeypatch.setattr(page, "PAGE", tmp_path / "articles.md")
    return tmp_path


def stored_report(monkeypatch: pytest.MonkeyPatch, *given: Row) -> None:
    article = SimpleNamespace(TITLE="X. An article", run=lambda: iter(given))
    monkeypatch.setattr(articles, "ARTICLES", {"x": "an article"})
    monkeypatch.setattr(importlib, "import_module", lambda _name: article)
    articles.report("x")


@pytest.mark.parametrize(
    ("ours", "at_least", "reduced", "reached"),
    [
        ([0.8, 1.0], True, "", True),
        ([0.8, 0.9], True, "", False),
        ([0.8, 0.9], False, "", True),
        ([0.8, 1.0], True, "10 images", None),
    ],
)
def test_the_mean_is_judged_unless_the_data_is_reduced(
    ours: list[float], at_least: bool, reduced: str, reached: bool | None
) -> None:
    assert Row("it", ours, target=0.9, at_least=at_least, reduced=reduced).reached is reached
    assert Row("it", ours, at_least=at_least).reached is None


def test_figures_are_told_with_unit_and_spread() -> None:
    assert Row("it", [0.9705]).told == "97.05 %"
    assert Row("it", [0.8, 0.9]).told == "85.00 % ±5.00"
    assert Row("it", [1_200, 1_400], unit="labels").told == "1,300 labels ±100"
    assert Row("it", [30], unit="labels", target=60, at_least=False).told_target == "≤ 60 labels"


def test_a_report_is_stored_and_on_the_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row("trees", [0.91], "90 %", labels=6_000, seconds=12, target=0.9, note="one seed")
    stored_report(monkeypatch, row)
    assert [kept_rows for _, kept_rows in page.stored()] == [[row]]
    machine = json.loads((folder / "stored" / "x.json").read_text())["machine"]
    assert {"cores", "python", "numpy"} <= set(machine)
    text = (folder / "articles.md").read_text()
    assert "## X. An article" in text
    line = "| trees [1] | 90 % | 91.00 % | ≥ 90.00 %, ✓ | 6,000 | 30.0 | $1,800 | 12 |"
    assert line in text
    assert "[1] one seed." in text
    assert "old" not in text
    assert text.endswith("end\n")


def test_the_check_fails_on_what_is_missed_or_absent(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert articles.check(["x"]) == 1  # nothing measured yet
    stored_report(monkeypatch, Row("good", [0.95], target=0.9), Row("untold", [0.1]))
    assert articles.check(["x"]) == 0
    stored_report(monkeypatch, Row("small", [0.1], target=0.9, reduced="10 images"))
    assert articles.check(["x"]) == 0
    assert "1 not judged" in capsys.readouterr().out
    stored_report(monkeypatch, Row("bad", [0.8], target=0.9, note="too few labels"))
    assert articles.check(["x"]) == 1
    assert "bad: 80.00 %, target ≥ 90.00 %, MISSED, too few labels" in capsys.readouterr().out


def test_a_notebook_is_run_and_kept_with_its_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    given, kept_in = tmp_path / "given", tmp_path / "kept"
    given.mkdir()
    cells = [nbformat.v4.new_code_cell("from pathlib import Path; sorted(Path().iterdir())")]
    for name in ("article_x_one.ipynb", "other.ipynb"):
        nbformat.write(nbformat.v4.new_notebook(cells=cells), given / name)
    monkeypatch.setattr(articles, "NOTEBOOKS", given)
    monkeypatch.setattr(articles, "RUN", kept_in)
    articles.run_notebooks("article_x_*.ipynb")
    assert [path.name for path in kept_in.iterdir()] == ["article_x_one.ipynb"]
    (cell,) = nbformat.read(kept_in / "article_x_one.ipynb", as_version=4).cells
    assert cell.outputs[0]["data"]["text/plain"] == "[]"


def test_every_article_has_a_notebook() -> None:
    for letter in articles.ARTICLES:
        assert len(list(articles.NOTEBOOKS.glob(f"article_{letter}_*.ipynb"))) == 1


def test_what_was_computed_is_not_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "KEPT", tmp_path)
    assert kept("slow", lambda: [1, 2.5]) == [1, 2.5]
    assert kept("slow", lambda: pytest.fail("computed again")) == [1, 2.5]


@pytest.mark.parametrize("letter", sorted(articles.ARTICLES))
def test_an_article_has_a_title_and_rows(letter: str) -> None:
    article = importlib.import_module(articles.ARTICLES[letter])
    assert article.TITLE.startswith(f"{letter.upper()}. ")
    assert callable(article.run)


def test_the_page_is_that_of_the_stored_reports() -> None:
    text = page.PAGE.read_text("utf-8")
    assert page.with_tables(text) == text, "run: make readme"
