"""What every map does, whatever draws it: driven as a person would, seen from the page."""

import asyncio
from typing import Any

import numpy as np
import pytest
from plotly.callbacks import BoxSelector, InputDeviceState, Points

from nblabel.widget.view import plotly_map
from nblabel.widget.view.map import CanvasMap, Colors
from nblabel.widget.view.plotly_map import PlotlyMap
from nblabel.widget.work.home import Home
from tests.wire import check

N = 50


class Driver:
    """A person at a map: what they do, and what the page is sent."""

    map: Any

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self.acts: list[tuple[str, int]] = []

    def send(self, content: dict[str, Any], buffers: list[Any]) -> None:
        check(f"kernel.{content['type']}", content | {"seq": len(self.sent)})
        self.sent.append((content, [bytes(buffer) for buffer in buffers]))

    def last(self, kind: str) -> tuple[dict[str, Any], list[bytes]]:
        """Return the newest message of a type, which is the one that the page shows."""
        return next(one for one in reversed(self.sent) if one[0]["type"] == kind)

    def labeled(self) -> list[int]:
        return np.frombuffer(self.last("labeled")[1][0], np.uint32).tolist()


class CanvasDriver(Driver):
    """A person at the canvas map, which the page draws."""

    def __init__(self) -> None:
        super().__init__()
        self.map = CanvasMap(self.send)

    def points(self) -> np.ndarray:
        content, (xy,) = self.last("points")
        return np.frombuffer(xy, np.float32).reshape(content["n"], 2)

    def colored(self) -> list[int]:
        _, (codes,) = self.last("colors")
        return np.frombuffer(codes, np.uint8).tolist()


class PlotlyDriver(Driver):
    """A person at the plotly map."""

    def __init__(self) -> None:
        super().__init__()
        self.map = PlotlyMap(self.send, Home(print), lambda *act: self.acts.append(act))

    @property
    def trace(self) -> Any:
        return self.map.figure.data[0]

    def lasso(self, indices: list[int]) -> None:
        spots = [0.0] * len(indices)
        self.trace._dispatch_on_selection(
            Points(indices, spots, spots, "pool", 0), BoxSelector([0, 1], [0, 1])
        )

    def marks(self) -> list[list[int]]:
        """Return the labeled points, the next ones, and the one on screen."""
        where = {(x, y): i for i, (x, y) in enumerate(self.points().tolist())}
        found = [
            [where[spot] for spot in zip(trace.x.tolist(), trace.y.tolist(), strict=True)]
            for trace in self.map.figure.data[1:]
        ]
        numbers = [str(i + 1) for i in range(len(found[1]))]
        assert list(self.map.figure.data[2].text or ()) == numbers
        return found

    def points(self) -> np.ndarray:
        return np.stack([self.trace.x, self.trace.y], axis=1)

    def colored(self) -> list[int]:
        return np.asarray(self.trace.marker.color).tolist()


@pytest.fixture(params=[CanvasDriver, PlotlyDriver], ids=["canvas", "plotly"])
def driver(request: pytest.FixtureRequest) -> Any:
    driver = request.param()
    fill(driver)
    return driver


@pytest.fixture
def plotly() -> PlotlyDriver:
    driver = PlotlyDriver()
    fill(driver)
    return driver


def fill(driver: Driver) -> None:
    driver.map.show_points(points(0), animate=False)
    driver.map.show_colors(colors())
    driver.map.show_labeled(np.array([3, 4]))
    driver.map.show_front([7, 9, 8, 2])


def points(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (N, 2)).astype(np.float32)


def colors() -> Colors:
    codes = (np.arange(N) % 3).astype(np.uint8)
    palette = ["#0072b2", "#e69f00", "#9a9a9a"]
    return Colors("label", codes, palette, [])


