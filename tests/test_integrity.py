"""Damage to a log shows, what is whole can be saved, and a file can be carried away."""

import random
import shutil
import sqlite3
import time
from contextlib import closing

import pandas as pd
import pytest

import nblabel as nb
from nblabel.log import chain, checkpoints
from nblabel.log.database import wal_of
from nblabel.log.events import LabelEvent
from tests.assets.make_golden import EVENTS
from tests.samples import CLASSES, blob_pool

FLIPPED = 150  # seeded copies with bytes that were changed


def label(*ids, name="boot", **options):
    return LabelEvent("label", ids, (name,) * len(ids), contents=("signs",) * len(ids), **options)


def write(path, n=40):
    """A log of labels, bulk steps and undos; what it says."""
    with closing(nb.LabelStore(path)) as store:
        for number in range(n):
            uid = f"uid-{number}"
            if number % 9 == 4:
                ids = [f"item {number}-{place}" for place in range(30)]
                store.append(label(*ids, name=CLASSES[number % 3], uid=uid))
            elif number % 9 == 7:
                store.append(LabelEvent("undo", target=f"uid-{number - 1}", uid=uid))
            else:
                store.append(label(f"item {number}", name=CLASSES[number % 3], uid=uid))
        store.set_setting("projection", "pca")
        return store.labels()


@pytest.fixture
def path(tmp_path):
    write(tmp_path / "labels.db")
    return tmp_path / "labels.db"


def change(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


# damage


def test_a_whole_log_is_said_to_be_whole(path):
    with closing(nb.LabelStore(path, read_only=True)) as store:
        report = store.check_integrity()
    assert report.is_whole
    assert (report.n_events, report.n_unchecked, report.problems) == (40, 0, ())
    assert report.lines == ["40 events read.", "The log is whole."]
    assert report.table.empty
    assert nb.LabelStore().check_integrity().is_whole


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE nblabel_event_item SET label = 'bag' WHERE seq = 7", 7),
        ("UPDATE nblabel_event_item SET id = 'item 2' WHERE seq = 7", 7),
        ("UPDATE nblabel_event_item SET content = NULL WHERE seq = 7", 7),
        ("DELETE FROM nblabel_event_item WHERE seq = 5 AND place = 29", 5),
        ("UPDATE nblabel_event SET kind = 'flag' WHERE seq = 7", 7),
        ("UPDATE nblabel_event SET kind = 'no kind' WHERE seq = 7", 7),
        ("UPDATE nblabel_event SET time = 'soon' WHERE seq = 7", 7),
        ("UPDATE nblabel_event SET annotator = x'ff' WHERE seq = 7", 7),
        ("UPDATE nblabel_event SET target = 'uid-3' WHERE seq = 8", 8),
        ("UPDATE nblabel_event SET checksum = NULL WHERE seq = 7", 7),
        ("DELETE FROM nblabel_event WHERE seq = 7", 8),
        ("DELETE FROM nblabel_event WHERE seq = 1", 2),
        ("DELETE FROM nblabel_event WHERE seq = 40", 40),
        ("DELETE FROM nblabel_event", 40),
    ],
)
def test_an_event_that_was_changed_or_is_missing_shows(path, statement, seq):
    change(path, statement, "UPDATE nblabel_meta SET value = value, checksum = checksum")
    # what the file says of itself is not looked at here
    change(path, "DELETE FROM nblabel_meta WHERE key = 'whole'")
    with closing(nb.LabelStore(path)) as store:
        with pytest.raises(
            nb.StoreError, match=rf"labels.db is damaged: event {seq} or the one be"
        ):
            store.read()
        with pytest.raises(nb.StoreError, match=r"restore a copy.*nblabel\.recover\(path, new_pat"):
            nb.Session(blob_pool(), CLASSES, store=store)
        assert not store.check_integrity().is_whole


def test_a_setting_that_was_changed_shows(path):
    change(path, "UPDATE nblabel_meta SET value = 'umap' WHERE key = 'projection'")
    with closing(nb.LabelStore(path)) as store:
        with pytest.raises(nb.StoreError, match="is damaged: the setting 'projection' was changed"):
            store.setting("projection")
        assert store.check_integrity().problems == ("the setting 'projection' was changed",)
        store.set_setting("projection", "pca")
        assert store.check_integrity().is_whole


