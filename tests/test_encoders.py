"""Trained encoders: codes of any picture, the same every time, kept in files, cut short unharmed."""

import json
import sys
from importlib.util import find_spec

import numpy as np
import platformdirs
import pytest
from PIL import Image

import nblabel as nb
from nblabel import encoders
from nblabel.encoders import ENCODERS, ContrastiveEncoder, make_encoder, training
from nblabel.encoders.base import FEWEST
from nblabel.encoders.changes import changed
from nblabel.pool.pictures import MediaError

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(
        find_spec("torch") is None, reason='needs torch: pip install "nblabel[torch]"'
    ),
]

SAMPLE = nb.datasets.load_fashion_mnist_sample()
IMAGES = SAMPLE.images[:120]
COLOUR = np.random.default_rng(0).integers(0, 255, (30, 11, 9, 3), dtype=np.uint8)
every_kind = pytest.mark.parametrize("kind", ENCODERS)


@pytest.fixture(autouse=True)
def one_thread():
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    for kind in ENCODERS.values():
        monkeypatch.setattr(kind, "BATCH", 64)


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("kept")  # not beside what a test writes
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_: str(folder / "cache"))
    return folder / "cache"


def quick(kind, **options):
    return make_encoder(kind, **{"steps": 3, "progress": False, **options})


def interrupt_at(step, monkeypatch):
    """Have the loop interrupted in a step, as a person would in the notebook."""
    taken = []
    schedule = training._schedule

    def interrupting(share):
        taken.append(share)
        if len(taken) == step:
            raise KeyboardInterrupt
        return schedule(share)

    monkeypatch.setattr(training, "_schedule", interrupting)


# codes


@pytest.mark.slow  # trains networks
@every_kind
@pytest.mark.parametrize(
    "images",
    [
        IMAGES,
        IMAGES / 255,
        COLOUR,
        COLOUR[:, :1, :1],
        COLOUR[:, :2, :5, 0],
        np.repeat(COLOUR, 8, axis=1),
    ],
    ids=["grey", "floats", "colour", "one pixel", "small", "large"],
)
def test_codes_of_pictures_of_any_size(kind, images):
    codes = nb.embed(images, method=kind, steps=2, progress=False)
    assert codes.shape == (len(images), 128)
    assert codes.dtype == np.float32
    assert np.isfinite(codes).all()


@pytest.mark.slow  # trains networks
@every_kind
def test_the_same_pictures_give_the_same_codes(kind):
    import torch

    codes = quick(kind).fit_transform(IMAGES)
    torch.rand(3)  # what others draw changes nothing
    np.testing.assert_array_equal(quick(kind).fit(IMAGES).transform(IMAGES), codes)
    assert not np.array_equal(quick(kind, random_state=1).fit_transform(IMAGES), codes)


@every_kind
def test_on_a_graphics_processor(kind, tmp_path):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("there is no graphics processor that torch can use")
    encoder = quick(kind, device="cuda").fit(IMAGES)
    codes = encoder.transform(IMAGES)
    np.testing.assert_allclose(quick(kind, device="cuda").fit_transform(IMAGES), codes, atol=1e-3)
    encoder.save(tmp_path / "encoder.npz")
    on_processor = encoders.load(tmp_path / "encoder.npz").transform(IMAGES)
    np.testing.assert_allclose(on_processor, codes, atol=1e-3)


@pytest.mark.slow
@every_kind
def test_the_random_numbers_of_others_are_left_alone(kind):
    import torch

    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    quick(kind).fit(IMAGES)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.slow  # trains networks
@every_kind
def test_training_makes_the_loss_smaller(kind):
    first, later = (quick(kind, steps=steps).fit(IMAGES) for steps in (1, 25))
    assert (first.steps_, later.steps_) == (1, 25)
    assert later.loss_ < first.loss_


@pytest.mark.slow  # trains a network
def test_contrastive_training_brings_pictures_of_one_class_together():
    images, y = SAMPLE.images[:600], SAMPLE.labels[:600]

    def agreement(steps):
        codes = quick("contrastive", steps=steps).fit_transform(images)
        graph = nb.neighbor_graph(codes, cache=False)
        return (y[graph.indices[:, :10]] == y[:, None]).mean()

    assert agreement(40) > agreement(1) + 0.01


def test_codes_of_the_contrastive_encoder_have_length_one():
    codes = quick("contrastive", dim=7).fit_transform(IMAGES)
    np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 1, rtol=1e-5)


def test_a_width_of_ones_own():
    assert nb.embed(IMAGES, method="autoencoder", dim=5, steps=1).shape == (120, 5)


def test_views_keep_shape_and_range_and_differ():
    import torch

    batch = torch.rand(6, 3, 12, 10)
    views = changed(torch, batch, 0.5)
    assert views.shape == batch.shape
    assert not torch.allclose(views, changed(torch, batch, 0.5))
    torch.testing.assert_close(changed(torch, batch, 0.0), batch)


# pools


def save_all(folder, pictures):
    folder.mkdir()
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number:03}.png")
    return folder


