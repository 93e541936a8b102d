"""What a pool shows; its pictures, read when they are needed."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence, Sized
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from nblabel.arrays import UInt8Array
from nblabel.pool.paths import absolute, as_text, check_inside, names_below, size_of
from nblabel.pool.reading import Head, Values, decoded, head_of, naming, opened, suffix_of
from nblabel.pool.reading import MediaError as MediaError  # noqa: PLC0414  known from here
from nblabel.pool.stretch import Sample, Stretch, spread
from nblabel.system.format import counted
from nblabel.system.progress import over

LOSSY = frozenset({".jpg", ".jpeg", ".jpe", ".jfif"})  # 8 bits and one page, always


class Media(Protocol):
    """What a pool shows: `n` items of one kind, with a name each."""

    @property
    def kind(self) -> str:
        """What they are: "images", "texts", "rows", "sounds", "series" or "items"."""

    def __len__(self) -> int: ...

    def name(self, index: int) -> str:
        """Return the name a person would know the item by, "" when it has none."""

    def digest(self) -> bytes:
        """Return a hash that changes when the set of items does."""


class Pictures(Media, Protocol):
    """Media that are pictures."""

    def read(self, index: int, max_side: int | None = None) -> UInt8Array:
        """Return one picture, (height, width, 1 or 3) uint8; raise `MediaError` if it is broken."""

    def shape(self, index: int) -> tuple[int, ...]:
        """Return (height, width, 1 or 3), of a file as it is stored; raise as `read` does."""


class Decoded:
    """Pictures that are decoded one at a time, with one stretch for all of them.

    Attributes
    ----------
    stretch : Stretch
        Set by `survey`.
    """

    kind = "images"
    stretch = Stretch()
    _told = False  # that there are other values; once is enough

    def __len__(self) -> int:
        raise NotImplementedError

    def name(self, index: int) -> str:
        raise NotImplementedError

    def group(self, index: int) -> str:
        """Return what tells the kind of a picture before it is opened; "" if it is a JPEG."""
        raise NotImplementedError

    def head(self, index: int) -> Head:
        """Return what a picture says of itself; raise `MediaError` if it is broken."""
        raise NotImplementedError

    def values(self, index: int, max_side: int | None = None) -> Values:
        """Return the pixels of a picture as they are; raise `MediaError` if it is broken."""
        raise NotImplementedError

    def survey(self, range: Any = None) -> list[str]:  # noqa: A002
        """Look at some pictures, spread over all, and settle how their values are shown.

        Parameters
        ----------
        range : tuple of two numbers, optional
            The values that become black and white.

        Returns
        -------
        list of str
            What the user has to know.
        """
        groups: dict[str, list[int]] = {}
        for index in indices(self):
            groups.setdefault(self.group(index), []).append(index)
        chosen = sorted(group[place] for group in groups.values() for place in spread(len(group)))
        heads = dict(self._heads(chosen))
        self.stretch = self._found(heads) if range is None else Stretch.given(range)
        several = sum(len(head.pages) > 1 for head in heads.values())
        return [self.stretch.text, self._on_pages(several, len(heads))]

    def shape(self, index: int) -> tuple[int, ...]:
        """Return (height, width, 1 or 3) as stored, without decoding the picture."""
        return self.head(index).shape

    def read(self, index: int, max_side: int | None = None) -> UInt8Array:
        values = self.values(index, max_side)
        if not self.stretch.knows(values):
            self._survey_deep(values)
        if not self._told and not self.stretch.fits(values):
            self._told = True
            warnings.warn(
                f"{self.name(index) or f'image {index}'} holds other values than the images by "
                "which the pool is shown; range=(low, high) says what is black and white.",
                stacklevel=2,
            )
        return shrunk(self.stretch.apply(values), max_side)

    def _survey_deep(self, values: Values) -> None:
        """Settle how deep pictures are shown, of which one turned up: it was not looked at."""
        heads = [pair for pair in self._heads(indices(self)) if pair[1].deep]
        found = self._found(dict(heads[place] for place in spread(len(heads))))
        if not found.knows(values):  # not even by its name or head
            sample = Sample()
            sample.add(values)
            found = sample.stretch()
        self.stretch = Stretch({**found.ranges, **self.stretch.ranges}, self.stretch.text)
        if found.text:
            warnings.warn(found.text, stacklevel=3)

    def _heads(self, chosen: Iterable[int]) -> Iterator[tuple[int, Head]]:
        for index in chosen:
            try:
                if self.group(index):
                    yield index, self.head(index)
                else:
                    yield index, Head((0, 0, 3), deep=False)
            except MediaError:
                continue  # said when it is read

    def _found(self, heads: dict[int, Head]) -> Stretch:
        sample = Sample()
        for index, head in heads.items():
            if head.deep or sample.is_dark:
                try:
                    sample.add(self.values(index, 64))
                except MediaError:
                    continue
        return sample.stretch()

    def _on_pages(self, several: int, looked_at: int) -> str:
        raise NotImplementedError


class ImageFiles(Decoded):
    """Pictures in files, opened one at a time.

    Parameters
    ----------
    paths : sequence of path-like
        The files. They need not be readable: a broken one is reported when it is read.
    root : path-like, optional
        Folder that names are shown relative to, and that no file may lie outside of. Without one,
        names are relative to the folder that the files have in common.

    Attributes
    ----------
    names : list of str
        The paths below that folder, with "/" on every system.

    Raises
    ------
    ValueError
        If a file lies outside `root`, for instance behind a symbolic link.
    """

    def __init__(self, paths: Sequence[Any], root: Any = None) -> None:
        # absolute, so that they are still found after a change of the working directory
        # texts, as a hundred thousand of `Path` take seconds
        self._paths = [absolute(path) for path in paths]
        self._root = None if root is None else absolute(root)
        if self._root is not None:
            check_inside(self._paths, Path(self._root).resolve())
        self.names = names_below(self._root, self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def name(self, index: int) -> str:
        return self.names[index]

    def file(self, index: int) -> Path:
        """Return the file that a picture is in."""
        return Path(self._paths[index])

    @property
    def paths(self) -> list[Path]:
        """The files, by absolute path."""
        return [Path(path) for path in self._paths]

    def folder(self, index: int) -> str:
        """Return the folder below the root that a file lies in, "" where it lies in none."""
        folder, _, rest = self.name(index).partition("/")
        return folder if rest and self._root is not None else ""

    def group(self, index: int) -> str:
        suffix = suffix_of(self._paths[index])
        return "" if suffix in LOSSY else suffix or "none"

    def head(self, index: int) -> Head:
        with naming(self.name(index)), opened(self.file(index)) as image:
            return head_of(image)

    def values(self, index: int, max_side: int | None = None, page: int = 0) -> Values:
        with naming(self.name(index)), opened(self.file(index), page) as image:
            return decoded(image, max_side)

    def digest(self, *, short: bool = False) -> bytes:
        # names and sizes, not contents: reading every file would delay the panel by minutes
        names = map(as_text, map(os.path.basename, self._paths)) if short else self.names
        files = (f"{name} {size_of(path)}" for name, path in zip(names, self._paths, strict=True))
        return hashlib.blake2b("\0".join(files).encode(), digest_size=16).digest()

    def contents(self) -> bytes:
        """Return a hash of what is in the files, and how it is shown."""
        hasher = hashlib.blake2b(self.stretch.key, digest_size=16)
        for path in over(self._paths, "Looking for known images"):
            try:
                data = Path(path).read_bytes()
            except OSError:
                data = b""
            hasher.update(hashlib.blake2b(data, digest_size=16).digest())
        return hasher.digest()

    def _on_pages(self, several: int, looked_at: int) -> str:
        if not several:
            return ""
        return (
            f"{several} of {counted(looked_at, 'file')} opened to see hold several pages or "
            "frames; the first of each is shown. Pool.from_folder(..., pages=True) makes items of "
            "all of them."
        )


class ImagePages(Decoded):
    """The pages of files, each a picture.

    Parameters
    ----------
    files : ImageFiles
        Those that cannot be read count as one page.
    """

    def __init__(self, files: ImageFiles) -> None:
        self._files = files
        self._pages: list[tuple[int, int]] = []
        for index in over(indices(files), "Looking for pages"):
            try:
                pages = files.head(index).pages if files.group(index) else (0,)
            except MediaError:  # said when it is read
                pages = (0,)
            self._pages += [(index, page) for page in pages]

    def __len__(self) -> int:
        return len(self._pages)

    @property
    def paths(self) -> list[Path]:
        """The files of the pages, by absolute path."""
        return [self._files.file(file) for file, _ in self._pages]

    def name(self, index: int) -> str:
        file, page = self._pages[index]
        return self._files.name(file) + (f"#{page + 1}" if page else "")

    def file(self, index: int) -> Path:
        """Return the file that a picture is in."""
        return self._files.file(self._pages[index][0])

    def folder(self, index: int) -> str:
        """Return the folder below the root that the file lies in."""
        return self._files.folder(self._pages[index][0])

    def group(self, index: int) -> str:
        return self._files.group(self._pages[index][0])

    def head(self, index: int) -> Head:
        file, page = self._pages[index]
        with naming(self.name(index)), opened(self._files.paths[file], page) as image:
            return head_of(image)

    def values(self, index: int, max_side: int | None = None) -> Values:
        file, page = self._pages[index]
        return self._files.values(file, max_side, page)

    def digest(self) -> bytes:
        return hashed([self._files.digest(), repr(self._pages).encode()])

    def contents(self) -> bytes:
        """Return a hash of what is in the files, and how it is shown."""
        return hashed([self._files.contents(), repr(self._pages).encode(), self.stretch.key])

    def _on_pages(self, several: int, looked_at: int) -> str:  # noqa: ARG002
        return ""


def contents_of(media: Media) -> bytes:
    """Return a hash of all that is in media, of files what is in them."""
    found: bytes = media.contents() if hasattr(media, "contents") else media.digest()
    return found


def hashed(parts: Iterable[bytes]) -> bytes:
    """Return a hash of hashes."""
    return hashlib.blake2b(b"".join(parts), digest_size=16).digest()


def indices(media: Sized) -> Sequence[int]:
    """Return the positions of items, where a parameter has the name of `range`."""
    return range(len(media))


def shrunk(picture: UInt8Array, max_side: int | None) -> UInt8Array:
    """Scale down to at most `max_side` pixels a side; never up."""
    height, width = picture.shape[:2]
    if max_side is None or max(height, width) <= max_side:
        return picture
    scale = max_side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = picture.shape[2] == 1
    image = Image.fromarray(picture[..., 0] if grey else picture)
    small: UInt8Array = np.asarray(image.resize(size, Image.Resampling.LANCZOS))
    return small[..., None] if grey else small


def hash_of(array: Values) -> bytes:
    """Return a hash of an array."""
    hasher = hashlib.blake2b(repr(array.shape).encode(), digest_size=16)
    hasher.update(np.ascontiguousarray(array).data)
    return hasher.digest()
