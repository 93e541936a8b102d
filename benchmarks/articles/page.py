"""docs/articles.md: a table for each article, from the stored figures. Run: make tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.articles.rows import Row
from benchmarks.report import RESULTS

PAGE = Path(__file__).parents[2] / "docs" / "articles.md"
STORED = RESULTS / "articles"
MARKED = re.compile(r"(<!-- articles:start -->\n).*(<!-- articles:end -->)", re.DOTALL)
LABELS_PER_HOUR = 200  # of one person: article A
MONEY_PER_LABEL = 30_000 / 100_000  # US dollars, for a crowd: article A
HEADER = ("", "article", "ours", "target", "labels", "hours", "crowd", "seconds")


def main() -> None:
    """Replace what stands between the markers."""
    PAGE.write_text(with_tables(PAGE.read_text()))


def stored() -> Iterator[tuple[dict[str, Any], list[Row]]]:
    """Yield the stored report of each article, and its rows."""
    for path in sorted(STORED.glob("*.json")):
        content = json.loads(path.read_text())
        yield content, [Row(**row) for row in content["rows"]]


def with_tables(text: str) -> str:
    """Return the page's text with the tables of the present results."""
    parts = []
    for content, rows in stored():
        parts += [f"## {content['title']}", "", *table(rows), "", *_remarks(content, rows), ""]
    tables = "\n".join(parts)
    return MARKED.sub(lambda found: f"{found[1]}\n{tables}\n{found[2]}", text)


def table(rows: list[Row]) -> list[str]:
    """Return the lines of a table in Markdown."""
    lines = [f"| {' | '.join(HEADER)} |", f"|---|{'--:|' * (len(HEADER) - 1)}"]
    marks = iter(range(1, len(rows) + 1))
    for row in rows:
        mark = f" [{next(marks)}]" if _remark(row) else ""
        sign = {True: ", ✓", False: ", **missed**", None: ""}[row.reached]
        labels = row.labels
        cells = (
            row.what + mark,
            row.article or "",
            row.told,
            row.told_target + (sign or (", not judged" if row.target is not None else "")),
            "" if labels is None else f"{labels:,.0f}",
            "" if labels is None else f"{labels / LABELS_PER_HOUR:,.1f}",
            "" if labels is None else f"${labels * MONEY_PER_LABEL:,.0f}",
            "" if row.seconds is None else f"{row.seconds:,.{0 if row.seconds >= 10 else 2}f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _remark(row: Row) -> str:
    return "; ".join(filter(None, [row.reduced and f"reduced: {row.reduced}", row.note]))


def _remarks(content: dict[str, Any], rows: list[Row]) -> list[str]:
    remarks = [remark for row in rows if (remark := _remark(row))]
    where = content["machine"]
    told = [
        f"{where['system']}, {where['cores']} cores, Python {where['python']}",
        *(f"{name} {where[name]}" for name in ("numpy", "scikit-learn")),
        *content["notes"],
    ]
    numbered = [f"[{number}] {remark}." for number, remark in enumerate(remarks, 1)]
    return ["  \n".join([*numbered, f"{'; '.join(told)}."])]


if __name__ == "__main__":
    main()
