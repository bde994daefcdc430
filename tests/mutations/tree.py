"""Copies of the project, in which sources may be changed."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.mutations.mutant import Mutant
from tests.mutations.warm import ENDED

ROOT = Path(__file__).parents[2]


def files(root: Path) -> list[str]:
    """Return the files of a checkout, those that are not committed yet included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in names.split("\0") if name and (root / name).is_file())


def digest(root: Path, names: list[str]) -> str:
    """Return what tells the content of files from another."""
    total = hashlib.sha256()
    for name in names:
        total.update(f"{name} {hashlib.sha256((root / name).read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


class Copy:
    """A copy of the tree, with folders of its own for what tests leave behind."""

    def __init__(self, root: Path, names: list[str], folder: Path, compiled: Path):
        self.folder, self.tree = folder, folder / "tree"
        self._warm: subprocess.Popen[str] | None = None
        for name in names:
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, self.tree / name)
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(self.tree),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
            "JAX_COMPILATION_CACHE_DIR": str(compiled),
        }

    @contextlib.contextmanager
    def changed(self, one: Mutant) -> Iterator[None]:
        """Keep a mutant in place of the source."""
        path = self.tree / one.path
        source = path.read_text(encoding="utf-8")
        path.write_text(one.applied(source), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(source, encoding="utf-8")

    def pytest(self, *arguments: str, seconds: float | None = None) -> tuple[int, str]:
        """Run pytest in a fresh process, forked from one that has imported the libraries."""
        shutil.rmtree(self.folder / "hypothesis", ignore_errors=True)
        fixed = ["-q", "-x", "--no-header", "-rfE", "--tb=no", "--hypothesis-seed=0"]
        fixed += ["-o", "addopts=", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin"]
        fixed += [f"--basetemp={self.folder / 'temporary'}"]
        output = self.folder / "output"
        run = {"arguments": [*fixed, *arguments], "output": str(output), "seconds": seconds}
        if self._warm is None:
            self._warm = self._started()
        self._warm.stdin.write(json.dumps(run) + "\n")
        self._warm.stdin.flush()
        status = int(self._warm.stdout.readline())
        return status, output.read_text(encoding="utf-8", errors="replace")

    def _started(self):
        return subprocess.Popen(
            [sys.executable, Path(__file__).with_name("warm.py")],
            cwd=self.tree,
            env={**self.environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End the process that imports the libraries."""
        if self._warm is not None:
            self._warm.communicate()
            self._warm = None

    def run(self, command: list[str], seconds: float | None = None) -> tuple[int, str]:
        """Return the exit status and the output of a command, ended when its time is over."""
        with subprocess.Popen(
            command,
            cwd=self.tree,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=seconds)
                status = process.returncode
            except subprocess.TimeoutExpired:
                output, status = "", ENDED
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, 9)
        return status, output
