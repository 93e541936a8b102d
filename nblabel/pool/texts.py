"""Texts of a pool."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

# Scripts that put no space between words are read sign by sign; everything else word by word, and
# signs such as ":)" or an emoji count as words.
_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
TOKEN = rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]"


class Texts:
    """Texts held in memory.

    Parameters
    ----------
    texts : sequence of str

    Attributes
    ----------
    texts : list of str
        As given, but for halves of characters that no page or database takes.

    Raises
    ------
    TypeError
        If it is a single text or a table, or one of them is no text.
    """

    kind = "texts"

    def __init__(self, texts: Sequence[str]) -> None:
        if isinstance(texts, str | bytes):
            raise TypeError("texts is a single text; pass a list of texts.")
        if hasattr(texts, "columns"):
            raise TypeError("texts is a table; pass one of its columns, or the table as table=.")
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
        raise TypeError(
            f"text {place} is {text!r}, a {type(text).__name__}; every text must be a str. "
            "Drop the missing ones, or replace them by ''."
        )
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a character that was cut in two
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(text)
