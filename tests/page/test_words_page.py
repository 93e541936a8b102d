"""Texts and table rows in the queue and on the map, against a fake anywidget model."""

import json
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.page.panel import Queue, item, questions
from tests.page.test_queue_page import settle_double_press

HOSTILE = "<img src=x onerror=document.title='broken'> & <script>document.title='broken'</script>"
HEBREW = "שלום עולם, זה טקסט מימין לשמאל"
TEXTS = [
    f"A good film, {HOSTILE}",
    HEBREW,
    "",
    "🙂 emoji 👩‍👩‍👧",
    "word " * 3_000,
    "GOOD\n\nnews",
    *"efg",
]
ROW = [
    ["age", "41", ""],
    ["income", "1250000", "unusually high"],
    [HOSTILE, HOSTILE, "rare: 1 of 400 rows"],
    ["since", None, ""],
    *([f"column {i}", str(i), ""] for i in range(30)),
]


def coded(words: Any) -> list[int]:
    return list(json.dumps(words, ensure_ascii=False).encode())


def ask_texts(
    queue: Queue, texts: list[str] = TEXTS, lengths: dict[int, int] | None = None
) -> None:
    items = [
        item(i, image=None, text={"buffer": i, "length": (lengths or {}).get(i, len(text))})
        for i, text in enumerate(texts)
    ]
    queue.write(pool={"total": 9, "noun": "text"})
    content = questions(items)
    queue.deliver(content, [coded(text) for text in texts])


def ask_rows(queue: Queue, n: int = 9) -> None:
    items = [item(i, image=None, row={"buffer": i, "columns": 300}) for i in range(n)]
    queue.write(pool={"total": 9, "noun": "row"})
    content = questions(items)
    queue.deliver(content, [coded([["number", str(i), ""], *ROW]) for i in range(n)])


@pytest.fixture
def queue(browser_page: Page) -> Queue:
    return Queue(browser_page, highlight="")


def answer(queue: Queue, key: str) -> None:
    queue.press(key)
    settle_double_press(queue.page)


def test_a_text_is_shown_as_text_alone(queue: Queue) -> None:
    ask_texts(queue)
    text = queue.root.locator(".nbl-text")
    expect(text).to_have_text(TEXTS[0], use_inner_text=True)
    assert text.locator("img, script").count() == 0
    expect(queue.root.locator(".nbl-picture")).to_be_hidden()
    assert queue.page.title() == "nblabel page test"
    expect(text).to_have_attribute("aria-label", "Text image-0, position 0")


def test_texts_follow_one_another(queue: Queue) -> None:
    ask_texts(queue)
    text = queue.root.locator(".nbl-text")
    for words in TEXTS[1:4]:
        answer(queue, "1")
        expect(text).to_have_text(words or "Empty text", use_inner_text=True)
    assert [one["type"] for one in queue.sent("label", "need")] == ["label"] * 3
    answer(queue, "1")
    # a long text scrolls inside its card, and the next one begins at the top
    assert text.evaluate("node => node.scrollHeight > 3 * node.clientHeight")
    text.evaluate("node => { node.scrollTop = 500; }")
    answer(queue, "1")
    expect(text).to_have_text("GOOD\n\nnews", use_inner_text=True)
    assert text.evaluate("node => node.scrollTop") == 0


def test_writing_from_right_to_left(queue: Queue) -> None:
    ask_texts(queue, [HEBREW, f"{HEBREW} again", "left"])
    text = queue.root.locator(".nbl-text")
    assert text.evaluate("node => getComputedStyle(node).direction") == "rtl"
    short = queue.root.locator(".nbl-next .nbl-short")
    assert short.nth(0).evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert short.nth(1).evaluate("node => getComputedStyle(node).direction") == "ltr"


def test_the_rest_of_a_very_long_text_is_counted(queue: Queue) -> None:
    ask_texts(queue, ["🙂" * 100, "b"], {0: 1_048_576})
    expect(queue.root.locator(".nbl-text-note")).to_have_text("… 1,048,476 more characters")


def test_what_comes_next_is_told_in_a_few_words(queue: Queue) -> None:
    ask_texts(queue)
    buttons = queue.root.locator(".nbl-next button")
    expect(buttons).to_have_count(8)
    names = buttons.evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert names[0] == f"Ask text image-1 now: {HEBREW}"
    assert names[1] == "Ask text image-2 now: Empty text"
    assert names[3].endswith("word word …")
    assert len(names[3]) < 200
    buttons.nth(2).click()
    expect(queue.root.locator(".nbl-id")).to_have_text("image-3")


