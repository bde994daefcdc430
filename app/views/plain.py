"""This module is plain text: what others have written, shown as it is and never as HTML."""

import html
import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~])")


def plain(text: str) -> str:
    """Return text so that a component that renders Markdown and HTML shows just that text.

    Error messages quote links, and bookmarks come from files: neither may bring a script along.
    """
    return _MARKDOWN.sub(r"\\\1", html.escape(text, quote=False))
