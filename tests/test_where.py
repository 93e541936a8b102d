"""Items by what is known of them: each criterion against its definition, item by item."""

import time

import numpy as np
import pandas as pd
import pytest

import nblabel as nb
from nblabel.session.facts import Facts
from tests.samples import blobs
from tests.sounds import sound_folder

CLASSES = ["bag", "boot", "coat"]
N = 90
YEARS = [None if i % 11 == 0 else 1990 + i % 17 for i in range(N)]
CITIES = [None if i % 13 == 0 else ("Rome", "Oslo", "Lima")[i % 3] for i in range(N)]
DAYS = [None if i % 7 == 0 else f"2024-01-{1 + i % 28:02}" for i in range(N)]


@pytest.fixture(scope="module")
def session():
    table = pd.DataFrame({"year": YEARS, "city": CITIES, "day": pd.to_datetime(DAYS)})
    pool = nb.Pool(embeddings=blobs(N), ids=[f"item {i}" for i in range(N)], columns=table)
    made = nb.Session(pool, CLASSES, learner="knn", strategy="margin", annotator="Ada")
    made.tell(range(0, 30, 3), "bag")
    made.tell(range(1, 30, 3), "boot")
    made.tell(4, "coat")
    made.skip([40, 41])
    made.flag([50, 51, 52])
    made.accept([60, 61, 62])
    made.import_labels(pd.DataFrame({"id": ["item 70", "item 71"], "label": ["coat", "bag"]}))
    made.note([3, 60, 80], "look again")
    made.tell(5, "coat")
    made.undo()
    return made


def slow(session, meets):
    """Return the positions by asking each item."""
    return [i for i in range(len(session.pool)) if meets(i)]


def labels_of(session):
    return [session.classes[code] if code >= 0 else None for code in session.y.tolist()]


def predicted_by(session):
    return [session.classes[code] for code in session.predict_proba().argmax(axis=1).tolist()]


def test_by_label_and_prediction(session):
    labels, predicted = labels_of(session), predicted_by(session)
    for wanted in (["bag"], ["bag", "coat"], []):
        found = session.where(label=wanted)
        assert found.tolist() == slow(session, lambda i, w=wanted: labels[i] in w)
        found = session.where(prediction=wanted)
        assert found.tolist() == slow(session, lambda i, w=wanted: predicted[i] in w)
        found = session.where(label_or_prediction=wanted)
        assert found.tolist() == slow(session, lambda i, w=wanted: (labels[i] or predicted[i]) in w)
    assert found.dtype == np.intp


def test_by_status_and_who_labeled(session):
    status = [nb.session.STATUSES[code] for code in session.status.tolist()]
    for wanted in nb.session.STATUSES:
        assert session.where(status=wanted).tolist() == slow(
            session, lambda i, w=wanted: status[i] == w
        )
    people = slow(session, lambda i: status[i] in ("human", "import"))
    assert session.where(source=["human", "import"]).tolist() == people
    answers = session.state.answers
    given = {i for i in range(N) if (one := answers.get(f"item {i}")) and one.is_label}
    assert session.where(labeled=True).tolist() == sorted(given)
    assert session.where(labeled=False).tolist() == slow(session, lambda i: i not in given)


def test_by_annotator(session):
    answers = session.state.answers
    ada = slow(session, lambda i: f"item {i}" in answers)
    assert session.where(annotator="Ada").tolist() == ada
    assert session.where(annotator="").tolist() == []
    assert session.where(annotator=["Ben", "Ada"], status="flagged").tolist() == [50, 51, 52]


def test_annotators_follow_what_others_answer_and_take_back(tmp_path):
    pool = nb.Pool(embeddings=blobs(9))
    ada = nb.Session(pool, CLASSES, store=tmp_path / "log.db", annotator="Ada")
    ben = nb.Session(pool, CLASSES, store=tmp_path / "log.db", annotator="Ben")
    ada.tell([1, 2], "bag")
    ben.refresh()
    ben.tell(2, "boot")
    ada.refresh()
    assert ada.where(annotator="Ada").tolist() == [1]
    assert ada.where(annotator="Ben").tolist() == [2]
    assert ada.replica().where(annotator="Ben").tolist() == [2]
    ben.undo()
    ada.refresh()
    assert ada.where(annotator="Ada").tolist() == [1, 2]
    ada.undo()
    assert ada.where(annotator="Ada").tolist() == []
    assert np.isnan(ada.answered.when).all()


