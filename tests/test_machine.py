"""Any sequence of answers, undos and restarts: the state is what a fold from scratch gives."""

from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import nblabel as nb
from nblabel.log.coding import STATUSES
from nblabel.log.state import LabelState
from tests.samples import blobs

pytestmark = pytest.mark.slow  # hundreds of sessions, each with many steps

N = 6  # few, so that steps meet
CLASSES = ("boot", "bag", "shirt")
POOL = nb.Pool(embeddings=blobs(N, dim=2), ids=[f"item {number}" for number in range(N)])
WHO = ("ann", "bob")
items = st.integers(0, N - 1)
many = st.lists(items, min_size=1, max_size=5, unique=True)
who = st.sampled_from(WHO)
new_names = st.sampled_from(["hat", "it's <b>", "shoe", "bag"])


class Model:
    """What a log means, kept in plain lists: every step, and whether it counts at present."""

    def __init__(self):
        self.steps = []  # [who, what, content, counts]
        self.redoable = {name: [] for name in WHO}
        self.undoable = {name: [] for name in WHO}
        self.draws = []  # items, never taken back

    def do(self, name, what, content):
        self.steps.append([what, content, True])
        self.undoable[name].append(len(self.steps) - 1)
        self.redoable[name].clear()

    def move(self, source, target, counts):
        if source:
            target.append(source.pop())
            self.steps[target[-1]][2] = counts

    def undo(self, name):
        self.move(self.undoable[name], self.redoable[name], False)

    def redo(self, name):
        self.move(self.redoable[name], self.undoable[name], True)

    @property
    def registry(self):
        """The classes: a list of sets of names, the present one of each, and which are listed."""
        return Registry(self.steps)

    @property
    def sources(self):
        """What was answered of each item, and who decided: "skip" and "flag" for those set aside."""
        sources = {}
        for what, content, counts in self.steps:
            if counts and not what.startswith(("class", "remark")):
                for item, answer in content.items():
                    _, before = sources.get(item, (None, None))
                    if what == "skip" and before not in (None, "skip"):
                        continue
                    if what == "model" and before not in (None, "skip", "model"):
                        continue
                    if what == "withdraw":
                        if before == "model":
                            del sources[item]
                        continue
                    sources[item] = (answer, what)
        called = self.registry.called
        return {item: (called(answer), what) for item, (answer, what) in sources.items()}

    @property
    def notes(self):
        """The notes, and the guidelines as the note of no item."""
        notes = {None: ""}
        for what, content, counts in self.steps:
            if counts and what == "remark":
                notes |= content
        return {item: text for item, text in notes.items() if text or item is None}

    @property
    def drawn(self):
        """What was drawn at random and not answered by a person."""
        sources = self.sources
        return [i for i in self.draws if i not in sources or sources[i][1] == "model"]

    @property
    def answers(self):
        return {item: answer for item, (answer, _) in self.sources.items()}

    @property
    def labels(self):
        aside = ("skip", "flag")
        return {item: label for item, label in self.answers.items() if label not in aside}

    @property
    def classes(self):
        return self.registry.names(set(self.labels.values()))

    @property
    def retired(self):
        return self.registry.retired(set(self.labels.values()))

    @property
    def parents(self):
        return self.registry.parents(set(self.labels.values()))

    @property
    def every(self):
        """The classes, those with subclasses last."""
        return [*dict.fromkeys([*self.classes, *self.parents.values()])]

    @property
    def retired_too(self):
        """Those with subclasses that are retired."""
        registry = self.registry
        above = [name for name in self.every if name not in self.classes]
        return [name for name in above if registry.is_gone(registry.find(name))]

    @property
    def offered(self):
        gone = {*self.retired, *self.retired_too}
        return [name for name in self.every if name not in gone]

    @property
    def coarse(self):
        """The items with a label of a class that has subclasses."""
        return {item for item, label in self.labels.items() if label not in self.classes}


