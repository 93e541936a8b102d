"""Classes that change: renamed, merged, deleted, put in order, described; and undo of all of it."""

import time

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

import nblabel as nb
from nblabel.log import frames
from nblabel.log.listed import ClassDetails
from tests.samples import blobs

N = 12
POOL = nb.Pool(embeddings=blobs(N))


def session_of(classes=("a", "b", "c"), **options):
    return nb.Session(POOL, classes, **{"learner": "knn", "strategy": "random", **options})


def known(session):
    return dict(zip(session.labels()["id"].astype(int), session.labels()["label"], strict=True))


def seen(session):
    """Return all that a session shows of its classes and labels."""
    return (
        session.classes,
        session.class_details,
        session.y.tolist(),
        session.status.tolist(),
        {item: answer.label for item, answer in session.state.answers.items()},
        session.state.renamed,
        session.retired,
        session.splits,
    )


# merging


def test_a_merge_keeps_every_label_and_undo_takes_it_apart(tmp_path):
    session = session_of(["tulip", "rose", "Tulp"], store=tmp_path / "a.db", annotator="ann")
    session.tell(range(6), ["tulip", "rose", "Tulp"] * 2)
    before = seen(session)
    event = session.merge_classes(["tulip", "Tulp "], into="tulip", uid="m")
    assert event.change == {"classes": ["Tulp"], "into": "tulip"}
    assert session.merge_classes(["tulip", "Tulp"], into="tulip", uid="m") == event  # sent twice
    assert session.classes == ("tulip", "rose")
    assert session.y[:6].tolist() == [0, 1, 0, 0, 1, 0]
    assert set(known(session).values()) == {"tulip", "rose"}
    assert session.predict_proba().shape == (N, 2)
    session.tell(7, "Tulp")  # what it was called still means it
    assert known(session)[7] == "tulip"
    for classes in (["tulip", "rose"], ["tulip", "rose", "Tulp"]):
        assert seen(session_of(classes, store=tmp_path / "a.db"))[:5] == seen(session)[:5]
    session.undo()
    session.undo()
    assert seen(session) == before
    session.redo()
    assert session.classes == ("tulip", "rose")


def test_classes_become_one_of_a_new_name_in_the_place_of_the_first():
    session = session_of(["a", "b", "c", "d"])
    session.tell([0, 1, 2, 3], ["a", "b", "c", "d"])
    session.merge_classes(["c", "b"], into="e")
    assert (session.classes, session.y[:4].tolist()) == (("a", "e", "d"), [0, 1, 1, 2])
    session.undo()
    assert (session.classes, session.y[:4].tolist()) == (("a", "b", "c", "d"), [0, 1, 2, 3])


def test_labels_given_after_a_merge_stay_with_the_class_when_it_is_undone(tmp_path):
    ann = session_of(store=tmp_path / "a.db", annotator="ann")
    bob = session_of(store=tmp_path / "a.db", annotator="bob")
    ann.tell([0, 1], ["a", "b"])
    ann.merge_classes(["a"], into="b")
    bob.tell(2, "b")
    ann.undo()
    bob.refresh()
    assert known(ann) == known(bob) == {0: "a", 1: "b", 2: "b"}
    ann.merge_classes(["a", "b"], into="new")
    bob.tell(3, "new")
    ann.undo()  # what bob answered is no less there
    assert ann.classes == ("a", "b", "c", "new")
    assert known(session_of(store=tmp_path / "a.db")) == {0: "a", 1: "b", 2: "b", 3: "new"}


@pytest.mark.parametrize(
    ("names", "into", "message"),
    [
        (["a", "x"], "b", "'x' is not a class"),
        (["a", "a"], "b", "names holds the class 'a' twice"),
        ("ab", "b", r"names is 'ab'; pass a list of names"),
        (["b"], "b", "names holds no class but 'b'"),
        ([], "b", "names holds no class but 'b'"),
        (["a", "b", "c"], "b", "only 'b' would be left after merging"),
        (["a", "b", "c"], "x", "only 'x' would be left after merging"),
        (["a", "b"], "C ", "'C' and the class 'c' differ only in case"),
        (["a", "b"], "", "is empty"),
    ],
)
def test_merges_that_are_refused(names, into, message):
    session = session_of()
    with pytest.raises(ValueError, match=message):
        session.merge_classes(names, into=into)
    assert session.store.read() == []


