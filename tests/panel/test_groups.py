"""Clusters and selections in the panel: members, what is known, a label for all but a few."""

import asyncio

import numpy as np
import pytest

import nblabel as nb
from nblabel.jobs.clusters import ClusterProcess
from nblabel.widget.work import projections
from tests.panel.helpers import UmapRecorder, open_page, shown, until
from tests.samples import CLASSES
from tests.test_projection import Listener
from tests.wire import Page

CLUSTERS = np.arange(60) % 3  # 0, 1, 2, 0, …
CLUSTERS[-6:] = -1


@pytest.fixture
def page():
    opened = open_page()
    opened.panel.clusters = CLUSTERS
    return opened


def ask(page, indices=None, *, cluster=..., **content):
    """Return what the page is told of a group, and its members in their order."""
    buffers = [] if indices is None else [indices]
    only = {} if cluster is ... else {"only": {"cluster": cluster}}
    asked = {"request": "r", "show": "all", "order": "random", "descending": False, "group": True}
    asked = {**asked, **only, **content}
    asked = {name: value for name, value in asked.items() if value is not ...}
    page.say("gallery", *buffers, checked=False, **asked)
    ((told, buffers), *_) = page.heard
    assert told["to"] == page.id
    return told, np.frombuffer(buffers[0], np.uint32).tolist() if buffers else None


def look(page, indices):
    page.say("look", checked=False, indices=indices)
    return page.heard


def test_a_cluster_is_told_with_its_members_and_those_beside_it(page):
    told, members = ask(page, cluster=1)
    assert sorted(members) == np.flatnonzero(CLUSTERS == 1).tolist()
    assert (told["type"], told["request"], told["n"]) == ("gallery", "r", 18)
    assert told["cluster"] == {"number": 1, "name": "Cluster 1", "previous": 0, "next": 2}
    assert not {"warning", "likeliest"} & set(told)
    assert ask(page, cluster=1)[1] == members  # the same every time
    told, members = ask(page, cluster=-1)
    assert told["cluster"] == {"number": -1, "name": "Noise", "previous": 2, "next": None}
    assert sorted(members) == list(range(54, 60))


def test_the_first_cluster_that_is_left_is_opened(page):
    assert ask(page, cluster=None)[0]["cluster"]["number"] == 0
    page.label_group(np.flatnonzero(CLUSTERS == 0)[:-1].tolist())
    assert ask(page, cluster=None)[0]["cluster"]["number"] == 1
    page.session.tell(list(range(60)), "bag")
    assert ask(page, cluster=None)[0]["cluster"]["number"] == 0


def test_the_orders(page):
    X = page.session.embeddings
    _, typical = ask(page, cluster=2, order="central")
    distances = np.linalg.norm(X[typical] - X[CLUSTERS == 2].mean(axis=0), axis=1)
    assert (np.diff(distances) >= 0).all()
    _, odd = ask(page, cluster=2, order="outliers")
    assert sorted(odd) == sorted(typical)
    assert np.linalg.norm(X[odd[0]] - X[CLUSTERS == 2].mean(axis=0)) == pytest.approx(distances[-1])
    assert ask(page, cluster=2, order="central", descending=True)[1] == typical[::-1]
    everything = ask(page, order="central")[1]
    assert sorted(everything) == list(range(60))
    none = {"show": "flagged", "order": "outliers"}
    assert ask(page, **none)[0]["n"] == ask(page, **{**none, "order": "random"})[0]["n"] == 0


def test_what_the_model_doubts_is_odd(page):
    members = np.flatnonzero(CLUSTERS == 0)
    page.session.tell(members.tolist(), [CLASSES[int(i == members[4])] for i in members])
    _, odd = ask(page, cluster=0, order="outliers")
    assert odd[0] == members[4]


@pytest.mark.parametrize(("indices", "content"), [(None, {"cluster": 7}), ([5, 600], {})])
def test_a_group_that_is_none_is_told(page, indices, content):
    told, _ = ask(page, indices, **content)
    assert told["type"] == "no_gallery"
    assert told["text"]
    assert page.traits["error"] == ""


def test_no_clusters_yet():
    told, _ = ask(open_page(), cluster=None)
    assert "no clusters yet" in told["text"]


