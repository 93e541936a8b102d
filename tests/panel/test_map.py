"""The map: points, colours, pictures, and what is made for it in the background."""

import asyncio
import threading

import numpy as np
import pytest

import nblabel as nb
from nblabel.graph.neighbor_graph import neighbor_graph
from nblabel.widget import Labeler
from nblabel.widget.panel.state import PanelState
from nblabel.widget.work import jobs, projections
from tests.panel.helpers import GraphRecorder, UmapRecorder, open_page, picture_pool, shown, until
from tests.samples import CLASSES, blobs
from tests.wire import Page

NO_GRAPH = {"learner": "knn", "strategy": "margin"}


def in_loop(act):
    asyncio.run(act())


# points that are looked at


def test_hovering_shows_a_small_picture(page):
    other = Page(page.panel)
    page.label("5", "boot")
    (message,) = page.say("hover", index=5)
    assert (message["index"], message["item"]["id"], message["to"]) == (5, "5", page.id)
    assert "labeled boot" in message["text"]
    assert page.buffers("picture") == [page.session.pool.image(5).tobytes()]
    (message,) = page.say("hover", index=6)
    assert "predicted boot, 33 %" in message["text"]
    assert "picture" not in other.kinds()


def test_the_map_shows_the_beginning_of_a_text():
    page = open_page(nb.Pool(texts=["long " * 500] * 60, embeddings=blobs()))
    (picture,) = page.say("hover", index=7)
    assert picture["item"]["text"] == {"buffer": 0, "length": 2_500}
    assert page.buffers("picture") == [f'"{"long " * 80}"'.encode()]


@pytest.mark.parametrize("index", [60, 10**9])
def test_a_point_that_is_none_has_no_picture(page, index):
    (message,) = page.say("hover", index=index)
    assert message["item"] is None
    assert page.traits["error"] == ""


# colours


def test_the_colours_of_the_points(page):
    page.label("5", "boot")
    page.set_trait("color_by", "source")
    assert page.kinds() == ["colors"]
    assert page.array("colors", np.uint8)[[4, 5]].tolist() == [0, 1]
    assert [entry["name"] for entry in page.traits["legend"]] == ["not answered", "human"]
    page.set_trait("color_by", "moon")
    assert page.traits["color_by"] == "source"
    assert page.kinds() == []


def test_a_mode_chosen_in_the_thread_of_messages_is_painted_in_that_of_the_panel(monkeypatch):
    painted, paint = [], PanelState.paint

    def noting(state, color_by=None):
        painted.append((threading.get_ident(), color_by))
        paint(state, color_by)

    async def choose():
        page = open_page()
        monkeypatch.setattr(PanelState, "paint", noting)
        sender = threading.Thread(target=page.set_trait, args=("color_by", "source"))
        sender.start()
        sender.join()
        assert painted == []  # what that thread did itself would wake nobody here
        await until(lambda: page.traits["legend"][0]["name"] == "not answered")
        assert (threading.get_ident(), "source") in painted

    in_loop(choose)


def test_the_colours_of_clusters(page):
    panel = page.panel
    page.set_trait("color_by", "cluster")
    assert [entry["name"] for entry in page.traits["legend"]] == [
        "none yet: panel.clusters = nblabel.cluster(…)"
    ]
    page.set_trait("color_by", "label")
    assert panel.clusters is None
    page.heard.clear()
    panel.clusters = [0, 1, -1] * 20
    assert page.traits["color_by"] == "cluster"
    assert page.kinds() == ["colors"]
    assert page.array("colors", np.uint8)[:3].tolist() == [0, 1, 3]
    assert [entry["name"] for entry in page.traits["legend"]] == ["cluster 0", "cluster 1", "noise"]
    assert page.traits["clustering"]["n"] == 3
    page.label("5", "boot")  # a refit leaves them
    assert page.traits["color_by"] == "cluster"
    with pytest.raises(ValueError, match="3 clusters for 60 items"):
        panel.clusters = [0, 1, 2]
    assert panel.clusters.tolist() == [0, 1, -1] * 20
    panel.clusters = None
    assert len(page.traits["legend"]) == 1


