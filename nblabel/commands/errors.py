"""What went wrong, in words that help somebody at a command line, and the exit code of it.

0: done. 1: it could not be done, and the message says why and what to do. 2: the command was not
understood.
"""

from __future__ import annotations

import errno
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

# what Python calls it in our messages, and what it is here
HERE = {
    "nblabel.recover(path, new_path)": "nblabel check STORE --recover NEW",
    "multi_label=True": "--multi-label",
    "another store=": "another --store",
    "Pool(paths) takes": "Pool(paths) in a notebook takes",
}


class Commands(click.Group):
    """Commands whose expected errors are one sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see `click.Group.invoke`."""
        try:
            with notes():
                return super().invoke(ctx)
        except Exception as error:
            if not is_expected(error):
                raise
            raise click.ClickException(words_of(error)) from error


def is_expected(error: Exception) -> bool:
    """Return whether an error is about what was given, rather than a mistake in this program."""
    if isinstance(error, OSError):
        return error.errno != errno.EPIPE  # whoever read the output has enough of it
    ours = type(error).__module__.partition(".")[0] == "nblabel"
    return ours or isinstance(error, ValueError | ImportError)


def words_of(error: Exception) -> str:
    """Return what to say of an error."""
    text = str(error)
    if isinstance(error, OSError) and error.strerror and error.filename:
        text = f"{error.filename}: {error.strerror}. Check the path, and who may write there."
    for python, here in HERE.items():
        text = text.replace(python, here)
    return text or type(error).__name__


@contextmanager
def notes() -> Iterator[None]:
    """Print our warnings as notes, without the lines of code that they come from."""

    def show(message: Warning | str, *_others: Any, **_named: Any) -> None:
        click.echo(f"Note: {message}", err=True)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
