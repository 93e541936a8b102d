"""The panel as a person uses it, in a real JupyterLab."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import (
    SETUP,
    answer,
    cell,
    labels,
    no_violations,
    queue,
    shown,
    wait_for_labels,
    wait_for_question,
)

pytestmark = pytest.mark.lab

HOSTILE = "<img src=x onerror=document.title='broken'>"


def test_labels_by_keyboard_reach_the_log_and_the_map(panel: Callable[..., Notebook]) -> None:
    book = panel()
    queue(book).focus()
    answered = [
        [answer(book, key), name]
        for key, name in [("1", "T-shirt/top"), ("2", "Trouser"), ("0", "Ankle boot"), ("9", "Bag")]
    ]
    assert wait_for_labels(book, 4) == answered
    expect(book.page.locator(".nbl-status")).to_contain_text(re.compile(r"\b4\b"))
    # the learner saw them: what they have in common with the pool is predicted, and ringed next
    expect(book.page.locator(".nbl-map-legend")).to_contain_text("Trouser")
    assert book.evaluate("len(set(panel.session.predict().tolist()))") == 4
    expect(queue(book).locator(".nbl-next li")).to_have_count(8)


def test_texts_are_labeled_by_keyboard(panel: Callable[..., Notebook], tmp_path: Path) -> None:
    store = str(tmp_path / "texts.db")
    book = panel(f"""
