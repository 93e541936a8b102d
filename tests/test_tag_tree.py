"""A tree of tags: a tag implies those above it, at any level, by the tree of now."""

import json

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import nblabel as nb
from nblabel.log.coding import STATUSES
from nblabel.log.state import LabelState
from nblabel.log.tag_answers import TagAnswerLog
from nblabel.session.tag_engine import coherent
from tests.samples import blobs

TREE = {"animal": {"dog": ["husky", "pug"], "cat": []}, "indoor": []}
NAMES = ("animal", "dog", "husky", "pug", "cat", "indoor")
N = 40
POOL = nb.Pool(embeddings=blobs(N, dim=2), ids=[f"item {number}" for number in range(N)])


def session_of(tree=TREE, **options):
    options = {"multi_label": True, "build_graph": False, **options}
    return nb.Session(POOL, tree, **options)


@pytest.fixture
def session():
    return session_of()


def row(session, index=0):
    return dict(zip(session.classes, session.y[index].tolist(), strict=True))


def known(session, index=0):
    return {name: value for name, value in row(session, index).items() if value >= 0}


# answers


def test_all_levels_are_tags(session):
    assert session.classes == session.every_class == NAMES
    assert session.parent_classes == ("animal", "dog")
    assert session.path("pug") == ("animal", "dog", "pug")
    assert session.predict_proba().shape == (N, len(NAMES))


def test_a_tag_implies_those_above_it(session):
    session.tell(0, ["husky"])
    assert session.tags_of(0) == ["animal", "dog", "husky"]
    assert known(session) == dict.fromkeys(NAMES, 0) | dict.fromkeys(NAMES[:3], 1)
    session.tell_tag(1, "pug", True)
    assert known(session, 1) == {"animal": 1, "dog": 1, "pug": 1}


def test_dog_now_and_the_breed_later(session):
    session.tell(0, ["dog"])
    assert known(session) == {"animal": 1, "dog": 1, "cat": 0, "indoor": 0}
    assert STATUSES[session.status[0]] == "human"  # answered in whole: not asked again by itself
    assert session.coarse_labels().tolist() == session.coarse_labels("dog").tolist() == [0]
    assert session.coarse_labels("animal").tolist() == []
    session.tell_tag(0, "pug", True)
    assert session.tags_of(0) == ["animal", "dog", "pug"]
    assert session.coarse_labels().tolist() == []


def test_no_tag_denies_all_levels(session):
    session.tell(0, [])
    assert known(session) == dict.fromkeys(NAMES, 0)


def test_no_to_a_tag_is_no_to_those_below_it(session):
    session.tell_tag(0, "dog", False)
    assert known(session) == {"dog": 0, "husky": 0, "pug": 0}
    assert 0 not in session.ask_tag("husky", N).indices


def test_of_two_answers_that_contradict_the_later_one_counts(session):
    session.tell_tag(0, "husky", True)
    session.tell_tag(0, "animal", False)
    assert known(session) == dict.fromkeys(NAMES[:5], 0)
    session.tell_tag(0, "husky", True)
    assert session.tags_of(0) == ["animal", "dog", "husky"]
    session.undo()
    assert known(session) == dict.fromkeys(NAMES[:5], 0)


def test_a_tag_that_is_taken_back_takes_what_it_implied_along(session):
    session.tell_tag(0, "husky", True)
    session.tell_tag(0, "husky", False)  # a mistake: whether it is a dog was never said
    assert known(session) == {"husky": 0}


def test_an_answer_outlives_the_session(tmp_path):
    first = session_of(store=tmp_path / "tags.db")
    first.tell([0, 1], [["dog"], ["husky"]])
    first.tell_tag(2, "cat", True)
    expected = first.y
    first.store.close()
    again = session_of(store=tmp_path / "tags.db")
    np.testing.assert_array_equal(again.y, expected)
    assert [STATUSES[one] for one in again.status[:3]] == ["human", "human", "open"]


# the tree changes


def test_a_tag_moves_under_another_one_and_back():
    session = session_of(["dog", "husky", "indoor"])
    session.tell([0, 1, 2], [["husky"], ["dog"], []])
    session.nest_classes(["husky"], under="dog")
    assert session.parents == {"husky": "dog"}
    assert session.tags_of(0) == ["dog", "husky"]
    assert known(session, 1) == {"dog": 1, "husky": 0, "indoor": 0}  # as it was said
    session.undo()
    assert session.tags_of(0) == ["husky"]
    assert known(session, 0)["dog"] == 0
    session.redo()
    assert session.tags_of(0) == ["dog", "husky"]


def test_a_new_tag_below_one_is_not_answered():
    session = session_of(["dog", "cat"])
    session.tell([0, 1], [["dog"], ["cat"]])
    session.nest_classes(["husky"], under="dog")
    assert session.classes == ("dog", "husky", "cat")
    assert known(session, 0) == {"dog": 1, "cat": 0}
    assert known(session, 1) == {"dog": 0, "husky": 0, "cat": 1}  # no dog is no husky
    assert session.coarse_labels("dog").tolist() == [0]


