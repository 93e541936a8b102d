"""What a database says when it cannot take a label, and that no label is lost by it."""

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

import nblabel as nb
from nblabel.log import database
from nblabel.log.database import MULTI_LABEL_SCHEMA
from nblabel.log.events import LabelEvent
from nblabel.log.store import SCHEMA_VERSION, LabelStore, StoreError
from tests.samples import CLASSES, blob_pool

NOBODY = 65_534


def label(item: str, **options: object) -> LabelEvent:
    return LabelEvent("label", (item,), ("boot",), **options)


def stored(path: Path) -> list[str]:
    """The ids in a log, read with a connection of its own."""
    with closing(LabelStore(path)) as store:
        return [item for event in store.read() for item in event.ids]


# opening


@pytest.mark.parametrize("make", [str, Path])
def test_a_path_of_every_kind(tmp_path, make):
    store = LabelStore(make(tmp_path / "labels.db"))
    assert store.persistent
    assert store.text == str(tmp_path / "labels.db")
    assert repr(store) == f"LabelStore({tmp_path / 'labels.db'})"
    assert (tmp_path / "labels.db").exists()


def test_a_url_of_a_file(tmp_path):
    LabelStore(f"sqlite:///{tmp_path / 'labels.db'}").append(label("a"))
    assert stored(tmp_path / "labels.db") == ["a"]


@pytest.mark.parametrize("url", [None, "sqlite://", "sqlite:///:memory:"])
def test_in_memory(url):
    store = LabelStore(url)
    assert not store.persistent
    assert store.text == "in memory, until this kernel stops"


def test_two_logs_have_two_keys(tmp_path):
    assert LabelStore().key != LabelStore().key
    assert LabelStore(tmp_path / "a.db").key != LabelStore(tmp_path / "b.db").key


def test_a_path_with_odd_signs(tmp_path):
    path = tmp_path / "it's 100% #1? größe;&.db"
    LabelStore(path).append(label("a"))
    assert stored(path) == ["a"]
    assert [file.name for file in tmp_path.glob("*.db")] == [path.name]


def test_a_missing_folder(tmp_path):
    with pytest.raises(StoreError, match=r"the folder .*/gone does not exist; make it first"):
        LabelStore(tmp_path / "gone" / "labels.db")
    with pytest.raises(StoreError, match="cannot be opened: unable to open.*folder exists"):
        LabelStore(f"sqlite:///{tmp_path}/gone/labels.db")


def test_a_folder_in_place_of_a_file(tmp_path):
    with pytest.raises(StoreError, match=r"is a folder; name a file in it, such as .*/labels\.db"):
        LabelStore(tmp_path)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nosuch://host/db", "nosuch://host/db cannot be opened: .*nosuch"),
        ("postgresql+nosuchdriver://host/db", "cannot be opened: .*nosuchdriver"),
        ("://", "'://' is no database URL and no path"),
    ],
)
def test_urls_that_lead_nowhere(url, message):
    with pytest.raises(StoreError, match=message):
        LabelStore(url)


def test_a_missing_driver_is_named_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="its driver is missing: pip install psycopg$"):
        LabelStore("postgresql+psycopg://host/db")


def test_a_password_is_never_shown():
    with pytest.raises(StoreError) as caught:
        LabelStore("nosuch://me:secret@host/db")
    assert "secret" not in str(caught.value)
    assert "me:***@host" in str(caught.value)


@pytest.mark.parametrize("content", [b"no database at all, only text " * 100, b"PK\x03\x04" * 500])
def test_a_file_that_is_no_database_is_left_alone(tmp_path, content):
    path = tmp_path / "notes.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="cannot be opened: file is not a database.*another file"):
        LabelStore(path)
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_log(tmp_path):
    (tmp_path / "labels.db").touch()
    LabelStore(tmp_path / "labels.db").append(label("a"))
    assert stored(tmp_path / "labels.db") == ["a"]


