"""Questions drawn at random, and what they say about the labels."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nblabel as nb
from nblabel.log import frames
from nblabel.log.store import StoreError
from nblabel.quality.audit import accuracy_limits
from nblabel.quality.comparing import compare
from nblabel.quality.history import DrawSnapshot, PredictionHistory, history_of
from nblabel.session.sampling import two_phase_draw
from nblabel.system import progress
from tests.samples import blobs

CLASSES = ("boot", "bag")


def labels_of(X):
    """Two classes, by the sign of the first coordinate, which blobs have."""
    return np.array(CLASSES, dtype=object)[(X[:, 0] > np.median(X[:, 0])).astype(int)]


def session_of(n=60, **options):
    X = blobs(n, dim=2)
    options = {"learner": "knn", "strategy": "margin", **options}
    return nb.Session(nb.Pool(embeddings=X), CLASSES, **options), labels_of(X)


def answer(session, truth, n):
    for _ in range(n):
        index = int(session.ask().indices[0])
        session.tell(index, truth[index])


@pytest.mark.parametrize(("share", "low", "high"), [(0, 0, 0), (0.3, 3, 16), (1, 29, 30)])
def test_a_share_of_the_questions_is_drawn(share, low, high):
    session, truth = session_of(audit=share)
    answer(session, truth, 30)
    drawn = [item for draw in session.state.draws for item in draw.asked]
    assert low <= len(drawn) <= high
    assert len(session.drawn) <= 1


def test_a_share_that_is_raised_late_catches_nothing_up():
    session, truth = session_of()
    answer(session, truth, 40)
    session.audit_share = 0.5
    answer(session, truth, 10)
    assert 1 <= len(session.state.draws) <= 9


def test_a_draw_is_in_the_log_before_its_answer(tmp_path):
    session, truth = session_of(audit=1, store=tmp_path / "labels.db")
    answer(session, truth, 5)
    kinds = [event.kind for event in session.store.read()]
    assert kinds == ["label", "audit"] * 5
    for event in session.state.draws[:-1]:
        (item,) = event.ids
        assert session.state.answers[item].event.seq == event.seq + 1
        assert event.frame == frames.whole(60)
    again, _ = session_of(audit=1, store=tmp_path / "labels.db")
    assert again.state.draws == session.state.draws
    assert again.ask(3).indices.tolist() == session.ask(3).indices.tolist()


def test_draws_do_not_depend_on_the_answers():
    one, truth = session_of(audit=0.4)
    other, _ = session_of(audit=0.4)
    for session in (one, other):
        for index in range(20):
            session.tell(index, truth[index] if session is one else CLASSES[index % 2])
    ids = [[draw.ids for draw in session.state.draws] for session in (one, other)]
    assert ids[0] == ids[1]
    assert ids[0]


def test_a_question_does_not_tell_that_it_was_drawn():
    session, truth = session_of(strategy="product")
    answer(session, truth, 4)
    (index,) = session.draw(1).tolist()
    query = session.ask(5)
    assert query.indices[0] == index
    assert len(set(query.indices.tolist())) == 5
    assert (np.diff(query.scores) <= 0).all()
    assert [part.name for part in query.reasons[0].parts] == [
        part.name for part in query.reasons[1].parts
    ]
    assert query.reasons[0].parts


def test_many_drawn_are_asked_in_order_and_only_those_on_screen_have_reasons():
    session, truth = session_of(strategy="product")
    answer(session, truth, 4)
    drawn = session.draw(20).tolist()
    query = session.ask(30)
    assert query.indices[:20].tolist() == drawn
    assert all(query.reasons[place].text for place in range(8))
    session.skip(drawn[0])
    assert session.ask().indices[0] == drawn[1]


def test_a_draw_from_a_set_writes_down_what_the_model_said():
    session, _ = session_of()
    session.tell(3, "boot")
    drawn = session.draw(
        2, [3, 5, 7], predicted=["bag", "boot", "boot"], confidence=[0.1, 0.2, 0.3], name="x"
    )
    (event,) = session.state.draws
    by_id = dict(zip(event.ids, zip(event.labels, event.probabilities, strict=True), strict=True))
    for index in drawn.tolist():
        known = {3: ("bag", 0.1), 5: ("boot", 0.2), 7: ("boot", 0.3)}
        assert by_id[session.pool.ids[index]] == known[index]
    assert frames.name_of(event.frame) == "x"
    assert frames.from_text(event.frame, 60).tolist() == [3, 5, 7]
    rest = session.draw(5, [3, 5, 7], name="x")
    assert sorted([*drawn.tolist(), *rest.tolist()]) == [3, 5, 7]
    # another set of that name takes its place: those left are not asked any more
    session.draw(1, [8], name="x")
    assert session.drawn.tolist() == [8]


@pytest.mark.parametrize("n", [0, -3, 2.5, "3"])
def test_a_wrong_number_of_draws_is_told(n):
    session, _ = session_of()
    with pytest.raises(ValueError, match="draw at least one item"):
        session.draw(n)
    assert not session.state.draws


def test_frames_name_a_set_whatever_the_name():
    some = np.array([0, 8, 12])
    text = frames.to_text(some, "it's: <b>")
    assert frames.name_of(text) == "it's: <b>"
    assert frames.from_text(text, 13).tolist() == some.tolist()
    assert frames.from_text(text, 100).tolist() == some.tolist()  # the pool has grown
    assert not frames.is_whole(text)
    assert frames.is_whole(frames.whole(13))
    assert frames.name_of(frames.whole(13)) is None
    with pytest.raises(ValueError, match="another pool"):
        frames.from_text(text, 12)
    with pytest.raises(ValueError, match="damaged"):
        frames.from_text("x:???", 13)


def test_an_answer_counts_where_the_draw_after_it_fails(monkeypatch):
    session, truth = session_of(audit=1)
    append = session.store.append

    def fails(event):
        if event.kind == "audit":
            raise StoreError("full")
        append(event)

    monkeypatch.setattr(session.store, "append", fails)
    session.tell(0, truth[0])
    assert session.n_labeled == 1
    monkeypatch.undo()
    session.tell(1, truth[1])
    assert len(session.drawn) == 1


@pytest.mark.parametrize("share", [-0.1, 1.5, "many", None])
def test_a_wrong_share_is_told(share):
    with pytest.raises(ValueError, match="a share between 0 and 1"):
        session_of(audit=share)


def test_no_checks_yet():
    session, truth = session_of()
    report = nb.audit(session)
    assert np.isnan(report.accuracy)
    assert (report.low, report.high, report.n_checks) == (0, 1, 0)
    assert "no audit labels yet" in str(report)
    answer(session, truth, 3)
    session.draw(3)
    assert nb.audit(session).n_checks == 0  # drawn, not answered yet


def test_the_report_counts_what_was_drawn_and_answered():
    session, truth = session_of(n=200)
    answer(session, truth, 10)
    for index in session.draw(40):
        session.tell(int(index), truth[index])
    report = nb.audit(session)
    right = (session.predict() == truth).mean()
    assert report.n_checks == 40
    assert report.low <= right <= report.high
    assert report.low <= report.accuracy <= report.high
    assert str(report).endswith("from 40 audit labels.")
    table = report.table
    assert table.index.tolist() == ["all", *CLASSES]
    assert table.loc["boot", "checks"] + table.loc["bag", "checks"] == 40
    for name in CLASSES:
        assert (
            table.loc[name, "share_low"] <= (truth == name).mean() <= table.loc[name, "share_high"]
        )
        handed = session.predict() == name
        right = (truth[handed] == name).mean()
        assert table.loc[name, "low"] <= right <= table.loc[name, "high"]
    less = nb.audit(session, confidence=0.5)
    assert report.low < less.low < less.high <= report.high


def test_a_class_without_a_check_is_not_known():
    session, truth = session_of()
    session.add_class("hat")
    answer(session, truth, 5)
    for index in session.draw(10):
        session.tell(int(index), truth[index])
    row = nb.audit(session).table.loc["hat"]
    assert row["checks"] == 0
    assert np.isnan(row["accuracy"])
    assert row["share_low"] == 0 < row["share_high"] < 1


def test_an_item_judges_only_a_model_that_has_not_seen_its_label():
    """Labels without any pattern: a model that has seen them is right about all of them."""
    session, _ = session_of(n=300)
    truth = np.array(CLASSES, dtype=object)[np.random.default_rng(0).integers(2, size=300)]
    for index in session.draw(150):
        session.tell(int(index), truth[index])
    report = nb.audit(session)
    assert 0.3 < report.n_wrong / report.n_checks < 0.7
    assert report.low <= (session.predict() == truth).mean() <= report.high


def test_passing_over_what_is_hard_makes_nothing_better():
    session, truth = session_of(n=200)
    answer(session, truth, 10)
    drawn = session.draw(40).tolist()
    for place, index in enumerate(drawn):
        if place % 4 == 1:
            session.skip(index) if place % 8 == 1 else session.flag(index)
        else:
            session.tell(index, truth[index])
    report = nb.audit(session)
    assert (report.n_checks, report.n_skipped) == (30, 10)
    assert report.low < 0.75 < report.high
    assert "10 more were drawn and got no label." in str(report)


def test_what_was_drawn_and_left_out_counts_as_passed_over():
    session, truth = session_of(n=200)
    answer(session, truth, 10)
    drawn = session.draw(20).tolist()
    for index in drawn[10:15]:  # somebody chose
        session.tell(index, truth[index])
    report = nb.audit(session)
    assert (report.n_checks, report.n_skipped) == (5, 10)


def test_an_accepted_label_is_what_is_judged():
    session, truth = session_of(n=100)
    answer(session, truth, 10)
    rest = np.flatnonzero(session.y < 0)
    wrong = [CLASSES[name == CLASSES[0]] for name in truth[rest]]
    session.accept(rest, wrong)
    for index in session.draw(20):
        session.tell(int(index), truth[index])
    report = nb.audit(session)
    assert report.n_wrong == 20
    assert report.low == pytest.approx(0.3)
    assert report.low <= report.accuracy <= report.high


@pytest.mark.parametrize("options", [{"confidence": 0}, {"confidence": 1}, {"confidence": "95 %"}])
def test_wrong_settings_are_told(options):
    session, _ = session_of()
    with pytest.raises(ValueError, match=r"must be"):
        nb.audit(session, **options)


def test_everything_labeled():
    session, truth = session_of(n=30, audit=0.5)
    answer(session, truth, 30)
    assert len(session.ask()) == 0
    report = nb.audit(session)
    assert report.high == 1
    assert report.low > 0.9  # those labeled at the query's choice are right, too
    assert not len(session.draw(5))


def test_a_pool_that_grows_is_checked_anew():
    session, truth = session_of(n=60, audit=0.5)
    answer(session, truth, 20)
    assert nb.audit(session).n_checks
    X = blobs(60, dim=2)
    more = session.pool.extended(
        nb.Pool(embeddings=X[:20] + 0.1, ids=[f"new {i}" for i in range(20)])
    )
    grown = nb.Session(
        more, CLASSES, learner="knn", strategy="margin", store=session.store, audit=0.5
    )
    assert nb.audit(grown).n_checks == 0
    drawn = grown.draw(80)
    assert len(drawn) == 80 - grown.n_labeled
    assert (drawn >= 60).any()


@pytest.mark.slow  # hundreds of audits
@pytest.mark.parametrize("learner", ["knn", "graph"])
def test_the_truth_is_inside_at_every_look(learner):
    """Drawn items train the model, and few have a class of their own: hard for anything cross-validated."""
    n, n_classes, runs, confidence = 200, 10, 10, 0.8
    truth = np.arange(n) % n_classes
    names = [str(code) for code in range(n_classes)]
    pool = nb.Pool(embeddings=blobs(n, dim=6, n_classes=n_classes))
    missed = 0
    for seed in range(runs):
        session = nb.Session(
            pool, names, learner=learner, strategy="margin", random_state=seed, audit=0.5
        )
        session.tell(seed, names[truth[seed]])
        held = True
        for _ in range(10):
            answer(session, np.array(names)[truth], 4)
            report = nb.audit(session, confidence=confidence)
            right = (session.predict().astype(int) == truth).mean()
            held &= report.low <= right <= report.high
        missed += not held
        assert report.high - report.low < 0.8
    assert missed / runs <= 1 - confidence


def test_mistakes_of_the_annotator_are_allowed_for():
    """With one in twenty wrong, which the plain limits take for mistakes of the model."""
    session, truth = session_of(400)
    given = truth.copy()
    wrong = np.random.default_rng(0).permutation(400)[:20]
    given[wrong] = np.where(truth[wrong] == "boot", "bag", "boot")
    session.tell(range(20), given[:20])
    rows = session.draw(300)
    session.tell(rows, given[rows])
    report = nb.audit(session)
    right = (session.predict() == truth).mean()
    low, high = report.allowing(0.05)
    assert low <= right <= high
    assert (low, high) == (max(report.low - 0.05, 0), min(report.high + 0.05, 1))
    assert report.allowing(0) == (report.low, report.high)


@pytest.mark.parametrize("share", [-0.1, 1.5, "5 %", None])
def test_mistakes_that_are_no_share_are_told(share):
    session, _ = session_of()
    with pytest.raises(ValueError, match="it must be a share from 0 to 1, such as 0.05"):
        nb.audit(session).allowing(share)


def test_a_restart_tells_the_same(tmp_path):
    session, truth = session_of(n=200, audit=0.5, store=tmp_path / "labels.db")
    reports = []
    for _ in range(3):
        answer(session, truth, 10)
        session.accept(np.flatnonzero(session.y < 0)[:10])
        session.undo()
        session.flag(int(np.flatnonzero(session.y < 0)[-1]))
        reports.append(nb.audit(session))
        again, _ = session_of(n=200, audit=0.5, store=tmp_path / "labels.db")
        assert str(nb.audit(again)) == str(reports[-1])
        assert nb.audit(again).table.equals(reports[-1].table)


def test_checks_of_a_model_that_changed_its_mind_say_less():
    early, truth = session_of(n=300)
    late, _ = session_of(n=300)
    late.tell(range(20), truth[:20])
    for session in (early, late):
        for index in session.draw(60):
            session.tell(int(index), truth[index])
    early.tell(range(20), truth[:20])
    first, second = nb.audit(early), nb.audit(late)
    assert first.n_checks == second.n_checks == 60
    assert first.high - first.low > 2 * (second.high - second.low)
    late.set_embeddings(late.embeddings[:, ::-1].copy())  # the history is made anew
    assert nb.audit(late).n_checks == 60


def test_what_was_predicted_is_kept_with_the_session_and_freed_with_it():
    session, truth = session_of(n=200, audit=0.5)
    answer(session, truth, 10)
    history = history_of(session)
    answer(session, truth, 10)
    nb.audit(session)
    assert history_of(session) is history
    assert isinstance(history, PredictionHistory)
    freed = weakref.ref(session), weakref.ref(history)
    del session, history
    gc.collect()
    assert [one() for one in freed] == [None, None]


def test_the_report_reads_well_everywhere():
    session, truth = session_of(n=200)
    answer(session, truth, 10)
    rows = session.draw(30)
    session.tell(rows, truth[rows])
    report = nb.audit(session)
    assert repr(report) == str(report) == "\n".join(report.lines)
    assert "with 95 % confidence, from 30 audit labels." in str(report)
    html = report._repr_html_()
    assert "<table" in html
    assert "audit labels" in html
    with pytest.raises(TypeError, match="pass a nblabel.Session"):
        nb.audit(report)


def test_few_audit_labels_give_limits_and_no_accuracy_in_words():
    session, truth = session_of(n=200)
    answer(session, truth, 10)
    rows = session.draw(30)
    session.tell(rows[:29], truth[rows[:29]])
    report = nb.audit(session)
    assert not report.is_known
    assert "Accuracy not known yet: 29 of at least 30 audit labels." in str(report)
    assert "So far the limits are " in str(report)
    session.tell(rows[29:], truth[rows[29:]])
    assert nb.audit(session).is_known


def test_a_class_that_was_taken_back_does_no_harm():
    session, truth = session_of(audit=1)
    session.tell(0, truth[0])
    session.add_class("hat")
    index = int(session.ask().indices[0])
    session.tell(index, "hat")
    session.undo()
    session.undo()
    assert session.classes == CLASSES
    assert nb.audit(session).n_checks == 0
    answer(session, truth, 3)
    assert nb.audit(session).n_checks == 3


def test_an_interrupted_audit_begins_anew():
    session, truth = session_of(n=200, audit=0.5)
    answer(session, truth, 30)
    other, _ = session_of(n=200, audit=0.5)
    answer(other, truth, 30)

    def stop(_name, share):
        if share > 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), progress.heard_by(stop):
        nb.audit(session)
    assert nb.audit(session).table.equals(nb.audit(other).table)


def test_an_annotator_who_contradicts_the_log_changes_the_figures():
    session, truth = session_of(n=200)
    answer(session, truth, 10)
    drawn = session.draw(30).tolist()
    for index in drawn:
        session.tell(index, truth[index])
    before = nb.audit(session)
    for index in drawn[:15]:
        session.tell(index, CLASSES[truth[index] == CLASSES[0]])
    after = nb.audit(session)
    assert after.n_checks == before.n_checks == 30
    assert after.n_wrong >= before.n_wrong + 10
    assert after.low < before.low
    assert 0 <= after.low <= after.accuracy <= after.high <= 1


def test_what_the_model_doubts_is_always_asked_about_and_half_of_the_rest_spared():
    sure = np.linspace(0.2, 1, 2_000)
    places, told = map(np.array, two_phase_draw(sure, 800, np.random.default_rng(1)))
    asked = places[told > 0]
    assert len(asked) == len(set(asked.tolist())) == 800
    assert told[-1] > 0  # nothing is drawn after the last that is asked about
    doubted = sure[places] <= np.quantile(sure, 0.1)
    assert set(told[doubted]) == {1}
    assert set(told[~doubted]) == {0, 0.5}
    assert 0.45 < (told[~doubted] > 0).mean() < 0.55
    for place, at in zip(asked.tolist(), np.flatnonzero(told > 0).tolist(), strict=True):
        assert place not in places[at + 1 :]  # what was asked about is not drawn again


@pytest.mark.parametrize(("n", "size"), [(0, 0), (3, 0), (1, 1), (20, 12)])
def test_all_are_asked_about_where_few_are_left(n, size):
    places, told = two_phase_draw(np.linspace(0, 1, size), n, np.random.default_rng(0))
    assert (
        sum(chance > 0 for chance in told)
        == min(n, size)
        == len({place for place, chance in zip(places, told, strict=True) if chance})
    )


def spared_session(n=600, **options):
    session, truth = session_of(n=n, **options)
    answer(session, truth, 10)
    session.ask()  # now there is a model that is sure of something
    return session, truth


def test_a_spared_item_is_in_the_log_and_not_asked_about(tmp_path):
    options = {"store": tmp_path / "labels.db"}
    session, truth = spared_session(**options)
    asked = session.draw(20)
    (event,) = session.state.draws
    assert len(asked) == len(event.asked) == 20 < len(event.ids) == len(event.probabilities)
    assert session.pool.indices_of(event.asked).tolist() == asked.tolist()
    assert session.drawn.tolist() == asked.tolist()
    spared = [item for item in event.ids if item not in event.asked]
    for index in session.pool.indices_of(spared).tolist():
        session.tell(index, truth[index])  # answered all the same: that is no check
    assert nb.audit(session).n_checks == 0
    for index in asked.tolist():
        session.tell(index, truth[index])
    assert nb.audit(session).n_checks == 20
    told = nb.audit(session)
    again = session_of(n=600, **options)[0]
    assert again.state.draws == session.state.draws
    assert (nb.audit(again).low, nb.audit(again).high) == (told.low, told.high)


def test_a_spared_item_may_be_drawn_again():
    session, truth = spared_session(n=150)
    asked = []
    for _ in range(14):
        asked += session.draw(1).tolist()
        session.tell(asked[-1], truth[asked[-1]])
    asked += session.draw(200).tolist()  # all that is left, and none is spared
    assert len(asked) == 150 - 10


def test_each_mistake_counts_once_on_average():
    """A fixed model, wrong about what it is sure of and what it doubts: drawn again and again."""
    rng = np.random.default_rng(0)
    sure = rng.random(1_000)
    wrong = rng.random(1_000) < np.where(sure < 0.1, 0.5, 0.1)
    shares = []
    for seed in range(300):
        places, told = map(np.array, two_phase_draw(sure, 100, np.random.default_rng(seed)))
        weight = np.divide(1, told, out=np.zeros(len(told)), where=told > 0)
        shares.append((wrong[places] * weight).sum() / len(told))
    assert np.mean(shares) == pytest.approx(wrong.mean(), abs=0.01)


@pytest.mark.parametrize("what", [{"predicted": ["boot"]}, {"confidence": [1.0]}, {"name": "boot"}])
def test_what_goes_with_a_set_is_told_where_there_is_none(what):
    session, _ = session_of()
    with pytest.raises(ValueError, match="go with among="):
        session.draw(1, **what)


def slow_counts(moments, y, handed, n_classes):
    """Every item of the pool looked at for every draw."""
    found, said = [], []
    for moment in moments:
        free = np.unpackbits(moment.free, count=len(y)).astype(bool)
        for row, weight in zip(moment.rows.tolist(), moment.weight.tolist(), strict=True):
            counts = np.zeros((5, n_classes), dtype=int)
            for item in np.flatnonzero(free).tolist():
                then = moment.labels[item]
                if y[item] < 0:
                    counts[0 if then == handed[item] else 1, then] += 1
                else:
                    counts[2, then] += y[item] != then
                    counts[3, then] += 1
                    counts[4, y[item]] += 1
            found.append(counts)
            said.append(moment.labels[row])
            free[row] &= not weight
    return np.array(found), np.array(said)


@given(st.integers(0, 10**6))
def test_labels_of_then_and_now_are_compared_as_one_by_one(seed):
    rng = np.random.default_rng(seed)
    n, n_classes = int(rng.integers(3, 30)), 3
    y = np.where(rng.random(n) < 0.4, rng.integers(n_classes, size=n), -1)
    handed = np.where(y >= 0, y, rng.integers(n_classes, size=n))
    moments, said, free = [], rng.integers(n_classes, size=n).astype(np.uint8), np.ones(n, bool)
    for _ in range(int(rng.integers(1, 6))):
        some = rng.random(n) < rng.choice([0, 0.2, 1])
        said = np.where(some, rng.integers(n_classes, size=n), said).astype(np.uint8)
        free = free ^ (rng.random(n) < 0.2)
        rows = rng.permutation(np.flatnonzero(free))[:4]
        weight = rng.choice([0.0, 1.0, 2.0], size=len(rows))
        moments.append(DrawSnapshot(rows, weight, 2.0, np.packbits(free), said))
    counts, then = compare(moments, y, handed, n_classes)
    slow, labels = slow_counts(moments, y, handed, n_classes)
    assert counts.shape == (len(then), 5, n_classes)
    assert counts.tolist() == slow.tolist()
    assert then.tolist() == labels.tolist()


def at_the_same_moment(first, second, n):
    """Have two sessions on one log draw, neither knowing of the other's draw."""
    second.refresh()
    drawn = first.draw(n)
    refresh, second.refresh = second.refresh, lambda: setattr(second, "refresh", refresh)
    return drawn, second.draw(n)


