"""What is guaranteed of the labels that are accepted from the model, as chosen in the panel."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from nblabel.quality.guarantee import check_terms


@dataclass(frozen=True)
class Terms:
    """What is guaranteed: at most such a share wrong, how surely, and of each class or of all.

    With several tags an item, of each of the `tags`; there are none with one label.
    """

    max_error: float = 0.01
    confidence: float = 0.95
    per_class: bool = False
    tags: tuple[str, ...] | None = None


def remembered(text: str | None) -> Terms:
    """Return the terms that were chosen before; the usual ones where those are spoiled."""
    try:
        terms = Terms(**json.loads(text or "{}"))
        check_terms(terms.max_error, terms.confidence)
        if terms.tags is not None:
            terms = replace(terms, tags=tuple(map(str, terms.tags)))
    except (ValueError, TypeError):
        return Terms()
    return terms if isinstance(terms.per_class, bool) else Terms()


def described(terms: Terms) -> dict[str, Any]:
    """Return terms as docs/wire.md has them."""
    found = asdict(terms)
    if terms.tags is None:
        del found["tags"]
        return found
    return {**found, "tags": list(terms.tags)}
