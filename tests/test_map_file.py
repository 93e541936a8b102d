"""The map as a PNG or SVG file, from Python."""

import base64
import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

import nblabel as nb
from nblabel.plots import save_map
from nblabel.plots.map_names import place_names

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["Sandal", "Boot & <co>", "Bag"]
COLORS = dict(zip(NAMES, ["#c94f56", "#3f9e6e", "#4c78c8"], strict=True))


def crowd(n=300):
    """Three classes, each in a place of its own."""
    rng = np.random.default_rng(0)
    middles = np.array([(-6, 6), (6, 6), (0, -6)])
    xy = np.concatenate([middle + rng.uniform(-2, 2, (n, 2)) for middle in middles])
    return xy, [name for name in NAMES for _ in range(n)]


def texts(root):
    return [one.text for one in root.iter(f"{SVG}text")]


def has(pixels, color):
    wanted = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    return bool((np.abs(pixels.astype(int) - wanted).max(axis=2) < 10).any())


def test_a_png_has_points_names_title_and_legend(tmp_path):
    xy, labels = crowd()
    save_map(tmp_path / "plain.png", xy, labels, colors=COLORS, size=(600, 400))
    save_map(tmp_path / "titled.png", xy, labels, colors=COLORS, size=(600, 400), title="Shoes")
    plain, titled = (
        np.asarray(Image.open(tmp_path / f"{name}.png")) for name in ("plain", "titled")
    )
    assert plain.shape[1] == titled.shape[1] == 2 * 632
    assert titled.shape[0] - plain.shape[0] == 64
    for color in COLORS.values():
        assert has(plain[: 2 * 416], color)
        assert has(plain[2 * 430 :], color)
    assert has(titled[:90], "#111111")
    assert not has(plain[:30], "#111111")


def test_an_svg_has_circles_for_some_points_and_names_as_text(tmp_path):
    xy, labels = crowd()
    xy[0] = np.nan
    path = tmp_path / "map.svg"
    save_map(path, xy, [*labels[:-1], None], colors=COLORS, title="a < b")
    root = ET.parse(path).getroot()
    assert texts(root)[0] == "a < b"
    assert {*NAMES, "Sandal  300", "no label  1"} <= set(texts(root))
    group = root.find(f"{SVG}g")
    assert len(list(group.iter(f"{SVG}circle"))) == 899  # one has no place
    assert list(root.iter(f"{SVG}image")) == []


def test_an_svg_of_many_points_holds_them_as_a_picture(tmp_path):
    xy, labels = crowd(3000)
    path = tmp_path / "map.svg"
    save_map(path, xy, labels, colors=COLORS)
    root = ET.parse(path).getroot()
    (image,) = root.iter(f"{SVG}image")
    kind, data = image.get("href").split(",")
    assert kind == "data:image/png;base64"
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert all(has(pixels, color) for color in COLORS.values())
    assert set(NAMES) <= set(texts(root))


def test_no_points_one_point_and_none_with_a_place(tmp_path):
    for xy in (np.empty((0, 2)), [[3.0, 4.0]], [[np.nan, 1.0]]):
        save_map(tmp_path / "map.png", xy, ["a"] * len(xy))
        save_map(tmp_path / "map.svg", xy, ["a"] * len(xy))
        ET.parse(tmp_path / "map.svg")


def test_of_very_many_classes_the_legend_has_those_with_the_most_points(tmp_path):
    rng = np.random.default_rng(1)
    labels = [f"class {code}" for code in range(200) for _ in range(2 + (code < 5))]
    save_map(tmp_path / "map.svg", rng.normal(size=(len(labels), 2)), labels)
    found = texts(ET.parse(tmp_path / "map.svg").getroot())
    assert sum(one is not None and "  " in one for one in found) == 40
    assert {f"class {code}  3" for code in range(5)} <= set(found)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"path": "map.pdf"}, "neither in .png nor in .svg"),
        ({"labels": ["a"]}, "one label for each point"),
        ({"size": (9, 100)}, "from 100 to 10000"),
        ({"size": 400}, "pass .width, height."),
        ({"colors": {"Bag": "bluish"}}, "bluish"),
        ({"colors": {"Bag": "bluish"}, "path": "map.svg"}, "bluish"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, changes, said):
    xy, labels = crowd(20)
    given = {"path": "map.png", "labels": labels, **changes}
    path, names = tmp_path / given.pop("path"), given.pop("labels")
    with pytest.raises(ValueError, match=said):
        save_map(path, xy, names, **given)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", range(3))
def test_names_overlap_nothing_and_stand_among_their_points(seed):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 30, 4000)
    middles = rng.uniform((50, 50), (650, 450), (30, 2))
    xy = middles[codes] + rng.normal(0, 15, (4000, 2))
    placed = place_names(xy, codes, 29, (700, 500), lambda code: (40 + code, 18))
    assert len({code for code, *_ in placed}) == len(placed) > 10
    assert all(code < 29 for code, *_ in placed)
    boxes = [(x - 20 - code / 2, x + 20 + code / 2, y - 9, y + 9) for code, x, y in placed]
    for place, (left, right, top, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= 700
        assert top >= 0
        assert bottom <= 500
        for other in boxes[:place]:
            apart = right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top
            assert apart
    for code, x, y in placed:
        assert np.hypot(*(middles[code] - (x, y))) < 90


def test_save_map_is_public():
    assert nb.plots.save_map is save_map
