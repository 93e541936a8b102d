"""Write the measured figures into README.md and docs/benchmarks.md. Run: make tables.

A document marks the place of a table with ``<!-- table: NAME -->`` and ``<!-- end -->``; the names
are the keys of `TABLES`. The text around the tables is written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from math import isfinite
from pathlib import Path
from statistics import fmean, median, pstdev
from typing import Any

from benchmarks.report import RESULTS
from nblabel.strategies import AUTO

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "tags.md")
OURS = "nblabel"
BULK = ("lump of 20", "lump of 100", "lump of 500", "import of 1,000")
DROP = 0.01  # of the rest of a pool, that bulk labels may cost at once
RANDOM = "random sampling, our learner"
RANDOM_LINEAR = "random sampling, logistic regression"
PHASES = ("LOW", "HIGH")
PEERS = ("scikit-", "modAL")
BUDGETS = ("10", "30", "60", "70", "100", "200", "400")
SHARES = ("0.8", "0.9", "0.95")
RUNS = 200  # of most rows of honesty.json; a cell of fewer says how many
MARKED = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

Content = dict[str, Any]


def main() -> None:
    """Replace what stands between the markers."""
    for path in DOCUMENTS:
        path.write_text(with_tables(path.read_text()))


def with_tables(text: str) -> str:
    """Return a document's text with the tables of the present results."""

    def replaced(found: re.Match[str]) -> str:
        lines = TABLES[found[2]]()
        return "\n".join([found[1], *lines, "", found[3]])

    return MARKED.sub(replaced, text)


def stored(name: str) -> Content:
    """Return what a benchmark wrote."""
    content: Content = json.loads((RESULTS / f"{name}.json").read_text())
    return content


def row_of(content: Content, what: str) -> Content:
    """Return one measured row by its name."""
    found: Content = next(row for row in content["rows"] if row["what"] == what)
    return found


# the README


def figures() -> list[str]:
    """Return the four figures of the README."""
    labels, panel, honesty = stored("labels"), stored("panel"), stored("honesty")
    case = next(case for case in labels["cases"] if case["name"] == "Fashion-MNIST")
    methods, share = case["methods"], SHARES[0]
    needed = {name: _median(methods[name]["needed"][share]) for name in methods}
    peer = min(
        (name for name in methods if name.startswith(PEERS)), key=lambda name: needed[name] or 1e9
    )
    key = row_of(panel, "key to next image painted")
    lost = next(row for row in panel["rows"] if "labels lost" in row["what"])
    about = "MNIST, 3 %: "
    covered, by_hand, broken = (
        row_of(honesty, about + what)
        for what in (
            "share of the pool auto-labeled",
            "labels by hand in all",
            "guarantee broken, share of runs",
        )
    )
    runs = len(covered["values"])
    n_keys = re.search(r"\d+", lost["what"])
    assert n_keys
    entries = {
        f"**Few labels.** {_percent(float(share))} of the {case['n']:,} images of Fashion-MNIST "
        "right": f"{_count(needed[OURS])} labels (random sampling with the same learner: "
        f"{_count(needed[RANDOM])}; the best other library, {peer}: {_count(needed[peer])})",
        f"**No waiting.** From a key to the next image, {_number(_pool_size(panel))} images in "
        "the pool": f"{_number(key['median'])} ms (95th percentile {_number(key['p95'])} ms)",
        "**An error guarantee.** MNIST labeled by the model with at most 3 % errors, at 95 % "
        "confidence": f"{_percent(covered['median'])} of the pool after "
        f"{_number(by_hand['median'])} labels by hand; the guarantee was broken in "
        f"{broken['median'] * runs:.0f} of {runs} runs",
        f"**No lost label.** Of {n_keys[0]} keys pressed fast while the model refits: lost, "
        "doubled, swapped or on a wrong image": _number(lost["median"]),
    }
    lines = [f"| {claim} | {measured} |" for claim, measured in entries.items()]
    return ["| claim | measured |", "|---|---|", *lines]


def _pool_size(content: Content) -> int:
    """Return the size of the pool that a benchmark's first note names."""
    found = re.search(r"[\d,]+", content["notes"][0])
    assert found
    return int(found[0].replace(",", ""))


