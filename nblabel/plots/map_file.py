"""The map as a file: PNG, or SVG that other programs can change."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFont

from nblabel.arrays import IntArray, UInt8Array
from nblabel.plots.map_names import place_names
from nblabel.plots.style import LINE_COLORS
from nblabel.system.files import as_path, whole
from nblabel.system.format import count as count_text

LISTED = 40  # classes in the legend, those with the most points
CIRCLES = 5_000  # points; of more, an SVG holds a picture
MARGIN, TITLE, ROW, ENTRY = 16, 32, 22, 190  # pixels
SMALL, LARGE = 13, 18  # of text
RATIO = 2  # pixels of the file for one of the size
PAPER, INK, UNLABELED = "#ffffff", "#111111", "#9a9a9a"
NO_LABEL = "no label"

Places = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MapImage:
    """What is on a map that is written to a file.

    Attributes
    ----------
    xy : ndarray of shape (n, 2)
        Places, of any scale, y upward; points that have none are left out.
    codes : ndarray of shape (n,), intp
        A place in `names` and `colors` for each point.
    names, colors : list of str
    n_named : int
        How many of the names stand on their regions; those after them do not.
    title : str
    size : tuple of two ints
        Width and height of the plane in pixels.
    """

    xy: Places
    codes: IntArray
    names: list[str]
    colors: list[str]
    n_named: int
    title: str
    size: tuple[int, int]

    def write(self, path: Any) -> None:
        """Write it, whole or not at all: as PNG or SVG, by the ending of the path.

        Raises
        ------
        ValueError
            If the path ends otherwise.
        OSError
            If it cannot be written.
        """
        target = as_path(path)
        made = {".png": self._png, ".svg": self._svg}.get(target.suffix.lower())
        if made is None:
            raise ValueError(f"{target.name!r} ends neither in .png nor in .svg.")
        content = made()
        with whole(target) as part:
            part.write_bytes(content)

    # what both have

    @property
    def _top(self) -> int:
        return MARGIN + (TITLE if self.title else 0)

    @property
    def _height(self) -> int:
        return self._legend[1] + MARGIN

    @property
    def _legend(self) -> tuple[list[tuple[str, str, float, float]], int]:
        """Return text, colour, left and top of each entry, and where the legend ends."""
        counts = np.bincount(self.codes, minlength=len(self.names)).tolist()
        frequent = sorted(range(len(counts)), key=lambda code: -counts[code])[:LISTED]
        shown = sorted(code for code in frequent if counts[code])
        columns = max(1, self.size[0] // ENTRY)
        top = self._top + self.size[1] + MARGIN
        entries = [
            (
                f"{self.names[code]}  {count_text(counts[code])}",
                self.colors[code],
                MARGIN + place % columns * self.size[0] / columns,
                float(top + place // columns * ROW),
            )
            for place, code in enumerate(shown)
        ]
        return entries, top + -(-len(shown) // columns) * ROW

    def _placed(self) -> tuple[Places, IntArray]:
        """Return pixels in the plane of the points that have a place, and their codes."""
        known = np.isfinite(self.xy).all(axis=1)
        xy = np.asarray(self.xy, dtype=np.float64)[known]
        if not len(xy):
            return np.empty((0, 2)), np.empty(0, dtype=np.intp)
        low, high = xy.min(axis=0), xy.max(axis=0)
        room = np.array(self.size) - 2 * MARGIN
        scale = (room / np.maximum(high - low, 1e-12)).min()
        xy = (xy - (low + high) / 2) * scale
        return np.array(self.size) / 2 + xy * (1, -1), self.codes[known]

    def _radius(self, n: int) -> float:
        apart = float(np.sqrt(self.size[0] * self.size[1] / max(n, 1)))
        return min(max(0.5 * apart, 0.6), 5.0)

    def _names(self, xy: Places, codes: IntArray) -> list[tuple[int, float, float]]:
        font = _font(SMALL)

        def measure(code: int) -> tuple[float, float]:
            return font.getlength(self.names[code]) + 8, SMALL * 1.35

        return place_names(xy, codes, self.n_named, self.size, measure)

    def _raster(self, xy: Places, codes: IntArray) -> UInt8Array:
        """Return the points as pixels; drawn in random order, no class hides another."""
        width, height = (side * RATIO for side in self.size)
        pixels = np.full((height, width, 3), ImageColor.getrgb(PAPER), dtype=np.uint8)
        palette = np.array([ImageColor.getrgb(color) for color in self.colors], dtype=np.uint8)
        order = np.random.default_rng(0).permutation(len(xy))
        colors = palette[codes[order]]
        at = np.floor(xy[order] * RATIO).astype(np.intp)
        radius = self._radius(len(xy)) * RATIO
        reach = int(radius)
        for dy in range(-reach, reach + 1):
            for dx in range(-reach, reach + 1):
                if dx * dx + dy * dy <= radius * radius:
                    x, y = at[:, 0] + dx, at[:, 1] + dy
                    seen = (x >= 0) & (y >= 0) & (x < width) & (y < height)
                    pixels[y[seen], x[seen]] = colors[seen]
        return pixels

    # PNG

    def _png(self) -> bytes:
        xy, codes = self._placed()
        legend, _ = self._legend
        width = self.size[0] + 2 * MARGIN
        image = Image.new("RGB", (width * RATIO, self._height * RATIO), PAPER)
        image.paste(Image.fromarray(self._raster(xy, codes)), (MARGIN * RATIO, self._top * RATIO))
        draw = ImageDraw.Draw(image)
        small, large = _font(SMALL * RATIO), _font(LARGE * RATIO)

        def write(text: str, x: float, y: float, **options: Any) -> None:
            place = (x * RATIO, y * RATIO)
            draw.text(place, text, **{"fill": INK, "font": small, "anchor": "lm", **options})

        write(self.title, MARGIN, MARGIN + TITLE / 3, font=large)
        for text, color, left, top in legend:
            spot = (left, top + 5, left + 12, top + 17)
            draw.ellipse([side * RATIO for side in spot], fill=color)
            write(text, left + 18, top + ROW / 2)
        halo = {"anchor": "mm", "stroke_width": 2 * RATIO, "stroke_fill": PAPER}
        for code, x, y in self._names(xy, codes):
            write(self.names[code], MARGIN + x, self._top + y, **halo)
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()

    # SVG

    def _svg(self) -> bytes:
        xy, codes = self._placed()
        legend, _ = self._legend
        width, height = self.size[0] + 2 * MARGIN, self._height
        points = self._circles(xy, codes) if len(xy) <= CIRCLES else self._picture(xy, codes)
        line = '<text x="{:.1f}" y="{:.1f}" font-size="{}" dominant-baseline="middle"{}>{}</text>'
        halo = (
            f' font-weight="600" text-anchor="middle" stroke="{PAPER}" stroke-width="4" '
            'stroke-linejoin="round" paint-order="stroke"'
        )
        style = f'font-family="sans-serif" fill="{INK}"'
        frame = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {frame} {style}>',
            f"<title>{escape(self.title)}</title>",
            f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
            line.format(
                MARGIN, MARGIN + TITLE / 3, LARGE, ' font-weight="600"', escape(self.title)
            ),
            f'<g transform="translate({MARGIN} {self._top})">',
            *points,
            *(
                line.format(x, y, SMALL, halo, escape(self.names[code]))
                for code, x, y in self._names(xy, codes)
            ),
            "</g>",
        ]
        for text, color, left, top in legend:
            parts.append(
                f'<circle cx="{left + 6:.1f}" cy="{top + ROW / 2:.1f}" r="6" '
                f"fill={quoteattr(color)}/>"
            )
            parts.append(line.format(left + 18, top + ROW / 2, SMALL, "", escape(text)))
        return "\n".join([*parts, "</svg>\n"]).encode()

    def _circles(self, xy: Places, codes: IntArray) -> list[str]:
        radius = self._radius(len(xy))
        parts = []
        for code in np.unique(codes).tolist():
            parts.append(f'<g fill={quoteattr(self.colors[code])} fill-opacity="0.9">')
            parts.extend(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
                for x, y in xy[codes == code].tolist()
            )
            parts.append("</g>")
        return parts

    def _picture(self, xy: Places, codes: IntArray) -> list[str]:
        out = io.BytesIO()
        Image.fromarray(self._raster(xy, codes)).save(out, "PNG")
        data = base64.b64encode(out.getvalue()).decode()
        width, height = self.size
        return [f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/>']


def save_map(
    path: Any,
    xy: Any,
    labels: Sequence[Any],
    *,
    colors: Mapping[str, str] | None = None,
    title: str = "",
    size: tuple[int, int] = (900, 650),
) -> None:
    """Write a map to a PNG or SVG file: points, the names of classes on their regions, a legend.

    Parameters
    ----------
    path : path-like
        Ends in ``.png`` or ``.svg``. The file is written whole or not at all, in place of another.
    xy : array of shape (n, 2)
        Places of the points, as `nblabel.project` returns them. Points without one (NaN) are left
        out.
    labels : sequence of n str
        The class of each point; None for none.
    colors : mapping of str to str, optional
        Colours of some classes, as "#rrggbb".
    title : str
    size : tuple of two ints
        Width and height of the plane in pixels; a PNG has twice as many.

    Raises
    ------
    ValueError
        If the path ends otherwise, there is not one label for each place, or a colour is none.
    OSError
        If the file cannot be written.

    Notes
    -----
    Up to 5,000 points are circles in an SVG; more are one picture in it. Of more than 40 classes
    the legend has those with the most points. The letters of a PNG are
    Latin ones; an SVG has those of whoever looks at it.

    Examples
    --------
    >>> import nblabel as nb
    >>> data = nb.datasets.load_digits()
    >>> xy = nb.project(nb.embed(data.images), "pca")
    >>> labels = [data.classes[label] for label in data.labels]
    >>> nb.plots.save_map("digits.svg", xy, labels, title="Digits")  # doctest: +SKIP
    """
    places = np.asarray(xy, dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 2 or len(places) != len(labels):
        raise ValueError(
            f"xy has the shape {places.shape} and there are {len(labels)} labels; pass two numbers "
            "and one label for each point."
        )
    classes = sorted({str(one) for one in labels if one is not None})
    known = {name: code for code, name in enumerate(classes)}
    codes = [len(classes) if one is None else known[str(one)] for one in labels]
    given = dict(colors or {})
    for color in given.values():
        ImageColor.getrgb(color)
    usual = [_usual_color(code) for code in range(len(classes))]
    MapImage(
        xy=places,
        codes=np.array(codes, dtype=np.intp),
        names=[*classes, NO_LABEL],
        colors=[
            *(given.get(name, color) for name, color in zip(classes, usual, strict=True)),
            UNLABELED,
        ],
        n_named=len(classes),
        title=title,
        size=checked_size(size),
    ).write(path)


def checked_size(size: Any) -> tuple[int, int]:
    """Return a width and a height.

    Raises
    ------
    ValueError
        If they are not two whole numbers from 100 to 10,000.
    """
    try:
        width, height = (int(side) for side in size)
    except (TypeError, ValueError):
        width = height = 0
    if not (100 <= width <= 10_000 and 100 <= height <= 10_000):
        raise ValueError(f"size is {size!r}; pass (width, height) in pixels, from 100 to 10000.")
    return width, height


def _usual_color(code: int) -> str:
    """Return a colour of the charts; where they begin again, it is lighter, then darker."""
    rounds, place = divmod(code, len(LINE_COLORS))
    other, share = ((0, 0.0), (255, 0.5), (0, 0.4))[rounds % 3]
    channels = ImageColor.getrgb(LINE_COLORS[place])
    mixed = (round(one + (other - one) * share) for one in channels)
    return "#" + "".join(f"{one:02x}" for one in mixed)


def _font(size: int) -> Any:
    return ImageFont.load_default(size)
