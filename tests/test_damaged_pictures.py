"""Files damaged at random: each is read, or refused by name. No other exception, no warning."""

import io
import warnings

import numpy as np
import pytest
from PIL import Image

from nblabel.pool.pictures import ImageFiles, MediaError
from nblabel.pool.reading import naming

RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 256, (24, 20, 3), dtype=np.uint8)
SMOOTH = np.add.outer(np.arange(24), np.arange(20)).astype(np.uint8) * 5
DEEP = SMOOTH.astype(np.uint16) * 250
MOST_PIXELS = 500_000  # a damaged size must not take the memory of the machine


def seeds() -> list[bytes]:
    """Return small whole files of many formats and modes."""
    colour, grey, deep = (Image.fromarray(values) for values in (NOISE, SMOOTH, DEEP))
    turned = Image.Exif()
    turned[0x0112] = 6
    several = {"save_all": True, "append_images": [grey.rotate(90), grey.rotate(180)]}
    kinds = [
        (colour, "PNG", {}), (grey, "PNG", {"exif": turned}), (deep, "PNG", {}),
        (colour.quantize(16), "PNG", {"transparency": 3}), (colour.convert("RGBA"), "PNG", {}),
        (colour, "JPEG", {"exif": turned}), (grey, "JPEG", {"progressive": True}),
        (colour.convert("CMYK"), "JPEG", {}), (grey, "GIF", {}), (grey, "GIF", several),
        (deep, "TIFF", {}), (deep, "TIFF", {"compression": "tiff_lzw"}), (grey, "TIFF", several),
        (colour, "TIFF", {"compression": "jpeg"}), (colour, "TIFF", {"exif": turned}),
        (Image.fromarray(SMOOTH.astype(np.float32) / 99), "TIFF", {}), (colour, "WEBP", {}),
        (colour, "WEBP", {"lossless": True}), (colour, "BMP", {}), (colour.quantize(9), "BMP", {}),
        (colour, "PPM", {}), (colour, "TGA", {}), (grey, "ICO", {}),
    ]  # fmt: skip
    files = []
    for image, kind, options in kinds:
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        files.append(buffer.getvalue())
    return files


def damaged(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Return a file with some bytes changed, cut, doubled, or taken from another one."""
    for _ in range(rng.integers(1, 6)):
        # the first bytes say most: every second damage is there
        start = int(rng.integers(0, max(1, min(len(data), rng.choice([64, len(data) or 1])))))
        length = int(rng.integers(1, 17))
        end = start + length
        pieces = (rng.bytes(length), b"\0" * length, b"\xff" * length, other[start:end], b"")
        piece = pieces[rng.integers(len(pieces))]
        match rng.integers(0, 4):
            case 0:
                data = data[:start] + piece + data[end:]
            case 1:
                data = data[:start] + piece + data[start:]
            case 2:
                data = data[:end] + data[start:]
            case _ if rng.random() < 0.3:
                data = data[:start]
            case _:
                flipped = bytes(byte ^ (1 << rng.integers(8)) for byte in data[start : start + 1])
                data = data[:start] + flipped + data[start + 1 :]
    return data


@pytest.mark.timeout(200)
@pytest.mark.parametrize(
    "n", [100, pytest.param(2_000, marks=pytest.mark.slow)]
)  # seconds: decodes
def test_damaged_files_are_read_or_refused_by_name(tmp_path, monkeypatch, n):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", MOST_PIXELS)
    whole, rng = seeds(), np.random.default_rng(n)
    path, refused = tmp_path / "photo.dat", 0
    for number in range(n):
        data, other = whole[number % len(whole)], whole[rng.integers(len(whole))]
        path.write_bytes(damaged(data, other, rng))
        media = ImageFiles([path])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", "The images hold")  # our own, on what they range over
            media.survey()
            try:
                picture = media.read(0, None if number % 2 else 16)
            except MediaError as error:
                refused += 1
                message = str(error)
                assert message.startswith("photo.dat cannot be read: ")
            else:
                assert picture.dtype == np.uint8
                assert picture.ndim == 3
                assert picture.shape[2] in (1, 3)
    assert n / 10 < refused < n * 9 / 10


def test_the_filters_of_warnings_are_those_from_before(tmp_path):
    (tmp_path / "photo.dat").write_bytes(b"damaged")
    before = list(warnings.filters)
    with pytest.raises(MediaError):
        ImageFiles([tmp_path / "photo.dat"]).read(0)
    assert warnings.filters == before
    with naming("photo"):
        warnings.resetwarnings()
    assert list(warnings.filters) == []


@pytest.mark.filterwarnings("ignore:The images hold")
def test_the_seeds_are_whole(tmp_path):
    for data in seeds():
        (tmp_path / "photo.dat").write_bytes(data)
        assert ImageFiles([tmp_path / "photo.dat"]).read(0).size
