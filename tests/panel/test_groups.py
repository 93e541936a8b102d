"""Clusters and selections in the panel: members, what is known, a label for all but a few."""

import asyncio
import threading

import numpy as np
import pytest
from PIL import Image

import nblabel as nb
from nblabel.jobs.clusters import ClusterProcess
from nblabel.pool import Pool
from nblabel.widget.work import groups, projections
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


def ask(page, indices=None, **content):
    """Return what the page is told of a group, and its members in their order."""
    buffers = [] if indices is None else [indices]
    page.say("group", *buffers, checked=False, **{"request": "r", "order": "random", **content})
    ((told, buffers), *_) = page.heard
    assert told["to"] == page.id
    return told, np.frombuffer(buffers[0], np.uint32).tolist() if buffers else None


def look(page, indices):
    page.say("look", checked=False, indices=indices)
    return page.heard


def test_a_cluster_is_told_with_its_members_and_those_beside_it(page):
    told, members = ask(page, cluster=1)
    assert sorted(members) == np.flatnonzero(CLUSTERS == 1).tolist()
    assert (told["type"], told["request"], told["name"]) == ("group", "r", "Cluster 1")
    assert (told["previous"], told["next"]) == (0, 2)
    assert (told["n"], told["labeled"], told["labels"], told["warning"]) == (18, 0, [], "")
    assert told["central"] in members
    assert ask(page, cluster=1)[1] == members  # the same every time
    told, members = ask(page, cluster=-1)
    assert (told["name"], told["previous"], told["next"]) == ("Noise", 2, None)
    assert sorted(members) == list(range(54, 60))


def test_the_first_cluster_that_is_left_is_opened(page):
    assert ask(page, cluster=None)[0]["cluster"] == 0
    page.label_group(np.flatnonzero(CLUSTERS == 0)[:-1].tolist())
    assert ask(page, cluster=None)[0]["cluster"] == 1
    page.session.tell(list(range(60)), "bag")
    assert ask(page, cluster=None)[0]["cluster"] == 0


def test_the_orders(page):
    X = page.session.embeddings
    _, typical = ask(page, cluster=2, order="central")
    distances = np.linalg.norm(X[typical] - X[CLUSTERS == 2].mean(axis=0), axis=1)
    assert (np.diff(distances) >= 0).all()
    told, odd = ask(page, cluster=2, order="outliers")
    assert sorted(odd) == sorted(typical)
    assert np.linalg.norm(X[odd[0]] - X[CLUSTERS == 2].mean(axis=0)) == pytest.approx(distances[-1])
    assert told["central"] == typical[0]


def test_what_the_model_doubts_is_odd(page):
    members = np.flatnonzero(CLUSTERS == 0)
    page.session.tell(members.tolist(), [CLASSES[int(i == members[4])] for i in members])
    _, odd = ask(page, cluster=0, order="outliers")
    assert odd[0] == members[4]


@pytest.mark.parametrize(("indices", "content"), [(None, {"cluster": 7}), ([5, 600], {}), ([], {})])
def test_a_group_that_is_none_is_told(page, indices, content):
    told, _ = ask(page, indices, **content)
    assert told["type"] == "no_group"
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


def test_labels_in_a_group_are_told_as_they_come_until_it_is_left(page):
    ask(page, cluster=0)
    page.label("3", "boot")
    page.label("6", "bag")
    told = page.last("facts")
    assert (told["request"], told["n"], told["labeled"]) == ("r", 18, 2)
    assert sorted((one["name"], one["count"]) for one in told["labels"]) == [
        ("bag", 1),
        ("boot", 1),
    ]
    assert "contradict" in told["warning"]
    page.say("leave")
    page.label("9", "boot")
    assert page.messages("facts") == []


def test_two_pages_look_through_groups_of_their_own(page):
    other = Page(page.panel)
    ask(page, cluster=0, request="mine")
    ask(other, cluster=1, request="yours")
    other.heard.clear()
    page.label("4", "boot")  # of the other one's
    assert [one["request"] for one in page.messages("facts")] == ["mine"]
    assert [(one["request"], one["labeled"]) for one in other.messages("facts")] == [("yours", 1)]
    other.close()
    page.label("7", "boot")
    assert page.messages("facts")
    assert other.messages("facts") == []


