"""The filters of a page, as `nblabel.Session.where` takes them."""

from __future__ import annotations

from typing import Any


def criteria_of(criteria: dict[str, Any]) -> dict[str, Any]:
    """Return criteria that docs/wire.md has as `Session.where` takes them."""
    asked: dict[str, Any] = dict(criteria)
    if "confidence" in asked:
        asked["confidence"] = tuple(asked["confidence"])
    if "column" in asked:
        asked["column"] = {name: _condition(one) for name, one in asked["column"].items()}
    return asked


def _condition(told: dict[str, Any]) -> Any:
    """Return what a column is to meet, as `Session.where` takes it."""
    if "values" in told:
        return told["values"]
    if "low" not in told:
        return None  # missing
    return told["low"], told["high"]
