"""Nothing supposes Linux: what is different on Windows and macOS, tried with stand-ins for them."""

import ast
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import SimpleNamespace

import pandas as pd
import pytest

import nblabel as nb
from nblabel.log import database
from nblabel.log.exporting import export_labels
from nblabel.pool import folder, paths
from nblabel.system import files, memory, parallel, priority, process

PACKAGE = Path(nb.__file__).parent

# What only some systems have, or what means something else there, and the modules that ask first.
ASKED_FIRST = {
    "os.sched_getaffinity": {"system/parallel.py"},
    "os.nice": {"system/process.py"},
    "os.setpriority": {"system/priority.py"},
    "os.uname": {"system/priority.py"},
    "os.kill": {"system/files.py"},  # on Windows it ends the process that it asks about
    "ctypes.CDLL": {"system/memory.py"},
}
NOWHERE = {
    *("os.fork", "os.forkpty", "os.getuid", "os.geteuid", "os.killpg", "os.setsid", "os.getpgid"),
    *("os.mkfifo", "os.openpty", "os.chown", "os.statvfs", "os.getloadavg", "os.wait"),
    *("os.execv", "os.execvp", "os.startfile", "os.symlink", "os.link"),
    *("signal.alarm", "signal.setitimer", "signal.SIGKILL", "signal.SIGUSR1", "signal.SIGHUP"),
    *("time.tzset", "time.clock_gettime", "multiprocessing.set_start_method"),
    *("loop.add_reader", "loop.add_signal_handler"),
}
MODULES_NOWHERE = {"fcntl", "resource", "pwd", "grp", "termios", "pty", "winreg"}
MODULES_ASKED_FIRST = {"_winapi": "system/process.py", "msvcrt": "system/process.py"}
PATHS_NOWHERE = ("/tmp", "/proc", "/dev", "/var", "/etc", "/usr", "/home")


def sources():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


def test_no_module_needs_one_system():
    found = set()
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                called = f"{node.value.id}.{node.attr}"
                assert called not in NOWHERE, f"{name}: {called}"
                if called in ASKED_FIRST:
                    assert name in ASKED_FIRST[called], f"{name}: {called}"
                    found.add(called)
            elif isinstance(node, ast.Import):
                for one in node.names:
                    assert one.name not in MODULES_NOWHERE, name
                    assert MODULES_ASKED_FIRST.get(one.name, name) == name
            elif isinstance(node, ast.ImportFrom):
                assert node.module not in {*MODULES_NOWHERE, *MODULES_ASKED_FIRST}, name
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                parts = node.value.split("/")
                assert "/".join(parts[:2]) not in PATHS_NOWHERE or " " in node.value, name
    assert found == set(ASKED_FIRST)


def test_every_text_file_has_its_encoding():
    """Without one it is that of the system: UTF-8 here, another one on Windows."""
    for name, tree in sources():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            told = {word.arg for word in node.keywords}
            if node.func.attr in ("read_text", "write_text"):
                n = 1 if node.func.attr == "read_text" else 2
                assert "encoding" in told or len(node.args) >= n, f"{name}:{node.lineno}"
            elif node.func.attr == "open" and node.args:
                mode = node.args[0]
                if isinstance(mode, ast.Constant) and mode.value in ("r", "w", "a", "x", "r+"):
                    assert "encoding" in told, f"{name}:{node.lineno}"
            elif node.func.attr in ("run", "Popen", "check_output") and "text" in told:
                assert "encoding" in told, f"{name}:{node.lineno}"


# processes and threads


