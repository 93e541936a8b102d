"""The words of pictures, reports and cards, in those of docs/glossary.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from nblabel.system.format import count, counted, interval, percent

# counts and classes
NO_LABEL = "no label yet"
NO_TAG = "no tag"
NO_LABELS = "No labels yet."
LATEST = "Latest labels"
LABELS = "Labels of each class"
COUNTS = "Each class: labels, and with predictions"
CLASS, CLASSES = "Class", "Classes"
CLASS_COLUMNS = ("Class", "Labels", "With predictions")
NAMED = 30  # classes in a sentence
ALL = "all"

# the map
MAP = "Map"
NO_MAP = "The map is here once the items are embedded."
PROJECTIONS = {"umap": "UMAP", "tsne": "t-SNE", "pca": "PCA", "custom": "custom"}
MAP_KEYS = (
    "Arrow keys move the map, + and − zoom, 0 shows all of it, Enter shows the item in the middle."
)
COLOR_BY = "Colour by"
MODES = {"class": "Label or prediction", "confidence": "Confidence", "status": "Status"}
ZOOM_IN, ZOOM_OUT, SHOW_ALL = "Zoom in", "Zoom out", "Show all"
LEGEND = "Legend: press an entry to hide or show its items"
POINT_AT = "Point at an item to see it."
STATUSES = {
    "open": "not answered",
    "human": "labeled by a person",
    "model": "accepted from the model",
    "import": "imported",
    "skipped": "skipped",
    "flagged": "flagged",
    "coarse": "with a coarse label",
}

# samples
SAMPLES = "Samples of each class"
NO_SAMPLES = "No item of it."
UNREAD = "cannot be read"
PREDICTED = "predicted"

# curves
CURVES = "Share of the pool, over the labels given"
CURVES_TITLE = "Learning curves"
ACCURACY, CONFIDENT = "accuracy", "confident"
ACCURACY_LONG = "accuracy, from audit labels, with its interval"
CONFIDENT_LONG = "predicted with confidence above 90 %"
NO_CURVES = "No learning curves yet."
NO_CURVES_KEPT = (
    "No learning curves are kept beside this log: a panel keeps them while somebody labels in it."
)
AS_TABLE = "The same as a table"
CURVE_COLUMNS = ("Labels given", "Accuracy", "Interval", "Predicted with confidence")
LABELS_GIVEN = "labels given"

# quality
AUDIT = "Audit"
AUDIT_TABLE = "Audit labels, and shares with their intervals"
NO_AUDIT = (
    "Accuracy not known: there are no audit labels. Only items drawn at random, and labeled by a "
    "person, tell how many labels are right."
)
AUDIT_COLUMNS = {
    "checks": "Audit labels",
    "wrong": "Wrong",
    "accuracy": "Accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "share": "Share of the pool",
}
GUARANTEES = "Error guarantee"
GUARANTEE_TABLE = "What holds for the accepted labels"
GUARANTEE_COLUMNS = ("Set", "Items", "Checked", "Wrong", "Accepted", "At most wrong")
AGREEMENT = "Self-agreement"

# settings and log
SETTINGS = "Settings"
POOL, MEDIA, ANSWERS, EMBEDDINGS = "Pool", "Media", "Answers", "Embeddings"
LEARNER, STRATEGY, SEED, PRIOR, LOG = "Learner", "Query strategy", "Seed", "Prior", "Log"
PROJECTION, AUDIT_SHARE, REPEAT_SHARE = "Projection", "Audit sample", "Repeat items"
MEDIA_KINDS = {"images": "images", "texts": "texts", "rows": "rows", "sounds": "sounds",
               "series": "series", "items": "embeddings only"}  # fmt: skip
ONE, SEVERAL = "one class an item", "several tags an item"
DRAWN = "objects, drawn by a function"
GIVEN, YES, NO, IN_MEMORY = "given", "yes", "no", "in memory"
STEPS = "Steps in the log"
STEP_COLUMNS = ("Step", "Steps", "Items")
PEOPLE = "Labels by annotator, those taken back included"
PEOPLE_COLUMNS = ("Annotator", "Items labeled")
NOBODY = "not named"
NO_EVENTS = "The log is empty."
GUIDELINES = "Guidelines"
_STEPS = {
    "label": "labels of people",
    "tags": "tags of people",
    "skip": "skipped",
    "flag": "flagged",
    "accept": "accepted from the model",
    "withdraw": "withdrawn",
    "undo": "undone",
    "redo": "redone",
    "audit": "drawn at random",
    "repeat": "repeated",
    "note": "notes",
    "guidelines": "guidelines",
}
CLASSES_CHANGED = "classes changed"

# the card
HOW, BY_WHOM, HOW_GOOD = "How it was labeled", "By whom", "How good the labels are"
CHOSEN = (
    "The items to label were chosen by active learning with nblabel, unless said otherwise below: "
    "the labeled items are a biased sample of the pool. The column source tells labels of people "
    "(human), known before (import), and accepted from the model (model)."
)
NO_HUB = 'push_to_hub needs huggingface_hub, which is not installed: pip install "nblabel[hub]"'
NO_REPO = "repo_id is {!r}; pass the name of a data set, such as 'ada/boots'."
NOTHING_TO_PUSH = "there are no labels to push yet."
UPLOADED = "Labels from nblabel"

# the page
TITLE = "Labels of {}"
CONTENTS = "In this report"
WRITING = "Writing the report"
MADE = "Written by nblabel {version}, {day}. It needs no network, and sends nothing."
NO_FOLDER = "the folder {} does not exist; make it first."
IS_FOLDER = "{} is a folder; name a file in it, such as report.html."


def headline(
    n_items: int, noun: str, n_labeled: int, n_accepted: int, n_coarse: int, n_left: int
) -> str:
    """Return how far it is in one sentence."""
    accepted = f", {count(n_accepted)} accepted from the model" if n_accepted else ""
    accepted += f", {count(n_coarse)} with a coarse label" if n_coarse else ""
    items = counted(n_items, noun)
    return f"{count(n_labeled)} of {items} labeled{accepted}, {count(n_left)} left."


def of_classes(counts: Sequence[tuple[str, int]], *, several: bool) -> str:
    """Return how many labels each class has; of very many the most frequent."""
    shown = list(counts)
    if len(shown) > NAMED:
        shown = sorted(shown, key=lambda one: -one[1])[:NAMED]
    more = f", and {more_classes(len(counts) - len(shown))}" if len(shown) < len(counts) else ""
    what = "Items with each tag" if several else "Labels"
    return f"{what}: {', '.join(f'{name} {count(n)}' for name, n in shown)}{more}."


def more_classes(n: int) -> str:
    """Return that so many classes are not shown."""
    return f"{counted(n, 'class', 'classes')} more"


def given(n: int) -> str:
    """Return how far the axis of labels goes."""
    return counted(n, "label")


def day(seconds: float) -> str:
    """Return a moment as "2026-11-30 10:15 UTC"."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def map_title(projection: str, *, predicts: bool) -> str:
    """Return what the map shows."""
    what = "labels and predictions" if predicts else "labels"
    name = PROJECTIONS.get(projection, projection)
    return f"{MAP} by {name}, with {what}." if name else f"{MAP} with {what}."


