"""Make the bundled excerpt of Fashion-MNIST.

It writes nblabel/datasets/data/fashion_mnist_sample.npz: 500 training images of each class in mixed order,
in the layout of the full set. The same choice comes out on every run.
"""

import numpy as np

from nblabel.datasets import Dataset, load_fashion_mnist
from nblabel.datasets.loaders import SAMPLE_PATH

N_PER_CLASS = 500


def choose(data: Dataset) -> Dataset:
    """Draw the same number of images from each class, in random order."""
    rng = np.random.default_rng(0)
    chosen = np.concatenate(
        [
            rng.choice(np.flatnonzero(data.labels == label), N_PER_CLASS, replace=False)
            for label in range(len(data.classes))
        ]
    )
    rng.shuffle(chosen)
    return Dataset(data.images[chosen], data.labels[chosen], data.classes, data.name)


if __name__ == "__main__":
    sample = choose(load_fashion_mnist("train"))
    np.savez_compressed(SAMPLE_PATH, x_train=sample.images, y_train=sample.labels.astype(np.uint8))
    print(f"{SAMPLE_PATH}: {len(sample)} images, {SAMPLE_PATH.stat().st_size:,} bytes")