@pytest.mark.parametrize("names", [(None, None), ("ann", "bob")])
def test_who_draws_at_the_same_moment_does_not_count_twice_what_was_spared(names):
    session, truth = spared_session(annotator=names[0])
    other = nb.Session(
        session.pool,
        CLASSES,
        learner="knn",
        strategy="margin",
        store=session.store,
        annotator=names[1],
    )
    other.ask()
    one, two = (drawn.tolist() for drawn in at_the_same_moment(session, other, 5))
    session.tell([*one, *two], truth[[*one, *two]])
    spared = [draw.probabilities.count(0) for draw in session.state.draws]
    nb.audit(session)
    if names == (None, None):  # the same random numbers
        assert one == two
        assert [len(one.rows) for one in history_of(session).snapshots] == [5 + spared[0]]
    else:
        assert not set(one) & set(two)
        assert [len(one.rows) for one in history_of(session).snapshots] == [5 + n for n in spared]


def test_a_draw_that_did_not_know_of_an_answer_says_nothing():
    session, truth = spared_session()
    other = nb.Session(session.pool, CLASSES, learner="knn", strategy="margin", store=session.store)
    other.ask()
    rows = np.flatnonzero(session.y < 0)
    session.tell(rows, truth[rows])
    other.refresh = lambda: None
    drawn = other.draw(5)
    assert len(drawn) == 5
    report = nb.audit(session)
    assert not history_of(session).snapshots
    assert (report.n_checks, report.high) == (0, 1)


