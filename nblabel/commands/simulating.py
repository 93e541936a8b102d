"""``nblabel simulate``: how many labels strategies need, on pictures with known labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nblabel.commands.helping import examples, one_of
from nblabel.system.files import as_path, whole
from nblabel.system.format import count, percent

if TYPE_CHECKING:
    import pandas as pd

ROWS = 10  # of the table on screen
DATA = ("digits", "sample")


def _strategies() -> Iterable[str]:
    from nblabel.strategies import STRATEGIES

    return STRATEGIES


def _learners() -> Iterable[str]:
    from nblabel.learners import ESTIMATORS

    return ("auto", "mixed", "graph", "knn", "knn-cosine", *ESTIMATORS)


@click.command(
    short_help="Compare strategies where labels are known.",
    epilog=examples(
        "nblabel simulate digits",
        "nblabel simulate photos --strategy margin --strategy random --budget 200",
        "nblabel simulate photos --learner logreg --seeds 5 --jobs 2 --output curves.csv",
    ),
)
@click.argument("data", type=click.Path())
@click.option(
    "--strategy",
    "strategies",
    multiple=True,
    default=("auto", "random"),
    show_default=True,
    shell_complete=one_of(_strategies),
    help="What chooses the questions; may be given several times.",
)
@click.option(
    "--learner",
    default="auto",
    show_default=True,
    shell_complete=one_of(_learners),
    help="What learns.",
)
@click.option("--budget", type=click.IntRange(1), default=100, show_default=True, help="Labels.")
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Questions chosen at a time.",
)
@click.option(
    "--seeds", type=click.IntRange(1), default=1, show_default=True, help="Runs of each strategy."
)
@click.option(
    "--jobs", type=int, default=1, show_default=True, help="Runs at once; -1: one a processor."
)
@click.option("--output", type=click.Path(), help="Write all steps to a file, in .csv.")
def simulate(
    data: str,
    strategies: tuple[str, ...],
    learner: str,
    budget: int,
    batch_size: int,
    seeds: int,
    jobs: int,
    output: str | None,
) -> None:
    """Label DATA by its known labels, and tell how good the model is after each label.

    DATA is a folder with a folder of pictures for each class, or "digits" or "sample", which come
    along. The accuracy is the share of all items whose label or prediction is right.
    """
    import pandas as pd

    from nblabel.simulation import simulate as run

    target = None if output is None else _target(output)
    pool, y = _known(data)
    frames = [
        run(
            pool,
            y,
            learner=learner,
            strategy=strategy,
            budget=budget,
            batch_size=batch_size,
            random_state=range(seeds),
            n_jobs=jobs,
        )
        for strategy in dict.fromkeys(strategies)
    ]
    for line in summary(frames, list(dict.fromkeys(strategies))):
        click.echo(line)
    if target is not None:
        with whole(target) as part:
            pd.concat(frames).to_csv(part, index=False, lineterminator="\n", encoding="utf-8")
        click.echo(f"All steps written to {output}")


def summary(frames: Sequence[pd.DataFrame], names: Sequence[str]) -> Iterator[str]:
    """Return the mean accuracy of each run at some numbers of labels, one a line."""
    curves = [frame.groupby("n_labels")["pool_accuracy"].mean() for frame in frames]
    steps = curves[0].index.tolist()
    chosen = [steps[round((len(steps) - 1) * place / (ROWS - 1))] for place in range(ROWS)]
    width = max(8, *map(len, names))
    yield "Accuracy by the number of labels, as a mean over the seeds:"
    yield "  ".join(["labels", *(f"{name:>{width}}" for name in names)])
    for n in dict.fromkeys(chosen):
        shares = (percent(curve.get(n, float("nan"))) for curve in curves)
        yield "  ".join([f"{count(n):>6}", *(f"{share:>{width}}" for share in shares)])


def _target(output: str) -> Path:
    path = as_path(output)
    if path.suffix != ".csv":
        raise click.UsageError(f"--output {output}: name a file that ends in .csv")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"the folder {path.parent.resolve()} does not exist; make it first."
        )
    return path


def _known(data: str) -> tuple[Any, Any]:
    """Return items and their labels."""
    from nblabel import datasets
    from nblabel.pool import Pool

    if data in DATA and not as_path(data).exists():
        load = datasets.load_digits if data == "digits" else datasets.load_fashion_mnist_sample
        found = load()
        return found.images, [found.classes[label] for label in found.labels]
    pool = Pool.from_folder(data)
    labels = pool.folders
    if len(labels) < len(pool) or labels["label"].nunique() < 2:
        raise click.ClickException(
            f"a simulation needs the right label of each picture, and not every one in {data} lies "
            "in a folder of its class. Sort them so: CLASS/picture.jpg, with two classes at least."
        )
    return pool, labels["label"].tolist()
