"""An encoder trained to know a picture again after it was changed a little."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.arrays import UInt8Array
from nblabel.encoders.base import Encoder, Tell
from nblabel.encoders.changes import changed
from nblabel.encoders.rows import gradients_of
from nblabel.graph.neighbor_graph import build_graph

NEIGHBORS = 5  # of a picture, one of which is to have a code like its own
HEAD = 64  # width of what the loss compares; the code is taken before it
GRID = 4  # cells along a side that the network looks at apart


class ContrastiveEncoder(Encoder):
    """A small convolutional network trained by contrast.

    Pictures are paired with one of their five nearest neighbours, by their gradients [2]_, and both
    are changed a little: turned, stretched, slanted, shifted, brighter or darker, and with a part
    cut out. The two of a pair are to have like codes, those of different pairs unlike ones [1]_.
    See `Encoder` for more about the parameters, and for the attributes.

    Parameters
    ----------
    dim : int
        Width of the code, which has the length 1; 128 if not given.
    steps : int, optional
        Batches of 512 pairs to train on; 600 if not given.
    max_seconds : float, optional
        Train no longer than this.
    device : str, optional
        "cpu" or "cuda"; a graphics processor where there is one.
    random_state : int
        Seed.
    progress : bool
        Show a progress bar if it takes over a second.

    Notes
    -----
    How strong the changes may be depends on the pictures: digits bear more than clothing. With a
    neighbour in each pair the pool itself shows what may differ within a class, and one mild
    strength serves both. Share of the ten nearest neighbours that are of one's own class, 60,000
    images: MNIST 0.977 (gradients 0.977), Fashion-MNIST 0.845 (0.860); both codes side by side,
    ``embed(pool, method=["gradients", "contrastive"])``, 0.980 and 0.861. On Fashion-MNIST, after
    240 steps, views of one picture alone came to 0.782, and pairs of neighbours to 0.833.

    References
    ----------
    .. [1] Chen, Kornblith, Norouzi, Hinton, "A simple framework for contrastive learning of visual
       representations", ICML 2020.
    .. [2] Dwibedi, Aytar, Tompson, Sermanet, Zisserman, "With a little help from my friends:
       nearest-neighbor contrastive learning of visual representations", ICCV 2021; there the
       neighbours are found among the codes.
    """

    name = "contrastive"
    STEPS = 600
    BATCH = 512
    RATE = 2e-3
    WIDTH = 32
    TEMPERATURE = 0.2
    STRENGTH = 0.3  # of the changes

    def _net(self, torch: Any, shape: tuple[int, ...]) -> Any:
        nn = torch.nn
        width = self.WIDTH

        def half(before: int, after: int, size: int) -> list[Any]:
            kernel = nn.Conv2d(before, after, size, 2, size // 2, bias=False)
            return [kernel, nn.BatchNorm2d(after), nn.ReLU()]

        return nn.Sequential(
            *half(shape[2], width, 5),
            *half(width, 2 * width, 3),
            *half(2 * width, 4 * width, 3),
            *(nn.AdaptiveAvgPool2d(GRID), nn.Flatten()),
            nn.Linear(4 * width * GRID**2, self.dim),
        )

    def _prepare(self, torch: Any, pictures: UInt8Array, tell: Tell) -> None:
        tell(0.0, "finding neighbours")
        graph = build_graph(gradients_of(pictures), lambda _: None)
        self._near = torch.from_numpy(graph.indices[:, :NEIGHBORS].astype(np.int64))

    def _tidy(self) -> None:
        del self._near

    def _batch(self, torch: Any, x: Any, some: Any) -> Any:
        near = self._near[some]
        other = near.gather(1, torch.randint(near.shape[1], (len(some), 1)))[:, 0]
        return x[torch.cat([some, other])]

    def _rest(self, torch: Any, shape: tuple[int, ...]) -> Any:  # noqa: ARG002
        nn = torch.nn
        return nn.Sequential(nn.BatchNorm1d(self.dim), nn.ReLU(), nn.Linear(self.dim, HEAD))

    def _loss(self, torch: Any, net: Any, rest: Any, batch: Any) -> Any:
        functional = torch.nn.functional
        n = len(batch) // 2
        views = changed(torch, batch, self.STRENGTH)
        compared = functional.normalize(rest(net(views)), dim=1)
        likeness = compared @ compared.T / self.TEMPERATURE
        likeness.fill_diagonal_(-torch.inf)  # a view is not compared with itself
        other = torch.arange(2 * n, device=batch.device).roll(n)
        return functional.cross_entropy(likeness, other)

    def _codes(self, torch: Any, batch: Any) -> Any:
        return torch.nn.functional.normalize(self.net_(batch), dim=1)
