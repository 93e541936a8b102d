"""Any sequence of answers about tags, changes of classes, undos and restarts, beside a plain model."""

from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import nblabel as nb
from nblabel.log.events import Tags
from nblabel.log.state import LabelState
from nblabel.log.tag_answers import TagAnswerLog
from tests.samples import blobs

pytestmark = pytest.mark.slow  # hundreds of logs, each with many steps

N = 5
CLASSES = ("red", "blue", "old", "torn")
POOL = nb.Pool(embeddings=blobs(N, dim=2), ids=[f"item {number}" for number in range(N)])
WHO = ("ann", "bob")
item = st.integers(0, N - 1)
many = st.lists(item, min_size=1, max_size=3, unique=True)
who = st.sampled_from(WHO)
place = st.integers(0, 20)
places = st.lists(place, max_size=4)
VALUES = {True: 1, False: 0, "unsure": -1}


class Model:
    """Every step in the order given, with numbers in place of the names of the classes."""

    def __init__(self):
        self.steps = []  # [what, content, counts]
        self.redoable = {name: [] for name in WHO}
        self.undoable = {name: [] for name in WHO}
        self.number = {name: number for number, name in enumerate(CLASSES)}  # by any name

    def do(self, name, what, *content):
        self.steps.append([what, content, True])
        self.undoable[name].append(len(self.steps) - 1)
        self.redoable[name].clear()

    def move(self, source, target, counts):
        if source:
            target.append(source.pop())
            self.steps[target[-1]][2] = counts

    @property
    def answers(self):
        """What is known: for each item a dict from class numbers to 1, 0 and -1."""
        known, into = {at: {} for at in range(N)}, {}
        by_model, flagged = set(), set()  # pairs that the model answered; items

        def root(number):
            while number in into:
                number = into[number]
            return number

        for what, content, counts in self.steps:
            if not counts:
                continue
            if what == "merge":
                part, whole = map(root, content)
                if part != whole:
                    for at, tags in known.items():
                        pair = [tags.pop(part, -1), tags.get(whole, -1)]
                        tags[whole] = 1 if 1 in pair else -1 if -1 in pair else 0
                        said = [
                            (at, one) in by_model
                            for one, value in zip((part, whole), pair, strict=True)
                            if value == tags[whole]
                        ]
                        by_model -= {(at, part), (at, whole)}
                        if all(said):
                            by_model.add((at, whole))
                    into[part] = whole
            elif what == "flag":
                known[content[0]].clear()
                by_model = {pair for pair in by_model if pair[0] != content[0]}
                flagged.add(content[0])
            elif what == "tag":
                for at, value in content[1].items():
                    known[at][root(content[0])] = value
                    by_model.discard((at, root(content[0])))
                    flagged.discard(at)
            elif what == "tell":
                at, about, given = content
                known[at] |= {root(number): 0 for number in about}
                known[at] |= {root(number): 1 for number in given}
                by_model -= {(at, root(number)) for number in about}
                flagged.discard(at)
            elif what in ("accept", "withdraw"):
                for at, number, value in content[0]:
                    pair = at, root(number)
                    if what == "withdraw" and pair in by_model:
                        known[at][pair[1]] = -1
                        by_model.discard(pair)
                    open_ = known[at].get(pair[1], -1) == -1 or pair in by_model
                    if what == "accept" and open_ and at not in flagged:
                        known[at][pair[1]] = value
                        by_model.add(pair)
        return known, root


class TagMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "tags.db"
        self.model = Model()
        self.n_new = 0
        self.logs = {name: self.open(name) for name in WHO}

    def open(self, name):
        return TagAnswerLog(POOL, CLASSES, self.path, name, multi_label=True)

    def teardown(self):
        if hasattr(self, "folder"):
            for log in self.logs.values():
                log.store.close()
            self.folder.cleanup()

    def log(self, name):
        self.logs[name].refresh()
        return self.logs[name]

    def chosen(self, log, at):
        return log.classes[at % len(log.classes)]

    @rule(name=who, at=item, chosen=places)
    def tell(self, name, at, chosen):
        log = self.log(name)
        tags = list(dict.fromkeys(self.chosen(log, one) for one in chosen))
        log.tell(at, tags)
        number = self.model.number
        self.model.do(
            name, "tell", at, [number[one] for one in log.classes], [number[one] for one in tags]
        )

    @rule(name=who, some=many, at=place, value=st.sampled_from(list(VALUES)))
    def tell_tag(self, name, some, at, value):
        log = self.log(name)
        tag = self.chosen(log, at)
        log.tell_tag(some, tag, value)
        self.model.do(name, "tag", self.model.number[tag], dict.fromkeys(some, VALUES[value]))

    @rule(name=who, at=item)
    def flag(self, name, at):
        self.log(name).flag(at)
        self.model.do(name, "flag", at)

    @rule(name=who, at=item)
    def skip(self, name, at):
        self.log(name).skip(at)
        self.model.do(name, "skip", at)

    @rule(name=who, some=many, values=st.lists(st.sampled_from([-1, 0, 1]), min_size=3))
    def accept(self, name, some, values):
        log = self.log(name)
        given = np.resize(values, (len(some), len(log.classes)))
        try:
            event = log._record_accepted(np.array(some), given, None)
        except ValueError:  # people answered all of it
            return
        self.model.do(name, "accept", list(self.pairs(event, {"yes": 1, "no": 0})))

    @rule(name=who, some=many, at=places)
    def withdraw(self, name, some, at):
        log = self.log(name)
        tags = [[self.chosen(log, one) for one in at]] * len(some)
        try:
            event = log.withdraw(some, tags=tags)
        except ValueError:  # none of it is from the model
            return
        self.model.do(name, "withdraw", list(self.pairs(event, {"unsure": -1})))

    def pairs(self, event, values):
        """Item, class number and value of all that an event says."""
        for id_, text in zip(event.ids, event.labels, strict=True):
            for answer, value in values.items():
                for tag in getattr(Tags.of(text), answer):
                    yield POOL.index_of(id_), self.model.number[tag], value

    @precondition(lambda self: self.n_new < 6)
    @rule(name=who)
    def add(self, name):
        self.n_new += 1
        new = f"new {self.n_new}"
        self.log(name).add_class(new)
        self.model.number[new] = len(CLASSES) + self.n_new
        self.model.do(name, "add")

    @rule(name=who, at=place)
    def rename(self, name, at):
        self.n_new += 1
        log, new = self.log(name), f"name {self.n_new}"
        former = self.chosen(log, at)
        log.rename_class(former, new)
        self.model.number[new] = self.model.number[former]
        self.model.do(name, "rename")

    @precondition(lambda self: len(self.log("ann").classes) > 3)
    @rule(name=who, one=place, other=place)
    def merge(self, name, one, other):
        log = self.log(name)
        part, whole = self.chosen(log, one), self.chosen(log, other)
        if part == whole:
            return
        log.merge_classes([part, whole], into=whole)
        number = self.model.number
        self.model.do(name, "merge", number[part], number[whole])

    @rule(name=who)
    def undo(self, name):
        self.log(name).undo()
        self.model.move(self.model.undoable[name], self.model.redoable[name], False)

    @rule(name=who)
    def redo(self, name):
        self.log(name).redo()
        self.model.move(self.model.redoable[name], self.model.undoable[name], True)

    @rule(name=who)
    def open_again(self, name):
        self.logs[name].store.close()
        self.logs[name] = self.open(name)

    @invariant()
    def it_is_what_the_model_says(self):
        if not hasattr(self, "logs"):
            return
        known, root = self.model.answers
        for name in WHO:
            log = self.log(name)
            columns = [root(self.model.number[one]) for one in log.classes]
            wanted = [[known[at].get(column, -1) for column in columns] for at in range(N)]
            np.testing.assert_array_equal(log.y, wanted)
        fresh = LabelState(CLASSES, log.store.read(), multi_label=True)
        codes = fresh.tags.codes(POOL.ids, fresh.classes)
        np.testing.assert_array_equal(codes, log._tags)
        assert fresh.classes == log.classes
        status = (state.tags.status(POOL.ids).tolist() for state in (fresh, log.state))
        assert next(status) == next(status)


TestTags = TagMachine.TestCase
TestTags.settings = hypothesis.settings(
    max_examples=60,
    stateful_step_count=30,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