import nblabel as nb
words = ["good film, loved it", "bad film, a bore"]
texts = [f"{{words[i % 2]}} {{i}} {HOSTILE}" for i in range(200)]
pool = nb.Pool(texts=texts)
panel = nb.Labeler(pool, ["good", "bad"], store={store!r}, projection="pca")
panel""")
    text = queue(book).locator(".nbl-text")
    for _ in range(4):
        wait_for_question(book)
        answer(book, "1" if "good" in text.inner_text() else "2")
    found = wait_for_labels(book, 4)
    assert [name for _, name in found] == [["good", "bad"][int(item) % 2] for item, _ in found]
    right = (
        "float((panel.session.predict() == [['good', 'bad'][i % 2] for i in range(200)]).mean())"
    )
    assert book.evaluate(right) > 0.95
    expect(queue(book).locator(".nbl-next .nbl-short").first).to_contain_text("film")
    expect(queue(book).locator(".nbl-neighbors .nbl-short").first).to_contain_text("film")
    queue(book).get_by_role("searchbox").fill("film")
    expect(text.locator("mark")).to_have_text(["film"])
    assert book.page.locator(".nbl-panel img").count() == 0
    assert "broken" not in book.page.title()
    no_violations(book)


def test_enter_accepts_the_prediction(panel: Callable[..., Notebook]) -> None:
    book = panel()
    answer(book, "3")
    expect(queue(book).locator(".nbl-prediction")).to_have_attribute("data-state", "prediction")
    predicted = queue(book).locator(".nbl-prediction strong").inner_text()
    item = answer(book, "Enter")
    assert wait_for_labels(book, 2)[1] == [item, predicted]


def test_keys_stay_in_the_panel_and_out_of_the_notebook(panel: Callable[..., Notebook]) -> None:
    book = panel()
    cells, sources = book.cell_types(), book.sources()
    queue(book).focus()
    for key in ["a", "b", "d", "d", "x", "m", "0", "0", "Escape", "z", "c", "v", "y", "l"]:
        queue(book).press(key) if key != "Escape" else None
    plane = book.page.locator(".nbl-map-plane")
    plane.focus()
    for key in ["a", "b", "d", "d", "x", "m", "0", "0", "z", "1"]:
        plane.press(key)
    assert (book.cell_types(), book.sources()) == (cells, sources)

    # and outside the panel its keys do nothing
    n = len(labels(book))
    book.cell(1).click()
    book.page.keyboard.press("Escape")
    for key in ["1", "s", "f"]:
        book.page.keyboard.press(key)
    book.evaluate("1")
    assert len(labels(book)) == n


def test_after_a_click_beside_the_controls_no_key_reaches_the_notebook(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    cells, sources = book.cell_types(), book.sources()
    for part in [".nbl-queue", ".nbl-map", ".nbl-status", ".nbl-quality"]:
        book.page.locator(part).click(position={"x": 2, "y": 2})
        assert book.page.evaluate("document.activeElement.closest('.nbl-panel') !== null")
        for key in ["a", "b", "d", "d", "x"]:
            book.page.keyboard.press(key)
        assert (book.cell_types(), book.sources()) == (cells, sources), part


def test_no_control_of_the_panel_lets_a_key_through_to_the_notebook(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    cells, sources = book.cell_types(), book.sources()
    controls = book.page.locator(".nbl-panel :is(button, input, select, [tabindex]):visible").all()
    assert len(controls) > 20
    for control in controls:
        control.evaluate("(control) => control.focus({ preventScroll: true })")
        for key in ["a", "d", "d", "x"]:
            book.page.keyboard.press(key)
        if (book.cell_types(), book.sources()) != (cells, sources):
            pytest.fail(f"a key left {control.evaluate('(control) => control.outerHTML')}")


def test_tab_walks_through_the_panel_and_leaves_it(panel: Callable[..., Notebook]) -> None:
    book = panel()
    queue(book).focus()
    inside = "document.activeElement.closest('.nbl-panel') !== null"
    steps = 0
    while book.page.evaluate(inside) and steps < 80:
        book.page.keyboard.press("Tab")
        steps += 1
    assert 5 < steps < 80
    book.page.keyboard.press("Shift+Tab")
    assert book.page.evaluate(inside)


def test_undo_redo_skip_flag_and_going_back(panel: Callable[..., Notebook]) -> None:
    book = panel()
    first = answer(book, "1")
    second = answer(book, "2")
    answer(book, "s")
    flagged = answer(book, "f")
    wait_for_labels(book, 2)
    assert book.evaluate("panel.session.flagged()") == [flagged]

    queue(book).press("u")  # the flag
    expect(queue(book).locator(".nbl-id")).to_have_text(flagged)
    queue(book).press("u")  # the skip
    expect(queue(book).locator(".nbl-id")).not_to_have_text(flagged)
    queue(book).press("Backspace")  # the second label
    expect(queue(book).locator(".nbl-id")).to_have_text(second)
    wait_for(lambda: labels(book) == [[first, "T-shirt/top"]], 10, lambda: str(labels(book)))
    queue(book).press("r")
    wait_for_labels(book, 2)
    expect(queue(book).locator(".nbl-id")).not_to_have_text(second)

    queue(book).press("ArrowLeft")
    expect(queue(book).locator(".nbl-id")).to_have_text(second)
    queue(book).press("ArrowLeft")
    expect(queue(book).locator(".nbl-id")).to_have_text(first)
    expect(queue(book)).to_contain_text("Labeled T-shirt/top")
    queue(book).press("5")
    wait_for(lambda: [first, "Coat"] in labels(book), 10, lambda: str(labels(book)))
    assert len(labels(book)) == 2


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


def test_a_class_added_in_the_panel(panel: Callable[..., Notebook]) -> None:
    book = panel()
    queue(book).press("n")
    book.page.keyboard.type(HOSTILE)
    book.page.keyboard.press("Enter")
    button = queue(book).locator(".nbl-class", has_text=HOSTILE)
    expect(button).to_be_visible()
    button.click()
    assert wait_for_labels(book, 1)[0][1] == HOSTILE
    expect(book.page.locator(".nbl-map-legend")).to_contain_text(HOSTILE)
    assert book.page.title() != "broken"
    assert book.page.locator(".nbl-panel img").count() == 0


class Plane:
    """The plane of the map: where each point is on the screen before anyone zooms."""

    MARGIN = 24  # around the points, as in camera.js
    REACH = 9  # of a click, as in map_gestures.js

    def __init__(self, book: Notebook) -> None:
        self.book = book
        book.execute("from nblabel.explore.projection import project_pca")
        xy = np.array(book.evaluate("project_pca(panel.session.embeddings).tolist()"))
        plane = book.page.locator(".nbl-map-plane")
        plane.scroll_into_view_if_needed()
        left, top, width, height = plane.evaluate(
            """plane => {
              const { left, top } = plane.getBoundingClientRect();
              const { clientLeft, clientTop, clientWidth, clientHeight } = plane;
              return [left + clientLeft, top + clientTop, clientWidth, clientHeight];
            }"""
        )
        self.size = min(width, height)
        low, high = xy.min(axis=0), xy.max(axis=0)
        scale = ((np.array([width, height]) - 2 * self.MARGIN) / (high - low)).min()
        self.middle = np.array([left + width / 2, top + height / 2])
        self.spots = self.middle + (xy - (low + high) / 2) * [scale, -scale]

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
    dialog = book.page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text(f"{len(inside)} points, 1 already labeled")
    expect(dialog).to_contain_text(f"Label {len(inside) - 1} points as")
    expect(dialog.locator(".nbl-group-tiles canvas:visible")).to_have_count(9)
    assert labels(book) == before
    dialog.get_by_role("button", name="Bag", exact=True).click()
    after = wait_for_labels(book, len(inside))
    assert sorted(after) == sorted([*before, *([str(i), "Bag"] for i in inside if i != center)])
    assert book.evaluate("len(panel.session.store.read())") == 2

    queue(book).press("u")
    wait_for(lambda: len(labels(book)) == 1, 10, lambda: str(len(labels(book))))
    assert labels(book) == before
    assert book.evaluate("len(panel.session.store.read())") == 3


def test_a_cluster_is_labeled_but_for_those_marked_by_keyboard_alone(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    map_view, plane = book.page.locator(".nbl-map"), book.page.locator(".nbl-map-plane")
    dialog = map_view.get_by_role("dialog")
    plane.focus()
    plane.press("g")
    expect(dialog.get_by_label("How many")).to_be_focused()
    dialog.get_by_label("How many").fill("6")
    dialog.get_by_label("How many").press("Enter")
    expect(dialog.locator(".nbl-group-tile").first).to_be_focused(timeout=20_000)
    members = book.evaluate("np.flatnonzero(panel.clusters == 0).tolist()")
    assert len(set(book.evaluate("panel.clusters.tolist()"))) == 6
    expect(dialog.get_by_role("heading")).to_have_text(f"Cluster 0: {len(members)} points")
    expect(map_view.locator(".nbl-map-field select").first).to_have_value("cluster")

    marked = []
    for keys in ("ArrowRight", "PageDown"):  # one on this page, one on the next
        book.page.keyboard.press(keys)
        expect(dialog.locator(".nbl-group-tile:focus canvas:visible")).to_have_count(1)
        marked.append(int(dialog.locator(".nbl-group-tile:focus").get_attribute("data-key")))
        book.page.keyboard.press("Space")
    rest = [index for index in members if index not in marked]
    expect(dialog).to_contain_text(f"Label {len(rest)} (2 excluded) as")
    book.page.keyboard.press("2")
    given = wait_for_labels(book, len(rest))
    assert sorted(given) == sorted([str(index), "Trouser"] for index in rest)
    assert book.evaluate("len(panel.session.store.read())") == 1
    expect(dialog.get_by_role("button", name="Next cluster").last).to_be_focused()
    expect(dialog).to_contain_text(f"{len(rest)} of {len(members)} labeled: Trouser {len(rest)}")
    asked = book.evaluate("panel._panel.pages.front")
    assert asked[0] == shown(book)
    assert {str(index) for index in marked} <= set(asked[:4])

    book.page.keyboard.press("u")
    wait_for(lambda: labels(book) == [], 10, lambda: str(len(labels(book))))
    book.page.keyboard.press("Escape")
    expect(plane).to_be_focused()
    assert book.cell_count() == 2


def test_labels_are_exported_and_imported_beside_the_notebook(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    queue(book).focus()
    given = [answer(book, "1"), answer(book, "2")]
    wait_for_labels(book, 2)
    status = book.page.locator(".nbl-status")
    status.get_by_role("button", name="Export…").press("Enter")
    path = status.get_by_label("File or folder in the notebook's folder")
    path.fill("from-the-panel.csv")
    path.press("Enter")
    said = "2 labels written to from-the-panel.csv, in the notebook's folder."
    expect(status.get_by_role("status")).to_have_text(said)
    written = (book.path.parent / "from-the-panel.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in written[1:]] == given
    path.press("Escape")
    expect(status.get_by_role("button", name="Export…")).to_be_focused()

    # and known ones are read, in one step
    new = next(str(index) for index in range(3) if str(index) not in given)
    known = f"id,label\n{given[0]},Bag\n{new},Shirt\nnobody,Shirt\n"
    (book.path.parent / "known.csv").write_text(known)
    status.get_by_role("button", name="Import…").press("Enter")
    path = status.get_by_label("File in the notebook's folder")
    path.fill("known.csv")
    path.press("Enter")
    expect(status.get_by_role("status")).to_contain_text("1 items labeled from 3 rows.")
    expect(status.get_by_role("status")).to_contain_text("No item has these ids: nobody.")
    assert wait_for_labels(book, 3)[2] == [new, "Shirt"]
    path.press("Escape")
    queue(book).press("u")
    wait_for(lambda: len(labels(book)) == 2, 20, lambda: f"undone: {labels(book)}")
    assert book.cell_count() == 2


def test_running_the_cell_again_and_a_restarted_kernel_keep_the_labels(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    given = [[answer(book, key), None][0] for key in "123"]
    before = wait_for_labels(book, 3)
    assert [item for item, _ in before] == given

    book.run_cell(0)
    wait_for_question(book)
    assert labels(book) == before
    assert shown(book) not in given

    book.restart_kernel()
    book.run_cell(0)
    wait_for_question(book)
    answer(book, "4")
    assert wait_for_labels(book, 4)[:3] == before
    assert book.evaluate("len(panel.session.store.read())") == 4


def test_without_a_store_running_the_cell_again_keeps_the_labels(
    panel: Callable[..., Notebook],
) -> None:
    book = panel(cell(None))
    expect(queue(book).locator(".nbl-saved")).to_contain_text("memory")
    answer(book, "1")
    before = wait_for_labels(book, 1)
    book.run_cell(0)
    wait_for_question(book)
    assert labels(book) == before


def test_a_reopened_notebook_shows_the_same_panel(panel: Callable[..., Notebook]) -> None:
    book = panel()
    answer(book, "1")
    before = wait_for_labels(book, 1)
    book.save()
    book.reload()
    wait_for_question(book)
    answer(book, "2")
    after = wait_for_labels(book, 2)
    assert after[:1] == before


def test_a_notebook_opened_after_its_kernel_ended_keeps_the_labels(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    given = [answer(book, "1"), answer(book, "2")]
    before = wait_for_labels(book, 2)
    assert [item for item, _ in before] == given
    advice = book.page.locator(".nbl-gone")
    expect(advice).to_have_count(1)
    expect(advice).to_be_hidden()
    book.save()
    book.reopen_later()
    expect(advice).to_be_visible()
    expect(advice).to_contain_text("Run this cell again: the labels in ")
    # these are JupyterLab's words, and an error of its widget manager: the models went with the kernel
    expect(book.output(0).first).to_have_text("Error displaying widget: model not found")
    expect(book.page.locator(".nbl-panel")).to_have_count(0)
    assert all("Error: widget model not found" in problem for problem in book.problems)
    book.problems.clear()

    book.run_cell(0)
    wait_for_question(book)
    expect(advice).to_be_hidden()
    assert labels(book) == before
    assert shown(book) not in given
    third = answer(book, "3")
    assert wait_for_labels(book, 3) == [*before, [third, "Pullover"]]
    assert book.evaluate("len(panel.session.store.read())") == 3


def test_two_views_of_one_panel_stay_in_step(
    notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    book = notebook([cell(tmp_path / "labels.db"), "panel"])
    book.run_all()
    views = book.page.locator(".nbl-queue")
    expect(views).to_have_count(2)
    wait_for_question(book)
    item = shown(book)
    views.first.press("1")
    for view in (views.first, views.last):
        expect(view.locator(".nbl-id")).not_to_have_text(item)
    assert views.first.locator(".nbl-id").inner_text() == shown(book)
    views.last.press("2")
    assert len(wait_for_labels(book, 2)) == 2


def test_two_panels_on_one_log_show_the_same_labels(
    notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    first = cell(tmp_path / "labels.db")
    second = first.replace("panel = ", "other = ").replace("\npanel", "\nother")
    book = notebook([first, second])
    book.run_all()
    wait_for_question(book)
    item = shown(book)
    queue(book).press("1")
    expect(book.page.locator(".nbl-queue").first.locator(".nbl-id")).not_to_have_text(item)
    wait_for(lambda: labels(book) == [[item, "T-shirt/top"]], 10, lambda: str(labels(book)))


def test_answers_given_while_the_kernel_is_dead_are_kept_and_sent_again(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    answer(book, "1")
    before = wait_for_labels(book, 1)
    book.kill_kernel()
    book.page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()
    expect(book.page.locator(".jp-Dialog")).to_have_count(0)
    unsaved = [answer(book, "2"), answer(book, "3")]
    expect(queue(book).locator(".nbl-saved")).to_contain_text("2 unsaved")
    book.wait_until_idle()
    book.run_cell(0)
    after = wait_for_labels(book, 3)
    assert after == [*before, [unsaved[0], "Trouser"], [unsaved[1], "Pullover"]]


def test_a_log_that_cannot_be_written_keeps_the_label_unsaved_until_it_can(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    refuse = "panel.session.store._engine.connect().exec_driver_sql('PRAGMA query_only = {}')"
    book.execute(
        "import sqlalchemy as sa\n"
        "@sa.event.listens_for(panel.session.store._engine, 'connect')\n"
        "def _(connection, _record): connection.execute(f'PRAGMA query_only = {refuse}')\n"
        "refuse = 1; panel.session.store._engine.dispose()"
    )
    del refuse
    item = answer(book, "1")
    expect(queue(book).locator(".nbl-saved")).to_contain_text("unsaved")
    expect(queue(book)).to_contain_text(re.compile("readonly|read-only|writable"))
    assert labels(book) == []
    book.execute("refuse = 0; panel.session.store._engine.dispose()")
    assert wait_for_labels(book, 1) == [[item, "T-shirt/top"]]


def test_a_broken_file_shows_its_name_and_can_be_flagged(
    notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    source = f"""