# labels needed


def labels() -> list[str]:
    """Return accuracy by number of labels, and labels needed for an accuracy, of each method."""
    content = stored("labels")
    header = ["", *(f"{n} labels" for n in BUDGETS), *(f"to {_percent(float(s))}" for s in SHARES)]
    lines = [f"| {' | '.join(header)} |", f"|---|{'--:|' * (len(header) - 1)}"]
    for case in content["cases"]:
        title = f"**{case['name']}**, {case['n']:,} items"
        if "head" in case:
            title += f"; linear head with all labels: {case['head']:.3f}"
        lines.append(f"| {title} |{' |' * (len(header) - 1)}")
        ours = case["methods"].get(OURS)
        for method, found in case["methods"].items():
            targets = case["targets"] if method == OURS else {}
            cells = [_accuracy(found["accuracy"].get(n), targets.get(n)) for n in BUDGETS]
            for share in SHARES:
                known = ours and ours["needed"][share]
                cells.append(_needed(found["needed"][share], known, case["budget"]))
            lines.append(f"| {method} | {' | '.join(cells)} |")
    return [*lines, "", _origin(content)]


def ahead() -> list[str]:
    """Return where another method has a higher mean than nblabel at the same number of labels."""
    lines = ["| pool | labels | ahead of nblabel | its mean | nblabel |", "|---|--:|---|--:|--:|"]
    for case in stored("labels")["cases"]:
        ours = _of_ours(case)
        for method, found in case["methods"].items():
            for n, values in found["accuracy"].items():
                if method.startswith(OURS) or n not in ours or fmean(values) <= fmean(ours[n]):
                    continue
                cells = (case["name"], n, method, f"{fmean(values):.3f}", f"{fmean(ours[n]):.3f}")
                lines.append(f"| {' | '.join(cells)} |")
    return lines


def phases() -> list[str]:
    """Return the means of two phases of each method, and what it is ahead of random sampling."""
    header = ["", "LOW", "ahead of random", "HIGH", "ahead of random"]
    lines = [f"| {' | '.join(header)} |", f"|---|{'--:|' * 4}"]
    for case in stored("labels")["cases"]:
        found = {
            name: figures["phases"]
            for name, figures in case["methods"].items()
            if len(figures.get("phases", {})) == len(PHASES)
        }
        if RANDOM_LINEAR not in found or OURS not in found:
            continue
        lines.append(f"| **{case['name']}** |{' |' * 4}")
        for name in sorted(found, key=lambda name: -fmean(found[name][PHASES[0]])):
            cells = []
            for phase in PHASES:
                values, random = found[name][phase], found[RANDOM_LINEAR][phase]
                gain = 100 * (fmean(values) - fmean(random))
                gained = "" if name == RANDOM_LINEAR else f"{gain:+.1f} points".replace("-", "−")
                cells += [f"{fmean(values):.3f} ±{pstdev(values):.3f}", gained]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _of_ours(case: Content) -> dict[str, list[float]]:
    """Return nblabel's accuracy by number of labels; nothing where it is not measured yet."""
    found = case["methods"].get(OURS, {"accuracy": {}})
    return {n: values for n, values in found["accuracy"].items() if values}


def strategies() -> list[str]:
    """Return the mean of each strategy's curve on each pool; the best come first."""
    rules = stored("labels")["rules"]
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
        called = f"{name} (the default)" if name == AUTO else name
        lines.append(f"| {called} | {' | '.join(cells)} | {fmean(ranks[name]):.1f} |")
    return lines


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


def _count(n: float | None) -> str:
    return "not reached" if n is None else f"{n:.0f}"


# a prior


def prior() -> list[str]:
    """Return what each prior saves or costs in labels, a line for each pool and prior."""
    content = stored("prior")
    lines = [
        "| pool | prior | right | 1 label | 10 | 30 | 100 | labels to that at 30 | at 100 |",
        f"|---|---|{'--:|' * 7}",
    ]
    for case in content["cases"]:
        for name, found in case["priors"].items():
            right = "" if found["right"] is None else _percent(found["right"])
            shares = [_percent(found["shares"][n]) for n in ("1", "10", "30", "100")]
            needed = [_more_than(found["needed"][n], content["budget"]) for n in ("30", "100")]
            lines.append(f"| {' | '.join([case['name'], name, right, *shares, *needed])} |")
    sizes = ", ".join(f"{case['name']} {case['n']:,} items" for case in content["cases"])
    return [*lines, "", *[_origin({**content, "notes": [*content["notes"], sizes]})]]