def shown_pictures(n: int, total: int, noun: str) -> str:
    """Return how many items the map has a picture or text of."""
    if n >= total:
        return ""
    return f"Of {count(n)} of {counted(total, noun)}, spread over the map, it shows what they are."


def predicted(name: str, confidence: float | None) -> str:
    """Return what an item is predicted as."""
    return f"{PREDICTED} {name}" + ("" if confidence is None else f", {percent(confidence, 2)}")


def curves_said(accuracy: list[list[float]], confident: list[list[float]]) -> str:
    """Return what the curves show, in words."""
    parts = []
    if accuracy:
        n, share, low, high = accuracy[-1]
        parts.append(f"Accuracy {percent(share)}, {interval(low, high)}, at {given(int(n))}.")
    if confident:
        n, share = confident[-1]
        parts.append(f"{percent(share)} of the pool predicted with confidence at {given(int(n))}.")
    return " ".join([f"{CURVES_TITLE}.", *parts])


def no_guarantee(n_accepted: int) -> str:
    """Return that there is no guarantee to tell of."""
    if not n_accepted:
        return "No labels were accepted from the model, so there is nothing to guarantee."
    return (
        f"{counted(n_accepted, 'label')} accepted from the model. The report was written without "
        "terms, so no error guarantee is stated for them."
    )


def terms(max_error: float, confidence: float) -> str:
    """Return what was asked for."""
    return (
        f"Asked for: at most {percent(max_error)} of the accepted labels wrong, with "
        f"{percent(confidence)} confidence."
    )


def step_of(kind: str, source: str) -> str:
    """Return what a step of the log did, in words."""
    if kind == "label" and source == "import":
        return "imported"
    return _STEPS.get(kind, CLASSES_CHANGED)


def span(n: int, first: str, last: str) -> str:
    """Return how long a log is."""
    return f"{counted(n, 'step')}, from {first} to {last}."
