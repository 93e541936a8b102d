"""Audits where an item may have several tags."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.quality.comparing import Comparison
from nblabel.quality.history import DrawSnapshot
from nblabel.quality.tag_audit import _of_all
from tests.samples import blobs

N = 90
NAMES = ("a", "b", "c")
GROUP = np.arange(N) % 3
TRUE = np.stack([GROUP == 0, GROUP != 1, GROUP == 2], axis=1).astype(np.int8)


def session_of(names=NAMES, **options):
    return nb.Session(nb.Pool(embeddings=blobs(N)), names, multi_label=True, **options)


def answer_drawn(session, n, truth=TRUE):
    for index in session.draw(n).tolist():
        session.tell(index, truth[index])


def test_a_share_of_the_questions_is_drawn_and_logged_before_the_answer():
    session = session_of(audit=1)
    for _ in range(6):
        (index,) = session.ask().indices.tolist()
        session.tell(index, TRUE[index])
    assert [event.kind for event in session.events()] == ["tags", "audit"] * 6
    for draw in session.state.draws[:-1]:
        (item,) = draw.asked
        assert session.state.answers[item].event.seq > draw.seq
    report = nb.audit(session)
    assert (report.n_checks, report.n_skipped) == (5, 0)
    assert not report.is_known
    assert "5 of at least 30" in str(report)
    assert "precision" not in str(report)


@pytest.mark.parametrize("repeated", [1, 3])
def test_a_tag_is_judged_like_one_label_of_yes_or_no(repeated):
    names = ("no", "yes")
    one = nb.Session(nb.Pool(embeddings=blobs(N)), names, learner="knn")
    several = session_of(learner="knn")
    rng = np.random.default_rng(0)
    truth = np.where(rng.random(TRUE.shape) < 0.2, 1 - TRUE, TRUE)
    some = rng.permutation(N)[:6]
    one.tell(some, [names[code] for code in truth[some, 0]])
    several.tell(some, truth[some])
    for _ in range(repeated):
        drawn = one.draw(10)
        assert drawn.tolist() == several.draw(10).tolist()
        one.tell(drawn, [names[code] for code in truth[drawn, 0]])
        several.tell(drawn, truth[drawn])
    expected, found = nb.audit(one).table, nb.audit(several).table.loc["a"]
    assert 0 < found["wrong"] < found["checks"] == 10 * repeated
    same = ["checks", "wrong", "skipped", "accuracy", "low", "high"]
    assert found[same].tolist() == pytest.approx(expected.loc["all", same].tolist())
    precision = found[["precision", "precision_low", "precision_high"]].tolist()
    limits = ["accuracy", "low", "high"]
    assert precision == pytest.approx(expected.loc["yes", limits].tolist(), nan_ok=True)
    share = ["share", "share_low", "share_high"]
    assert found[share].tolist() == pytest.approx(expected.loc["yes", share].tolist())


def test_recall_counts_what_the_model_missed():
    session = session_of(learner="knn")
    session.tell(range(12), TRUE[:12])
    answer_drawn(session, N)  # all are known now
    table = nb.audit(session).table
    assert (table.loc[list(NAMES), ["precision", "recall", "accuracy"]] == 1).all(axis=None)
    assert (table.loc[list(NAMES), ["recall_low", "recall_high"]] == 1).all(axis=None)
    other = session_of(learner="knn")
    other.tell(range(12), 1 - TRUE[:12])  # the model learns the opposite
    answer_drawn(other, 40)
    report = nb.audit(other)
    right = (other.predict() == TRUE).mean()
    assert report.low <= right <= report.high
    for code, name in enumerate(NAMES):
        row, predicted = report.table.loc[name], other.predict()[:, code] == 1
        both = (predicted & (TRUE[:, code] == 1)).sum()
        assert row["recall_low"] <= both / TRUE[:, code].sum() <= row["recall_high"]
        assert row["precision_low"] <= both / predicted.sum() <= row["precision_high"]


def test_an_item_counts_for_the_tags_that_were_answered():
    session = session_of()
    session.tell(range(12), TRUE[:12])
    first, second, third, *_ = session.draw(5).tolist()
    session.tell(first, TRUE[first])
    session.tell_tag(second, "a", bool(TRUE[second, 0]))
    session.skip(third)
    assert second in session.drawn  # its other tags are not answered
    table = nb.audit(session).table
    assert table.loc["a", ["checks", "skipped"]].tolist() == [2, 0]
    assert table.loc["b", ["checks", "skipped"]].tolist() == [1, 0]
    session.tell_tag(second, "b", "unsure")
    session.tell(session.drawn[-1], TRUE[session.drawn[-1]])
    table = nb.audit(session).table
    assert table.loc["a", ["checks", "skipped"]].tolist()[0] == 3
    assert table.loc["b", "skipped"] >= 1  # it was asked about, and not answered


def test_a_tag_that_came_later_is_not_judged_by_draws_before_it():
    session = session_of()
    session.tell(range(12), TRUE[:12])
    answer_drawn(session, 10)
    session.add_class("d")
    table = nb.audit(session).table
    assert table.loc["d", ["checks", "skipped"]].tolist() == [0, 0]
    assert table.loc["d", ["accuracy_low", "accuracy"][1:]].isna().all()
    assert table.loc["a", "checks"] == 10
    answer_drawn(session, 5, np.column_stack([TRUE, np.zeros(N, dtype=np.int8)]))
    table = nb.audit(session).table
    assert table.loc[["a", "d"], "checks"].tolist() == [15, 5]
    assert table.loc["mean", "checks"] == 5


def test_an_audit_goes_on_after_a_rename_an_undo_and_another_session(tmp_path):
    session = session_of(store=tmp_path / "a.db")
    session.tell(range(12), TRUE[:12])
    answer_drawn(session, 30)
    session.rename_class("a", "first")
    before = nb.audit(session)
    assert before.n_checks == 30
    assert before.is_known
    assert "first: precision" in str(before)
    session.undo()
    assert nb.audit(session).table.loc["a"].tolist() == pytest.approx(
        before.table.loc["first"].tolist()
    )
    session.merge_classes(["a", "c"], into="a")
    assert nb.audit(session).table.index.tolist() == ["mean", "a", "b"]
    session.undo()
    session.undo()  # the last answer to an item that was drawn
    assert nb.audit(session).n_checks == 29
    session.store.close()
    again = session_of(store=tmp_path / "a.db")
    assert nb.audit(again).n_checks == 29
    again.store.close()


def test_a_tag_that_nobody_has():
    session = session_of()
    truth = TRUE * np.array([1, 1, 0], dtype=np.int8)
    session.tell(range(12), truth[:12])
    answer_drawn(session, 40, truth)
    report = nb.audit(session)
    assert np.isnan(report.table.loc["c", "precision"])
    assert np.isnan(report.table.loc["c", "recall"])
    assert "c: no item is said to have it." in str(report)


def test_what_could_be_drawn_does_not_depend_on_later_classes():
    session = session_of()
    session.tell(range(12), TRUE[:12])
    for code, name in enumerate(NAMES):  # each tag by itself: the items may be drawn all the same
        session.tell_tag(range(20, 50), name, TRUE[20:50, code].astype(bool))
    answer_drawn(session, 40)
    session.add_class("d")
    answer_drawn(session, 10, np.column_stack([TRUE, np.zeros(N, dtype=np.int8)]))
    assert any(20 <= int(item) < 50 for draw in session.state.draws for item in draw.asked)
    report = nb.audit(session)
    assert report.table.loc["a", "checks"] >= 40
    assert report.low <= (session.predict()[:, :3] == TRUE).mean() <= report.high


@pytest.mark.slow  # 200 draws
def test_the_intervals_of_all_pairs_hold_where_tags_are_wrong_together():
    rng = np.random.default_rng(0)
    n, n_tags, held = 400, 4, []
    for _ in range(200):
        wrong = np.repeat(rng.random((n, 1)) < 0.1, n_tags, axis=1)  # all tags of an item, or none
        rows = rng.permutation(n)[:60]
        y = np.full((n, n_tags), -1)
        y[rows] = 0
        now = np.where(y >= 0, y, wrong).astype(np.intp)
        each = [
            Comparison.of([snapshot_of(rows, wrong[:, code])], y[:, code], now[:, code], 2)
            for code in range(n_tags)
        ]
        found = _of_all(each, 0.9)
        right = (now == 0).mean()
        held.append(found["low"] <= right <= found["high"])
        alone = _of_all(each[:1], 0.9)  # the tags tell no more than one of them
        assert found["high"] - found["low"] == pytest.approx(alone["high"] - alone["low"], abs=0.01)
    assert np.mean(held) >= 0.9


def snapshot_of(rows, labels):
    n = len(labels)
    free = np.packbits(np.ones(n, dtype=bool))
    return DrawSnapshot(rows, np.ones(len(rows)), 1.0, free, labels.astype(np.uint16))
