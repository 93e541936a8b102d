"""Colours of classes, confidence and sources, for every view alike."""

from __future__ import annotations

import colorsys

# Okabe and Ito (2008) without black, which a dark page swallows; then Tol's muted scheme (2021).
# Both are told apart with the common kinds of colour blindness.
_BASE = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"),
    *("#882255", "#999933", "#6a5acd", "#44aa99", "#aa4499", "#117733", "#dd8899", "#a0714f"),
)
UNLABELED = "#9a9a9a"
WITHOUT = "#5f6b6d"  # what is known to have no tag
# cividis (Nuñez et al., 2018): even steps of lightness, the same for colour-blind eyes
_CIVIDIS = ("#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369",
            "#e1cc55", "#fee838")  # fmt: skip
SOURCES = {"human": "#0072b2", "model": "#e69f00", "import": "#009e73", "flagged": "#d55e00",
           "skipped": "#cc79a7", "coarse": "#882255"}  # fmt: skip


def class_colors(n: int) -> list[str]:
    """Return n colours; after the fifteen of the palette come its lighter and darker versions."""
    return [_shifted(_BASE[i % len(_BASE)], i // len(_BASE)) for i in range(n)]


def confidence_colors() -> list[str]:
    """Return ten colours from the least confident (dark) to the most (light)."""
    return list(_CIVIDIS)


def _shifted(color: str, rounds: int) -> str:
    if not rounds:
        return color
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    step = 0.12 * ((rounds + 1) // 2) * (1 if rounds % 2 else -1)
    lightness = min(0.9, max(0.2, lightness + step))
    channels = colorsys.hls_to_rgb((hue + 0.03 * rounds) % 1, lightness, saturation)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
