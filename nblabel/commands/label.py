"""``nblabel label`` and ``nblabel demo``: a notebook is written and opened."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from nblabel.commands import lab, notebooks
from nblabel.commands.helping import examples
from nblabel.system.files import as_path
from nblabel.system.format import counted

DEMO = "nblabel-demo.ipynb"


def _names(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> tuple[str, ...]:
    """Return the names in a list with commas; a name with a comma in it stands in quotes."""
    from nblabel.log.classes import check_classes

    if text is None:
        return ()
    try:
        return check_classes(next(csv.reader([text], skipinitialspace=True, strict=True), []))
    except (ValueError, csv.Error) as error:
        raise click.BadParameter(f"{error} Write them so: --classes cat,dog") from error


def _opening(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what is to be said of opening a notebook."""
    for add in (
        click.argument("lab_options", nargs=-1, type=click.UNPROCESSED, metavar="[-- OPTION...]"),
        click.option("--port", type=int, help="Where JupyterLab listens."),
        click.option("--no-browser", is_flag=True, help="Start JupyterLab, and print its address."),
        click.option("--no-open", is_flag=True, help="Only write the notebook."),
        click.option(
            "--notebook",
            type=click.Path(dir_okay=False),
            help="The notebook to write. One that is there already is opened as it is.",
        ),
    ):
        command = add(command)
    return command


@click.command(
    short_help="Label the pictures of a folder.",
    epilog=examples(
        "nblabel label photos --classes cat,dog,other",
        'nblabel label "my photos" --classes \'cat,"dog, barking"\'',
        "nblabel label photos                         (to go on)",
        "nblabel label photos --no-browser --port 8899",
        "nblabel label photos -- --allow-root         (an option of JupyterLab)",
    ),
)
@click.argument("folder", type=click.Path())
@click.option(
    "--classes", callback=_names, metavar="NAMES", help="Names with commas between: cat,dog,other"
)
@click.option("--multi-label", is_flag=True, help="A picture may have several of the classes.")
@click.option(
    "--store", help="Where the labels are kept: a file, or the URL of a database.", metavar="STORE"
)
@_opening
def label(
    folder: str,
    classes: tuple[str, ...],
    multi_label: bool,
    store: str | None,
    notebook: str | None,
    no_open: bool,
    no_browser: bool,
    port: int | None,
    lab_options: tuple[str, ...],
) -> None:
    """Label the pictures of FOLDER, and of the folders in it.

    A notebook with the panel is written beside the folder and opened in JupyterLab. The labels are
    kept in a file beside the notebook.
    """
    from nblabel.pool.folder import find_media

    pictures = as_path(folder)
    kind, paths, left_out = find_media(pictures)
    noun = "sound" if kind == "sounds" else "picture"
    click.echo(f"{counted(len(paths), noun)} in {folder}. {left_out}".rstrip())
    if not no_open:
        lab.check_lab()
    place = Path(os.path.abspath(pictures))  # noqa: PTH100  (a link keeps its name, "." gets one)
    path = _notebook(notebook, place.parent / f"{place.name}.ipynb")
    if path.exists():
        _say_kept(path, changed=bool(classes or multi_label or store))
    else:
        if not classes:
            raise click.UsageError("Name the classes: --classes cat,dog")
        kept = _kept(store, path, multi_label=multi_label)
        seen = notebooks.seen_from(path.parent, place)
        cells = notebooks.of_folder(seen, classes, kept, path.stem, multi_label=multi_label)
        _write(path, cells)
    if not no_open:
        lab.open_notebook(path, browser=not no_browser, port=port, options=lab_options)


@click.command(
    short_help="Try the panel on pictures that come along.",
    epilog=examples("nblabel demo", "nblabel demo --notebook trying.ipynb --no-browser"),
)
@_opening
def demo(
    notebook: str | None,
    no_open: bool,
    no_browser: bool,
    port: int | None,
    lab_options: tuple[str, ...],
) -> None:
    """Try the panel on 5,000 pictures of clothing that come along."""
    if not no_open:
        lab.check_lab()
    path = _notebook(notebook, Path(DEMO).absolute())
    if path.exists():
        _say_kept(path, changed=False)
    else:
        kept = _kept(None, path, multi_label=False)
        _write(path, notebooks.of_sample(kept, path.stem))
    if not no_open:
        lab.open_notebook(path, browser=not no_browser, port=port, options=lab_options)


def _notebook(given: str | None, beside: Path) -> Path:
    path = beside if given is None else as_path(given).absolute()
    if given is None and beside.name == ".ipynb":
        raise click.UsageError("That folder has no name; name the notebook: --notebook NAME.ipynb")
    if path.suffix != ".ipynb":
        raise click.UsageError(f"{given} is no name of a notebook: --notebook {given}.ipynb")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent} does not exist; make it first.")
    return path


def _kept(store: str | None, notebook: Path, *, multi_label: bool) -> str:
    """Return where the labels are kept, as the notebook finds it, after a look at what is there."""
    from nblabel.log import database
    from nblabel.log.kinds import check_kind
    from nblabel.log.store import LabelStore

    default = notebook.with_suffix(".sqlite")
    given: Any = default if store is None else store
    _, address = database.address_of(given)
    file = database.file_of(address)
    if file is None:
        return str(given)  # a database, which the notebook opens
    if file.exists():
        log = LabelStore(file, read_only=True)
        try:
            if log.last:
                check_kind(log, log.read(), multi_label=multi_label)
        finally:
            log.close()
    return notebooks.seen_from(notebook.parent, file)


def _write(path: Path, cells: list[notebooks.Cell]) -> None:
    try:
        notebooks.write(path, cells)
    except PermissionError as error:
        raise click.ClickException(
            f"{path} cannot be written: {error.strerror or error} Name another place: --notebook"
        ) from error
    click.echo(f"Written: {path}")


def _say_kept(path: Path, *, changed: bool) -> None:
    click.echo(f"{path} is there already, and stays as it is.")
    if changed:
        click.echo(
            "Classes, kind and store are those in the notebook: change them there, or write "
            "another one: --notebook NAME.ipynb",
            err=True,
        )
