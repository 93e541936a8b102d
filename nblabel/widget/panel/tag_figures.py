"""How good each tag is by the audit sample, as the panel shows it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nblabel.quality.audit_report import LEAST_CHECKS, AuditReport
from nblabel.quality.tag_audit import MEAN
from nblabel.session import Session
from nblabel.widget.panel.figures import count_labels

if TYPE_CHECKING:
    import pandas as pd

SHARES = ("accuracy", "precision", "recall")


def describe_tag_audit(session: Session, report: AuditReport | None) -> dict[str, Any]:
    """Return what docs/wire.md has of an audit of tags.

    Parameters
    ----------
    session : Session
        With several tags an item.
    report : AuditReport or None
        None without answered audit items.
    """
    nothing = {"checks": 0, **dict.fromkeys(SHARES)}
    table = None if report is None else report.table
    listed = count_labels(session)
    rows = [
        {
            "name": one["name"],
            "color": one["color"],
            # a class may have been added or renamed a moment ago
            **(nothing if table is None or one["name"] not in table.index else _row(table, one)),
        }
        for one in listed
    ]
    mean = nothing if table is None else _figures(table.loc[MEAN])
    more = len(session.classes) - len(listed)
    return {"least": LEAST_CHECKS, "mean": mean, "rows": rows, "more": more}


def _row(table: pd.DataFrame, one: dict[str, Any]) -> dict[str, Any]:
    return _figures(table.loc[one["name"]])


def _figures(row: Any) -> dict[str, Any]:
    """Return checks and shares; none of these is told from too few checks."""
    checks = int(row["checks"])
    known = checks >= LEAST_CHECKS
    shares = {name: _share(row, name) if known else None for name in SHARES}
    return {"checks": checks, **shares}


def _share(row: Any, name: str) -> list[float | None] | None:
    """Return a share with the ends of its interval; the means of some have none."""
    ends = ("low", "high") if name == "accuracy" else (f"{name}_low", f"{name}_high")
    values = [float(row[one]) for one in (name, *ends)]
    if math.isnan(values[0]):
        return None
    return [None if math.isnan(value) else round(value, 4) for value in values]
