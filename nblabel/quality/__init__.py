"""How good the labels are: audits, error guarantees, label issues, costs and when to stop."""

from __future__ import annotations

NO_ANSWER = -1  # in arrays of class numbers, where no person has labeled an item
