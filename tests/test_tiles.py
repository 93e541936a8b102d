"""Pictures as squares, and their mean."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nblabel.pool.mosaic import mean_tile, tile


def test_a_picture_stands_in_the_middle_of_its_square():
    square = tile(np.zeros((2, 4, 1), np.uint8), 8)
    assert square.shape == (8, 8, 3)
    assert (square[2:6] == 0).all()
    assert (square[[0, 1, 6, 7]] == 255).all()


def test_small_pictures_stay_crisp_and_keep_their_colours():
    picture = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [9, 9, 9]]], np.uint8)
    assert (tile(picture, 6) == picture.repeat(3, axis=0).repeat(3, axis=1)).all()
    assert (tile(picture, 2) == picture).all()


def test_a_large_picture_is_scaled_down():
    assert tile(np.full((300, 200, 3), 7, np.uint8), 20)[:, 4:16].tolist() == [[[7] * 3] * 12] * 20


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 5), st.just(3), st.just(3), st.sampled_from([1, 3])))
)
def test_the_mean_of_pictures_of_one_shape_is_that_of_their_pixels(pictures):
    expected = np.rint(pictures.astype(float).mean(axis=0)).astype(np.uint8)
    mean = mean_tile(list(pictures))
    assert mean.shape == (3, 3, 3)
    assert (mean == expected).all()


def test_pictures_of_several_shapes_are_brought_to_one():
    mean = mean_tile([np.full((2, 2, 1), 10, np.uint8), np.full((8, 8, 3), 20, np.uint8)])
    assert mean.tolist() == [[[15] * 3] * 8] * 8
    assert mean_tile([]) is None
