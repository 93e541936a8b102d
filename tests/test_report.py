"""The report of a session as one file, and the picture of it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.sharing import drawing, samples
from nblabel.sharing.drawing import as_png
from nblabel.sharing.facts import facts_of, map_of
from nblabel.sharing.history import file_name
from nblabel.sharing.markup import Markup, data, tag
from nblabel.sharing.picture import draw_picture
from tests.samples import CLASSES, blobs
from tests.sounds import RATE, tone, wave_series

EVIL = '</script><script>alert(1)</script><img src=x onerror="alert(2)"> & \' " `'


class Elements(HTMLParser):
    """The elements of a page with their attributes, its texts, and its scripts."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif not self.open or self.open[-1] != "style":
            self.words.append(data)

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def headings(self) -> list[str | None]:
        return [attributes.get("id") for attributes in self.named("h2")]


def written(session: nb.Session, folder: Path, **options: Any) -> tuple[Elements, Path]:
    path = nb.report(session, folder / "report.html", **options)
    return Elements(path.read_text("utf-8")), path


def pictures(n: int = 60) -> nb.Pool:
    pixels = np.random.default_rng(1).integers(0, 256, (n, 8, 8), dtype=np.uint8)
    return nb.Pool(pixels, embeddings=blobs(n))


def texts(n: int = 60) -> nb.Pool:
    return nb.Pool(texts=[f"text {i} of a kind" for i in range(n)], embeddings=blobs(n))


def rows(n: int = 60) -> nb.Pool:
    table = pd.DataFrame({"width": np.arange(n) / 2, "kind": [f"k{i % 3}" for i in range(n)]})
    return nb.Pool(table=table, embeddings=blobs(n))


def features(n: int = 60) -> nb.Pool:
    return nb.Pool(embeddings=blobs(n))


POOLS = {"images": pictures, "texts": texts, "rows": rows, "items": features}


def session_of(pool: nb.Pool, n_labels: int = 9, **options: Any) -> nb.Session:
    session = nb.Session(pool, CLASSES, **{"learner": "knn", "build_graph": False, **options})
    for i in range(n_labels):
        session.tell(i, [CLASSES[i % 3]] if session.multi_label else CLASSES[i % 3])
    return session


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize("n_labels", [0, 9])
def test_every_kind_of_pool_with_and_without_labels(
    tmp_path: Path, kind: str, n_labels: int
) -> None:
    page, _ = written(session_of(POOLS[kind](), n_labels), tmp_path)
    assert f"{n_labels} of 60 {kind} labeled, {60 - n_labels} left." in page.text
    assert "map-part" in page.headings
    assert ("samples" in page.headings) == (kind != "items")
    block = json.loads(next(one for one in page.scripts if one.startswith("{")))
    assert block["n"] == 60
    assert len(block["modes"]["class"]["legend"]) == 4
    assert ("confidence" in block["modes"]) == bool(n_labels)
    if kind == "texts":
        assert min(block["texts"]) == "text 0 of a kind"
    elif kind == "rows":
        assert "width 0, kind k0" in block["texts"]
    else:
        assert block["texts"] is None
    sources = [one["src"] or "" for one in page.named("img")]
    assert all(source.startswith("data:image/") for source in sources)
    assert (len(sources) > 2) == (kind == "images" and n_labels > 0)


@pytest.mark.parametrize("kind", POOLS)
def test_a_pool_without_embeddings_has_no_map_yet(tmp_path: Path, kind: str) -> None:
    pool = {
        "images": lambda: nb.Pool(np.zeros((30, 8, 8), dtype=np.uint8)),
        "texts": lambda: nb.Pool(texts=["one text"] * 30),
        "rows": lambda: nb.Pool(table=pd.DataFrame({"width": np.arange(30.0)})),
        "items": features,
    }[kind]()
    session = session_of(pool, embed=False)
    page, _ = written(session, tmp_path)
    assert ("The map is here once" in page.text) == (kind != "items")
    assert f"9 of {len(pool)}" in page.text
    picture = draw_picture(facts_of(session, session.refit(1)).at(*map_of(session)))
    assert picture.size == (1800, 800)


