"""Items drawn at random, and items asked twice: what is written to the log before any answer.

Not every item drawn is asked about, so that people's answers go where errors are likely. The tenth
of the pool that the model is least confident about is always asked about when drawn. Of the others,
every second one is skipped, by a coin; one that is found wrong then counts twice. All of what was
drawn is in the log, with the chance it had. On average each error still counts once: this is the
two-phase sampling of Neyman (1938).

A share of the answers brings back an item that the same person labeled at least `AFTER` items
before, drawn at random. Until it is answered the model does not learn from the earlier label, so
that neither its prediction nor its reasons give that away. The newer answer stands; both stay in
the log.
"""

from __future__ import annotations

import secrets
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, IntArray, is_number, is_whole
from nblabel.learners.coarse import CoarseLabels
from nblabel.log import frames
from nblabel.log.coding import CODES, STATUSES
from nblabel.log.events import ANSWERS, LabelEvent, Tags
from nblabel.log.labels import LabelLog
from nblabel.log.splitting import SplitLog
from nblabel.log.tag_log import TagLog
from nblabel.log.tag_state import is_yes
from nblabel.session.engine import Snapshot

ALWAYS_ASKED = 0.1  # share of the pool, the least confident, that is asked about whenever drawn
SKIP_CHANCE = 0.5  # of the others, when drawn
AFTER = 20  # items answered since, at least, before one is asked again: nobody shall remember
NOT_BY_PEOPLE = tuple(STATUSES.index(name) for name in ("open", "skipped", "model"))
NOT_ANSWERED = tuple(STATUSES.index(name) for name in ("open", "model"))
_DRAWS = 0x61756469  # keeps the coins that decide on draws apart from other random numbers
_REPEATS = 0x74776963  # and those that decide on repeats
_ANSWERS = ("label", "tags", "skip", "flag")


def two_phase_draw(
    confidence: FloatArray, n: int, rng: np.random.Generator
) -> tuple[list[int], list[float]]:
    """Draw items one after the other, and decide by a coin whether a person is asked about each.

    Parameters
    ----------
    confidence : ndarray of shape (m,)
        How confident the model is of each.
    n : int
        How many to ask about; all, where there are fewer.
    rng : Generator
        Draws, and tosses the coins.

    Returns
    -------
    positions : list of int
        The items in the order drawn. One that is skipped may be drawn again.
    chances : list of float
        The chance with which each was to be asked about; 0 for one that is skipped.
    """
    positions: list[int] = []
    chances: list[float] = []
    if not len(confidence):
        return positions, chances
    chance = np.where(confidence <= np.quantile(confidence, ALWAYS_ASKED), 1, 1 - SKIP_CHANCE)
    left = np.arange(len(confidence))
    for last in range(len(left) - 1, len(left) - 1 - min(n, len(left)), -1):
        asked = False
        while not asked:
            at = int(rng.integers(last + 1))
            asked = rng.random() < chance[left[at]]
            positions.append(int(left[at]))
            chances.append(float(chance[left[at]]) if asked else 0.0)
        left[at] = left[last]
    return positions, chances


def weights(draw: LabelEvent) -> tuple[npt.NDArray[np.float64], float]:
    """Return the weights of the items of a draw, and the largest that they could have been.

    The weight is one over the chance of being asked about; 0 for an item that was skipped.
    """
    if not draw.probabilities:
        return np.ones(len(draw.ids)), 1.0
    chance = np.array(draw.probabilities)
    weight = np.divide(1, chance, out=np.zeros(len(chance)), where=chance > 0)
    return weight, 1 / (1 - SKIP_CHANCE)


