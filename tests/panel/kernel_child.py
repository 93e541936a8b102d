"""A process with a live panel at work, as a notebook's kernel is; it ends as it is told."""

import asyncio
import sys

import numpy as np
import psutil

import nblabel as nb


async def live(end: str) -> None:
    X = np.random.default_rng(0).normal(size=(20_000, 64)).astype(np.float32)
    panel = nb.Labeler(nb.Pool(embeddings=X), ["a", "b"])
    ready = {"type": "ready", "page": "page", "seq": 0}
    panel.comm.handle_msg(
        {
            "content": {"data": {"method": "custom", "content": ready}},
            "buffers": [],
            "metadata": {},
        }
    )
    while panel.status.get("refit_ms") is None or not psutil.Process().children():  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    print([child.pid for child in psutil.Process().children()], flush=True)
    if end == "close":
        panel.close()
    elif end == "killed":
        await asyncio.sleep(600)


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1]))
