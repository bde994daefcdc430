"""One `trainscape serve` for all processes of a run of tests, and what it says."""

import contextlib
import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

import psutil
from filelock import FileLock

ENDS_WITHIN = 60  # seconds that a server takes at most to write what it knows, and end
STARTS_WITHIN = 120
WRONG = re.compile(r"^(Traceback|ERROR|CRITICAL)|\b(ERROR|CRITICAL)\b|\b\w+Warning: ", re.MULTILINE)


class Served:
    """The server of a run of tests.

    Args:
        folder: that belongs to the run; whoever comes first starts the server there.
    """

    def __init__(self, folder: Path) -> None:
        self._log = folder / "server.log"
        with FileLock(folder / "server.lock"):
            known = folder / "server.json"
            if not known.exists():
                known.write_text(json.dumps(started(folder, self._log)))
        self.url, self.pid = json.loads(known.read_text())
        self._read = self._log.stat().st_size

    def wrong(self) -> str:
        """Return what the server has logged since it was last asked, if anything went wrong."""
        with self._log.open(encoding="utf-8", errors="replace") as log:
            log.seek(self._read)
            said = log.read()
            self._read = log.tell()
        return said if WRONG.search(said) else ""


def started(folder: Path, log: Path, *options: str) -> tuple[str, int]:
    """Start a server; return where it is, and its process.

    Args:
        folder: of all that it keeps.
        log: the file of what it logs.
        options: more of them, which go before others.
    """
    command = [sys.executable, "-m", "app.command", "serve", "--no-show", "--port", "0"]
    command += ["--store", str(folder / "store"), "--exports", str(folder / "exports"), *options]
    environment = {"XDG_CACHE_HOME": str(folder / "cache"), **os.environ, "PYTHONUNBUFFERED": "1"}
    said, create = folder / "server.out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    # It outlives the process that starts it, which therefore holds nothing of it.
    pid = os.posix_spawn(
        sys.executable, command, environment, setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, file, os.fspath(path), create, 0o600)
            for file, path in ((1, said), (2, log))
        ],
    )  # fmt: skip
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and _runs(psutil.Process(pid)):
        if said.exists() and (found := re.search(r"http://\S+", said.read_text())):
            return found[0], pid
        time.sleep(0.05)
    raise AssertionError(f"the server did not say where it is: {log.read_text()}")


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end_of(folder: Path) -> None:
    """End the server of a run, if one was started, and remove the folder.

    Raises:
        AssertionError: if the server does not end when it is told to.
    """
    known = folder / "server.json"
    try:
        if known.exists():
            end(json.loads(known.read_text())[1])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def end(pid: int) -> None:
    """End a server, or find that it has ended; AssertionError if it does not when it is told to."""
    with contextlib.suppress(psutil.NoSuchProcess):
        server = psutil.Process(pid)
        server.terminate()
        until = time.monotonic() + ENDS_WITHIN
        while _runs(server):
            if time.monotonic() > until:
                server.kill()
                raise AssertionError(f"the server had not ended after {ENDS_WITHIN} s")
            time.sleep(0.05)
