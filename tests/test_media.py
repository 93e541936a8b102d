"""Pictures: arrays of every kind, files of every kind, and files that are broken."""

import io
import os
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, TiffImagePlugin

import nblabel as nb
from nblabel.pool import reading
from nblabel.pool.folder import find_media
from nblabel.pool.in_memory import ImageArray
from nblabel.pool.pictures import ImageFiles, MediaError

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
        (np.full((1, 2, 2), "a"), "dtype <U1; expected uint8"),
        (np.full((1, 2, 2), 1j), "dtype complex128; expected uint8"),
        ([np.zeros((2, 2)), np.zeros((2, 2, 4))], r"^image 1 has .*images\[1\]\[..., :3\] leaves"),
        ([np.zeros((3, 4, 5)), np.zeros((2, 2))], r"images\[0\].transpose\(1, 2, 0\) puts"),
        ([np.full((2, 2), "a"), np.zeros((2, 2))], "^image 0 is no picture: images have dtype <U1"),
        ([3, 4], r"^image 0 has shape \(\)"),
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


@pytest.mark.filterwarnings("ignore:The images hold whole numbers from 0 to 23,500")
def test_floats_and_wide_integers_keep_their_shades(tmp_path):
    for name, values in (("f.tif", np.float32(RAMP) / 255), ("i.tif", np.int32(RAMP) * 100)):
        shades = nb.Pool([save(tmp_path, name, Image.fromarray(values))]).image(0)[..., 0]
        assert len(np.unique(shades)) > 40
        assert (np.diff(shades.ravel().astype(int)) >= 0).all()


@pytest.mark.filterwarnings("ignore:The images hold|NaN")
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


def test_a_large_scan_is_read_and_a_huge_one_comes_with_advice(tmp_path, monkeypatch):
    path = save(tmp_path, "a.png", Image.fromarray(RAMP))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)  # RAMP has 48; twice as many are refused
    assert (read(path)[..., 0] == RAMP).all()
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    with pytest.raises(
        MediaError, match=r"^a\.png cannot be read: Image size .*MAX_IMAGE_PIXELS ="
    ):
        read(path)


def test_too_little_memory_for_a_picture_ends_in_advice(tmp_path, monkeypatch):
    def load(_image):
        raise MemoryError

    path = save(tmp_path, "a.bmp", Image.fromarray(RAMP))
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    with pytest.raises(MediaError, match=r"^a\.bmp cannot be read: .*more memory .*into tiles\.$"):
        read(path)


def test_damaged_notes_beside_a_picture_do_not_hide_it(tmp_path):
    path = save(tmp_path, "a.png", Image.fromarray(RAMP), exif=b"Exif\0\0MM\0*damaged")
    assert (read(path)[..., 0] == RAMP).all()


# folders


@pytest.fixture
def folder(tmp_path):
    image = Image.fromarray(RAMP)
    for name in ("b.png", "a.JPG", "deep/er/c.png", "spaces and 'quotes'.png", "<img>.png"):
        save(tmp_path, f"photos/{name}", image)
    save(tmp_path, "photos/.hidden.png", image)
    save(tmp_path, "photos/.thumbnails/d.png", image)
    return tmp_path / "photos"


