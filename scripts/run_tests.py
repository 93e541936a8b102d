"""Run all tests, in four runs of pytest, and end with the coverage and one line of totals.

What needs no browser runs in several processes. The coverage is measured in the quick ones of
these: measured, a test takes half as long again, and the slow ones reach hardly a line more. The
pages that need no kernel follow. What drives a JupyterLab runs last, one test after another: pages
wait for kernels, and kernels for nobody.
"""

import argparse
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

BUILD = Path("build/tests")
COVERAGE = Path("build/coverage")
FLOOR = 95  # percent of the lines
# Whole modules are for these. Where one is missing, so are the tests of it, and the floor with them.
EXTRAS = ("onnxruntime", "psycopg", "pyarrow", "tokenizers", "torch", "transformers", "xgboost")


def main() -> int:
    """Return 0 if all passed and enough is covered, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", default="2", help="processes that run tests, 2 by default")
    workers = parser.parse_args().workers

    for folder in (BUILD, COVERAGE):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    begun = time.monotonic()
    beside = (f"--numprocesses={workers}", "--dist=worksteal")
    here = (*beside, "--ignore=tests/lab", "--ignore=tests/page")  # the others take long to load
    codes = [
        run_tests("quick", "-m", "not (page or slow)", *here, "--cov", "--cov-report="),
        run_tests("slow", "-m", "slow and not page", *here),
        run_tests("page", "tests/page", *beside),
        run_tests("lab", "tests/lab"),
        report_coverage(),
    ]
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    print(f"{totals()}, in {minutes} min {seconds} s", flush=True)
    return int(any(codes))


def run_tests(name: str, *options: str) -> int:
    """Run pytest once, and keep its report."""
    return call("pytest", "--durations=25", f"--junit-xml={BUILD / name}.xml", *options)


def report_coverage() -> int:
    """Print which lines ran; too few of them are a failure, where all extras are there."""
    missing = [name for name in EXTRAS if find_spec(name) is None]
    if missing:
        print(f"No floor for the coverage: {', '.join(missing)} not installed.", flush=True)
    return call("coverage", "report", f"--fail-under={0 if missing else FLOOR}")


def call(module: str, *arguments: str) -> int:
    """Run a module of this Python's environment and return its exit status."""
    return subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode


def totals() -> str:
    """Add up the reports of all runs."""
    reports = [ET.parse(path) for path in BUILD.glob("*.xml")]  # noqa: S314, pytest wrote them
    suites = [suite for report in reports for suite in report.iter("testsuite")]
    tests, failed, errors, skipped = (
        sum(int(suite.get(kind, 0)) for suite in suites)
        for kind in ("tests", "failures", "errors", "skipped")
    )
    passed = tests - failed - errors - skipped
    return f"{passed} passed, {failed} failed, {errors} errors, {skipped} skipped"


if __name__ == "__main__":
    sys.exit(main())
