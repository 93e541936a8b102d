"""Embeddings from ONNX files: tiny networks written here."""

import json
import sys

import numpy as np
import pytest

import nblabel as nb

onnx = pytest.importorskip("onnx", reason="onnx is not installed: pip install onnx")
pytest.importorskip(
    "onnxruntime", reason="onnxruntime is not installed: pip install 'nblabel[onnx]'"
)
PHOTOS = np.random.default_rng(0).integers(0, 256, (5, 20, 30, 3), dtype=np.uint8)
WORDS = ["[PAD]", "[UNK]", "good", "bad", "film"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def save(path, nodes, inputs, outputs, **constants):
    from onnx import helper, numpy_helper

    def placed(name, kind, shape):
        return helper.make_tensor_value_info(name, kind, shape)

    graph = helper.make_graph(
        [helper.make_node(*node[:3], **node[3]) for node in nodes],
        "tiny",
        [placed(*one) for one in inputs],
        [placed(*one) for one in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path


FLOAT, UINT8, INT64 = onnx.TensorProto.FLOAT, onnx.TensorProto.UINT8, onnx.TensorProto.INT64


def channel_means(path, shape, kind=FLOAT, axes=(2, 3)):
    """A network that gives the mean of each channel."""
    nodes = [
        ("Cast", ["image"], ["x"], {"to": FLOAT}),
        ("ReduceMean", ["x"], ["mean"], {"axes": list(axes), "keepdims": 0}),
    ]
    return save(path, nodes, [("image", kind, shape)], [("mean", FLOAT, [shape[0], 3])])


def word_vectors(path, length="t"):
    """A network that gives the vector of each token, beside its tokenizer."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    nodes = [("Gather", ["vectors", "input_ids"], ["last_hidden_state"], {})]
    save(
        path,
        nodes,
        [("input_ids", INT64, ["n", length])],
        [("last_hidden_state", FLOAT, ["n", length, 4])],
        vectors=np.vstack([np.full(4, 9), np.eye(4)]).astype(np.float32),
    )
    words = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(path.parent / "tokenizer.json"))
    return path


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_images_are_resized_and_scaled(tmp_path):
    model = channel_means(tmp_path / "m.onnx", ["n", 3, 8, 8])
    X = nb.embed(nb.Pool(PHOTOS), "onnx", model=model)
    assert (X.shape, X.dtype) == ((5, 3), np.float32)
    assert np.allclose(X, unit(PHOTOS.mean(axis=(1, 2))), atol=0.02)  # as far as resizing goes
    shifted = nb.embed(nb.Pool(PHOTOS), "onnx", model=model, mean=[0.5, 0, 0], std=0.5)
    expected = unit((PHOTOS.mean(axis=(1, 2)) / 255 - [0.5, 0, 0]) / 0.5)
    assert np.allclose(shifted, expected, atol=0.02)


def test_channels_last_whole_numbers_and_any_size(tmp_path):
    last = channel_means(tmp_path / "last.onnx", ["n", "h", "w", 3], axes=(1, 2))
    X = nb.embed(nb.Pool(PHOTOS), "onnx", model=last, size=16)
    assert np.allclose(X, unit(PHOTOS.mean(axis=(1, 2))), atol=0.02)
    whole = channel_means(tmp_path / "whole.onnx", ["n", 3, "h", "w"], UINT8)
    same = nb.embed(nb.Pool(PHOTOS), "onnx", model=whole)
    assert np.allclose(same, X, atol=0.02)


def test_grey_images_become_colour(tmp_path):
    model = channel_means(tmp_path / "m.onnx", ["n", 3, 8, 8])
    X = nb.embed(nb.Pool(PHOTOS[..., 0]), "onnx", model=model)
    assert np.allclose(X, 1 / np.sqrt(3), atol=1e-5)


def test_colour_images_become_grey(tmp_path):
    model = channel_means(tmp_path / "m.onnx", ["n", 1, 8, 8])
    X = nb.embed(nb.Pool(PHOTOS), "onnx", model=model)
    assert X.tolist() == [[1.0]] * 5


@pytest.mark.parametrize("shape", [["n", 4, 8, 8], ["n", 8, 8, 12]])
def test_channels_that_no_picture_has(tmp_path, shape):
    model = channel_means(tmp_path / "m.onnx", shape)
    with pytest.raises(ValueError, match=r"takes images of (4|8) channels; nblabel has grey \(1\)"):
        nb.embed(nb.Pool(PHOTOS), "onnx", model=model)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"size": 16}, "takes images of 8 x 8 pixels and no others; leave size out"),
        ({"size": 0}, "size is 0; pass a whole number of pixels"),
        ({"size": "8"}, "size is '8'"),
        ({"mean": [0.1, 0.2]}, r"mean is \[0.1, 0.2\], and the model takes images of 3 channels"),
        ({"std": [1, 1, 0]}, "std is 0"),
        ({"batch_size": "2"}, "batch_size is '2'; it must be at least 1"),
    ],
)
def test_options_that_do_not_fit_the_model(tmp_path, options, said):
    model = channel_means(tmp_path / "m.onnx", ["n", 3, 8, 8])
    assert nb.embed(nb.Pool(PHOTOS), "onnx", model=model, size=8).shape == (5, 3)
    with pytest.raises(ValueError, match=said):
        nb.embed(nb.Pool(PHOTOS), "onnx", model=model, **options)


def test_a_fixed_batch_is_filled_up(tmp_path):
    free = channel_means(tmp_path / "free.onnx", ["n", 3, 8, 8])
    fixed = channel_means(tmp_path / "fixed.onnx", [2, 3, 8, 8])
    X = nb.embed(nb.Pool(PHOTOS), "onnx", model=fixed)
    assert np.allclose(X, nb.embed(nb.Pool(PHOTOS), "onnx", model=free), atol=1e-6)


def test_a_file_beside_the_model_says_how_images_are_scaled(tmp_path):
    model = channel_means(tmp_path / "m.onnx", ["n", 3, "h", "w"])
    settings = {"image_mean": [0.5, 0, 0], "image_std": [1, 1, 1], "size": {"shortest_edge": 10}}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(settings))
    X = nb.embed(nb.Pool(PHOTOS), "onnx", model=model)
    assert np.allclose(X, unit(PHOTOS.mean(axis=(1, 2)) / 255 - [0.5, 0, 0]), atol=0.02)


@pytest.mark.parametrize("length", ["t", 3])
def test_texts_are_the_mean_over_their_tokens(tmp_path, length):
    pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    model = word_vectors(tmp_path / "m.onnx", length)
    texts = ["good film", "bad", "good good film", "", "🙂"]
    X = nb.embed(nb.Pool(texts=texts), "onnx", model=model)
    # a direction for each word but the first
    expected = unit(np.array([[0, 1, 0, 1], [0, 0, 1, 0], [0, 2, 0, 1.0]]))
    assert np.allclose(X[:3], expected, atol=1e-5)
    assert not X[3].any()  # nothing said
    assert X[4].tolist() == [1, 0, 0, 0]


def test_models_that_cannot_be_used(tmp_path):
    pool, texts = nb.Pool(PHOTOS), nb.Pool(texts=["a"])
    model = channel_means(tmp_path / "m.onnx", ["n", 3, 8, 8])
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    with pytest.raises(ValueError, match="needs model=: an ONNX file"):
        nb.embed(pool, "onnx")
    with pytest.raises(ValueError, match=r"there is no file .*none\.onnx"):
        nb.embed(pool, "onnx", model=tmp_path / "none.onnx")
    with pytest.raises(ValueError, match=r"broken\.onnx is no model that ONNX Runtime can load"):
        nb.embed(pool, "onnx", model=tmp_path / "broken.onnx")
    with pytest.raises(ValueError, match=r"takes image \['n', 3, 8, 8\], not texts"):
        nb.embed(texts, "onnx", model=model)
    with pytest.raises(ValueError, match="no output 'x'; it has mean"):
        nb.embed(pool, "onnx", model=model, output="x")
    words = word_vectors(tmp_path / "words.onnx")
    with pytest.raises(ValueError, match="takes input_ids .*, not images"):
        nb.embed(pool, "onnx", model=words)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(ValueError, match=r"there is no tokenizer\.json beside"):
        nb.embed(texts, "onnx", model=words)


def test_the_missing_extra_is_named(tmp_path, monkeypatch):
    model = channel_means(tmp_path / "m.onnx", ["n", 3, 8, 8])
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ImportError, match=r'pip install "nblabel\[onnx\]"'):
        nb.embed(nb.Pool(PHOTOS), "onnx", model=model)


def test_the_missing_tokenizers_are_named(tmp_path, monkeypatch):
    model = word_vectors(tmp_path / "m.onnx")
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ImportError, match=r'pip install "nblabel\[onnx\]"'):
        nb.embed(nb.Pool(texts=["good film"]), "onnx", model=model)
