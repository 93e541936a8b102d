"""Networks of the Hugging Face hub as embeddings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nblabel.arrays import FloatArray
from nblabel.embeddings.networks import Network, as_colour, check_channels, hash_files, run_network
from nblabel.encoders.torched import choose_device
from nblabel.pool import Pool

INSTALL = 'method="pretrained" needs transformers and torch: pip install "nblabel[pretrained]"'
# Weights are read from safetensors only: any other kind may run code as it is opened.
WANTED = ["*.safetensors", "*.json", "*.txt", "*.model"]
UNWANTED = ["onnx/*", "openvino/*", "*.msgpack"]
LONGEST = 512  # tokens of a text that are read, where the model does not say


def embed_pretrained(
    pool: Pool,
    dim: int | None,  # noqa: ARG001  the caller reduces
    random_state: int,  # noqa: ARG001  nothing is random here
    model: Any = None,
    batch_size: int = 32,
    device: str | None = None,
    prefix: str = "",
    revision: str | None = None,
) -> FloatArray:
    """Embed images or texts with a network trained on others.

    Parameters
    ----------
    pool : Pool
        Of images or texts.
    model : str or path-like
        A folder with the model, its weights in safetensors; or its name on the Hugging Face hub,
        such as ``"sentence-transformers/all-MiniLM-L6-v2"`` for texts or
        ``"google/mobilenet_v2_1.0_224"`` for images. Only for a name that is not in the hub's cache
        on this machine is anything downloaded.
    batch_size : int
        Items at a time.
    device : str, optional
        "cpu", "cuda", ...; a GPU where torch finds one.
    prefix : str
        What the model wants before each text: ``"query: "`` for those of the E5 family.
    revision : str, optional
        Commit or tag on the hub; its main branch if not given.

    Returns
    -------
    ndarray of shape (n, width of the network), float32
        Rows of length 1. Of a text the mean over its tokens, or the first one where the model says
        so; of an image the mean over its places; of CLIP and its like their own features.

    Raises
    ------
    ImportError
        If transformers or torch is missing.
    ValueError
        If the model cannot be found, is not for this kind of pool, or has no safetensors; or there
        is no such device.

    Notes
    -----
    Images are resized, and brought to grey or colour, as the model's own processor wants it. Texts
    longer than the model reads are cut off. No code that comes with a model is run.
    """
    if model is None:
        raise ValueError(
            "method='pretrained' needs model=: a folder, or a name on the Hugging Face hub, such "
            "as 'sentence-transformers/all-MiniLM-L6-v2' for texts."
        )
    folder = _find(model, revision)
    files = sorted(path for pattern in WANTED for path in folder.glob(pattern))
    files += folder.glob("1_Pooling/config.json")
    known = hash_files(files)
    key = f"pretrained {known}{prefix and f' {prefix!r}'}"
    return run_network(
        pool, lambda: _load(folder, known, pool.kind, device, prefix), key, batch_size
    )


def _find(model: Any, revision: str | None = None) -> Path:
    """Return the folder with the model's files; downloads them if it is a name and they are new."""
    try:
        import torch  # noqa: F401
        import transformers  # noqa: F401
        from huggingface_hub import snapshot_download, utils
    except ImportError as error:
        raise ImportError(f"{INSTALL} ({error})") from error
    hub: Any = utils  # has its errors in every version
    folder: Path | None = Path(model)
    if not Path(model).is_dir():
        wanted: dict[str, Any] = {
            "allow_patterns": WANTED,
            "ignore_patterns": UNWANTED,
            "revision": revision,
        }
        try:
            folder = Path(snapshot_download(str(model), local_files_only=True, **wanted))
        except hub.LocalEntryNotFoundError:
            folder = None
        except hub.HFValidationError as error:
            raise ValueError(
                f"there is no folder {model}, and it is no name on the hub."
            ) from error
        if folder is None or not any(folder.glob("*.safetensors")):
            try:
                folder = Path(snapshot_download(str(model), **wanted))
            except (hub.HfHubHTTPError, hub.LocalEntryNotFoundError, OSError) as error:
                raise ValueError(
                    f"there is no folder {model}, and the Hugging Face hub did not deliver a model "
                    f"of that name: {error}"
                ) from error
    assert folder is not None
    if not (folder / "config.json").is_file():
        raise ValueError(f"{folder} holds no model: it has no config.json.")
    if not any(folder.glob("*.safetensors")):
        raise ValueError(
            f"{model} has no weights in safetensors, and other files may run code as they are "
            "opened. "
            "Where you trust it, load it with transformers, and save it with save_pretrained()."
        )
    return folder