def test_a_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "recipes.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
        connection.execute("INSERT INTO recipe VALUES ('soup')")
        connection.commit()
    with pytest.raises(StoreError, match="is a database of another program; name another file"):
        LabelStore(path)
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
        assert tables == [("recipe",)]


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_log_of_a_newer_version(tmp_path):
    path = tmp_path / "labels.db"
    LabelStore(path).append(label("a"))
    newer, present = MULTI_LABEL_SCHEMA + 1, SCHEMA_VERSION
    change(path, f"UPDATE nblabel_meta SET value = '{newer}' WHERE key = 'schema'")
    with pytest.raises(StoreError, match=rf"newer nblabel \(schema {newer}.*pip install --upgrade"):
        LabelStore(path)
    change(path, f"UPDATE nblabel_meta SET value = '{present}' WHERE key = 'schema'")
    assert stored(path) == ["a"]


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM nblabel_meta", "UPDATE nblabel_meta SET value = 'x' WHERE key = 'schema'"],
)
def test_a_log_with_its_head_gone(tmp_path, statement):
    path = tmp_path / "labels.db"
    LabelStore(path)
    change(path, statement)
    with pytest.raises(StoreError, match="is damaged; restore a copy"):
        LabelStore(path)


def test_a_log_with_a_table_gone(tmp_path):
    path = tmp_path / "labels.db"
    store = LabelStore(path)
    change(path, "DROP TABLE nblabel_event_item")
    with pytest.raises(StoreError, match="cannot be written: no such table.*restore a copy"):
        store.append(label("a"))
    change(path, "DROP TABLE nblabel_event")
    with pytest.raises(StoreError, match="cannot be read: no such table.*restore a copy"):
        store.read()


def test_a_log_with_damaged_pages(tmp_path):
    path = tmp_path / "labels.db"
    with closing(LabelStore(path)) as store:
        for number in range(200):
            store.append(label(f"item {number}"))
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="malformed.*damaged; restore a copy"):
        LabelStore(path).read()


# writing: each of these keeps a log from being written, and ends


@pytest.fixture
def log(tmp_path) -> Iterator[LabelStore]:
    path = tmp_path / "labels.db"
    with closing(LabelStore(path)) as store:
        store.append(label("before"))
    store = LabelStore(path)  # nothing is left to be brought into the file, by its thread
    pragma(store, "busy_timeout = 20")
    yield store
    store.close()


def pragma(store: LabelStore, text: str) -> None:
    with store._reading() as connection:  # one that asks for no right to write
        connection.exec_driver_sql(f"PRAGMA {text}")


def full(store: LabelStore) -> Callable[[], None]:
    """Let SQLite refuse to grow the file, as it does on a full disk."""
    pragma(store, "max_page_count = 1")  # it does not go below the present size
    return lambda: pragma(store, "max_page_count = 1000000")


def read_only(store: LabelStore) -> Callable[[], None]:
    """Let SQLite refuse to write, with the error that it gives on a read-only disk."""
    pragma(store, "query_only = ON")
    return lambda: pragma(store, "query_only = OFF")


