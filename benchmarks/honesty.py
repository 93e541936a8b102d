"""Whether guarantees and intervals hold, and what they cost. Run: make bench-honesty.

The part that learns and asks is run a few times for each pool and kept in build/honesty. The random
draws, which are all that the statistics are about, are made anew for each of 200 runs on top of
it. Digits are small enough for complete runs, whose audit labels train the model as well.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import nblabel as nb
from benchmarks import stopping, tag_honesty
from benchmarks.labels import CASES
from benchmarks.report import RESULTS, Row, report
from nblabel.log.events import LabelEvent
from nblabel.quality.audit import accuracy_limits
from nblabel.quality.history import DrawSnapshot
from nblabel.quality.trials import Checks, Trial, Trials
from nblabel.session.sampling import two_phase_draw, weights

KEPT = Path(__file__).parents[1] / "build" / "honesty"
RUNS = 200
CONFIDENCE = 0.95
MISTAKES = 0.05  # of a careless annotator
FLOORS = {0.01: 299, 0.03: 99}  # faultless answers that any method needs, at 95 %
JUDGED = (100, 400)  # checks of one model
AUDITED = 10  # checks for each look at the model of a later moment


@dataclass(frozen=True)
class Setting:
    """A pool, how many labels the model learns from, and the share of wrong answers it gets."""

    case: str
    name: str
    labels: int
    mistakes: float = 0.0


POOLS = {
    "mnist": Setting("mnist", "MNIST", 80),
    "rare": Setting("rare", "MNIST, eights 1 %", 80),
    "fashion": Setting("fashion", "Fashion-MNIST", 200),
    "tail": Setting("tail", "Fashion-MNIST, long tail", 100),
    "digits": Setting("digits", "digits", 30),
    "digits-tail": Setting("digits-tail", "digits, long tail", 30),
}
REVIEWED = 4_000  # items drawn from a pool, 400 of whose labels are reviewed
WHOLE = "whole"  # digits again, run as a whole
STOP = "stop"
PARTS = [*POOLS, WHOLE, STOP, *tag_honesty.PARTS]


def main() -> None:
    """Measure the pools asked for, print, and write them beside those measured before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="*", default=PARTS, choices=PARTS)
    parser.add_argument("--seeds", type=int, default=5, help="runs of questions and answers")
    parser.add_argument("--runs", type=int, default=RUNS)
    chosen = parser.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    for case in chosen.cases:
        rows = list(_whole_runs(chosen.runs)) if case == WHOLE else []
        if case == STOP:
            rows = list(stopping.rows(_data, _spoiled, KEPT))
        if case in tag_honesty.PARTS:
            rows = list(tag_honesty.rows(case, *_data("digits"), chosen.runs))
        if case in POOLS:
            setting = POOLS[case]
            name = f"{setting.name}, 5 % annotator errors"
            careless = replace(setting, mistakes=MISTAKES, name=name)
            for one in (setting, careless):
                rows += _guarantees(one, chosen.seeds, chosen.runs)
                rows += _intervals(one, chosen.seeds, chosen.runs)
            rows += _label_issues(setting, chosen.runs)  # by random labels: without a strategy
        for row in rows:
            row.part = case
        report(
            "honesty",
            [*_before(case), *rows],
            [
                f"{RUNS} runs each, on top of {chosen.seeds} sequences of questions and answers",
                f"confidence {100 * CONFIDENCE:g} %",
                "labels by hand in all: those that the model learned from included",
                "a guarantee takes 299 checks without an error for 1 %, 99 for 3 %",
                "5 % annotator errors: of all answers, checks included",
                "stop: other seeds than those the rule was chosen with",
                "stop: the gain is that of the 50 labels after the first advice",
            ],
        )


def _before(case: str) -> list[Row]:
    """Return the rows of other pools that were measured before."""
    path = RESULTS / "honesty.json"
    known = json.loads(path.read_text())["rows"] if path.exists() else []
    names = [field.name for field in fields(Row)]
    return [Row(**{name: row[name] for name in names}) for row in known if row["part"] != case]


# data


@cache
def _data(case: str) -> tuple[Any, Any]:
    if case == "digits-tail":
        X, y = _data("digits")
        sizes = (170 * 0.75 ** np.arange(10)).astype(int)
        some = [np.flatnonzero(y == c)[:n] for c, n in enumerate(sizes)]
        rows = np.sort(np.concatenate(some))
        return X[rows], y[rows]
    found = CASES[case]()
    return found.X, found.y


def _spoiled(y: Any, share: float, rng: np.random.Generator) -> Any:
    """Return answers of which a share is wrong."""
    given = y.copy()
    wrong = rng.random(len(y)) < share
    given[wrong] = (given[wrong] + rng.integers(1, y.max() + 1, wrong.sum())) % (y.max() + 1)
    return given