def test_by_confidence(session):
    confidence = session.predict_proba().max(axis=1)
    low, high = np.quantile(confidence, [0.2, 0.7]).tolist()
    inside = slow(session, lambda i: low <= confidence[i] <= high)
    assert session.where(confidence=(low, high)).tolist() == inside
    unsure = slow(session, lambda i: confidence[i] <= high)
    assert session.where(confidence=(None, high)).tolist() == unsure


def test_by_the_place_of_a_label_in_the_order_of_time():
    session = nb.Session(nb.Pool(embeddings=blobs(40)), CLASSES)
    for index in (9, 3, 7, 5, 1):
        session.tell(index, CLASSES[index % 2])
    session.skip(20)
    assert session.where(nth_label=(2, 3)).tolist() == [3, 7]
    assert session.where(nth_label=(4, None)).tolist() == [1, 5]
    session.tell(9, CLASSES[2])  # what was replaced counts where it was given last
    assert session.where(nth_label=(None, 1)).tolist() == [3]
    assert session.where(nth_label=(5, 5), label=CLASSES[2]).tolist() == [9]
    session.accept([11, 12], CLASSES[0])
    assert session.where(nth_label=(1, None)).tolist() == [1, 3, 5, 7, 9]  # no labels of the model
    tags = nb.Session(nb.Pool(embeddings=blobs(40)), CLASSES, multi_label=True)
    tags.tell_tag([4, 2], CLASSES[0], [True, False])
    tags.tell_tag(8, CLASSES[1], True)
    assert tags.where(nth_label=(3, 3)).tolist() == [8]


def test_by_columns(session):
    def expect(found, meets):
        assert found.tolist() == slow(session, meets)

    expect(
        session.where(column={"year": (1995, 2000)}),
        lambda i: YEARS[i] is not None and 1995 <= YEARS[i] <= 2000,
    )
    expect(session.where(column={"year": [1991, 1993]}), lambda i: YEARS[i] in (1991, 1993))
    expect(session.where(column={"year": None}), lambda i: YEARS[i] is None)
    expect(session.where(column={"city": None}), lambda i: CITIES[i] is None)
    expect(
        session.where(column={"city": ["Rome", "Oslo"]}), lambda i: CITIES[i] in ("Rome", "Oslo")
    )
    expect(
        session.where(column={"city": "Rome", "year": (None, 1999)}),
        lambda i: CITIES[i] == "Rome" and YEARS[i] is not None and YEARS[i] <= 1999,
    )
    expect(
        session.where(column={"day": ("2024-01-05", pd.Timestamp("2024-01-09"))}),
        lambda i: DAYS[i] is not None and "2024-01-05" <= DAYS[i] <= "2024-01-09",
    )


def test_by_note_and_among_others(session):
    assert session.where(noted=True).tolist() == [3, 60, 80]
    assert session.where(noted=False, among=[2, 3, 4]).tolist() == [2, 4]
    mask = np.arange(N) < 5
    assert session.where(among=mask, label="boot").tolist() == [1]
    assert session.where(among=["item 60", "item 3"], noted=True).tolist() == [3, 60]
    assert session.where(among=[]).tolist() == []
    issues = nb.find_label_issues(session, n=5)
    assert session.where(among=issues.indices).tolist() == sorted(issues.indices.tolist())


def test_nothing_asked_is_everything(session):
    assert session.where().tolist() == list(range(N))
    assert session.where(descending=True).tolist() == list(range(N))[::-1]


def test_orders_are_those_of_a_sort(session):
    confidence = session.predict_proba().max(axis=1)
    expected = sorted(range(N), key=lambda i: (confidence[i], i))
    assert session.where(order="confidence").tolist() == expected
    expected = sorted(range(N), key=lambda i: (-confidence[i], i))
    assert session.where(order="confidence", descending=True).tolist() == expected
    years = sorted(range(N), key=lambda i: (YEARS[i] is None, YEARS[i] or 0, i))
    assert session.where(order="column", of="year").tolist() == years
    cities = sorted(range(N), key=lambda i: (CITIES[i] is None, CITIES[i] or "", i))
    assert session.where(order="column", of="city").tolist() == cities
    when = {item: answer.event.seq for item, answer in session.state.answers.items()}
    times = session.where(order="time", labeled=True).tolist()
    steps = [when[f"item {i}"] for i in times]
    assert steps == sorted(steps)
    assert session.where(order="time").tolist()[-1] == N - 1  # without an answer


