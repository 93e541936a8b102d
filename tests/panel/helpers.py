"""Panels for tests, and how to wait for what happens in them."""

import asyncio

import numpy as np

import nblabel as nb
from nblabel.widget import Labeler
from tests.samples import CLASSES, blobs
from tests.wire import Page


def picture_pool(n=60, **options):
    pixels = np.random.default_rng(1).integers(0, 256, (n, 4, 4), dtype=np.uint8)
    return nb.Pool(pixels, embeddings=blobs(n, **options))


def open_page(pool=None, classes=CLASSES, *, ready=True, **options):
    """Open a panel in a page.

    In a plain process no event loop runs: what follows from a message is there once it was handled.
    """
    options = {"projection": "pca", **options}
    panel = Labeler(picture_pool() if pool is None else pool, classes, **options)
    return Page(panel, ready=ready)


async def until(happened):
    async with asyncio.timeout(60):  # on a busy machine, too
        while not happened():  # noqa: ASYNC110  what is waited for tells nobody
            await asyncio.sleep(0.005)


async def shown(**options):
    """Open a panel in the event loop, and wait for its first questions."""
    page = open_page(**options)
    await until(lambda: page.ids)
    page.tell_front()
    return page


class UmapRecorder:
    """Stands in for the second process that makes UMAP."""

    begun = []  # noqa: RUF012  replaced for each test

    def __init__(self, X, notify, random_state=0, method="umap"):
        self.X, self.notify, self.method, self.cancelled = X, notify, method, False
        self.begun.append(self)

    def cancel(self):
        self.cancelled = True


class GraphRecorder(UmapRecorder):
    """Stands in for the process that finds neighbours."""

    begun = []  # noqa: RUF012  replaced for each test


def ask(page, among=None, **content):
    """Ask for a gallery; return what the page is told, the members and how items stand."""
    buffers = [] if among is None else [among]
    asked = {"request": "r", "show": "all", "order": "position", "descending": False, **content}
    page.say("gallery", *buffers, **asked)
    told, parts = page.heard[-1]
    assert told["to"] == page.id
    if told["type"] == "no_gallery":
        return told["text"]
    return told, members_of(told, parts), codes_of(parts[1], parts[2])


def members_of(told, parts):
    members = np.frombuffer(parts[0], np.uint32).tolist()
    return members or list(range(told["n"]))


def codes_of(indices, codes):
    return dict(
        zip(
            np.frombuffer(indices, np.uint32).tolist(),
            np.frombuffer(codes, np.uint16).tolist(),
            strict=True,
        )
    )
