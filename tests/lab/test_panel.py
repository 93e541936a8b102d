"""Questions and keys, as a person uses them in a real JupyterLab."""

import re
from collections.abc import Callable
from pathlib import Path

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
    # where the extra for texts is there, a network embeds them in the background
    wait_for(
        lambda: not book.evaluate("bool(panel.session.awaits_embeddings)"), 60, lambda: "embeddings"
    )
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
    # the bar's Cancel button goes with it
    wait_for(lambda: not book.evaluate("panel.projection['running']"), 120, lambda: "the map")
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
    source = SETUP + "panel = nb.Labeler(images[:3], ['left', 'right'], projection='pca')\npanel"
    book = notebook([source])
    book.run_all()
    wait_for_question(book)
    answer(book, "1")
    answer(book, "2")
    queue(book).press("1")
    expect(queue(book)).to_contain_text("All 3 images are answered.")
    wait_for_labels(book, 3)
    left = queue(book).get_by_role("group", name="What is left to do")
    no_violations(book)
    left.get_by_role("button", name="Report…").press("Enter")
    with book.page.expect_download() as download:
        book.page.locator(".nbl-status").get_by_role("button", name="Download").press("Enter")
    assert "<!doctype html>" in download.value.path().read_text()[:200].lower()
    book.page.keyboard.press("Escape")
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


# Keys that programs have in common, with the focus in the panel

PLACES = [".nbl-queue", ".nbl-class", ".nbl-map-plane", ".nbl-quality select"]


def what_lab(book: Notebook) -> str:
    """The dialogs that are open in JupyterLab, and where the keys go."""
    dialogs = book.page.locator(".jp-Dialog").all_inner_texts()
    focused = book.page.evaluate("document.activeElement?.outerHTML.slice(0, 200)")
    return f"dialogs {dialogs}, focus in {focused}"


def test_ctrl_s_saves_the_notebook(panel: Callable[..., Notebook]) -> None:
    book = panel()
    for place in PLACES:
        answer(book, "1")  # the notebook has changed: another picture is on screen
        book.page.evaluate(
            "[...jupyterapp.shell.widgets('main')].find((one) => one.context)"
            ".context.model.dirty = true"
        )
        before = book.path.stat().st_mtime_ns
        book.page.locator(place).first.focus()

        def saved(before: int = before) -> bool:
            # JupyterLab drops the wish while it is still at the save before
            book.page.keyboard.press("ControlOrMeta+s")
            return book.path.stat().st_mtime_ns > before

        wait_for(
            saved, 60, lambda at=place: f"the notebook to be saved from {at}; {what_lab(book)}"
        )
    # the file is changed before it is whole
    wait_for(lambda: "widget-view+json" in book.path.read_text(), 10, book.path.read_text)
    assert book.evaluate("panel.session.state.answers.__len__()") == len(PLACES)


def test_ctrl_z_undoes_in_the_panel_and_not_in_the_notebook(panel: Callable[..., Notebook]) -> None:
    book = panel()
    cells, sources = book.cell_types(), book.sources()
    for key, place in zip("1234", PLACES, strict=True):
        item = answer(book, key)
        wait_for(lambda: len(labels(book)) == 1, 10, lambda: str(labels(book)))
        book.page.locator(place).first.focus()
        book.page.keyboard.press("ControlOrMeta+z")
        expect(queue(book).locator(".nbl-id")).to_have_text(item)
        wait_for(lambda: labels(book) == [], 10, lambda: str(labels(book)))
        book.page.keyboard.press("ControlOrMeta+Shift+z")
        wait_for(lambda: len(labels(book)) == 1, 10, lambda: str(labels(book)))
        book.page.keyboard.press("ControlOrMeta+z")
        wait_for(lambda: labels(book) == [], 10, lambda: str(labels(book)))
        expect(queue(book).locator(".nbl-id")).to_have_text(item)
    assert (book.cell_types(), book.sources()) == (cells, sources)


