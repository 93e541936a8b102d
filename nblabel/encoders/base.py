"""What all encoders have in common: pictures in, training, codes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator

from nblabel.arrays import BoolArray, FloatArray, UInt8Array, is_number, is_whole
from nblabel.encoders.files import save_encoder
from nblabel.encoders.torched import choose_device, import_torch, repeatable, require_torch
from nblabel.encoders.training import Result, train
from nblabel.pool import Pool
from nblabel.pool.in_memory import ImageArray
from nblabel.pool.pixels import Pixels
from nblabel.system.progress import tqdm

FEWEST = 10  # pictures to learn from
BLOCK = 1_024  # pictures encoded at a time

Tell = Callable[[float, str], None]


class Encoder(BaseEstimator):  # type: ignore[misc]
    """An encoder in the manner of scikit-learn: ``fit``, ``transform``, ``fit_transform``.

    Use one of the subclasses. Pictures are whatever `Pool` takes as images, or a pool of them;
    those larger than 64 pixels a side are reduced.

    Parameters
    ----------
    dim : int
        Width of the code.
    steps : int, optional
        Batches to train on; each kind of encoder has a number of its own.
    max_seconds : float, optional
        Train no longer than this. The learning rate falls in time for it. Training that it cuts
        short depends on the speed of the machine.
    device : str, optional
        As torch names it, "cpu" or "cuda"; a graphics processor where there is one.
    random_state : int
        Seed. The same pictures then give the same codes, on one machine with one number of threads.
    progress : bool
        Show a progress bar with the loss and the time left if it takes over a second.

    Attributes
    ----------
    shape_ : tuple of int
        (height, width, 1 or 3) of the pictures it was trained on.
    steps_ : int
        Batches it was trained on.
    seconds_, cpu_seconds_ : float
        What the training took: wall time, and time of the processors.
    loss_ : float
        Of the last batch.
    interrupted_ : bool
        Whether the training was interrupted.

    Notes
    -----
    Interrupting the kernel ends the training and keeps what was learned until then, with a warning.
    """

    name: ClassVar[str] = ""
    STEPS: ClassVar[int]
    BATCH: ClassVar[int]
    RATE: ClassVar[float]

    def __init__(
        self,
        dim: int = 128,
        *,
        steps: int | None = None,
        max_seconds: float | None = None,
        device: str | None = None,
        random_state: int = 0,
        progress: bool = True,
    ) -> None:
        self.dim = dim
        self.steps = steps
        self.max_seconds = max_seconds
        self.device = device
        self.random_state = random_state
        self.progress = progress

    # what a subclass adds

    def _net(self, torch: Any, shape: tuple[int, ...]) -> Any:
        """Return the untrained network from pictures, (n, channels, height, width), to codes."""
        raise NotImplementedError

    def _rest(self, torch: Any, shape: tuple[int, ...]) -> Any:
        """Return what is trained beside the network and needed no more afterwards."""
        raise NotImplementedError

    def _loss(self, torch: Any, net: Any, rest: Any, batch: Any) -> Any:
        """Return the loss on a batch of pictures, floats in 0..1."""
        raise NotImplementedError

    # in the manner of scikit-learn

    def fit(self, images: Any, y: Any = None) -> Encoder:  # noqa: ARG002
        """Train on pictures.

        Parameters
        ----------
        images : Pool or images
            At least ten. Those that cannot be read are left out, with a warning.
        y : ignored
            There because scikit-learn's pipelines pass it.

        Returns
        -------
        Encoder
            This one, trained.

        Raises
        ------
        ImportError
            If PyTorch is missing; the message has the command that installs it.
        ValueError
            If there are too few pictures, or a parameter is not usable.
        MediaError
            If none of the pictures can be read.
        """
        self.check()
        pictures, good = all_pixels(images)
        with self.bar() as tell:
            return self.train(pictures[good], tell)

    def transform(self, images: Any) -> FloatArray:
        """Encode pictures.

        Parameters
        ----------
        images : Pool or images
            Of the shape it was trained on; files are brought to it.

        Returns
        -------
        ndarray of shape (n, dim), float32
            A picture that cannot be read gets the mean of the others, with a warning.

        Raises
        ------
        ValueError
            If the encoder is not trained, or the pool holds no pictures, or those of another shape.
        """
        shape = self._trained_shape()
        pool = images if isinstance(images, Pool) else Pool(images)
        pixels = Pixels(_with_pictures(pool), None if isinstance(pool.media, ImageArray) else shape)
        out = np.empty((len(pool), self.dim), dtype=np.float32)
        good = np.empty(len(pool), dtype=bool)
        for start in range(0, len(pool), BLOCK):
            block = np.arange(start, min(start + BLOCK, len(pool)))
            pictures, good[block] = pixels.read(block)
            out[block] = self.encode(pictures)
        return filled(out, good)

    def fit_transform(self, images: Any, y: Any = None) -> FloatArray:  # noqa: ARG002
        """Train on pictures and encode them; they are read once.

        Parameters
        ----------
        images : Pool or images
            At least ten. Those that cannot be read are left out of the training, with a warning.
        y : ignored
            There because scikit-learn's pipelines pass it.

        Returns
        -------
        ndarray of shape (n, dim), float32
            A picture that cannot be read gets the mean of the others.

        Raises
        ------
        ImportError, ValueError, MediaError
            As for `fit`.
        """
        self.check()
        pictures, good = all_pixels(images)
        with self.bar() as tell:
            return self.train(pictures[good], tell).encode_all(pictures, good)

    def save(self, path: Any) -> None:
        """Write the trained encoder to a file: its weights as arrays, its settings as JSON.

        Parameters
        ----------
        path : path-like
            The file, ending in ``.npz`` by custom. It is replaced if it exists.

        Raises
        ------
        ValueError
            If the encoder is not trained, or the path is that of a folder or lies in none.

        See Also
        --------
        nblabel.encoders.load : Load what this wrote.
        """
        shape = self._trained_shape()
        weights = {key: value.cpu().numpy() for key, value in self.net_.state_dict().items()}
        kept = {key: value for key, value in self.get_params().items() if key != "device"}
        save_encoder(path, self.name, kept, shape, weights)

    def restore(self, shape: tuple[int, ...], weights: dict[str, np.ndarray[Any, Any]]) -> None:
        """Take over trained weights, on the processor.

        Parameters
        ----------
        shape : tuple of int
            (height, width, 1 or 3) of the pictures that the network was trained on.
        weights : dict of str to ndarray
            As torch's ``state_dict`` names them.

        Raises
        ------
        ImportError, ValueError
            If PyTorch is missing, or the weights are not those of this network for such pictures.
        """
        torch = import_torch()
        net = self._net(torch, shape)
        expected = {
            key: (tuple(value.shape), value.dtype) for key, value in net.state_dict().items()
        }
        tensors = {key: torch.from_numpy(np.array(value)) for key, value in weights.items()}
        found = {key: (tuple(value.shape), value.dtype) for key, value in tensors.items()}
        if found != expected or not all(np.isfinite(value).all() for value in weights.values()):
            raise ValueError("these are not the weights of this network.")
        net.load_state_dict(tensors)
        self.net_, self.shape_ = net.eval(), shape

    # on pictures that were read before

    def train(self, pictures: UInt8Array, tell: Tell) -> Encoder:
        """Train on pictures of one shape, telling how far it is.

        Parameters
        ----------
        pictures : ndarray of shape (n, height, width, 1 or 3), uint8
            At least ten.
        tell : callable
            Called with the share that is done, from 0 to 1, and a text.

        Returns
        -------
        Encoder
            This one, trained.

        Raises
        ------
        ImportError
            If PyTorch is missing; the message has the command that installs it.
        ValueError
            If there are too few pictures, or the device cannot be used.
        KeyboardInterrupt
            If it was interrupted in the first step, when nothing is learned yet.
        """
        if len(pictures) < FEWEST:
            raise ValueError(
                f"{len(pictures)} images are too few to train on; there must be at least "
                f"{FEWEST}. "
                "method='pca' takes any number."
            )
        torch = import_torch()
        device = choose_device(torch, self.device)
        shape = tuple(pictures.shape[1:])
        x = torch.from_numpy(pictures).permute(0, 3, 1, 2)
        with repeatable(torch, device, self.random_state):
            self._prepare(torch, pictures, tell)
            net = _placed(torch, self._net(torch, shape), device)
            rest = _placed(torch, self._rest(torch, shape), device)
            done = train(
                torch,
                lambda some: self._loss(
                    torch, net, rest, self._batch(torch, x, some).to(device) / 255
                ),
                len(x),
                [*net.parameters(), *rest.parameters()],
                steps=self.STEPS if self.steps is None else self.steps,
                batch_size=self.BATCH,
                rate=self.RATE,
                max_seconds=self.max_seconds,
                tell=tell,
            )
        self._settle(net, shape, done)
        return self

    def encode(self, pictures: UInt8Array) -> FloatArray:
        """Encode some pictures, all at once.

        Parameters
        ----------
        pictures : ndarray of shape (m, height, width, 1 or 3), uint8
            Of the shape it was trained on.

        Returns
        -------
        ndarray of shape (m, dim), float32
            A code for each picture.

        Raises
        ------
        ValueError
            If the encoder is not trained, or the pictures have another shape.
        """
        shape = self._trained_shape()
        if pictures.shape[1:] != shape:
            raise ValueError(
                f"the encoder was trained on images of {_size_of(shape)}, and these are "
                f"{_size_of(pictures.shape[1:])}. Bring them to that size and colour, or train "
                "another encoder on them."
            )
        torch = import_torch()
        device = next(self.net_.parameters()).device
        with torch.inference_mode():
            batch = torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).to(device)
            codes: FloatArray = self._codes(torch, batch.float() / 255).cpu().numpy()
        return codes

    def encode_all(self, pictures: UInt8Array, good: BoolArray) -> FloatArray:
        """Encode many pictures, block by block.

        Parameters
        ----------
        pictures : ndarray of shape (n, height, width, 1 or 3), uint8
            Of the shape it was trained on.
        good : ndarray of shape (n,), bool
            Which of them could be read.

        Returns
        -------
        ndarray of shape (n, dim), float32
            Pictures that are not good get the mean of the others.

        Raises
        ------
        ValueError
            As for `encode`.
        """
        out = np.empty((len(pictures), self.dim), dtype=np.float32)
        for start in range(0, len(pictures), BLOCK):
            block = slice(start, start + BLOCK)
            out[block] = self.encode(pictures[block])
        return filled(out, good)

    # inside

    def _prepare(self, torch: Any, pictures: UInt8Array, tell: Tell) -> None:
        """Look at all pictures before the training, if need be."""

    def _tidy(self) -> None:
        """Forget what only the training needs."""

    def _batch(self, torch: Any, x: Any, some: Any) -> Any:  # noqa: ARG002
        """Return the pictures of a batch."""
        return x[some]

    def _codes(self, torch: Any, batch: Any) -> Any:  # noqa: ARG002
        return self.net_(batch)

    def _settle(self, net: Any, shape: tuple[int, ...], done: Result) -> None:
        self._tidy()
        self.net_ = net.eval()
        self.shape_ = shape
        self.steps_, self.loss_, self.interrupted_ = done.steps, done.loss, done.interrupted
        self.seconds_, self.cpu_seconds_ = done.seconds, done.cpu_seconds

    def check(self) -> None:
        """Say what is wrong with the parameters, or that PyTorch is missing, before any work.

        Raises
        ------
        ValueError, ImportError
            With a message that says what to do.
        """
        _whole(self.dim, "dim")
        _whole(self.random_state, "random_state", 0)
        if self.steps is not None:
            _whole(self.steps, "steps")
        seconds = self.max_seconds
        if seconds is not None and not (is_number(seconds) and seconds > 0):
            raise ValueError(
                f"max_seconds is {seconds!r}; pass a positive number, or leave it out."
            )
        require_torch()

    def _trained_shape(self) -> tuple[int, ...]:
        if not hasattr(self, "net_"):
            raise ValueError("the encoder is not trained yet; call fit(images) first.")
        return self.shape_

    @contextmanager
    def bar(self) -> Iterator[Tell]:
        """Show a progress bar; what it gives is called with the share that is done and a text."""
        with tqdm(
            total=1.0,
            desc=f"Training {self.name}",
            delay=1,
            leave=False,
            disable=not self.progress,
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}",
        ) as bar:

            def tell(share: float, text: str) -> None:
                bar.set_postfix_str(text, refresh=False)
                bar.update(share - bar.n)

            yield tell


def filled(codes: FloatArray, good: BoolArray) -> FloatArray:
    """Give the pictures that could not be read the mean of the others."""
    if not good.all() and good.any():
        codes[~good] = codes[good].mean(axis=0, dtype=np.float64)
    return codes


def all_pixels(images: Any) -> tuple[UInt8Array, BoolArray]:
    """Read all pictures, (n, height, width, 1 or 3); return them and which could be read."""
    pool = images if isinstance(images, Pool) else Pool(images)
    return Pixels(_with_pictures(pool)).read(np.arange(len(pool)))


def _with_pictures(pool: Pool) -> Pool:
    if pool.kind != "images":
        raise ValueError(
            f"encoders are trained on images, and this pool holds {pool.kind}; leave method out "
            f"for the usual one of {pool.kind}."
        )
    return pool


def _placed(torch: Any, module: Any, device: Any) -> Any:
    return module.to(device=device, memory_format=torch.channels_last).train()


def _size_of(shape: tuple[int, ...]) -> str:
    height, width, channels = shape
    return f"{width} x {height} in {'grey' if channels == 1 else 'colour'}"


def _whole(value: Any, name: str, least: int = 1) -> None:
    if not is_whole(value) or value < least:
        raise ValueError(f"{name} is {value!r}; pass a whole number of at least {least}.")