def test_a_tag_that_is_merged_into_the_one_above_it(session):
    session.tell([0, 1], [["husky"], ["cat"]])
    session.merge_classes(["husky"], into="dog")
    assert session.classes == ("animal", "dog", "pug", "cat", "indoor")
    assert session.tags_of(0) == ["animal", "dog"]
    session.undo()
    assert session.tags_of(0) == ["animal", "dog", "husky"]


def test_a_parent_that_is_deleted_leaves_the_tags_below_it_one_level_up(session):
    session.tell(0, ["husky"])
    session.delete_class("dog", reassign="animal")
    assert session.parents == {"husky": "animal", "pug": "animal", "cat": "animal"}
    assert session.tags_of(0) == ["animal", "husky"]


def test_another_annotator_sees_the_tree_at_once(tmp_path):
    ann, bob = (
        session_of(["dog", "husky", "indoor"], store=tmp_path / "tags.db", annotator=name)
        for name in ("ann", "bob")
    )
    bob.tell(0, ["husky"])
    ann.nest_classes(["husky"], under="dog")
    bob.tell(1, ["husky"])
    bob.refresh()
    ann.refresh()
    np.testing.assert_array_equal(ann.y, bob.y)
    assert ann.tags_of(0) == ann.tags_of(1) == ["dog", "husky"]


def test_what_was_learned_before_a_change_of_the_tree_is_dropped(session):
    session.tell([0, 1, 2], [["husky"], ["cat"], ["indoor"]])
    for change in (
        lambda: session.rename_class("cat", "kitten"),
        lambda: session.nest_classes(["indoor"], under="animal"),
        lambda: session.nest_classes(["barn"], under="indoor"),
        lambda: session.merge_classes(["kitten"], into="dog"),
        session.undo,
    ):
        running = session.engine.refit(session.snapshot(), 1)
        change()
        assert not session.apply(running)
        fresh = session.engine.refit(session.snapshot(), 1)
        assert fresh.proba.shape == (N, len(session.classes))
        assert session.apply(fresh)
        for name, parent in session.parents.items():
            one, above = session.classes.index(name), session.classes.index(parent)
            assert (fresh.proba[:, above] >= fresh.proba[:, one]).all()


# predictions, audits, what the model accepts


def test_predictions_agree_with_the_tree(session):
    rng = np.random.default_rng(0)
    for index in range(20):
        session.tell(index, [NAMES[code] for code in rng.choice(6, 1)])
    proba, tags = session.predict_proba(), session.predict()
    for name, parent in session.parents.items():
        one, above = NAMES.index(name), NAMES.index(parent)
        assert (proba[:, above] >= proba[:, one]).all()
        assert (tags[:, above] >= tags[:, one]).all()
    new = session.predict_proba(np.random.default_rng(1).standard_normal((5, 2)))
    assert (new[:, 0] >= new[:, 1]).all()


def test_probabilities_are_raised_from_the_bottom_up():
    proba = np.array([[0.1, 0.2, 0.9, 0.3]], dtype=np.float32)
    found = coherent(proba, ((0, (1,)), (1, (2, 3))))
    assert found.tolist() == np.array([[0.9, 0.9, 0.9, 0.3]], dtype=np.float32).tolist()
    assert proba[0, 0] == np.float32(0.1)  # the learner goes on with its own
    assert coherent(proba, ()) is proba


def test_what_the_model_accepts_implies_more_and_is_withdrawn_with_it(session):
    session.tell([N - 1, N - 2], [["husky"], []])
    given = np.full((2, 6), -1)
    given[0, 2] = 1  # husky
    given[1, 1] = 0  # no dog
    session.accept([0, 1], given)
    assert known(session, 0) == {"animal": 1, "dog": 1, "husky": 1}
    assert known(session, 1) == {"dog": 0, "husky": 0, "pug": 0}
    session.withdraw([0], tags=[["dog"]])  # no dog is left that is a husky
    assert known(session, 0) == {}
    session.withdraw([1], tags=[["pug"]])
    assert known(session, 1) == {}


def test_a_person_goes_before_the_model_on_every_level(session):
    session.tell_tag(0, "dog", False)
    given = np.full((1, 6), -1)
    given[0, 2] = 1
    with pytest.raises(ValueError, match="people answered"):
        session.accept([0], given)
    assert known(session) == {"dog": 0, "husky": 0, "pug": 0}


def test_an_audit_counts_a_tag_only_where_it_was_answered():
    session = session_of(audit=1.0)
    for number in range(20):
        session.tell(session.ask().indices[0], ["dog"] if number % 2 else ["cat"])
    checks = nb.audit(session).table["checks"]
    assert checks["dog"] == checks["mean"]
    assert 0 < checks["husky"] < checks["dog"]  # nobody said of which breed a dog is


# what is exported, and comes back


