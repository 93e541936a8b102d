"""Training in a process of its own, so that labeling goes on meanwhile."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, as_embeddings
from nblabel.encoders import encode_pool, make_encoder
from nblabel.encoders.base import all_pixels
from nblabel.pool import Pool
from nblabel.pool.in_memory import ImageArray
from nblabel.pool.pictures import ImageFiles
from nblabel.system.process import BackgroundProcess, report, serve

PAUSE = 0.3  # seconds from one report to the next


class TrainingProcess(BackgroundProcess):
    """Trains an encoder on the pictures of a pool, in a process of its own.

    Parameters
    ----------
    pool : Pool
        With pictures.
    method : str
        As `nblabel.encoders.make_encoder` takes it.
    options : dict
        Options of the encoder that JSON can hold.
    notify : callable
        As for `BackgroundProcess`; done comes with the codes, ndarray of shape (n, dim).
    """

    def __init__(
        self,
        pool: Pool,
        method: str,
        options: dict[str, Any],
        notify: Callable[[dict[str, Any]], None],
    ) -> None:
        n = len(pool)

        def tell(news: dict[str, Any]) -> None:
            if "done" in news:
                try:
                    news = {"done": as_embeddings(news["done"], n)}
                except ValueError as error:
                    news = {"error": f"the codes cannot be used: {error}"}
            notify(news)

        arguments = [json.dumps({"name": method, **options})]
        pictures = _pictures(pool.media)
        if pictures is None:  # of several kinds: they are brought to one shape here
            pictures, _ = all_pixels(pool)
        super().__init__("nblabel.jobs.encoder", pictures, arguments, tell)


def _pictures(media: Any) -> np.ndarray[Any, Any] | None:
    """Return pixels, or the paths of files for the second process to read; None if neither."""
    if isinstance(media, ImageFiles) and not media.stretch.ranges:
        return np.array([str(path) for path in media.paths])
    if isinstance(media, ImageArray):
        return media.array
    parts = [_pictures(part) for part in getattr(media, "parts", ())]
    known = [part for part in parts if part is not None]
    alike = len({(part.dtype.kind, *part.shape[1:]) for part in known}) == 1
    return np.concatenate(known) if alike and 0 < len(known) == len(parts) else None


def _run(pictures: np.ndarray[Any, Any], options: str) -> FloatArray:
    """Run in the second process."""
    report(0.0, "starting")
    pool = Pool(pictures.tolist() if pictures.dtype.kind == "U" else pictures)
    begun = reported = time.monotonic()

    def tell(share: float, text: str) -> None:
        nonlocal reported
        now = time.monotonic()
        if now - reported < PAUSE:
            return
        reported = now
        left = f", {_duration((now - begun) * (1 - share) / share)} left" if share > 0 else ""
        report(0.99 * share, text + left)

    return encode_pool(pool, make_encoder(**json.loads(options)), tell)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


if __name__ == "__main__":
    serve(_run, sys.argv[1:])