def test_labels_of_the_model_are_no_answers_of_people(page):
    page.label("0", "boot")
    page.session.accept([3, 6])
    told, _ = ask(page, cluster=0)
    assert (told["labeled"], told["labels"][0]["count"]) == (1, 1)


def test_a_selection_is_a_group_without_a_name(page):
    told, members = ask(page, [4, 9, 11])
    assert sorted(members) == [4, 9, 11]
    assert (told["cluster"], told["name"], told["next"]) == (None, "", None)


def mean_of(page):
    told, (pixels,) = page.last("mean"), page.buffers("mean")
    image = told["image"]
    return told, np.frombuffer(pixels, np.uint8).reshape(image["height"], image["width"], 3)


def test_the_mean_of_its_pictures_goes_with_a_group(page):
    ask(page, cluster=1)
    told, mean = mean_of(page)
    pixels = page.session.pool.media.array[CLUSTERS == 1, ..., 0]
    assert (told["request"], told["text"]) == ("r", "mean of 18")
    assert (mean == np.rint(pixels.mean(axis=0)).astype(np.uint8)[..., None]).all()


def test_the_mean_of_many_is_that_of_some(page, monkeypatch):
    monkeypatch.setattr(groups, "AVERAGED", 4)
    _, members = ask(page, cluster=1)
    told, mean = mean_of(page)
    pixels = page.session.pool.media.array[members[:4], ..., 0]  # those on the first page
    assert told["text"] == "mean of 4 of 18"
    assert (mean == np.rint(pixels.mean(axis=0)).astype(np.uint8)[..., None]).all()


def test_no_mean_of_one_picture_or_of_texts(page):
    ask(page, [7])
    assert page.kinds() == ["group"]
    texts = open_page(nb.Pool(texts=[f"words of {i}" for i in range(60)]))
    ask(texts, [1, 2, 3])
    assert texts.kinds() == ["group"]


def test_files_that_cannot_be_read_are_left_out_of_the_mean(tmp_path):
    for name, size, shade in (("a", (200, 100), 40), ("b", (30, 60), 60), ("c", (20, 20), 80)):
        Image.new("L", size, shade).save(tmp_path / f"{name}.png")
    (tmp_path / "d.png").write_text("no picture")
    X = np.random.default_rng(0).normal(size=(4, 3))
    page = open_page(nb.Pool.from_folder(tmp_path, embeddings=X))
    ask(page, [0, 1, 2, 3])
    told, mean = mean_of(page)
    assert told["text"] == "mean of 3"
    assert mean.shape == (96, 96, 3)  # brought to one size
    assert mean[48, 48].tolist() == [60, 60, 60]
    (tmp_path / "c.png").write_text("no picture any more, but it was read")
    ask(page, [2, 3])
    assert page.kinds() == ["group"]


def test_the_mean_is_made_beside_the_event_loop_and_for_the_group_that_is_open(monkeypatch):
    threads, image = set(), Pool.image

    def noted(pool, index, side=None):
        threads.add(threading.current_thread())
        return image(pool, index, side)

    async def open_two():
        page = await shown()
        page.panel.clusters = CLUSTERS
        monkeypatch.setattr(Pool, "image", noted)
        page.say("group", request="first", cluster=0, order="random")
        page.say("group", request="second", cluster=1, order="random")
        await until(lambda: page.messages("mean"))
        assert [one["request"] for one in page.messages("mean")] == ["second"]

    asyncio.run(open_two())
    assert threads
    assert threading.main_thread() not in threads


def test_what_goes_wrong_beside_the_event_loop_is_told_in_the_panel(monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("no mean of these")

    async def open_one():
        page = await shown()
        monkeypatch.setattr(groups, "mean_tile", fail)
        page.say("group", [1, 2], request="r", order="random")
        await until(lambda: page.traits["error"])
        assert page.traits["error"] == "no mean of these"

    asyncio.run(open_one())


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
    assert (told["name"], told["previous"], told["next"]) == (name, None, None)
    assert len(members) == 60
    page.label_group(members)
    assert page.session.n_labeled == 60


def test_more_clusters_than_classes_and_colours(page):
    page.panel.clusters = np.arange(60)
    legend = page.traits["legend"]
    assert [entry["cluster"] for entry in legend] == list(range(41))
    assert (legend[-1]["name"], legend[-1]["count"]) == ("smaller clusters", 20)
    told, members = ask(page, cluster=59)
    assert (told["name"], told["previous"], told["next"], members) == ("Cluster 59", 58, None, [59])


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
