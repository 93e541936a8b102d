"""The filters of the map: which points a page is told to show."""

import asyncio

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.widget import Labeler
from nblabel.widget.view.messages import fault_of
from tests.panel.helpers import open_page, shown, until
from tests.samples import CLASSES, blobs
from tests.wire import Page

N = 60
FRAME = pd.DataFrame(
    {
        "year": np.arange(N) + 1950.0,
        "seen": pd.date_range("2026-01-01 12:00", periods=N),
        "city": np.array(["Oslo", "Rome", None], dtype=object)[np.arange(N) % 3],
        "empty": [None] * N,
    }
)


def pool():
    pixels = np.zeros((N, 4, 4), dtype=np.uint8)
    return nb.Pool(pixels, embeddings=blobs(N), columns=FRAME)


@pytest.fixture
def page():
    return open_page(pool(), learner="knn", annotator="Ada")


def ask(page, request="r", **criteria):
    page.say("filter", request=request, criteria=criteria)


def told(page):
    """What the newest answer says meets the filters: positions, and the words."""
    content, buffers = next(
        (one, buffers) for one, buffers in reversed(page.heard) if one["type"] == "filter"
    )
    assert content["total"] == N
    if content["text"]:
        assert not buffers
        return content["text"]
    bits = np.unpackbits(np.frombuffer(buffers[0], np.uint8), bitorder="little")
    assert not bits[N:].any()
    assert content["n"] == bits.sum()
    return np.flatnonzero(bits[:N]).tolist()


def n_told(page):
    return sum(content["type"] == "filter" for content, _ in page.heard)


def test_criteria_combine(page):
    session = page.session
    session.tell([0, 1, 2, 3], CLASSES + CLASSES[:1])
    session.skip([5])
    ask(page, label_or_prediction=[CLASSES[0]])
    found = told(page)
    assert found == session.where(label_or_prediction=CLASSES[0]).tolist()
    assert {0, 3} <= set(found)
    ask(page, label_or_prediction=[CLASSES[0]], status=["open"], confidence=[0.5, None])
    assert told(page) == (
        session.where(
            label_or_prediction=CLASSES[0], status="open", confidence=(0.5, None)
        ).tolist()
    )
    ask(page, annotator=["Ada"])
    assert told(page) == [0, 1, 2, 3, 5]
    ask(page, status=["skipped"])
    assert told(page) == [5]
    ask(page, column={"year": {"low": 1955, "high": 1960}, "city": {"values": ["Rome"]}})
    assert told(page) == [7, 10]
    ask(page, column={"city": {"missing": True}})
    assert told(page) == list(range(2, N, 3))
    # the last day counts as a whole
    ask(page, column={"seen": {"low": "2026-01-03", "high": "2026-01-04"}})
    assert told(page) == [2, 3]
    ask(page, column={"year": {"low": None, "high": 1940}})
    assert told(page) == []
    ask(page, column={"empty": {"missing": True}})
    assert told(page) == list(range(N))
    ask(page)
    assert told(page) == list(range(N))


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ({"label_or_prediction": ["nobody"]}, "nobody"),
        ({"confidence": [0.9, 0.1]}, "nothing lies in it"),
        ({"column": {"years": {"low": 1, "high": 2}}}, "did you mean 'year'"),
        ({"column": {"year": {"low": 9, "high": 2}}}, "nothing lies in it"),
        ({"column": {"seen": {"low": "tomorrow's", "high": None}}}, "tomorrow"),
    ],
)
def test_what_cannot_be_met_is_said(page, criteria, said):
    ask(page, **criteria)
    assert said in told(page)
    ask(page, status=["open"])
    assert told(page) == list(range(N))


def test_what_meets_the_filters_follows_the_labels_and_is_told_only_where_it_differs(page):
    ask(page, status=["human"])
    assert told(page) == []
    page.session.tell([4], CLASSES[0])
    assert told(page) == [4]
    count = n_told(page)
    page.session.flag([7])
    assert told(page) == [4]
    assert n_told(page) == count
    page.session.undo()
    page.session.undo()
    assert told(page) == []
    ask(page)
    count = n_told(page)
    page.session.tell([1], CLASSES[0])
    assert n_told(page) == count


def test_a_class_that_is_renamed_or_deleted_is_still_filtered_by_or_named(page):
    page.session.tell([4], CLASSES[0])
    ask(page, status=["human"], label_or_prediction=[CLASSES[0]])
    page.session.rename_class(CLASSES[0], "other name")
    page.session.tell([5], "other name")
    assert told(page) == [4, 5]
    page.session.merge_classes(["other name", CLASSES[1]], into=CLASSES[1])
    page.session.tell([6], CLASSES[1])
    assert told(page) == [4, 5, 6]


