"""Sounds that are played and objects that a function draws, in a real JupyterLab."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook
from tests.lab.panel import answer, no_violations, queue, shown, wait_for_labels

pytestmark = pytest.mark.lab

SOUNDS = """
import numpy as np, nblabel as nb
t = np.arange(8_000) / 8_000
sounds = [np.sin(2 * np.pi * (300 + 9 * i) * t) * (1 if i % 2 else 0.2) for i in range(40)]
panel = nb.Labeler(nb.Pool(sounds=sounds, sampling_rate=8_000), ["loud", "quiet"], projection="pca")
panel"""

OBJECTS = """
import time, numpy as np, nblabel as nb
def draw(n):
    time.sleep(0.5)
    if n % 7 == 0:
        raise ValueError(f"{n} cannot be drawn")
    return f"<p>the number <b>{n}</b></p>"
X = np.stack([np.arange(30) % 2 * 5, np.arange(30)], axis=1)
panel = nb.Labeler(nb.Pool(range(30), render=draw, embeddings=X), ["odd", "even"], projection="pca")
panel"""


def test_a_sound_is_played_and_labeled(panel: Callable[..., Notebook]) -> None:
    book = panel(SOUNDS)
    root = queue(book)
    expect(root.locator(".nbl-about")).to_have_text("1 s · 8,000 Hz · 1 channel")
    expect(root.locator(".nbl-first")).to_contain_text("Which class is this sound?")
    root.focus()
    book.page.keyboard.press("Space")
    expect(root.get_by_role("button", name="Pause")).to_be_visible()
    # to its end, and no further
    expect(root.locator(".nbl-player-time")).to_have_text("0:01 / 0:01")
    expect(root.get_by_role("button", name="Play")).to_be_visible()
    answer(book, "1")
    wait_for_labels(book, 1)
    expect(root.locator(".nbl-player-time")).to_have_text("0:00 / 0:01")
    no_violations(book)


def test_objects_are_drawn_while_keys_answer(panel: Callable[..., Notebook]) -> None:
    book = panel(OBJECTS)
    root = queue(book)
    for n_labels in range(1, 6):
        number = int(shown(book))
        if number % 7 == 0:
            expect(root.locator(".nbl-placeholder")).to_contain_text(
                f"Cannot show this item. The render function raised ValueError: {number} cannot"
            )
        else:
            inside = root.locator("iframe").content_frame
            expect(inside.locator("b")).to_have_text(str(number))
        answer(book, "1" if number % 2 else "2")
        wait_for_labels(book, n_labels)
