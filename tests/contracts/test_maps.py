"""What every map does, whatever draws it: driven as a person would, seen through the kernel's side."""

from typing import Any

import numpy as np
import pytest
from comm import DummyComm
from plotly.callbacks import BoxSelector, InputDeviceState, Points

from nblabel.widget.map import COLOR_MODES, CanvasMap, Colors
from nblabel.widget.plotly_map import PlotlyMap

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


class CanvasDriver:
    """A person at the canvas map: what the page sends, and what it is sent."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.map = CanvasMap(self.heard.append)
        self.page = self.map.comm = Page()

    def send(self, content: dict[str, Any], buffers: list[Any] | None = None) -> None:
        self.page.say({"method": "custom", "content": content}, buffers)

    def click(self, index: int) -> None:
        self.send({"type": "pick", "index": index})

    def label(self, indices: list[int], label: str, *, relabel: bool) -> None:
        buffer = memoryview(np.array(indices, dtype=np.uint32).tobytes())
        self.send({"type": "label", "uid": "u1", "label": label, "relabel": relabel}, [buffer])

    def undo(self) -> None:
        self.send({"type": "undo", "uid": "u2", "of": "u1"})

    def choose_projection(self, name: str) -> None:
        self.send({"type": "project", "name": name})

    def cancel(self) -> None:
        self.send({"type": "cancel"})

    def color_by(self, mode: str) -> None:
        self.page.say({"method": "update", "state": {"color_by": mode}, "buffer_paths": []})

    def marked(self) -> tuple[list[int], int | None, list[int]]:
        content, (labeled,) = self.page.last("marks")
        return np.frombuffer(labeled, np.uint32).tolist(), content["current"], content["queries"]

    def points(self) -> np.ndarray:
        content, (xy,) = self.page.last("points")
        return np.frombuffer(xy, np.float32).reshape(content["n"], 2)

    def colored(self) -> list[int]:
        _, (codes,) = self.page.last("colors")
        return np.frombuffer(codes, np.uint8).tolist()


class PlotlyDriver:
    """A person at the plotly map."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.map = PlotlyMap(self.heard.append)

    def click(self, index: int) -> None:
        trace = self.map.figure.data[0]
        trace._dispatch_on_click(Points([index], [0.0], [0.0], "pool", 0), InputDeviceState())

    def label(self, indices: list[int], label: str, *, relabel: bool) -> None:
        trace = self.map.figure.data[0]
        spots = [0.0] * len(indices)
        trace._dispatch_on_selection(
            Points(indices, spots, spots, "pool", 0), BoxSelector([0, 1], [0, 1])
        )
        self.map._class.value = label
        self.map._relabel.value = relabel
        self.map._confirm_button.click()

    def undo(self) -> None:
        self.map.acknowledge({"type": "ack", "uid": self.heard[-1]["uid"], "ok": True, "text": ""})
        self.map._undo.click()

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
        return found[0], (found[2] or [None])[0], found[1]

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


def test_a_refused_event_is_told(driver: Any) -> None:
    driver.label([1], "boot", relabel=False)
    uid = driver.heard[-1]["uid"]
    driver.map.acknowledge({"type": "ack", "uid": uid, "ok": False, "retry": True, "text": "full"})


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
