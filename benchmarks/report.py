"""What every benchmark does with its figures: say where they come from, print, keep."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).parent / "results"


@dataclass
class Row:
    """One measured figure.

    Attributes
    ----------
    what : str
        What was measured, and on what.
    unit : str
        "ms", "s", "MB" or "" for counts.
    values : list of float
        Every single measurement.
    target : str
        What it should reach, in words; "" where there is no target.
    judged : str
        Which figure the target is about: "median" or "p95" or "max".
    limit : float or None
        The target as a number in `unit`.
    at_least : bool
        Whether the target is reached from there upwards, and not from there downwards.
    part : str
        What the row belongs to, where a benchmark is run in parts.
    """

    what: str
    unit: str
    values: list[float]
    target: str = ""
    judged: str = "median"
    limit: float | None = None
    at_least: bool = False
    part: str = ""

    def figure(self, name: str) -> float:
        """Return the median, the 95th percentile or the maximum."""
        percentile = {"median": 50, "p95": 95, "max": 100}[name]
        return float(np.percentile(self.values, percentile))

    @property
    def reached(self) -> bool | None:
        """Whether the target was reached; None where there is none."""
        if self.limit is None:
            return None
        figure = self.figure(self.judged)
        return figure >= self.limit if self.at_least else figure <= self.limit


def report(name: str, rows: list[Row], notes: list[str]) -> None:
    """Print a table and write ``results/<name>.json``."""
    show(rows, notes)
    write(name, rows, notes)


def show(rows: list[Row], notes: list[str]) -> None:
    """Print a table."""
    header = ("measured", "n", "median", "p95", "max", "unit", "target", "reached")
    lines = [
        (
            row.what,
            str(len(row.values)),
            *(f"{row.figure(figure):.4g}" for figure in ("median", "p95", "max")),
            row.unit,
            row.target,
            {True: "yes", False: "NO", None: ""}[row.reached],
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(header, *lines, strict=True)]
    for line in (header, *lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    print("; ".join([*(f"{key}: {value}" for key, value in machine().items()), *notes]))


def write(name: str, rows: list[Row], notes: list[str], folder: Path = RESULTS) -> None:
    """Write ``<name>.json``."""
    folder.mkdir(exist_ok=True)
    content = {
        "machine": machine(),
        "notes": notes,
        "rows": [
            {
                **asdict(row),
                "median": row.figure("median"),
                "p95": row.figure("p95"),
                "max": row.figure("max"),
                "reached": row.reached,
            }
            for row in rows
        ],
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content, indent=1) + "\n")
    print(f"written: {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


def merged(
    path: Path, part: str, rows: list[Row], notes: list[str], order: list[str]
) -> tuple[list[Row], list[str]]:
    """Put one part's rows and notes beside those of the other parts that were measured before."""
    known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    if known and known["machine"] != machine():
        print("what was measured before was on another machine or with other versions: dropped")
        known = {}
    names = Row.__dataclass_fields__
    old = [
        Row(**{name: value for name, value in row.items() if name in names})
        for row in known.get("rows", [])
    ]
    for row in rows:
        row.part = part
    together = sorted(
        [*(row for row in old if row.part != part), *rows], key=lambda row: order.index(row.part)
    )
    told = [f"{part}: {note}" for note in notes]
    others = [note for note in known.get("notes", []) if not note.startswith(f"{part}: ")]
    return together, sorted([*others, *told], key=lambda note: order.index(note.partition(":")[0]))


def machine() -> dict[str, str]:
    """Return what the figures depend on besides the code."""
    packages = ("nblabel", "numpy", "scikit-learn", "ipywidgets", "anywidget", "jupyterlab")
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }
