"""A picture of a panel in the notebook, for whoever opens it without a kernel."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from PIL import Image

from nblabel.sharing.drawing import SCALE, as_png
from nblabel.widget.view import cell


def bundle_of(picture: Image.Image, words: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a picture as an output, and what is to be known of it: its size, and what it shows."""
    size = {"width": picture.width // SCALE, "height": picture.height // SCALE}
    data = {"image/png": as_png(picture), "text/plain": words}
    return data, {"image/png": {**size, "alt": words}}


class StillOutput:
    """Two outputs behind the panel: advice with counts, and the picture.

    They are made as the cell runs, and filled and updated later: there is no picture at once, so
    that nothing keeps the first question waiting. While the panel lives, panel.css hides them.

    Parameters
    ----------
    store : str or None
        What keeps the labels, None where nothing does.
    """

    def __init__(self, store: str | None) -> None:
        self._store = store
        self._advice, self._picture = uuid4().hex, uuid4().hex
        cell.keep_advice(store, display_id=self._advice)
        cell.display({"text/plain": ""}, raw=True, display_id=self._picture)

    def show(self, picture: Image.Image, words: str) -> None:
        """Put another picture there, and words that say the same."""
        data, metadata = bundle_of(picture, words)
        cell.keep_advice(self._store, words, display_id=self._advice, update=True)
        cell.display(data, metadata=metadata, raw=True, display_id=self._picture, update=True)
