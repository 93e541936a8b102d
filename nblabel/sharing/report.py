"""A report on a session as one HTML file, to be sent to others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np

from nblabel.arrays import FloatArray
from nblabel.explore.coordinates import as_coordinates
from nblabel.log.coding import CODES
from nblabel.pool import Pool
from nblabel.pool.pictures import Pictures
from nblabel.quality.guarantee_report import AutoLabelReport
from nblabel.session import Session
from nblabel.session.engine import Refit
from nblabel.sharing import words
from nblabel.sharing.charts import curves_chart
from nblabel.sharing.facts import ClassFact, Facts, facts_of, label_words, map_of
from nblabel.sharing.history import log_part, settings_part
from nblabel.sharing.map_part import map_parts
from nblabel.sharing.markup import Markup, joined, table, tag
from nblabel.sharing.page import Part, figure_of, page, swatch
from nblabel.sharing.picture import item_words
from nblabel.sharing.quality import (
    agreement_part,
    audit_of,
    audit_part,
    guarantee_of,
    guarantee_part,
)
from nblabel.sharing.samples import picture_source
from nblabel.system.files import as_path, whole
from nblabel.system.format import count, counted
from nblabel.system.progress import over
from nblabel.system.report import check_session

EACH, ALL = 8, 200  # samples of a class, and of all of them
SIDE = 96  # pixels of one
LONG = 240  # characters of one that is a text or row
FEW_PIXELS = 48  # a side; smaller pictures are shown without smoothing
MOST_CLASSES = 200  # that have a row of their own


def report(
    session: Session,
    path: Any,
    *,
    title: str | None = None,
    points: Any = None,
    guarantee: AutoLabelReport | None = None,
) -> Path:
    """Write a report to an HTML file that needs neither kernel nor network.

    Parameters
    ----------
    session : Session
    path : path-like
        The file, which is replaced if it is there. A leading ``~`` is the home folder.
    title : str, optional
        Its heading.
    points : array of shape (n, 2), optional
        What the map shows. By default the projection that was chosen last in a panel, if it is on
        disk, else PCA.
    guarantee : AutoLabelReport, optional
        What `nblabel.auto_label` returned, to be stated in the report. By default what holds by now
        on the terms that were chosen last in a panel.

    Returns
    -------
    Path
        Where the file is. It is there whole, or as it was before.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If the folder does not exist, or the path is one.
    TypeError
        If it is no session.
    ValueError
        If the points cannot be places of the items.
    LearnerError
        If the learner fails on the labels.
    StoreError
        If the log cannot be read.

    Notes
    -----
    The report has an interactive map with the pictures or texts of up to 1,200 or 3,000 items,
    samples of each class, the curves that panels kept, the audit, error guarantees, settings, and a
    summary of the log. Ids, texts and pictures of these items, the names of the annotators and the
    guidelines are in it; the place of the log on disk is not. Everything is text where it is not
    made here, and a Content-Security-Policy in the file lets no other script run.

    Examples
    --------
    >>> import nblabel as nb, tempfile
    >>> data = nb.datasets.load_digits()
    >>> session = nb.Session(data.images, data.classes, learner="knn")
    >>> _ = session.tell(range(10), [data.classes[code] for code in data.labels[:10]])
    >>> nb.report(session, f"{tempfile.mkdtemp()}/report.html").name
    'report.html'
    """
    check_session(session)
    target = target_of(path)
    place = map_of(session) if points is None else (as_coordinates(points, session.pool), "custom")
    return write_report(session, target, title, place, guarantee)


def target_of(path: Any) -> Path:
    """Return where a report is to be, or say why it cannot be there; errors as for `report`."""
    target = as_path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(words.NO_FOLDER.format(target.parent.resolve()))
    if target.is_dir():
        raise IsADirectoryError(words.IS_FOLDER.format(target))
    return target


def write_report(
    session: Session,
    target: Path,
    title: str | None,
    place: tuple[FloatArray | None, str],
    guarantee: AutoLabelReport | None = None,
) -> Path:
    """Write the report of a session, with a map that is known; as `report`."""
    session.refresh()
    found: list[Part] = []
    blocks: list[Markup] = []
    model = session.refit(1)
    facts = facts_of(session, model).at(*place)

    def make_map() -> Markup:
        shown, block = map_parts(session, facts, model)
        blocks.append(block)
        return shown

    steps: list[tuple[str, str, Callable[[], Markup | None]]] = [
        ("map-part", words.MAP, make_map),
        ("classes", words.CLASSES, lambda: _classes(session, facts)),
        ("samples", words.SAMPLES, lambda: _samples(session, facts, model)),
        ("curves", words.CURVES_TITLE, lambda: _curves(facts)),
        ("audit", words.AUDIT, lambda: audit_part(audit_of(session))),
        ("guarantee", words.GUARANTEES, lambda: _guarantee(session, guarantee)),
        ("agreement", words.AGREEMENT, lambda: agreement_part(session)),
        ("guidelines", words.GUIDELINES, lambda: _guidelines(session)),
        ("settings", words.SETTINGS, lambda: settings_part(session, facts)),
        ("log", words.LOG, lambda: log_part(session.events())),
    ]
    for name, heading, make in over(steps, words.WRITING):
        content = make()
        if content is not None:
            found.append((name, heading, content))
    title = title or words.TITLE.format(counted(len(session.pool), facts.noun))
    with whole(target) as file:
        file.write_text(page(title, facts, found, blocks[0]), encoding="utf-8")
    return target


def _classes(session: Session, facts: Facts) -> Markup:
    shown, details = facts.classes[:MOST_CLASSES], session.class_details
    rows = (
        [joined([swatch(code), one.name]), count(one.n_labels), count(one.n_items)]
        for code, one in enumerate(shown)
    )
    n_columns = 3 if facts.predicts else 2
    head = words.CLASS_COLUMNS[:n_columns]
    figures = table(head, (row[:n_columns] for row in rows), caption=words.LABELS)
    more = len(facts.classes) - len(shown)
    rest = tag("p", f"And {words.more_classes(more)}.") if more else None
    caption = (
        tag("p", tag("strong", name), ": ", one.description)
        for name, one in details.items()
        if one.description
    )
    return joined([figures, rest, caption])


def _samples(session: Session, facts: Facts, model: Refit) -> Markup | None:
    """Return some items of each class, labeled ones first."""
    if facts.pool.kind == "items":
        return None
    classes = [(code, one) for code, one in enumerate(facts.classes) if one.n_items]
    if not classes:
        return tag("p", words.NO_LABELS)
    each = max(1, min(EACH, ALL // len(classes)))
    rng = np.random.default_rng(session.random_state)
    parts = []
    for code, one in over(classes[:ALL], words.SAMPLES):
        members = rng.permutation(np.flatnonzero(facts.codes == code))
        labeled = np.isin(members, facts.labeled)
        chosen = members[np.argsort(~labeled, kind="stable")][:each].tolist()
        shown = list(_items(session, facts, model, one, chosen))
        kind = "samples" if facts.pool.kind == "images" else "texts"
        parts.append(tag("h3", swatch(code), one.name))
        parts.append(tag("ul", (tag("li", item) for item in shown), class_=kind))
    return joined(parts)


def _items(
    session: Session, facts: Facts, model: Refit, one: ClassFact, indices: list[int]
) -> Iterator[Markup]:
    pool = facts.pool
    for index in indices:
        # a coarse label says less than the class that it stands under here
        is_coarse = session.status[index] == CODES["coarse"]
        caption = "" if is_coarse else label_words(session, index)
        if not caption:
            sure = None if facts.multi_label else float(model.predicted[1][index])
            caption = words.predicted(one.name, sure)
        if pool.kind != "images":
            yield joined([item_words(facts, index)[:LONG], " ", tag("span", f"({caption})")])
            continue
        source = picture_source(pool, index, SIDE)
        name = pool.name(index)
        if source:
            yield figure_of(source, f"{name}: {caption}", caption, crisp=_is_small(pool, index))
        else:
            yield tag("figure", tag("figcaption", f"{name} {words.UNREAD}; {caption}"))


def _is_small(pool: Pool, index: int) -> bool:
    """Return whether a picture is so small that smoothing would hide its pixels."""
    return max(cast(Pictures, pool.media).shape(index)[:2]) <= FEW_PIXELS


def _curves(facts: Facts) -> Markup:
    if not any(facts.curves):
        return tag("p", words.NO_CURVES_KEPT)
    return curves_chart(facts.curves)


def _guarantee(session: Session, given: AutoLabelReport | None) -> Markup:
    return guarantee_part(session, guarantee_of(session, given))


def _guidelines(session: Session) -> Markup | None:
    return tag("pre", session.guidelines) if session.guidelines else None
