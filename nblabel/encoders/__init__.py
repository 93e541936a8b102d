"""Encoders trained on the pictures of a pool itself, without labels. They need PyTorch."""

from __future__ import annotations

from typing import Any

from nblabel.encoders.autoencoders import Autoencoder, VariationalAutoencoder
from nblabel.encoders.base import Encoder
from nblabel.encoders.codes import encode_pool
from nblabel.encoders.contrastive import ContrastiveEncoder
from nblabel.encoders.files import read_encoder, unreadable

__all__ = [
    "ENCODERS",
    "Autoencoder",
    "ContrastiveEncoder",
    "Encoder",
    "VariationalAutoencoder",
    "encode_pool",
    "load",
    "make_encoder",
]

ENCODERS: dict[str, type[Encoder]] = {
    kind.name: kind for kind in (Autoencoder, VariationalAutoencoder, ContrastiveEncoder)
}


def make_encoder(name: str, dim: int | None = None, **options: Any) -> Encoder:
    """Return the untrained encoder of a name.

    Parameters
    ----------
    name : {"autoencoder", "vae", "contrastive"}
        The name of `Autoencoder`, `VariationalAutoencoder` or `ContrastiveEncoder`.
    dim : int, optional
        Width of the code, 128 unless given.
    **options
        The other parameters of that class.

    Returns
    -------
    Encoder
        Not trained yet; its parameters are checked by `Encoder.fit`.

    Raises
    ------
    ValueError
        If there is no such encoder.
    TypeError
        If it has no such option.
    """
    if name not in ENCODERS:
        raise ValueError(f"unknown encoder {name!r}; choose one of {', '.join(ENCODERS)}.")
    known = ENCODERS[name]._get_param_names()  # noqa: SLF001  (scikit-learn's list of them)
    for option in options:
        if option not in known:
            raise TypeError(
                f"method={name!r} has no option {option!r}; its options are {', '.join(known)}."
            )
    if dim is not None:
        options["dim"] = dim
    return ENCODERS[name](**options)


def load(path: Any) -> Encoder:
    """Load an encoder that `Encoder.save` wrote.

    Parameters
    ----------
    path : path-like
        The file. A leading ``~`` is the home folder.

    Returns
    -------
    Encoder
        Ready to encode, on the processor; what its training took is not in the file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no encoder, or one that this version of nblabel cannot read.
    ImportError
        If PyTorch is missing; the message has the command that installs it.
    """
    parts = read_encoder(path)
    try:
        encoder = ENCODERS[parts.kind](**parts.parameters)
        encoder.check()
        encoder.restore(parts.shape, parts.weights)
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable(path) from error
    return encoder
