"""Words about the filters of the map."""

from __future__ import annotations

from nblabel.widget.text.columns import moment, number

NO_MAPPING = (
    "filters are a dict, such as {'status': 'open', 'column': {'year': (1990, None)}}; "
    "None ends them."
)
UNKNOWN = "there is no filter {!r}; there are {}."


def end(value: float, kind: str) -> str:
    """Return where the values of a column begin or end: ``2020-01-31`` or ``0.127``."""
    return moment(value)[:10] if kind == "date" else number(value)
