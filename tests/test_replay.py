"""A log played again, and the session as it was."""

import numpy as np
import pytest

import nblabel as nb
from tests.samples import CLASSES, blobs


def session_of(n: int = 60, **options: object) -> nb.Session:
    return nb.Session(nb.Pool(embeddings=blobs(n)), CLASSES, **options)


def told(session: nb.Session) -> list[tuple[int, np.ndarray, tuple[str, ...]]]:
    """Give labels of many kinds; return the labels and classes after each event."""
    states = []

    def note(_event):
        states.append((session.seq, session.y.copy(), session.classes))

    note(session.tell(0, "boot"))
    note(session.tell([3, 6, 9], "boot"))
    note(session.tell(1, "bag"))
    note(session.undo())
    note(session.skip(4))
    note(session.tell(2, "shirt"))
    note(session.rename_class("shirt", "blouse"))
    note(session.merge_classes(["boot", "bag"], into="boot"))
    note(session.tell(5, "blouse"))
    return states


def test_a_session_is_as_it_was_after_each_event():
    session = session_of()
    states = told(session)
    past = session.as_of(0)
    assert past.n_labeled == 0
    for seq, y, classes in states:
        past.advance(seq)
        np.testing.assert_array_equal(past.y, y)
        assert past.classes == classes
        again = session.as_of(seq)
        np.testing.assert_array_equal(again.y, y)
    np.testing.assert_array_equal(past.predict(), session.predict())


def test_a_look_back_learns_for_itself_and_adds_nothing():
    session = session_of()
    told(session)
    before = session.predict_proba().copy()
    past = session.as_of(1)
    assert set(past.predict()) == {"boot"}
    np.testing.assert_array_equal(session.predict_proba(), before)
    with pytest.raises(ValueError, match="nothing can be added"):
        past.tell(7, "bag")
    assert session.seq == len(session.events())


def test_it_goes_on_forward_only():
    session = session_of()
    told(session)
    with pytest.raises(ValueError, match=r"session\.as_of\(2\)"):
        session.as_of(3).advance(2)
    with pytest.raises(ValueError, match="cannot go on"):
        session.advance(2)


def shown(figure, frame: int, name: str) -> int:
    return next(len(trace.x) for trace in figure.frames[frame].data if trace.name == name)


def test_each_step_is_a_moment_of_the_replay():
    session = session_of()
    told(session)
    figure = nb.replay(session, projection="pca")
    assert len(figure.frames) == 10
    titles = [frame.layout.title.text for frame in figure.frames]
    assert titles[0] == "Before the first label · 0 labels"
    assert titles[2] == "Step 2: 3 items labeled boot · 4 labels"
    assert titles[4] == "Step 4: undo · 4 labels"
    assert titles[8] == "Step 8: classes merged · 5 labels"
    assert shown(figure, 0, "nothing known") == 60
    assert shown(figure, 2, "nothing known") == 0
    assert sum(shown(figure, 2, name) for name in ("boot", "bag", "shirt")) == 60
    assert [shown(figure, frame, "labeled") for frame in (0, 1, 2, 3, 4)] == [0, 1, 4, 5, 4]
    assert shown(figure, 2, "this step") == 3
    assert shown(figure, 9, "asked next") == 1
    assert len(figure.layout.sliders[0].steps) == 10


def test_many_events_are_thinned_evenly_and_many_points_drawn_by_chance():
    session = session_of(300)
    for index in range(50):
        session.tell(index, CLASSES[index % 3])
    figure = nb.replay(session, frames=5, max_points=80, projection=blobs(300, dim=2))
    assert len(figure.frames) == 6
    assert figure.frames[-1].layout.title.text.startswith("Step 50: ")
    assert shown(figure, 5, "labeled") == 50
    assert sum(shown(figure, 5, name) for name in CLASSES) == 80


def test_more_classes_than_colours_are_drawn_together():
    names = [f"c{number}" for number in range(40)]
    session = nb.Session(nb.Pool(embeddings=blobs(120)), names)
    for index in range(80):
        session.tell(index, names[index % 40])
    figure = nb.replay(session, frames=2, projection="pca")
    assert "16 other classes" in [trace.name for trace in figure.data]


def test_several_tags_and_a_panel_are_replayed_too():
    session = session_of(multi_label=True)
    session.tell(0, ["boot", "bag"])
    session.tell(1, [])
    figure = nb.replay(session, projection="pca")
    assert shown(figure, 2, "labeled") == 2
    unknown = next(trace for trace in figure.frames[2].data if trace.name == "nothing known")
    xy = nb.project(session.embeddings, "pca")
    assert xy[1, 0] in unknown.x  # it has no tag
    assert xy[0, 0] not in unknown.x
    panel = nb.Labeler(nb.Pool(embeddings=blobs()), CLASSES)
    panel.session.tell(0, "boot")
    assert len(nb.replay(panel, projection="pca").frames) == 2
    panel.close()


def test_names_are_shown_as_text():
    session = nb.Session(nb.Pool(embeddings=blobs()), ["<b>bold</b>", "b"])
    session.tell(0, "<b>bold</b>")
    figure = nb.replay(session, projection="pca")
    assert "&lt;b>bold" in figure.frames[1].layout.title.text
    assert any(trace.name.startswith("&lt;b>") for trace in figure.data)


def test_what_cannot_be_replayed_is_refused():
    session = session_of()
    with pytest.raises(ValueError, match="the log is empty"):
        nb.replay(session)
    session.tell(0, "boot")
    with pytest.raises(TypeError, match="pass a Session or a Labeler"):
        nb.replay("labels.sqlite")
    with pytest.raises(ValueError, match="projection must be one of"):
        nb.replay(session, projection="map")
    with pytest.raises(ValueError, match="60 rows of two finite numbers"):
        nb.replay(session, projection=np.full((60, 2), np.nan))
    with pytest.raises(ValueError, match="frames must be a whole number"):
        nb.replay(session, frames=0)
