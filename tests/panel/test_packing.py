"""How pictures travel: exact where they are small, as JPEG where they are photos, the first one first."""

import io

import numpy as np
import pytest
from PIL import Image

import nblabel as nb
from nblabel.widget.panel.pictures import pack_pixels
from nblabel.widget.panel.publish import ALONG_BYTES
from nblabel.widget.view.packet import Packed
from tests.panel.helpers import open_page
from tests.samples import blobs


def shades(height, width, channels=3):
    """A smooth picture, as photos are."""
    y, x = np.mgrid[:height, :width]
    planes = [128 + 90 * np.sin(x / (9 + k)) * np.cos(y / 13) for k in range(channels)]
    return np.stack(planes, axis=-1).astype(np.uint8)


@pytest.mark.parametrize(
    ("shape", "is_of_file", "is_scaled", "encoding"),
    [
        ((28, 28, 1), False, False, ""),
        ((100, 100, 3), False, False, ""),
        ((101, 100, 3), False, False, "jpeg"),
        ((400, 400, 1), False, False, ""),
        ((96, 96, 3), False, True, "jpeg"),
        ((96, 96, 1), False, True, ""),
        ((50, 50, 3), True, True, ""),
        ((96, 64, 3), True, True, "jpeg"),
        ((512, 322, 1), True, False, "jpeg"),
    ],
)
def test_what_travels_as_jpeg(shape, is_of_file, is_scaled, encoding):
    pixels = shades(*shape)
    packed = pack_pixels(pixels, is_of_file, is_scaled)
    assert (packed.encoding, packed.shape) == (encoding, shape)
    if not encoding:
        assert packed.data == pixels.tobytes()
        return
    assert len(packed.data) < pixels.nbytes / 2
    with Image.open(io.BytesIO(packed.data)) as image:
        again = np.asarray(image).reshape(shape)
    assert np.abs(again.astype(int) - pixels).mean() < 4


def test_a_picture_that_jpeg_makes_no_smaller_stays_exact():
    noise = 255 * np.random.default_rng(0).integers(0, 2, (120, 120, 1), dtype=np.uint8)
    assert pack_pixels(noise, True, False) == Packed(noise.tobytes(), noise.shape)


@pytest.fixture
def photos(tmp_path):
    for number in range(12):
        noisy = shades(900, 1400).astype(int) + np.random.default_rng(number).integers(-40, 40)
        grain = np.random.default_rng(number).integers(-25, 25, noisy.shape)
        pixels = np.clip(noisy + grain, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number:02}.jpg", quality=95)
    return nb.Pool.from_folder(tmp_path, embeddings=blobs(12))


def test_the_first_photo_comes_with_the_list_and_the_others_when_they_are_asked_for(photos):
    page = open_page(photos)
    page.say("ready")
    items, buffers = page.last("questions")["items"], page.buffers("questions")
    first, *others = [one["image"]["buffer"] for one in items]
    assert first == 0
    assert others[-1] is None
    assert sum(map(len, buffers[:-1])) < ALONG_BYTES
    missing = [one["id"] for one in items if one["image"]["buffer"] is None][:8]
    page.say("need", ids=missing)
    came = [(one["items"], buffers) for one, buffers in page.heard if one["type"] == "media"]
    assert [one["id"] for (one,), _ in came] == missing
    for (one,), (buffer,) in came:
        assert one["image"]["encoding"] == "jpeg"
        with Image.open(io.BytesIO(buffer)) as image:
            assert image.size == (one["image"]["width"], one["image"]["height"]) == (512, 329)


def test_small_pictures_come_with_the_list(page):
    page.say("ready")
    items = page.last("questions")["items"]
    assert [one["image"]["buffer"] for one in items] == list(range(len(items)))
