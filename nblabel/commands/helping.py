"""What every command shares: examples in its help, and names completed by Tab."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def examples(*lines: str) -> str:
    """Return the end of a help text; the sign before it keeps the lines as they are."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def one_of(names: Callable[[], Iterable[str]]) -> Completer:
    """Return what completes one of some names, which are asked for only then."""

    def complete(
        _ctx: click.Context, _parameter: click.Parameter, begun: str
    ) -> list[CompletionItem]:
        return [CompletionItem(name) for name in names() if name.startswith(begun)]

    return complete