class Registry:
    """What class steps add up to, in plain lists: each class is [name, is it listed]."""

    def __init__(self, steps):
        self.order = [[name, True] for name in CLASSES]
        self.gone = set()  # identities of those that are retired
        self.known = {one[0]: one for one in self.order}  # by any name
        self.into = {}  # by the identity of a class that was merged
        self.under = {}  # the parent, by the identity of its subclass
        self.passing = set()
        for what, content, counts in steps:
            if what.startswith("class"):
                getattr(self, what.replace(" ", "_"))(content, counts)

    def find(self, name):
        return self.root(self.known.get(name))

    def called(self, name):
        one = self.find(name)
        return name if one is None else one[0]

    def names(self, used):
        """Those without subclasses; these of one parent stand together."""
        return self.shown(used)[0]

    def parents(self, used):
        every = self.shown(used)[1]
        return {one[0]: self.above(one)[0][0] for one in every if self.above(one)}

    def shown(self, used):
        roots = self.in_tree(None)
        there = [one for one in roots if one[1] or one[0] in used]
        inner = {id(parent) for one in there for parent in self.above(one)}
        leaves = [one for one in there if id(one) not in inner]
        for wanted in (False, True):  # fewer than two are too few
            for one in roots:
                spare = (id(one) in inner) is wanted and all(one is not each for each in leaves)
                if len(leaves) < 2 and spare:
                    leaves.append(one)
        shown = {id(one) for one in leaves}
        return (
            tuple(one[0] for one in roots if id(one) in shown),
            [one for one in roots if id(one) in shown | inner],
        )

    def in_tree(self, parent):
        found = []
        for one in self.roots():
            above = self.above(one)
            if (above[0] if above else None) is parent:
                found += [one, *self.in_tree(one)]
        return found

    def roots(self):
        return [one for one in self.order if id(one) not in self.into]

    def enough(self, parts, target):
        """Whether there are two classes still once these are one."""
        gone = {id(one) for one in parts} | {id(target)}
        return any(id(one) not in gone for one in self.roots())

    def make(self, name, at, listed):
        self.known[name] = one = [name, listed]
        self.passing.discard(name)
        self.order.insert(at, one)
        return one

    def class_add(self, name, counts):
        one = self.find(name)
        if one is None or (counts and name in self.passing):
            self.make(name, len(self.order), counts)
        elif counts and not one[1]:
            one[1] = True
            self.order = [other for other in self.order if other is not one] + [one]

    def class_rename(self, content, counts):
        former, new = content
        one, other = self.find(former), None if new in self.passing else self.find(new)
        if not counts:
            if new not in self.known:
                self.known[new] = one
                self.passing.add(new)
        elif other not in (None, one) and not self.enough([one], other):
            pass
        elif other is None or other is one or not other[1]:
            if other is not None and other is not one:
                self.join(other, one)
            self.known[new] = one
            self.passing.discard(new)
            one[0] = new
        elif other is not one:
            self.join(one, other)

    def class_merge(self, content, counts, lifts=False):
        parts, into = content
        target = self.find(into)
        if not counts:
            if target is None:
                self.make(into, len(self.order), False)
            return
        parts = [self.find(name) for name in parts]
        target = None if into in self.passing else target
        if not self.enough(parts, target):
            return
        if target is None:
            target = self.make(into, min(map(self.index, parts)), True)
            around = [(self.above(one) or [None])[0] for one in parts]
            around = [one for one in around if all(one is not part for part in parts)]
            alike = around and all(one is around[0] for one in around)
            self.under[id(target)] = around[0] if alike else None
        for one in parts:
            if one is not target:
                if lifts:
                    self.lift(one)
                self.join(one, target)
        target[1] = True

    def index(self, one):
        return next(at for at, other in enumerate(self.order) if other is one)

    def class_delete(self, content, counts):
        name, into = content
        if counts and into:
            self.class_merge(([name], into), True, lifts=True)
        elif counts:
            self.lift(self.find(name))
            self.find(name)[1] = False

    def class_order(self, names, counts):
        if counts:
            first = []
            for one in map(self.find, names):
                if not any(one is other for other in first):
                    first.append(one)
            rest = [one for one in self.order if not any(one is other for other in first)]
            self.order = first + rest

    def class_retire(self, name, counts):
        if counts:
            self.gone.add(id(self.find(name)))

    def class_restore(self, name, counts):
        if counts:
            self.gone.discard(id(self.find(name)))

    def class_split(self, into, counts):
        for name in into:
            self.class_add(name, counts)

    def retired(self, used):
        """Those that are retired, but for the first where fewer than two others would be left."""
        names = self.names(used)
        gone = [one[0] for one in self.in_tree(None) if one[0] in names and self.is_gone(one)]
        return gone[max(0, 2 - len(names) + len(gone)) :]

    def is_gone(self, one):
        return any(id(each) in self.gone for each in [one, *self.above(one)])

    def class_nest(self, content, counts):
        names, under = content
        for name in (*names, *([under] if under else [])):
            self.class_add(name, counts)
        parent = self.find(under) if under else None
        for one in map(self.find, names if counts else ()):
            if all(one is not other for other in [parent, *self.above(parent)]):
                self.under[id(one)] = parent

    def above(self, one):
        """The parent of a class, the parent of that, and so on."""
        found = []
        while one is not None and self.under.get(id(one)) is not None:
            one = self.root(self.under[id(one)])
            found.append(one)
        return found

    def root(self, one):
        while id(one) in self.into:
            one = self.into[id(one)]
        return one

    def join(self, one, target):
        """A class becomes a part of another one, which may have been below it."""
        above = self.above(one)
        if any(one is other for other in self.above(target)):
            self.under[id(target)] = above[0] if above else None
        self.into[id(one)] = target

    def lift(self, one):
        above = self.above(one)
        for other in self.roots():
            if self.above(other)[:1] and self.above(other)[0] is one:
                self.under[id(other)] = above[0] if above else None

    def class_describe(self, content, counts):
        """What is said of a class changes no label; folding the log anew checks it."""


