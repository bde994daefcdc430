"""What every page is made of: the texts of its templates, and its scripts as one."""

import importlib.resources

from engine.pictures import scripts

PACKAGE = "engine.exports.site"
MAIN = "site"  # the module that begins


def template(name: str) -> str:
    """Return the text of a file of the folder `templates`."""
    return importlib.resources.files(PACKAGE).joinpath("templates", name).read_text("utf-8")


def script() -> str:
    """Return all modules as one script, since a page on a disk imports none."""
    return f"'use strict';\n{scripts.script(PACKAGE, MAIN)}"
