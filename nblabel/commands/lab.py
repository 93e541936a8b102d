"""Opens a notebook in JupyterLab."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import click

WITHIN = "JUPYTER_SERVER_URL"  # a Jupyter server tells its terminals where it is


def check_lab() -> None:
    """Refuse what needs JupyterLab where it is not installed.

    Raises
    ------
    ClickException
        If it is not.
    """
    if find_spec("jupyterlab") is None:
        raise click.ClickException(
            "JupyterLab is not installed in this environment. Install it: pip install "
            '"nblabel[lab]". Or only write the notebook, for another program: --no-open.'
        )


def open_notebook(path: Path, *, browser: bool, port: int | None, options: Sequence[str]) -> None:
    """Run a JupyterLab on a notebook until it is stopped.

    Parameters
    ----------
    path : Path
        The notebook.
    browser : bool
        Whether to open it in a browser, too.
    port : int, optional
        Where JupyterLab listens; its own choice if not given.
    options : sequence of str
        More of JupyterLab's own.
    """
    if server := os.environ.get(WITHIN):
        click.echo(f"This terminal belongs to the Jupyter server at {server}: open {path} there.")
        return
    click.echo(f"Opening {path} in JupyterLab. To stop it: Control and C, twice.")
    launch(arguments(path, browser=browser, port=port, options=options))


def arguments(path: Path, *, browser: bool, port: int | None, options: Sequence[str]) -> list[str]:
    """Return what JupyterLab is told."""
    words = [
        f"--ServerApp.root_dir={path.parent}",
        f"--LabApp.default_url=/lab/tree/{quote(path.name)}",
        "--log-level=WARN",
    ]
    words += [] if browser else ["--no-browser"]
    words += [] if port is None else [f"--port={port}"]
    return [*words, *options]


def launch(words: list[str]) -> None:
    """Run JupyterLab in this process, which it takes the signals of."""
    importlib.import_module("jupyterlab.labapp").main(words)
