"""Front ends as servers of their own, each with a notebook open in a browser page."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import psutil
from playwright.sync_api import Browser, Locator, Page

from tests.lab.notebook import wait_for

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 60
START_S = 90
TOKEN = "test"
MARIMO = """import marimo

app = marimo.App(width="full")
"""
MARIMO_CELL = """

@app.cell
def _({needs}):
{code}
    return ({gives})
"""
# Notebook 7 is there, with its kernel.
IDLE = """() => [...(window.jupyterapp?.shell.widgets("main") ?? [])].some(
    (one) => one.context?.sessionContext.session?.kernel?.status === "idle")"""
# A widget that comes before the manager of widgets is there is never drawn.
CLASSIC_IDLE = """() => {
    const kernel = window.Jupyter?.notebook?.kernel;
    return Boolean(kernel?.is_connected() && kernel.widget_manager);
}"""
# What the front ends do by themselves, with any notebook: Voilà loads its icons and MathJax from a
# network and looks for shared modules, and Notebook 7 stumbles over an extension of Voilà.
NOISE = re.compile(
    r"_cellToolbarOverlapsContents|https://cdn\.jsdelivr\.net/npm/(@fortawesome|mathjax)|#RUNTIME-012"
    r"|net::ERR_NAME_NOT_RESOLVED|\(reading 'schema'\)"
)


@dataclass(frozen=True)
class HostKind:
    """How a front end is started.

    Attributes
    ----------
    module : str
        What must be installed.
    arguments : function
        Of the file and the port: what its command is told.
    place : str
        Where the notebook is, below the address of the server.
    noise : str
        What it says by itself, with any notebook, beside what all may say.
    """

    module: str
    arguments: Callable[[Path, int], list[str]]
    place: str = ""
    noise: str = "(?!)"  # nothing


def _marimo(mode: str) -> Callable[[Path, int], list[str]]:
    return lambda file, port: [
        *("marimo", "--yes", mode, str(file), "--headless", "--no-token"),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]


HOSTS = {
    "marimo": HostKind("marimo", _marimo("run")),
    "marimo-edit": HostKind("marimo", _marimo("edit")),
    "voila": HostKind(
        "voila",
        lambda file, port: [
            *("voila", str(file), "--no-browser", "--Voila.ip=127.0.0.1", f"--port={port}"),
            "--Voila.file_allowlist=.*",
        ],
    ),
    "notebook": HostKind(
        "notebook",
        lambda file, port: [
            *("notebook", "--no-browser", "--allow-root", "--expose-app-in-browser"),
            *(f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1"),
            *(f"--ServerApp.root_dir={file.parent}", f"--IdentityProvider.token={TOKEN}"),
            *("--LabApp.news_url=", "--LabApp.extension_manager=readonly"),
        ],
        place=f"notebooks/notebook.ipynb?token={TOKEN}",
    ),
    "nbclassic": HostKind(
        "nbclassic",
        lambda file, port: [
            *("nbclassic", "--no-browser", "--allow-root"),
            *(f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1"),
            *(f"--ServerApp.root_dir={file.parent}", f"--IdentityProvider.token={TOKEN}"),
        ],
        place=f"nbclassic/notebooks/notebook.ipynb?token={TOKEN}",
        # scripts of Voilà and of old widgets that it names and does not have; its own widget manager
        noise=r"nbextensions/(voila|widgets)/|status of 404|Host is not attached",
    ),
}


@dataclass
class Host:
    """A notebook that is open in a front end.

    Attributes
    ----------
    page : Page
    folder : Path
        Where its kernel runs.
    problems : list of str
        Console errors, page errors and requests to other servers, so far.
    noise : str
        Which of these the front end makes by itself.
    """

    page: Page
    folder: Path
    problems: list[str] = field(default_factory=list)
    noise: str = "(?!)"

    @property
    def panel(self) -> Locator:
        return self.page.locator(".nbl-panel").last

    @property
    def queue(self) -> Locator:
        return self.panel.locator(".nbl-queue")

    def watch(self, server: str) -> None:
        """Note from now on what must not happen."""

        def blame(text: str) -> None:
            if not NOISE.search(text) and not re.search(self.noise, text):
                self.problems.append(text)

        def ask(url: str) -> None:
            parts = urlsplit(url)
            if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != server:
                blame(f"request to {url}")

        self.page.on("pageerror", lambda error: blame(f"page error: {error}"))
        self.page.on("console", lambda one: one.type == "error" and blame(f"console: {one.text}"))
        self.page.on("request", lambda request: ask(request.url))


@contextmanager
def open_host(name: str, browser: Browser, folder: Path, cells: list[str]) -> Iterator[Host]:
    """Start a front end on some cells, and open it."""
    kind, place = HOSTS[name], folder / name
    place.mkdir()
    file = place / ("notebook.py" if kind.module == "marimo" else "notebook.ipynb")
    if kind.module == "marimo":
        file.write_text(marimo_of(cells))
    else:
        made = [nbformat.v4.new_code_cell(cell) for cell in cells]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=kernel), file)
    port = _free_port()
    server = f"127.0.0.1:{port}"
    log = (folder / f"{name}.log").open("w+")
    command = [sys.executable, "-m", *kind.arguments(file, port)]
    process = subprocess.Popen(command, cwd=place, stdout=log, stderr=log, env=_environment(folder))
    try:
        _wait_until_ready(process, server, Path(log.name))
        with browser.new_context(viewport={"width": 1366, "height": 900}) as context:
            page = context.new_page()
            page.set_default_timeout(TIMEOUT_S * 1_000)
            page.on("dialog", lambda dialog: dialog.accept())
            host = Host(page, place, noise=kind.noise)
            host.watch(server)
            page.goto(f"http://{server}/{kind.place}")
            if name == "notebook":
                page.wait_for_function(IDLE)
                page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
            elif name == "nbclassic":
                page.wait_for_function(CLASSIC_IDLE)
                page.evaluate("() => Jupyter.notebook.execute_all_cells()")
            elif name == "marimo-edit":
                for number in range(len(cells)):
                    page.locator(".cm-content").nth(number).click()
                    page.keyboard.press("Control+Enter")
            yield host
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        process.wait(TIMEOUT_S)
        for child in psutil.wait_procs(children, timeout=5)[1]:
            child.kill()
        log.close()


def marimo_of(cells: list[str]) -> str:
    """Return a notebook of marimo: each cell gives the next ones what it names at its first level."""
    text, given = MARIMO, list[str]()
    for cell in cells:
        code = "\n".join(f"    {line}" for line in cell.strip().splitlines())
        new = re.findall(r"^(\w+) = ", cell, re.MULTILINE)
        new += re.findall(r"^import \w+ as (\w+)$", cell, re.MULTILINE)
        needs = [name for name in given if re.search(rf"\b{name}\b", cell)]
        gives = "".join(f"{name}, " for name in new)
        text += MARIMO_CELL.format(needs=", ".join(needs), code=code, gives=gives.strip())
        given += new
    return text


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of this user's settings is read or written."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return os.environ | {
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "XDG_CONFIG_HOME": str(home / "xdg-config"),
        "XDG_DATA_HOME": str(home / "xdg-data"),
        "XDG_STATE_HOME": str(home / "xdg-state"),
    }


def _wait_until_ready(process: subprocess.Popen[bytes], server: str, log: Path) -> None:
    def answers() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"it ended while it started:\n{log.read_text()}")
        try:
            with socket.create_connection(server.split(":"), timeout=1):
                pass
            urllib.request.urlopen(f"http://{server}/static/none", timeout=5)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    wait_for(answers, START_S, lambda: f"the server to start:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
