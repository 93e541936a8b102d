"""Charts: what they show, and that colour is never the only sign."""

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.plots import LINE_COLORS, LINE_DASHES, learning_curve
from nblabel.widget.palette import class_colors
from tests.samples import blob_pool


def table(strategy="margin", learner="knn", seeds=(0,), n=4, **values):
    """Rows as simulate makes them; with seed s, the accuracy after k labels is (k + s) / 10."""
    steps = [(seed, k) for seed in seeds for k in range(1, n + 1)]
    rows = [(seed, k, (k + seed) / 10, np.nan, 0.001 * k, 2.0) for seed, k in steps]
    columns = ["seed", "n_labels", "pool_accuracy", "test_accuracy", "fit_seconds", "ask_seconds"]
    frame = pd.DataFrame(rows, columns=columns).assign(learner=learner, strategy=strategy, **values)
    return frame if len(seeds) > 1 else frame.drop(columns="seed")


def lines(figure):
    return [trace for trace in figure.data if trace.fill is None]


def bands(figure):
    return [trace for trace in figure.data if trace.fill is not None]


def test_one_seed_is_a_line_without_a_band():
    figure = learning_curve(table())
    (line,) = figure.data
    assert line.name == "margin · knn"
    assert line.mode == "lines"
    assert list(line.x) == [1, 2, 3, 4]
    assert list(line.y) == [0.1, 0.2, 0.3, 0.4]
    assert line.text[0] == "10.0\u00a0%"
    assert figure.layout.title.text is None


def test_several_seeds_are_a_mean_in_a_band():
    figure = learning_curve(table(seeds=(0, 1, 5)))
    (line,), (band,) = lines(figure), bands(figure)
    assert line.y == pytest.approx([0.3, 0.4, 0.5, 0.6])
    assert line.text[0] == "30.0\u00a0%, 10.0\u00a0% to 60.0\u00a0% over 3 seeds"
    assert list(band.x) == [1, 2, 3, 4, 4, 3, 2, 1]
    assert band.y == pytest.approx([0.6, 0.7, 0.8, 0.9, 0.4, 0.3, 0.2, 0.1])
    assert band.legendgroup == line.legendgroup
    assert not band.showlegend
    assert band.hoverinfo == "skip"
    assert figure.data[0] is band  # behind the lines
    assert figure.layout.title.text.startswith("Line: mean over the seeds. Band: from the lowest")


def test_a_seed_that_is_not_done_counts_as_far_as_it_is():
    frame = table(seeds=(0, 1))
    (line,) = lines(learning_curve(frame[:-1]))
    assert line.y[-1] == pytest.approx(0.4)
    assert line.text[-1] == "40.0\u00a0%"
    assert "over 2 seeds" in line.text[-2]


def test_axes_speak_in_words():
    figure = learning_curve(table())
    assert figure.layout.xaxis.title.text == "Labels given"
    assert figure.layout.yaxis.title.text == "Share of the pool with the right label"
    assert figure.layout.yaxis.tickformat == ".0%"
    assert figure.layout.legend.title.text == "strategy · learner"


def test_seconds():
    figure = learning_curve(table(), "fit_seconds")
    assert figure.layout.yaxis.title.text == "Seconds to learn from the labels"
    assert figure.layout.yaxis.tickformat is None
    assert lines(figure)[0].text[0] == "1\u00a0ms"
    assert lines(learning_curve(table(), "ask_seconds"))[0].text[0] == "2.0\u00a0s"


def test_a_column_of_ones_own():
    figure = learning_curve(table(cost_in_euro=1234.5), "cost_in_euro")
    assert figure.layout.yaxis.title.text == "cost in euro"
    assert lines(figure)[0].text[0] == "1234"


def test_each_strategy_and_learner_has_a_line_in_order():
    pairs = [("random", "knn"), ("margin", "knn"), ("margin", "graph")]
    frame = pd.concat([table(*pair) for pair in pairs])
    figure = learning_curve(frame)
    assert [line.name for line in figure.data] == [" · ".join(pair) for pair in pairs]
    assert figure.layout.showlegend
    assert len({line.line.color for line in figure.data}) == 3
    assert len({line.line.dash for line in figure.data}) == 3


def test_colour_is_never_the_only_sign():
    frame = pd.concat([table(strategy=f"number {number}") for number in range(36)])
    looks = [(line.line.color, line.line.dash) for line in learning_curve(frame).data]
    assert len(set(looks)) == 36
    for start in range(31):  # neighbours in the legend, whatever they are
        assert len({color for color, _ in looks[start : start + 2]}) == 2
    assert len({dash for _, dash in looks[:6]}) == 6
    assert {dash for _, dash in looks} == set(LINE_DASHES)


def test_the_colours_are_those_of_the_panel():
    assert set(LINE_COLORS) < set(class_colors(15))


def test_a_single_step_is_a_point():
    (line,) = learning_curve(table(n=1)).data
    assert line.mode == "markers"


def test_a_table_without_names():
    (line,) = learning_curve(table()[["n_labels", "pool_accuracy"]]).data
    assert line.name == "all"


def test_names_are_text_and_no_template():
    figure = learning_curve(table(strategy="<b>%{x}</b>"))
    assert figure.data[0].name.startswith("&lt;b>")
    assert figure.data[0].hovertemplate.count("%{x}") == 1


@pytest.mark.parametrize(
    ("frame", "value", "message"),
    [
        (table(), "accuracy", "no column 'accuracy'; its columns are n_labels, pool_accuracy"),
        (table().drop(columns="n_labels"), "pool_accuracy", "no column 'n_labels'"),
        (table(), "test_accuracy", "'test_accuracy' holds no values. Give simulate X_test"),
        (table()[:0], "pool_accuracy", "'pool_accuracy' holds no values.$"),
        (pd.concat([table(), table()]), "pool_accuracy", "two runs with the same strategy.*assign"),
        (pd.concat([table(seeds=(0, 1))] * 2), "pool_accuracy", "two runs with the same strategy"),
    ],
)
def test_tables_that_are_none(frame, value, message):
    with pytest.raises(ValueError, match=message):
        learning_curve(frame, value)


def test_what_simulate_returns():
    options = {"budget": 6, "random_state": [0, 1], "progress": False}
    y = np.arange(30) % 3
    frames = [nb.simulate(blob_pool(30), y, strategy=s, **options) for s in ("random", "margin")]
    figure = learning_curve(pd.concat(frames))
    assert len(lines(figure)) == len(bands(figure)) == 2
    for line, frame in zip(lines(figure), frames, strict=True):
        assert list(line.x) == [1, 2, 3, 4, 5, 6]
        assert line.y == pytest.approx(frame.groupby("n_labels")["pool_accuracy"].mean())
