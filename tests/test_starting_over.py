"""Starting over: an empty log, and the one before kept in a file that opens."""

import os
from pathlib import Path

import numpy as np
import pytest

import nblabel as nb
from nblabel.log import starting_over
from nblabel.log.database import has_wal
from nblabel.log.store import LabelStore
from tests.samples import blobs

CLASSES = ["bag", "boot"]


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def session_of(store=None, classes=CLASSES, **options):
    return nb.Session(nb.Pool(embeddings=blobs(60)), classes, store=store, **options)


def labeled(store=None, **options):
    session = session_of(store, **options)
    session.tell([0, 1, 2, 3], ["bag", "boot", "bag", "boot"])
    session.add_class("sock", index=9)
    session.skip(5)
    session.flag(6)
    session.note(0, "a note")
    return session


def assert_empty(session):
    assert session.n_labeled == 0
    assert session.classes == ("bag", "boot")
    assert session.labels().empty
    assert session.flagged() == []
    assert not session.notes
    assert set(session.status.tolist()) == {0}
    assert len(session.unanswered) == 60


@pytest.mark.parametrize("store", ["labels.sqlite", None])
def test_the_log_is_kept_and_the_session_goes_on_with_none(store):
    session = labeled(store)
    session.predict_proba()
    X, before, version = session.embeddings, session.labels(), session.version
    kept = session.start_over()
    assert kept.name == "labels-1.sqlite"
    assert_empty(session)
    assert session.embeddings is X
    assert session.version > version
    assert session.undo() is None
    fresh = session_of()
    for one in (session, fresh):
        one.tell([7, 8], ["boot", "bag"])
    np.testing.assert_array_equal(session.predict_proba(), fresh.predict_proba())
    opened = nb.Session(nb.Pool(embeddings=blobs(60)), CLASSES, store=kept)
    assert opened.labels()["label"].tolist() == before["label"].tolist()
    assert opened.flagged() == ["6"]
    assert "sock" in opened.classes
    assert LabelStore(kept).check_integrity().is_whole


def test_opening_the_same_store_later_begins_with_the_new_log():
    session = labeled("labels.sqlite")
    session.start_over()
    session.store.close()
    del session
    assert_empty(session_of("labels.sqlite"))
    assert not has_wal(Path("labels-1.sqlite"))


def test_the_next_free_number_is_taken():
    session = labeled("labels.sqlite")
    Path("labels-1.sqlite").write_bytes(b"somebody's")
    assert session.start_over().name == "labels-2.sqlite"
    session.tell(0, "bag")
    assert session.start_over().name == "labels-3.sqlite"
    assert Path("labels-1.sqlite").read_bytes() == b"somebody's"


def test_several_tags_stay_several_tags():
    session = session_of("labels.sqlite", multi_label=True)
    session.tell(0, ["bag", "boot"])
    kept = session.start_over()
    assert session.n_labeled == 0
    session.tell(1, ["boot"])
    again = session_of(kept, multi_label=True)
    assert again.tags_of(0) == ["bag", "boot"]
    memory = session_of(multi_label=True)
    memory.tell(0, ["bag"])
    assert session_of(memory.start_over(), multi_label=True).n_labeled == 1


def test_where_others_answered_it_is_refused():
    labeled("labels.sqlite", annotator="ana")
    session = session_of("labels.sqlite", annotator="ben")
    session.tell(30, "boot")
    with pytest.raises(ValueError, match=r"ana answered in labels\.sqlite, too.* another store="):
        session.start_over()
    nobody = session_of("labels.sqlite")
    with pytest.raises(ValueError, match="ana, ben answered"):
        nobody.start_over()
    assert session.n_labeled == 6


def test_a_database_is_refused():
    class Database:
        persistent, file, text = True, None, "postgresql://here/labels"

    with pytest.raises(ValueError, match="here/labels is a database.* another address as store="):
        starting_over.check_start(Database(), None)


def test_a_file_that_another_program_has_open_stays():
    session = labeled("labels.sqlite")
    other = LabelStore("labels.sqlite")
    other.read()
    other.set_setting("anything", "1")
    with pytest.raises(nb.StoreError, match="open in another program or session; close it there"):
        session.start_over()
    assert session.n_labeled == 5
    session.tell(8, "bag")  # it goes on
    assert len(session_of("labels.sqlite").labels()) == 6
    assert not Path("labels-1.sqlite").exists()
    other.close()


def test_a_file_that_cannot_be_renamed_stays(monkeypatch):
    session = labeled("labels.sqlite")

    def refuse(*_paths):
        raise PermissionError("it is in use")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(nb.StoreError, match="cannot be renamed: it is in use. Close it in other"):
        session.start_over()
    session.tell(8, "bag")
    assert session.n_labeled == 6


def test_a_session_that_is_followed_or_looks_back_is_refused():
    session = labeled()
    session.subscribe(print)
    with pytest.raises(ValueError, match="something follows this session: a panel"):
        session.start_over()
    session.unsubscribe(print)
    with pytest.raises(ValueError, match="as it was at an earlier event"):
        session.as_of(1).start_over()
