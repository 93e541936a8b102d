"""How many of a set can be wrong: against slow references, and by drawing again and again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nblabel as nb
from nblabel.quality import bounds
from nblabel.quality.bounds import (
    CheckedDraws,
    answers_needed,
    evidence,
    expected_error,
    wrong_among,
    wrong_now,
)
from nblabel.quality.trials import risk_of


def exact_evidence(seen, size, number, expected):
    """Multiply, draw by draw, what the mixture gave the next answer over what the set gives it."""
    a = 0.5
    b = a / expected - a
    ratio, k, n = 1.0, 0, 0
    for wrong in seen:
        guess = (a + k) / (a + b + n)
        truth = (number - k) / (size - n)
        ratio *= (guess if wrong else 1 - guess) / (truth if wrong else 1 - truth)
        k, n = k + wrong, n + 1
    return np.log(ratio)


@given(st.lists(st.booleans(), max_size=12), st.integers(0, 12), st.sampled_from([0.01, 0.2]))
def test_the_evidence_is_a_product_over_the_draws(seen, extra, expected):
    k, n = sum(seen), len(seen)
    size = n + 15
    number = k + extra
    found = evidence(size, n, k, number, expected)
    assert found == pytest.approx(exact_evidence(seen, size, number, expected), abs=1e-9)


@given(st.integers(1, 80), st.data(), st.sampled_from([0.5, 0.9, 0.99]))
def test_limits_are_those_of_a_look_at_every_number(size, data, confidence):
    drawn = data.draw(st.integers(1, size))
    wrong = data.draw(st.integers(0, drawn))
    numbers = np.arange(wrong, size - drawn + wrong + 1)
    plausible = numbers[evidence(size, drawn, wrong, numbers, 0.1) < -np.log(1 - confidence)]
    if len(plausible):
        assert wrong_among(size, drawn, wrong, confidence) == (plausible[0], plausible[-1])


def test_what_was_seen_rules_numbers_out():
    assert evidence(10, 4, 2, [1, 9], 0.1).tolist() == [np.inf, np.inf]


def unchanged(size, drawn, wrong):
    """Draws of labels that stay the same, as arguments of `wrong_now`; the wrong ones evenly spread."""
    found = np.diff(np.arange(drawn + 1) * wrong // max(drawn, 1)).astype(bool)
    since = wrong - np.concatenate([[0], found.cumsum()[:-1]])
    sizes = size - np.arange(drawn)
    kept = np.full(drawn, size - drawn)
    nothing = np.zeros(drawn, dtype=int)
    draws = CheckedDraws(
        sizes, since, kept, nothing, found, nothing.astype(bool), *np.ones((2, drawn))
    )
    return size - drawn, draws


def now(size, drawn, wrong, confidence):
    low, high = wrong_now(*unchanged(size, drawn, wrong), confidence)
    return low + wrong, high + wrong


@pytest.mark.parametrize("limits", [wrong_among, now])
def test_limits_hold_the_seen_and_shrink(limits):
    assert limits(50, 0, 0, 0.95) == (0, 50)
    assert limits(50, 50, 7, 0.95) == (7, 7)
    widths = []
    for drawn in (10, 100, 500, 900):
        low, high = limits(1_000, drawn, drawn // 10, 0.95)
        assert drawn // 10 <= low <= 100 <= high <= 1_000 - drawn + drawn // 10
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("limits", [wrong_among, now])
def test_more_wrong_ones_move_both_limits_up(limits):
    found = [limits(300, 40, wrong, 0.9) for wrong in range(41)]
    lows, highs = zip(*found, strict=True)
    assert list(lows) == sorted(lows)
    assert list(highs) == sorted(highs)


def test_labels_that_change_cost_little_where_they_did_not():
    for wrong in (0, 8, 35):
        (low, high), (least, most) = (f(9_000, 200, wrong, 0.95) for f in (now, wrong_among))
        assert high - low < 1.25 * (most - least)


def slow_fortune(draws, number, total, fewer):
    """The bets of `wrong_now`, one after the other."""
    odds = bounds.FEWER if fewer else bounds.MORE
    made = []
    for begin, stake in zip(bounds.BEGINNINGS, bounds.STAKES, strict=True):
        for one in odds:
            fortune = stake / len(odds)
            for j in range(begin, len(draws.size)):
                kept, known = draws.kept[j], draws.known[j]
                if fewer:
                    share = (known + max(number - (total - kept), 0)) / draws.size[j]
                    wrong = draws.wrong[j] or draws.unknown[j]
                else:
                    share = (known + draws.changed[j] + min(number, kept)) / draws.size[j]
                    wrong = draws.wrong[j]
                share = min(share, 1)
                bet = (one - 1) / draws.heaviest[j] if fewer else one - 1
                fortune *= (1 + bet * draws.weight[j] * wrong) / (1 + bet * share)
            made.append(fortune)
    return sum(made)


@pytest.mark.slow  # a reference in plain Python
@given(st.data())
def test_limits_are_those_of_bets_one_by_one(data):
    m = data.draw(st.integers(1, 12))
    numbers = st.lists(st.integers(0, 8), min_size=m, max_size=m)
    flags = st.lists(st.booleans(), min_size=m, max_size=m)
    known, kept, changed = (np.array(data.draw(numbers)) for _ in range(3))
    wrong, unknown = np.array(data.draw(flags)), np.array(data.draw(flags))
    heaviest = np.where(data.draw(flags), 2.0, 1.0)
    weight = np.minimum(data.draw(numbers), heaviest)
    wrong &= ~unknown
    draws = CheckedDraws(
        known + kept + changed + 1, known, kept, changed, wrong, unknown, weight, heaviest
    )
    total = int(kept.max()) + data.draw(st.integers(0, 5))
    low, high = wrong_now(total, draws, 0.6)
    limit = 2 / (1 - 0.6)
    plausible = [
        max(slow_fortune(draws, number, total, fewer) for fewer in (True, False)) < limit
        for number in range(total + 1)
    ]
    if any(plausible):
        assert (low, high) == (plausible.index(True), total - plausible[::-1].index(True))


@pytest.mark.slow  # thousands of audits
@pytest.mark.parametrize("spared", [0, 0.5])
@pytest.mark.parametrize("adverse", [False, True])
def test_the_truth_stays_inside_while_labels_change(adverse, spared):
    """A model learns from each draw, and forgets; or flatters the draw: right about what it has seen."""
    n, runs, confidence = 120, 150, 0.8
    missed = 0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        wrong = rng.random(n) < 0.4  # whether the model is wrong about each
        chance = np.where(rng.random(n) < 0.3, 1, 1 - spared)
        known = np.zeros(n, dtype=bool)
        said, rows, weights = [], [], []
        for step in range(50):
            rows.append(int(rng.choice(np.flatnonzero(~known))))
            said.append((wrong.copy(), known.copy()))
            weights.append((rng.random() < chance[rows[-1]]) / chance[rows[-1]])
            known[rows[-1]] |= weights[-1] > 0
            some = rng.random(n) < 0.03
            wrong[some] = (rng.random(some.sum()) < 0.6) if adverse and wrong[rows[-1]] else False
            wrong[known] = False
            if step % 5:
                continue
            free = ~known
            parts = [
                [
                    (~before).sum(),
                    (then & known & ~before).sum(),
                    (free & (then == wrong)).sum(),
                    (free & (then != wrong)).sum(),
                    then[row],
                    False,
                ]
                for (then, before), row in zip(said, rows, strict=True)
            ]
            *counts, found, unknown = map(np.array, zip(*parts, strict=True))
            flags = found.astype(bool), unknown.astype(bool)
            heaviest = np.full(len(found), 1 / (1 - spared))
            draws = CheckedDraws(*counts, *flags, np.array(weights), heaviest)
            low, high = wrong_now(int(free.sum()), draws, confidence)
            if not low <= wrong.sum() <= high:
                missed += 1
                break
    assert missed / runs <= 1 - confidence


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 3, 20, 100])
def test_the_truth_stays_inside_at_every_look(number):
    """Drawn again and again: at any of 150 looks, the limits miss the truth in 10 % at most."""
    size, runs = 200, 400
    rng = np.random.default_rng(number)
    missed = 0
    limits = {}
    for _ in range(runs):
        wrong = np.cumsum(rng.permutation(np.arange(size) < number)[:150])
        for n, k in enumerate(wrong.tolist(), start=1):
            if (n, k) not in limits:
                limits[n, k] = wrong_among(size, n, k, 0.9)
            low, high = limits[n, k]
            if not low <= number <= high:
                missed += 1
                break
    assert missed / runs <= 0.1


@pytest.mark.slow
@given(
    st.integers(20, 400),
    st.integers(0, 60),
    st.integers(0, 4),
    st.sampled_from([0.0, 0.02, 0.1]),
    st.sampled_from([(0, 0), (10, 0), (10, 2), (300, 5)]),
)
def test_answers_needed_is_the_first_number_that_will_do(size, drawn, wrong, max_error, left):
    drawn, wrong = min(drawn, size - 1), min(drawn, wrong)
    gone, gone_wrong = left
    needed = answers_needed(size, drawn, wrong, max_error, 0.05, gone, gone_wrong)

    def will_do(n):
        _, high = wrong_among(size, n, wrong, 0.95, expected_error(max_error))
        return high - wrong - gone_wrong <= max_error * (size - gone - n) + 1e-9

    first = next((n - drawn for n in range(max(drawn, 1), size - gone) if will_do(n)), None)
    assert needed == first


def test_a_promise_of_one_percent_needs_some_more_than_299_answers():
    assert 299 < answers_needed(10**6, 0, 0, 0.01, 0.05) < 350
    assert 99 < answers_needed(10**6, 0, 0, 0.03, 0.05) < 120


def test_no_number_of_answers_makes_certain():
    assert answers_needed(1_000, 0, 0, 0.01, 0) is None
    assert wrong_among(1_000, 500, 0, 1.0) == (0, 500)


@pytest.mark.parametrize(("max_error", "answers"), [(0.01, 386), (0.03, 128)])
def test_what_the_notes_of_auto_label_say(max_error, answers):
    assert bounds.answers_needed(60_000, 0, 0, max_error, risk_of(0, 0.05)) == answers
    assert f"{answers}" in nb.auto_label.__doc__
