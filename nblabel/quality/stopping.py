"""When to stop: what the next labels are expected to gain. Advice only, nothing stops by itself."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray, is_number, is_whole
from nblabel.log.kinds import refuse
from nblabel.strategies.measures import likeliest
from nblabel.system.format import counted, percent
from nblabel.system.report import Report, check_session

if TYPE_CHECKING:
    import pandas as pd

    from nblabel.session import Session

KEPT = 10  # earlier predictions that are kept for each n labels
USE_AUDIT = (  # of rare tags, all that could be gained is a small share of all pairs
    "nb.audit(session) tells precision and recall of each tag: stop once they are good enough."
)
CAUTION = 0.2  # share of the changes without a claimed gain that may be gains all the same


@dataclass(frozen=True, repr=False)
class StopAdvice(Report):
    """What the next labels are expected to gain. ``print`` it.

    Attributes
    ----------
    stop : bool
        Whether they are likely to gain less than `threshold`.
    gain : float
        Expected gain of the next `n` labels, as a share of the pool; NaN where it is too early to
        say.
    at_most : float
        A cautious estimate of the same; it is this that is compared with `threshold`.
    changed : float
        Share of the pool with another prediction than `n` labels ago.
    n : int
        How many labels all this is about.
    threshold : float
        The stopping threshold: the smallest gain that is worth `n` labels, as a share of the pool.
    n_labels : int
        Labels given.
    """

    stop: bool
    gain: float
    at_most: float
    changed: float
    n: int
    threshold: float
    n_labels: int

    def at(self, threshold: float) -> StopAdvice:
        """Return the same advice for another threshold.

        Parameters
        ----------
        threshold : float
            The stopping threshold: the smallest gain that is worth `n` labels, as a share of the
            pool.

        Returns
        -------
        StopAdvice
            With other values of `stop` and `threshold`; nothing is learned anew.
        """
        return replace(self, threshold=threshold, stop=bool(self.at_most < threshold))

    @property
    def lines(self) -> list[str]:
        """The advice in sentences, with the rule."""
        n = counted(self.n, "label")
        if np.isnan(self.gain):
            return [
                (
                    "Too early to say whether more labels pay. That takes the predictions from "
                    f"{n} ago, and there are {counted(self.n_labels, 'label')}."
                )
            ]
        rule = (
            f"With the last {n} the prediction changed for {percent(self.changed, 2)} of the pool "
            f"and improved for about {percent(self.gain, 2)}. The more labels there are, the less "
            "new ones gain."
        )
        if self.stop:
            return [
                (
                    f"You may stop: the next {n} are expected to gain less than "
                    f"{percent(self.threshold, 2)} of accuracy."
                ),
                rule,
            ]
        return [
            f"Go on: the next {n} may gain up to {percent(self.at_most, 2)} of accuracy.",
            rule,
        ]

    @property
    def table(self) -> pd.DataFrame:
        """The figures, in one row."""
        import pandas as pd

        return pd.DataFrame([asdict(self)])


class StopAdvisor:
    """Stop advice after every refit, without learning anything twice.

    Parameters
    ----------
    n : int
        How many labels to look ahead, and back.
    gain : float
        The stopping threshold: the smallest gain of accuracy that is worth them, as a share of the
        pool.

    Raises
    ------
    ValueError
        If n is not positive, or the gain is not between 0 and 1.

    Notes
    -----
    See `stop_advice` for the rule. `update` takes some milliseconds at 60,000 items, and may be
    called in the thread that learns; a byte for each item is kept of some twenty earlier
    predictions. After a restart the advice begins anew, and says that it is too early, until `n`
    more labels are there; `stop_advice` does not need to wait.
    """

    def __init__(self, *, n: int = 50, gain: float = 0.005) -> None:
        self.n, self._threshold = _checked(n, gain)
        self._model: Hashable = None
        self._before: dict[int, IntArray] = {}
        self._advice = _too_early(self.n, self.threshold, 0)

    @property
    def threshold(self) -> float:
        """The smallest gain that is worth the labels. It may be set, without learning anew."""
        return self._threshold

    @threshold.setter
    def threshold(self, gain: float) -> None:
        _, self._threshold = _checked(self.n, gain)
        self._advice = self._advice.at(self._threshold)

    @property
    def advice(self) -> StopAdvice:
        """The advice after the last `update`."""
        return self._advice

    def update(self, n_labels: int, proba: FloatArray, model: Hashable = None) -> StopAdvice:
        """Take in what a model learned, and return the advice.

        Parameters
        ----------
        n_labels : int
            From how many labels. Fewer than before after an undo.
        proba : ndarray of shape (n_items, n_classes), float32
            Probability of each class.
        model : hashable, optional
            What learned. Predictions of another learner, or on other embeddings, cannot be
            compared: a new one begins anew.

        Returns
        -------
        StopAdvice
            It stays in `advice` until the next `update`.
        """
        if model != self._model:
            self._model, self._before = model, {}
        codes, _ = likeliest(proba)
        kept = {count: old for count, old in self._before.items() if count < n_labels}
        if kept and len(next(iter(kept.values()))) != len(codes):
            kept = {}  # the pool has grown
        base = max((count for count in kept if count <= n_labels - self.n), default=None)
        oldest = n_labels - 2 * self.n  # enough for some steps back
        if base is None:
            self._advice = _too_early(self.n, self.threshold, n_labels)
        else:
            self._advice = _advise(kept[base], proba, self.n, self.threshold, n_labels)
        if n_labels and n_labels - max(kept, default=-n_labels) >= max(self.n // KEPT, 1):
            kept[n_labels] = codes.astype(np.uint16)
        self._before = {
            count: old for count, old in kept.items() if count >= min(base or 0, oldest)
        }
        return self._advice


def stop_advice(session: Session, *, n: int = 50, gain: float = 0.005) -> StopAdvice:
    """Say whether the next labels are likely to be worth it. Nothing stops by itself.

    Parameters
    ----------
    session : Session
        With more than `n` labels; before, it is too early to say.
    n : int
        How many labels to look ahead, and back.
    gain : float
        The stopping threshold: the smallest gain of accuracy that is worth them, as a share of the
        pool; 0.005 is half a percent.

    Returns
    -------
    StopAdvice
        ``print`` it.

    Raises
    ------
    ValueError
        If n is not positive, or the gain is not between 0 and 1.
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    LearnerError
        If the learner fails.

    Notes
    -----
    The model learns once without the last `n` labels. For each item whose prediction then differs,
    the model of now knows how much likelier it finds its prediction than that other one. The sum
    over the pool is what the last `n` labels gained, by the model's own account, and the next `n`
    are assumed to gain no more.

    This watches predictions that stabilize, like Bloodgood and Vijay-Shanker, "A method for
    stopping active learning based on stabilizing predictions and the need for user-adjustable
    stopping" (CoNLL 2009), but in the unit that a person cares about: a model that keeps changing
    its prediction where one class is as likely as the other gains nothing by it. As models are
    over- or underconfident, a fifth of all other changes is added before the gain is compared with
    the threshold. On the pools of ``make bench-honesty`` the estimate was close to the truth, but
    no theorem says so: a class without any label yet cannot be foreseen.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, classes=data.classes)
    >>> nb.stop_advice(session).stop  # too early to tell
    False
    """
    refuse(session, "stop_advice", USE_AUDIT)
    check_session(session)
    n, gain = _checked(n, gain)
    proba = session.refit(1).proba
    y = session.snapshot().y
    table = session.labels()
    labeled = table["index"].to_numpy()[table["source"].to_numpy() != "model"]
    if len(labeled) <= n:
        return _too_early(n, gain, len(labeled))
    y[labeled[-n:]] = -1
    before = session.engine.learner_anew(session.bulk).update(y, len(session.classes))
    return _advise(likeliest(before)[0], proba, n, gain, len(labeled))


def _advise(
    before: IntArray, proba: FloatArray, n: int, threshold: float, n_labels: int
) -> StopAdvice:
    codes, best = likeliest(proba)
    unlike = np.flatnonzero(codes != before)
    better = float((best[unlike] - proba[unlike, before[unlike]]).sum(dtype=np.float64))
    gain, changed = better / len(codes), len(unlike) / len(codes)
    at_most = gain + CAUTION * (changed - gain)
    return StopAdvice(at_most < threshold, gain, at_most, changed, n, threshold, n_labels)


def _too_early(n: int, threshold: float, n_labels: int) -> StopAdvice:
    unknown = np.nan
    return StopAdvice(
        stop=False,
        gain=unknown,
        at_most=unknown,
        changed=unknown,
        n=n,
        threshold=threshold,
        n_labels=n_labels,
    )


def _checked(n: Any, gain: Any) -> tuple[int, float]:
    if not is_whole(n) or n < 1:
        raise ValueError(f"n is {n!r}; it must be a whole number of labels, such as 50.")
    if not is_number(gain) or not 0 < gain < 1:
        raise ValueError(f"gain is {gain!r}; it must be a share between 0 and 1, such as 0.005.")
    return int(n), float(gain)