def test_several_tags(tmp_path: Path) -> None:
    session = session_of(pictures(), multi_label=True, learner="auto")
    session.tell(20, [])
    session.tell(21, [CLASSES[0], CLASSES[1]])
    page, _ = written(session, tmp_path)
    assert "Items with each tag: boot 4, bag 4, shirt 3." in page.text
    assert "several tags an item" in page.text
    block = json.loads(next(one for one in page.scripts if one.startswith("{")))
    assert [one["name"] for one in block["modes"]["class"]["legend"]][3:] == [
        "no tag",
        "no label yet",
    ]
    assert "confidence" not in block["modes"]
    facts = facts_of(session, session.refit(1))
    assert [one.label for one in facts.latest][:2] == ["boot, bag", "no tag"]


def test_audit_guarantee_agreement_guidelines_settings_and_log_are_told(tmp_path: Path) -> None:
    truth = [CLASSES[i % 3] for i in range(300)]
    session = session_of(pictures(300), annotator="Ada", store=tmp_path / "labels.db", repeats=0.5)
    for index in session.draw(40):
        session.tell(index, truth[index])
    session.describe_class("bag", description="what is carried")
    session.set_guidelines("Look at the <b>sole</b>.")
    for _ in range(60):
        index = int(session.ask().indices[0])
        session.tell(index, truth[index])
    terms = {"max_error": 0.1, "confidence": 0.9}
    for index in nb.auto_label(session, **terms).draw_checks():
        session.tell(index, truth[index])
    accepted = nb.auto_label(session, **terms)
    assert accepted.n_accepted
    page, path = written(session, tmp_path)
    assert page.headings == [
        *("map-part", "classes", "samples", "curves", "audit", "guarantee", "agreement"),
        *("guidelines", "settings", "log"),
    ]
    assert nb.audit(session).lines[0] in page.text
    assert "what is carried" in page.text
    assert "Look at the <b>sole</b>." in page.text
    assert "asked twice got the same answer" in page.text
    assert "no error guarantee is stated" in page.text
    assert "accepted from the model" in page.text
    assert "Ada" in page.text
    assert "labels.db" in page.text
    assert str(tmp_path) not in path.read_text("utf-8")

    report = nb.auto_label(session, **terms, accept=False)
    before = len(session.store.read())
    page, _ = written(session, tmp_path, guarantee=report)
    assert (
        "Asked for: at most 10 % of the accepted labels wrong, with 90 % confidence." in page.text
    )
    assert "report." not in page.text
    # the terms that a panel was given do as well; nothing is written to the log
    session.store.set_setting("terms", json.dumps({**terms, "per_class": False}))
    page, _ = written(session, tmp_path)
    assert "Asked for: at most 10 %" in page.text
    session.store.set_setting("terms", '{"max_error": 7, "confidence": 0.9}')
    page, _ = written(session, tmp_path)
    assert "no error guarantee is stated" in page.text
    assert len(session.store.read()) == before


def test_curves_that_a_panel_kept_are_drawn_and_told(tmp_path: Path) -> None:
    session = session_of(features())
    page, _ = written(session, tmp_path)
    assert "No learning curves are kept" in page.text
    session.store.set_setting("curve", json.dumps({30: [0.8, 0.6, 0.9], 40: [0.9, 0.8, 0.95]}))
    session.store.set_setting("sure", json.dumps({10: 0.25}))
    page, _ = written(session, tmp_path)
    (chart,) = page.named("svg")
    assert "Accuracy 90 %, 80–95 %, at 40 labels." in str(chart["aria-label"])
    assert len(page.named("polyline")) == len(page.named("polygon")) == 1
    assert "25 %" in page.text
    curves = facts_of(session, None).curves
    assert curves.accuracy == [[30, 0.8, 0.6, 0.9], [40, 0.9, 0.8, 0.95]]
    assert curves.confident == [[10, 0.25]]


@pytest.mark.parametrize("kind", ["texts", "images"])
def test_nothing_that_was_typed_becomes_markup(tmp_path: Path, kind: str) -> None:
    ids = [f"{i}{EVIL}" for i in range(60)]
    pool = nb.Pool(texts=[f"{i} {EVIL}" for i in range(60)], embeddings=blobs(), ids=ids)
    if kind == "images":
        pool = nb.Pool(np.zeros((60, 8, 8), dtype=np.uint8), embeddings=blobs(), ids=ids)
    classes = [f"{name} {EVIL}" for name in CLASSES]
    session = nb.Session(pool, classes, learner="knn", build_graph=False, annotator=EVIL)
    for i in range(9):
        session.tell(i, classes[i % 3])
    session.describe_class(classes[0], description=EVIL)
    session.set_guidelines(EVIL)
    session.note(0, EVIL)
    page, path = written(session, tmp_path, title=EVIL)
    plain, _ = written(session_of(POOLS[kind]()), tmp_path)
    # no more scripts, images from elsewhere or handlers than without it
    assert [one.get("type") for one in page.named("script")] == ["application/json", None]
    assert {tag for tag, _ in page.found} <= {tag for tag, _ in plain.found} | {"pre", "strong"}
    assert not [one for _, one in page.found if any(name.startswith("on") for name in one)]
    assert not [one for _, one in page.found if "style" in one]
    assert EVIL in page.text
    block = json.loads(page.scripts[0])
    assert block["modes"]["class"]["legend"][0]["name"] == classes[0]
    assert "alert(1)</script>" not in path.read_text("utf-8")