class Machine(RuleBasedStateMachine):
    """Two annotators on one file, each with a session of their own."""

    @initialize()
    def begin(self):
        self.folder = TemporaryDirectory(prefix="nblabel-test-")
        self.path = Path(self.folder.name) / "labels.db"
        self.model = Model()
        self.sessions = {name: self.open(name) for name in WHO}
        self.sent = []  # how to send each event again

    def open(self, name):
        return nb.Session(
            POOL, CLASSES, learner="knn", strategy="product", store=self.path, annotator=name
        )

    def teardown(self):
        if hasattr(self, "folder"):
            self.tables_say_what_the_model_knows()
            self.questions_are_open()
            self.what_was_learned_is_what_a_fresh_session_learns()
            for session in self.sessions.values():
                session.store.close()
            self.folder.cleanup()

    def send(self, name, method, *arguments):
        uid = f"uid {len(self.sent)}"
        self.sent.append((name, method, arguments, uid, {}))
        return getattr(self.sessions[name], method)(*arguments, uid=uid)

    @rule(name=who, item=items, data=st.data())
    def label_one(self, name, item, data):
        label = data.draw(st.sampled_from(self.model.offered))
        self.send(name, "tell", item, label)
        self.model.do(name, "human", {item: label})

    @rule(name=who, chosen=many, data=st.data())
    def label_many(self, name, chosen, data):
        label = data.draw(st.sampled_from(self.model.offered))
        self.send(name, "tell", chosen, label)
        self.model.do(name, "human", dict.fromkeys(chosen, label))

    @rule(name=who, chosen=many, data=st.data())
    def label_each(self, name, chosen, data):
        labels = [data.draw(st.sampled_from(self.model.offered)) for _ in chosen]
        self.send(name, "tell", chosen, labels)
        self.model.do(name, "human", dict(zip(chosen, labels, strict=True)))

    @precondition(lambda self: self.model.labels)
    @rule(name=who, data=st.data())
    def relabel(self, name, data):
        item = data.draw(st.sampled_from(sorted(self.model.labels)))
        self.label_one(name, item, data)

    @rule(name=who)
    def answer_the_question(self, name):
        query = self.sessions[name].ask()
        if len(query):
            item = int(query.indices[0])
            label = self.model.offered[item % len(self.model.offered)]
            self.send(name, "tell", item, label)
            self.model.do(name, "human", {item: label})

    @rule(name=who, chosen=many, data=st.data())
    def accept(self, name, chosen, data):
        """What the model says, or what is said in its name, counts where no person answered."""
        sources = self.model.sources
        free = [item for item in chosen if sources.get(item, "  ")[1] not in ("human", "flag")]
        leaves = [name for name in self.model.offered if name in self.model.classes]
        named = data.draw(st.sampled_from([None, *leaves]))
        people = (label for label, source in sources.values() if source == "human")
        learned = {*self.model.classes} - {*self.model.retired}
        if not free or not any(label in learned for label in people):
            with pytest.raises(ValueError, match=r"answered all of these|nothing was learned"):
                self.sessions[name].accept(chosen, named)
            return
        predicted = self.sessions[name].predict_proba().argmax(axis=1)
        event = self.send(name, "accept", chosen, named)
        labels = [named or self.model.classes[predicted[item]] for item in free]
        assert event.labels == tuple(labels)
        assert event.ids == tuple(POOL.ids[item] for item in free)
        assert all(0 <= p <= 1 for p in event.probabilities)
        self.model.do(name, "model", dict(zip(free, labels, strict=True)))

    @rule(name=who, chosen=many)
    def withdraw(self, name, chosen):
        """Labels of the model are taken back; answers of people stay."""
        sources = self.model.sources
        taken = [item for item in chosen if sources.get(item, "  ")[1] == "model"]
        if not taken:
            with pytest.raises(ValueError, match="none of these items"):
                self.sessions[name].withdraw(chosen)
            return
        event = self.send(name, "withdraw", chosen)
        assert event.ids == tuple(POOL.ids[item] for item in taken)
        self.model.do(name, "withdraw", dict.fromkeys(taken, "withdraw"))

    @rule(name=who, n=st.integers(1, 2))
    def draw(self, name, n):
        """A draw is no answer: it changes no label, and no undo takes it back."""
        drawn = self.sessions[name].draw(n).tolist()
        sources = self.model.sources
        free = {i for i in range(N) if sources.get(i, (0, "skip"))[1] in ("skip", "model")}
        free -= set(self.model.draws)
        assert len(drawn) == len(set(drawn)) == min(n, len(free))
        assert set(drawn) <= free
        self.model.draws += drawn

    @rule(name=who, chosen=many)
    def skip(self, name, chosen):
        self.send(name, "skip", chosen)
        self.model.do(name, "skip", dict.fromkeys(chosen, "skip"))

    @rule(name=who, item=items)
    def flag(self, name, item):
        self.send(name, "flag", item)
        self.model.do(name, "flag", {item: "flag"})

    @rule(name=who)
    def undo(self, name):
        undone = self.send(name, "undo")
        assert (undone is not None) == bool(self.model.undoable[name])
        self.model.undo(name)

    @rule(name=who)
    def redo(self, name):
        redone = self.send(name, "redo")
        assert (redone is not None) == bool(self.model.redoable[name])
        self.model.redo(name)

    def change(self, name, what, content, method, *arguments, **options):
        """Change the classes; a change that is refused changes nothing."""
        log = self.sessions[name].store.last
        uid = f"uid {len(self.sent)}"
        try:
            getattr(self.sessions[name], method)(*arguments, uid=uid, **options)
        except ValueError:
            assert self.sessions[name].store.last == log
            return
        self.sent.append((name, method, arguments, uid, options))
        self.model.do(name, what, content)

    @rule(name=who, new=new_names)
    def add_class(self, name, new):
        refused = new in self.model.every
        n = len(self.model.steps)
        self.change(name, "class add", new, "add_class", new)
        assert not (refused and len(self.model.steps) > n)

    @rule(name=who, data=st.data(), new=new_names)
    def rename_class(self, name, data, new):
        former = data.draw(st.sampled_from(self.model.every))
        self.change(name, "class rename", (former, new), "rename_class", former, new)

    @rule(name=who, data=st.data())
    def merge_classes(self, name, data):
        parts = data.draw(
            st.lists(st.sampled_from(self.model.every), min_size=1, max_size=3, unique=True)
        )
        into = data.draw(st.sampled_from(self.model.every) | new_names)
        merged = [one for one in parts if one != into]
        self.change(name, "class merge", (merged, into), "merge_classes", parts, into=into)

    @rule(name=who, data=st.data())
    def delete_class(self, name, data):
        gone = data.draw(st.sampled_from(self.model.every))
        into = data.draw(st.none() | st.sampled_from(self.model.every))
        used = gone in self.model.labels.values()
        n = len(self.model.steps)
        self.change(name, "class delete", (gone, into), "delete_class", gone, reassign=into)
        assert not (used and into is None and len(self.model.steps) > n)  # no label is lost

    @rule(name=who, data=st.data())
    def order_classes(self, name, data):
        first = data.draw(st.lists(st.sampled_from(self.model.every), unique=True, max_size=3))
        self.change(name, "class order", first, "order_classes", first)

    @rule(name=who, data=st.data())
    def retire_class(self, name, data):
        one = data.draw(st.sampled_from(self.model.offered))
        self.change(name, "class retire", one, "retire_class", one)

    @rule(name=who, data=st.data())
    def restore_class(self, name, data):
        one = data.draw(st.sampled_from(self.model.every))
        self.change(name, "class restore", one, "restore_class", one)

    @rule(name=who, data=st.data(), new=new_names)
    def split_class(self, name, data, new):
        one, other = (data.draw(st.sampled_from(self.model.every)) for _ in range(2))
        into = [*dict.fromkeys([new, other])]
        self.change(name, "class split", into, "split_class", one, into)

    @rule(name=who, data=st.data(), new=new_names)
    def nest_classes(self, name, data, new):
        some = st.lists(st.sampled_from(self.model.every), min_size=1, max_size=2, unique=True)
        names = data.draw(some | st.just([new]))
        under = data.draw(st.none() | st.sampled_from(self.model.every) | new_names)
        self.change(name, "class nest", (names, under), "nest_classes", names, under=under)

    @rule(name=who, data=st.data(), key=st.sampled_from("xyz"))
    def describe_class(self, name, data, key):
        one = data.draw(st.sampled_from(self.model.every))
        self.change(name, "class describe", (one, key), "describe_class", one, key=key)

    @rule(name=who, chosen=many, text=st.sampled_from(["", "blurred", "twice?"]))
    def note(self, name, chosen, text):
        self.send(name, "note", chosen, text)
        self.model.do(name, "remark", dict.fromkeys(chosen, text))

    @rule(name=who, text=st.sampled_from(["", "# Boots", "in doubt: skip"]))
    def guidelines(self, name, text):
        self.send(name, "set_guidelines", text)
        self.model.do(name, "remark", {None: text})

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data):
        """Something sent before arrives once more, perhaps after a restart: it changes nothing."""
        name, method, arguments, uid, options = data.draw(st.sampled_from(self.sent))
        log = self.sessions[name].store.read()
        if any(event.uid == uid for event in log):  # an undo of nothing is not in the log
            getattr(self.sessions[name], method)(*arguments, uid=uid, **options)
            assert self.sessions[name].store.read() == log

    @rule(name=who)
    def restart(self, name):
        self.sessions[name].store.close()
        self.sessions[name] = self.open(name)

    @rule()
    def tables_say_what_the_model_knows(self):
        for session in self.sessions.values():
            session.refresh()
            table = session.labels()
            assert dict(zip(table["index"], table["label"], strict=True)) == self.model.labels

    @invariant()
    def both_sessions_know_what_the_model_knows(self):
        if not hasattr(self, "sessions"):
            return
        labels, answers, classes = self.model.labels, self.model.answers, self.model.classes
        for session in self.sessions.values():
            session.refresh()
            assert session.classes == classes
            assert list(session.retired) == [*self.model.retired, *self.model.retired_too]
            assert session.parents == self.model.parents
            notes = {POOL.index_of(item): note for item, note in session.notes.items()}
            assert {None: session.guidelines, **notes} == self.model.notes
            codes = np.full(N, -1)
            for item, label in labels.items():
                codes[item] = classes.index(label) if label in classes else -1
            assert session.y.tolist() == codes.tolist()
            coarse = self.model.coarse
            given = {item for item, (_, source) in self.model.sources.items() if source == "model"}
            by_model = given - coarse
            assert session.coarse_labels().tolist() == sorted(coarse - given)
            assert session.accepted.tolist() == sorted(by_model)
            assert session.drawn.tolist() == self.model.drawn
            assert session.labeled.tolist() == sorted(labels.keys() - by_model - coarse)
            assert (session.n_labeled, session.n_accepted) == (
                len(labels.keys() - by_model - coarse),
                len(by_model),
            )
            assert (session.snapshot().y[sorted(by_model)] == -1).all()
            kinds = {
                POOL.index_of(item): answer.label or answer.kind
                for item, answer in session.state.answers.items()
            }
            assert kinds == answers
            standing = [STATUSES[code] for code in session.status]
            words = {"skip": "skipped", "flag": "flagged"}
            sources = [self.model.sources.get(item, (None, "open"))[1] for item in range(N)]
            asked = {item: "open" if item in given else "coarse" for item in coarse}
            assert standing == [
                asked.get(item, words.get(source, source)) for item, source in enumerate(sources)
            ]

    @invariant()
    def the_state_is_a_fold_from_scratch(self):
        if not hasattr(self, "sessions"):
            return
        for name, session in self.sessions.items():
            folded = LabelState(CLASSES, session.store.read())
            assert folded.answers == session.state.answers
            assert folded.classes == session.classes
            assert (folded.parents, folded.every_class) == (session.parents, session.every_class)
            details = {
                name: one for name, one in folded.details.items() if name in folded.every_class
            }
            assert details == session.class_details
            assert {**folded.renamed} == session.state.renamed
            assert folded.draws == session.state.draws
            assert folded.n_questions == session.state.n_questions
            assert folded.undo_target(name) == session.state.undo_target(name)
            assert folded.redo_target(name) == session.state.redo_target(name)

    def questions_are_open(self):
        asked = self.sessions["ann"].ask(3).indices.tolist()
        answers = self.model.answers
        first = self.model.drawn
        assert asked[: len(first)] == first[:3]
        sources, coarse = self.model.sources, self.model.coarse
        again = {item for item in coarse if sources[item][1] == "model"}  # they are open
        free = set(range(N)) - answers.keys() | set(first) | again
        if not free:
            free = {item for item, answer in answers.items() if answer == "skip"}
        assert set(asked) <= free
        assert len(asked) == min(3, len(free))

    @rule()
    def what_was_learned_is_what_a_fresh_session_learns(self):
        fresh = self.open("ann")
        proba, again = self.sessions["ann"].predict_proba(), fresh.predict_proba()
        assert proba.tobytes() == again.tobytes()
        assert self.sessions["ann"].ask(3).indices.tolist() == fresh.ask(3).indices.tolist()
        fresh.store.close()


TestMachine = Machine.TestCase
TestMachine.settings = hypothesis.settings(
    max_examples=120,
    stateful_step_count=30,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
