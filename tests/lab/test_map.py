"""The map and its groups in a real JupyterLab, and what moves its points."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import (
    answer,
    cell,
    labels,
    queue,
    shown,
    upcoming,
    wait_for_labels,
    wait_for_question,
)

pytestmark = pytest.mark.lab


class Plane:
    """The plane of the map: where each point is on the screen before anyone zooms."""

    MARGIN = 24  # around the points, as in camera.js
    REACH = 9  # of a click, as in map_gestures.js

    def __init__(self, book: Notebook) -> None:
        self.book = book
        embedded = "not panel.session.awaits_embeddings"
        wait_for(lambda: book.evaluate(embedded), 60, lambda: "the embeddings")
        book.execute("from nblabel.explore.projection import project_pca")
        self.xy = np.array(book.evaluate("project_pca(panel.session.embeddings).tolist()"))
        self.plane = book.page.locator(".nbl-map-plane")
        self.plane.scroll_into_view_if_needed()
        wait_for(self.is_at_rest, 30, lambda: "the points to glide to their places")

    def is_at_rest(self) -> bool:
        """Measure, and return whether the point under the pointer is the one that belongs there."""
        self.measure()
        page, index = self.book.page, self.in_the_crowd()
        page.mouse.move(*self.middle - self.size / 2 + 2)
        page.mouse.move(*self.spots[index])
        card = page.locator(".nbl-map-card")
        try:
            expect(card).to_contain_text(re.compile(rf"\b{index}\b"), timeout=1000)
        except AssertionError:
            return False
        return True

    def measure(self) -> None:
        left, top, width, height = self.plane.evaluate(
            """plane => {
              const { left, top } = plane.getBoundingClientRect();
              const { clientLeft, clientTop, clientWidth, clientHeight } = plane;
              return [left + clientLeft, top + clientTop, clientWidth, clientHeight];
            }"""
        )
        self.size = min(width, height)
        low, high = self.xy.min(axis=0), self.xy.max(axis=0)
        scale = ((np.array([width, height]) - 2 * self.MARGIN) / (high - low)).min()
        self.middle = np.array([left + width / 2, top + height / 2])
        self.spots = self.middle + (self.xy - (low + high) / 2) * [scale, -scale]

    def in_the_crowd(self) -> int:
        """Return the most central point that is easy to hit, and that a careless eye would miss."""
        apart = np.linalg.norm(self.spots[:, None] - self.spots, axis=2)
        np.fill_diagonal(apart, np.inf)
        nearest = apart.min(axis=1)
        off_middle = np.linalg.norm(self.spots - self.middle, axis=1)
        fit = (nearest > self.REACH / 3) & (nearest < self.REACH)
        return int(np.where(fit, off_middle, np.inf).argmin())

    def click(self, index: int) -> None:
        self.book.page.mouse.click(*self.spots[index])

    def draw(self, outline: np.ndarray) -> None:
        """Draw a line of many small strokes with the mouse."""
        mouse = self.book.page.mouse
        mouse.move(*outline[0])
        mouse.down()
        for spot in outline[1:]:
            mouse.move(*spot)
        mouse.up()

    def inside(self, outline: np.ndarray) -> list[int]:
        """Return the points within a closed line: a ray from them crosses it an odd number of times."""
        x, y = self.spots.T
        odd = np.zeros(len(x), dtype=bool)
        for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            crossed = (y0 <= y) != (y1 <= y)
            odd ^= crossed & (x < x0 + (y - y0) * (x1 - x0) / ((y1 - y0) or 1))
        return np.flatnonzero(odd).tolist()


def clover(center: np.ndarray, radius: float) -> np.ndarray:
    """An outline with three bays, in whole pixels."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    reach = radius * (1 + 0.4 * np.cos(3 * turn))
    return np.round(center + np.stack([reach * np.cos(turn), reach * np.sin(turn)], axis=1))


