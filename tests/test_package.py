"""What importing pulls in, and what a user gets who installs the wheel."""

import json
import subprocess
import sys
import venv
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

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
        if not name.startswith(("nblabel.plots", "nblabel.widget")):
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


@pytest.mark.slow  # a process
def test_a_panel_opens_without_what_takes_long_to_load() -> None:
    code = """
import numpy as np
import nblabel as nb

images = np.random.default_rng(0).integers(0, 255, (30, 8, 8), dtype=np.uint8)
pool = nb.Pool(images, embeddings=images.reshape(30, -1))
nb.Session(pool, classes=["a", "b"], annotator="me")
nb.Labeler
"""
    loaded = loaded_by(code)
    assert "ipywidgets" in loaded
    assert not loaded & {"pandas", "scipy"}


@pytest.mark.slow  # a process
def test_texts_are_told_from_missing_values_without_pandas() -> None:
    code = """
from nblabel.system.values import is_missing, text_of
assert [text_of(one) for one in ("a", 1.0, None, float("nan"))] == ["a", "1", "", ""]
import sys
assert "pandas" not in sys.modules
import pandas as pd
assert is_missing(pd.NA) and is_missing(pd.NaT) and not is_missing(0)
"""
    assert "pandas" in loaded_by(code)


@pytest.mark.slow  # a process
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


@pytest.mark.slow
def test_only_the_panel_knows_the_notebook() -> None:
    modules = modules_without_panel()
    assert "nblabel.session" in modules
    loaded = loaded_by(f"import {', '.join(modules)}")
    assert "nblabel" in loaded
    assert not loaded & NOTEBOOK_LIBRARIES


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (wheel,) = folder.glob("nblabel-*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """Return the Python of an environment with the wheel and what it declares to need.

    Without a network: that comes from this environment, as links.
    """
    venv.create(wheel.parent / "env", symlinks=True)
    python = wheel.parent / "env" / "bin" / "python"
    run(
        *(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"),
        *("--python", python, "install", "--no-deps", "--no-index", wheel),
    )
    (metadata,) = python.parents[1].glob("lib/python*/site-packages/nblabel-*.dist-info")
    for needed in needed_by(PathDistribution(metadata)):
        for top in {file.parts[0] for file in needed.files or ()} - {"..", "__pycache__"}:
            link = metadata.parent / top
            if not link.exists():
                link.symlink_to(str(needed.locate_file(top)))
    return python


def needed_by(root: Distribution) -> list[Distribution]:
    """Return the distributions that one declares to need, and those that these need."""
    found: dict[str, Distribution] = {}
    unread = [(root, "")]
    while unread:
        needing, extra = unread.pop()
        for requirement in map(Requirement, needing.requires or ()):
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            for wanted in ("", *requirement.extras):
                if (known := f"{requirement.name}[{wanted}]") not in found:
                    found[known] = distribution(requirement.name)
                    unread.append((found[known], wanted))
    return list(found.values())


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    files = {name.removeprefix("nblabel/") for name in names if name.startswith("nblabel/")}
    expected = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files == expected
    assert {"py.typed", "datasets/data/fashion_mnist_sample.npz"} <= files
    assert "embeddings/data/efficientnet-lite0.onnx" in files
    for suffix in (".js", ".css"):
        assert any(name.startswith("widget/static/") and name.endswith(suffix) for name in files)
    licenses = {name.split("/licenses/")[1] for name in names if "/licenses/" in name}
    assert licenses == {
        "LICENSE",
        "nblabel/datasets/data/FASHION_MNIST_LICENSE.txt",
        "nblabel/embeddings/data/EFFICIENTNET_LITE0_LICENSE.txt",
        "nblabel/embeddings/data/EFFICIENTNET_LITE0_NOTICE.txt",
    }


@pytest.mark.slow  # an environment is made
def test_a_panel_opens_where_only_the_wheel_is_installed(installed: Path) -> None:
    """What the package needs, it declares: nothing else is in this environment."""
    code = """
import json, sys
from pathlib import Path
import nblabel as nb

data = nb.datasets.load_fashion_mnist_sample()
panel = nb.Labeler(data.images[:50], classes=data.classes)
for index in (0, 1, 2):
    panel.session.tell(index, data.classes[data.labels[index]])
assert panel.session.predict_proba().shape == (50, 10)
assert len(panel.labels()) == 3
panel.export("labels.csv")
assert len(Path("labels.csv").read_text().splitlines()) == 4
print(json.dumps([nb.__file__, sorted({name.split(".")[0] for name in sys.modules})]))
"""
    output = run(installed, "-I", "-c", code, cwd=installed.parent).splitlines()
    file, loaded = json.loads(output[-1])
    assert Path(file).is_relative_to(installed.parents[1])
    assert "pytest" not in loaded
