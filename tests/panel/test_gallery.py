"""The gallery in the kernel: which items a page is told of, and what it hears of changes."""

import asyncio
import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.log.store import LabelStore
from nblabel.widget.text import gallery as words
from tests.panel.helpers import ask, codes_of, open_page, picture_pool, shown, until
from tests.samples import CLASSES, blobs
from tests.sounds import RATE, tone, wave_series

N = 60
FIRST_CLASS, SKIPPED, FLAGGED, IN_PART, BY_MODEL = 4, 1, 2, 3, 1 << 15


@pytest.fixture
def page():
    opened = open_page()
    session = opened.panel.session
    session.tell([0, 1, 2], CLASSES[0])
    session.tell([30, 31], CLASSES[1])
    session.skip(5)
    session.flag(6)
    return opened


def test_everything_in_its_own_order_travels_without_positions(page):
    told, members, codes = ask(page)
    assert (told["n"], told["text"]) == (N, "All 60 images")
    assert page.heard[-1][1][0] == b""
    assert members == list(range(N))
    labeled = {0: FIRST_CLASS, 1: FIRST_CLASS, 2: FIRST_CLASS, 30: FIRST_CLASS + 1}
    assert codes == {**labeled, 31: FIRST_CLASS + 1, 5: SKIPPED, 6: FLAGGED}


def test_criteria_are_those_of_where(page):
    session = page.panel.session
    for asked, criteria in {
        "unlabeled": {"labeled": False},
        "labeled": {"labeled": True},
        "skipped": {"status": "skipped"},
        "flagged": {"status": "flagged"},
    }.items():
        assert ask(page, show=asked)[1] == session.where(**criteria).tolist(), asked
    name = CLASSES[0]
    found = session.where(label_or_prediction=name, order="confidence", descending=True)
    members = ask(page, label=name, order="confidence", descending=True)[1]
    assert members == found.tolist()
    found = session.where(prediction=name, confidence=(0.5, None))
    told, members, _ = ask(
        page, label=name, **{"as": "prediction"}, criteria={"confidence": [0.5, None]}
    )
    assert members[: told["n"]] == found.tolist()
    members = ask(page, label=name, **{"as": "label"}, order="distance", of=1)[1]
    assert members == session.where(label=name, order="distance", of=1).tolist()
    assert members[0] == 1


def test_filters_and_what_is_looked_at_combine_and_follow_the_labels(page):
    session = page.panel.session
    session.tell([7, 8], CLASSES[0])
    criteria = {"status": ["human"], "annotator": [""]}
    _, members, _ = ask(page, [0, 1, 2, 7, 9], label=CLASSES[0], criteria=criteria)
    assert members == [0, 1, 2, 7]
    session.clear(7)
    _, parts = next(one for one in reversed(page.heard) if one[0]["type"] == "gallery_changes")
    assert np.frombuffer(parts[2], np.uint32).tolist() == [7]  # it does not meet the filters now
    assert "nobody" in ask(page, criteria={"label_or_prediction": ["nobody"]})


def test_only_among_some(page):
    assert ask(page, [1, 5, 40], show="labeled")[1] == [1]


def test_what_a_mark_of_a_chart_stands_for(page):
    session = page.panel.session
    assert ask(page, only={"nth_label": [4, 5]})[1] == [30, 31]
    assert ask(page, only={"nth_label": [4, 5]}, label=CLASSES[0])[0]["n"] == 0
    found = session.where(confidence=(0.5, None)).tolist()
    told, members, _ = ask(
        page, only={"confidence": [0.5, None]}, criteria={"confidence": [None, 1]}
    )
    assert members[: told["n"]] == found
    assert 0 < len(found) < N
    assert ask(page, only={"trusted": {"class": "all", "n": 9}})[0]["n"] == 0  # nothing was tried


def test_the_most_trusted_are_those_of_the_curve():
    page = open_page(nb.Pool(embeddings=blobs(600)))
    session = page.panel.session
    session.tell(range(0, 600, 20), [CLASSES[i % 3] for i in range(0, 600, 20)])
    page.say("open", parts=["auto_label"])
    report = nb.auto_label(session, max_error=0.05, accept=False)
    page.say("estimate", max_error=0.05, confidence=0.95, per_class=False)
    (name, rows), *_ = report.sets.items()
    n = int(report.curve["n_items"].iloc[2])
    members = ask(page, only={"trusted": {"class": name, "n": n}})[1]
    assert members == sorted(rows[:n].tolist())
    assert 0 < len(members) < len(rows)


