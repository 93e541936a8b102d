"""The loop that trains any encoder: batches, learning rate, time, interruption."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

WARM_UP = 0.1  # of the training, while the learning rate rises
SETTLED = 10  # steps until the pace tells how many fit into the time
DECAY = 1e-4


@dataclass(frozen=True)
class Result:
    """How a training ended.

    Attributes
    ----------
    steps : int
        Batches trained on.
    loss : float
        Of the last one.
    seconds, cpu_seconds : float
        Wall time, and time of the processors.
    interrupted : bool
        Whether a person ended it.
    """

    steps: int
    loss: float
    seconds: float
    cpu_seconds: float
    interrupted: bool


def train(
    torch: Any,
    loss_of: Callable[[Any], Any],
    n: int,
    parameters: list[Any],
    *,
    steps: int,
    batch_size: int,
    rate: float,
    max_seconds: float | None,
    tell: Callable[[float, str], None],
) -> Result:
    """Minimize a loss over batches of pictures.

    Parameters
    ----------
    torch : module
    loss_of : callable
        Called with the positions of a batch, a tensor of shape (m,).
    n : int
        How many pictures there are.
    parameters : list of tensor
        What is trained.
    steps, batch_size : int
        How many batches, and of how many pictures.
    rate : float
        Learning rate at its highest: it rises over the first tenth and falls with a cosine.
    max_seconds : float or None
        Stop after this time; the rate falls sooner then.
    tell : callable
        Called with the share that is done and a text with the loss.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted in the first step, when nothing is learned yet.
    """
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=DECAY)
    batches = _batches(torch, n, min(batch_size, n))
    begun, cpu_begun = time.monotonic(), time.process_time()
    done, last, interrupted = 0, math.nan, False
    try:
        while done < steps:
            spent = 0.0 if max_seconds is None else (time.monotonic() - begun) / max_seconds
            if done and spent >= 1:
                break
            share = max(done / steps, spent if done >= SETTLED else 0.0)
            for group in optimizer.param_groups:
                group["lr"] = rate * _schedule(share)
            loss = loss_of(next(batches))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            last = loss.item()
            done += 1
            tell(max(done / steps, min(spent, 1.0)), f"loss {last:.3g}")
    except KeyboardInterrupt:
        if not done:
            raise
        interrupted = True
        warnings.warn(
            f"the training was interrupted after {done:,} of {steps:,} steps; the encoder keeps "
            "what it has learned so far.",
            stacklevel=4,
        )
    seconds, cpu_seconds = time.monotonic() - begun, time.process_time() - cpu_begun
    return Result(done, last, seconds, cpu_seconds, interrupted)


def _batches(torch: Any, n: int, batch_size: int) -> Iterator[Any]:
    """Yield positions, each once before any twice; what does not fill a batch is left out."""
    while True:
        order = torch.randperm(n)
        for start in range(0, n - batch_size + 1, batch_size):
            yield order[start : start + batch_size]


def _schedule(share: float) -> float:
    if share < WARM_UP:
        return 0.1 + 0.9 * share / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (share - WARM_UP) / (1 - WARM_UP)))