def test_files_give_the_codes_of_their_pictures(tmp_path):
    pool = nb.Pool.from_folder(save_all(tmp_path / "files", IMAGES[:20]))
    encoder = quick("vae")
    codes = encoder.fit_transform(pool)
    np.testing.assert_allclose(codes, encoder.transform(IMAGES[:20]), atol=1e-6)


def test_files_of_another_size_are_brought_to_that_of_the_training(tmp_path):
    encoder = quick("autoencoder").fit(IMAGES)
    pool = nb.Pool.from_folder(save_all(tmp_path / "files", COLOUR[:3]))
    assert encoder.transform(pool).shape == (3, 128)


@every_kind
def test_a_picture_that_cannot_be_read_gets_the_mean(kind, tmp_path):
    folder = save_all(tmp_path / "files", IMAGES[:20])
    (folder / "004.png").write_text("no picture")
    pool = nb.Pool.from_folder(folder)
    with pytest.warns(UserWarning, match=r"004\.png cannot be read"):
        codes = nb.embed(pool, method=kind, steps=1)
    np.testing.assert_allclose(codes[4], np.delete(codes, 4, axis=0).mean(axis=0), atol=1e-5)


def test_nothing_that_can_be_read(tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(12)]
    with pytest.warns(UserWarning, match="not found"), pytest.raises(MediaError, match="none of"):
        nb.embed(nb.Pool(paths), method="vae")


@pytest.mark.parametrize(
    "source", [np.ones((20, 5)), nb.Pool(embeddings=np.ones((20, 5))), nb.Pool(texts=["a"] * 20)]
)
def test_features_and_texts_are_no_pictures(source):
    with pytest.raises(ValueError, match="this pool holds (items|texts); leave method out"):
        nb.embed(source, method="contrastive")


def test_too_few_pictures():
    with pytest.raises(ValueError, match=f"must be at least {FEWEST}"):
        nb.embed(IMAGES[: FEWEST - 1], method="vae")
    assert quick("contrastive").fit_transform(IMAGES[:FEWEST]).shape == (FEWEST, 128)


def test_pictures_of_another_shape_are_refused_with_advice():
    encoder = quick("autoencoder").fit(IMAGES)
    with pytest.raises(ValueError, match="28 x 28 in grey, and these are 9 x 11 in colour. Bring"):
        encoder.transform(COLOUR)


def test_an_encoder_that_is_not_trained():
    with pytest.raises(ValueError, match="call fit"):
        quick("vae").transform(IMAGES)
    with pytest.raises(ValueError, match="call fit"):
        quick("vae").save("nowhere.npz")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dim": 0}, "dim is 0"),
        ({"dim": 2.5}, "dim is 2.5"),
        ({"steps": 0}, "steps is 0"),
        ({"random_state": None}, "random_state is None"),
        ({"max_seconds": 0}, "max_seconds is 0"),
        ({"max_seconds": "long"}, "max_seconds is 'long'"),
        ({"device": "abacus"}, "device 'abacus' cannot be used"),
    ],
)
def test_settings_that_cannot_be_used(options, said):
    with pytest.raises(ValueError, match=said):
        nb.embed(IMAGES, method="vae", **options)


def test_options_that_do_not_exist():
    with pytest.raises(TypeError, match="no option 'epochs'; its options are device, dim"):
        nb.embed(IMAGES, method="vae", epochs=3)
    with pytest.raises(ValueError, match="unknown encoder 'gan'"):
        make_encoder("gan")


# time and interruption


@every_kind
def test_an_interrupt_keeps_what_was_learned(kind, monkeypatch):
    interrupt_at(3, monkeypatch)
    encoder = quick(kind, steps=50)
    with pytest.warns(UserWarning, match="interrupted after 2 of 50 steps; the encoder keeps"):
        encoder.fit(IMAGES)
    assert encoder.steps_ == 2
    assert encoder.transform(IMAGES).shape == (120, 128)


def test_an_interrupt_before_anything_was_learned(monkeypatch):
    interrupt_at(1, monkeypatch)
    encoder = quick("vae")
    with pytest.raises(KeyboardInterrupt):
        encoder.fit(IMAGES)
    assert not hasattr(encoder, "net_")


def test_interrupted_training_is_not_kept_on_disk(monkeypatch, cache_folder):
    interrupt_at(2, monkeypatch)
    with pytest.warns(UserWarning, match="interrupted"):
        nb.embed(IMAGES, method="vae", steps=3)
    assert not list(cache_folder.rglob("*.npy"))


def test_training_ends_when_the_time_is_over():
    encoder = quick("autoencoder", steps=10**9, max_seconds=0.3).fit(IMAGES)
    assert 1 <= encoder.steps_ < 10**6
    assert encoder.seconds_ < 30
    assert not encoder.interrupted_


def test_time_to_spare_changes_nothing():
    codes = quick("autoencoder", steps=12).fit_transform(IMAGES)
    other = quick("autoencoder", steps=12, max_seconds=1e6).fit_transform(IMAGES)
    np.testing.assert_array_equal(codes, other)


