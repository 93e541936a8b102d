"""A person and strategies on the same pool."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.widget.race import Score
from tests.samples import CLASSES, blobs

TRUTH = np.arange(60) % 3


@pytest.fixture
def made():
    races = []

    def make(**options):
        pool = nb.Pool(embeddings=blobs())
        options = {"classes": CLASSES, "n_labels": 8, **options}
        races.append(nb.race(pool, TRUTH, **options))
        return races[-1]

    yield make
    for race in races:
        race.close()


def said(race):
    return race.children[0].value


def caption(race):
    return race.chart.drawn["caption"]


def curves(race):
    """The points of each curve that are drawn: labels given and share right."""
    return {one["name"]: one["points"] for one in race.chart.drawn["curves"]}


def given(race):
    """At how many labels each curve that is drawn has points."""
    return [[n for n, _ in points] for points in curves(race).values()]


def test_the_strategies_label_with_the_right_answers(made):
    race = made(strategies=["random", "margin"])
    alone = nb.simulate(
        nb.Pool(embeddings=blobs()), TRUTH, classes=CLASSES, strategy="margin", budget=8
    )
    margin = race.frame[race.frame["strategy"] == "margin"]
    assert margin["pool_accuracy"].tolist() == alone["pool_accuracy"].tolist()
    assert curves(race) == {"you": [], "random": [], "margin": []}  # nobody is ahead
    assert race.chart.drawn["length"] == 8


def test_each_answer_is_judged_and_an_undone_one_forgotten(made):
    race = made(strategies=["random"])
    session = race.panel.session
    session.tell(0, "boot")
    assert "Right: boot. 1 of 1 right." in said(race)
    session.tell(1, "bag")
    assert "Right: bag. 2 in a row. 2 of 2 right." in said(race)
    session.tell(2, "bag")
    assert "Wrong: it is shirt, not bag. 2 of 3 right." in said(race)
    assert race.score.streak == 0
    session.undo()
    assert "2 of 2 right." in said(race)
    assert race.score.streak == 2
    session.tell(1, "boot")
    assert str(race.score) == "1 of 2 right."
    session.tell([3, 6], "boot")
    assert str(race.score) == "3 of 4 right."


def test_without_feedback_nothing_is_given_away(made):
    race = made(strategies=["random"], feedback=False)
    race.panel.session.tell(1, "boot")
    assert "1 item labeled." in said(race)
    assert "bag" not in said(race)
    assert str(race.score) == "0 of 1 right."


def test_the_curves_are_shown_as_far_as_the_person_has_come(made):
    race = made(strategies=["random"])
    for index in range(3):
        race.panel.session.tell(index, CLASSES[TRUTH[index]])
    race._fitted()
    assert given(race) == [[3], [1, 2, 3]]
    assert "Share of the pool right after 3 labels: " in caption(race)
    right = race.panel.session.predict() == np.array(CLASSES)[TRUTH]
    assert curves(race)["you"][0][1] == pytest.approx(right.mean())
    race.panel.session.undo()
    race._fitted()
    assert given(race)[0] == [2]
    for index in range(2, 8):
        race.panel.session.tell(index, CLASSES[TRUTH[index]])
    race._fitted()
    assert caption(race).startswith("8 labels: the race is over.")
    assert set(race.frame["strategy"]) == {"you", "random"}


def test_a_strategy_that_fails_is_told_and_the_others_go_on(made):
    class Failing:
        name = "failing"

        def query(self, view, n):
            raise ZeroDivisionError("no luck")

    race = made(strategies=[Failing(), "random"])
    assert set(race.frame["strategy"]) == {"random"}
    assert caption(race) == "failing failed: no luck"


def test_the_strategies_do_not_wait_for_the_fit(made):
    race = made(strategies=["random", "margin"])
    race.panel.on_fit(race._fitted, remove=True)  # the learner is still at it
    race.panel.session.tell(0, "boot")
    assert given(race) == [[], [1], [1]]
    race._fitted()
    assert given(race) == [[1], [1], [1]]
    race.panel.session.undo()
    assert given(race) == [[], [], []]


def test_class_names_are_shown_as_text(made):
    race = made(classes=["<b>a", "b", "c"], strategies=["random"])
    race.panel.session.tell(0, "<b>a")
    assert "&lt;b&gt;a" in said(race)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"n_labels": 0}, "n_labels is 0"),
        ({"strategies": "random"}, "pass a list"),
        ({"strategies": []}, "pass a list"),
        ({"strategies": ["random", "random"]}, "names of strategies must differ"),
        ({"strategies": ["luck"]}, "unknown strategy"),
        ({"classes": ["boot", "bag"]}, "y"),
    ],
)
def test_what_cannot_be_is_refused(made, options, wrong):
    with pytest.raises(ValueError, match=wrong):
        made(**options)


def test_several_tags_are_refused(made):
    with pytest.raises(ValueError, match="one class an item"):
        nb.race(nb.Pool(embeddings=blobs()), np.eye(3)[TRUTH])


def test_a_score_counts_what_is_right_in_a_row():
    score = Score()
    for index, right in enumerate([True, False, True, True]):
        score.take(index, right)
    assert (score.n_right, score.streak) == (3, 2)
    score.take(3, None)
    score.take(1, True)
    assert (score.n_right, score.streak) == (3, 3)
    assert str(score) == "3 of 3 right."


def test_a_class_that_is_renamed_is_right_all_the_same(made):
    race = made(strategies=["random"])
    session = race.panel.session
    session.tell(0, "boot")
    session.rename_class("boot", "shoe")
    session.tell(3, "shoe")
    assert str(race.score) == "2 of 2 right."
    race._fitted()
    assert curves(race)["you"][-1][1] > 0


def test_a_race_that_is_shown_again_goes_on(made):
    first = made(strategies=["random"])
    first.panel.session.tell([0, 1], ["boot", "boot"])
    again = nb.race(first.panel.session.pool, TRUTH, classes=CLASSES, strategies=["random"])
    assert str(again.score) == "1 of 2 right."
    again.close()


def test_several_tags_are_refused_as_an_option_too(made):
    with pytest.raises(ValueError, match="not for several tags"):
        made(multi_label=True)
