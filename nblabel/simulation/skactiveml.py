"""Strategies of scikit-activeml in nblabel, and those of nblabel in scikit-activeml's loops."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from nblabel.arrays import IntArray
from nblabel.pool import Pool
from nblabel.session import Session
from nblabel.strategies import Query, Reason, View, make_strategy

INSTALL = 'this needs scikit-activeml: pip install "nblabel[bench]", or scikit-activeml alone.'


def from_skactiveml(strategy: Any, classifier: Any = None) -> FromSkactiveml:
    """Return a query strategy of scikit-activeml as one of nblabel, to be passed as ``strategy=``.

    Parameters
    ----------
    strategy : skactiveml.base.SingleAnnotatorPoolQueryStrategy
        An instance, such as ``skactiveml.pool.UncertaintySampling()``. It is copied for each query.
    classifier : estimator, optional
        What a strategy that needs one is given: of scikit-learn or scikit-activeml, with
        ``predict_proba``. It is fitted to the labels at each query. Logistic regression on
        standardized embeddings if left out.

    Returns
    -------
    FromSkactiveml
        With ``name`` and ``query(view, n)``. Where it needs a classifier it draws at
        random until two classes have a label.

    Raises
    ------
    TypeError
        If it has no ``query`` method, or is a class.
    ImportError
        At the first query that needs a classifier, if scikit-activeml is missing.

    Examples
    --------
    >>> import nblabel as nb
    >>> from skactiveml.pool import UncertaintySampling  # doctest: +SKIP
    >>> margin = nb.from_skactiveml(UncertaintySampling("margin_sampling"))  # doctest: +SKIP
    >>> session = nb.Session(images, classes, strategy=margin)  # doctest: +SKIP
    """
    if isinstance(strategy, type) or not callable(getattr(strategy, "query", None)):
        raise TypeError(
            f"{strategy!r} is no query strategy of scikit-activeml; pass an instance, such as "
            "UncertaintySampling()."
        )
    return FromSkactiveml(strategy, classifier)


def to_skactiveml(strategy: Any = "auto", random_state: int = 0) -> ToSkactiveml:
    """Return a query strategy of nblabel that a loop of scikit-activeml can ask.

    Parameters
    ----------
    strategy : str or QueryStrategy
        As for `nblabel.Session`.
    random_state : int
        Seed.

    Returns
    -------
    ToSkactiveml
        With ``query(X, y, candidates=None, batch_size=1, return_utilities=False)``.

    Raises
    ------
    ValueError, TypeError
        If there is no such strategy.

    Examples
    --------
    >>> import numpy as np
    >>> import nblabel as nb
    >>> X = nb.datasets.load_digits().images.reshape(-1, 64)[:200]
    >>> y = np.full(len(X), np.nan)
    >>> y[:2] = 0, 1
    >>> len(nb.to_skactiveml("margin").query(X, y, batch_size=3))
    3
    """
    make_strategy(strategy)
    return ToSkactiveml(strategy, random_state)


class FromSkactiveml:
    """A strategy of scikit-activeml; see `from_skactiveml`."""

    def __init__(self, strategy: Any, classifier: Any) -> None:
        self.name = type(strategy).__name__
        self._strategy, self._classifier = strategy, classifier

    def query(self, view: View, n: int) -> Query:
        """Choose what to ask next, as `nblabel.strategies.QueryStrategy` says."""
        n = min(n, len(view.candidates))
        y = np.where(view.y >= 0, view.y, np.nan)
        strategy = copy.deepcopy(self._strategy)
        wanted = inspect.signature(strategy.query).parameters
        if "random_state" in strategy.get_params():
            strategy.set_params(random_state=int(view.rng.integers(2**31)))
        given: dict[str, Any] = {"X": view.X, "y": y, "candidates": view.candidates}
        for name in ("clf", "ensemble", "discriminator"):
            if name in wanted and wanted[name].default is inspect.Parameter.empty:
                if len(np.unique(view.y[view.y >= 0])) < 2:
                    return self._drawn(view, n)
                given[name] = self._fitted(view, y)
                given |= {"fit_clf": False} if "fit_clf" in wanted else {}
        asked = dict.fromkeys(np.asarray(strategy.query(**given, batch_size=n)).tolist())
        reasons = [Reason(f"{self.name} chose it.")] * len(asked)
        if len(asked) < n:  # some ask for an item twice where many are equal
            rest = view.rng.permutation(np.setdiff1d(view.candidates, list(asked)))
            asked |= dict.fromkeys(rest[: n - len(asked)].tolist())
            reasons += [Reason("Drawn at random.")] * (n - len(reasons))
        indices: IntArray = np.array(list(asked), dtype=np.intp)
        scores = np.linspace(1, 0, n, endpoint=False, dtype=np.float32)
        return Query(indices, scores, tuple(reasons))

    def _fitted(self, view: View, y: npt.NDArray[np.float64]) -> Any:
        try:
            from skactiveml.base import SkactivemlClassifier
            from skactiveml.classifier import SklearnClassifier
        except ImportError as error:
            raise ImportError(INSTALL) from error
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        classifier = copy.deepcopy(self._classifier)
        if classifier is None:
            classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))
        if not isinstance(classifier, SkactivemlClassifier):
            classifier = SklearnClassifier(classifier, classes=np.arange(len(view.classes)))
        return classifier.fit(view.X, y)

    def _drawn(self, view: View, n: int) -> Query:
        reason = Reason("Drawn at random: two classes need a label first.")
        indices = view.rng.permutation(view.candidates)[:n]
        return Query(indices, np.zeros(len(indices), dtype=np.float32), (reason,) * len(indices))


class ToSkactiveml:
    """A strategy of nblabel for loops of scikit-activeml; see `to_skactiveml`."""

    def __init__(self, strategy: Any, random_state: int) -> None:
        self.strategy, self.random_state = strategy, random_state

    def query(
        self,
        X: Any,
        y: Any,
        candidates: Any = None,
        batch_size: int = 1,
        return_utilities: bool = False,
        **_: Any,
    ) -> Any:
        """Choose what to ask next.

        Parameters
        ----------
        X : array of shape (n, dim)
            Embeddings of all items.
        y : array of shape (n,)
            Labels; NaN or None where there is none.
        candidates : array of shape (m,), int, optional
            Positions that may be asked; all without a label if left out.
        batch_size : int
            How many.
        return_utilities : bool
            Whether to return scores, too.

        Returns
        -------
        indices : ndarray of shape (batch_size,), intp
            Positions, best first.
        utilities : ndarray of shape (batch_size, n), float64
            Only if asked for: the scores of what is asked, NaN elsewhere.

        Raises
        ------
        ValueError
            If `y` has another length than `X`, or no candidate is left.
        """
        points = np.asarray(X, dtype=np.float32)
        labels = np.asarray(y, dtype=object)
        if labels.shape != (len(points),):
            raise ValueError(f"y has shape {labels.shape}; expected ({len(points)},).")
        known = pd.notna(labels)
        classes = sorted(set(labels[known].tolist()), key=str)
        names = [str(value) for value in classes]
        spare = (f"class {number} not seen yet" for number in range(2))  # a session has two or more
        given = names if len(names) > 1 else [*names, *spare]
        pool = Pool(embeddings=points)
        session = Session(
            pool, given, strategy=self.strategy, random_state=self.random_state
        )  # its graph is found once, and then on disk
        names_of = dict(zip(classes, names, strict=True))
        if known.any():
            session.tell(np.flatnonzero(known), [names_of[value] for value in labels[known]])
        allowed = ~known
        if candidates is not None:
            allowed &= np.isin(np.arange(len(points)), candidates)
        if not allowed.any():
            raise ValueError("no candidate is left: all have a label.")
        # as many as are surely enough once what may not be asked is left out
        query = session.ask(int((~known).sum()) if candidates is not None else batch_size)
        chosen = np.flatnonzero(allowed[query.indices])[:batch_size]
        indices = query.indices[chosen]
        if not return_utilities:
            return indices
        utilities = np.full((len(indices), len(points)), np.nan)
        utilities[np.arange(len(indices)), indices] = query.scores[chosen]
        return indices, utilities
