"""The scripts of a page as one, since a page on a disk imports none: modules within functions."""

import functools
import importlib.resources
import re
from collections.abc import Iterator

PACKAGE = "engine.exports.site"
MAIN = "site"  # the module that begins
_IMPORT = re.compile(r"^import (\{[^}]*\}) from '\./(\w+)\.js'$", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|const|class) (\w+))", re.MULTILINE)


def template(name: str) -> str:
    """Return the text of a file of the folder `templates`."""
    return _text("templates", name)


@functools.cache
def script() -> str:
    """Return all modules as one script."""
    return "'use strict';\n" + "\n".join(_within(name) for name in _order(MAIN, {}))


def _order(name: str, seen: dict[str, None]) -> Iterator[str]:
    """Yield a module after those that it imports, each once."""
    if name in seen:
        return
    seen[name] = None
    for imported in _IMPORT.finditer(_module(name)):
        yield from _order(imported[2], seen)
    yield name


def _within(name: str) -> str:
    """Return a module as a constant of its name: an object of what it exports."""
    text = _IMPORT.sub(r"const \1 = _\2", _module(name))
    exported = ", ".join(match[2] for match in _EXPORT.finditer(text))
    body = _EXPORT.sub(r"\1", text)
    return f"const _{name} = (() => {{\n{body}\nreturn {{{exported}}}\n}})()"


def _module(name: str) -> str:
    return _text("javascript", f"{name}.js")


def _text(folder: str, name: str) -> str:
    return importlib.resources.files(PACKAGE).joinpath(folder, name).read_text("utf-8")
