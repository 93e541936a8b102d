"""A prior in the panel: predictions from the first question on, and a line in the status."""

import numpy as np

from tests.panel.helpers import open_page, picture_pool
from tests.samples import CLASSES

TRUTH = np.arange(60) % 3


def prior():
    proba = np.full((60, 3), 0.1)
    proba[np.arange(60), TRUTH] = 0.8
    return proba


def open_with_prior(**options):
    return open_page(learner="knn", strategy="margin", prior=prior(), **options)


def line(page):
    return next((said for said in page.said() if said.startswith("Prior")), None)


def test_the_prior_predicts_before_the_first_label():
    page = open_with_prior()
    item = page.last("questions")["items"][0]
    assert item["prediction"]["label"] == CLASSES[TRUTH[item["index"]]]
    assert page.traits["status"]["labeled"] == 0
    legend = {entry["name"]: entry["count"] for entry in page.traits["legend"]}
    assert {name: legend[name] for name in CLASSES} == dict.fromkeys(CLASSES, 20)


def test_the_status_says_how_good_the_prior_turned_out_to_be():
    page = open_with_prior()
    assert line(page) == "Prior: how good it is shows with the first labels."
    first = page.ids[0]
    page.label(first, CLASSES[TRUTH[int(first)]])
    assert line(page).startswith("Prior: right for 1 of 1 labeled item (100 %)")
    second = page.ids[0]
    page.label(second, CLASSES[(TRUTH[int(second)] + 1) % 3])
    assert line(page).startswith("Prior: right for 1 of 2 labeled items (50 %)")
    titles = [message["title"] for message in page.traits["status"]["messages"]]
    assert any("not known yet: 0 of at least 30 audit labels" in title for title in titles)


def test_without_a_prior_nothing_is_said_of_one():
    page = open_page(pool=picture_pool(), learner="knn", strategy="margin")
    assert page.last("questions")["items"][0]["prediction"] is None
    page.label(page.ids[0])
    assert line(page) is None


def test_labels_of_the_prior_are_in_no_table():
    page = open_with_prior()
    assert page.panel.labels().empty
    assert page.traits["status"]["accepted"] == 0
    assert not any(entry["count"] for entry in page.traits["status"]["classes"])


# with several tags an item

TAGS = ["even", "with a loop", "above six"]
TRUE_TAGS = np.stack([TRUTH == 0, TRUTH != 1, TRUTH == 2], axis=1)


def open_tags_with_prior():
    return open_page(
        picture_pool(), TAGS, multi_label=True, prior=np.where(TRUE_TAGS, 0.8, 0.1), learner="knn"
    )


def named(index):
    return [tag for tag, one in zip(TAGS, TRUE_TAGS[int(index)], strict=True) if one]


def test_the_prior_predicts_tags_before_the_first_answer():
    page = open_tags_with_prior()
    item = page.last("questions")["items"][0]
    predicted = item["tags"]["predicted"]
    assert [one["label"] for one in predicted] == named(item["index"])


def test_the_status_says_how_good_the_prior_of_tags_turned_out_to_be():
    page = open_tags_with_prior()
    assert line(page) == "Prior: how good it is shows with the first answers."
    item = next(item for item in page.ids if named(item))
    page.answer("tags", id=item, tags=named(item)[:1])
    assert line(page).startswith("Prior: right about 1 of 1 answer “yes” (100 %) and")
    titles = [message["title"] for message in page.traits["status"]["messages"]]
    assert any("The trust is estimated for each tag" in title for title in titles)
