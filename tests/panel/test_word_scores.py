"""Words that support a prediction, in the panel."""

import nblabel as nb
from tests.panel.helpers import open_page

TEXTS = ["a Great film", "great fun 🎉", "such a bore", "what a bore"] * 5


def test_the_panel_tells_the_words_of_its_questions():
    page = open_page(
        nb.Pool(texts=[f"{text} {i}" for i, text in enumerate(TEXTS)]), ["good", "bad"]
    )
    assert all(item["words"] == [] for item in page.last("questions")["items"])
    for i, name in [(0, "good"), (1, "good"), (2, "bad"), (3, "bad")]:
        page.label(str(i), name)
    asked = page.last("questions")["items"][0]
    sign = {"good": "great", "bad": "bore"}[asked["prediction"]["label"]]
    assert asked["words"][0] == sign


def test_pictures_have_no_words():
    page = open_page()
    page.label("0", "bag")
    assert page.last("questions")["items"][0]["words"] == []
