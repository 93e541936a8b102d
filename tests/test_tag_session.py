"""A session whose items may have several tags."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import nblabel as nb
from nblabel.log.coding import STATUSES
from tests.samples import blobs

N = 60
NAMES = ("a", "b", "c")
GROUP = np.arange(N) % 3
TRUE = np.stack([GROUP == 0, GROUP != 1, GROUP == 2], axis=1).astype(np.int8)


def pool_of(n=N):
    return nb.Pool(embeddings=blobs(n))


def session_of(**options):
    return nb.Session(pool_of(), NAMES, multi_label=True, **options)


def answered(n=12, **options):
    session = session_of(**options)
    session.tell(range(n), TRUE[:n])
    return session


def test_from_answers_to_predictions():
    session = session_of()
    assert repr(session).startswith("Session(60 items, 3 tags, 0 labeled")
    assert (session.predict_proba() == 0.5).all()
    for _ in range(12):
        (index,) = session.ask().indices
        session.tell(
            int(index), [name for name, yes in zip(NAMES, TRUE[index], strict=True) if yes]
        )
    assert session.n_labeled == 12
    assert session.y.shape == (N, 3)
    proba = session.predict_proba()
    assert proba.shape == (N, 3)
    predicted = session.predict()
    assert predicted.dtype == np.int8
    assert (predicted == TRUE).mean() > 0.95
    assert session.predict_proba(blobs(N)[:2]).shape == (2, 3)


def test_an_answer_goes_before_a_prediction():
    session = answered(30)
    wrong = 1 - TRUE[40]
    session.tell(40, wrong)
    assert (session.predict()[40] == wrong).all()
    session.undo()
    assert (session.predict()[40] == TRUE[40]).all()


def test_a_session_opened_again(tmp_path):
    session = answered(store=tmp_path / "a.db")
    session.tell_tag([20, 21], "b", [True, "unsure"])
    asked = session.ask(5).indices.tolist()
    session.store.close()
    again = session_of(store=tmp_path / "a.db")
    assert (again.y == session.y).all()
    assert again.ask(5).indices.tolist() == asked
    again.store.close()


def test_classes_that_change_are_followed():
    session = answered()
    assert session.predict_proba().shape == (N, 3)
    session.add_class("d")
    assert session.predict_proba().shape == (N, 4)
    session.merge_classes(["a", "c"], into="a")
    assert session.classes == ("a", "b", "d")
    predicted = session.predict()
    assert ((predicted[:, 0] == 1) == (GROUP != 1)).mean() > 0.95
    session.undo()
    session.undo()
    assert (session.predict() == TRUE).mean() > 0.95


def test_a_merge_is_taken_back_where_there_are_notes():
    session = answered()
    session.note(0, "unclear")
    session.merge_classes(["a", "c"], into="a")
    session.undo()
    assert session.classes == NAMES
    assert (session.y[:12] == TRUE[:12]).all()


def test_questions_without_embeddings_yet():
    session = nb.Session(nb.Pool(images()), NAMES, multi_label=True, embed=False)
    session.tell([0, 1], [["a"], ["a", "b"]])
    assert session.predict_proba()[5].tolist() == pytest.approx([0.75, 0.5, 0.25])
    assert len(session.ask(4)) == 4
    embedded = np.arange(60) < 40
    session.set_embeddings(blobs(60), embedded=embedded)
    proba = session.predict_proba()
    assert ((proba >= 0) & (proba <= 1)).all()
    assert (proba[~embedded] == proba[59]).all()
    assert set(session.ask(3).indices) <= set(range(40))
    session.set_embeddings(blobs(60))
    assert len(session.ask(58)) == 58


def images():
    return np.random.default_rng(0).integers(0, 255, (60, 6, 6), dtype=np.uint8)


def test_a_classifier_for_each_tag():
    session = answered(learner=LogisticRegression(), strategy="margin")
    assert (session.predict() == TRUE).mean() > 0.95
    assert len(session.ask(3)) == 3


def test_one_tag_at_a_time():
    session = answered(12)
    session.flag(20)
    session.tell_tag(21, "a", "unsure")
    query = session.ask_tag("a", 10)
    assert (TRUE[query.indices, 0] == 1).all()
    assert not {*query.indices} & {*range(12), 20, 21}
    assert (np.diff(query.scores) <= 0).all()
    session.tell_tag(query.indices, "a", True)
    assert not {*query.indices} & {*session.ask_tag("a", N).indices}
    assert len(session.ask_tag("a", N)) == N - 12 - 2 - 10
    assert len(session.ask_tag("b", N)) == N - 12 - 1
    with pytest.raises(ValueError, match="is not a class"):
        session.ask_tag("z")
    with pytest.raises(ValueError, match="at least one"):
        session.ask_tag("a", 0)
    with pytest.raises(ValueError, match="strategy='find'"):
        nb.Session(pool_of(), NAMES).ask_tag("a")


def test_reasons_name_tags():
    session = answered(6, strategy="entropy")
    (reason,) = session.ask().reasons
    assert any(name in reason.text for name in NAMES)


def test_every_item_answered_and_every_tag_on_all():
    session = session_of()
    session.tell(range(N), [NAMES] * N)
    assert not len(session.ask(3))
    assert (session.predict() == 1).all()
    assert len(session.unanswered) == 0


def test_a_tag_that_no_item_has():
    session = session_of()
    session.tell(range(30), [[name for name in ("a",) if code == 0] for code in GROUP[:30]])
    proba = session.predict_proba()
    assert proba[30:, 1].max() < 0.2
    assert len(session.ask(3)) == 3


def test_an_import_is_learned_from():
    session = session_of()
    table = pd.DataFrame(
        {"id": range(20), "label": [list(np.array(NAMES)[row == 1]) for row in TRUE[:20]]}
    )
    assert session.import_labels(table).n_imported == 20
    assert (session.predict() == TRUE).mean() > 0.95
    assert [STATUSES[code] for code in session.status[:2]] == ["import", "import"]


def test_a_replica_follows():
    session = answered()
    other = session.replica()
    session.tell(30, ["a", "c"])
    other.refresh()
    assert (other.y == session.y).all()
    assert other.multi_label


def test_more_that_is_not_there_yet():
    session = answered()
    with pytest.raises(ValueError, match="not for several tags yet: stop_advice"):
        nb.stop_advice(session)
    with pytest.raises(ValueError, match="for several tags"):
        session.strategy = "uherding"


def test_a_learner_of_ones_own_learns_each_tag():
    class Nearest:
        """The answer of the nearest answered item."""

        def __init__(self, X, random_state):
            self.X = X

        def update(self, y, n_classes):
            assert y.ndim == 1
            assert n_classes == 2
            rows = np.flatnonzero(y >= 0)
            if not len(rows):
                return np.full((len(y), 2), 0.5)
            near = np.linalg.norm(self.X[:, None] - self.X[rows], axis=2).argmin(axis=1)
            return np.eye(2)[y[rows][near]]

    session = session_of(learner=Nearest)
    session.tell(range(12), TRUE[:12])
    assert (session.predict() == TRUE).mean() > 0.95
    assert session.ask(3).indices.min() >= 12
