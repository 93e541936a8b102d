"""What importing pulls in, and what a user gets who installs the wheel."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import nblabel

PACKAGE = Path(nblabel.__file__).parent
ROOT = PACKAGE.parent
NOTEBOOK_LIBRARIES = {"IPython", "anywidget", "ipywidgets", "plotly"}
SLOW_LIBRARIES = {"numba", "plotly", "torch", "umap"}


def modules_without_panel() -> list[str]:
    """Return every module but those that may know the notebook."""
    modules = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        if not (name == "nblabel.plots" or name.startswith("nblabel.widget")):
            modules.append(name)
    return modules


def loaded_by(code: str) -> set[str]:
    """Run code in a fresh process and return the libraries it loaded."""
    code += "\nimport json, sys\nprint(json.dumps([name.split('.')[0] for name in sys.modules]))"
    return set(json.loads(run(sys.executable, "-c", code)))


def run(*command: object, **options: object) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_nblabel_loads_nothing_slow() -> None:
    loaded = loaded_by("import nblabel")
    assert not loaded & (SLOW_LIBRARIES | NOTEBOOK_LIBRARIES)


def test_a_session_loads_no_torch() -> None:
    code = """
import numpy as np
import nblabel as nb

images = np.random.default_rng(0).integers(0, 255, (30, 8, 8), dtype=np.uint8)
session = nb.Session(images, classes=["a", "b"])
session.tell(session.ask().indices, "a")
session.predict()
nb.encoders.make_encoder("vae")
"""
    assert "torch" not in loaded_by(code)


def test_only_the_panel_knows_the_notebook() -> None:
    modules = modules_without_panel()
    assert "nblabel.session" in modules
    loaded = loaded_by(f"import {', '.join(modules)}")
    assert "nblabel" in loaded
    assert not loaded & NOTEBOOK_LIBRARIES


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an empty environment in which only the wheel is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (wheel,) = folder.glob("nblabel-*.whl")
    venv.create(folder / "env", symlinks=True)
    python = folder / "env" / "bin" / "python"
    run(
        *(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"),
        *("--python", python, "install", "--no-deps", "--no-index", wheel),
    )
    return python


def test_wheel_holds_every_file_of_the_package_and_works(installed: Path) -> None:
    code = """
import json
from pathlib import Path
import nblabel as nb

data = nb.datasets.load_fashion_mnist_sample()
panel = nb.Labeler(data.images[:50], classes=data.classes)
panel.session.tell(0, data.classes[data.labels[0]])
assert len(panel.labels()) == 1
folder = Path(nb.__file__).parent
files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
print(json.dumps([str(folder), files]))
"""
    # The libraries come from this environment. Its .pth files are not read, so nblabel, which is
    # installed here in place, comes from the wheel or not at all.
    libraries = {"PYTHONPATH": sysconfig.get_path("purelib")}
    output = run(
        installed, "-P", "-c", code, env=os.environ | libraries, cwd=installed.parent
    ).splitlines()
    folder, files = json.loads(output[-1])
    assert Path(folder).is_relative_to(installed.parents[1])
    expected = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected - set(files) == set()
    assert {"py.typed", "widget/static/panel.js", "data/fashion_mnist_sample.npz"} <= set(files)
