"""The network that comes along: EfficientNet-Lite0, which has seen a million photos."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from nblabel.arrays import FloatArray
from nblabel.embeddings.choice import SIDE, look_at
from nblabel.embeddings.onnx import embed_onnx
from nblabel.pool import Pool

# scripts/make_network.py writes the file
FILE = Path(__file__).parent / "data" / "efficientnet-lite0.onnx"
SHA256 = "b3e75e61fb37a2e04b80c95984a15e39df1e075ef15eef9656723c6b3ca32a6c"
# pixels that pictures are brought to: large ones, and those that have less than 64 themselves
LARGE, SMALL = 224, 160
BATCH = 16


def embed_photos(
    pool: Pool,
    dim: int | None,
    random_state: int,
    like: Pool | None = None,
    size: int | None = None,
) -> FloatArray:
    """Embed images with the network that comes along.

    EfficientNet-Lite0 [1]_, trained on the classes of ImageNet, up to the mean over the places of
    its last layer.

    Parameters
    ----------
    pool : Pool
        Of images; grey ones are taken as colour.
    like : Pool, optional
        Of images whose size settles that of these.
    size : int, optional
        Pixels a side that images are stretched to: 224, or 160 where most have less than 64.

    Returns
    -------
    ndarray of shape (n, 1280), float32
        Rows of length 1.

    Raises
    ------
    ImportError
        If ONNX Runtime is missing.
    ValueError
        If the file of the network is damaged.

    References
    ----------
    .. [1] Tan, Le, "EfficientNet: rethinking model scaling for convolutional neural networks", ICML
       2019; the variant without squeeze-and-excitation, for small devices.
    """
    _check(FILE)
    if size is None:
        size = LARGE if look_at(pool if like is None else like).side >= SIDE else SMALL
    return embed_onnx(pool, dim, random_state, model=FILE, batch_size=BATCH, size=size)


@cache
def _check(path: Path) -> None:
    """Refuse a file that is not the one that was made: it would embed into noise, or crash."""
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        found = str(error)
    if found != SHA256:
        raise ValueError(
            f"{path} is damaged or missing. Install nblabel again, pip install --force-reinstall "
            '--no-deps nblabel, or embed by method="gradients".'
        )
