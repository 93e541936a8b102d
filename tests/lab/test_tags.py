"""Several tags an item in a real JupyterLab, by keyboard alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook, wait_for
from tests.lab.panel import no_violations, queue, shown, upcoming, wait_for_question

pytestmark = pytest.mark.lab

TAGS = ["even", "with a loop", "above six"]
TREE = {"round": {"one loop": ["zero", "six"], "two loops": []}, "straight": []}


def cell(store: Path, tags: object = TAGS) -> str:
    return f"""
import numpy as np, nblabel as nb
data = nb.datasets.load_digits()
images, digit = data.images[:400], np.asarray(data.labels)[:400]
panel = nb.Labeler(images, {tags}, store={str(store)!r}, multi_label=True, projection='pca')
panel"""


def tags(book: Notebook) -> list[list[object]]:
    """Ids and tags in the log, in order."""
    return book.evaluate("panel.labels()[['id', 'label']].values.tolist()")


def wait_for_tags(book: Notebook, what: list[list[object]]) -> None:
    wait_for(lambda: tags(book) == what, 30, lambda: f"{what}, have {tags(book)}")


def confirm(book: Notebook, *keys: str) -> str:
    """Press tags, and Enter until the next picture comes; return the id answered."""
    before = shown(book)
    for key in keys:
        queue(book).press(key)
    queue(book).press("Enter")

    def moved() -> bool:
        if shown(book) != before:
            return True
        if "Same key twice" in queue(book).inner_text():
            queue(book).press("Enter")
        return False

    wait_for(moved, 30, lambda: f"the question after {before}: {queue(book).inner_text()}")
    return before


def pressed(book: Notebook) -> list[str]:
    return queue(book).locator('.nbl-class[aria-pressed="true"] .nbl-class-name').all_inner_texts()


def test_tags_are_given_corrected_and_undone_by_keyboard_and_outlive_the_kernel(
    panel: Callable[..., Notebook], tmp_path: Path
) -> None:
    source = cell(tmp_path / "tags.db")
    book = panel(source, viewport={"width": 1366, "height": 768})
    cells, sources = book.cell_types(), book.sources()
    queue(book).focus()
    first = confirm(book, "1", "2")
    second = confirm(book)
    third = confirm(book, "3")
    given = [[first, ["even", "with a loop"]], [second, []], [third, ["above six"]]]
    wait_for_tags(book, given)
    no_violations(book)

    # back to the first answer, whose tags are pressed: one is released
    for _ in given:
        queue(book).press("ArrowLeft")
    wait_for(lambda: shown(book) == first, 20, lambda: f"shows {shown(book)}")
    assert pressed(book) == ["even", "with a loop"]
    expect(queue(book).locator(".nbl-note")).to_contain_text("Labeled even, with a loop")
    queue(book).press("2")
    assert pressed(book) == ["even"]
    queue(book).press("Enter")
    changed = [*given[1:], [first, ["even"]]]
    wait_for_tags(book, changed)
    queue(book).press("u")
    wait_for(lambda: sorted(tags(book)) == sorted(given), 20, lambda: str(tags(book)))

    # what is predicted is told, pressed by a key of its own, and confirmed as any other
    book.execute(
        "sets = {'even': (0, 2, 4, 6, 8), 'with a loop': (0, 6, 8, 9), 'above six': (7, 8, 9)}\n"
        "of = lambda i: [tag for tag, some in sets.items() if digit[i] in some]\n"
        "panel.session.tell(list(range(100, 200)), [of(i) for i in range(100, 200)])"
    )
    prediction = queue(book).locator(".nbl-prediction-words strong")
    expect(prediction).to_contain_text("%")
    while "%" not in prediction.inner_text():
        confirm(book)
    queue(book).press("!")
    likely = pressed(book)  # the model learns on, and may predict others by now
    assert likely
    item = confirm(book)
    wait_for(lambda: item in [one[0] for one in tags(book)], 20, lambda: str(tags(book)[-2:]))
    assert sorted(book.evaluate(f"panel.session.tags_of({int(item)})")) == sorted(likely)
    answered = tags(book)

    # answers given while the kernel is gone are saved by the next one
    book.restart_kernel()
    queue(book).focus()
    away = shown(book)
    queue(book).press("1")
    queue(book).press("Enter")
    book.run_all()
    wait_for_question(book)
    wait_for(lambda: len(tags(book)) == len(answered) + 1, 30, lambda: str(tags(book)[-3:]))
    assert tags(book) == [*answered, [away, ["even"]]]
    queue(book).focus()
    last = confirm(book, "2")
    wait_for(lambda: tags(book)[-1] == [last, ["with a loop"]], 20, lambda: str(tags(book)[-2:]))
    no_violations(book)
    assert (book.cell_types(), book.sources()) == (cells, sources)


def test_a_tree_of_tags_by_keyboard(panel: Callable[..., Notebook], tmp_path: Path) -> None:
    source = cell(tmp_path / "tree.db", TREE)
    book = panel(source, viewport={"width": 1366, "height": 768})
    queue(book).focus()
    # 1 round, 2 one loop, 3 zero, 4 six, 5 two loops, 6 straight
    queue(book).press("3")
    assert pressed(book) == ["round", "one loop", "zero"]  # with those above it
    no_violations(book)
    zero = confirm(book)
    queue(book).press("4")
    queue(book).press("6")
    queue(book).press("2")  # released, and what is below it
    assert pressed(book) == ["round", "straight"]
    straight = confirm(book)
    coarse = confirm(book, "2")  # which one is said later
    given = [
        [zero, ["round", "one loop", "zero"]],
        [straight, ["round", "straight"]],
        [coarse, ["round", "one loop"]],
    ]
    wait_for_tags(book, given)
    assert book.evaluate("panel.session.coarse_labels('one loop').tolist()") == [int(coarse)]

    # the next kernel knows the tree, and asks what was left open
    book.restart_kernel()
    book.run_all()
    wait_for_question(book)
    queue(book).focus()
    queue(book).press(":")
    listed = book.page.locator(".nbl-class-dialog")
    expect(listed.locator(".nbl-class-head").first).to_be_focused()
    book.page.keyboard.press("ArrowDown")
    book.page.keyboard.press("Enter")
    asking = listed.get_by_role("button", name="Ask for the tags below it")
    expect(asking).to_be_visible()
    no_violations(book)
    asking.focus()
    book.page.keyboard.press("Enter")
    wait_for(lambda: upcoming(book)[0] == coarse, 20, lambda: str(upcoming(book)))
    expect(queue(book)).to_be_focused()
    queue(book).get_by_role("button", name=f"Ask image {coarse} now").press("Enter")
    wait_for(lambda: shown(book) == coarse, 20, lambda: f"shows {shown(book)}")
    wait_for(lambda: pressed(book) == ["round", "one loop"], 20, lambda: str(pressed(book)))
    confirm(book, "4")
    wait_for_tags(book, [*given[:2], [coarse, ["round", "one loop", "six"]]])
    assert book.evaluate("panel.session.coarse_labels('one loop').tolist()") == []
    queue(book).press("u")
    wait_for_tags(book, given)

    # a tag moves, and the answers follow
    book.execute("panel.session.nest_classes(['straight'], under='two loops')")
    moved = [straight, ["round", "two loops", "straight"]]
    wait_for_tags(book, [given[0], moved, given[2]])
    queue(book).press("6")
    both = ["round", "one loop", "two loops", "straight"]  # what undo has shown has two already
    wait_for(lambda: pressed(book) == both, 20, lambda: str(pressed(book)))


def test_one_tag_at_a_time_by_keyboard(panel: Callable[..., Notebook], tmp_path: Path) -> None:
    book = panel(cell(tmp_path / "grid.db"), viewport={"width": 1366, "height": 768})
    queue(book).focus()
    queue(book).press("*")
    grid = queue(book).locator(".nbl-grid")
    tiles = grid.locator(".nbl-grid-tile")
    go = grid.locator(".nbl-grid-foot .nbl-primary")
    expect(tiles).to_have_count(12)
    expect(tiles.first).to_be_focused()
    expect(go).not_to_have_attribute("aria-disabled", "true")  # all pictures are here
    tag = grid.get_by_role("combobox", name="Tag").input_value()
    first = [int(tile.get_attribute("data-key") or -1) for tile in tiles.all()]
    for key in ("1", "3", "2", "ArrowRight", "Space"):
        book.page.keyboard.press(key)
    no_violations(book)
    column = f"panel.session.y[:, panel.session.classes.index({tag!r})]"
    n_answered = f"int(({column} >= 0).sum())"

    def save() -> None:
        before = grid.locator(".nbl-grid-tile").first.get_attribute("data-key")
        book.page.keyboard.press("Enter")

        def moved() -> bool:
            if tiles.first.get_attribute("data-key") != before:
                return True
            book.page.keyboard.press("Enter")  # the first one came too soon
            return False

        wait_for(moved, 20, grid.inner_text)

    save()
    wait_for(lambda: book.evaluate(n_answered) == 11, 20, lambda: str(book.evaluate(n_answered)))
    assert book.evaluate(f"{column}[{first}].tolist()") == [1, -1, 0, 0, 1, *[0] * 7]
    assert book.evaluate(f"panel.session.unsure[{first[1]}].any().item()")
    expect(tiles).to_have_count(12)
    assert not {int(one.get_attribute("data-key") or -1) for one in tiles.all()} & set(first)
    # the next one is answered while nobody waited for the model, and taken back
    expect(go).not_to_have_attribute("aria-disabled", "true")
    save()
    wait_for(lambda: book.evaluate(n_answered) == 23, 20, lambda: str(book.evaluate(n_answered)))
    book.page.keyboard.press("u")
    wait_for(lambda: book.evaluate(n_answered) == 11, 20, lambda: str(book.evaluate(n_answered)))

    book.page.keyboard.press("Escape")
    expect(grid).to_be_hidden()
    expect(queue(book)).to_be_focused()
    item = confirm(book, "1")
    wait_for(lambda: [item, ["even"]] in tags(book), 20, lambda: str(tags(book)[-3:]))
    book.restart_kernel()
    book.run_all()
    wait_for_question(book)
    known = ({*first} - {first[1]}) | {int(item)}  # of one nobody was sure
    assert set(book.evaluate("panel.session.labeled.tolist()")) == known
    assert [item, ["even"]] in tags(book)
