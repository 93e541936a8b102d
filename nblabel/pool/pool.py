"""The unlabeled set: what there is to label, and how it is embedded."""

from __future__ import annotations

import hashlib
import reprlib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray, IntArray, UInt8Array, as_embeddings
from nblabel.pool.contents import Contents
from nblabel.pool.ids import Numbers, describe_duplicates, index_of
from nblabel.pool.pictures import (
    ImageFiles,
    JoinedPictures,
    Media,
    Pictures,
    as_pictures,
    find_images,
)
from nblabel.pool.tables import Cell, Table
from nblabel.pool.texts import Texts

if TYPE_CHECKING:
    import pandas as pd


class Pool:
    """Items to label: pictures, texts or rows, their ids and embeddings. Holds no label.

    Exactly one kind of media is given, or embeddings alone.

    Parameters
    ----------
    images : array or sequence of paths, optional
        ``(n, height, width)`` grey or ``(n, height, width, 3)`` colour, ``uint8`` or floats in
        0..1; or ``n`` file paths, read when needed.
    embeddings : array of shape (n, dim), optional
        Finite numbers; kept as ``float32``. Without media, the items are shown by their ids.
    ids : sequence of n unique ids, optional
        What the log stores. Defaults to the paths of files relative to the folder they have in
        common, to the index of a table or Series where it is unique, or to "0", "1", ... Kept as
        text.
    texts : sequence of n str, optional
        A list, or a Series.
    table : DataFrame of n rows, optional
        Numbers, categories, dates (also as "2024-12-31"), booleans; values may be missing.

    Raises
    ------
    ValueError
        If there is more than one kind of media or nothing, the pool is empty, lengths differ, ids
        repeat, or embeddings are not finite.
    TypeError
        If a text is no str, the table no DataFrame, or images a single path.

    Notes
    -----
    A position in the pool ("index") is used inside one process only; what is stored is the id.
    """

    def __init__(
        self,
        images: Any = None,
        embeddings: npt.ArrayLike | None = None,
        ids: Sequence[Any] | None = None,
        texts: Sequence[str] | None = None,
        table: pd.DataFrame | None = None,
    ) -> None:
        given = {"images": images, "texts": texts, "table": table}
        kinds = [name for name, part in given.items() if part is not None]
        if len(kinds) > 1:
            raise ValueError(f"{' and '.join(kinds)} were given; a pool holds one kind of media.")
        media: Media | None = None
        if images is not None:
            media = as_pictures(images)
        elif texts is not None:
            media = Texts(texts)
        elif table is not None:
            media = Table(table)
        if ids is None:
            data = texts if table is None else table
            ids = media.names if isinstance(media, ImageFiles) else index_of(data)
        self._build(media, embeddings, ids)

    @classmethod
    def from_folder(
        cls, folder: Any, embeddings: npt.ArrayLike | None = None, ids: Sequence[Any] | None = None
    ) -> Pool:
        """Make a pool of the image files below a folder, sorted by path.

        Parameters
        ----------
        folder : path-like
            Searched with its subfolders. Files that are no images, and hidden ones, are left out.
        embeddings : array of shape (n, dim), optional
            As for `Pool`, in the order of the paths.
        ids : sequence of n unique ids, optional
            As for `Pool`. They default to the paths relative to the folder.

        Returns
        -------
        Pool

        Raises
        ------
        FileNotFoundError
            If there is no such folder or no image in it.
        ValueError
            If a symbolic link leads out of the folder, or embeddings or ids do not fit.
        """
        pool = cls.__new__(cls)
        media = ImageFiles(find_images(folder), root=folder)
        pool._build(media, embeddings, media.names if ids is None else ids)  # noqa: SLF001
        return pool

    def _build(
        self, media: Media | None, embeddings: npt.ArrayLike | None, ids: Sequence[Any] | None
    ) -> None:
        self.media = media
        self.n_before = 0
        """How many items there were before the pool was `extended`; 0 if it never was."""
        self.known_as: tuple[str, ...] = ()
        """Fingerprints of the pools that this one extends."""
        self.embeddings = None if embeddings is None else as_embeddings(embeddings)
        if media is None and self.embeddings is None:
            raise ValueError("a pool needs images=, texts=, table= or embeddings=; none was given.")
        sizes = {
            name: len(part)
            for name, part in (
                ("" if media is None else media.kind, media),
                ("embeddings", self.embeddings),
                ("ids", ids),
            )
            if part is not None
        }
        if len(set(sizes.values())) > 1:
            listed = ", ".join(f"{count} {name}" for name, count in sizes.items())
            raise ValueError(f"the parts of the pool differ in length: {listed}.")
        self._n = sizes.popitem()[1]
        if self._n == 0:
            raise ValueError("the pool is empty; pass at least one item.")
        names = Numbers(self._n) if ids is None else ids
        self.is_numbered = isinstance(names, Numbers)
        """Whether the ids are positions, as none were given: they say nothing of the items."""
        self.ids: Sequence[str] = names if self.is_numbered else tuple(map(str, names))
        """What is stored of an item instead of its position."""
        if not self.is_numbered and len(self._positions) < self._n:
            raise ValueError(describe_duplicates(self.ids))

    def extended(self, more: Pool) -> Pool:
        """Return a new pool with this one's items and others behind them.

        The labels are taken over: a session on the new pool accepts the log of this one.

        Parameters
        ----------
        more : Pool
            Of the same kind, with other ids. Embeddings are joined where both pools have them and
            they are of one width; the new pool has none otherwise.

        Returns
        -------
        Pool

        Raises
        ------
        ValueError
            If the kinds differ, ids repeat, or columns or (without media) embeddings do not match.
        TypeError
            If it is no pool.

        See Also
        --------
        Session.drift : Which of the new items look unlike anything there was before.
        """
        if not isinstance(more, Pool):
            raise TypeError(
                f"more is a {type(more).__name__}; pass a Pool with other ids: Pool(..., ids=...)."
            )
        if more.kind != self.kind:
            raise ValueError(f"this pool holds {self.kind} and the other one {more.kind}.")
        taken = next((item for item in more.ids if item in self), None)
        if taken is not None:
            raise ValueError(
                f"ids must be unique, and {taken!r} is in both pools; give the new items others: "
                "Pool(..., ids=...)."
            )
        both = (self.embeddings, more.embeddings)
        X: FloatArray | None = None
        if both[0] is not None and both[1] is not None and both[0].shape[1] == both[1].shape[1]:
            X = np.concatenate([both[0], both[1]])
        elif self.media is None:
            raise ValueError("the embeddings of the two pools differ in width.")
        media = None
        if self.media is not None and more.media is not None:
            media = join_media(self.media, more.media)
        pool = Pool.__new__(Pool)
        pool._build(media, X, (*self.ids, *more.ids))  # noqa: SLF001
        pool.n_before = len(self)
        pool.is_numbered = self.is_numbered
        pool.known_as = (self.fingerprint, *self.known_as)
        return pool

    def __len__(self) -> int:
        return self._n

    def __repr__(self) -> str:
        dim = "" if self.embeddings is None else f", embeddings of {self.embeddings.shape[1]}"
        return f"Pool({self._n:,} {self.kind}{dim})"

    @property
    def kind(self) -> str:
        """What the items are: "images", "texts", "rows", or "items" of which nothing is shown."""
        return "items" if self.media is None else self.media.kind

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {item: index for index, item in enumerate(self.ids)}

    @property
    def _find(self) -> Callable[[str], int | None]:
        return self.ids.position if isinstance(self.ids, Numbers) else self._positions.get

    def index_of(self, item_id: Any) -> int:
        """Return the position of an id.

        Parameters
        ----------
        item_id : str
            The id. Ids are compared as text, so 1 will do for "1".

        Returns
        -------
        int

        Raises
        ------
        KeyError
            If no item has this id.
        """
        position = self._find(str(item_id))
        if position is None:
            raise KeyError(f"no item with id {item_id!r} in this pool of {self._n:,}.")
        return position

    def positions(self, index: Any) -> IntArray:
        """Return positions as an array, or say what is wrong with them.

        Parameters
        ----------
        index : int or sequence of int
            From 0 on. A boolean mask is refused.

        Returns
        -------
        ndarray of shape (m,), intp

        Raises
        ------
        IndexError
            If there is none, or one is outside the pool.
        """
        try:
            array = np.atleast_1d(np.asarray(index))
        except ValueError:  # lists that differ in length
            array = np.empty(0)
        if array.ndim != 1 or array.size == 0 or not np.issubdtype(array.dtype, np.integer):
            hint = " For a boolean mask: numpy.flatnonzero(mask)." if array.dtype == bool else ""
            raise IndexError(
                f"{reprlib.repr(index)} is no position, nor a list of positions, in the pool.{hint}"
            )
        outside = array[(array < 0) | (array >= len(self))]
        if outside.size:
            raise IndexError(f"position {outside[0]} is outside the pool of {len(self):,} items.")
        return array.astype(np.intp)

    def indices_of(self, item_ids: Iterable[str]) -> IntArray:
        """Return the positions of many ids, in half the time that one by one takes.

        Parameters
        ----------
        item_ids : iterable of str
            The ids, as they stand in `ids`.

        Returns
        -------
        ndarray of shape (m,), intp
            In the order given.

        Raises
        ------
        KeyError
            If no item has one of the ids.
        """
        ids = list(item_ids)
        found = self.find(ids)
        if len(found) and found.min() < 0:
            self.index_of(ids[int(found.argmin())])  # raises, with its name
        return found

    def find(self, item_ids: Iterable[str]) -> IntArray:
        """Return the positions of many ids, -1 for those that no item has.

        Parameters
        ----------
        item_ids : iterable of str
            The ids, as they stand in `ids`.

        Returns
        -------
        ndarray of shape (m,), intp
            In the order given.
        """
        find = self._find
        found = (find(item) for item in item_ids)
        return np.array([-1 if one is None else one for one in found], dtype=np.intp)

    def missing(self, item_ids: Iterable[str]) -> list[str]:
        """Return those of some ids that no item has.

        Parameters
        ----------
        item_ids : iterable of str
            As they stand in `ids`.

        Returns
        -------
        list of str
        """
        find = self._find
        return [item for item in item_ids if find(item) is None]

    def __contains__(self, item_id: Any) -> bool:
        return self._find(str(item_id)) is not None

    def image(self, index: int, max_side: int | None = None) -> UInt8Array | None:
        """Return one picture; None when the pool has no pictures.

        Parameters
        ----------
        index : int
            Position in the pool; one behind its end raises an IndexError.
        max_side : int, optional
            Scale down to at most this many pixels a side.

        Returns
        -------
        ndarray of shape (height, width, 1 or 3), uint8, or None
            Grey values or red, green and blue, 0 black to 255.

        Raises
        ------
        MediaError
            If the file cannot be read.
        """
        if self.media is None or self.kind != "images":
            return None
        return cast(Pictures, self.media).read(index, max_side)

    def text(self, index: int) -> str | None:
        """Return one text; None when the pool has no texts.

        Parameters
        ----------
        index : int
            Position in the pool; one behind its end raises an IndexError.

        Returns
        -------
        str or None
        """
        return self.media.texts[index] if isinstance(self.media, Texts) else None

    def row(self, index: int) -> list[Cell] | None:
        """Return the cells of one row; None without a table.

        Parameters
        ----------
        index : int
            Position in the pool; one behind its end raises an IndexError.

        Returns
        -------
        list of Cell or None
            In the order of the columns. A cell has the attributes name (of the column), value (as
            text; None where it is missing) and note (what is unusual about it, or "").
        """
        return self.media.row(index) if isinstance(self.media, Table) else None

    @property
    def folders(self) -> pd.DataFrame:
        """The subfolders that the pictures of `from_folder` lie in, for `Session.import_labels`.

        A DataFrame with the columns id and label: of ``cats/young/1.jpg`` the label is "cats".
        Pictures that lie in no subfolder are left out.
        """
        import pandas as pd

        names = [""] * len(self)
        if isinstance(self.media, ImageFiles | JoinedPictures):
            names = [self.media.folder(index) for index in range(len(self))]
        pairs = [pair for pair in zip(self.ids, names, strict=True) if pair[1]]
        return pd.DataFrame(pairs, columns=["id", "label"])

    def name(self, index: int) -> str:
        """Return what to call an item: its file name where it has one, else its id.

        Parameters
        ----------
        index : int
            Position in the pool; one behind its end raises an IndexError.

        Returns
        -------
        str
        """
        return (self.media.name(index) if self.media is not None else "") or self.ids[index]

    @cached_property
    def fingerprint(self) -> str:
        """A hash of ids and media, the same for the same pool; of embeddings without media.

        Of files it takes the names and sizes. A log does not ask for it: it knows items by id.
        """
        hasher = hashlib.blake2b("\0".join(self.ids).encode(), digest_size=16)
        if self.media is not None:
            hasher.update(self.media.digest())
        elif self.embeddings is not None:
            hasher.update(self.embeddings.data)
        return hasher.hexdigest()

    @cached_property
    def contents(self) -> Contents:
        """What is in the items, in a few signs each, to tell whether one was changed."""
        return Contents(self.media, self.embeddings)


def join_media(first: Media, second: Media) -> Media:
    """Return the items of two media of one kind, one behind the other."""
    if isinstance(first, Texts) and isinstance(second, Texts):
        return Texts([*first.texts, *second.texts])
    if isinstance(first, Table) and isinstance(second, Table):
        return first.joined(second)
    return JoinedPictures([cast(Pictures, first), cast(Pictures, second)])