def _more_than(needed: int | None, budget: int) -> str:
    return f"over {budget}" if needed is None else str(needed)


# labels in bulk


def bulk(groups: str) -> Callable[[], list[str]]:
    """Return the maker of a table of what bulk labels won, a line for each of some groups."""

    def table() -> list[str]:
        content = stored("bulk")
        found, of = content["summary"][groups], content["all"][groups]
        header = (
            f"{groups.removesuffix('s')}",
            "runs",
            "at once: median",
            "worst",
            "runs down by more than 1 point",
            "after 60 answers: median",
            "worst",
            "runs up",
        )
        lines = [f"| {' | '.join(header)} |", f"|---|{'--:|' * (len(header) - 1)}"]
        if groups == "learners":
            found = {name: found.get(name) for name in content["learners"]}
        for name, of_it in found.items():
            lines.append(f"| {name} | {' | '.join(_bulk_cells(of_it, of))} |")
        return lines

    return table


def bulk_worst() -> list[str]:
    """Return for each pool the runs that bulk labels cost most, at once and later."""
    content = stored("bulk")
    lines = ["| pool | when | points | bulk labels | embedding | learner | seed |"]
    lines.append("|---|---|--:|---|---|---|--:|")
    for pool, name in content["names"].items():
        for when, told in (("at once", "at once"), ("later", "after 60 answers")):
            runs = [run for run in content["runs"] if run["pool"] == pool]
            if not runs:
                continue
            worst = min(runs, key=lambda run: run[when][1] - run[when][0])
            cells = (
                name,
                told,
                _points(worst[when][1] - worst[when][0]),
                f"{worst['kind']} ({worst['given']:,} given)",
                worst["embedding"],
                worst["learner"],
                str(worst["seed"]),
            )
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def bulk_origin() -> list[str]:
    """Return what was measured of labels in bulk, and where."""
    content = stored("bulk")
    runs = content["runs"]
    sizes = ", ".join(f"{name} {n:,}" for name, n in content["items"].items())
    commits = " and ".join(dict.fromkeys(run["commit"] for run in runs))
    told = [
        f"{len(runs):,} of {len(content['names']) * len(BULK) * content['all']['pools']:,} runs",
        f"items: {sizes}",
        f"threads: {content['threads']}",
        f"commit {commits}",
    ]
    return [_origin({**content, "notes": [*content["notes"], *told]})]


def _bulk_cells(found: Content | None, of: int) -> list[str]:
    if found is None:
        return [f"0 of {of:,}", *[""] * 6]
    return [
        f"{found['runs']} of {of:,}",
        *map(_points, found["at once"]),
        _percent(found["dropped"]),
        *map(_points, found["later"]),
        _percent(found["higher"]),
    ]


def _points(share: float) -> str:
    """Return a difference of two shares in points, with its sign."""
    return f"{100 * share:+.1f}".replace("-", "−")


# rows: one measured figure each


def rows(name: str) -> Callable[[], list[str]]:
    """Return the maker of a table with a line for each measured row."""

    def table() -> list[str]:
        content = stored(name)
        lines = ["| measured | n | median | p95 | target | |", "|---|--:|--:|--:|---|---|"]
        for row in content["rows"]:
            n = len(row["values"])
            middle, p95 = (
                f"{_number(row[key])} {row['unit']}".strip() for key in ("median", "p95")
            )
            cells = (row["what"], str(n), middle, p95 if n > 1 else "", row["target"], _sign(row))
            lines.append(f"| {' | '.join(cells)} |")
        return [*lines, "", _origin(content)]

    return table


