"""The panel in the notebook. Only this package imports ipywidgets, anywidget or IPython."""

from nblabel.widget.labeler import Labeler

__all__ = ["Labeler"]
