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

import zlib
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, IntArray
from nblabel.log import frames
from nblabel.log.events import LabelEvent
from nblabel.log.labels import NOT_ANSWERED, NOT_BY_PEOPLE

if TYPE_CHECKING:
    from nblabel.session import Session

ALWAYS_ASKED = 0.1  # share of the pool, the least confident, that is asked about whenever drawn
SKIP_CHANCE = 0.5  # of the others, when drawn
AFTER = 20  # items answered since, at least, before one is asked again: nobody shall remember
_COINS = 0x74776963  # keeps the random numbers of repeats apart from others
_AUDIT_COINS = 0x61756469  # and those that decide on audits
_ANSWERS = ("label", "skip", "flag")


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


def audit_due(session: Session, share: float) -> bool:
    """Return whether the coin for the last answer says to draw one; the log alone decides."""
    n = session.state.n_questions
    if not n or len(session.drawn):
        return False
    coins = np.random.default_rng([session.random_state, _AUDIT_COINS]).random(n)
    return bool(coins[-1] < share)


def audit_event(
    session: Session,
    n: int,
    model: FloatArray | None,
    among: Any,
    predicted: Sequence[str],
    confidence: Sequence[float],
    name: str,
) -> LabelEvent:
    """Draw items for `Session.draw`, and return the event to log; without ids if none are left.

    `model` is the confidence of the model in its prediction for each item of the pool, None before
    it has learned; the rest as for `Session.draw`.
    """
    pool, draws = session.pool, session.state.draws
    if among is None:
        rows = np.flatnonzero(np.isin(session.status, NOT_BY_PEOPLE))
        frame = frames.whole(len(pool))
    else:
        rows = session.positions(among)
        frame = frames.to_text(rows, name)
    before = {item for draw in draws if draw.frame == frame for item in draw.asked}
    left = np.flatnonzero(~np.isin(rows, pool.indices_of(before)))
    # two who draw at the same moment toss coins of their own
    who = zlib.crc32((session.annotator or "").encode())
    rng = np.random.default_rng([session.random_state, len(draws), who])
    labels: list[str] = []
    probabilities: list[float] = []
    if among is None and model is not None:
        at, probabilities = two_phase_draw(model[rows[left]], n, rng)
        places = left[at]
    else:
        places = rng.permutation(left)[:n]
    if predicted:
        labels = [predicted[at] for at in places.tolist()]
        probabilities = [confidence[at] for at in places.tolist()]
    return LabelEvent(
        "audit",
        ids=tuple(pool.ids[row] for row in rows[places].tolist()),
        labels=tuple(labels),
        probabilities=tuple(probabilities),
        frame=frame,
        source="model",
        annotator=session.annotator,
    )


def pending_draws(session: Session) -> IntArray:
    """Return positions drawn at random that nobody has answered yet, in the order drawn."""
    draws = session.state.draws
    newest = {frames.name_of(draw.frame): draw.frame for draw in draws}
    ids = dict.fromkeys(
        item
        for draw in draws
        # a set that was given up is not asked any more
        if draw.frame == newest[frames.name_of(draw.frame)]
        for item in draw.asked
    )
    places = session.pool.indices_of(ids)
    return places[np.isin(session.status[places], NOT_ANSWERED)]


def choose_repeat(session: Session, share: float) -> LabelEvent | None:
    """Return the question to repeat after the last answer, if one is due and there is one."""
    state = session.state
    coin = np.random.default_rng([session.random_state, _COINS, state.n_questions])
    if coin.random() >= share or len(pending_repeats(session)):
        return None
    before = {item for event in state.repeats for item in event.ids}
    own = [
        (answer.event.seq, item)
        for item, answer in state.answers.items()
        if answer.kind == "label"
        and answer.event.source == "human"
        and answer.event.annotator == session.annotator
    ]
    old = [item for _, item in sorted(own)[:-AFTER] if item not in before]
    # a class that would be forgotten meanwhile gives the question away
    names = Counter(answer.label for answer in state.answers.values())
    old = [item for item in old if names[state.answers[item].label] > 1]
    if not old:
        return None
    item = old[int(coin.integers(len(old)))]
    return LabelEvent("repeat", ids=(item,), annotator=session.annotator)


def pending_repeats(session: Session) -> IntArray:
    """Return positions of items that this annotator is asked again and has not answered yet."""
    waiting = [
        event.ids[0]
        for event in session.state.repeats
        if event.annotator == session.annotator
        and (found := answers_around(session, event)) is not None
        and found[1] is None
    ]
    return session.pool.indices_of(waiting)


def answers_around(
    session: Session, repeat: LabelEvent
) -> tuple[LabelEvent, LabelEvent | None] | None:
    """Return the label before a repeat and the answer after it, None where there is none yet.

    Nothing at all where the label before it was taken back.
    """
    answers = [
        event
        for event in session.state.history(repeat.ids[0])
        if event.annotator == repeat.annotator
        and event.source == "human"
        and event.kind in _ANSWERS
    ]
    before = [event for event in answers if event.seq < repeat.seq and event.kind == "label"]
    after = [event for event in answers if event.seq > repeat.seq]
    return (before[-1], after[0] if after else None) if before else None


def check_share(name: str, value: Any) -> float:
    """Return a share of the questions, or say what is wrong with it."""
    if not isinstance(value, int | float | np.number) or not 0 <= value <= 1:
        raise ValueError(f"{name} is {value!r}; it must be a share between 0 and 1, such as 0.1.")
    return float(value)