def test_a_change_reads_one_event_and_rewrites_no_label(monkeypatch):
    session = session_of()
    session.tell(range(9), ["a", "b", "c"] * 3)
    read, answers = [], dict(session.state.answers)
    whole = session.store.read
    monkeypatch.setattr(session.store, "read", lambda after=0: read.append(after) or whole(after))
    seq = session.seq
    session.rename_class("a", "x")
    session.merge_classes(["b"], into="c")
    assert all(after >= seq for after in read)
    assert all(session.state.answers[item] is answer for item, answer in answers.items())
    assert session.y[:3].tolist() == [0, 1, 1]


@pytest.mark.slow  # 50,000 labels are written first
def test_a_change_of_a_class_with_fifty_thousand_labels_takes_no_half_second():
    pool = nb.Pool(embeddings=blobs(50_000, dim=2))
    session = nb.Session(pool, ["a", "b", "c"], learner="knn", strategy="random", build_graph=False)
    session.tell(range(50_000), "a")
    for change in (
        lambda: session.rename_class("a", "x"),
        lambda: session.merge_classes(["x"], into="b"),
        session.undo,
        lambda: session.order_classes(["c"]),
        lambda: session.delete_class("x", reassign="b"),
        session.undo,
        lambda: session.retire_class("x"),
        session.undo,
        lambda: session.split_class("x", ["d", "e"]),
        session.undo,
    ):
        begin = time.process_time()
        change()
        assert time.process_time() - begin < 0.5
    assert (session.classes, session.labels()["label"].unique().tolist()) == (
        ("c", "x", "b"),
        ["x"],
    )


# renaming, and who labels meanwhile


def test_labels_given_under_a_name_that_is_taken_back_are_of_the_class(tmp_path):
    ann = session_of(store=tmp_path / "a.db", annotator="ann")
    bob = session_of(store=tmp_path / "a.db", annotator="bob")
    ann.tell(0, "a")
    ann.rename_class("a", "x")
    bob.tell(1, "x")
    ann.undo()
    bob.refresh()
    assert known(ann) == known(bob) == {0: "a", 1: "a"}
    assert seen(session_of(store=tmp_path / "a.db"))[2] == ann.y.tolist()
    with pytest.raises(ValueError, match="'x' was the name of 'a' for a while"):
        ann.add_class("x")
    bob.rename_class("a", "x")  # that class may have it again
    assert known(bob) == {0: "x", 1: "x"}


def test_a_name_that_nobody_used_is_free_after_undo():
    session = session_of()
    session.tell([0, 1], ["a", "b"])
    session.rename_class("a", "x")  # the wrong one
    session.undo()
    with pytest.raises(ValueError, match="'x' is not a class"):
        session.tell(2, "x")
    session.rename_class("b", "x")
    assert (session.classes, known(session)) == (("a", "x", "c"), {0: "a", 1: "x"})
    session.undo()
    session.add_class("x")
    session.tell(2, "x")
    assert known(session) == {0: "a", 1: "b", 2: "x"}


def test_a_renaming_of_a_renamed_class_stays_when_the_first_is_undone(tmp_path):
    ann = session_of(store=tmp_path / "a.db", annotator="ann")
    bob = session_of(store=tmp_path / "a.db", annotator="bob")
    ann.rename_class("a", "x")
    bob.rename_class("x", "y")
    bob.tell(0, "y")
    ann.undo()
    assert (ann.classes, known(ann)) == (("y", "b", "c"), {0: "y"})
    assert ann.class_of("a") == "y"


def test_a_renaming_of_an_earlier_version_that_made_two_one():
    session = session_of()
    session.tell([0, 1], ["a", "b"])
    session.store.append(nb.log.events.LabelEvent("rename_class", frame='["a", "b"]'))
    session.refresh()
    assert (session.classes, known(session)) == (("b", "c"), {0: "b", 1: "b"})
    session.undo()
    assert (session.classes, known(session)) == (("a", "b", "c"), {0: "a", 1: "b"})


