"""A Python like that of a browser: no compiled packages beside NumPy, no thread, no process.

``python -m pytest -p tests.bare ...`` runs tests in it. What Pyodide 314.0.7 does is the model: a
thread raises RuntimeError, a process OSError, and there is neither numba nor ONNX Runtime.
"""

import importlib.abc
import multiprocessing.process
import os
import subprocess
import sys
import threading

MISSING = frozenset({"llvmlite", "numba", "onnxruntime", "pynndescent", "umap"})


class _Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] in MISSING:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def _no_thread(*_args, **_named):
    raise RuntimeError("can't start new thread")


def _no_process(*_args, **_named):
    raise OSError(138, "emscripten does not support processes.")


os.environ["LOKY_MAX_CPU_COUNT"] = "1"  # joblib there asks no process how many there are
os.environ["DISABLE_SQLALCHEMY_CEXT_RUNTIME"] = "1"  # SQLAlchemy without its C parts
sys.meta_path.insert(0, _Missing())
threading.Thread.start = _no_thread
subprocess.Popen.__init__ = _no_process
multiprocessing.process.BaseProcess.start = _no_process