@pytest.mark.slow  # many copies of a log
def test_flipped_bytes_never_make_other_labels(path, tmp_path):
    labels = write(tmp_path / "right.db")
    del labels["time"]
    whole = path.read_bytes()
    outcomes, reasons = {"refused": 0, "the same": 0}, []
    for seed in range(FLIPPED):
        rng = random.Random(seed)
        content = bytearray(whole)
        for _ in range(rng.choice([1, 1, 2, 8])):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        copy = tmp_path / f"{seed}.db"
        copy.write_bytes(content)
        try:
            with closing(nb.LabelStore(copy)) as store:
                found = store.labels()
        except nb.StoreError as error:
            outcomes["refused"] += 1
            reasons.append(str(error))
        else:
            outcomes["the same"] += 1
            del found["time"]
            pd.testing.assert_frame_equal(found, labels)
        for left in tmp_path.glob(f"{seed}.db*"):
            left.unlink()
    assert min(outcomes.values()) > 10, outcomes
    assert [one for one in reasons if not any(word in one for word in ADVICE)] == []


ADVICE = (
    "restore",
    "name another file",
    "Upgrade",
    "nblabel.recover",
    "Make the file",
    "Check that",
)


def test_events_of_earlier_versions_have_no_checksum(tmp_path):
    path = shutil.copy("tests/assets/schema_1.db", tmp_path / "old.db")
    with closing(nb.LabelStore(path, read_only=True)) as store:
        assert len(store.read()) == len(EVENTS)
        assert store.check_integrity().n_unchecked == len(EVENTS)
    with closing(nb.LabelStore(path)) as store:
        store.append(label("a"))
    change(path, "UPDATE nblabel_event_item SET label = 'shirt' WHERE seq = 12")
    with pytest.raises(nb.StoreError, match="damaged: event 12"):
        nb.LabelStore(path).read()


def test_a_checksum_tells_all_that_an_event_says():
    event = label("a", "b", time=1.5, uid="u", annotator="ann")
    others = (
        label("a", "c", time=1.5, uid="u", annotator="ann"),
        label("b", "a", time=1.5, uid="u", annotator="ann"),
        label("a", "b", time=1.5, uid="u"),
        label("a", "b", time=1.25, uid="u", annotator="ann"),
        label("a", "b", name="bag", time=1.5, uid="u", annotator="ann"),
    )
    assert len({chain.own(one) for one in (event, *others)}) == 6
    assert chain.linked("a", None) != chain.linked("a", chain.linked("b", None))


# recovery


def test_what_is_whole_is_saved(path, tmp_path):
    change(path, "UPDATE nblabel_event_item SET label = 'bag' WHERE seq = 7")
    change(path, "DELETE FROM nblabel_event WHERE seq = 20")
    before = path.read_bytes()
    report = nb.recover(path, tmp_path / "new.db")
    assert (report.n_events, report.lost) == (38, (7, 20))
    assert "2 events lost, at 7, 20" in str(report)
    assert report.table["seq"].tolist() == [7, 20]
    assert path.read_bytes() == before
    with closing(nb.LabelStore(tmp_path / "new.db")) as store:
        events = store.read()
        assert [event.uid for event in events] == [
            f"uid-{n}" for n in range(40) if n not in (6, 19)
        ]
        assert store.setting("projection") == "pca"
        assert store.check_integrity().is_whole


def test_torn_pages_leave_the_others(path, tmp_path):
    content = bytearray(path.read_bytes())
    for start in range(5 * 4096, len(content), 3 * 4096):
        content[start : start + 4096] = bytes(4096)
    path.write_bytes(content)
    report = nb.recover(path, tmp_path / "new.db")
    assert 0 < report.n_events < 40
    with closing(nb.LabelStore(tmp_path / "new.db")) as store:
        assert len(store.read()) == report.n_events


def test_what_cannot_be_recovered(path, tmp_path):
    with pytest.raises(nb.StoreError, match=r"labels\.db is there already; name a new file"):
        nb.recover(path, path)
    with pytest.raises(nb.StoreError, match="there is no file"):
        nb.recover(tmp_path / "gone.db", tmp_path / "new.db")
    with pytest.raises(nb.StoreError, match="is no SQLite file; restore a backup"):
        nb.recover("postgresql+psycopg://host/labels", tmp_path / "new.db")
    (tmp_path / "text.db").write_bytes(b"no database " * 1_000)
    with pytest.raises(nb.StoreError, match=r"nothing in .*text\.db can be read"):
        nb.recover(tmp_path / "text.db", tmp_path / "new.db")
    change(path, "DELETE FROM nblabel_event")
    with pytest.raises(nb.StoreError, match="nothing in .* can be read; restore a copy"):
        nb.recover(path, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


# copies


def copied(path, to):
    """The number of events in a copy of the file alone; None where the copy is refused."""
    shutil.copy(path, to)
    try:
        with closing(nb.LabelStore(to)) as store:
            return len(store.read())
    except nb.StoreError as error:
        if f"opy that, too, as {wal_of(to).name}" not in str(error):
            raise
        return None
    finally:
        for left in to.parent.glob(f"{to.name}*"):
            left.unlink()


def until(happened):
    give_up = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.01)