def test_what_was_learned_before_a_change_is_dropped():
    session = session_of()
    session.tell([0, 1, 2], ["a", "b", "c"])
    for change in (
        lambda: session.rename_class("a", "x"),
        lambda: session.merge_classes(["b"], into="x"),
        session.undo,
        lambda: session.order_classes(["c"]),
        lambda: session.add_class("d"),
        lambda: session.delete_class("d"),
    ):
        running = session.engine.refit(session.snapshot(), 1)
        change()
        assert not session.apply(running)
        fresh = session.engine.refit(session.snapshot(), 1)
        assert fresh.proba.shape == (N, len(session.classes))
        assert session.apply(fresh)


def test_a_search_for_more_of_a_class_follows_it():
    session = session_of(strategy=nb.strategies.Find("b"))
    session.tell([0, 1, 2], ["a", "b", "c"])
    session.rename_class("b", "x")
    assert session.ask().reasons[0].text
    assert session.strategy.target == "x"
    session.merge_classes(["x"], into="a")
    session.ask()
    assert session.strategy.target == "a"
    session.undo()
    session.undo()
    session.ask()


# deleting


def test_a_class_without_labels_is_deleted_and_stays_so(tmp_path):
    session = session_of(store=tmp_path / "a.db")
    session.tell([0, 1], ["a", "c"])
    session.delete_class("b")
    assert (session.classes, session.y[:2].tolist()) == (("a", "c"), [0, 1])
    assert session_of(store=tmp_path / "a.db").classes == ("a", "c")
    with pytest.raises(ValueError, match="'b' is not a class"):
        session.tell(2, "b")
    session.undo()
    assert (session.classes, session.y[:2].tolist()) == (("a", "b", "c"), [0, 2])
    session.redo()
    session.add_class("b")
    assert session.classes == ("a", "c", "b")


def test_labels_of_a_deleted_class_go_where_they_are_sent():
    session = session_of()
    session.tell([0, 1, 2], ["a", "b", "c"])
    with pytest.raises(ValueError, match=r"'b' has 1 labels.*delete_class\('b', reassign=...\)"):
        session.delete_class("b")
    with pytest.raises(ValueError, match="reassign is 'b' itself"):
        session.delete_class("b", reassign="b")
    event = session.delete_class("b", reassign="c")
    assert event.change == {"class": "b", "into": "c"}
    assert (session.classes, known(session)) == (("a", "c"), {0: "a", 1: "c", 2: "c"})
    with pytest.raises(ValueError, match="only 'a' would be left after deleting 'c'"):
        session.delete_class("c", reassign="a")
    session.undo()
    assert (session.classes, known(session)) == (("a", "b", "c"), {0: "a", 1: "b", 2: "c"})


def test_a_label_that_comes_after_the_deletion_brings_the_class_back(tmp_path):
    ann = session_of(store=tmp_path / "a.db", annotator="ann")
    bob = session_of(store=tmp_path / "a.db", annotator="bob")
    ann.delete_class("b")
    bob.tell(0, "b")  # it has not heard of it
    ann.refresh()
    assert ann.classes == bob.classes == ("a", "b", "c")
    assert known(ann) == {0: "b"}
    bob.undo()
    ann.refresh()
    assert ann.classes == ("a", "c")


# order


def test_the_order_is_that_of_buttons_numbers_and_probabilities(tmp_path):
    session = session_of(store=tmp_path / "a.db")
    session.tell([0, 1, 2], ["a", "b", "c"])
    before = session.predict_proba()
    session.order_classes(["c", "a"])
    assert (session.classes, session.y[:3].tolist()) == (("c", "a", "b"), [1, 2, 0])
    assert np.allclose(session.predict_proba(), before[:, [2, 0, 1]])
    assert session_of(store=tmp_path / "a.db").classes == ("c", "a", "b")
    session.add_class("d")
    session.rename_class("a", "x")
    assert session.classes == ("c", "x", "b", "d")
    for _ in range(3):
        session.undo()
    assert session.classes == ("a", "b", "c")
    assert np.allclose(session.predict_proba(), before)
    with pytest.raises(ValueError, match="twice"):
        session.order_classes(["a", "a"])
    with pytest.raises(ValueError, match="is a set, which has no order"):
        session.order_classes({"a", "b"})