def test_page_keys_scroll_the_text_and_not_the_notebook(
    panel: Callable[..., Notebook], tmp_path: Path
) -> None:
    book = panel(f"""
import nblabel as nb
texts = [f"{{i}} " + "some words of a long text " * 400 for i in range(60)]
panel = nb.Labeler(nb.Pool(texts=texts), ["a", "b"], store={str(tmp_path / "t.db")!r}, projection="pca")
panel""")
    around = """[...document.querySelectorAll("*")]
      .filter((one) => !one.closest(".nbl-panel")).reduce((sum, one) => sum + one.scrollTop, 0)"""
    text = queue(book).locator(".nbl-text")
    queue(book).focus()
    before = book.page.evaluate(around)
    tops = [0]
    for key in ["PageDown", "Space", "PageDown", "PageUp"]:
        book.page.keyboard.press(key)
        tops.append(text.evaluate("one => one.scrollTop"))
    assert tops[0] < tops[1] < tops[2] < tops[3] > tops[4] > 0
    assert book.page.evaluate(around) == before
    assert labels(book) == []


def test_the_classes_of_a_group_are_in_view_at_768_pixels(panel: Callable[..., Notebook]) -> None:
    book = panel(viewport={"width": 1366, "height": 768})
    embedded = "not panel.session.awaits_embeddings"
    wait_for(lambda: book.evaluate(embedded), 60, lambda: "the embeddings")
    book.execute("panel.clusters = nb.cluster(panel.session.embeddings, n_clusters=6)")
    book.page.locator(".nbl-map-plane").focus()
    book.page.keyboard.press("g")
    classes = book.page.locator(".nbl-gallery-class")
    expect(book.page.locator(".nbl-gallery-plane")).to_be_focused()
    expect(classes).to_have_count(10)
    hit = """(all) => all.filter((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      return one.contains(document.elementFromPoint(left + 3, top + 3)) &&
        one.contains(document.elementFromPoint(right - 3, bottom - 3));
    }).length"""
    expect(book.page.locator(".nbl-gallery")).to_contain_text("images chosen")
    wait_for(lambda: classes.evaluate_all(hit) == 10, 10, lambda: str(classes.evaluate_all(hit)))
    expect(queue(book)).to_be_hidden()


def test_one_of_a_thousand_classes_is_found_and_given_by_keyboard(
    panel: Callable[..., Notebook],
) -> None:
    book = panel(f"""{SETUP}
classes = [f"species {{i}}" for i in range(1_000)]
panel = nb.Labeler(images, classes, projection="pca")
panel""")
    cells, sources = book.cell_types(), book.sources()
    field = queue(book).get_by_role("combobox", name="Find a class")
    first = shown(book)
    queue(book).press("t")
    expect(field).to_be_focused()
    book.page.keyboard.type("sp 77")
    expect(queue(book).locator(".nbl-finder [aria-selected=true]")).to_have_text("species 77")
    book.page.keyboard.press("Enter")
    expect(queue(book).locator(".nbl-id")).not_to_have_text(first)
    expect(queue(book)).to_be_focused()
    second = shown(book)
    queue(book).press("t")
    book.page.keyboard.type("dd")  # a letter that deletes cells, and a class that is not there
    expect(queue(book).get_by_role("option", name="Add “dd” as a class")).to_be_visible()
    no_violations(book)
    book.page.keyboard.press("Enter")
    assert wait_for_labels(book, 2) == [[first, "species 77"], [second, "dd"]]
    # the likeliest classes of the next questions, once the model has learned two; the keys of
    # the one on screen stay what they are
    status = book.page.locator(".nbl-status").last
    expect(status).to_contain_text("label propagation", timeout=60_000)
    third = answer(book, "1")
    given = wait_for_labels(book, 3)
    assert given[2][0] == third
    answered = re.compile("|".join(name for _, name in given))
    expect(queue(book).locator(".nbl-class").first).to_contain_text(answered)
    assert (book.cell_types(), book.sources()) == (cells, sources)
