"""Pools of time series: what is taken, drawn and embedded."""

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from tests.sounds import wave_series


def line_of(picture):
    """The mean height of the line in each column, NaN where there is none."""
    blue = picture[..., 2].astype(int) - picture[..., 0] > 60
    rows = np.arange(len(blue))[:, None]
    count = blue.sum(axis=0)
    return np.where(count, (rows * blue).sum(axis=0) / np.maximum(count, 1), np.nan)


def test_arrays_of_one_and_of_several_channels():
    pool = nb.Pool(series=np.zeros((3, 50)))
    assert (repr(pool), pool.kind, pool.media.channels) == ("Pool(3 series)", "series", 1)
    assert nb.Pool(series=np.zeros((3, 50, 2))).drawing(0).about == "50 values · 2 channels"
    uneven = nb.Pool(series=[np.zeros(5), list(range(9))], ids=["a", "b"])
    assert [uneven.drawing(at).about for at in (0, 1)] == ["5 values", "9 values"]


def test_frames_name_their_channels_and_their_index_the_items():
    frame = pd.DataFrame({"x": [1.0, 2], "y": [3, None]})
    pool = nb.Pool(series=[frame, frame])
    assert pool.media.names == ("x", "y")
    assert pool.drawing(0).about == "2 values · 2 channels · 1 missing"
    rows = pd.DataFrame(np.eye(3), index=["a", "b", "c"])
    assert nb.Pool(series=rows).ids == ("a", "b", "c")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros(9), "series is a single one"),
        ([np.zeros(9), np.zeros((9, 2))], "series 1 has 2 channels, and series 0 has 1"),
        ([np.zeros((2, 900))], "series 0 has 900 channels. Put time first: array.T"),
        ([np.zeros(0)], "series 0 has no values; leave it out"),
        ([["a", "b"]], "series 0 holds no numbers"),
        ([np.zeros((2, 2, 2))], r"series 0 has shape \(2, 2, 2\)"),
        ([], "the pool is empty"),
    ],
)
def test_what_is_no_series_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        nb.Pool(series=given)


def test_what_has_no_order_is_refused():
    with pytest.raises(TypeError, match="series is a dict; pass a list of arrays"):
        nb.Pool(series={"a": [1]})


def test_a_line_goes_through_the_values():
    pool = nb.Pool(series=[np.arange(100.0)])
    drawing = pool.drawing(0, 400)
    assert drawing.picture.shape == (300, 400, 3)
    line = line_of(drawing.picture)[5:-5]
    assert (np.diff(line[~np.isnan(line)]) <= 1).all()
    assert line[:9].mean() > 230
    assert line[-9:].mean() < 70


def test_a_missing_value_is_a_gap():
    values = np.sin(np.arange(200) / 9)
    values[80:120] = np.nan
    values[150] = np.inf
    drawing = nb.Pool(series=[values]).drawing(0, 400)
    assert drawing.about == "200 values · 41 missing"
    missing = np.isnan(line_of(drawing.picture))
    assert missing[165:235].all()
    assert not missing[30:150].any()


def test_a_long_series_keeps_its_peaks():
    values = np.zeros(200_000)
    values[150_000] = 5
    line = line_of(nb.Pool(series=[values]).drawing(0, 400).picture)
    assert 296 <= np.nanargmin(line) <= 304


@pytest.mark.parametrize(
    "values", [[3.0], [2.0] * 9, [np.nan] * 9, [1e300, -1e300], [1, np.nan, 2]]
)
@pytest.mark.parametrize("side", [1, 96, 512])
def test_odd_values_are_drawn_all_the_same(values, side):
    picture = nb.Pool(series=[values]).drawing(0, side).picture
    assert picture.shape[1] == side


def test_many_channels_are_cut_off_and_that_is_told():
    pool = nb.Pool(series=[np.random.default_rng(0).normal(size=(30, 20))])
    assert pool.drawing(0).about == "30 values · 20 channels, 8 shown"


def test_embeddings_tell_rhythms_apart_whatever_the_phase():
    y = np.arange(60) % 2
    pool = nb.Pool(series=[wave_series(one, 100 + one) for one in range(60)])
    assert nb.embeddings.choose(pool).method == "series"
    X = nb.embed(pool)
    distances = np.linalg.norm(X[:, None] - X[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (y[distances.argmin(axis=1)] == y).mean() > 0.95
    placed = nb.embed(nb.Pool(series=[wave_series(60)]), like=pool)
    assert y[np.linalg.norm(X - placed[0], axis=1).argmin()] == 0


def test_embeddings_of_series_with_gaps_and_of_none_at_all():
    values = [wave_series(one) for one in range(6)]
    values[0][:30] = np.nan
    values[1][:] = np.nan
    pool = nb.Pool(series=values)
    with pytest.warns(UserWarning, match="1 of the series have no value: their embedding is 0"):
        X = nb.embed(pool)
    assert np.isfinite(X).all()


def test_series_of_other_channels_do_not_go_together():
    one, two = nb.Pool(series=np.zeros((2, 9))), nb.Pool(series=np.zeros((2, 9, 2)), ids=["a", "b"])
    with pytest.raises(ValueError, match="the series have 1 channels, and 2"):
        one.extended(two)
    with pytest.raises(ValueError, match="these series have 2 channels, and those of the pool 1"):
        nb.embed(two, like=one)