def draw(
    log: LabelLog,
    n: int,
    random_state: int,
    *,
    among: Any = None,
    predicted: Sequence[str] = (),
    confidence: Sequence[float] = (),
    name: str = "",
    together: int | None = None,
    model: FloatArray | None = None,
) -> LabelEvent:
    """Draw items at random; return the event, which holds no item where none is left.

    Parameters
    ----------
    log : LabelLog
    n : int
        How many to ask about.
    random_state : int
        Seed.
    among, predicted, confidence, name, together
        See `nblabel.Session.draw`.
    model : ndarray of shape (n_pool,), optional
        The confidence of the model in its prediction for each item, where it has learned; draws
        from the whole pool are then two-phase.
    """
    if not is_whole(n) or n < 1:
        raise ValueError(f"n is {n!r}; draw at least one item.")
    if len(predicted) != len(confidence) or (among is None and (predicted or name)):
        raise ValueError(
            "predicted, confidence and name go with among=, the first two with each other."
        )
    if among is None:
        rows = np.flatnonzero(np.isin(status_of_whole(log), NOT_BY_PEOPLE))
        frame = log.numbering.whole
    else:
        rows = log.positions(among)
        frame = log.numbering.to_text(rows, name)
    draws = log.state.draws
    before = {item for event in draws if event.frame == frame for item in event.asked}
    left = np.flatnonzero(~np.isin(rows, log.pool.indices_of(before)))
    # two who draw at the same moment toss coins of their own
    who = zlib.crc32((log.annotator or "").encode())
    place = len(draws) if together is None else together
    rng = np.random.default_rng([random_state, place, who])
    labels: list[str] = []
    values: list[float] = []
    if among is None and model is not None:
        at, values = two_phase_draw(model[rows[left]], n, rng)
        places = left[at]
    elif together is not None:
        # the item with the smallest number in one set has it in another one, too
        places = left[np.argsort(rng.random(len(log.pool))[rows[left]])[:n]]
    else:
        places = rng.permutation(left)[:n]
    if predicted:
        labels = [predicted[at] for at in places.tolist()]
        values = [float(confidence[at]) for at in places.tolist()]
    return LabelEvent(
        "audit",
        ids=tuple(log.pool.ids[row] for row in rows[places].tolist()),
        labels=tuple(labels),
        probabilities=tuple(values),
        frame=frame,
        source="model",
        annotator=log.annotator,
    )


def status_of_whole(log: LabelLog) -> npt.NDArray[np.uint8]:
    """Return what is said of each item in whole, (n,), as in `nblabel.log.labels.STATUSES`.

    With several tags it does not tell whether each of them was answered by itself: then the classes
    of a later day would change what a draw was made from.
    """
    tags = log.state.tags
    if tags is None:
        return log.status
    status = np.zeros(len(log.pool), dtype=np.uint8)
    rows = log.pool.find(tags.items)
    status[rows[rows >= 0]] = tags.status(tags.items)[rows >= 0]
    return status


def pending_draws(log: TagLog) -> IntArray:
    """Return positions drawn at random that nobody has answered yet, in the order drawn."""
    draws = log.state.draws
    newest = {frames.name_of(event.frame): event.frame for event in draws}
    waiting: dict[str | None, npt.NDArray[np.bool_]] = {}
    found: dict[int, None] = {}
    for event in draws:
        name = frames.name_of(event.frame)
        if event.frame != newest[name]:
            continue  # a set given up is not asked any more
        if name not in waiting:
            waiting[name] = _waiting(log, name)
        rows = log.pool.indices_of(event.asked)
        found |= dict.fromkeys(rows[waiting[name][rows]].tolist())
    return np.fromiter(found, dtype=np.intp, count=len(found))


def _waiting(log: TagLog, name: str | None) -> npt.NDArray[np.bool_]:
    """Return which items of the pool wait for an answer if drawn from a set of that name."""
    if not log.multi_label or not name:
        return np.isin(log.status, NOT_ANSWERED)
    (tag,) = Tags.of(name).names
    if tag not in log.classes:
        return np.zeros(len(log.pool), dtype=bool)  # deleted since
    code = log.classes.index(tag)
    return without_answer(log, code) | is_by_model(log, code)


def without_answer(log: TagLog, code: int) -> npt.NDArray[np.bool_]:
    """Return of which items nobody answered about a tag, and none skipped or flagged it, (n,)."""
    aside = np.isin(log.status, (CODES["skipped"], CODES["flagged"]))
    y: Any = log.y
    free: npt.NDArray[np.bool_] = (y[:, code] < 0) & ~log.unsure[:, code] & ~aside
    return free


def is_by_model(log: TagLog, code: int) -> npt.NDArray[np.bool_]:
    """Return of which items the model answered about a tag, (n,)."""
    people: Any = log.learned_from(accepted=False)[:, code]
    by_model: npt.NDArray[np.bool_] = log.y[:, code] != people
    return by_model


def draw_is_due(log: LabelLog, share: float, random_state: int) -> bool:
    """Return whether the coin for the last answer is to draw; the log alone decides."""
    n = log.state.n_questions
    if not share or not n:
        return False
    return bool(np.random.default_rng([random_state, _DRAWS]).random(n)[-1] < share)


