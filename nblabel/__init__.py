"""Active-learning labeling for JupyterLab: few questions, a whole pool labeled."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from nblabel._version import __version__

if TYPE_CHECKING:
    from nblabel import datasets as datasets
    from nblabel import embeddings as embeddings
    from nblabel import encoders as encoders
    from nblabel import learners as learners
    from nblabel import plots as plots
    from nblabel import strategies as strategies
    from nblabel.embeddings.registry import embed as embed
    from nblabel.embeddings.zero_shot import prior_from_names as prior_from_names
    from nblabel.explore.clusters import ClusterMatch as ClusterMatch
    from nblabel.explore.clusters import cluster as cluster
    from nblabel.explore.clusters import match_clusters as match_clusters
    from nblabel.explore.drift import Drift as Drift
    from nblabel.explore.drift import drift as drift
    from nblabel.explore.near_duplicates import NearDuplicates as NearDuplicates
    from nblabel.explore.near_duplicates import near_duplicates as near_duplicates
    from nblabel.explore.projection import project as project
    from nblabel.graph.neighbor_graph import NeighborGraph as NeighborGraph
    from nblabel.graph.neighbor_graph import neighbor_graph as neighbor_graph
    from nblabel.learners import LearnerError as LearnerError
    from nblabel.log.changes import PoolChanges as PoolChanges
    from nblabel.log.events import LabelEvent as LabelEvent
    from nblabel.log.importing import ImportReport as ImportReport
    from nblabel.log.integrity import Integrity as Integrity
    from nblabel.log.listed import ClassDetails as ClassDetails
    from nblabel.log.recovery import Recovery as Recovery
    from nblabel.log.recovery import recover as recover
    from nblabel.log.store import LabelStore as LabelStore
    from nblabel.log.store import StoreError as StoreError
    from nblabel.loops import Rounds as Rounds
    from nblabel.loops import self_training as self_training
    from nblabel.loops import threshold_loop as threshold_loop
    from nblabel.pool import Pool as Pool
    from nblabel.pool.pictures import MediaError as MediaError
    from nblabel.quality.agreement import SelfAgreement as SelfAgreement
    from nblabel.quality.agreement import self_agreement as self_agreement
    from nblabel.quality.audit import audit as audit
    from nblabel.quality.audit_report import AuditReport as AuditReport
    from nblabel.quality.costs import Costs as Costs
    from nblabel.quality.costs import costs as costs
    from nblabel.quality.guarantee import auto_label as auto_label
    from nblabel.quality.guarantee_report import AutoLabelReport as AutoLabelReport
    from nblabel.quality.guarantee_report import ErrorGuarantee as ErrorGuarantee
    from nblabel.quality.issues import LabelIssues as LabelIssues
    from nblabel.quality.prior_report import PriorReport as PriorReport
    from nblabel.quality.prior_report import prior_report as prior_report
    from nblabel.quality.remaining import Remaining as Remaining
    from nblabel.quality.remaining import remaining as remaining
    from nblabel.quality.review import find_label_issues as find_label_issues
    from nblabel.quality.stale import find_stale_labels as find_stale_labels
    from nblabel.quality.stale_report import StaleLabels as StaleLabels
    from nblabel.quality.stopping import StopAdvice as StopAdvice
    from nblabel.quality.stopping import StopAdvisor as StopAdvisor
    from nblabel.quality.stopping import stop_advice as stop_advice
    from nblabel.quality.tag_audit import TagAuditReport as TagAuditReport
    from nblabel.quality.tag_guarantee import TagAutoLabelReport as TagAutoLabelReport
    from nblabel.quality.tag_prior_report import TagPriorReport as TagPriorReport
    from nblabel.quality.tag_stale import TagStaleLabels as TagStaleLabels
    from nblabel.session import Session as Session
    from nblabel.session.searching import SearchResult as SearchResult
    from nblabel.sharing.hub import push_to_hub as push_to_hub
    from nblabel.sharing.report import report as report
    from nblabel.simulation import simulate as simulate
    from nblabel.simulation.checking import check_strategy as check_strategy
    from nblabel.simulation.replaying import replay as replay
    from nblabel.simulation.skactiveml import from_skactiveml as from_skactiveml
    from nblabel.simulation.skactiveml import to_skactiveml as to_skactiveml
    from nblabel.strategies import Query as Query
    from nblabel.widget import Labeler as Labeler
    from nblabel.widget.race import race as race

# name: module. Loaded on first use, so that `import nblabel` is quick and a script without a
# notebook never loads the panel.
_HOMES = {
    "AuditReport": "nblabel.quality.audit_report",
    "AutoLabelReport": "nblabel.quality.guarantee_report",
    "ClassDetails": "nblabel.log.class_list",
    "ClusterMatch": "nblabel.explore.clusters",
    "Costs": "nblabel.quality.costs",
    "Drift": "nblabel.explore.drift",
    "ErrorGuarantee": "nblabel.quality.guarantee_report",
    "LabelIssues": "nblabel.quality.issues",
    "Labeler": "nblabel.widget",
    "ImportReport": "nblabel.log.importing",
    "Integrity": "nblabel.log.integrity",
    "LabelEvent": "nblabel.log.events",
    "LabelStore": "nblabel.log.store",
    "LearnerError": "nblabel.learners",
    "MediaError": "nblabel.pool.pictures",
    "NearDuplicates": "nblabel.explore.near_duplicates",
    "NeighborGraph": "nblabel.graph.neighbor_graph",
    "Pool": "nblabel.pool",
    "PoolChanges": "nblabel.log.changes",
    "PriorReport": "nblabel.quality.prior_report",
    "Recovery": "nblabel.log.recovery",
    "Remaining": "nblabel.quality.remaining",
    "Rounds": "nblabel.loops",
    "SearchResult": "nblabel.session.searching",
    "Query": "nblabel.strategies",
    "SelfAgreement": "nblabel.quality.agreement",
    "Session": "nblabel.session",
    "StaleLabels": "nblabel.quality.stale_report",
    "StopAdvice": "nblabel.quality.stopping",
    "StopAdvisor": "nblabel.quality.stopping",
    "StoreError": "nblabel.log.store",
    "TagAuditReport": "nblabel.quality.tag_audit",
    "TagPriorReport": "nblabel.quality.tag_prior_report",
    "TagAutoLabelReport": "nblabel.quality.tag_guarantee",
    "TagStaleLabels": "nblabel.quality.tag_stale",
    "audit": "nblabel.quality.audit",
    "auto_label": "nblabel.quality.guarantee",
    "check_strategy": "nblabel.simulation.checking",
    "cluster": "nblabel.explore.clusters",
    "costs": "nblabel.quality.costs",
    "datasets": "nblabel.datasets",
    "drift": "nblabel.explore.drift",
    "embed": "nblabel.embeddings.registry",
    "embeddings": "nblabel.embeddings",
    "encoders": "nblabel.encoders",
    "find_label_issues": "nblabel.quality.review",
    "find_stale_labels": "nblabel.quality.stale",
    "from_skactiveml": "nblabel.simulation.skactiveml",
    "learners": "nblabel.learners",
    "match_clusters": "nblabel.explore.clusters",
    "near_duplicates": "nblabel.explore.near_duplicates",
    "neighbor_graph": "nblabel.graph.neighbor_graph",
    "plots": "nblabel.plots",
    "prior_from_names": "nblabel.embeddings.zero_shot",
    "prior_report": "nblabel.quality.prior_report",
    "project": "nblabel.explore.projection",
    "push_to_hub": "nblabel.sharing.hub",
    "race": "nblabel.widget.race",
    "recover": "nblabel.log.recovery",
    "remaining": "nblabel.quality.remaining",
    "replay": "nblabel.simulation.replaying",
    "report": "nblabel.sharing.report",
    "self_agreement": "nblabel.quality.agreement",
    "self_training": "nblabel.loops",
    "simulate": "nblabel.simulation",
    "stop_advice": "nblabel.quality.stopping",
    "strategies": "nblabel.strategies",
    "threshold_loop": "nblabel.loops",
    "to_skactiveml": "nblabel.simulation.skactiveml",
}

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604  (a list of strings it is)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nblabel' has no attribute {name!r}")
    module = importlib.import_module(_HOMES[name])
    return module if _HOMES[name] == f"nblabel.{name}" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
