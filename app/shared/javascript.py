"""What the browser runs: JavaScript modules of the package, as Bokeh and Panel take them.

The modules lie in the folder `javascript` of the package that uses them, where Node can test them.
"""

import functools
import importlib.resources
import re

_IMPORT = re.compile(r"^import .* from '\./(\w+)\.js'$", re.MULTILINE)
_EXPORT = re.compile(r"^export (?:default )?", re.MULTILINE)
_CALLED = re.compile(r"^export default function (\w+)\((\{[^}]*\})?\)", re.MULTILINE)


@functools.cache
def module(package: str, name: str) -> str:
    """Return the text of a module.

    Args:
        package: the name of the Python package, such as `app.views`.
        name: of the file, without its ending.
    """
    folder = importlib.resources.files(package).joinpath("javascript")
    return folder.joinpath(f"{name}.js").read_text(encoding="utf-8")


@functools.cache
def callback(package: str, name: str) -> str:
    """Return a module as the body of a function, which is what Bokeh's callbacks are made of.

    The body calls what the module exports by default, and hands it the variables that it names. A
    function that Bokeh compiles imports nothing, so what the module imports is put before it.
    """
    text = module(package, name)
    called = _CALLED.search(text)
    if called is None:
        raise ValueError(f"{name}.js exports no function by default")
    imported = _IMPORT.sub(lambda found: module(package, found[1]), text)
    body = _EXPORT.sub("", imported)
    return f"return (() => {{\n{body}\nreturn {called[1]}\n}})()({called[2] or ''})\n"


@functools.cache
def script(package: str, name: str) -> str:
    """Return a module with all that it imports put before it, so that it needs no other."""
    texts: dict[str, str] = {}

    def read(one: str) -> None:
        text = module(package, one)
        for imported in _IMPORT.findall(text):
            if imported not in texts:
                read(imported)
        text = _IMPORT.sub("", text)
        texts[one] = text if one == name else _EXPORT.sub("", text)

    read(name)
    return "\n".join(texts.values())