def test_a_second_process_on_windows_has_its_own_group_and_no_window(monkeypatch):
    flags = {
        "CREATE_NEW_PROCESS_GROUP": 0x200,
        "CREATE_NO_WINDOW": 0x8000000,
        "BELOW_NORMAL_PRIORITY_CLASS": 0x4000,
    }
    for name, value in flags.items():
        monkeypatch.setattr(subprocess, name, value, raising=False)
    monkeypatch.setattr(process, "os", SimpleNamespace(name="nt"))
    assert process.apart() == {"creationflags": sum(flags.values())}
    monkeypatch.setattr(process, "os", SimpleNamespace(name="posix"))
    assert process.apart() == {"start_new_session": True}


@pytest.mark.parametrize("error", [BrokenPipeError(32, "pipe"), OSError(22, "Invalid argument")])
def test_a_second_process_waits_for_its_end_where_nobody_listens(monkeypatch, error):
    """A broken pipe is an invalid argument on Windows."""
    waited = []

    def broken(*_, **__):
        raise error

    monkeypatch.setattr("builtins.print", broken)
    threads = SimpleNamespace(Event=lambda: SimpleNamespace(wait=lambda: waited.append(True)))
    monkeypatch.setattr(process, "threading", threads)
    process.report(0.5, "half")
    assert waited == [True]


def test_on_windows_a_second_process_looks_for_the_kernel_and_reads_nothing(monkeypatch):
    """A read that waits would have the libraries wait that are loaded meanwhile."""
    looks = []

    def peek(pipe, size):
        looks.append((pipe, size))
        if len(looks) == 3:
            raise BrokenPipeError(109, "The pipe has been ended")

    stdin = SimpleNamespace(fileno=lambda: 0)  # and no read
    monkeypatch.setattr(process, "sys", SimpleNamespace(platform="win32", stdin=stdin))
    monkeypatch.setattr(process, "LOOK_SECONDS", 0)
    monkeypatch.setitem(sys.modules, "_winapi", SimpleNamespace(PeekNamedPipe=peek))
    handles = SimpleNamespace(get_osfhandle=lambda number: f"handle {number}")
    monkeypatch.setitem(sys.modules, "msvcrt", handles)
    process._wait_for_end()
    assert looks == [("handle 0", 0)] * 3


def test_processors_are_counted_where_no_system_says_which_are_ours(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    few = SimpleNamespace(cpu_count=lambda: 3, environ=os.environ)
    monkeypatch.setattr(parallel, "os", few)
    assert parallel.allowed() == 3
    few.cpu_count = lambda: None
    assert parallel.allowed() == 1


@pytest.mark.parametrize("system", ["nt", "Darwin"])
def test_elsewhere_threads_have_no_priority_and_memory_is_left_alone(monkeypatch, system):
    named = SimpleNamespace(
        name="nt" if system == "nt" else "posix",
        uname=lambda: SimpleNamespace(sysname=system),  # and no setpriority
    )
    monkeypatch.setattr(priority, "os", named)
    priority.give_way(5)
    monkeypatch.setattr(memory, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(memory, "ctypes", None)
    memory.keep_little()
    memory.return_freed()


# files


def test_nobody_asks_after_a_process_on_windows(tmp_path, monkeypatch):
    """There, `os.kill` with the signal 0 sends Ctrl-C."""
    target = tmp_path / "labels.csv"
    with files.whole(target) as part:
        part.write_text("a")
        (tmp_path / part.name.replace(str(os.getpid()), "1")).write_text("of another process")
    monkeypatch.setattr(files, "os", SimpleNamespace(name="nt", getpid=os.getpid))  # no kill
    with files.whole(target) as part:
        part.write_text("b")
    assert target.read_text() == "b"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_a_program_has_open_is_refused_with_advice(tmp_path, monkeypatch):
    """Windows replaces no open file; Linux does."""

    def refused(*_):
        raise PermissionError(13, "Access is denied")

    target = tmp_path / "labels.csv"
    target.write_text("before")
    monkeypatch.setattr(Path, "replace", refused)
    table = pd.DataFrame({"id": ["1.png"], "label": ["cat"]})
    with pytest.raises(PermissionError, match=r"another program may have it open. Close it there"):
        export_labels(table, target)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_tables_are_the_same_file_on_every_system(tmp_path, monkeypatch):
    table = pd.DataFrame({"id": ["1.png"], "label": ["cat"]})
    export_labels(table, tmp_path / "here.csv")
    monkeypatch.setattr(os, "linesep", "\r\n")
    export_labels(table, tmp_path / "there.csv")
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    assert (tmp_path / "here.csv").read_bytes() == b"id,label\n1.png,cat\n"


@pytest.mark.parametrize(
    ("path", "address"),
    [
        (PurePosixPath("/home/ann/my labels?.db"), "file:///home/ann/my%20labels%3F.db"),
        (PureWindowsPath(r"C:\ann\my labels#1.db"), "file:///C%3A/ann/my%20labels%231.db"),
        (PureWindowsPath(r"\\server\share\ä.db"), "file:////server/share/%C3%A4.db"),
    ],
)
def test_addresses_of_stores(path, address):
    assert database.uri_of(path) == address


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "what?.db", "a#b.db", "ä–日.db", "it's.db"])
def test_a_store_may_have_any_name(tmp_path, name):
    place = tmp_path / f"in {name}"
    place.mkdir()
    with closing(nb.LabelStore(place / name)) as store:
        store.append(nb.LabelEvent("label", ("1.png",), ("cat",)))
    with closing(nb.LabelStore(place / name, read_only=True)) as store:
        assert store.labels()["label"].tolist() == ["cat"]
    assert [path.name for path in place.iterdir()] == [name]