# descriptions, colours, keys, aliases


def test_a_description_follows_the_class_and_undo_restores_the_one_before(tmp_path):
    session = session_of(store=tmp_path / "a.db")
    assert session.class_details == {}
    session.describe_class("a", description=" All \0 of them ", color="#0072B2", key="x")
    first = ClassDetails("All \0 of them", "#0072b2", "x")
    assert session.class_details == {"a": first}
    session.describe_class("a", aliases=["Aa", "a", "", "Aa"], key="")
    second = ClassDetails("All \0 of them", "#0072b2", "", ("Aa",))
    session.rename_class("a", "d")
    assert session.class_details == {"d": second}
    assert session_of(store=tmp_path / "a.db").class_details == {"d": second}
    session.merge_classes(["b"], into="d")
    assert session.class_details == {"d": second}
    for _ in range(3):
        session.undo()
    assert session.class_details == {"a": first}
    session.undo()
    assert session.class_details == {}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "nothing is said; pass description="),
        ({"color": "red"}, "color is 'red'; pass one such as '#0072b2'"),
        ({"key": "ab"}, "'a' cannot have the key 'ab'; choose a single character"),
        ({"key": "s"}, "the key 's', which is a command of the panel"),
        ({"key": "x"}, "'b' has the key 'x'; choose another one"),
        ({"description": "x" * 2_001}, "description has 2,001 characters"),
        ({"aliases": "Aa"}, "aliases is 'Aa'; pass a list of names"),
        ({"aliases": ["B "]}, "'B' and the class 'b' differ only in case"),
        ({"aliases": ["bee"]}, "'bee' is an alias of 'b'"),
        ({"aliases": ["old"]}, "the alias 'old' is the former name of 'b'"),
    ],
)
def test_descriptions_that_are_refused(said, message):
    session = session_of(["a", "old", "c"])
    session.rename_class("old", "b")
    session.describe_class("b", key="x", aliases=["Bee"])
    n = len(session.store.read())
    with pytest.raises(ValueError, match=message):
        session.describe_class("a", **said)
    with pytest.raises(ValueError, match="'bee' is an alias of 'b'"):
        session.add_class("bee")
    assert len(session.store.read()) == n


def test_a_deleted_class_leaves_its_key_and_aliases_to_others():
    session = session_of()
    session.describe_class("a", key="x", aliases=["Aa"])
    session.delete_class("a")
    assert session.class_details == {}
    with pytest.raises(ValueError, match="'Aa' is not a class"):
        session.tell(0, "Aa")
    session.describe_class("b", key="x", aliases=["aa"])
    session.tell(0, "aa")
    assert known(session) == {0: "b"}


def test_files_with_old_names_and_aliases_are_imported():
    session = session_of(["tulip", "rose", "other"])
    session.describe_class("rose", aliases=["Rosa", "R-17"])
    session.rename_class("tulip", "Tulipa")
    session.merge_classes(["other"], into="rose")
    table = pd.DataFrame({"id": range(5), "label": ["tulip", "Tulipa", "Rosa", "R-17", "other"]})
    report = session.import_labels(table)
    assert (report.n_imported, report.unknown_classes) == (5, {})
    assert list(known(session).values()) == ["Tulipa", "Tulipa", "rose", "rose", "rose"]
    session.add_class("third")
    session.merge_classes(["rose"], into="third")
    session.tell(5, "Rosa")  # an alias goes along
    assert known(session)[5] == "third"


# what else looks at classes


