"""A panel whose map is plotly's: a figure beside the panel, which has all else."""

import asyncio

import numpy as np
import pytest
from plotly.callbacks import InputDeviceState, Points

from nblabel.widget.view import plotly_map
from tests.panel.helpers import open_page, shown, until
from tests.wire import Page


@pytest.fixture
def figures(monkeypatch):
    """The figures of the panels that were made, the map first."""
    made, live_figure = [], plotly_map.live_figure

    def live(figure):
        made.append(live_figure(figure))
        return made[-1]

    monkeypatch.setattr(plotly_map, "live_figure", live)
    return made


def at(index):
    return Points([index], [0.0], [0.0], "pool", 0)


def test_the_figure_is_shown_below_the_panel(figures, monkeypatch):
    outputs = []
    monkeypatch.setattr("nblabel.widget.view.cell.display", lambda data, **_: outputs.append(data))
    page = open_page(map="plotly")
    panel = page.panel
    assert page.traits["map_kind"] == "plotly"
    panel._ipython_display_()
    panel._ipython_display_()
    view = "application/vnd.jupyter.widget-view+json"
    first, second = (one[view]["model_id"] for one in outputs if view in one)
    assert first == second != panel.model_id
    assert figures


def test_points_and_colours_are_the_figures_own(figures):
    page = open_page(map="plotly")
    figure = figures[0]
    page.label("5", "boot")
    assert page.buffers("colors") == []
    assert len(figure.data[0].x) == 60
    assert figure.data[1].x.tolist() == [figure.data[0].x[5]]
    where = figure.data[0].x.tolist()
    rings = [*figure.data[3].x.tolist(), *figure.data[2].x.tolist()]
    assert [where.index(x) for x in rings] == [int(item) for item in page.front]
    page.say("ready")
    assert page.last("points") == {"type": "points", "n": 60, "animate": False}
    assert page.buffers("points") == []


def test_the_panel_shows_the_picture_under_the_pointer_in_all_pages(figures):
    page = open_page(map="plotly")
    other = Page(page.panel)
    points = figures[0].data[0]
    page.heard.clear()
    points._dispatch_on_hover(at(5), InputDeviceState())
    assert page.last("picture")["item"]["id"] == "5"
    assert page.buffers("picture") == [page.session.pool.image(5).tobytes()]
    assert "to" not in page.last("picture")
    points._dispatch_on_unhover(at(5), InputDeviceState())
    assert (page.last("picture")["index"], page.last("picture")["item"]) == (5, None)
    points._dispatch_on_click(at(41), InputDeviceState())
    assert page.current == other.current == "41"


def test_a_cluster_is_labeled_and_its_points_stand_out(figures):
    page = open_page(map="plotly")
    page.panel.clusters = [0, 1, -1] * 20
    assert page.traits["clustering"]["n"] == 3
    assert [entry["cluster"] for entry in page.traits["legend"]] == [0, 1, -1]
    asked = {"show": "all", "order": "random", "descending": False, "group": True}
    page.say("gallery", request="r", only={"cluster": 1}, **asked)
    assert page.last("gallery")["cluster"]["name"] == "Cluster 1"
    members = page.array("gallery", np.uint32).tolist()
    assert sorted(members) == list(range(1, 60, 3))
    page.say("lit", code=1)
    assert list(figures[0].data[0].selectedpoints) == list(range(1, 60, 3))
    page.say("lit", members[:2], code=None)
    assert list(figures[0].data[0].selectedpoints) == members[:2]
    ack = page.label_group(members[1:], "bag", members[:1], uid="u")
    assert ack["text"] == "19 images labeled as bag."
    assert page.session.n_labeled == 19
    page.answer("undo", of="u")
    assert page.session.n_labeled == 0


def test_what_is_drawn_around_leaves_out_what_the_legend_hides(figures):
    page = open_page(map="plotly")
    page.panel.clusters = [0, 1, -1] * 20
    points = figures[0].data[0]

    def draw(*inside):
        page.heard.clear()
        points._dispatch_on_selection(
            Points(list(inside), [0.0] * len(inside), [0.0] * len(inside), "pool", 0), None
        )
        return page.last("select").get("hidden"), page.array("select", np.uint32).tolist()

    assert draw(0, 1, 2, 3) == (None, [0, 1, 2, 3])
    page.say("lit", code=1)
    assert draw(0, 1, 2, 4) == (2, [1, 4])
    assert list(points.selectedpoints) == [1, 4]
    assert draw(0, 2) == (2, [])
    assert list(points.selectedpoints) == list(range(1, 60, 3))
    page.say("lit", code=None)
    assert draw(0, 1) == (None, [0, 1])


def test_a_training_is_offered_there_too(figures, monkeypatch):
    pytest.importorskip("torch", reason='needs torch: pip install "nblabel[torch]"')
    begun = []

    class Recorder:
        def __init__(self, *arguments):
            begun.append(arguments)

        def cancel(self):
            pass

    monkeypatch.setattr("nblabel.jobs.encoder.TrainingProcess", Recorder)

    async def act():
        page = await shown(map="plotly")
        assert page.traits["projection"]["train"]
        page.say("train")
        assert len(begun) == 1
        await until(lambda: not page.traits["projection"]["train"])
        page.panel.close()

    asyncio.run(act())


@pytest.mark.slow
def test_the_figure_ends_with_its_panel(figures):
    page = open_page(map="plotly")
    page.panel.close()
    assert figures[0].comm is None
    again = open_page(map="plotly")
    assert again.label("3")["ok"]
    assert figures[-1].comm is not None
