"""The log of a pool whose items may have several tags."""

import json

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.log.coding import STATUSES
from nblabel.log.database import MULTI_LABEL_SCHEMA
from nblabel.log.events import LabelEvent, Tags
from nblabel.log.store import StoreError
from nblabel.log.tag_answers import TagAnswerLog
from nblabel.log.tag_state import either
from tests.samples import blobs

NAMES = ("red", "blue", "old")
N = 8
IDS = [f"item {number}" for number in range(N)]
POOL = nb.Pool(embeddings=blobs(N, dim=2), ids=IDS)


def log_of(store=None, names=NAMES, annotator=None):
    return TagAnswerLog(POOL, names, store, annotator, multi_label=True)


def statuses(log):
    return [STATUSES[code] for code in log.status]


def test_an_answer_is_about_all_tags():
    log = log_of()
    log.tell(0, ["old", "red"])
    log.tell(1, [])
    assert log.y[:3].tolist() == [[1, 0, 1], [0, 0, 0], [-1, -1, -1]]
    assert log.tags_of(0) == ["red", "old"]
    assert statuses(log)[:3] == ["human", "human", "open"]
    assert log.labeled.tolist() == [0, 1]
    assert log.n_labeled == 2
    assert log.unanswered.tolist() == list(range(2, N))


def test_an_answer_about_one_tag_says_nothing_of_the_others():
    log = log_of()
    log.tell_tag([0, 1, 2], "blue", [True, False, "unsure"])
    assert log.y[:3].tolist() == [[-1, 1, -1], [-1, 0, -1], [-1, -1, -1]]
    assert log.unsure[:3, 1].tolist() == [False, False, True]
    assert statuses(log)[:3] == ["open"] * 3
    assert log.labeled.tolist() == [0, 1]
    for name in ("red", "old"):
        log.tell_tag([0, 1], name, True)
    assert statuses(log)[:3] == ["human", "human", "open"]


@pytest.mark.parametrize(
    "given",
    [
        [["red"], ["blue", "old"]],
        (("red",), {"old", "blue"}),
        np.array([[1, 0, 0], [0, 1, 1]]),
        np.array([[True, False, False], [False, True, True]]),
    ],
    ids=["lists", "sets", "indicator", "booleans"],
)
def test_ways_to_give_tags(given):
    log = log_of()
    log.tell([3, 4], given)
    assert log.y[[3, 4]].tolist() == [[1, 0, 0], [0, 1, 1]]


@pytest.mark.parametrize(
    ("index", "given", "message"),
    [
        ([0, 1], ["red", "old"], "a list of tags for each"),
        ([0, 1], "red", "tell_tag"),
        ([0, 1], [["red"]], "2 items but 1 lists"),
        (0, ["rde"], "Did you mean 'red'"),
        (0, {"red": 0}, "a list of those that the item has"),
        (0, np.array([1, 0]), "indicator"),
        (0, np.array([1, 0, 2]), "indicator"),
    ],
)
def test_what_is_no_answer(index, given, message):
    log = log_of()
    with pytest.raises(ValueError, match=message):
        log.tell(index, given)
    assert not len(log.store.read())


def test_what_is_no_answer_about_one_tag():
    log = log_of()
    with pytest.raises(ValueError, match='True, False or "unsure"'):
        log.tell_tag(0, "red", "maybe")
    with pytest.raises(ValueError, match="1 items but 2 values"):
        log.tell_tag([0], "red", [True, False])
    with pytest.raises(ValueError, match="one label here"):
        TagAnswerLog(POOL, NAMES).tell_tag(0, "red", True)


def test_undo_redo_flag_and_skip():
    log = log_of()
    log.tell(0, ["red"])
    log.tell_tag(0, "red", False)
    log.flag(0)
    assert log.y[0].tolist() == [-1, -1, -1]
    assert statuses(log)[0] == "flagged"
    log.undo()
    assert log.y[0].tolist() == [0, 0, 0]
    log.undo()
    assert log.y[0].tolist() == [1, 0, 0]
    log.redo()
    assert log.y[0].tolist() == [0, 0, 0]
    log.skip([0, 1])
    assert statuses(log)[:2] == ["human", "skipped"]
    log.tell_tag(1, "red", True)
    assert statuses(log)[1] == "skipped"  # it was left in whole