def test_all_but_the_marked_are_labeled_in_one_step_and_those_are_asked_next(page):
    first = int(page.current)
    members = np.flatnonzero(CLUSTERS == 1)
    marked = members[[3, 5]].tolist()
    rest = [int(i) for i in members if i not in marked]
    steps = len(page.session.store.read())
    ack = page.label_group(rest, "bag", marked, uid="whole")
    assert ack["text"] == "16 images labeled as bag."
    assert page.known() == {str(i): "bag" for i in rest}
    assert len(page.session.store.read()) == steps + 1
    open_now = list(dict.fromkeys(i for i in [first, *marked] if i not in rest))
    assert [int(i) for i in page.ids][: len(open_now)] == open_now
    page.say("explain", ids=[str(marked[1])])
    assert "excluded" in page.last("explained")["items"][0]["why"]["text"]
    assert page.items[page.current]["prediction"]  # the learner has gone on
    assert page.session.n_labeled == 16
    page.label_group(rest, "bag", marked, uid="whole")  # sent again
    assert len(page.session.store.read()) == steps + 1
    page.answer("undo", of="whole")
    assert page.known() == {}


def test_labels_that_contradict_are_told_as_they_come_until_it_is_left(page):
    ask(page, cluster=0)
    page.label("3", "boot")
    assert "warning" not in page.last("gallery_changes")
    page.label("6", "bag")
    told = page.last("gallery_changes")
    assert told["request"] == "r"
    assert "contradict" in told["warning"]
    assert "contradict" in ask(page, cluster=0)[0]["warning"]
    assert "warning" not in ask(page, cluster=0, group=...)[0]
    page.say("end_gallery")
    page.label("9", "boot")
    assert page.messages("gallery_changes") == []


def test_two_pages_look_through_groups_of_their_own(page):
    other = Page(page.panel)
    ask(page, cluster=0, request="mine")
    ask(other, cluster=1, request="yours")
    other.heard.clear()
    page.label("4", "boot")  # of the other one's
    assert {one["request"] for one in page.messages("gallery_changes")} == {"mine"}
    assert {one["request"] for one in other.messages("gallery_changes")} == {"yours"}
    other.close()
    page.label("7", "boot")
    assert page.messages("gallery_changes")
    assert other.messages("gallery_changes") == []


def test_labels_of_the_model_contradict_nobody(page):
    page.label("0", "boot")
    page.session.tell(3, "bag")
    page.session.clear(3)
    page.session.accept([3, 6])
    assert "warning" not in ask(page, cluster=0)[0]


def test_a_selection_is_a_group_without_a_name(page):
    told, members = ask(page, [4, 9, 11])
    assert sorted(members) == [4, 9, 11]
    assert "cluster" not in told


def test_pictures_on_screen_are_sent_and_no_others(page):
    ((message, buffers),) = look(page, [5, 7, 600])
    assert [item["index"] for item in message["items"]] == [5, 7]
    assert buffers == [page.session.pool.image(i).tobytes() for i in (5, 7)]
    look(page, list(range(60)) * 2)
    assert "indices has 120 entries" in page.traits["error"]


def test_pictures_are_read_beside_the_event_loop():
    async def ask_in_a_loop():
        page = await shown()
        assert look(page, [5]) == []
        await until(lambda: page.messages("pictures"))
        assert page.last("pictures")["items"][0]["id"] == "5"
        assert page.last("pictures")["to"] == page.id

    asyncio.run(ask_in_a_loop())


def test_the_legend_opens_clusters():
    page = open_page()
    page.panel.clusters = CLUSTERS
    opened = [(entry["name"], entry["cluster"]) for entry in page.traits["legend"]]
    assert opened == [("cluster 0", 0), ("cluster 1", 1), ("cluster 2", 2), ("noise", -1)]
    assert page.traits["clustering"]["n"] == 4
    page.panel.clusters = None
    assert page.traits["clustering"]["n"] == 0


