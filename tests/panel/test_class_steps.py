"""Classes that are changed in the panel: what is said, what follows, and how a split is sorted."""

import numpy as np
import pytest

import nblabel as nb
from tests.panel.helpers import open_page, picture_pool
from tests.samples import CLASSES, blobs
from tests.wire import Page


def infos(page):
    return {one["name"]: one for one in page.traits["classes"]}


def texts_of(page):
    return [message["text"] for message in page.traits["status"]["messages"]]


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("rename_class", {"name": "bag", "new": "Handbag "}, "“bag” is called “Handbag” now."),
        (
            "merge_classes",
            {"names": ["bag", "shirt"], "into": "boot"},
            "“bag” and “shirt” merged into “boot”: 5 labels moved.",
        ),
        (
            "delete_class",
            {"name": "bag", "reassign": "boot"},
            "“bag” deleted. 3 labels moved to “boot”.",
        ),
        ("delete_class", {"name": "hat"}, "“hat” deleted."),
        (
            "order_classes",
            {"names": ["shirt", "bag"]},
            "The classes are in another order. Keys and colours that were not chosen follow it.",
        ),
        ("describe_class", {"name": "bag", "description": "Has a handle"}, "“bag” changed."),
        (
            "describe_class",
            {"name": "hat", "key": "1"},
            "“hat” changed. Other keys moved: “boot” has 2, “bag” has 3, “shirt” has 4.",
        ),
        (
            "retire_class",
            {"name": "bag"},
            "“bag” retired: its 3 labels stay, and no others are given.",
        ),
    ],
)
def test_each_step_says_what_happened_and_is_undone(kind, content, text):
    page = open_page(classes=[*CLASSES, "hat"])
    page.session.tell(range(8), [*("boot", "bag", "shirt") * 2, "boot", "bag"])
    before = (page.session.classes, page.session.class_details, page.known())
    ack = page.answer(kind, **content)
    assert (ack["ok"], ack["text"]) == (True, text)
    assert page.session.state.event(ack["uid"]).kind == kind
    assert page.answer("undo", of=ack["uid"])["text"].startswith("Undone: ")
    assert (page.session.classes, page.session.class_details, page.known()) == before
    page.answer("redo")
    assert page.answer(kind, **content, uid=ack["uid"])["text"] == "Saved."  # sent twice


def test_a_name_like_another_one_is_refused_with_that_one():
    page = open_page()
    ack = page.answer("rename_class", name="bag", new=" BOOT")
    assert (ack["ok"], ack["retry"], ack["like"]) == (False, False, "boot")
    assert page.answer("add_class", name="Boot ")["like"] == "boot"
    with pytest.warns(UserWarning, match="differ only in case"):
        alike = open_page(classes=["tulip", "rose", "Tulip "])
    assert [one.get("like") for one in alike.traits["classes"]] == [None, None, "tulip"]


def test_keys_of_the_panel_of_commands_and_of_other_classes_are_refused():
    page = open_page(keys={"boot": "d"})
    for key, reason in [
        ("d", "“boot” was given the key d with this panel"),
        ("s", "which is a command of the panel"),
        (":", "which is a command of the panel"),
        ("", None),
        ("x", None),
    ]:
        ack = page.answer("describe_class", name="bag", key=key)
        assert ack["ok"] == (reason is None)
        assert reason is None or reason in ack["text"]
    assert "'bag' has the key 'x'" in page.answer("describe_class", name="shirt", key="x")["text"]
    assert infos(page)["bag"]["key"] == "x"


def test_what_is_known_of_a_class_reaches_the_page():
    page = open_page()
    page.answer("describe_class", name="bag", description="A", aliases=["sack"], examples=["7"])
    assert infos(page)["bag"] == {
        "name": "bag",
        "key": "2",
        "color": infos(page)["bag"]["color"],
        "description": "A",
        "aliases": ["sack"],
        "examples": [{"id": "7", "index": 7}],
    }
    page.say("look", indices=[7])
    assert page.last("pictures")["items"][0]["id"] == "7"


def test_the_class_on_screen_is_merged_and_enter_accepts_what_it_is_now():
    page = open_page()
    page.label(page.current, "bag")
    shown = page.items[page.current]
    assert shown["prediction"]["label"] == "bag"
    page.answer("merge_classes", names=["bag"], into="boot")
    assert page.items[page.current]["prediction"]["label"] == "boot"
    current = page.current
    assert page.label(current, "bag")["ok"]  # pressed before the page had heard of it
    assert page.known()[current] == "boot"