import warnings, numpy as np, nblabel as nb
from pathlib import Path
from PIL import Image
folder = Path({str(tmp_path / "photos")!r}); folder.mkdir(exist_ok=True)
rng = np.random.default_rng(0)
for i in range(12):
    Image.fromarray(rng.integers(0, 255, (40, 50, 3), dtype=np.uint8)).save(folder / f"{{i}}.png")
(folder / "3.png").write_bytes((folder / "3.png").read_bytes()[:200])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    panel = nb.Labeler(nb.Pool.from_folder(folder), ["a", "b"], projection="pca")
panel"""
    book = notebook([source])
    book.run_all()
    wait_for(lambda: queue(book).locator(".nbl-id").count(), 20, lambda: "the queue")
    book.execute("panel.show_next(panel.session.pool.index_of('3.png'))")
    if shown(book) != "3.png":
        queue(book).get_by_role("button", name="Ask image 3.png now").click()
    expect(queue(book).locator(".nbl-mat")).to_have_attribute("data-state", "broken")
    expect(queue(book).locator(".nbl-mat")).to_contain_text("3.png cannot be read")
    queue(book).press("f")
    wait_for(lambda: book.evaluate("panel.session.flagged()") == ["3.png"], 10, lambda: "the flag")


def test_the_last_image_ends_politely(notebook: Callable[..., Notebook]) -> None:
    source = SETUP + "panel = nb.Labeler(images[:3], ['a', 'b'], projection='pca')\npanel"
    book = notebook([source])
    book.run_all()
    wait_for_question(book)
    answer(book, "1")
    answer(book, "2")
    queue(book).press("1")
    expect(queue(book)).to_contain_text("All 3 images are answered.")
    wait_for_labels(book, 3)
    queue(book).press("u")
    wait_for_question(book)


def test_answers_are_heard_where_cells_run(panel: Callable[..., Notebook]) -> None:
    follow = """
