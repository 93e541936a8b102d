"""All that the kernel puts on screen, in the words of docs/glossary.md."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nblabel.strategies import Reason
from nblabel.system.format import ago, count, counted, duration, interval, percent
from nblabel.widget.text.models import model as model

# the panel
CLOSED = "This panel is closed. Run its cell again to label on."
REPLACED = "The cell was run again: the newer panel goes on with the same labels."
IN_MEMORY = (
    "Labels are kept in memory until the kernel stops. store='labels.db' keeps them in a file."
)
NO_BACKGROUND = (
    "nothing runs in the background of a script; there: "
    "session.set_embeddings(nblabel.embed(session.pool, method={method!r}))."
)


def kernel_gone(store: str | None) -> str:
    kept = f"the labels in {store} are kept." if store else "a new panel opens."
    return f"If no panel is shown here, its kernel has stopped. Run this cell again: {kept}"


# answers
SAVED = "Saved."
SKIPPED = "Skipped."
FLAGGED = "Flagged: set aside."
WAITING = "Waiting for the answer before it."
NOT_LAST = "something else was answered since; Undo in the queue goes back."
ALL_LABELED = "every selected {} has a label already."
SHOWN = "Asked now."
FIRST_ANSWER = "This was the first answer."
NO_ANSWERS = "Nothing was answered yet."
BACK_TO_QUESTIONS = "Back to the questions."
UNKNOWN_MESSAGE = "The page sent something that is no message of the panel. Load the page again."
CLOSED_FOR_THIS = "This panel is closed; nothing was done. Run its cell again."

CHOSEN = Reason("You chose this one.")
WANTED = Reason("Queued from Python.")
EXCLUDED = Reason("You excluded it from its group.")
ANSWERED_BEFORE = Reason("You answered this one before.")
SKIPPED_THEN = Reason("You skipped it before.")
FLAGGED_THEN = Reason("You flagged it before.")
SKIPPED_BEFORE = Reason("You skipped it before; nothing else is left.")
DRAWN_FAILED = Reason("Drawn at random: the learner failed.")
DRAWN_LATE = Reason("Drawn at random: the learner is still at work.")
LEFT_OVER = Reason("The model is too unsure of this one: left for you, the least confident first.")

_WORDS = {"undo": "Undone", "redo": "Redone"}
_CHANGES = {
    "rename_class": "a class was renamed",
    "nest_classes": "classes were moved in the tree",
    "merge_classes": "classes were merged",
    "order_classes": "the classes were put in order",
    "delete_class": "a class was deleted",
    "describe_class": "a class was described",
    "retire_class": "a class was retired",
    "restore_class": "a class was brought back",
    "split_class": "a class was split",
    "note": "a note was written",
    "guidelines": "the guidelines were written",
}
_STEPS = {"accept": "accepted from the model", "withdraw": "reverted to no label"}


def malformed(kind: str, fault: str) -> str:
    return f"The page sent a {kind!r} that is not as it should be: {fault}. Load the page again."


def saved(label: str, n_labeled: int) -> str:
    return f"Saved: {label}. {count(n_labeled)} labeled."


def answered_by_another(who: str | None, label: str | None, seconds: float, kind: str) -> str:
    what = "flagged this" if label is None else f"labeled this as {label}"
    stays = "that stays" if kind == "skip" else "your answer replaces it"
    return f"{who or 'Somebody else'} {what} {ago(seconds)}; {stays}."


CLASS_ADDED = "Class added: {}."
NOTE_SAVED, NOTE_GONE = "Note saved.", "Note removed."
GUIDELINES_SAVED, GUIDELINES_GONE = "Guidelines saved.", "Guidelines removed."


def added_and_saved(label: str, n_labeled: int) -> str:
    return f"{CLASS_ADDED.format(label)} {saved(label, n_labeled)}"


def group_labeled(n: int, noun: str, label: str) -> str:
    return f"{counted(n, noun)} labeled as {label}."


NOTHING_TO = "Nothing to {}."
NONE_OF_STATUS = "Nothing is {}."
NONE_COARSE = "Of all with “{}” it is answered which of those below it they are."


def reversed_step(kind: str, step: str, n: int, noun: str, label: str | None) -> str:
    word = _WORDS[kind]
    if step in _STEPS:
        return f"{word}: {count(n)} {_STEPS[step]}."
    if step in _CHANGES:
        return f"{word}: {_CHANGES[step]}."
    if n > 1:
        return f"{word}: {counted(n, noun)}."
    if not n:
        return f"{word}: class {label}."
    return f"{word}: {label or step}."


# learning
STILL_LEARNING = "Still learning: questions are drawn at random."
STILL_LEARNING_TITLE = (
    "The learner is slower than the answers. Its predictions and questions come when it is done; "
    "the learners knn and graph take less time."
)

LEARNING_FAILED = "Learning failed: {} The last good model stays; your labels are saved."


# the map
COLOR_MODES = {
    "prediction": "Prediction",
    "label": "Label",
    "confidence": "Confidence",
    "cluster": "Cluster",
    "source": "Source",
}
PROJECTIONS = {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE", "custom": "Custom"}
NO_PREDICTION = "no prediction yet"
NO_LABEL = "no label yet"
NOT_ANSWERED = "not answered"
NO_CLUSTERS = "none yet: panel.clusters = nblabel.cluster(…)"
SMALLER_CLUSTERS = "smaller clusters"
NOISE = "noise"


def cluster(number: int) -> str:
    return f"cluster {number}"


def hovered(
    name: str, label: str | None, source: str | None, prediction: tuple[str, float] | None
) -> str:
    caption = ""
    if label:
        caption = f"{'accepted as' if source == 'model' else 'labeled'} {label}"
    elif prediction:
        caption = f"predicted {prediction[0]}, {percent(prediction[1], 2)}"
    return " · ".join(part for part in (name, caption) if part)


# jobs
NEIGHBORS = "Neighbours"
NEIGHBORS_FOUND = "Neighbours found."
NEIGHBORS_FAILED = "Finding neighbours failed."
CLUSTERS = "Clusters"
CLUSTERS_FAILED = "Finding clusters failed."
TRAINING = "Training"
TRAINED = "Moved over to the trained encoder."
EMBEDDING = "Embedding"
EMBEDDED = "Embedded: the model learns from your labels now."
EMBEDDING_FAILED = "Embedding failed."
EMBEDDING_FAILED_BY = "Embedding failed: {}. Questions stay random."
EMBEDDING_CANCELLED = (
    "Embedding was cancelled: questions stay random. Run the cell again to embed what is left."
)
NOT_EMBEDDED = "the items are not embedded yet; wait until they are."
SEARCHED_ONCE_EMBEDDED = "The items are not embedded yet. This search begins as soon as they are."


def time_left(name: str, seconds: float) -> str:
    return f"{name}, {duration(max(1, round(seconds)))} left"


def step_of(job: str, step: str) -> str:
    """Return what a job is doing, without its name twice."""
    return step if step.startswith(job) else f"{job}: {step}"


TRAINING_FAILED = "Training failed."
TRAINING_RUNS = "a training is running already; cancel it on the map first."

STARTING = "{}: starting"

CANCELLED = "{} cancelled."


def neighbors_failed(reason: str) -> str:
    return f"Finding neighbours failed: {reason}. Predictions go on without them."


NOT_STARTED = "{} could not be started: {}."
CUSTOM_FAILED = "The function given as projection failed: {}"


def clusters_found(n: int) -> str:
    return f"{counted(n, 'cluster')} found."


CLUSTERS_FAILED_BY = "Finding clusters failed: {}."


def wrong_clusters(n: object, most: int) -> str:
    return f"the number of clusters is {n}; choose one from 1 to {most}."


TRAINING_FAILED_BY = "Training failed: {}. The embeddings stay as they are."

NO_IMAGES = "encoders are trained on images, and this pool holds {}."


# groups
NO_CLUSTERS_YET = "there are no clusters yet; find some first."


def cluster_gone(number: int) -> str:
    return f"there is no cluster {number} any more."


def cluster_name(number: int) -> str:
    return "Noise" if number < 0 else f"Cluster {number}"


def contradiction(counts: Sequence[tuple[str, int]]) -> str:
    (most, n), (other, m), *more = counts
    return (
        f"Its labels contradict: {count(n)} {most}, {count(m)} {other}"
        f"{' and others' if more else ''}. Look at the outliers first."
    )


NOTHING_NEAR = "nothing else is nearly equal to it any more."


# files
FORMATS = {
    "csv": "CSV",
    "excel-csv": "CSV for Excel",
    "jsonl": "JSON lines",
    "parquet": "Parquet",
    "coco": "COCO",
    "folders": "a folder for each class",
    "imagefolder": "folder for Hugging Face",
    "report": "report, one HTML file",
}
NO_PATH = "name a file or folder."
EXPORT_ELSEWHERE = "panel.export(path) writes elsewhere"
REPORT_ELSEWHERE = "panel.report(path) writes elsewhere"
IMPORT_ELSEWHERE = "panel.session.import_labels(path) reads from elsewhere"
WRITING = "Writing…"
WRITING_REPORT = "Writing the report…"
WRITING_IMAGES = "Writing images…"
EXPORT_CANCELLED = "Cancelled: nothing was written."
READING = "Reading"
IMPORTED_BEFORE = "Imported before."
IMPORT_CANCELLED = "Cancelled: nothing was imported."
ONE_UNDO = "One undo takes this back."


def outside(path: str, otherwise: str) -> str:
    return f"{path} is not inside the notebook's folder; {otherwise}."


FILE_EXISTS = "{} is there already."


def exported(n: int, where: object) -> str:
    return f"{counted(n, 'label')} written to {where}, in the notebook's folder."


def reported(where: object) -> str:
    return f"The report is in {where}, in the notebook's folder."


NOT_EXPORTED = "Nothing was written: {}"

NOT_IMPORTED = "Nothing was imported: {}"


def imported(report: object, n: int) -> str:
    return f"{report}\n{ONE_UNDO}" if n else str(report)


# accuracy and costs
NOT_YET = "Accuracy is not known: no audit sample was labeled yet."
NO_SHARE_YET = "From fewer audit labels, a share of right ones would say more than is known."
AUDIT_HINT = "Set “Audit sample” to some share of the questions; nobody sees which they are."
AUDIT_COMES = "The next ones come unmarked among the questions."
NO_PACE = "Money so far and left is told once a few labels were given by hand."
NOTHING_TO_DRAW = "Nothing is left to draw."


def audit_drawn(n: int) -> str:
    return f"{counted(n, 'audit item')} {'is' if n == 1 else 'are'} asked next."


def accuracy(share: float, low: float, high: float, confidence: float, n: int) -> str:
    return (
        f"{percent(share)} right, {interval(low, high)} with {percent(confidence)} confidence; "
        f"{counted(n, 'audit label')}"
    )


def accuracy_title(n_wrong: int, n_skipped: int) -> str:
    skipped = (
        f" {count(n_skipped)} more were skipped, as two-phase sampling has it." if n_skipped else ""
    )
    return (
        "Of the labels of all items: those of people, and those of the model for the rest. "
        f"Estimated from the audit sample alone, {count(n_wrong)} of which the model had wrong."
        f"{skipped} It assumes that the annotator is right."
    )


def self_agreement(n_same: int, n: int) -> str:
    return f"{count(n_same)} of {counted(n, 'repeated item')} were answered alike."


def stale_labels(n: int) -> str:
    return (
        f"The model would now label {count(n)} of the accepted items differently; Auto-label the "
        "rest shows them, or reverts them."
    )


MEASURING_FAILED = "Measuring failed: {}"


def bad_rate(rate: float) -> str:
    return f"the hourly rate is {rate:g}; it must be a positive number, or left empty."


def too_few_to_compare(n: int) -> str:
    return f"It can be told once {n} labels are there."


def compared(n: int, line: str) -> str:
    return f"After {counted(n, 'label')}: {line[0].lower()}{line[1:]}"


# labeling the rest
STALE = "Labels have changed since; this is how it stands now."
NOT_CONFIDENT = "The model is not confident enough of anything yet. Label some more."
LEARNING = "Learning"
STOPPED = "Cancelled."
AUTO_LABEL_RUNS = "Labels are being accepted or reverted already."
NOTHING_LEFT = "Nothing is left to accept."
NO_GUARANTEE = (
    "No guarantee is possible: too many checks went wrong. Label more, or allow more errors."
)
ANSWER_CHECKS = "Label the checks that are missing, or undo the acceptance."
ONLY_IF_RIGHT = "If the model is right about them; nothing is accepted before."


def guaranteed(max_error: float, confidence: float) -> str:
    return f"at most {percent(max_error)} wrong, {percent(confidence)} confidence"


def can_accept(what: str, n_before: int, terms: str) -> str:
    before = f", with {count(n_before)} accepted before" if n_before else ""
    return f"{what} can be accepted{before}: {terms}."


def may_be_wrong(n: int, bound: float) -> str:
    return (
        f"Of the {counted(n, 'label')} accepted before, up to {percent(bound)} may be wrong by now."
    )


def would_let(checks: str, what: str) -> str:
    return f"{checks} would let {what} be accepted."


def are_accepted(what: str, terms: str) -> str:
    return f"{what} are accepted: {terms}."


def corrected(n: int) -> str:
    return f"People corrected {counted(n, 'accepted label')}."


def checked(name: str, n_checks: int, n: int, n_wrong: int, n_skipped: int, bound: float) -> str:
    skipped = f", {count(n_skipped)} of them skipped" if n_skipped else ""
    head = f"{name}: " if name else ""
    caption = f"{head}{count(n_checks)} of {count(n)} checked, {count(n_wrong)} wrong{skipped}"
    return f"{caption}; so at most {percent(bound)} of the rest." if n_checks else f"{caption}."


def accepted(what: str, n_left: int) -> str:
    left = f" {count(n_left)} are left for you, the least confident first." if n_left else ""
    return f"{what} accepted from the model. One undo takes them back.{left}"


def reverted(what: str) -> str:
    return f"{what} reverted: open again. One undo accepts them again."


# reviewing labels
REVIEWED_IN_GALLERY = "Labels are reviewed in the gallery: Review labels opens it."


def review_done(n: int, what: str) -> str:
    return f"Review done: {count(n)} of {what} changed."


def review_on(n_done: int, of: int, n: int, what: str) -> str:
    return f"{count(n_done)} of {count(of)} looked at again; {count(n)} of {what} changed."


def accepted_then(label: str, confidence: float, suggestion: str) -> Reason:
    then = "" if math.isnan(confidence) else f", with a confidence of {percent(confidence, 2)}"
    return Reason(f"Accepted from the model as {label}{then}; now it predicts {suggestion}.")


def doubted(label: str, share: float, suggestion: str) -> Reason:
    agree = "" if math.isnan(share) else f", and {percent(share, 2)} of its neighbours agree"
    if suggestion == label:
        return Reason(f"Labeled {label}: the model predicts that, too{agree}.")
    return Reason(f"Labeled {label}{agree}; without this label the model predicts {suggestion}.")


# finding more of a class
NOT_FINDING = "No class is looked for."
FINDING_ENDS = "Questions are as before; {} is not looked for any more."
FINDING = "Finding more of {}: the likeliest and the least certain by turns. The key ; ends it."
NO_SUCH_CLASS = "{} is not a class any more."


def example_first(label: str, noun: str) -> str:
    return f"Label one {noun} as {label} first: until then questions are as before."


def found(label: str, n: int, expected: float | None, limits: tuple[int, int] | None) -> str:
    left = "" if limits is None else f", {limits[0]:,} to {limits[1]:,} left by the audit sample"
    more = "" if expected is None else f", the model expects {count(expected)} more"
    return f"Finding more of {label}: {f'{count(n)} found' if n else 'label one first'}{left}{more}"