def test_an_item_whose_class_was_taken_back_could_not_be_drawn_meanwhile():
    session, truth = spared_session()
    session.add_class("hat")
    (index,) = np.flatnonzero(session.y < 0)[:1].tolist()
    session.tell(index, "hat")
    drawn = session.draw(20)
    for _ in range(2):
        session.undo()
    assert session.classes == CLASSES
    session.tell(drawn, truth[drawn])
    nb.audit(session)
    (moment,) = history_of(session).snapshots
    assert not np.unpackbits(moment.free)[index]
    assert np.unpackbits(moment.free).sum() == 600 - 11


def test_a_number_that_no_log_can_keep_is_refused():
    session, _ = session_of()
    with pytest.raises(ValueError, match="probabilities must be finite"):
        session.draw(2, [3, 5], predicted=["bag", "boot"], confidence=[np.nan, 0.5])
    session.tell(0, "boot")
    assert not session.state.draws


def test_limits_without_a_draw_say_nothing():
    known, handed = np.array([0, -1, -1, 1]), np.array([0, 1, 0, 1])
    assert accuracy_limits([], known, handed, 0.95) == (0.5, 1)
    # a class that nothing is handed over of any more
    moment = DrawSnapshot(
        np.array([1]), np.ones(1), 1.0, np.packbits([0, 1, 1, 0]), np.full(4, 7, np.uint8)
    )
    assert accuracy_limits([moment], np.array([0, 1, -1, 1]), handed, 0.95) == (0.75, 1)
