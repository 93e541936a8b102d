"""The selection that Python reads and sets, and functions that hear of selections and labels."""

import asyncio

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.pool.order import as_selection
from nblabel.widget import Labeler
from tests.panel.helpers import open_page, shown, until
from tests.samples import CLASSES, blobs
from tests.wire import Page

IDS = [f"item-{i}" for i in range(6)]


def selects(page):
    return [
        np.frombuffer(buffers[0], np.uint32).tolist()
        for content, buffers in page.heard
        if content["type"] == "select"
    ]


def choose(page, *indices):
    page.say("chosen", np.array(indices, dtype=int))


# reading


def test_what_is_chosen_in_the_gallery_is_the_selection(page):
    heard = []
    page.panel.on_select(lambda indices: heard.append(indices.tolist()))
    assert page.panel.selection.tolist() == []
    choose(page, 9, 3, 5)
    assert page.panel.selection.tolist() == [3, 5, 9]
    choose(page, 3, 5, 9)  # the same again
    choose(page)
    assert page.panel.selection.tolist() == []
    assert heard == [[3, 5, 9], []]


def test_the_selection_is_a_copy(page):
    choose(page, 1, 2)
    page.panel.selection[:] = 0
    assert page.panel.selection.tolist() == [1, 2]


# setting


def test_a_selection_opens_in_the_pages_without_the_focus(page):
    other = Page(page.panel)
    page.panel.selection = [8, 2]
    assert selects(page) == selects(other) == [[2, 8]]
    assert page.last("select")["focus"] is False
    assert page.panel.selection.tolist() == [2, 8]
    page.panel.selection = None
    assert selects(page) == [[2, 8], []]
    assert page.panel.selection.tolist() == []


def test_selections_combine_as_sets(page):
    page.panel.selection = [2, 8, 9]
    page.panel.selection = set(page.panel.selection) | {1}
    assert page.panel.selection.tolist() == [1, 2, 8, 9]
    page.panel.selection = set(page.panel.selection) - {8}
    page.panel.selection = set(page.panel.selection) & {9, 1, 5}
    assert page.panel.selection.tolist() == [1, 9]
    assert selects(page)[-1] == [1, 9]
    page.panel.selection = set(page.panel.selection) - {1, 9}
    assert selects(page)[-1] == []


def test_a_selection_waits_for_the_first_page():
    panel = open_page().panel
    alone = Labeler(panel.session.pool, CLASSES, learner="knn")
    alone.selection = [4]
    page = Page(alone)
    assert selects(page) == [[4]]
    assert selects(Page(alone)) == []  # one that opens later begins without


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([4, 1, 4], [1, 4]),
        (3, [3]),
        (np.array([True, False, False, False, True, False]), [0, 4]),
        (["item-5", "item-0"], [0, 5]),
        ("item-2", [2]),
        (pd.Series([False, True, False, False, False, False], index=IDS[::-1]), [4]),
        (pd.Index(["item-1"]), [1]),
        ({4, 1}, [1, 4]),
        ({np.intp(4)} | {5}, [4, 5]),
        ({"item-3"}, [3]),
        (frozenset(), []),
        (None, []),
        ([], []),
        (np.zeros(6, dtype=bool), []),
    ],
)
def test_positions_ids_and_masks(given, found):
    pool = nb.Pool(embeddings=blobs(6), ids=IDS)
    assert as_selection(given, pool).tolist() == found


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ([6], IndexError, "6"),
        ([-1], IndexError, "-1"),
        ([True, False], ValueError, r"shape \(2,\), and must have \(6,\)"),
        (["item-9"], KeyError, "item-9"),
        ([1.5], (IndexError, TypeError), "1.5|whole"),
    ],
)
def test_what_is_not_in_the_pool_is_refused(given, error, said):
    pool = nb.Pool(embeddings=blobs(6), ids=IDS)
    with pytest.raises(error, match=said):
        as_selection(given, pool)


# hearing of labels


@pytest.fixture
def told(page):
    heard = []
    page.label("1", "bag")
    page.panel.on_label(lambda indices: heard.append(indices.tolist()))
    return heard


def test_each_change_of_labels_is_told(page, told):
    page.label("5", "boot")
    page.label("5", "bag")
    page.panel.session.tell([7, 6], "boot")
    page.panel.session.undo()
    page.panel.session.skip(9)  # which is no label
    assert told == [[5], [5], [6, 7], [6, 7]]


def test_a_class_that_is_renamed_changes_the_labels_of_its_items(page, told):
    page.panel.session.rename_class("bag", "sack")
    page.panel.session.order_classes(page.panel.session.classes[::-1])
    assert told == [[1]]


def test_each_fit_to_the_present_labels_is_told(page):
    fits = []

    def fitted():
        fits.append((page.panel.session.n_labeled, len(page.panel.session.predict())))

    page.panel.on_fit(fitted)
    page.label("5", "boot")
    page.label("4", "bag")
    assert fits == [(1, len(page.panel.session.pool)), (2, len(page.panel.session.pool))]
    page.panel.on_fit(fitted, remove=True)
    page.label("3", "bag")
    assert len(fits) == 2
    with pytest.raises(TypeError, match="on_fit takes a function"):
        page.panel.on_fit("fitted")


def test_with_an_event_loop_a_function_is_called_once_the_answer_is_done():
    async def act():
        page = await shown(learner="knn")
        heard = []
        page.panel.on_label(lambda indices: heard.append(indices.tolist()))
        page.label("5", "boot")
        assert heard == []
        await until(lambda: heard == [[5]])

    asyncio.run(act())


# functions that fail, and that go


def test_a_function_that_raises_is_told_and_harms_nothing(page):
    fails = [True]

    def callback(_indices):
        if fails:
            raise ZeroDivisionError("no luck")

    page.panel.on_label(callback)
    assert page.label("5", "boot")["ok"]
    assert "A function given to on_label failed: no luck" in page.traits["error"]
    fails.clear()
    page.label("6", "boot")
    assert page.traits["error"] == ""


def test_a_function_is_called_once_and_no_more_when_removed(page):
    heard = []
    page.panel.on_select(heard.append)
    page.panel.on_select(heard.append)
    page.panel.selection = [1]
    assert len(heard) == 1
    page.panel.on_select(heard.append, remove=True)
    page.panel.selection = [2]
    assert len(heard) == 1


@pytest.mark.parametrize("name", ["on_select", "on_label"])
def test_what_cannot_be_called_is_refused(page, name):
    with pytest.raises(TypeError, match=f"{name} takes a function, not int"):
        getattr(page.panel, name)(5)


def test_a_closed_panel_hears_nothing(page, told):
    session = page.session
    page.panel.close()
    session.tell(8, "boot")
    assert told == []
    with pytest.raises(RuntimeError):
        page.panel.on_label(print)