def test_colours_are_sent_once_for_what_was_learned_once(page):
    page.label(page.ids[0])
    assert page.kinds().count("colors") == 1
    page.answer("add_class", name="hat")
    assert page.kinds().count("colors") == 1
    page.say("front", front=page.front)
    assert page.kinds() == []


def test_better_embeddings_move_map_and_learner(page):
    page.label("5")
    page.heard.clear()
    better = blobs(60, dim=9, seed=3)
    page.session.set_embeddings(better)
    (message,) = page.messages("points")
    assert message["animate"]
    np.testing.assert_array_equal(
        page.array("points", np.float32).reshape(60, 2), projections.project_pca(better)
    )
    assert page.items[page.current]["prediction"]
    assert page.known() == {"5": "bag"}
    page.say("ready")
    assert not page.last("points")["animate"]


# projections


def test_umap_begins_when_somebody_looks():
    async def look():
        panel = Labeler(picture_pool(), CLASSES, projection="umap", **NO_GRAPH)
        await until(lambda: panel.status["refit_ms"] is not None)
        assert UmapRecorder.begun == []
        page = Page(panel)
        (process,) = UmapRecorder.begun
        trait = page.traits["projection"]
        assert (trait["name"], trait["running"]) == ("pca", False)  # told on the next tick
        await until(lambda: page.traits["projection"]["running"])
        process.notify({"progress": 0.5, "text": "arranging points"})
        await until(lambda: page.traits["projection"]["progress"] == 0.5)
        assert page.traits["projection"]["text"] == "UMAP: arranging points"
        page.heard.clear()
        process.notify({"done": np.zeros((60, 2), np.float32)})
        await until(lambda: page.traits["projection"]["name"] == "umap")
        assert not page.traits["projection"]["running"]
        await until(lambda: page.messages("points"))
        assert page.last("points")["animate"]
        assert len(UmapRecorder.begun) == 1

    in_loop(look)


def test_umap_stops_while_nobody_looks():
    async def look():
        page = await shown(projection="umap", **NO_GRAPH)
        page.close()
        assert UmapRecorder.begun[0].cancelled
        await until(lambda: not page.traits["projection"]["running"])
        page.say("ready")
        assert len(UmapRecorder.begun) == 2

    in_loop(look)


def test_umap_goes_on_while_another_page_looks():
    async def look():
        page = await shown(projection="umap", **NO_GRAPH)
        other = Page(page.panel)
        page.close()
        assert not UmapRecorder.begun[0].cancelled
        other.close()
        assert UmapRecorder.begun[0].cancelled

    in_loop(look)


def test_no_umap_of_a_small_pool_unless_chosen(monkeypatch):
    monkeypatch.setattr(projections, "FEWEST", 61)

    async def look():
        page = await shown(projection="umap", **NO_GRAPH)
        assert UmapRecorder.begun == []
        assert page.traits["projection"]["text"] == ""
        page.say("project", name="umap")
        assert len(UmapRecorder.begun) == 1

    in_loop(look)


def test_no_umap_where_pca_was_wanted():
    async def look():
        page = await shown(projection="pca", **NO_GRAPH)
        assert UmapRecorder.begun == []
        page.say("project", name="umap")
        assert len(UmapRecorder.begun) == 1
        assert page.session.store.setting("projection") == "umap"

    in_loop(look)


@pytest.mark.slow
def test_a_cancelled_umap_stays_cancelled():
    async def look():
        page = await shown(projection="umap", **NO_GRAPH)
        page.say("cancel", task="map")
        assert UmapRecorder.begun[0].cancelled
        await until(lambda: page.traits["projection"]["text"] == "UMAP cancelled.")
        assert not page.traits["projection"]["running"]
        assert page.session.store.setting("projection") == "pca"
        UmapRecorder.begun.clear()
        await shown(projection="umap", **NO_GRAPH)
        assert UmapRecorder.begun == []

    in_loop(look)


