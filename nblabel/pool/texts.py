"""Texts of a pool."""

from __future__ import annotations

import hashlib
import numbers
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from nblabel.system.dataframes import as_pandas

# Scripts that put no space between words are read sign by sign; everything else word by word, and
# signs such as ":)" or an emoji count as words.
UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
TOKEN = rf"[{UNSPACED}]|[^\W{UNSPACED}]+|[^\w\s]"


class Texts:
    """Texts held in memory.

    Parameters
    ----------
    texts : sequence of str
        Also a column of pandas, polars or Arrow.

    Attributes
    ----------
    texts : list of str
        As given, but for halves of characters that no page or database takes.

    Raises
    ------
    TypeError
        If it is no list: a single text, a table, a dict or a set; or if one of them is no text; the
        message names its position.
    """

    kind = "texts"

    def __init__(self, texts: Sequence[str]) -> None:
        if isinstance(texts, str | bytes):
            raise TypeError("texts is a single text; pass a list of texts.")
        texts = as_pandas(texts)
        if isinstance(texts, Mapping):
            raise TypeError(
                "texts is a dict; pass its values, and its keys as ids: "
                "Pool(texts=list(texts.values()), ids=list(texts))."
            )
        if isinstance(texts, AbstractSet):
            raise TypeError("texts is a set, which has no order; pass a list: sorted(texts).")
        if hasattr(texts, "columns"):
            raise TypeError("texts is a table; pass one of its columns, or the table as table=.")
        if not isinstance(texts, Iterable):
            raise TypeError(f"texts is a {type(texts).__name__}; pass a list of texts.")
        self.texts = [_checked(text, place) for place, text in enumerate(texts)]

    def __len__(self) -> int:
        return len(self.texts)

    def name(self, index: int) -> str:  # noqa: ARG002
        return ""

    def digest(self) -> bytes:
        hasher = hashlib.blake2b(digest_size=16)
        for text in self.texts:
            data = text.encode()
            hasher.update(len(data).to_bytes(8, "little"))
            hasher.update(data)
        return hasher.digest()


def _checked(text: Any, place: int) -> str:
    if not isinstance(text, str):
        advice = "Drop the missing ones, or replace them by ''."
        if isinstance(text, bytes):
            advice = "Decode bytes: [text.decode() for text in texts]."
        elif isinstance(text, numbers.Real) and text == text:  # noqa: PLR0124  NaN
            advice = "Write numbers as text: [str(text) for text in texts]."
        raise TypeError(
            f"text {place} is {text!r:.60}, a {type(text).__name__}; every text must be a str. "
            f"{advice}"
        )
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a character that was cut in two
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(text)
