"""Two-dimensional pictures of the embeddings, to look at. PCA at once, UMAP from a second process."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from nblabel.pool import FloatArray

N_NEIGHBORS = 15
EXACT_UP_TO = 100_000  # items; beyond, exact neighbours take longer than approximate ones
EXACT_UP_TO_DIM = 500  # dimensions; beyond, all principal axes take longer than the first two
CACHE_FORMAT = 1


def project_pca(X: FloatArray) -> FloatArray:
    """Project onto the first two principal components.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.

    Returns
    -------
    ndarray of shape (n, 2), float32
        Within [-1, 1], with one scale for both axes.
    """
    centred = X - X.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred /= np.abs(centred).max() or 1  # whose squares neither overflow nor vanish
    if X.shape[1] <= EXACT_UP_TO_DIM:
        _, axes = np.linalg.eigh(centred.T @ centred)
        top = axes[:, ::-1][:, :2]
    else:
        from sklearn.utils.extmath import randomized_svd

        top = randomized_svd(centred, 2, n_iter=7, random_state=0)[2].T
    xy = np.zeros((len(X), 2), dtype=np.float32)
    # an eigenvector's sign is arbitrary; fixed here so that a map looks the same every time
    top = top * np.where(top.sum(axis=0) < 0, -1, 1)
    xy[:, : top.shape[1]] = centred @ top.astype(np.float32)
    return fit_square(xy)


def fit_square(xy: FloatArray) -> FloatArray:
    """Centre points and scale them into [-1, 1], keeping their proportions."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    half = float((high - low).max()) / 2 or 1.0
    return np.ascontiguousarray((xy - (low + high) / 2) / half, dtype=np.float32)


class UmapCache:
    """UMAP projections on disk, found again by the content they were made of.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    random_state : int
        Seed of the projection.
    """

    def __init__(self, X: FloatArray, random_state: int) -> None:
        head = f"{CACHE_FORMAT} {X.shape} {N_NEIGHBORS} {random_state}"
        hasher = hashlib.blake2b(head.encode(), digest_size=16)
        hasher.update(np.ascontiguousarray(X).data)
        self._n = len(X)
        folder = Path(platformdirs.user_cache_dir("nblabel")) / "umap"
        self.path = folder / f"{hasher.hexdigest()}.npy"

    def read(self) -> FloatArray | None:
        """Return the projection, or None if there is none or the file is damaged."""
        return _read_points(self.path, self._n)

    def write(self, xy: FloatArray) -> None:
        """Keep a projection, in one atomic step; without a writable disk nothing is kept."""
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.path.parent, delete=False) as part:
                np.save(part, xy)
            Path(part.name).replace(self.path)


def _read_points(path: Path, n: int) -> FloatArray | None:
    try:
        xy = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = xy.shape == (n, 2) and xy.dtype == np.float32 and np.isfinite(xy).all()
    return xy if whole else None


