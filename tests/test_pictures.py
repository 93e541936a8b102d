"""Pictures for the page: kept by their size, read from two threads, never an exception."""

import threading

import numpy as np
import pytest
from PIL import Image

from nblabel.pool import Pool
from nblabel.pool.pictures import MediaError
from nblabel.widget.panel import pictures as kept
from nblabel.widget.panel.pictures import Pictures
from nblabel.widget.view.packet import Packed, Packet
from tests.samples import blob_pool


@pytest.fixture
def pool(monkeypatch):
    """Ten pictures of 64 bytes, and a record of the reads."""
    made = Pool(np.arange(640, dtype=np.uint8).reshape(10, 8, 8))
    made.read = []
    image = made.image

    def counted(index, max_side=None):
        made.read.append((index, max_side))
        return image(index, max_side)

    monkeypatch.setattr(made, "image", counted)
    return made


def test_a_picture_is_read_once_for_each_size(pool):
    pictures = Pictures(pool)
    assert (pictures.read(3, 512) == pool.media.array[3]).all()
    assert pictures.read(3, 4).shape == (4, 4, 1)
    pictures.read(3, 512)
    pictures.read(3, 4)
    assert pool.read == [(3, 512), (3, 4)]


def test_the_longest_unused_goes_when_memory_is_full(pool, monkeypatch):
    monkeypatch.setattr(kept, "KEPT_BYTES", 3 * 64)
    pictures = Pictures(pool)
    for index in (0, 1, 2, 0, 3):  # 3 displaces 1, as 0 was used again
        pictures.read(index, 512)
    pool.read.clear()
    for index in (0, 2, 3, 1):
        pictures.read(index, 512)
    assert pool.read == [(1, 512)]
    assert pictures._bytes == 3 * 64


def test_a_picture_larger_than_the_memory_is_kept_alone(pool, monkeypatch):
    monkeypatch.setattr(kept, "KEPT_BYTES", 10)
    pictures = Pictures(pool)
    for index in (0, 0, 1, 1):
        assert pictures.read(index, 512).shape == (8, 8, 1)
    assert len(pool.read) == 2


def test_a_broken_file_is_text_and_read_once(tmp_path, monkeypatch):
    broken, whole = tmp_path / "broken.png", tmp_path / "whole.png"
    broken.write_bytes(b"no picture")
    Image.new("RGB", (4, 4)).save(whole)
    pool = Pool([broken, whole])
    pictures = Pictures(pool)
    text = pictures.read(0, 512)
    assert "broken.png" in text
    assert pictures.read(1, 512).shape == (4, 4, 3)
    monkeypatch.setattr(pool, "image", None)  # not called again
    assert pictures.read(0, 512) == text


@pytest.mark.parametrize("place", [0, 2, 4])
def test_how_many_a_page_holds_does_not_depend_on_the_first_picture(tmp_path, place):
    for number in range(5):
        size = (1, 1) if number == place else (900, 900)
        Image.new("RGB", size).save(tmp_path / f"{number}.png")
    pool = Pool([tmp_path / f"{number}.png" for number in range(5)])
    assert Pictures(pool).in_budget() == kept.FEWEST_HELD
    assert Pictures(Pool([tmp_path / f"{place}.png"])).in_budget() == kept.MOST_HELD
    assert Pictures(Pool([tmp_path / "gone.png"])).in_budget() == kept.MOST_HELD


def test_items_without_pictures():
    assert Pictures(blob_pool(3)).read(0, 512) is None


def test_two_threads_that_want_the_same_picture(pool, monkeypatch):
    both = threading.Barrier(2, timeout=10)
    image = pool.image

    def slow(index, max_side=None):
        both.wait()  # both are at it
        return image(index, max_side)

    monkeypatch.setattr(pool, "image", slow)
    pictures = Pictures(pool)
    found = []
    threads = [threading.Thread(target=lambda: found.append(pictures.read(0, 8))) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 2
    assert (found[0] == found[1]).all()
    assert pictures._bytes == 64


def test_two_threads_in_a_small_memory(pool, monkeypatch):
    monkeypatch.setattr(kept, "KEPT_BYTES", 2 * 64)
    pictures = Pictures(pool)
    wrong = []

    def look(seed):
        order = np.random.default_rng(seed).integers(0, 10, 500).tolist()
        truth = pool.media.array
        wrong.extend(i for i in order if not np.array_equal(pictures.read(i, 8), truth[i]))

    threads = [threading.Thread(target=look, args=(seed,)) for seed in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    assert pictures._bytes == sum(kept.nbytes for kept in pictures._kept.values()) <= 2 * 64


def test_other_exceptions_are_not_hidden(pool, monkeypatch):
    def fail(_index, _side):
        raise ZeroDivisionError

    monkeypatch.setattr(pool, "image", fail)
    with pytest.raises(ZeroDivisionError):
        Pictures(pool).read(0, 8)
    assert issubclass(MediaError, OSError)


def test_a_packet():
    packet = Packet()
    grey, colour = Packed(bytes(6), (2, 3, 1)), Packed(b"\1" * 60, (4, 5, 3))
    first = packet.picture(grey)
    assert first == {
        "image": {"buffer": 0, "width": 3, "height": 2, "channels": 1},
        "error": None,
    }
    assert packet.picture(colour, send=False)["image"]["buffer"] is None
    assert packet.picture(colour)["image"] == {
        "buffer": 1,
        "width": 5,
        "height": 4,
        "channels": 3,
    }
    assert packet.buffers == [bytes(6), b"\1" * 60]
    assert packet.picture("broken.png cannot be read") == {
        "image": None,
        "error": "broken.png cannot be read",
    }
    assert packet.picture(None) == {"image": None, "error": None}
