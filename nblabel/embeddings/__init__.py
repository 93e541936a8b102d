"""From what a person sees to numbers that a learner reads."""

from __future__ import annotations

from nblabel.embeddings.catalogue import Available, available
from nblabel.embeddings.choice import Choice, choose

__all__ = ["Available", "Choice", "available", "choose"]
