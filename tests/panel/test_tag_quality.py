"""How good tags are, in the panel: audit, error guarantee, review, curves, repeats, costs."""

import numpy as np
import pytest

import nblabel as nb
from nblabel.log.events import LabelEvent, Tags, as_text
from nblabel.log.store import LabelStore
from nblabel.widget import Labeler
from nblabel.widget.text import tags as tag_text
from tests.samples import blobs
from tests.wire import Page

N = 600
TAGS = ["a", "b", "c"]
GROUP = np.arange(N) % 3
TRUE = np.stack([GROUP == 0, GROUP != 1, GROUP == 2], axis=1).astype(np.int8)
TERMS = {"max_error": 0.1, "confidence": 0.9, "per_class": False}


class TagDesk(Page):
    """A page of a panel on six hundred small pictures, each with some of three tags."""

    def __init__(self, told=30, **options):
        pixels = np.zeros((N, 4, 4), dtype=np.uint8)
        pool = nb.Pool(pixels, embeddings=blobs(N, dim=4))
        options = {"projection": "pca", **options}
        super().__init__(Labeler(pool, TAGS, multi_label=True, **options))
        if told:
            self.session.tell(range(told), TRUE[:told])

    def answer_drawn(self):
        while len(self.session.drawn):
            rows = self.session.drawn
            self.session.tell(rows, TRUE[rows])

    def audited(self, n=30):
        self.say("draw", n=n)
        self.answer_drawn()
        return self.traits["audit"]["tags"]

    def estimate(self, *tags, **terms):
        self.say("estimate", **{**TERMS, **terms}, tags=list(tags))
        return self.dialog

    @property
    def dialog(self):
        return self.traits["auto_label"]

    def ready(self, *tags):
        """Answer what is needed until something can be accepted."""
        self.say("open", parts=["auto_label"])
        self.estimate(*tags)
        for _ in range(4):
            if self.dialog["ready"]:
                return self.dialog
            self.say("queue_checks")
            self.answer_drawn()
        raise AssertionError(self.dialog)


@pytest.fixture
def desk():
    return TagDesk()


# ---- audit


def test_of_tags_nothing_is_told_before_thirty_audit_labels(desk):
    tags = desk.traits["audit"]["tags"]
    assert [one["name"] for one in tags["rows"]] == TAGS
    assert (tags["least"], tags["more"], tags["mean"]["checks"]) == (30, 0, 0)
    tags = desk.audited(12)
    assert [one["checks"] for one in tags["rows"]] == [12, 12, 12]
    for row in (tags["mean"], *tags["rows"]):
        assert {row[name] for name in ("accuracy", "precision", "recall")} == {None}
    assert desk.said()[0] == "Accuracy not known yet: 12 of at least 30 audit labels."


def test_each_tag_is_told_with_its_interval_as_in_python(desk):
    tags = desk.audited(40)
    report = nb.audit(desk.session)
    for row in tags["rows"]:
        figures = report.table.loc[row["name"]]
        for name in ("precision", "recall"):
            assert row[name] == [
                pytest.approx(figures[one], abs=1e-4)
                for one in (name, f"{name}_low", f"{name}_high")
            ]
        assert row["checks"] == 40
        assert row["color"] == desk.traits["audit"]["colors"][row["name"]]
    assert tags["mean"]["accuracy"][0] == pytest.approx(report.accuracy, abs=1e-4)
    assert tags["mean"]["precision"][1:] == [None, None]
    assert " % of all pairs of item and tag right, " in desk.said()[0]
    assert desk.said()[0].endswith("; 40 audit labels")
    for _ in range(40):
        desk.session.undo()
    assert desk.traits["audit"]["tags"]["mean"]["checks"] == 0


def test_a_tag_that_is_added_has_no_audit_labels(desk):
    desk.audited(30)
    desk.answer("add_class", name="new")
    rows = {one["name"]: one for one in desk.traits["audit"]["tags"]["rows"]}
    assert rows["new"]["checks"] == 0
    assert rows["new"]["recall"] is None
    assert rows["a"]["checks"] == 30


