"""What any network makes of a pool: kept item by item, found again after an interruption, in steps."""

import numpy as np
import pytest
from PIL import Image

import nblabel as nb
from nblabel.embeddings import networks
from nblabel.embeddings.networks import Network, run_network, told_in_steps
from nblabel.system import progress

rng = np.random.default_rng(0)
PICTURES = rng.integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("nblabel.system.cache.QUICK", -1)
    monkeypatch.setattr(networks, "KEPT_EVERY", -1)


class Tiny:
    """A network that is a few sums, and notes how many items it saw."""

    def __init__(self):
        self.seen = 0

    def __call__(self):
        return Network(self.embed)

    def embed(self, items):
        self.seen += len(items)
        return np.array([[item.mean(), item.std(), item[0, 0, 0]] for item in items], np.float32)


def test_the_rows_are_in_the_order_of_the_pool_and_of_length_one():
    X = run_network(nb.Pool(PICTURES), Tiny(), "tiny", 7)
    expected = Tiny().embed(PICTURES)
    np.testing.assert_allclose(X, expected / np.linalg.norm(expected, axis=1, keepdims=True))


def test_what_was_done_before_an_interruption_is_not_done_again():
    tiny = Tiny()

    def stop(_name, share):
        if share >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), progress.heard_by(stop):
        run_network(nb.Pool(PICTURES), tiny, "tiny", 4)
    before = tiny.seen
    assert 0 < before < 40
    X = run_network(nb.Pool(PICTURES), tiny, "tiny", 4)
    assert tiny.seen == 40
    np.testing.assert_array_equal(X, run_network(nb.Pool(PICTURES), Tiny(), "other", 4))


def test_one_picture_more_is_one_picture(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, picture in enumerate(PICTURES[:6]):
        Image.fromarray(picture).save(folder / f"{number}.png")
    tiny = Tiny()
    run_network(nb.Pool.from_folder(folder), tiny, "tiny")
    (folder / "0.png").rename(folder / "renamed.png")
    Image.fromarray(PICTURES[7]).save(folder / "new.png")
    run_network(nb.Pool.from_folder(folder), tiny, "tiny")
    assert tiny.seen == 7


def test_pages_of_one_file_are_not_one_item(tmp_path):
    first, *others = map(Image.fromarray, PICTURES[:4])
    first.save(tmp_path / "scan.tiff", save_all=True, append_images=others)
    pool = nb.Pool.from_folder(tmp_path, pages=True)
    X = run_network(pool, Tiny(), "tiny")
    assert len(np.unique(run_network(pool, Tiny(), "tiny").round(5), axis=0)) == len(X) == 4


def test_a_listener_is_told_in_steps_of_a_sample_of_all(monkeypatch):
    monkeypatch.setattr(networks, "FIRST_STEP", 4)
    told = []
    with told_in_steps(lambda X, there: told.append((X, there))):
        whole = run_network(nb.Pool(PICTURES), Tiny(), "tiny", 2)
    assert [there.sum() for _, there in told] == [4, 16]
    for X, there in told:
        np.testing.assert_array_equal(X[there], whole[there])
        rest = X[~there]
        assert (rest == rest[0]).all()
        assert there[:20].any() and there[20:].any()  # noqa: PT018
    with told_in_steps(lambda X, there: told.append((X, there))):
        run_network(nb.Pool(PICTURES), Tiny(), "tiny", 2)
    assert len(told) == 2  # all was on disk