@pytest.mark.slow
def test_a_copy_soon_has_every_label_and_never_fewer(tmp_path):
    store = nb.LabelStore(tmp_path / "labels.db")
    for n in range(1, 4):
        store.append(label(f"item {n}"))
        begun = time.monotonic()
        while copied(tmp_path / "labels.db", tmp_path / "copy.db") != n:
            assert time.monotonic() - begun < 10
    for n in range(4, 24):  # while labels are written
        store.append(label(f"item {n}"))
        assert copied(tmp_path / "labels.db", tmp_path / "copy.db") in (None, 3, n - 1, n)
    store.close()
    assert copied(tmp_path / "labels.db", tmp_path / "copy.db") == 23


def test_a_copy_between_two_pauses_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "PAUSE_SECONDS", 60)
    store = nb.LabelStore(tmp_path / "labels.db")
    store.append(label("a"))
    until(lambda: copied(tmp_path / "labels.db", tmp_path / "copy.db") is None)
    store.append(label("b"))
    assert copied(tmp_path / "labels.db", tmp_path / "copy.db") is None
    # with the file beside it, it is whole
    for name in ("labels.db", "labels.db-wal"):
        shutil.copy(tmp_path / name, tmp_path / name.replace("labels", "both"))
    with closing(nb.LabelStore(tmp_path / "both.db")) as both:
        assert len(both.read()) == 2
    shutil.copy(tmp_path / "labels.db", tmp_path / "alone.db")
    for _ in range(2):  # opening it changes nothing
        with pytest.raises(nb.StoreError, match="copied while labels were written"):
            nb.LabelStore(tmp_path / "alone.db")
    assert nb.recover(tmp_path / "alone.db", tmp_path / "new.db").n_events == 1
    store.close()


def test_a_copy_of_an_earlier_version_in_use_is_no_empty_log(tmp_path):
    """Before, all labels lay beside the file until it was closed."""
    with closing(sqlite3.connect(tmp_path / "labels.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE nblabel_meta (key TEXT, value TEXT)")
        shutil.copy(tmp_path / "labels.db", tmp_path / "copy.db")
    with pytest.raises(nb.StoreError, match=r"holds all of the labels; copy that.*copy\.db-wal"):
        nb.LabelStore(tmp_path / "copy.db")


# without a pool


def test_a_log_is_read_and_exported_without_its_pool(tmp_path):
    session = nb.Session(blob_pool(), CLASSES, store=tmp_path / "labels.db", annotator="ann")
    session.tell([3, 1], ["boot", "bag"])
    session.tell(2, "bag")
    session.undo()
    session.store.close()
    with closing(nb.LabelStore(tmp_path / "labels.db", read_only=True)) as store:
        table = store.labels()
        store.export(tmp_path / "labels.csv")
    assert table[["id", "label", "annotator"]].to_numpy().tolist() == [
        ["3", "boot", "ann"],
        ["1", "bag", "ann"],
    ]
    written = pd.read_csv(tmp_path / "labels.csv")
    assert written["label"].tolist() == ["boot", "bag"]
    assert "index" not in written


def test_reading_only_changes_nothing(path):
    before = path.read_bytes()
    with closing(nb.LabelStore(path, read_only=True)) as store:
        assert len(store.read()) == store.last == 40
        with pytest.raises(nb.StoreError, match="opened with read_only=True; open it without"):
            store.append(label("x"))
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["labels.db"]
    with pytest.raises(nb.StoreError, match=r"there is no file .*gone\.db"):
        nb.LabelStore(path.parent / "gone.db", read_only=True)


def test_compacting_gives_space_back(path):
    change(path, "CREATE TABLE filler (text TEXT)", "INSERT INTO filler VALUES (zeroblob(500000))")
    change(path, "DROP TABLE filler")
    size = path.stat().st_size
    with closing(nb.LabelStore(path)) as store:
        store.compact()
        assert path.stat().st_size < size - 400_000
        assert len(store.read()) == 40
        store.append(label("x"))
        assert store.check_integrity().is_whole
    nb.LabelStore().compact()  # nothing to do
