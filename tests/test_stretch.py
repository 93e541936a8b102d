"""Values that are no 0..255: shown so that a person can see them, one range for the whole pool."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

import nblabel as nb
from nblabel.pool.stretch import Stretch, spread

RNG = np.random.default_rng(0)
SHARES = RNG.random((12, 16, 16))
SHARES[:, 0, :2] = 0, 1
BLACK, WHITE = 0, 255


def save_all(folder: Path, pictures: np.ndarray, ending: str = "tif") -> Path:
    for number, values in enumerate(pictures):
        Image.fromarray(values).save(folder / f"{number:03}.{ending}")
    return folder


def shown(pool: nb.Pool) -> np.ndarray:
    return np.stack([pool.image(index)[..., 0] for index in range(len(pool))])


def expected(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.rint(np.clip((values.astype(float) - low) / (high - low), 0, 1) * 255)


# name: values, the range they are shown in, to within the share of it that percentiles cut off
UNUSUAL = {
    "12 bits": ((SHARES * 4095).astype(np.uint16), 0, 4095),
    "depth": ((500 + SHARES * 2500).astype(np.uint16), 500, 3000),
    "metres": ((100 + SHARES * 800).astype(np.float32), 100, 900),
    "counts": ((SHARES * 1199).astype(np.int32), 0, 1199),
    "small floats": ((SHARES * 0.01).astype(np.float32), 0, 0.01),
    "normalized": ((SHARES * 4 - 2).astype(np.float32), -2, 2),
    "labels": ((SHARES * 5.9).astype(np.uint16), 0, 5),
    "labels of 8 bits": ((SHARES * 5.9).astype(np.uint8), 0, 5),
    "labels and none": (np.where(SHARES == 1, 255, SHARES * 5.9).astype(np.uint8), 0, 5),
    "missing": (np.where(SHARES < 0.1, -9999, 100 + SHARES * 800).astype(np.float32), 180, 900),
    "padded": (np.where(SHARES < 0.1, 65_535, SHARES * 4095).astype(np.uint16), 409, 4095),
    "filled": (np.where(SHARES < 0.1, -3.4e38, SHARES * 50).astype(np.float32), 5, 50),
}


@pytest.mark.parametrize("name", UNUSUAL)
@pytest.mark.parametrize("kind", ["array", "files"])
def test_unusual_values_are_stretched_with_a_message(tmp_path, name, kind):
    values, low, high = UNUSUAL[name]
    with pytest.warns(
        UserWarning, match=r"is shown black and .* white.* range=\(low, high\)"
    ) as told:
        pool = nb.Pool(values if kind == "array" else sorted(save_all(tmp_path, values).iterdir()))
    assert len(told) == 1
    pictures = shown(pool)
    assert np.abs(pictures - expected(values, low, high)).max() <= 3
    assert (pictures.min(), pictures.max()) == (BLACK, WHITE)
    raw = nb.embed(pool, "raw")
    assert np.allclose(raw, pictures.reshape(len(pool), -1) / 255, atol=1e-6)


USUAL = {
    "8 bits": ((SHARES * 255).astype(np.uint8), 255),
    "16 bits": ((SHARES * 65_535).astype(np.uint16), 65_535),
    "0..1": (SHARES.astype(np.float32), 1),
    "floats 0..255": ((SHARES * 255).astype(np.float32), 255),
    "one shade": (np.full((3, 4, 4), 7, np.uint8), 255),
    "black": (np.zeros((3, 4, 4), np.float32), 1),
    "one high shade": (np.full((3, 4, 4), 256, np.uint16), 65_535),
}


@pytest.mark.parametrize("name", USUAL)
@pytest.mark.parametrize("kind", ["array", "files"])
def test_usual_values_are_taken_as_they_are_without_a_word(tmp_path, name, kind):
    values, high = USUAL[name]
    pool = nb.Pool(values if kind == "array" else sorted(save_all(tmp_path, values).iterdir()))
    assert np.abs(shown(pool) - expected(values, 0, high)).max() <= 0.51


def test_a_hair_above_one_is_clipped():
    above = SHARES.copy()
    above[0, 5, 5] = 1.001
    with pytest.warns(UserWarning, match=r"floats from 0 to 1.001: 0 is shown black and 1 white"):
        pool = nb.Pool(above)
    truth = shown(nb.Pool(SHARES))
    truth[0, 5, 5] = WHITE
    assert (shown(pool) == truth).all()


def test_holes_are_black():
    holes = SHARES.copy()
    holes[3, :2, 0] = np.nan, np.inf
    with pytest.warns(UserWarning, match="^NaN and infinite values in the images are shown black"):
        pool = nb.Pool(holes)
    assert pool.image(3)[:2, 0, 0].tolist() == [BLACK, BLACK]


def test_a_given_range_is_used_without_a_word(tmp_path):
    values = (SHARES * 4095).astype(np.uint16)
    folder = save_all(tmp_path, values)
    for pool in (
        nb.Pool(values, range=(1000, 2000)),
        nb.Pool(list(values), range=(1000, 2000)),
        nb.Pool.from_folder(folder, range=(1000, 2000)),
    ):
        assert np.abs(shown(pool) - expected(values, 1000, 2000)).max() <= 0.51


@pytest.mark.parametrize("wrong", [(1, 1), (2, 1), (0,), "01", 5, (0, np.nan), (None, 1)])
def test_a_range_that_is_none(wrong):
    with pytest.raises(ValueError, match=r"^range is .*; pass the values .*: \(low, high\)\.$"):
        nb.Pool(SHARES, range=wrong)
    with pytest.raises(ValueError, match="range= is for images"):
        nb.Pool(texts=["a"], range=(0, 1))


def test_the_same_files_have_one_fingerprint_however_they_are_stretched(tmp_path):
    values = (SHARES * 4095).astype(np.uint16)
    folder = save_all(tmp_path, values)
    first, second = (nb.Pool.from_folder(folder, range=(0, top)) for top in (1000, 2000))
    assert first.fingerprint == second.fingerprint
    assert first.media.contents() != second.media.contents()
    arrays = [nb.Pool(values, range=(0, top)) for top in (1000, 2000)]
    assert arrays[0].fingerprint == arrays[1].fingerprint
    assert arrays[0].media.contents() != arrays[1].media.contents()


def test_labels_of_8_bits_keep_the_fingerprint_of_earlier_versions():
    labels = UNUSUAL["labels of 8 bits"][0]
    with pytest.warns(UserWarning, match="8-bit numbers from 0 to 5"):
        pool = nb.Pool(labels)
    plain = nb.Pool(labels, range=(0, 255))
    assert (shown(plain) == labels).all()
    assert pool.fingerprint == plain.fingerprint


def test_one_deep_file_among_many_is_found_when_it_is_read(tmp_path):
    folder = save_all(
        tmp_path,
        np.full((200, 4, 4), 9, np.uint8) + (np.arange(16) * 9).astype(np.uint8).reshape(4, 4),
    )
    Image.fromarray((np.arange(16) * 100).astype(np.uint16).reshape(4, 4)).save(folder / "101.tif")
    pool = nb.Pool.from_folder(folder)
    with pytest.warns(UserWarning, match="whole numbers from 0 to 1,500"):
        assert (pool.image(101).min(), pool.image(101).max()) == (BLACK, WHITE)
    assert pool.image(100).max() == 9 + 15 * 9


def test_a_deep_file_of_a_wrong_name_is_shown(tmp_path):
    Image.fromarray((SHARES[0] * 255).astype(np.uint8)).save(tmp_path / "a.jpg")
    Image.fromarray((SHARES[1] * 4095).astype(np.uint16)).save(tmp_path / "b.jpg", "PNG")
    pool = nb.Pool.from_folder(tmp_path)
    with pytest.warns(UserWarning, match="whole numbers from 0 to 4,095"):
        assert (pool.image(1).min(), pool.image(1).max()) == (BLACK, WHITE)


def test_values_that_no_other_picture_holds_are_told_once(tmp_path):
    pictures = np.repeat(SHARES.astype(np.float32), 10, axis=0)
    pictures[[59, 60]] *= 200  # none of those looked at
    pool = nb.Pool.from_folder(save_all(tmp_path, pictures))
    pool.image(58)
    with pytest.warns(UserWarning, match=r"^059\.tif holds other values .*; range=\(low, high\)"):
        pool.image(59)
    pool.image(60)


def test_a_picture_of_hardly_any_data_is_no_other_one(tmp_path):
    pictures = np.repeat(SHARES.astype(np.float32), 10, axis=0)
    pictures[60, 2:] = -9999
    assert nb.Pool.from_folder(save_all(tmp_path, pictures)).image(60).min() == BLACK


def test_items_that_come_later_are_stretched_as_the_earlier_ones(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder, top in zip(folders, (1000, 2000), strict=True):
        folder.mkdir()
        save_all(folder, (SHARES * top).astype(np.uint16))
    with pytest.warns(UserWarning, match="shown black"):
        first, second = map(nb.Pool.from_folder, folders)
    second.ids = tuple(f"b{number}" for number in range(12))
    low, high = first.media.stretch.ranges["whole numbers"]
    both = first.extended(second)
    assert np.abs(shown(both)[12:] - expected(SHARES * 2000, low, high)).max() <= 1
    assert shown(second).min() == BLACK < np.median(shown(second)) < np.median(shown(both)[12:])


def test_files_of_8_bits_beside_deeper_ones_stay_as_they_are(tmp_path):
    save_all(tmp_path, (SHARES * 4095).astype(np.uint16))
    plain = (SHARES[0] * 100).astype(np.uint8)
    Image.fromarray(plain).save(tmp_path / "plain.png")
    with pytest.warns(UserWarning, match="whole numbers from 0 to 4,095"):
        pool = nb.Pool.from_folder(tmp_path)
    assert (pool.image(12)[..., 0] == plain).all()


@settings(max_examples=100, deadline=None)
@given(
    arrays(
        st.sampled_from([np.float32, np.float64, np.int32, np.uint16, np.int8, np.uint8, np.bool_]),
        st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4)),
    )
)
def test_any_numbers_are_shown_or_refused_in_words(values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", UserWarning)
        if not np.isfinite(values).any():
            with pytest.raises(ValueError, match="replace them first"):
                nb.Pool(values)
            return
        pictures = shown(nb.Pool(values))
    finite = np.isfinite(values)
    order = np.argsort(values[finite].astype(float), kind="stable")
    assert (np.diff(pictures[finite][order].astype(int)) >= 0).all()
    assert (pictures[~finite] == BLACK).all()


def test_positions_spread_over_a_pool():
    assert spread(1) == [0]
    assert spread(3) == [0, 1, 2]
    assert spread(0) == []
    places = spread(10_000)
    assert (places[0], places[-1], len(places)) == (0, 9_999, 24)


def test_8_bits_without_a_range_are_not_copied():
    values = np.zeros((2, 2, 1), np.uint8)
    assert Stretch().apply(values) is values
