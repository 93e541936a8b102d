"""Pictures as people have them: several sizes, bytes, Series, generators, tensors; gaps, addresses."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nblabel as nb
from nblabel.pool.in_memory import ImageArray, ImageList
from nblabel.pool.pictures import MediaError

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (4, 20, 30, 3), dtype=np.uint8)
SMALL = RNG.integers(0, 256, (10, 8), dtype=np.uint8)


def encoded(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG")
    return buffer.getvalue()


PILLOW = [Image.fromarray(values) for values in COLOUR]
BYTES = [encoded(values) for values in COLOUR]
SAME = {
    "Pillow": PILLOW,
    "tuple": tuple(PILLOW),
    "Series of Pillow": pd.Series(PILLOW, index=[5, 6, 7, 8]),
    "Series of arrays": pd.Series(list(COLOUR)),
    "list of arrays": list(COLOUR),
    "list of whole numbers": [values.astype(np.int64) for values in COLOUR],
    "nested lists": COLOUR.tolist(),
    "array of objects": np.array([*PILLOW, None], dtype=object)[:4],
    "bytes": BYTES,
    "bytearray": [bytearray(data) for data in BYTES],
    "open files": [io.BytesIO(data) for data in BYTES],
    "rows of datasets": [{"bytes": data, "path": None} for data in BYTES],
}


@pytest.mark.parametrize("name", SAME)
def test_containers(name):
    pool = nb.Pool(SAME[name])
    assert len(pool) == 4
    assert all((pool.image(i) == COLOUR[i]).all() for i in range(4))


def test_generators_and_globs(tmp_path):
    assert (nb.Pool(image for image in PILLOW).image(3) == COLOUR[3]).all()
    for number, image in enumerate(PILLOW):
        image.save(tmp_path / f"{number}.png")
    pool = nb.Pool(tmp_path.glob("*.png"))
    assert sorted(pool.name(i) for i in range(4)) == ["0.png", "1.png", "2.png", "3.png"]
    rows = [{"bytes": None, "path": str(tmp_path / "2.png")}]
    assert (nb.Pool(rows).image(0) == COLOUR[2]).all()
    with pytest.raises(ValueError, match="the pool is empty"):
        nb.Pool(tmp_path.glob("*.jpg"))


def test_pictures_of_one_size_keep_the_fingerprint_of_their_array():
    prints = {nb.Pool(SAME[name]).fingerprint for name in ("Pillow", "list of arrays")}
    assert prints == {nb.Pool(COLOUR).fingerprint}


MIXED = {
    "sizes": [COLOUR[0], COLOUR[1][:10]],
    "grey and colour": [COLOUR[0], COLOUR[1][..., 0]],
    "Pillow, sizes": [PILLOW[0], PILLOW[1].crop((0, 0, 7, 9))],
    "Pillow, modes": [PILLOW[0], PILLOW[1].convert("L")],
    "Pillow and arrays": [PILLOW[0], COLOUR[1]],
    "bytes and arrays": [BYTES[0], SMALL],
    "8 bits and shares": [SMALL, SMALL / 255],
    "8 bits and whole numbers": [SMALL, SMALL[:5].astype(np.int64)],
}


@pytest.mark.parametrize("name", MIXED)
def test_pictures_that_differ(name):
    pool = nb.Pool(MIXED[name])
    assert isinstance(pool.media, ImageList)
    for index, given in enumerate(MIXED[name]):
        values = np.asarray(Image.open(io.BytesIO(given)) if isinstance(given, bytes) else given)
        values = values * 255 if values.dtype == float else values
        picture = pool.image(index)
        assert np.abs(picture - values.reshape(picture.shape)).max() <= 0.51
        assert pool.media.shape(index) == picture.shape
    assert pool.image(0, 4).shape[:2] in {(3, 4), (4, 3)}
    assert len(pool.fingerprint) == 32
    assert nb.embed(pool, "raw").shape[0] == 2


def test_a_fingerprint_of_pictures_that_differ_follows_what_they_show():
    assert nb.Pool([SMALL, SMALL[:5]]).fingerprint == nb.Pool([SMALL, SMALL[:5]]).fingerprint
    assert nb.Pool([SMALL, SMALL[:5]]).fingerprint != nb.Pool([SMALL, SMALL[5:]]).fingerprint
    assert (
        nb.Pool([*BYTES, b"damaged"]).fingerprint != nb.Pool([*BYTES[1:], b"damaged"]).fingerprint
    )


def test_palettes_and_print_colours():
    picture = Image.new("RGB", (8, 8), "red")
    picture.paste((0, 0, 255), (0, 0, 4, 8))
    truth = np.asarray(picture)
    for mode in ("P", "CMYK", "RGBA", "YCbCr"):
        converted = picture.convert(mode, palette=Image.Palette.ADAPTIVE)
        for pool in (nb.Pool([converted] * 2), nb.Pool([converted, picture.resize((3, 3))])):
            assert np.abs(pool.image(0).astype(int) - truth).max() <= 2, mode


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "La", "PA", "RGBX", "RGBa", "HSV", "LAB", "I", "F", "I;16"]
)
def test_every_mode_of_pillow(mode):
    image = Image.new(mode, (5, 4))
    for pool in (nb.Pool([image, image]), nb.Pool([image, PILLOW[0]])):
        assert pool.image(0).shape[:2] == (4, 5)


def test_a_turned_photo_in_memory_is_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    PILLOW[0].save(buffer, "PNG", exif=exif)
    turned = Image.open(io.BytesIO(buffer.getvalue()))
    for pool in (nb.Pool([turned]), nb.Pool([buffer.getvalue()])):
        assert (pool.image(0) == np.rot90(COLOUR[0], -1)).all()


def test_tensors():
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    first = torch.from_numpy(COLOUR.transpose(0, 3, 1, 2).copy())
    shares = (first.float() / 255).requires_grad_()
    for images in (first, list(first), shares, torch.from_numpy(COLOUR)):
        pool = nb.Pool(images)
        assert isinstance(pool.media, ImageArray)
        assert (pool.media.array == COLOUR).all()
    half = nb.Pool(shares.to(torch.bfloat16))
    assert np.abs(half.media.array.astype(int) - COLOUR).max() <= 1
    grey = torch.from_numpy(RNG.random((3, 10, 8)))
    assert nb.Pool(grey).image(0).shape == (10, 8, 1)
    assert len(nb.Pool(grey)) == 3


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (pd.Series(["a.jpg", None]), r"image 1 of 2 is missing .*; leave out such items"),
        (["a.jpg", np.nan, None], "image 1 of 3 is missing .*, and so are 1 others"),
        ([SMALL, None], "image 1 of 2 is missing"),
        ([pd.NA, pd.NaT], "image 0 of 2 is missing .*, and so are 1 others"),
        (["a.jpg", ""], "image 1 of 2 is missing"),
        (
            ["https://example.org/a.jpg"] * 2,
            r"^https://example.org/a.jpg \(image 0\) is an address",
        ),
        (["a.jpg", "s3://bucket/b.jpg"], r"^s3://bucket/b.jpg \(image 1\) is an address; download"),
        ([Path("gs://bucket/b.jpg")], "is an address; download the pictures first"),
        ("https://example.org/a.jpg", "^https://example.org/a.jpg is an address"),
        (["a.jpg", SMALL], "image 0 is a path and image 1 is none"),
        ([], "the pool is empty"),
    ],
)
def test_what_is_refused_by_position(images, words):
    with pytest.raises(ValueError, match=words):
        nb.Pool(images)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ([SMALL, {"a": 1}], "^image 1 is of type dict, which is no picture"),
        ({"a": SMALL}, r"is a dict; pass list\(images.values\(\)\), with ids=list\(images\)"),
        ({"a.jpg", "b.jpg"}, r"is a set, which has no order; pass sorted\(images\)"),
        (5, "is of type int; pass an array"),
        ("photos/*.jpg", r"is a pattern; pass the files: sorted\(glob.glob\('photos/\*.jpg'\)\)"),
        (PILLOW[0], "is a single picture; pass a list"),
        (BYTES[0], "is a single picture; pass a list"),
    ],
)
def test_what_is_no_list_of_pictures(images, words):
    with pytest.raises(TypeError, match=words):
        nb.Pool(images)


def test_drives_of_windows_are_no_addresses():
    assert nb.Pool([r"C:\photos\a.jpg", "C:/photos/b.jpg"]).kind == "images"


def test_a_damaged_picture_in_memory_is_named():
    pool = nb.Pool([BYTES[0], b"damaged"])
    with pytest.raises(MediaError, match="^image 1 cannot be read: cannot identify it"):
        pool.image(1)
    with pytest.warns(UserWarning, match="image 1 cannot be read"):
        assert nb.embed(pool, "raw").shape[0] == 2