@dataclass(frozen=True)
class Learned:
    """A session with labels, and what the model predicted on the way."""

    session: Any
    order: Any
    predicted: dict[int, Any]  # class of each item, by number of labels
    confidence: dict[int, Any]  # and its probability


@cache
def _learned(setting: Setting, seed: int) -> Learned:
    X, y = _data(setting.case)
    names = [str(c) for c in range(y.max() + 1)]
    rng = np.random.default_rng([seed, round(100 * setting.mistakes)])
    answers = _spoiled(y, setting.mistakes, rng)
    session = nb.Session(nb.Pool(embeddings=X), names, random_state=seed)
    path = KEPT / f"{setting.case}.{setting.mistakes}.{setting.labels}.{seed}.npz"
    if path.exists():
        with np.load(path) as file:
            order, at = file["order"], file["at"].tolist()
            predicted, confidence = (
                dict(zip(at, file[name], strict=True)) for name in ("said", "sure")
            )
        session.tell(order, [names[c] for c in answers[order]])
        return Learned(session, order, predicted, confidence)
    order, predicted, confidence = [], {}, {}
    for n in tqdm(range(1, setting.labels + 1), f"{setting.name}, {seed}", leave=False):
        index = int(rng.integers(len(y))) if n == 1 else int(session.ask().indices[0])
        session.tell(index, names[answers[index]])
        order.append(index)
        if n % 10 == 0:
            codes, confidence[n] = session.refit().predicted
            predicted[n] = codes.astype(np.uint8)
    said, sure = list(predicted.values()), list(confidence.values())
    np.savez(path, order=order, at=list(predicted), said=said, sure=sure)
    return Learned(session, np.array(order), predicted, confidence)


# error guarantees


def _guarantees(setting: Setting, seeds: int, runs: int) -> Iterator[Row]:
    _, y = _data(setting.case)
    for max_error in FLOORS:
        found = {"answers": [], "share": [], "broken": [], "hard": []}
        for seed in range(seeds):
            learned = _learned(setting, seed)
            trials = Trials(learned.session)
            codes = trials.predictions().codes
            proposed = trials.propose("", max_error, 1 - CONFIDENCE, None)
            hard = _hardest(trials, codes != y, max_error)
            for run in range(seed, runs, seeds):
                rng = np.random.default_rng([run, round(1_000 * max_error)])
                answers = _spoiled(y, setting.mistakes, rng)
                drawn, error = _tried(proposed, codes, answers, y, max_error, rng)
                found["broken"].append(float(error is not None and error > max_error))
                if error is not None and proposed is not None:
                    found["share"].append((len(proposed.frame) - drawn) / len(y))
                    found["answers"].append(setting.labels + drawn)
                else:
                    found["share"].append(0.0)
                _, error = _tried(hard, codes, answers, y, max_error, rng)
                found["hard"].append(float(error is not None and error > max_error))
        yield from _rows(setting, max_error, found)


def _rows(setting: Setting, max_error: float, found: dict[str, list[float]]) -> Iterator[Row]:
    about = f"{setting.name}, {100 * max_error:g} %"
    risk = 1 - CONFIDENCE
    for key, where in (("broken", ""), ("hard", " on the hardest set")):
        share = [float(np.mean(found[key]))]
        what = f"{about}: guarantee broken{where}, share of runs"
        yield Row(what, "", share, f"at most {risk:.2f}", "max", risk)
    pool_goal = setting.case == "mnist" and not setting.mistakes
    goal = {0.03: (0.9, 500), 0.01: (0.6, 800)}[max_error] if pool_goal else (None, None)
    goals = [f"at least {100 * goal[0]:g} %", f"p95 at most {goal[1]}"] if pool_goal else ["", ""]
    accepted = f"{about}: share of the pool auto-labeled"
    yield Row(accepted, "", found["share"], goals[0], "median", goal[0], at_least=True)
    if found["answers"]:
        yield Row(f"{about}: labels by hand in all", "", found["answers"], goals[1], "p95", goal[1])
        least = FLOORS[max_error]
        ratio = [(n - setting.labels) / least for n in found["answers"]]
        yield Row(f"{about}: checks, times the minimum of {least}", "", ratio)


