"""What all tests of the panel share: channels in place of a browser, and no panel but their own."""

import pytest

from nblabel.graph.neighbor_graph import GraphCache
from nblabel.log.store import LabelStore, StoreError
from nblabel.widget.panel import registry
from nblabel.widget.work import embedding, jobs, projections
from tests.panel.helpers import GraphRecorder, UmapRecorder, open_page
from tests.wire import use_channels, violations


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """No test sees the panels and logs of another, and none starts a process by itself."""
    use_channels(monkeypatch)
    registry.forget()
    monkeypatch.setattr(embedding, "PATIENCE", 20.0)  # on a busy machine, too
    monkeypatch.setattr(projections, "FEWEST", 60)  # these pools are small
    monkeypatch.setattr(projections.ProjectionCache, "read", lambda _self: None)
    monkeypatch.setattr(GraphCache, "read", lambda _self: None)
    monkeypatch.setattr(projections, "ProjectionProcess", UmapRecorder)
    monkeypatch.setattr(jobs, "GraphProcess", GraphRecorder)
    monkeypatch.setattr(UmapRecorder, "begun", [])
    monkeypatch.setattr(GraphRecorder, "begun", [])
    violations.clear()
    yield
    registry.forget()
    assert violations == []


@pytest.fixture
def page():
    return open_page()


class BrokenStore(LabelStore):
    """A log that refuses to be written while it is told so."""

    full = False

    def _writing(self):
        if self.full:
            raise StoreError("the disk is full.")
        return super()._writing()


@pytest.fixture
def store():
    return BrokenStore()
