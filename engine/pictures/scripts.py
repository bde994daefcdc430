"""What a browser runs: JavaScript modules as scripts that import nothing.

The modules lie in folders named `javascript`, beside the Python that uses them, where Node can test
them. A page from a disk imports none, and neither does what Bokeh and Panel compile, so what a
module imports is put before it: each as a function of its own, whose names meet no other's.
"""

import functools
import importlib.resources
import re
from collections.abc import Iterator
from pathlib import Path

_IMPORT = re.compile(r"^import (?:(\{[^}]*\})|(\w+)) from '(\.{1,2}/[\w./]+\.js)'$", re.MULTILINE)
_EXPORT = re.compile(
    r"^export (default )?((?:async )?(?:function\*?|const|class) (\w+))", re.MULTILINE
)
_CALLED = re.compile(r"^export default (?:async )?function (\w+)\((\{[^}]*\})?\)", re.MULTILINE)


@functools.cache
def script(package: str, name: str) -> str:
    """Return a module that imports nothing, with its exports.

    Args:
        package: the name of the Python package beside it, such as `app.views`.
        name: of the file, without its ending.
    """
    return _read(_path(package, name))


@functools.cache
def callback(package: str, name: str) -> str:
    """Return a module as the body of a function, which is what Bokeh's callbacks are made of.

    The body calls what the module exports by default, and hands it the variables that it names.
    """
    text = script(package, name)
    called = _CALLED.search(text)
    if called is None:
        raise ValueError(f"{name}.js exports no function by default")
    body = _EXPORT.sub(r"\2", text)
    return f"return (() => {{\n{body}\nreturn {called[1]}\n}})()({called[2] or ''})\n"


def _path(package: str, name: str) -> Path:
    return Path(str(importlib.resources.files(package)), "javascript", f"{name}.js").resolve()


def _read(path: Path) -> str:
    """Return a module after those that it imports."""
    *imported, own = _order(path, {})
    names = [one.stem for one in (*imported, own)]
    if len(set(names)) < len(names):
        raise ValueError(f"{path.name} imports modules of one name: {', '.join(names)}")
    return "\n".join([*(_within(one) for one in imported), _bound(own)])


def _order(path: Path, seen: dict[Path, None]) -> Iterator[Path]:
    """Yield a module after those that it imports, each once."""
    if path in seen:
        return
    seen[path] = None
    for imported in _IMPORT.finditer(_text(path)):
        yield from _order((path.parent / imported[3]).resolve(), seen)
    yield path


def _bound(path: Path) -> str:
    """Return the text of a module, with constants for what it imports."""

    def constant(imported: re.Match[str]) -> str:
        names = imported[1] or f"{{default: {imported[2]}}}"
        return f"const {names} = _{Path(imported[3]).stem}"

    return _IMPORT.sub(constant, _text(path))


def _within(path: Path) -> str:
    """Return a module as a constant of its name: an object of what it exports."""
    text = _bound(path)
    exported = [
        f"default: {name}" if default else name for default, _, name in _EXPORT.findall(text)
    ]
    body = _EXPORT.sub(r"\2", text)
    return f"const _{path.stem} = (() => {{\n{body}\nreturn {{{', '.join(exported)}}}\n}})()"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