def _tried(
    trial: Trial | None, codes: Any, answers: Any, y: Any, max_error: float, rng: Any
) -> tuple[int, float | None]:
    """Draw until the set may be accepted; return the checks, and the error rate of the rest.

    None where it was not, after 1,500 checks.
    """
    if trial is None:
        return 0, None
    order = rng.permutation(trial.frame)[:1_500]
    needed = trial.needed(max_error, 1 - CONFIDENCE)
    n = 0
    while needed and n + needed <= len(order):
        n += needed
        drawn = order[:n]
        checks = Checks(drawn, answers[drawn])
        trial = replace(trial, checks=checks, predicted=codes[drawn])
        needed = trial.needed(max_error, 1 - CONFIDENCE)
    if needed != 0:
        return n, None
    rest = np.setdiff1d(trial.frame, order[:n])
    return n, float((codes[rest] != y[rest]).mean())


def _hardest(trials: Trials, wrong: Any, max_error: float) -> Trial | None:
    """Return the set of most trusted items with just too many errors: the hardest to refuse."""
    ordered = np.argsort(-trials.predictions().trust, kind="stable")
    ordered = ordered[np.isin(ordered, trials._session.unanswered)]  # noqa: SLF001
    errors = wrong[ordered].cumsum() / np.arange(1, len(ordered) + 1)
    sizes = np.flatnonzero(errors > 1.15 * max_error)
    sizes = sizes[sizes > 400]
    return Trial("", np.sort(ordered[: sizes[0] + 1])) if len(sizes) else None


# intervals


def _intervals(setting: Setting, seeds: int, runs: int) -> Iterator[Row]:
    """Draw while the model learns, and look after every check whether the truth is inside.

    With mistakes, accuracy is agreement with the careless annotator; a row of its own tells whether
    the interval holds the true share as well.
    """
    _, y = _data(setting.case)
    held, held_true, widths = [], [], []
    for seed in range(seeds):
        learned = _learned(setting, seed)
        for run in range(seed, runs, seeds):
            rng = np.random.default_rng([run, 7])
            answers = _spoiled(y, setting.mistakes, rng)
            order = learned.order
            draws, looks, at_truth = [], [], []
            drawn = np.empty(0, np.intp)
            for at, predicted in learned.predicted.items():
                free = np.ones(len(y), dtype=bool)
                free[np.union1d(order[:at], drawn)] = False
                draws.append(_drawn(free, predicted, learned.confidence[at], AUDITED, rng))
                drawn = np.concatenate([drawn, draws[-1].rows[draws[-1].weight > 0]])
                known = np.where(np.isin(np.arange(len(y)), [*order[:at], *drawn]), answers, -1)
                now = np.where(known >= 0, known, predicted)
                low, high = accuracy_limits(draws, known, now, CONFIDENCE)
                looks.append(low <= (now == answers).mean() <= high)
                true = (now == y).mean()
                at_truth.append((low <= true <= high, low - MISTAKES <= true <= high + MISTAKES))
            held.append(looks)
            held_true.append(at_truth)
            widths.append(high - low)
    seen = np.array(held)
    about = f"{setting.name}, audit"
    of_what = " the agreement with the annotator" if setting.mistakes else ""
    always = f"{about}: runs whose interval holds{of_what} at every look"
    yield Row(always, "", [float(seen.all(1).mean())],
              "at least 0.95", "max", CONFIDENCE, at_least=True)  # fmt: skip
    if setting.mistakes:
        plain, allowing = np.array(held_true).all(1).mean(0).tolist()
        what = f"{about}: runs whose interval holds the true accuracy at every look"
        yield Row(f"{what}, too", "", [plain])
        yield Row(f"{what}, allowing for {100 * MISTAKES:g} %", "", [allowing],
                  "at least 0.95", "max", CONFIDENCE, at_least=True)  # fmt: skip
    worst = f"{about}: share of runs whose interval holds, at the worst look"
    yield Row(worst, "", [float(seen.mean(0).min())])
    yield Row(f"{about}: width after {AUDITED * seen.shape[1]} audit labels", "", widths)
    if not setting.mistakes:
        yield from _one_model(setting, seeds, runs)


def _one_model(setting: Setting, seeds: int, runs: int) -> Iterator[Row]:
    """Audit the last model by many labels: with and without two-phase sampling."""
    _, y = _data(setting.case)
    for checks in JUDGED:
        widths: dict[bool, list[float]] = {True: [], False: []}
        held = []
        for seed in range(seeds):
            learned = _learned(setting, seed)
            at = max(learned.predicted)
            predicted, free = learned.predicted[at], ~np.isin(np.arange(len(y)), learned.order)
            if checks * 4 > free.sum():
                return
            for run in range(seed, runs, seeds):
                for skips, found in widths.items():
                    rng = np.random.default_rng([run, 13])
                    confidence = learned.confidence[at] if skips else None
                    draw = _drawn(free, predicted, confidence, checks, rng)
                    asked = draw.rows[draw.weight > 0]
                    known = np.where(free & ~np.isin(np.arange(len(y)), asked), -1, y)
                    now = np.where(known >= 0, known, predicted)
                    low, high = accuracy_limits([draw], known, now, CONFIDENCE)
                    found.append(high - low)
                    held += [low <= (now == y).mean() <= high] if skips else []
        about = f"{setting.name}, audit of a fixed model, {checks} audit labels"
        yield Row(f"{about}: runs whose interval holds", "", [float(np.mean(held))],
                  "at least 0.95", "max", CONFIDENCE, at_least=True)  # fmt: skip
        yield Row(f"{about}: width", "", widths[True])
        yield Row(f"{about}: width without two-phase sampling", "", widths[False])


