"""The unlabeled set: what there is to label, and how it is embedded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from nblabel.arrays import as_embeddings
from nblabel.pool.contents import Contents
from nblabel.pool.frames import parts_of_frame
from nblabel.pool.given import media_of, media_of_folder
from nblabel.pool.ids import Numbers, as_ids, ids_of_index, length_of
from nblabel.pool.joining import join_columns, join_embeddings, join_media
from nblabel.pool.objects import Objects
from nblabel.pool.pictures import ImageFiles, Media, indices
from nblabel.pool.shown import Shown
from nblabel.pool.sounds import Sounds
from nblabel.pool.tables import Table
from nblabel.system.dataframes import as_pandas, column_names, in_columns, in_order, index_of

if TYPE_CHECKING:
    import pandas as pd


class Pool(Shown):
    """Items to label: pictures, texts, rows, sounds, series or objects. Holds no label.

    Exactly one kind of media is given, or embeddings alone. A position in the pool ("index") is
    used inside one process only; what is stored is the id.

    Parameters
    ----------
    images : array, tensor or iterable, optional
        ``(n, height, width)`` grey or ``(n, height, width, 3)`` colour; or ``n`` file paths, read
        when needed; or ``n`` arrays, Pillow's pictures or encoded files, of any sizes. With
        `render`, a list of ``n`` objects of any kind.
    embeddings : array of shape (n, dim) or callable, optional
        Finite numbers; kept as ``float32``. Without media, the items are shown by their ids. A
        function is called with lists of items when they are embedded, as by `nb.embed`.
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
    sounds : array or iterable, optional
        ``n`` paths of sound files: WAV, and others with the extra ``audio``; or arrays of shape
        ``(samples,)`` or ``(samples, channels)``; or dicts with "array" and "sampling_rate".
    sampling_rate : float, optional
        Samples per second of the sounds that are arrays.
    series : array or iterable, optional
        Time series: ``(n, length)`` or ``(n, length, channels)``; or ``n`` arrays of shape
        ``(length,)`` or ``(length, channels)``, also as DataFrames. NaN is a gap.
    render : callable, optional
        Draws the objects that are passed first. Called with one of them, aside and only when it is
        needed, it returns a PNG as bytes, a picture of Pillow, an array, or SVG or HTML as text, or
        what has ``_repr_png_``, ``_repr_svg_`` or ``_repr_html_``. No script in it is run. Such a
        pool needs `embeddings`.

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
        If a text is no str, the table no DataFrame, images a single path, or render no function.

    Examples
    --------
    >>> import nblabel as nb
    >>> nb.Pool([3, 1, 2], render=lambda n: f"<b>{n}</b>", embeddings=[[3], [1], [2]])
    Pool(3 items, embeddings of 1)
    """

    beside: Table | None
    _index: list[str] | None = None  # what the index of the data calls the items

    def __init__(
        self,
        images: Any = None,
        embeddings: npt.ArrayLike | Callable[[list[Any]], Any] | None = None,
        ids: Sequence[Any] | None = None,
        texts: Sequence[str] | None = None,
        table: pd.DataFrame | None = None,
        range: tuple[float, float] | None = None,  # noqa: A002  as histograms have it
        columns: pd.DataFrame | None = None,
        *,
        sounds: Any = None,
        sampling_rate: float | None = None,
        series: Any = None,
        render: Callable[[Any], Any] | None = None,
    ) -> None:
        given = {"images": images, "texts": as_pandas(texts), "table": as_pandas(table)}
        given |= {"sounds": as_pandas(sounds), "series": as_pandas(series)}
        media = media_of(given, range, sampling_rate, render)
        source = next((part for part in given.values() if part is not None), None)
        self._index = index_of(embeddings if media is None else source)
        if ids is None and isinstance(media, ImageFiles | Sounds):
            ids = media.names
        if ids is None and images is None and media is not None and self._index is not None:
            ids = ids_of_index(source)
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
        sound: Any = None,
        series: Any = None,
        id: Any = None,  # noqa: A002  the field's word
        embedding: Any = None,
        columns: Sequence[Any] | None = None,
        range: tuple[float, float] | None = None,  # noqa: A002
        sampling_rate: float | None = None,
        render: Callable[[Any], Any] | None = None,
    ) -> Pool:
        """Make a pool of a table: a column holds the items, the others are shown beside them.

        Parameters
        ----------
        df : DataFrame
            Of pandas, polars or Arrow; one row for each item.
        image : str, optional
            The column with paths of image files, or with pictures.
        text : str, optional
            The column with texts. Where no column holds the items, the rows themselves are.
        sound : str, optional
            The column with paths of sound files, or with arrays.
        series : str or list of str, optional
            The column with time series, as arrays; or the columns with their values, in order.
        id : str, optional
            The column with ids. They default to paths, or to an index that is no numbering.
        embedding : str or list of str, optional
            A column of vectors, or the columns that make them up.
        columns : list of str, optional
            The columns to show, in their order; all others of the table if not given.
        range, sampling_rate
            As for `Pool`.
        render : callable, optional
            As for `Pool`: draws what is in the column `image`, or each row, as a dict.

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
        media = {"image": image, "text": text, "sound": sound, "series": series}
        wanted = {"media": media, "id": id, "embedding": embedding, "columns": columns}
        parts = parts_of_frame(df, **wanted, drawn=render is not None)
        return cls(**parts, range=range, sampling_rate=sampling_rate, render=render)

    @classmethod
    def from_folder(
        cls,
        folder: Any,
        embeddings: npt.ArrayLike | None = None,
        ids: Sequence[Any] | None = None,
        range: tuple[float, float] | None = None,  # noqa: A002
        pages: bool = False,
    ) -> Pool:
        """Make a pool of the image files below a folder, or of its sound files, sorted by path.

        Parameters
        ----------
        folder : path-like
            Searched with its subfolders for what Pillow reads, and for sounds; of the two kinds
            that with more files is taken. A warning counts what is left out.
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
            If there is no such folder, or no image or sound in it.
        ValueError
            If a symbolic link leads out of the folder, or embeddings or ids do not fit.
        """
        pool = cls.__new__(cls)
        media = media_of_folder(folder, range, pages)
        names = list(map(media.name, indices(media)))
        pool._build(media, embeddings, names if ids is None else ids)  # noqa: SLF001
        return pool

    def _build(self, media: Media | None, embeddings: Any, ids: Sequence[Any] | None) -> None:
        self.media = media
        self.beside = None
        self.embedder: Callable[[list[Any]], Any] | None = None
        """What embeds the items, where a function was given as `embeddings`."""
        if callable(embeddings) and media is not None and not hasattr(embeddings, "shape"):
            self.embedder, embeddings = embeddings, None
        self.n_before = 0
        """How many items there were before the pool was `extended`; 0 if it never was."""
        self.known_as: tuple[str, ...] = ()
        """Fingerprints of the pools that this one extends."""
        ids = None if ids is None else in_order(ids, "ids", index=self._index)
        numbers = Numbers(0 if media is None else len(media))
        names, before = (numbers, None) if ids is None else as_ids(ids)
        X = in_order(embeddings, "embeddings", names, self._index, numbered=ids is None)
        self.embeddings = None if X is None else as_embeddings(X)
        self._columns = column_names(X)  # a name for each column of the embeddings, or None
        if media is None and self.embeddings is None:
            raise ValueError(
                "a pool needs images=, texts=, table=, sounds=, series= or embeddings=; none was "
                "given."
            )
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
        if more.kind != self.kind or isinstance(more.media, Objects) != isinstance(
            self.media, Objects
        ):
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
        pool.beside, pool.embedder = columns, self.embedder
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
