"""Pictures: arrays of every kind, files of every kind, and files that are broken."""

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.pool.pictures import ImageArray, ImageFiles, MediaError, find_images

RAMP = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5


def save(folder: Path, name: str, image: Image.Image, **options: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


def read(path: Path, max_side: int | None = None) -> np.ndarray:
    return ImageFiles([path]).read(0, max_side)


# arrays


@pytest.mark.parametrize(
    "images",
    [
        np.array([[[0, 128, 255]]], dtype=np.uint8),
        np.array([[[0, 128, 255]]], dtype=np.int64),
        np.array([[[0, 128, 255]]], dtype=np.float32),
        np.array([[[0, 128, 255]]], dtype=np.float64) / 255,
        np.array([[[0, 128, 255]]], dtype=np.float32) / 255,
        [[[0, 128, 255]]],
    ],
    ids=["uint8", "int64", "float 0..255", "float64 0..1", "float32 0..1", "lists"],
)
def test_arrays_of_every_type(images):
    array = ImageArray(images).array
    assert array.dtype == np.uint8
    assert array[..., 0].tolist() == [[[0, 128, 255]]]


def test_boolean_pixels_are_black_and_white():
    assert ImageArray([[[True, False]]]).array.ravel().tolist() == [255, 0]


def test_zeros_and_ones_of_an_integer_type_are_no_share_of_255():
    assert ImageArray(np.array([[[0, 1]]])).array.max() == 1


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 3, 4, 1), (2, 3, 4, 3), (2, 1, 1)])
def test_shapes(shape):
    media = ImageArray(np.zeros(shape, dtype=np.uint8))
    assert media.read(1).shape == (*shape[1:3], 3 if shape[3:] == (3,) else 1)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 3)), r"shape \(2, 3\).*Pass other data as embeddings="),
        (np.zeros((2, 5, 5, 4)), r"images\[\.\.\., :3\] leaves out the fourth channel"),
        (np.zeros((2, 3, 5, 5)), r"transpose\(0, 2, 3, 1\) puts the channels last"),
        (np.zeros((2, 3, 4, 2)), r"shape \(2, 3, 4, 2\)"),
        (np.zeros((2, 0, 4)), r"shape \(2, 0, 4\)"),
        (np.zeros((1, 2, 3, 4, 3)), r"expected \(n, height, width\)"),
        (np.full((1, 2, 2), np.nan), "NaN or infinite pixels"),
        (np.full((1, 2, 2), np.inf), "NaN or infinite pixels"),
        (np.full((1, 2, 2), 256), "pixels range from 256 to 256; scale them"),
        (np.full((1, 2, 2), -1.0), "scale them to 0..255 or 0..1"),
        (np.full((1, 2, 2), "a"), "dtype <U1; expected uint8"),
        (np.full((1, 2, 2), 1j), "dtype complex128; expected uint8"),
        ([np.zeros((2, 2)), np.zeros((2, 3))], "differ in shape"),
    ],
)
def test_arrays_that_are_no_pictures(images, message):
    with pytest.raises(ValueError, match=message):
        nb.Pool(images)


def test_arrays_are_scaled_down_and_never_up():
    media = ImageArray(np.full((1, 40, 20), 200, dtype=np.uint8))
    assert media.read(0, 10).shape == (10, 5, 1)
    assert (media.read(0, 10) == 200).all()
    assert media.read(0, 100).shape == (40, 20, 1)
    assert ImageArray(np.zeros((1, 300, 1, 3), dtype=np.uint8)).read(0, 10).shape == (10, 1, 3)


# files


@pytest.mark.parametrize("paths", [list, tuple, np.array], ids=["list", "tuple", "array"])
def test_paths_in_every_container(tmp_path, paths):
    save(tmp_path, "a.png", Image.fromarray(RAMP))
    pool = nb.Pool(paths([str(tmp_path / "a.png")]))
    assert (pool.image(0)[..., 0] == RAMP).all()
    assert pool.name(0) == "a.png"


