"""The memory that students need on one JupyterHub or Binder: the first lesson, in several kernels.

A part of `benchmarks.panel`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from benchmarks.report import Row
from tests.lab.notebook import LabServer, Notebook, open_notebook, wait_for

LESSON = Path(__file__).parents[1] / "notebooks" / "teaching" / "1_what_is_asked.ipynb"
STUDENTS = 3
ANSWERS = 20
EVERY_S = 0.25
LIMIT_MB = 700


def measure(server: LabServer, browser: Any, _folder: Path, _n_keys: int) -> list[Row]:
    """Run the lesson as one student, then as several at once, and measure their kernels."""
    alone_peak, alone = _lessons(server, browser, 1)
    peaks, ends = _lessons(server, browser, STUDENTS)
    lesson = f"lesson 1, its panel open, {ANSWERS} answers"
    at_most = f"at most {LIMIT_MB} MB"
    return [
        Row(f"{lesson}: peak memory of the kernel and its processes", "MB", alone_peak, at_most,
            "max", LIMIT_MB),
        Row("the same: at the end", "MB", alone),
        Row(f"the same, {STUDENTS} kernels at once: peak of each", "MB", peaks, at_most, "max",
            LIMIT_MB),
        Row(f"the same, {STUDENTS} kernels at once: each at the end", "MB", ends),
    ]  # fmt: skip


def _lessons(server: LabServer, browser: Any, n: int) -> tuple[list[float], list[float]]:
    """Return the peak and the last memory of each kernel, in MB."""
    with ExitStack() as stack:
        books = [
            stack.enter_context(open_notebook(server, browser, f"student {number}", LESSON))
            for number in range(n)
        ]
        kernels = [server.kernel_process(book.kernel_id()) for book in books]
        with _watched(kernels) as peaks:
            for book in books:
                _work_through(book)
            ends = [memory_mb(kernel) for kernel in kernels]
    return peaks, ends


def _work_through(book: Notebook) -> None:
    book.run_all(300)
    page = book.page
    page.wait_for_selector(".nbl-mat[data-state=item]", timeout=120_000)
    before = book.evaluate("session.n_labeled")
    queue = page.locator(".nbl-queue")
    for number in range(ANSWERS):
        shown = queue.locator(".nbl-id").inner_text()
        queue.press("12"[number % 2])
        wait_for(
            lambda shown=shown: queue.locator(".nbl-id").inner_text() != shown,  # type: ignore[misc]
            30,
            lambda: "the next question",
        )
    wait_for(
        lambda: book.evaluate("session.n_labeled") == before + ANSWERS, 60, lambda: "the labels"
    )
    wait_for(lambda: not book.evaluate("panel.projection['running']"), 300, lambda: "UMAP")
    book.wait_until_idle()


@contextmanager
def _watched(kernels: list[psutil.Process]) -> Iterator[list[float]]:
    """Note the highest memory of each kernel while the block runs."""
    peaks, over = [0.0] * len(kernels), threading.Event()

    def watch() -> None:
        while not over.wait(EVERY_S):
            peaks[:] = map(max, peaks, map(memory_mb, kernels))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def memory_mb(process: psutil.Process) -> float:
    """Return what a process and those it started hold; what several share is shared out (PSS)."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # it ended meanwhile
            total += one.memory_full_info().pss
    return total / (1 << 20)
