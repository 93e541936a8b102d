"""Install a Chromium for the tests: Playwright's own where it can be fetched, else Debian's."""

import contextlib
import os
import shutil
import subprocess
import sys

GIVE_UP_AFTER_S = 600
LAUNCH = "from tests.browser import launch_browser\nwith launch_browser(): pass"
# Playwright's driver needs libatomic1, which a bare Debian lacks.
PACKAGES = ["chromium", "libatomic1"]


def why_not_launched() -> str:
    """Launch the browser that the tests find; return "" or what went wrong."""
    done = subprocess.run(
        [sys.executable, "-c", LAUNCH], capture_output=True, text=True, check=False
    )
    return done.stderr if done.returncode else ""


def fetch_playwright_chromium() -> None:
    """Try Playwright's download, quietly: without a network there is another way."""
    environment = os.environ | {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"}
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(
            command, env=environment, timeout=GIVE_UP_AFTER_S, check=False, capture_output=True
        )


def install_debian_chromium() -> None:
    """Install Debian's package, which also brings the libraries Playwright's Chromium needs."""
    print("Installing Debian's chromium for the browser tests ...", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        subprocess.run(
            ["apt-get", "--quiet", *command],
            env=environment,
            check=False,
            stdout=subprocess.DEVNULL,
        )


if __name__ == "__main__":
    fetch_playwright_chromium()
    problem = why_not_launched()
    if problem and shutil.which("apt-get") and os.geteuid() == 0:
        install_debian_chromium()
        problem = why_not_launched()
    if problem:
        sys.exit(
            f"{problem}\nThe tests need a Chromium that starts, and none could be installed. "
            f"Install it yourself, for example with 'sudo apt-get install {' '.join(PACKAGES)}', "
            "and run make test again."
        )
