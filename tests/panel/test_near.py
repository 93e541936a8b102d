"""Near duplicates in the panel: what an item stands for, and a label for all of them in one step."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.graph.neighbor_graph import build_graph
from tests.panel.helpers import open_page
from tests.test_near_duplicates import nearly, spread

N, SIZE = 80, 12
GROUP = [7, *range(N, N + SIZE - 1)]


@pytest.fixture
def page():
    """A page of a pool in which twelve pictures are nearly equal, once neighbours are found."""
    X = spread(N)
    X = np.concatenate([X, nearly(X[7], SIZE - 1)])
    opened = open_page(nb.Pool(np.zeros((len(X), 4, 4), dtype=np.uint8), embeddings=X))
    assert "near" not in opened.items[opened.current]
    opened.session.set_graph(build_graph(X, lambda _share: None))
    return opened


def show(page, index):
    page.say("show", index=index)
    return page.last("show")["item"]


def open_near(page, index, request="r"):
    asked = {
        "show": "all",
        "order": "position",
        "descending": False,
        "only": {"near": index},
        "group": True,
    }
    page.say("gallery", request=request, **asked)
    told, buffers = page.heard[-1]
    return told, np.frombuffer(buffers[0], np.uint32).tolist() if buffers else None


def test_an_item_says_for_how_many_it_stands(page):
    assert {show(page, index)["near"] for index in GROUP} == {SIZE}
    assert "near" not in show(page, 8)
    listed = {item["index"]: item.get("near") for item in page.items.values()}
    among = [near for index, near in listed.items() if index in GROUP]
    assert among
    assert all(near == SIZE for near in among)
    assert all(near is None for index, near in listed.items() if index not in GROUP)


def test_its_group_is_labeled_in_one_step_and_undone_in_one(page):
    page.session.tell(GROUP[3], "boot")
    told, members = open_near(page, 7)
    assert members == GROUP
    assert (told["type"], told["n"]) == ("gallery", SIZE)
    assert "warning" not in told
    assert page.known() == {str(GROUP[3]): "boot"}  # nobody answered for them
    steps = len(page.session.store.read())
    assert page.label_group(members, "bag")["text"] == "11 images labeled as bag."
    assert len(page.session.store.read()) == steps + 1
    assert page.session.n_labeled == SIZE
    assert (
        "contradict" in page.last("gallery_changes")["warning"]
    )  # what is nearly equal should be alike
    assert not {int(item) for item in page.ids} & set(GROUP)
    assert page.answer("undo")["text"] == "Undone: 11 images."
    assert page.known() == {str(GROUP[3]): "boot"}


@pytest.mark.parametrize("index", [8, 4_000])
def test_what_stands_for_nothing_opens_nothing(page, index):
    told, members = open_near(page, index)
    assert (told["type"], members) == ("no_gallery", None)
    said = "outside the pool" if index > 100 else "nothing else is nearly equal to it any more"
    assert said in told["text"]


def test_without_neighbours_nothing_is_known_of_it():
    X = np.concatenate([spread(N), nearly(spread(N)[7], SIZE - 1)])
    page = open_page(nb.Pool(np.zeros((len(X), 4, 4), dtype=np.uint8), embeddings=X))
    assert "near" not in show(page, 7)
    assert open_near(page, 7)[0]["type"] == "no_gallery"


def test_other_embeddings_have_other_groups(page):
    assert show(page, 7)["near"] == SIZE
    page.session.set_embeddings(spread(N + SIZE - 1, seed=5))
    assert "near" not in show(page, 7)