def test_the_table_without_a_pool_says_the_same(tmp_path):
    session = session_of(store=tmp_path / "a.db")
    session.tell(range(6), ["a", "b", "c"] * 2)
    session.rename_class("a", "x")
    session.merge_classes(["b"], into="x")
    session.order_classes(["c"])
    assert session.store.labels()["label"].tolist() == session.labels()["label"].tolist()
    assert session.store.check_integrity().is_whole
    session.export(tmp_path / "out.csv")
    assert pd.read_csv(tmp_path / "out.csv")["label"].tolist() == ["x", "x", "c"] * 2


def test_an_audit_after_a_merge_counts_its_classes_as_one():
    pool = nb.Pool(embeddings=blobs(60))
    session = nb.Session(pool, ["a", "b", "c"], learner="knn", strategy="random", audit=0.5)
    for index in session.unanswered.tolist()[:40]:
        session.tell(index, "abc"[index % 3])
    before = nb.audit(session)
    session.order_classes(["c", "b"])
    assert nb.audit(session).n_checks == before.n_checks
    session.merge_classes(["a", "b"], into="ab")
    after = nb.audit(session)
    assert after.n_checks == before.n_checks
    assert after.table.index.tolist()[1:] == list(session.classes) == ["c", "ab"]
    session.undo()
    session.undo()
    again = nb.audit(session)
    assert (again.accuracy, again.low, again.high) == (before.accuracy, before.low, before.high)


def test_checks_of_an_error_guarantee_follow_a_merge_and_come_back():
    pool = nb.Pool(embeddings=blobs(60))
    session = nb.Session(pool, ["a", "b", "c"], learner="knn", strategy="random")
    session.tell(range(12), [*"abc"] * 4)
    among = session.unanswered[:20]
    session.draw(3, among, predicted=["b"] * 20, confidence=[0.5] * 20, name="b")
    (before,) = session.state.draws
    session.merge_classes(["b"], into="c")
    (draw,) = session.state.draws
    assert (frames.name_of(draw.frame), set(draw.labels)) == ("c", {"c"})
    assert frames.from_text(draw.frame, 60).tolist() == among.tolist()
    session.undo()
    assert session.state.draws == [before]


@pytest.mark.slow  # an error guarantee for 1,797 items
def test_a_report_from_before_a_change_accepts_nothing():
    data = nb.datasets.load_digits()
    session = nb.Session(data.images, data.classes, learner="knn")
    session.tell(range(100), [data.classes[code] for code in data.labels[:100]])
    report = nb.auto_label(session)
    session.order_classes(data.classes[::-1])
    with pytest.raises(ValueError, match="labels have changed since"):
        report.draw_checks(5)


def test_agreement_is_of_the_present_classes():
    pool = nb.Pool(embeddings=blobs(60))
    session = nb.Session(pool, ["a", "b", "c"], learner="knn", strategy="random", repeats=1.0)
    for index in range(30):
        session.tell(index, "a")
        for again in session.repeated.tolist():
            session.tell(again, "b")
    assert nb.self_agreement(session).n_same == 0
    session.merge_classes(["b"], into="a")
    assert nb.self_agreement(session).agreement == 1


@pytest.mark.parametrize("how", ["array", "table", "names", "function"])
def test_a_prior_keeps_its_classes(tmp_path, how):
    truth = np.arange(N) % 3
    proba = np.full((N, 3), 0.1)
    proba[np.arange(N), truth] = 0.8
    prior = {
        "array": proba,
        "table": pd.DataFrame(proba, columns=["a", "b", "c"]),
        "names": pd.Series(["a", "b", "c"] * 4),
        "function": lambda items: proba[: len(items)],
    }[how]
    pool = nb.Pool(texts=[f"text {n}" for n in range(N)], embeddings=blobs(N))

    def opened():
        return nb.Session(
            pool, ["a", "b", "c"], learner="knn", store=tmp_path / "a.db", prior=prior
        )

    session = opened()
    assert session.predict().tolist() == ["a", "b", "c"] * 4
    session.order_classes(["c", "b"])
    assert session.predict().tolist() == opened().predict().tolist() == ["a", "b", "c"] * 4
    session.merge_classes(["a"], into="b")
    session.add_class("d")
    assert session.classes == ("c", "b", "d")
    assert session.predict().tolist() == opened().predict().tolist() == ["b", "b", "c"] * 4
    assert np.allclose(session.predict_proba(), opened().predict_proba(), atol=1e-6)
    assert session.replica().predict().tolist() == ["b", "b", "c"] * 4
    session.undo()
    session.undo()
    session.delete_class("a")
    assert set(session.predict()[1::3]) == {"b"}
    assert np.allclose(session.predict_proba(), opened().predict_proba(), atol=1e-6)
    session.undo()
    session.undo()
    assert session.predict().tolist() == ["a", "b", "c"] * 4