def test_columns_are_offered_and_asked_for():
    table = pd.DataFrame({"year": range(1990, 1990 + N), "city": ["Rome", "Oslo", "Rome"] * 20})
    page = open_page(nb.Pool(embeddings=blobs(N), columns=table))
    told, _, _ = ask(page)
    assert told["columns"] == ["year", "city"]

    def among(**column):
        return ask(page, criteria={"column": column})

    assert among(year={"low": 1995, "high": 1997})[1] == [5, 6, 7]
    assert len(among(city={"values": ["Oslo"]})[1]) == 20
    assert among(city={"values": ["Oslo"]}, year={"low": None, "high": 1995})[1] == [1, 4]
    assert among(city={"missing": True})[0]["n"] == 0  # none is missing
    assert "holds numbers" in among(year={"low": "late", "high": None})
    assert ask(page, order="column", of="year", descending=True)[1] == list(range(N))[::-1]


def test_the_values_of_the_column_that_is_the_order_are_told():
    cities = ["Rome", "Oslo", None] * 20
    table = pd.DataFrame({"year": range(1990, 1990 + N), "city": cities})
    page = open_page(nb.Pool(embeddings=blobs(N), columns=table))
    told, members, _ = ask(page, order="column", of="city")
    oslo, rome, none = (slice(20 * k, 20 * k + 20) for k in range(3))
    assert told["values"] == [
        {"name": "Oslo", "start": 0},
        {"name": "Rome", "start": 20},
        {"name": None, "start": 40},
    ]
    for part, value in ((oslo, "Oslo"), (rome, "Rome"), (none, None)):
        assert {cities[member] for member in members[part]} == {value}
    told, _, _ = ask(page, order="column", of="city", descending=True, show="all")
    assert [one["name"] for one in told["values"]] == ["Rome", "Oslo", None]
    assert "values" not in ask(page, order="column", of="year")[0]
    assert "values" not in ask(page, order="id", of="city")[0]


def test_a_search_is_narrowed_and_keeps_its_order():
    texts = ["red boot", "red red bag", "blue bag", "red bag"] * 3
    page = open_page(nb.Pool(texts=texts, embeddings=blobs(12)))
    best = page.panel.session.search("red bag").indices.tolist()
    search = {"query": "red bag", "by": "auto"}
    assert ask(page, search=search, order="best")[1] == best
    page.panel.session.tell(best[0], CLASSES[0])
    assert ask(page, search=search, order="best", show="unlabeled")[1] == best[1:]


def test_what_cannot_be_met_is_said(page):
    assert "bga" in ask(page, label="bga")
    assert ask(page, show="duplicates")[0]["n"] == 0
    told, members, _ = ask(page, show="noted")
    assert (told["n"], told["text"]) == (0, "None of 60 images")
    assert members == []


def test_labels_to_review_are_found_in_the_background(page):
    page.panel.session.tell(3, CLASSES[2])
    for show, order in (("contradicted", "trust"), ("stale", "position")):
        ask(page, show=show, order=order, request=show)
        told = [one for one, _ in page.heard if one.get("request") == show]
        assert told[0]["text"] == words.REVIEWING[show]
        assert told[-1]["type"] == "gallery"
        assert told[-1]["n"] < N


def test_pictures_come_at_the_size_asked_for():
    pixels = np.random.default_rng(0).integers(0, 256, (N, 300, 200), dtype=np.uint8)
    page = open_page(nb.Pool(pixels, embeddings=blobs(N)))
    for side, width in ((96, 64), (256, 171), (512, 200), (1024, 200)):
        page.say("tiles", side=side, indices=[3, 4])
        told, buffers = page.heard[-1]
        assert (told["type"], told["side"], len(buffers)) == ("tiles", side, 2)
        assert [one["index"] for one in told["items"]] == [3, 4]
        assert told["items"][0]["image"]["width"] == width


def tile_of(page, side, index=3):
    """The item of a tile, and its buffers."""
    page.say("tiles", side=side, indices=[index])
    told, buffers = page.heard[-1]
    assert (told["type"], told["side"]) == ("tiles", side)
    return told["items"][0], buffers


