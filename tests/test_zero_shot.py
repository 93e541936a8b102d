"""A prior from class names, by tiny random networks that read both sides."""

import json
import string
import warnings

import numpy as np
import pytest

import nblabel as nb
from nblabel.embeddings.zero_shot import NETWORKS, PROMPTS, prompts_of

pytest.importorskip("torch", reason="torch is not installed: pip install 'nblabel[pretrained]'")
pytest.importorskip(
    "transformers", reason="transformers is not installed: pip install 'nblabel[pretrained]'"
)
PHOTOS = np.random.default_rng(0).integers(0, 256, (6, 20, 30, 3), dtype=np.uint8)
PETS = ["cat", "dog"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the libraries' own
        yield


def clip(folder):
    """Save a CLIP of one layer, and return its folder."""
    import torch
    from transformers import CLIPConfig, CLIPModel

    torch.manual_seed(0)
    ends = {"<|startoftext|>": 0, "<|endoftext|>": 1}
    letters = [*string.ascii_lowercase, "."]
    vocabulary = {**ends}
    for token in [*letters, *(f"{letter}</w>" for letter in letters)]:
        vocabulary[token] = len(vocabulary)
    side = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
            "intermediate_size": 8, "projection_dim": 8}  # fmt: skip
    config = CLIPConfig(
        text_config={**side, "vocab_size": len(vocabulary), "max_position_embeddings": 77,
                     "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1},
        vision_config={**side, "image_size": 16, "patch_size": 8},
        projection_dim=8,
    )  # fmt: skip
    CLIPModel(config).save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({
            "tokenizer_class": "CLIPTokenizer", "bos_token": "<|startoftext|>",
            "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>",
            "pad_token": "<|endoftext|>", "model_max_length": 77,
        })
    )  # fmt: skip
    settings = {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 16},
                "crop_size": {"height": 16, "width": 16}}  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    return folder


@pytest.mark.slow  # a network
def test_pictures_and_names_are_compared_as_transformers_does(tmp_path):
    import torch
    from transformers import AutoProcessor, CLIPModel

    folder = clip(tmp_path)
    found = nb.prior_from_names(nb.Pool(PHOTOS), PETS, str(folder))
    assert (found.shape, found.dtype) == ((6, 2), np.float32)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    network = CLIPModel.from_pretrained(folder).eval()
    with torch.no_grad():
        network.logit_scale.fill_(np.log(100))
    processor = AutoProcessor.from_pretrained(folder)
    texts = [f"a photo of a {name}." for name in PETS]
    given = processor(
        text=texts, images=list(PHOTOS), return_tensors="pt", padding=True,
        input_data_format="channels_last",
    )  # fmt: skip
    with torch.inference_mode():
        expected = network(**given).logits_per_image.softmax(dim=1).numpy()
    assert np.allclose(found, expected, atol=1e-3)


@pytest.mark.slow
def test_prompts_can_be_edited(tmp_path):
    folder, pool = str(clip(tmp_path)), nb.Pool(PHOTOS)
    usual = nb.prior_from_names(pool, PETS, folder)
    other = nb.prior_from_names(pool, PETS, folder, prompts="drawing of {}")
    mean = nb.prior_from_names(pool, PETS, folder, prompts=["a photo of a {}.", "drawing of {}"])
    same = nb.prior_from_names(
        pool, PETS, folder, prompts={"cat": "a photo of a cat.", "dog": ["a photo of a dog."]}
    )
    assert not np.allclose(usual, other, atol=1e-3)
    assert not np.allclose(usual, mean, atol=1e-3)
    assert np.allclose(usual, same, atol=1e-5)


@pytest.mark.slow
def test_a_session_takes_the_name_of_a_network(tmp_path, monkeypatch):
    monkeypatch.setitem(NETWORKS, "clip-b32", str(clip(tmp_path)))
    pool = nb.Pool(PHOTOS, embeddings=np.eye(6))
    session = nb.Session(pool, PETS, prior="clip-b32", learner="knn")
    expected = nb.prior_from_names(pool, PETS, "clip-b32")
    assert np.allclose(session.prior, expected, atol=1e-6)
    of_tags = nb.Session(pool, PETS, prior="clip-b32", learner="knn", multi_label=True)
    assert np.allclose(of_tags.prior, expected, atol=1e-6)
    assert (session.predict_proba().argmax(axis=1) == _evened(expected).argmax(axis=1)).all()


def _evened(proba):
    """Return the prior tempered as before the first label, without the shares of the classes."""
    tempered = proba**0.7 / (proba**0.7).sum(axis=1, keepdims=True)
    return tempered / tempered.mean(axis=0)


@pytest.mark.slow
def test_texts_are_compared_by_a_sentence_network(tmp_path):
    from tests.test_pretrained import on_texts

    folder = on_texts(tmp_path)
    pool = nb.Pool(texts=["good film", "bad", "bad film"])
    found = nb.prior_from_names(pool, ["good", "bad"], str(folder))
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert found[1, 1] > 0.5  # the text is the name itself


def test_networks_of_one_side_are_refused(tmp_path):
    from tests.test_pretrained import on_images

    with pytest.raises(ValueError, match="reads pixel_values, not texts"):
        nb.prior_from_names(nb.Pool(PHOTOS), PETS, str(on_images(tmp_path)))


def test_a_name_that_is_no_network():
    with pytest.raises(ValueError, match="there is no folder no-such-network"):
        nb.Session(nb.Pool(PHOTOS, embeddings=np.eye(6)), PETS, prior="no-such-network")


def test_prompts_of_a_class():
    usual = PROMPTS["images"]
    assert prompts_of("cat", None, usual, PETS) == ["a photo of a cat."]
    assert prompts_of("cat", "the {}", usual, PETS) == ["the cat"]
    assert prompts_of("cat", ("a {}", "two {}s"), usual, PETS) == ["a cat", "two cats"]
    assert prompts_of("cat", {"dog": "hound"}, usual, PETS) == ["a photo of a cat."]
    assert prompts_of("dog", {"dog": ["hound", "{}"]}, usual, PETS) == ["hound", "dog"]


@pytest.mark.parametrize(
    ("prompts", "message"),
    [
        ({"cow": "a cow"}, "'cow', which is no class; the classes are cat, dog"),
        ("", "prompts for 'cat' are ''"),
        ([], "pass a text, or several"),
        ({"cat": [3]}, "pass a text, or several"),
    ],
)
def test_prompts_that_cannot_be(prompts, message):
    with pytest.raises(ValueError, match=message):
        prompts_of("cat", prompts, PROMPTS["images"], PETS)