@pytest.mark.parametrize("multi_hot", [False, True])
def test_what_is_exported_comes_back(session, tmp_path, multi_hot):
    session.tell([0, 1, 2], [["dog"], ["husky", "indoor"], []])
    session.tell_tag(3, "pug", True)
    session.export(tmp_path / "tags.csv", multi_hot=multi_hot)
    again = session_of()
    again.import_labels(tmp_path / "tags.csv", label=list(NAMES) if multi_hot else "label")
    np.testing.assert_array_equal(again.y, session.y)
    assert [STATUSES[one] for one in again.status[:4]] == [*["import"] * 3, "open"]


def test_a_column_that_says_only_the_lowest_tag_implies_the_others(session):
    session.import_labels(pd.DataFrame({"id": ["item 0"], "label": ["husky|indoor"]}))
    assert session.tags_of(0) == ["animal", "dog", "husky", "indoor"]


def test_coco_has_the_parent_of_each_category(tmp_path):
    pool = nb.Pool(np.zeros((4, 4, 4), dtype=np.uint8), embeddings=blobs(4))
    session = nb.Session(pool, TREE, multi_label=True, build_graph=False)
    session.tell(0, ["husky"])
    session.export(tmp_path / "tags.json")
    found = json.loads((tmp_path / "tags.json").read_text())
    parents = {one["name"]: one.get("supercategory") for one in found["categories"]}
    assert parents["husky"] == "dog"
    assert parents["dog"] == "animal"
    given = {one["category_id"] for one in found["annotations"]}
    assert [one["name"] for one in found["categories"] if one["id"] in given] == list(NAMES[:3])


def test_a_prior_may_know_all_levels():
    given = np.full((N, 6), 0.1)
    given[:20, :3] = 0.9
    session = session_of(prior=given)
    assert (session.predict()[:20, :3] == 1).all()
    assert (session.predict()[20:] == 0).all()


# any sequence


place = st.integers(0, 20)


class TreeMachine(RuleBasedStateMachine):
    """Answers, moves in the tree, undos and restarts: two sessions and a fresh one agree."""

    @initialize()
    def begin(self):
        self.store = nb.LabelStore()
        self.logs = [self.opened() for _ in range(2)]

    def opened(self):
        return TagAnswerLog(POOL, TREE, self.store, multi_label=True)

    def log(self, at):
        self.logs[at % 2].refresh()
        return self.logs[at % 2]

    @rule(who=place, at=st.integers(0, 2), some=st.lists(place, max_size=3))
    def tell(self, who, at, some):
        log = self.log(who)
        names = {log.classes[one % len(log.classes)] for one in some}
        log.tell(at, sorted(names))
        has = {above for name in names for above in log.path(name)}
        assert set(log.tags_of(at)) == has
        for name, value in row(log, at).items():
            above = log.path(name)[:-1]
            # nothing is said below a tag that is the lowest one given of its branch
            is_left = any(
                parent in has
                and not any(one in has for one, its in log.parents.items() if its == parent)
                for parent in above
            )
            assert value == (1 if name in has else -1 if is_left else 0)

    @rule(who=place, at=st.integers(0, 2), one=place, value=st.booleans())
    def tell_tag(self, who, at, one, value):
        log = self.log(who)
        name = log.classes[one % len(log.classes)]
        log.tell_tag(at, name, value)
        implied = log.path(name) if value else [o for o in log.classes if name in log.path(o)]
        assert {row(log, at)[other] for other in implied} == {int(value)}

    @rule(who=place, one=place, other=place, top=st.booleans())
    def nest(self, who, one, other, top):
        log = self.log(who)
        name, under = (log.classes[at % len(log.classes)] for at in (one, other))
        try:
            log.nest_classes([name], under=None if top else under)
        except ValueError:  # it would be below itself, or is there already
            return
        assert log.parents.get(name) == (None if top else under)

    @rule(who=place)
    def undo(self, who):
        self.log(who).undo()

    @rule(who=place)
    def redo(self, who):
        self.log(who).redo()

    @rule(who=place)
    def open_again(self, who):
        self.logs[who % 2] = self.opened()

    @invariant()
    def all_agree(self):
        if not hasattr(self, "logs"):
            return
        log, other = (self.log(at) for at in range(2))
        np.testing.assert_array_equal(log.y, other.y)
        for name, parent in log.parents.items():
            one, above = log.y[:, log.classes.index(name)], log.y[:, log.classes.index(parent)]
            assert (above[one == 1] == 1).all()
            assert (one[above == 0] == 0).all()
        parents = {"dog": "animal", "husky": "dog", "pug": "dog", "cat": "animal"}
        fresh = LabelState(NAMES, self.store.read(), multi_label=True, parents=parents)
        np.testing.assert_array_equal(fresh.tags.codes(POOL.ids, fresh.classes), log._tags)
        assert fresh.parents == log.parents


TestTrees = pytest.mark.slow(TreeMachine.TestCase)  # hundreds of logs, each with many steps
TestTrees.settings = hypothesis.settings(
    max_examples=60,
    stateful_step_count=20,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