# new items of one pool come one after another; `files` changes when those in the folder do
@lru_cache(maxsize=1)
def _load(
    folder: Path,
    files: str,  # noqa: ARG001
    kind: str,
    device: str | None,
    prefix: str,
) -> Network:
    import torch
    from transformers import AutoModel

    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        network = AutoModel.from_pretrained(folder, use_safetensors=True, **local).float().eval()
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder} cannot be loaded: {error}") from error
    where = choose_device(torch, device)
    network.to(where)
    if kind == "images":
        return _on_images(network, folder, where, local)
    return _on_texts(network, folder, where, local, prefix)


def _on_images(network: Any, folder: Path, where: Any, local: dict[str, Any]) -> Network:
    import torch
    import transformers

    features = getattr(network, "get_image_features", None)
    if features is None and network.main_input_name != "pixel_values":
        raise ValueError(
            f"{folder} reads {network.main_input_name}, not images; name another model."
        )
    try:
        processors: Any = transformers.AutoImageProcessor
        processor = processors.from_pretrained(folder, **local)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{folder} does not say how it wants its images: {error}. "
            "A preprocessor_config.json belongs beside its weights."
        ) from error
    channels = check_channels(getattr(network.config, "num_channels", 3), folder)

    def embed(pictures: Sequence[Any]) -> npt.NDArray[Any]:
        same = [as_colour(picture, channels) for picture in pictures]
        given = processor(images=same, return_tensors="pt", input_data_format="channels_last")
        pixels = given["pixel_values"].to(where)
        with torch.inference_mode():
            if features is not None:
                return _as_array(_features(features(pixel_values=pixels)))
            hidden = network(pixel_values=pixels).last_hidden_state
            places = tuple(range(2, hidden.ndim)) if hidden.ndim == 4 else 1
            return _as_array(hidden.mean(dim=places) if hidden.ndim > 2 else hidden)

    return Network(embed)


def _on_texts(
    network: Any, folder: Path, where: Any, local: dict[str, Any], prefix: str
) -> Network:
    import torch
    from transformers import AutoTokenizer

    features = getattr(network, "get_text_features", None)
    if features is None and network.main_input_name != "input_ids":
        raise ValueError(
            f"{folder} reads {network.main_input_name}, not texts; name another model."
        )
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **local)
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder} has no tokenizer that can be loaded: {error}") from error
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    longest = _setting(folder, "sentence_bert_config.json", "max_seq_length") or min(
        LONGEST,
        tokenizer.model_max_length,
        getattr(network.config, "max_position_embeddings", None) or LONGEST,
    )
    first = _setting(folder, "1_Pooling/config.json", "pooling_mode_cls_token")
    # the text side of SigLIP was trained on texts of one length, and reads its last place
    full = str(getattr(network.config, "model_type", "")).startswith("siglip")
    padding: Any = "max_length" if full else True
    if features is None and getattr(network.config, "is_encoder_decoder", False):
        network = network.get_encoder()

    def embed(texts: Sequence[Any]) -> npt.NDArray[Any]:
        given = tokenizer(
            [prefix + text for text in texts],
            padding=padding,
            truncation=True,
            max_length=longest,
            return_tensors="pt",
        ).to(where)
        with torch.inference_mode():
            if features is not None:
                return _as_array(_features(features(**given)))
            hidden = network(**given).last_hidden_state
            if first:
                return _as_array(hidden[:, 0])
            mask = given["attention_mask"][..., None].to(hidden.dtype)
            return _as_array((hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1))

    return Network(embed)


def _features(output: Any) -> Any:
    """Return the features of a two-sided network, which newer versions of transformers wrap."""
    return getattr(output, "pooler_output", output)


def _as_array(tensor: Any) -> npt.NDArray[Any]:
    return np.asarray(tensor.float().cpu().numpy())


def _setting(folder: Path, file: str, name: str) -> Any:
    """Return a setting of sentence-transformers, None where there is none."""
    try:
        return json.loads((folder / file).read_text("utf-8")).get(name)
    except (OSError, ValueError):
        return None
