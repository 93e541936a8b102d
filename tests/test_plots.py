"""Charts: what they show, and that colour is never the only sign."""

import base64
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.plots import (
    LINE_COLORS,
    LINE_DASHES,
    cluster_pictures,
    confidence_curve,
    learning_curve,
    progress_curves,
)
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
    assert line.text[0] == "10 %"
    assert figure.layout.title.text is None


def test_several_seeds_are_a_mean_in_a_band():
    figure = learning_curve(table(seeds=(0, 1, 5)))
    (line,), (band,) = lines(figure), bands(figure)
    assert line.y == pytest.approx([0.3, 0.4, 0.5, 0.6])
    assert line.text[0] == "30 %, 10 % to 60 % over 3 seeds"
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
    assert line.text[-1] == "40 %"
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
    assert lines(figure)[0].text[0] == "1 ms"
    assert lines(learning_curve(table(), "ask_seconds"))[0].text[0] == "2 s"


def test_a_column_of_ones_own():
    figure = learning_curve(table(cost_in_euro=1234.5), "cost_in_euro")
    assert figure.layout.yaxis.title.text == "cost in euro"
    assert lines(figure)[0].text[0] == "1,234"


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
    from nblabel.system.palette import class_colors

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


# clusters


def decoded(figure):
    image, _ = figure.data
    content = base64.b64decode(image.source.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(content)))


def shades(n=30):
    """Pictures of one shade each: 0, 1, 2, ..."""
    images = np.repeat(np.arange(n, dtype=np.uint8), 64).reshape(n, 8, 8)
    return nb.Pool(images, range=(0, 255))


def test_a_row_for_each_cluster_with_its_mean_and_samples():
    clusters = np.repeat([1, 0, -1], 10)
    figure = cluster_pictures(shades(), clusters, samples=3, names={1: "<boot>"})
    y = figure.layout.yaxis
    assert y.ticktext == (
        "cluster 0<br>10 images",
        "cluster 1: &lt;boot><br>10 images",
        "noise<br>10 images",
    )
    pixels, (_, spots) = decoded(figure), figure.data
    words = np.array(spots.text).reshape(3, 4)
    assert words[:, 0].tolist() == ["mean of 10 images"] * 3
    for row, of in enumerate([1, 0, 2]):
        at = [pixels[int(spots.y[4 * row]), int(x)] for x in spots.x[4 * row : 4 * row + 4]]
        assert at[0][0] == round(10 * of + 4.5)
        shown = [int(shade[0]) for shade in at[1:]]
        assert [str(shade) for shade in shown] == words[row, 1:].tolist()  # ids are positions
        assert len(set(shown)) == 3
        assert {shade // 10 for shade in shown} == {of}
    assert cluster_pictures(shades(), clusters, samples=3).data[1].text == spots.text


def test_a_cluster_with_fewer_pictures_than_samples_and_one_alone():
    figure = cluster_pictures(shades(3), [0, 0, 1], samples=9)
    assert figure.layout.yaxis.ticktext == ("cluster 0<br>2 images", "cluster 1<br>1 image")
    assert len(figure.data[1].text) == 3 + 2
    assert cluster_pictures(shades(1), [0], samples=0).layout.xaxis.tickvals == (32,)


def test_many_clusters_are_cut_and_it_says_so():
    figure = cluster_pictures(shades(60), np.arange(60), samples=1)
    assert len(figure.layout.yaxis.ticktext) == 40
    assert figure.layout.title.text == "The first 40 of 60 clusters"


def test_files_of_several_shapes_and_a_broken_one(tmp_path):
    for place, size in enumerate([(200, 100), (8, 8), (30, 90)]):
        Image.new("RGB", size, (200, 0, 0)).save(tmp_path / f"{place}.png")
    (tmp_path / "3.png").write_text("no picture")
    figure = cluster_pictures(nb.Pool.from_folder(tmp_path), [0, 0, 0, 0])
    assert "3.png: cannot be read" in figure.data[1].text
    assert decoded(figure)[32, 32].tolist() == [200, 0, 0, 255]


@pytest.mark.parametrize(
    ("clusters", "told"),
    [([0, 1], "2 clusters for 30 items"), (np.zeros(30), "no whole numbers")],
)
def test_clusters_that_do_not_fit_the_pictures(clusters, told):
    with pytest.raises(ValueError, match=told):
        cluster_pictures(shades(), clusters)


def test_without_pictures_there_is_nothing_to_show():
    with pytest.raises(ValueError, match="no images to show"):
        cluster_pictures(blob_pool(), np.zeros(60, dtype=int))
    with pytest.raises(ValueError, match="samples is -1; pass a whole number"):
        cluster_pictures(shades(1), [0], samples=-1)


# confidence


def test_confidence_goes_from_low_to_high():
    proba = np.array([[0.2, 0.8], [0.5, 0.5], [0.9, 0.1]])
    figure = confidence_curve({"<b>": proba, "top": [1.0, 0.25]})
    first, second = figure.data
    assert (list(first.x), list(first.y)) == ([0, 0.5, 1], [0.5, 0.8, 0.9])
    assert (list(second.x), list(second.y)) == ([0, 1], [0.25, 1])
    assert first.name == "&lt;b>"
    assert figure.layout.yaxis.tickformat == ".0%"


def test_confidence_curves_differ_in_colour_and_dashes():
    curves = {str(number): [0.5, 0.6] for number in range(len(LINE_COLORS) + 1)}
    told = [(line.line.color, line.line.dash) for line in confidence_curve(curves).data]
    assert len(set(told)) == len(told)


def test_a_large_pool_is_drawn_with_few_points():
    sure = np.random.default_rng(0).uniform(0.2, 1, 60_000)
    (line,) = confidence_curve({"pool": sure}).data
    assert len(line.x) == 1_000
    assert (line.y[0], line.y[-1]) == (sure.min(), sure.max())


@pytest.mark.parametrize(
    "curves", [{}, [0.5, 0.6], {"a": []}, {"a": [1.5]}, {"a": [np.nan]}, {"a": np.ones((2, 2, 2))}]
)
def test_confidences_that_are_none(curves):
    with pytest.raises(ValueError, match="probabilities"):
        confidence_curve(curves)


# progress


def test_progress_has_both_curves_and_a_band():
    figure = progress_curves([[10, 0.8, 0.6, 0.9], [20, 0.9, 0.8, 0.97]], [[10, 0.5], [20, 0.7]])
    band, right, sure = figure.data
    assert list(band.y) == [0.9, 0.97, 0.8, 0.6]
    assert (list(right.x), list(right.y)) == ([10, 20], [0.8, 0.9])
    assert (list(sure.x), list(sure.y)) == ([10, 20], [0.5, 0.7])
    assert sure.name == "predicted with confidence above 90 %"
    assert right.line.color != sure.line.color
    assert right.line.dash != sure.line.dash


def test_progress_with_one_of_the_curves():
    (sure,) = progress_curves([], [[1, 0.5]]).data
    assert sure.mode == "markers"
    assert len(progress_curves([[10, 0.8, 0.6, 0.9]], []).data) == 2


@pytest.mark.parametrize(
    ("accuracy", "sure", "said"),
    [
        ([], [], "nothing to draw yet"),
        ([[1, 0.5]], [], r"accuracy has the shape \(1, 2\) instead of \(n, 4\)"),
        ([], [1, 0.5], r"confident has the shape \(2,\) instead of \(n, 2\)"),
    ],
)
def test_progress_without_points(accuracy, sure, said):
    with pytest.raises(ValueError, match=said):
        progress_curves(accuracy, sure)
