"""``nblabel completion``: what a shell needs to complete commands by Tab."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from nblabel.commands.helping import examples

SHELLS = ("bash", "zsh", "fish")


@click.command(
    short_help="Print what a shell needs to complete names.",
    epilog=examples(
        'eval "$(nblabel completion bash)"      in ~/.bashrc',
        'eval "$(nblabel completion zsh)"       in ~/.zshrc',
        "nblabel completion fish | source       in ~/.config/fish/config.fish",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what SHELL needs to complete commands, options and names by Tab."""
    found = get_completion_class(shell)
    assert found is not None, "click knows these shells"
    click.echo(found(ctx.find_root().command, {}, "nblabel", "_NBLABEL_COMPLETE").source())
