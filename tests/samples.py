"""Small data that many tests use."""

import numpy as np

from nblabel.pool import Pool

CLASSES = ("boot", "bag", "shirt")


def blobs(n: int = 60, dim: int = 5, n_classes: int = 3, seed: int = 0) -> np.ndarray:
    """Points in as many groups as classes; point i lies in group i % n_classes."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(scale=6, size=(n_classes, dim))
    return (centres[np.arange(n) % n_classes] + rng.normal(size=(n, dim))).astype(np.float32)


def blob_pool(n: int = 60, **options: int) -> Pool:
    return Pool(embeddings=blobs(n, **options))