@pytest.mark.parametrize("of", [7, "boot"])
def test_order_by_distance(session, of):
    X = session.embeddings.astype(np.float64)
    rows = [7] if of == 7 else [i for i, label in enumerate(labels_of(session)) if label == "boot"]
    distances = np.square(X - X[rows].mean(axis=0)).sum(axis=1)
    found = session.where(order="distance", of=of)
    assert np.allclose(distances[found], np.sort(distances), rtol=1e-4, atol=1e-5)


def test_ids_are_ordered_with_their_numbers():
    ids = ["b10", "B9", "a", "b1", "10", "9"]
    session = nb.Session(nb.Pool(embeddings=blobs(6), ids=ids), CLASSES)
    found = session.where(order="id")
    assert [ids[i] for i in found.tolist()] == ["9", "10", "a", "b1", "B9", "b10"]
    numbered = nb.Session(nb.Pool(embeddings=blobs(12)), CLASSES)
    assert numbered.where(order="id").tolist() == list(range(12))


def test_near_duplicates_are_found():
    images = nb.datasets.load_digits().images[:200]
    session = nb.Session(np.concatenate([images, images[:3]]), list("0123456789"), learner="knn")
    near = nb.near_duplicates(session)
    alike = np.flatnonzero(near.groups < near.n_groups)
    assert {0, 1, 2, 200, 201, 202} <= set(alike.tolist())
    assert session.where(duplicates=True).tolist() == alike.tolist()
    assert len(session.where(duplicates=False)) == 203 - len(alike)


def test_files_that_are_gone(tmp_path):
    from PIL import Image

    for number in range(4):
        Image.new("L", (8, 8), 60 * number).save(tmp_path / f"{number}.png")
    session = nb.Session(nb.Pool.from_folder(tmp_path, embeddings=blobs(4)), CLASSES)
    assert session.where(missing=True).tolist() == []
    (tmp_path / "2.png").unlink()
    assert session.where(missing=True).tolist() == [2]
    assert session.where(missing=False).tolist() == [0, 1, 3]


def test_sounds_and_pages_that_are_gone(tmp_path):
    from PIL import Image

    for name in ("sounds", "scans"):
        (tmp_path / name).mkdir()
    sound_folder(tmp_path / "sounds", 4)
    page = Image.new("L", (8, 8), 60)
    page.save(tmp_path / "scans" / "a.tif", save_all=True, append_images=[page])
    page.save(tmp_path / "scans" / "b.tif")
    for folder, gone, items in (("sounds", "1.wav", [1]), ("scans", "a.tif", [0, 1])):
        X = blobs(4 if folder == "sounds" else 3)
        pages = {} if folder == "sounds" else {"pages": True}
        pool = nb.Pool.from_folder(tmp_path / folder, embeddings=X, **pages)
        session = nb.Session(pool, CLASSES)
        assert session.where(missing=True).tolist() == []
        (tmp_path / folder / gone).unlink()
        assert session.where(missing=True).tolist() == items


def test_before_the_first_label_nothing_is_predicted():
    session = nb.Session(nb.Pool(embeddings=blobs(9)), CLASSES)
    assert session.where(prediction="bag").tolist() == []
    assert session.where(label_or_prediction=CLASSES).tolist() == []
    assert session.where(confidence=(0, 1)).tolist() == []
    assert session.where(order="confidence").tolist() == list(range(9))
    with pytest.raises(ValueError, match="nothing is near"):
        session.where(order="distance", of="bag")


def test_a_former_name_of_a_class_will_do():
    session = nb.Session(nb.Pool(embeddings=blobs(9)), CLASSES, learner="knn", strategy="margin")
    session.tell([1, 2], "bag")
    session.rename_class("bag", "purse")
    assert session.where(label="bag").tolist() == [1, 2]
    assert session.where(label="bag", order="distance", of="bag", among=[1]).tolist() == [1]


