"""The line of questions: what stays on screen, what comes next."""

import numpy as np
import pytest

from nblabel.strategies import Query, Reason
from nblabel.widget.line import WANTED, Line

LENGTH, LOW = 40, 20


def query(*indices):
    reasons = tuple(Reason(f"reason {index}") for index in indices)
    return Query(np.array(indices, dtype=np.intp), np.zeros(len(indices), np.float32), reasons)


def is_open(_index):
    return True


@pytest.fixture
def line():
    made = Line(LENGTH)
    made.rank(query(*range(100)))
    made.fill(is_open)
    return made


def test_an_empty_line():
    line = Line(LENGTH)
    assert (line.current, line.head, line.upcoming, line.held) == (None, None, [], [])
    assert line.marks() == (None, [])
    assert line.reason(0) is None
    assert not line.fill(is_open)
    assert line.is_short


def test_the_page_gets_the_first_of_a_ranking(line):
    assert line.held == list(range(LENGTH))
    assert line.marks() == (0, [1, 2, 3, 4, 5, 6, 7, 8])
    assert line.marks(2) == (0, [1, 2])
    assert line.reason(99).text == "reason 99"


def test_only_the_question_on_screen_keeps_its_place(line):
    line.rank(query(7, 5, 0, 3))
    line.fill(is_open)
    assert line.held == [0, 7, 5, 3]
    line.rank(query(8, 9))
    line.fill(is_open)
    assert line.held == [0, 8, 9]
    assert line.reason(0).text == "reason 0"
    assert line.reason(7) is None


def test_answered_items_drop_out_and_others_follow(line):
    assert line.fill(lambda index: index != 3)
    assert line.held == [0, 1, 2, *range(4, LENGTH)]
    assert not line.fill(lambda index: index != 3)
    line.drop(0)
    assert line.head == 1
    assert not line.fill(lambda index: index > 0)


def test_the_page_hears_of_more_once_few_are_left(line):
    for index in range(LENGTH - LOW + 1):
        assert not line.is_short
        assert not line.fill(is_open)
        line.drop(index)
    assert line.is_short
    assert line.fill(is_open)
    assert not line.is_short
    assert len(line.held) == LENGTH
    line.rank(query(90, 91))
    assert line.fill(is_open)
    assert line.is_short  # there are three, and the ranking has no more
    assert not line.fill(is_open)


def test_a_chosen_item_comes_first_and_the_displaced_one_second(line):
    line.choose(50)
    assert line.held[:3] == [50, 0, 1]
    assert line.reason(50).text == "You chose this one."
    line.rank(query(9, 8, 0, 7))
    line.fill(is_open)
    assert line.held == [50, 0, 9, 8, 7]
    line.drop(50)
    line.rank(query(9, 8, 7))
    line.fill(is_open)
    assert line.held == [0, 9, 8, 7]


def test_choosing_what_is_on_screen_changes_nothing(line):
    line.put_first(0)
    assert line.held == list(range(LENGTH))
    line.rank(query(9, 8))
    line.fill(is_open)
    assert line.held == [0, 9, 8]


def test_a_chosen_item_answered_elsewhere_holds_no_place(line):
    line.choose(50)
    line.fill(lambda index: index != 50)
    line.rank(query(9, 8, 7))
    line.fill(is_open)
    assert line.held == [0, 9, 8, 7]


def test_choosing_with_nothing_on_screen():
    line = Line(LENGTH)
    line.choose(4)
    line.rank(query(1, 2))
    line.fill(is_open)
    assert line.held == [4, 1, 2]


def test_an_item_looked_at_again_is_in_front_but_no_part(line):
    line.revisit = 77
    assert line.current == 77
    assert line.head == 0
    assert line.marks(3) == (77, [0, 1, 2])
    line.revisit = 2  # skipped once, asked again at the end
    assert line.marks(3) == (2, [0, 1, 3])
    line.drop(77)
    line.revisit = None
    assert line.current == 0
    line.revisit = 77
    line.put_first(5)
    assert line.marks(2) == (5, [0, 1])


def test_what_is_wanted_comes_before_every_ranking_in_its_order(line):
    line.want(dict.fromkeys([90, 5, 0, 70], WANTED))
    line.fill(is_open)
    assert line.held[:6] == [0, 90, 5, 70, 1, 2]  # the question on screen stays
    assert line.reason(90).text == "Asked for from Python."
    line.rank(query(7, 8, 70))
    line.fill(is_open)
    assert line.held == [0, 90, 5, 70, 7, 8]
    line.drop(0)
    line.rank(query(7, 8))
    line.fill(lambda index: index not in (0, 90))
    assert line.held == [5, 70, 7, 8]


def test_more_than_the_page_holds_may_be_wanted(line):
    line.want(dict.fromkeys(range(200, 100, -1), WANTED))
    answered = set()
    for _ in range(100):
        line.rank(query(*range(50)))
        line.fill(lambda index: index not in answered)
        answered.add(line.head)
        line.drop(line.head)
    assert answered == {0, *range(102, 201)}


def test_more_questions_come_after_all_others_and_keep_known_reasons(line):
    line.rank(query(0, 1, 2))
    line.fill(is_open)
    more = Query(np.array([2, 7, 1, 8]), np.zeros(4, np.float32), (Reason("more"),) * 4)
    assert line.extend(more)
    line.fill(is_open)
    assert line.held == [0, 1, 2, 7, 8]
    assert [line.reason(index).text for index in (2, 7)] == ["reason 2", "more"]
    assert not line.extend(more)
