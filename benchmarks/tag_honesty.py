"""Whether error guarantees and intervals hold with several tags an item: a part of bench-honesty.

Digits are small enough for complete runs, in which audit labels and checks train the model as well.
On the tags of GoEmotions (Demszky and others, 2020) only the statistics are run: predictions are
the tags themselves with mistakes in them, and each set of predictions has just too many of these,
so that to accept it is to break the guarantee.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import nblabel as nb
from benchmarks.report import Row
from nblabel.quality.trials import Checks, Trial

CONFIDENCE = 0.95
RISK = 1 - CONFIDENCE
HOLDS = ("at least 0.95", "max", CONFIDENCE)
TAGS = {"even": (0, 2, 4, 6, 8), "with a loop": (0, 6, 8, 9), "one": (1,)}
MAX_ERROR = 0.05  # of complete runs; one of 3 % takes more checks than such a pool is worth
TOO_MANY = 1.15  # times the errors that are allowed
MOST_CHECKS = 3_000
WHOLE, SETS = "tags-whole", "tags-sets"
PARTS = (SETS, WHOLE)


def rows(part: str, X: Any, digit: Any, runs: int) -> Iterator[Row]:
    """Measure a part of it; X and digit are the digits."""
    if part == WHOLE:
        yield from _whole_runs(X, digit, runs)
        return
    Y = _goemotions()
    for max_error in (0.01, 0.03):
        yield from _hardest_sets(Y, max_error, runs)


# complete runs


def _whole_runs(X: Any, digit: Any, runs: int) -> Iterator[Row]:
    """Ask, audit and look, then let the model label; each run has its own draws and questions."""
    truth = np.stack([np.isin(digit, some) for some in TAGS.values()], axis=1).astype(np.int8)
    graph = nb.neighbor_graph(X)
    measures = ("accuracy", "precision", "recall")
    held: dict[str, list[float]] = {name: [] for name in ("mean", *measures)}
    widths, broken, accepted, checks = [], [], [], []
    for run in tqdm(range(runs), "Complete runs with tags"):
        session = nb.Session(
            nb.Pool(embeddings=X), list(TAGS), multi_label=True, random_state=run, build_graph=False
        )
        session.set_graph(graph)
        first = np.random.default_rng(run).permutation(len(digit))[:5]
        session.tell(first, truth[first])
        looks: list[dict[str, Any]] = []
        for _ in range(2):
            asked = session.ask(5).indices
            session.tell(asked, truth[asked])
            drawn = session.draw(15)
            session.tell(drawn, truth[drawn])
            looks.append(_inside(session, truth))
        held["mean"].append(all(look["mean"] for look in looks))
        for name in measures:  # each interval by itself
            held[name] += np.all([look[name] for look in looks], axis=0).tolist()
        widths.append(looks[-1]["width"])
        before = session.n_labeled
        for _ in range(2):
            report = nb.auto_label(session, max_error=MAX_ERROR, confidence=CONFIDENCE)
            rows = report.draw_checks()
            if len(rows):
                session.tell(rows, truth[rows])
        nb.auto_label(session, max_error=MAX_ERROR, confidence=CONFIDENCE)
        by_model = session.y != session.learned_from(accepted=False)
        checks.append(session.n_labeled - before)
        accepted.append(by_model.mean())
        broken.append(float(_is_broken(session.y, truth, by_model)))
    about = f"digits, {len(TAGS)} tags, {runs} complete runs"
    for name, found in held.items():
        what = "all pairs of item and tag" if name == "mean" else f"the {name} of a tag"
        yield Row(f"{about}: share of runs whose interval for {what} holds at every look", "",
                  [float(np.mean(found))], *HOLDS, at_least=True)  # fmt: skip
    yield Row(f"{about}: width of the interval for all pairs, 30 audit labels", "", widths)
    about = f"{about}, {100 * MAX_ERROR:g} %"
    yield Row(f"{about}: guarantee broken for any tag, share of runs", "",
              [float(np.mean(broken))], f"at most {RISK:.2f}", "max", RISK)  # fmt: skip
    yield Row(f"{about}: share of all pairs auto-labeled", "", accepted)
    yield Row(f"{about}: items checked", "", checks)


def _inside(session: Any, truth: Any) -> dict[str, Any]:
    """Return whether each interval of an audit holds the truth."""
    report, now = nb.audit(session, confidence=CONFIDENCE), session.predict()
    right, table = now == truth, report.table.drop(index="mean")
    both = (now & truth).sum(axis=0)
    true = {
        "accuracy": right.mean(axis=0),
        "precision": both / np.maximum(now.sum(axis=0), 1),
        "recall": both / truth.sum(axis=0),
    }
    found: dict[str, Any] = {
        "mean": report.low <= right.mean() <= report.high,
        "width": report.high - report.low,
    }
    for name, share in true.items():
        low, high = ("low", "high") if name == "accuracy" else (f"{name}_low", f"{name}_high")
        inside = (table[low] <= share + 1e-9) & (share - 1e-9 <= table[high])
        if name == "precision":
            inside |= now.sum(axis=0) == 0  # nothing has the tag, and nothing is said
        found[name] = inside.to_numpy()
    return found


def _is_broken(y: Any, truth: Any, by_model: Any) -> bool:
    """Return whether too many of the answers are wrong that some tag was given, or denied."""
    for code in range(truth.shape[1]):
        for answer in (0, 1):
            rows = by_model[:, code] & (y[:, code] == answer)
            if rows.any() and (truth[rows, code] != answer).mean() > MAX_ERROR:
                return True
    return False


# the statistics


def _goemotions() -> Any:
    """Return which of the 43,410 comments has which of the 28 tags."""
    import pandas as pd

    table = pd.read_csv(
        Path(os.environ["NBLABEL_DATA"]) / "goemotions.csv.gz", keep_default_na=False
    )
    given = table.loc[table["split"] == "train", "labels"].str.split()
    names = sorted({name for one in given for name in one})
    return np.array([[name in one for name in names] for one in given], dtype=np.int8)


def _hardest_sets(Y: Any, max_error: float, runs: int) -> Iterator[Row]:
    """Test sets with too many errors for "yes" and "no" of each tag: none must be accepted."""
    together, alone = [], []
    for run in tqdm(range(runs), f"Sets of tags, {100 * max_error:g} %"):
        rng = np.random.default_rng([run, round(1_000 * max_error)])
        predicted, sets = _predictions(Y, max_error, rng)
        some = rng.permutation(len(sets))[:4].tolist()
        alone += [any(_accepted([sets[at]], Y, predicted, max_error, RISK / 2, rng)) for at in some]
        found = _accepted(sets, Y, predicted, max_error, RISK / len(sets), rng)
        together.append(any(found))
    about = f"GoEmotions, sets with too many errors, {100 * max_error:g} %"
    limits = (f"at most {RISK:.2f}", "max", RISK)
    yield Row(f"{about}: guarantee broken for any of 28 tags asked for together, share of runs",
              "", [float(np.mean(together))], *limits)  # fmt: skip
    yield Row(f"{about}: guarantee broken for one tag asked for alone, share of runs",
              "", [float(np.mean(alone))], *limits)  # fmt: skip


def _predictions(Y: Any, max_error: float, rng: Any) -> tuple[Any, list[tuple[int, int, Trial]]]:
    """Return predictions with mistakes, and for each tag a set of each answer: code, answer, set.

    Sets hold all items with that prediction. Those of fewer than 400 are left out.
    """
    predicted, sets = Y.copy(), []
    share = TOO_MANY * max_error
    for code, has in enumerate(Y.T):
        yes, no = np.flatnonzero(has == 1), np.flatnonzero(has == 0)
        # so many wrong ones among each answer that their share is just too large
        missed = min(round(share * len(no) / (1 - share)), len(yes) // 2)
        lost = rng.choice(yes, missed, replace=False)
        added = rng.choice(
            no, int(np.ceil(share * (len(yes) - missed) / (1 - share))), replace=False
        )
        predicted[lost, code], predicted[added, code] = 0, 1
        for answer in (1, 0):
            frame = np.flatnonzero(predicted[:, code] == answer)
            wrong = (Y[frame, code] != answer).mean()
            if len(frame) >= 400 and wrong > max_error:
                sets.append((code, answer, Trial("", frame)))
    return predicted, sets


def _accepted(
    sets: list[tuple[int, int, Trial]],
    Y: Any,
    predicted: Any,
    max_error: float,
    risk: float,
    rng: Any,
) -> list[bool]:
    """Draw checks until each set is accepted or given up; return where too much is wrong then.

    As `TagAutoLabelReport.draw_checks` does it: in each round an item of several sets that is drawn
    is mostly drawn from all of them, and an answer takes the item out of the sets that it was not
    drawn from.
    """
    drawn = [np.empty(0, dtype=np.intp) for _ in sets]
    answered = np.zeros(len(Y), dtype=bool)
    given_up = [False] * len(sets)
    broken = [False] * len(sets)
    while True:
        keys, asked = rng.random(len(Y)), []
        for at, (code, answer, trial) in enumerate(sets):
            if given_up[at]:
                continue
            now = _known(trial, drawn[at], answered, Y[:, code], predicted[:, code])
            needed = now.needed(max_error, risk)
            if needed == 0:
                rest = np.setdiff1d(trial.frame, np.flatnonzero(answered))
                wrong = (Y[rest, code] != answer).mean() if len(rest) else 0.0
                broken[at] |= bool(wrong > max_error)
                given_up[at] = True
                continue
            left = trial.frame[~answered[trial.frame]]
            if needed is None or needed > len(left) or len(drawn[at]) + needed > MOST_CHECKS:
                given_up[at] = True
                continue
            asked.append((at, left[np.argsort(keys[left])[:needed]]))
        if not asked:
            return broken
        for at, new in asked:
            drawn[at] = np.concatenate([drawn[at], new])
            answered[new] = True


def _known(trial: Trial, drawn: Any, answered: Any, truth: Any, predicted: Any) -> Trial:
    """Return a set with what is known of it by now."""
    inside = trial.frame[answered[trial.frame]]
    gone = np.setdiff1d(inside, drawn)
    return replace(
        trial,
        checks=Checks(drawn, truth[drawn].astype(np.intp)),
        predicted=predicted[drawn].astype(np.intp),
        gone=gone,
        mistaken=gone[truth[gone] != predicted[gone]],
    )
