"""``nblabel label`` in a real JupyterLab: it opens the notebook, and the panel is in it."""

import urllib.request
from contextlib import closing

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.lab.notebook import TIMEOUT_S, TOKEN, LabServer, Notebook
from tests.lab.panel import queue, wait_for_question

COMMAND = ("nblabel", "label", "my photos", "--classes", "cat,dog", "--no-browser", "--")


def test_a_folder_is_labeled_by_one_command(tmp_path, browser):
    photos = tmp_path / "notebooks" / "my photos"
    photos.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in range(30):
        Image.fromarray(rng.integers(0, 255, (24, 24), dtype=np.uint8)).save(
            photos / f"{number}.png"
        )
    with closing(LabServer(tmp_path, COMMAND)) as server, browser.new_context() as context:
        begin = f"{server.url}?token={TOKEN}"
        with urllib.request.urlopen(begin, timeout=TIMEOUT_S) as response:
            assert response.url.split("?")[0] == f"{server.url}lab/tree/my%20photos.ipynb"
        book = Notebook(server, context.new_page(), server.folder / "my photos.ipynb")
        book.page.keyboard.press("Control+Home")
        book.run_all()
        wait_for_question(book)
        expect(queue(book)).to_contain_text("dog")
        assert book.problems == []
        server.end_sessions()
    assert (server.folder / "my photos.sqlite").is_file()