def test_each_page_has_filters_of_its_own(page):
    other = Page(page.panel)
    ask(page, status=["open"])
    assert n_told(other) == 0
    ask(other, status=["human"])
    assert told(other) == []
    assert told(page) == list(range(N))


def test_what_there_is_to_filter_by(page):
    page.session.tell([0], CLASSES[0])
    page.say("filter_choices")
    found = page.last("filter_choices")
    assert found["annotators"] == ["Ada"]
    assert found["columns"] == [
        {"name": "year", "kind": "number", "missing": 0, "ends": ["1950", "2009"]},
        {"name": "seen", "kind": "date", "missing": 0, "ends": ["2026-01-01", "2026-03-01"]},
        {"name": "city", "kind": "category", "missing": 20, "values": ["Oslo", "Rome"]},
        found["columns"][3],
    ]
    assert found["columns"][3]["missing"] == N


def test_a_column_with_very_many_values_offers_the_commonest():
    frame = pd.DataFrame({"code": [f"code {i // 2}" for i in range(500)]})
    pixels = np.zeros((500, 4, 4), dtype=np.uint8)
    page = open_page(nb.Pool(pixels, embeddings=blobs(500), columns=frame))
    page.say("filter_choices")
    (column,) = page.last("filter_choices")["columns"]
    assert len(column["values"]) == 200
    ask(page, column={"code": {"values": ["code 249"]}})
    bits = np.frombuffer(page.buffers("filter")[0], np.uint8)
    assert np.flatnonzero(np.unpackbits(bits, bitorder="little")).tolist() == [498, 499]


def test_several_tags_are_filtered_too():
    panel = Labeler(pool(), CLASSES, multi_label=True, projection="pca")
    page = Page(panel)
    panel.session.tell([3], [CLASSES[:2]])
    ask(page, label_or_prediction=[CLASSES[1]])
    assert 3 in told(page)


def test_in_the_background_the_newest_filter_counts():
    async def run():
        page = await shown(pool=pool(), learner="knn")
        for year in range(1950, 1960):
            ask(page, request=str(year), column={"year": {"low": year, "high": year}})
        await until(lambda: n_told(page) and told(page) == [9])
        assert page.last("filter")["request"] == "1959"
        page.panel.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "criteria",
    [
        {"status": ["lost"]},
        {"confidence": [0.5]},
        {"confidence": [0, 2]},
        {"column": {"year": {"low": 1}}},
        {"among": [1]},
    ],
)
def test_malformed_criteria_are_refused(criteria):
    content = {"type": "filter", "request": "r", "criteria": criteria, "page": "p", "seq": 0}
    assert fault_of("page.filter", content)


def test_filters_are_set_and_read_from_python(page):
    panel = page.panel
    assert panel.filters == {}
    panel.filters = {
        "label_or_prediction": CLASSES[0],
        "confidence": (0.5, None),
        "column": {"city": ["Rome", "Oslo"], "year": (1955, None), "empty": None, "seen": None},
    }
    assert page.last("filters")["criteria"] == {
        "label_or_prediction": [CLASSES[0]],
        "confidence": [0.5, None],
        "column": {
            "city": {"values": ["Rome", "Oslo"]},
            "year": {"low": 1955, "high": None},
            "empty": {"missing": True},
            "seen": {"missing": True},
        },
    }
    panel.filters = {"column": {"seen": (pd.Timestamp("2026-01-03"), None), "city": "Rome"}}
    ask(page, **page.last("filters")["criteria"])
    assert told(page) == page.session.where(**panel.filters).tolist() != []
    ask(page, status=["open"])  # chosen in the page
    assert panel.filters == {"status": ["open"]}
    panel.filters = None
    assert page.last("filters")["criteria"] == {} == panel.filters


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"labels": "bag"}, "there is no filter 'labels'"),
        (["open"], "filters are a dict"),
        ({"column": "city"}, "filters are a dict"),
        ({"label_or_prediction": "nobody"}, "nobody"),
        ({"confidence": (0.9, 0.1)}, "nothing lies in it"),
        ({"column": {"years": (1, 2)}}, "did you mean 'year'"),
    ],
)
def test_filters_that_cannot_be_are_refused_and_change_nothing(page, filters, said):
    page.panel.filters = {"status": "open"}
    with pytest.raises((ValueError, TypeError, KeyError), match=said):
        page.panel.filters = filters
    assert page.panel.filters == {"status": ["open"]}


def test_filters_that_were_set_before_a_page_opened_are_told_to_it():
    panel = Labeler(pool(), CLASSES, learner="knn", projection="pca")
    panel.filters = {"status": "open"}
    opened = Page(panel)
    assert opened.last("filters")["criteria"] == {"status": ["open"]}
