"""Notes for items, guidelines for the project, and the Markdown that they are shown as."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nblabel as nb
from nblabel.widget.view.markdown import SCHEMES, markdown_nodes
from tests.samples import blobs

CLASSES = ["boot", "bag"]
TAGS = [
    "p",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "blockquote",
    "hr",
    "br",
    "a",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
]


def session_of(store: object = None, annotator: str | None = None) -> nb.Session:
    pool = nb.Pool(embeddings=blobs(6, dim=2), ids=[f"item {number}" for number in range(6)])
    return nb.Session(pool, CLASSES, learner="knn", store=store, annotator=annotator)


def test_a_note_changes_no_label_and_survives_a_restart(tmp_path: Path) -> None:
    session = session_of(tmp_path / "labels.db")
    session.tell(1, "boot")
    event = session.note([1, 2, 2], "  two of them\r\non one photo ")
    assert event.kind == "note"
    assert session.notes == {
        "item 1": "two of them\non one photo",
        "item 2": "two of them\non one photo",
    }
    session.note(1, "a mirror")
    assert list(session.notes) == ["item 2", "item 1"]  # the newest last
    assert session.labeled.tolist() == [1]
    assert session.y.tolist() == [-1, 0, -1, -1, -1, -1]
    session.store.close()
    again = session_of(tmp_path / "labels.db")
    assert again.notes == session.notes
    again.undo()
    assert again.notes["item 1"] == "two of them\non one photo"
    again.redo()
    again.note(1, "")
    assert list(again.notes) == ["item 2"]
    assert again.labeled.tolist() == [1]


def test_notes_of_two_people_and_a_note_sent_twice(tmp_path: Path) -> None:
    ann, bob = (session_of(tmp_path / "labels.db", who) for who in ("ann", "bob"))
    ann.note(0, "blurred", uid="one")
    ann.note(0, "blurred", uid="one")
    bob.note(0, "sharp enough")
    ann.refresh()
    assert ann.notes == {"item 0": "sharp enough"}
    ann.undo()  # her own note
    assert ann.notes == {"item 0": "sharp enough"}
    bob.undo()
    assert bob.notes == {}
    assert [event.kind for event in bob.store.read()].count("note") == 2


@pytest.mark.parametrize(
    ("method", "arguments", "error", "says"),
    [
        ("note", (0, None), TypeError, "'' to remove it"),
        ("note", (0, 2_001 * "x"), ValueError, "at most 2,000 signs"),
        ("note", (9, "x"), IndexError, "outside"),
        ("set_guidelines", (50_001 * "x",), ValueError, "at most 50,000 signs"),
        ("set_guidelines", (["a"],), TypeError, "is no text"),
    ],
)
def test_what_is_no_note_is_refused(
    method: str, arguments: tuple[object, ...], error: type[Exception], says: str
) -> None:
    session = session_of()
    with pytest.raises(error, match=says):
        getattr(session, method)(*arguments)
    assert session.store.read() == []


def test_odd_signs_are_kept(tmp_path: Path) -> None:
    session = session_of(tmp_path / "labels.db")
    session.note(0, "half a pair: \ud800, nothing: \0, a snowman: ☃")
    assert session.notes["item 0"] == "half a pair: \\ud800, nothing: , a snowman: ☃"
    assert session.store.check_integrity().is_whole


def test_notes_are_exported(tmp_path: Path) -> None:
    session = session_of(tmp_path / "labels.db")
    session.tell([0, 1], ["boot", "bag"])
    session.note([0, 5], "=1+1")
    session.export(tmp_path / "labels.csv")
    table = pd.read_csv(tmp_path / "labels.csv", keep_default_na=False)
    assert table["note"].tolist() == ["=1+1", ""]
    session.export(tmp_path / "all.csv", "excel-csv", predictions=True)
    table = pd.read_csv(tmp_path / "all.csv", keep_default_na=False).set_index("id")
    assert table["note"].to_dict() == {
        "item 0": "'=1+1",  # no formula is ever live
        "item 5": "'=1+1",
        **dict.fromkeys([f"item {number}" for number in range(1, 5)], ""),
    }
    assert "note" not in session.labels()
    assert (
        session.store.labels().columns.tolist() == session.labels().columns.drop("index").tolist()
    )


def test_notes_are_searched() -> None:
    session = session_of()
    with pytest.raises(ValueError, match="unknown by='note'"):
        session.search("x", by="note")
    assert "notes" not in session.searcher.ways
    session.note(3, "Crème, blurred")
    session.note([1, 4], "blurred twice")
    assert "notes" in session.searcher.ways
    found = session.search("BLURRED", by="notes")
    assert sorted(found.indices.tolist()) == [1, 3, 4]
    assert found.indices[-1] == 3  # the newest first
    assert session.search("creme blurred", by="notes").indices.tolist() == [3]
    assert str(session.search("creme", by="notes")) == (
        "Search by notes: 1 item has all words of “creme” in its note."
    )
    assert len(session.search("sharp", by="notes")) == 0
    assert session.search("blurred", by="notes", n=2).n_found == 3


def test_a_note_for_what_is_gone_stays_in_the_log(tmp_path: Path) -> None:
    session_of(tmp_path / "labels.db").note([0, 1], "blurred")
    fewer = nb.Pool(embeddings=blobs(3, dim=2), ids=["item 1", "item 7", "item 8"])
    session = nb.Session(fewer, CLASSES, learner="knn", store=tmp_path / "labels.db")
    assert session.notes == {"item 0": "blurred", "item 1": "blurred"}
    assert session.search("blurred", by="notes").ids == ("item 1",)


def test_guidelines_are_one_text_for_all(tmp_path: Path) -> None:
    ann, bob = (session_of(tmp_path / "labels.db", who) for who in ("ann", "bob"))
    assert ann.guidelines == ""
    ann.set_guidelines("# Boots\n- also *rubber* ones\n")
    bob.refresh()
    assert bob.guidelines == "# Boots\n- also *rubber* ones"
    bob.set_guidelines("In doubt: skip.")
    ann.refresh()
    assert ann.guidelines == "In doubt: skip."
    bob.undo()
    assert bob.guidelines.startswith("# Boots")


# Markdown


def test_markdown_becomes_the_elements_that_people_expect() -> None:
    text = (
        "# Boots\n\nAlso **rubber** ones, ~~not~~ *shoes*; see [the list](https://example.org).\n\n"
        "1. `look`\n2. ask\n\n> in doubt\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n---\n"
    )
    tags = [node["tag"] for node in markdown_nodes(text) if isinstance(node, dict)]
    assert tags == ["h3", "p", "ol", "blockquote", "table", "pre", "hr"]
    heading, paragraph, numbered, *_ = markdown_nodes(text)
    assert heading == {"tag": "h3", "children": ["Boots"]}
    link = {"tag": "a", "children": ["the list"], "href": "https://example.org"}
    assert link in paragraph["children"]
    assert [item["tag"] for item in numbered["children"]] == ["li", "li"]
    table = markdown_nodes(text)[4]
    assert [part["tag"] for part in table["children"]] == ["thead", "tbody"]
    assert table["children"][0]["children"][0]["children"][0] == {"tag": "th", "children": ["a"]}


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        "[x](//example.org)",
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "![words](https://example.org/pixel.png)",
        "<https://[>",
    ],
)
def test_nothing_in_markdown_runs_or_is_loaded(text: str) -> None:
    for node in elements(markdown_nodes(text)):
        assert node["tag"] in TAGS
        assert "href" not in node or node["href"].startswith(tuple(f"{one}:" for one in SCHEMES))
    words = "".join(texts(markdown_nodes(text)))
    assert "words" in words or "x" in words or "alert" in words or "[" in words


def elements(nodes: list[object]) -> list[dict[str, object]]:
    found = []
    for node in nodes:
        if isinstance(node, dict):
            assert set(node) <= {"tag", "children", "href"}
            found += [node, *elements(node["children"])]
    return found


def texts(nodes: list[object]) -> list[str]:
    return [
        word
        for node in nodes
        for word in ([node] if isinstance(node, str) else texts(node["children"]))
    ]


@given(st.text(alphabet="ab*_`[]()<>!#->|~\n 1.\\&;:/", max_size=300))
def test_any_text_is_some_markdown(text: str) -> None:
    for node in elements(markdown_nodes(text)):
        assert node["tag"] in TAGS


@pytest.mark.parametrize("text", [3_000 * "[", 3_000 * "> ", 3_000 * "*", 500 * "- " + "x"])
def test_deep_markdown_is_text(text: str) -> None:
    nodes = markdown_nodes(text)
    assert np.size(nodes) > 0
    assert all(node["tag"] in TAGS for node in elements(nodes))