def test_shows_what_it_is_told(driver: Any) -> None:
    np.testing.assert_array_equal(driver.points(), points(0))
    assert driver.colored() == colors().codes.tolist()
    assert driver.labeled() == [3, 4]
    assert driver.acts == []  # nothing it is told comes back as if a person had done it


def test_a_page_is_told_how_many_points_glide_where(driver: Any) -> None:
    driver.map.show_points(points(1), animate=True)
    content, _ = driver.last("points")
    assert (content["n"], content["animate"]) == (N, True)
    np.testing.assert_array_equal(driver.points(), points(1))
    assert driver.last("colors")[0]["palette"] == colors().palette


def test_marks_may_be_none(driver: Any) -> None:
    driver.map.show_labeled(np.array([], dtype=np.intp))
    driver.map.show_front([])
    driver.map.light(None, None)
    assert driver.labeled() == []


def test_marks_of_plotly_move_with_the_points(plotly: PlotlyDriver) -> None:
    assert plotly.marks() == [[3, 4], [9, 8, 2], [7]]
    plotly.map.show_points(points(1), animate=True)
    assert plotly.marks() == [[3, 4], [9, 8, 2], [7]]
    plotly.map.show_front([])
    assert plotly.marks() == [[3, 4], [], []]
    assert [len(buffers) for content, buffers in plotly.sent if content["type"] == "points"] == [
        *(0, 0)
    ]


def test_a_click_and_the_pointer_are_heard(plotly: PlotlyDriver) -> None:
    at = Points([11], [0.0], [0.0], "pool", 0)
    plotly.trace._dispatch_on_click(at, InputDeviceState())
    plotly.trace._dispatch_on_hover(at, InputDeviceState())
    plotly.trace._dispatch_on_unhover(at, InputDeviceState())
    plotly.trace._dispatch_on_click(Points([], [], [], "pool", 0), InputDeviceState())
    assert plotly.acts == [("show", 11), ("hover", 11), ("hover", -1)]


def test_a_lasso_of_plotly_opens_the_dialog_of_the_page(
    plotly: PlotlyDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[Any] = []
    monkeypatch.setattr(plotly.map.figure, "_send_relayout_msg", changed.append)
    plotly.lasso([3, 5, 8])
    assert np.frombuffer(plotly.last("select")[1][0], np.uint32).tolist() == [3, 5, 8]
    assert changed == []
    plotly.map.light(None, None)
    plotly.map.light(None, None)
    assert changed == [{"selections": []}]  # the outline goes, once
    plotly.trace._dispatch_on_deselect(Points([], [], [], "pool", 0))
    assert plotly.last("select")[1] == [b""]


def test_what_stands_out_in_the_plotly_map(plotly: PlotlyDriver) -> None:
    plotly.map.light(1, None)
    assert list(plotly.trace.selectedpoints) == list(range(1, N, 3))
    other = colors()
    other.codes[:] = 1
    plotly.map.show_colors(other)
    assert len(plotly.trace.selectedpoints) == N
    plotly.map.light(None, np.array([7, 9]))
    assert list(plotly.trace.selectedpoints) == [7, 9]
    plotly.map.show_colors(colors())
    assert list(plotly.trace.selectedpoints) == [7, 9]
    plotly.map.light(None, None)
    assert plotly.trace.selectedpoints is None


def test_plotly_draws_once_what_comes_in_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plotly_map, "PAUSE", 0.01)
    drawn = []

    async def act() -> None:
        driver = PlotlyDriver()
        figure = driver.map.figure
        update = figure.plotly_update
        monkeypatch.setattr(
            figure, "plotly_update", lambda *given, **named: drawn.append(update(*given, **named))
        )
        fill(driver)
        fill(driver)
        assert drawn == []
        async with asyncio.timeout(10):
            while not drawn:  # noqa: ASYNC110  a figure tells nobody
                await asyncio.sleep(0.005)
        assert driver.labeled() == [3, 4]
        assert driver.colored() == colors().codes.tolist()

    asyncio.run(act())
    assert len(drawn) == 1