def test_paths_from_a_table_with_any_index(tmp_path):
    import pandas as pd

    save(tmp_path, "a.png", Image.fromarray(RAMP))
    assert len(nb.Pool(pd.Series([tmp_path / "a.png"], index=[41]))) == 1


@pytest.mark.parametrize("texts", [["good day", "bad day."], ["long " * 999], ["a/b", ""]])
def test_texts_are_no_pictures(texts):
    with pytest.raises(ValueError, match=r"is no image file, nor are others; pass texts as Pool"):
        nb.Session(texts, ["good", "bad"])


def test_a_table_is_no_picture():
    with pytest.raises(TypeError, match=r"images is a table; pass Pool\(table=...\)"):
        nb.Labeler(pd.DataFrame({"x": [1, 2]}), ["a", "b"])


@pytest.mark.parametrize("path", ["photos", Path("photos")])
def test_a_single_path_is_pointed_to_from_folder(path):
    with pytest.raises(TypeError, match=r"use Pool.from_folder\('photos'\)"):
        nb.Pool(path)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "gif", "webp", "jpg"])
def test_formats(tmp_path, suffix):
    options = {"webp": {"lossless": True}, "jpg": {"quality": 100}}.get(suffix, {})
    picture = read(save(tmp_path, f"a.{suffix}", Image.fromarray(RAMP), **options))
    assert picture.dtype == np.uint8
    assert np.abs(picture[..., 0].astype(int) - RAMP).max() <= (3 if suffix == "jpg" else 0)


def test_grey_and_colour(tmp_path):
    grey = Image.fromarray(RAMP)
    assert read(save(tmp_path, "grey.png", grey)).shape == (6, 8, 1)
    assert read(save(tmp_path, "colour.png", grey.convert("RGB"))).shape == (6, 8, 3)
    cmyk = read(save(tmp_path, "cmyk.jpg", grey.convert("CMYK")))
    assert cmyk.shape == (6, 8, 3)


def test_black_and_white(tmp_path):
    picture = read(save(tmp_path, "a.png", Image.fromarray(RAMP > 100)))
    assert (picture[..., 0] == np.where(RAMP > 100, 255, 0)).all()


def test_palette(tmp_path):
    colours = Image.fromarray(np.stack([RAMP, RAMP[::-1], RAMP], axis=-1))
    paletted = colours.quantize(64)
    assert paletted.mode == "P"
    picture = read(save(tmp_path, "a.png", paletted))
    assert (picture == np.asarray(paletted.convert("RGB"))).all()


def with_alpha(mode: str) -> Image.Image:
    """A black picture whose left half is transparent."""
    alpha = np.zeros((6, 8), dtype=np.uint8)
    alpha[:, 4:] = 255
    image = Image.new("RGBA", (8, 6))
    image.putalpha(Image.fromarray(alpha))
    return image if mode == "RGBA" else image.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_are_white(tmp_path, mode):
    picture = read(save(tmp_path, "a.png", with_alpha(mode)))
    assert (picture[:, :4] == 255).all()
    assert (picture[:, 4:] == 0).all()


def test_a_palette_with_transparency(tmp_path):
    image = Image.fromarray(np.repeat(np.uint8([[0, 1]]), 2, axis=0), mode=None)
    image.putpalette([0, 0, 0, 255, 0, 0])
    picture = read(save(tmp_path, "a.png", image, transparency=bytes([0, 255])))
    assert picture[0].tolist() == [[255, 255, 255], [255, 0, 0]]


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_keep_their_shades(tmp_path, suffix):
    deep = RAMP.astype(np.uint16) * 257
    picture = read(save(tmp_path, f"a.{suffix}", Image.fromarray(deep)))
    assert picture.shape == (6, 8, 1)
    assert np.abs(picture[..., 0].astype(int) - RAMP).max() <= 1


def test_floats_and_wide_integers_keep_their_shades(tmp_path):
    for name, values in (("f.tif", np.float32(RAMP) / 255), ("i.tif", np.int32(RAMP) * 100)):
        shades = read(save(tmp_path, name, Image.fromarray(values)))[..., 0]
        assert len(np.unique(shades)) > 40
        assert (np.diff(shades.ravel().astype(int)) >= 0).all()