def test_an_accepted_round_is_seen_and_undone_in_the_panel(panel: Callable[..., Notebook]) -> None:
    book = panel()
    for key in ("1", "2", "3"):
        answer(book, key)
    wait_for_labels(book, 3)
    status = book.page.locator(".nbl-status")
    before = shown(book)
    book.execute(
        "panel.session.accept([i for i in range(600) if panel.session.y[i] < 0][:400] + "
        f"[panel.session.pool.index_of({before!r})])"
    )
    expect(status).to_contain_text("Auto-labeled")
    accepted = book.evaluate("panel.session.n_accepted")
    expect(status).to_contain_text(str(accepted))
    expect(status).to_contain_text("3 labeled")
    # the question on screen was among them, so another one is asked
    expect(queue(book).locator(".nbl-id")).not_to_have_text(before)
    assert not book.evaluate(
        f"panel.session.pool.index_of({shown(book)!r}) in panel.session.accepted"
    )
    book.page.locator(".nbl-map").get_by_label("Colour").select_option("source")
    expect(book.page.locator(".nbl-map-legend")).to_contain_text("model")

    queue(book).focus()
    queue(book).press("u")
    expect(status).not_to_contain_text("Auto-labeled")
    assert book.evaluate("[panel.session.n_labeled, panel.session.n_accepted]") == [3, 0]


def test_a_click_on_the_map_asks_that_point(panel: Callable[..., Notebook]) -> None:
    book = panel()
    displaced = shown(book)
    plane = Plane(book)
    index = plane.in_the_crowd()
    assert str(index) != displaced
    plane.click(index)
    expect(queue(book).locator(".nbl-id")).to_have_text(str(index))
    queue(book).press("4")
    expect(queue(book).locator(".nbl-id")).to_have_text(displaced)
    assert wait_for_labels(book, 1) == [[str(index), "Dress"]]


def await_tiles(book: Notebook) -> None:
    """Wait until the pictures in sight, and some behind them, are there: before, no key labels."""
    cells = book.page.locator(".nbl-gallery-cell:not([data-empty])")
    expect(cells.first).to_be_visible()
    expect(cells.locator("canvas:visible")).to_have_count(cells.count())