def test_a_class_that_is_added_is_not_answered():
    log = log_of()
    log.tell(0, ["red"])
    log.add_class("torn")
    assert log.y[0].tolist() == [1, 0, 0, -1]
    log.tell(1, ["torn"])
    assert log.y[1].tolist() == [0, 0, 0, 1]
    assert statuses(log)[0] == "human"  # it does not come again because of a new tag


def test_classes_given_later_were_not_asked_about(tmp_path):
    log = log_of(tmp_path / "a.db")
    log.tell(0, ["red"])
    log.store.close()
    again = log_of(tmp_path / "a.db", (*NAMES, "torn"))
    assert again.y[0].tolist() == [1, 0, 0, -1]
    again.store.close()


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        (1, 0, 1), (0, 1, 1), (0, 0, 0), (0, -1, -1), (-1, 0, -1), (1, -1, 1), (-1, -1, -1),
        (-2, 0, -2), (3, 1, 1), (3, 0, 3), (2, 0, 0), (4, 2, 2), (-2, -1, -2), (5, -1, 5),
    ],
)  # fmt: skip
def test_two_tags_that_become_one(one, other, joined):
    assert either(np.int8([one]), np.int8([other])).tolist() == [joined]


def test_a_merge_is_yes_if_either_is():
    log = log_of()
    log.tell([0, 1, 2], [["red"], ["blue"], ["old"]])
    log.tell_tag(3, "blue", False)
    log.merge_classes(["red", "blue"], into="colour")
    assert log.classes == ("colour", "old")
    assert log.y[:4].tolist() == [[1, 0], [1, 0], [0, 1], [-1, -1]]
    log.tell_tag(0, "colour", False)
    assert log.y[0].tolist() == [0, 0]
    log.undo()
    log.undo()
    assert log.y[:4].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, -1]]


def test_rename_order_and_delete():
    log = log_of()
    log.tell([0, 1], [["red"], ["blue", "old"]])
    log.rename_class("blue", "azure")
    log.order_classes(["old", "azure"])
    assert log.classes == ("old", "azure", "red")
    assert log.y[:2].tolist() == [[0, 0, 1], [1, 1, 0]]
    assert log.events()[0].names == ("red", "azure", "old")
    with pytest.raises(ValueError, match="has 1 labels"):
        log.delete_class("red")
    log.delete_class("red", reassign="old")
    assert log.y[:2].tolist() == [[1, 0], [1, 1]]