@pytest.mark.parametrize("values", [[-5.0, -5.0], [np.nan, 1.0], [np.nan, np.nan], [-1e30, 1e30]])
def test_floats_of_any_range_give_a_picture(tmp_path, values):
    path = save(tmp_path, "a.tif", Image.fromarray(np.float32([values])))
    assert read(path).shape == (1, 2, 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path, "a.png", Image.fromarray(RAMP), exif=exif)
    turned = {
        1: RAMP, 2: RAMP[:, ::-1], 3: RAMP[::-1, ::-1], 4: RAMP[::-1],
        5: RAMP.T, 6: np.rot90(RAMP, -1), 7: RAMP[::-1, ::-1].T, 8: np.rot90(RAMP),
    }  # fmt: skip
    assert (read(path)[..., 0] == turned[orientation]).all()


def test_files_are_scaled_down_keeping_their_proportions(tmp_path):
    big = Image.fromarray(np.full((300, 600, 3), 90, dtype=np.uint8))
    for name in ("a.jpg", "a.png"):
        picture = read(save(tmp_path, name, big), max_side=64)
        assert picture.shape == (32, 64, 3)
        assert np.abs(picture.astype(int) - 90).max() <= 2
    assert read(tmp_path / "a.png", max_side=1_000).shape == (300, 600, 3)


def test_only_the_first_frame_of_a_film(tmp_path):
    frames = [Image.new("L", (4, 4), shade) for shade in (10, 200)]
    path = save(tmp_path, "a.gif", frames[0], save_all=True, append_images=frames[1:])
    assert (read(path) == 10).all()


# broken files


