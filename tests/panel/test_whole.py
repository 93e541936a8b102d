"""The whole way through a panel: open, label, undo, audit, export, open again.

The same tests run where threads, processes and compiled packages are missing; see
tests/test_browser.py.
"""

import asyncio
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.system.available import can_spawn
from nblabel.widget.text import here
from nblabel.widget.work import clusters, projections
from tests.panel.helpers import GraphRecorder, open_page, until

N = 300
SAMPLE = nb.datasets.load_fashion_mnist_sample()
TRUTH = [SAMPLE.classes[code] for code in SAMPLE.labels[:N]]


async def opened(**options):
    pool = nb.Pool(SAMPLE.images[:N])
    page = open_page(pool, SAMPLE.classes, projection="umap", store="labels.sqlite", **options)
    await until(lambda: page.ids)
    page.tell_front()
    return page


async def found_neighbours(page):
    """Wait for the graph, which a second process would make that tests do not start."""
    if can_spawn():
        X = page.session.embeddings
        GraphRecorder.begun[-1].notify({"done": nb.neighbor_graph(X, progress=False, cache=False)})
    await until(lambda: page.session.engine.graph is not None)


async def answer(page):
    await until(lambda: page.ids)
    item = page.current
    assert page.label(item, TRUTH[int(item)])["ok"]
    return item


async def label():
    page = await opened(audit=0.3)
    for _ in range(12):
        await answer(page)
    await found_neighbours(page)
    for _ in range(18):
        await answer(page)
    await until(lambda: "label propagation" in page.traits["status"]["model"]["text"])
    last = await answer(page)
    assert page.answer("undo")["ok"]
    known = page.known()
    assert last not in known
    assert len(known) == 30
    assert len(nb.audit(page.session).table)
    page.panel.close()
    page.session.store.close()
    return known


async def open_again():
    page = await opened()
    known = page.known()
    page.say("export", path="labels.csv", format="csv", replace=False)
    await until(lambda: page.traits["exporting"]["kind"] == "done")
    page.panel.close()
    return known


@pytest.mark.slow  # hundreds of pictures and thirty fits
def test_from_the_first_label_to_the_log_that_is_opened_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    async def whole():
        known = await label()
        assert await open_again() == known
        return known

    known = asyncio.run(whole())
    assert all(label == TRUTH[int(item)] for item, label in known.items())
    table = pd.read_csv("labels.csv")
    assert dict(zip(table["id"].astype(str), table["label"], strict=True)) == known


def offered(page):
    return [one["value"] for one in page.traits["projection"]["choices"]]


def notices(page):
    return [notice["text"] for notice in page.traits["status"]["notices"]]


def test_the_map_offers_what_can_be_made_here(page):
    expected = ["pca", "umap", "tsne"] if can_spawn() else ["pca"]
    assert offered(page) == expected
    assert (here.NO_PROCESSES in notices(page)) is not can_spawn()


@pytest.mark.parametrize("missing", ["package", "process"])
def test_pca_takes_the_place_of_umap(monkeypatch, missing):
    if missing == "package":
        lacks = SimpleNamespace(has=lambda _name: False)
        monkeypatch.setattr(projections, "has", lacks.has)
        monkeypatch.setattr(here, "has", lacks.has)
        said = here.NO_UMAP if can_spawn() else here.NO_PROCESSES
    else:
        for module in (projections, here):
            monkeypatch.setattr(module, "can_spawn", lambda: False)
        said = here.NO_PROCESSES
    page = open_page(projection="umap")
    assert "umap" not in offered(page)
    assert page.traits["projection"]["name"] == "pca"
    assert said in notices(page)
    page.say("project", name="umap")
    assert page.traits["projection"]["name"] == "pca"


def test_clusters_and_a_projection_of_ones_own_where_nothing_runs_beside(monkeypatch):
    monkeypatch.setattr(clusters, "can_spawn", lambda: False)
    monkeypatch.setattr(projections, "can_thread", lambda: False)

    async def live():
        page = open_page(projection=lambda X: X[:, :2], learner="knn", strategy="margin")
        await until(lambda: page.traits["projection"]["name"] == "custom")
        page.say("cluster", n=4)
        await until(lambda: page.panel.clusters is not None)
        assert len(np.unique(page.panel.clusters)) == 4
        page.panel.close()

    asyncio.run(live())


def test_a_function_that_fails_says_why_where_there_are_no_threads(monkeypatch):
    monkeypatch.setattr(projections, "can_thread", lambda: False)

    def fail(_X):
        raise KeyError("no such column")

    async def live():
        page = open_page(projection=fail, learner="knn", strategy="margin")
        await until(lambda: "no such column" in page.traits["projection"]["text"])
        page.panel.close()

    asyncio.run(live())