def test_a_umap_that_failed_is_not_begun_with_every_refit():
    async def look():
        page = await shown(projection="umap", **NO_GRAPH)
        UmapRecorder.begun[0].notify({"error": "UMAP failed: no room."})
        await until(lambda: page.traits["projection"]["text"] == "UMAP failed: no room.")
        page.label("1")
        await until(lambda: "questions" in page.kinds())
        assert page.traits["projection"]["text"] == "UMAP failed: no room."
        assert len(UmapRecorder.begun) == 1
        page.say("project", name="umap")
        assert len(UmapRecorder.begun) == 2

    in_loop(look)


def test_a_choice_that_cannot_be_remembered(store):
    async def look():
        page = await shown(projection="umap", store=store, **NO_GRAPH)
        store.full = True
        page.say("cancel", task="map")
        await until(lambda: page.traits["error"] == "the disk is full.")
        assert not page.traits["projection"]["running"]
        page.say("project", name="pca")
        store.full = False
        page.say("cancel", task="map")
        page.say("project", name="pca")
        await until(lambda: page.traits["error"] == "")

    in_loop(look)


# the neighbours, which the default learner waits for


def graph_of(page, seed=0):
    return neighbor_graph(blobs(len(page.session.pool), seed=seed), cache=False)


def is_on_graph(page):
    return page.session.engine.graph is not None


def test_neighbours_are_found_before_umap_begins():
    async def look():
        page = await shown(projection="umap")
        (process,) = GraphRecorder.begun
        assert UmapRecorder.begun == []
        assert process.X is page.session.embeddings
        page.label("1")
        process.notify({"progress": 0.5, "text": "finding neighbours"})
        await until(lambda: page.traits["projection"]["progress"] == 0.5)
        trait = page.traits["projection"]
        assert (trait["name"], trait["running"]) == ("pca", True)
        assert trait["text"] == "Neighbours: finding neighbours"
        process.notify({"done": graph_of(page)})
        await until(lambda: UmapRecorder.begun)
        assert is_on_graph(page)
        await until(lambda: page.traits["projection"]["text"] == "UMAP: starting")
        assert page.known() == {"1": "bag"}
        assert len(GraphRecorder.begun) == 1

    in_loop(look)


@pytest.mark.parametrize("n", [1, 12, 300])
def test_learning_moves_over_to_the_neighbours_and_labels_stay(n):
    async def look():
        page = await shown(pool=picture_pool(n))
        page.label("0", "boot")
        assert "nearest neighbours" in page.traits["status"]["model"]["text"]
        GraphRecorder.begun[0].notify({"done": graph_of(page)})
        await until(lambda: "label propagation" in page.traits["status"]["model"]["text"])
        assert page.session.engine.learner.name == "mixed"
        page.heard.clear()
        await until(lambda: "questions" in page.kinds())
        assert page.known() == {"0": "boot"}
        assert page.traits["error"] == ""
        if n > 1:
            assert page.label(page.ids[0])["ok"]
            await until(lambda: page.messages("questions"))
        assert len(GraphRecorder.begun) == 1

    in_loop(look)


def test_no_neighbours_for_a_learner_that_uses_none():
    async def look():
        page = await shown(projection="pca", **NO_GRAPH)
        assert page.label("1")["ok"]
        await until(lambda: "questions" in page.kinds())
        assert GraphRecorder.begun == []

    in_loop(look)


def test_neighbours_are_found_where_pca_was_wanted():
    async def look():
        page = await shown(projection="pca")
        GraphRecorder.begun[0].notify({"done": graph_of(page)})
        await until(lambda: page.traits["projection"]["text"] == "Neighbours found.")
        assert not page.traits["projection"]["running"]
        assert UmapRecorder.begun == []

    in_loop(look)


