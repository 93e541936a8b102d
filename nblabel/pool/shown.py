"""What is shown of the items of a pool, each in its own kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from nblabel.arrays import FloatArray, UInt8Array
from nblabel.pool.drawn import Drawing, Drawn
from nblabel.pool.lookup import Identified
from nblabel.pool.pictures import Media, Pictures
from nblabel.pool.sounds import Sounds
from nblabel.pool.tables import Cell, Table
from nblabel.pool.texts import Texts

if TYPE_CHECKING:
    import pandas as pd


class Shown(Identified):
    """Items with ids, of which something is shown.

    Attributes
    ----------
    media : Media or None
        None where nothing is.
    """

    media: Media | None

    @property
    def kind(self) -> str:
        """What the items are: "images", "texts", "rows", "sounds", "series", or "items".

        The latter are objects that a function draws, or there is nothing to be shown of them.
        """
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

    def drawing(self, index: int, side: int = 512) -> Drawing | None:
        """Return what is drawn of a sound, a series or an object; None of what needs no drawing.

        Parameters
        ----------
        index : int
            Position in the pool; one behind its end raises an IndexError.
        side : int
            Draw at most this many pixels a side.

        Returns
        -------
        Drawing or None
            With the attributes picture (an array), svg and html, one of which is there, about (what
            is known of the item, in words) and seconds (how long it can be played, or None).

        Raises
        ------
        MediaError
            If a file cannot be read, or the render function raises an error or returns nothing.
        """
        return self.media.draw(index, side) if isinstance(self.media, Drawn) else None

    def sound(
        self, index: int, start: float = 0.0, seconds: float | None = None
    ) -> tuple[FloatArray, float] | None:
        """Return the samples of one sound, and how many are a second; None without sounds.

        Parameters
        ----------
        index : int
            Position in the pool; one behind its end raises an IndexError.
        start : float
            From which second on.
        seconds : float, optional
            How much of it; all that is left if not given.

        Returns
        -------
        tuple of ndarray of shape (n, channels), float32, and float; or None
            1 is full scale.

        Raises
        ------
        MediaError
            If the file cannot be read.
        """
        if not isinstance(self.media, Sounds):
            return None
        return self.media.read(index, start, seconds), self.media.head(index).rate

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
        """The subfolders that the files of `from_folder` lie in, for `Session.import_labels`.

        A DataFrame with the columns id and label: of ``cats/young/1.jpg`` the label is "cats".
        Files that lie in no subfolder are left out.
        """
        import pandas as pd

        folder_of = getattr(self.media, "folder", lambda _: "")
        names = [folder_of(index) for index in range(len(self.ids))]
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
