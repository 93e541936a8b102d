"""Labels of the model with an error guarantee: at most so many of them are wrong.

The guarantee comes about in this order, so that it holds by construction:

1. The model learns from all labels, and predicts a class for each unlabeled item.
2. The most trusted predictions become the candidates. The set, and the predicted class of each item
   drawn from it, are written to the log. From here on neither the set nor its labels change,
   whatever the answers are.
3. Items are drawn from the set at random, and a person labels them, without seeing that they are
   checks.
4. As soon as the answers rule out, at the confidence asked for, that more than `max_error` of the
   rest of the set is wrong, the rest is accepted. The bound is that of
   `nblabel.quality.bounds.wrong_among`, which holds at every look: you may stop whenever it is
   reached, and go on where it is not.

No label that trained the model is used to judge it, and nothing depends on whether the model's
probabilities are calibrated: a badly chosen set costs answers, not the guarantee. A set with too
many errors is given up for a smaller one, predicted by a model that has learned from the answers.
The first set gets two thirds of the total risk, and each new set a third of the risk of the one
before, so that the guarantee holds for all sets together. Sets of all classes and sets of single
ones share no risk: who asks for both on one log runs the risk of both.

The guarantee is about what is accepted. An item of the set that people label besides, skip, flag
or withdraw leaves it, and does not count as one more right label of the rest.

What is assumed: that the annotator is right, that the pool stays as it is, and that embeddings and
learner do not change between the draw and the acceptance. A change of those is noticed, and the set
is given up. Where the annotator is wrong about a share of the items, the guarantee is about
agreement with the annotator. A check that gets no label counts as wrong.

Thresholds taken from the very labels that a model was trained on give no such guarantee:
Vishwakarma et al., "Promises and Pitfalls of Threshold-based Auto-labeling", NeurIPS 2023. Testing
on held-back answers is the idea of Angelopoulos et al., "Learn then Test", 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nblabel.arrays import is_number
from nblabel.quality.guarantee_report import AutoLabelReport
from nblabel.quality.sets import ALL, Terms, report_on, try_sets
from nblabel.quality.tag_guarantee import auto_label_tags
from nblabel.quality.trials import Trials
from nblabel.system.report import check_session

if TYPE_CHECKING:
    from nblabel.session import Session


def auto_label(
    session: Session,
    *,
    max_error: float = 0.01,
    confidence: float = 0.95,
    per_class: bool = False,
    share: float | None = None,
    tags: Sequence[str] | None = None,
    accept: bool = True,
) -> AutoLabelReport:
    """Accept labels of the model for as much of the pool as an error guarantee holds for.

    Parameters
    ----------
    session : Session
        With some labels. What is accepted is one step in its log, which one `undo` takes back.
    max_error : float
        At most so large a share of the accepted labels may be wrong.
    confidence : float
        Of the guarantee: of all labeling jobs, at most 1 - confidence accept more errors than that.
    per_class : bool
        Guarantee it for the labels of each class by itself. Takes answers for each class. With
        several tags an item it is always so, for "yes" and for "no" of each tag.
    share : float, optional
        How many of the unlabeled items are tested, the most trusted first. If left out, chosen such
        that few answers are needed. A set that was begun is continued, whatever is passed here.
    tags : sequence of str, optional
        With several tags an item, those that the model shall give; all of them if left out. Each
        takes answers, and all that are asked for at once share the risk.
    accept : bool
        If not, nothing is written: ``report.ready`` holds what can be accepted, and
        ``report.accept()`` does it.

    Returns
    -------
    AutoLabelReport
        ``print`` it. A `TagAutoLabelReport` with several tags an item. Where nothing can be
        guaranteed yet, nothing is accepted, and ``report.draw_checks()`` draws the items whose
        answers are needed; call this again when they are answered.

    Raises
    ------
    ValueError
        If a number is out of range, nothing was labeled yet, or there is no such tag.
    TypeError
        If it is no session: of a panel, pass its ``.session``.
    StoreError
        If the log could not be read or written; nothing changed then.
    LearnerError
        If the learner fails.

    Notes
    -----
    See `nblabel.quality.guarantee` for how and why it holds. A guarantee of 1 % at 95 % confidence
    takes 299 faultless answers with any method, one of 3 % takes 99. That you may look at any time,
    and begin again with another set, raises this to 386 and 128 among 60,000 items.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, classes=data.classes)
    >>> for _ in range(30):
    ...     index = session.ask().indices[0]
    ...     _ = session.tell(index, data.classes[data.labels[index]])
    >>> report = nb.auto_label(session, max_error=0.05)
    >>> report.n_accepted  # nothing was checked yet
    0
    >>> for index in report.draw_checks():
    ...     _ = session.tell(index, data.classes[data.labels[index]])
    >>> nb.auto_label(session, max_error=0.05).n_accepted > 1_000
    True
    """
    check_session(session)
    check_terms(max_error, confidence, share)
    if session.multi_label:
        return auto_label_tags(session, max_error, confidence, share, tags, accept=accept)
    if tags is not None:
        raise ValueError("each item has one label here: leave tags= out, and see per_class=.")
    session.refresh()
    if not session.n_labeled:
        raise ValueError(
            "nothing was learned yet: label some items before the model labels others."
        )
    trials = Trials(session)
    names = session.classes if per_class else (ALL,)
    terms = Terms(max_error, confidence, (1 - confidence) / len(names), share)
    tried, labels, n_before = try_sets(session, trials, names, terms)
    if labels and accept:
        session.accept(list(labels), list(labels.values()))
    return report_on(session, trials, tried, labels, terms, n_before, accepted=accept)


def check_terms(max_error: float, confidence: float, share: float | None = None) -> None:
    """Say what is wrong with the numbers that `auto_label` takes.

    Raises
    ------
    ValueError
        If one is out of range.
    """
    if not is_number(max_error) or not 0 <= max_error < 1:
        raise ValueError(f"max_error is {max_error!r}; it must be a share below 1, such as 0.01.")
    if not is_number(confidence) or not 0 < confidence <= 1:
        raise ValueError(f"confidence is {confidence!r}; it must be between 0 and 1, such as 0.95.")
    if share is not None and not (is_number(share) and 0 < share <= 1):
        raise ValueError(f"share is {share!r}; it must be between 0 and 1.")
