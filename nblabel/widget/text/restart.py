"""Starting over, in words."""

from __future__ import annotations

from pathlib import Path

OTHER_PANEL = "another panel shows this log, too; close it first: panel.close()."


def started_over(kept: Path) -> str:
    """Return what an ended panel says of the log that was kept."""
    return (
        f"Started over. The labels so far are kept in {kept}: Undo cannot bring them back, "
        f"store={str(kept)!r} opens them. Run the cell again to begin with none."
    )


def failed(reason: str) -> str:
    """Return what a panel says that ended and could not start over."""
    return f"Not started over: {reason} Run the cell again: the labels are still there."
