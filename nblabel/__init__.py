"""Active-learning labeling for JupyterLab: few questions, a whole pool labeled."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nblabel import datasets as datasets
    from nblabel import encoders as encoders
    from nblabel import learners as learners
    from nblabel import plots as plots
    from nblabel.clusters import ClusterMatch as ClusterMatch
    from nblabel.clusters import cluster as cluster
    from nblabel.clusters import match_clusters as match_clusters
    from nblabel.embeddings.methods import embed as embed
    from nblabel.graph.nearest import neighbor_graph as neighbor_graph
    from nblabel.loops import self_training as self_training
    from nblabel.loops import threshold_loop as threshold_loop
    from nblabel.pool import Pool as Pool
    from nblabel.projection import project as project
    from nblabel.quality.autolabel import auto_label as auto_label
    from nblabel.quality.costs import costs as costs
    from nblabel.quality.recheck import recheck as recheck
    from nblabel.quality.review import second_look as second_look
    from nblabel.quality.stopping import StopAdvisor as StopAdvisor
    from nblabel.quality.stopping import stop_advice as stop_advice
    from nblabel.session import Session as Session
    from nblabel.simulation import simulate as simulate
    from nblabel.store import LabelStore as LabelStore
    from nblabel.widget import Labeler as Labeler

__version__ = "0.1.0"

# name: module. Loaded on first use, so that `import nblabel` is quick and a script without a
# notebook never loads the panel.
_HOMES = {
    "ClusterMatch": "nblabel.clusters",
    "Labeler": "nblabel.widget",
    "LabelStore": "nblabel.store",
    "Pool": "nblabel.pool",
    "Session": "nblabel.session",
    "StopAdvisor": "nblabel.quality.stopping",
    "cluster": "nblabel.clusters",
    "auto_label": "nblabel.quality.autolabel",
    "costs": "nblabel.quality.costs",
    "datasets": "nblabel.datasets",
    "embed": "nblabel.embeddings.methods",
    "encoders": "nblabel.encoders",
    "learners": "nblabel.learners",
    "match_clusters": "nblabel.clusters",
    "neighbor_graph": "nblabel.graph.nearest",
    "plots": "nblabel.plots",
    "project": "nblabel.projection",
    "recheck": "nblabel.quality.recheck",
    "self_training": "nblabel.loops",
    "second_look": "nblabel.quality.review",
    "simulate": "nblabel.simulation",
    "stop_advice": "nblabel.quality.stopping",
    "threshold_loop": "nblabel.loops",
}

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604  (a list of strings it is)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nblabel' has no attribute {name!r}")
    module = importlib.import_module(_HOMES[name])
    return module if _HOMES[name] == f"nblabel.{name}" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