def test_merging_50_000_items_is_quick():
    n = 50_000
    pool = nb.Pool(embeddings=np.zeros((n, 1)))
    log = TagAnswerLog(pool, NAMES, multi_label=True)
    table = pd.DataFrame({"id": range(n), "label": [["red"], ["blue"]] * (n // 2)})
    log.import_labels(table)
    log.merge_classes(["red"], into="blue")
    assert (log.y == [1, 0]).all()
    log.undo()
    assert (log.y[::2] == [1, 0, 0]).all()


def test_other_annotators():
    ann = log_of(annotator="ann")
    bob = log_of(ann.store, annotator="bob")
    ann.tell(0, ["red"])
    event = bob.tell(0, ["blue"])
    assert [one.annotator for one in bob.replaced(event)] == ["ann"]
    ann.refresh()
    assert ann.tags_of(0) == ["blue"]
    bob.undo()
    ann.refresh()
    assert ann.tags_of(0) == ["red"]
    assert ann.undo().labels == ('["red"]',)


def test_an_event_sent_twice():
    log = log_of()
    log.tell(0, ["red"], uid="u")
    log.tell(0, ["red"], uid="u")
    log.tell_tag(1, "red", True, uid="v")
    log.tell_tag(1, "red", True, uid="v")
    assert len(log.store.read()) == 2


def test_the_classes_stand_in_the_log_once():
    log = log_of()
    log.tell(0, ["red"])
    log.tell(1, ["red"])
    log.rename_class("red", "crimson")
    log.tell(2, [])
    frames = [event.frame for event in log.store.read() if event.kind == "tags"]
    assert json.loads(frames[0]) == list(NAMES)
    assert frames[1] == f"={log.store.read()[0].uid}"
    assert json.loads(frames[2]) == ["crimson", "blue", "old"]


def test_what_stands_in_the_log_is_read_back():
    for tags in (
        Tags(("a", "b"), whole=True),
        Tags(whole=True),
        Tags(("a",), ("b",), ("c",)),
        Tags(no=('it\'s "x"',)),
    ):
        assert Tags.of(tags.text) == tags
    with pytest.raises(ValueError, match="2 items but 1 labels"):
        LabelEvent("tags", ids=("a", "b"), labels=("[]",))


# the two kinds of logs


def test_a_log_is_of_one_kind(tmp_path):
    path = tmp_path / "a.db"
    log = log_of(path)
    assert log.store.multi_label
    assert log.store.setting("schema") == str(MULTI_LABEL_SCHEMA)
    log.tell(0, ["red"])
    with pytest.raises(StoreError, match="multi_label=True"):
        TagAnswerLog(POOL, NAMES, path)
    log.store.close()
    other = TagAnswerLog(POOL, NAMES, tmp_path / "b.db")
    other.tell(0, "red")
    with pytest.raises(StoreError, match="without multi_label=True"):
        log_of(tmp_path / "b.db")
    assert not other.store.multi_label
    other.store.close()


def test_an_empty_log_takes_either_kind(tmp_path):
    path = tmp_path / "a.db"
    log_of(path).store.close()
    log = TagAnswerLog(POOL, NAMES, path)
    log.tell(0, "red")
    assert not log.store.multi_label
    log.store.close()


def test_two_that_begin_at_the_same_time_do_not_mix(tmp_path):
    single = TagAnswerLog(POOL, NAMES, tmp_path / "a.db")
    several = log_of(tmp_path / "a.db")
    several.tell(0, ["red"])
    with pytest.raises(StoreError, match="several tags"):
        single.refresh()
    single.store.close()
    several.store.close()


def test_damage_and_recovery(tmp_path):
    log = log_of(tmp_path / "a.db")
    log.tell([0, 1], [["red"], []])
    log.tell_tag(2, "old", True)
    y = log.y
    assert log.store.check_integrity().is_whole
    log.store.close()
    assert not nb.recover(tmp_path / "a.db", tmp_path / "b.db").lost
    again = log_of(tmp_path / "b.db")
    assert (again.y == y).all()
    assert again.store.setting("schema") == str(MULTI_LABEL_SCHEMA)
    again.store.close()


# tables


def answered():
    log = log_of()
    log.tell([0, 1], [["red", "old"], []])
    log.tell_tag(2, "blue", True)
    return log


def test_labels():
    table = answered().labels()
    assert table.columns.tolist() == [
        *("id", "index", "label", "not_answered", "source", "annotator", "time")
    ]
    assert table["label"].tolist() == [["red", "old"], [], ["blue"]]
    assert table["not_answered"].tolist() == [[], [], ["red", "old"]]
    without = answered().store.labels()
    assert without["label"].tolist() == [["red", "old"], [], ["blue"]]
    empty = log_of().labels()
    assert empty.columns.tolist() == table.columns.tolist()
    assert empty.dtypes.tolist() == table.dtypes.tolist()


@pytest.mark.parametrize("kind", ["csv", "excel-csv", "jsonl", "parquet"])
def test_lists_come_back(tmp_path, kind):
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    path = tmp_path / f"labels.{kind.removeprefix('excel-')}"
    log = answered()
    log.undo()
    log.export(path, kind)
    again = log_of()
    report = again.import_labels(path)
    assert report.n_imported == 2
    assert again.y[:3].tolist() == [[1, 0, 1], [0, 0, 0], [-1, -1, -1]]
    assert statuses(again)[:3] == ["import", "import", "open"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_columns_come_back(tmp_path, kind):
    if kind == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    path = tmp_path / f"labels.{kind}"
    log = answered()
    log.export(path, multi_hot=True)
    again = log_of()
    again.import_labels(path, label=list(NAMES))
    assert (again.y == log.y).all()
    if kind == "csv":
        table = pd.read_csv(path)
        assert table[list(NAMES)].fillna(-1).to_numpy().tolist() == log.y[:3].tolist()


def test_a_class_named_like_a_column(tmp_path):
    log = log_of(names=("id", "source"))
    log.tell(0, ["id"])
    log.export(tmp_path / "a.csv", multi_hot=True)
    table = pd.read_csv(tmp_path / "a.csv")
    assert table["id"].tolist() == ["item 0"]
    assert table[["label.id", "label.source"]].to_numpy().tolist() == [[1, 0]]


def test_texts_with_a_separator():
    log = log_of()
    table = pd.DataFrame({"id": IDS[:5], "label": ["red|old", "blue", "", "red, blue", None]})
    report = log.import_labels(table)
    assert report.n_imported == 2
    assert report.n_empty == 2
    assert report.unknown_classes == {"red, blue": 1}
    assert log.y[:2].tolist() == [[1, 0, 1], [0, 1, 0]]
    log.import_labels(table[3:4], separator=",")
    assert log.y[3].tolist() == [1, 1, 0]


def test_several_rows_of_an_item():
    log = log_of()
    table = pd.DataFrame({"id": [IDS[0], IDS[0], IDS[1]], "label": ["red", "old", "blue"]})
    assert log.import_labels(table).n_imported == 2
    assert log.y[:2].tolist() == [[1, 0, 1], [0, 1, 0]]


def test_imports_never_replace_an_answer():
    log = log_of()
    log.tell(0, ["red"])
    log.tell_tag(1, "red", True)
    report = log.import_labels(pd.DataFrame({"id": IDS[:3], "label": [["blue"]] * 3}))
    assert report.kept == ("item 0",)
    assert log.y[:3].tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 0]]
    log.undo()
    assert log.y[1].tolist() == [1, -1, -1]


def test_a_column_of_a_class_with_other_values():
    with pytest.raises(ValueError, match="'red' holds 2"):
        log_of().import_labels(pd.DataFrame({"id": IDS[:1], "red": [2]}), label=["red"])


def images_of(log_of_kind=TagAnswerLog):
    pool = nb.Pool(np.zeros((3, 4, 4), dtype=np.uint8), ids=["a", "b", "c"])
    log = log_of_kind(pool, NAMES, multi_label=True)
    log.tell([0, 1], [["red", "old"], []])
    return log


def test_coco_has_an_annotation_for_each_tag(tmp_path):
    images_of().export(tmp_path / "labels.json")
    found = json.loads((tmp_path / "labels.json").read_text())
    pairs = [(one["image_id"], one["category_id"], one["item"]) for one in found["annotations"]]
    assert pairs == [(1, 1, "a"), (1, 3, "a")]
    assert [one["id"] for one in found["annotations"]] == [1, 2]
    assert len(found["images"]) == 2
    assert [one["name"] for one in found["categories"]] == list(NAMES)


def test_folders_of_pictures(tmp_path):
    log = images_of()
    with pytest.raises(ValueError, match="no single folder"):
        log.export(tmp_path / "a", "folders")
    log.export(tmp_path / "b", "imagefolder")
    lines = (tmp_path / "b" / "train" / "metadata.jsonl").read_text().splitlines()
    assert [json.loads(line)["label"] for line in lines] == [["red", "old"], []]


def test_what_is_not_there_yet(tmp_path):
    log = answered()
    with pytest.raises(ValueError, match="nothing is learned here"):
        log.export(tmp_path / "a.csv", predictions=True)
    with pytest.raises(ValueError, match="not for several tags yet: add_class"):
        log.add_class("torn", index=0)
    with pytest.raises(ValueError, match="a session with several tags"):
        TagAnswerLog(POOL, NAMES).export(tmp_path / "a.csv", multi_hot=True)