# undo restores everything


names = st.sampled_from(["a", "b", "c", "x", "y"])
steps = st.one_of(
    st.tuples(st.just("tell"), st.integers(0, N - 1), names),
    st.tuples(st.just("rename_class"), names, names),
    st.tuples(st.just("merge_classes"), st.lists(names, min_size=1, max_size=3), names),
    st.tuples(st.just("delete_class"), names, st.none() | names),
    st.tuples(st.just("order_classes"), st.lists(names, min_size=1, max_size=3)),
    st.tuples(st.just("describe_class"), names, st.sampled_from(["", "k", "z"])),
    st.tuples(st.just("add_class"), names),
    st.tuples(st.just("retire_class"), names),
    st.tuples(st.just("restore_class"), names),
    st.tuples(st.just("split_class"), names, st.lists(names, min_size=1, max_size=2)),
)


def take(session, step):
    """Take a step; return whether it was one."""
    kind, *rest = step
    try:
        if kind == "merge_classes":
            session.merge_classes(rest[0], into=rest[1])
        elif kind == "delete_class":
            session.delete_class(rest[0], reassign=rest[1])
        elif kind == "describe_class":
            session.describe_class(rest[0], description="of it", key=rest[1], aliases=["also"])
        else:
            getattr(session, kind)(*rest)
    except ValueError:
        return False
    return True


@pytest.mark.slow  # hundreds of logs
@hypothesis.given(st.lists(steps, max_size=10))
def test_undo_restores_everything_and_redo_does_it_again(todo):
    session = session_of(annotator="ann")
    states = [seen(session)]
    states += [seen(session) for step in todo if take(session, step)]
    for before in states[-2::-1]:
        session.undo()
        assert seen(session) == before
    for after in states[1:]:
        session.redo()
        assert seen(session) == after
    fresh = session_of(store=session.store)
    assert seen(fresh) == seen(session)
    assert len(set(session.classes)) == len(session.classes) >= 2


def test_two_classes_are_left_whatever_is_undone_and_done_again(tmp_path):
    ann = session_of(store=tmp_path / "a.db", annotator="ann")
    bob = session_of(store=tmp_path / "a.db", annotator="bob")
    ann.add_class("d")
    bob.delete_class("a")
    bob.delete_class("b")
    ann.undo()
    assert len(ann.classes) == 2
    ann.redo()
    assert ann.classes == ("c", "d")
    for _ in range(2):
        bob.undo()
    ann.undo()
    ann.merge_classes(["a"], into="b")
    ann.undo()
    bob.merge_classes(["c"], into="a")
    ann.redo()  # with that, all that there were are one
    for session in (ann, bob, session_of(store=tmp_path / "a.db")):
        session.refresh()
        assert session.classes == ("b", "d")
        session.tell([0, 1], ["c", "b"])
        assert session.predict_proba().shape == (N, 2)


# retiring


