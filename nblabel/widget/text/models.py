"""Learners and strategies by name: in a few words, and in more."""

from __future__ import annotations

LEARNERS = {
    "knn": ("nearest neighbours", "the nearest labeled items decide"),
    "knn-cosine": ("nearest neighbours", "the nearest labeled items decide, by angle"),
    "mixed": (
        "label propagation and a linear head",
        "labels spread over the graph of similar items, times a linear model trained on that",
    ),
    "shares": ("class shares", "how frequent each class is, until the items are embedded"),
    "graph": ("label propagation", "labels spread over the graph of similar items"),
    "logreg": ("logistic regression", "one line against the rest for each class"),
    "softmax": ("softmax regression", "one linear model for all classes"),
    "svm": ("support vectors", "a support vector machine with a Gaussian kernel"),
    "rf": ("random forest", "the trees of a random forest vote"),
    "hgb": ("boosted trees", "gradient boosting on histograms"),
    "xgb": ("boosted trees", "XGBoost"),
    "xgb-deep": ("boosted trees", "XGBoost with deep trees; it needs hundreds of labels"),
}
_PRODUCT = ("uncertainty × density × diversity", "the product of the three")
STRATEGIES = {
    "random": ("random", "drawn at random"),
    "least_confidence": ("least confidence", "where the likeliest class is least likely"),
    "margin": ("margin", "where the two likeliest classes are closest"),
    "entropy": ("entropy", "where the probabilities are most spread"),
    "density": ("density", "where the pool is densest"),
    "diversity": ("diversity", "what is least like the labeled items"),
    "product": _PRODUCT,
    "alternating": (_PRODUCT[0], f"{_PRODUCT[1]}; every eighth where labels reach least"),
    "clusters": ("clusters first", f"the most typical of each cluster, then {_PRODUCT[1]}"),
    "maxherding": ("coverage", "what lies near most of the pool: MaxHerding"),
    "uherding": (
        "uncertainty coverage",
        "what lies near most of what is uncertain: Uncertainty Herding on the neighbours alone",
    ),
    "probcover": ("coverage", "what has most of the pool in reach: ProbCover"),
    "typiclust": (
        "typical items",
        "the most typical of each cluster, with ever more clusters: TypiClust",
    ),
    "find": ("find more", "the likeliest of one class, and by turns the least certain"),
    "smallest_norm": (
        "label reach",
        "where the labels spread over the neighbour graph arrive weakest: PWLL-τ, smallest norm",
    ),
    "herding": (
        "uncertainty coverage",
        "where most of what is uncertain lies near: Uncertainty Herding on the neighbour graph",
    ),
}
OWN_LEARNER = "a classifier of your own"
OWN_STRATEGY = "a strategy of your own"


def model(learner: str, strategy: str, calibrated: str) -> dict[str, str]:
    """Return how is predicted and what is asked first: a short and a long text.

    `calibrated` ends the names of learners with calibrated probabilities.
    """
    base = learner.removesuffix(calibrated)
    name, decides = LEARNERS.get(base, (base, OWN_LEARNER))
    if base != learner:
        decides += ", its probabilities calibrated"
    order, asked = STRATEGIES.get(strategy, (strategy, OWN_STRATEGY))
    return {
        "text": f"Model: {name} · Strategy: {order}",
        "title": f"Learner {learner}: {decides}. Strategy {strategy}: {asked}.",
    }
