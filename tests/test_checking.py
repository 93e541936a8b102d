"""`check_strategy` passes what keeps to the contract, and says in words what does not."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.strategies import STRATEGIES
from nblabel.strategies.tags import TAG_STRATEGIES

SEVERAL = [pytest.param(name, True) for name in TAG_STRATEGIES]


@pytest.mark.slow
@pytest.mark.parametrize(("strategy", "multi_label"), [*((n, False) for n in STRATEGIES), *SEVERAL])
def test_each_of_ours_keeps_to_it(strategy, multi_label):
    nb.check_strategy(strategy, multi_label=multi_label)


class Own:
    """A strategy that asks for the densest items."""

    name = "own"

    def query(self, view, n):
        return view.best(view.density, n, "Many are like it.")


def test_one_of_ones_own_keeps_to_it_and_stays_as_it_is():
    own = Own()
    own.seen = []
    nb.check_strategy(own)
    assert own.seen == []


class Nameless(Own):
    name = ""


class Changing(Own):
    def query(self, view, n):
        view.proba[:] = 0.5
        return super().query(view, n)


class Listing(Own):
    def query(self, view, n):
        return view.candidates[:n].tolist()


class Twice(Own):
    def query(self, view, n):
        same = np.repeat(view.candidates[:1], min(n, len(view.candidates)))
        return nb.Query(same, np.ones(len(same)), (nb.strategies.Reason("why"),) * len(same))


class Few(Own):
    def query(self, view, n):
        return super().query(view, min(n, 3))


class Outside(Own):
    def query(self, view, n):
        n = min(n, len(view.candidates))
        first = np.arange(n)
        return nb.Query(first, np.ones(n), (nb.strategies.Reason("why"),) * n)


class Rising(Own):
    def query(self, view, n):
        query = super().query(view, n)
        return nb.Query(query.indices, np.arange(len(query)), query.reasons)


class Unseeded(Own):
    count = 0

    def query(self, view, n):
        type(self).count += 1
        order = np.random.default_rng(type(self).count).random(len(view.X))
        return view.best(order, n, "Drawn.", varied=False)


class Unreasonable(Own):
    def query(self, view, n):
        query = super().query(view, n)
        return nb.Query(query.indices, query.scores)


@pytest.mark.parametrize(
    ("strategy", "said"),
    [
        (Nameless(), "has no name"),
        (Changing(), r"changed view\.proba. Copy what you change"),
        (Listing(), "returned list. Return a Query"),
        (Twice(), "asked for an item twice"),
        (Few(), "returned 3 of 60 candidates; return 8"),
        (Outside(), r"item 0, which is none of view\.candidates"),
        (Rising(), "never increase"),
        (Unseeded(), r"Draw random numbers from view\.rng"),
        (Unreasonable(), "0 reasons. Give one for each"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_what_does_not_is_told(strategy, said):
    with pytest.raises(AssertionError, match=said):
        nb.check_strategy(strategy)


@pytest.mark.parametrize("strategy", [Own, object()])
def test_what_is_no_strategy_is_refused(strategy):
    with pytest.raises(TypeError):
        nb.check_strategy(strategy)