@pytest.mark.parametrize(("number", "name"), [(-1, "Noise"), (0, "Cluster 0")])
def test_one_cluster_or_only_noise(page, number, name):
    page.panel.clusters = np.full(60, number)
    assert page.traits["clustering"]["n"] == 1
    assert [(entry["cluster"], entry["count"]) for entry in page.traits["legend"]] == [(number, 60)]
    told, members = ask(page, cluster=None)
    assert told["cluster"] == {"number": number, "name": name, "previous": None, "next": None}
    assert len(members) == 60
    page.label_group(members)
    assert page.session.n_labeled == 60


def test_more_clusters_than_classes_and_colours(page):
    page.panel.clusters = np.arange(60)
    legend = page.traits["legend"]
    assert [entry["cluster"] for entry in legend] == list(range(41))
    assert (legend[-1]["name"], legend[-1]["count"]) == ("smaller clusters", 20)
    told, members = ask(page, cluster=59)
    alone = {"number": 59, "name": "Cluster 59", "previous": 58, "next": None}
    assert (told["cluster"], members) == (alone, [59])


# finding them


class ClusterRecorder(UmapRecorder):
    """Stands in for the second process."""

    begun = []  # noqa: RUF012  replaced for each test

    def __init__(self, X, n_clusters, method, random_state, notify):
        super().__init__(X, notify, random_state)
        self.n_clusters, self.method = n_clusters, method


@pytest.fixture
def recorder(monkeypatch):
    monkeypatch.setattr("nblabel.jobs.clusters.ClusterProcess", ClusterRecorder)
    monkeypatch.setattr(ClusterRecorder, "begun", [])
    return ClusterRecorder


def test_clusters_are_found_in_the_background(recorder):
    async def act():
        page = await shown()
        page.say("cluster", n=4)
        (process,) = recorder.begun
        assert (process.n_clusters, process.method) == (4, "kmeans")
        assert process.X is page.session.embeddings
        await until(lambda: page.traits["clustering"]["finding"])
        trait = page.traits["projection"]
        assert (trait["running"], trait["text"][:9]) == (True, "Clusters:")
        process.notify({"progress": 0.5, "text": "1 of 3 rounds"})
        process.notify({"done": CLUSTERS})
        await until(lambda: not page.traits["clustering"]["finding"])
        assert page.panel.clusters.tolist() == CLUSTERS.tolist()
        assert (page.traits["color_by"], page.traits["clustering"]["n"]) == ("cluster", 4)
        assert page.traits["projection"]["text"] == "3 clusters found."
        assert not page.traits["projection"]["running"]

    asyncio.run(act())


def test_finding_clusters_can_be_cancelled_and_can_fail(recorder):
    async def act():
        page = await shown()
        page.say("cluster", n=4)
        page.say("cancel", task="map")
        assert recorder.begun[0].cancelled
        page.say("cluster", n=5)
        await until(lambda: page.traits["clustering"]["finding"])
        recorder.begun[1].notify({"error": "no luck today"})
        await until(lambda: not page.traits["clustering"]["finding"])
        assert page.panel.clusters is None
        assert "Finding clusters failed: no luck today" in page.traits["error"]

    asyncio.run(act())


def test_a_number_of_clusters_that_cannot_be():
    page = open_page()
    page.say("cluster", n=61)
    assert "choose one from 1 to 60" in page.traits["error"]


def test_a_projection_is_divided_where_there_is_one(recorder, monkeypatch):
    xy = np.zeros((60, 2), dtype=np.float32)
    monkeypatch.setattr(projections.ProjectionCache, "read", lambda _self: xy)

    async def act():
        page = await shown(projection="umap")
        page.say("cluster", n=4)
        assert recorder.begun[0].X is xy
        assert recorder.begun[0].method == "gmm"
        page.say("cancel", task="map")

    asyncio.run(act())


@pytest.mark.slow  # a process
def test_the_process_finds_what_cluster_finds():
    X = nb.datasets.load_digits().images[:300].reshape(300, -1).astype(np.float32)
    listener = Listener()  # it has patience with a process that everything else goes before
    ClusterProcess(X, 5, "kmeans", 0, listener)
    found = listener.last()["done"]
    assert found.tolist() == nb.cluster(X, n_clusters=5, method="kmeans", random_state=0).tolist()
    assert listener.told[-2]["text"] == "3 of 3 rounds"


def test_some_more_clusters_than_classes_are_suggested(page):
    assert page.traits["clustering"]["suggested"] == 2 * len(CLASSES)