def test_a_screen_reader_hears_the_next_text(queue: Queue) -> None:
    ask_texts(queue)
    queue.press("2")
    (label,) = queue.sent("label")
    queue.acknowledge(label["uid"], text="Saved: Boot.")
    expect(queue.live).to_have_text(f"Saved: Boot. Next: text image-1: {HEBREW}")


def test_words_are_marked(queue: Queue) -> None:
    ask_texts(queue)
    field = queue.root.get_by_role("searchbox")
    marks = queue.root.locator(".nbl-text mark")
    field.fill("GOOD <img ( .")
    expect(marks).to_have_text(
        ["good", "<img", ".", "."]
    )  # upper or lower case, and signs as signs
    saved = queue.page.evaluate("nbl.widget.model.saved.map((one) => one.highlight)")
    assert saved[-1] == "GOOD <img ( ."
    assert queue.sent("label") == []  # keys in the field are no answers
    field.press("1")
    field.press("Enter")
    assert queue.page.evaluate("document.activeElement.classList.contains('nbl-queue')")
    queue.write(highlight="film")
    expect(marks).to_have_text(["film"])
    expect(field).to_have_value("film")


PREDICTION = {"label": "Boot", "confidence": 0.8}


def ask_with_words(queue: Queue, text: str, words: list[str]) -> None:
    items = [
        item(
            i,
            image=None,
            text={"buffer": i, "length": len(text)},
            prediction=PREDICTION,
            words=words,
        )
        for i in range(2)
    ]
    queue.write(pool={"total": 9, "noun": "text"})
    content = questions(items)
    queue.deliver(content, [coded(text)] * 2)


def test_words_that_speak_for_the_prediction_are_underlined(queue: Queue) -> None:
    words = f"Great! Greatest 好看 {HOSTILE} GREAT c++"
    ask_with_words(queue, words, ["great", "好", "!", "script", "+"])
    text = queue.root.locator(".nbl-text")
    expect(text).to_have_text(words, use_inner_text=True)
    marked = text.locator(".nbl-word")
    assert marked.all_inner_texts() == ["Great", "!", "好", "script", "script", "GREAT", "+", "+"]
    decoration = marked.first.evaluate("node => getComputedStyle(node).textDecorationLine")
    assert decoration == "underline"  # not by colour alone
    note = queue.root.locator(".nbl-word-note")
    expect(note).to_contain_text("speaks for Boot")
    expect(note).to_contain_text("great, 好, !, script, +")  # heard, too
    # what is searched goes before, and the prediction may be hidden
    queue.page.evaluate("() => nbl.widget.model.write({ highlight: 'gre' })")
    assert text.locator("mark").all_inner_texts() == ["Gre", "Gre", "GRE"]
    queue.press("h")
    expect(marked).to_have_count(0)
    expect(note).to_have_text("")
    assert queue.page.title() == "nblabel page test"


def test_no_words_are_marked_in_pictures(queue: Queue) -> None:
    queue.ask(1, 2)
    expect(queue.root.get_by_role("searchbox")).to_be_hidden()


def test_a_row_is_shown_with_what_is_unusual(queue: Queue) -> None:
    ask_rows(queue)
    row = queue.root.locator(".nbl-row")
    expect(row.locator("dt")).to_have_count(35)
    expect(row.locator(".nbl-unusual")).to_have_count(2)
    expect(row.locator(".nbl-unusual").first).to_have_text("income1250000unusually high")
    expect(row.locator("dd").nth(4)).to_have_text("missing")
    expect(row.locator(".nbl-text-note").last).to_have_text("… 265 more columns")
    assert row.locator("img, script").count() == 0
    answer(queue, "1")
    expect(row.locator("dd").first).to_have_text("1")
    name = queue.root.locator(".nbl-next button").first.get_attribute("aria-label")
    assert name is not None
    assert name.startswith("Ask row image-2 now: income 1250000, ")


def test_neighbours_are_told_in_a_few_words(queue: Queue) -> None:
    near = {"id": "n", "label": "Boot", "similarity": 0.8, "image": None, "row": None}
    asked = item(
        0,
        image=None,
        text={"buffer": 0, "length": 4},
        neighbors=[{**near, "text": {"buffer": 1, "length": 9}}],
    )
    queue.write(pool={"total": 1, "noun": "text"})
    content = questions([asked])
    queue.deliver(content, [coded("this"), coded("a\nnear one")])
    expect(queue.root.locator(".nbl-neighbors .nbl-short")).to_have_text("a near one")


