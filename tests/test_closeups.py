"""Close-ups: parts of pictures at their own resolution, and pictures in columns of a pool."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.pool import closeups
from nblabel.pool.beside import BesidePictures
from nblabel.pool.closeups import Closeups
from nblabel.pool.pictures import MediaError


def ramp(height, width):
    """A picture in which each pixel tells where it is: red its column, green its row."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x % 256, y % 256, 0 * x], axis=-1).astype(np.uint8)


@pytest.fixture
def photo(tmp_path):
    Image.fromarray(ramp(200, 300)).save(tmp_path / "a.png")
    return Closeups(nb.Pool.from_folder(tmp_path).media)


def test_a_part_at_its_own_resolution_is_exact(photo):
    found = photo.read(0, 300, (0.1, 0.5, 0.2, 0.6))
    assert found.size == (300, 200)
    assert found.box == (0.1, 0.5, 0.2, 0.6)
    np.testing.assert_array_equal(found.pixels, ramp(200, 300)[100:120, 30:60])


def test_a_box_ends_between_pixels_and_holds_one_at_least(photo):
    found = photo.read(0, 300, (0.501, 0.501, 0.5011, 0.5011))
    assert found.pixels.shape == (1, 1, 3)
    np.testing.assert_array_equal(found.pixels[0, 0], ramp(200, 300)[100, 150])
    np.testing.assert_allclose(found.box, (150 / 300, 100 / 200, 151 / 300, 101 / 200))
    assert photo.read(0, 300, (1, 1, 1, 1)).pixels.shape == (1, 1, 3)


def test_less_is_given_where_less_is_asked_for_and_never_more_than_there_is(photo):
    assert photo.read(0, 150).pixels.shape == (100, 150, 3)
    assert photo.read(0, 9_000).pixels.shape == (200, 300, 3)
    assert photo.read(0, 150, (0, 0, 0.5, 0.5)).pixels.shape == (50, 75, 3)


def test_it_is_bounded_in_size(photo, monkeypatch):
    monkeypatch.setattr(closeups, "MOST_PIXELS", 1_500)
    found = photo.read(0, 300)
    assert found.pixels.shape == (32, 47, 3)
    assert photo.read(0, 300, (0, 0, 0.1, 0.1)).pixels.shape == (20, 30, 3)


def test_a_large_jpeg_is_decoded_no_larger_than_needed(tmp_path):
    Image.fromarray(ramp(1600, 2400)).save(tmp_path / "a.jpg", quality=95)
    reader = Closeups(nb.Pool.from_folder(tmp_path).media)
    assert reader.read(0, 600).size == (2400, 1600)
    assert reader._last.content.size == (1200, 800)
    part = reader.read(0, 2400, (0.25, 0.25, 0.75, 0.75))
    assert reader._last.content.size == (2400, 1600)
    assert part.pixels.shape == (800, 1200, 3)
    kept = reader._last
    reader.read(0, 600)
    assert reader._last is kept


def test_what_is_too_large_to_keep_is_decoded_again(photo, monkeypatch):
    monkeypatch.setattr(closeups, "KEPT_BYTES", 1_000)
    photo.read(0, 300)
    assert photo._last is None


def test_a_very_wide_picture(tmp_path):
    Image.fromarray(ramp(20, 3000)).save(tmp_path / "a.png")
    reader = Closeups(nb.Pool.from_folder(tmp_path).media)
    assert reader.read(0, 1000).pixels.shape == (7, 1000, 3)
    found = reader.read(0, 3000, (0.9, 0, 1, 1))
    np.testing.assert_array_equal(found.pixels, ramp(20, 3000)[:, 2700:])


def test_a_turned_photo_is_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(ramp(100, 200)).save(tmp_path / "a.png", exif=exif)
    found = Closeups(nb.Pool.from_folder(tmp_path).media).read(0, 200, (0, 0, 1, 0.5))
    assert found.size == (100, 200)
    np.testing.assert_array_equal(found.pixels, np.rot90(ramp(100, 200), -1)[:100])


def test_what_was_stretched_has_a_range_and_a_window_in_it(tmp_path):
    values = np.linspace(1000, 3000, 64 * 64).reshape(64, 64).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "a.tif")
    pool = nb.Pool.from_folder(tmp_path, range=(1000, 3000))
    reader = Closeups(pool.media)
    usual = reader.read(0, 64)
    assert usual.range == (1000, 3000)
    np.testing.assert_array_equal(usual.pixels, pool.image(0))
    darker = reader.read(0, 64, (0, 0, 1, 1), (0.5, 1.0))
    assert darker.range == (2000, 3000)
    expected = np.clip(np.rint((values - 2000.0) * 255 / 1000), 0, 255)
    np.testing.assert_array_equal(darker.pixels[..., 0], expected)
    # 16 shades of the usual picture are 256 of this one
    narrow = reader.read(0, 64, (0, 0, 1, 1), (0.5, 0.5 + 1 / 16))
    assert (
        len(np.unique(narrow.pixels)) > 100 > len(np.unique(usual.pixels[usual.pixels > 126])) / 2
    )
    assert reader.read(0, 64, (0, 0, 1, 1), (0.5, 0.5)).range == (2000, 2002)


@pytest.mark.parametrize("channels", [1, 3])
def test_arrays_and_lists_of_arrays(channels):
    array = np.random.default_rng(0).integers(0, 256, (2, 40, 60, channels), dtype=np.uint8)
    for images in (array, list(array)):
        media = nb.Pool(images, embeddings=np.eye(2)).media
        found = Closeups(media).read(1, 60, (0.5, 0, 1, 0.5))
        assert (found.range, found.size) == (None, (60, 40))
        np.testing.assert_array_equal(found.pixels, array[1, :20, 30:])


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(MediaError, match=r"a\.png cannot be read"):
        Closeups(nb.Pool.from_folder(tmp_path).media).read(0, 100)


def frame(folder, n=4):
    for i in range(n):
        Image.fromarray(np.full((8, 8), 40 * i, np.uint8)).save(folder / f"{i}.png")
    paths = [str(folder / f"{i}.png") for i in range(n)]
    return pd.DataFrame({"nir": [*paths[:-1], None], "year": range(n), "name": list("abcd")})


def test_columns_with_paths_of_pictures_are_found(tmp_path):
    pool = nb.Pool(embeddings=np.eye(4), columns=frame(tmp_path))
    beside = BesidePictures(pool.beside)
    assert beside.names == ["nir"]
    reader, place = beside.closeups(0, 2)
    np.testing.assert_array_equal(reader.read(place, 8).pixels[0, 0], [80])
    assert beside.closeups(0, 3) is None


def test_paths_begin_at_the_folder_of_the_items(tmp_path, monkeypatch):
    table = frame(tmp_path)
    table["nir"] = ["0.png", "1.png", "2.png", None]
    columns = nb.Pool(embeddings=np.eye(4), columns=table).beside
    assert BesidePictures(columns).names == []
    assert BesidePictures(columns, tmp_path).names == ["nir"]
    monkeypatch.chdir(tmp_path)
    assert BesidePictures(columns).names == ["nir"]


def test_what_is_no_picture_is_no_column_of_pictures(tmp_path):
    table = pd.DataFrame({"a": ["x.png"] * 4, "b": [1.0] * 4, "c": [None] * 4, "d": ["x"] * 4})
    assert BesidePictures(nb.Pool(embeddings=np.eye(4), columns=table).beside, tmp_path).names == []
    assert BesidePictures(None).names == []