def test_with_several_tags():
    session = nb.Session(nb.Pool(embeddings=blobs(40)), CLASSES, multi_label=True)
    session.tell(0, ["bag", "coat"])
    session.tell([1, 2], [["boot"], []])
    session.tell_tag([5, 6, 7], "coat", True)
    session.tell_tag([8], "coat", False)
    session.flag(9)
    session.accept([20, 21])
    y, proba = session.y, session.predict_proba()
    found = session.where(label=["coat", "boot"])
    assert found.tolist() == slow(session, lambda i: y[i][1] == 1 or y[i][2] == 1)
    found = session.where(prediction="coat")
    assert found.tolist() == slow(session, lambda i: proba[i][2] >= 0.5)
    found = session.where(label_or_prediction="coat")
    expected = slow(session, lambda i: y[i][2] == 1 or (y[i][2] < 0 and proba[i][2] >= 0.5))
    assert found.tolist() == expected
    assert session.where(labeled=True).tolist() == [0, 1, 2, 5, 6, 7, 8, 20, 21]
    assert session.where(source="human").tolist() == [0, 1, 2, 5, 6, 7, 8]
    assert session.where(source="model").tolist() == [20, 21]
    assert session.where(status="flagged").tolist() == [9]
    sure = np.maximum(proba, 1 - proba).mean(axis=1)
    assert np.allclose(sure[session.where(order="confidence")], np.sort(sure), atol=1e-6)


@pytest.mark.parametrize("multi_label", [False, True])
def test_clear_takes_all_answers_back(tmp_path, multi_label):
    def opened():
        pool = nb.Pool(embeddings=blobs(20))
        options = {} if multi_label else {"learner": "knn", "strategy": "margin"}
        where = tmp_path / "log.db"
        return nb.Session(pool, CLASSES, store=where, multi_label=multi_label, **options)

    session = opened()
    session.tell([0, 1], [["bag"], []] if multi_label else "bag")
    session.tell(2, ["boot"] if multi_label else "boot")
    session.skip(3)
    session.flag(4)
    session.accept([10])
    before = session.y.tolist(), session.status.tolist()
    event = session.clear([1, 2, 3, 4, 10, 15])
    assert event.ids == ("1", "2", "3", "4", "10")
    assert session.where(labeled=True).tolist() == [0]
    assert session.where(status="open").tolist() == list(range(1, 20))
    assert session.state.taken_back == {"1", "2", "3", "4", "10"}
    again = opened()
    assert (again.y.tolist(), again.status.tolist()) == (
        session.y.tolist(),
        session.status.tolist(),
    )
    assert session.classes == again.classes
    session.undo()
    assert (session.y.tolist(), session.status.tolist()) == before
    session.redo()
    assert session.where(labeled=True).tolist() == [0]
    session.tell(2, ["coat"] if multi_label else "coat")
    assert session.where(label="coat").tolist() == [2]
    with pytest.raises(ValueError, match="nothing was answered"):
        session.clear([15, 16])


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"label": "bga"}, ValueError, "Did you mean 'bag'"),
        ({"status": "humn"}, ValueError, "did you mean 'human'"),
        ({"source": "skipped"}, ValueError, "unknown source 'skipped'; choose one of human"),
        ({"labeled": 1}, TypeError, "labeled is 1; pass True or False"),
        ({"annotator": 3}, TypeError, "annotator is 3"),
        ({"confidence": 0.5}, ValueError, r"pass a range of two values: \(low, high\)"),
        ({"confidence": (0.9, 0.1)}, ValueError, "nothing lies in it"),
        ({"column": "year"}, TypeError, "pass a dict"),
        ({"column": {"yaer": None}}, ValueError, "did you mean 'year'"),
        ({"column": {"year": "late"}}, ValueError, "'year' holds numbers, and 'late' is none"),
        ({"nth_label": 3}, ValueError, "nth_label is 3; pass a range"),
        ({"among": [N]}, IndexError, "outside the pool"),
        ({"among": [True]}, ValueError, "mask"),
        ({"order": "size"}, ValueError, "unknown order 'size'"),
        ({"order": "distance"}, ValueError, "needs of="),
        ({"of": "bag"}, ValueError, "of= goes with"),
    ],
)
def test_what_cannot_be_met_is_refused(session, asked, error, said):
    with pytest.raises(error, match=said):
        session.where(**asked)


