"""A real JupyterLab to test in: its server, and a notebook open in a browser page."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import psutil
from jupyter_client import BlockingKernelClient
from playwright.sync_api import Browser, Locator, Page, WebSocket

TOKEN = "test"
LAB = ("jupyterlab",)
START_TIMEOUT_S = 60
TIMEOUT_S = 30

# What JupyterLab itself would fetch or pop up, and what would change under a test by itself.
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {
        "checkForUpdates": False,
        "doNotDisturbMode": True,
        "fetchNews": "false",
    },
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}

# JupyterLab 4.2's cell toolbar looks at the active cell after that is gone, with or without a panel.
KNOWN_NOISE = re.compile(r"_cellToolbarOverlapsContents")

# What JupyterLab says once a kernel ended under it. It asked that kernel, who it is or for its debugger,
CANCELED_QUESTION = re.compile(
    r"Canceled future for (debug|kernel_info)_request message before replies were done"
)
# or that kernel closes a comm, and JupyterLab's core has already forgotten all comms to it.
FORGOTTEN_COMM = re.compile(r"Comm not found for comm id (\S+) \(\S*/jlab_core\.\S*\)")

# A kernel writes what each of its threads is doing when it gets this signal.
STACKS_SIGNAL = signal.SIGUSR1
STACKS_PY = """
import faulthandler as _faulthandler, os as _os, signal as _signal
_faulthandler.register(_signal.SIGUSR1, open("{folder}/stacks-%d" % _os.getpid(), "w"))
"""
# The main thread comes last, and ends with where it began, or where it is too deep to be told.
STACKS_END = re.compile(r"in _run_module_as_main\n|^  \.\.\.\n", re.MULTILINE)

# The open notebook, whichever widget has the focus.
PANEL_JS = """
const panel = [...jupyterapp.shell.widgets('main')].find((widget) => widget.context);
const kernel = panel?.sessionContext.session?.kernel;
"""


class LabServer:
    """A JupyterLab server with its own folders.

    Parameters
    ----------
    folder : Path
        Where these are made.
    started_by : sequence of str
        The module that starts it, and what that is told before the options of JupyterLab; another
        than JupyterLab itself begins in the folder of the notebooks, and says that it is the root.

    Attributes
    ----------
    url : str
        Base address, with a slash at its end.
    folder : Path
        Where its notebooks are.
    temporary : Path
        Where it and its kernels keep temporary files.
    """

    def __init__(self, folder: Path, started_by: Sequence[str] = LAB) -> None:
        self.folder = folder / "notebooks"
        self.folder.mkdir(exist_ok=True)
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self._home = folder / "home"
        for plugin, settings in SETTINGS.items():
            path = self._home / "user-settings" / f"{plugin}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(settings))
        # so that a kernel that hangs can be asked where
        startup = self._home / "ipython" / "profile_default" / "startup" / "stacks.py"
        startup.parent.mkdir(parents=True)
        startup.write_text(STACKS_PY.format(folder=str(self._home)))
        self._log = (folder / "server.log").open("w+")
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", *started_by, "--no-browser", "--expose-app-in-browser"),
                *([f"--ServerApp.root_dir={self.folder}"] if started_by == LAB else []),
                f"--ServerApp.port={_free_port()}",
                "--ServerApp.ip=127.0.0.1",
                "--ServerApp.allow_root=True",
                f"--IdentityProvider.token={TOKEN}",
                f"--LabApp.user_settings_dir={self._home / 'user-settings'}",
                f"--LabApp.workspaces_dir={self._home / 'workspaces'}",
                "--LabApp.extension_manager=readonly",
                "--LabApp.news_url=",
            ],
            stdout=self._log,
            stderr=self._log,
            env=self._environment(),
            cwd=None if started_by == LAB else self.folder,
        )
        self.url = self._wait_until_ready()

    def _environment(self) -> dict[str, str]:
        """Return an environment in which nothing of this user's Jupyter is read or written."""
        home = self._home
        return os.environ | {
            "HOME": str(home),
            "IPYTHONDIR": str(home / "ipython"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "TMPDIR": str(self.temporary),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "xdg-config"),
            "XDG_DATA_HOME": str(home / "xdg-data"),
        }

    def _wait_until_ready(self) -> str:
        # The server takes another port where ours was snatched; this file names the real one.
        info = self._home / "runtime" / f"jpserver-{self._process.pid}.json"

        def answers() -> str | None:
            if self._process.poll() is not None:
                raise RuntimeError(f"JupyterLab ended while it started:\n{self.log()}")
            try:
                self.url = str(json.loads(info.read_text())["url"])
                self.get("api/status")
            except (OSError, ValueError):
                return None
            return self.url

        return wait_for(answers, START_TIMEOUT_S, lambda: f"JupyterLab to start:\n{self.log()}")

    def log(self) -> str:
        """Return what the server printed so far."""
        self._log.flush()
        return Path(self._log.name).read_text()

    def request(self, method: str, path: str) -> Any:
        """Ask the server's REST API."""
        request = urllib.request.Request(
            self.url + path, method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            content = response.read()
        return json.loads(content) if content else None

    def get(self, path: str) -> Any:
        """Ask the server's REST API for something."""
        return self.request("GET", path)

    def end_sessions(self) -> None:
        """End every kernel."""
        for session in self.get("api/sessions"):
            self.request("DELETE", f"api/sessions/{session['id']}")

    def connection_file(self, kernel_id: str) -> Path:
        """Return the file that tells how to reach a kernel."""
        return self._home / "runtime" / f"kernel-{kernel_id}.json"

    def stacks(self, kernel_id: str) -> str:
        """Return what each thread of a kernel is doing."""
        process = self.kernel_process(kernel_id)
        path = self._home / f"stacks-{process.pid}"
        known = len(path.read_text())
        process.send_signal(STACKS_SIGNAL)

        def told() -> str:
            text = path.read_text()[known:]
            return text if STACKS_END.search(text) else ""  # else it is still at it

        return str(wait_for(told, 5, lambda: "the kernel to tell where it hangs"))

    def kernel_process(self, kernel_id: str) -> psutil.Process:
        """Return the process of a kernel."""
        file = str(self.connection_file(kernel_id))
        for child in psutil.Process(self._process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # work of a panel may end at any time
                if file in child.cmdline():
                    return child
        raise LookupError(f"no process runs kernel {kernel_id}")

    def close(self) -> None:
        """Stop the server, and what it started."""
        children = psutil.Process(self._process.pid).children(recursive=True)
        self._process.terminate()
        try:
            self._process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for child in psutil.wait_procs(children, timeout=5)[1]:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self._log.close()


class Notebook:
    """A notebook in JupyterLab's single-document mode, in a page of its own.

    Attributes
    ----------
    page : Page
        The browser page.
    path : Path
        The notebook's file.
    problems : list of str
        Console errors, page errors and requests to other servers, so far.
    """

    def __init__(self, server: LabServer, page: Page, path: Path) -> None:
        self.server = server
        self.page = page
        self.path = path
        self.problems: list[str] = []
        self._kernel_was_ended = False
        self._comms_of_page: set[str] = set()
        page.set_default_timeout(TIMEOUT_S * 1000)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._on_error(f"page error: {error.stack}"))
        page.on("request", lambda request: self._on_url(request.url))
        page.on("websocket", self._on_websocket)
        # Leaving a page with unsaved changes asks; a test that leaves means it.
        page.on("dialog", lambda dialog: dialog.accept())
        self._open()

    def _open(self) -> None:
        relative = self.path.relative_to(self.server.folder).as_posix()
        self.page.goto(f"{self.server.url}doc/tree/{relative}?token={TOKEN}&reset")
        self._wait_until_open()

    def _on_console(self, message: Any) -> None:
        if message.type == "error":
            self._on_error(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_error(self, text: str) -> None:
        if not KNOWN_NOISE.search(text) and not self._is_of_ended_kernel(text):
            self.problems.append(text)

    def _is_of_ended_kernel(self, text: str) -> bool:
        """Whether JupyterLab complains by itself about a kernel that the test ended.

        It asks each kernel it connects to for its widgets, over a comm that a kernel without any
        closes; the answer may come when a restart has begun. A comm of a panel is not excused.
        """
        if not self._kernel_was_ended:
            return False
        comm = FORGOTTEN_COMM.search(text)
        return comm[1] in self._comms_of_page if comm else bool(CANCELED_QUESTION.search(text))

    def _on_websocket(self, websocket: WebSocket) -> None:
        self._on_url(websocket.url)
        websocket.on("framesent", self._on_sent)

    def _on_sent(self, message: str | bytes) -> None:
        text = message if isinstance(message, str) else message.decode(errors="replace")
        if '"msg_type":"comm_open"' in text:  # a panel's comms are opened by its kernel
            self._comms_of_page.update(re.findall(r'"comm_id":"([^"]+)"', text))

    def _on_url(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.netloc not in ("", urlsplit(self.server.url).netloc):
            self.problems.append(f"request to {url}")

    def _wait_until_open(self) -> None:
        self.page.wait_for_function("() => window.jupyterapp?.restored")
        self._wait(f"{PANEL_JS} return panel?.content?.model && kernel?.status === 'idle'")
        self._splash_is_gone()

    def _splash_is_gone(self) -> None:
        """Wait for the end of the animation that hides the page while JupyterLab loads."""
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def _wait(self, body: str, argument: Any = None, timeout_s: float = TIMEOUT_S) -> None:
        self.page.wait_for_function(
            f"(argument) => {{ {body} }}", arg=argument, timeout=timeout_s * 1000
        )

    def _ask(self, body: str, argument: Any = None) -> Any:
        return self.page.evaluate(f"(argument) => {{ {PANEL_JS} {body} }}", argument)

    def _await(self, promise: str, argument: Any = None, timeout_s: float = TIMEOUT_S) -> None:
        """Wait for a JavaScript promise, but not for ever."""
        self._ask(
            f"""window.nblTestState = 'waiting';
            Promise.resolve({promise}).then(
                () => {{ window.nblTestState = 'done'; }},
                (error) => {{ window.nblTestState = String(error); }});""",
            argument,
        )
        self._wait("return window.nblTestState !== 'waiting'", timeout_s=timeout_s)
        state = self.page.evaluate("window.nblTestState")
        if state != "done":
            raise RuntimeError(f"{promise}: {state}")

    def command(self, name: str, timeout_s: float = TIMEOUT_S, **arguments: Any) -> None:
        """Run one of JupyterLab's commands and wait for its end."""
        self._await(
            "jupyterapp.commands.execute(argument[0], argument[1])", [name, arguments], timeout_s
        )

    def run_all(self, timeout_s: float = 60) -> None:
        """Run all cells; an error in one is raised here."""
        self.command("notebook:run-all-cells", timeout_s)
        self._raise_error_output()

    def run_cell(self, index: int, timeout_s: float = 60) -> None:
        """Run one cell; an error in it is raised here."""
        self._choose(index)
        self.command("notebook:run-cell", timeout_s)
        self._raise_error_output()

    def start_cell(self, index: int) -> None:
        """Begin to run one cell, and return as soon as the kernel is at it."""
        self._choose(index)
        self._ask("jupyterapp.commands.execute('notebook:run-cell')")
        self._wait(f"{PANEL_JS} return kernel?.status === 'busy'")

    def _choose(self, index: int) -> None:
        self._ask("panel.content.deselectAll(); panel.content.activeCellIndex = argument", index)

    def _raise_error_output(self) -> None:
        errors = self._ask(
            """return panel.content.widgets.flatMap(
                (cell) => (cell.model.sharedModel.toJSON().outputs ?? [])
                    .filter((output) => output.output_type === 'error')
                    .map((output) => output.traceback.join('\\n')));"""
        )
        if errors:
            raise RuntimeError(re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(errors)))

    def show_cell(self, index: int) -> None:
        """Scroll to one cell: JupyterLab may keep those out of sight out of the page."""
        self._await("panel.content.scrollToItem(argument)", index)

    def cell(self, index: int) -> Locator:
        """Return one cell."""
        return self.page.locator(f'.jp-Notebook [data-windowed-list-index="{index}"]')

    def output(self, index: int) -> Locator:
        """Return the outputs of one cell."""
        return self.cell(index).locator(".jp-OutputArea-output")

    def output_data(self, index: int) -> list[dict[str, Any]]:
        """Return the outputs of one cell, as the file will have them."""
        outputs: list[dict[str, Any]] = self._ask(
            "return panel.content.widgets[argument].model.sharedModel.toJSON().outputs", index
        )
        return outputs

    def cell_count(self) -> int:
        """Return the number of cells."""
        return len(self.cell_types())

    def cell_types(self) -> list[str]:
        """Return the type of each cell: code, markdown or raw."""
        types: list[str] = self._ask("return panel.content.widgets.map((cell) => cell.model.type)")
        return types

    def sources(self) -> list[str]:
        """Return the text of each cell."""
        texts: list[str] = self._ask(
            "return panel.content.widgets.map((cell) => cell.model.sharedModel.getSource())"
        )
        return texts

    def save(self) -> None:
        """Save the notebook, its outputs and widgets included."""
        self._await("panel.context.save()")

    def reload(self) -> None:
        """Load the page again; what was not saved is lost, the kernel goes on."""
        self.page.reload()
        self._wait_until_open()

    def reopen_later(self) -> None:
        """Leave the page, shut the kernel down, and open the file again: it gets a new kernel."""
        kernel_id = self.kernel_id()
        self.page.goto("about:blank")
        self.server.request("DELETE", f"api/kernels/{kernel_id}")
        self._open()

    def set_theme(self, name: str) -> None:
        """Change the theme, for example to "JupyterLab Dark"."""
        self.command("apputils:change-theme", theme=name)
        self._wait("return document.body.dataset.jpThemeName === argument", name)
        self._splash_is_gone()

    def kernel_id(self) -> str:
        """Return the id of the kernel; it stays the same over a restart."""
        kernel_id: str = self._ask("return kernel.id")
        return kernel_id

    def shut_kernel_down(self) -> None:
        """Shut the kernel down, as JupyterLab's menu does."""
        self._kernel_was_ended = True
        self._await("panel.sessionContext.shutdown()")

    def restart_kernel(self) -> None:
        """Restart the kernel, without the question whether to."""
        self._kernel_was_ended = True
        self._await("kernel.restart()")
        self.wait_until_idle()

    def kill_kernel(self) -> None:
        """End the kernel's process as a crash would, and wait until the server started another."""
        process = self.server.kernel_process(self.kernel_id())
        self._kernel_was_ended = True
        process.send_signal(signal.SIGKILL)

        def replaced() -> bool:
            try:
                return self.server.kernel_process(self.kernel_id()).pid != process.pid
            except (LookupError, psutil.NoSuchProcess):
                return False

        wait_for(replaced, TIMEOUT_S, lambda: "the server to restart the killed kernel")

    def wait_until_idle(self, timeout_s: float = TIMEOUT_S) -> None:
        """Wait until the page sees the kernel idle."""
        self._wait(f"{PANEL_JS} return kernel?.status === 'idle'", timeout_s=timeout_s)

    def evaluate(self, expression: str, timeout_s: float = TIMEOUT_S) -> Any:
        """Return the value of a Python expression in the kernel; it must have a JSON form."""
        expressions = {"value": f"__import__('json').dumps({expression})"}
        result = self._execute("", expressions, timeout_s)["user_expressions"]["value"]
        if result["status"] != "ok":
            raise RuntimeError(f"{expression}: {result['ename']}: {result['evalue']}")
        return json.loads(ast.literal_eval(result["data"]["text/plain"]))

    def execute(self, code: str, timeout_s: float = TIMEOUT_S) -> None:
        """Run Python code in the kernel, without a cell; an error in it is raised here."""
        self._execute(code, {}, timeout_s)

    def _execute(self, code: str, expressions: dict[str, str], timeout_s: float) -> dict[str, Any]:
        file = self.server.connection_file(self.kernel_id())
        client = BlockingKernelClient(connection_file=str(file))
        client.load_connection_file()
        client.start_channels(iopub=False, stdin=False, hb=False)
        try:
            content: dict[str, Any] = client.execute(
                code,
                silent=True,
                user_expressions=expressions,
                allow_stdin=False,
                reply=True,
                timeout=timeout_s,
            )["content"]
        except TimeoutError as error:
            raise TimeoutError(self.server.stacks(self.kernel_id())) from error
        finally:
            client.stop_channels()
        if content["status"] != "ok":
            raise RuntimeError(f"{code}: {content['ename']}: {content['evalue']}")
        return content


@contextmanager
def open_notebook(
    server: LabServer, browser: Browser, name: str, cells: list[str] | Path, **options: Any
) -> Iterator[Notebook]:
    """Open code cells, or a copy of a notebook file, in a new page; end its kernel afterwards."""
    path = server.folder / f"{name}.ipynb"
    if isinstance(cells, Path):
        shutil.copyfile(cells, path)
    else:
        content = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(content, path)
    with browser.new_context(**options) as context:
        try:
            yield Notebook(server, context.new_page(), path)
        finally:
            context.close()
            server.end_sessions()


def wait_for(condition: Callable[[], Any], timeout_s: float, what: Callable[[], str]) -> Any:
    """Return the first true value of a condition, asked ten times a second."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s} s for {what()}")
        time.sleep(0.1)
    return value


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
