"""What pages are offered: the best first, and what must not be missing."""

import numpy as np
import pytest

from nblabel.strategies import Query, Reason
from nblabel.widget.panel.ranking import Ranking
from nblabel.widget.text import CHOSEN, WANTED

LENGTH = 40


def query(*indices):
    reasons = tuple(Reason(f"reason {index}") for index in indices)
    return Query(np.array(indices, dtype=np.intp), np.zeros(len(indices), np.float32), reasons)


class Offered:
    """A ranking, and what there is beside it."""

    def __init__(self):
        self.answered, self.first, self.on_screen = set(), [], []
        self.ranking = Ranking(
            LENGTH,
            lambda index: index not in self.answered,
            lambda: self.first,
            lambda: self.on_screen,
        )

    def take(self):
        offer = self.ranking.take()
        return None if offer is None else (offer.indices, offer.first, offer.reset)

    def answer(self, *indices):
        self.answered |= set(indices)
        return self.ranking.drop_answered()


@pytest.fixture
def offered():
    made = Offered()
    made.ranking.rank(query(*range(100)))
    return made


def test_nothing_is_offered_before_anything_was_ranked():
    empty = Offered()
    assert empty.take() is None
    assert empty.ranking.is_empty
    assert empty.ranking.is_short
    assert empty.ranking.reason(0) is None
    empty.ranking.offer()
    assert empty.take() == ([], 0, True)


def test_the_first_of_a_ranking_are_offered_once(offered):
    assert offered.take() == (list(range(LENGTH)), 0, True)
    assert offered.take() is None
    assert offered.ranking.reason(99).text == "reason 99"


def test_what_is_on_screen_is_never_missing_until_it_is_answered(offered):
    offered.on_screen = [77, 50]
    offered.ranking.rank(query(7, 5, 0, 3))
    assert offered.take()[0] == [7, 5, 0, 3, 77, 50]
    assert offered.ranking.reason(77).text == "reason 77"  # it stays on screen with it
    assert offered.ranking.reason(8) is None
    offered.answer(77)
    offered.ranking.rank(query(7, 5))
    assert offered.take()[0] == [7, 5, 50]


def test_the_reason_of_what_is_on_screen_is_that_of_now(offered):
    offered.on_screen = [77]
    offered.ranking.rank(query(1, 2), Reason("as of now"))
    assert offered.ranking.reason(77).text == "as of now"
    offered.ranking.choose(77)
    offered.ranking.rank(query(1, 2), Reason("as of now"))
    assert offered.ranking.reason(77) is CHOSEN


def test_answered_items_drop_out(offered):
    offered.take()
    assert offered.answer(3)
    assert not offered.answer(99)  # it was not offered
    offered.ranking.offer()
    assert offered.take()[0] == [0, 1, 2, *range(4, LENGTH + 1)]


def test_a_page_runs_short_once_half_is_answered(offered):
    offered.take()
    offered.answer(*range(LENGTH // 2))
    assert not offered.ranking.is_short
    offered.answer(LENGTH // 2)
    assert offered.ranking.is_short
    offered.ranking.offer()
    assert not offered.ranking.is_short
    offered.answer(*range(100))
    offered.take()
    assert offered.ranking.is_empty


def test_more_are_others_than_a_page_holds(offered):
    offered.take()
    assert offered.ranking.offer_more(range(30))
    assert offered.take() == (list(range(30, 30 + LENGTH)), 0, False)
    assert not offered.ranking.offer_more(range(100))
    assert offered.take() is None


def test_a_whole_list_goes_before_more(offered):
    assert offered.ranking.offer_more([0])
    assert offered.take() == (list(range(LENGTH)), 0, True)


def test_what_is_drawn_at_random_goes_first(offered):
    offered.first = [60, 2]
    assert offered.take() == ([60, 2, 0, 1, *range(3, LENGTH - 1)], 2, True)
    offered.answer(60)
    offered.ranking.offer()
    assert offered.take()[:2] == ([2, 0, 1, *range(3, LENGTH)], 1)


def test_what_is_wanted_comes_before_every_ranking_in_its_order(offered):
    offered.ranking.want(dict.fromkeys([90, 5, 70], WANTED))
    indices, first, _ = offered.take()
    assert indices[:6] == [90, 5, 70, 0, 1, 2]
    assert first == 3
    assert offered.ranking.reason(90) is WANTED
    offered.first = [4]
    offered.ranking.rank(query(7, 8, 70))
    assert offered.take() == ([4, 90, 5, 70, 7, 8], 4, True)
    offered.answer(4, 90)
    offered.ranking.rank(query(7, 8))
    assert offered.take() == ([5, 70, 7, 8], 2, True)


def test_more_than_the_page_holds_may_be_wanted(offered):
    offered.ranking.want(dict.fromkeys(range(200, 100, -1), WANTED))
    asked = []
    for _ in range(100):
        offered.ranking.rank(query(*range(50)))
        head = offered.take()[0][0]
        asked.append(head)
        offered.answer(head)
    assert asked == list(range(200, 100, -1))


def test_more_candidates_come_after_all_others_and_keep_known_reasons(offered):
    offered.ranking.rank(query(0, 1, 2))
    more = Query(np.array([2, 7, 1, 8]), np.zeros(4, np.float32), (Reason("more"),) * 4)
    assert offered.ranking.extend(more)
    assert offered.take()[0] == [0, 1, 2, 7, 8]
    assert [offered.ranking.reason(index).text for index in (2, 7)] == ["reason 2", "more"]
    assert not offered.ranking.extend(more)
    assert offered.ranking.offers([Reason("more")])
    assert not offered.ranking.offers([Reason("less")])
