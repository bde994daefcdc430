"""Plain text: nothing that somebody has written becomes a part of the page."""

import panel_material_ui as pmui
import pytest

from app.views.plain import plain


@pytest.mark.parametrize(
    "text",
    ["<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "**bold** _it_ `code` # no",
     "1. one", "unknown preset 'x'; did you mean 'y'", "a & b &lt; c"],
)  # fmt: skip
def test_text_is_shown_as_it_is(text):
    import html

    sent = pmui.Typography(plain(text)).get_root().data.object
    rendered = html.unescape(sent).strip().removeprefix("<p>").removesuffix("</p>")
    assert "<" not in rendered
    assert html.unescape(rendered) == text
