"""How many labels of a finite set can be wrong, after a random sample of them was checked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from nblabel.arrays import is_number

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# see wrong_among: the mixture is Beta(SHAPE, SHAPE / rate - SHAPE)
SHAPE = 0.5
# see wrong_now: by how much a bet changes the odds of a wrong label; the draws that bets begin
# with, with equal stakes up to the 128th; and the stakes
FEWER = np.array([1 / 64, 1 / 32, 1 / 16, 1 / 8, 0.25, 0.4, 0.55, 0.7, 0.85])
MORE = np.array([1.2, 1.5, 2.0, 3.0, 6.0, 12.0, 25.0, 50.0])
BEGINNINGS = 2 ** np.arange(20) - 1
STAKES = np.concatenate([np.full(8, 1 / 9), np.full(12, 1 / 108)])


def check_confidence(value: float) -> None:
    """Say what is wrong with the confidence of an interval.

    Raises
    ------
    ValueError
        If it is not between 0 and 1.
    """
    if not is_number(value) or not 0 < value < 1:
        raise ValueError(f"confidence is {value!r}; it must be between 0 and 1, such as 0.95.")


def wrong_among(
    size: int, drawn: int, wrong: int, confidence: float, expected: float = 0.1
) -> tuple[int, int]:
    """Return the least and the largest number of wrong labels that a set can plausibly hold.

    Parameters
    ----------
    size : int
        Size of the set.
    drawn : int
        How many of it were drawn at random, without replacement, and checked.
    wrong : int
        How many of those were wrong.
    confidence : float
        Between 0 and 1, of both limits together.
    expected : float
        An error rate, chosen beforehand, at which the limits are tight. They hold at any other.

    Returns
    -------
    low, high : int
        The checked items are included: ``wrong <= low <= high <= size - drawn + wrong``.

    Notes
    -----
    The limits are a confidence sequence: they hold at every look. With probability `confidence` the
    true number is never outside them, however often you look while more items are drawn, and for
    whatever reason you stop. For each number of wrong labels that the set may hold, the likelihood
    of what was seen under a mixture of rates is divided by its likelihood under that number, when
    drawing without replacement. Under the true number this ratio is a nonnegative martingale that
    begins at 1, so it ever exceeds 1 / (1 - confidence) with probability 1 - confidence at most
    (Ville, 1939). The mixture is that of Robbins (1970), with a beta distribution; drawing without
    replacement follows Waudby-Smith and Ramdas, "Confidence sequences for sampling without
    replacement", NeurIPS 2020.
    """
    if not drawn or confidence >= 1:
        return wrong, size - drawn + wrong
    least, most = wrong, size - drawn + wrong
    limit = -np.log1p(-confidence)

    def plausible(number: int) -> bool:
        return bool(evidence(size, drawn, wrong, number, expected) < limit)

    # as a function of the number the likelihood has one peak, and here it is
    peak = min(max((size + 1) * wrong // drawn, least), most)
    return _first(plausible, least, peak), _last(plausible, peak, most)


@dataclass(frozen=True)
class CheckedDraws:
    """Random draws, each checked against the labels at its time; each of shape (m,), in order.

    Attributes
    ----------
    size : ndarray of int
        How many items each was drawn from, at random.
    known : ndarray of int
        Of those, how many have an answer now and had a wrong label then.
    kept : ndarray of int
        Of those, how many have no answer yet, and the same label now as then.
    changed : ndarray of int
        Of those, how many have no answer yet, and another label now.
    wrong : ndarray of bool or float
        Whether the label that the drawn item had then was wrong; where each item has several, the
        share of them, and the numbers above are of labels.
    unknown : ndarray of bool or float
        Whether a person was asked about the drawn item and gave no label; or the share of them.
    weight : ndarray of float
        One over the chance with which the drawn item was to be asked about; 0 if nobody was asked.
    heaviest : ndarray of float
        The largest weight that there could have been.
    """

    size: Ints
    known: Ints
    kept: Ints
    changed: Ints
    wrong: Bools | Floats
    unknown: Bools | Floats
    weight: Floats
    heaviest: Floats

    def __getitem__(self, rows: Bools) -> CheckedDraws:
        return CheckedDraws(*(getattr(self, field.name)[rows] for field in fields(self)))


def wrong_now(total: int, draws: CheckedDraws, confidence: float) -> tuple[int, int]:
    """Return the least and the largest number of wrong labels, where labels keep changing.

    Parameters
    ----------
    total : int
        How many labels there are now that nobody checked.
    draws : CheckedDraws
        What was drawn at random and checked.
    confidence : float
        Between 0 and 1, of both limits together.

    Returns
    -------
    low, high : int
        Of `total`.

    Notes
    -----
    The limits hold at every look, whatever the labels were learned from, the answers to earlier
    draws included. A draw is made at random after the labels that it checks were fixed. So whether
    it finds a wrong label is a coin whose bias is the share of wrong labels at that moment. If
    `number` labels are wrong now, that share lies between
    ``(known + number - (total - kept)) / size`` and
    ``(known + changed + min(number, kept)) / size``: a label that is the same now as then is wrong
    or right both times, and any other may be either.

    For each candidate `number`, bets are placed on each draw, at odds that are fair for the nearer
    end of that range. A bet multiplies what was staked on it, and gains nothing on average,
    whatever the labels do between the draws. So a stake of 1 ever exceeds 1 / risk with probability
    `risk` at most (Ville, 1939), and a number against which the bets won more is ruled out. This is
    the betting of Waudby-Smith and Ramdas, "Estimating means of bounded random variables by
    betting" (JRSS B, 2024), with shares that need not stay the same.

    Where only some of the drawn items are asked about, by a coin whose chance is known, a wrong one
    counts as many times as its weight says: on average over the coin that is once. The stake is
    spread over several odds, and over several draws to begin with: early draws checked labels that
    have little to do with those of today.
    """
    limit = np.log(2 / (1 - confidence))
    if not len(draws.size):
        return 0, total

    def too_many(number: int) -> bool:
        least = (draws.known + np.maximum(number - (total - draws.kept), 0)) / draws.size
        bets = (FEWER - 1)[:, None] / draws.heaviest  # no draw may cost more than was staked
        return bool(_fortune((draws.wrong + draws.unknown) * draws.weight, least, bets) >= limit)

    def too_few(number: int) -> bool:
        most = draws.known + draws.changed + np.minimum(number, draws.kept)
        bets = np.broadcast_to((MORE - 1)[:, None], (len(MORE), len(most)))
        return bool(_fortune(draws.wrong * draws.weight, most / draws.size, bets) >= limit)

    high = _last(lambda number: not too_many(number), 0, total)
    return min(_first(lambda number: not too_few(number), 0, total), high), high


def _fortune(found: Floats, share: Floats, bets: Floats) -> float:
    """Return the logarithm of what bets have made of a stake of 1, if errors had those shares.

    Each bet multiplies what is left by 1 + bet * found, over what that is on average. The stake is
    spread over the rows of `bets` and over the draws to begin with.
    """
    share = np.clip(share, 0, 1)
    gain = np.log1p(bets * found) - np.log1p(bets * share)
    begun = BEGINNINGS[len(found) > BEGINNINGS]
    backwards = gain[:, ::-1].cumsum(axis=1)[:, ::-1]
    made = np.zeros((len(bets), len(BEGINNINGS)))
    made[:, : len(begun)] = backwards[:, begun]
    return float(np.logaddexp.reduce((made + np.log(STAKES)).ravel()) - np.log(len(bets)))


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Return the first number from which on a condition holds, up to `high` at the latest."""
    return bisect_left(range(low, high), x=True, key=lambda number: bool(holds(number))) + low


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Return the last number up to which a condition holds, `low` at the earliest."""
    return bisect_left(range(low + 1, high + 1), x=True, key=lambda n: not holds(n)) + low


def evidence(
    size: npt.ArrayLike,
    drawn: npt.ArrayLike,
    wrong: npt.ArrayLike,
    number: npt.ArrayLike,
    expected: float,
) -> Floats:
    """Return the logarithm of the evidence against numbers of wrong labels; see `wrong_among`.

    Infinite where what was drawn rules the number out. Arguments are broadcast.
    """
    from scipy.special import betaln

    n, k = np.asarray(drawn, np.float64), np.asarray(wrong, np.float64)
    D, N = np.asarray(number, np.float64), np.asarray(size, np.float64)
    b = SHAPE / expected - SHAPE
    mixture = betaln(SHAPE + k, b + n - k) - betaln(SHAPE, b)
    possible = (k <= D) & (n - k <= N - D)
    D = np.where(possible, D, k)
    rest = np.where(possible, N - D, n - k)
    likelihood = _falling(D, k) + _falling(rest, n - k) - _falling(N, n)
    found: Floats = np.where(possible, mixture - likelihood, np.inf)
    return found


def _falling(n: Floats, k: Floats) -> Floats:
    """Return log(n (n - 1) ... (n - k + 1))."""
    from scipy.special import gammaln

    found: Floats = gammaln(n + 1) - gammaln(n - k + 1)
    return found


def answers_needed(
    size: int,
    drawn: int,
    wrong: int,
    max_error: float,
    risk: float,
    gone: int = 0,
    gone_wrong: int = 0,
) -> int | None:
    """Return how many more of a set must be checked, and be right, before the rest is accepted.

    Parameters
    ----------
    size, drawn, wrong : int
        As for `wrong_among`.
    max_error : float
        Share of the rest that may be wrong.
    risk : float
        Probability that the error guarantee is wrong, between 0 and 1.
    gone, gone_wrong : int
        How many of those not drawn are not in the rest either, and how many of them are known to be
        wrong.

    Returns
    -------
    int or None
        0 if the error guarantee holds already; None if only checking all of them could make it
        hold.
    """
    if risk <= 0:
        return None
    n = np.arange(drawn, size - gone)
    allowed = np.floor(max_error * (size - gone - n) + 1e-9)
    least = allowed + gone_wrong + wrong + 1  # so many would break the guarantee
    found = evidence(size, n, wrong, least, expected_error(max_error)) >= -np.log(risk)
    # on the falling side of the likelihood what rules out one number rules out all above it
    found &= least * n >= wrong * size
    return int(found.argmax()) if found.any() else None


def expected_error(max_error: float) -> float:
    """Return the error rate at which a guarantee of `max_error` is to need few answers."""
    return max(0.2 * max_error, 1e-6)
