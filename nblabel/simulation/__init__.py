"""Labeling a pool whose answers are known: how many questions are worth how much."""

from __future__ import annotations

from nblabel.simulation.simulation import simulate

__all__ = ["simulate"]
