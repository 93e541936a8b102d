"""Pictures in memory and in single files."""

from __future__ import annotations

import collections
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

import nblabel as nb
from tests.inputs.case import Kind, refused, warned

KIND = pictures = Kind("pictures", "Pictures")

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (3, 9, 7, 3), dtype=np.uint8)
RAMP = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4


def saved(values: np.ndarray, path: Path, **options: object) -> Path:
    Image.fromarray(values).save(path, **options)
    return path


def png(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG")
    return buffer.getvalue()


# containers


@pictures("a deque of arrays", "taken in its order")
def deque(home: Path) -> None:
    pool = nb.Pool(collections.deque(COLOUR))
    assert (pool.image(2) == COLOUR[2]).all()


@pictures("the values of a dict", "taken in its order")
def dict_values(home: Path) -> None:
    pool = nb.Pool(dict(zip("abc", COLOUR, strict=True)).values())
    assert (pool.image(1) == COLOUR[1]).all()


@pictures("a pandas Index of paths", "read; ids are the names of the files")
def index_of_paths(home: Path) -> None:
    paths = [saved(values, home / f"{n}.png") for n, values in enumerate(COLOUR)]
    pool = nb.Pool(pd.Index(map(str, paths)))
    assert tuple(pool.ids) == ("0.png", "1.png", "2.png")
    assert (pool.image(2) == COLOUR[2]).all()


@pictures("a numpy array of objects, each a Path", "read")
def object_array_of_paths(home: Path) -> None:
    paths = [saved(values, home / f"{n}.png") for n, values in enumerate(COLOUR)]
    assert (nb.Pool(np.array(paths, dtype=object)).image(1) == COLOUR[1]).all()


@pictures("a map object over paths", "read")
def map_of_paths(home: Path) -> None:
    paths = [saved(values, home / f"{n}.png") for n, values in enumerate(COLOUR)]
    assert (nb.Pool(map(str, paths)).image(0) == COLOUR[0]).all()


@pictures("open members of a zip archive", "read from the archive")
def zip_members(home: Path) -> None:
    with zipfile.ZipFile(home / "p.zip", "w") as archive:
        for n, values in enumerate(COLOUR):
            archive.writestr(f"{n}.png", png(values))
    with zipfile.ZipFile(home / "p.zip") as archive:
        pool = nb.Pool([archive.open(name) for name in archive.namelist()])
    assert (pool.image(2) == COLOUR[2]).all()


@pictures("paths inside a zip archive (zipfile.Path)", "read from the archive")
def zip_paths(home: Path) -> None:
    with zipfile.ZipFile(home / "p.zip", "w") as archive:
        for n, values in enumerate(COLOUR):
            archive.writestr(f"{n}.png", png(values))
    inside = sorted(zipfile.Path(home / "p.zip").iterdir(), key=lambda path: path.name)
    assert (nb.Pool(inside).image(1) == COLOUR[1]).all()


@pictures("the path of a zip archive among pictures", "said by name when it is read")
def zip_as_picture(home: Path) -> None:
    with zipfile.ZipFile(home / "p.zip", "w") as archive:
        archive.writestr("a.png", png(COLOUR[0]))
    pool = nb.Pool([saved(COLOUR[0], home / "a.png"), home / "p.zip"])
    with refused(r"p\.zip cannot be read: cannot identify"):
        pool.image(1)


@pictures("pictures in base64, as text", "refused: no image file, pass texts as texts=")
def base64_texts(home: Path) -> None:
    with refused("which is no image file"):
        nb.Pool(["iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"] * 2)


@pictures("a masked array", "what is masked is black")
def masked_array(home: Path) -> None:
    masked = np.ma.masked_equal(np.stack([RAMP, RAMP]), 252)
    pool = nb.Pool(masked)
    assert pool.image(0)[7, 7, 0] == 0
    assert (pool.image(0)[..., 0].ravel()[:63] == RAMP.ravel()[:63]).all()


@pictures("a list of masked arrays of several sizes", "what is masked is black")
def masked_list(home: Path) -> None:
    pool = nb.Pool([np.ma.masked_equal(RAMP, 252), RAMP[:4]])
    assert pool.image(0)[7, 7, 0] == 0
    assert pool.image(0)[7, 6, 0] == 248


@pictures("an array in Fortran order, with negative strides", "taken as it looks")
def strides(home: Path) -> None:
    turned = np.asfortranarray(COLOUR)[:, ::-1]
    assert (nb.Pool(turned).image(1) == COLOUR[1, ::-1]).all()


@pictures("a file of numpy, mapped into memory", "taken as it is")
def memory_map(home: Path) -> None:
    np.save(home / "x.npy", COLOUR)
    assert (nb.Pool(np.load(home / "x.npy", mmap_mode="r")).image(2) == COLOUR[2]).all()


@pictures("one picture, as an array of two dimensions", "refused: its shape, and what is expected")
def one_array(home: Path) -> None:
    with refused(r"images have shape \(8, 8\); expected \(n, height, width\)"):
        nb.Pool(RAMP)


@pictures("pictures laid out as rows of 784 numbers", "refused: pass other data as embeddings=")
def flat_rows(home: Path) -> None:
    with refused(r"shape \(5, 784\).*embeddings="):
        nb.Pool(np.zeros((5, 784), np.uint8))


@pictures("arrays with a fourth channel, of several sizes", "refused: how to leave it out")
def four_channels(home: Path) -> None:
    with refused(r"image 0 has shape \(5, 5, 4\).*images\[0\]\[\.\.\., :3\]"):
        nb.Pool([np.zeros((5, 5, 4), np.uint8), np.zeros((6, 5, 4), np.uint8)])


@pictures("complex numbers", "refused: their type")
def complex_numbers(home: Path) -> None:
    with refused("images have dtype complex128; expected uint8, or float"):
        nb.Pool(np.zeros((2, 4, 4), complex))


@pictures("a Pool in place of pictures", "refused: what to pass")
def a_pool(home: Path) -> None:
    with refused("images is of type Pool; pass an array, or a list"):
        nb.Pool(nb.Pool(COLOUR))


@pictures("a picture of no height", "refused by position")
def no_height(home: Path) -> None:
    with refused(r"image 1 has shape \(0, 5, 1\)"):
        nb.Pool([np.zeros((3, 5)), np.zeros((0, 5))])


@pictures("numbers from -1 to 1, as networks want them", "stretched, with a warning")
def minus_one_to_one(home: Path) -> None:
    values = np.linspace(-1, 1, 128).reshape(2, 8, 8)
    with warned(r"floats from -1 to 1"):
        pool = nb.Pool(values)
    assert pool.image(0)[0, 0, 0] == 0
    assert pool.image(1)[7, 7, 0] == 255


# files


@pictures("a PNG of 16 bits whose values end at 4,095", "stretched, with a warning")
def twelve_bits(home: Path) -> None:
    path = saved(np.linspace(0, 4095, 64).astype(np.uint16).reshape(8, 8), home / "ct.png")
    with warned(r"whole numbers from 0 to 4,095"):
        pool = nb.Pool([path])
    assert pool.image(0).max() == 255
    assert pool.image(0)[4, 0, 0] in range(126, 134)


@pictures("a TIFF of 16 bits with the high byte first", "stretched as others are")
def big_endian(home: Path) -> None:
    values = np.linspace(0, 65_535, 64).astype(">u2").reshape(8, 8)
    path = home / "be.tif"
    Image.frombytes("I;16B", (8, 8), values.tobytes()).save(path)
    pool = nb.Pool([path])
    assert np.abs(pool.image(0)[..., 0].astype(float) - values / 257.0).max() <= 1


@pictures("floats in a TIFF, some of them NaN", "NaN is black, with a warning")
def float_tiff_with_nan(home: Path) -> None:
    values = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    values[0, 5] = np.nan
    with warned("NaN and infinite values in the images are shown black"):
        pool = nb.Pool([saved(values, home / "f.tif")])
    assert pool.image(0)[0, 5, 0] == 0
    assert pool.image(0)[7, 7, 0] == 255


@pictures("a PNG of one bit", "black and white")
def one_bit(home: Path) -> None:
    path = home / "bits.png"
    Image.fromarray(RAMP > 100).save(path)
    with Image.open(path) as picture:
        assert picture.mode == "1"
    assert (nb.Pool([path]).image(0)[..., 0] == np.where(RAMP > 100, 255, 0)).all()


@pictures("grey with transparency (LA)", "put on white")
def grey_and_alpha(home: Path) -> None:
    picture = Image.fromarray(RAMP).convert("LA")
    picture.putalpha(Image.fromarray(np.where(RAMP == 0, 0, 255).astype(np.uint8)))
    picture.save(home / "la.png")
    shown = nb.Pool([home / "la.png"]).image(0)
    assert shown[0, 0].tolist() == [255] * 3  # the transparent one, black below
    assert shown[7, 7].tolist() == [252] * 3


@pictures("a palette with a transparent colour (PA)", "put on white")
def palette_and_alpha(home: Path) -> None:
    picture = Image.new("PA", (2, 1))
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.putdata([(0, 255), (1, 0)])
    assert nb.Pool([picture]).image(0)[0].tolist() == [[255, 0, 0], [255, 255, 255]]


@pictures("a GIF with a transparent background", "put on white")
def transparent_gif(home: Path) -> None:
    picture = Image.new("P", (4, 4), 0)
    picture.putpalette([0, 0, 0, 200, 0, 0])
    picture.paste(1, (0, 0, 2, 4))
    picture.save(home / "t.gif", transparency=0)
    assert nb.Pool([home / "t.gif"]).image(0)[0].tolist() == [[200, 0, 0]] * 2 + [[255] * 3] * 2


@pictures("a JPEG in the colours of print (CMYK)", "shown in red, green and blue")
def cmyk_jpeg(home: Path) -> None:
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(home / "print.jpg", quality=95)
    red, green, blue = nb.Pool([home / "print.jpg"]).image(0)[8, 8].tolist()
    assert red > 240
    assert max(green, blue) < 20


@pictures("an animated WebP", "the first frame, with a warning")
def animated_webp(home: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(home / "a.webp", save_all=True, append_images=frames[1:], lossless=True)
    with warned("1 of 1 file opened.*the first of each is shown"):
        pool = nb.Pool([home / "a.webp"])
    assert pool.image(0)[0, 0].tolist() == [255, 0, 0]


@pictures("an animated PNG", "the first frame, with a warning")
def animated_png(home: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("lime", "blue")]
    frames[0].save(home / "a.png", save_all=True, append_images=frames[1:])
    with warned("several pages or frames"):
        pool = nb.Pool([home / "a.png"])
    assert pool.image(0)[0, 0].tolist() == [0, 255, 0]


@pictures("a JPEG that ends in the middle", "said by name; the learner gets the mean")
def truncated(home: Path) -> None:
    whole = saved(np.kron(COLOUR[0], np.ones((20, 20, 1), np.uint8)), home / "a.jpg")
    (home / "b.jpg").write_bytes(whole.read_bytes()[:1500])
    pool = nb.Pool([whole, home / "b.jpg"])
    with refused(r"b\.jpg cannot be read: "):
        pool.image(1)
    with warned(r"b\.jpg cannot be read: "):
        X = nb.embed(pool, "raw")
    assert np.allclose(X[1], X[0])


@pictures("a file of zero bytes", "said by name when it is read")
def zero_bytes(home: Path) -> None:
    (home / "empty.png").touch()
    pool = nb.Pool([home / "empty.png", saved(RAMP, home / "b.png")])
    with refused(r"empty\.png cannot be read: cannot identify"):
        pool.image(0)
    assert (pool.image(1)[..., 0] == RAMP).all()


@pictures("a page of HTML saved as .jpg", "said by name when it is read")
def html_as_jpeg(home: Path) -> None:
    (home / "a.jpg").write_text("<html>404 Not Found</html>")
    with refused(r"a\.jpg cannot be read: cannot identify it as a picture"):
        nb.Pool([home / "a.jpg"]).image(0)


@pictures("a PNG that is called .jpg", "read by what it is")
def wrong_ending(home: Path) -> None:
    path = home / "a.jpg"
    Image.fromarray(RAMP).save(path, "PNG")
    assert (nb.Pool([path]).image(0)[..., 0] == RAMP).all()


@pictures("a name in capital letters, with a long one beside it", "read")
def capital_ending(home: Path) -> None:
    long = home / ("x" * 240 + ".PNG")
    saved(RAMP, long)
    pool = nb.Pool([saved(COLOUR[0], home / "A.PNG"), long])
    assert pool.ids[1] == long.name
    assert (pool.image(1)[..., 0] == RAMP).all()


@pictures("the same path twice", "refused: which id repeats")
def same_path_twice(home: Path) -> None:
    path = saved(RAMP, home / "a.png")
    with refused(r"ids must be unique; 1 repeat, for example 'a\.png'"):
        nb.Pool([path, path])


@pictures("a path that is not there", "said by name when it is read")
def missing_file(home: Path) -> None:
    pool = nb.Pool([home / "gone.png", saved(RAMP, home / "b.png")])
    with refused(r"gone\.png cannot be read: not found"):
        pool.image(0)


@pictures("a folder among the paths", "said by name when it is read")
def folder_among_paths(home: Path) -> None:
    (home / "f").mkdir()
    pool = nb.Pool([home / "f", saved(RAMP, home / "b.png")])
    with refused("f cannot be read: .*[Dd]irectory"):
        pool.image(0)


@pictures("the address of a picture in a bucket, s3://", "refused: download it first")
def bucket(home: Path) -> None:
    with refused(r"s3://b/a\.png \(image 0\) is an address; download"):
        nb.Pool(["s3://b/a.png", "s3://b/b.png"])


@pictures("a range whose ends are the wrong way round", "refused: what to pass")
def range_reversed(home: Path) -> None:
    with refused(r"range is \(255, 0\); pass the values that are shown black and white"):
        nb.Pool(COLOUR, range=(255, 0))