def choose_repeat(log: LabelLog, share: float, random_state: int) -> LabelEvent | None:
    """Return the question to repeat after the last answer, if one is due and there is one."""
    state = log.state
    coin = np.random.default_rng([random_state, _REPEATS, state.n_questions])
    if coin.random() >= share or len(pending_repeats(log)):
        return None
    before = {item for event in state.repeats for item in event.ids}
    classes = {*log.classes}  # a coarse label is no whole answer
    own = [
        (answer.event.seq, item)
        for item, answer in state.answers.items()
        if answers_whole(answer.event, item)
        and (answer.kind != "label" or answer.label in classes)
        and answer.event.source == "human"
        and answer.event.annotator == log.annotator
    ]
    old = [item for _, item in sorted(own)[:-AFTER] if item not in before]
    # a class that would be forgotten meanwhile gives the question away
    if state.tags is not None:
        old = [item for item in old if _is_told_by_others(log, item)]
    else:
        names = Counter(answer.label for answer in state.answers.values())
        old = [item for item in old if names[state.answers[item].label] > 1]
    if not old:
        return None
    item = old[int(coin.integers(len(old)))]
    return LabelEvent("repeat", ids=(item,), annotator=log.annotator)


def answers_whole(event: LabelEvent, item: str) -> bool:
    """Return whether an event says what an item is; with several tags, all of them at once."""
    if event.kind != "tags":
        return event.kind == "label"
    return Tags.of(event.labels[event.ids.index(item)]).whole


def _is_told_by_others(log: LabelLog, item: str) -> bool:
    """Return whether each tag of an item is one of another item, too."""
    tags = log.state.tags
    assert tags is not None, "asked of a log with several tags"
    (codes,) = tags.codes([item], log.classes)
    return all(tags.n_yes(log.classes[code]) > 1 for code in np.flatnonzero(is_yes(codes)).tolist())


def pending_repeats(log: LabelLog) -> IntArray:
    """Return positions of items that this annotator is asked again and has not answered yet."""
    waiting = [
        event.ids[0]
        for event in log.state.repeats
        if event.annotator == log.annotator
        and (found := answers_around(log, event)) is not None
        and found[1] is None
    ]
    return log.pool.indices_of(waiting)


def answers_around(
    log: LabelLog, repeat: LabelEvent
) -> tuple[LabelEvent, LabelEvent | None] | None:
    """Return the label before a repeat and the answer after it, None where there is none yet.

    Nothing at all where the label before it was taken back.
    """
    answers = [
        event
        for event in log.state.history(repeat.ids[0])
        if event.annotator == repeat.annotator
        and event.source == "human"
        and event.kind in _ANSWERS
        and (event.kind != "tags" or answers_whole(event, repeat.ids[0]))
    ]
    before = [event for event in answers if event.seq < repeat.seq and event.kind in ANSWERS]
    after = [event for event in answers if event.seq > repeat.seq]
    return (before[-1], after[0] if after else None) if before else None


def snapshot(log: SplitLog, drawn: IntArray, repeated: IntArray, learn_accepted: bool) -> Snapshot:
    """Return the labels as they are now: what to learn from, and what to ask about first."""
    skipped = np.flatnonzero(log.status == STATUSES.index("skipped"))
    since = [log.state.answers[log.pool.ids[int(at)]].event.seq for at in skipped]
    first = np.concatenate([drawn, repeated])
    y, accepted = log.learned_from(accepted=learn_accepted), log.accepted
    y[repeated] = -1  # what is asked once more must not be learned from meanwhile
    retired = np.array([log.classes.index(name) for name in log.state.retired], dtype=np.intp)
    bulk = log.bulk
    if len(retired):
        y[np.isin(y, retired)] = -1
        bulk = bulk[y[bulk] >= 0]
    return Snapshot(
        version=log.version,
        y=y,
        open=np.setdiff1d(log.unanswered, first, assume_unique=True),
        skipped=skipped[np.argsort(since, kind="stable")],
        classes=log.classes,
        accepted=accepted,
        bulk=bulk,
        drawn=first,
        retired=retired,
        coarse=_coarse(log, repeated),
        below=log._below if log.multi_label else (),  # noqa: SLF001  (one of us)
    )


def _coarse(log: SplitLog, repeated: IntArray) -> CoarseLabels | None:
    """Return the labels of classes that have subclasses, but for those that are retired."""
    nodes, paths = log._coarse  # noqa: SLF001  (one of us)
    nodes[repeated] = -1
    gone = [node for node, name in enumerate(log.parent_classes) if name in log.retired]
    nodes[np.isin(nodes, gone)] = -1
    return CoarseLabels(nodes, paths) if (nodes >= 0).any() else None


def check_seed(random_state: Any) -> int:
    """Return a seed, one at random for None, or say what is wrong with it."""
    if random_state is None:
        return secrets.randbits(31)
    if not is_whole(random_state) or random_state < 0:
        raise ValueError(
            f"random_state is {random_state!r}; pass a whole number that is not negative, or None."
        )
    return int(random_state)


def check_share(name: str, value: Any) -> float:
    """Return a share of the questions, or say what is wrong with it."""
    if not is_number(value) or not 0 <= value <= 1:
        raise ValueError(f"{name} is {value!r}; it must be a share between 0 and 1, such as 0.1.")
    return float(value)
