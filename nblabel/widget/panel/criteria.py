"""The filters of a page, as `nblabel.Session.where` takes them, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nblabel.widget.text import filters as words

NAMED = ("label_or_prediction", "status", "source", "annotator")
NAMES = (*NAMED, "confidence", "column")


def criteria_of(criteria: dict[str, Any]) -> dict[str, Any]:
    """Return criteria that docs/wire.md has as `Session.where` takes them."""
    asked: dict[str, Any] = dict(criteria)
    if "confidence" in asked:
        asked["confidence"] = tuple(asked["confidence"])
    if "column" in asked:
        asked["column"] = {name: _condition(one) for name, one in asked["column"].items()}
    return asked


def told_of(filters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return filters that `Session.where` takes as docs/wire.md has them.

    Raises
    ------
    TypeError
        If they are no mapping, or one of them is not there to filter by.
    """
    if filters is None:
        return {}
    if not isinstance(filters, Mapping) or not isinstance(filters.get("column", {}), Mapping):
        raise TypeError(words.NO_MAPPING)
    if unknown := [name for name in filters if name not in NAMES]:
        raise TypeError(words.UNKNOWN.format(unknown[0], ", ".join(NAMES)))
    told: dict[str, Any] = {}
    for name, value in filters.items():
        if name == "column":
            told[name] = {str(column): _told(one) for column, one in value.items()}
        elif value is not None:
            told[name] = _several(value) if name in NAMED else [*value]
    return {name: value for name, value in told.items() if value}


def _told(condition: Any) -> dict[str, Any]:
    """Return what a column is to meet, as docs/wire.md has it."""
    if condition is None:
        return {"missing": True}
    if isinstance(condition, tuple):
        low, high = (one if _is_plain(one) else str(one) for one in condition)
        return {"low": low, "high": high}
    return {"values": [str(one) for one in _several(condition)]}


def _several(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) or not hasattr(value, "__iter__") else [*value]


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, int | float)


def _condition(told: dict[str, Any]) -> Any:
    """Return what a column is to meet, as `Session.where` takes it."""
    if "values" in told:
        return told["values"]
    if "low" not in told:
        return None  # missing
    return told["low"], told["high"]