def test_a_text_is_short_in_a_tile_and_whole_when_it_is_opened():
    texts = [f"{one} " + "many words " * 500 for one in range(N)]
    page = open_page(nb.Pool(texts=texts, embeddings=blobs(N)))
    for side, characters in ((96, 400), (256, 400), (512, len(texts[3]))):
        item, buffers = tile_of(page, side)
        assert item["text"]["length"] == len(texts[3])
        assert len(json.loads(bytes(buffers[0]))) == characters


@pytest.mark.parametrize("kind", ["sounds", "series", "objects"])
def test_what_is_drawn_comes_at_the_size_asked_for(kind):
    pools = {
        "sounds": lambda: nb.Pool(sounds=[tone(one) for one in range(12)], sampling_rate=RATE),
        "series": lambda: nb.Pool(series=[wave_series(one) for one in range(12)]),
        "objects": lambda: nb.Pool(range(12), render=drawn, embeddings=blobs(12)),
    }
    page = open_page(pools[kind]())
    for side in (512, 96, 1024, 256):  # whichever comes first
        item, buffers = tile_of(page, side)
        longest = min(side, 600) if kind == "objects" else side  # their picture has no more
        assert max(item["image"]["width"], item["image"]["height"]) == longest
        assert len(buffers) == 1


def drawn(one):
    picture = io.BytesIO()
    Image.new("RGB", (600, 400), (20 * one, 0, 0)).save(picture, "png")
    return picture.getvalue()


def test_html_is_words_in_a_tile_and_a_page_when_it_is_opened():
    pool = nb.Pool(range(12), render=lambda one: f"<p>page <b>{one}</b></p>", embeddings=blobs(12))
    page = open_page(pool)
    item, buffers = tile_of(page, 256)
    assert (item["text"]["length"], bytes(buffers[0])) == (6, b'"page 3"')
    item, buffers = tile_of(page, 512)
    assert item["text"] is None
    assert "<b>3</b>" in bytes(buffers[0]).decode()
    assert item["html"]["buffer"] == 0


def test_what_changes_is_told_and_places_are_not(page):
    ask(page, show="unlabeled")
    page.label("10", CLASSES[1])
    changes = [(one, parts) for one, parts in page.heard if one["type"] == "gallery_changes"]
    told, (indices, codes, left) = changes[0]
    assert codes_of(indices, codes) == {10: FIRST_CLASS + 1}
    assert np.frombuffer(left, np.uint32).tolist() == [10]
    assert (told["request"], told["came"]) == ("r", 0)
    page.panel.session.undo()
    page.heard.clear()
    page.say("end_gallery")
    page.label("11", CLASSES[1])
    assert not [one for one, _ in page.heard if one["type"] == "gallery_changes"]


def test_labels_flags_and_notes_of_many_are_one_step_each(page):
    session = page.panel.session
    page.say("label", [10, 11, 0], uid="a", label=CLASSES[1], relabel=True, front=[])
    assert session.where(label=CLASSES[1]).tolist() == [0, 10, 11, 30, 31]
    page.say("flag", [10, 12], uid="b", front=[])
    assert session.where(status="flagged").tolist() == [6, 10, 12]
    page.say("note", [10, 12], uid="c", text="blurred", front=[])
    assert session.where(noted=True).tolist() == [10, 12]
    acks = [one["text"] for one, _ in page.heard if one["type"] == "ack"]
    assert acks == ["Note saved for 2 images."]
    page.say("undo", uid="d", front=[])
    assert session.where(noted=True).tolist() == []
    page.say("undo", uid="e", front=[])
    assert session.where(status="flagged").tolist() == [6]


def test_what_was_answered_is_cleared_in_one_step(page):
    session = page.panel.session
    session.accept([40])
    page.say("clear", [0, 5, 6, 40, 50], uid="a", front=[])
    assert "4 images cleared." in [one.get("text") for one, _ in page.heard]
    assert session.where(labeled=True).tolist() == [1, 2, 30, 31]
    page.say("undo", uid="b", front=[])
    assert session.where(labeled=True).tolist() == [0, 1, 2, 30, 31, 40]
    page.say("clear", [50], uid="c", front=[])
    assert "nothing was answered" in page.heard[0][0]["text"]


