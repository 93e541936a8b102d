"""Figures that the views show: colours, legends, pace, counts."""

import dataclasses

import numpy as np
import pytest

import nblabel as nb
from nblabel.learners import CALIBRATED, ESTIMATORS, LEARNERS, make_learner
from nblabel.log.events import LabelEvent
from nblabel.log.labels import STATUSES
from nblabel.quality.costs import BREAK_SECONDS
from nblabel.strategies import STRATEGIES, make_strategy
from nblabel.system.palette import UNLABELED, class_colors, confidence_colors
from nblabel.widget import text
from nblabel.widget.panel.figures import (
    color_points,
    describe_status,
    pace_of,
)
from nblabel.widget.text import COLOR_MODES
from tests.samples import CLASSES, blob_pool


@pytest.fixture
def session():
    return nb.Session(blob_pool(30), CLASSES)


def counts(colors):
    return {entry["name"]: entry["count"] for entry in colors.legend}


def told_at(session, *times, annotator=None):
    for number, time in enumerate(times):
        event = LabelEvent("label", (str(number),), ("bag",), annotator=annotator, time=float(time))
        session.store.append(event)
    session.refresh()


def pace(session):
    """The pace if everything was answered in the panel."""
    return pace_of(session, {event.uid for event in session.store.read()})


# colours


@pytest.mark.parametrize("mode", COLOR_MODES)
@pytest.mark.parametrize("learned", [False, True])
def test_every_mode_colours_every_point(session, mode, learned):
    session.tell([0, 1], ["boot", "bag"])
    colors = color_points(session, session.refit() if learned else None, mode)
    assert colors.mode == mode
    assert colors.codes.dtype == np.uint8
    assert colors.codes.shape == (30,)
    assert colors.codes.max() < len(colors.palette)
    assert all(entry["color"] == colors.palette[entry["code"]] for entry in colors.legend)
    assert sum(entry["count"] for entry in colors.legend) == 30


@pytest.mark.parametrize("mode", ["prediction", "confidence"])
def test_before_the_first_refit(session, mode):
    colors = color_points(session, None, mode)
    assert counts(colors) == {"no prediction yet": 30}
    assert colors.palette == [UNLABELED]


def test_clusters(session):
    clusters = np.repeat([0, 1, -1], 10)
    colors = color_points(session, None, "cluster", clusters)
    assert counts(colors) == {"cluster 0": 10, "cluster 1": 10, "noise": 10}
    assert colors.codes[[0, 10, 20]].tolist() == [0, 1, 3]
    assert colors.legend[-1]["color"] == UNLABELED


def test_more_clusters_than_colours_share_one():
    session = nb.Session(blob_pool(300), CLASSES)
    colors = color_points(session, None, "cluster", np.arange(300))
    assert len(colors.legend) == 41
    assert counts(colors)["smaller clusters"] == 260
    only_noise = color_points(session, None, "cluster", np.full(300, -1))
    assert counts(only_noise) == {"noise": 300}


def test_labels(session):
    session.tell([4, 5], "bag")
    colors = color_points(session, None, "label")
    assert colors.codes[[4, 5, 0]].tolist() == [1, 1, 3]
    assert counts(colors) == {"boot": 0, "bag": 2, "shirt": 0, "no label yet": 28}
    assert colors.palette == [*class_colors(3), UNLABELED]
    session.tell(range(30), "boot")
    assert counts(color_points(session, None, "label")) == {"boot": 30, "bag": 0, "shirt": 0}


def test_predictions_are_nothing_before_the_first_label(session):
    colors = color_points(session, session.refit(), "prediction")
    assert counts(colors) == {"boot": 0, "bag": 0, "shirt": 0, "no label yet": 30}


def test_a_label_goes_before_the_prediction(session):
    session.tell([0, 3, 6, 9], "boot")
    session.tell([1, 2], ["bag", "shirt"])
    refit = session.refit()
    session.tell(12, "shirt")  # the refit says boot
    colors = color_points(session, refit, "prediction")
    assert colors.codes[12] == 2
    assert colors.codes[15] == 0


def test_a_class_that_the_model_knows_and_the_session_no_longer(session):
    session.add_class("hat")
    session.tell([0, 1], ["hat", "boot"])
    refit = session.refit()
    session.undo()
    session.undo()
    session.tell(1, "boot")
    assert session.classes == CLASSES
    assert (refit.predicted[0] == 3).any()
    colors = color_points(session, refit, "prediction")
    assert "no label yet" in counts(colors)
    assert colors.codes.max() < len(colors.palette) == 4


def test_confidence_in_ten_steps(session):
    session.tell([0, 1], ["boot", "bag"])
    refit = session.refit()
    sure = np.linspace(0, 1, 30, dtype=np.float32)
    refit.__dict__["predicted"] = (refit.predicted[0], sure)
    colors = color_points(session, refit, "confidence")
    assert colors.palette == confidence_colors()
    assert colors.codes[[0, 29]].tolist() == [0, 9]
    assert (np.diff(colors.codes.astype(int)) >= 0).all()
    assert list(counts(colors)) == [f"{10 * n}–{10 * n + 10} %" for n in range(10)]


def test_steps_nobody_is_in_are_left_out(session):
    session.tell(0, "boot")  # one class: the learner is sure of it everywhere
    colors = color_points(session, session.refit(), "confidence")
    assert all(entry["count"] for entry in colors.legend)


