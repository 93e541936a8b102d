"""Reproduce the articles' figures, and go past them. Run: make articles.

Each article has a module here, named after its letter: ``b_digits.py``. A module has a ``TITLE``
and a function ``run`` that returns the rows, or yields them one by one; and ``NOTES``, if something
is to be said about all rows. A report is stored as soon as its article is done, docs/articles.md is
written anew, and the article's notebook is run: build/notebooks has it with its outputs.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.articles import page
from benchmarks.articles.rows import Row
from benchmarks.report import machine

ARTICLES = {
    path.stem[0]: f"benchmarks.articles.{path.stem}"
    for path in Path(__file__).parent.glob("[a-z]_*.py")
}
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
RUN = Path(__file__).parents[2] / "build" / "notebooks"
LONGEST = 600  # seconds of a cell


def main() -> None:
    """Run the articles, or only judge what is stored."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.articles", description=__doc__)
    parser.add_argument("--only", nargs="+", default=sorted(ARTICLES), choices=sorted(ARTICLES))
    parser.add_argument("--check", action="store_true", help="run nothing: fail on missed targets")
    chosen = parser.parse_args()
    if chosen.check:
        sys.exit(check(chosen.only))
    for letter in chosen.only:
        report(letter)
        run_notebooks(f"article_{letter}_*.ipynb")
    if set(chosen.only) == set(ARTICLES):
        for name in ("embeddings", "clusters"):
            run_notebooks(f"{name}.ipynb")


def run_notebooks(pattern: str) -> None:
    """Run notebooks, in an empty folder each, and keep them with their outputs."""
    import nbformat
    from nbclient import NotebookClient

    RUN.mkdir(parents=True, exist_ok=True)
    for path in sorted(NOTEBOOKS.glob(pattern)):
        start = time.perf_counter()
        book = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            where = {"metadata": {"path": folder}}
            NotebookClient(book, timeout=LONGEST, resources=where).execute()
        nbformat.write(book, RUN / path.name)
        print(f"{RUN / path.name}, in {time.perf_counter() - start:,.0f} s")


def report(letter: str) -> None:
    """Run an article, print its rows as they come, store them, and write the page anew."""
    article = importlib.import_module(ARTICLES[letter])
    notes = [*getattr(article, "NOTES", ()), f"load average at the start {os.getloadavg()[0]:.1f}"]
    print(article.TITLE)
    start, rows = time.perf_counter(), []
    for row in article.run():
        rows.append(row)
        print(f"  {said(row)}", flush=True)
    print(f"  in {time.perf_counter() - start:,.0f} s")
    content = {
        "article": letter,
        "title": article.TITLE,
        "machine": machine(),
        "notes": notes,
        "rows": [asdict(row) for row in rows],
    }
    page.STORED.mkdir(parents=True, exist_ok=True)
    path = page.STORED / f"{letter}.json"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    page.main()


def said(row: Row) -> str:
    """Return a row as a line to print."""
    parts = [
        f"{row.what}: {row.told}",
        row.article and f"article {row.article}",
        row.told_target and f"target {row.told_target}",
        {True: "reached", False: "MISSED", None: ""}[row.reached],
        row.reduced and f"reduced: {row.reduced}",
        row.note,
    ]
    return ", ".join(part for part in parts if part)


def check(letters: list[str]) -> int:
    """Print what misses its target and what was not judged; return how many there are."""
    found = {content["article"]: rows for content, rows in page.stored()}
    absent = [letter for letter in letters if letter not in found]
    rows = [(letter, row) for letter in letters for row in found.get(letter, ())]
    missed = [(letter, row) for letter, row in rows if row.reached is False]
    unjudged = [(letter, row) for letter, row in rows if row.target is not None and row.reduced]
    for letter in absent:
        print(f"{letter.upper()}: no report yet; run: make articles")
    for letter, row in (*missed, *unjudged):
        print(f"{letter.upper()}: {said(row)}")
    reached = sum(row.reached is True for _, row in rows)
    print(f"{reached} targets reached, {len(missed)} missed, {len(unjudged)} not judged")
    return min(1, len(absent) + len(missed))


if __name__ == "__main__":
    main()