def pivot(pattern: str) -> Callable[[], list[str]]:
    """Return the maker of a table of honesty.json: a line a subject, a column a measure.

    `pattern` has the groups ``subject`` and ``measure``, and perhaps ``note``, which completes the
    cell. The rows that it matches are in the table.
    """

    def table() -> list[str]:
        cells: dict[str, dict[str, str]] = {}
        for row in stored("honesty")["rows"]:
            if found := re.fullmatch(pattern, row["what"]):
                subject, measure = found["subject"], found["measure"]
                note = found.groupdict().get("note") or ""
                cells.setdefault(subject, {})[measure] = (
                    _cell(row, is_share="runs" in measure) + note
                )
        measures = list(dict.fromkeys(name for line in cells.values() for name in line))
        lines = [f"|  | {' | '.join(measures)} |", f"|---|{'--:|' * len(measures)}"]
        for subject, line in cells.items():
            told = " | ".join(line.get(measure, "") for measure in measures)
            lines.append(f"| {subject} | {told} |")
        return lines

    return table


def _rows_with(pattern: str) -> Callable[[], list[str]]:
    """Return the maker of a table of honesty.json: a line for each row whose name matches."""

    def table() -> list[str]:
        lines = ["| measured | figure |", "|---|--:|"]
        for row in stored("honesty")["rows"]:
            if re.fullmatch(pattern, row["what"]):
                told = _cell(row, is_share="runs" in row["what"])
                lines.append(f"| {row['what']} | {told} |")
        return lines

    return table


def stopping_total() -> list[str]:
    """Return how often the advice to stop was right, and the largest gain that it gave away."""
    found = stored("honesty")["rows"]
    lines = [
        "| threshold | runs with advice | share of them with a gain below it | largest gain |",
        "|---|--:|--:|--:|",
    ]
    for row in found:
        if total := re.fullmatch(r"(stop at .*?): gain below .* (\d+) runs", row["what"]):
            gains = [
                max(one["values"])
                for one in found
                if one["what"].startswith(f"{total[1]},") and "gain of" in one["what"]
            ]
            cells = (total[1], total[2], _cell(row, is_share=True), _number(max(gains)))
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def missed() -> list[str]:
    """Return every row of all benchmarks that misses its target."""
    lines = ["| measured | figure | target |", "|---|--:|---|"]
    for name in ("honesty", "panel", "core", "engine"):
        for row in stored(name)["rows"]:
            if row["reached"] is False:
                figure = f"{_number(row[row['judged']])} {row['unit']}".strip()
                lines.append(f"| {row['what']} | {figure} | {row['target']} |")
    for case in stored("labels")["cases"]:
        ours = _of_ours(case)
        for n, target in case["targets"].items():
            if n in ours and (mean := fmean(ours[n])) < target:
                lines.append(f"| {case['name']}, {n} labels | {mean:.3f} | at least {target:g} |")
    content = stored("bulk")
    for pool, name in content["names"].items():
        runs = [run for run in content["runs"] if run["pool"] == pool]
        at_once, later = (
            min((run[when][1] - run[when][0] for run in runs), default=1.0)
            for when in ("at once", "later")
        )
        what = f"{name}, labels in bulk, worst run"
        if at_once < -DROP:
            lines.append(f"| {what} at once | {_points(at_once)} points | at least −1 point |")
        if later <= 0:
            lines.append(f"| {what} after 60 answers | {_points(later)} points | above 0 |")
    return lines


def honesty_origin() -> list[str]:
    """Return where the figures of honesty.json come from."""
    return [_origin(stored("honesty"))]


def _cell(row: Content, *, is_share: bool) -> str:
    """Return the median, the 95th percentile of many values, their number, and the target."""
    n = len(row["values"])
    told = _number(row["median"])
    if n > 1:
        told += f" ({_number(row['p95'])})"
    if not is_share and n != RUNS:
        told += f" [{n}]"
    return f"{told}, {_sign(row)} {row['target']}" if row["target"] else told


def _sign(row: Content) -> str:
    return {True: "✓", False: "missed", None: ""}[row["reached"]]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _origin(content: Content) -> str:
    where = content["machine"]
    told: Iterable[str] = (
        f"{where['system']}, {where['cores']} cores, no GPU, Python {where['python']}",
        *(f"{name} {where[name]}" for name in ("numpy", "scikit-learn", "jupyterlab")),
        *content["notes"],
    )
    return f"{'; '.join(told)}."


