"""What every kind of pool does, whatever its items are."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nblabel as nb
from tests.sounds import RATE, sound_folder, tone, wave_series

N = 6


@dataclass
class Molecule:
    """An object of somebody's own."""

    name: str
    weight: float


def draw(molecule: Any) -> str:
    return f"<b>{molecule.name}</b>"


def weigh(molecules: list[Any]) -> list[list[float]]:
    return [[one.weight, one.weight % 2] for one in molecules]


def pixels(number: int) -> np.ndarray:
    level = 40 if number % 2 == 0 else 200
    return np.random.default_rng(number).integers(level, level + 30, (8, 8), dtype=np.uint8)


def pool(kind: str, home: Path, numbers: range = range(N), **more: Any) -> nb.Pool:
    """Make a pool of one kind, of which every second item is of another class."""
    if kind == "images":
        return nb.Pool(np.stack([pixels(one) for one in numbers]), **more)
    if kind == "texts":
        words = ("a fine calm day", "rain and wind")
        return nb.Pool(texts=[f"{words[one % 2]} {one}" for one in numbers], **more)
    if kind == "rows":
        import pandas as pd

        return nb.Pool(table=pd.DataFrame({"x": [one % 2 * 9.0 + one for one in numbers]}), **more)
    if kind == "sounds":
        return nb.Pool(sounds=[tone(one) for one in numbers], sampling_rate=RATE, **more)
    if kind == "sound files":
        folder = home / f"{numbers.start}"
        folder.mkdir(exist_ok=True)
        return nb.Pool.from_folder(sound_folder(folder, len(numbers)), **more)
    if kind == "series":
        return nb.Pool(series=[wave_series(one) for one in numbers], **more)
    molecules = [Molecule(str(one), 20.0 * (one % 2) + one) for one in numbers]
    return nb.Pool(molecules, render=draw, embeddings=weigh, **more)


KINDS = ["images", "texts", "rows", "sounds", "sound files", "series", "objects"]
each = pytest.mark.parametrize("kind", KINDS)
NOUNS = {"sound files": "sounds", "objects": "items"}


@each
def test_its_kind_length_and_ids(kind: str, tmp_path: Path) -> None:
    found = pool(kind, tmp_path)
    assert (len(found), found.kind) == (N, NOUNS.get(kind, kind))
    assert repr(found).startswith(f"Pool(6 {found.kind}")
    assert len(set(found.ids)) == N
    assert found.index_of(found.ids[2]) == 2


@each
def test_the_same_items_are_the_same_pool(kind: str, tmp_path: Path) -> None:
    one, again = pool(kind, tmp_path), pool(kind, tmp_path)
    assert one.fingerprint == again.fingerprint
    assert one.contents.of(range(N)) == again.contents.of(range(N))
    other = pool(kind, tmp_path, range(2, 2 + N), ids=one.ids)
    if kind != "sound files":  # told by name and size, as picture files are
        assert other.fingerprint != one.fingerprint
        assert len(set(one.contents.of(range(N)))) == N
        assert one.contents.same(range(N), one.contents.of(range(N))) == [True] * N


@each
def test_it_is_embedded_by_default_and_new_items_alike(kind: str, tmp_path: Path) -> None:
    known = pool(kind, tmp_path)
    X = nb.embed(known)
    assert X.dtype == np.float32
    assert np.isfinite(X).all()
    assert X.shape[0] == N
    assert (nb.embed(pool(kind, tmp_path), like=known) == nb.embed(known, like=known)).all()
    # items of one class are nearer to one another than to the other one
    distances = np.linalg.norm(X[:, None] - X[None], axis=2)
    alike = (np.arange(N)[:, None] - np.arange(N)) % 2 == 0
    assert distances[alike & ~np.eye(N, dtype=bool)].mean() < distances[~alike].mean()


@each
def test_it_is_labeled_exported_and_found_again(kind: str, tmp_path: Path) -> None:
    store = tmp_path / "labels.db"
    session = nb.Session(pool(kind, tmp_path), ["even", "odd"], store=store, build_graph=False)
    for index in range(4):
        session.tell(index, ["even", "odd"][index % 2])
    assert session.ask(2).indices.tolist() in ([4, 5], [5, 4])
    session.export(tmp_path / "labels.csv")
    assert len((tmp_path / "labels.csv").read_text("utf-8").splitlines()) == 5
    session.store.close()
    again = nb.Session(pool(kind, tmp_path), ["even", "odd"], store=store, build_graph=False)
    assert again.labels()["label"].tolist() == ["even", "odd"] * 2
    assert not len(again.changes.changed)


@each
def test_more_items_are_taken_behind_it(kind: str, tmp_path: Path) -> None:
    first = pool(kind, tmp_path)
    more = pool(kind, tmp_path, range(10, 10 + N), ids=[f"new {at}" for at in range(N)])
    both = first.extended(more)
    assert (len(both), both.n_before, both.kind) == (2 * N, N, first.kind)
    assert both.contents.of([0, N]) == first.contents.of([0]) + more.contents.of([0])
    if first.drawing(0) is not None:
        assert both.drawing(N + 1) is not None
    assert nb.embed(both).shape[0] == 2 * N


AGAIN = """
import sys
from pathlib import Path
from tests.contracts.test_pools import pool
found = pool(sys.argv[1], Path(sys.argv[2]))
print(found.fingerprint, *found.contents.of(range(len(found))))
"""


@pytest.mark.slow  # starts a process for each kind
@pytest.mark.parametrize("kind", ["sounds", "sound files", "series", "objects"])
def test_another_kernel_knows_it(kind: str, tmp_path: Path) -> None:
    known = pool(kind, tmp_path)
    made = subprocess.run(
        [sys.executable, "-c", AGAIN, kind, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.split() == [known.fingerprint, *known.contents.of(range(N))]