def test_sqlite_takes_an_address_with_two_slashes_before_the_path(tmp_path):
    """As those of shared folders have; here such a path is another name of the same file."""
    sqlite3.connect(tmp_path / "a.db").close()
    address = database.uri_of(PurePosixPath(f"/{tmp_path.as_posix()}/a.db"))
    assert address.startswith("file:////")
    sqlite3.connect(f"{address}?mode=rw", uri=True).close()


# ids


def test_ids_have_slashes_on_windows_too(monkeypatch):
    import ntpath

    like_windows = SimpleNamespace(sep="\\", path=ntpath, fsencode=str.encode)
    monkeypatch.setattr(paths, "os", like_windows)
    files = [r"C:\photos\cat\1.png", r"C:\photos\cat\old\2.png"]
    assert paths.names_below(r"C:\photos", files) == ["cat/1.png", "cat/old/2.png"]
    assert paths.names_below("C:\\", [r"C:\1.png"]) == ["1.png"]


def test_links_are_told_with_slashes_on_windows_too(monkeypatch):
    import ntpath

    entry = SimpleNamespace(name="far", is_dir=lambda: True, is_symlink=lambda: True)
    there = SimpleNamespace(sep="\\", path=ntpath, scandir=lambda _: [entry], DirEntry=None)
    monkeypatch.setattr(folder, "os", there)
    links = []
    assert list(folder._files_below("C:\\photos", "cats", links)) == []
    assert links == ["cats/far"]


def test_a_store_from_windows_opens_here(tmp_path):
    """Its ids are paths with slashes, as those made here: nothing in it names a drive."""
    with closing(nb.LabelStore(tmp_path / "labels.db")) as store:
        store.append(nb.LabelEvent("label", ("cat/1.png",), ("cat",), annotator="DOMAIN\\ann"))
        store.append(nb.LabelEvent("label", ("line\r\nend.png",), ("cat",)))
    with closing(nb.LabelStore(tmp_path / "labels.db", read_only=True)) as store:
        table = store.labels()
        store.export(tmp_path / "labels.csv")
    assert table["id"].tolist() == ["cat/1.png", "line\r\nend.png"]
    assert table["annotator"][0] == "DOMAIN\\ann"
    back = pd.read_csv(tmp_path / "labels.csv", lineterminator=None)
    assert back["id"].tolist() == table["id"].tolist()