_GUARANTEE = (
    "guarantee broken.*|share of the pool auto-labeled|labels by hand in all|checks, times the "
    "minimum"
)
# several tags an item


def tags() -> list[str]:
    """Return the mean average precision of each method, by answers, over the seeds measured."""
    methods = {
        name: seeds for name, seeds in stored("tags")["methods"].items() if "1000" in _first(seeds)
    }
    lines = ["| | 100 answers | 300 answers | 1,000 answers | seeds |", "|---|---|---|---|---|"]
    for name, seeds in methods.items():
        cells = [_mean([found[at] for found in seeds.values()]) for at in ("100", "300", "1000")]
        lines.append(f"| {name} | {' | '.join(cells)} | {len(seeds)} |")
    return lines


def tags_keys() -> list[str]:
    """Return the same by keys pressed, of items in whole and of one tag at a time."""
    methods = stored("tags")["methods"]
    whole, single = methods["nblabel"], methods["nblabel, one tag at a time"]
    lines = ["| | about 220 keys | about 650 keys | about 2,200 keys | seeds |"]
    lines.append("|---|---|---|---|---|")
    same = [seed for seed in single if seed in whole]
    both = (
        ("items in whole", whole, ("100", "300", "1000")),
        ("one tag at a time", single, ("220 keys", "650 keys", "2200 keys")),
    )
    for name, seeds, places in both:
        cells = [_mean([seeds[seed][at] for seed in same]) for at in places]
        lines.append(f"| {name} | {' | '.join(cells)} | {len(same)} |")
    return lines


def tag_prior() -> list[str]:
    """Return what each prior of tags saves or costs: share of pairs right, average precision."""
    content = stored("tag_prior")
    counts = " | ".join(map(str, content["at"]))
    lines = [f"| prior | {counts} |", f"|---|{'--:|' * len(content['at'])}"]
    for name, shares in content["priors"].items():
        cells = [f"{_percent(right)}, {precision:.2f}" for right, precision in shares]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, "", _origin(content)]


def _first(seeds: Content) -> Content:
    found: Content = next(iter(seeds.values()))
    return found


def _mean(values: list[float]) -> str:
    return f"{sum(values) / len(values):.3f}"


TABLES: dict[str, Callable[[], list[str]]] = {
    "figures": figures,
    "labels": labels,
    "ahead": ahead,
    "phases": phases,
    "strategies": strategies,
    "prior": prior,
    "bulk": bulk("pools"),
    "bulk-worst": bulk_worst,
    "bulk-learners": bulk("learners"),
    "bulk-embeddings": bulk("embeddings"),
    "bulk-origin": bulk_origin,
    "guarantees": pivot(
        rf"(?P<subject>(?!GoEmotions|.* tags).* %): (?P<measure>{_GUARANTEE})(?: of \d+)?"
    ),
    "audits": pivot(
        r"(?P<subject>(?!.*fixed).*, audit): "
        r"(?P<measure>.*?)(?P<note> after \d+)?(?: audit labels)?"
    ),
    "two-phase": pivot(
        r"(?P<subject>.*), audit of a fixed model, (?P<measure>\d+ audit labels: .*)"
    ),
    "complete-runs": pivot(r"(?P<subject>(?!.*tags).* complete runs): (?P<measure>.*)"),
    "tags-complete-runs": _rows_with(r".* tags, .* complete runs.*"),
    "tags-guarantees": _rows_with("GoEmotions, sets with too many errors.*"),
    "review": pivot(r"(?P<subject>.*): (?P<measure>share of the 5 % wrong labels.*)"),
    "stopping": pivot(
        r"(?P<subject>stop at .*?): (?P<measure>share of runs with.*|labels|gain of .*)"
    ),
    "stopping-total": stopping_total,
    "honesty-origin": honesty_origin,
    "tags": tags,
    "tags-keys": tags_keys,
    "tag-prior": tag_prior,
    "find": rows("find"),
    "near": rows("near"),
    "panel": rows("panel"),
    "core": rows("core"),
    "engine": rows("engine"),
    "missed": missed,
}


if __name__ == "__main__":
    main()
