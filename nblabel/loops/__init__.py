"""Loops in which the model labels what it is confident about, and a person the rest."""

from __future__ import annotations

from nblabel.loops.rounds import Rounds, self_training, threshold_loop

__all__ = ["Rounds", "self_training", "threshold_loop"]
