"""Write the benchmark tables of README.md and docs/benchmarks.md from the JSON. Run: make readme.

The README has what there is a target for, and the peers; docs/benchmarks.md has all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from statistics import fmean, median, pstdev
from typing import Any

from benchmarks.report import RESULTS
from nblabel.strategies import AUTO

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
FULL = ROOT / "docs" / "benchmarks.md"
TITLES = {
    "labels": "Labels needed",
    "honesty": "Error guarantees and intervals",
    "panel": "The panel",
    "core": "A label in the kernel",
    "engine": "The engine beside other libraries",
}
NOT_IN_README = ("honesty",)  # told there in a sentence
OURS = "nblabel"
PEERS = ("scikit-", "modAL")
BUDGETS = ("30", "60", "70", "100", "200", "400")
SHARES = ("0.8", "0.9", "0.95")
MARKED = re.compile(r"(<!-- benchmarks:start -->\n).*(<!-- benchmarks:end -->)", re.DOTALL)


def main() -> None:
    """Replace what stands between the markers."""
    for path, short in ((README, True), (FULL, False)):
        path.write_text(with_tables(path.read_text(), short=short))


def with_tables(text: str, *, short: bool) -> str:
    """Return a document's text with the tables of the present results."""
    parts = []
    for name, title in TITLES.items():
        path = RESULTS / f"{name}.json"
        if not path.exists() or (short and name in NOT_IN_README):
            continue
        content = json.loads(path.read_text())
        make: Callable[..., list[str]] = _labels if name == "labels" else _rows
        parts += [f"### {title}", "", *make(content, short=short), "", _origin(content), ""]
        if name == "labels" and not short:
            parts += ["### Strategies beside one another", "", *_rules(content["rules"]), ""]
    tables = "\n".join(parts)
    return MARKED.sub(lambda found: f"{found[1]}\n{tables}\n{found[2]}", text)


def _origin(content: dict[str, Any]) -> str:
    where = content["machine"]
    told = [
        f"{where['system']}, {where['cores']} cores, no GPU, Python {where['python']}",
        *(f"{name} {where[name]}" for name in ("numpy", "scikit-learn", "jupyterlab")),
        *content["notes"],
    ]
    return f"{'; '.join(told)}."


def _rows(content: dict[str, Any], *, short: bool) -> list[str]:
    lines = ["| measured | n | median | p95 | target | |", "|---|--:|--:|--:|---|---|"]
    for row in content["rows"]:
        if short and not row["target"] and not any(name in row["what"] for name in PEERS):
            continue
        sign = {True: "✓", False: "missed", None: ""}[row["reached"]]
        what, target = row["what"], row["target"]
        middle, p95 = (f"{_number(row[name])} {row['unit']}".strip() for name in ("median", "p95"))
        n = len(row["values"])
        lines.append(f"| {what} | {n} | {middle} | {p95 if n > 1 else ''} | {target} | {sign} |")
    return lines


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _labels(content: dict[str, Any], *, short: bool) -> list[str]:
    """Return accuracy by number of labels, and labels needed for an accuracy, of each method."""
    header = ["", *(f"{n} labels" for n in BUDGETS), *(f"to {float(s):.0%}" for s in SHARES)]
    lines = [f"| {' | '.join(header)} |", f"|---|{'--:|' * (len(header) - 1)}"]
    for case in content["cases"]:
        lines.append(f"| **{case['name']}**, {case['n']:,} items |{' |' * (len(header) - 1)}")
        ours = case["methods"].get(OURS)
        for method, figures in case["methods"].items():
            if short and method not in (OURS, *_best(case)):
                continue
            targets = case["targets"] if method == OURS else {}
            cells = [_accuracy(figures["accuracy"].get(n), targets.get(n)) for n in BUDGETS]
            for share in SHARES:
                known = ours and ours["needed"][share]
                cells.append(_needed(figures["needed"][share], known, case["budget"]))
            lines.append(f"| {method} | {' | '.join(cells)} |")
    legend = (
        "Share of right labels, mean of the runs ± standard deviation, with its target where there "
        "is one; then labels needed for a share: median, and how many times those of nblabel."
    )
    if short:
        legend += " Of random sampling and of other libraries, the one that did best at the end."
    return [*lines, "", legend]


def _rules(rules: dict[str, dict[str, list[float]]]) -> list[str]:
    """Return the mean of each strategy's curve on each pool; the best come first."""
    means = {
        pool: {name: fmean(values) for name, values in found.items()}
        for pool, found in rules.items()
    }
    ranks: dict[str, list[int]] = {}
    most = max(map(len, means.values()))
    for found in (found for found in means.values() if len(found) == most):
        for rank, name in enumerate(sorted(found, key=lambda name: -found[name]), start=1):
            ranks.setdefault(name, []).append(rank)
    lines = [f"|  | {' | '.join(rules)} | mean rank |", f"|---|{'--:|' * (len(rules) + 1)}"]
    for name in sorted(ranks, key=lambda name: fmean(ranks[name])):
        cells = [
            f"{fmean(found[name]):.3f} ±{pstdev(found[name]):.3f}" if name in found else ""
            for found in rules.values()
        ]
        called = f"{name}, which is auto" if name == AUTO else name
        lines.append(f"| {called} | {' | '.join(cells)} | {fmean(ranks[name]):.1f} |")
    return [
        *lines,
        "",
        (
            "Share of right labels as above, averaged from 10 labels to the last: mean of the runs "
            "± standard deviation. All with the default learner. Ranks: on the pools where all "
            "were measured."
        ),
    ]


def _best(case: dict[str, Any]) -> list[str]:
    """Return the best way of random sampling, and the best of the peers."""
    kinds = [
        [name for name in case["methods"] if name.startswith("random")],
        [name for name in case["methods"] if name.startswith(PEERS)],
    ]
    last = {
        name: fmean(list(figures["accuracy"].values())[-1])
        for name, figures in case["methods"].items()
    }
    return [max(names, key=lambda name: last[name]) for names in kinds if names]


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


if __name__ == "__main__":
    main()
