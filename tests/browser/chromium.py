"""Find Chromium for the browser tests, or install it and say so.

Run as ``python -m tests.browser.chromium``: exits 1 in CI if there is no Chromium in the end.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The shell first: a browser without windows of its own takes a quarter of the time for each page.
SHELL = "chromium-headless-shell"
NAMES = (
    SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
)  # fmt: skip
PACKAGES = (SHELL, "chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ORDER = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
MISSING = (
    "No Chromium: the browser tests are SKIPPED. "
    "Install it (apt-get install chromium-headless-shell) or set CHROMIUM."
)


def find() -> str | None:
    """Return the program: the variable CHROMIUM, the system's, or Playwright's own download."""
    if chosen := os.environ.get("CHROMIUM"):
        return chosen if shutil.which(chosen) else None
    return next(filter(None, map(shutil.which, NAMES)), None) or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        whole = Path(playwright.chromium.executable_path)
    folder = whole.parents[1]  # "chromium-1255"
    beside = folder.name.replace("chromium", "chromium_headless_shell")
    shells = folder.parent.glob(f"{beside}/*/*headless*shell")
    return next((str(program) for program in (*shells, whole) if program.exists()), None)


def install() -> None:
    """Try Playwright's download, then the distribution's package where we may."""
    print("Chromium is missing; downloading the one of Playwright.", flush=True)
    download = ["playwright", "install", "--only-shell", "chromium"]
    if _succeeds([sys.executable, "-m", *download], timeout_s=300):
        return
    if _may_install():
        print("That failed; installing the distribution's package.", flush=True)
        _succeeds(["apt-get", "update", "-qq"], timeout_s=120)
        any(_succeeds([*ORDER, package], timeout_s=600) for package in PACKAGES)


def hasten() -> None:
    """Let CI use the shell where the distribution has it at hand; else the browser that is there serves."""
    is_free = os.environ.get("CI") == "true" and "CHROMIUM" not in os.environ and _may_install()
    if is_free and not shutil.which(SHELL):
        _succeeds([*ORDER, "--no-remove", SHELL], timeout_s=60)


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _succeeds(command: list[str], *, timeout_s: int) -> bool:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=quiet, timeout=timeout_s, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> int:
    hasten()
    if find() is None:
        install()
        if find() is None:
            print(MISSING, file=sys.stderr)
            return 1 if os.environ.get("CI") == "true" else 0
        print(f"Chromium is installed: {find()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
