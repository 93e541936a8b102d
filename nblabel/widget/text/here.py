"""What the panel does without where it runs, in words."""

from __future__ import annotations

from nblabel.system.available import can_spawn, has

NO_PROCESSES = (
    "UMAP and t-SNE need a second process, which cannot be started here: the map has PCA in their "
    "place."
)
NO_UMAP = "UMAP is not installed, so the map has PCA in its place: pip install umap-learn."


def without() -> str:
    """Return what the map does without, "" where nothing is missing."""
    if not can_spawn():
        return NO_PROCESSES
    return "" if has("umap") else NO_UMAP
