"""Plain text: what others have written, shown as it is and never as HTML."""

import re

from markupsafe import escape

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~])")


def plain(text: str) -> str:
    """Return text as Markdown that shows just this text.

    Error messages quote links, and bookmarks come from files: neither may bring a script along.
    """
    return str(escape(_MARKDOWN.sub(r"\\\1", text)))
