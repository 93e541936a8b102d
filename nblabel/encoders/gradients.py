"""Pictures described by the edges, the brightness and the colours in each of their cells."""

from __future__ import annotations

import math

import numpy as np
from threadpoolctl import threadpool_limits

from nblabel.arrays import FloatArray, UInt8Array

CELLS = 7  # along the longer side of a picture
ORIENTATIONS = 8  # over half a turn: an edge from dark to light counts as one from light to dark
CONTRAST = np.float32(0.01)  # a slope, in full range a pixel, below which edges fade out as noise
PIXELS = 50_000  # at a time: what is computed from them stays in the processor's cache

# What cos¹⁶(angle - b) comes to over all orientations b, at any angle (to 0.02 %).
_SHARE = math.comb(16, 8) / 2**16 * ORIENTATIONS


def describe(pictures: UInt8Array) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Describe pictures by a grid of cells, 7 along the longer side.

    Parameters
    ----------
    pictures : ndarray of shape (n, height, width, 1 or 3), uint8

    Returns
    -------
    edges : ndarray of shape (n, rows, columns, 8), float32
        How much of the contrast around a cell lies across each of eight directions, 0..1. The
        first is that of a vertical edge.
    brightness : ndarray of shape (n, rows, columns, 1), float32
        The mean of the channels, 0..1.
    colours : ndarray of shape (n, rows, columns, 2 or 0), float32
        Red less green, and yellow less blue, -1..1; none for grey pictures.

    Notes
    -----
    Histograms of oriented gradients [1]_ with these choices: centred differences in the
    channel where they are strongest; shares in the orientations that fall off as the 16th power of
    a cosine, so that no angle is computed; triangular cells that overlap by half, so that a shift
    by a pixel changes little; division by the contrast of a cell and those around it. Brightness
    and the opponent colours [2]_ are averaged over the same cells.

    References
    ----------
    .. [1] Dalal, Triggs, "Histograms of oriented gradients for human detection", CVPR 2005.
    .. [2] van de Sande, Gevers, Snoek, "Evaluating color descriptors for object and scene
       recognition", IEEE PAMI 32(9), 2010.
    """
    n, height, width, channels = pictures.shape
    down, across = (_cells(side, max(height, width)) for side in (height, width))
    edges = np.empty((n, len(down), len(across), ORIENTATIONS), dtype=np.float32)
    shades = np.empty((n, len(down), len(across), channels), dtype=np.float32)
    # thousands of small products: threads that wait for each other at every one of them took ten
    # times as long on a busy machine
    with threadpool_limits(1, user_api="blas"):
        at_once = max(1, PIXELS // (height * width))
        for start in range(0, n, at_once):
            chunk = slice(start, start + at_once)
            # rows of pixels before pictures: both ways of pooling are then products of matrices
            pixels = pictures[chunk].transpose(3, 1, 0, 2) * np.float32(1 / 255)
            shades[chunk] = _pooled(pixels, down, across)
            edges[chunk] = _pooled(_oriented(*_strongest(pixels)), down, across)
    energy = _blurred((edges**2).sum(axis=-1))
    edges /= np.sqrt(energy + CONTRAST**2)[..., None]
    if channels == 1:
        return edges, shades, shades[..., :0]
    red, green, blue = np.moveaxis(shades, -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue], axis=-1)
    return edges, shades.mean(axis=-1, keepdims=True), opponents


def _cells(side: int, longest: int) -> FloatArray:
    """Return the weights of pixels in cells: a row each, summing to 1."""
    count = min(side, max(1, round(CELLS * side / longest)))
    step = side / count
    centres = (np.arange(count) + 0.5) * step - 0.5
    weights = np.maximum(0, 1 - np.abs(np.arange(side) - centres[:, None]) / step)
    pooled: FloatArray = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return pooled


def _pooled(maps: FloatArray, down: FloatArray, across: FloatArray) -> FloatArray:
    """Pool (k, height, n, width) over cells to (n, rows, columns, k)."""
    k, height, n, width = maps.shape
    halfway = np.matmul(down, maps.reshape(k, height, n * width))
    cells: FloatArray = halfway.reshape(-1, width) @ across.T
    return cells.reshape(k, len(down), n, len(across)).transpose(2, 1, 3, 0)


def _strongest(pixels: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the slope at each pixel, in the channel where it is steepest."""
    # beyond the border the picture goes on as it ends
    padded = np.pad(pixels, ((0, 0), (1, 1), (0, 0), (1, 1)), mode="edge")
    dx = (padded[:, 1:-1, :, 2:] - padded[:, 1:-1, :, :-2]) / 2
    dy = (padded[:, 2:, :, 1:-1] - padded[:, :-2, :, 1:-1]) / 2
    x, y = dx[0], dy[0]
    for other_x, other_y in zip(dx[1:], dy[1:], strict=True):
        steeper = other_x**2 + other_y**2 > x**2 + y**2
        x, y = np.where(steeper, other_x, x), np.where(steeper, other_y, y)
    return x, y


def _oriented(x: FloatArray, y: FloatArray) -> FloatArray:
    """Share the length of each slope among the orientations, (8, *x.shape)."""
    xx, yy = x * x, y * y
    squared = xx + yy
    # length · cos¹⁶(angle - b), by the double angle the 8th power of a sum of three terms
    root = squared / np.float32(_SHARE**2)
    for _ in range(4):
        np.sqrt(root, out=root)
    scale = root / (2 * np.maximum(squared, np.float32(1e-12)))
    terms = np.stack([root / 2, (xx - yy) * scale, 2 * x * y * scale])
    angles = 2 * np.pi * np.arange(ORIENTATIONS) / ORIENTATIONS
    turns = np.stack([np.ones(ORIENTATIONS), np.cos(angles), np.sin(angles)], axis=1)
    shares: FloatArray = turns.astype(np.float32) @ terms.reshape(3, -1)
    with np.errstate(under="ignore"):  # next to nothing of a slope along an edge becomes nothing
        for _ in range(3):
            np.square(shares, out=shares)
    return shares.reshape(ORIENTATIONS, *x.shape)


def _blurred(cells: FloatArray) -> FloatArray:
    """Average (n, rows, columns) over each cell and its neighbours, the cell counting most."""
    padded = np.pad(cells, ((0, 0), (1, 1), (1, 1)), mode="edge")
    columns = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    blurred: FloatArray = (columns[..., :-2] + 2 * columns[..., 1:-1] + columns[..., 2:]) / 16
    return blurred
