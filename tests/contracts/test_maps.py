"""What every map does, whatever draws it: driven as a person would, seen through the kernel's side."""

from typing import Any

import numpy as np
import pytest
from comm import DummyComm
from nblabel.widget.map import COLOR_MODES, CanvasMap, Colors
from nblabel.widget.plotly_map import PlotlyMap
from plotly.callbacks import BoxSelector, InputDeviceState, Points

N = 50
CLASSES = [
    {"name": "boot", "key": "1", "color": "#0072b2"},
    {"name": "<b>bag</b>", "key": "2", "color": "#e69f00"},
]
STORE = {"key": "log", "persistent": True, "text": "labels.db"}
CHOICES = [{"value": "pca", "text": "PCA"}, {"value": "umap", "text": "UMAP"}]


class Page(DummyComm):
    """The page at the other end of a widget's comm: what it was told, and a way to answer."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, Any], list[bytes]]] = []
        super().__init__()

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any
    ) -> None:
        if msg_type == "comm_msg" and data["method"] == "custom":
            self.told.append((data["content"], [bytes(buffer) for buffer in buffers or []]))

    def last(self, kind: str) -> tuple[dict[str, Any], list[bytes]]:
        """Return the newest message of a type, which is the one that the page shows."""
        return next(one for one in reversed(self.told) if one[0]["type"] == kind)

    def say(self, data: dict[str, Any], buffers: list[Any] | None = None) -> None:
        self.handle_msg({"content": {"data": data}, "buffers": buffers or []})


class Driver:
    """A person at a map, whose legend and dialogs are a widget of their own or part of it."""

    map: Any
    page: Page
    heard: list[dict[str, Any]]

    def send(self, content: dict[str, Any], buffers: list[Any] | None = None) -> None:
        self.page.say({"method": "custom", "content": content}, buffers)

    def label(self, indices: list[int], label: str, *, relabel: bool) -> None:
        buffer = memoryview(np.array(indices, dtype=np.uint32).tobytes())
        self.send({"type": "label", "uid": "u1", "label": label, "relabel": relabel}, [buffer])

    def undo(self) -> None:
        self.send({"type": "undo", "uid": "u2", "of": "u1"})

    def told_marks(self) -> tuple[list[int], int | None, list[int]]:
        content, (labeled,) = self.page.last("marks")
        return np.frombuffer(labeled, np.uint32).tolist(), content["current"], content["queries"]


class CanvasDriver(Driver):
    """A person at the canvas map: what the page sends, and what it is sent."""

    def __init__(self) -> None:
        self.heard = []
        self.map = CanvasMap(self.heard.append)
        self.side = self.map
        self.page = self.map.comm = Page()

    def click(self, index: int) -> None:
        self.send({"type": "pick", "index": index})

    def choose_projection(self, name: str) -> None:
        self.send({"type": "project", "name": name})

    def cancel(self) -> None:
        self.send({"type": "cancel"})

    def color_by(self, mode: str) -> None:
        self.page.say({"method": "update", "state": {"color_by": mode}, "buffer_paths": []})

    def marked(self) -> tuple[list[int], int | None, list[int]]:
        return self.told_marks()

    def points(self) -> np.ndarray:
        content, (xy,) = self.page.last("points")
        return np.frombuffer(xy, np.float32).reshape(content["n"], 2)

    def colored(self) -> list[int]:
        _, (codes,) = self.page.last("colors")
        return np.frombuffer(codes, np.uint8).tolist()


class PlotlyDriver(Driver):
    """A person at the plotly map."""

    def __init__(self) -> None:
        self.heard = []
        self.map = PlotlyMap(self.heard.append)
        self.side = self.map._side
        self.page = self.side.comm = Page()

    def click(self, index: int) -> None:
        trace = self.map.figure.data[0]
        trace._dispatch_on_click(Points([index], [0.0], [0.0], "pool", 0), InputDeviceState())

    def lasso(self, indices: list[int]) -> None:
        spots = [0.0] * len(indices)
        self.map.figure.data[0]._dispatch_on_selection(
            Points(indices, spots, spots, "pool", 0), BoxSelector([0, 1], [0, 1])
        )

    def choose_projection(self, name: str) -> None:
        self.map._projection.value = name

    def cancel(self) -> None:
        self.map._cancel.click()

    def color_by(self, mode: str) -> None:
        self.map._color_by.value = mode

    def marked(self) -> tuple[list[int], int | None, list[int]]:
        where = {(x, y): i for i, (x, y) in enumerate(self.points().tolist())}
        found = [
            [where[spot] for spot in zip(trace.x.tolist(), trace.y.tolist(), strict=True)]
            for trace in self.map.figure.data[1:]
        ]
        assert list(self.map.figure.data[2].text or ()) == [
            str(i + 1) for i in range(len(found[1]))
        ]
        marks = found[0], (found[2] or [None])[0], found[1]
        assert self.told_marks() == marks
        return marks

    def points(self) -> np.ndarray:
        trace = self.map.figure.data[0]
        return np.stack([trace.x, trace.y], axis=1)

    def colored(self) -> list[int]:
        return np.asarray(self.map.figure.data[0].marker.color).tolist()


@pytest.fixture(params=[CanvasDriver, PlotlyDriver], ids=["canvas", "plotly"])
def driver(request: pytest.FixtureRequest) -> Any:
    driver = request.param()
    driver.map.show_classes(CLASSES, STORE)
    driver.map.show_points(points(0), animate=False)
    driver.map.show_projection(projection("pca"))
    driver.map.show_colors(colors("prediction"))
    driver.map.show_marks(np.array([3, 4]), 7, [9, 8, 2])
    driver.heard.clear()
    return driver


def points(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (N, 2)).astype(np.float32)


def colors(mode: str) -> Colors:
    codes = (np.arange(N) % 3).astype(np.uint8)
    names = ["boot", "<b>bag</b>", "no label yet"]
    palette = ["#0072b2", "#e69f00", "#9a9a9a"]
    legend = [
        {"code": i, "name": name, "color": palette[i], "count": 5} for i, name in enumerate(names)
    ]
    return Colors(mode, codes, palette, legend)


def projection(name: str, *, running: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "running": running,
        "progress": 0.5 * running,
        "text": "UMAP: arranging points" if running else "",
        "train": False,
        "choices": CHOICES,
    }


def test_shows_what_it_is_told(driver: Any) -> None:
    np.testing.assert_array_equal(driver.points(), points(0))
    assert driver.marked() == ([3, 4], 7, [9, 8, 2])
    assert driver.colored() == colors("label").codes.tolist()
    assert driver.heard == []  # nothing it is told comes back as if a person had done it


def test_marks_move_with_the_points(driver: Any) -> None:
    driver.map.show_points(points(1), animate=True)
    np.testing.assert_array_equal(driver.points(), points(1))
    assert driver.marked() == ([3, 4], 7, [9, 8, 2])


def test_marks_may_be_none(driver: Any) -> None:
    driver.map.show_marks(np.array([], dtype=np.intp), None, [])
    assert driver.marked() == ([], None, [])


def test_a_click_asks_about_the_point(driver: Any) -> None:
    driver.click(11)
    assert driver.heard == [{"type": "pick", "index": 11}]


@pytest.mark.parametrize("relabel", [False, True])
def test_a_selection_is_labeled_as_one_event(driver: Any, relabel: bool) -> None:
    driver.label([1, 3, 5], "<b>bag</b>", relabel=relabel)
    (message,) = driver.heard
    assert message["indices"].tolist() == [1, 3, 5]
    assert message["uid"]
    assert {key: message[key] for key in ("type", "label", "relabel")} == {
        "type": "label",
        "label": "<b>bag</b>",
        "relabel": relabel,
    }


def test_an_undo_names_the_step_it_takes_back(driver: Any) -> None:
    driver.label([1, 3, 5], "boot", relabel=False)
    driver.undo()
    label, undo = driver.heard
    assert (undo["type"], undo["of"]) == ("undo", label["uid"])
    assert undo["uid"] not in ("", label["uid"])


def test_groups_are_asked_for_and_told(driver: Any) -> None:
    driver.map.show_clusters({"n": 3, "finding": False, "suggested": 4, "noun": "image"})
    assert driver.side.clusters["n"] == 3
    assert (driver.side.classes, driver.side.store) == (CLASSES, STORE)
    asked = [
        {"type": "group", "request": "r", "order": "odd", "cluster": 1},
        {"type": "look", "indices": [4, 5]},
        {"type": "leave"},
        {"type": "cluster", "n": 7},
    ]
    for content in asked:
        driver.send(content)
    assert driver.heard == asked
    members = np.array([4, 5], dtype=np.uint32).tobytes()
    driver.map.show_group({"type": "group", "request": "r"}, [members])
    assert driver.page.last("group") == ({"type": "group", "request": "r"}, [members])
    driver.heard.clear()
    driver.send({"type": "group", "request": "s", "order": "mixed"}, [memoryview(members)])
    (message,) = driver.heard
    assert message["indices"].tolist() == [4, 5]


def test_the_legend_is_told(driver: Any) -> None:
    driver.map.show_colors(colors("cluster"))
    assert driver.side.color_by == "cluster"
    assert driver.side.legend == colors("cluster").legend
    assert {"value": "cluster", "text": "Cluster"} in driver.side.color_modes


def test_a_refused_event_is_sent_on(driver: Any) -> None:
    ack = {"type": "ack", "uid": "u1", "ok": False, "retry": True, "text": "the disk is full"}
    driver.map.acknowledge(ack)
    assert driver.page.last("ack")[0] == ack


def test_projections_are_chosen_and_cancelled(driver: Any) -> None:
    driver.choose_projection("umap")
    driver.map.show_projection(projection("pca", running=True))
    driver.cancel()
    driver.map.show_projection(projection("umap"))
    assert driver.heard == [{"type": "project", "name": "umap"}, {"type": "cancel"}]


@pytest.mark.parametrize("mode", list(COLOR_MODES)[1:])
def test_the_colouring_is_chosen(driver: Any, mode: str) -> None:
    driver.color_by(mode)
    assert driver.heard == [{"type": "color_by", "mode": mode}]
    driver.map.show_colors(colors(mode))
    assert len(driver.heard) == 1


def test_a_page_that_opens_later_is_told_everything() -> None:
    driver = CanvasDriver()
    driver.map.show_points(points(0), animate=True)
    driver.map.show_colors(colors("label"))
    driver.map.show_marks(np.array([1]), 2, [3])
    assert driver.page.last("points")[0]["animate"] is True
    driver.page.told.clear()
    driver.send({"type": "ready"})
    assert [content["type"] for content, _ in driver.page.told] == ["points", "colors", "marks"]
    assert driver.page.last("points")[0]["animate"] is False
    np.testing.assert_array_equal(driver.points(), points(0))
    assert driver.colored() == colors("label").codes.tolist()
    assert driver.marked() == ([1], 2, [3])
    assert driver.heard == []


def test_a_page_of_the_plotly_map_that_opens_later_is_told_what_it_needs() -> None:
    driver = PlotlyDriver()
    driver.map.show_points(points(0), animate=False)
    driver.map.show_marks(np.array([1]), 2, [3])
    driver.page.told.clear()
    driver.send({"type": "ready"})
    assert driver.page.told[0] == ({"type": "points", "n": N, "animate": False}, [b""])
    assert driver.told_marks() == ([1], 2, [3])
    assert driver.heard == []


def test_a_lasso_of_plotly_opens_the_dialog_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = PlotlyDriver()
    changed: list[Any] = []
    monkeypatch.setattr(driver.map.figure, "_send_relayout_msg", changed.append)
    driver.lasso([3, 5, 8])
    assert np.frombuffer(driver.page.last("select")[1][0], np.uint32).tolist() == [3, 5, 8]
    assert changed == []
    driver.send({"type": "lit", "code": None})
    driver.send({"type": "lit", "code": None})
    assert changed == [{"selections": []}]  # the outline goes, once
    driver.map.figure.data[0]._dispatch_on_deselect(Points([], [], [], "pool", 0))
    assert driver.page.last("select")[1] == [b""]
    assert driver.heard == []


def test_what_stands_out_in_the_plotly_map() -> None:
    driver = PlotlyDriver()
    driver.map.show_points(points(0), animate=False)
    driver.map.show_colors(colors("label"))
    trace = driver.map.figure.data[0]
    driver.send({"type": "lit", "code": 1})
    assert list(trace.selectedpoints) == list(range(1, N, 3))
    other = colors("label")
    other.codes[:] = 1
    driver.map.show_colors(other)
    assert len(trace.selectedpoints) == N
    driver.send({"type": "lit", "code": None}, [memoryview(np.array([7, 9], np.uint32).tobytes())])
    assert list(trace.selectedpoints) == [7, 9]
    driver.map.show_colors(colors("label"))
    assert list(trace.selectedpoints) == [7, 9]
    driver.send({"type": "lit", "code": None})
    assert trace.selectedpoints is None
    assert driver.heard == []