def test_sources(session):
    session.tell([0, 1], "bag")
    session.skip(2)
    session.flag(3)
    accepted = LabelEvent("accept", ("4",), ("boot",), source="model", annotator="machine")
    session.store.append(accepted)
    session.refresh()
    colors = color_points(session, None, "source")
    assert counts(colors) == {
        "not answered": 25, "human": 2, "model": 1, "skipped": 1, "flagged": 1,
    }  # fmt: skip
    assert [STATUSES[code] for code in colors.codes[:5]] == [
        *("human", "human", "skipped", "flagged", "model")
    ]


def test_two_hundred_classes_have_colours():
    session = nb.Session(blob_pool(250), range(200))
    session.tell(range(200), range(200))
    colors = color_points(session, session.refit(), "label")
    assert colors.codes.max() == 200
    assert len(colors.palette) == 201
    for color in (*class_colors(200), *confidence_colors()):
        assert len(color) == 7
        int(color[1:], 16)
    assert len(set(class_colors(30))) == 30


# pace


def test_no_pace_before_five_answers(session):
    told_at(session, 0, 2, 4, 6)
    assert pace(session) is None


def test_the_pace(session):
    told_at(session, 0, 2, 4, 6, 8)
    assert pace(session) == 1800


def test_breaks_are_left_out(session):
    told_at(session, 0, 2, 4, 1000, 1002, 1004 + BREAK_SECONDS, 1006 + BREAK_SECONDS)
    assert pace(session) == 1800
    assert pace(nb.Session(blob_pool(5), CLASSES)) is None


def test_answers_within_a_second_say_nothing(session):
    told_at(session, *[0.01 * number for number in range(20)])
    assert pace(session) is None


def test_the_pace_is_that_of_the_annotator(session):
    told_at(session, 0, 2, 4, 6, 8, annotator="somebody else")
    assert pace(session) is None


def test_what_code_told_does_not_count(session):
    told_at(session, 0, 2, 4, 6, 8)
    by_hand = {event.uid for event in session.store.read()}
    told_at(session, *range(9, 20))
    assert pace_of(session, by_hand) == 1800
    assert pace_of(session, ()) is None


def test_skips_take_time_and_undone_answers_do_not_count(session):
    told_at(session, 0, 2, 4, 6)
    assert pace(session) is None
    for event in (
        LabelEvent("skip", ("20",), time=7.0),
        LabelEvent("label", ("9",), ("bag",), time=8.0),
    ):
        session.store.append(event)
    session.refresh()
    assert pace(session) == 1800  # four labels in eight seconds
    session.undo()
    assert pace(session) == pytest.approx(3600 * 3 / 7)


# status


def test_the_status_counts(session):
    session.tell([0, 1, 2], ["bag", "bag", "boot"])
    session.skip([3, 4])
    session.flag(5)
    for item, source in (("6", "model"), ("7", "import")):
        session.store.append(LabelEvent("accept", (item,), ("shirt",), source=source))
    session.refresh()
    status = describe_status(session, session.refit(), "some look new")
    assert (status["labeled"], status["accepted"], status["skipped"]) == (4, 1, 2)
    assert (status["flagged"], status["left"], status["total"]) == (1, 24, 30)
    assert [(one["name"], one["count"]) for one in status["classes"]] == [
        *(("boot", 1), ("bag", 2), ("shirt", 2))
    ]
    assert status["model"]["text"].startswith(
        "Model: label propagation and a linear head · Strategy: uncertainty × density × diversity"
    )
    assert (
        f"Strategy {session.engine.strategy.name}: the product of the three"
        in status["model"]["title"]
    )
    assert status["store"] == {
        "persistent": False,
        "text": "in memory, until this kernel stops",
    }
    assert [notice["text"] for notice in status["notices"]] == [text.IN_MEMORY, "some look new"]
    assert status["per_hour"] is status["seconds_left"] is None
    assert status["refit_ms"] >= 0


def test_the_time_left(session):
    told_at(session, 0, 2, 4, 6, 8)
    given = {event.uid for event in session.store.read()}
    status = describe_status(session, None, "", given)
    assert status["per_hour"] == 1800
    assert status["seconds_left"] == 25 * 2
    assert status["refit_ms"] is None


def test_the_time_of_a_refit_is_learning_and_choosing(session):
    refit = dataclasses.replace(session.refit(), fit_seconds=0.012, ask_seconds=0.0305)
    assert describe_status(session, refit)["refit_ms"] == 42.5


def described(learner, strategy):
    return text.model(learner, strategy, CALIBRATED)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_has_words(strategy):
    name = make_strategy(strategy, has_graph=True).name
    said = described("LogisticRegression", name)
    assert said["text"].startswith("Model: LogisticRegression · Strategy: ")
    assert "your own" not in said["title"].partition("Strategy")[2]
    assert said["title"].endswith(".")


def test_the_learner_that_stands_in_while_items_are_embedded_has_words():
    said = described("shares", "random")
    assert said["text"] == "Model: class shares · Strategy: random"
    assert "your own" not in said["title"]


@pytest.mark.parametrize("learner", LEARNERS)
def test_every_learner_has_words(learner):
    name = make_learner(learner, np.zeros((3, 2), dtype=np.float32)).name
    assert "your own" not in described(name, "product")["title"]


@pytest.mark.parametrize("learner", ESTIMATORS)
def test_every_classifier_by_name_has_words(learner):
    plain, calibrated = (described(name, "margin") for name in (learner, f"{learner}{CALIBRATED}"))
    assert "your own" not in plain["title"] + calibrated["title"]
    assert plain["text"] == calibrated["text"]
    assert "calibrated" not in plain["title"]
    assert "probabilities calibrated" in calibrated["title"]


def test_what_is_ones_own_is_called_by_its_name():
    assert described("mine", "yours")["text"] == "Model: mine · Strategy: yours"