class UmapProcess:
    """UMAP in a process of its own, so that neither the kernel nor a key waits for it.

    Parameters
    ----------
    X : ndarray of shape (n, dim), float32
        Embeddings.
    notify : callable
        Called from another thread with a dict: ``{"progress": 0..1, "text": str}`` on the way, then
        once ``{"done": ndarray of shape (n, 2)}`` or ``{"error": str}``; nothing after `cancel`.
    random_state : int
        Seed; the same embeddings then give the same picture.
    """

    def __init__(
        self, X: FloatArray, notify: Callable[[dict[str, Any]], None], random_state: int = 0
    ) -> None:
        self._notify = notify
        self._cancelled = False
        self._n = len(X)
        self._cache = UmapCache(X, random_state)
        self._folder = tempfile.TemporaryDirectory(prefix="nblabel-")
        source, self._target = (Path(self._folder.name) / name for name in ("X.npy", "xy.npy"))
        np.save(source, X)
        self._process = subprocess.Popen(  # noqa: S603  (our own module)
            [
                *(sys.executable, "-m", "nblabel.projection"),
                *(str(source), str(self._target), str(random_state)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # interrupting the kernel does not interrupt the map
        )
        threading.Thread(target=self._listen, name="nblabel-umap", daemon=True).start()

    def cancel(self) -> None:
        """Stop the process; nothing is reported any more."""
        self._cancelled = True
        self._process.kill()

    def _listen(self) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            remark = ""
            for line in process.stdout:
                news = _parsed(line)
                if "progress" in news:
                    self._tell(news)
                else:
                    remark = news.get("failed") or line.strip() or remark
            code = process.wait()
            xy = _read_points(self._target, self._n) if code == 0 else None
        finally:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()
            self._folder.cleanup()
        if xy is None:
            reason = remark or f"the process ended with code {code}"
            self._tell({"error": f"UMAP failed: {reason}. The map stays as it is."})
        else:
            self._cache.write(xy)
            self._tell({"done": xy})

    def _tell(self, news: dict[str, Any]) -> None:
        if self._cancelled:
            return
        try:
            self._notify(news)
        except RuntimeError:  # the event loop is closed: nobody listens any more
            self.cancel()


def _parsed(line: str) -> dict[str, Any]:
    """Return what the second process reports; {} for what UMAP or Python printed."""
    try:
        news = json.loads(line)
    except ValueError:
        return {}
    return news if isinstance(news, dict) else {}


def _report(progress: float, text: str) -> None:
    print(json.dumps({"progress": round(progress, 3), "text": text}), flush=True)  # noqa: T201


class _EpochMeter:
    """A file that UMAP's tqdm bar writes "n/total" to."""

    def write(self, text: str) -> int:
        parts = text.strip().split("/")
        if len(parts) == 2 and all(part.isdigit() for part in parts):
            _report(0.4 + 0.6 * int(parts[0]) / max(1, int(parts[1])), "arranging points")
        return len(text)

    def flush(self) -> None:
        pass


def _exact_neighbors(X: FloatArray, k: int) -> tuple[Any, Any]:
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(X)
    who, near = [], []
    step = max(1_000, len(X) // 50)
    for start in range(0, len(X), step):
        _report(0.05 + 0.3 * start / len(X), "finding neighbours")
        distances, indices = index.kneighbors(X[start : start + step])
        near.append(distances)
        who.append(indices)
    return np.concatenate(who), np.concatenate(near)


def _run_umap(X: FloatArray, random_state: int) -> FloatArray:
    import warnings

    # UMAP warns that a seed means one thread, and that given neighbours forbid new points: both meant
    warnings.simplefilter("ignore")
    _report(0.01, "starting")
    import umap

    k = min(N_NEIGHBORS, len(X) - 1)
    known: dict[str, Any] = {}
    if len(X) <= EXACT_UP_TO:
        known["precomputed_knn"] = (*_exact_neighbors(X, k), None)
    _report(0.36, "building the graph")
    start = project_pca(X) * 10
    start += np.random.default_rng(random_state).normal(scale=1e-3, size=start.shape)
    model = umap.UMAP(
        n_neighbors=k,
        init=start,
        random_state=random_state,
        n_jobs=1,
        verbose=True,
        tqdm_kwds={"file": _EpochMeter(), "bar_format": "{n}/{total}", "mininterval": 0.2},
        **known,
    )
    return fit_square(np.asarray(model.fit_transform(X), dtype=np.float32))


def _main(source: str, target: str, random_state: str) -> None:
    """Run in the second process: read embeddings, write their projection."""
    if hasattr(os, "nice"):
        os.nice(10)  # labeling comes first
    folder = Path(source).parent
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    X = np.load(source, allow_pickle=False)
    try:
        xy = _run_umap(X, int(random_state)) if len(X) > 3 else project_pca(X)
    except Exception as error:  # noqa: BLE001  whatever it is, the panel tells it
        said = (str(error).splitlines() or [""])[0].rstrip(".")
        print(json.dumps({"failed": f"{type(error).__name__}: {said}"}), flush=True)  # noqa: T201
        sys.exit(1)
    np.save(target, xy)


def _end_with_parent(folder: Path) -> None:
    sys.stdin.read()  # returns when the kernel is gone, however it went
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    _main(*sys.argv[1:])