def test_of_many_tags_the_most_frequent_are_told():
    many = [f"tag {number}" for number in range(60)]
    panel = Labeler(np.zeros((40, 4, 4), np.uint8), many, multi_label=True, projection="pca")
    page = Page(panel)
    page.session.tell([0, 1], [["tag 55"], ["tag 55", "tag 3"]])
    tags = page.traits["audit"]["tags"]
    assert (tags["rows"][0]["name"], len(tags["rows"]), tags["more"]) == ("tag 55", 50, 10)


# ---- error guarantee


def test_no_tag_is_chosen_to_begin_with(desk):
    desk.say("open", parts=["auto_label"])
    assert desk.dialog["terms"]["tags"] == []
    assert (desk.dialog["headline"], desk.dialog["ready"], desk.dialog["needed"]) == ("", 0, 0)
    assert [one["name"] for one in desk.dialog["tags"]] == TAGS
    assert desk.dialog["tags"][0] == {
        "name": "a",
        "color": desk.traits["audit"]["colors"]["a"],
        "left": N - 30,
        **dict.fromkeys(("yes", "no", "ready_yes", "ready_no", "needed"), 0),
    }


def test_what_is_missing_for_the_chosen_tags_is_told(desk):
    desk.say("open", parts=["auto_label"])
    dialog = desk.estimate("a")
    assert dialog["terms"] == {**TERMS, "tags": ["a"]}
    assert "more answers about tags would let" in dialog["headline"]
    assert dialog["needed"] > 0
    by_name = {one["name"]: one for one in dialog["tags"]}
    assert by_name["a"]["needed"] == dialog["needed"]
    assert by_name["b"]["needed"] == 0
    both = desk.estimate("a", "b")
    assert both["needed"] > dialog["needed"]
    assert any("b, yes" in one for one in both["details"])


def test_checks_are_asked_next_and_then_it_is_accepted_and_taken_back_by_one_undo(desk):
    dialog = desk.ready("a")
    assert (
        "answers about tags can be accepted: at most 10 % wrong of those that get a tag"
        in (dialog["headline"])
    )
    preview = desk.last("preview")["items"] if desk.messages("preview") else []
    assert {one["proposed"] for one in preview} <= {"a", "not a"}
    row = dialog["tags"][0]
    assert row["ready_yes"] + row["ready_no"] == dialog["ready"]
    before = desk.session.y.copy()
    uid = "accept-1"
    said = desk.answer("accept", uid=uid)["text"]
    assert f"{dialog['ready']:,} answers about tags accepted from the model" in said
    by_model = desk.session.y != desk.session.learned_from(accepted=False)
    assert by_model[:, 0].sum() == dialog["ready"]
    assert not by_model[:, 1:].any()
    shown = desk.dialog
    assert (shown["undo"], shown["undo_kind"]) == (uid, "accept")
    assert shown["undo_count"] == dialog["ready"]
    assert shown["tags"][0]["yes"] + shown["tags"][0]["no"] == dialog["ready"]
    ack = desk.answer("undo", of=uid)
    assert ack["text"] == f"Undone: {dialog['ready']:,} accepted from the model."
    assert (desk.session.y == before).all()
    assert desk.dialog["undo_kind"] == ""


def test_terms_are_remembered_with_the_tags(tmp_path):
    store = tmp_path / "tags.db"
    desk = TagDesk(store=store)
    desk.estimate("c", "a")
    desk.answer("rename_class", name="a", new="first")
    again = TagDesk(0, store=LabelStore(store))
    again.say("open", parts=["auto_label"])
    assert again.dialog["terms"] == {**TERMS, "tags": ["c", "first"]}


def test_contradicted_answers_are_reviewed_or_reverted_alone(desk):
    desk.say("open", parts=["auto_label"])
    y = np.full((2, 3), -1)
    y[:, 0], y[:, 1] = 1 - TRUE[[40, 41], 0], TRUE[[40, 41], 1]
    desk.session.accept([40, 41], y)
    desk.estimate("a", "b")
    assert desk.dialog["changed"] == 2
    assert "The model now contradicts 2 of the accepted answers" in " ".join(desk.said())
    desk.say("review", accepted=True)
    assert desk.traits["review"]["total"] == 2
    item = desk.items["40"]
    assert [one["label"] for one in item["tags"]["doubted"]] == ["a"]
    desk.say("end_review")
    assert "2 answers about tags reverted" in desk.answer("revert", uid="back")["text"]
    assert desk.session.y[40].tolist() == [-1, TRUE[40, 1], -1]  # b stays accepted
    assert desk.dialog["undo_kind"] == "withdraw"
    assert desk.dialog["undo_count"] == 2
    desk.answer("undo", of="back")
    assert desk.session.y[40, 0] == 1 - TRUE[40, 0]


