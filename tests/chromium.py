"""Debian's Chromium, as tests and benchmarks of the page start it."""

import shutil
from typing import Any

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """Return the path of Chromium, or None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def launch(playwright: Any) -> Any:
    """Return a browser without a window."""
    path = executable()
    assert path, "no Chromium found; install Debian's package `chromium`"
    return playwright.chromium.launch(executable_path=path, args=FLAGS)