import threading
heard = set()
panel.session.subscribe(lambda: heard.add(threading.current_thread().name))
"""
    book = panel(cell(None, "projection='pca'"))
    book.execute(follow)
    queue(book).focus()
    answered = [[answer(book, key), name] for key, name in [("1", "T-shirt/top"), ("2", "Trouser")]]
    assert wait_for_labels(book, 2) == answered
    assert book.evaluate("sorted(heard)") == [
        "MainThread"
    ]  # JupyterLab has another one for widgets


def test_twenty_fast_keys_during_slow_refits(panel: Callable[..., Notebook]) -> None:
    slow = """
from sklearn.neighbors import KNeighborsClassifier
import time
class Slow(KNeighborsClassifier):
    def fit(self, X, y):
        end = time.perf_counter() + 0.5
        while time.perf_counter() < end: sum(range(1000))
        return super().fit(X, y)
"""
    book = panel(slow + cell(None, "learner=Slow(1), projection='pca'"))
    queue(book).focus()
    given = []
    for turn in range(20):
        given.append([shown(book), "Trouser" if turn % 2 else "T-shirt/top"])
        book.page.keyboard.press("2" if turn % 2 else "1")
        expect(queue(book).locator(".nbl-id")).not_to_have_text(given[-1][0])
    assert wait_for_labels(book, 20) == given


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
    assert book.evaluate("panel.session.engine.learner.name") == "graph"

    book.run_cell(0)
    wait_for_question(book)
    expect(status).to_contain_text("Model: label propagation")
    expect(bar).to_be_hidden()


def test_the_plotly_map(panel: Callable[..., Notebook]) -> None:
    book = panel(cell(None, "map='plotly', projection='pca'"))
    expect(book.page.locator(".nbl-plotly-map .js-plotly-plot")).to_be_visible()
    answer(book, "1")
    wait_for_labels(book, 1)
    wait_for(
        lambda: book.evaluate("len(panel._panel.map.figure.data[1].x)") == 1, 10, lambda: "the mark"
    )


def test_plotly_draws_the_curves_while_they_are_open(panel: Callable[..., Notebook]) -> None:
    book = panel(cell(None, "map='plotly', projection='pca'"))
    figure = book.page.locator(".nbl-plotly-curves .js-plotly-plot")
    line = figure.locator(".scatterlayer .js-line")
    points = figure.locator(".scatterlayer .point")

    def open_curves() -> None:
        book.page.get_by_role("button", name="Learning curves", exact=True).click()

    answer(book, "1")
    wait_for_labels(book, 1)
    expect(figure).to_have_count(0)
    open_curves()
    expect(points).to_have_count(1)
    answer(book, "2")
    expect(line).to_have_count(1)
    before = line.get_attribute("d")
    answer(book, "3")
    wait_for_labels(book, 3)
    expect(line).not_to_have_attribute("d", str(before))
    trace = "list(panel._panel.curves._figure.figure.data[-1].x)"
    wait_for(lambda: book.evaluate(trace) == [1, 2, 3], 10, lambda: str(book.evaluate(trace)))
    place = book.page.locator(".nbl-plotly-curves")
    width = place.bounding_box()
    assert width is not None
    drawn = figure.locator(".main-svg").first.bounding_box()
    assert drawn is not None
    assert width["width"] - 40 < drawn["width"] <= width["width"]
    no_violations(book)
    open_curves()
    expect(figure).to_have_count(0)
    expect(place).to_be_hidden()


def test_clusters_and_selections_on_the_plotly_map(panel: Callable[..., Notebook]) -> None:
    book = panel(cell(None, "map='plotly', projection='pca'"))
    figure = book.page.locator(".nbl-plotly-map .js-plotly-plot")
    side = book.page.locator(".nbl-plotly-side")
    dialog = side.get_by_role("dialog")

    def lit(expected: int | None) -> None:
        points = "panel._panel.map.figure.data[0].selectedpoints"
        told = f"None if {points} is None else len({points})"
        wait_for(lambda: book.evaluate(told) == expected, 10, lambda: f"{book.evaluate(told)} lit")

    book.execute("panel.clusters = np.arange(600) % 3")
    side.get_by_role("button", name=re.compile("^cluster 1")).click()
    expect(dialog.locator(".nbl-group-tile").first).to_be_focused()
    expect(dialog.get_by_role("heading")).to_have_text("Cluster 1: 200 points")
    expect(dialog).to_contain_text("mean of 200")
    lit(200)
    book.page.keyboard.press("Space")
    book.page.keyboard.press("2")
    wait_for_labels(book, 199)
    expect(dialog.get_by_role("heading")).to_have_text("199 points labeled as Trouser.")
    book.page.keyboard.press("u")
    wait_for(lambda: labels(book) == [], 10, lambda: str(len(labels(book))))
    no_violations(book)
    book.page.keyboard.press("Escape")
    expect(side).to_be_focused()
    lit(None)

    figure.hover()
    figure.locator(".modebar-btn[data-title='Box Select']").click()
    box = figure.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    book.page.mouse.move(box["x"] + 2, box["y"] + 2)
    book.page.mouse.down()
    book.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2, steps=5)
    book.page.mouse.up()
    expect(dialog.get_by_role("heading")).to_have_text("600 points")
    expect(figure.locator(".selectionlayer path")).not_to_have_count(0)
    dialog.get_by_role("button", name="Bag", exact=True).click()
    wait_for_labels(book, 600)
    expect(dialog.get_by_role("heading")).to_have_text("600 points labeled as Bag.")
    expect(figure.locator(".selectionlayer path")).to_have_count(0)
    dialog.get_by_role("button", name="Undo").click()
    wait_for(lambda: labels(book) == [], 10, lambda: str(len(labels(book))))
    expect(dialog).to_be_hidden()
    expect(side.get_by_role("group", name="Legend").last).to_be_visible()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_accessible_in_both_themes_and_on_a_narrow_screen(
    panel: Callable[..., Notebook], theme: str, width: int
) -> None:
    book = panel(viewport={"width": width, "height": 900})
    book.set_theme(theme)
    answer(book, "1")
    wait_for_labels(book, 1)
    no_violations(book)
    queue(book).press("?")
    no_violations(book)
    overflow = book.page.evaluate(
        "[...document.querySelectorAll('.nbl-view')].map((view) => view.scrollWidth - view.clientWidth)"
    )
    assert max(overflow) <= 1


def test_a_panel_saved_with_its_widgets_says_that_its_kernel_is_gone(
    panel: Callable[..., Notebook],
) -> None:
    book = panel()
    answer(book, "1")
    before = wait_for_labels(book, 1)
    # what a saved panel shows follows once the kernel has learned from the answer
    wait_for(
        lambda: book.evaluate("panel.snapshot['id']") not in dict(before),
        20,
        lambda: "the next question to be kept",
    )
    book.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    book.save()
    book.reopen_later()
    # the kernel's first question, which need not be the one that was on screen
    expect(queue(book).locator(".nbl-id")).not_to_be_empty()
    question = shown(book)
    assert question not in dict(before)
    silence = "Kernel not responding. Run this cell again"
    expect(queue(book).locator(".nbl-messages")).to_contain_text(silence, timeout=10_000)
    expect(book.page.locator(".nbl-map-empty")).to_contain_text(silence, timeout=10_000)
    expect(book.page.locator(".nbl-gone")).to_be_hidden()

    queue(book).press("2")
    expect(queue(book).locator(".nbl-saved")).to_have_text("▲1 unsaved")
    book.run_cell(0)
    wait_for_question(book)
    assert wait_for_labels(book, 2) == [*before, [question, "Trouser"]]
