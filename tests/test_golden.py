"""Logs written by earlier versions open with this one. See assets/make_golden.py."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import nblabel as nb
from tests.assets import make_golden_tags
from tests.assets.make_golden import CLASSES, EVENTS, LABELS, POOL

GOLDEN = sorted((Path(__file__).parent / "assets").glob("schema_*.db"))


@pytest.fixture(params=GOLDEN, ids=lambda path: path.stem)
def path(request, tmp_path):
    return shutil.copy(request.param, tmp_path / "labels.db")


def test_there_is_a_golden_log():
    assert GOLDEN


def test_the_events_are_those_that_were_written(path):
    stored = nb.LabelStore(path).read()
    assert [replace(event, seq=0) for event in stored] == list(EVENTS)


def test_a_session_goes_on_from_it(path):
    session = nb.Session(POOL, CLASSES, store=path, annotator="ann")
    table = session.labels()
    told = zip(table["label"], table["source"], strict=True)
    assert dict(zip(table["id"], told, strict=True)) == LABELS
    assert session.classes == (*CLASSES, "hat 👒")
    assert session.store.setting("projection") == "pca"
    assert session.ask(6).indices.tolist() == [POOL.index_of("d")]  # skipped, and all there is
    session.tell(POOL.index_of("d"), "boot")
    assert session.undo().ids == ("d",)
    assert session.undo().ids == ("c",)
    again = nb.Session(POOL, CLASSES, store=path)
    assert (again.n_labeled, again.n_accepted) == (4, 1)


@pytest.mark.parametrize(
    "golden",
    sorted((Path(__file__).parent / "assets").glob("tags_*.db")),
    ids=lambda path: path.stem,
)
def test_a_log_with_several_tags(golden, tmp_path):
    path = shutil.copy(golden, tmp_path / "tags.db")
    store = nb.LabelStore(path)
    assert [replace(event, seq=0) for event in store.read()] == list(make_golden_tags.EVENTS)
    store.close()
    classes = make_golden_tags.CLASSES
    session = nb.Session(POOL, classes, store=path, annotator="ann", multi_label=True)
    assert session.classes == ("crimson", *classes[1:])
    assert session.y.tolist() == make_golden_tags.Y
    session.redo()
    assert session.y[1].tolist() == [1, 0, 0]
    with pytest.raises(nb.StoreError, match="multi_label=True"):
        nb.Session(POOL, classes, store=path)
    session.store.close()
