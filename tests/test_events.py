"""Folding a log of answers into what is known."""

import pytest

from nblabel.log.events import LabelEvent
from nblabel.log.state import LabelState

CLASSES = ("boot", "bag")


def label(ids, name, **options):
    return LabelEvent("label", tuple(ids), (name,) * len(ids), **options)


def accept(ids, name, p=0.9, **options):
    return LabelEvent(
        "accept", tuple(ids), (name,) * len(ids), probabilities=(p,) * len(ids), **options
    )


def undo(target, **options):
    return LabelEvent("undo", target=target.uid, **options)


def redo(target, **options):
    return LabelEvent("redo", target=target.uid, **options)


def fold(*events):
    return LabelState(CLASSES, events)


def known(*events):
    """What a log says: id to label, or to the kind of answer where there is no label."""
    return {item: answer.label or answer.kind for item, answer in fold(*events).answers.items()}


def skip(item, **options):
    return LabelEvent("skip", (item,), **options)


def flag(item, **options):
    return LabelEvent("flag", (item,), **options)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], {}),
        ([label("a", "boot")], {"a": "boot"}),
        ([label("ab", "boot"), label("b", "bag")], {"a": "boot", "b": "bag"}),
        ([label("a", "boot"), label("a", "bag")], {"a": "bag"}),
        ([skip("a")], {"a": "skip"}),
        ([skip("a"), label("a", "bag")], {"a": "bag"}),
        ([label("a", "bag"), skip("a")], {"a": "bag"}),
        ([flag("a"), skip("a")], {"a": "flag"}),
        ([label("a", "bag"), flag("a")], {"a": "flag"}),
        ([flag("a"), label("a", "bag")], {"a": "bag"}),
        ([accept("a", "bag")], {"a": "bag"}),
        ([skip("a"), accept("a", "bag")], {"a": "bag"}),
        ([label("a", "boot"), accept("a", "bag")], {"a": "boot"}),
        ([flag("a"), accept("a", "bag")], {"a": "flag"}),
        ([accept("a", "boot"), accept("a", "bag")], {"a": "bag"}),
        ([accept("a", "boot"), label("a", "bag")], {"a": "bag"}),
        ([accept("a", "boot"), skip("a")], {"a": "boot"}),
    ],
)
def test_the_last_answer_decides_with_two_exceptions(events, expected):
    assert known(*events) == expected


def test_many_at_once_count_like_one_by_one():
    names = ("boot", "none", "bag")
    twice = LabelEvent("label", ("a", "b", "a"), names)  # the last one counts
    state = fold(accept("c", "bag"), twice, label("bd", "bag"))
    assert {item: answer.label for item, answer in state.answers.items()} == {
        "c": "bag",
        "a": "bag",
        "b": "bag",
        "d": "bag",
    }
    assert list(state.answers) == ["c", "a", "b", "d"]
    assert state.unknown_classes == ()  # nothing is "none" any more
    assert fold(twice).unknown_classes == ("none",)


def test_an_answer_tells_where_it_comes_from():
    sure = accept("ab", "bag", 0.75, source="model")
    answer = fold(sure).answers["b"]
    assert (answer.kind, answer.label, answer.probability) == ("accept", "bag", 0.75)
    assert answer.event is sure
    assert fold(label("a", "boot")).answers["a"].probability is None


def test_undo_brings_back_what_was_there():
    first, second, aside = label("ab", "boot"), label("b", "bag"), flag("a")
    log = [first, second, aside]
    assert known(*log) == {"a": "flag", "b": "bag"}
    log.append(undo(aside))
    assert known(*log) == {"a": "boot", "b": "bag"}
    log.append(undo(second))
    assert known(*log) == {"a": "boot", "b": "boot"}
    log.append(undo(first))
    assert known(*log) == {}
    log.append(redo(first))
    assert known(*log) == {"a": "boot", "b": "boot"}


def test_undoing_an_earlier_step_leaves_later_ones():
    first, second = label("a", "boot"), label("a", "bag")
    assert known(first, second, undo(first)) == {"a": "bag"}
    assert known(first, second, undo(first), undo(second)) == {}


def test_a_label_taken_back_lets_the_machine_label_through():
    mine, machine = label("a", "boot"), accept("a", "bag")
    assert known(mine, machine, undo(mine)) == {"a": "bag"}


def test_undo_twice_counts_once():
    one, two = label("a", "boot"), label("b", "bag")
    assert known(one, two, undo(two), undo(two)) == {"a": "boot"}
    assert known(one, redo(one)) == {"a": "boot"}
    assert known(one, undo(one), redo(one), redo(one)) == {"a": "boot"}
    state = fold(one, undo(one), undo(one), redo(one))
    assert (state.undo_target(), state.redo_target()) == (one, None)


def test_an_undo_of_nothing_known_changes_nothing():
    state = fold(label("a", "boot"))
    assert state.apply(LabelEvent("undo", target="gone")) == ()
    assert state.answers["a"].label == "boot"


def test_apply_returns_the_ids_it_may_have_changed():
    bulk = label("abc", "boot")
    state = fold()
    assert state.apply(bulk) == ("a", "b", "c")
    assert state.apply(undo(bulk)) == ("a", "b", "c")
    assert state.apply(LabelEvent("add_class", labels=("hat",))) == ()


