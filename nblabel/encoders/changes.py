"""Small changes of pictures that leave what they show."""

from __future__ import annotations

from typing import Any


def changed(torch: Any, batch: Any, strength: float) -> Any:
    """Return pictures changed at random, each in its own way.

    Parameters
    ----------
    torch : module
    batch : tensor of shape (n, channels, height, width), float
    strength : float
        Of all changes: 1 turns by up to 20 degrees, stretches by up to 28 %, slants by up to 0.3,
        shifts by up to a tenth of the side, and cuts out up to 60 % of both sides.
    """
    n, channels, height, width = batch.shape

    def some(*shape: int) -> Any:
        return strength * (2 * torch.rand(n, *shape, device=batch.device) - 1)

    angle, slant = 0.35 * some(), 0.3 * some()
    wide, high = torch.exp(0.25 * some()), torch.exp(0.25 * some())
    turned = torch.stack(
        [
            *(torch.cos(angle) * wide, slant - torch.sin(angle) * high),
            *(torch.sin(angle) * wide, torch.cos(angle) * high),
        ],
        dim=1,
    ).reshape(n, 2, 2)
    moves = torch.cat([turned, 0.2 * some(2, 1)], dim=2)
    functional = torch.nn.functional
    where = functional.affine_grid(moves, batch.shape, align_corners=False)
    views = functional.grid_sample(batch, where, padding_mode="border", align_corners=False)
    views = views * torch.exp(0.2 * some(channels, 1, 1))
    cut = 0.3 * min(strength, 1.0) * torch.rand(n, 1, device=batch.device)
    down = _near(torch, batch, height, cut)[:, None, :, None]
    across = _near(torch, batch, width, cut)[:, None, None, :]
    return (views * ~(down & across)).contiguous(memory_format=torch.channels_last)


def _near(torch: Any, batch: Any, side: int, reach: Any) -> Any:
    """Return which rows or columns lie around a random one of each picture; (n, side), bool."""
    places = torch.arange(side, device=batch.device) / side
    middle = torch.rand(len(batch), 1, device=batch.device)
    return (places - middle).abs() < reach
