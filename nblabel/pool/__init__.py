"""What there is to label: pictures, texts or rows, with ids and embeddings."""

from nblabel.pool.pool import Pool

__all__ = ["Pool"]