def test_a_lasso_is_labeled_after_a_look_and_undone_in_one_step(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    plane = Plane(book)
    center = plane.in_the_crowd()
    book.execute(f"panel.session.tell({center}, 'Trouser')")
    before = wait_for_labels(book, 1)

    outline = clover(plane.spots[center], plane.size / 5)
    inside = plane.inside(outline)
    low, high = outline.min(axis=0), outline.max(axis=0)
    assert 20 < len(inside) < ((plane.spots > low) & (plane.spots < high)).all(axis=1).sum()
    book.page.get_by_role("button", name="Lasso").click()
    plane.draw(outline)
    gallery = book.page.locator(".nbl-gallery")
    expect(gallery).to_contain_text(f"{len(inside)} images chosen, 1 labeled")
    expect(gallery).to_contain_text(f"Label {len(inside) - 1} images as")
    await_tiles(book)
    assert labels(book) == before
    gallery.get_by_role("button", name="Bag", exact=True).click()
    after = wait_for_labels(book, len(inside))
    assert sorted(after) == sorted([*before, *([str(i), "Bag"] for i in inside if i != center)])
    assert book.evaluate("len(panel.session.store.read())") == 2

    book.page.keyboard.press("u")
    wait_for(lambda: len(labels(book)) == 1, 10, lambda: str(len(labels(book))))
    assert labels(book) == before
    assert book.evaluate("len(panel.session.store.read())") == 3


def test_a_cluster_is_labeled_but_for_those_marked_by_keyboard_alone(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    map_view, plane = book.page.locator(".nbl-map"), book.page.locator(".nbl-map-plane")
    gallery = book.page.locator(".nbl-gallery")
    embedded = "not panel.session.awaits_embeddings"
    wait_for(lambda: book.evaluate(embedded), 60, lambda: "the embeddings")
    plane.focus()
    plane.press("g")
    number = map_view.get_by_label("How many")
    expect(number).to_be_focused()
    number.fill("6")
    number.press("Enter")
    expect(gallery.get_by_role("grid")).to_be_focused(timeout=60_000)
    members = book.evaluate("np.flatnonzero(panel.clusters == 0).tolist()")
    assert len(set(book.evaluate("panel.clusters.tolist()"))) == 6
    expect(gallery).to_contain_text(f"{len(members)} images chosen")
    expect(gallery.get_by_text("Cluster 0", exact=True)).to_be_visible()
    expect(map_view.locator(".nbl-map-field select").first).to_have_value("cluster")

    marked = []
    for key in ("ArrowRight", "End"):
        await_tiles(book)
        book.page.keyboard.press(key)
        name = gallery.locator("[data-here]").get_attribute("aria-label")
        marked.append(int(re.findall(r"\d+", name)[0]))
        book.page.keyboard.press("Space")
    rest = [index for index in members if index not in marked]
    expect(gallery).to_contain_text(f"Label {len(rest)} (2 excluded) as")
    book.page.keyboard.press("2")
    given = wait_for_labels(book, len(rest))
    assert sorted(given) == sorted([str(index), "Trouser"] for index in rest)
    assert book.evaluate("len(panel.session.store.read())") == 1

    book.page.keyboard.press("u")
    wait_for(lambda: labels(book) == [], 10, lambda: str(len(labels(book))))
    expect(gallery).to_contain_text(f"Label {len(rest)} (2 excluded) as")
    book.page.keyboard.press("2")
    wait_for_labels(book, len(rest))
    book.page.keyboard.press("Escape")
    assert {str(index) for index in marked} <= {shown(book), *upcoming(book)[:3]}
    expect(plane).to_be_focused()
    assert book.cell_count() == 2


def test_umap_arrives_while_labeling_and_can_be_cancelled(
    panel: Callable[..., Notebook], tmp_path: Path
) -> None:
    book = panel(cell(tmp_path / "labels.db", "projection='umap'"))
    progress = book.page.locator(".nbl-map-progress progress")
    umap = book.page.locator(".nbl-map-progress-text", has_text="UMAP")
    expect(umap).to_be_visible(timeout=60_000)  # after the neighbours
    answer(book, "1")
    book.page.locator(".nbl-map").get_by_role("button", name="Cancel").click()
    expect(progress).to_be_hidden()
    assert book.evaluate("panel.session.store.setting('projection')") == "pca"

    book.page.locator(".nbl-map").get_by_role("combobox", name="Projection").select_option("umap")
    expect(progress).to_be_visible()
    answer(book, "2")
    wait_for(lambda: book.evaluate("panel.projection['name']") == "umap", 90, lambda: "UMAP")
    expect(progress).to_be_hidden()
    book.run_cell(0)  # the choice is kept, and the projection is found again
    wait_for_question(book)
    assert book.evaluate("panel.projection") == {
        **book.evaluate("panel.projection"),
        "name": "umap",
        "running": False,
    }


def test_an_encoder_is_trained_while_labeling_and_the_points_move(
    panel: Callable[..., Notebook], tmp_path: Path
) -> None:
    pytest.importorskip("torch", reason='needs torch: pip install "nblabel[torch]"')
    # a pool that no other test has: codes found once are kept
    source = cell(tmp_path / "labels.db").replace("Labeler(images,", "Labeler(images[:90],")
    book = panel(source)
    map_view = book.page.locator(".nbl-map")
    progress = map_view.locator(".nbl-map-progress")
    train = map_view.get_by_role("button", name="Train encoder")
    given = [[answer(book, "1"), "T-shirt/top"]]
    wait_for_labels(book, 1)
    train.click()
    expect(progress).to_contain_text("Training")
    expect(train).to_be_hidden()
    map_view.get_by_role("button", name="Cancel").click()
    expect(train).to_be_visible()
    width = book.evaluate("panel.session.embeddings.shape[1]")
    book.execute("panel.train('autoencoder', dim=6, steps=20)")
    given.append([answer(book, "2"), "Trouser"])
    there = f"panel.session.embeddings.shape[1] == {width + 6}"
    wait_for(lambda: book.evaluate(there), 90, lambda: book.evaluate("panel.projection"))
    given.append([answer(book, "3"), "Pullover"])
    assert wait_for_labels(book, 3) == given
    expect(train).to_be_visible()


def test_the_panel_moves_to_the_graph_of_similar_images_while_labeling(
    panel: Callable[..., Notebook], tmp_path: Path
) -> None:
    # a pool that no other test has: a graph found once is kept
    source = cell(tmp_path / "labels.db").replace("Labeler(images,", "Labeler(images[:555],")
    book = panel(source)
    status, bar = book.page.locator(".nbl-status"), book.page.locator(".nbl-map-progress")
    expect(bar).to_contain_text("Neighbours")
    expect(status).to_contain_text("Model: nearest neighbours")
    answer(book, "1")
    answer(book, "2")
    before = wait_for_labels(book, 2)
    question = shown(book)
    expect(status).to_contain_text("Model: label propagation", timeout=60_000)
    expect(bar).to_be_hidden()
    assert labels(book) == before
    assert shown(book) == question
    answer(book, "3")
    assert wait_for_labels(book, 3) == [*before, [question, "Pullover"]]
    assert book.evaluate("panel.session.engine.learner.name") == "mixed"

    book.run_cell(0)
    wait_for_question(book)
    expect(status).to_contain_text("Model: label propagation")
    expect(bar).to_be_hidden()


def test_what_is_most_like_an_item_is_found_labeled_and_undone_by_keys(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    start = shown(book)
    queue(book).press("=")
    gallery = book.page.locator(".nbl-gallery")
    expect(gallery).to_contain_text(f"Search by likeness: the 60 images most like “{start}”.")
    expect(gallery).to_contain_text("60 images chosen")
    await_tiles(book)
    book.page.keyboard.press("2")
    found = book.evaluate(f"panel.session.search(like={int(start)}, n=60).indices.tolist()")
    assert {item for item, _ in wait_for_labels(book, 60)} == set(map(str, found))
    book.page.keyboard.press("u")
    wait_for_labels(book, 0)
    book.page.keyboard.press("/")
    gallery.get_by_role("button", name="Show others too").click()
    gallery.get_by_role("searchbox", name="Search").fill("nowhere")
    book.page.keyboard.press("Enter")
    expect(gallery).to_contain_text("no image has “nowhere” in its name")
    book.page.keyboard.press("Escape")
    expect(queue(book)).to_be_focused()


def test_what_is_nearly_equal_gets_its_label_in_one_step(panel: Callable[..., Notebook]) -> None:
    # twelve copies of one image, each a little brighter
    source = cell(None, "learner='graph', projection='pca'").replace(
        "panel = nb.Labeler(images,",
        "copies = [(images[5] * (0.9 + 0.01 * k)).astype(images.dtype) for k in range(11)]\n"
        "panel = nb.Labeler(np.concatenate([images[:300], copies]),",
    )
    book = panel(source)
    line = queue(book).locator(".nbl-near")
    known = "nb.near_duplicates(panel.session).members(5).tolist()"
    has_graph = "getattr(panel.session.engine, 'graph', None) is not None"
    wait_for(lambda: book.evaluate(has_graph), 90, lambda: "the graph")
    members = book.evaluate(known)
    assert set(members) >= {5, *range(300, 311)}
    book.execute("panel.show_next(5)")
    expect(queue(book).locator(".nbl-next button").first).to_have_attribute(
        "aria-label", "Ask image 5 now"
    )
    queue(book).locator(".nbl-next button").first.click()
    expect(line).to_contain_text(f"Stands for {len(members)} nearly equal images.")
    queue(book).press(".")
    gallery = book.page.locator(".nbl-gallery")
    expect(gallery).to_contain_text(f"{len(members)} images chosen")
    assert labels(book) == []
    pictures = gallery.locator(".nbl-gallery-cell:not([data-empty]) canvas:not([hidden])")
    expect(pictures).to_have_count(len(members))  # once the images are shown
    book.page.keyboard.press("2")
    given = {item for item, _ in wait_for_labels(book, len(members))}
    assert given == set(map(str, members))
    book.page.keyboard.press("u")
    wait_for(lambda: labels(book) == [], 20, lambda: str(labels(book)))
    book.page.keyboard.press("Escape")
    expect(queue(book)).to_be_focused()


def test_a_selection_of_python_is_seen_labeled_and_told_back(
    panel: Callable[..., Notebook],
) -> None:
    own = "np.column_stack([np.arange(600) % 30, np.arange(600) // 30])"
    book = panel(cell(more=f"projection={own}"))
    projection = book.page.get_by_label("Projection")
    expect(projection).to_have_value("custom")
    book.execute(
        "selected, labeled = [], []\n"
        "panel.on_select(lambda indices: selected.append(indices.tolist()))\n"
        "panel.on_label(lambda indices: labeled.append(indices.tolist()))\n"
        "panel.selection = panel.session.pool.ids[40:43]"
    )
    gallery = book.page.locator(".nbl-gallery")
    expect(gallery).to_contain_text("3 images chosen")
    book.execute("panel.selection = None")
    expect(gallery).to_be_hidden()
    wait_for(lambda: book.evaluate("selected") == [[40, 41, 42], []], 20, lambda: "on_select")
    book.execute("panel.selection = panel.session.pool.ids[40:43]")
    expect(gallery).to_contain_text("3 images chosen")
    await_tiles(book)
    gallery.get_by_role("button", name="Coat", exact=True).click()
    assert sorted(wait_for_labels(book, 3)) == [["40", "Coat"], ["41", "Coat"], ["42", "Coat"]]
    wait_for(lambda: book.evaluate("labeled") == [[40, 41, 42]], 20, lambda: "on_label")
    expect(gallery).to_contain_text("None chosen")
    book.page.keyboard.press("Escape")
    projection.select_option("pca")
    wait_for(lambda: book.evaluate("panel.projection['name']") == "pca", 20, lambda: "PCA")


def test_names_filters_pictures_and_a_saved_map(panel: Callable[..., Notebook]) -> None:
    book = panel()
    for key in ("1", "2", "3"):
        answer(book, key)
    wait_for_labels(book, 3)
    map_view = book.page.locator(".nbl-map")
    expect(map_view.locator(".nbl-map-region").first).to_be_visible(timeout=20_000)

    map_view.get_by_role("button", name="Filters").click()
    map_view.get_by_label("Status").select_option("labeled by a person")
    left = map_view.locator(".nbl-filter-left")
    expect(left).to_have_text("3 of 600 meet the filters")
    answer(book, "4")
    expect(left).to_have_text("4 of 600 meet the filters")
    map_view.get_by_role("button", name="Clear filters").click()
    expect(left).to_be_hidden()
    map_view.get_by_role("button", name="Close").click()

    plane = book.page.locator(".nbl-map-plane")
    plane.focus()
    for _ in range(6):
        plane.press("+")
    expect(map_view.locator(".nbl-map-picture").first).to_be_visible()
    plane.press("s")
    map_view.get_by_label("Title (optional)").fill("Fashion")
    with book.page.expect_download() as download:
        map_view.get_by_role("button", name="Save SVG").click()
    assert "Fashion" in Path(download.value.path()).read_text("utf-8")
