"""A data set on the Hub: what is sent to a server that speaks as the Hub does."""

import base64
import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np
import pytest

import nblabel as nb
from nblabel.sharing.card import plain
from tests.samples import CLASSES, blobs

pytest.importorskip("huggingface_hub", reason="the extra hub is not installed")


class Hub(ThreadingHTTPServer):
    """The part of the Hub's HTTP interface that takes a folder."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.made: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.tokens: set[str | None] = set()
        self.refuses = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        hub = self.server
        hub.tokens.add(self.headers.get("Authorization"))
        if hub.refuses:
            self._reply({"error": "no"}, 403)
        elif self.path == "/api/repos/create":
            hub.made.append(json.loads(body))
            self._reply({"url": f"{hub.url}/datasets/ada/boots", "name": "ada/boots", "id": "1"})
        elif self.path == "/api/validate-yaml":
            self._reply({"errors": [], "warnings": []})
        elif self.path.endswith("/preupload/main"):
            paths = [one["path"] for one in json.loads(body)["files"]]
            modes = {"uploadMode": "regular", "shouldIgnore": False}
            self._reply({"files": [{"path": path, **modes} for path in paths]})
        elif self.path.endswith("/commit/main"):
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    value = line["value"]
                    hub.files[value["path"]] = base64.b64decode(value["content"])
            address = f"{hub.url}/datasets/ada/boots/commit/1"
            self._reply({"commitUrl": address, "commitOid": "a" * 40, "success": True})
        else:
            self._reply({"error": self.path}, 404)

    def _reply(self, content: dict[str, Any], code: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def session_of(pool: nb.Pool, n: int = 30, **options: Any) -> nb.Session:
    session = nb.Session(
        pool, CLASSES, learner="knn", build_graph=False, annotator="Ada <ada@x>", **options
    )
    session.tell(range(n), [CLASSES[i % 3] for i in range(n)])
    return session


def push(session: nb.Session, hub: Hub, **options: Any) -> str:
    return nb.push_to_hub(session, "ada/boots", token="hf_test", endpoint=hub.url, **options)


def fields_of(card: str) -> dict[str, Any]:
    import yaml

    return yaml.safe_load(card.split("---\n")[1])


def test_texts_are_sent_with_a_card(hub: Hub) -> None:
    texts = [f"text {i}" for i in range(200)]
    session = session_of(nb.Pool(texts=texts, embeddings=blobs(200)))
    for index in session.draw(40):
        session.tell(index, CLASSES[index % 3])
    session.describe_class("bag", description="what is <carried>")
    session.set_guidelines("Be kind.\n<script>alert(1)</script>")
    address = push(session, hub, license="cc-by-4.0", title="Boots: & <bags>")
    assert address == f"{hub.url}/datasets/ada/boots"
    assert hub.made == [
        {"name": "boots", "organization": "ada", "visibility": "private", "type": "dataset"}
    ]
    assert hub.tokens == {"Bearer hf_test"}
    assert set(hub.files) == {"README.md", "labels.jsonl"}
    rows = [json.loads(line) for line in hub.files["labels.jsonl"].decode().splitlines()]
    assert len(rows) == session.n_labeled
    assert (rows[0]["text"], rows[0]["label"], rows[0]["source"]) == ("text 0", "boot", "human")
    card = hub.files["README.md"].decode()
    fields = fields_of(card)
    assert fields["pretty_name"] == "Boots: & <bags>"
    assert fields["license"] == "cc-by-4.0"
    assert fields["task_categories"] == ["text-classification"]
    assert fields["size_categories"] == ["n<1K"]
    assert fields["configs"] == [{"config_name": "default", "data_files": "labels.jsonl"}]
    text = card.replace("\\", "")
    assert nb.audit(session).lines[0] in text
    assert "confidence, from 40 audit labels." in text
    assert f"| Ada <ada@x> | {session.n_labeled} |" in text
    assert "- Learner: knn" in text
    assert "biased sample" in text
    # nothing that was typed is HTML
    assert "<" not in card.replace("\\<", "").split("---\n", 2)[2]


def test_pictures_are_sent_as_an_imagefolder(hub: Hub) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 3), dtype=np.uint8)
    session = session_of(nb.Pool(pixels, embeddings=blobs(12)), 6)
    push(session, hub, private=False)
    assert hub.made[0]["visibility"] == "public"
    pictures = [name for name in hub.files if name.endswith((".png", ".jpg"))]
    assert len(pictures) == 6
    assert any(name.endswith(("metadata.csv", "metadata.jsonl")) for name in hub.files)
    card = hub.files["README.md"].decode()
    assert "configs" not in fields_of(card)
    assert "Accuracy not known" in card


def test_several_tags_and_a_guarantee(hub: Hub) -> None:
    pool = nb.Pool(texts=["a text"] * 60, embeddings=blobs())
    session = nb.Session(pool, CLASSES, multi_label=True, build_graph=False)
    for i in range(9):
        session.tell(i, [CLASSES[i % 3]])
    push(session, hub)
    rows = [json.loads(line) for line in hub.files["labels.jsonl"].decode().splitlines()]
    assert rows[0]["label"] == ["boot"]

    truth = [CLASSES[i % 3] for i in range(300)]
    session = session_of(nb.Pool(texts=["a text"] * 300, embeddings=blobs(300)), 60)
    terms = {"max_error": 0.1, "confidence": 0.9}
    for index in nb.auto_label(session, **terms).draw_checks():
        session.tell(index, truth[index])
    accepted = nb.auto_label(session, **terms)
    push(session, hub, guarantee=accepted)
    card = hub.files["README.md"].decode().replace("\\", "")
    assert "at most 10 % of the accepted labels wrong, with 90 % confidence." in card
    assert "of the rest are wrong." in card


def test_what_is_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(nb.Pool(embeddings=blobs()))
    for wrong in ("", "a/b/c", "../x y", None):
        with pytest.raises(ValueError, match="pass the name of a data set"):
            nb.push_to_hub(session, wrong, endpoint=hub.url)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no labels to push"):
        push(nb.Session(nb.Pool(embeddings=blobs()), CLASSES, build_graph=False), hub)
    with pytest.raises(TypeError, match="pass a nblabel.Session"):
        nb.push_to_hub(nb.Pool(embeddings=blobs()), "ada/boots")  # type: ignore[arg-type]
    hub.refuses = True
    with pytest.raises(OSError, match="403"):
        push(session, hub)
    assert hub.files == {}
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"nblabel\[hub\]"):
        push(session, hub)


def test_texts_are_no_markdown() -> None:
    assert plain("a*b*\n# c <d>") == r"a\*b\* \# c \<d\>"
