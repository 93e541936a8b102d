"""A race: strategies and a person label the same pool, and their curves grow side by side."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd

from nblabel.arrays import IntArray, is_whole
from nblabel.log.classes import check_classes, list_classes
from nblabel.pool import Pool
from nblabel.pool.order import in_pool_order
from nblabel.simulation import simulate
from nblabel.simulation.arguments import codes_of, distinct, is_indicator, values_of
from nblabel.strategies import make_strategy
from nblabel.system.format import counted, percent
from nblabel.widget.labeler import Labeler
from nblabel.widget.text import race as text
from nblabel.widget.view.race_chart import RaceChart
from nblabel.widget.work.home import Home
from nblabel.widget.work.worker import Task, Worker

STRATEGIES = ("alternating", "margin", "random")


@dataclass
class Score:
    """What of a person's answers is right.

    Attributes
    ----------
    answers : dict of int to bool
        Whether each answer is right, by position in the pool, in the order they were given.
    """

    answers: dict[int, bool] = field(default_factory=dict)

    @property
    def n_right(self) -> int:
        """How many are right."""
        return sum(self.answers.values())

    @property
    def streak(self) -> int:
        """How many of the last ones are right in a row."""
        length = 0
        for right in reversed(self.answers.values()):
            if not right:
                break
            length += 1
        return length

    def take(self, index: int, right: bool | None) -> None:
        """Note an answer; None where it was taken back."""
        self.answers.pop(index, None)
        if right is not None:
            self.answers[index] = right

    def __str__(self) -> str:
        return text.SCORE.format(self.n_right, len(self.answers))


class Race(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A panel for a person, and the learning curves of strategies beside the person's own.

    What `nblabel.race` returns. The curves of the strategies are shown as far as the person has
    come, so that nobody is ahead of anybody.

    Attributes
    ----------
    panel : Labeler
        Where the person labels.
    chart : ipywidgets.DOMWidget
        The curves, drawn; `frame` has them as a table.
    score : Score
        What of the person's answers is right; ``str(race.score)`` says it.
    """

    def __init__(
        self,
        panel: Labeler,
        truth: IntArray,
        names: Sequence[str],
        strategies: Sequence[tuple[str, Any]],
        settings: dict[str, Any],
        n_labels: int,
        *,
        feedback: bool,
    ) -> None:
        self.panel, self.score = panel, Score()
        self._truth, self._names, self._feedback = truth, list(names), feedback
        self._n_labels, self._settings = n_labels, settings
        self._curves: dict[str, pd.DataFrame] = {name: _no_curve() for name, _ in strategies}
        self._own: dict[int, float] = {}
        self._working, self._failed, self._caption = "", "", ""
        self.chart = RaceChart()
        self._said = ipywidgets.HTML()
        self._home = Home(lambda error: self._tell(f"{error}"))
        self._worker = Worker(self._home)
        panel.on_label(self._labeled)
        panel.on_fit(self._fitted)
        super().__init__([self._said, panel, self.chart])
        if panel.session.n_labeled:  # a race that was begun before goes on
            self._labeled(panel.session.labeled)
        else:
            self._tell(text.READY)
            self._draw()
        self._waiting = list(strategies)
        self._begin()

    @property
    def frame(self) -> pd.DataFrame:
        """All curves so far, as `nblabel.simulate` returns them: n_labels, pool_accuracy, strategy.

        Those of the strategies in whole, the person's as ``"you"``.
        """
        own = pd.DataFrame(
            {"n_labels": list(self._own), "pool_accuracy": list(self._own.values())}
        ).assign(strategy=text.YOU)
        parts = [own, *self._curves.values()]
        some = [part for part in parts if len(part)]
        return pd.concat(some, ignore_index=True) if some else own

    def close(self) -> None:
        """End the race and its panel; the labels stay."""
        self._worker.close()
        self._home.leave()
        for part in (self.panel, self.chart, self._said):
            part.close()
        super().close()

    # the strategies, in a thread of their own

    def _begin(self) -> None:
        """Begin once the panel has embedded the pool: it need not be done twice."""
        if self._waiting and not self.panel.session.awaits_embeddings:
            self._settings["pool"] = Pool(embeddings=self.panel.session.embeddings)
            for name, strategy in self._waiting:
                self._run(name, strategy)
            self._waiting = []

    def _run(self, name: str, strategy: Any) -> None:
        def work(_: object) -> pd.DataFrame:
            frame = simulate(
                strategy=strategy, budget=self._n_labels, progress=False, **self._settings
            )
            return frame[["n_labels", "pool_accuracy"]].assign(strategy=name)

        def prepare() -> None:
            self._working = text.WORKING.format(name)
            self._show()

        def done(result: Any) -> None:
            self._working = ""
            if isinstance(result, Exception):
                self._failed = text.FAILED.format(name, result)
            else:
                self._curves[name] = result
            self._show()

        self._worker.run("race", Task(work=work, done=done, prepare=prepare))

    # the person

    @property
    def _called(self) -> list[str]:
        """The right answers' class names as they are now."""
        return list(map(self.panel.session.state.class_list.called_now, self._names))

    def _labeled(self, changed: IntArray) -> None:
        """Judge the answers that are new, in place of those before."""
        session = self.panel.session
        y = session.y
        for index in changed.tolist():
            self.score.take(index, self._is_right(session.classes, int(y[index]), index))
        if not self._feedback:
            self._tell(text.HIDDEN.format(counted(len(self.score.answers), "item")))
        elif len(changed) == 1 and changed[0] in self.score.answers:
            self._tell(f"{self._judged(session.classes, int(y[changed[0]]), int(changed[0]))}")
        else:
            self._tell(f"{self.score}")
        self._draw()  # the others need not wait until the learner is fitted

    def _is_right(self, classes: Sequence[str], code: int, index: int) -> bool | None:
        return None if code < 0 else classes[code] == self._called[self._truth[index]]

    def _judged(self, classes: Sequence[str], code: int, index: int) -> str:
        truth = self._called[self._truth[index]]
        if self.score.answers[index]:
            parts = [text.RIGHT.format(truth)]
            if self.score.streak > 1:
                parts.append(text.ROW.format(self.score.streak))
        else:
            parts = [text.WRONG.format(truth=truth, said=classes[code])]
        return " ".join([*parts, str(self.score)])

    def _fitted(self) -> None:
        """Take in how many labels of the pool are right now."""
        self._begin()
        session = self.panel.session
        if not session.n_labeled:
            self._own.clear()
        else:
            numbers = {name: code for code, name in enumerate(self._called)}
            codes = np.array([numbers.get(name, -1) for name in session.classes])
            predicted = session.refit().predicted[0]
            now = np.where(session.y >= 0, session.y, predicted)
            later = [n for n in self._own if n > session.n_labeled]  # undone
            for n in later:
                del self._own[n]
            self._own[session.n_labeled] = float((codes[now] == self._truth).mean())
        self._show()

    # what is seen

    def _show(self) -> None:
        """Draw the curves, and say what they tell up to the last fit."""
        n = max(self._own, default=0)
        self._caption = self._working or self._failed or self._places(self._up_to(n), n)
        self._draw()

    def _draw(self) -> None:
        """Draw the curves as far as the person has come."""
        curves = self._up_to(self.panel.session.n_labeled)
        self.chart.drawn = {
            "curves": [{"name": name, "points": points} for name, points in curves.items()],
            "caption": self._caption,
            "length": self._n_labels,
        }

    def _up_to(self, n: int) -> dict[str, list[tuple[int, float]]]:
        """Return the points of each curve up to n labels."""
        points = {text.YOU: list(self._own.items())}
        for name, frame in self._curves.items():
            points[name] = list(
                zip(frame["n_labels"].tolist(), frame["pool_accuracy"].tolist(), strict=True)
            )
        return {name: [one for one in some if one[0] <= n] for name, some in points.items()}

    def _places(self, curves: dict[str, list[tuple[int, float]]], n: int) -> str:
        last = {name: points[-1][1] for name, points in curves.items() if points}
        if not n or not last:
            return ""
        order = sorted(last, key=lambda name: -last[name])
        places = ", ".join(f"{name} {percent(last[name])}" for name in order)
        over = f"{text.OVER.format(self._n_labels)} " if n >= self._n_labels else ""
        return over + text.PLACES.format(counted(n, "label"), places)

    def _tell(self, message: str) -> None:
        self._said.value = f'<p role="status" style="margin: 4px 0">{html.escape(message)}</p>'


