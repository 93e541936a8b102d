"""The unlabeled set: what there is to label, and how it is embedded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy.typing as npt

from nblabel.arrays import UInt8Array, as_embeddings
from nblabel.pool.contents import Contents
from nblabel.pool.frames import parts_of_frame
from nblabel.pool.given import as_pictures, pictures_of_folder
from nblabel.pool.ids import Numbers, as_ids, ids_of_index, length_of
from nblabel.pool.joining import join_columns, join_embeddings, join_media
from nblabel.pool.lookup import Identified
from nblabel.pool.pictures import ImageFiles, Media, Pictures, indices
from nblabel.pool.tables import Cell, Table
from nblabel.pool.texts import Texts
from nblabel.system.dataframes import as_pandas, columns_of, in_columns, in_order, index_of

if TYPE_CHECKING:
    import pandas as pd


class Pool(Identified):
    """Items to label: pictures, texts or rows, their ids and embeddings. Holds no label.

    Exactly one kind of media is given, or embeddings alone. A position in the pool ("index") is
    used inside one process only; what is stored is the id.

    Parameters
    ----------
    images : array, tensor or iterable, optional
        ``(n, height, width)`` grey or ``(n, height, width, 3)`` colour; or ``n`` file paths, read
        when needed; or ``n`` arrays, Pillow's pictures or encoded files, of any sizes.
    embeddings : array of shape (n, dim), optional
        Finite numbers; kept as ``float32``. Without media, the items are shown by their ids.
    ids : sequence of n unique ids, optional
        What the log stores. Defaults to the paths of files relative to the folder they have in
        common, to the index of a table or Series where it is unique, or to "0", "1", ... Kept as
        text: 1.0 is "1", a day "2024-12-31".
    texts : sequence of n str, optional
        A list, or a column of pandas, polars or Arrow; a Series is paired by its index.
    table : DataFrame of n rows, optional
        Numbers, categories, dates, booleans, also written as text; values may be missing.
    range : tuple of two numbers, optional
        The values of the images that become black and white. Left out, numbers that do not fill
        0..1, 0..255 or 0..65,535 are stretched, all pictures alike, with a warning that says how.
    columns : DataFrame of n rows, optional
        What else is known of the items. It is shown beside them, colours the map, is searched and
        exported; the model does not learn from it.

    Attributes
    ----------
    beside : Table or None
        As given.

    Raises
    ------
    ValueError
        If there is more than one kind of media or nothing, the pool is empty, lengths or the names
        in indexes differ, ids repeat, or embeddings are not finite.
    TypeError
        If a text is no str, the table no DataFrame, or images a single path.
    """

    beside: Table | None
    _index: list[str] | None = None  # what the index of the data calls the items

    def __init__(
        self,
        images: Any = None,
        embeddings: npt.ArrayLike | None = None,
        ids: Sequence[Any] | None = None,
        texts: Sequence[str] | None = None,
        table: pd.DataFrame | None = None,
        range: tuple[float, float] | None = None,  # noqa: A002  as histograms have it
        columns: pd.DataFrame | None = None,
    ) -> None:
        texts, table = as_pandas(texts), as_pandas(table)
        given = {"images": images, "texts": texts, "table": table}
        kinds = [name for name, part in given.items() if part is not None]
        if len(kinds) > 1:
            raise ValueError(f"{' and '.join(kinds)} were given; a pool holds one kind of media.")
        if range is not None and images is None:
            raise ValueError("range= is for images, and there are none.")
        media: Media | None = None
        if images is not None:
            media = as_pictures(images, range)
        elif texts is not None:
            media = Texts(texts)
        elif table is not None:
            media = Table(table)
        self._index = index_of(embeddings if not kinds else given[kinds[0]])
        if ids is None and isinstance(media, ImageFiles):
            ids = media.names
        elif ids is None and images is None and kinds and self._index is not None:
            ids = ids_of_index(texts if table is None else table)
        self._build(media, embeddings, ids)
        if columns is not None:
            ordered = in_order(columns, "columns", self.ids, self._index, numbered=ids is None)
            self.beside = self._check_columns(Table(ordered))

    @classmethod
    def from_frame(
        cls,
        df: Any,
        *,
        image: Any = None,
        text: Any = None,
        id: Any = None,  # noqa: A002  the field's word
        embedding: Any = None,
        columns: Sequence[Any] | None = None,
        range: tuple[float, float] | None = None,  # noqa: A002
    ) -> Pool:
        """Make a pool of a table: a column holds the items, the others are shown beside them.

        Parameters
        ----------
        df : DataFrame
            Of pandas, polars or Arrow; one row for each item.
        image : str, optional
            The column with paths of image files, or with pictures.
        text : str, optional
            The column with texts. Without `image` and `text` the rows themselves are the items.
        id : str, optional
            The column with ids. They default to paths, or to an index that is no numbering.
        embedding : str or list of str, optional
            A column of vectors, or the columns that make them up.
        columns : list of str, optional
            The columns to show, in their order; all others of the table if not given.
        range : tuple of two numbers, optional
            As for `Pool`.

        Returns
        -------
        Pool

        Raises
        ------
        ValueError
            If there is no such column, or an item, an id or an embedding is missing.
        TypeError
            If df is no DataFrame.

        Examples
        --------
        >>> import nblabel as nb, pandas as pd
        >>> df = pd.DataFrame({"title": ["good", "bad"], "year": [1950, 1999]})
        >>> nb.Pool.from_frame(df, text="title").beside.values(1)
        {'year': 1999}
        """
        wanted = {"image": image, "text": text, "id": id, "embedding": embedding}
        return cls(**parts_of_frame(df, **wanted, columns=columns), range=range)

    @classmethod
    def from_folder(
        cls,
        folder: Any,
        embeddings: npt.ArrayLike | None = None,
        ids: Sequence[Any] | None = None,
        range: tuple[float, float] | None = None,  # noqa: A002
        pages: bool = False,
    ) -> Pool:
        """Make a pool of the image files below a folder, sorted by path.

        Parameters
        ----------
        folder : path-like
            Searched with its subfolders for what Pillow reads; a warning counts what is left out.
        embeddings : array of shape (n, dim), optional
            As for `Pool`, in the order of the paths.
        ids : sequence of n unique ids, optional
            As for `Pool`. They default to the paths relative to the folder.
        range : tuple of two numbers, optional
            As for `Pool`.
        pages : bool
            Whether pages of a TIFF and frames of a GIF are items: "name.tif", "name.tif#2", ...

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
        media = pictures_of_folder(folder, range, pages)
        names = list(map(media.name, indices(media)))
        pool._build(media, embeddings, names if ids is None else ids)  # noqa: SLF001
        return pool

    def _build(
        self, media: Media | None, embeddings: npt.ArrayLike | None, ids: Sequence[Any] | None
    ) -> None:
        self.media = media
        self.beside = None
        self.n_before = 0
        """How many items there were before the pool was `extended`; 0 if it never was."""
        self.known_as: tuple[str, ...] = ()
        """Fingerprints of the pools that this one extends."""
        ids = None if ids is None else in_order(ids, "ids", index=self._index)
        numbers = Numbers(0 if media is None else len(media))
        names, before = (numbers, None) if ids is None else as_ids(ids)
        X = in_order(embeddings, "embeddings", names, self._index, numbered=ids is None)
        self.embeddings = None if X is None else as_embeddings(X)
        self._columns = columns_of(X)  # a name for each column of the embeddings, or None
        if media is None and self.embeddings is None:
            raise ValueError("a pool needs images=, texts=, table= or embeddings=; none was given.")
        self._n = length_of(
            {
                "" if media is None else media.kind: media,
                "embeddings": self.embeddings,
                "ids": None if ids is None else names,
            }
        )
        if self._n == 0:
            raise ValueError("the pool is empty; pass at least one item.")
        self.ids = Numbers(self._n) if ids is None else names
        self.is_numbered = ids is None
        """Whether the ids are positions, as none were given: they say nothing of the items."""
        if before is not None:
            self.known_as = (self._hashed(before),)

    def extended(self, more: Pool) -> Pool:
        """Return a new pool with this one's items and others behind them.

        The labels are taken over: a session on the new pool accepts the log of this one.

        Parameters
        ----------
        more : Pool
            Of the same kind, with other ids. Embeddings are joined where both pools have them and
            they are of one width; the new pool has none otherwise. Files are stretched as here.

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
            raise ValueError(f"{taken!r} is in both pools; give the new items others, by ids=.")
        new = in_columns(more.embeddings, self._columns, "the other pool", more._columns)
        X = join_embeddings(self.embeddings, new, alone=self.media is None)
        media = join_media(self.media, more.media)
        columns = join_columns(self.beside, more.beside)
        pool = Pool.__new__(Pool)
        pool._build(media, X, (*self.ids, *more.ids))  # noqa: SLF001
        pool.beside = columns
        pool.n_before, pool._columns = len(self), self._columns  # noqa: SLF001
        pool.is_numbered = self.is_numbered
        pool.known_as = (self.fingerprint, *self.known_as)
        return pool

    def _check_columns(self, columns: Table) -> Table:
        if len(columns) != len(self):
            raise ValueError(f"columns has {len(columns):,} rows for a pool of {len(self):,}.")
        return columns

    def __len__(self) -> int:
        return self._n

    def __repr__(self) -> str:
        dim = "" if self.embeddings is None else f", embeddings of {self.embeddings.shape[1]}"
        return f"Pool({self._n:,} {self.kind}{dim})"

    @property
    def kind(self) -> str:
        """What the items are: "images", "texts", "rows", or "items" of which nothing is shown."""
        return "items" if self.media is None else self.media.kind

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
            text; None where it is missing), note (what is unusual about it, or "") and place
            (the share of values of its column below it; None of what is no number or date).
        """
        return self.media.row(index) if isinstance(self.media, Table) else None

    @property
    def folders(self) -> pd.DataFrame:
        """The subfolders that the pictures of `from_folder` lie in, for `Session.import_labels`.

        A DataFrame with the columns id and label: of ``cats/young/1.jpg`` the label is "cats".
        Pictures that lie in no subfolder are left out.
        """
        import pandas as pd

        folder_of = getattr(self.media, "folder", lambda _: "")
        names = [folder_of(index) for index in range(len(self))]
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
        return self._hashed(self.ids)

    def _hashed(self, ids: Sequence[str]) -> str:
        hasher = hashlib.blake2b("\0".join(ids).encode(), digest_size=16)
        if self.media is not None:
            hasher.update(self.media.digest())
        elif self.embeddings is not None:
            hasher.update(self.embeddings.data)
        return hasher.hexdigest()

    @cached_property
    def contents(self) -> Contents:
        """What is in the items, in a few signs each, to tell whether one was changed."""
        return Contents(self.media, self.embeddings)