@pytest.mark.slow
def test_a_million_items_take_a_tenth_of_a_second():
    n, rng = 1_000_000, np.random.default_rng(0)
    table = pd.DataFrame({"size": rng.random(n), "kind": rng.integers(0, 50, n).astype(str)})
    pool = nb.Pool(embeddings=rng.random((n, 2), dtype=np.float32), columns=table)
    for column in pool.beside.columns:
        _ = column.numbers if column.numbers is not None else column.categories
    proba = rng.dirichlet(np.ones(3), n).astype(np.float32)
    predicted = proba.argmax(axis=1), proba.max(axis=1)
    facts = Facts(
        pool=pool,
        classes=tuple(CLASSES),
        y=rng.integers(-1, 3, n),
        status=rng.integers(0, 6, n).astype(np.uint8),
        tags=None,
        annotators={"Ada": 0, "Ben": 1},
        who=rng.integers(-1, 2, n).astype(np.int32),
        when=rng.random(n),
        noted=(),
        X=pool.embeddings,
        model=type("Learned", (), {"proba": proba, "predicted": predicted})(),
        near=None,
        coarse=np.full(n, -1),
        below={},
        called_now=str,
    )
    asked = {
        "label_or_prediction": ["bag", "boot"],
        "status": ["open", "human"],
        "annotator": "Ben",
        "confidence": (0.4, 0.9),
        "column": {"size": (0.2, 0.7), "kind": ["7", "8", "9"]},
        "among": rng.random(n) < 0.5,
    }
    facts.where(**asked)
    start = time.perf_counter()
    found = facts.where(**asked)
    assert time.perf_counter() - start < 0.2  # 0.1 on a machine that does nothing else
    assert 0 < len(found) < n


def nested():
    """A session whose items 0 and 1 have the labels of subclasses, and 2 and 3 coarse ones."""
    tree = {"animal": {"dog": ["husky", "pug"], "cat": []}, "car": []}
    made = nb.Session(nb.Pool(embeddings=blobs(N)), tree, learner="knn", build_graph=False)
    made.tell([0, 1, 2, 3, 4], ["husky", "pug", "dog", "animal", "car"])
    return made


def test_a_parent_class_means_all_that_is_below_it():
    session = nested()
    assert session.where(label="dog").tolist() == [0, 1, 2]
    assert session.where(label="animal").tolist() == [0, 1, 2, 3]
    assert session.where(label=["husky", "car"]).tolist() == [0, 4]
    assert session.where(status="coarse").tolist() == [2, 3]
    predicted = set(session.where(prediction="dog").tolist())
    assert predicted == {*session.where(prediction="husky"), *session.where(prediction="pug")}
    both = set(session.where(label_or_prediction="animal").tolist())
    assert both >= {0, 1, 2, 3}
    assert 4 not in both
    assert len(session.where(order="distance", of="dog")) == N


def test_a_class_keeps_its_meaning_when_it_is_renamed():
    session = nested()
    facts_before = {"label": "pug"}
    session.rename_class("pug", "mops")
    assert session.facts().where(**facts_before).tolist() == [1]


def test_a_tag_newer_than_the_model_is_no_error():
    pool = nb.Pool(embeddings=blobs(N))
    session = nb.Session(pool, CLASSES, multi_label=True, learner="knn", build_graph=False)
    session.tell([0, 1], [["bag"], ["boot"]])
    model = session.refit()
    session.add_class("hat")
    session.tell_tag(5, "hat", True)
    assert session.facts(model).where(label_or_prediction="hat").tolist() == [5]


def test_the_last_day_of_a_range_is_meant_as_a_whole():
    noon = pd.to_datetime(["2026-01-30 12:00", "2026-01-31 12:00", "2026-02-01 00:00"])
    pool = nb.Pool(embeddings=blobs(3), columns=pd.DataFrame({"day": noon}))
    session = nb.Session(pool, CLASSES)
    found = session.where(column={"day": ("2026-01-31", "2026-01-31")})
    assert found.tolist() == [1]
