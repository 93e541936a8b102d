"""Rows on disk are found again by the names of their items, whatever pool these are in."""

import numpy as np
import pytest

from nblabel.system.row_cache import NAMES, ROWS, RowCache


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda _name: str(tmp_path))


X = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)


def test_rows_are_found_by_name_in_any_order():
    cache = RowCache("rows", "net", 1)
    cache.write(["a", "b", "c"], X[:3])
    cache.write(["d", "é"], X[3:5])
    found = RowCache("rows", "net", 1).read(["é", "x", "b", "", "b"])
    assert sorted(found) == [0, 2, 4]
    np.testing.assert_array_equal([found[0], found[2], found[4]], X[[4, 1, 1]])


def test_other_settings_find_nothing():
    RowCache("rows", "net", 1).write(["a"], X[:1])
    assert RowCache("rows", "net", 2).read(["a"]) == {}
    assert RowCache("others", "net", 1).read(["a"]) == {}


@pytest.mark.parametrize("which", [NAMES, ROWS])
def test_a_damaged_file_is_as_if_it_were_not_there(which):
    cache = RowCache("rows", "net")
    cache.write(["a", "b"], X[:2])
    cache.write(["c"], X[2:3])
    path = min(cache._folder.glob(f"*{which}"))
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    found = cache.read(["a", "b", "c"])
    assert len(found) in (1, 2)
    for place, row in found.items():
        np.testing.assert_array_equal(row, X[place])


def test_without_a_folder_nothing_is_found_and_a_full_disk_keeps_nothing(tmp_path, monkeypatch):
    cache = RowCache("rows", "net")
    assert cache.read(["a"]) == {}

    def full(*_given, **_options):
        raise OSError("no space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    cache.write(["a"], X[:1])
    assert cache.read(["a"]) == {}