def test_a_colour_that_is_none_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(features())
    session.describe_class("bag", color="#123456")
    assert facts_of(session, None).classes[1].color == "#123456"
    # as a log may have it that was written elsewhere
    wrong = ["#0072b2", "red}body{display:none", "#009e73"]
    monkeypatch.setattr("nblabel.sharing.facts.colors_of", lambda _: wrong)
    assert facts_of(session, None).classes[1].color == "#e69f00"


def test_only_what_is_written_here_may_run(tmp_path: Path) -> None:
    page, path = written(session_of(pictures()), tmp_path)
    policy = next(
        str(one["content"])
        for one in page.named("meta")
        if one.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    source = path.read_text("utf-8")
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)", source)


def test_a_report_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_of(pictures())
    path = tmp_path / "report.html"
    assert nb.report(session, path) == path
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nblabel.sharing.report.page", fail)
    with pytest.raises(KeyboardInterrupt):
        nb.report(session, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_report_refuses(tmp_path: Path) -> None:
    session = session_of(features())
    with pytest.raises(FileNotFoundError, match="make it first"):
        nb.report(session, tmp_path / "none" / "report.html")
    with pytest.raises(IsADirectoryError, match="name a file in it"):
        nb.report(session, tmp_path)
    with pytest.raises(TypeError, match="pass a nblabel.Session"):
        nb.report(features(), tmp_path / "report.html")
    with pytest.raises(ValueError, match="shape"):
        nb.report(session, tmp_path / "report.html", points=np.zeros((3, 2)))


def test_points_of_ones_own(tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(60, 2))
    page, _ = written(session_of(features()), tmp_path, points=points)
    assert "Map by custom, with labels and predictions." in page.text


@pytest.mark.slow  # 60,000 pictures
def test_sixty_thousand_items_take_less_than_five_megabytes(tmp_path: Path) -> None:
    n = 60_000
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (n, 16, 16, 3), dtype=np.uint8)
    ids = [f"folder_{i % 40:03d}/photo_{i:07d}.jpg" for i in range(n)]
    pool = nb.Pool(images, embeddings=blobs(n, dim=8), ids=ids)
    session = session_of(pool, 90)
    path = nb.report(session, tmp_path / "report.html")
    assert path.stat().st_size < 5_000_000
    block = json.loads(Elements(path.read_text("utf-8")).scripts[0])
    assert block["n"] == n
    assert len(block["shown"]) > 500
    facts = facts_of(session, session.refit(1)).at(*map_of(session))
    assert len(as_png(draw_picture(facts))) < 100_000


