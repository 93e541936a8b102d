"""Pictures in a report, and reports as HTML files."""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image

from nblabel.arrays import UInt8Array
from nblabel.system.files import as_path, whole

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }}
</style>
</head><body><h1>{title}</h1>
{content}
{figure}
</body></html>
"""


def pictures(title: str, shown: list[tuple[str, UInt8Array]]) -> str:
    """Return named pictures below a title, as HTML; nothing without a picture."""
    figures = "".join(_figure(name, pixels) for name, pixels in shown)
    return f"<h4>{escape(title)}</h4><div>{figures}</div>" if figures else ""


def write(path: Any, title: str, content: str, figure: Any) -> Path:
    """Write a page with a plotly figure, whole or not at all; it needs no network.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If the folder does not exist, or the path is one.
    """
    target = as_path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"the folder {target.parent.resolve()} does not exist; make it first."
        )
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder; name a file in it, such as report.html.")
    drawn = figure.to_html(full_html=False, include_plotlyjs=True)
    page = _PAGE.format(title=escape(title), content=content, figure=drawn)
    with whole(target) as file:
        file.write_text(page, encoding="utf-8")
    return target


def _figure(name: str, pixels: UInt8Array) -> str:
    buffer = io.BytesIO()
    grey = pixels.ndim == 3 and pixels.shape[2] == 1
    Image.fromarray(pixels[:, :, 0] if grey else pixels).save(buffer, format="PNG")
    source = base64.b64encode(buffer.getvalue()).decode("ascii")
    return (
        '<figure style="display: inline-block; margin: 4px; text-align: center">'
        f'<img alt="{escape(name)}" style="width: 64px; image-rendering: pixelated" '
        f'src="data:image/png;base64,{source}"><figcaption>{escape(name)}</figcaption></figure>'
    )