def test_a_retired_class_has_no_button_and_no_search_and_its_answer_is_refused():
    page = open_page()
    first = page.current
    page.label(first, "bag")
    page.say("find", label="bag")
    assert page.traits["find_target"] == "bag"
    page.answer("retire_class", name="bag")
    assert infos(page)["bag"] == {
        **{name: infos(page)["bag"][name] for name in ("name", "color")},
        "key": "",
        "retired": True,
    }
    assert [infos(page)[name]["key"] for name in ("boot", "shirt")] == ["1", "2"]
    assert page.traits["find_target"] == ""
    page.say("find", label="bag")
    assert page.last("announce")["text"] == "bag is not a class any more."
    ack = page.label(page.current, "bag")
    assert (ack["ok"], ack["retry"]) == (False, False)
    assert "'bag' is retired" in ack["text"]
    assert page.label(first, "bag")["ok"]  # Enter keeps a label that is there
    predicted = {item["prediction"]["label"] for item in page.last("questions")["items"]}
    assert "bag" not in predicted
    assert page.answer("restore_class", name="bag")["text"] == "“bag” is offered again."
    assert infos(page)["bag"]["key"] == "2"


def test_a_closed_panel_still_saves_a_change():
    page = open_page()
    page.panel.close()
    assert page.answer("rename_class", name="bag", new="sack")["ok"]
    assert page.answer("end_split", name="sack", proposed=True)["ok"] is False
    assert page.session.classes == ("boot", "sack", "shirt")


# splitting


N = 60


def sortable(tmp_path, **options):
    """A page whose class "all" holds two groups of items, 0, 2, 4 … and 1, 3, 5 …"""
    pixels = np.random.default_rng(1).integers(0, 256, (N, 4, 4), dtype=np.uint8)
    pool = nb.Pool(pixels, embeddings=blobs(N, n_classes=2))
    page = open_page(pool=pool, classes=["all", "other"], store=tmp_path / "a.db", **options)
    if not page.session.n_labeled:
        page.session.tell(range(20), "all")
    return page


def proposed(page, n=2):
    page.say("propose_split", request="r1", name="all", n=n)
    message = page.last("proposal")
    return message, np.split(page.array("proposal", "uint32"), np.cumsum(message["sizes"])[:-1])


def test_groups_are_proposed_and_moved_in_one_step(tmp_path):
    page = sortable(tmp_path)
    message, groups = proposed(page)
    assert message["sizes"] == [10, 10]
    assert message["text"] == "“all” falls into 2 groups of similar items."
    odd = {int(index) % 2 for index in groups[0]}
    assert len(odd) == 1  # each group is of one kind
    page.session.tell(int(groups[0][0]), "other")  # meanwhile
    ack = page.answer(
        "split_class", np.concatenate(groups), name="all", into=["a", "b"], sizes=[10, 10]
    )
    assert ack["text"] == "19 labels of “all” moved to “a” and “b”."
    assert page.session.classes == ("all", "other", "a", "b")
    assert page.known()[str(groups[0][1])] == "a"
    assert "split" not in infos(page)["all"]
    page.answer("undo", of=ack["uid"])
    assert page.session.classes == ("all", "other")
    assert not page.answer("split_class", [1], name="all", into=["a", "b"], sizes=[1])["ok"]


def test_items_are_sorted_one_after_the_other_with_the_proposal(tmp_path):
    page = sortable(tmp_path)
    _, groups = proposed(page)
    ack = page.answer("split_class", name="all", into=["a", "b"])
    assert ack["text"].startswith("“all” is sorted into “a” and “b”.")
    assert infos(page)["all"]["split"] == {"into": ["a", "b"], "left": 20}
    page.say("sort", name="all", groups=["a", "b"])
    assert "20 images asked again" in page.last("show")["text"]
    assert page.last("show")["item"]["id"] == page.current
    listed = page.last_list
    assert listed["first"] == 20
    kind = {int(index): name for name, group in zip("ab", groups, strict=True) for index in group}
    for one in listed["items"][:20]:
        assert one["label"] is None  # asked as if nobody had answered: Enter takes the proposal
        assert one["prediction"]["label"] == kind[one["index"]]
    assert page.known()[listed["items"][0]["id"]] == "all"  # until it is sorted
    page.say("explain", ids=[page.ids[0]])
    assert "sorted into a, b" in page.last("explained")["items"][0]["why"]["text"]
    first, second = listed["items"][1]["id"], listed["items"][2]["id"]
    page.label(first, kind[int(first)])
    page.label(second, "all")  # it stays
    assert infos(page)["all"]["split"]["left"] == 18
    assert "Sorting all: 2 of 20 done." in texts_of(page)
    assert first not in page.ids
    page.answer("undo")
    assert infos(page)["all"]["split"]["left"] == 19
    assert second in page.ids


