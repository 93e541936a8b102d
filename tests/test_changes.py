"""Pools that change between sessions: labels follow the ids, and what differs is told."""

import shutil
import unicodedata
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from PIL import Image

import nblabel as nb
from nblabel.log.binding import numbered_fingerprint
from nblabel.log.known import KnownItems, Numbering
from tests.samples import CLASSES, blob_pool, blobs

NAMES = ("cam1/0.png", "cam1/1.png", "cam2/0.png", "cam2/1.png")


def save(path, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def folder(tmp_path):
    for seed, name in enumerate(NAMES):
        save(tmp_path / "photos" / name, seed)
    return tmp_path / "photos"


@pytest.fixture
def store(folder, tmp_path):
    """A log in which two of the photos have a label."""
    session = begun(folder, tmp_path / "labels.db")
    session.tell([0, 2], ["boot", "bag"])
    session.store.close()
    return tmp_path / "labels.db"


def begun(folder, store, **options):
    pool = folder if isinstance(folder, nb.Pool) else nb.Pool.from_folder(folder)
    options = {"learner": "knn", "strategy": "random", **options}
    return nb.Session(pool, CLASSES, store=store, **options)


def known(session):
    table = session.labels()
    return dict(zip(table["id"], table["label"], strict=True))


LABELS = {"cam1/0.png": "boot", "cam2/0.png": "bag"}


def test_an_unchanged_pool_has_no_changes(folder, store):
    session = begun(folder, store)
    assert known(session) == LABELS
    assert not session.changes
    assert str(session.changes) == "The pool is the one that the log was used with before."
    assert session.changes.table.empty


def test_a_photo_more(folder, store):
    save(folder / "cam1/00.png", 9)
    session = begun(folder, store)
    assert known(session) == LABELS
    assert session.changes.new == ("cam1/00.png",)
    assert "1 new" in str(session.changes)
    assert session.changes.table.to_dict("list") == {"id": ["cam1/00.png"], "change": ["new"]}
    assert not begun(folder, store).changes  # told once


def test_a_labeled_photo_less_and_back_again(folder, store, tmp_path):
    shutil.move(folder / "cam2/0.png", tmp_path / "away.png")
    session = begun(folder, store)
    assert known(session) == {"cam1/0.png": "boot"}
    assert session.changes.missing == ("cam2/0.png",)
    assert "Labels of 1 missing item stay in the log" in str(session.changes)
    assert len(session.ask(10).indices) == 2
    session.store.close()
    with closing(nb.LabelStore(store)) as opened:
        assert set(opened.labels()["id"]) == set(LABELS)  # exported if asked for
    shutil.move(tmp_path / "away.png", folder / "cam2/0.png")
    session = begun(folder, store)
    assert known(session) == LABELS
    assert not session.changes


def test_a_step_about_missing_items_can_be_undone_and_redone(folder, store):
    (folder / "cam2/0.png").unlink()
    session = begun(folder, store)
    step = session.undo()
    assert step.ids == ("cam1/0.png", "cam2/0.png")
    assert known(session) == {}
    session.redo()
    assert known(session) == {"cam1/0.png": "boot"}
    (folder / "cam1/0.png").unlink()
    session = begun(folder, store)
    assert known(session) == {}
    assert session.undo() is not None
    assert session.undo() is None


def test_a_photo_turned_or_edited_is_told_and_keeps_its_label(folder, store):
    path = folder / "cam2/0.png"
    Image.open(path).rotate(90).save(path)
    session = begun(folder, store)
    assert known(session) == LABELS
    assert session.changes.changed == ("cam2/0.png",)
    assert "show_next" in str(session.changes)
    session.tell(session.pool.index_of("cam2/0.png"), "shirt")  # as it is now
    assert not session.changes


def test_one_byte_of_a_large_file_at_its_end_is_a_change(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.bmp").write_bytes(bytes(500_000))
    pool = nb.Pool.from_folder(tmp_path, embeddings=np.eye(2))
    session = nb.Session(pool, CLASSES)
    session.tell([0, 1], "bag")
    assert not session.changes
    (tmp_path / "b.bmp").write_bytes(bytes(499_999) + b"x")
    assert session.changes.changed == ("b.bmp",)


def test_a_folder_that_moved_is_no_change(folder, store, tmp_path):
    folder.rename(tmp_path / "elsewhere")
    session = begun(tmp_path / "elsewhere", store)
    assert known(session) == LABELS
    assert not session.changes


@pytest.mark.parametrize("inner", [True, False])
def test_the_folder_above_or_below_is_the_same_folder(folder, tmp_path, inner):
    outer, inside = folder, folder / "cam1"
    before, after = (inside, outer) if inner else (outer, inside)
    session = begun(before, tmp_path / "labels.db")
    session.tell(session.pool.index_of("0.png" if inner else "cam1/0.png"), "boot")
    session = begun(after, tmp_path / "labels.db")
    assert known(session) == {"cam1/0.png" if inner else "0.png": "boot"}
    session.tell(session.pool.index_of("cam1/1.png" if inner else "1.png"), "bag")
    assert set(known(begun(after, tmp_path / "labels.db")).values()) == {"boot", "bag"}


@pytest.mark.parametrize("other", ["CAFÉ/Ä.png", unicodedata.normalize("NFD", "café/ä.png")])
def test_unicode_forms_and_case_of_names_are_no_change(tmp_path, other):
    store = tmp_path / "labels.db"

    def opened(*ids):
        return nb.Session(nb.Pool(texts=["x", "y"], ids=ids), CLASSES, store=store)

    opened("café/ä.png", "b").tell(0, "boot")
    session = opened(other, "b")
    here = unicodedata.normalize("NFC", other)
    assert known(session) == {here: "boot"}
    assert not session.changes
    session.tell([0, 1], "bag")
    session.undo()
    assert known(session) == {here: "boot"}
    session.redo()
    for name in ("café/ä.png", here):
        assert known(opened(name, "b")) == {name: "bag", "b": "bag"}


def test_names_that_differ_in_case_alone_stay_apart(tmp_path):
    store = tmp_path / "labels.db"
    pool = nb.Pool(texts=["x", "y", "z"], ids=["a", "A", "b"])
    nb.Session(pool, CLASSES, store=store).tell([0, 1], ["boot", "bag"])
    session = nb.Session(nb.Pool(texts=["y", "z"], ids=["A", "b"]), CLASSES, store=store)
    assert known(session) == {"A": "bag"}
    assert session.changes.missing == ("a",)


def test_files_have_one_id_however_they_are_given(folder):
    paths = sorted(folder.rglob("*.png"))
    for pool in (
        nb.Pool.from_folder(folder),
        nb.Pool(paths),
        nb.Pool(pd.Series(list(map(str, paths)), index=[4, 3, 2, 1])),
    ):
        assert tuple(pool.ids) == NAMES
    backwards = nb.Pool(paths[::-1])
    assert tuple(backwards.ids) == NAMES[::-1]
    assert backwards.name(0) == NAMES[-1]
    with pytest.raises(ValueError, match=r"1 repeat, for example 'cam1/0.png'"):
        nb.Pool([*paths, paths[0]])


def test_a_list_in_another_order(folder, tmp_path):
    paths = sorted(folder.rglob("*.png"))
    nb.Session(nb.Pool(paths), CLASSES, store=tmp_path / "a.db").tell(0, "boot")
    session = nb.Session(nb.Pool(paths[::-1]), CLASSES, store=tmp_path / "a.db")
    assert session.labels()[["id", "index", "label"]].to_numpy().tolist() == [
        ["cam1/0.png", 3, "boot"]
    ]


def test_a_table_with_a_row_and_a_column_more_and_a_value_mended(tmp_path):
    table = pd.DataFrame({"x": [1, 2, 3, 4], "city": ["Oslo", "Lma", "Oslo", None]})
    store = tmp_path / "labels.db"
    nb.Session(nb.Pool(table=table), CLASSES, store=store).tell([0, 1, 2], CLASSES)
    later = pd.concat([table, pd.DataFrame({"x": [5.5], "city": ["Bern"]})], ignore_index=True)
    later["new"] = range(5)
    later.loc[1, "city"] = "Lima"
    session = nb.Session(nb.Pool(table=later[["new", "city", "x"]]), CLASSES, store=store)
    assert known(session) == {"0": "boot", "1": "bag", "2": "shirt"}
    assert session.changes.new == ("4",)
    assert session.changes.changed == ("1",)


def test_pictures_in_memory_are_told_by_what_was_given_not_by_what_is_shown(tmp_path):
    deep = np.random.default_rng(0).integers(0, 4_000, (4, 8, 8), dtype=np.uint16)
    lists = [deep[0], deep[1].astype(np.float32), deep[2, :, :4], deep[3]]
    for number, images in enumerate((deep, lists)):
        for top in (4_000, 3_000):
            pool = nb.Pool(images, embeddings=blobs(4), range=(0, top))
            session = begun(pool, tmp_path / f"{number}.db")
            assert not session.changes
            session.tell([1, 2, 3], "bag")
        images[1][:2] = 7
        pool = nb.Pool(images, embeddings=blobs(4), ids=range(4), range=(0, 4_000))
        assert begun(pool, tmp_path / f"{number}.db").changes.changed == ("1",)


def test_pages_of_a_file_that_changed(tmp_path):
    pages = [Image.new("L", (8, 8), shade) for shade in (10, 60)]
    path = tmp_path / "scan.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])

    def opened():
        pool = nb.Pool.from_folder(tmp_path, embeddings=np.eye(2), pages=True)
        return begun(pool, tmp_path / ".labels.db")

    session = opened()
    session.tell([0, 1], "bag")
    assert not opened().changes
    Image.new("L", (9, 8)).save(path, save_all=True, append_images=pages[1:])
    assert opened().changes.changed == ("scan.tif", "scan.tif#2")


def test_ids_written_as_another_kind_of_value_are_the_same(tmp_path):
    before = nb.Pool(embeddings=blobs(3), ids=["1.0", "2.0", "2024-01-01 00:00:00"])
    session = begun(before, tmp_path / "a.db")
    session.draw(2)
    session.tell([0, 2], ["boot", "bag"])
    after = nb.Pool(embeddings=blobs(3), ids=[1, 2, "2024-01-01"])
    session = begun(after, tmp_path / "a.db")
    assert known(session) == {"1": "boot", "2024-01-01": "bag"}
    assert not session.changes
    assert set(known(nb.LabelStore(tmp_path / "a.db"))) == {"1", "2024-01-01"}


def test_a_renamed_class_is_in_the_chain_and_in_the_table_without_a_pool(tmp_path):
    session = begun(blob_pool(), tmp_path / "a.db")
    session.tell([0, 1], ["boot", "bag"])
    session.rename_class("boot", "shoe")
    assert known(session.store) == known(session) == {"0": "shoe", "1": "bag"}
    assert session.store.check_integrity().is_whole
    with session.store._writing() as connection:
        changed = (
            "UPDATE nblabel_event SET name = '[\"boot\", \"hat\"]' WHERE kind = 'rename_class'"
        )
        connection.exec_driver_sql(changed)
    assert not session.store.check_integrity().is_whole
    with closing(nb.LabelStore(tmp_path / "a.db")) as store, pytest.raises(nb.StoreError):
        store.read()


def test_a_text_whose_typo_was_mended(tmp_path):
    texts = [f"text {n}" for n in range(10)]
    store = tmp_path / "labels.db"
    nb.Session(nb.Pool(texts=texts), CLASSES, store=store).tell(range(8), "bag")
    texts[5] = "typo mended"
    session = nb.Session(nb.Pool(texts=texts), CLASSES, store=store)
    assert session.n_labeled == 8
    assert session.changes.changed == ("5",)


@pytest.mark.parametrize(
    "change",
    [
        lambda texts: texts[::-1],
        lambda texts: texts[1:],
        lambda texts: ["first", *texts],
        lambda texts: [*texts[:6], *texts[7:]],
        lambda texts: [text.upper() for text in texts],
    ],
)
def test_positions_that_hold_other_items_are_refused(tmp_path, change):
    texts = [f"text {n}" for n in range(10)]
    store = tmp_path / "labels.db"
    nb.Session(nb.Pool(texts=texts), CLASSES, store=store).tell(range(10), "bag")
    with pytest.raises(nb.StoreError, match=r"labels of another pool, or the order.*as ids="):
        nb.Session(nb.Pool(texts=change(texts)), CLASSES, store=store)
    named = nb.Pool(texts=texts[::-1], ids=range(9, -1, -1))  # the advice
    assert nb.Session(named, CLASSES, store=store).n_labeled == 10


def test_embeddings_worked_out_again(tmp_path):
    store = tmp_path / "labels.db"
    ids = [f"item {n}" for n in range(60)]
    nb.Session(nb.Pool(embeddings=blobs(), ids=ids), CLASSES, store=store).tell(3, "bag")
    session = nb.Session(nb.Pool(embeddings=blobs() + 1e-6, ids=ids), CLASSES, store=store)
    assert known(session) == {"item 3": "bag"}
    assert not session.changes


def test_a_log_of_something_else_is_refused_with_both_described(folder, store):
    with pytest.raises(nb.StoreError) as caught:
        nb.Session(blob_pool(), CLASSES, store=store)
    assert "labels of another pool: it knows 4 items such as 'cam1/0.png'" in str(caught.value)
    assert "this pool has 60 such as '0'" in str(caught.value)
    assert "Pass the same items or ids=, or another store=." in str(caught.value)
    assert known(begun(folder, store)) == LABELS  # nothing was changed by it


def test_a_log_without_an_answer_is_tied_to_nothing(folder, tmp_path):
    begun(folder, tmp_path / "labels.db")
    assert nb.Session(blob_pool(), CLASSES, store=tmp_path / "labels.db").n_labeled == 0


def test_audit_samples_and_checks_follow_their_items(folder, tmp_path):
    """Sets of items are logged by position: the order of a folder changes with a new photo."""
    rng = np.random.default_rng(0)
    ids = [f"{n:03}" for n in range(1, 80)]
    truth = {item: CLASSES[int(item) % 3] for item in ["000", *ids]}

    def opened(ids):
        X = np.eye(3)[[int(item) % 3 for item in ids]] + rng.normal(scale=0.01, size=(len(ids), 3))
        pool = nb.Pool(embeddings=X, ids=ids)
        return nb.Session(pool, CLASSES, store=tmp_path / "a.db", learner="knn", strategy="random")

    session = opened(ids)
    session.tell([0, 1, 2], [truth[item] for item in ids[:3]])
    session.draw(10)
    rows = np.arange(20, 60)
    drawn = session.draw(
        5, rows, predicted=[truth[ids[row]] for row in rows], confidence=[0.9] * 40, name=""
    )
    for index in session.drawn.tolist():
        session.tell(index, truth[ids[index]])
    frame = session.state.draws[-1].frame
    assert session.numbering.from_text(frame).tolist() == rows.tolist()
    gone = ids[40]
    later = opened(["000", *(item for item in ids if item != gone)])
    now = [later.pool.ids[row] for row in later.numbering.from_text(frame)]
    assert now == [ids[row] for row in rows if ids[row] != gone]
    assert {ids[row] for row in drawn} - {gone} == set(later.state.draws[-1].ids)
    report = nb.audit(later)
    assert report.n_wrong == 0
    assert nb.auto_label(later, max_error=0.2) is not None


def test_numbers_of_items_last():
    pool = nb.Pool(embeddings=np.eye(3), ids=["b", "c", "d"])
    items = KnownItems(("b", "d", "x")).joined(pool)
    assert items.ids == ("b", "d", "x", "c")
    numbering = Numbering(KnownItems.from_text(items.to_text()), pool)
    text = numbering.to_text(np.array([1, 2]))
    assert numbering.from_text(text).tolist() == [1, 2]
    assert Numbering(items, nb.Pool(embeddings=np.eye(2), ids=list("dx"))).from_text(
        text
    ).tolist() == [0]
    assert numbering.whole == "4"


def test_files_that_had_numbers_in_earlier_versions(folder, tmp_path):
    paths = [folder / name for name in NAMES]
    pool = nb.Pool(paths)
    fingerprint = numbered_fingerprint(pool)
    with closing(nb.LabelStore(tmp_path / "old.db")) as store:
        store.append(nb.LabelEvent("label", ("2", "0"), ("bag", "boot")))
        store.restore_setting("pool", fingerprint)
    session = nb.Session(pool, CLASSES, store=tmp_path / "old.db")
    assert known(session) == {"cam2/0.png": "bag", "cam1/0.png": "boot"}
    session.tell(1, "shirt")
    session = nb.Session(nb.Pool(paths[::-1]), CLASSES, store=tmp_path / "old.db")
    assert known(session) == {"cam2/0.png": "bag", "cam1/0.png": "boot", "cam1/1.png": "shirt"}


def test_a_log_of_an_earlier_version_whose_folder_changed(folder, tmp_path):
    with closing(nb.LabelStore(tmp_path / "old.db")) as store:
        store.append(nb.LabelEvent("label", ("cam1/0.png", "gone.png"), ("bag", "boot")))
        store.restore_setting("pool", "a hash that says no more")
    session = begun(folder, tmp_path / "old.db")
    assert known(session) == {"cam1/0.png": "bag"}
    assert session.changes.missing == ("gone.png",)


class ChangingPool(RuleBasedStateMachine):
    """Sessions on one log; between them items come, go, change and change their order."""

    items = Bundle("items")

    @initialize(shuffle=st.randoms(use_true_random=False))
    def begin(self, shuffle):
        self.random = shuffle
        self.store = nb.LabelStore()
        self.texts = {f"item {n}": f"text {n}" for n in range(6)}
        self.labels: dict[str, str] = {}
        self.steps: list[dict[str, str | None]] = []
        self.told: dict[str, str] = {}
        self.n = 6
        self.open()

    def open(self):
        ids = list(self.texts)
        self.random.shuffle(ids)
        self.pool = nb.Pool(
            texts=[self.texts[item] for item in ids],
            embeddings=np.zeros((len(ids), 1)),
            ids=ids,
        )
        self.session = nb.Session(self.pool, CLASSES, store=self.store, learner="knn")

    @rule(n=st.integers(1, 3))
    def add(self, n):
        new = {f"item {number}": f"text {number}" for number in range(self.n, self.n + n)}
        self.n += n
        self.texts |= new
        self.open()
        assert set(self.session.changes.new) == (set(new) if self.told else set())

    @rule(data=st.data())
    def remove(self, data):
        if len(self.texts) > 2:
            self.texts.pop(data.draw(st.sampled_from(sorted(self.texts))))
            if self.labels.keys().isdisjoint(self.texts) and not self.texts.keys() & self.told:
                self.texts |= {"item 0": "text 0"}  # else nothing is left that the log knows
            self.open()

    @rule(number=st.integers(0, 20))
    def bring_back(self, number):
        if number < self.n:
            self.texts[f"item {number}"] = f"text {number}"
            self.open()

    @rule(data=st.data())
    def edit(self, data):
        self.texts[data.draw(st.sampled_from(sorted(self.texts)))] += "!"
        self.open()

    @rule(data=st.data(), label=st.sampled_from(CLASSES))
    def tell(self, data, label):
        chosen = data.draw(st.sets(st.sampled_from(sorted(self.texts)), min_size=1, max_size=3))
        self.session.tell(self.pool.indices_of(chosen), label)
        self.steps.append({item: self.labels.get(item) for item in chosen})
        self.labels |= dict.fromkeys(chosen, label)
        self.told |= {item: self.texts[item] for item in chosen}

    @rule()
    def undo(self):
        step = self.session.undo()
        if step is None:
            assert not self.steps
            return
        for item, label in self.steps.pop().items():
            if label is None:
                del self.labels[item]
            else:
                self.labels[item] = label

    @invariant()
    def labels_follow_their_ids(self):
        if not hasattr(self, "session"):
            return
        there = {item: label for item, label in self.labels.items() if item in self.texts}
        assert known(self.session) == there
        y = self.session.y
        for index, item in enumerate(self.pool.ids):
            code = y[index]
            assert (CLASSES[code] if code >= 0 else None) == there.get(item)
        assert set(self.session.state.absent) == self.labels.keys() - self.texts.keys()
        assert self.labels.keys() - self.texts.keys() <= set(self.session.changes.missing)
        assert dict(self.store.labels()[["id", "label"]].to_numpy().tolist()) == self.labels


TestChangingPool = pytest.mark.slow(ChangingPool.TestCase)  # hundreds of sessions
TestChangingPool.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