def test_the_rate_rises_and_falls():
    rates = [training._schedule(share) for share in np.linspace(0, 1, 21)]
    assert max(rates) == pytest.approx(1, abs=0.02)
    assert rates[0] == pytest.approx(0.1)
    assert rates[-1] == pytest.approx(0)
    assert np.all(np.diff(rates[3:]) < 0)


def test_progress_tells_share_and_loss():
    told = []
    quick("vae", steps=4).train(IMAGES[..., None], lambda *news: told.append(news))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert all("loss" in text for _, text in told)


# files


@every_kind
@pytest.mark.parametrize("images", [IMAGES, COLOUR], ids=["grey", "colour"])
def test_a_saved_encoder_gives_the_same_codes(kind, images, tmp_path):
    encoder = quick(kind, dim=9)
    codes = encoder.fit_transform(images)
    folder = tmp_path / "kept"  # the cache is beside it
    folder.mkdir()
    encoder.save(folder / "encoder.npz")
    again = nb.encoders.load(folder / "encoder.npz")
    assert repr(again) == repr(encoder)
    np.testing.assert_array_equal(again.transform(images), codes)
    np.testing.assert_array_equal(nb.embed(images, method=again), codes)
    assert [path.name for path in folder.iterdir()] == ["encoder.npz"]


def altered(path, **changes):
    """Write a saved encoder again with other settings or weights."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    settings = json.loads(str(arrays["settings"]))
    for key, value in changes.items():
        if key in settings:
            settings[key] = value
        else:
            arrays[key.replace("__", "/")] = value
    arrays["settings"] = np.array(json.dumps(settings))
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    "changes",
    [
        {"nblabel_encoder": 99},
        {"kind": "other"},
        {"shape": [28, 28, 2]},
        {"shape": [28, 10**9, 1]},
        {"shape": "square"},
        {"parameters": {"dim": 10}},
        {"parameters": {"dim": -1}},
        {"parameters": {"depth": 3}},
        {"parameters": 3},
        {"weights__5.bias": np.full(128, np.nan, dtype=np.float32)},
        {"weights__5.bias": np.zeros(128)},
        {"weights__more": np.zeros(3, dtype=np.float32)},
    ],
    ids=str,
)
def test_a_file_that_does_not_fit_is_refused(changes, tmp_path):
    path = tmp_path / "encoder.npz"
    quick("autoencoder").fit(IMAGES).save(path)
    altered(path, **changes)
    with pytest.raises(ValueError, match="holds no encoder that this version of nblabel can read"):
        encoders.load(path)


def test_a_file_goes_into_a_folder_that_is_there(tmp_path):
    encoder = quick("autoencoder").fit(IMAGES)
    with pytest.raises(ValueError, match="lies in no folder; make it first"):
        encoder.save(tmp_path / "new" / "encoder.npz")
    with pytest.raises(ValueError, match="is a folder; name a file in it"):
        encoder.save(tmp_path)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("cut", [0, 10, 1_000, -30])
def test_a_damaged_file_is_refused(cut, tmp_path):
    path = tmp_path / "encoder.npz"
    quick("autoencoder").fit(IMAGES).save(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ValueError, match="train it again"):
        encoders.load(path)


def test_no_pickle_is_opened(tmp_path):
    path = tmp_path / "encoder.npz"
    np.savez(path, settings=np.array([{"kind": "vae"}], dtype=object))
    with pytest.raises(ValueError, match="holds no encoder"):
        encoders.load(path)
    np.save(tmp_path / "array.npy", np.ones(3))
    with pytest.raises(ValueError, match="holds no encoder"):
        encoders.load(tmp_path / "array.npy")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="check the path"):
        encoders.load(tmp_path / "encoder.npz")


# the cache


def test_codes_are_found_again_on_disk(monkeypatch):
    codes = nb.embed(IMAGES, method="contrastive", steps=2)

    def forbidden(*_, **__):
        raise AssertionError("trained again")

    monkeypatch.setattr(ContrastiveEncoder, "train", forbidden)
    again = nb.embed(nb.Pool(IMAGES), method="contrastive", steps=2, progress=False)
    np.testing.assert_array_equal(again, codes)
    for other in ({"steps": 3}, {"steps": 2, "random_state": 1}, {"steps": 2, "dim": 64}):
        with pytest.raises(AssertionError, match="trained again"):
            nb.embed(IMAGES, method="contrastive", **other)
    with pytest.raises(AssertionError, match="trained again"):
        nb.embed(255 - IMAGES, method="contrastive", steps=2)


def test_an_encoder_as_method_is_left_untrained():
    encoder = quick("vae")
    assert nb.embed(IMAGES, method=encoder).shape == (120, 128)
    assert not hasattr(encoder, "net_")


# without torch


@every_kind
def test_without_torch_the_command_is_told(kind, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r'pip install "nblabel\[torch\]"'):
        nb.embed(IMAGES, method=kind)
