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
    """An output behind the panel and its advice, which panel.css hides while the panel lives.

    It is made as the cell runs, and filled and updated later: what is there at once is empty, so
    that nothing keeps the first question waiting.
    """

    def __init__(self) -> None:
        self._id = uuid4().hex
        cell.display({"text/plain": ""}, raw=True, display_id=self._id)

    def show(self, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Put another picture there, as `bundle_of` returns it."""
        cell.display(data, metadata=metadata, raw=True, display_id=self._id, update=True)
