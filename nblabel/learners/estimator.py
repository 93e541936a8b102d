"""Any scikit-learn classifier as a learner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nblabel.arrays import FloatArray, IntArray
from nblabel.learners.base import LearnerError, check_points, check_proba, no_update
from nblabel.learners.knn import KnnLearner

LONGEST = 200  # characters of a reason that are shown
FOLDS = 5  # refits that a temperature is read from
PLENTY, MANY = 1_000, 30  # labels in all, and of a class, that every classifier can learn from
NOISE = 0.1  # deviations of the pool, so that copies of a label do not all lie at one point
FLOOR = 1e-3  # held-out probabilities are never quite 0: one mistake of a forest would decide all


@dataclass(frozen=True)
class _Fitted:
    """What one `update` learned."""

    n_classes: int
    seen: IntArray  # the classes the model knows, as its columns stand
    model: Any = None  # None where there are no two classes to tell apart
    temperature: float | None = None


class EstimatorLearner:
    """A scikit-learn classifier or pipeline, fitted anew on the labeled items' embeddings.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    estimator : estimator
        Has ``fit`` and ``predict_proba``. It is cloned; the one passed in stays untouched.
    random_state : int
        Given to every part of the estimator that has an unset ``random_state``.
    calibrate : bool
        Calibrate the probabilities; a refit then takes up to six times as long.
    name : str, optional
        What the learner is called; the estimator's class if not given.

    Attributes
    ----------
    waiting : str
        Why nearest labeled neighbours stood in at the last `update`, "" where they did not.
    temperature_ : float or None
        What the last `update` divided the logarithms of the probabilities by; above 1 where the
        classifier was too sure of itself. None where nothing was calibrated.

    Raises
    ------
    TypeError
        If it is no classifier with ``predict_proba``.

    Notes
    -----
    A classifier that cannot learn from so few labels, such as nearest neighbours that want five, a
    grid search with folds or a PCA of more components than labels, is bridged: until it can,
    nearest labeled neighbours take its place, and `waiting` says so. It is told from a fault
    by a trial on more labels like those there are. A fault is a `LearnerError`.

    Calibration is temperature scaling [1]_: one number, chosen to minimise the log loss of up to
    five-fold cross-validated predictions. It changes how sure the classifier is and never what it
    predicts. Platt's sigmoids and isotonic regression have two numbers and more for each class,
    which a handful of labels cannot fix. A standard normal prior on the temperature's logarithm
    keeps it near 1 while there is little to go by. A class with one label is trained on and never
    held out; where no class has two labels, or the classifier refuses to learn from a part of the
    labels, the probabilities stay as they are.

    References
    ----------
    .. [1] Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks. ICML 2017.
    """

    def __init__(
        self,
        X: FloatArray,
        estimator: Any,
        random_state: int = 0,
        calibrate: bool = False,
        name: str | None = None,
    ) -> None:
        from sklearn.base import clone

        if isinstance(estimator, type):
            raise TypeError(
                f"learner is the class {estimator.__name__}; pass an instance: "
                f"{estimator.__name__}()."
            )
        if not (hasattr(estimator, "fit") and hasattr(estimator, "predict_proba")):
            raise TypeError(
                f"learner {estimator!r} has no predict_proba. Choose a classifier that has (for a "
                'support vector machine: learner="svm"), or wrap it: '
                "nblabel.learners.Calibrated(classifier), which is scikit-learn's "
                "CalibratedClassifierCV for one without probabilities."
            )
        kind = _kind_of(estimator)
        if kind not in (None, "classifier"):
            raise TypeError(
                f"learner {estimator!r} is no classifier but a {kind.replace('_', ' ')}; pass a "
                'classifier, or the name of one such as "logreg".'
            )
        self._estimator = clone(estimator)
        unset = [
            key
            for key, value in self._estimator.get_params().items()
            if (key == "random_state" or key.endswith("__random_state")) and value is None
        ]
        self._estimator.set_params(**dict.fromkeys(unset, random_state))
        self._X = X
        self._calibrate = calibrate
        self._random_state = random_state
        self._fitted: _Fitted | None = None
        self._bridge: KnnLearner | None = None
        self._tried = 0  # labels when it was last found to want more of them
        self.waiting = ""
        self.name = name or type(estimator).__name__

    @property
    def temperature_(self) -> float | None:
        return None if self._fitted is None else self._fitted.temperature

    def update(self, y: IntArray, n_classes: int) -> FloatArray:
        labeled = np.flatnonzero(y >= 0)
        self._fitted, self.waiting = None, ""
        try:
            fitted = self._learned(labeled, y[labeled], n_classes)
            proba = self._predict(fitted, self._X, _failed(self.name, labeled.size))
        except LearnerError as error:
            if not self._wants_more(y[labeled], self._X[labeled]):
                raise
            self.waiting = (
                f"{self.name} cannot learn from {labeled.size} labels yet; nearest labeled "
                f"neighbours take its place until it can. ({_reason(error)})"
            )
            bridge = self._bridge = self._bridge or KnnLearner(self._X)
            proba = bridge.update(y, n_classes)
            fitted = _Fitted(n_classes, np.arange(n_classes), bridge)
        else:
            self._bridge, self._tried = None, 0  # a million items' neighbours are let go
        self._fitted = fitted
        return proba

    def _learned(self, labeled: IntArray, known: IntArray, n_classes: int) -> _Fitted:
        seen = np.unique(known)
        if seen.size < 2:  # many classifiers refuse a single class; there is nothing to tell apart
            return _Fitted(n_classes, seen)
        X = self._X[labeled]
        try:
            with np.errstate(all="ignore"):  # the outcome is checked
                model, columns = self._fit(X, known)
        except Exception as error:  # whatever a user's own estimator raises
            raise LearnerError(f"{_failed(self.name, labeled.size)}: {error}") from error
        temperature = self._temperature(X, known) if self._calibrate else None
        return _Fitted(n_classes, columns, model, temperature)

    def _wants_more(self, y: IntArray, X: FloatArray) -> bool:
        """Whether the classifier learns where there are more labels like these.

        If so it failed as they were few; if not, for a reason that more labels do not mend. Tried
        again whenever the labels doubled, so that no other fault can hide behind the few for ever.
        """
        if self._tried and len(y) < 2 * self._tried:
            return True
        counts = np.bincount(y)
        each = max(PLENTY // np.count_nonzero(counts), MANY)
        rng = np.random.default_rng(self._random_state)
        rows = np.concatenate(
            [np.resize(np.flatnonzero(y == code), each) for code in np.flatnonzero(counts)]
        )
        some = self._X[:: len(self._X) // PLENTY + 1]
        noise = rng.normal(size=(len(rows), X.shape[1])) * (NOISE * some.std(axis=0))
        more = (X[rows] + noise).astype(np.float32)
        try:
            with np.errstate(all="ignore"):
                model, columns = self._fit(more, y[rows])
            self._predict(_Fitted(len(counts), columns, model), more, self.name)
        except Exception:  # noqa: BLE001  the first failure is told
            return False
        self._tried = len(y)
        return True

    def predict_proba(self, X_new: FloatArray) -> FloatArray:
        if self._fitted is None:
            raise no_update()
        points = check_points(X_new, self._X.shape[1])
        return self._predict(self._fitted, points, f"{self.name} failed on {len(points)} points")

    def _fit(self, X: FloatArray, y: IntArray) -> tuple[Any, IntArray]:
        """Return a fitted model and the class number of each of its columns."""
        from sklearn.base import clone

        model = clone(self._estimator)
        seen = np.unique(y)
        try:
            model.fit(X, y)
        except ValueError:
            if seen[-1] == seen.size - 1:
                raise
            # XGBoost takes no class numbers with gaps, which a class without labels leaves
            model = clone(self._estimator)
            model.fit(X, np.searchsorted(seen, y))
            return model, seen[model.classes_]
        return model, model.classes_

    def _predict(self, fitted: _Fitted, X: FloatArray, failed: str) -> FloatArray:
        shape = (len(X), fitted.n_classes)
        proba: FloatArray = np.zeros(shape, dtype=np.float32, order="F")
        if not len(X):
            return proba
        if not fitted.seen.size:
            proba[:] = 1 / fitted.n_classes
        elif fitted.model is None:
            proba[:, fitted.seen[0]] = 1
        else:
            try:
                with np.errstate(all="ignore"):  # the outcome is checked below
                    proba[:, fitted.seen] = fitted.model.predict_proba(X)
            except Exception as error:  # whatever a user's own estimator raises
                raise LearnerError(f"{failed}: {error}") from error
        proba = check_proba(proba, shape, self.name)
        if fitted.temperature is not None:
            proba[:, fitted.seen] = _tempered(_logits(proba[:, fitted.seen]), fitted.temperature)
        return proba

    def _temperature(self, X: FloatArray, y: IntArray) -> float | None:
        """Return the temperature that cross-validation finds; None where it cannot."""
        from scipy.optimize import minimize_scalar

        counts = np.bincount(y)
        # shuffled, then class by class: no fold takes all labels of a class out of training
        order = np.random.default_rng(self._random_state).permutation(len(y))
        order = order[np.argsort(y[order], kind="stable")]
        order = order[counts[y[order]] > 1]
        if not order.size:
            return None
        n_folds = min(FOLDS, order.size)
        logits, truth = [], []
        for fold in range(n_folds):
            held = order[fold::n_folds]
            rest = np.delete(np.arange(len(y)), held)
            try:
                with np.errstate(all="ignore"):
                    model, columns = self._fit(X[rest], y[rest])
                    proba = np.asarray(model.predict_proba(X[held]), dtype=np.float64)
            except Exception:  # noqa: BLE001  a user's own estimator may want more labels than that
                return None
            if not np.isfinite(proba).all():
                return None
            logits.append(_logits(proba))
            truth.append(np.searchsorted(columns, y[held]))
        rows, right = np.concatenate(logits), np.concatenate(truth)

        def loss(log_temperature: float) -> float:
            proba = _tempered(rows, np.exp(log_temperature))
            likelihood = proba[np.arange(len(right)), right]
            return float(-np.log(likelihood).sum() + log_temperature**2 / 2)

        return float(np.exp(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x))


def _kind_of(estimator: Any) -> Any:
    """Return what scikit-learn calls its kind; None where it says nothing."""
    try:
        from sklearn.utils import get_tags  # since 1.6

        return get_tags(estimator).estimator_type
    except Exception:  # noqa: BLE001  an estimator of one's own need not know of tags
        return getattr(estimator, "_estimator_type", None)


def _failed(name: str, n: int) -> str:
    return f"{name} failed on {n} labels"


def _reason(error: Exception) -> str:
    """Return the first line of what a classifier says, cut where it goes on."""
    line = str(error.__cause__ or error).strip().partition("\n")[0]
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _logits(proba: Any) -> Any:
    return np.log(np.maximum(proba, FLOOR))


def _tempered(logits: Any, temperature: float) -> Any:
    scaled = logits / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    np.exp(scaled, out=scaled)
    return scaled / scaled.sum(axis=1, keepdims=True)
