"""The command line: what it writes and prints, its exit codes, and what its errors advise."""

import csv
import importlib.util
import io
import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import click
import nbformat
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import nblabel as nb
from nblabel.commands import lab, notebooks, simulating
from nblabel.commands.errors import words_of
from nblabel.commands.main import cli
from nblabel.log import database
from nblabel.log.events import LabelEvent

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """An empty folder, in no terminal of a Jupyter server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(lab.WITHIN, raising=False)


@pytest.fixture
def launched(monkeypatch):
    """What JupyterLab is told, in its place."""
    told = []
    monkeypatch.setattr(lab, "launch", told.append)
    return told


def run(*words, code=0, **options):
    """Run a command in this process, and return what it prints."""
    done = CliRunner().invoke(cli, [str(word) for word in words], prog_name="nblabel", **options)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


def pictures(folder, *names):
    for number, name in enumerate(names):
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        grey = np.full((12, 12), 40 + 17 * number % 200, dtype=np.uint8)
        grey[: 1 + number % 11] = 255
        Image.fromarray(grey).save(path)


def labels(path, *names, annotator=None, multi_label=False):
    with closing(nb.LabelStore(path)) as store:
        if multi_label:
            store.set_multi_label()
        for number, name in enumerate(names):
            kind = "tags" if multi_label else "label"
            uid = f"uid-{number}"
            store.append(
                LabelEvent(kind, (f"{number}.png",), (name,), annotator=annotator, uid=uid)
            )


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def cells(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return [cell.source for cell in notebook.cells]


# label


def test_a_notebook_is_written_beside_the_folder_and_opened(tmp_path, launched):
    pictures("my photos", "1.png", "young/2.jpg")
    told = run("label", "my photos", "--classes", "cat, dog")
    assert told.splitlines()[0] == "2 pictures in my photos."
    path = tmp_path / "my photos.ipynb"
    assert cells(path)[1] == (
        "import nblabel as nb\n\n"
        'pool = nb.Pool.from_folder("my photos")\n'
        'panel = nb.Labeler(pool, ["cat", "dog"], store="my photos.sqlite")\n'
        "panel"
    )
    assert launched == [
        [
            f"--ServerApp.root_dir={tmp_path}",
            "--LabApp.default_url=/lab/tree/my%20photos.ipynb",
            "--log-level=WARN",
        ]
    ]


@pytest.mark.slow  # a kernel
def test_the_notebook_runs(tmp_path):
    from nbclient import NotebookClient

    pictures('it\'s a "folder" - ä', *(f"{number}.png" for number in range(8)))
    run("label", 'it\'s a "folder" - ä', "--classes", "cat,it's", "--no-open")
    (path,) = tmp_path.glob("*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert (tmp_path / f"{path.stem}.sqlite").is_file()
    assert (tmp_path / f"{path.stem}.csv").is_file()


def test_what_is_there_already_is_opened_as_it_is(tmp_path, launched):
    pictures("photos", "1.png")
    run("label", "photos", "--classes", "cat,dog", "--no-open")
    assert launched == []
    Path("photos.ipynb").write_text(Path("photos.ipynb").read_text() + "\n")
    before = Path("photos.ipynb").read_bytes()
    told = run("label", "photos")
    assert "is there already, and stays as it is" in told
    assert "--notebook" not in told
    assert len(launched) == 1
    assert "--notebook NAME.ipynb" in run("label", "photos", "--classes", "cat,cow", "--no-open")
    assert Path("photos.ipynb").read_bytes() == before


def test_options_go_to_jupyterlab(launched):
    pictures("photos", "1.png")
    words = ("--classes", "a,b", "--no-browser", "--port", 8899, "--", "--allow-root")
    run("label", "photos", *words)
    assert launched[0][-3:] == ["--no-browser", "--port=8899", "--allow-root"]


def test_the_folder_of_the_terminal_has_a_name(tmp_path, monkeypatch):
    pictures("photos", "1.png")
    monkeypatch.chdir("photos")
    run("label", ".", "--classes", "a,b", "--no-open")
    assert 'from_folder("photos")' in cells(tmp_path / "photos.ipynb")[1]


def test_notebook_and_store_may_be_elsewhere(tmp_path):
    pictures("photos", "1.png")
    Path("work").mkdir()
    words = ("--classes", "a,b", "--no-open", "--multi-label", "--store", "tags.db")
    run("label", "photos", *words, "--notebook", "work/first.ipynb")
    source = cells("work/first.ipynb")[1]
    assert 'from_folder("../photos")' in source
    assert 'store="../tags.db", multi_label=True)' in source
    url = "postgresql+psycopg://somebody@host/labels"
    words = ("--classes", "a,b", "--no-open", "--store", url)
    run("label", "photos", *words, "--notebook", "second.ipynb")
    assert f'store="{url}"' in cells("second.ipynb")[1]


def test_behind_a_link_the_way_up_is_the_real_one(tmp_path):
    pictures("far/photos", "1.png")
    (tmp_path / "deep" / "work").mkdir(parents=True)
    (tmp_path / "near").symlink_to(tmp_path / "deep" / "work")
    words = ("--classes", "a,b", "--no-open", "--notebook", "near/first.ipynb")
    run("label", "far/photos", *words)
    assert 'from_folder("../../far/photos")' in cells("near/first.ipynb")[1]


def test_another_drive_has_no_relative_path(monkeypatch):
    def other_drive(*_):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", other_drive)
    assert notebooks.seen_from(Path("/work"), Path("/photos")) == "/photos"


@pytest.mark.parametrize("text", ["plain", "it's", 'a "b"', "back\\slash", "new\nline", "\udc80"])
def test_texts_are_code_that_means_the_same(text):
    assert eval(notebooks.quoted(text)) == text


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        ("cat,dog", ["cat", "dog"]),
        (" cat , dog ", ["cat", "dog"]),
        ('"cat, big",dog', ["cat, big", "dog"]),
    ],
)
def test_classes_stand_with_commas(classes, names):
    pictures("photos", "1.png")
    run("label", "photos", "--classes", classes, "--no-open")
    assert f"[{', '.join(map(notebooks.quoted, names))}]" in cells("photos.ipynb")[1]


@pytest.mark.parametrize(
    ("words", "code", "advice"),
    [
        (["photos"], 2, "Name the classes: --classes cat,dog"),
        (["photos", "--classes", "cat"], 2, "labeling needs at least two"),
        (["photos", "--classes", "cat,cat"], 2, "each name must be unique"),
        (["photos", "--classes", ""], 2, "labeling needs at least two"),
        (["photos", "--classes", '"cat,dog'], 2, "Write them so"),
        (["photos", "--classes", "a,b", "--notebook", "x.py"], 2, "--notebook x.py.ipynb"),
        (["photos", "--classes", "a,b", "--notebook", "no/x.ipynb"], 1, "make it first"),
        (["photos", "--classes", "a,b", "--store", "no/x.db"], 1, "make it first"),
        (["photos", "--classes", "a,b", "--store", "photos"], 1, "name a file in it"),
        (["photos", "--frob"], 2, "No such option"),
        (["nowhere", "--classes", "a,b"], 1, "there is no folder nowhere; check the path"),
        (["photos/1.png", "--classes", "a,b"], 1, "pass the folder it lies in"),
        (["empty", "--classes", "a,b"], 1, "holds no image file"),
        (["texts", "--classes", "a,b"], 1, "2 files left out: 2 .txt"),
        ([], 2, "Missing argument 'FOLDER'"),
    ],
)
def test_what_cannot_be_labeled_is_refused_with_advice(words, code, advice):
    pictures("photos", "1.png")
    for name in ("empty", "texts"):
        Path(name).mkdir()
    for name in ("a.txt", "b.txt"):
        Path("texts", name).touch()
    assert advice in run("label", *words, "--no-open", code=code)
    assert list(Path().glob("**/*.ipynb")) == []


def test_what_is_left_out_is_said():
    pictures("photos", "1.png")
    Path("photos", "notes.txt").touch()
    assert "1 file left out: 1 .txt" in run("label", "photos", "--classes", "a,b", "--no-open")


def test_without_jupyterlab_nothing_is_written(monkeypatch):
    pictures("photos", "1.png")
    found = importlib.util.find_spec
    kept = {"jupyterlab": None}
    monkeypatch.setattr(lab, "find_spec", lambda name: kept.get(name, found(name)))
    commands = (("label", "photos", "--classes", "a,b"), ("demo",))
    for words in commands:
        told = run(*words, code=1)
        assert 'pip install "nblabel[lab]"' in told
        assert "--no-open" in told
    assert list(Path().glob("*.ipynb")) == []
    for words in commands:
        run(*words, "--no-open")
    assert len(list(Path().glob("*.ipynb"))) == 2


def test_in_a_terminal_of_jupyter_no_second_one_is_started(tmp_path, monkeypatch, launched):
    pictures("photos", "1.png")
    monkeypatch.setenv(lab.WITHIN, "http://here:8888/")
    told = run("label", "photos", "--classes", "a,b")
    assert f"open {tmp_path / 'photos.ipynb'} there" in told
    assert launched == []


def test_where_nobody_can_write_another_place_is_advised(monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    pictures("photos", "1.png")
    monkeypatch.setattr(notebooks, "write", refused)
    told = run("label", "photos", "--classes", "a,b", "--no-open", code=1)
    assert "Name another place: --notebook" in told


def test_a_store_of_another_kind_is_refused():
    pictures("photos", "1.png")
    labels("photos.sqlite", '["cat"]', multi_label=True)
    told = run("label", "photos", "--classes", "a,b", "--no-open", code=1)
    assert "Open it with --multi-label, or pass another --store" in told
    run("label", "photos", "--classes", "a,b", "--no-open", "--multi-label")


def test_the_demo_is_about_the_sample(tmp_path, launched):
    assert f"Written: {tmp_path / 'nblabel-demo.ipynb'}" in run("demo")
    assert "load_fashion_mnist_sample()" in cells("nblabel-demo.ipynb")[1]
    assert len(launched) == 1
    assert "is there already" in run("demo", "--no-open")


def test_jupyterlab_runs_in_this_process(monkeypatch):
    told = []
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", SimpleNamespace(main=told.append))
    lab.launch(["--no-browser"])
    assert told == [["--no-browser"]]


# stores


def later_version(path):
    labels(path, "cat")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE nblabel_meta SET value = '99' WHERE key = 'schema'")
        connection.commit()


@pytest.mark.parametrize("command", ["info", "export", "check", "label"])
def test_a_store_that_cannot_be_read_is_refused_with_advice(command, monkeypatch):
    pictures("photos", "1.png")
    later_version("later.sqlite")
    Path("text.sqlite").write_text("no database, but quite some text of another program" * 40)
    with closing(sqlite3.connect("other.sqlite")) as connection:
        connection.execute("CREATE TABLE x (y)")

    def told(store):
        if command == "label":
            words = ("photos", "--classes", "a,b", "--no-open", "--store", store)
            return run("label", *words, code=1)
        return run(command, store, code=1)

    assert "pip install --upgrade nblabel" in told("later.sqlite")
    assert "Name another file, or restore a copy" in told("text.sqlite")
    assert "is a database of another program" in told("other.sqlite")
    if command != "label":
        assert "there is no file nowhere.sqlite; check the path" in told("nowhere.sqlite")
    assert "name a file in it" in told("photos")


def test_a_store_that_another_program_keeps_to_itself_is_refused(monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    labels("labels.sqlite", "cat")
    with closing(sqlite3.connect("labels.sqlite", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE nblabel_meta SET value = value")
        for command in ("info", "export", "check"):
            told = run(command, "labels.sqlite", code=1)
            assert "Another program is writing to it; close that program" in told
        pictures("photos", "1.png")
        words = ("--classes", "a,b", "--no-open", "--store", "labels.sqlite")
        assert "close that program" in run("label", "photos", *words, code=1)
    assert "The log is whole" in run("check", "labels.sqlite")


def test_a_store_that_a_panel_writes_to_can_be_read():
    with closing(nb.LabelStore("labels.sqlite")) as store:
        store.append(LabelEvent("label", ("1.png",), ("cat",)))
        assert "1 item labeled" in run("info", "labels.sqlite")
        assert len(run("export", "labels.sqlite").splitlines()) == 2
        store.append(LabelEvent("label", ("2.png",), ("cat",)))
        assert "2 items labeled" in run("info", "labels.sqlite")


def test_info_tells_what_is_in_a_store():
    labels("labels.sqlite", "cat", "dog", "cat", annotator="ann")
    with closing(nb.LabelStore("labels.sqlite")) as store:
        store.append(LabelEvent("accept", ("9.png",), ("dog",), source="model"))
    lines = run("info", "labels.sqlite").splitlines()
    assert lines[:4] == [
        "labels.sqlite: one label for each item",
        "4 items labeled",
        "  3 by people, 1 from the model",
        "  Annotators: ann 3",
    ]
    assert lines[4:7] == ["Classes with labels:", "  cat  2", "  dog  2"]
    assert lines[7].startswith("4 events from ")


def test_info_tells_how_many_items_there_are():
    session = nb.Session([[[0]], [[128]], [[255]]], ["a", "b"], store="labels.sqlite")
    session.tell(0, "a")
    session.store.close()
    assert "1 item labeled of 3" in run("info", "labels.sqlite")


def test_info_of_tags_and_of_nothing():
    labels("tags.sqlite", '["cat", "dog"]', '["cat"]', multi_label=True)
    told = run("info", "tags.sqlite")
    assert "several tags for each item" in told
    assert "  cat  2" in told
    nb.LabelStore("empty.sqlite").close()
    assert run("info", "empty.sqlite").splitlines()[1:] == ["0 items labeled"]


def test_info_names_the_most_frequent_classes():
    labels("labels.sqlite", *(f"class {number:02}" for number in range(23)))
    assert run("info", "labels.sqlite").splitlines()[-2] == "  and 3 more"


def test_export_writes_a_file_or_to_the_screen():
    labels("labels.sqlite", "cat", "dog, big")
    assert run("export", "labels.sqlite", "out.csv") == "2 labels written to out.csv\n"
    rows = table(Path("out.csv").read_text("utf-8"))
    assert [row["label"] for row in rows] == ["cat", "dog, big"]
    assert table(run("export", "labels.sqlite")) == rows
    lines = run("export", "labels.sqlite", "--format", "jsonl").splitlines()
    assert [json.loads(line)["label"] for line in lines] == ["cat", "dog, big"]


@pytest.mark.parametrize(
    ("words", "code", "advice"),
    [
        (["out.xls"], 1, "use a name in .csv, .jsonl, .parquet"),
        (["out.json"], 1, "use 'csv', 'jsonl' or 'parquet'"),
        (["no/out.csv"], 1, "make it"),
        (["--format", "parquet"], 2, "name a file, such as labels.parquet"),
        (["out.csv", "--format", "coco"], 2, "'coco' is not one of"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_advice(words, code, advice):
    labels("labels.sqlite", "cat")
    assert advice in run("export", "labels.sqlite", *words, code=code)


def test_check_finds_damage_and_saves_what_is_whole():
    labels("labels.sqlite", "cat", "dog", "cat")
    assert run("check", "labels.sqlite").splitlines() == ["3 events read.", "The log is whole."]
    with closing(sqlite3.connect("labels.sqlite")) as connection:
        connection.execute("UPDATE nblabel_event_item SET label = 'dog' WHERE seq = 1")
        connection.commit()
    told = run("check", "labels.sqlite", code=1)
    assert "Damaged: event 1 was changed or is missing." in told
    assert told.splitlines()[-1] == (
        "To save what is whole: nblabel check labels.sqlite --recover NEW"
    )
    refused = run("info", "labels.sqlite", code=1)
    assert "nblabel check STORE --recover NEW" in refused
    saved = run("check", "labels.sqlite", "--recover", "whole.sqlite", code=1)
    assert "2 events saved in whole.sqlite" in saved
    assert "The log is whole" in run("check", "whole.sqlite")
    again = run("check", "labels.sqlite", "--recover", "whole.sqlite", code=1)
    assert "is there already; name a new file" in again
    assert "No event is lost" in run("check", "whole.sqlite", "--recover", "copy.sqlite")


# simulate


def test_a_simulation_of_a_folder_of_classes(tmp_path):
    pictures("photos", *(f"{name}/{n}.png" for name in ("cat", "dog") for n in range(12)))
    words = ("--budget", 6, "--seeds", 2, "--strategy", "random", "--learner", "knn")
    told = run("simulate", "photos", *words, "--output", "curves.csv").splitlines()
    told = [line for line in told if not line.startswith("Simulating:")]  # after a second
    assert told[1].split() == ["labels", "random"]
    assert told[2].split()[0] == "1"
    assert told[-2].split()[0] == "6"
    assert told[-1] == "All steps written to curves.csv"
    rows = table(Path("curves.csv").read_text("utf-8"))
    assert len(rows) == 12
    assert {row["strategy"] for row in rows} == {"random"}


def test_a_simulation_of_data_that_comes_along():
    told = run("simulate", "digits", "--budget", 2, "--strategy", "random", "--learner", "knn")
    assert [line.split()[0] for line in told.splitlines()[1:]] == ["labels", "1", "2"]


@pytest.mark.parametrize(
    ("words", "code", "advice"),
    [
        (["flat"], 1, "CLASS/picture.jpg, with two classes at least"),
        (["single"], 1, "CLASS/picture.jpg"),
        (["nowhere"], 1, "there is no folder nowhere"),
        (["two", "--strategy", "frob"], 1, "unknown strategy 'frob'; choose one of auto"),
        (["two", "--learner", "frob"], 1, "frob"),
        (["two", "--budget", "0"], 2, "0 is not in the range"),
        (["two", "--output", "curves.xls"], 2, "ends in .csv"),
        (["two", "--output", "no/curves.csv"], 1, "make it first"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_advice(words, code, advice):
    pictures("flat", "1.png")
    pictures("single", "cat/1.png", "cat/2.png")
    pictures("two", "cat/1.png", "dog/2.png", "dog/3.png")
    assert advice in run("simulate", *words, code=code)


# all of them


def test_every_command_has_help_with_examples_that_can_be_read():
    for name, command in cli.commands.items():
        told = run(name, "--help")
        assert "Examples:" in told
        for line in (command.epilog or "").splitlines()[2:]:
            words = shlex.split(line.split("   ")[0] if line[:3] != "   " else line.strip())
            assert {"nblabel", "eval"} & set(words[:1]), line
    assert "Examples:" in run("--help")
    assert run("-h") == run("--help")


def test_the_document_has_every_command_and_its_options():
    text = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    described = re.findall(r"(?m)^\| `nblabel ([a-z]+)", text)
    assert sorted(described) == sorted(cli.commands)
    for name in ("label", "check"):
        for parameter in cli.commands[name].params:
            for option in parameter.opts:
                if option.startswith("--"):
                    assert option in text, option
    blocks = re.findall(r"(?m)^```\n(.*?)^```$", text, re.DOTALL)
    for line in "".join(blocks).splitlines():
        words = shlex.split(line.split(" #")[0].split(" >")[0])
        assert words[0] == "nblabel"
        known = {option for one in cli.commands[words[1]].params for option in one.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_the_version():
    assert run("--version") == f"nblabel {nb.__version__}\n"


def test_a_command_that_is_none():
    assert "No such command 'frob'" in run("frob", code=2)


def test_a_mistake_of_the_program_is_no_error_of_the_user(monkeypatch):
    def broken(*_, **__):
        raise KeyError("a bug")

    pictures("two", "cat/1.png", "dog/2.png")
    monkeypatch.setattr(simulating, "_known", broken)
    with pytest.raises(KeyError):
        run("simulate", "two")


def test_errors_of_the_system_name_the_file():
    error = PermissionError(13, "Permission denied", "labels.csv")
    assert words_of(error).startswith("labels.csv: Permission denied. Check the path")
    assert words_of(ValueError()) == "ValueError"


def test_warnings_are_notes():
    @click.command()
    def warn():
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("3 files left out.", stacklevel=1)

    group = type(cli)("group", commands={"warn": warn})
    done = CliRunner().invoke(group, ["warn"])
    assert done.output == "Note: 3 files left out.\n"


def completed(words, begun=""):
    """Return what a shell is told to offer behind some words."""
    env = {
        "_NBLABEL_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["nblabel", *words, begun]),
        "COMP_CWORD": str(len(words) + 1),
    }
    told = run(env=env)
    return [line.split(",", 1)[1] for line in told.splitlines()]


def test_names_are_completed():
    assert completed([], "ex") == ["export"]
    assert "--classes" in completed(["label"], "--c")
    assert completed(["simulate", "x", "--strategy"], "mar") == ["margin"]
    assert completed(["simulate", "x", "--learner"], "log") == ["logreg"]
    assert completed(["export", "x", "y", "--format"], "excel") == ["excel-csv"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_what_a_shell_needs_is_printed(shell):
    told = run("completion", shell)
    assert f"_NBLABEL_COMPLETE={shell}_complete" in told


@pytest.mark.slow  # processes
def test_as_a_program(tmp_path):
    labels("labels.sqlite", "cät")

    def ran(*words):
        command = [sys.executable, "-m", "nblabel", *words]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(command, capture_output=True, check=False, cwd=tmp_path, env=env)

    done = ran("export", "labels.sqlite")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "cät" in done.stdout.decode()
    done = ran("info", "nowhere.sqlite")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"Error: there is no file")
    assert ran("info").returncode == 2


@pytest.mark.slow  # a process
def test_help_loads_nothing_slow():
    code = (
        "import sys, nblabel.commands.main; "
        "print(*{name.split('.')[0] for name in sys.modules}, sep=',')"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )
    assert not {"numpy", "pandas", "sqlalchemy", "jupyterlab", "PIL"} & set(
        told.stdout.strip().split(",")
    )
