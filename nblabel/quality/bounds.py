"""How many of a finite set can be wrong, after some drawn from it at random were looked at."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# the mixture's Beta(SHAPE, SHAPE / rate - SHAPE); see wrong_among
SHAPE = 0.5


def wrong_among(
    size: int, drawn: int, wrong: int, confidence: float, expected: float = 0.1
) -> tuple[int, int]:
    """Return the least and the largest number of wrong ones that a set can plausibly hold.

    Parameters
    ----------
    size : int
        Size of the set.
    drawn : int
        How many of it were drawn at random, without putting any back, and looked at.
    wrong : int
        How many of those were wrong.
    confidence : float
        Between 0 and 1, of both limits together.
    expected : float
        A share of wrong ones, chosen beforehand, for which the limits shall be tight. They hold
        whatever it is.

    Returns
    -------
    low, high : int
        Those drawn are counted in: ``wrong <= low <= high <= size - drawn + wrong``.

    Notes
    -----
    The limits hold at every look: with probability `confidence`, the true number is never outside them,
    however often they are looked at while more is drawn, and whatever makes one stop. They are a
    confidence sequence: for each number of wrong ones that the set may hold, the likelihood of what
    was seen under a mixture of rates is divided by its likelihood under that number, when drawing
    without replacement. Under the true number this is a nonnegative martingale that begins with 1,
    and so exceeds 1 / (1 - confidence) at any time with probability 1 - confidence at most (Ville,
    1939). The mixture is that of Robbins (1970), with a beta distribution; drawing without
    replacement is after Waudby-Smith and Ramdas, "Confidence sequences for sampling without
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


def wrong_at_once(size: int, drawn: int, wrong: int, confidence: float) -> tuple[int, int]:
    """Return the same as `wrong_among` for a single look at a number of draws fixed beforehand.

    Narrower, and not to be looked at again and again until one likes it. Parameters as there.

    Notes
    -----
    Clopper and Pearson's limits (1934) with the hypergeometric in place of the binomial
    distribution, since nothing is put back.
    """
    from scipy.stats import hypergeom

    if not drawn:
        return wrong, size
    least, most, tail = wrong, size - drawn + wrong, (1 - confidence) / 2
    peak = min(max((size + 1) * wrong // drawn, least), most)
    low = _first(lambda number: hypergeom.sf(wrong - 1, size, number, drawn) > tail, least, peak)
    high = _last(lambda number: hypergeom.cdf(wrong, size, number, drawn) > tail, peak, most)
    return low, high


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
    """Return the logarithm of the evidence against numbers of wrong ones; see `wrong_among`.

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


def answers_needed(size: int, drawn: int, wrong: int, max_error: float, risk: float) -> int | None:
    """Return how many more of a set must be drawn, and be right, before the rest may be accepted.

    Parameters
    ----------
    size, drawn, wrong : int
        As for `wrong_among`.
    max_error : float
        Share of those not drawn that may be wrong.
    risk : float
        Probability of a wrong promise, between 0 and 1.

    Returns
    -------
    int or None
        0 if the promise holds already; None if only looking at all of them could make it hold.
    """
    if risk <= 0:
        return None
    n = np.arange(drawn, size)
    least = np.floor(max_error * (size - n) + 1e-9) + wrong + 1  # so many would break the promise
    found = evidence(size, n, wrong, least, expected_error(max_error)) >= -np.log(risk)
    # on the falling side of the likelihood what rules out one number rules out all above it
    found &= least * n >= wrong * size
    return int(found.argmax()) if found.any() else None


def expected_error(max_error: float) -> float:
    """Return the rate of errors for which a promise of `max_error` shall need few answers."""
    return max(0.2 * max_error, 1e-6)
