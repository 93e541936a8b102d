"""A panel where an item may have several tags: answers, what follows from them, what is refused."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.log.store import LabelStore
from nblabel.widget import Labeler
from tests.panel.helpers import open_page, picture_pool

TAGS = ["even", "with a loop", "above six"]
RED, ROUND = "even", "with a loop"


@pytest.fixture
def page():
    return open_page(classes=TAGS, multi_label=True)


def tags(page, item, *names, **content):
    return page.answer("tags", id=item, tags=list(names), **content)


def answered(page):
    """The tags of each item that is answered, as the log has them."""
    table = page.panel.labels()
    return dict(zip(table["id"], table["label"], strict=True))


def teach(page):
    """Answer enough for the model to predict something."""
    for index in range(6, 30):
        page.session.tell(index, [[RED], [ROUND], []][index % 3])
    for index in range(6):
        tags(page, str(index), *[[RED], [ROUND], []][index % 3])


def test_the_page_is_told_that_items_have_several_tags(page):
    assert page.traits["multi_label"] is True
    assert [one["name"] for one in page.traits["classes"]] == TAGS
    item = page.items[page.current]
    assert item["tags"] == {"known": [], "answered": False, "predicted": None}
    assert (item["label"], item["prediction"]) == (None, None)
    assert open_page().traits["multi_label"] is False
    # with the widget itself: a page builds the panel from what it is opened with
    opened = next(state for kind, state, _ in page.channel.log if kind == "traits")
    assert opened["multi_label"] is True


def test_a_set_of_tags_is_committed_then_acknowledged_then_followed_by_questions(page):
    first, second = page.ids[:2]
    committed = []
    page.channel.listeners.append(
        lambda content, _: committed.extend(
            page.session.store.read() if content["type"] == "ack" else []
        )
    )
    ack = tags(page, first, RED, ROUND)
    assert (ack["ok"], ack["text"]) == (True, "Saved: even, with a loop. 1 labeled.")
    assert [(event.kind, event.ids) for event in committed] == [("tags", (first,))]
    assert page.kinds()[0] == "ack"
    assert page.kinds()[-1] == "questions"
    assert first not in page.ids
    assert page.current == second
    assert answered(page) == {first: [RED, ROUND]}
    assert page.array("labeled", "uint32").tolist() == [int(first)]


def test_no_tag_is_an_answer_too(page):
    first = page.current
    assert tags(page, first)["text"] == "Saved: no tag. 1 labeled."
    assert answered(page) == {first: []}
    assert (page.session.y[int(first)] == 0).all()
    assert first not in page.ids


def test_an_answer_sent_twice_counts_once(page):
    first = page.current
    tags(page, first, RED, uid="u")
    version = page.session.version
    assert tags(page, first, RED, uid="u")["ok"]
    assert page.session.version == version


def test_what_cannot_be_saved_now_keeps_its_place(store):
    page = open_page(classes=TAGS, multi_label=True, store=store)
    first, second = page.ids[:2]
    store.full = True
    ack = tags(page, first, RED, uid="late")
    assert (ack["ok"], ack["retry"]) == (False, True)
    assert page.kinds() == ["ack"]
    store.full = False
    assert tags(page, second, uid="next")["retry"]
    assert tags(page, first, RED, uid="late")["ok"]
    assert tags(page, second, uid="next")["ok"]
    assert answered(page) == {first: [RED], second: []}


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("tags", {"id": "1", "tags": ["hat"]}, "'hat' is not a class"),
        ("tags", {"id": "77", "tags": []}, "no item with id '77'"),
        ("add_class", {"name": "new", "id": "1"}, "not for several tags yet: add_class"),
        ("retire_class", {"name": RED}, "not for several tags yet: retire_class"),
        ("split_class", {"name": RED, "into": ["a", "b"]}, "not for several tags yet: split"),
    ],
)
def test_what_can_never_be_saved_is_refused_in_words(page, kind, content, message):
    ack = page.answer(kind, **content)
    assert (ack["ok"], ack["retry"]) == (False, False)
    assert message in ack["text"]
    assert page.session.store.read() == []


def test_undo_takes_the_whole_answer_back_and_shows_its_item(page):
    first, second = page.ids[:2]
    tags(page, first, RED, ROUND)
    tags(page, second)
    assert page.answer("undo")["text"] == "Undone: no tag."
    assert page.answer("undo")["text"] == "Undone: even, with a loop."
    shown = page.last("show")
    assert (shown["item"]["id"], shown["revisit"]) == (first, False)
    assert shown["item"]["tags"]["known"] == []
    assert shown["item"]["label"] is None
    assert answered(page) == {}
    assert page.answer("redo")["text"] == "Redone: even, with a loop."
    assert answered(page) == {first: [RED, ROUND]}


def test_an_answer_looked_at_again_has_its_tags_and_can_be_changed(page):
    first = page.current
    tags(page, first, RED, ROUND)
    shown = page.browse(-1)
    assert (shown["item"]["id"], shown["revisit"]) == (first, True)
    assert shown["item"]["tags"]["known"] == [RED, ROUND]
    assert shown["item"]["tags"]["answered"]
    assert (shown["item"]["label"], shown["item"]["source"]) == ("even, with a loop", "human")
    tags(page, first, "above six")
    assert answered(page) == {first: ["above six"]}
    page.answer("undo")
    assert answered(page) == {first: [RED, ROUND]}


def test_skip_flag_note_and_guidelines_are_as_ever(page):
    first, second, third = page.ids[:3]
    assert page.answer("skip", id=first)["ok"]
    assert page.answer("flag", id=second)["ok"]
    assert page.answer("note", item=third, text="look")["ok"]
    assert page.answer("guidelines", text="*all* of it")["ok"]
    assert (page.session.status[[int(first), int(second)]] == [4, 5]).all()
    page.say("again", status="skipped")
    assert page.ids[1] == first
    tags(page, first, RED)
    assert answered(page) == {first: [RED]}


def test_an_item_of_which_one_tag_is_answered_is_still_a_question(page):
    first = int(page.current)
    page.session.tell_tag([first], RED, True)
    page.session.tell_tag([first], ROUND, False)
    assert str(first) in page.ids
    page.say("ready")
    item = page.items[str(first)]
    assert item["label"] is None
    assert item["tags"]["known"] == [RED]
    assert item["tags"]["answered"]
    tags(page, str(first), RED, "above six")
    assert answered(page) == {str(first): [RED, "above six"]}


def test_predicted_tags_come_with_their_probability(page):
    teach(page)
    proba = page.session.predict_proba()
    assert len(page.ids) > 20
    for item in page.ids:
        shown = page.items[item]
        p = dict(zip(TAGS, proba[int(item)], strict=True))
        likely = sorted((name for name in TAGS if p[name] >= 0.5), key=lambda name: -p[name])
        assert [one["label"] for one in shown["tags"]["predicted"]] == likely
        for one in shown["tags"]["predicted"]:
            assert one["confidence"] == pytest.approx(p[one["label"]], abs=1e-4)
        assert shown["prediction"] is None
    assert {len(page.items[item]["tags"]["predicted"]) for item in page.ids} >= {0, 1}


def test_neighbours_are_named_by_all_of_their_tags(page):
    teach(page)
    page.say("explain", ids=[page.current])
    (item,) = page.last("explained")["items"]
    assert {one["label"] for one in item["neighbors"]} <= {RED, ROUND, "no tag"}
    assert item["neighbors"]


def colors(page, mode):
    page.set_trait("color_by", mode)
    codes = page.array("colors", np.uint8)
    named = {entry["code"]: entry["name"] for entry in page.traits["legend"]}
    return [named[code] for code in codes.tolist()], page.traits["legend"]


def test_the_map_is_coloured_by_the_likeliest_tag_or_by_no_tag(page):
    teach(page)
    names, legend = colors(page, "label")
    assert names[:6] == [RED, ROUND, "no tag", RED, ROUND, "no tag"]
    assert set(names[30:]) == {"no label yet"}
    page.answer("undo")
    names, _ = colors(page, "prediction")
    proba = page.session.predict_proba()
    best = [TAGS[p.argmax()] if p.max() >= 0.5 else "no tag" for p in proba]
    assert names[:5] == [RED, ROUND, "no tag", RED, ROUND]
    assert names[30:] == best[30:]
    assert [entry["name"] for entry in page.traits["legend"]][:3] == TAGS
    assert len({entry["color"] for entry in legend}) == len(legend)


@pytest.mark.parametrize("mode", ["confidence", "source", "cluster"])
def test_the_other_colours_are_there(page, mode):
    page.set_trait("color_by", mode)
    teach(page)
    page.panel.clusters = np.arange(60) % 3
    page.set_trait("color_by", mode)
    assert sum(entry["count"] for entry in page.traits["legend"]) == 60


def test_of_an_item_with_several_tags_the_likeliest_colours_it(page):
    teach(page)
    tags(page, "45", RED, ROUND)
    names, _ = colors(page, "label")
    proba = page.session.predict_proba()[45]
    assert names[45] == (RED if proba[0] >= proba[1] else ROUND)


def test_a_point_says_its_tags(page):
    teach(page)
    tags(page, "45", RED, ROUND)

    def hover(index):
        page.say("hover", index=index)
        return page.last("picture")["text"]

    assert hover(45) == "45 · labeled even, with a loop"
    assert hover(2) == "2 · labeled no tag"
    page.say("hover", index=40)
    item = page.last("picture")["item"]
    said = page.last("picture")["text"]
    assert said.startswith("40 · predicted ")
    for one in item["tags"]["predicted"]:
        assert one["label"] in said
    page.session.flag(45)
    assert hover(45).startswith("45 · predicted ")


def test_the_status_counts_tags(page):
    tags(page, "0", RED, ROUND)
    tags(page, "1", RED)
    status = page.traits["status"]
    assert [one["count"] for one in status["classes"]] == [2, 1, 0]
    assert (status["labeled"], status["per_hour"]) == (2, None)
    assert page.said()[0].startswith("Accuracy is not known")


def test_a_class_can_be_added_renamed_merged_and_deleted(page):
    first = page.current
    tags(page, first, RED, ROUND)
    assert page.answer("add_class", name="prime")["text"] == "Tag added: prime."
    assert page.answer("undo")["text"] == "Undone: tag prime."
    assert page.answer("redo")["text"] == "Redone: tag prime."
    assert page.answer("rename_class", name=RED, new="divisible by two")["ok"]
    assert page.answer("describe_class", name="prime", description="no divisor")["ok"]
    said = page.answer("merge_classes", names=[ROUND], into="above six")["text"]
    assert "1 label" in said
    assert answered(page) == {first: ["divisible by two", "above six"]}
    assert page.browse(-1)["item"]["tags"]["known"] == ["divisible by two", "above six"]
    # a name from before a rename means the class of now
    assert tags(page, page.ids[0], RED)["ok"]
    assert page.session.tags_of(int(page.panel.labels()["id"].iloc[-1])) == ["divisible by two"]


def test_a_tree_of_tags():
    page = open_page(classes={"even": ["above six"], "with a loop": []}, multi_label=True)
    rows = page.traits["classes"]
    assert [one["name"] for one in rows] == ["even", "above six", "with a loop"]
    assert [one["key"] for one in rows] == ["1", "2", "3"]  # all of them at once
    assert [one.get("parent") for one in rows] == [None, "even", None]
    assert not any(one.get("subclasses") for one in rows)
    first = page.current
    tags(page, first, "above six")
    assert answered(page) == {first: ["even", "above six"]}
    assert [one["count"] for one in page.traits["status"]["classes"]] == [1, 1, 0]
    said = page.answer("nest_classes", names=["with a loop"], under="even")["text"]
    assert said == "“with a loop” moved under “even”."
    assert [one.get("parent") for one in page.traits["classes"]] == [None, "even", "even"]
    assert page.answer("nest_classes", names=["even"], under="above six")["ok"] is False
    page.answer("undo")
    assert [one.get("parent") for one in page.traits["classes"]] == [None, "even", None]
    second = page.current
    tags(page, second, "even")  # which of those below it, nobody said
    assert page.panel.labels()["not_answered"].tolist() == [[], ["above six"]]
    coarse = page.session.coarse_labels("even")
    assert coarse.tolist() == [page.session.pool.index_of(second)]
    page.panel.show_next(coarse, again=True)  # to say which of them it is
    assert page.items[second]["tags"]["known"] == ["even"]
    tags(page, second, "even", "above six")
    assert page.session.coarse_labels().tolist() == []


def test_a_group_is_looked_at_and_gets_no_label(page):
    tags(page, "0", RED, ROUND)
    tags(page, "1", RED)
    asked = {"show": "all", "order": "outliers", "descending": False, "group": True}
    page.say("gallery", [0, 1, 2, 3], request="r", **asked)
    group = page.last("gallery")
    assert (group["n"], "warning" in group) == (4, False)
    ack = page.label_group([4, 5], RED)
    assert not ack["ok"]
    assert "session.tell_tag(indices, tag, True)" in ack["text"]


def test_what_needs_one_class_is_refused_in_words(page):
    teach(page)
    page.say("compare")
    assert "not for several tags yet" in page.traits["comparison"]["text"]
    page.say("find", label=RED)
    assert "session.ask_tag('even')" in page.last("announce")["text"]
    assert page.traits["find_target"] == ""
    item = page.current
    assert tags(page, item, RED)["ok"]  # and labeling goes on
    assert page.current != item


def test_a_stranger_s_answer_is_told_in_words():
    store = LabelStore()
    page = open_page(classes=TAGS, multi_label=True, store=store, annotator="me")
    first = page.current
    other = nb.Session(page.session.pool, TAGS, store=store, annotator="anna", multi_label=True)
    other.tell(int(first), [RED, ROUND])
    said = tags(page, first, ROUND)["text"]
    assert "anna labeled this as even, with a loop" in said


def test_a_cell_run_again_with_several_tags_has_a_log_of_its_own():
    pool = picture_pool()
    single = open_page(pool)
    single.label(single.current)
    page = open_page(pool, TAGS, multi_label=True)
    first = page.current
    tags(page, first, RED)
    again = open_page(pool, TAGS, multi_label=True)
    assert answered(again) == {first: [RED]}
    assert open_page(pool).session.n_labeled == 1


def test_more_tags_than_keys_have_the_likeliest_and_the_last_used(store):
    many = [f"tag {i}" for i in range(40)]
    page = open_page(classes=many, multi_label=True, store=store)
    tags(page, page.current, "tag 7", "tag 30")
    tags(page, page.current, "tag 12")
    assert page.traits["recent_classes"][:1] == ["tag 12"]
    assert {*page.traits["recent_classes"]} == {"tag 12", "tag 7", "tag 30"}
    item = page.items[page.current]
    assert len(item["likeliest"]) == 5
    assert set(item["likeliest"]) <= set(many)
    assert page.traits["legend"][0]["count"] >= page.traits["legend"][1]["count"]


def test_options_for_one_label_are_refused_when_the_panel_is_made():
    with pytest.raises(ValueError, match="several tags"):
        Labeler(picture_pool(), TAGS, multi_label=True, strategy="disagree")


def test_items_of_an_audit_are_asked_among_the_others_and_reported_in_python():
    page = open_page(picture_pool(), TAGS, multi_label=True, audit=0.5)
    for _ in range(12):
        tags(page, page.current, TAGS[0])
    assert page.traits["error"] == ""
    assert nb.audit(page.session).n_checks > 0


def test_texts_with_several_tags(store):
    texts = [f"{'red' if i % 2 else 'blue'} thing number {i}" for i in range(60)]
    page = open_page(nb.Pool(texts=texts), ["red", "blue"], multi_label=True, store=store)
    for index in range(8):
        tags(page, str(index), "red" if index % 2 else "blue")
    assert page.traits["error"] == ""
    page.say("explain", ids=[page.current])
    assert page.last("explained")["items"][0]["words"] == []


def test_a_panel_that_opens_again_has_all_answers(store):
    page = open_page(classes=TAGS, multi_label=True, store=store)
    first, second = page.ids[:2]
    tags(page, first, RED)
    tags(page, second)
    again = open_page(classes=TAGS, multi_label=True, store=store)
    assert answered(again) == {first: [RED], second: []}
    assert first not in again.ids
    assert again.browse(-1)["item"]["label"] == "no tag"


@pytest.mark.parametrize("name", ["csv", "excel-csv", "jsonl", "parquet", "coco", "imagefolder"])
def test_tags_are_exported_and_imported_in_the_panel(page, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    offered = {one["value"]: one["ending"] for one in page.traits["exporting"]["formats"]}
    tags(page, "3", RED, ROUND)
    tags(page, "4")
    path = f"tags{offered[name]}"
    page.say("export", path=path, format=name, replace=False)
    assert page.traits["exporting"]["kind"] == "done"
    assert "2 labels written" in page.traits["exporting"]["text"]
    if offered[name] in ("", ".json") or name == "excel-csv":
        return
    again = open_page(classes=TAGS, multi_label=True, store=LabelStore())
    assert again.answer("import", path=path, id="id", label="label")["ok"]
    assert answered(again) == {"3": [RED, ROUND], "4": []}


def test_a_folder_for_each_class_is_refused_in_words(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "folders" not in [one["value"] for one in page.traits["exporting"]["formats"]]
    tags(page, "3", RED, ROUND)
    page.say("export", path="tags", format="folders", replace=False)
    assert page.traits["exporting"]["kind"] == "error"
    assert "tags" in page.traits["exporting"]["text"]
    assert list(tmp_path.iterdir()) == []


# ---- one tag at a time


def grid(page, tag=None, held=()):
    """Ask for a grid; return the message and the positions."""
    page.say("grid", request="r", tag=tag, held=list(held))
    return page.last("grid"), page.array("grid", "uint32").tolist()


def tell_grid(page, tag, indices, *values, **content):
    return page.answer("tag", list(indices), tag=tag, values=list(values), **content)


def test_a_grid_holds_the_likeliest_items_of_a_tag(page):
    teach(page)
    told, found = grid(page, ROUND)
    assert (told["tag"], told["left"], told["text"]) == (ROUND, 30, "")
    assert found == page.session.ask_tag(ROUND, 24).indices.tolist()
    _, more = grid(page, ROUND, held=found[:12])
    assert more[:12] == found[12:]
    assert len(more) == 18


def test_before_any_answer_a_grid_is_drawn_at_random(page):
    told, found = grid(page, RED)
    assert (told["left"], len(set(found))) == (60, 24)
    assert found != sorted(found)
    assert grid(page, RED)[1] == found


def test_the_tag_with_the_fewest_items_comes_first_unless_many_grids_went_to_it(page):
    teach(page)  # red and round have ten items each
    assert grid(page)[0]["tag"] == "above six"
    for _ in range(2):
        found = grid(page, "above six")[1][:12]
        tell_grid(page, "above six", found, *["no"] * 12)
    page.session.tell_tag(list(range(30)), "above six", False)
    page.session.tell_tag(list(range(30, 60)), "above six", True)
    assert grid(page)[0]["tag"] in (RED, ROUND)


def test_a_grid_is_one_step_and_says_nothing_of_other_tags(page):
    ack = tell_grid(page, RED, [3, 4, 5, 6], "yes", "no", "unsure", "no")
    assert (ack["ok"], ack["text"]) == (True, "Saved: even, 1 yes, 2 no, 1 unsure.")
    session = page.session
    assert session.y[3:7].tolist() == [[1, -1, -1], [0, -1, -1], [-1, -1, -1], [0, -1, -1]]
    assert session.unsure[5].tolist() == [True, False, False]
    assert set(grid(page, RED)[1]) & {3, 4, 5, 6} == set()
    assert grid(page, ROUND)[0]["left"] == 60
    (event,) = session.store.read()
    assert event.uid == ack["uid"]
    assert page.answer("undo", of=ack["uid"])["text"] == "Undone: 4 images."
    assert (session.y == -1).all()
    assert not session.unsure.any()


def test_a_grid_sent_twice_counts_once_and_one_that_cannot_be_saved_waits(store):
    page = open_page(classes=TAGS, multi_label=True, store=store)
    store.full = True
    assert tell_grid(page, RED, [3], "yes", uid="g")["retry"]
    store.full = False
    assert tell_grid(page, RED, [3], "yes", uid="g")["ok"]
    version = page.session.version
    assert tell_grid(page, RED, [3], "yes", uid="g")["ok"]
    assert page.session.version == version
    assert page.answer("undo")["text"] == "Undone: even."
    assert tell_grid(page, RED, [3], "no", uid="h")["ok"]
    assert page.answer("undo")["text"] == "Undone: not even."
    assert not page.messages("show")  # it is no answer of the queue


@pytest.mark.parametrize(
    ("tag", "indices", "values", "message"),
    [
        ("hat", [3], ["yes"], "'hat' is not a class"),
        (RED, [3, 4], ["yes"], "2 items but 1 values"),
        (RED, [99], ["yes"], "99"),
    ],
)
def test_a_grid_that_can_never_be_saved_is_refused_in_words(page, tag, indices, values, message):
    ack = tell_grid(page, tag, indices, *values)
    assert (ack["ok"], ack["retry"]) == (False, False)
    assert message in ack["text"]
    assert page.session.store.read() == []


def test_a_grid_of_a_tag_that_is_gone_or_done_says_so(page):
    told, found = grid(page, "hat")
    assert (told["left"], found) == (0, [])
    assert "'hat' is not a class" in told["text"]
    page.session.tell_tag(list(range(60)), RED, False)
    told, found = grid(page, RED)
    assert (told["left"], found, told["text"]) == (0, [], "Nothing is left to answer about even.")


def test_a_grid_is_asked_of_the_model_that_is_there_and_makes_none(page, monkeypatch):
    teach(page)
    monkeypatch.setattr(type(page.session), "refit", None)
    assert grid(page, RED)[1]
