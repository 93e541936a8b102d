"""Data sets to try nblabel on."""

from nblabel.datasets.loaders import (
    Dataset,
    load_digits,
    load_fashion_mnist,
    load_fashion_mnist_sample,
    load_mnist,
)

__all__ = [
    "Dataset",
    "load_digits",
    "load_fashion_mnist",
    "load_fashion_mnist_sample",
    "load_mnist",
]