def test_targets_follow_the_order_of_one_annotator():
    one, two = label("a", "boot", annotator="ann"), label("b", "bag", annotator="ann")
    other = label("c", "bag", annotator="bob")
    state = fold(one, other, two)
    assert state.undo_target("ann") == two
    assert state.undo_target("bob") == other
    assert state.undo_target() is None
    state.apply(undo(two, annotator="ann"))
    assert state.undo_target("ann") == one
    assert state.redo_target("ann") == two
    assert state.redo_target("bob") is None
    state.apply(undo(one, annotator="ann"))
    assert state.undo_target("ann") is None
    assert state.redo_target("ann") == one
    state.apply(redo(one, annotator="ann"))
    assert (state.undo_target("ann"), state.redo_target("ann")) == (one, two)


def test_a_new_answer_ends_what_can_be_redone():
    one, two = label("a", "boot"), label("b", "bag")
    state = fold(one, undo(one), two)
    assert state.redo_target() is None
    assert state.undo_target() == two


def test_classes_come_in_the_order_they_were_added():
    hat, sock = (LabelEvent("add_class", labels=(name,)) for name in ("hat", "sock"))
    state = fold(hat, sock)
    assert state.classes == ("boot", "bag", "hat", "sock")
    state.apply(undo(hat))
    assert state.classes == ("boot", "bag", "sock")
    state.apply(redo(hat))
    assert state.classes == ("boot", "bag", "hat", "sock")


def test_a_class_in_use_stays_when_it_is_taken_back():
    hat = LabelEvent("add_class", labels=("hat",), annotator="ann")
    worn = label("a", "hat", annotator="bob")
    state = fold(hat, worn, undo(hat, annotator="ann"))
    assert state.classes == ("boot", "bag", "hat")
    state.apply(undo(worn, annotator="bob"))
    assert state.classes == ("boot", "bag")


def test_a_class_added_twice_is_one():
    twice = [LabelEvent("add_class", labels=("hat",)) for _ in range(2)]
    assert fold(*twice).classes == ("boot", "bag", "hat")
    assert fold(*twice, undo(twice[1])).classes == ("boot", "bag", "hat")


def test_classes_that_were_never_given():
    odd = label("a", "glove")
    assert fold(odd).unknown_classes == ("glove",)
    assert fold(odd, undo(odd)).unknown_classes == ()


def test_the_latest_answers_that_stand():
    one, two, three = label("a", "boot"), flag("a"), label("b", "bag")
    state = fold(one, two, three, undo(two))
    assert state.latest(5) == [three, one]
    assert state.latest(1) == [three]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "guess"}, "unknown kind of event 'guess'"),
        ({"kind": "label", "ids": ("a", "b"), "labels": ("boot",)}, "2 items but 1 labels"),
        (
            {"kind": "accept", "ids": ("a",), "labels": ("boot",), "probabilities": (0.1, 0.2)},
            "for every item or for none",
        ),
        ({"kind": "undo"}, "names the event it is about"),
        ({"kind": "skip", "ids": ("a",), "target": "x"}, "names the event it is about"),
    ],
)
def test_events_that_make_no_sense(arguments, message):
    with pytest.raises(ValueError, match=message):
        LabelEvent(**arguments)


def test_events_are_made_with_a_uid_and_a_time():
    one, two = skip("a"), skip("a")
    assert one.uid != two.uid
    assert one.time <= two.time
    with pytest.raises(AttributeError):
        one.kind = "flag"


def audit(*ids, **options):
    return LabelEvent("audit", ids, **options)


def test_a_draw_is_no_answer():
    mine = label("a", "boot")
    drawn = audit("a", "b", labels=("bag", "bag"), probabilities=(0.5, 0.9), frame="x")
    state = fold(mine, undo(mine), drawn)
    assert state.answers == {}
    assert state.draws == [drawn]
    assert state.event(drawn.uid) is drawn
    assert state.latest(5) == []
    assert state.unknown_classes == ()
    assert state.undo_target() is None
    assert state.redo_target() is mine  # it is no new step either


def test_nothing_takes_a_draw_back():
    drawn = audit("a")
    state = fold(drawn, undo(drawn))
    assert state.draws == [drawn]


def test_questions_are_counted_whether_taken_back_or_not():
    mine = label("ab", "boot")
    assert fold(mine, undo(mine), label("c", "bag"), skip("d")).n_questions == 2
    assert fold(label("a", "boot", source="import"), accept("b", "bag")).n_questions == 0


def test_the_history_of_an_item_is_what_stands():
    machine, mine, other = accept("a", "bag"), label("a", "boot"), label("a", "bag")
    assert fold(machine, mine, other, undo(other)).history("a") == [machine, mine]
    assert fold().history("a") == []


def test_only_an_audit_has_a_frame_and_its_labels_are_for_each_item():
    with pytest.raises(ValueError, match="set that was drawn from"):
        label("a", "boot", frame="x")
    with pytest.raises(ValueError, match="2 items but 1 labels"):
        audit("a", "b", labels=("boot",))
