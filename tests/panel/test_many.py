"""A thousand classes in a panel: what is sent of them, how often, and how much it is."""

import json

import numpy as np
import pytest

import nblabel as nb
from nblabel.widget.panel.figures import LISTED, color_points, recent_classes
from tests.panel.helpers import open_page
from tests.samples import blob_pool

NAMES = [f"class {i}" for i in range(1_000)]


@pytest.fixture
def page():
    return open_page(blob_pool(600), NAMES)


def told(page, since=0):
    """What was sent, by trait and message, in bytes of JSON and of buffers."""
    sizes = {}
    for kind, content, buffers in page.channel.log[since:]:
        parts = content.items() if kind == "traits" else [(kind, content)]
        for name, value in parts:
            size = len(json.dumps(value)) + sum(map(len, buffers))
            sizes[name] = sizes.get(name, 0) + size
    return sizes


def test_a_label_does_not_send_the_classes_again(page):
    page.label(page.ids[0], "class 7")
    since = len(page.channel.log)
    for name in ("class 8", "class 9"):
        page.label(page.ids[0], name)
    sizes = told(page, since)
    assert "classes" not in sizes
    assert sizes["legend"] < 2 * 6_000
    assert sizes["status"] < 2 * 8_000
    # two bytes a point, and the colours of the classes
    assert sizes["colors"] < 2 * (2 * 600 + 1_001 * 12 + 200)
    assert sizes["recent_classes"] < 200


def test_legend_and_status_hold_the_most_frequent(page):
    for name in ("class 7", "class 7", "class 900"):
        page.label(page.ids[0], name)
    assert len(page.traits["legend"]) <= LISTED + 1
    assert len(page.traits["status"]["classes"]) == LISTED
    first = page.traits["status"]["classes"][:2]
    assert [(one["name"], one["count"]) for one in first] == [("class 7", 2), ("class 900", 1)]


def test_questions_come_with_the_five_likeliest(page):
    assert all("likeliest" not in one for one in page.items.values())
    for name in ("class 7", "class 900", "class 7"):
        page.label(page.ids[0], name)
    shown = page.items[page.ids[0]]
    assert len(shown["likeliest"]) == 5
    assert shown["likeliest"][0] == shown["prediction"]["label"]
    assert {"class 7", "class 900"} <= set(shown["likeliest"])


def test_few_classes_come_with_no_list():
    page = open_page(blob_pool(60), NAMES[:29])
    page.label(page.ids[0], "class 7")
    assert "likeliest" not in page.items[page.ids[0]]
    assert page.traits["recent_classes"] == []
    assert len(page.traits["status"]["classes"]) == 29


def test_the_classes_used_last_are_told_also_to_a_page_that_opens_later(page):
    for name in ("class 7", "class 900", "class 7"):
        page.label(page.ids[0], name)
    assert page.traits["recent_classes"] == ["class 7", "class 900"]
    page.session.rename_class("class 900", "nine hundred")
    page.session.tell([3, 4], ["class 1", "class 2"])
    names = ["class 2", "class 1", "class 7", "nine hundred"]
    assert recent_classes(page.session) == names


def test_other_names_of_a_class_are_told(page):
    page.session.rename_class("class 7", "tulip")
    page.session.describe_class("tulip", aliases=["Tulipa"])
    page.session.rename_class("class 8", "rose")
    found = {one["name"]: one.get("also") for one in page.traits["classes"]}
    assert found["tulip"] == ["class 7"]  # aliases are told beside them
    assert found["rose"] == ["class 8"]
    assert found["class 9"] is None


def test_points_are_told_apart_beyond_256_classes():
    session = nb.Session(blob_pool(600), NAMES)
    session.tell([0, 1, 2], ["class 7", "class 263", "class 519"])
    colors = color_points(session, None, "label")
    assert colors.codes[:4].tolist() == [7, 263, 519, 1_000]
    assert colors.codes.dtype == np.uint16
    assert sum(one["count"] for one in colors.legend) == 600


def test_a_group_comes_with_its_likeliest(page):
    for name in ("class 7", "class 900", "class 7"):
        page.label(page.ids[0], name)
    asked = {"show": "all", "order": "random", "descending": False, "group": True}
    page.say("gallery", np.arange(20), request="r", **asked)
    found = page.last("gallery")
    assert 1 <= len(found["likeliest"]) <= 5
    assert found["likeliest"][0] in NAMES


def test_a_thousand_classes_with_one_label_each_are_audited_and_exported(tmp_path):
    pool = blob_pool(1_100)
    session = nb.Session(pool, NAMES)
    session.tell(range(1_000), NAMES)
    page = open_page(pool, NAMES)
    page.session.tell(range(1_000), NAMES)
    assert page.traits["status"]["labeled"] == 1_000
    page.session.draw(10)
    for index in page.session.drawn.tolist():
        page.session.tell(index, "class 3")
    assert nb.audit(page.session).n_checks == 10
    page.panel.export(tmp_path / "labels.csv")
    assert len((tmp_path / "labels.csv").read_text().splitlines()) >= 1_001
