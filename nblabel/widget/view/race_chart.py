"""The chart of a race as a widget of its own: small, and quick to draw."""

from __future__ import annotations

import anywidget
import traitlets as t

from nblabel.widget.view.assets import packed, script, style


class RaceChart(anywidget.AnyWidget):
    """Learning curves side by side, which the page draws anew whenever they change."""

    _esm = packed(script("race.js"))
    _css = style("race.css")

    drawn = t.Dict().tag(sync=True)
    """``curves``, each a name with its points [labels given, share right]; the ``caption`` above
    them; and ``length``, how many labels the race is of."""
