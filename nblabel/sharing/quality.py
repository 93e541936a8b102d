"""What a report tells of the quality of the labels: audit, error guarantee, agreement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from nblabel.quality.agreement import self_agreement
from nblabel.quality.audit import audit
from nblabel.quality.audit_report import AuditReport
from nblabel.quality.guarantee import auto_label, check_terms
from nblabel.quality.guarantee_report import AutoLabelReport
from nblabel.session import Session
from nblabel.sharing import words
from nblabel.sharing.markup import Markup, joined, table, tag
from nblabel.system.format import count, interval, percent

if TYPE_CHECKING:
    import pandas as pd

TERMS = "terms"  # setting beside the log: what a panel was asked to guarantee
ROWS = 100  # of a table


def audit_of(session: Session) -> AuditReport | None:
    """Return the audit; None where nothing was drawn, which takes no time to find out."""
    return audit(session) if session.state.draws else None


def guarantee_of(session: Session, given: AutoLabelReport | None) -> AutoLabelReport | None:
    """Return what is guaranteed of the accepted labels, on the terms of the panel.

    None where nothing was accepted, or nobody said there on which terms.
    """
    if given is not None or not session.n_accepted:
        return given
    text = session.store.setting(TERMS)
    if text is None:
        return None
    try:
        terms = json.loads(text)
        check_terms(terms["max_error"], terms["confidence"])
    except (ValueError, TypeError, KeyError):  # spoiled
        return None
    if session.multi_label:
        names = map(session.state.class_list.called_now, terms.get("tags") or ())
        terms["tags"] = [tag for tag in dict.fromkeys(names) if tag in session.classes]
        if not terms["tags"]:
            return None
    return auto_label(session, **terms, accept=False)


def audit_part(found: AuditReport | None) -> Markup:
    """Return the audit as HTML."""
    if found is None or not found.n_checks:
        return tag("p", words.NO_AUDIT)
    return joined([_sentences(found.lines), _audit_table(found.table)])


def guarantee_part(session: Session, found: AutoLabelReport | None) -> Markup:
    """Return what is guaranteed as HTML."""
    if found is None:
        return tag("p", words.no_guarantee(session.n_accepted))
    rows = (
        [
            one.name or words.ALL,
            *map(count, (one.n_items, one.n_checks, one.n_wrong, one.n_accepted)),
            percent(one.bound) if one.n_items else "",
        ]
        for one in found.guarantees
    )
    terms = words.terms(found.max_error, found.confidence)
    shown = table(words.GUARANTEE_COLUMNS, rows, caption=words.GUARANTEE_TABLE)
    # what to do next is for who labels, not for who reads
    lines = [str(one).split("; report.")[0].rstrip(".") + "." for one in found.guarantees]
    lost = [one.in_retrospect for one in found.broken]
    return joined([_sentences([terms, *lines, *lost]), shown])


def agreement_part(session: Session) -> Markup | None:
    """Return how often people agree with themselves, None where nothing was repeated."""
    if not session.state.repeats:
        return None
    return _sentences(self_agreement(session, everyone=True).lines)


def _sentences(lines: list[str]) -> Markup:
    return joined([tag("p", line) for line in lines])


def _audit_table(frame: pd.DataFrame) -> Markup:
    """Return the figures of an audit, each share with its interval."""
    shares = [name for name in frame.columns if f"{name}_low" in frame.columns]
    if "low" in frame.columns:
        shares = ["accuracy", *shares]
    head = [words.CLASS, *(words.AUDIT_COLUMNS[name] for name in ("checks", "wrong"))]
    head += [words.AUDIT_COLUMNS[name] for name in shares]
    return table(head, _audit_rows(frame[:ROWS], shares), caption=words.AUDIT_TABLE)


def _audit_rows(frame: pd.DataFrame, shares: list[str]) -> Iterator[list[Any]]:
    for name, row in frame.iterrows():
        cells = [count(row["checks"]), count(row["wrong"])]
        for share in shares:
            prefix = "" if share == "accuracy" else f"{share}_"
            low, high = row[f"{prefix}low"], row[f"{prefix}high"]
            middle = "" if np.isnan(row[share]) else f"{percent(row[share])} · "
            known = not (np.isnan(low) or np.isnan(high))
            cells.append(f"{middle}{interval(low, high)}" if known else middle.removesuffix(" · "))
        yield [str(name), *cells]
