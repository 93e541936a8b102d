"""What every store does."""

import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

import nblabel as nb
from nblabel.log.database import ITEM
from nblabel.log.events import LabelEvent, Tags, as_text
from nblabel.log.store import LabelStore, StoreError
from nblabel.system import progress
from tests.samples import blobs

POSTGRES = os.environ.get("NBLABEL_TEST_POSTGRES")
SCHEMA = f"nblabel_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
ODD = (
    "it's",
    'say "hi"',
    "'); DROP TABLE nblabel_event; --",
    "100%",
    ":name",
    "%(x)s",
    "?",
    "a\\b",
    "<img src=x onerror=alert(1)>",
    "Stiefel-Größe",
    "长靴",
    "👢",
    "e\u0301",
    "\u202eright to left",
    "a\nb\tc",
    " ",
    "",
    "x" * 5_000,
)


@pytest.fixture(params=["memory", "file", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LabelStore]:
    store = LabelStore(None if request.param == "memory" else address_of(request, tmp_path))
    yield store
    store.close()


def test_answers_about_tags_come_back(store):
    names = tuple(text.strip() or "none" for text in ODD[:14])
    said = [Tags(names, whole=True), Tags(whole=True), Tags(names[:1], names[1:2], names[2:3])]
    written = LabelEvent(
        "tags", ids=("a", "b", "c"), labels=tuple(tags.text for tags in said), frame=as_text(names)
    )
    store.set_multi_label()
    store.append(written)
    (read,) = store.read()
    assert [Tags.of(text) for text in read.labels] == said
    assert read.about == names
    assert read.labels == written.labels
    assert store.multi_label
    assert store.check_integrity().is_whole


@pytest.fixture(params=["file", "postgres"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that several connections may open."""
    return address_of(request, tmp_path)


def address_of(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return str(tmp_path / "labels.db")
    if POSTGRES is None:
        pytest.skip("NBLABEL_TEST_POSTGRES names no database")
    drop = f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"
    in_postgres(drop, f"CREATE SCHEMA {SCHEMA}")
    request.addfinalizer(lambda: in_postgres(drop))
    return own_postgres()


def own_postgres() -> str:
    """Return the address of a schema that no other process of pytest-xdist works in."""
    url = sa.make_url(str(POSTGRES))
    url = url.update_query_dict({"options": f"-csearch_path={SCHEMA}"})
    return url.render_as_string(hide_password=False)


def in_postgres(*statements: str) -> None:
    engine = sa.create_engine(str(POSTGRES))
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def label(*ids: str, **options: object) -> LabelEvent:
    return LabelEvent("label", ids, ("boot",) * len(ids), **options)


def test_long_events_are_written_in_parts_and_whole_or_not_at_all(
    store: LabelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PART", 2)
    made = label(*"edcba")
    shares: list[float] = []

    def stop(_name: str, share: float) -> None:
        shares.append(share)
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), progress.heard_by(stop):
        store.append(made)
    assert shares == [0, 1 / 3, 2 / 3]
    assert store.read() == []
    store.append(made)
    (read,) = store.read()
    assert read.ids == made.ids


def test_events_come_back_as_they_were(store: LabelStore) -> None:
    made = label("a", "b", annotator="ann", source="import", time=1_700_000_000.123456)
    events = [
        made,
        LabelEvent("skip", ("c",), contents=("7.abc",)),
        LabelEvent("flag", ("c", "d"), annotator=""),
        LabelEvent(
            "accept", ("e", "f"), ("boot", "bag"), probabilities=(0.1, 1 / 3), source="model"
        ),
        LabelEvent("audit", ("g", "a"), source="model"),
        LabelEvent("audit", ("h",), ("bag",), probabilities=(0.5,), frame="it's:" + "x" * 10_000),
        LabelEvent("repeat", ("a",), annotator="ann"),
        LabelEvent("withdraw", ("e", "f")),
        LabelEvent("add_class", labels=("hat",)),
        LabelEvent("label", ("i",), ("cap",), frame="added"),
        *(LabelEvent("rename_class", frame=json.dumps([name, "new"])) for name in ODD),
        LabelEvent("merge_classes", frame=json.dumps({"classes": ODD, "into": "hat"})),
        LabelEvent("order_classes", frame=json.dumps({"classes": [*map(str, range(200))]})),
        LabelEvent("delete_class", frame=json.dumps({"class": "hat", "into": None})),
        LabelEvent("describe_class", frame=json.dumps({"class": "a", "description": "\0"})),
        LabelEvent("retire_class", frame=json.dumps({"class": "a"})),
        LabelEvent("restore_class", frame=json.dumps({"class": "a"})),
        LabelEvent("split_class", frame=json.dumps({"class": "a", "into": ODD})),
        LabelEvent("label", ("i", "j"), ("b", "c"), frame='{"class": "a", "into": ["b", "c"]}'),
        LabelEvent("note", ("a", "b"), frame="100% \n<b> 'é'"),
        LabelEvent("note", ("a",), frame=""),
        LabelEvent("guidelines", frame="# How\n" + 1_000 * "x "),
        LabelEvent("undo", target=made.uid),
        LabelEvent("redo", target=made.uid),
    ]
    for event in events:
        store.append(event)
    stored = store.read()
    assert [as_made(event) for event in stored] == events
    positions = [event.seq for event in stored]
    assert positions == sorted(set(positions))
    assert positions[0] > 0


def as_made(event: LabelEvent) -> LabelEvent:
    """The event as it was before the store gave it a position."""
    return replace(event, seq=0)


def test_what_somebody_holds_is_read_once(store: LabelStore) -> None:
    for uid in ("one", "two"):
        store.append(LabelEvent("label", ("a", "b"), ("boot", "bag"), uid=uid))
    held = store.read()
    store.append(LabelEvent("accept", ("c",), ("bag",), probabilities=(0.5,), uid="three"))
    again = store.read()
    assert again[:2] == held
    assert all(one is other for one, other in zip(again, held, strict=False))
    assert (again[2].ids, again[2].probabilities) == (("c",), (0.5,))
    del held, again[0]
    kept = store.read()  # of the three, only the first is made anew
    assert [event.uid for event in kept] == ["one", "two", "three"]
    assert [event.ids for event in kept] == [("a", "b"), ("a", "b"), ("c",)]
    assert kept[1:] == again


def test_a_new_log_is_empty(store: LabelStore) -> None:
    assert store.read() == []


def test_read_after_a_position(store: LabelStore) -> None:
    for item in "abc":
        store.append(label(item))
    first, second, third = store.read()
    assert store.read(first.seq) == [second, third]
    assert store.read(third.seq) == []


def test_items_keep_their_order(store: LabelStore) -> None:
    ids = tuple(str(number) for number in (5, 3, 10, 1, 20, 2))
    store.append(label(*ids))
    assert store.read()[0].ids == ids


def test_a_uid_is_stored_once(store: LabelStore) -> None:
    first = label("a", uid="u")
    store.append(first)
    store.append(first)
    store.append(label("b", uid="u"))
    assert [event.ids for event in store.read()] == [("a",)]


@pytest.mark.parametrize("n", [1, 149, 150, 151, 300])
def test_steps_of_any_length_keep_their_items_in_order(store: LabelStore, n: int) -> None:
    ids = tuple(f"item {number}" for number in range(n))
    labels = tuple(f"class {number % 7}" for number in range(n))
    store.append(LabelEvent("label", ids, labels, contents=ids[::-1]))
    (found,) = store.read()
    assert (found.ids, found.labels, found.contents) == (ids, labels, ids[::-1])


@pytest.mark.slow  # a large event
def test_a_bulk_event_of_twenty_thousand_items(store: LabelStore) -> None:
    ids = tuple(str(number) for number in range(20_000))
    store.append(label(*ids))
    store.append(label("x"))
    bulk, after = store.read()
    assert bulk.ids == ids
    assert len(bulk.labels) == 20_000
    assert after.ids == ("x",)


def test_ids_and_names_are_any_text(store: LabelStore) -> None:
    store.append(LabelEvent("label", ODD, ODD, annotator=ODD[2]))
    for name in ODD:
        store.append(LabelEvent("add_class", labels=(name,)))
    first, *added = store.read()
    assert first.ids == first.labels == ODD
    assert first.annotator == ODD[2]
    assert tuple(event.labels[0] for event in added) == ODD


def test_a_uid_is_any_text_of_64_characters(store: LabelStore) -> None:
    uid = "'; DELETE FROM nblabel_event; --".ljust(64, "é")
    store.append(label("a", uid=uid))
    store.append(label("a", uid=uid))
    store.append(LabelEvent("undo", target=uid))
    assert [event.uid for event in store.read()][:1] == [uid]
    assert store.read()[1].target == uid


def test_settings(store: LabelStore) -> None:
    assert store.setting("projection") is None
    store.set_setting("projection", "pca")
    store.set_setting("projection", "it's umap")
    assert store.setting("projection") == "it's umap"
    assert store.read() == []


def test_a_log_remembers_the_items_of_its_pool(store: LabelStore) -> None:
    assert store.bind("fingerprint", lambda known: (known or "") + "a") == "a"
    assert store.bind("fingerprint", lambda known: known or "") == "a"
    assert store.bind("another", lambda known: (known or "") + "b" * 100_000) == "a" + "b" * 100_000
    assert (store.setting("pool"), store.setting("items")) == ("another", "a" + "b" * 100_000)


def test_the_newest_position(store: LabelStore) -> None:
    assert store.last == 0
    store.append(label("a"))
    store.append(label("b"))
    assert store.last == store.read()[-1].seq


def test_an_event_that_was_changed_is_refused(store: LabelStore) -> None:
    for item in "abc":
        store.append(label(item))
    second = store.read()[1].seq
    assert store.check_integrity().is_whole
    with store._writing() as connection:
        connection.execute(sa.update(ITEM).where(ITEM.c.seq == second).values(label="hat"))
    with pytest.raises(StoreError, match=f"damaged: event {second}.*restore a copy"):
        store.read()
    assert not store.check_integrity().is_whole


def test_labels_without_a_pool(store: LabelStore) -> None:
    store.append(label("a", "b", annotator="ann"))
    store.append(LabelEvent("flag", ("a",)))
    assert store.labels()[["id", "label"]].to_numpy().tolist() == [["b", "boot"]]
    store.compact()
    assert len(store.labels()) == 1


def test_classes_change_while_another_annotator_labels(shared: str) -> None:
    pool = nb.Pool(embeddings=blobs(8))
    options = {"classes": ["boot", "bag", "hat"], "learner": "knn", "store": shared}
    ann = nb.Session(pool, annotator="ann", **options)
    bob = nb.Session(pool, annotator="bob", **options)
    ann.tell([0, 1, 2], ["boot", "bag", "hat"])
    ann.rename_class("boot", "it's ;--")
    bob.tell(3, "boot")  # it has not heard of it
    bob.merge_classes(["bag", "hat"], into="rest")
    ann.tell(4, "bag")
    ann.describe_class("rest", description="100% \0", aliases=["all else"])
    bob.tell(5, "all else")
    bob.order_classes(["rest"])
    bob.add_class("spare")
    ann.delete_class("spare")
    labels = {0: "it's ;--", 1: "rest", 2: "rest", 3: "it's ;--", 4: "rest", 5: "rest"}
    for session in (ann, bob, nb.Session(pool, **options)):
        session.refresh()
        assert session.classes == ("rest", "it's ;--")
        assert (
            dict(zip(session.labels()["index"], session.labels()["label"], strict=True)) == labels
        )
    for session, n in ((ann, 5), (bob, 5)):
        for _ in range(n):
            assert session.undo() is not None
    ann.refresh()
    assert ann.classes == ("boot", "bag", "hat")
    assert ann.store.labels().empty
    assert ann.store.check_integrity().is_whole
    for session in (ann, bob):
        while session.redo() is not None:
            pass
    ann.refresh()
    assert dict(zip(ann.labels()["index"], ann.labels()["label"], strict=True)) == labels
    for session in (ann, bob):
        session.store.close()


def test_tags_change_while_another_annotator_labels(shared: str) -> None:
    pool = nb.Pool(embeddings=blobs(8))
    options = {"multi_label": True, "learner": "knn", "store": shared, "build_graph": False}
    tree = {"boot": ["hiking"], "bag": [], "hat": []}
    ann = nb.Session(pool, tree, annotator="ann", **options)
    bob = nb.Session(pool, tree, annotator="bob", **options)
    ann.tell([0, 1], [["hiking"], ["boot", "bag"]])
    ann.rename_class("hiking", "it's ;--")
    bob.tell(2, ["hiking"])  # it has not heard of it
    bob.merge_classes(["bag", "hat"], into="rest")
    ann.tell_tag(3, "bag", value=True)
    bob.nest_classes(["rest"], under="boot")
    ann.tell(4, ["bag"])
    tags = {
        0: ["boot", "it's ;--"],
        1: ["boot", "rest"],
        2: ["boot", "it's ;--"],
        3: ["boot", "rest"],
        4: ["boot", "rest"],
    }
    for session in (ann, bob, nb.Session(pool, tree, **options)):
        session.refresh()
        assert session.classes == ("boot", "it's ;--", "rest")
        assert {index: session.tags_of(index) for index in range(5)} == tags
    for session in (ann, bob):
        while session.undo() is not None:
            pass
    ann.refresh()
    assert ann.classes == ("boot", "hiking", "bag", "hat")
    assert ann.store.check_integrity().is_whole
    for session in (ann, bob):
        while session.redo() is not None:
            pass
    ann.refresh()
    assert {index: ann.tags_of(index) for index in range(5)} == tags


def test_reopened_it_is_the_same_log(shared: str) -> None:
    first = LabelStore(shared)
    first.append(label("a"))
    first.set_setting("projection", "pca")
    key = first.key
    first.close()
    second = LabelStore(shared)
    assert second.key == key
    assert second.persistent
    assert second.setting("projection") == "pca"
    assert [event.ids for event in second.read()] == [("a",)]
    second.append(label("b"))
    assert [event.ids for event in second.read()] == [("a",), ("b",)]
    second.close()


def test_one_store_used_by_two_threads_in_turn(store: LabelStore) -> None:
    turns = [threading.Semaphore(1), threading.Semaphore(0)]

    def write(me: int) -> None:
        for number in range(20):
            turns[me].acquire()
            store.append(label(f"{me}-{number}"))
            turns[1 - me].release()

    in_threads(write, 2)
    written = [event.ids[0] for event in store.read()]
    assert written == [f"{me}-{number}" for number in range(20) for me in range(2)]


def test_one_store_used_by_threads_at_once(store: LabelStore) -> None:
    def write(me: int) -> None:
        for number in range(20):
            store.append(label(f"{me}-{number}"))
            store.read()

    in_threads(write, 4)
    check_all_there(store, writers=4, each=20)


def in_threads(write: Callable[[int], None], count: int) -> None:
    failures = []

    def guarded(me: int) -> None:
        try:
            write(me)
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(me,)) for me in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def check_all_there(store: LabelStore, writers: int, each: int) -> None:
    """Each writer's events are all there once, in the order they were written."""
    written = [event.ids[0] for event in store.read()]
    assert len(written) == len(set(written)) == writers * each
    for me in range(writers):
        mine = [item for item in written if item.startswith(f"{me}-")]
        assert mine == [f"{me}-{number}" for number in range(each)]


def write_in_a_process(address: str, me: int, each: int, everyone: threading.Barrier) -> None:
    everyone.wait()
    store = LabelStore(address)
    for number in range(each):
        store.append(label(f"{me}-{number}"))
    store.close()


@pytest.mark.slow  # processes
def test_processes_make_the_log_and_write_to_it_at_once(shared: str) -> None:
    context = multiprocessing.get_context("spawn")
    everyone = context.Barrier(3)
    writers = [
        context.Process(target=write_in_a_process, args=(shared, me, 30, everyone))
        for me in range(3)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    store = LabelStore(shared)
    check_all_there(store, writers=3, each=30)
    store.close()


def test_who_reads_while_others_write_misses_nothing(shared: str) -> None:
    """Positions become visible in order, so that reading on from the last one loses no event."""
    reader, seen = LabelStore(shared), []
    stores = [LabelStore(shared) for _ in range(2)]
    done = threading.Event()

    def follow() -> None:
        position = 0
        while True:
            over = done.is_set()
            for event in reader.read(position):
                seen.append(event.ids[0])
                position = event.seq
            if over:
                return

    follower = threading.Thread(target=follow)
    follower.start()

    def write(me: int) -> None:
        for number in range(40):
            stores[me].append(label(f"{me}-{number}"))

    in_threads(write, 2)
    done.set()
    follower.join()
    assert sorted(seen) == sorted(f"{me}-{number}" for me in range(2) for number in range(40))
    for store in (reader, *stores):
        store.close()


def test_a_database_without_an_encoding_keeps_any_text() -> None:
    """As initdb makes it where the locale is C."""
    if POSTGRES is None:
        pytest.skip("NBLABEL_TEST_POSTGRES names no database")
    engine = sa.create_engine(str(POSTGRES), isolation_level="AUTOCOMMIT")
    name = f"{SCHEMA}_ascii"
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    with engine.connect() as connection:
        connection.exec_driver_sql(drop)
        connection.exec_driver_sql(
            f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"
        )
    try:
        url = sa.make_url(str(POSTGRES)).set(database=name)
        store = LabelStore(url.render_as_string(hide_password=False))
        store.append(label("caf\u00e9 \N{SNOWMAN}"))
        (read,) = store.read()
        assert read.ids == ("caf\u00e9 \N{SNOWMAN}",)
        store.close()
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(drop)
        engine.dispose()