def test_a_retired_class_keeps_its_labels_and_is_neither_learned_nor_predicted(tmp_path):
    pool = nb.Pool(embeddings=blobs(60))
    session = nb.Session(
        pool, ["a", "b", "c"], learner="knn", strategy="random", store=tmp_path / "a.db"
    )
    session.tell(range(30), ["a", "b", "c"] * 10)
    assert set(session.predict()) == {"a", "b", "c"}
    event = session.retire_class("b ")
    assert event.change == {"class": "b"}
    assert (session.retired, session.classes) == (("b",), ("a", "b", "c"))
    proba = session.predict_proba()
    assert (proba[:, 1] == 0).all()
    assert np.allclose(proba.sum(axis=1), 1)
    assert (session.predict_proba(pool.embeddings[:5])[:, 1] == 0).all()
    assert session.predict()[:3].tolist() == ["a", "b", "c"]  # labels stay
    assert "b" not in session.predict()[30:]
    assert (session.snapshot().y[1:30:3] == -1).all()
    session.export(tmp_path / "out.csv")
    assert (pd.read_csv(tmp_path / "out.csv")["label"] == "b").sum() == 10
    with pytest.raises(ValueError, match=r"'b' is retired.*restore_class\('b'\)"):
        session.tell(40, "b")
    session.tell(1, "b")  # it may keep the label that it has
    assert 1 not in nb.find_label_issues(session).indices
    again = nb.Session(pool, ["a", "b", "c"], learner="knn", store=tmp_path / "a.db")
    assert again.retired == ("b",)
    assert again.replica().retired == ("b",)
    session.undo()
    session.undo()
    assert session.retired == ()
    assert (session.predict_proba()[:, 1] > 0).any()
    session.redo()
    session.restore_class("b")
    session.tell(40, "b")
    assert (session.retired, known(session)[40]) == ((), "b")


def test_no_retiring_that_leaves_nothing_to_choose_from():
    session = session_of()
    with pytest.raises(ValueError, match="'a' is not retired"):
        session.restore_class("a")
    session.retire_class("a", uid="r")
    assert session.retire_class("a", uid="r").uid == "r"  # sent twice
    with pytest.raises(ValueError, match="'a' is retired already"):
        session.retire_class("a")
    with pytest.raises(ValueError, match=r"'a' is retired; restore_class\('a'\) brings it back"):
        session.add_class("a ")
    for step in (
        lambda: session.retire_class("b"),
        lambda: session.delete_class("b"),
        lambda: session.merge_classes(["b"], into="c"),
    ):
        with pytest.raises(ValueError, match="only 'c' would be left"):
            step()
    session.tell(0, "c")
    with pytest.raises(ValueError, match="only 'b' would be left after merging"):
        session.merge_classes(["c"], into="a")


def test_a_label_given_before_the_retirement_was_heard_of_counts(tmp_path):
    ann = session_of(store=tmp_path / "a.db", annotator="ann")
    bob = session_of(store=tmp_path / "a.db", annotator="bob")
    ann.retire_class("a")
    bob.tell(0, "a")
    ann.refresh()
    assert (known(ann), ann.retired, bob.retired) == ({0: "a"}, ("a",), ("a",))
    table = pd.DataFrame({"id": [1], "label": ["a"]})
    assert ann.import_labels(table).n_imported == 1  # what exists already may come in


def test_two_classes_are_offered_whatever_others_undo(tmp_path):
    ann = session_of(store=tmp_path / "a.db", annotator="ann")
    bob = session_of(store=tmp_path / "a.db", annotator="bob")
    ann.add_class("d")
    bob.retire_class("a")
    bob.retire_class("b")
    assert bob.retired == ("a", "b")
    ann.undo()
    assert (ann.classes, ann.retired) == (("a", "b", "c"), ("b",))
    ann.tell(0, "a")
    ann.redo()
    assert session_of(store=tmp_path / "a.db").retired == ann.retired


def test_accepted_labels_of_a_retired_class_are_not_stale():
    pool = nb.Pool(embeddings=blobs(60))
    session = nb.Session(pool, ["a", "b", "c"], learner="knn", strategy="random")
    session.tell(range(30), ["a", "b", "c"] * 10)
    session.accept(range(30, 60))
    session.retire_class("b")
    assert len(nb.find_stale_labels(session).indices) == 0


# splitting