# ---- review


def test_contradicted_answers_of_people_are_asked_again():
    desk = TagDesk(120)
    desk.session.tell(0, 1 - TRUE[0])
    desk.session.tell(7, np.array([*TRUE[7][:2], 1 - TRUE[7][2]]))
    desk.say("review", accepted=False)
    assert desk.traits["review"]["total"] == 2
    assert {"0", "7"} <= set(desk.ids[:3])
    item = desk.items["7"]
    assert item["prediction"] is None
    (doubted,) = item["tags"]["doubted"]
    assert (doubted["label"], doubted["suggestion"]) == ("c", ["no", "yes"][TRUE[7, 2]])
    desk.say("explain", ids=["7"])
    why = desk.last("explained")["items"][0]["why"]["text"]
    assert "c: answered" in why
    assert "without the answers to this item the model predicts" in why
    names = [tag for tag, yes in zip(TAGS, TRUE[7], strict=True) if yes]
    assert desk.answer("tags", id="7", tags=names)["ok"]
    assert "1 of 2 looked at again; 1 of 2 images changed." in desk.traits["review"]["text"]
    wrong = [tag for tag, yes in zip(TAGS, 1 - TRUE[0], strict=True) if yes]
    desk.answer("tags", id="0", tags=wrong)  # Enter keeps it
    assert desk.traits["review"]["text"] == "Review done: 1 of 2 images changed."


def test_where_no_answer_is_contradicted_that_is_said(desk):
    desk.say("review", accepted=False)
    assert desk.traits["review"]["text"] == tag_text.NO_ISSUES


# ---- curves, repeats, costs


def test_curves_have_points_of_all_pairs(desk):
    desk.say("open", parts=["curves"])
    desk.audited(30)
    curves = desk.traits["learning_curves"]
    assert curves["accuracy"][-1][1] == pytest.approx(nb.audit(desk.session).accuracy, abs=1e-3)
    proba = desk.session.predict_proba()
    share = (np.maximum(proba, 1 - proba) >= 0.9).mean()
    assert curves["confident"][-1][1] == pytest.approx(share, abs=1e-3)


def test_a_repeated_item_comes_without_its_tags():
    desk = TagDesk(0)
    desk.say("repeats", share=1)
    desk.session.tell(range(3), TRUE[:3])
    for index in range(3, 27):
        desk.session.tell(index, TRUE[index])
    (index,) = desk.session.repeated.tolist()
    desk.say("ready")
    item = desk.items[str(index)]
    assert (item["label"], item["tags"]["known"], item["tags"]["answered"]) == (None, [], False)
    names = [tag for tag, yes in zip(TAGS, TRUE[index], strict=True) if yes]
    assert desk.answer("tags", id=str(index), tags=names)["ok"]
    assert "1 of 1 repeated item were answered alike." in desk.said()


def test_pace_and_costs_are_told_in_items(desk):
    assert desk.traits["status"]["per_hour"] is None
    for place in range(41):
        tags = tuple(tag for tag, yes in zip(TAGS, TRUE[100 + place], strict=True) if yes)
        desk.session.store.append(
            LabelEvent(
                "tags",
                (str(100 + place),),
                (Tags(tags, whole=True).text,),
                frame=as_text(TAGS),
                time=9.0 * place,
            )
        )
    desk.session.refresh()
    desk.say("rate", rate=20)
    (told,) = [one for one in desk.said() if ", cost " in one]
    assert told.startswith("71 items so far, at 400 items per hour: ")
    assert "529 items left" in told


def test_what_is_not_there_for_tags_is_said_in_words(desk):
    desk.say("compare")
    assert desk.traits["comparison"]["text"] == tag_text.NO_COMPARISON
    assert desk.traits["audit"]["stopping"] is None
    assert not any("may stop" in one for one in desk.said())
