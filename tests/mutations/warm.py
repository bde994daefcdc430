"""A process that has imported all libraries, and forks one for each run of pytest.

It reads runs from its standard input, one JSON object a line, and answers each with its exit
status. Sources and tests of the project are imported by the forks alone.
"""

import ast
import contextlib
import importlib
import json
import math
import os
import resource
import select
import signal
import sys
import warnings
from pathlib import Path

OWN = {"app", "assets", "engine", "tests"}
ENDED = 124  # exit status of what ran out of time
BUSY = 10  # times as long as a processor needs, where others use it too or nothing happens at all


def main() -> None:
    """Answer until the standard input ends."""
    sys.path[0] = os.getcwd()
    _import_libraries(Path.cwd())
    for line in sys.stdin:
        print(_run(**json.loads(line)), flush=True)


def _import_libraries(tree):
    paths = [path for folder in ("engine", "app") for path in (tree / folder).rglob("*.py")]
    for name in sorted({name for path in paths for name in _imports(path)} - sys.modules.keys()):
        with contextlib.suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(name)


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] not in OWN)


def _run(arguments: list[str], output: str, seconds: float | None) -> int:
    """Return the exit status; the seconds are those of a processor, so that others may be busy."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX has no threads before its first device
        process = os.fork()
    if not process:
        os.close(reading)
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), -1))
        _child(arguments, output, writing)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], None if seconds is None else BUSY * seconds)
    told = os.read(reading, 16) if ready else b""
    os.close(reading)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if told:
        return int(told)
    by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return ENDED if by == signal.SIGXCPU or not ready else 1


def _child(arguments, output, writing):
    os.setsid()
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    empty = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((empty, 0), (file, 1), (file, 2)):
        os.dup2(source, target)
    status = 1
    with contextlib.suppress(BaseException):
        import pytest

        sys.argv = ["pytest", *arguments]
        status = int(pytest.main(arguments))
        sys.stdout.flush()
    os.write(writing, str(status).encode())
    os._exit(status)


if __name__ == "__main__":
    main()
