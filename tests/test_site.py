"""What the site shows of a notebook that was run."""

import json
import sys
from pathlib import Path

import nbformat
import pytest

import nblabel as nb
from scripts import run_notebooks

ROOT = Path(__file__).parents[1]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "site"))
    pages = pytest.importorskip("pages", reason="needs Sphinx")
    yield pages
    for name in ("pages", "outputs"):
        sys.modules.pop(name)


def shown(site, *outputs):
    cell = {"cell_type": "code", "source": ["1"], "outputs": list(outputs)}
    return site.as_markdown(cell).partition("```python\n1\n```\n")[2].strip()


def data(**forms):
    return {"output_type": "display_data", "data": forms}


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def test_text_is_what_a_terminal_shows_in_the_end(site):
    text = shown(site, stream(["a 1\r", "a 2\n"]), stream("<b>\n"), stream("no\n", "stderr"))
    assert text == "``````text\na 2\n<b>\n``````"


def test_a_picture_has_its_words_and_they_are_not_said_twice(site):
    words = {"text/plain": "10 of 20 labeled"}
    text = shown(
        site,
        data(**{"text/plain": "Labeler()", "application/vnd.jupyter.widget-view+json": {}}),
        data(**{"text/plain": "10 of 20 labeled\nRun this cell again."}),
        data(**words, **{"image/png": "QUJD\n"}),
    )
    assert text.count("labeled") == 1
    assert 'src="data:image/png;base64,QUJD" alt="10 of 20 labeled"' in text
    assert "Labeler" not in text


def test_tables_and_figures_are_shown_as_such(site):
    table = "<style>th {}</style><table><tr><th></th><th>id</th></tr></table>"
    figure = {"data": [{"name": "</script>"}], "layout": {}}
    text = shown(
        site,
        data(**{"text/plain": "id", "text/html": table}),
        data(**{"application/vnd.plotly.v1+json": figure}),
    )
    assert "<tr><td></td><th>id</th></tr>" in text
    assert "<style>" not in text
    assert text.count("</script>") == 1


def test_a_run_of_another_text_or_version_is_not_shown(site, tmp_path):
    cells = [{"cell_type": "code", "source": "1"}]
    copy = tmp_path / "one.ipynb"
    assert site.executed(cells, copy) is None

    def keep(source, version):
        run = {"cells": [{"cell_type": "code", "source": [source], "outputs": []}]}
        copy.write_text(json.dumps(run | {"metadata": {"nblabel": version}}))

    keep("1", nb.__version__)
    assert site.executed(cells, copy) is not None
    keep("2", nb.__version__)
    assert site.executed(cells, copy) is None
    keep("1", "0.0.1")
    assert site.executed(cells, copy) is None


@pytest.mark.slow  # a kernel
def test_notebooks_are_run_for_the_site(monkeypatch, tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1 + 1)")])
    folder = tmp_path / "notebooks"
    folder.mkdir()
    nbformat.write(notebook, folder / "sum.ipynb")
    monkeypatch.setattr(run_notebooks, "ROOT", tmp_path)
    monkeypatch.setattr(run_notebooks, "NOTEBOOKS", folder)
    monkeypatch.setattr("sys.argv", ["run_notebooks", "sum", "--into", str(tmp_path / "run")])
    run_notebooks.main()
    run = json.loads((tmp_path / "run" / "notebooks" / "sum.ipynb").read_text())
    assert run["cells"][0]["outputs"][0]["text"] == ["2\n"]
    assert run["metadata"]["nblabel"] == nb.__version__