def test_python_reads_what_is_chosen(page):
    heard = []
    page.panel.on_select(lambda indices: heard.append(indices.tolist()))
    page.say("chosen", [7, 3])
    assert page.panel.selection.tolist() == [3, 7]
    page.say("chosen", [])
    assert page.panel.selection.tolist() == []
    assert heard == [[3, 7], []]


def test_with_several_tags_it_is_told_what_is_answered():
    page = open_page(multi_label=True)
    session = page.panel.session
    session.tell(0, [CLASSES[0]])
    session.tell_tag(1, CLASSES[1], False)
    session.flag(2)
    assert ask(page)[2] == {0: IN_PART, 1: IN_PART, 2: FLAGGED}
    assert ask(page, label=CLASSES[0], **{"as": "label"})[1] == [0]


def test_accepted_labels_are_told_as_the_model_s(page):
    page.panel.session.accept([40])
    code = ask(page)[2][40]
    assert code & BY_MODEL
    assert (code & ~BY_MODEL) >= FIRST_CLASS


def test_an_item_that_is_asked_again_does_not_show_its_label():
    page = open_page(repeats=1.0)
    session = page.panel.session
    for index in range(25):
        session.tell(index, CLASSES[index % 2])
    [repeated] = session.repeated.tolist()[:1]
    assert repeated not in ask(page)[2]


def test_in_an_event_loop_it_opens_and_follows():
    async def look():
        page = await shown(pool=picture_pool())
        page.say("gallery", request="r", show="all", order="position", descending=False)
        await until(lambda: any(one["type"] == "gallery" for one, _ in page.heard))
        page.panel.session.tell([1, 2], CLASSES[0])
        await until(lambda: any(one["type"] == "gallery_changes" for one, _ in page.heard))
        page.panel.close()

    asyncio.run(look())


def test_a_gallery_of_a_class_that_is_renamed_goes_on(page):
    session = page.panel.session
    assert ask(page, label=CLASSES[0], **{"as": "label"})[1] == [0, 1, 2]
    session.rename_class(CLASSES[0], "shoe")
    session.tell(7, "shoe")
    changes = [one for one in page.heard if one[0]["type"] == "gallery_changes"]
    assert changes[-1][0]["came"] == 1
    codes = {key: code for _, parts in changes for key, code in codes_of(*parts[:2]).items()}
    assert codes[7] == FIRST_CLASS


def test_a_coarse_label_is_that_of_its_parent_class():
    pool = nb.Pool(embeddings=blobs(N))
    page = open_page(pool, classes={"dog": ["husky", "pug"], "cat": []})
    page.panel.session.tell([3, 4], ["dog", "pug"])
    _, members, codes = ask(page, label="dog", **{"as": "label"})
    assert members == [3, 4]
    n_classes = len(page.panel.session.classes)
    assert codes == {3: FIRST_CLASS + n_classes, 4: FIRST_CLASS + 1}
    names = [one["name"] for one in page.traits["classes"]]
    assert names[n_classes] == "dog"


def test_a_day_as_the_end_of_a_range_is_meant_as_a_whole():
    noon = pd.to_datetime(["2026-01-31 12:00"] * N)
    page = open_page(nb.Pool(embeddings=blobs(N), columns=pd.DataFrame({"day": noon})))
    told, _, _ = ask(
        page, criteria={"column": {"day": {"low": "2026-01-31", "high": "2026-01-31"}}}
    )
    assert told["n"] == N


def test_another_annotator_labels_what_an_open_gallery_shows(tmp_path):
    pool, store = picture_pool(), tmp_path / "labels.db"
    page = open_page(pool, store=store, annotator="Ada")
    other = nb.Session(pool, CLASSES, learner="knn", store=LabelStore(store), annotator="Bea")
    members = ask(page, show="unlabeled")[1]
    assert members == list(range(N))
    other.tell([10, 20], CLASSES[1])
    page.panel.refresh()
    (told, parts), *_ = [one for one in page.heard if one[0]["type"] == "gallery_changes"]
    assert codes_of(*parts[:2]) == {10: FIRST_CLASS + 1, 20: FIRST_CLASS + 1}
    assert np.frombuffer(parts[2], np.uint32).tolist() == [10, 20]  # marked, in their places
    assert told["came"] == 0
    assert len(page.messages("gallery")) == 1  # the order was told once
    other.undo()
    page.panel.refresh()
    assert ask(page, show="unlabeled")[1] == members