def _drawn(free: Any, predicted: Any, confidence: Any, n: int, rng: Any) -> DrawSnapshot:
    """Draw until n are asked about; without `confidence` none is skipped."""
    rows, chances = np.flatnonzero(free), []
    if confidence is None:
        rows = rng.permutation(rows)[:n]
    else:
        positions, chances = two_phase_draw(confidence[rows], n, rng)
        rows = rows[positions]
    event = LabelEvent("audit", tuple(map(str, rows)), probabilities=tuple(chances))
    return DrawSnapshot(rows, *weights(event), np.packbits(free), predicted)


# label issues


def _label_issues(setting: Setting, runs: int) -> Iterator[Row]:
    """Plant wrong labels among random ones, and look how many come first."""
    everything, truth = _data(setting.case)
    names = [str(c) for c in range(truth.max() + 1)]
    found = []
    for run in tqdm(range(runs), f"{setting.name}, label issues", leave=False):
        rng = np.random.default_rng([run, 11])
        some = rng.permutation(len(truth))[:REVIEWED]
        X, y = everything[some], truth[some]
        session = nb.Session(nb.Pool(embeddings=X), names, build_graph=False, random_state=run)
        session.set_graph(nb.neighbor_graph(X, progress=False, cache=False))
        rows = rng.permutation(len(y))[:400]
        given = _spoiled(y, MISTAKES, rng)
        session.tell(rows, [names[c] for c in given[rows]])
        wrong = set(rows[given[rows] != y[rows]].tolist())
        first = nb.find_label_issues(session, n=len(rows) // 10).indices.tolist()
        found.append(len(wrong & set(first)) / len(wrong))
    size = min(len(truth), REVIEWED)
    about = f"{setting.name}, {size:,} items, 400 labels"
    yield Row(f"{about}: share of the 5 % wrong labels among the first 10 % reviewed", "", found,
              "median at least 0.8", "median", 0.8, at_least=True)  # fmt: skip


# whole runs


def _whole_runs(runs: int) -> Iterator[Row]:
    """Run the session on digits; audits train the model, with a report after every fifth answer."""
    X, y = _data("digits")
    names = [str(c) for c in range(10)]
    graph = nb.neighbor_graph(X)
    held, widths, broken, accepted = [], [], [], []
    for run in tqdm(range(runs), "Whole runs"):
        session = nb.Session(
            nb.Pool(embeddings=X), names, audit=0.3, random_state=run, build_graph=False
        )
        session.set_graph(graph)
        session.tell(run % len(y), names[y[run % len(y)]])
        looks = []
        for n in range(2, 61):
            index = int(session.ask().indices[0])
            session.tell(index, names[y[index]])
            if n % 5 == 0:
                found = nb.audit(session, confidence=CONFIDENCE)
                right = (session.predict().astype(int) == y).mean()
                looks.append(found.low <= right <= found.high)
        held.append(all(looks))
        widths.append(found.high - found.low)
        for _ in range(3):
            outcome = nb.auto_label(session, max_error=0.03, confidence=CONFIDENCE)
            if outcome.n_accepted or not outcome.needed:
                break
            asked = outcome.draw_checks()
            session.tell(asked, [names[c] for c in y[asked]])
        rows = session.accepted
        broken.append(float(len(rows) > 0 and (session.y[rows] != y[rows]).mean() > 0.03))
        accepted.append(len(rows) / len(y))
    risk, about = 1 - CONFIDENCE, f"digits, {runs} complete runs"
    always = f"{about}: share of runs whose audit interval holds at every look"
    yield Row(always, "", [float(np.mean(held))],
              "at least 0.95", "max", CONFIDENCE, at_least=True)  # fmt: skip
    width = "width of the audit interval after 60 labels, some 18 of them from the audit"
    yield Row(f"{about}: {width}", "", widths)
    yield Row(f"{about}, 3 %: guarantee broken, share of runs", "", [float(np.mean(broken))],
              f"at most {risk:.2f}", "max", risk)  # fmt: skip
    yield Row(f"{about}, 3 %: share of the pool auto-labeled", "", accepted)


if __name__ == "__main__":
    main()
