"""``nblabel export``, ``info`` and ``check``: logs of answers, without a pool."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nblabel.commands.helping import examples
from nblabel.system.format import ago, count, counted

if TYPE_CHECKING:
    from nblabel.log.store import LabelStore

FORMATS = ("csv", "excel-csv", "jsonl", "parquet")
SHOWN = 20  # classes
SOURCES = {"human": "by people", "import": "imported", "model": "from the model"}

_store = click.argument("store", type=click.Path())


@click.command(
    short_help="Write the labels of a store to a file.",
    epilog=examples(
        "nblabel export labels.sqlite labels.csv",
        "nblabel export labels.sqlite labels.parquet",
        "nblabel export labels.sqlite > labels.csv",
        "nblabel export labels.sqlite sheet.csv --format excel-csv",
    ),
)
@_store
@click.argument("file", type=click.Path(), required=False)
@click.option(
    "--format", "kind", type=click.Choice(FORMATS), help="By the ending of FILE if left out."
)
def export(store: str, file: str | None, kind: str | None) -> None:
    """Write the labels of STORE to FILE (.csv, .jsonl or .parquet), or as CSV to the screen.

    Formats with pictures need these: call panel.export in a notebook.
    """
    with _opened(store) as log:
        if file is not None:
            log.export(file, kind)
            click.echo(f"{counted(len(log.labels()), 'label')} written to {file}")
            return
        if kind == "parquet":
            raise click.UsageError("Parquet is no text: name a file, such as labels.parquet")
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder, f"labels.{'jsonl' if kind == 'jsonl' else 'csv'}")
            log.export(part, kind)
            click.echo(part.read_bytes(), nl=False)


@click.command(short_help="Tell what is in a store.", epilog=examples("nblabel info labels.sqlite"))
@_store
def info(store: str) -> None:
    """Tell what is in STORE: labels, classes, people, and when."""
    with _opened(store) as log:
        for line in described(log):
            click.echo(line)


def described(log: LabelStore) -> Iterator[str]:
    """Return what there is to say of a log."""
    from nblabel.log.known import KnownItems

    labels, events = log.labels(), log.read()
    n_items = len(KnownItems.of_log(log.setting("items"), log.text).ids)
    yield f"{log.text}: {'several tags' if log.multi_label else 'one label'} for each item"
    yield f"{counted(len(labels), 'item')} labeled" + (f" of {count(n_items)}" if n_items else "")
    if len(labels):
        sources = Counter(labels["source"])
        yield "  " + ", ".join(
            f"{count(n)} {SOURCES.get(source, source)}" for source, n in sources.most_common()
        )
        people = Counter(name for name in labels["annotator"] if isinstance(name, str))
        if people:
            yield f"  Annotators: {_counts(people)}"
    yield from _classes(labels["label"])
    if events:
        first, last = (time.strftime("%Y-%m-%d", time.gmtime(one.time)) for one in _ends(events))
        new = ago(max(0.0, time.time() - events[-1].time))
        yield f"{counted(len(events), 'event')} from {first} to {last}; the last one {new}"


def _classes(labels: Any) -> Iterator[str]:
    names: Counter[str] = Counter()
    for one in labels:
        names.update(one if isinstance(one, list) else [one])
    if names:
        yield "Classes with labels:"
    width = max(map(len, names), default=0)
    for name, n in names.most_common(SHOWN):
        yield f"  {name:<{width}}  {count(n)}"
    if len(names) > SHOWN:
        yield f"  and {count(len(names) - SHOWN)} more"


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count(n)}" for name, n in found.items())


def _ends(events: list[Any]) -> tuple[Any, Any]:
    return events[0], events[-1]


@click.command(
    short_help="Look through a store for damage.",
    epilog=examples(
        "nblabel check labels.sqlite", "nblabel check labels.sqlite --recover whole.sqlite"
    ),
)
@_store
@click.option(
    "--recover", "new", type=click.Path(), metavar="NEW", help="Save what is whole in a new file."
)
@click.pass_context
def check(ctx: click.Context, store: str, new: str | None) -> None:
    """Look through STORE for damage; nothing in it is changed.

    The exit code is 0 if it is whole, and 1 if it is damaged.
    """
    if new is not None:
        from nblabel.log.recovery import recover

        saved = recover(store, new)
        click.echo(str(saved))
        ctx.exit(1 if saved.lost else 0)
    with _opened(store) as log:
        report = log.check_integrity()
    advice = f"To save what is whole: nblabel check {store} --recover NEW"
    for line in report.lines:
        click.echo(advice if line.startswith("To save") else line)
    ctx.exit(0 if report.is_whole else 1)


@contextmanager
def _opened(store: str) -> Iterator[LabelStore]:
    """Open a log to look at it; a panel may write to it meanwhile."""
    from nblabel.log.store import LabelStore

    with closing(LabelStore(store, read_only=True)) as log:
        yield log