def test_a_split_that_is_half_done_is_gone_on_with_after_a_restart(tmp_path):
    page = sortable(tmp_path)
    _, groups = proposed(page)
    page.answer("split_class", name="all", into=["a", "b"])
    page.say("sort", name="all", groups=["a", "b"])
    for group, name in zip(groups, "ab", strict=True):
        for index in group[:2].tolist():
            page.label(str(index), name)
    page.panel.close()
    page = sortable(tmp_path)
    assert infos(page)["all"]["split"] == {"into": ["a", "b"], "left": 16}
    page.say("sort", name="all", groups=[])
    kind = {int(index): name for name, group in zip("ab", groups, strict=True) for index in group}
    for one in page.last_list["items"][:16]:  # from the items that were sorted
        assert one["prediction"]["label"] == kind[one["index"]]
    ack = page.answer("end_split", name="all", proposed=True)
    assert ack["text"] == "16 left of “all” sorted as proposed."
    assert {page.known()[str(index)] for index in groups[1]} == {"b"}
    assert "split" not in infos(page)["all"]
    assert not any("Sorting" in text for text in texts_of(page))
    page.answer("undo")  # one step
    assert infos(page)["all"]["split"]["left"] == 16
    assert page.answer("end_split", name="all", proposed=False)["text"] == (
        "16 left of “all” stay in it."
    )
    assert not page.answer("end_split", name="all", proposed=False)["ok"]


def test_a_split_that_is_taken_back_asks_no_more(tmp_path):
    page = sortable(tmp_path)
    ack = page.answer("split_class", name="all", into=["a", "b"])
    page.say("sort", name="all", groups=[])
    assert page.last_list["first"] == 20
    assert page.answer("end_split", name="all", proposed=True)["text"] == (
        "there is no proposal yet: sort some first."
    )
    page.answer("undo", of=ack["uid"])
    assert page.last_list["first"] == 0
    assert not any("Sorting" in text for text in texts_of(page))
    page.say("sort", name="all", groups=[])
    assert page.last("announce")["text"] == "Nothing is left to sort."


def test_what_cannot_be_divided_is_said(tmp_path):
    page = open_page(pool=picture_pool(20))
    page.session.tell(0, "bag")
    page.say("propose_split", request="r", name="bag", n=2)
    assert page.last("proposal")["text"].startswith("it has too few labels")
    page.say("propose_split", request="r", name="gone", n=2)
    assert "'gone' is not a class" in page.last("proposal")["text"]
    page.session.tell([1, 2], "bag")
    page.say("propose_split", request="r", name="bag", n=9)
    assert sum(page.last("proposal")["sizes"]) == 3


def test_two_pages_follow_the_same_change():
    page = open_page()
    other = Page(page.panel)
    page.answer("rename_class", name="bag", new="sack")
    assert other.label(other.current, "bag")["ok"]
    assert set(other.known().values()) == {"sack"}


def test_a_proposal_waits_for_the_embeddings():
    pool = nb.Pool(texts=[f"text {number % 7}" for number in range(N)])
    page = open_page(pool=pool, classes=["all", "other"])
    if not page.session.awaits_embeddings:  # these few are embedded at once
        page.session.engine.awaits_embeddings = True
    page.session.tell(range(20), "all")
    page.say("propose_split", request="r", name="all", n=2)
    assert page.last("proposal")["text"].startswith("The items are not embedded yet.")
    page.session.set_embeddings(blobs(N, n_classes=2))
    assert (page.last("proposal")["request"], page.last("proposal")["sizes"]) == ("r", [10, 10])
