"""Run the notebooks, so that the site shows what they show. Run: make notebooks.

The copies are kept in build/executed, with the version of nblabel that ran them.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

import nblabel

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
TIMEOUT_S = 300  # of one cell


def main() -> None:
    """Run those that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="such as quickstart; all, if none is given")
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "executed")
    chosen = parser.parse_args()
    for path in sorted(NOTEBOOKS.glob("**/*.ipynb")):
        if not chosen.names or path.stem in chosen.names:
            begun = time.monotonic()
            with tempfile.TemporaryDirectory() as folder:
                os.environ["IPYTHONDIR"] = str(Path(folder) / "ipython")  # no settings of a user
                notebook = run_notebook(path, Path(folder))
            notebook.metadata["nblabel"] = nblabel.__version__
            copy = chosen.into / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(nbformat.writes(notebook), "utf-8")  # type: ignore[no-untyped-call]
            print(f"{path.stem}: {time.monotonic() - begun:.0f} s", flush=True)


def run_notebook(path: Path, folder: Path) -> NotebookNode:
    """Return a notebook as it is after its cells ran in a folder."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": folder}}
    NotebookClient(notebook, timeout=TIMEOUT_S, resources=resources).execute()
    return notebook


if __name__ == "__main__":
    main()