def test_a_class_is_split_at_once_in_one_step(tmp_path):
    session = session_of(store=tmp_path / "a.db")
    session.tell(range(9), ["a", "b", "c"] * 3)
    before = seen(session)
    event = session.split_class("b", {"b1": [1], "b2": np.array([4])}, uid="s")
    assert (event.kind, event.change) == ("label", {"class": "b", "into": ["b1", "b2"]})
    assert session.split_class("b", {"b1": [1], "b2": [4]}, uid="s") == event
    assert session.classes == ("a", "b", "c", "b1", "b2")
    assert [known(session)[item] for item in (1, 4, 7)] == ["b1", "b2", "b"]
    assert session.splits == {}
    assert seen(session_of(store=tmp_path / "a.db")) == seen(session)
    assert session.store.check_integrity().is_whole
    session.undo()
    assert seen(session) == before
    session.redo()
    session.rename_class("b1", "first")
    assert (session.classes[3], known(session)[1]) == ("first", "first")


def test_a_split_that_is_half_done_goes_on_after_a_restart(tmp_path):
    ann = session_of(store=tmp_path / "a.db", annotator="ann")
    ann.tell(range(9), ["a", "b", "c"] * 3)
    ann.split_class("b", ["b1", "b2", "a"])
    assert ann.classes == ("a", "b", "c", "b1", "b2")
    assert known(ann)[1] == "b"  # until it is sorted
    assert (ann.splits, ann.unsorted("b").tolist()) == ({"b": ("b1", "b2", "a")}, [1, 4, 7])
    ann.tell(4, "b1")
    bob = session_of(store=tmp_path / "a.db", annotator="bob")
    assert bob.unsorted("b").tolist() == [1, 7]
    bob.tell(7, "b")  # it stays
    bob.rename_class("b2", "second")
    ann.refresh()
    assert (ann.splits, ann.unsorted("b").tolist()) == ({"b": ("b1", "second", "a")}, [1])
    ann.undo()  # the one that was sorted
    assert ann.unsorted("b").tolist() == [1, 4]
    ann.undo()
    assert (ann.splits, ann.classes) == ({}, ("a", "b", "c"))
    ann.redo()
    ann.tell([1, 4], ["b1", "second"])
    assert ann.splits == {}
    assert ann.unsorted("a").tolist() == []


@pytest.mark.parametrize(
    ("into", "message"),
    [
        ({"x": [0]}, "item '0' is not of the class 'b'"),
        ({"x": [1], "y": [1]}, "item '1' is in 'x' and in 'y'"),
        ({"x": []}, "into holds no items"),
        ({"B ": [1]}, "'B' and the class 'b' differ only in case"),
        (["x", "X"], "'X' and the class 'x' differ only in case"),
        (["x", "x"], "into holds 'x' twice|there twice"),
        (["b"], "into holds no class but 'b'"),
        ([], "into holds no class but 'b'"),
        ("xy", "into is 'xy'; pass a list of names"),
        (["c", "x"], "'c' is retired; bring it back first"),
    ],
)
def test_splits_that_are_refused(into, message):
    session = session_of(["a", "b", "c", "d"])
    session.tell(range(4), ["a", "b", "a", "b"])
    session.retire_class("c")
    n = len(session.store.read())
    with pytest.raises(ValueError, match=message):
        session.split_class("b", into)
    with pytest.raises(ValueError, match="'d' has no labels"):
        session.split_class("d", ["x"])
    assert len(session.store.read()) == n


# examples


def test_examples_of_a_class_are_items_of_the_pool():
    session = session_of()
    session.describe_class("a", examples=["3", 4, "3"])
    assert session.class_details == {"a": ClassDetails(examples=("3", "4"))}
    with pytest.raises(ValueError, match="examples holds 4 ids; pass 3 at most"):
        session.describe_class("a", examples=range(4))
    with pytest.raises(ValueError, match="'99', which is the id of no item"):
        session.describe_class("a", examples=["99"])
    session.describe_class("a", examples=[])
    assert session.class_details == {}
    session.undo()
    assert session.class_details["a"].examples == ("3", "4")


def test_a_retired_class_whose_labels_were_all_given_at_once_leaves_nothing_to_learn():
    session = session_of()
    session.tell([0, 1, 2], "b")
    session.retire_class("b")
    proba = session.predict_proba()
    assert np.allclose(proba, [[0.5, 0, 0.5]])
    assert len(session.ask(3)) == 3