def test_a_projection_that_is_chosen_meanwhile_comes_next():
    async def look():
        page = await shown(projection="pca")
        page.say("project", name="umap")
        assert UmapRecorder.begun == []
        await until(lambda: page.traits["projection"]["text"] == "Neighbours: starting")
        GraphRecorder.begun[0].notify({"done": graph_of(page)})
        await until(lambda: UmapRecorder.begun)

    in_loop(look)


def test_cancelled_neighbours_are_done_without():
    async def look():
        page = await shown(projection="umap")
        page.say("cancel", task="map")
        assert GraphRecorder.begun[0].cancelled
        GraphRecorder.begun[0].notify({"done": graph_of(page)})  # it was on its way
        assert len(UmapRecorder.begun) == 1
        assert page.session.store.setting("projection") is None
        page.say("cancel", task="map")
        assert UmapRecorder.begun[0].cancelled
        page.label("1")
        page.close()
        page.say("ready")
        await until(lambda: "questions" in page.kinds())
        assert len(GraphRecorder.begun) == 1
        assert not is_on_graph(page)

    in_loop(look)


def test_neighbours_are_not_looked_for_while_nobody_looks():
    async def look():
        page = await shown(projection="umap")
        page.close()
        assert GraphRecorder.begun[0].cancelled
        page.say("ready")
        assert len(GraphRecorder.begun) == 2
        GraphRecorder.begun[1].notify({"done": graph_of(page)})
        await until(lambda: is_on_graph(page))

    in_loop(look)


def test_neighbours_that_cannot_be_found_are_done_without():
    async def look():
        page = await shown(projection="umap")
        GraphRecorder.begun[0].notify({"error": "MemoryError: no room"})
        await until(lambda: UmapRecorder.begun)
        said = "Finding neighbours failed: MemoryError: no room. Predictions go on without them."
        await until(lambda: page.traits["error"] == said)
        assert page.label("1")["ok"]
        assert len(GraphRecorder.begun) == 1
        assert not is_on_graph(page)
        page.session.set_embeddings(blobs(60, seed=3))
        await until(lambda: len(GraphRecorder.begun) == 2)
        await until(lambda: page.traits["error"] == "")
        assert UmapRecorder.begun[0].cancelled

    in_loop(look)


def test_a_process_that_does_not_start_is_told_and_the_next_one_tried(monkeypatch):
    def fail(*_):
        raise OSError("too many processes")

    monkeypatch.setattr(jobs, "GraphProcess", fail)
    monkeypatch.setattr(projections, "ProjectionProcess", fail)

    async def look():
        page = await shown(projection="umap")
        await until(lambda: page.traits["error"])
        assert "Finding neighbours failed: too many processes." in page.traits["error"]
        trait = page.traits["projection"]
        assert not trait["running"]
        assert trait["text"] == "UMAP could not be started: too many processes."
        assert page.label("1")["ok"]
        assert not is_on_graph(page)

    in_loop(look)


def test_neighbours_that_the_session_refuses_are_told():
    async def look():
        page = await shown(projection="umap")
        small = neighbor_graph(blobs(30), cache=False)
        GraphRecorder.begun[0].notify({"done": small})
        await until(lambda: UmapRecorder.begun)
        await until(lambda: "the graph has 30 items, the pool 60." in page.traits["error"])

    in_loop(look)


def test_neighbours_in_other_embeddings_are_not_taken():
    async def look():
        page = await shown(projection="umap")
        GraphRecorder.begun[0].notify({"done": graph_of(page)})
        page.session.set_embeddings(blobs(60, seed=3))  # while the news is on its way
        await until(lambda: len(GraphRecorder.begun) == 2)
        assert not is_on_graph(page)
        assert GraphRecorder.begun[1].X is page.session.embeddings
        page.session.set_embeddings(blobs(60, seed=4))
        await until(lambda: len(GraphRecorder.begun) == 3)
        assert GraphRecorder.begun[1].cancelled
        GraphRecorder.begun[2].notify({"done": graph_of(page, seed=4)})
        await until(lambda: is_on_graph(page))

    in_loop(look)
