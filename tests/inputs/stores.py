"""Stores."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import nblabel as nb
from tests.inputs.case import Kind, labels, plain, refused

KIND = stores = Kind("stores", "Stores")


def begun(path: Any) -> nb.Session:
    session = nb.Session(plain(), ["a", "b"], store=path)
    session.tell([0, 1, 2], ["a", "b", "a"])
    return session


def kept(name: Any, home: Path) -> None:
    """A log of that name is found again with its labels."""
    path = home / name
    begun(path).store.close()
    again = nb.Session(plain(), ["a", "b"], store=str(path))
    assert labels(again) == {"0": "a", "1": "b", "2": "a"}
    again.store.close()


KEPT = {
    "blanks": ("a name with blanks, % and #", "my labels 50%#1.sqlite"),
    "no_ending": ("a name without an ending", "labels"),
    "emoji": ("a name with an emoji and accents", "étiquettes 🦊.db"),
    "question_mark": ("a name with ? and &", "a?mode=ro&b.sqlite"),
}
for name, (what, file) in KEPT.items():
    stores.add(name, what, "labels are kept there", partial(kept, file))


def not_opened(make: Any, words: str, home: Path) -> None:
    with refused(words, (nb.StoreError, TypeError)):
        nb.LabelStore(make(home))


def text_file(home: Path) -> Path:
    (home / "notes.txt").write_text("id,label\n" * 500)
    return home / "notes.txt"


def other_database(home: Path) -> Path:
    with closing(sqlite3.connect(home / "app.sqlite")) as connection:
        connection.execute("CREATE TABLE users (name TEXT)")
        connection.commit()
    return home / "app.sqlite"


def connection(home: Path) -> sqlite3.Connection:
    with closing(sqlite3.connect(home / "l.sqlite")) as found:
        return found


NOT_OPENED: dict[str, tuple[str, Any, str]] = {
    "folder": ("a folder", lambda home: home, r"is a folder; name a file in it"),
    "no_folder": (
        "a file in a folder that is not there",
        lambda home: home / "no" / "l.sqlite",
        r"the folder .*no does not exist; make it first",
    ),
    "empty_name": ("an empty text", lambda home: "", "is a folder; name a file in it"),
    "number": ("a number", lambda home: 5, "store is 5; pass a path"),
    "boolean": ("True", lambda home: True, "store is True; pass a path"),
    "buffer": ("an open buffer", lambda home: io.BytesIO(), r"store is <.*BytesIO.*; pass a path"),
    "connection": (
        "a connection of sqlite3",
        connection,
        r"store is <sqlite3\.Connection.*; pass a path",
    ),
    "text_file": ("a text file", text_file, r"notes\.txt cannot be opened: .*not a database.*left"),
    "other_database": (
        "the database of another program",
        other_database,
        r"app\.sqlite.*(another|other) program|app\.sqlite.*no log",
    ),
    "unknown_database": (
        "the address of a kind of database that nobody knows",
        lambda home: "labels+nosql://host/x",
        "cannot be opened",
    ),
    "https": (
        "the address of a file on the web",
        lambda home: "https://example.org/labels.sqlite",
        "cannot be opened",
    ),
}
for name, (what, make, words) in NOT_OPENED.items():
    stores.add(name, what, "refused: what to pass", partial(not_opened, make, words))


@stores("the database of another program", "left as it is")
def other_left_alone(home: Path) -> None:
    path = other_database(home)
    before = path.read_bytes()
    with refused("app", nb.StoreError):
        nb.LabelStore(path)
    assert path.read_bytes() == before


@stores("an empty file", "becomes a log")
def empty_file(home: Path) -> None:
    (home / "l.sqlite").touch()
    session = begun(home / "l.sqlite")
    assert len(session.labels()) == 3
    session.store.close()


@stores("a name that begins with ~, and that no user has", "labels are kept there")
def tilde(home: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        begun("~nobody-here.sqlite").store.close()
    assert nb.LabelStore(home / "~nobody-here.sqlite").labels()["label"].tolist() == list("aba")


@stores(":memory:", "in memory, and it says so")
def in_memory(home: Path) -> None:
    session = begun(":memory:")
    assert not session.store.persistent
    assert "in memory, until this kernel stops" in repr(session)


@stores("a log to be read only", "read; an answer is refused")
def read_only(home: Path) -> None:
    begun(home / "l.sqlite").store.close()
    store = nb.LabelStore(home / "l.sqlite", read_only=True)
    assert store.labels()["label"].tolist() == ["a", "b", "a"]
    session = nb.Session(plain(), ["a", "b"], store=store)
    with refused("read", nb.StoreError):
        session.tell(3, "b")
    assert session.n_labeled == 3


@stores("a log to be read only that is not there", "refused: check the path")
def read_only_missing(home: Path) -> None:
    with refused(r"there is no file .*gone\.sqlite; check the path", nb.StoreError):
        nb.LabelStore(home / "gone.sqlite", read_only=True)
    assert not (home / "gone.sqlite").exists()


@stores("a log that was cut in the middle", "refused, or read by nb.recover")
def cut(home: Path) -> None:
    begun(home / "l.sqlite").store.close()
    data = (home / "l.sqlite").read_bytes()
    (home / "cut.sqlite").write_bytes(data[: len(data) // 2])
    with refused(r"cut\.sqlite", nb.StoreError):
        nb.Session(plain(), ["a", "b"], store=home / "cut.sqlite")


@stores("a text file, to be recovered", "refused: nothing in it can be read")
def recover_text(home: Path) -> None:
    with refused(r"notes\.txt", nb.StoreError):
        nb.recover(text_file(home), home / "new.sqlite")
    assert not (home / "new.sqlite").exists()


@stores("a whole log, to be recovered", "all events are saved")
def recover_whole(home: Path) -> None:
    begun(home / "l.sqlite").store.close()
    report = nb.recover(home / "l.sqlite", home / "new.sqlite")
    assert report.lost == ()
    assert nb.LabelStore(home / "new.sqlite").labels()["label"].tolist() == ["a", "b", "a"]


@stores("a log, to be recovered into a file that is there", "refused: name a new file")
def recover_onto(home: Path) -> None:
    begun(home / "l.sqlite").store.close()
    (home / "there.txt").write_text("mine")
    with refused(r"there\.txt is there already; name a new file", nb.StoreError):
        nb.recover(home / "l.sqlite", home / "there.txt")
    assert (home / "there.txt").read_text() == "mine"


@stores("a log, to be recovered into what is no path", "refused: pass a path")
def recover_nowhere(home: Path) -> None:
    begun(home / "l.sqlite").store.close()
    with refused("store is 5; pass a path", nb.StoreError):
        nb.recover(home / "l.sqlite", 5)


@stores("the store of another session", "shared: both see each label")
def shared(home: Path) -> None:
    session = begun(home / "l.sqlite")
    other = nb.Session(plain(), ["a", "b"], store=session.store)
    other.tell(3, "b")
    session.refresh()
    assert labels(session)["3"] == "b"
    session.store.close()


@stores("a session in place of a store", "refused: what to pass")
def session_as_store(home: Path) -> None:
    with refused("store is Session.*; pass a path", (TypeError, nb.StoreError)):
        nb.Session(plain(), ["a", "b"], store=begun(None))
