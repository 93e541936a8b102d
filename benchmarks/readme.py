"""Write the benchmark tables of README.md from the JSON in results/. Run: make readme."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.report import RESULTS

README = Path(__file__).parents[1] / "README.md"
MARKED = re.compile(r"(<!-- benchmarks:start -->\n).*(<!-- benchmarks:end -->)", re.DOTALL)


def main() -> None:
    """Replace what stands between the markers."""
    README.write_text(with_tables(README.read_text()))


def with_tables(text: str) -> str:
    """Return the README's text with the tables of the present results."""
    paths = [RESULTS / f"{name}.json" for name in ("panel", "core", "engine")]
    tables = "\n".join(_table(json.loads(path.read_text())) for path in paths if path.exists())
    return MARKED.sub(lambda found: f"{found[1]}\n{tables}\n{found[2]}", text)


def _table(content: dict[str, Any]) -> str:
    lines = ["| measured | n | median | p95 | target | |", "|---|--:|--:|--:|---|---|"]
    for row in content["rows"]:
        sign = {True: "✓", False: "missed", None: ""}[row["reached"]]
        median, p95 = (f"{row[name]:.3g} {row['unit']}".strip() for name in ("median", "p95"))
        n = len(row["values"])
        lines.append(
            f"| {row['what']} | {n} | {median} | {p95 if n > 1 else ''} | {row['target']} | {sign} |"
        )
    where = content["machine"]
    told = [
        f"{where['system']}, {where['cores']} cores, no GPU, Python {where['python']}",
        *(f"{name} {where[name]}" for name in ("numpy", "scikit-learn", "jupyterlab")),
        *content["notes"],
    ]
    return "\n".join([*lines, "", f"{'; '.join(told)}.", ""])


if __name__ == "__main__":
    main()
