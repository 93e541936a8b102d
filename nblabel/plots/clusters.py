"""Pictures of what is in each cluster."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from nblabel.arrays import UInt8Array
from nblabel.explore.clusters import as_clusters
from nblabel.plots.style import escaped
from nblabel.pool import Pool
from nblabel.pool.mosaic import mean_tile, tile
from nblabel.pool.order import in_pool_order
from nblabel.pool.pictures import MediaError
from nblabel.system.format import counted

TILE = 64  # pixels a side of a picture in a chart
GAP = 6
ROWS = 40  # clusters; more make a picture that nobody looks through
AVERAGED = 1_000  # pictures; more change their mean little


def cluster_pictures(
    pool: Any,
    clusters: Any,
    *,
    samples: int = 9,
    names: dict[int, Any] | None = None,
    random_state: int = 0,
) -> go.Figure:
    """Show what is in each cluster: the mean of its pictures, and some of them.

    Parameters
    ----------
    pool : Pool or images
        The pictures.
    clusters : sequence of n ints
        As `nblabel.cluster` returns them; -1 is noise, shown last.
    samples : int
        Pictures shown of each cluster, drawn at random.
    names : dict, optional
        What to call clusters, by number: the mapping that `nblabel.match_clusters` finds.
    random_state : int
        Seed of the draw.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each cluster, in order of their numbers; of more than 40 the first 40. The id of a
        picture shows where the pointer rests.

    Raises
    ------
    ValueError
        If the pool has no pictures, or `clusters` is not one whole number for each of them; or
        `samples` is negative.

    Notes
    -----
    The mean is that of at most 1,000 pictures drawn at random. Pictures that differ in shape are
    brought to one.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> clusters = nb.cluster(nb.embed(data.images))
    >>> nb.plots.cluster_pictures(data.images, clusters).show()  # doctest: +SKIP
    """
    pool = pool if isinstance(pool, Pool) else Pool(pool)
    if pool.kind != "images":
        raise ValueError(f"the pool has no images to show, only {pool.kind}.")
    groups = as_clusters(in_pool_order(pool, clusters, "clusters"), len(pool))
    if not isinstance(samples, int) or samples < 0:
        raise ValueError(f"samples is {samples!r}; pass a whole number, such as 9.")
    rng = np.random.default_rng(random_state)
    shown = sorted(set(groups.tolist()), key=lambda number: (number < 0, number))
    tiles, texts, ticks = [], [], []
    for number in shown[:ROWS]:
        members = rng.permutation(np.flatnonzero(groups == number))
        row = [_picture(pool, index) for index in members[:samples]]
        averaged = (_picture(pool, index) for index in members[:AVERAGED])
        mean = mean_tile([picture for picture in averaged if picture is not None])
        count = counted(len(members), "image")
        tiles.append([mean, *row])
        texts.append(
            [f"mean of {count}", *(escaped(pool.ids[index]) for index in members[:samples])]
        )
        name = "noise" if number < 0 else f"cluster {number}"
        known = (names or {}).get(number)
        ticks.append(f"{name}{'' if known is None else f': {escaped(str(known))}'}<br>{count}")
    figure = _mosaic(tiles, texts, ticks, samples)
    if len(shown) > ROWS:
        figure.update_layout(title={"text": f"The first {ROWS} of {len(shown):,} clusters"})
    return figure


def _picture(pool: Pool, index: int) -> UInt8Array | None:
    """Return one picture at the size it is shown in; None where it cannot be read."""
    try:
        return pool.image(int(index), TILE)
    except MediaError:
        return None


def _mosaic(
    tiles: list[list[UInt8Array | None]], texts: list[list[str]], ticks: list[str], samples: int
) -> go.Figure:
    """Draw rows of pictures, the first of each set apart."""
    step = TILE + GAP
    left = [0, *(step * place + step // 2 for place in range(1, samples + 1))]
    top = [step * row for row in range(len(tiles))]
    canvas = np.zeros((max(step * len(tiles) - GAP, 1), left[-1] + TILE, 4), dtype=np.uint8)
    spots = []
    for y, row, below in zip(top, tiles, texts, strict=True):
        for x, picture, text in zip(left, row, below, strict=False):
            if picture is not None:
                canvas[y : y + TILE, x : x + TILE, :3] = tile(picture, TILE)
                canvas[y : y + TILE, x : x + TILE, 3] = 255
            spots.append(
                (
                    x + TILE / 2,
                    y + TILE / 2,
                    text if picture is not None else f"{text}: cannot be read",
                )
            )
    file = io.BytesIO()
    Image.fromarray(canvas).save(file, "PNG")
    source = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    xs, ys, shown = zip(*spots, strict=True)
    figure = go.Figure(
        [
            go.Image(source=source, hoverinfo="skip"),
            go.Scatter(
                x=xs,
                y=ys,
                text=shown,
                mode="markers",
                marker={"size": TILE // 2, "opacity": 0},
                hovertemplate="%{text}<extra></extra>",
                showlegend=False,
            ),
        ]
    )
    plain = {"showgrid": False, "zeroline": False, "tickmode": "array", "ticks": ""}
    figure.update_layout(
        template="none",
        height=canvas.shape[0] + 90,
        width=canvas.shape[1] + 190,
        margin={"l": 160, "r": 20, "t": 60, "b": 20},
        xaxis={
            **plain,
            "side": "top",
            "range": [0, canvas.shape[1]],
            "tickvals": [TILE / 2, (left[1] + left[-1] + TILE) / 2] if samples else [TILE / 2],
            "ticktext": ["mean", "samples"],
        },
        yaxis={
            **plain,
            "range": [canvas.shape[0], 0],
            "tickvals": [y + TILE / 2 for y in top],
            "ticktext": ticks,
        },
    )
    return figure