def add_others(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("no picture")


def test_a_folder_is_searched_for_images(folder):
    add_others(folder, "notes.txt", "more.TXT", "data.csv", "noending", "Thumbs.db", ".hidden.txt")
    words = r"^4 files left out: 2 \.txt, 1 \.csv, 1 without an ending\.$"
    with pytest.warns(UserWarning, match=words):
        pool = nb.Pool.from_folder(folder)
    names = ("<img>.png", "a.JPG", "b.png", "deep/er/c.png", "spaces and 'quotes'.png")
    assert pool.ids == names
    assert [pool.name(index) for index in range(5)] == list(names)
    assert pool.image(3).shape == (6, 8, 1)


def test_the_folders_of_pictures_are_known_labels(folder):
    pool = nb.Pool.from_folder(folder)
    assert pool.folders.to_dict("list") == {"id": ["deep/er/c.png"], "label": ["deep"]}
    assert nb.Pool.from_folder(folder, ids=list("abcde")).folders["id"].tolist() == ["d"]
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
    add_others(folder / "notes", "readme.txt")
    save(folder, "deep/er/d.PNG", Image.fromarray(RAMP))
    with pytest.warns(UserWarning, match=r"^1 file left out: 1 \.txt\.$"):
        pool = nb.Pool.from_folder(folder)
    assert len(pool) == 6
    assert sorted(pool.folders["id"]) == ["deep/er/c.png", "deep/er/d.PNG"]
    assert set(pool.folders["label"]) == {"deep"}


def test_folders_with_nothing_to_label(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder .*gone; check the path"):
        nb.Pool.from_folder(tmp_path / "gone")
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(FileNotFoundError, match=r"holds no image file .*\.png.* 1 file left out"):
        nb.Pool.from_folder(tmp_path)
    with pytest.raises(
        FileNotFoundError, match=r"notes\.txt is a file; pass the folder it lies in"
    ):
        find_media(tmp_path / "notes.txt")


def test_a_folder_holds_all_kinds_of_files_that_pillow_reads(tmp_path):
    Image.init()
    picture = Image.fromarray(np.stack([RAMP] * 3, axis=-1))
    endings = ["avif", "jp2", "jfif", "ppm", "tga", "pcx", "ico", "sgi", "qoi", "dds", "webp"]
    kinds = {ending: Image.registered_extensions().get(f".{ending}") for ending in endings}
    for ending, kind in kinds.items():
        if kind in Image.SAVE:
            # earlier versions of Pillow write an icon of no size from a smaller picture
            shown = picture.resize((32, 32)) if ending == "ico" else picture
            save(tmp_path, f"a.{ending}", shown, format=kind)
    pool = nb.Pool.from_folder(tmp_path)
    assert len(pool) == sum(kind in Image.SAVE for kind in kinds.values()) > 8
    for index in range(len(pool)):
        assert pool.image(index).shape[2] == 3, pool.ids[index]


def test_what_other_programs_would_have_to_read_is_left_out(tmp_path):
    save(tmp_path, "a.png", Image.fromarray(RAMP))
    add_others(tmp_path, "a.eps", "b.h5", "c.mpg", "d.svg")
    with pytest.warns(UserWarning, match="^4 files left out"):
        assert nb.Pool.from_folder(tmp_path).ids == ("a.png",)
    (tmp_path / "evil.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with pytest.raises(MediaError, match="evil.png cannot be read: cannot identify it"):
        read(tmp_path / "evil.png")


def test_photos_of_phones_come_with_the_extra(tmp_path, monkeypatch):
    save(tmp_path, "a.png", Image.fromarray(RAMP))
    add_others(tmp_path, "b.HEIC", "c.heic", "d.heif", "e.txt")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # not installed
    for ending, kind in list(Image.registered_extensions().items()):
        if kind == "HEIF":  # it may be, and another test may have needed it
            monkeypatch.delitem(Image.EXTENSION, ending)
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    monkeypatch.setattr(Image, "ID", [one for one in Image.ID if one != "HEIF"])
    for function in (reading._formats, reading.suffixes):
        function.cache_clear()
    words = r"2 \.heic, 1 \.heif, 1 \.txt; for \.heic and \.heif: pip install 'nblabel\[heic\]'\.$"
    with pytest.warns(UserWarning, match=words):
        nb.Pool.from_folder(tmp_path)
    with pytest.raises(MediaError, match=r"^b.HEIC cannot .*; pip install 'nblabel\[heic\]' reads"):
        nb.Pool([tmp_path / "b.HEIC"]).image(0)
    for function in (reading._formats, reading.suffixes):
        function.cache_clear()


def test_with_the_extra_photos_of_phones_are_read(tmp_path):
    pytest.importorskip("pillow_heif", reason="needs the extra heic")
    reading.suffixes()
    save(tmp_path, "a.heic", Image.fromarray(np.stack([RAMP] * 3, axis=-1)), quality=100)
    picture = nb.Pool.from_folder(tmp_path).image(0)
    assert np.abs(picture.astype(int) - RAMP[..., None]).max() <= 12


def test_a_large_folder_is_not_read_to_make_a_pool(tmp_path, monkeypatch):
    once = save(tmp_path, "0.png", Image.fromarray(RAMP))
    for number in range(1, 300):
        (tmp_path / f"{number}.png").hardlink_to(once)
        (tmp_path / f"{number}.jpg").hardlink_to(once)
    opened, start = [], Image.open
    monkeypatch.setattr(Image, "open", lambda *a, **o: opened.append(a) or start(*a, **o))
    assert len(nb.Pool.from_folder(tmp_path)) == 599
    assert len(opened) <= 30


# pages


def pages(*shades: int) -> list[Image.Image]:
    return [Image.new("L", (40, 40), shade) for shade in shades]


@pytest.fixture
def scans(tmp_path):
    first, *others = pages(10, 100, 200)
    save(tmp_path, "scans/a/a.tif", first, save_all=True, append_images=others)
    save(tmp_path, "scans/b.png", pages(50)[0])
    save(tmp_path, "scans/c.gif", first, save_all=True, append_images=others[:1])
    return tmp_path / "scans"


def test_pages_are_items_where_wanted(scans):
    pool = nb.Pool.from_folder(scans, pages=True)
    assert pool.ids == ("a/a.tif", "a/a.tif#2", "a/a.tif#3", "b.png", "c.gif", "c.gif#2")
    assert [int(pool.image(i).max()) for i in range(6)] == [10, 100, 200, 50, 10, 100]
    assert pool.folders["id"].tolist() == ["a/a.tif", "a/a.tif#2", "a/a.tif#3"]
    assert nb.embed(pool, "raw").shape == (6, 4800)  # a further frame of a GIF has colours
    assert pool.fingerprint != nb.Pool.from_folder(scans / "a", pages=True).fingerprint


def test_exported_pages_are_pictures_of_their_own(scans, tmp_path):
    session = nb.Session(nb.Pool.from_folder(scans, pages=True), ["a", "b"])
    session.tell([1, 2], "a")
    session.export(tmp_path / "out", format="folders")
    shown = [np.asarray(Image.open(path)).max() for path in sorted(tmp_path.glob("out/a/*.png"))]
    assert shown == [100, 200]


def test_without_pages_a_message_says_that_the_first_is_shown(scans):
    words = r"2 of 3 files opened to see hold several pages .*; the first of each .*pages=True"
    with pytest.warns(UserWarning, match=words):
        pool = nb.Pool.from_folder(scans)
    assert pool.ids == ("a/a.tif", "b.png", "c.gif")


def test_smaller_copies_of_a_scan_are_no_pages(tmp_path):
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[254] = 1  # a reduced resolution of another page
    small = pages(10)[0].resize((20, 20))
    small.encoderinfo = {"tiffinfo": info}
    save(tmp_path, "a.tif", pages(10)[0], save_all=True, append_images=[small])
    with Image.open(tmp_path / "a.tif") as file:
        file.seek(1)
        if 254 not in file.tag_v2:
            pytest.skip("this version of Pillow writes no tags of a second page")
    assert nb.Pool.from_folder(tmp_path, pages=True).ids == ("a.tif",)
    assert nb.Pool.from_folder(tmp_path).ids == ("a.tif",)


def test_a_broken_file_counts_as_one_page(scans):
    (scans / "b.tif").write_bytes(b"damaged")
    pool = nb.Pool.from_folder(scans, pages=True)
    with pytest.raises(MediaError, match="^b.tif cannot be read"):
        pool.image(pool.index_of("b.tif"))


# names


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
