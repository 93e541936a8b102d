"""PyTorch: imported when it is needed, with the command to install it where it is missing."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
from collections.abc import Iterator
from typing import Any


def has_torch() -> bool:
    """Return whether PyTorch is installed, without importing it."""
    return importlib.util.find_spec("torch") is not None


def require_torch() -> None:
    """Check that PyTorch is installed, without importing it.

    Raises
    ------
    ImportError
        If it is missing, with the command that installs it.
    """
    if not has_torch():
        raise ImportError(
            "encoders are trained with PyTorch, which is not installed: pip install "
            '"nblabel[torch]"'
        )


def import_torch() -> Any:
    """Import PyTorch; errors as of `require_torch`."""
    require_torch()
    return importlib.import_module("torch")


def choose_device(torch: Any, name: str | None) -> Any:
    """Return a device of torch; a graphics processor where there is one and no name is given."""
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device {name!r} cannot be used: {str(error).splitlines()[0]} Leave device out to "
            "have one chosen."
        ) from error
    return torch.device(name)


@contextlib.contextmanager
def repeatable(torch: Any, device: Any, random_state: int) -> Iterator[None]:
    """Draw the same random numbers every time, and leave those of others as they were."""
    cuda = [device] if device.type == "cuda" else []
    with (
        torch.random.fork_rng(devices=cuda),
        torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True),
    ):
        torch.manual_seed(random_state)
        yield
