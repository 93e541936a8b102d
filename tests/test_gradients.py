"""Cells of pictures: against a slow description of the same, and what they should not see."""

import numpy as np
import pytest

from nblabel.encoders.gradients import PIXELS, describe

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (3, 12, 9, 1), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)


def slowly(picture):
    """Edges, brightness and colours of one picture, pixel by pixel."""
    height, width, channels = picture.shape
    values = picture / 255
    rows, columns = (
        min(side, max(1, round(7 * side / max(height, width)))) for side in (height, width)
    )
    histograms = np.zeros((rows, columns, 8))
    means = np.zeros((rows, columns, channels))
    for row in range(rows):
        for column in range(columns):
            total = 0
            for i in range(height):
                for j in range(width):
                    weight = nearness(i, row, height, rows) * nearness(j, column, width, columns)
                    total += weight
                    means[row, column] += weight * values[i, j]
                    histograms[row, column] += weight * shares(values, i, j)
            means[row, column] /= total
            histograms[row, column] /= total
    energy = (histograms**2).sum(axis=2)
    edges = np.empty_like(histograms)
    for row in range(rows):
        for column in range(columns):
            around = sum(
                (2 - abs(i)) * (2 - abs(j)) / 16
                * energy[np.clip(row + i, 0, rows - 1), np.clip(column + j, 0, columns - 1)]
                for i in (-1, 0, 1)
                for j in (-1, 0, 1)
            )  # fmt: skip
            edges[row, column] = histograms[row, column] / np.sqrt(around + 0.01**2)
    if channels == 1:
        return edges, means, np.zeros((rows, columns, 0))
    r, g, b = np.moveaxis(means, -1, 0)
    return edges, means.mean(axis=2, keepdims=True), np.stack([r - g, (r + g) / 2 - b], axis=-1)


def nearness(pixel, cell, side, cells):
    size = side / cells
    return max(0, 1 - abs(pixel - ((cell + 0.5) * size - 0.5)) / size)


def shares(values, i, j):
    """How much of the slope at a pixel goes to each orientation; together its length."""

    def value(i, j):
        return values[np.clip(i, 0, values.shape[0] - 1), np.clip(j, 0, values.shape[1] - 1)]

    dx, dy = (value(i, j + 1) - value(i, j - 1)) / 2, (value(i + 1, j) - value(i - 1, j)) / 2
    channel = np.argmax(np.hypot(dx, dy))
    angle = np.arctan2(dy[channel], dx[channel])
    weights = np.cos(angle - np.pi * np.arange(8) / 8) ** 16
    return np.hypot(dx, dy)[channel] * weights / weights.sum()


SIZES = [(1, 1), (1, 5), (2, 3), (7, 7), (9, 20), (64, 3)]


@pytest.mark.parametrize(
    "pictures",
    [GREY, COLOUR]
    + [RNG.integers(0, 256, (1, *size, kind), dtype=np.uint8) for size in SIZES for kind in (1, 3)],
    ids=lambda pictures: "x".join(map(str, pictures.shape)),
)
def test_it_is_what_it_says(pictures):
    fast = describe(pictures)
    for number, picture in enumerate(pictures):
        for found, expected in zip(fast, slowly(picture), strict=True):
            assert found.dtype == np.float32
            assert found[number].shape == expected.shape
            np.testing.assert_allclose(found[number], expected, rtol=5e-4, atol=1e-5)


def test_more_than_are_done_at_once():
    at_once = PIXELS // (20 * 25)
    many = RNG.integers(0, 256, (2 * at_once + 3, 20, 25, 3), dtype=np.uint8)
    whole = describe(many)
    for number in (0, at_once - 1, at_once, len(many) - 1):
        for all_of_them, alone in zip(whole, describe(many[number : number + 1]), strict=True):
            np.testing.assert_allclose(all_of_them[number], alone[0], atol=1e-6)


@pytest.mark.parametrize("shade", [0, 90, 255])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_without_edges(shade, channels):
    edges, brightness, colours = describe(np.full((1, 10, 10, channels), shade, dtype=np.uint8))
    np.testing.assert_allclose(edges, 0, atol=1e-6)
    np.testing.assert_allclose(brightness, shade / 255, atol=1e-6)
    np.testing.assert_allclose(colours, 0, atol=1e-6)


def test_the_orientations_are_those_of_the_edges():
    ramp = np.tile(np.arange(0, 240, 10, dtype=np.uint8), (24, 1))
    diagonal = (ramp // 2 + ramp.T // 2).astype(np.uint8)
    pictures = np.stack([ramp, ramp.T, diagonal, diagonal[::-1]])[..., None]
    assert describe(pictures)[0].sum(axis=(1, 2)).argmax(axis=1).tolist() == [0, 4, 2, 6]


def test_light_on_dark_has_the_edges_of_dark_on_light():
    np.testing.assert_allclose(describe(GREY)[0], describe(255 - GREY)[0], atol=1e-5)


def test_contrast_counts_little_above_noise():
    strong = np.zeros((1, 14, 14, 1), dtype=np.uint8)
    strong[:, 4:10, 4:10] = 240
    edges = [describe(strong // part)[0] for part in (1, 2, 60)]
    assert np.abs(edges[0] - edges[1]).max() < 0.1
    assert edges[2].max() < edges[0].max() / 2


def test_a_pixel_aside_changes_less_than_another_picture():
    drawn = np.zeros((2, 28, 28, 1), dtype=np.uint8)
    drawn[0, 8:20, 8:20] = 255  # a square
    drawn[1][np.add.outer(np.abs(np.arange(28) - 14), np.abs(np.arange(28) - 14)) < 8] = 255
    here, aside = describe(drawn)[0], describe(np.roll(drawn, 1, axis=2))[0]
    shift = np.linalg.norm(here[0] - aside[0])
    assert shift < np.linalg.norm(here[0] - here[1]) / 3
    pixels = drawn / 255
    in_pixels = np.linalg.norm(pixels[0] - np.roll(pixels, 1, axis=2)[0])
    assert shift / np.linalg.norm(here[0]) < in_pixels / np.linalg.norm(pixels[0])


def test_grey_in_three_channels_is_grey():
    edges, brightness, colours = describe(GREY.repeat(3, axis=-1))
    for found, expected in zip((edges, brightness), describe(GREY)[:2], strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(colours, 0, atol=1e-6)


def test_an_edge_between_colours_of_one_brightness_is_seen():
    picture = np.zeros((1, 14, 14, 3), dtype=np.uint8)
    picture[:, :, :7, 0] = picture[:, :, 7:, 1] = 200
    edges, brightness, colours = describe(picture)
    assert edges[0, :, 3, 0].min() > 0.3
    assert np.ptp(brightness) < 1e-6
    assert colours[0, 3, 0, 0] > 0.7 > -0.7 > colours[0, 3, -1, 0]
