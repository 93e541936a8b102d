"""The codes of a pool, found again on disk by the pictures and the settings they come from."""

from __future__ import annotations

from sklearn.base import clone

from nblabel.arrays import FloatArray
from nblabel.encoders.base import Encoder, Tell, all_pixels
from nblabel.pool import Pool
from nblabel.system.cache import ArrayCache

FORMAT = 2  # grows when the same settings give other codes
INDIFFERENT = ("device", "progress")  # settings that the codes do not depend on


def encode_pool(pool: Pool, encoder: Encoder, tell: Tell | None = None) -> FloatArray:
    """Encode the pictures of a pool, after training on them unless that was done before.

    Parameters
    ----------
    pool : Pool
        With pictures.
    encoder : Encoder
        One that is trained encodes; of one that is not, a copy is trained.
    tell : callable, optional
        Called with the share that is done and a text, in place of a progress bar.

    Returns
    -------
    ndarray of shape (n, dim), float32

    Raises
    ------
    ImportError, ValueError
        As `Encoder.fit` and `Encoder.transform` do.
    """
    if hasattr(encoder, "net_"):
        return encoder.transform(pool)
    encoder = clone(encoder)
    encoder.check()
    pictures, good = all_pixels(pool)
    settings = {k: v for k, v in encoder.get_params().items() if k not in INDIFFERENT}
    unread = (~good).nonzero()[0].tolist()
    kept = ArrayCache("codes", pictures, FORMAT, encoder.name, settings, unread)
    known = kept.read()
    if known is not None:
        codes: FloatArray = known
        return codes
    if tell is None:
        with encoder.bar() as shown:
            encoder.train(pictures[good], shown)
    else:
        encoder.train(pictures[good], tell)
    codes = encoder.encode_all(pictures, good)
    if not encoder.interrupted_:
        kept.write(codes)
    return codes