def png_of_size(width: int, height: int) -> bytes:
    """The start of a PNG that claims a size."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def encoded(kind: str) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no image at all",
        encoded("png")[:2_000],
        encoded("jpeg")[:1_000],
        encoded("webp")[:1_000],
        encoded("tiff")[:1_000],
        encoded("gif")[:500],
        encoded("bmp")[:500],
        encoded("png")[:60] + b"\0" * 200,
        png_of_size(60_000, 60_000),
        b"<html>404</html>",
    ],
    ids=["empty", "text", "png", "jpeg", "webp", "tiff", "gif", "bmp", "corrupt", "bomb", "html"],
)
def test_a_broken_file_is_named(tmp_path, content):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"^broken.png cannot be read: \w"):
        read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MediaError, match="^gone.png cannot be read: not found$"):
        read(tmp_path / "gone.png")


def test_a_folder_in_place_of_a_file(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(MediaError, match="a.png cannot be read"):
        read(tmp_path / "a.png")


def test_a_photo_of_a_suspicious_size_where_warnings_are_errors(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)  # RAMP has 48
    path = save(tmp_path, "a.png", Image.fromarray(RAMP))
    with pytest.raises(MediaError, match=r"a\.png cannot be read: Image size"):
        read(path)


# folders


@pytest.fixture
def folder(tmp_path):
    image = Image.fromarray(RAMP)
    for name in ("b.png", "a.JPG", "deep/er/c.png", "spaces and 'quotes'.png", "<img>.png"):
        save(tmp_path, f"photos/{name}", image)
    save(tmp_path, "photos/.hidden.png", image)
    save(tmp_path, "photos/.thumbnails/d.png", image)
    for name in ("notes.txt", "data.csv", "noending"):
        (tmp_path / "photos" / name).write_text("no picture")
    return tmp_path / "photos"


def test_a_folder_is_searched_for_images(folder):
    pool = nb.Pool.from_folder(folder)
    names = ("<img>.png", "a.JPG", "b.png", "deep/er/c.png", "spaces and 'quotes'.png")
    assert pool.ids == names
    assert [pool.name(index) for index in range(5)] == list(names)
    assert pool.image(3).shape == (6, 8, 1)


def test_the_folders_of_pictures_are_known_labels(folder):
    pool = nb.Pool.from_folder(folder)
    assert pool.folders.to_dict("list") == {"id": ["deep/er/c.png"], "label": ["deep"]}
    assert nb.Pool.from_folder(folder, ids="abcde").folders["id"].tolist() == ["d"]
    assert nb.Pool([folder / "deep/er/c.png"]).folders.empty
    assert nb.Pool(texts=["a/b"], ids=["a/b"]).folders.empty
    session = nb.Session(pool, ["deep", "flat"])
    assert session.import_labels(pool.folders).n_imported == 1
    (label,) = session.labels().itertuples()
    assert (label.id, label.label, label.source) == ("deep/er/c.png", "deep", "import")


def test_a_folder_named_by_text_or_through_a_link(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert nb.Pool.from_folder(str(tmp_path / "link")).ids == nb.Pool.from_folder(folder).ids


def test_a_folder_named_by_a_relative_path(folder, monkeypatch):
    monkeypatch.chdir(folder)
    pool = nb.Pool.from_folder(".")
    monkeypatch.chdir("/")
    assert pool.image(0).shape == (6, 8, 1)


def test_a_folder_called_like_an_image_is_none(folder):
    (folder / "album.png").mkdir()
    assert "album.png" not in nb.Pool.from_folder(folder)


def test_links_that_stay_inside_are_fine(folder):
    (folder / "again.png").symlink_to(folder / "b.png")
    assert "again.png" in nb.Pool.from_folder(folder)


def test_links_that_lead_outside_are_refused(folder, tmp_path):
    save(tmp_path, "secret.png", Image.fromarray(RAMP))
    (folder / "z.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(ValueError, match=r"z\.png leads outside the folder .*photos; leave it out"):
        nb.Pool.from_folder(folder)


def test_class_folders_with_other_files_among_them(folder):
    """What lies beside the pictures is neither labeled nor a class."""
    (folder / "empty").mkdir()
    (folder / "deep" / "Thumbs.db").write_bytes(b"no picture")
    (folder / "notes").mkdir()
    (folder / "notes" / "readme.txt").write_text("no picture")
    save(folder, "deep/er/d.PNG", Image.fromarray(RAMP))
    pool = nb.Pool.from_folder(folder)
    assert len(pool) == 6
    assert sorted(pool.folders["id"]) == ["deep/er/c.png", "deep/er/d.PNG"]
    assert set(pool.folders["label"]) == {"deep"}


def test_folders_with_nothing_to_label(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder .*gone; check the path"):
        nb.Pool.from_folder(tmp_path / "gone")
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(FileNotFoundError, match=r"holds no image file .*\.png"):
        nb.Pool.from_folder(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        find_images(tmp_path / "notes.txt")


def test_a_name_that_is_no_utf_8_can_be_stored(tmp_path):
    image = Image.fromarray(RAMP)
    image.save(tmp_path / os.fsdecode(b"caf\xe9.png"))
    pool = nb.Pool.from_folder(tmp_path)
    assert pool.ids == ("caf\\xe9.png",)
    assert pool.image(0).shape == (6, 8, 1)
    assert len(pool.fingerprint) == 32


def test_a_pool_of_files_is_told_by_their_names_and_sizes(folder, tmp_path):
    before = nb.Pool.from_folder(folder).fingerprint
    folder.rename(tmp_path / "moved")
    assert nb.Pool.from_folder(tmp_path / "moved").fingerprint == before
    (tmp_path / "moved" / "a.JPG").write_bytes(b"another picture")
    assert nb.Pool.from_folder(tmp_path / "moved").fingerprint != before
    (tmp_path / "moved" / "b.png").unlink()
    assert nb.Pool.from_folder(tmp_path / "moved").fingerprint != before


def test_files_of_one_name_in_different_folders(folder):
    save(folder, "other/b.png", Image.fromarray(RAMP))
    pool = nb.Pool([folder / "b.png", folder / "other" / "b.png"])
    assert pool.ids == ("b.png", "other/b.png")
    assert [pool.name(0), pool.name(1)] == ["b.png", "other/b.png"]
