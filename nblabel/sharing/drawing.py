"""Drawing a picture with Pillow and NumPy: text, lines and many points."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nblabel.arrays import FloatArray, IntArray, UInt8Array

SCALE = 2  # pixels of the picture for one of the page: screens have as many
INK, SOFT, LINE, PAPER = "#1b1b1b", "#595959", "#c4c4c4", "#ffffff"
COLORS = 128  # of the palette; with all of them the file is three times as large
# Looked for where Pillow's own font lacks a letter: those of the usual systems that have most.
FONTS = (
    *("NotoSansCJK-Regular.ttc", "DejaVuSans.ttf", "arial.ttf", "msgothic.ttc", "malgun.ttf"),
    *("Arial Unicode.ttf", "PingFang.ttc"),
)


class Drawing:
    """A picture of so many pixels of the page, on white.

    Parameters
    ----------
    width, height : int
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = 12,
        color: str = INK,
        width: float | None = None,
        align: str = "left",
    ) -> None:
        """Write one line, its top at y; what is wider than `width` ends with an ellipsis."""
        words = " ".join(words.split())
        font = _font_for(words, size * SCALE)
        words = _in_letters_of(font, words)
        if width is not None:
            words = _cut(words, font, width * SCALE)
        anchor = {"left": "la", "middle": "ma", "right": "ra"}[align]
        self._draw.text((x * SCALE, y * SCALE), words, fill=color, font=font, anchor=anchor)

    def line(
        self, points: Sequence[tuple[float, float]], color: str = LINE, width: float = 1.0
    ) -> None:
        """Draw a line through points."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=color, width=max(1, round(width * SCALE)), joint="curve")

    def area(self, points: Sequence[tuple[float, float]], color: str) -> None:
        """Fill what points go around."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=color)

    def box(
        self, x: float, y: float, width: float, height: float, fill: str = "", line: str = ""
    ) -> None:
        """Draw a rectangle."""
        corners = [x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1]
        self._draw.rectangle(corners, fill=fill or None, outline=line or None, width=SCALE // 2)

    def image(self, x: float, y: float, pixels: UInt8Array) -> None:
        """Put pixels in colour there, one for each of the picture."""
        self._image.paste(Image.fromarray(pixels), (round(x * SCALE), round(y * SCALE)))

    def scatter(
        self, x: float, y: float, side: float, points: FloatArray, colors: UInt8Array, radius: int
    ) -> None:
        """Draw points within [-1, 1] in a square; the last lie on top.

        Parameters
        ----------
        x, y, side : float
            The square.
        points : ndarray of shape (n, 2)
            The second coordinate goes up.
        colors : ndarray of shape (n, 3), uint8
        radius : int
            Pixels of the picture; 0 draws one for each point.
        """
        n = round(side * SCALE)
        inner = n - 1 - 2 * radius
        at = np.clip((points * (1, -1) + 1) / 2, 0, 1) * inner + radius
        columns, rows = np.rint(at).astype(np.intp).T
        pixels = np.full((n, n, 3), 255, dtype=np.uint8)
        for dy in range(-radius, radius + 1):
            for dx in range(-radius, radius + 1):
                if dx * dx + dy * dy <= radius * radius + 0.5:
                    pixels[rows + dy, columns + dx] = colors
        self.image(x, y, pixels)

    def rings(
        self, x: float, y: float, side: float, points: FloatArray, colors: Sequence[str]
    ) -> None:
        """Mark points of a `scatter` with the same square."""
        at = (np.clip(points * (1, -1), -1, 1) + 1) / 2 * side
        for (column, row), color in zip(at.tolist(), colors, strict=True):
            middle = (x + column) * SCALE, (y + row) * SCALE
            for radius, shade in ((3.2, PAPER), (2.6, INK), (1.9, color)):
                reach = radius * SCALE
                corners = [middle[0] - reach, middle[1] - reach, middle[0] + reach]
                self._draw.ellipse([*corners, middle[1] + reach], fill=shade)

    def finished(self) -> Image.Image:
        """Return the picture in few colours."""
        return self._image.quantize(
            COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )


def as_png(image: Image.Image) -> bytes:
    """Return the file of a picture."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=4)  # a tenth larger than with 6, in half of the time
    return file.getvalue()


def rgb_of(colors: Sequence[str], codes: IntArray) -> UInt8Array:
    """Return the colour of each of many points, (n, 3) uint8."""
    table = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in colors])
    return table.astype(np.uint8)[codes]


def _cut(words: str, font: Any, width: float) -> str:
    if font.getlength(words) <= width:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(f"{words[:middle]}…") <= width:
            low = middle
        else:
            high = middle - 1
    return f"{words[:low].rstrip()}…"


def _font_for(words: str, size: int) -> Any:
    """Return a font that has the letters of a text, or as many as any has."""
    font = _own_font(size)
    strange = sorted({letter for letter in words if letter > "~" and not _has(font, letter)})
    if not strange:
        return font
    fonts = [font, *filter(None, (_system_font(name, size) for name in FONTS))]
    return min(fonts, key=lambda one: sum(not _has(one, letter) for letter in strange))


def _in_letters_of(font: Any, words: str) -> str:
    """Return a text without the accents that a font cannot draw."""
    return "".join(
        letter if letter <= "~" or _has(font, letter) else unicodedata.normalize("NFKD", letter)[0]
        for letter in words
    )


@lru_cache(maxsize=16)
def _own_font(size: int) -> Any:
    return ImageFont.load_default(size)


@lru_cache(maxsize=64)
def _system_font(name: str, size: int) -> Any:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


@lru_cache(maxsize=4_096)
def _has(font: Any, letter: str) -> bool:
    """Return whether a font draws a letter otherwise than one that no font has."""
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffe"))