def locked(store: LabelStore) -> Callable[[], None]:
    other = sqlite3.connect(store.text, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other.close


def moved(store: LabelStore) -> Callable[[], None]:
    path = Path(store.text)
    path.rename(path.with_name("elsewhere"))
    return lambda: path.with_name("elsewhere").rename(path)


def replaced(store: LabelStore) -> Callable[[], None]:
    undo = moved(store)
    Path(store.text).write_text("another file")
    return undo


REFUSALS = pytest.mark.parametrize(
    ("refuse", "message"),
    [
        (full, "cannot be written: database or disk is full. Free some disk space; nothing"),
        (read_only, "cannot be written: attempt to write a readonly database. Make the file"),
        (locked, "cannot be written: database is locked. Another program is writing"),
        (moved, "was moved, deleted or replaced while it was in use. Put it back"),
        (replaced, "was moved, deleted or replaced while it was in use. Put it back"),
    ],
)
WIDE = tuple(f"item {number}" for number in range(500))  # more than fits into the pages there are


@REFUSALS
def test_an_event_that_was_refused_can_be_sent_again(log, refuse, message):
    event = LabelEvent("label", WIDE, ("boot",) * 500)
    allow = refuse(log)
    for _ in range(2):
        with pytest.raises(StoreError, match=f"labels.db {message}"):
            log.append(event)
    allow()
    assert stored(Path(log.text)) == ["before"]  # whole or not at all
    log.append(event)
    log.append(event)
    assert stored(Path(log.text)) == ["before", *WIDE]


def test_no_connection_makes_a_log_where_one_was_moved_away(tmp_path):
    """A second connection, as that of the thread of the checkpoints, may come at any moment."""
    path = tmp_path / "labels.db"
    address = database.address_of(path)[1]
    store, thread = database.engine_of(address), database.engine_of(address, makes=False)
    with store.connect():
        path.rename(tmp_path / "elsewhere")
        for engine in (store, thread):
            with pytest.raises(sa.exc.OperationalError, match="unable to open"):
                engine.connect()
    assert not path.exists()
    store.dispose()


@REFUSALS
def test_a_session_goes_on_where_it_was(tmp_path, refuse, message):
    with closing(LabelStore(tmp_path / "labels.db")) as store:
        nb.Session(blob_pool(600), CLASSES, store=store).tell(0, "bag")
    session = nb.Session(blob_pool(600), CLASSES, store=tmp_path / "labels.db")
    pragma(session.store, "busy_timeout = 20")
    before, question = session.labels(), session.ask()
    allow = refuse(session.store)
    for act in (
        lambda: session.tell(range(500), "boot", uid="u"),
        lambda: session.add_class("x" * 100_000, uid="v"),
    ):
        with pytest.raises(StoreError, match=message):
            act()
    assert session.labels().equals(before)
    assert session.classes == CLASSES
    assert session.ask().indices.tolist() == question.indices.tolist()
    allow()
    session.tell(range(500), "boot", uid="u")
    session.tell(range(500), "boot", uid="u")
    assert session.n_labeled == 500
    assert len(session.store.read()) == 2
    again = nb.Session(session.pool, CLASSES, store=tmp_path / "labels.db")
    assert again.labels().equals(session.labels())


@pytest.mark.parametrize("refuse", [full, read_only, locked])
def test_what_is_saved_can_still_be_read(log, refuse):
    allow = refuse(log)
    assert [event.ids for event in log.read()] == [("before",)]
    assert log.setting("schema") == str(SCHEMA_VERSION)
    allow()


@REFUSALS
def test_settings_are_refused_in_the_same_words(log, refuse, message):
    allow = refuse(log)
    with pytest.raises(StoreError, match=message):
        log.set_setting("projection", "x" * 100_000)
    allow()
    assert log.setting("projection") is None


def test_a_deleted_log_is_noticed(log):
    Path(log.text).unlink()
    with pytest.raises(StoreError, match="was moved, deleted or replaced"):
        log.append(label("a"))


@pytest.mark.parametrize("name", ["schema", "log", "pool"])
def test_settings_of_the_log_itself_are_its_own(log, name):
    with pytest.raises(ValueError, match=f"'{name}' is the log's own; choose another name"):
        log.set_setting(name, "x")


# permissions


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Take the right to write to a folder and the log in it from this process.

    Root may write everywhere: there the process acts as nobody, on files that belong to root.
    """
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        for path in folder.iterdir():
            path.chmod(0o644)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="nblabel-test-") as name:
        yield Path(name)


def test_a_read_only_file(folder):
    path = folder / "labels.db"
    with closing(LabelStore(path)) as store:
        store.append(label("a"))
    with unwritable(folder):
        message = "labels.db cannot be opened: .*(readonly|unable to open).*writable"
        with pytest.raises(StoreError, match=message):
            LabelStore(path)
        with pytest.raises(StoreError, match=message):
            nb.Session(blob_pool(), CLASSES, store=path)
    assert stored(path) == ["a"]


def test_a_read_only_folder(folder):
    message = "new.db cannot be opened: unable to open.*writable"
    with unwritable(folder), pytest.raises(StoreError, match=message):
        LabelStore(folder / "new.db")
    assert list(folder.iterdir()) == []


# how it is kept


def test_write_ahead_log_and_full_synchronisation(log):
    with log._engine.connect() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]


def test_after_closing_all_is_in_one_file(tmp_path):
    store = LabelStore(tmp_path / "labels.db")
    store.append(label("a"))
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["labels.db"]


def test_a_store_that_nobody_holds_closes_itself(tmp_path):
    store = LabelStore(tmp_path / "labels.db")
    store.append(label("a"))
    del store
    assert [path.name for path in tmp_path.iterdir()] == ["labels.db"]


def test_nothing_is_ever_overwritten(tmp_path):
    """Whatever a session does, rows of the log are only added."""
    path = tmp_path / "labels.db"
    session = nb.Session(blob_pool(), CLASSES, store=path)
    statements: list[str] = []
    sa.event.listen(
        session.store._engine,
        "before_cursor_execute",
        lambda _c, _k, statement, *_: statements.append(statement),
    )
    session.tell([0, 1], "bag")
    session.tell(0, "boot")
    session.skip(2)
    session.flag(3)
    session.undo()
    session.redo()
    session.add_class("hat")
    changes = [text for text in statements if "nblabel_event" in text and "SELECT" not in text]
    assert changes
    assert all(text.startswith("INSERT INTO nblabel_event") for text in changes)
