"""Install a Chromium for the tests: Playwright's own where it can be fetched, else Debian's."""

import contextlib
import os
import shutil
import subprocess
import sys

from playwright.sync_api import Error

from tests.browser import launch_browser

GIVE_UP_AFTER_S = 600


def can_launch() -> bool:
    """Tell whether the tests find a browser that starts."""
    try:
        with launch_browser():
            return True
    except Error:
        return False


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
    print("Installing Debian's chromium for the browser tests ...")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "--quiet", "--quiet", *command], env=environment, check=True)


if __name__ == "__main__":
    fetch_playwright_chromium()
    if not can_launch() and shutil.which("apt-get") and os.geteuid() == 0:
        install_debian_chromium()
    if not can_launch():
        sys.exit(
            "The tests need a Chromium and none could be installed. Install it yourself, for "
            "example with 'sudo apt-get install chromium', and run make test again."
        )