def test_a_text_that_the_page_does_not_hold_is_asked_for(queue: Queue) -> None:
    asked = item(0, image=None, text={"buffer": None, "length": 4})
    queue.write(pool={"total": 1, "noun": "text"})
    queue.deliver(questions([asked]))
    expect(queue.root.locator(".nbl-placeholder")).to_contain_text("Loading the text…")
    queue.press("1")
    expect(queue.note).to_have_text("The text is still loading.")
    assert queue.sent("need") == [{"type": "need", "ids": ["image-0"]}]
    there = {**asked, "text": {"buffer": 0, "length": 4}}
    queue.deliver({"type": "media", "items": [there]}, [coded("here")])
    expect(queue.root.locator(".nbl-text")).to_have_text("here")


def test_the_end(queue: Queue) -> None:
    queue.write(pool={"total": 1_234, "noun": "text"})
    queue.deliver(questions([], done=True))
    expect(queue.root.locator(".nbl-placeholder")).to_have_text("All 1,234 texts are answered.")


@pytest.mark.parametrize("width", [800, 320, 250])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("ask", [ask_texts, ask_rows], ids=["texts", "rows"])
def test_readable_at_every_width_in_both_themes(
    queue: Queue, ask: Any, width: int, dark: bool
) -> None:
    queue.page.set_viewport_size({"width": width, "height": 1000})
    queue.page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", dark)
    queue.write(highlight="good")
    ask(queue)
    expect(queue.root.locator(".nbl-next button")).to_have_count(8)
    assert queue.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(queue.page, context=".nbl-queue").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_arrow_keys_scroll_a_long_text_that_has_the_focus(queue: Queue) -> None:
    ask_texts(queue, ["word " * 3_000, "b"])
    text = queue.root.locator(".nbl-text")
    text.focus()
    queue.page.keyboard.press("PageDown")
    queue.page.wait_for_function("document.querySelector('.nbl-text').scrollTop > 0")
    queue.page.keyboard.press("1")
    assert len(queue.sent("label")) == 1


@pytest.mark.parametrize("focus", [".nbl-queue", ".nbl-text", ".nbl-do-skip", ".nbl-next button"])
def test_page_keys_scroll_a_long_text_and_nothing_else(queue: Queue, focus: str) -> None:
    queue.page.evaluate("document.body.style.paddingBottom = '3000px'")
    queue.page.evaluate(
        "() => { nbl.leaked = []; addEventListener('keydown', ({ key }) => nbl.leaked.push(key)); }"
    )
    ask_texts(queue, ["word " * 3_000, "b", "c"])
    queue.panel.locator(focus).first.focus()
    around = queue.page.evaluate("scrollY")
    top = "document.querySelector('.nbl-text').scrollTop"
    page = queue.root.locator(".nbl-text").evaluate("one => one.clientHeight")
    seen = [0]
    keys = ["PageDown", "PageDown", "PageUp"]
    keys += [] if "do-skip" in focus or "button" in focus else ["Space", "Shift+Space"]
    for key in keys:
        queue.page.keyboard.press(key)
        seen.append(queue.page.evaluate(top))
    steps = [after - before for before, after in pairwise(seen)]
    assert [step > 0 for step in steps] == [True, True, False, True, False][: len(steps)]
    assert all(0.7 * page < abs(step) < page for step in steps)
    for _ in range(80):  # beyond its end, too
        queue.page.keyboard.press("PageDown")
    assert queue.page.evaluate("scrollY") == around
    assert set(queue.page.evaluate("nbl.leaked")) <= {"Shift"}
    assert queue.sent("label", "skip") == []


def test_page_keys_scroll_nothing_where_a_text_is_short(queue: Queue) -> None:
    queue.page.evaluate("document.body.style.paddingBottom = '3000px'")
    ask_texts(queue, ["short", "b"])
    queue.press("PageDown", "Space")
    assert queue.page.evaluate("scrollY") == 0
    queue.press("w")
    queue.root.get_by_role("searchbox").focus()
    queue.page.keyboard.type("two words")  # a space is typed
    expect(queue.root.get_by_role("searchbox")).to_have_value("two words")


def test_beside_a_picture_page_keys_are_the_notebooks(queue: Queue) -> None:
    queue.page.evaluate("document.body.style.paddingBottom = '3000px'")
    queue.ask(0, 1)
    queue.press("PageDown")
    queue.page.wait_for_function("scrollY > 0")