def test_a_sheet_of_pictures_keeps_to_its_room(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = pictures(200)
    whole = samples.sheet_of(pool, np.arange(200))
    assert len(whole.indices) == 200
    monkeypatch.setattr(samples, "SHEET_BYTES", 30_000)
    part = samples.sheet_of(pool, np.arange(200))
    assert 10 < len(part.indices) < 200
    assert len(part.source) * 3 / 4 < 31_000
    assert samples.sheet_of(pool, np.arange(0)).source == ""


def test_pictures_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    for i in range(6):
        Image.new("RGB", (20, 20), (40 * i, 0, 0)).save(tmp_path / f"{i}.png")
    pool = nb.Pool.from_folder(tmp_path, embeddings=blobs(6))
    session = nb.Session(pool, CLASSES, learner="knn", build_graph=False)
    session.tell(range(6), [CLASSES[i % 3] for i in range(6)])
    (tmp_path / "3.png").write_bytes(b"no picture")
    page, _ = written(session, tmp_path)
    assert "3.png cannot be read; boot" in page.text
    block = json.loads(page.scripts[0])
    assert sorted(block["shown"]) == [0, 1, 2, 4, 5]
    assert draw_picture(facts_of(session, session.refit(1))).size == (1800, 800)


def test_samples_lie_all_over_the_map() -> None:
    n = 20_000
    points = np.random.default_rng(0).normal(scale=0.05, size=(n, 2)).clip(-1, 1)
    points[:40] = np.linspace(-1, 1, 40)[:, None]  # a few far away
    chosen = samples.spread_sample(n, points.astype(np.float32), np.arange(100, 110), 600, 0)
    assert len(chosen) == len(set(chosen.tolist())) == 600
    assert len(set(range(40)) & set(chosen.tolist())) > 30
    assert set(range(100, 110)) <= set(chosen.tolist())


def test_markup_escapes_all_that_is_not_markup() -> None:
    found = tag("p", "<b>", 3, None, [Markup("<i></i>"), "&"], title='"x"', hidden=True, lang=None)
    assert found == '<p title="&quot;x&quot;" hidden>&lt;b&gt;3<i></i>&amp;</p>'
    assert "<" not in data({"a": "</script>"}, "x").split(">", 1)[1].rsplit("<", 1)[0]


def test_letters_that_a_font_lacks_are_looked_for_in_others() -> None:
    own = drawing._own_font(12)
    assert drawing._font_for("Stiefel, 5 %", 12) is own
    assert drawing._has(own, "A")
    # accents go where no font has them
    assert drawing._in_letters_of(own, "für Ä") == "".join(
        letter if drawing._has(own, letter) else plain
        for letter, plain in zip("für Ä", "fur A", strict=True)
    )
    assert not drawing._has(own, "語")
    strange = drawing._font_for("語", 12)  # the own one where no system font has it
    assert strange.getlength("語") > 0


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        ("/home/ada/labels.db", "labels.db"),
        (r"C:\data\labels.db", "labels.db"),
        ("postgresql://ada@host/labels?x=1", "labels"),
    ],
)
def test_of_the_place_of_a_log_only_the_name_is_told(store: str, expected: str) -> None:
    assert file_name(store) == expected


def sounds(n: int = 12) -> nb.Pool:
    return nb.Pool(sounds=[tone(i) for i in range(n)], sampling_rate=RATE, embeddings=blobs(n))


def series(n: int = 12) -> nb.Pool:
    return nb.Pool(series=[wave_series(i) for i in range(n)], embeddings=blobs(n))


@pytest.mark.parametrize(("make", "noun"), [(sounds, "sounds"), (series, "series")])
def test_sounds_and_series_are_reported_too(tmp_path: Path, make: Any, noun: str) -> None:
    page, _ = written(session_of(make(), 3), tmp_path)
    assert f"3 of 12 {noun} labeled, 9 left." in page.text
    assert "seriess" not in page.text
    assert "it shows what they are" not in page.text


def test_objects_that_a_function_draws_are_not_called_embeddings_only(tmp_path: Path) -> None:
    pool = nb.Pool([1, 2, 3, 4], render=lambda one: f"<b>{one}</b>", embeddings=blobs(4))
    page, _ = written(session_of(pool, 2), tmp_path)
    assert "objects, drawn by a function" in page.text


def test_a_coarse_label_is_counted_as_one(tmp_path: Path) -> None:
    tree = {"dog": ["husky", "pug"], "cat": []}
    session = nb.Session(features(), tree, learner="knn", build_graph=False)
    session.tell([0, 1, 2], ["dog", "pug", "cat"])
    page, _ = written(session, tmp_path)
    assert "2 of 60 items labeled, 1 with a coarse label, 57 left." in page.text


@pytest.mark.parametrize("tags", [[], ["gone"]])
def test_terms_that_name_no_tag_are_no_guarantee(tmp_path: Path, tags: list[str]) -> None:
    session = session_of(features(), 9, multi_label=True)
    session.accept([20], [[1, 0, -1]])
    terms = {"max_error": 0.05, "confidence": 0.95, "tags": tags}
    session.store.set_setting("terms", json.dumps(terms))
    page, _ = written(session, tmp_path)
    assert "guarantee-part" not in page.headings or "No error guarantee" in page.text


def test_agreement_about_tags_is_told(tmp_path: Path) -> None:
    session = session_of(features(), 0, multi_label=True, repeats=0.5, annotator="Ada")
    for turn in range(90):
        asked = session.repeated
        index = int(asked[0]) if len(asked) else int(session.ask().indices[0])
        session.tell(index, [CLASSES[index % 3]])
        if turn > 70 and session.state.repeats:
            break
    assert session.state.repeats
    page, _ = written(session, tmp_path)
    assert "asked twice" in page.text
