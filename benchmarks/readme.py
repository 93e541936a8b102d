"""Write the benchmark tables of README.md from the JSON in results/. Run: make readme."""

from __future__ import annotations

import json
import re
from math import isfinite
from pathlib import Path
from statistics import fmean, median, pstdev
from typing import Any

from benchmarks.report import RESULTS

README = Path(__file__).parents[1] / "README.md"
OURS = "nblabel"
MARKED = re.compile(r"(<!-- benchmarks:start -->\n).*(<!-- benchmarks:end -->)", re.DOTALL)


def main() -> None:
    """Replace what stands between the markers."""
    README.write_text(with_tables(README.read_text()))


def with_tables(text: str) -> str:
    """Return the README's text with the tables of the present results."""
    paths = [RESULTS / f"{name}.json" for name in ("panel", "core", "engine")]
    tables = "\n".join(_table(json.loads(path.read_text())) for path in paths if path.exists())
    labels = RESULTS / "labels.json"
    if labels.exists():
        tables = f"{_labels_table(json.loads(labels.read_text()))}\n{tables}"
    return MARKED.sub(lambda found: f"{found[1]}\n{tables}\n{found[2]}", text)


def _labels_table(content: dict[str, Any]) -> str:
    """Return accuracy by number of labels, and labels needed for an accuracy, of each method."""
    budgets = ["30", "60", "70", "100", "200", "400"]
    shares = ["0.8", "0.9", "0.95"]
    header = ["", *(f"{n} labels" for n in budgets), *(f"to {float(s):.0%}" for s in shares)]
    lines = [f"| {' | '.join(header)} |", f"|---|{'--:|' * (len(header) - 1)}"]
    for case in content["cases"]:
        lines.append(f"| **{case['name']}**, {case['n']:,} items |{' |' * (len(header) - 1)}")
        ours = case["methods"].get(OURS)
        for method, figures in case["methods"].items():
            targets = case["targets"] if method == OURS else {}
            cells = [_accuracy(figures["accuracy"].get(n), targets.get(n)) for n in budgets]
            for share in shares:
                known = ours and ours["needed"][share]
                cells.append(_needed(figures["needed"][share], known, case["budget"]))
            lines.append(f"| {method} | {' | '.join(cells)} |")
    told = (
        "Share of right labels, mean of the runs ± standard deviation, with its target where there is "
        "one; then labels needed for a share: median, and how many times those of nblabel."
    )
    return "\n".join([*lines, "", f"{told} {'; '.join(content['notes'])}.", ""])


def _accuracy(values: list[float] | None, target: float | None) -> str:
    if not values:
        return ""
    mean = fmean(values)
    told = f"{mean:.3f} ±{pstdev(values):.3f}"
    if target is None:
        return told
    return f"{told}, {'✓' if mean >= target else 'missed'} {target:g}"


def _needed(values: list[int | None], ours: list[int | None] | None, budget: int) -> str:
    """Return the median; where most runs did not get there, that it is beyond the budget."""
    found, reference = _median(values), _median(ours or [None])
    if found is None:
        return f"> {budget}" + (f" (> {budget / reference:.1f} ×)" if reference else "")
    if not reference or values is ours:
        return f"{found:.0f}"
    return f"{found:.0f} ({found / reference:.1f} ×)"


def _median(values: list[int | None]) -> float | None:
    middle = median(float("inf") if value is None else value for value in values)
    return middle if isfinite(middle) else None


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