def _no_curve() -> pd.DataFrame:
    return pd.DataFrame({"n_labels": [], "pool_accuracy": [], "strategy": []})


def race(
    pool: Any,
    y: Any,
    *,
    strategies: Sequence[Any] = STRATEGIES,
    classes: Sequence[Any] | None = None,
    n_labels: int = 100,
    feedback: bool = True,
    learner: Any = "auto",
    random_state: int = 0,
    **options: Any,
) -> Race:
    """Let a person and strategies label the same pool, and draw their learning curves.

    The person labels in a panel; the learner is the same for all. The right answers are known, and
    hidden: after each answer the person is told whether it is right, if wanted. The strategies
    label with the right answers, in the background.

    Parameters
    ----------
    pool : Pool or images
        What to label. With more than some thousand items the strategies take long.
    y : sequence of n
        The right answer for each item: class names, or class numbers.
    strategies : sequence of str or QueryStrategy
        Who else is in the race. "random" shows what it is worth to choose at all.
    classes : sequence, optional
        Class names in order; the distinct values of `y`, sorted, if left out.
    n_labels : int
        How long the race is. The person may go on after it.
    feedback : bool
        Tell after each answer whether it is right.
    learner : str, estimator or callable
        What learns, as for `nblabel.Session`.
    random_state : int
        Seed.
    **options
        Those of `nblabel.Labeler`, such as ``strategy``: what asks the person; and ``store``.

    Returns
    -------
    Race
        The panel with the curves, to be shown. ``race.frame`` has the curves as a table,
        ``race.score`` what of the answers is right.

    Raises
    ------
    ValueError, TypeError
        If an argument is not usable, or two strategies have the same name.

    See Also
    --------
    nblabel.simulate : The curves alone, with several seeds.
    nblabel.check_strategy : Whether a strategy of your own does what it must.

    Examples
    --------
    >>> import nblabel as nb
    >>> sample = nb.datasets.load_fashion_mnist_sample()
    >>> race = nb.race(sample.images, sample.labels, classes=sample.classes, n_labels=5)
    >>> race.panel.session.tell(0, sample.classes[sample.labels[0]]).kind
    'label'
    >>> str(race.score)
    '1 of 1 right.'
    >>> sorted(set(race.frame["strategy"]))
    ['alternating', 'margin', 'random']
    """
    if is_indicator(y) or options.get("multi_label"):
        raise ValueError("a race is for one class an item, not for several tags.")
    if not is_whole(n_labels) or n_labels < 1:
        raise ValueError(f"n_labels is {n_labels!r}; pass a whole number of at least 1.")
    if isinstance(strategies, str) or not list(strategies):
        raise ValueError(f"strategies is {strategies!r}; pass a list of one or more.")
    named = [(_name(strategy), strategy) for strategy in strategies]
    twice = {name for name, _ in named if [other for other, _ in named].count(name) > 1}
    if twice or text.YOU in dict(named):
        wrong = ", ".join(sorted(twice)) or text.YOU
        raise ValueError(f"names of strategies must differ, also from 'you': {wrong}.")
    pool = pool if isinstance(pool, Pool) else Pool(pool)
    values = values_of(in_pool_order(pool, y, "y"), len(pool), "y")
    given = distinct(values) if classes is None else list_classes(classes)
    names = check_classes(given)
    truth: IntArray = np.asarray(codes_of(values, given, names, "y"), dtype=np.intp)
    panel = Labeler(pool, given, learner=learner, random_state=random_state, **options)
    settings = {"y": truth, "classes": names, "learner": learner, "random_state": random_state}
    return Race(
        panel, truth, names, named, settings, min(int(n_labels), len(pool)), feedback=feedback
    )


def _name(strategy: Any) -> str:
    made = make_strategy(strategy)
    return (
        strategy if isinstance(strategy, str) else str(getattr(made, "name", type(made).__name__))
    )
