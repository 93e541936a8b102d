"""Probabilities of classes from their names alone, by a network that reads both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.embeddings.pretrained import embed_pretrained
from nblabel.pool import Pool

# names of networks on the Hugging Face hub, by what they are called here
NETWORKS = {
    "clip-b32": "openai/clip-vit-base-patch32",
    "siglip2-base": "google/siglip2-base-patch16-224",
    "minilm": "sentence-transformers/all-MiniLM-L6-v2",
}
PROMPTS = {"images": "a photo of a {}.", "texts": "{}"}
# what similarities are multiplied with: 100 is what CLIP learned and SigLIP is near to; 20 is what
# sentence networks are mostly trained with
SCALES = {"images": 100.0, "texts": 20.0}


def prior_from_names(
    pool: Pool,
    classes: Sequence[str],
    network: str,
    *,
    prompts: Any = None,
    batch_size: int = 32,
    device: str | None = None,
) -> FloatArray:
    """Return the probability of each class by how near its name is to each item.

    What it returns is passed as ``Session(prior=...)``. The name of the network alone does the same
    with the usual prompts: ``Session(pool, classes, prior="clip-b32")``.

    Parameters
    ----------
    pool : Pool
        Of images or texts.
    classes : sequence of str
        Class names.
    network : str
        For images a network that reads pictures and texts: "clip-b32", "siglip2-base"; for texts a
        sentence network, such as "minilm". Or a folder, or a name on the Hugging Face hub, as for
        `nblabel.embeddings.pretrained.embed_pretrained`.
    prompts : str, sequence of str, or mapping, optional
        What stands for a class: a text with ``{}`` where its name goes, or several, of which the
        mean is taken; or a mapping of class names to such texts, for all classes or some. If left
        out: "a photo of a {}." for images, the name itself for texts.
    batch_size : int
        Items at a time.
    device : str, optional
        "cpu", "cuda", ...; a GPU where torch finds one.

    Returns
    -------
    ndarray of shape (n, n_classes), float32
        Rows sum to 1.

    Raises
    ------
    ValueError
        If the pool is neither of images nor of texts, the network cannot be found or is not for
        both sides, or a prompt is empty or for no class.
    ImportError
        If transformers or torch is missing.

    Notes
    -----
    The softmax of the cosine similarities, times 100 for images and 20 for texts: zero-shot
    classification, with the mean over prompts (Radford et al., "Learning Transferable Visual Models
    From Natural Language Supervision", ICML 2021). A session finds out from the labels how far it
    is to be trusted, and tempers it.
    """
    if pool.kind not in PROMPTS:
        raise ValueError(
            f"a pool of {pool.kind} has nothing that a network could compare with names; pass an "
            "array of probabilities, or a function, as prior=."
        )
    texts = [prompts_of(name, prompts, PROMPTS[pool.kind], classes) for name in classes]
    model = NETWORKS.get(network, network)
    options: dict[str, Any] = {"model": model, "batch_size": batch_size, "device": device}
    items = embed_pretrained(pool, None, 0, **options)
    flat = [text for some in texts for text in some]
    sides = embed_pretrained(Pool(texts=flat), None, 0, **options)
    if sides.shape[1] != items.shape[1]:
        raise ValueError(
            f"{network} makes {items.shape[1]} numbers of an item and {sides.shape[1]} of a text; "
            "name a network that is trained on both sides."
        )
    ends = np.cumsum([len(some) for some in texts])[:-1]
    means = np.array([part.mean(axis=0) for part in np.split(sides, ends)])
    length = np.linalg.norm(means, axis=1, keepdims=True)
    means /= np.where(length > 0, length, 1)
    logits = np.float32(SCALES[pool.kind]) * (items @ means.T)
    logits -= logits.max(axis=1, keepdims=True)
    proba = np.exp(logits)
    found: FloatArray = (proba / proba.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def prompts_of(name: str, prompts: Any, usual: str, classes: Sequence[str]) -> list[str]:
    """Return the texts that stand for a class.

    Parameters
    ----------
    name : str
        Of the class.
    prompts : str, sequence of str, mapping or None
        See `prior_from_names`.
    usual : str
        In place of what is not given.
    classes : sequence of str
        All class names.

    Raises
    ------
    ValueError
        If there is none, one is empty, or a mapping has others than the classes.
    """
    if isinstance(prompts, Mapping):
        if unknown := [key for key in prompts if str(key) not in classes]:
            raise ValueError(
                f"prompts has {unknown[0]!r}, which is no class; the classes are "
                f"{', '.join(classes)}."
            )
        prompts = {str(key): value for key, value in prompts.items()}.get(name)
    given = usual if prompts is None else prompts
    texts = [given] if isinstance(given, str) else list(given)
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError(f"prompts for {name!r} are {given!r}; pass a text, or several.")
    return [text.replace("{}", name) for text in texts]
